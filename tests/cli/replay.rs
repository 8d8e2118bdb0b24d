//! Saved evidence gives the same report byte for byte, and another one on another date.

use crate::cells::{law, nexus};
use crate::world::{NOW, jurisdig, world};

const TARGETS: [&str; 4] = ["www.ministere-exemple.fr", "mairie-exemple.fr", "panne-exemple.fr", "45.60.155.214"];

#[test]
fn same_evidence_same_bytes_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("evidence.ndjson");
    for flags in [&["--json"][..], &["-f", "ndjson"], &[], &["--width", "80"], &["--width", "120", "--lang", "fr"]] {
        let first = world().command("audit").args(TARGETS).args(flags).arg("--save").arg(&saved).output().unwrap();
        assert_eq!(first.status.code(), Some(3), "{}", String::from_utf8_lossy(&first.stderr));
        assert!(!first.stdout.is_empty());
        // Years later, on a machine without network.
        let again = jurisdig().env("SOURCE_DATE_EPOCH", "1900000000").arg("replay").arg(&saved).args(flags).output();
        let again = again.unwrap();
        assert_eq!(again.status.code(), Some(3));
        assert_eq!(String::from_utf8_lossy(&again.stdout), String::from_utf8_lossy(&first.stdout), "{flags:?}");
    }
}

#[test]
fn another_date_another_owner() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("evidence.json");
    world().command("audit").args(["hornet-exemple.de", "-q", "--save"]).arg(&saved).assert().success();
    let at = |date: &str| -> serde_json::Value {
        let output = jurisdig().arg("replay").arg(&saved).args(["--json", "--as-of", date]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let us_control = |report| {
        let all = nexus(&report, "gateway").into_iter();
        all.filter(|n| n.0 == "US" && matches!(n.1.as_str(), "direct" | "controlled")).count()
    };
    assert_eq!(us_control(at("2025-06-15")), 0);
    assert!(law(&at("2026-01-15"), "gateway")[0].starts_with("! US"));
}

#[test]
fn saved_evidence_holds_the_judgement_of_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("evidence.json");
    world().command("audit").args(["www.ministere-exemple.fr", "-q", "--save"]).arg(&saved).assert().success();
    let line: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&saved).unwrap()).unwrap();
    assert_eq!(line["evidence"]["schema"], 1);
    let edge = line["judged"].as_array().unwrap().iter().find(|j| j["role"] == "edge").unwrap();
    assert_eq!(edge["operator"], "imperva");
    assert_eq!(edge["owners"][0], "Imperva, Inc.");
    assert_eq!(edge["owners"][1], "Thales S.A.");
    assert_eq!(edge["codes"], serde_json::json!(["US", "FR"]));
    // No answer is lost: whoever doubts a line can decode what came over the wire.
    let wires = line["evidence"]["answers"].as_array().unwrap();
    assert!(wires.iter().any(|a| a["wire"].as_str().is_some_and(|w| !w.is_empty())), "wire bytes are kept");
}

#[test]
fn a_recording_gives_the_verdicts_of_the_network() {
    let zone = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/world.zone");
    for target in ["www.ministere-exemple.fr", "mairie-exemple.fr", "nuage-exemple.fr"] {
        let live = world().audit(target);
        let output = jurisdig().args(["audit", "--json", target, "--records", zone]).output().unwrap();
        let recorded: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        for role in ["edge", "host", "gateway", "mailbox", "sender", "dns", "tld"] {
            assert_eq!(law(&recorded, role), law(&live, role), "{target} {role}");
        }
        // What the recording does not hold is unknown, and the recording is named.
        assert_eq!(recorded["vantage"]["recording"], "world.zone");
    }
}

#[test]
fn order_of_the_input_whatever_comes_first() {
    let targets: Vec<String> = crate::world::domains().into_iter().collect();
    let run = |jobs: &str| {
        let output = world().command("audit").args(&targets).args(["-f", "ndjson", "--jobs", jobs]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (one, many) = (run("1"), run("64"));
    let names = |text: &str| -> Vec<String> {
        text.lines()
            .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["target"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&one), targets);
    assert_eq!(one, many, "no verdict depends on how many run at once");
    assert!(NOW.parse::<u64>().is_ok());
}
