//! Streams, pipes, formats, signals, languages.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::world::{NOW, World, jurisdig, world};

fn screen(arguments: &[&str]) -> String {
    let output = world().command("audit").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_pipe_gets_fixed_columns() {
    let text = screen(&["www.ministere-exemple.fr"]);
    let mut lines = text.lines();
    let head = lines.next().unwrap();
    assert!(head.starts_with("www.ministere-exemple.fr  2026-11-24T02:42:07Z  vantage=-  home=FR"), "{head}");
    let edge = lines.next().unwrap();
    assert!(edge.starts_with("edge ") && edge.contains("US,FR") && edge.contains("servers=anycast"), "{edge}");
    assert!(text.lines().any(|l| l.starts_with("host ") && l.contains("unknown") && l.contains("sure=0")), "{text}");
    assert!(text.is_ascii() && !text.contains('\u{1b}'), "no colour, no lines: {text}");
}

#[test]
fn no_line_is_wider_than_asked() {
    for width in [60, 80, 120] {
        for language in ["en", "fr"] {
            let text = screen(&["www.ministere-exemple.fr", "--width", &width.to_string(), "--lang", language]);
            let widest = text.lines().map(|l| l.chars().count()).max().unwrap();
            assert!(widest <= width, "{widest} > {width} ({language}):\n{text}");
        }
    }
}

#[test]
fn french() {
    let text = screen(&["www.ministere-exemple.fr", "--width", "80", "--lang", "fr"]);
    assert!(text.contains("24/11/2026 02:42 UTC"), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("Le droit américain atteint 4 services sur 7 : 4 qui voient les données."), "{flat}");
    assert!(text.contains("sur 7\u{a0}:"), "a no-break space before the colon");
    // The locale decides where no flag does; machine formats have no language.
    let by_locale = world()
        .command("audit")
        .env("LC_ALL", "fr_FR.UTF-8")
        .args(["www.ministere-exemple.fr", "--width", "80"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(by_locale.stdout).unwrap(), text);
    let json = |language: &str| screen(&["mairie-exemple.fr", "--json", "--lang", language]);
    assert_eq!(json("fr"), json("en"));
}

#[test]
fn ascii_and_colour() {
    let ascii = screen(&["www.ministere-exemple.fr", "--width", "80", "--ascii"]);
    assert!(ascii.is_ascii(), "{}", ascii.chars().filter(|c| !c.is_ascii()).collect::<String>());
    let coloured = screen(&["www.ministere-exemple.fr", "--width", "80", "--color", "always"]);
    let plain = screen(&["www.ministere-exemple.fr", "--width", "80"]);
    assert!(coloured.contains('\u{1b}') && !plain.contains('\u{1b}'));
    let no_color = world()
        .command("audit")
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "1")
        .args(["www.ministere-exemple.fr", "--width", "80"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(no_color.stdout).unwrap(), plain);
}

#[test]
fn text_from_outside_moves_no_cursor() {
    for flags in [&["--width", "80"][..], &["--width", "120"], &[]] {
        let text = screen(&[&["hostile-exemple.fr"], flags].concat());
        let bad: Vec<char> = text.chars().filter(|c| *c != '\n' && crate::output::is_control(*c)).collect();
        assert!(bad.is_empty(), "{bad:?} in {text}");
    }
    let explained = world().command("explain").args(["hostile-exemple.fr", "sender"]).output().unwrap();
    let explained = String::from_utf8(explained.stdout).unwrap();
    assert!(!explained.chars().any(|c| c != '\n' && is_control(c)), "{explained}");
    let bad_argument = jurisdig().arg("a\u{1b}[2J.b c").output().unwrap();
    assert!(!bad_argument.stderr.contains(&0x1b));
}

pub fn is_control(c: char) -> bool {
    c.is_control() || matches!(u32::from(c), 0x200e..=0x200f | 0x202a..=0x202e | 0x2066..=0x2069)
}

#[test]
fn json_begins_with_the_schema_and_keeps_to_it() {
    let text = screen(&["mairie-exemple.fr", "--json"]);
    assert!(text.trim_start_matches(['{', '\n', ' ']).starts_with("\"schema\": \"jurisdig/audit/1\""), "{text:.80}");
    let schema = jurisdig().args(["gen", "schema", "audit"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in report.as_object().unwrap().keys() {
        assert!(schema["properties"].get(key).is_some(), "gen schema does not know {key}");
    }
    for name in ["who", "laws"] {
        let output = jurisdig().args(["gen", "schema", name]).output().unwrap();
        assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["properties"].is_object());
    }
}

#[test]
fn several_targets_are_one_document_or_one_line_each() {
    let both = ["mairie-exemple.fr", "sansmail-exemple.fr"];
    let json: serde_json::Value = serde_json::from_str(&screen(&[&both[..], &["--json"]].concat())).unwrap();
    assert_eq!(json["audits"].as_array().unwrap().len(), 2);
    assert_eq!(screen(&[&both[..], &["-f", "ndjson"]].concat()).lines().count(), 2);
}

#[test]
fn files_beside_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut run = world().command("audit");
    run.args(["mairie-exemple.fr", "-f", "ndjson"]);
    for name in ["a.json", "b.ndjson", "c.txt"] {
        run.arg("-o").arg(at(name));
    }
    let output = run.output().unwrap();
    assert!(output.status.success());
    let read = |name: &str| std::fs::read_to_string(at(name)).unwrap();
    assert_eq!(read("b.ndjson").as_bytes(), output.stdout);
    let pretty: serde_json::Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!(pretty, serde_json::from_str::<serde_json::Value>(&read("b.ndjson")).unwrap());
    assert!(read("c.txt").contains("RUN BY") && !read("c.txt").contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jurisdig"))
        .env_clear()
        .env("JURISDIG_NO_PAGE", "1")
        .env("SOURCE_DATE_EPOCH", NOW)
        .args(["who", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        for _ in 0..100_000 {
            if stdin.write_all(b"1.1.1.1\n").is_err() {
                return;
            }
        }
    });
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    writer.join().unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_exit_4() {
    for arguments in [&["who", "1.1.1.1"][..], &["laws"], &["data", "status"], &["--help"], &["gen", "schema"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_jurisdig"))
            .env_clear()
            .env("JURISDIG_NO_PAGE", "1")
            .env("JURISDIG_NO_PAGE", "1")
            .args(arguments)
            .stdout(Stdio::from(full))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {said}");
        assert!(said.contains("standard output") && !said.contains("panicked"), "{said}");
    }
    let saved = world().command("audit").args(["mairie-exemple.fr", "--save", "/dev/full"]).output().unwrap();
    assert_eq!(saved.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&saved.stderr).contains("/dev/full"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_with_its_code_and_leaves_no_file() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        // A resolver that never answers keeps the run going.
        let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_jurisdig"))
            .env_clear()
            .env("JURISDIG_NO_PAGE", "1")
            .env("JURISDIG_NO_PAGE", "1")
            .args(["audit", "a.example", "--resolver", &silent.local_addr().unwrap().to_string(), "-o"])
            .arg(folder.path().join("a.json"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The first question has been sent: signals are listened for by then.
        silent.recv(&mut [0; 512]).unwrap();
        for _ in 0..2 {
            // The second signal ends at once.
            let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            assert!(sent.success());
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn only_the_services_asked_for() {
    let own = World::start();
    let report = own.audit_with("www.ministere-exemple.fr", &["--services", "dns", "--vantage", "FR/AS64500"]);
    assert_eq!(crate::cells::only(&report, "dns").state, "found");
    for role in ["edge", "host", "gateway", "mailbox", "sender", "dmarc"] {
        assert!(crate::cells::rows(&report, role).iter().all(|row| row.state == "not-asked"), "{role}");
    }
    assert!(!own.asked().iter().any(|(name, _)| name.ends_with("incapdns.net")), "the web names were not asked");
    assert_eq!((&report["vantage"]["country"], &report["vantage"]["asn"]), (&"FR".into(), &64500.into()));
}

#[test]
fn no_resolver_answers() {
    // A port that was free a moment ago: nobody listens there.
    let dead = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let run = |flags: &[&str]| {
        jurisdig().args(["www.ministere-exemple.fr", "--resolver", &dead]).args(flags).output().unwrap()
    };
    let output = run(&["--width", "80"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    for expected in ["no DNS resolver answered", &dead, "jurisdig who www.ministere-exemple.fr", "jurisdig replay"] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    let json = run(&["--json"]);
    assert_eq!(json.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["measured"], false);
    let french = run(&["--width", "80", "--lang", "fr"]);
    assert_ne!(String::from_utf8(french.stdout).unwrap(), text);
}

#[test]
fn explain_names_its_steps() {
    let run = |service: &str| {
        let output = world().command("explain").args(["www.ministere-exemple.fr", service]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run("mailbox");
    assert_eq!(code, Some(0));
    for expected in ["autodiscover.outlook.com", "Microsoft Corporation", "us-cloud-act", "Not shown", "[S1]"] {
        assert!(text.contains(expected), "{expected}:\n{text}");
    }
    assert!(text.lines().all(|l| l.chars().count() <= 80), "prose is set to 80");
    assert_eq!(run("ca").0, Some(0), "a service nobody asked for is explained as such");
    // From saved evidence: the same text, without network.
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("evidence.json");
    world().command("audit").args(["www.ministere-exemple.fr", "-q", "--save"]).arg(&saved).assert().success();
    let again = jurisdig().arg("explain").arg(&saved).arg("mailbox").output().unwrap();
    assert_eq!(String::from_utf8(again.stdout).unwrap(), text);
}

#[test]
fn laws_on_a_date() {
    let run = |flags: &[&str]| {
        let output = jurisdig().args(["laws", "us-fisa-702"]).args(flags).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run(&["--as-of", "2026-01-01"]).contains("in force"));
    assert!(run(&["--as-of", "2026-11-24"]).contains("authority lapsed"));
    let all = jurisdig().args(["laws", "--json"]).output().unwrap();
    let all: serde_json::Value = serde_json::from_slice(&all.stdout).unwrap();
    assert!(all["laws"].as_array().unwrap().len() >= 30);
}

#[test]
fn generated_files_and_status() {
    for shell in ["bash", "zsh", "fish"] {
        let output = jurisdig().args(["gen", "completions", shell]).output().unwrap();
        assert!(String::from_utf8(output.stdout).unwrap().contains("jurisdig"));
    }
    let folder = tempfile::tempdir().unwrap();
    jurisdig().args(["gen", "man"]).arg(folder.path().join("man")).assert().success();
    let page = std::fs::read_to_string(folder.path().join("man/jurisdig-audit.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("records"), "{page:.200}");
    let status = jurisdig().args(["data", "status", "--json"]).output().unwrap();
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["tables"][0]["id"], "embedded");
    assert_eq!(status["tables"][0]["sha256"].as_str().unwrap().len(), 64);
    assert!(status["tables"][0]["age_days"].as_i64().unwrap() > 0);
    let version = jurisdig().args(["--version", "-v"]).output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    for credited in ["DB-IP", "RouteViews", "NRO", "ip-location-db"] {
        assert!(version.contains(credited), "{version}");
    }
}

/// Only the target's own names, the hosts its records name, and nobody else are asked about.
#[test]
fn only_names_the_target_leads_to_are_asked() {
    let own = World::start();
    own.command("audit").args(["mairie-exemple.fr", "-q"]).assert().success();
    let may: [&str; 9] = [
        "mairie-exemple.fr",
        "mx.ovh.com",
        "mail-out.ovh.net",
        "mail.ovh.net",
        "dns109.ovh.net",
        "ns109.ovh.net",
        "mx1.mail.ovh.net",
        "mx2.mail.ovh.net",
        "in-addr.arpa",
    ];
    let asked = own.asked();
    assert!(asked.len() > 10, "{asked:?}");
    for (name, _) in asked {
        let fits = may.iter().any(|m| name == *m || name.ends_with(&format!(".{m}")));
        assert!(fits, "{name} was asked");
    }
}
