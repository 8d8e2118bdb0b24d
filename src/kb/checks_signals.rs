//! Checks of operators: who runs them, and that every signal on the wire names one of them only.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::Checker;
use super::compile::Fault;
use super::draft::{Draft, Place};
use super::pattern;
use super::schema::{Operator, SUFFIX_KINDS};
use crate::model::{CountryCode, EntityId, OperatorId};

pub(super) fn run(draft: &Draft, faults: &mut Vec<Fault>) {
    let mut checker = Checker::new(draft, faults);
    for (id, entry) in &draft.operators {
        let (operator, place) = (&entry.value, &entry.place);
        runs(&mut checker, place, operator);
        form(&mut checker, place, operator);
        regions(&mut checker, place, id, operator);
        if operator.name.trim().is_empty() {
            checker.fault(place, format!("operator `{id}` has no name"));
        }
    }
    for (id, entry) in &draft.regions {
        checker.operator(&entry.place, "region_country", id);
        for (token, answer) in &entry.value {
            region_answer(&mut checker, &entry.place, token, answer);
        }
    }
    orders(&mut checker);
    claims(&mut checker);
}

fn runs(checker: &mut Checker<'_>, place: &Place, operator: &Operator) {
    for run in &operator.runs {
        checker.entity(place, "runs", &run.entity);
        for condition in run.servers.iter().chain(&run.customers) {
            checker.country_or_group(place, "runs", condition);
        }
    }
    if operator.runs.last().is_some_and(|last| !last.customers.is_empty() || !last.servers.is_empty()) {
        checker.fault(place, "runs: the last entry has a condition; without place and customer nobody would run it");
    }
    if operator.runs.last().is_some_and(|last| last.from.is_some() || last.to.is_some()) {
        checker.fault(place, "runs: the last entry has a date; on other days nobody would run it");
    }
    for other in &operator.runs_on {
        checker.operator(place, "runs_on", &other.operator);
        checker.claim(place, "runs_on", &other.sources);
    }
    checker.source_ids(place, "operator", &operator.sources);
}

/// Each signal is written the way it is compared.
fn form(checker: &mut Checker<'_>, place: &Place, operator: &Operator) {
    for kind in SUFFIX_KINDS {
        for suffix in operator.suffixes(kind) {
            if let Some(why) = bad_suffix(suffix) {
                checker.fault(place, format!("{kind}: `{suffix}` {why}"));
            }
        }
        for pattern in operator.patterns(kind) {
            if let Some(why) = pattern::fault(pattern) {
                checker.fault(place, format!("{kind}_re: `{pattern}`: {why}"));
            }
        }
    }
    for tld in &operator.tld {
        if tld.is_empty() || tld.contains('.') || tld.bytes().any(|b| b.is_ascii_uppercase() || b.is_ascii_whitespace())
        {
            checker.fault(place, format!("tld: `{tld}` is no top-level domain in lower case without dots"));
        }
    }
    for net in &operator.net {
        let shortest = if net.addr().is_ipv4() { 8 } else { 20 };
        if net.prefix_len() < shortest {
            checker.fault(place, format!("net: {net} is shorter than /{shortest}"));
        }
        if net.addr() != net.network() {
            checker.fault(place, format!("net: {net} has bits behind its prefix; the block is {}", net.trunc()));
        }
    }
    for (what, list) in [("txt", &operator.txt), ("issuer", &operator.issuer), ("cookie", &operator.cookie)] {
        if list.iter().any(|item| item.trim().is_empty()) {
            checker.fault(place, format!("{what}: an empty text would match everything"));
        }
    }
    for number in &operator.anycast_asn {
        if !operator.asn.contains(number) {
            checker.fault(place, format!("anycast_asn: {number} is no AS number of this operator"));
        }
    }
    if operator.anycast && !operator.anycast_asn.is_empty() {
        checker.fault(place, "anycast: all networks are, so anycast_asn says nothing".to_owned());
    }
    for suffix in operator.suffix_layer.keys() {
        if !SUFFIX_KINDS.iter().any(|kind| operator.suffixes(kind).contains(suffix)) {
            checker.fault(place, format!("suffix_layer: `{suffix}` is no suffix of this operator"));
        }
    }
    for (number, answers) in &operator.asn_region {
        if !number.parse().is_ok_and(|asn| operator.asn.contains(&asn)) {
            checker.fault(place, format!("asn_region: AS{number} is no network of this operator"));
        }
        for answer in answers {
            match answer.parse::<CountryCode>() {
                Ok(code) => checker.country(place, "asn_region", code),
                Err(_) => match answer.parse::<EntityId>() {
                    Ok(id) => checker.entity(place, "asn_region", &id),
                    Err(_) => checker.fault(place, format!("asn_region: `{answer}` is neither country nor entity")),
                },
            }
        }
    }
    if let Some(code) = &operator.cc_hint {
        // For display only, and a brand can be known as European.
        match code.parse() {
            Ok(code) => checker.code(place, "cc_hint", code),
            Err(why) => checker.fault(place, format!("cc_hint: {why}")),
        }
    }
}

fn bad_suffix(suffix: &str) -> Option<&'static str> {
    if suffix.starts_with('.') || suffix.ends_with('.') {
        return Some("has a dot at its edge");
    }
    if suffix.bytes().any(|b| b.is_ascii_uppercase()) {
        return Some("is not lower case");
    }
    if suffix.split('.').any(str::is_empty) {
        return Some("has an empty label");
    }
    if !suffix.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
        return Some("is no name: letters, digits, `-`, `_` and dots only (other scripts as xn--)");
    }
    None
}

fn regions(checker: &mut Checker<'_>, place: &Place, id: &OperatorId, operator: &Operator) {
    for rule in &operator.region {
        for kind in &rule.on {
            if !SUFFIX_KINDS.contains(&kind.as_str()) {
                checker.fault(place, format!("region: `{kind}` is no kind of name"));
            }
        }
        if let Some(why) = pattern::fault(&rule.pattern) {
            checker.fault(place, format!("region: `{}`: {why}", rule.pattern));
        }
        if rule.gives == "$1" {
            for (token, answer) in &rule.map {
                region_answer(checker, place, token, answer);
            }
        } else if !checker.draft.regions.get(id).is_some_and(|table| table.value.contains_key(&rule.gives)) {
            region_answer(checker, place, &rule.pattern, &rule.gives);
        }
    }
}

fn region_answer(checker: &mut Checker<'_>, place: &Place, token: &str, answer: &str) {
    if !matches!(answer, "EU" | "none" | "unknown") {
        checker.country_text(place, &format!("region `{token}`"), answer);
    }
}

/// A written order that matches no signal of the operators it names decides nothing.
fn orders(checker: &mut Checker<'_>) {
    for entry in &checker.draft.orders {
        let (order, place) = (&entry.value, &entry.place);
        let sides = [(&order.first, &order.kind, &order.suffix), (&order.over, &order.over_kind, &order.over_suffix)];
        for (id, kind, suffix) in sides {
            checker.operator(place, "order", id);
            if let Some(operator) = checker.draft.operators.get(id)
                && !operator.value.suffixes(kind).contains(suffix)
            {
                checker.fault(place, format!("order: operator `{id}` has no {kind} `{suffix}`"));
            }
        }
        if order.suffix != order.over_suffix && !order.suffix.ends_with(&format!(".{}", order.over_suffix)) {
            let what = format!("order: `{}` does not end with `{}`: they never meet", order.suffix, order.over_suffix);
            checker.fault(place, what);
        }
    }
}

/// No signal is claimed by two operators, unless the order is written.
fn claims(checker: &mut Checker<'_>) {
    let mut first: BTreeMap<(&str, String), (&OperatorId, &Place)> = BTreeMap::new();
    let draft = checker.draft;
    let ordered: BTreeSet<(&str, &str, &OperatorId, &OperatorId)> = draft
        .orders
        .iter()
        .map(|entry| &entry.value)
        .filter(|order| order.kind == order.over_kind && order.suffix == order.over_suffix)
        .flat_map(|o| [(&*o.kind, &*o.suffix, &o.first, &o.over), (&*o.kind, &*o.suffix, &o.over, &o.first)])
        .collect();
    for (id, entry) in &draft.operators {
        let mut own = BTreeSet::new();
        for (kind, signal) in signals(&entry.value) {
            if !own.insert((kind, signal.clone())) {
                // Spellings of one issuer or token that differ in case only are one signal.
                if !matches!(kind, "issuer" | "txt") {
                    checker.fault(&entry.place, format!("{kind} `{signal}` is listed twice"));
                }
                continue;
            }
            match first.get(&(kind, signal.clone())) {
                None => {
                    first.insert((kind, signal), (id, &entry.place));
                }
                Some((other, _)) if ordered.contains(&(kind, &*signal, id, *other)) => {}
                Some((other, place)) => {
                    let (file, line) = (&place.file, place.line);
                    let what = format!(
                        "{kind} `{signal}` is claimed by `{other}` ({file}:{line}) and by `{id}`, without a written order"
                    );
                    checker.fault(&entry.place, what);
                }
            }
        }
    }
}

/// All signals of an operator that alone name it, in the form they are compared.
fn signals(operator: &Operator) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for kind in SUFFIX_KINDS {
        all.extend(operator.suffixes(kind).iter().map(|suffix| (kind, suffix.clone())));
    }
    all.extend(operator.asn.iter().map(|asn| ("asn", asn.to_string())));
    all.extend(operator.net.iter().map(|net| ("net", net.to_string())));
    all.extend(operator.txt.iter().map(|token| ("txt", token.to_ascii_lowercase())));
    all.extend(operator.issuer.iter().map(|name| ("issuer", issuer_key(name))));
    all.extend(operator.tld.iter().map(|tld| ("tld", tld.clone())));
    all
}

/// Names of certificate authorities differ in case and spaces only by accident.
pub(super) fn issuer_key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
