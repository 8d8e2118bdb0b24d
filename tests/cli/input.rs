//! Bad input: the message names the place, the code is the documented one, and nothing stands half-written.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::world::{jurisdig, world};

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// One row: arguments, code, and what standard error has to name.
fn refuse(arguments: &[&str], code: i32, named: &[&str]) {
    let output = jurisdig().args(arguments).write_stdin("").output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    for name in named {
        assert!(said.contains(name), "{arguments:?} does not name {name}:\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn usage() {
    refuse(&["--bogus", "x.example"], 2, &["--bogus"]);
    refuse(&["audti", "x.example"], 2, &["audti", "audit"]);
    refuse(&["localhost"], 2, &["localhost"]);
    refuse(&["audit"], 2, &["no target"]);
    refuse(&["audit", "-"], 2, &["no target"]);
    refuse(&["audit", "a b"], 2, &["a b"]);
    refuse(&["x.example", "--as-of", "24/11/2026"], 2, &["--as-of", "24/11/2026"]);
    refuse(&["x.example", "--as-of", "2026-02-30"], 2, &["--as-of", "2026-02-30"]);
    refuse(&["x.example", "--home", "Europe"], 2, &["--home", "Europe"]);
    refuse(&["x.example", "--resolver", "dns.example"], 2, &["--resolver", "dns.example"]);
    refuse(&["x.example", "--services", "webb"], 2, &["--services", "webb"]);
    refuse(&["x.example", "--vantage", "Paris"], 2, &["--vantage", "Paris"]);
    refuse(&["x.example", "--connect-to", "a:b"], 2, &["--connect-to", "a:b"]);
    refuse(&["x.example", "-o", "report.pdf"], 2, &["report.pdf"]);
    refuse(&["x.example", "-f", "yaml"], 2, &["yaml"]);
    refuse(&["x.example", "--width", "7"], 2, &["--width"]);
    refuse(&["x.example", "--offline"], 2, &["--offline", "--records"]);
    refuse(&["who"], 2, &["IP|ASN|HOST|NAME"]);
    refuse(&["laws", "us-nothing"], 2, &["us-nothing", "us-cloud-act"]);
    refuse(&["gen", "completions", "ksh"], 2, &["ksh"]);
}

#[test]
fn environment() {
    for (variable, value) in
        [("JURISDIG_AS_OF", "now"), ("JURISDIG_LANG", "de"), ("JURISDIG_JOBS", "many"), ("SOURCE_DATE_EPOCH", "today")]
    {
        let output = jurisdig().env(variable, value).args(["who", "AS1"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{variable}");
        assert!(stderr(&output).contains(variable), "{}", stderr(&output));
    }
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let folder_name = folder.path().to_str().unwrap();
    let missing = folder.path().join("none.txt").to_str().unwrap().to_owned();
    let empty = write("empty.txt", b"# nothing\n\n");
    let utf16 =
        write("utf16.txt", &"\u{feff}a.example\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    let zone = write("bad.zone", b"a.example. 300 IN A 192.0.2.1\nthis is no record at all\n");
    let mmdb = write("bad.mmdb", b"this is no table");
    let junk = write("junk.json", b"{\"evidence\": 1}");
    let newer = write("newer.json", b"\n{\"evidence\": {\"schema\": 99}, \"judged\": []}\n");
    fs::create_dir(folder.path().join("kb")).unwrap();
    fs::create_dir(folder.path().join("nokb")).unwrap();
    write("kb/own.toml", b"[operator.own]\nname = \"Own\"\nkinds = [\"nonsense\"]\n");
    let kb = folder.path().join("kb").to_str().unwrap().to_owned();
    let nokb = folder.path().join("nokb").to_str().unwrap().to_owned();

    refuse(&["-T", &missing], 4, &["none.txt"]);
    refuse(&["-T", folder_name], 4, &[folder_name]);
    refuse(&["-T", &empty], 2, &["no target"]);
    refuse(&["-T", &utf16], 2, &["utf16.txt", "UTF-16"]);
    refuse(&["x.example", "--records", &missing], 4, &["none.txt"]);
    refuse(&["x.example", "--records", &zone], 2, &["bad.zone:2"]);
    refuse(&["who", "1.1.1.1", "--mmdb", &missing], 4, &["none.txt"]);
    refuse(&["who", "1.1.1.1", "--mmdb", &mmdb], 2, &["bad.mmdb"]);
    refuse(&["replay", &missing], 4, &["none.txt"]);
    refuse(&["replay", &junk], 2, &["junk.json", "line 1"]);
    refuse(&["replay", &newer], 2, &["newer.json", "line 2", "schema 99"]);
    refuse(&["replay", &empty], 2, &["empty.txt"]);
    refuse(&["replay", "-"], 2, &["stdin"]);
    refuse(&["who", "1.1.1.1", "--kb", &kb], 2, &["own.toml:"]);
    refuse(&["who", "1.1.1.1", "--kb", &nokb], 2, &["nokb"]);
    refuse(&["who", "1.1.1.1", "--kb", &missing], 4, &["none.txt"]);
    refuse(&["who", "1.1.1.1", "-o", "/nowhere/at/all.json"], 4, &["/nowhere/at/all.json"]);
}

#[test]
fn a_bad_line_is_named_and_the_others_are_audited() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("targets.txt");
    fs::write(&list, "mairie-exemple.fr\n# towns\nnot a name\nMAIRIE-exemple.fr.\nsansmail-exemple.fr\n").unwrap();
    let output = world().command("audit").args(["-f", "ndjson", "-T"]).arg(&list).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "a line about which nothing is known\n{said}");
    assert!(said.contains("targets.txt:3: "), "{said}");
    assert!(said.contains("targets.txt:4: mairie-exemple.fr is named at"), "{said}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    let quiet = world().command("audit").args(["-q", "-f", "ndjson", "-T"]).arg(&list).output().unwrap();
    assert!(stderr(&quiet).contains(":3: ") && !stderr(&quiet).contains(":4: "), "-q keeps errors, drops notes");
}

#[test]
fn nothing_stands_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("old.json"), "old").unwrap();
    // The second file cannot be made: the first is left as it was.
    let output = world()
        .command("audit")
        .arg("mairie-exemple.fr")
        .arg("-o")
        .arg(at("old.json"))
        .arg("-o")
        .arg(at("none/new.json"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(at("old.json")).unwrap(), "old");
    assert_eq!(files_in(folder.path()), ["old.json"]);
    world().command("audit").arg("mairie-exemple.fr").arg("-o").arg(at("old.json")).assert().success();
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(at("old.json")).unwrap()).unwrap();
    assert_eq!(report["schema"], "jurisdig/audit/1");
    assert_eq!(files_in(folder.path()), ["old.json"], "no temporary file stays");
}

fn files_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A user's layer corrects the release, and every report names what did not come from it.
#[test]
fn a_layer_of_the_users_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("own.toml"),
        "[source.own-register]\ntitle = \"Register extract\"\nurl = \"https://register.example/1\"\ntier = 1\nseen = 2026-11-01\n\n\
         [entity.own-host]\nname = \"Own Host SAS\"\nincorporated = [{ in = \"FR\" }]\nline = [\"cloud\"]\nsources = [\"own-register\"]\n\
         top = { kind = \"natural-persons\", sources = [\"own-register\"] }\n\n\
         [operator.own-host]\nname = \"Own Host\"\nkinds = [\"host\"]\nruns = [{ entity = \"own-host\" }]\n\
         cname = [\"hebergeur-obscur.example\"]\nsources = [\"own-register\"]\n",
    )
    .unwrap();
    let report = world().audit_with("www.inconnu-exemple.fr", &["--kb", folder.path().to_str().unwrap()]);
    assert_eq!(crate::cells::run_by(&report, "host"), ["own-host"]);
    assert!(report["judged_with"]["added"].to_string().contains("operator/own-host"), "{}", report["judged_with"]);
}
