//! Layers of the user over the release.

use jurisdig::kb::{Knowledge, Layer, compile, compile_layers, extend};

use super::walk;

const BASE: &str = r#"
schema = "jurisdig-kb/1"
release = "2026.1"
released = 2026-01-01
[source.s]
title = "A register"
url = "https://registry.example/"
tier = 1
seen = 2026-01-01
[jurisdiction.FR]
name = { en = "France", fr = "France" }
[jurisdiction.US]
name = { en = "United States", fr = "États-Unis" }
[entity.low]
name = "Low SAS"
incorporated = [{ in = "FR" }]
sources = ["s"]
[entity.high]
name = "High SA"
incorporated = [{ in = "FR" }]
sources = ["s"]
top = { kind = "widely-held", sources = ["s"] }
[[edge]]
owned = "low"
owner = "high"
kind = "equity"
control = "sole"
to = 2020-01-01
[[edge]]
owned = "low"
owner = "high"
kind = "equity"
control = "sole"
from = 2020-01-01
"#;

const MINE: &str = r#"
release = "mine"
[entity.high]
name = "High Inc."
incorporated = [{ in = "US" }]
sources = ["s"]
top = { kind = "natural-persons", sources = ["s"] }
[[edge]]
owned = "low"
owner = "high"
kind = "equity"
control = "sole"
from = 2024-01-01
"#;

fn check(kb: jurisdig::kb::schema::Kb) {
    assert_eq!(kb.release.release, "2026.1", "a layer does not rename the release");
    assert_eq!(kb.edges.len(), 1, "edges between two companies are replaced together");
    let added: Vec<(&str, &str)> = kb.added.iter().map(|(key, file)| (key.as_str(), file.as_str())).collect();
    assert_eq!(added, [("edge/low<-high", "mine: my.toml"), ("entity/high", "mine: my.toml")]);
    let kb = Knowledge::new(kb);
    let codes =
        |date: &str| walk(&kb, "low", date).nexus.iter().map(|n| n.jurisdiction.to_string()).collect::<Vec<_>>();
    assert_eq!(codes("2025-01-01"), ["FR", "US"]);
    assert_eq!(codes("2022-01-01"), ["FR"]);
}

#[test]
fn later_layers_replace_by_id_and_are_named() {
    let layers =
        [Layer { name: "release", files: &[("base.toml", BASE)] }, Layer { name: "mine", files: &[("my.toml", MINE)] }];
    check(compile_layers(&layers).unwrap());
}

#[test]
fn a_compiled_base_takes_layers_as_well() {
    let base = compile(&[("base.toml", BASE)]).unwrap();
    check(extend(&base, &[Layer { name: "mine", files: &[("my.toml", MINE)] }]).unwrap());
    assert_eq!(extend(&base, &[]).unwrap(), base);
}

#[test]
fn the_same_id_twice_in_one_layer_is_a_fault() {
    let twice = "[source.s]\ntitle = \"Another\"\ntier = 4\nseen = 2026-01-01\n";
    let faults = compile(&[("base.toml", BASE), ("twice.toml", twice)]).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].to_string(), "twice.toml:1: source `s` is defined twice; first at base.toml:5");
}

#[test]
fn a_layer_is_checked_against_the_base() {
    let base = compile(&[("base.toml", BASE)]).unwrap();
    let wrong = "[[edge]]\nowned = \"high\"\nowner = \"low\"\nkind = \"equity\"\ncontrol = \"sole\"\n";
    let faults = extend(&base, &[Layer { name: "mine", files: &[("my.toml", wrong)] }]).unwrap_err();
    assert!(faults.iter().any(|fault| fault.what.starts_with("ownership goes in a circle")), "{faults:?}");
}
