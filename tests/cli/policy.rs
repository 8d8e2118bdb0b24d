//! `policy init`, `lint`, `show`, and the schemas.

use serde_json::Value;

use crate::world::jurisdig;

fn run(folder: &std::path::Path, args: &[&str]) -> (i32, String, String) {
    let output = jurisdig().current_dir(folder).args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn init_writes_a_policy_without_a_fault_and_never_over_one() {
    for profile in ["ministry", "hospital", "startup"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("targets.txt"), "www.ministere-exemple.fr\n").unwrap();
        let init = ["policy", "init", "--profile", profile];
        assert_eq!(run(folder.path(), &init).0, 0);
        let path = folder.path().join("jurisdig.toml");
        let first = std::fs::read_to_string(&path).unwrap();
        assert!(first.starts_with("# jurisdig.toml"));
        assert_eq!(run(folder.path(), &["policy", "lint"]).0, 0, "{profile}");
        assert_eq!(run(folder.path(), &["policy", "show"]).0, 0, "{profile}");
        std::fs::write(&path, "mine").unwrap();
        let (code, _, stderr) = run(folder.path(), &init);
        assert!(code == 2 && stderr.contains("is there already"), "{stderr}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    }
}

#[test]
fn lint_tells_every_fault_and_what_is_likely_not_meant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jurisdig.toml");
    std::fs::write(&path, "version = 1\nhom = \"FR\"\nproxy = \"x\"\n[[rule]]\nid = \"a\"\nservices = [\"wep\"]\n")
        .unwrap();
    let (code, stdout, _) = run(folder.path(), &["policy", "lint"]);
    assert_eq!(code, 2);
    for want in
        ["jurisdig.toml:2: unknown key `hom`", "`home`", "jurisdig.toml:3: `proxy`", "jurisdig.toml:6: unknown service"]
    {
        assert!(stdout.contains(want), "{want} in {stdout}");
    }
    let text = "version = 1\ntargets = [\"www.x.fr\"]\n[[rule]]\nid = \"a\"\nservices = [\"web\"]\ntargets = [\"portal.*\"]\n\
                operator = { only = [\"label:gold-star\"] }\n[[rule]]\nid = \"b\"\nservices = [\"registrar\"]\n\
                reach = { deny = [\"US\"] }\n[[waiver]]\nrule = \"b\"\ntarget = \"www.y.fr\"\nrole = \"registrar\"\n\
                operator = \"ovh\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2026-11-01\n";
    std::fs::write(&path, text).unwrap();
    let (code, stdout, _) = run(folder.path(), &["policy", "lint", "--json"]);
    let linted: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, linted["faults"].as_array().unwrap().len()), (0, 0), "{stdout}");
    let warnings: Vec<String> = linted["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| format!("{}: {}", w["line"], w["what"].as_str().unwrap()))
        .collect();
    for want in [
        "4: rule `a`: `targets` matches",
        "4: label `gold-star`",
        "9: rule `b`",
        "12: the waiver of `b` ended",
        "12: the waiver's target",
    ] {
        assert!(warnings.iter().any(|w| w.starts_with(want)), "{want} in {warnings:?}");
    }
}

#[test]
fn show_writes_every_default_and_the_countries_of_groups() {
    let folder = tempfile::tempdir().unwrap();
    let text = "version = 1\ntargets = [\"www.x.fr\"]\n[groups]\n\"@ours\" = [\"@eea\", { code = \"CH\", from = 2026-01-01, to = 2027-01-01, partial = true }]\n\
                [[rule]]\nid = \"a\"\nservices = [\"mail\"]\nreach = { only = [\"@ours\"] }\n";
    std::fs::write(folder.path().join("jurisdig.toml"), text).unwrap();
    let shown = |args: &[&str]| -> Value {
        let (code, stdout, stderr) = run(folder.path(), &[&["policy", "show", "--json"], args].concat());
        assert_eq!(code, 0, "{stderr}");
        serde_json::from_str(&stdout).unwrap()
    };
    let now = shown(&[]);
    assert_eq!((now["unknown"].as_str(), now["sha256"].as_str().map(str::len)), (Some("warn"), Some(64)));
    assert_eq!(now["rule"][0]["reach"]["min-sure"], 2);
    assert_eq!(now["rule"][0]["services"], serde_json::json!(["gateway", "mailbox"]));
    assert_eq!(now["groups"]["@ours"]["partial"], serde_json::json!(["CH"]));
    let full = now["groups"]["@ours"]["countries"].as_array().unwrap();
    assert!(full.contains(&"FR".into()) && full.contains(&"NO".into()) && !full.contains(&"US".into()));
    assert_eq!(shown(&["--as-of", "2027-06-01"])["groups"]["@ours"]["partial"], serde_json::json!([]));
    let (_, text, _) = run(folder.path(), &["policy", "show"]);
    for want in ["unknown = \"warn\"", "# because: not set", "[[rule]]", "min-sure = 2"] {
        assert!(text.contains(want), "{want} in {text}");
    }
}

#[test]
fn schemas_are_shipped() {
    let folder = tempfile::tempdir().unwrap();
    for (name, key) in [("policy", "targets-file"), ("check", "findings")] {
        let (code, stdout, _) = run(folder.path(), &["gen", "schema", name]);
        let schema: Value = serde_json::from_str(&stdout).unwrap();
        assert!(code == 0 && schema["properties"].get(key).is_some(), "{name}");
    }
}
