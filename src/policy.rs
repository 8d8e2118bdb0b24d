//! The gate: a policy file, its rules, waivers and baseline -> findings and one outcome.
//!
//! A policy is judged against conclusions (`attribute`, `assess`), never against evidence, and cites facts by pointer.
//! Nothing here reads a file or a clock: text, dates and the names of the knowledge base are arguments. What could not be
//! learned is an answer of its own (`State::Unknown`): it never fails a run, and under `unknown = "error"` it never lets
//! one pass.

mod file;
mod finding;
mod glob;
mod known;

pub use file::{
    Answer, Attest, BaselineFile, EstablishedIn, Group, GroupMember, GroupName, Home, LawCondition, Limits, Located,
    Members, OperatorCondition, OperatorEntry, Policy, PolicyTarget, ReachCondition, Rule, ThirdPartyLimit, UnknownIs,
    Waiver, Within,
};
pub use finding::{
    BadFindingId, BadOperatorKey, CitedCode, CitedLaw, Counts, Ended, FailOn, Finding, FindingId, Judgement, LayerAt,
    Notice, NoticeKind, OperatorKey, Origin, Reason, State, Tally, Verdict, WaiverMark, WaiverState,
};
pub use glob::{BadGlob, Glob};
pub use known::{Known, Membership};
