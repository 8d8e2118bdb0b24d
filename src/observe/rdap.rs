//! Registration of a domain by RDAP: which server the bootstrap names, and what of its answer is kept.
//!
//! The registrant is never kept: only the entity with the role `registrar` is read, of its card only the name, and
//! nothing of an entity that is the registrant as well.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::evidence::{DomainRegistration, Probe, ProbeError, Status};
use crate::model::DomainName;

/// Most bytes of an answer that are read.
pub const MAX_BODY: usize = 256 * 1024;

/// Longest name of a registrar that is kept, in characters.
const MAX_REGISTRAR: usize = 256;

/// The bootstrap file of IANA (RFC 9224): its day, and the server of each suffix.
struct Bootstrap {
    date: &'static str,
    servers: BTreeMap<&'static str, &'static str>,
}

fn bootstrap() -> &'static Bootstrap {
    static PARSED: OnceLock<Bootstrap> = OnceLock::new();
    PARSED.get_or_init(|| parse(include_str!("../../data/rdap/dns.csv")))
}

fn parse(csv: &'static str) -> Bootstrap {
    let date = csv.strip_prefix("# publication ").and_then(|rest| rest.get(..10)).unwrap_or_default();
    let rows = csv.lines().skip(2).filter_map(|line| line.split_once(','));
    Bootstrap { date, servers: rows.collect() }
}

/// Day the embedded bootstrap file was published, `YYYY-MM-DD`.
#[must_use]
pub fn bootstrap_date() -> &'static str {
    bootstrap().date
}

/// The domain that is registered with a registry: one label below the longest ICANN suffix. A name under a private
/// suffix (`someone.github.io`) is no registration of its own.
#[must_use]
pub fn registered(name: &DomainName) -> Option<DomainName> {
    let mut suffix = psl::suffix_str(name.as_str())?;
    while psl::suffix(suffix.as_bytes())?.typ() == Some(psl::Type::Private) {
        let (_, parent) = suffix.split_once('.')?;
        suffix = psl::suffix_str(parent)?;
    }
    let rest = name.as_str().strip_suffix(suffix)?.strip_suffix('.')?;
    let label = rest.rsplit('.').next()?;
    DomainName::from_ascii(&format!("{label}.{suffix}")).ok()
}

/// Where the registration of a name is asked. `None` where the bootstrap names no server for it, or where the name is
/// a public suffix: `Skipped(NotApplicable)` is what the evidence then says.
#[must_use]
pub fn url_for(name: &DomainName) -> Option<Url> {
    let domain = registered(name)?;
    let servers = &bootstrap().servers;
    let mut suffix = domain.parent();
    // The longest suffix decides, label by label (RFC 9224, section 4).
    while let Some(label) = suffix {
        if let Some(base) = servers.get(label.as_str()) {
            return Url::parse(&format!("{base}domain/{domain}")).ok();
        }
        suffix = label.parent();
    }
    None
}

/// Reads an answer about a name. `server` is the host that was asked, `status` the status of HTTP.
#[must_use]
pub fn read(name: &DomainName, server: &str, status: u16, body: &[u8]) -> Probe<DomainRegistration> {
    match status {
        200 if body.len() > MAX_BODY => malformed("answer longer than 256 KiB"),
        200 => read_json(name, server, body),
        404 => Probe::Absent,
        429 | 503 => failed(Status::Busy, format!("HTTP {status}")),
        _ => failed(Status::BadHttp, format!("HTTP {status}")),
    }
}

fn read_json(name: &DomainName, server: &str, body: &[u8]) -> Probe<DomainRegistration> {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return malformed("no JSON") };
    match answer.get("errorCode").and_then(Value::as_u64) {
        Some(404) => return Probe::Absent,
        Some(429) => return failed(Status::Busy, "errorCode 429".to_owned()),
        _ => {}
    }
    if answer.get("objectClassName").and_then(Value::as_str) != Some("domain") {
        return malformed("no domain object");
    }
    let about = answer.get("ldhName").and_then(Value::as_str).and_then(|text| text.parse::<DomainName>().ok());
    if about.is_some_and(|about| Some(about) != registered(name)) {
        return malformed("about another name");
    }
    let Some(domain) = registered(name) else { return malformed("about no domain") };
    match facts(domain, server, &answer) {
        Ok(facts) => Probe::Found(facts),
        Err(what) => malformed(what),
    }
}

fn facts(domain: DomainName, server: &str, answer: &Value) -> Result<DomainRegistration, &'static str> {
    let mut registrar = String::new();
    let mut iana_id = None;
    for entity in list(answer, "entities", "entities are no list")? {
        let roles = list(entity, "roles", "roles are no list")?;
        let has = |role: &str| roles.iter().any(|r| r.as_str().is_some_and(|r| r.eq_ignore_ascii_case(role)));
        if !has("registrar") {
            continue;
        }
        iana_id = iana_id.or(number_at_iana(entity)?);
        // Who holds the name for itself may be a person; the number is public either way.
        if registrar.is_empty() && !has("registrant") {
            registrar = name_of(entity)?;
        }
    }
    let mut registered = None;
    let mut expires = None;
    for event in list(answer, "events", "events are no list")? {
        let time = event.get("eventDate").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
        match event.get("eventAction").and_then(Value::as_str) {
            Some("registration") => registered = registered.or(time),
            Some("expiration") => expires = expires.or(time),
            _ => {}
        }
    }
    let mut status: Vec<String> = list(answer, "status", "status is no list")?
        .iter()
        .filter_map(|value| known_status(value.as_str()?))
        .map(str::to_owned)
        .collect();
    status.sort_unstable();
    status.dedup();
    Ok(DomainRegistration {
        domain,
        server: server.to_owned(),
        bootstrap: bootstrap_date().to_owned(),
        registrar,
        iana_id,
        registered,
        expires,
        status,
    })
}

/// A member that is a list; a missing one is an empty list.
fn list<'a>(object: &'a Value, member: &str, otherwise: &'static str) -> Result<&'a [Value], &'static str> {
    match object.get(member) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(otherwise),
    }
}

/// `fn` of the card (jCard, RFC 7095), else `org`.
fn name_of(entity: &Value) -> Result<String, &'static str> {
    let Some(card) = entity.get("vcardArray").filter(|card| !card.is_null()) else { return Ok(String::new()) };
    let lines = card.get(1).and_then(Value::as_array).ok_or("the registrar's card is none")?;
    let text_of = |property: &str| {
        lines.iter().find_map(|line| {
            let is_property = line.get(0)?.as_str()?.eq_ignore_ascii_case(property);
            let text = line.get(3)?.as_str()?.trim();
            (is_property && !text.is_empty()).then_some(text)
        })
    };
    let name = text_of("fn").or_else(|| text_of("org")).unwrap_or_default();
    Ok(name.chars().take(MAX_REGISTRAR).collect())
}

fn number_at_iana(entity: &Value) -> Result<Option<u32>, &'static str> {
    let ids = list(entity, "publicIds", "public ids are no list")?;
    Ok(ids.iter().find_map(|id| {
        let kind = id.get("type")?.as_str()?;
        if !kind.eq_ignore_ascii_case("IANA Registrar ID") {
            return None;
        }
        match id.get("identifier")? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_u64().and_then(|n| u32::try_from(n).ok()),
            _ => None,
        }
    }))
}

/// Status values of RDAP (IANA registry "RDAP JSON Values") that a domain can have. A closed list: free text stays out.
const STATUS: [&str; 32] = [
    "active",
    "add period",
    "associated",
    "auto renew period",
    "client delete prohibited",
    "client hold",
    "client renew prohibited",
    "client transfer prohibited",
    "client update prohibited",
    "delete prohibited",
    "inactive",
    "locked",
    "obscured",
    "pending create",
    "pending delete",
    "pending renew",
    "pending restore",
    "pending transfer",
    "pending update",
    "private",
    "proxy",
    "redemption period",
    "renew period",
    "renew prohibited",
    "server delete prohibited",
    "server hold",
    "server renew prohibited",
    "server transfer prohibited",
    "server update prohibited",
    "transfer period",
    "transfer prohibited",
    "update prohibited",
];

/// The value as RDAP writes it; some servers write `clientTransferProhibited`, as EPP does.
fn known_status(text: &str) -> Option<&'static str> {
    let letters = |text: &str| text.chars().filter(|c| *c != ' ').flat_map(char::to_lowercase).collect::<String>();
    let wanted = letters(text);
    STATUS.into_iter().find(|known| letters(known) == wanted)
}

fn malformed(what: &str) -> Probe<DomainRegistration> {
    failed(Status::Malformed, what.to_owned())
}

fn failed(status: Status, detail: String) -> Probe<DomainRegistration> {
    Probe::Failed(ProbeError { status, detail })
}

#[cfg(test)]
#[path = "rdap/tests.rs"]
mod tests;
