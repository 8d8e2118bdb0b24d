//! `policy show`: the policy with everything settled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::attribute::{Context, Home};
use crate::cli::args::Format;
use crate::cli::check::today;
use crate::cli::exit::Exit;
use crate::cli::knowledge;
use crate::cli::out::Out;
use crate::cli::policy_file::{Listed, PolicyFile};
use crate::cli::settings::{Environment, Settings};
use crate::cli::stop::Stop;
use crate::kb::Knowledge;
use crate::model::{AsOf, CountryCode, Role, Severity};
use crate::policy::{Answer, Glob, GroupName, MaxAge, Members, Membership, Policy, Rule, UnknownIs, Within};
use crate::safe;

/// Runs `policy show`.
///
/// # Errors
/// A policy with faults, files that cannot be read, output that cannot be written.
pub(super) fn run(path: &Path, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let kb = knowledge::load(settings, env)?;
    let file = PolicyFile::read(path, None, today(settings), &kb)?;
    let listed = file.targets()?;
    let home = settings.home.or(file.policy.home).unwrap_or(Home::None);
    let context = Context { as_of: settings.as_of.unwrap_or(AsOf(today(settings))), home };
    let shown = settled(&file.policy, &listed, &kb, &context);
    let text = match settings.format {
        Format::Text => toml(&shown),
        Format::Json => serde_json::to_string_pretty(&shown).map_err(|e| Stop::local(e.to_string()))? + "\n",
        Format::Ndjson => serde_json::to_string(&shown).map_err(|e| Stop::local(e.to_string()))? + "\n",
    };
    out.data(&text)?;
    Ok(Exit::Done)
}

fn settled(policy: &Policy, listed: &Listed, kb: &Knowledge, context: &Context) -> Map<String, Value> {
    let days = |age: Option<MaxAge>| age.map(|age| format!("{}d", age.days));
    let home = match policy.home {
        None => "of each target's top-level domain".to_owned(),
        Some(Home::None) => "none".to_owned(),
        Some(Home::Eea) => "EEA".to_owned(),
        Some(Home::Country(country, _)) => country.to_string(),
    };
    let unknown = match policy.unknown {
        UnknownIs::Allowed => "allow",
        UnknownIs::Warning => "warn",
        UnknownIs::Error => "error",
    };
    let targets =
        listed.targets.iter().map(|(target, at)| json!({ "target": target.to_string(), "at": at.to_string() }));
    let rules: Vec<Value> = policy.rules.iter().map(rule).collect();
    let waivers = policy.waivers.iter().map(|w| {
        json!({
            "line": w.line, "rule": w.rule, "target": w.target.as_str(), "role": w.role.id(),
            "operator": w.operator.to_string(), "reach": w.reach.as_deref().map(countries), "reason": w.reason,
            "owner": w.owner, "ticket": w.ticket, "expires": w.expires.to_string(),
        })
    });
    let attests = policy.attests.iter().map(|a| {
        json!({
            "line": a.line, "target": a.target.as_str(), "role": a.role.id(), "label": a.label,
            "document": a.document, "reason": a.reason, "owner": a.owner, "expires": a.expires.to_string(),
        })
    });
    let third = policy.limits.third_parties.as_ref();
    let share = policy.limits.unknown_share.map(|(share, _)| f64::from(share.0) / 1_000_000.0);
    let pairs = [
        ("schema", json!("jurisdig/policy/1")),
        ("file", json!(policy.file)),
        ("sha256", json!(policy.sha256)),
        ("as-of", json!(context.as_of.0.to_string())),
        ("version", json!(1)),
        ("home", json!(home)),
        ("targets-file", json!(policy.targets_file)),
        ("scan", json!(policy.scan)),
        ("unknown", json!(unknown)),
        ("unused-waiver", json!(if policy.warns_of_unused { "warn" } else { "allow" })),
        ("data-max-age", json!(days(policy.data_max_age))),
        ("evidence-max-age", json!(days(policy.evidence_max_age))),
        ("baseline", json!(policy.baseline.as_ref().map(|b| &b.file))),
        ("unknown-share", json!(share)),
        ("third-parties", json!(third.map(|t| json!({ "max": t.max, "targets": globs(&t.targets) })))),
        ("groups", Value::Object(groups(policy, kb, context))),
        ("target", Value::Array(targets.collect())),
        ("rule", Value::Array(rules)),
        ("waiver", Value::Array(waivers.collect())),
        ("attest", Value::Array(attests.collect())),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn countries(list: &[CountryCode]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn globs(list: &[Glob]) -> Vec<&str> {
    list.iter().map(Glob::as_str).collect()
}

fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Allow => "allow",
        Answer::Unknown => "unknown",
        Answer::Warn => "warn",
        Answer::Error => "error",
    }
}

/// `only` or `deny`, with the list.
fn members<T: ToString>(members: &Members<T>) -> (&'static str, Vec<String>) {
    let (key, list) = match members {
        Members::Only(list) => ("only", list),
        Members::Deny(list) => ("deny", list),
    };
    (key, list.iter().map(ToString::to_string).collect())
}

fn rule(rule: &Rule) -> Value {
    let severity = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let within = |list: &[Within]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let reach = rule.reach.as_ref().map(|reach| {
        let (key, list) = members(&reach.members);
        let (partial, may_reach) = (answer(reach.partial), answer(reach.may_reach));
        json!({ key: list, "min-sure": reach.min_sure, "partial": partial, "may-reach": may_reach })
    });
    let law = rule.law.as_ref().map(|law| {
        let deny: Vec<&str> = law.deny.iter().map(|id| id.as_str()).collect();
        json!({ "deny": deny, "min-sure": law.min_sure, "may-reach": answer(law.may_reach) })
    });
    let located = rule.located.as_ref().map(|located| {
        let (anycast, partial) = (answer(located.anycast), answer(located.partial));
        json!({ "only": within(&located.only), "anycast": anycast, "partial": partial })
    });
    let operator = rule.operator.as_ref().map(|condition| {
        let (key, list) = members(&condition.members);
        json!({ key: list })
    });
    let established = rule.established_in.as_ref().map(|condition| json!({ "only": within(&condition.only) }));
    let services: Vec<&str> = rule.roles.iter().copied().map(Role::id).collect();
    json!({
        "id": rule.id, "line": rule.line, "services": services, "targets": globs(&rule.targets), "reach": reach,
        "law": law, "located": located, "operator": operator, "established-in": established, "severity": severity,
        "because": rule.because,
    })
}

/// Every group that is defined or used, as the countries it stands for on the date.
fn groups(policy: &Policy, kb: &Knowledge, context: &Context) -> Map<String, Value> {
    let mut names: BTreeSet<&GroupName> = policy.groups.keys().collect();
    let note = |list: &[Within]| -> Vec<GroupName> {
        list.iter().filter_map(|w| if let Within::Group(name) = w { Some(name.clone()) } else { None }).collect()
    };
    let mut used: Vec<GroupName> = Vec::new();
    for rule in &policy.rules {
        if let Some(reach) = &rule.reach {
            let (Members::Only(list) | Members::Deny(list)) = &reach.members;
            used.extend(note(list));
        }
        used.extend(rule.located.as_ref().map(|l| note(&l.only)).unwrap_or_default());
        used.extend(rule.established_in.as_ref().map(|e| note(&e.only)).unwrap_or_default());
    }
    names.extend(&used);
    let mut out = BTreeMap::new();
    for name in names {
        let mut full = Vec::new();
        let mut partial = Vec::new();
        let within = Within::Group(name.clone());
        for country in kb.kb().jurisdictions.keys() {
            match policy.membership(kb, context, *country, &within) {
                Some(Membership::Full) => full.push(country.to_string()),
                Some(Membership::Partial) => partial.push(country.to_string()),
                Some(Membership::No) | None => {}
            }
        }
        out.insert(name.to_string(), json!({ "countries": full, "partial": partial }));
    }
    out.into_iter().collect()
}

/// The same in the form of a policy; what has no value is a comment.
fn toml(shown: &Map<String, Value>) -> String {
    let mut top = String::new();
    let mut tables = String::new();
    for (key, value) in shown {
        match value {
            Value::Array(list) if list.iter().any(Value::is_object) => {
                for one in list.iter().filter_map(Value::as_object) {
                    tables += &format!("\n[[{key}]]\n");
                    tables.extend(one.iter().map(|(key, value)| line(key, value)));
                }
            }
            Value::Object(table) if key == "groups" => {
                tables += &format!("\n[{key}]\n");
                tables.extend(table.iter().map(|(key, value)| line(&format!("{key:?}"), value)));
            }
            _ => top += &line(key, value),
        }
    }
    top + &tables
}

fn line(key: &str, value: &Value) -> String {
    match inline(value) {
        Some(text) => format!("{key} = {}\n", safe::for_terminal(&text)),
        None => format!("# {key}: not set\n"),
    }
}

fn inline(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Array(list) => format!("[{}]", list.iter().filter_map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(table) => {
            let pairs: Vec<String> = table.iter().filter_map(|(k, v)| Some(format!("{k} = {}", inline(v)?))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        // A string of JSON is a string of TOML.
        other => other.to_string(),
    })
}
