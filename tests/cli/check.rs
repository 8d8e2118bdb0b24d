//! `check`: scenarios and their exit codes, the places of findings, waivers, the baseline, what a policy may not do.

use std::path::Path;

use serde_json::Value;

use crate::world::{World, jurisdig, world};

const US_WEB: &str = "[[rule]]\nid = \"no-us-web\"\nservices = [\"web\"]\nreach = { deny = [\"US\"] }\n";
const US_WARN: &str =
    "[[rule]]\nid = \"no-us-web\"\nservices = [\"web\"]\nreach = { deny = [\"US\"] }\nseverity = \"warning\"\n";
const RU_ALL: &str = "[[rule]]\nid = \"not-ru\"\nservices = [\"@all\"]\nreach = { deny = [\"RU\"] }\n";

/// The ministry whose edge US law reaches, seen on 2026-11-24.
const MINISTRY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evidence/ministere-exemple.fr.json");
const TOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evidence/mairie-exemple.fr.json");

/// Lines at the top of a policy, and the rules.
fn policy(top: &str, rules: &str) -> String {
    format!("version = 1\nunknown = \"allow\"\n{top}\n{rules}")
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = world().command("check").current_dir(folder).args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn report(folder: &Path, args: &[&str]) -> Value {
    let (_, stdout, stderr) = run(folder, &[args, &["--json"]].concat());
    serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}\n{stderr}"))
}

fn waiver(operator: &str, expires: &str) -> String {
    format!(
        "\n[[waiver]]\nrule = \"no-us-web\"\ntarget = \"www.ministere-exemple.fr\"\nrole = \"edge\"\noperator = \"{operator}\"\n\
         reason = \"shield\"\nowner = \"dsi@ministere.example\"\nexpires = {expires}\n"
    )
}

/// Name, policy, other files, arguments, exit code.
type Scenario<'a> = (&'a str, String, &'a [(&'a str, &'a str)], &'a [&'a str], i32);

#[test]
fn scenarios_and_their_exit_codes() {
    let named = |target: &str| format!("targets = [\"{target}\"]");
    let ministry = named("www.ministere-exemple.fr");
    let town = named("mairie-exemple.fr");
    let list: &[(&str, &str)] = &[("targets.txt", "# towns\nmairie-exemple.fr\n")];
    let scenarios: Vec<Scenario<'_>> = vec![
        ("nothing against the rule", policy(&town, RU_ALL), &[], &[], 0),
        ("a finding", policy(&ministry, US_WEB), &[], &[], 1),
        ("a finding, argument", policy("", US_WEB), &[], &["www.ministere-exemple.fr"], 1),
        ("an argument instead of the policy's", policy(&ministry, US_WEB), &[], &["mairie-exemple.fr"], 0),
        ("a warning", policy(&ministry, US_WARN), &[], &[], 0),
        ("a warning that fails", policy(&ministry, US_WARN), &[], &["--fail-on", "warning"], 1),
        ("nothing fails", policy(&ministry, US_WEB), &[], &["--fail-on", "never"], 0),
        ("no target", policy("", US_WEB), &[], &[], 3),
        ("no target, nothing fails", policy("", US_WEB), &[], &["--fail-on", "never"], 3),
        ("a list", policy("targets-file = \"targets.txt\"", RU_ALL), list, &[], 0),
        ("an empty list", policy("targets-file = \"targets.txt\"", RU_ALL), &[("targets.txt", "# none\n")], &[], 3),
        ("a list that is not there", policy("targets-file = \"none.txt\"", RU_ALL), &[], &[], 2),
        ("a line that is no target", policy("targets-file = \"t.txt\"", RU_ALL), &[("t.txt", "no dots\n")], &[], 2),
        ("-T", policy("", US_WEB), &[("t.txt", "www.ministere-exemple.fr\n")], &["-T", "t.txt"], 1),
        ("-T with a bad line", policy("", US_WEB), &[("t.txt", "nope\n")], &["-T", "t.txt"], 2),
        (
            "--from",
            policy("", US_WEB),
            &[("a.env", "API=https://www.ministere-exemple.fr/\n")],
            &["--from", "a.env"],
            1,
        ),
        ("scan", policy("scan = [\"*.env\"]", US_WEB), &[("a.env", "API=https://www.ministere-exemple.fr/\n")], &[], 1),
        ("scan that means nothing", policy("scan = [\"*.env\"]", US_WEB), &[], &[], 3),
        ("evidence", policy("", US_WEB), &[], &["--evidence", MINISTRY], 1),
        ("evidence offline", policy("", US_WEB), &[], &["--offline", "--evidence", TOWN], 0),
        ("evidence and a finding elsewhere", policy("", US_WEB), &[], &["--evidence", TOWN, "--evidence", MINISTRY], 1),
        ("no evidence", policy("", US_WEB), &[], &["--evidence", "none.json"], 4),
        ("nobody answers", policy(&named("panne-exemple.fr"), RU_ALL), &[], &[], 3),
        ("a name that is not there", policy(&named("nirgends-exemple.fr"), RU_ALL), &[], &[], 3),
        ("a finding beside silence", policy("", US_WEB), &[], &["www.ministere-exemple.fr", "panne-exemple.fr"], 1),
        ("one question failed", policy(&named("mxpanne-exemple.fr"), US_WEB), &[], &[], 0),
        ("one question failed, strict", policy(&named("mxpanne-exemple.fr"), US_WEB), &[], &["--strict"], 3),
        (
            "unknown is an error",
            policy(&ministry, "[[rule]]\nid = \"a\"\nservices = [\"origin\"]\nreach = { deny = [\"RU\"] }\n")
                .replace("\"allow\"", "\"error\""),
            &[],
            &[],
            3,
        ),
        (
            "unknown is a warning",
            policy(&ministry, "[[rule]]\nid = \"a\"\nservices = [\"origin\"]\nreach = { deny = [\"RU\"] }\n")
                .replace("\"allow\"", "\"warn\""),
            &[],
            &["--fail-on", "warning"],
            0,
        ),
        ("a waiver", policy(&ministry, &(US_WEB.to_owned() + &waiver("imperva", "2027-03-31"))), &[], &[], 0),
        (
            "a waiver, not used",
            policy(&ministry, &(US_WEB.to_owned() + &waiver("imperva", "2027-03-31"))),
            &[],
            &["--no-waivers"],
            1,
        ),
        (
            "a waiver of the past",
            policy(&ministry, &(US_WEB.to_owned() + &waiver("imperva", "2026-11-01"))),
            &[],
            &[],
            1,
        ),
        (
            "a waiver of another",
            policy(&ministry, &(US_WEB.to_owned() + &waiver("cloudflare", "2027-03-31"))),
            &[],
            &[],
            1,
        ),
        ("a waiver too far", policy(&ministry, &(US_WEB.to_owned() + &waiver("imperva", "2028-03-31"))), &[], &[], 2),
        ("evidence of today", policy("evidence-max-age = \"1d\"", RU_ALL), &[], &["--evidence", TOWN], 0),
        ("a table too old", policy("data-max-age = \"1d\"", RU_ALL), &[], &["--evidence", TOWN], 3),
        (
            "too much unknown",
            policy(
                "",
                "[[rule]]\nid = \"a\"\nservices = [\"origin\"]\nreach = { deny = [\"RU\"] }\n[limits]\nunknown-share = 0.1\n",
            ),
            &[],
            &["--evidence", MINISTRY],
            3,
        ),
        ("an unknown key", policy("resolvr = \"x\"", US_WEB), &[], &[], 2),
        ("a key twice", policy("unknown = \"warn\"", US_WEB), &[], &[], 2),
        (
            "a baseline that is not there",
            policy(&town, &format!("{RU_ALL}\n[baseline]\nfile = \"b.json\"\n")),
            &[],
            &[],
            2,
        ),
        ("tighten without a baseline", policy(&town, RU_ALL), &[], &["--tighten"], 2),
        ("no policy", policy(&town, RU_ALL), &[], &["--policy", "none.toml"], 2),
        ("a format of another command", policy(&town, RU_ALL), &[], &["-f", "ndjson"], 2),
        ("an output that cannot be", policy(&ministry, US_WEB), &[], &["-o", "none/x.json"], 4),
    ];
    assert!(scenarios.len() >= 30);
    for (name, policy, files, args, want) in scenarios {
        let folder = folder(&[files, &[("jurisdig.toml", policy.as_str())]].concat());
        let (code, stdout, stderr) = run(folder.path(), args);
        assert_eq!(code, want, "{name}\n{stdout}\n{stderr}");
    }
}

#[test]
fn the_exit_code_is_that_of_no_format() {
    let folder = folder(&[("jurisdig.toml", &policy("targets = [\"www.ministere-exemple.fr\"]", US_WEB))]);
    for format in ["text", "json", "sarif", "junit", "gitlab", "github", "md", "prom"] {
        let (code, stdout, _) = run(folder.path(), &["-f", format, "-q"]);
        assert_eq!(code, 1, "{format}");
        assert!(stdout.contains("no-us-web"), "{format}: {stdout}");
    }
    let names = ["a.json", "a.sarif", "a.junit.xml", "gl-code-quality-report.json", "a.md", "a.prom", "a.txt"];
    let outputs: Vec<&str> = names.iter().flat_map(|name| ["-o", *name]).collect();
    assert_eq!(run(folder.path(), &outputs).0, 1);
    for name in names {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.contains("no-us-web"), "{name}");
    }
}

#[test]
fn findings_stand_at_the_line_that_named_the_target() {
    let at = |files: &[(&str, &str)], args: &[&str]| {
        let folder = folder(files);
        let report = report(folder.path(), args);
        let place = &report["findings"][0]["at"];
        format!("{}:{}", place["file"].as_str().unwrap(), place["line"])
    };
    let of = |top: &str| policy(top, US_WEB);
    let name = "www.ministere-exemple.fr";
    let list = format!("# a\n\n{name}\n");
    let env = format!("A=1\nAPI=https://{name}/x\n");
    let own = of(&format!("targets = [\n  \"{name}\",\n]"));
    let listed = of("targets-file = \"targets.txt\"");
    assert_eq!(at(&[("jurisdig.toml", &own)], &[]), "jurisdig.toml:4");
    assert_eq!(at(&[("jurisdig.toml", &listed), ("targets.txt", &list)], &[]), "targets.txt:3");
    let below: &[(&str, &str)] = &[("ci/jurisdig.toml", &listed), ("ci/targets.txt", &list)];
    assert_eq!(at(below, &["--policy", "ci/jurisdig.toml"]), "ci/targets.txt:3");
    assert_eq!(at(&[("jurisdig.toml", &of("")), ("t.txt", &list)], &["-T", "t.txt"]), "t.txt:3");
    assert_eq!(at(&[("jurisdig.toml", &of("")), (".env", &env)], &["--from", ".env"]), ".env:2");
    assert_eq!(at(&[("jurisdig.toml", &of("scan = [\"**/*.env\"]")), ("a/b.env", &env)], &[]), "a/b.env:2");
    // An argument stands in no file: the rule does.
    assert_eq!(at(&[("jurisdig.toml", &of(""))], &[name]), "jurisdig.toml:5");
    let seen: &[(&str, &str)] =
        &[("jurisdig.toml", &of("")), ("seen.json", &std::fs::read_to_string(MINISTRY).unwrap())];
    assert_eq!(at(seen, &["--evidence", "seen.json"]), "seen.json:1");
    let both: &[(&str, &str)] = &[seen[1], ("jurisdig.toml", &listed), ("targets.txt", &list)];
    assert_eq!(at(both, &["--evidence", "seen.json"]), "targets.txt:3");
}

#[test]
fn a_policy_that_is_another_is_refused_before_anything_is_sent() {
    let own = World::start();
    let text = policy("targets = [\"www.ministere-exemple.fr\"]", US_WEB);
    let folder = folder(&[("jurisdig.toml", &text)]);
    let run = |sha256: &str| {
        own.command("check").current_dir(folder.path()).args(["--policy-sha256", sha256]).output().unwrap()
    };
    for bad in ["0".repeat(64), "abc".to_owned()] {
        let output = run(&bad);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    }
    assert!(own.asked().is_empty(), "nothing is sent");
    let report = report(folder.path(), &[]);
    let sha256 = report["policy"]["sha256"].as_str().unwrap();
    let output = run(&sha256.to_uppercase());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(sha256), "the checksum is printed");
}

#[test]
fn faults_of_a_policy_are_all_told_with_their_lines() {
    let own = World::start();
    let text = "version = 1\nresolver = \"192.0.2.1\"\ntargets = [\"www.ministere-exemple.fr\"]\ntargets-file = \"../t.txt\"\n\
                unknown = \"allow\"\nunknown = \"warn\"\n[[rule]]\nid = \"a\"\nservices = [\"web\"]\nreach = { deny = [\"UK\"] }\n";
    let folder = folder(&[("jurisdig.toml", text)]);
    let output = own.command("check").current_dir(folder.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    for want in [
        "jurisdig.toml:2: `resolver`",
        "jurisdig.toml:4: `targets-file`",
        "jurisdig.toml:6: `unknown`",
        "jurisdig.toml:10:",
    ] {
        assert!(stderr.contains(want), "{want} in {stderr}");
    }
    assert!(own.asked().is_empty());
    let long = format!("{}# {}\n", policy("", US_WEB), "x".repeat(1 << 20));
    std::fs::write(folder.path().join("jurisdig.toml"), long).unwrap();
    let (code, _, stderr) = run(folder.path(), &[]);
    assert!(code == 2 && stderr.contains("1048576"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_policys_folder_are_refused() {
    let outside = folder(&[("secret.txt", "www.ministere-exemple.fr\n"), ("b.json", "{}")]);
    let town = "targets = [\"mairie-exemple.fr\"]\n";
    for (name, text) in [
        ("targets.txt", policy("targets-file = \"targets.txt\"", US_WEB)),
        ("b.json", policy(town, &format!("{US_WEB}\n[baseline]\nfile = \"b.json\"\n"))),
    ] {
        let folder = folder(&[("jurisdig.toml", &text)]);
        let target = if name == "b.json" { "b.json" } else { "secret.txt" };
        std::os::unix::fs::symlink(outside.path().join(target), folder.path().join(name)).unwrap();
        let (code, stdout, stderr) = run(folder.path(), &[]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains("leads out of the policy's folder"), "{stderr}");
        assert!(!stderr.contains("ministere"), "nothing of the file is told");
    }
}

#[test]
fn the_life_of_a_waiver() {
    let top = "targets = [\"www.ministere-exemple.fr\"]";
    let text = policy(top, &(US_WEB.to_owned() + &waiver("imperva", "2026-12-31")));
    let folder = folder(&[("jurisdig.toml", &text)]);
    // Days: 2026-11-24, 2026-12-10, 2026-12-31, 2027-01-01.
    for (now, code, notice, state) in [
        ("1795488127", 0, None, "waived"),
        ("1796860800", 0, Some("waiver-expiring"), "waived"),
        ("1798675200", 0, Some("waiver-expiring"), "waived"),
        ("1798761600", 1, Some("waiver-expired"), "finding"),
    ] {
        let output = jurisdig()
            .env("SOURCE_DATE_EPOCH", now)
            .current_dir(folder.path())
            .args(["check", "--json", "--evidence", MINISTRY])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{now}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let ids: Vec<&str> = report["notices"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap()).collect();
        assert_eq!(ids.iter().find(|id| id.starts_with("waiver")).copied(), notice, "{now}");
        let edge = report["findings"].as_array().unwrap().iter().find(|f| f["role"] == "edge").unwrap();
        assert_eq!(edge["state"], state, "{now}");
    }
    // No date of law revives it.
    let output = jurisdig()
        .env("SOURCE_DATE_EPOCH", "1798761600")
        .current_dir(folder.path())
        .args(["check", "--as-of", "2026-11-24", "--evidence", MINISTRY])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_baseline_shrinks_and_never_grows() {
    let text = policy("", &format!("{US_WEB}\n[baseline]\nfile = \"b.json\"\nmode = \"ratchet\"\n"));
    let folder = folder(&[("jurisdig.toml", &text), ("targets.txt", "")]);
    let baseline = folder.path().join("b.json");
    let init = || {
        let mut run = jurisdig();
        run.args(["policy", "init", "--baseline", "--resolver", &world().address.to_string()]);
        run.current_dir(folder.path()).output().unwrap()
    };
    let with_targets = text.replace("unknown", "targets = [\"www.ministere-exemple.fr\"]\nunknown");
    std::fs::write(folder.path().join("jurisdig.toml"), &with_targets).unwrap();
    let output = init();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let first = std::fs::read_to_string(&baseline).unwrap();
    assert!(first.contains("\"operator\":\"imperva\"") && first.contains("\"first_seen\":\"2026-11-24\""), "{first}");
    assert_ne!(init().status.code(), Some(0), "a baseline is never written over");
    // What was there does not count; what is new does, and no flag adds it.
    assert_eq!(run(folder.path(), &[]).0, 0);
    let worse = ["www.ministere-exemple.fr", "www.azure-exemple.fr"];
    assert_eq!(run(folder.path(), &[&worse[..], &["--tighten"]].concat()).0, 1);
    assert_eq!(std::fs::read_to_string(&baseline).unwrap(), first);
    // The site moves to its town's host: the finding is gone, and only --tighten takes it out.
    let moved = "www.ministere-exemple.fr. 300 IN A 213.186.33.5\nministere-exemple.fr. 300 IN A 213.186.33.5\n\
                 ministere-exemple.fr. 3600 IN NS dns109.ovh.net.\ndns109.ovh.net. 300 IN A 213.251.188.153\n";
    std::fs::write(folder.path().join("moved.zone"), moved).unwrap();
    let check = |args: &[&str]| {
        let output = jurisdig()
            .current_dir(folder.path())
            .args(["check", "--json", "--records", "moved.zone"])
            .args(args)
            .output()
            .unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert_eq!(check(&[])["no_longer"].as_array().unwrap().len(), 1);
    assert_eq!(std::fs::read_to_string(&baseline).unwrap(), first);
    check(&["--tighten"]);
    let left = std::fs::read_to_string(&baseline).unwrap();
    assert!(!left.contains("imperva") && left.contains("\"findings\": []"), "{left}");
    // Moved back, it counts.
    assert_eq!(run(folder.path(), &["--tighten"]).0, 1);
    assert_eq!(std::fs::read_to_string(&baseline).unwrap(), left);
}

#[test]
fn two_looks_that_disagree_are_a_finding() {
    let folder = folder(&[("jurisdig.toml", &policy("", RU_ALL))]);
    let zone = "www.ministere-exemple.fr. 300 IN A 213.186.33.5\nministere-exemple.fr. 300 IN A 213.186.33.5\n\
                ministere-exemple.fr. 3600 IN NS dns109.ovh.net.\ndns109.ovh.net. 300 IN A 213.251.188.153\n\
                ministere-exemple.fr. 300 IN MX 1 mx1.mail.ovh.net.\nmx1.mail.ovh.net. 300 IN A 178.33.252.197\n";
    std::fs::write(folder.path().join("other.zone"), zone).unwrap();
    let save = |flags: &[&str], name: &str| {
        let mut run = jurisdig();
        run.current_dir(folder.path()).args(["audit", "-q", "www.ministere-exemple.fr", "--save", name]).args(flags);
        run.output().unwrap();
    };
    save(&["--resolver", &world().address.to_string()], "a.json");
    save(&["--records", "other.zone"], "b.json");
    let rules = |args: &[&str]| -> Vec<String> {
        let found = report(folder.path(), args);
        found["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap().to_owned()).collect()
    };
    assert!(rules(&["--evidence", "a.json", "--evidence", "b.json"]).iter().any(|rule| rule == "answers-disagree"));
    assert!(rules(&["--evidence", "a.json", "--evidence", "a.json"]).iter().all(|rule| rule != "answers-disagree"));
    let args = ["--evidence", "a.json", "--evidence", "b.json", "--fail-on", "warning"];
    assert_eq!(run(folder.path(), &args).0, 1);
}

/// Findings of the three worked policies on recorded captures: id, state, rule, place, operator, reasons.
#[test]
fn worked_policies_on_captures() {
    let seen = ["ministere-exemple.fr", "mairie-exemple.fr", "ministere-page.fr", "hostile-exemple.fr"];
    let evidence: Vec<String> =
        seen.iter().map(|name| format!("{}/tests/evidence/{name}.json", env!("CARGO_MANIFEST_DIR"))).collect();
    let args: Vec<&str> = evidence.iter().flat_map(|path| ["--evidence", path.as_str()]).collect();
    let ministry = include_str!("../policy/ministry.toml");
    let ministry = &ministry[..ministry.find("[baseline]").unwrap()];
    let hospital = include_str!("../policy/hospital.toml").replace("targets  = [\"portal.*\", \"termine.*\"]\n", "");
    let start_up = include_str!("../policy/start-up.toml");
    // Each capture is a target of the lists, so that places do not depend on this machine.
    let list = "www.ministere-exemple.fr\nmairie-exemple.fr\nwww.ministere-page.fr\nhostile-exemple.fr\n";
    for (name, text) in [
        ("ministry", ministry.to_owned()),
        ("hospital", hospital),
        ("start-up", start_up.replace("unknown", "targets-file = \"targets.txt\"\nunknown")),
    ] {
        let text = match name {
            "hospital" => {
                let start = text.find("targets =").unwrap();
                let end = start + text[start..].find('\n').unwrap();
                format!("{}targets-file = \"targets.txt\"{}", &text[..start], &text[end..])
            }
            _ => text,
        };
        let folder = folder(&[("jurisdig.toml", &text), ("targets.txt", list)]);
        let mut found = report(folder.path(), &args);
        for key in ["rules", "jurisdictions"] {
            found.as_object_mut().unwrap().remove(key);
        }
        for finding in found["findings"].as_array_mut().unwrap() {
            let finding = finding.as_object_mut().unwrap();
            for key in ["laws", "chain", "facts", "because", "rule_at"] {
                finding.remove(key);
            }
        }
        insta::assert_snapshot!(format!("check-{name}"), serde_json::to_string_pretty(&found).unwrap());
        assert_eq!(report(folder.path(), &args), report(folder.path(), &args), "{name}: the same again");
    }
}
