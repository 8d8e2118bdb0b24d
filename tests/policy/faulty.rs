//! Faulty policies: every fault, each with its line and its words.

use jurisdig::policy::{MAX_POLICY, Policy};

use super::world::{TODAY, kb};

fn faults(text: &str) -> Vec<String> {
    match Policy::parse("p", text, TODAY, kb()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| fault.to_string().replacen("p:", "", 1)).collect(),
    }
}

const RULE: &str = "[[rule]]\nid = \"r\"\nservices = [\"mail\"]\nreach = { deny = [\"RU\"] }\n";

/// A policy whose second line is the text.
fn top(text: &str) -> String {
    format!("version = 1\n{text}\n{RULE}")
}

/// A policy whose rule has the text on line 5.
fn rule(text: &str) -> String {
    format!("version = 1\n[[rule]]\nid = \"r\"\nservices = [\"mail\"]\n{text}\n")
}

/// A policy whose rule about page resources has the text on line 5.
fn page_rule(text: &str) -> String {
    rule(text).replace("mail", "js")
}

/// A good policy, and a table that begins on line 6, with one of its lines another.
fn entry(lines: &[(&str, &str)], key: &str, value: &str) -> String {
    let (kind, lines) = lines.split_first().unwrap();
    let mut text = format!("version = 1\n{RULE}{}\n", kind.0);
    let mut is_new = true;
    for (name, usual) in lines {
        is_new &= *name != key;
        match (*name == key, value) {
            (true, "") => {}
            (true, value) => text.push_str(&format!("{name} = {value}\n")),
            (false, _) => text.push_str(&format!("{name} = {usual}\n")),
        }
    }
    if is_new && !key.is_empty() {
        text.push_str(&format!("{key} = {value}\n"));
    }
    text
}

fn waiver(key: &str, value: &str) -> String {
    let lines = [
        ("[[waiver]]", ""),
        ("rule", "\"r\""),
        ("target", "\"www.a.example\""),
        ("role", "\"mailbox\""),
        ("operator", "\"microsoft\""),
        ("reason", "\"migration\""),
        ("owner", "\"dsi@a.example\""),
        ("expires", "2027-03-31"),
    ];
    entry(&lines, key, value)
}

fn attest(key: &str, value: &str) -> String {
    let lines = [
        ("[[attest]]", ""),
        ("target", "\"www.a.example\""),
        ("role", "\"host\""),
        ("label", "\"secnumcloud\""),
        ("document", "\"attestation 12\""),
        ("reason", "\"the offer is the qualified one\""),
        ("owner", "\"dsi@a.example\""),
        ("expires", "2029-03-31"),
    ];
    entry(&lines, key, value)
}

#[test]
fn the_frames_are_good() {
    for good in [top(""), rule("reach = { deny = [\"RU\"] }"), waiver("", ""), attest("", "")] {
        assert_eq!(faults(&good), Vec::<String>::new(), "{good}");
    }
}

#[test]
fn one_fault_each() {
    let answers = "\"allow\", \"unknown\", \"warn\", \"error\"";
    let at = |line: &str, text: &str| format!("{line}: {text}");
    let cases: Vec<(String, String)> = vec![
        // The file as a whole.
        (RULE.into(), at("1", "the policy needs `version`")),
        (format!("version = 2\n{RULE}"), at("1", "version 2: this program reads version 1")),
        (format!("version = \"1\"\n{RULE}"), at("1", "`version` has to be 1, not text")),
        ("version = 1\n".into(), at("1", "a policy needs a rule or a limit: this one would let everything pass")),
        (top("home = \"FR\"\nhome = \"DE\""), at("3", "`home` is written twice")),
        (rule("reach = { only = [\"FR\"], only = [\"DE\"] }"), at("5", "`only` is written twice")),
        (rule("[rule.reach]\nonly = [\"FR\"]\n[rule.reach]\nmin-sure = 2"), at("7", "`reach` is written twice")),
        (top("\"\\u001b[31m\" = 1"), at("2", "unknown key `\\u{1b}[31m` in the policy")),
        (top("colour = 1"), at("2", "unknown key `colour` in the policy")),
        (top("unkown = \"warn\""), at("2", "unknown key `unkown` in the policy; did you mean `unknown`?")),
        (
            top("data_max_age = \"45d\""),
            at("2", "unknown key `data_max_age` in the policy; did you mean `data-max-age`?"),
        ),
        (top("[[rules]]"), at("2", "unknown key `rules` in the policy; did you mean `rule`?")),
        (
            top("resolver = \"192.0.2.1\""),
            at(
                "2",
                "`resolver` has no place in a policy, which judges and does not say how to observe, what to write or which data to use",
            ),
        ),
        (
            top("output = \"/etc/motd\""),
            at(
                "2",
                "`output` has no place in a policy, which judges and does not say how to observe, what to write or which data to use",
            ),
        ),
        // Top keys.
        (top("home = \"ZZ\""), at("2", "unknown country \"ZZ\"")),
        (top("home = \"UK\""), at("2", "unknown country \"UK\"; did you mean `GB`?")),
        (top("home = \"EU\""), at("2", "unknown home \"EU\"; did you mean `EEA`?")),
        (top("home = 1"), at("2", "`home` has to be text, not a number")),
        (
            top("targets = [\"localhost\"]"),
            at("2", "`targets`: \"localhost\" has no dot: a target is a domain, a URL or an IP address"),
        ),
        (
            top("targets = [\n\"a.example\",\n\"ftp://b.example\"]"),
            at("4", "`targets`: \"ftp://b.example\" is not an http or https URL with a host"),
        ),
        (top("targets = []"), at("2", "`targets` is empty")),
        (top("targets = \"a.example\""), at("2", "`targets` has to be a list, not text")),
        (
            top("targets-file = \"../targets.txt\""),
            at("2", "`targets-file` = \"../targets.txt\": a path is relative and stays inside the policy's folder"),
        ),
        (
            top("targets-file = \"/etc/passwd\""),
            at("2", "`targets-file` = \"/etc/passwd\": a path is relative and stays inside the policy's folder"),
        ),
        (
            top("targets-file = \"C:targets.txt\""),
            at("2", "`targets-file` = \"C:targets.txt\": a path is relative and stays inside the policy's folder"),
        ),
        (
            top("targets-file = 'a\\..\\b'"),
            at("2", "`targets-file` = \"a\\\\..\\\\b\": a path is relative and stays inside the policy's folder"),
        ),
        (
            top("scan = [\"*.tf\", \"src/../../x\"]"),
            at("2", "`scan` = \"src/../../x\": a path is relative and stays inside the policy's folder"),
        ),
        (
            top("scan = [\"{a,..}/x\"]"),
            at("2", "`scan` = \"{a,..}/x\": a path is relative and stays inside the policy's folder"),
        ),
        (top("scan = [\"~/x\"]"), at("2", "`scan` = \"~/x\": a path is relative and stays inside the policy's folder")),
        (top("unknown = \"fail\""), at("2", "`unknown` = \"fail\" is not one of \"allow\", \"warn\", \"error\"")),
        (top("unused-waiver = \"error\""), at("2", "`unused-waiver` = \"error\" is not one of \"allow\", \"warn\"")),
        (top("data-max-age = 45"), at("2", "`data-max-age` has to be text, not a number")),
        (
            top("data-max-age = \"six weeks\""),
            at("2", "`data-max-age` = \"six weeks\" is not a number of days such as \"45d\", at most \"3650d\""),
        ),
        (
            top("evidence-max-age = \"0d\""),
            at("2", "`evidence-max-age` = \"0d\" is not a number of days such as \"45d\", at most \"3650d\""),
        ),
        // Groups.
        (
            top("[groups]\ntrusted = [\"FR\"]"),
            at("3", "\"trusted\" is no name of a group: `@`, then lower-case letters, digits and `-`"),
        ),
        (top("[groups]\n\"@eu\" = [\"FR\"]"), at("3", "group `@eu` is built in")),
        (
            top("[groups]\n\"@a\" = [\"@b\"]\n\"@b\" = [\"FR\", \"@a\"]").replace("\"FR\", \"@a\"", "\"FR\""),
            String::new(),
        ),
        (top("[groups]\n\"@a\" = [\"FR\", \"@a\"]"), at("3", "group `@a` contains itself")),
        (top("[groups]\n\"@a\" = [\"@eaa\"]"), at("3", "unknown group \"@eaa\"; did you mean `@eea`?")),
        (top("[groups]\n\"@a\" = [{ code = \"FR\", since = 2026-01-01 }]"), at("3", "unknown key `since` in `@a`")),
        (top("[groups]\n\"@a\" = [{ from = 2026-01-01 }]"), at("3", "`@a` needs `code`")),
        (
            top("[groups]\n\"@a\" = [{ code = \"FR\", partial = \"yes\" }]"),
            at("3", "`partial` has to be true or false, not text"),
        ),
        (
            top("[groups]\n\"@a\" = [{ code = \"FR\", from = 2026-02-01, to = 2026-01-01 }]"),
            at("3", "`from` = 2026-02-01 is not before `to` = 2026-01-01"),
        ),
        (top("[groups]\n\"@a\" = [7]"), at("3", "`@a` has to be a table, not a number")),
        // Rules.
        (top("[[rule]]\nservices = [\"mail\"]\nreach = { deny = [\"CN\"] }"), at("2", "rule needs `id`")),
        (
            top("[[rule]]\nid = \"r\"\nservices = [\"mail\"]\nreach = { deny = [\"CN\"] }"),
            at("7", "rule `r` is defined twice; first at line 3"),
        ),
        (
            rule("reach = { deny = [\"RU\"] }\nserverity = \"error\""),
            at("6", "unknown key `serverity` in rule; did you mean `severity`?"),
        ),
        (
            rule("reach = { deny = [\"RU\"] }\nseverity = \"fatal\""),
            at("6", "`severity` = \"fatal\" is not one of \"error\", \"warning\", \"note\""),
        ),
        (
            rule("reach = { deny = [\"RU\"] }").replace("\"r\"", "\"No US\""),
            at("3", "\"No US\" is no id: lower-case letters, digits and `-`, at most 64"),
        ),
        (
            rule("reach = { deny = [\"RU\"] }").replace("\"r\"", "\"waiver-expired\""),
            at("3", "the id `waiver-expired` is kept for the program's own findings"),
        ),
        (
            rule("reach = { deny = [\"RU\"] }").replace("\"mail\"", "\"maill\""),
            at("4", "unknown service \"maill\"; did you mean `mail`?"),
        ),
        (
            rule("reach = { deny = [\"RU\"] }").replace("\"mail\"", "\"@sees-dta\""),
            at("4", "unknown service \"@sees-dta\"; did you mean `@sees-data`?"),
        ),
        (rule("reach = { deny = [\"RU\"] }").replace("services = [\"mail\"]", ""), at("2", "rule needs `services`")),
        (rule(""), at("2", "rule needs a condition: `reach`, `law`, `located`, `operator` or `established-in`")),
        (
            rule("reach = { deny = [\"RU\"] }\ntargets = [\"portal/*\"]"),
            at("6", "`targets`: \"portal/*\": a pattern has letters, digits, `-`, `_`, `.`, `:`, `*` and `?`"),
        ),
        (rule("reach = { deny = [\"RU\"] }\nbecause = \"\""), at("6", "`because` is empty")),
        (
            rule(&format!("reach = {{ deny = [\"RU\"] }}\nbecause = \"{}\"", "x".repeat(1001))),
            at("6", "`because` has more than 1000 characters"),
        ),
        // Conditions.
        (rule("reach = { }"), at("5", "`reach` needs `only` or `deny`")),
        (rule("reach = { only = [\"FR\"], deny = [\"US\"] }"), at("5", "`only` and `deny` exclude each other")),
        (rule("reach = { deny = [\"US\", \"USA\"] }"), at("5", "unknown country \"USA\"")),
        (rule("reach = { only = [\"EU\"] }"), at("5", "unknown country \"EU\"; did you mean `@eu`?")),
        (
            rule("reach = { only = [\"@five-eye\"] }"),
            at("5", "unknown group \"@five-eye\"; did you mean `@five-eyes`?"),
        ),
        (rule("reach = { only = [] }"), at("5", "`only` is empty")),
        (
            rule("reach = { only = [\"FR\"], min-sure = 0 }"),
            at("5", "`min-sure` = 0 is not a whole number from 1 to 3"),
        ),
        (
            rule("reach = { only = [\"FR\"], min-sure = \"2\" }"),
            at("5", "`min-sure` has to be a whole number from 1 to 3, not text"),
        ),
        (
            rule("reach = { only = [\"FR\"], partial = \"maybe\" }"),
            at("5", &format!("`partial` = \"maybe\" is not one of {answers}")),
        ),
        (
            rule("reach = { only = [\"FR\"], may_reach = \"error\" }"),
            at("5", "unknown key `may_reach` in `reach`; did you mean `may-reach`?"),
        ),
        (rule("reach = [\"FR\"]"), at("5", "`reach` has to be a table, not a list")),
        (
            rule("law = { deny = [\"us-cloud-ct\"] }"),
            at("5", "unknown law \"us-cloud-ct\"; did you mean `us-cloud-act`?"),
        ),
        (rule("law = { min-sure = 2 }"), at("5", "`law` needs `deny`")),
        (rule("located = { anycast = \"warn\" }"), at("5", "`located` needs `only`")),
        (
            rule("located = { only = [\"FR\"], anycast = \"no\" }"),
            at("5", &format!("`anycast` = \"no\" is not one of {answers}")),
        ),
        (
            rule("operator = { deny = [\"microsft\"] }"),
            at("5", "unknown operator \"microsft\"; did you mean `microsoft`?"),
        ),
        (
            rule("operator = { deny = [\"kind:analytics\"] }"),
            at("5", "`kind:` is about what a page loads: the rule's `services` have to be [\"js\"]"),
        ),
        (
            page_rule("operator = { deny = [\"kind:analytic\"] }"),
            at("5", "unknown kind \"kind:analytic\"; did you mean `kind:analytics`?"),
        ),
        (
            rule("operator = { only = [\"label:Sec Num\"] }"),
            at("5", "\"Sec Num\" is no id: lower-case letters, digits and `-`, at most 64"),
        ),
        (rule("operator = { }"), at("5", "`operator` needs `only` or `deny`")),
        (rule("established-in = { }"), at("5", "`established-in` needs `only`")),
        // Waivers.
        (waiver("rule", "\"rr\""), at("7", "unknown rule \"rr\"; did you mean `r`?")),
        (waiver("rule", ""), at("6", "waiver needs `rule`")),
        (waiver("reason", ""), at("6", "waiver needs `reason`")),
        (waiver("reason", "\"  \""), at("11", "`reason` is empty")),
        (waiver("owner", ""), at("6", "waiver needs `owner`")),
        (waiver("operator", ""), at("6", "waiver needs `operator`")),
        (waiver("operator", "\"Micro Soft\""), at("10", "unknown operator \"Micro Soft\"; did you mean `microsoft`?")),
        (waiver("expires", ""), at("6", "waiver needs `expires`")),
        (
            waiver("expires", "2027-11-25"),
            at("13", "`expires` = 2027-11-25 is more than 12 months ahead: at most 2027-11-24"),
        ),
        (
            waiver("expires", "\"2027-03-31\""),
            at("13", "`expires` has to be a date such as 2027-03-31, without quotes, not text"),
        ),
        (
            waiver("expires", "2027-03-31T00:00:00Z"),
            at("13", "`expires` has to be a date such as 2027-03-31, without quotes, not a date"),
        ),
        (
            waiver("role", "\"mail\""),
            at(
                "9",
                "\"mail\" names more than one role; one of edge, host, gateway, mailbox, sender, dmarc, resource, dns, ca, registrar, tld, carrier, tenant",
            ),
        ),
        (waiver("role", "\"mailboxx\""), at("9", "unknown role \"mailboxx\"; did you mean `mailbox`?")),
        (waiver("role", "\"edge\""), at("9", "rule `r` is not about the role `edge`: the entry would never match")),
        (
            waiver("target", "\"*.[a].example\""),
            at("8", "`target`: \"*.[a].example\": a pattern has letters, digits, `-`, `_`, `.`, `:`, `*` and `?`"),
        ),
        (waiver("reach", "[\"USA\"]"), at("14", "unknown country \"USA\"")),
        (waiver("expire", "2027-01-01"), at("14", "unknown key `expire` in waiver; did you mean `expires`?")),
        // Attestations, baseline, limits.
        (attest("document", ""), at("6", "attest needs `document`")),
        (attest("label", "\"\""), at("9", "`label` is empty")),
        (attest("until", "2027-01-01"), at("14", "unknown key `until` in attest")),
        (
            top("[baseline]\nfile = \"/tmp/b.json\""),
            at("3", "`file` = \"/tmp/b.json\": a path is relative and stays inside the policy's folder"),
        ),
        (top("[baseline]\nmode = \"ratchet\""), at("2", "`baseline` needs `file`")),
        (top("[baseline]\nfile = \"b.json\"\nmode = \"grow\""), at("4", "`mode` = \"grow\" is not one of \"ratchet\"")),
        (top("[limits]\nunknown-share = 10"), at("3", "`unknown-share` = 10 is not a number from 0 to 1")),
        (top("[limits]\nunknown-share = \"10%\""), at("3", "`unknown-share` has to be a number from 0 to 1, not text")),
        (top("[limits]\nthird-parties = { targets = [\"a.*\"] }"), at("3", "`third-parties` needs `max`")),
        (top("[limits]\nthird-parties = { max = -1 }"), at("3", "`max` = -1 is not a whole number from 0 to 10000")),
        (
            top("[limits]\nthird-party = 1"),
            at("3", "unknown key `third-party` in `limits`; did you mean `third-parties`?"),
        ),
    ];
    let (mut faulty, mut wrong) = (0, Vec::new());
    for (text, want) in &cases {
        let wanted: Vec<String> = Some(want.clone()).into_iter().filter(|w| !w.is_empty()).collect();
        faulty += wanted.len();
        let found = faults(text);
        if found != wanted {
            wrong.push(format!("{text}\n  found  {found:?}\n  wanted {wanted:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(faulty >= 60, "{faulty} faulty policies");
}

#[test]
fn all_faults_of_a_file_at_once() {
    let text = concat!(
        "version = 1\n",
        "unknown = \"fail\"\n",
        "resolver = \"192.0.2.1\"\n",
        "[[rule]]\n",
        "id = \"a\"\n",
        "services = [\"maill\"]\n",
        "reach = { only = [\"@eaa\"], minsure = 2 }\n",
        "[[waiver]]\n",
        "rule = \"b\"\n",
        "expires = 2030-01-01\n",
    );
    let lines: Vec<String> = faults(text).iter().map(|fault| fault.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["2", "3", "6", "7", "7", "8", "8", "8", "8", "8", "9", "10"]);
}

#[test]
fn two_groups_that_contain_each_other() {
    let text = top("[groups]\n\"@a\" = [\"@b\"]\n\"@b\" = [\"FR\", \"@a\"]");
    assert_eq!(faults(&text), ["3: group `@a` contains itself", "4: group `@b` contains itself"]);
}

/// Broken TOML hides neither itself nor what is wrong elsewhere, and makes no faults up.
#[test]
fn broken_toml() {
    let found = faults(&top("home = \nunknown = \"fail\""));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("2: not TOML: "), "{found:?}");
    assert!(found[1].starts_with("3: `unknown` = \"fail\""), "{found:?}");
    for text in ["[[rule", "version = 1 = 2", "\u{0}", "a = \"", "= 1", "version = 1\n[[rule]]\nid = [\n"] {
        assert!(!faults(text).is_empty(), "{text:?}");
    }
}

#[test]
fn large_and_deep_files_end() {
    let large = format!("{RULE}# {}\n", "x".repeat(MAX_POLICY));
    assert_eq!(faults(&large).len(), 1);
    assert!(faults(&large)[0].ends_with("at most 1048576 are read"));
    let deep = format!("version = 1\na = {}{}\n{RULE}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(!faults(&deep).is_empty());
    let many: String = (0..60_000).map(|n| format!("k{n} = 1\n")).collect();
    let found = faults(&format!("{many}version = 1\n{RULE}"));
    assert_eq!(found.len(), 1001);
    assert!(found.last().unwrap().ends_with("and 59000 more faults"));
}
