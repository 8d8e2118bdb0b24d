//! Reads a report the way a person reads the screen: role by role, the LAW cell as it is printed. Built from the rules
//! (knowledge-base.md, "Confidence and cells") and not from the renderer, so that the two check each other.

use serde_json::Value;

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub role: String,
    pub state: String,
    /// Operator ids, outermost first; names in quotes for those that are not in the data.
    pub run_by: Vec<String>,
    /// LAW cell of each operator.
    pub law: Vec<String>,
    /// Gap or absence.
    pub why: String,
    pub sure: Vec<u64>,
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// All rows of a role.
pub fn rows(report: &Value, role: &str) -> Vec<Row> {
    list(&report["services"]).iter().filter(|s| s["role"] == role).map(row).collect()
}

/// The only row of a role.
pub fn only(report: &Value, role: &str) -> Row {
    let mut found = rows(report, role);
    assert_eq!(found.len(), 1, "{role}: {found:#?}\n{}", list(&report["services"]).len());
    found.remove(0)
}

/// The operators of a role.
pub fn run_by(report: &Value, role: &str) -> Vec<String> {
    rows(report, role).into_iter().flat_map(|r| r.run_by).collect()
}

fn row(service: &Value) -> Row {
    let layers = list(&service["layers"]);
    Row {
        role: text(&service["role"]),
        state: text(&service["state"]),
        run_by: layers.iter().map(operator).collect(),
        law: layers.iter().map(cell).collect(),
        why: text(&service["gap"]) + &text(&service["absence"]),
        sure: layers.iter().filter_map(|l| l["sure"].as_u64()).collect(),
    }
}

fn operator(layer: &Value) -> String {
    match layer["operator"].as_str() {
        Some(id) => id.to_owned(),
        None => format!("\"{}\"", text(&layer["unlisted"])),
    }
}

/// `! US IE° FR`, `~ FR (US CA)`, `? (US?)`.
pub fn cell(layer: &Value) -> String {
    let sign = match text(&layer["mark"]).as_str() {
        "reached" => "!",
        "unknown" => "?",
        "contested" => "~",
        "home" => "=",
        "plain" => "·",
        other => panic!("no such mark: {other}"),
    };
    let mut reached = Vec::new();
    let mut bracketed = Vec::new();
    for code in list(&layer["codes"]) {
        let degree = if code["unmapped"] == true { "°" } else { "" };
        let name = text(&code["country"]);
        match text(&code["reach"]).as_str() {
            "reached" => reached.push(format!("{name}{degree}")),
            "may-reach" => bracketed.push(format!("{name}{degree}")),
            "unchecked" => bracketed.push(format!("{name}{degree}?")),
            other => panic!("no such reach: {other}"),
        }
    }
    let mut parts = vec![sign.to_owned()];
    if !reached.is_empty() {
        parts.push(reached.join(" "));
    }
    if !bracketed.is_empty() {
        parts.push(format!("({})", bracketed.join(" ")));
    }
    parts.join(" ")
}

/// The verdict of a LAW cell: the sign and the codes it rests on. For `!`, `=` and `·` those are the reached ones; for
/// `~` those that may reach from outside as well. What else stands in brackets changes no verdict and moves with the data.
pub fn verdict(layer: &Value) -> String {
    let whole = cell(layer);
    let Some((head, _)) = whole.split_once(" (") else { return whole };
    if !whole.starts_with('~') {
        return head.to_owned();
    }
    let outside = list(&layer["codes"]).iter().filter(|c| c["reach"] == "may-reach" && c["outside"] == true);
    let codes: Vec<String> = outside.map(|c| text(&c["country"])).collect();
    format!("{head} ({})", codes.join(" "))
}

/// The verdicts of a role, all layers of all rows.
pub fn law(report: &Value, role: &str) -> Vec<String> {
    let services = list(&report["services"]).iter().filter(|s| s["role"] == role);
    services.flat_map(|s| list(&s["layers"])).map(verdict).collect()
}

/// Kinds of notes, each with what it is about.
pub fn notes(report: &Value) -> Vec<(String, String)> {
    list(&report["notes"]).iter().map(|n| (text(&n["kind"]), text(&n["subject"]))).collect()
}

/// Countries of a row's place that count, those with one table's word only, and whether it is anycast.
pub fn places(report: &Value, role: &str) -> (Vec<String>, Vec<String>, bool) {
    let (mut sure, mut weak, mut anycast) = (Vec::new(), Vec::new(), false);
    for service in list(&report["services"]).iter().filter(|s| s["role"] == role) {
        for layer in list(&service["layers"]) {
            anycast |= layer["place"]["kind"] == "anycast";
            for place in list(&layer["place"]["countries"]) {
                let into = if place["probable"] == true { &mut sure } else { &mut weak };
                into.push(text(&place["country"]));
            }
        }
    }
    (sure, weak, anycast)
}

/// Every connection of a role's operators: country, grade, through funds.
pub fn nexus(report: &Value, role: &str) -> Vec<(String, String, bool)> {
    let services = list(&report["services"]).iter().filter(|s| s["role"] == role);
    let layers = services.flat_map(|s| list(&s["layers"]));
    let all = layers.flat_map(|l| list(&l["nexus"]));
    all.map(|n| (text(&n["country"]), text(&n["grade"]), n["via_fund"] == true)).collect()
}
