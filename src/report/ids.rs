//! The closed lists of the published shape. Each mirrors a list of the core: a new variant there does not compile
//! until it has an id here, and a test asks for its texts in every language.

use schemars::JsonSchema;
use serde::Serialize;

use crate::assess::Reach;
use crate::attribute::{Absence, Gap, NoteKind, Purpose};
use crate::evidence::{Capture, Consent, Contact, NamedAs, Robots, Status, Trust, Use};
use crate::kb::Via;
use crate::kb::schema::{Control, DataClass, EdgeKind, LawKind, LawState, TopKind};
use crate::model::{Certainty, Confidence, Grade, Mark, Outcome, Precision, Role, RoleGroup, Severity};

macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident of $core:ident { $($variant:ident = $id:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[allow(missing_docs, reason = "the variants are those of the core type, which are documented there")]
        pub enum $name {
            $(#[serde(rename = $id)] $variant),+
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The id used in JSON and in the keys of the texts.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }
        }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core { $($core::$variant => Self::$variant),+ }
            }
        }
    };
}

mirror! {
    /// Why an operator cannot be told.
    GapId of Gap {
        BehindEdge = "behind-edge", BehindGateway = "behind-gateway", MailboxUnlisted = "mailbox-unlisted",
        HostMissing = "host-missing", NoAddress = "no-address", NotPublic = "not-public", NoAnswer = "no-answer",
        NotRecorded = "not-recorded", Unlisted = "unlisted", NameMissing = "name-missing",
        SenderByAddress = "sender-by-address", BadRecord = "bad-record",
        SenderOpen = "sender-open", Alias = "alias", PageUnread = "page-unread",
        PagePartly = "page-partly", HostsUnread = "hosts-unread", Robots = "robots",
        CertificateFails = "certificate-fails", NotStated = "not-stated",
    }
}
mirror! {
    /// Why there is no such service.
    AbsenceId of Absence {
        NullMx = "null-mx", NoMxButAddress = "no-mx-but-address", NoMail = "no-mail", NoRecord = "no-record",
        NoAddress = "no-address", SendsNothing = "sends-nothing", OwnOnly = "own-only",
        NoThirdParty = "no-third-party",
    }
}
mirror! {
    /// Kinds of notes.
    NoteId of NoteKind {
        NullMxIgnored = "null-mx-ignored", MxHostMissing = "mx-host-missing", NsHostMissing = "ns-host-missing",
        SpfPermError = "spf-perm-error", SpfMacro = "spf-macro", Tenant = "tenant", Carrier = "carrier",
        SiblingDiffers = "sibling-differs", Stale = "stale", MxAtRegistrable = "mx-at-registrable",
        ThirdPartyAlias = "third-party-alias", RegionChosen = "region-chosen",
        InternalHost = "internal-host", PageElsewhere = "page-elsewhere", HeaderNames = "header-names",
    }
}
mirror! {
    /// What a page resource is for.
    PurposeId of Purpose {
        Consent = "consent", TagManager = "tag-manager", Analytics = "analytics", Ads = "ads",
        Personalisation = "personalisation", Social = "social", Fonts = "fonts", Maps = "maps", Video = "video",
        Captcha = "captcha", Payment = "payment", Forms = "forms", Search = "search", Chat = "chat",
        Support = "support", Translation = "translation", Accessibility = "accessibility",
        ErrorTracking = "error-tracking", Monitoring = "monitoring", FeatureFlags = "feature-flags", Cdn = "cdn",
        Script = "script", Frame = "frame", Form = "form", Data = "data", Style = "style", Media = "media",
        Image = "image", Redirect = "redirect", Other = "other",
    }
}
mirror! {
    /// Whether a host meets the visitor.
    ContactId of Contact {
        Permitted = "permitted", WouldBeContacted = "would-be-contacted", Contacted = "contacted",
    }
}
mirror! {
    /// How a page uses a host.
    UseId of Use {
        Script = "script", Style = "style", Font = "font", Image = "image", Frame = "frame", Media = "media",
        Form = "form", Data = "data", Other = "other", Preconnect = "preconnect", DnsPrefetch = "dns-prefetch",
        Policy = "policy",
    }
}
mirror! {
    /// Who looked at a page.
    CaptureId of Capture { Fetch = "fetch", Browser = "browser", Har = "har", HtmlFile = "html-file" }
}
mirror! {
    /// What a file named.
    NamedAsId of NamedAs {
        Url = "url", Name = "name", Address = "address", ImageRegistry = "image-registry", Service = "service",
        Region = "region",
    }
}
mirror! {
    /// Before or after consent.
    ConsentId of Consent { Before = "before", After = "after" }
}
mirror! {
    /// What robots.txt said.
    RobotsId of Robots {
        Allowed = "allowed", None = "none", Disallowed = "disallowed", Unreachable = "unreachable",
    }
}
mirror! {
    /// Whether a certificate holds.
    TrustId of Trust {
        Holds = "holds", Expired = "expired", NotYetValid = "not-yet-valid", WrongName = "wrong-name",
        SelfSigned = "self-signed", UnknownIssuer = "unknown-issuer", Revoked = "revoked",
        BadCertificate = "bad-certificate",
    }
}
mirror! {
    /// The part a service plays.
    RoleId of Role {
        Edge = "edge", Host = "host", Gateway = "gateway", Mailbox = "mailbox", Sender = "sender", Dmarc = "dmarc",
        Resource = "resource", Dns = "dns", Ca = "ca", Registrar = "registrar", Tld = "tld", Carrier = "carrier",
        Tenant = "tenant",
    }
}
mirror! {
    /// What power a role gives.
    GroupId of RoleGroup { SeesData = "sees-data", CanInterrupt = "can-interrupt", Note = "note" }
}
mirror! {
    /// How grave a finding is.
    SeverityId of Severity { Note = "note", Warning = "warning", Error = "error" }
}
mirror! {
    /// Result of a check.
    OutcomeId of Outcome { Pass = "pass", Inconclusive = "inconclusive", Fail = "fail" }
}
mirror! {
    /// The sign of a row.
    MarkId of Mark {
        Reached = "reached", Unknown = "unknown", Contested = "contested", Home = "home", Plain = "plain",
    }
}
mirror! {
    /// How closely a company is connected with a jurisdiction.
    GradeId of Grade {
        NoneKnown = "none-known", Linked = "linked", Presence = "presence", Located = "located",
        Controlled = "controlled", Direct = "direct",
    }
}
mirror! {
    /// How settled the reading of a law is.
    CertaintyId of Certainty { Contested = "contested", Prevailing = "prevailing", Settled = "settled" }
}
mirror! {
    /// How well something is backed.
    ConfidenceId of Confidence { None = "none", Weak = "weak", Probable = "probable", Established = "established" }
}
mirror! {
    /// How far a jurisdiction comes.
    ReachId of Reach { Reached = "reached", MayReach = "may-reach", Unchecked = "unchecked" }
}
mirror! {
    /// Why a connection exists.
    ViaId of Via {
        Seat = "seat", Establishment = "establishment", GroupCompany = "group-company", Holding = "holding",
        Listing = "listing", Technology = "technology", Place = "place", Inferred = "inferred",
    }
}
mirror! {
    /// State of a law.
    LawStateId of LawState {
        InForce = "in-force", Transition = "transition", Lapsed = "lapsed", Proposed = "proposed",
        EnactedNotApplicable = "enacted-not-applicable", Repealed = "repealed",
    }
}
mirror! {
    /// What a law does.
    LawKindId of LawKind {
        CompelledAccess = "compelled-access", BulkAccess = "bulk-access", Retention = "retention",
        Capability = "capability", ServiceDenial = "service-denial", Shield = "shield", Adequacy = "adequacy",
        Framework = "framework",
    }
}
mirror! {
    /// What data a law is about.
    DataClassId of DataClass { Content = "content", Records = "records", Other = "other" }
}
mirror! {
    /// Kinds of links between companies.
    LinkId of EdgeKind {
        Equity = "equity", Votes = "votes", Contract = "contract", Technology = "technology",
        Subprocessor = "subprocessor", Licence = "licence", Branch = "branch",
    }
}
mirror! {
    /// Control that goes with a link.
    ControlId of Control { Sole = "sole", Joint = "joint", None = "none", Unknown = "unknown" }
}
mirror! {
    /// What stands above the last company of a chain.
    TopId of TopKind {
        WidelyHeld = "widely-held", NaturalPersons = "natural-persons", State = "state", Association = "association",
        Foundation = "foundation", FundManager = "fund-manager",
    }
}
mirror! {
    /// How exactly a date is known.
    PrecisionId of Precision { Day = "day", Month = "month", Year = "year" }
}
mirror! {
    /// What became of a DNS question, or of a connection.
    StatusId of Status {
        Ok = "ok", Nodata = "nodata", Nxdomain = "nxdomain", Servfail = "servfail", Refused = "refused",
        Formerr = "formerr", Notimp = "notimp", OtherRcode = "other-rcode", Timeout = "timeout", Lame = "lame",
        CnameLoop = "cname-loop", CnameTooLong = "cname-too-long", Malformed = "malformed", Truncated = "truncated",
        Network = "network", Local = "local", Bogus = "bogus", BadName = "bad-name", NotRecorded = "not-recorded",
        Blocked = "blocked", NoAddress = "no-address", ConnectionRefused = "connection-refused", Reset = "reset",
        Slow = "slow", Incomplete = "incomplete", BadHttp = "bad-http", TooLarge = "too-large",
        TooManyRedirects = "too-many-redirects", BadRedirect = "bad-redirect", Busy = "busy", NotTls = "not-tls",
        TlsAlert = "tls-alert", TlsOldVersion = "tls-old-version", TlsGarbage = "tls-garbage",
        TlsTooLarge = "tls-too-large", TlsClosed = "tls-closed", TlsUntrusted = "tls-untrusted",
    }
}

impl ConfidenceId {
    /// 0 to 3.
    #[must_use]
    pub fn level(self) -> u8 {
        self as u8
    }
}

impl MarkId {
    /// The sign; `·` becomes `-` in ASCII.
    #[must_use]
    pub fn sign(self, ascii: bool) -> &'static str {
        match self {
            Self::Reached => "!",
            Self::Unknown => "?",
            Self::Contested => "~",
            Self::Home => "=",
            Self::Plain if ascii => "-",
            Self::Plain => "·",
        }
    }
}
