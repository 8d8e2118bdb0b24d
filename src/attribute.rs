//! Evidence and knowledge base -> services, each with one or more operators and the facts it rests on.

mod certificate;
mod layers;
mod mail;
mod page;
mod place;
mod senders;
mod web;
mod zone;

use std::net::IpAddr;

/// What a conclusion rests on; named here too, because `policy` cites facts and may not see the evidence itself.
pub use crate::evidence::Ref;
use crate::evidence::{Consent, Contact, Evidence, Probe, SkipReason, Status};
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
    /// Of a page resource: what it is for and how it meets the visitor.
    pub page: Option<OnPage>,
}

impl Service {
    /// A service without facts of its own; what is known beside that is set by whoever knows it.
    #[must_use]
    pub fn new(role: Role, record: String, state: State, layers: Vec<Layer>) -> Self {
        Self { role, record, state, layers, because: Vec::new(), page: None }
    }
}

/// How one operator meets the visitor of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnPage {
    /// What it is for.
    pub purpose: Purpose,
    /// The strongest contact; never `Permitted`.
    pub contact: Contact,
    /// Number of its hosts.
    pub hosts: usize,
    /// Before or after consent, where recordings tell them apart.
    pub consent: Option<Consent>,
    /// It stands under a name of the site itself.
    pub is_alias: bool,
}

/// What a page resource is for: the kind of service its operator is known for, or how the page uses its hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the documentation; the texts explain each")]
pub enum Purpose {
    Consent,
    TagManager,
    Analytics,
    Ads,
    Personalisation,
    Social,
    Fonts,
    Maps,
    Video,
    Captcha,
    Payment,
    Forms,
    Search,
    Chat,
    Support,
    Translation,
    Accessibility,
    ErrorTracking,
    Monitoring,
    FeatureFlags,
    Cdn,
    Redirect,
    Script,
    Frame,
    Form,
    Data,
    Style,
    Media,
    Image,
    Other,
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
    /// SPF names only addresses, of which nothing is known.
    SenderByAddress,
    /// The record breaks the rules of its kind, so that nobody can use it.
    BadRecord,
    /// SPF lets anybody send, or says nothing of those it does not name.
    SenderOpen,
    /// The name is an alias: mail is not asked there.
    Alias,
    /// The page could not be read.
    PageUnread,
    /// The page was read in part only, and what was read names nobody else.
    PagePartly,
    /// Hosts of the site that the page names could not be looked up.
    HostsUnread,
    /// The site's robots.txt asks that the page is not read.
    Robots,
    /// The certificate does not hold, so nothing written in it is believed.
    CertificateFails,
    /// The registry does not say who the registrar is.
    NotStated,
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
    /// SPF says that nobody sends for the domain.
    SendsNothing,
    /// Only the domain itself: nobody else receives or sends.
    OwnOnly,
    /// The page names no host but the site's own.
    NoThirdParty,
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
    /// A name of the site that is an alias of a third party's.
    ThirdPartyAlias,
    /// A page names a host that is nobody's on the public Internet.
    InternalHost,
    /// The page is in the end that of another site.
    PageElsewhere,
    /// A header names an operator where nothing else does.
    HeaderNames,
    /// A region stands in a file: what the customer chose, no proof of where anything is.
    RegionChosen,
}

/// Who runs what, by the rules of knowledge-base.md, "Attribution".
#[must_use]
pub fn attribute(evidence: &Evidence, kb: &Knowledge, context: &Context) -> Attribution {
    let scene = Scene { evidence, kb, context };
    let mut found = Attribution { services: Vec::new(), notes: Vec::new() };
    let mut web = web::services(&scene, &mut found.notes);
    page::add_headers(&scene, &mut web, &mut found.notes);
    let resources = page::resources(&scene, &web, &mut found.notes);
    if evidence.target.name().is_some() {
        let mail = mail::services(&scene, &mut found.notes);
        found.services.extend(web);
        found.services.extend(mail);
        found.services.extend(senders::services(&scene, &found.services, &mut found.notes));
        found.services.extend(resources);
        found.services.extend(zone::services(&scene, &mut found.notes));
        found.services.push(certificate::authority(&scene));
        found.services.push(zone::registrar(&scene));
        found.services.extend(senders::tenants(&scene));
    } else {
        found.services.extend(web);
        // A recording of a page at an address; nobody fetches one.
        found.services.extend(resources.into_iter().filter(|service| service.state != State::NotAsked));
    }
    collect_carriers(&mut found);
    found.services.sort_by_key(|service| Role::ALL.iter().position(|role| *role == service.role));
    found.notes.sort();
    found.notes.dedup();
    found
}

/// What the rules look at.
struct Scene<'a> {
    evidence: &'a Evidence,
    kb: &'a Knowledge,
    context: &'a Context,
}

impl Scene<'_> {
    /// Whether a name belongs to the audited domain itself.
    fn is_own(&self, name: &DomainName) -> bool {
        self.evidence.registrable.as_ref().is_some_and(|own| name.is_under(own.as_str()))
    }

    /// Country of the customer: the home.
    fn customer(&self) -> Option<CountryCode> {
        match self.context.home {
            Home::Country(country, _) => Some(country),
            // A customer somewhere in the Union: the id that is a member of its own groups.
            Home::Eea => "EU".parse().ok(),
            Home::None => None,
        }
    }
}

/// What it means that a record was not found: absence is an answer, everything else is not.
fn unfound<T>(probe: &Probe<T>, absent: impl Into<State>) -> State {
    match probe {
        Probe::Found(_) | Probe::Absent => absent.into(),
        Probe::Failed(error) if error.status == Status::NotRecorded => State::NotDetermined(Gap::NotRecorded),
        Probe::Skipped(SkipReason::NotRecorded) => State::NotDetermined(Gap::NotRecorded),
        Probe::Skipped(SkipReason::NotAsked | SkipReason::NotApplicable) => State::NotAsked,
        Probe::Skipped(SkipReason::NotPublic) => State::NotDetermined(Gap::NotPublic),
        Probe::Skipped(SkipReason::Robots) => State::NotDetermined(Gap::Robots),
        Probe::Failed(_) | Probe::Skipped(SkipReason::Cap | SkipReason::Offline) => State::NotDetermined(Gap::NoAnswer),
    }
}

impl From<Absence> for State {
    fn from(absence: Absence) -> Self {
        Self::Absent(absence)
    }
}

impl From<Gap> for State {
    fn from(gap: Gap) -> Self {
        Self::NotDetermined(gap)
    }
}

/// Networks that only carry somebody's service are gathered in one service that is never counted.
fn collect_carriers(found: &mut Attribution) {
    let mut layers: Vec<Layer> = Vec::new();
    for service in &mut found.services {
        if service.role == Role::Carrier {
            layers.append(&mut service.layers);
        }
    }
    found.services.retain(|service| service.role != Role::Carrier);
    layers.sort_by(|a, b| (&a.operator, &a.unlisted).cmp(&(&b.operator, &b.unlisted)));
    layers.dedup_by(|a, b| a.operator == b.operator && a.unlisted == b.unlisted);
    if !layers.is_empty() {
        let record = layers.iter().filter_map(|l| l.asn).map(|asn| asn.to_string()).collect::<Vec<_>>().join(" ");
        found.services.push(Service::new(Role::Carrier, record, State::Found, layers));
    }
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
