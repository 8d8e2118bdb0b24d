//! Every check of `compile` finds the fault it is there for, at the right line.

use jurisdig::kb::{Fault, compile};

/// Valid on its own; each case adds one fault behind it.
const BASE: &str = r#"[source.s]
title = "A register"
url = "https://registry.example/"
tier = 1
seen = 2026-01-01
[jurisdiction.FR]
name = { en = "France", fr = "France" }
groups = [{ id = "EEA" }]
[jurisdiction.EU]
name = { en = "European Union", fr = "Union européenne" }
law_only = true
[entity.a]
name = "A SAS"
incorporated = [{ in = "FR" }]
sources = ["s"]
[entity.b]
name = "B SA"
incorporated = [{ in = "FR" }]
sources = ["s"]
[operator.x]
name = "X"
kinds = ["host"]
runs = [{ entity = "a" }]
asn = [64500]
cname = ["x.example"]
"#;

fn faults(extra: &str) -> Vec<Fault> {
    match compile(&[("base.toml", BASE), ("case.toml", extra)]) {
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    }
}

/// Exactly one fault, in this line of the added file, with these words.
fn one(extra: &str, line: usize, words: &str) {
    let found = faults(extra);
    assert_eq!(found.len(), 1, "{extra}\n{found:#?}");
    let fault = &found[0];
    assert_eq!((fault.file.as_str(), fault.line), ("case.toml", line), "{extra}\n{fault}");
    assert!(fault.what.contains(words), "{:?} does not say {words:?}", fault.what);
}

const EDGE: &str = "[[edge]]\nowned = \"a\"\nowner = \"b\"\nkind = \"equity\"\n";
const ENTITY: &str = "[entity.c]\nname = \"C\"\nsources = [\"s\"]\n";
const OPERATOR: &str = "[operator.y]\nname = \"Y\"\nkinds = [\"host\"]\n";
const LAW: &str = "[law.l]\ntitle = { en = \"L\", fr = \"L\" }\njurisdiction = \"FR\"\nkind = \"shield\"\ncite = \"c\"\nsources = [\"s\"]\n";

#[test]
fn the_base_is_valid() {
    assert_eq!(faults(""), []);
}

#[test]
fn text_that_is_not_toml() {
    one("\n\na = = 1\n", 3, "");
    let all = faults("a = = 1\nb = 2\nc = = 3\n");
    assert!(all.len() >= 2, "one bad line hides no other: {all:#?}");
}

#[test]
fn unknown_keys_and_values_name_the_nearest() {
    one("[operatr.y]\nname = \"Y\"\n", 1, "unknown key `operatr`; did you mean `operator`?");
    one(&format!("{OPERATOR}cnames = []\n"), 4, "unknown key `cnames`; did you mean `cname`?");
    one(&format!("{EDGE}control = \"soul\"\n"), 5, "unknown value `soul`; did you mean `sole`?");
    one("schema = \"jurisdig-kb/9\"\n", 1, "this program reads \"jurisdig-kb/1\"");
}

#[test]
fn anycast_networks_are_networks_of_the_operator() {
    one(&format!("{OPERATOR}asn = [64501]\nanycast_asn = [64502]\n"), 1, "anycast_asn: AS64502 is no AS number");
    one(&format!("{OPERATOR}asn = [64501]\nanycast = true\nanycast_asn = [64501]\n"), 1, "all networks are");
    assert_eq!(faults(&format!("{OPERATOR}asn = [64501, 64502]\nanycast_asn = [64502]\n")), []);
}

#[test]
fn somebody_runs_an_operator_on_every_day() {
    let runs = |list: &str| format!("{OPERATOR}runs = [{list}]\n");
    one(&runs("{ entity = \"a\", to = 2019-02-01 }"), 1, "the last entry has a date");
    assert_eq!(faults(&runs("{ entity = \"a\", to = 2019-02-01 }, { entity = \"b\" }")), []);
}

#[test]
fn missing_and_mistyped_values() {
    one("\n[source.t]\ntitle = \"T\"\ntier = 4\n", 2, "missing field `seen`");
    one("[source.t]\ntitle = \"T\"\ntier = 4\nseen = 2026-02-30\n", 4, "");
    one("[entity.BAD]\nname = \"C\"\n", 1, "not an id");
    one(&format!("{ENTITY}incorporated = [{{ in = \"FRA\" }}]\n"), 4, "two-letter country code");
    one("[jurisdiction.DE]\nname = { en = \"Germany\" }\n", 2, "missing field `fr`");
    one("[edge]\nowned = \"a\"\n", 1, "[[double brackets]]");
}

#[test]
fn a_bad_entry_is_one_fault_not_one_for_each_reference() {
    let text = format!("[source.t]\ntitle = \"T\"\ntire = 4\nseen = 2026-01-01\n{}", ENTITY.replace("\"s\"", "\"t\""));
    one(&text, 3, "did you mean `tier`?");
}

#[test]
fn ids_resolve() {
    one(&format!("{EDGE}control = \"sole\"\nsources = [\"s\"]\n").replace("\"b\"", "\"nobody\""), 1, "entity `nobody`");
    one(&ENTITY.replace("\"s\"", "\"t\""), 1, "source `t` is not in the data");
    one(&format!("{OPERATOR}runs = [{{ entity = \"nobody\" }}]\n"), 1, "entity `nobody`");
    one(
        &format!("{OPERATOR}runs_on = [{{ operator = \"z\", as = \"network\", sources = [\"s\"] }}]\n"),
        1,
        "operator `z`",
    );
    one("[region_country.z]\npar = \"FR\"\n", 1, "operator `z`");
    let certification = "[[certification]]\nscheme = \"x\"\nholder = \"nobody\"\noffer = \"o\"\nsources = [\"s\"]\n";
    one(certification, 1, "entity `nobody`");
}

#[test]
fn claims_have_sources_and_sources_a_tier_and_an_address() {
    one("[entity.c]\nname = \"C\"\n", 1, "has no source");
    one(&format!("{ENTITY}top = {{ kind = \"state\", sources = [] }}\n"), 1, "top has no source");
    one(&LAW.replace("[\"s\"]", "[]").replace("cite", "status = [{ state = \"in-force\" }]\ncite"), 1, "has no source");
    one("[source.t]\ntitle = \"T\"\ntier = 5\nseen = 2026-01-01\n", 1, "tier 5");
    one("[source.t]\ntitle = \"T\"\ntier = 3\nseen = 2026-01-01\n", 1, "no url");
}

#[test]
fn codes_are_jurisdictions() {
    one(&format!("{ENTITY}incorporated = [{{ in = \"ZZ\" }}]\n"), 1, "ZZ is not a jurisdiction");
    one(&format!("{ENTITY}listed = [\"EU\"]\n"), 1, "EU makes laws and is no country");
    one(&format!("{ENTITY}incorporated = [{{ in = \"FR\", sub = \"US-DE\" }}]\n"), 1, "no part of FR");
    one("[region_country.x]\npar = \"ZZ\"\n", 1, "ZZ is not a jurisdiction");
    one(
        &format!("{OPERATOR}runs = [{{ entity = \"a\", servers = [\"@g7\"] }}, {{ entity = \"a\" }}]\n"),
        1,
        "no jurisdiction is in a group `@g7`",
    );
}

#[test]
fn texts_have_both_languages() {
    one("[jurisdiction.DE]\nname = { en = \"Germany\", fr = \" \" }\n", 1, "the text in `fr` is empty");
}

#[test]
fn laws_have_one_unbroken_life() {
    one(LAW, 1, "has no status");
    let life = |second: &str| {
        format!(
            "{LAW}[[law.l.status]]\nstate = \"in-force\"\nfrom = 2000-01-01\nto = 2010-01-01\n\
             [[law.l.status]]\nstate = \"lapsed\"\n{second}\n"
        )
    };
    assert_eq!(faults(&life("from = 2010-01-01")), []);
    one(&life("from = 2011-01-01"), 1, "not contiguous");
    one(&life("from = 2009-01-01"), 1, "not contiguous");
    one(&life("from = 2010-01-01\nto = 2010-01-01"), 1, "before it starts");
}

#[test]
fn edges_claim_only_what_they_can() {
    let edge = |rest: &str| format!("{EDGE}{rest}\n");
    assert_eq!(faults(&edge("control = \"sole\"")), [], "sources default to those of the company held");
    one(&edge("control = \"sole\"\nfrom_basis = \"announcement\""), 1, "never starts on an announcement");
    assert_eq!(faults(&edge("control = \"unknown\"\nfrom_basis = \"announcement\"")), []);
    one(&edge("control = \"none\"\ncapital = [60, 40]"), 1, "no range of per cent");
    one(&edge("control = \"none\"\nfrom = 2020-01-01\nto = 2019-01-01"), 1, "before it starts");
    one(&edge("control = \"sole\"").replace("equity", "technology"), 1, "never carries control");
    one(&edge("control = \"none\"").replace("\"b\"", "\"a\""), 1, "cannot own itself");
    one(&format!("{}{}", edge("control = \"none\""), edge("control = \"none\"")), 6, "is written twice");
}

#[test]
fn sole_control_is_of_one_at_a_time_and_of_no_circle() {
    let edge = |owned: &str, owner: &str, dates: &str| {
        format!("[[edge]]\nowned = \"{owned}\"\nowner = \"{owner}\"\nkind = \"equity\"\ncontrol = \"sole\"\n{dates}\n")
    };
    let in_turn = [ENTITY, &edge("a", "b", "to = 2020-01-01"), &edge("a", "c", "from = 2020-01-01")].concat();
    assert_eq!(faults(&in_turn), []);
    let both = [ENTITY, &edge("a", "b", "to = 2020-01-02"), &edge("a", "c", "from = 2020-01-01")].concat();
    one(&both, 10, "sole control overlaps with that of b (case.toml:4)");

    let circle = [ENTITY, &edge("a", "b", ""), &edge("b", "c", ""), &edge("c", "a", "")].concat();
    one(&circle, 4, "ownership goes in a circle: a <- b <- c <- a");
    let reversed = [&edge("a", "b", "to = 2020-01-01"), &*edge("b", "a", "from = 2020-01-01")].concat();
    assert_eq!(faults(&reversed), [], "a reverse take-over is no circle");
}

#[test]
fn blocks_are_not_too_wide() {
    assert_eq!(faults(&format!("{OPERATOR}net = [\"192.0.2.0/24\", \"2001:db8::/32\"]\n")), []);
    one(&format!("{OPERATOR}net = [\"10.0.0.0/7\"]\n"), 1, "shorter than /8");
    one(&format!("{OPERATOR}net = [\"2001::/19\"]\n"), 1, "shorter than /20");
    one(&format!("{OPERATOR}net = [\"192.0.2.1/24\"]\n"), 1, "bits behind its prefix");
}

#[test]
fn signals_are_written_as_they_are_compared() {
    one(&format!("{OPERATOR}ns = [\".y.example\"]\n"), 1, "dot at its edge");
    one(&format!("{OPERATOR}mx = [\"Y.example\"]\n"), 1, "not lower case");
    one(&format!("{OPERATOR}host = [\"y..example\"]\n"), 1, "empty label");
    one(&format!("{OPERATOR}spf = [\"*.y.example\"]\n"), 1, "is no name");
    one(&format!("{OPERATOR}tld = [\"co.uk\"]\n"), 1, "no top-level domain");
    one(&format!("{OPERATOR}txt = [\" \"]\n"), 1, "would match everything");
    one(&format!("{OPERATOR}suffix_layer = {{ \"y.example\" = \"edge\" }}\n"), 1, "is no suffix of this operator");
}

#[test]
fn patterns_compile() {
    one(&format!("{OPERATOR}cname_re = ['(']\n"), 1, "unclosed group");
    one(
        &format!("{OPERATOR}region = [{{ on = [\"host\"], match = '[', gives = \"FR\" }}]\n"),
        1,
        "unclosed character class",
    );
    one(&format!("{OPERATOR}region = [{{ on = [\"hsot\"], match = 'y', gives = \"FR\" }}]\n"), 1, "no kind of name");
    one(&format!("{OPERATOR}region = [{{ on = [\"host\"], match = 'y', gives = \"par1\" }}]\n"), 1, "two-letter");
}

#[test]
fn the_last_entry_of_runs_has_no_condition() {
    one(
        &format!("{OPERATOR}runs = [{{ entity = \"a\", customers = [\"@eea\"] }}]\n"),
        1,
        "the last entry has a condition",
    );
}

#[test]
fn a_signal_names_one_operator_unless_the_order_is_written() {
    one(&format!("{OPERATOR}asn = [64500]\n"), 1, "asn `AS64500` is claimed by `x` (base.toml:20) and by `y`");
    one(&format!("{OPERATOR}cname = [\"x.example\"]\n"), 1, "without a written order");
    assert_eq!(faults(&format!("{OPERATOR}ns = [\"x.example\"]\n")), [], "kinds do not compete");
    let order = "[[order]]\nkind = \"cname\"\nsuffix = \"x.example\"\nfirst = \"y\"\n\
                 over_kind = \"cname\"\nover_suffix = \"x.example\"\nover = \"x\"\n";
    assert_eq!(faults(&format!("{OPERATOR}cname = [\"x.example\"]\n{order}")), []);
    one(&format!("{OPERATOR}cname = [\"z.example\"]\n{order}"), 5, "operator `y` has no cname `x.example`");
    one(&format!("{OPERATOR}cname = [\"z.example\", \"z.example\"]\n"), 1, "listed twice");
    for list in ["txt", "issuer", "net", "tld"] {
        let value = if list == "net" { "192.0.2.0/24" } else { "value" };
        let twice = format!("{OPERATOR}{list} = [\"{value}\"]\n{}{list} = [\"{value}\"]\n", OPERATOR.replace('y', "w"));
        one(&twice, 1, "without a written order");
    }
}

#[test]
fn all_faults_are_reported_in_the_order_of_their_places() {
    let text = format!("{OPERATOR}asn = [64500]\nns = [\".a.example\"]\n[entity.c]\nname = \"C\"\n");
    let found = faults(&text);
    assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [1, 1, 6]);
    assert!(found.is_sorted());
}
