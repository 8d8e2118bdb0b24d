//! Files that name hosts and regions (`--from`).

use serde_json::Value;

use crate::world::{jurisdig, world};

fn write(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn reports(output: &std::process::Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_compose_file_names_hosts_registries_and_a_region_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let compose = write(
        &folder,
        "docker-compose.yml",
        "services:\n  web:\n    image: ghcr.io/x/web:1\n    environment:\n      AWS_REGION: eu-west-3\n      \
         API: https://user:GEHEIM@www.ministere-page.fr/v1?key=GEHEIM\n  # https://commentaire.example.fr/\n",
    );
    let output = world().command("audit").args(["-f", "ndjson", "--from", &compose]).output().unwrap();
    let all = reports(&output);
    let at = |target: &str| {
        let report = all.iter().find(|r| r["target"] == target).unwrap_or_else(|| panic!("{target} in {all:?}"));
        report["named_at"].as_array().unwrap().iter().map(|a| a["line"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((at("ghcr.io"), at("aws:eu-west-3"), at("www.ministere-page.fr")), (vec![3], vec![5], vec![6]));
    assert_eq!(all.len(), 3);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("GEHEIM"));
    // A region is a place the customer chose: its country stands alone, and has no effect on what is reached.
    let region = all.iter().find(|r| r["target"] == "aws:eu-west-3").unwrap();
    let layer = &region["services"][0]["layers"][0];
    assert_eq!(
        (layer["operator"].as_str(), layer["place"]["countries"][0]["probable"].as_bool()),
        (Some("aws"), Some(false))
    );
    assert_eq!(layer["place"]["countries"][0]["country"], "FR");
    assert_eq!(region["notes"][0]["kind"], "region-chosen");
    assert!(layer["codes"].as_array().unwrap().iter().all(|c| c["grade"] != "located"), "{layer}");
}

#[test]
fn a_region_whose_cloud_nobody_says_is_reported_and_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let text = write(&folder, "values.yaml", "region: eu-central-1\nhost: www.ministere-page.fr\n");
    let output = world().command("audit").args(["-f", "ndjson", "--from", &text]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let has_region = reports(&output).iter().any(|r| r["target"].as_str().unwrap().contains("eu-central-1"));
    assert!(has_region || (stderr.contains("values.yaml:1") && output.status.code() == Some(3)), "{stderr}");
}

#[test]
fn a_saved_page_is_a_look_at_the_page_of_the_target_named_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let page = write(
        &folder,
        "page.html",
        "<!doctype html><html><script src=https://www.googletagmanager.com/gtag/js></script><img src=/own.png></html>",
    );
    let output =
        jurisdig().args(["audit", "--offline", "--json", "www.ministere-page.fr", "--from", &page]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["pages"][0]["by"], "html-file");
    let resource = report["services"].as_array().unwrap().iter().find(|s| s["role"] == "resource").unwrap();
    assert_eq!(resource["layers"][0]["operator"], "google-tag-manager");
    // Without a target every host it would contact is one.
    let output = world().command("audit").args(["-f", "ndjson", "--from", &page]).output().unwrap();
    let all = reports(&output);
    assert_eq!(all.iter().map(|r| r["target"].as_str().unwrap()).collect::<Vec<_>>(), ["www.googletagmanager.com"]);
}

#[test]
fn a_file_that_is_no_text_is_a_usage_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.bin");
    std::fs::write(&path, [0u8, 1, 2, 0]).unwrap();
    let output = jurisdig().args(["audit", "--from", path.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("x.bin"));
}
