//! The gate: a policy file, its rules, waivers and baseline -> findings and one outcome.
//!
//! A policy is judged against conclusions (`attribute`, `assess`), never against evidence, and cites facts by pointer.
//! Nothing here reads a file or a clock: text, dates and the names of the knowledge base are arguments. What could not be
//! learned is an answer of its own (`State::Unknown`): it never fails a run, and under `unknown = "error"` it never lets
//! one pass.

mod baseline;
mod fault;
mod file;
mod finding;
mod glob;
mod id;
mod judge;
mod judgement;
mod known;
mod names;
mod notice;
mod parse;
mod read;
mod schema;
mod template;

pub use baseline::{Baseline, Entry, MAX_BASELINE};
pub use fault::{Fault, FaultKind};
pub use file::{
    Answer, Attest, BaselineFile, EstablishedIn, Group, GroupMember, GroupName, LawCondition, Limits, Located, MaxAge,
    Members, OperatorCondition, OperatorEntry, Policy, PolicyTarget, ReachCondition, Rule, Share, ThirdPartyLimit,
    UnknownIs, Waiver, Within,
};
pub use finding::{CitedCode, CitedLaw, Ended, Finding, LayerAt, Reason, State, Verdict, WaiverMark, WaiverState};
pub use glob::{BadGlob, Glob};
pub use id::{BadFindingId, BadOperatorKey, FindingId, OperatorKey, Origin};
pub use judge::{Judge, JudgeOptions, Subject, TableDate, judge};
pub use judgement::{Attested, Counts, FailOn, Judgement, Tally};
pub use known::{Known, Membership};
pub use notice::{Notice, NoticeKind};
pub use parse::MAX_POLICY;
pub use schema::PolicyFile;
pub use template::Profile;

/// Id of the built-in finding that a page meets more operators than the limit.
pub const THIRD_PARTIES: &str = "third-parties";
/// Id of the built-in finding that two looks at a target name different operators.
pub const ANSWERS_DISAGREE: &str = "answers-disagree";
