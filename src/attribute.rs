//! Evidence and knowledge base -> services, each with one or more operators and the facts it rests on.

use std::net::IpAddr;

use crate::evidence::{Evidence, Ref};
use crate::kb::Knowledge;
use crate::model::{Asn, Confidence, CountryCode, DomainName, EntityId, NonEmpty, OperatorId, Role};

/// What the evidence shows to be in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// Services in the order of the screen.
    pub services: Vec<Service>,
    /// Oddities worth a line: closed list of kinds.
    pub notes: Vec<Note>,
}

/// One service of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The part it plays.
    pub role: Role,
    /// Host or record it was seen at, for people: `mx1.example.net`, `include:example.net`.
    pub record: String,
    /// What became of the question.
    pub state: State,
    /// Its operators, outermost first. Empty unless `Found`.
    pub layers: Vec<Layer>,
    /// Facts that were looked at when nothing was found.
    pub because: Vec<Ref>,
}

/// What became of the question who runs a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Somebody was found.
    Found,
    /// Somebody runs it, and who cannot be told from outside.
    NotDetermined(Gap),
    /// There is no such service.
    Absent(Absence),
    /// Nobody asked.
    NotAsked,
}

/// Why an operator cannot be told. Each has a sentence and a question for the supplier in the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// The host stands behind an edge.
    BehindEdge,
    /// The mailbox stands behind a filter.
    BehindGateway,
    /// The mail host is not in the data and nothing else tells.
    MailboxUnlisted,
    /// The MX or NS host does not exist.
    HostMissing,
    /// The host exists and has no address.
    NoAddress,
    /// The address is not public.
    NotPublic,
    /// No usable answer came (SERVFAIL, timeout, ...).
    NoAnswer,
    /// The recording does not say.
    NotRecorded,
    /// The address or name belongs to nobody in the data.
    Unlisted,
    /// The name asked about does not exist.
    NameMissing,
}

/// Why there is no such service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Absence {
    /// Null MX: takes no mail.
    NullMx,
    /// No MX, but an address: RFC 5321 would deliver to the web host (not tested).
    NoMxButAddress,
    /// No MX and no address.
    NoMail,
    /// No such record.
    NoRecord,
    /// The name has no address: no web host.
    NoAddress,
}

/// One operator of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The operator; `None` for one that is not in the data.
    pub operator: Option<OperatorId>,
    /// Name to show for an unlisted operator: a registrable domain or an AS name (text from outside).
    pub unlisted: Option<String>,
    /// How well the attribution is backed.
    pub confidence: Confidence,
    /// Facts it rests on.
    pub because: NonEmpty<Ref>,
    /// Host it was seen at.
    pub host: Option<DomainName>,
    /// Its addresses, sorted.
    pub addresses: Vec<IpAddr>,
    /// Its network.
    pub asn: Option<Asn>,
    /// Where its machines answer.
    pub place: Place,
    /// The legal person that runs it.
    pub entity: Option<EntityId>,
    /// The legal person was taken without knowing place or customer: the lower grade is the floor.
    pub is_floor: bool,
    /// Country an unlisted network is inferred to belong to (share of 99 % and more).
    pub inferred: Option<CountryCode>,
}

/// Where machines answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A place makes no sense here (a registry, a certificate).
    NotApplicable,
    /// Nothing known.
    Unknown,
    /// Anycast: no single place.
    Anycast,
    /// Countries, sorted by code.
    In(Vec<PlaceIn>),
}

/// One country machines are placed in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceIn {
    /// The country.
    pub country: CountryCode,
    /// Backed by more than one table's word (knowledge-base.md, Place).
    pub is_probable: bool,
    /// Facts it rests on.
    pub because: Vec<Ref>,
}

/// Something odd that changes no line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// What it is about, for people; may hold text from outside.
    pub subject: String,
    /// Facts.
    pub because: Vec<Ref>,
}

/// Closed list of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// A null MX beside real ones is ignored.
    NullMxIgnored,
    /// An MX host does not exist.
    MxHostMissing,
    /// A name server does not exist.
    NsHostMissing,
    /// SPF is a permanent error.
    SpfPermError,
    /// A sender that depends on a macro.
    SpfMacro,
    /// A tenant or verification token: an account exists or existed.
    Tenant,
    /// A network carries a service of somebody else.
    Carrier,
    /// The sibling (www or apex) has other operators.
    SiblingDiffers,
    /// A name of an operator that has ceased.
    Stale,
    /// MX was asked of a name that is a CNAME; taken at the registrable domain instead.
    MxAtRegistrable,
}

/// Who runs what, by the rules of knowledge-base.md, "Attribution".
#[must_use]
pub fn attribute(_evidence: &Evidence, _kb: &Knowledge, _context: &Context) -> Attribution {
    Attribution { services: Vec::new(), notes: Vec::new() }
}

/// What the judgement is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Date of ownership and law.
    pub as_of: crate::model::AsOf,
    /// Home country or group.
    pub home: Home,
}

/// Whose law is at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// No home: rows carry no verdict.
    None,
    /// A country, and where that came from; its group is the EEA if it is a member, else itself.
    Country(CountryCode, HomeOrigin),
    /// The EEA as such.
    Eea,
}

/// Where the home came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HomeOrigin {
    /// `--home` or a setting.
    Given,
    /// The top-level domain of the target.
    Tld,
}
