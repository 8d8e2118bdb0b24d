//! The closed scales of a judgement: grade, certainty, confidence, mark, role, severity, outcome.

use serde::{Deserialize, Serialize};

/// How a jurisdiction is connected with the company that runs a service; higher is closer (law.md, section 2.1).
/// `unknown` is not on this scale: it is an answer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The chain is complete in the data and nothing of this jurisdiction was found. Not a proof of absence.
    NoneKnown,
    /// Minority holding, unrelated group company, listing, technology: no access power by itself.
    Linked,
    /// The operator or a group company of the same line of business is established there.
    Presence,
    /// The equipment that answers stands there.
    Located,
    /// An unbroken chain of sole control leads to a company there.
    Controlled,
    /// The company that runs the service is incorporated or has its principal place of business there.
    Direct,
}

/// How settled the reading of a law is for a connecting factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Serious authorities on both sides.
    Contested,
    /// The reading most authorities follow.
    Prevailing,
    /// Follows from the text.
    Settled,
}

/// How well a statement is backed. Printed as dots, and as 3, 2, 1, 0 in machine formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Nothing.
    #[default]
    None,
    /// A header, a tenant token, an inference, or a fact only remembered (tier 4).
    Weak,
    /// One signal, or a secondary source (tier 3).
    Probable,
    /// Two independent signals, and an official or first-hand source (tier 1 or 2).
    Established,
}

impl Confidence {
    /// 0 to 3, as `min-sure` and `sure=` use it.
    #[must_use]
    pub fn level(self) -> u8 {
        self as u8
    }
}

/// The sign in front of a LAW cell (knowledge-base.md, "Confidence and cells").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// `!` a jurisdiction outside the home group is reached.
    Reached,
    /// `?` operator or owners unknown, or something outside unchecked.
    Unknown,
    /// `~` outside only may-reach.
    Contested,
    /// `=` all within the home group.
    Home,
    /// `·` no home was given; the row is known.
    Plain,
}

impl Mark {
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

/// The part a service plays for the audited name (cli.md, section 0). Ids are used in findings, waivers and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Web edge: CDN, WAF or reverse proxy that ends the visitor's connection.
    Edge,
    /// Web host.
    Host,
    /// Inbound mail filter.
    Gateway,
    /// Where mail is kept.
    Mailbox,
    /// Who may send for the domain (SPF).
    Sender,
    /// Who receives DMARC reports.
    Dmarc,
    /// Third-party page resource.
    Resource,
    /// Authoritative DNS.
    Dns,
    /// Certificate authority.
    Ca,
    /// Domain registrar.
    Registrar,
    /// Registry of the top-level domain.
    Tld,
    /// Network that carries a service without running it.
    Carrier,
    /// A tenant or verification token: an account exists or existed.
    Tenant,
}

/// What power a role gives its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleGroup {
    /// Content or traffic passes through or rests with the operator.
    SeesData,
    /// The operator can interrupt or redirect, without seeing content.
    CanInterrupt,
    /// Noted, never counted.
    Note,
}

impl Role {
    /// All roles in the order of the screen.
    pub const ALL: [Self; 13] = [
        Self::Edge,
        Self::Host,
        Self::Gateway,
        Self::Mailbox,
        Self::Sender,
        Self::Dmarc,
        Self::Resource,
        Self::Dns,
        Self::Ca,
        Self::Registrar,
        Self::Tld,
        Self::Carrier,
        Self::Tenant,
    ];

    /// The id used in JSON, policies, waivers and on the command line.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Host => "host",
            Self::Gateway => "gateway",
            Self::Mailbox => "mailbox",
            Self::Sender => "sender",
            Self::Dmarc => "dmarc",
            Self::Resource => "resource",
            Self::Dns => "dns",
            Self::Ca => "ca",
            Self::Registrar => "registrar",
            Self::Tld => "tld",
            Self::Carrier => "carrier",
            Self::Tenant => "tenant",
        }
    }

    /// Which group of the screen the role stands in.
    #[must_use]
    pub fn group(self) -> RoleGroup {
        match self {
            Self::Edge | Self::Host | Self::Gateway | Self::Mailbox | Self::Sender | Self::Dmarc | Self::Resource => {
                RoleGroup::SeesData
            }
            Self::Dns | Self::Ca | Self::Registrar | Self::Tld => RoleGroup::CanInterrupt,
            Self::Carrier | Self::Tenant => RoleGroup::Note,
        }
    }

    /// Whether the role can be part of the number of services.
    #[must_use]
    pub fn is_counted(self) -> bool {
        self.group() != RoleGroup::Note
    }
}

/// How grave a finding of a policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Listed only.
    Note,
    /// Listed and counted.
    Warning,
    /// Fails the run.
    Error,
}

/// Result of a run; ordered, so that the outcome of many is their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Measured, and nothing against the policy.
    Pass,
    /// Not enough could be measured.
    Inconclusive,
    /// Measured, and against the policy.
    Fail,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_the_documented_ones() {
        assert!(Grade::Direct > Grade::Controlled && Grade::Controlled > Grade::Located);
        assert!(Grade::Located > Grade::Presence && Grade::Presence > Grade::Linked);
        assert!(Outcome::Fail > Outcome::Inconclusive && Outcome::Inconclusive > Outcome::Pass);
        assert_eq!(Confidence::Established.level(), 3);
    }

    #[test]
    fn notes_are_never_counted() {
        assert!(Role::ALL.iter().all(|r| r.is_counted() == !matches!(r, Role::Carrier | Role::Tenant)));
    }
}
