//! Entries of the user's own: laid over the release, checked, and named where they were used. And what is known of the
//! release's own entries.

use std::path::Path;

use crate::world::{jurisdig, world};

/// OVH SAS as if it were a company of the United States: everything that rests on it changes.
const OVH: &str = "[source.mine]\ntitle = \"My own file\"\nurl = \"https://example.org/\"\ntier = 1\nseen = 2026-11-01\n\
    [entity.ovh-sas]\nname = \"OVH of mine\"\nincorporated = [{ in = \"US\" }]\n\
    top = { kind = \"widely-held\", sources = [\"mine\"] }\nsources = [\"mine\"]\n";
/// A company nobody in the tests meets.
const OTHER: &str = "[entity.not-met]\nname = \"Not Met\"\nincorporated = [{ in = \"FR\" }]\nsources = [\"mine\"]\n";

fn layer(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("ovh.toml"), OVH).unwrap();
    std::fs::write(folder.join("other.toml"), OTHER).unwrap();
}

fn text(output: std::process::Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn reports_name_the_entries_they_used() {
    let folder = tempfile::tempdir().unwrap();
    layer(folder.path());
    let run = |command: &str, arguments: &[&str]| {
        let output = world().command(command).arg("--kb").arg(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        text(output)
    };
    let json: serde_json::Value = serde_json::from_str(&run("audit", &["mairie-exemple.fr", "--json"])).unwrap();
    let added = json["judged_with"]["added"].as_object().unwrap();
    let file = folder.path().join("ovh.toml").display().to_string();
    assert_eq!(added["entity/ovh-sas"], file.as_str());
    assert_eq!(added["source/mine"], file.as_str());
    assert!(!added.contains_key("entity/not-met"), "not used here: {added:?}");
    for (command, arguments) in [
        ("audit", &["mairie-exemple.fr", "--width", "120"][..]),
        ("explain", &["mairie-exemple.fr", "host"]),
        ("explain", &["mairie-exemple.fr", "--framework", "secnumcloud"]),
        ("explain", &["mairie-exemple.fr", "--alternatives"]),
    ] {
        // A path may be broken anywhere.
        let shown: String = run(command, arguments).split_whitespace().collect();
        assert!(shown.contains("entity/ovh-sas") && shown.contains("ovh.toml"), "{command} {arguments:?}: {shown}");
        assert!(!shown.contains("not-met"), "{command} {arguments:?}");
        assert!(shown.contains("README"), "{command} {arguments:?}: how to have a fault corrected");
    }
    let who = jurisdig().args(["who", "213.186.33.5", "--kb"]).arg(folder.path()).output().unwrap();
    let who: String = text(who).split_whitespace().collect();
    assert!(who.contains("entity/ovh-sas") && !who.contains("not-met") && who.contains("README"), "{who}");
    // Where nothing of the layer is met, nothing is named.
    let other = jurisdig().args(["who", "AS13335", "--json", "--kb"]).arg(folder.path()).output().unwrap();
    let other: serde_json::Value = serde_json::from_slice(&other.stdout).unwrap();
    assert_eq!(other["judged_with"]["added"], serde_json::json!({}));
}

#[test]
fn the_data_folder_is_laid_over_the_release_and_kb_over_it() {
    let data = tempfile::tempdir().unwrap();
    layer(&data.path().join("jurisdig/kb"));
    let name = |flags: &[&str]| {
        let output =
            jurisdig().env("XDG_DATA_HOME", data.path()).args(["who", "AS16276", "--json"]).args(flags).output();
        let report: serde_json::Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
        report["rows"][0]["services"][0]["layers"][0]["company"]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(name(&[]), "OVH of mine");
    let over = tempfile::tempdir().unwrap();
    std::fs::write(
        over.path().join("a.toml"),
        OVH.replace("[source.mine]", "[source.mine-too]")
            .replace("\"mine\"", "\"mine-too\"")
            .replace("OVH of mine", "OVH once more"),
    )
    .unwrap();
    assert_eq!(name(&["--kb", &over.path().display().to_string()]), "OVH once more");
    // An empty folder of one's own is no fault.
    let empty = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(empty.path().join("jurisdig/kb")).unwrap();
    jurisdig().env("XDG_DATA_HOME", empty.path()).args(["who", "AS16276"]).assert().success();
}

#[test]
fn verify_finds_every_fault_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.toml");
    std::fs::write(
        &file,
        "[entity.x]\nname = \"X\"\nincorporated = [{ in = \"FR\" }]\nsources = [\"nowhere\"]\n\n[operator.y]\nname = \"Y\"\n\
         kinds = [\"hosst\"]\n",
    )
    .unwrap();
    let output = jurisdig().args(["data", "verify"]).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(output);
    let place = |line: usize| format!("{}:{line}: ", file.display());
    assert!(said.lines().any(|l| l.starts_with(&place(1)) && l.contains("nowhere")), "{said}");
    assert!(said.lines().any(|l| l.starts_with(&place(8)) && l.contains("did you mean `host`")), "{said}");
    let json = jurisdig().args(["data", "verify", "--json"]).arg(folder.path()).output().unwrap();
    assert_eq!(json.status.code(), Some(2));
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["faults"].as_array().unwrap().len(), said.lines().count());
}

#[test]
fn verify_of_a_clean_layer_and_of_none() {
    let folder = tempfile::tempdir().unwrap();
    layer(folder.path());
    let output = jurisdig().args(["data", "verify"]).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = text(output);
    assert!(said.contains("2 files") && said.contains("entity/ovh-sas") && said.contains("no fault"), "{said}");
    let missing = folder.path().join("nothing-here");
    for (arguments, code) in [
        (vec!["data", "verify", missing.to_str().unwrap()], 4),
        (vec!["data", "verify"], 2),
        (vec!["who", "AS16276", "--kb", missing.to_str().unwrap()], 4),
    ] {
        let output = jurisdig().args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn status_counts_operators() {
    let run = |flags: &[&str]| jurisdig().args(["data", "status"]).args(flags).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&run(&["-v", "--json"]).stdout).unwrap();
    let coverage = &json["coverage"];
    let operators = coverage["operators"].as_u64().unwrap();
    assert!(operators >= 500, "{operators}");
    for list in ["company", "chain", "checked"] {
        let sum: u64 = coverage[list].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(sum, operators, "{list}: each operator once");
    }
    assert!(coverage["by_kind"]["host"].as_u64().unwrap() > 50);
    let said = text(run(&["-v"]));
    for line in
        ["by kind", "by best source of the company", "by worst link of the chain", "by last check", "past review"]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!text(run(&[])).contains("by kind"), "only with -v");
    // On a later day the release and laws are past their review.
    let late = jurisdig().env("SOURCE_DATE_EPOCH", "1893456000").args(["data", "status", "-v"]).output().unwrap();
    let late = text(late);
    let past = late.split("past review on 2030-01-01").nth(1).unwrap();
    assert!(past.contains("release") && past.contains("due 20"), "{late}");
}
