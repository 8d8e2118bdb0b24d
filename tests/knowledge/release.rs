//! The data of this release.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jurisdig::kb::{Fault, Knowledge, Owners, RegionAnswer, Signal, compile};
use jurisdig::model::{Confidence, Grade, Role};

use super::{code, day, end, entity, in_country, is_unknown, walk};

fn release() -> &'static Knowledge {
    static RELEASE: OnceLock<Knowledge> = OnceLock::new();
    RELEASE.get_or_init(Knowledge::embedded)
}

fn toml_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            toml_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            into.push(path);
        }
    }
}

/// `build.rs` checks all but the patterns; here they are checked as well.
#[test]
fn the_files_have_no_fault_and_are_what_is_embedded() {
    let mut paths = Vec::new();
    toml_files(Path::new("data/kb"), &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "files are missing");
    let texts: Vec<(String, String)> =
        paths.iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let kb = match compile(&files) {
        Ok(kb) => kb,
        Err(faults) => panic!("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")),
    };
    assert_eq!(&kb, release().kb());
}

#[test]
fn the_release_says_what_it_is() {
    let release = &release().kb().release;
    assert!(!release.release.is_empty());
    let (released, review_by) = (release.released.unwrap(), release.review_by.unwrap());
    assert!(released < review_by);
}

/// A passed date of review is a warning: the tests have to run on any day.
#[test]
fn what_has_to_be_looked_up_again() {
    let kb = release().kb();
    let released = kb.release.released.unwrap();
    let mut passed = Vec::new();
    for (id, law) in &kb.laws {
        for review in law.status.iter().filter_map(|status| status.review_by) {
            assert!(review > released.saturating_sub(jiff::Span::new().years(1)), "{id}: {review} is no plan");
            if review < released {
                passed.push(format!("{id}: review was due on {review}"));
            }
        }
    }
    for line in passed {
        eprintln!("warning: {line}");
    }
}

#[test]
fn every_service_role_has_a_row_of_the_matrix() {
    let kb = release().kb();
    for role in [
        Role::Edge,
        Role::Host,
        Role::Gateway,
        Role::Mailbox,
        Role::Sender,
        Role::Dmarc,
        Role::Resource,
        Role::Dns,
        Role::Ca,
        Role::Registrar,
        Role::Tld,
        Role::Carrier,
    ] {
        assert!(kb.services.iter().any(|row| row.roles.contains(&role)), "{role:?}");
    }
}

#[test]
fn every_operator_walks_on_every_date() {
    let kb = release();
    let mut walked = 0;
    for (id, operator) in &kb.kb().operators {
        for run in &operator.runs {
            for date in ["1990-01-01", "2018-06-01", "2022-02-28", "2025-12-15", "2026-11-24", "2040-01-01"] {
                let walk = walk(kb, run.entity.as_str(), date);
                walked += 1;
                assert!(walk.nexus.is_sorted_by(|a, b| a.grade >= b.grade), "{id}");
                for nexus in &walk.nexus {
                    assert_eq!(nexus.path[0].entity, run.entity, "{id}");
                    assert!(nexus.grade != Grade::Direct || nexus.path.len() == 1, "{id}");
                    assert_ne!(nexus.confidence, Confidence::None, "{id}: {nexus:?} rests on nothing");
                }
                let has_seat = walk.nexus.iter().any(|nexus| nexus.grade == Grade::Direct);
                assert!(has_seat || is_unknown(&walk), "{id} on {date}: no seat, and not said so");
            }
        }
    }
    assert!(walked > 1000, "only {walked} walks");
}

/// A sample of names, with traps: label boundaries, partitions, look-alikes.
#[test]
fn names_on_the_wire_find_their_operator() {
    let kb = release();
    let cases = [
        (Signal::Mx, "example-com.mail.protection.outlook.com", Some("microsoft")),
        (Signal::Mx, "mx1.hornetsecurity.com", Some("hornetsecurity")),
        (Signal::Mx, "mx0.vadesecure.com", Some("vade")),
        (Signal::Mx, "mx1.notvadesecure.com", None),
        (Signal::Cname, "d111111abcdef8.cloudfront.net", Some("aws")),
        (Signal::Cname, "x.cloudfront.net.evil.example", None),
        (Signal::Ns, "ns-1.awsdns-02.com", Some("aws")),
        (Signal::Ns, "dns1.p01.nsone.net", Some("ns1")),
        (Signal::Cname, "my-app.osc-fr1.scalingo.io", Some("scalingo")),
        (Signal::Cname, "domain.par.clever-cloud.com", Some("clever-cloud")),
        (Signal::Cname, "main-bvxea6i-abc.fr-3.platformsh.site", Some("upsun")),
        (Signal::Cname, "my-app.koyeb.app", Some("koyeb")),
        (Signal::Cname, "notscalingo.io", None),
    ];
    for (signal, name, expected) in cases {
        let found = kb.by_name(signal, &name.parse().unwrap()).map(|m| m.operator.as_str());
        assert_eq!(found, expected, "{name}");
    }
    let aws = "aws".parse().unwrap();
    let region = |name: &str| kb.region(&aws, Signal::Cname, &name.parse().unwrap());
    assert_eq!(region("b.s3.eu-west-3.amazonaws.com"), RegionAnswer::Country(code("FR")));
    assert_eq!(region("b.s3.amazonaws.com"), RegionAnswer::Unknown);
    let scalingo = "scalingo".parse().unwrap();
    let region = |name: &str| kb.region(&scalingo, Signal::Cname, &name.parse().unwrap());
    assert_eq!(region("my-app.osc-fr1.scalingo.io"), RegionAnswer::Country(code("FR")));
    assert_ne!(region("my-app.osc-xx9.scalingo.io"), RegionAnswer::Country(code("FR")));
}

/// Pitfall 2: ownership is not frozen in time.
#[test]
fn a_german_filter_became_american() {
    let kb = release();
    let hornet = walk(kb, "hornetsecurity", "2025-06-01");
    assert_eq!(in_country(&hornet, "DE"), ["direct<-hornetsecurity"]);
    assert!(is_unknown(&hornet));
    assert!(!hornet.nexus.iter().any(|n| end(n) == "proofpoint"));

    let vade = walk(kb, "vade", "2025-06-01");
    assert_eq!(in_country(&vade, "FR")[0], "direct<-vade");
    assert_eq!(in_country(&vade, "DE")[0], "controlled<-hornetsecurity");
    assert!(is_unknown(&vade) && !vade.boundary);
    assert!(!vade.nexus.iter().any(|n| n.jurisdiction == code("US") && n.grade >= Grade::Controlled));

    let december = walk(kb, "vade", "2025-12-15");
    assert!(december.boundary);
    let us: Vec<_> = december.nexus.iter().filter(|n| n.jurisdiction == code("US")).collect();
    assert!(us.iter().any(|n| n.boundary));

    let january = walk(kb, "vade", "2026-01-15");
    let us = in_country(&january, "US");
    assert!(us.contains(&"controlled<-proofpoint".to_owned()), "{us:?}");
    assert!(us.contains(&"controlled(fund)<-thoma-bravo".to_owned()), "{us:?}");
    assert!(!january.boundary && !is_unknown(&january));
}

/// Pitfall 3: the owner changed, the operating company did not; both are shown.
#[test]
fn an_american_company_under_a_french_parent_is_both() {
    let kb = release();
    assert_eq!(kb.by_asn("AS19551".parse().unwrap()).map(|id| id.as_str()), Some("imperva"));
    let before = walk(kb, "imperva-inc", "2021-06-01");
    assert_eq!(before.nexus[0].grade, Grade::Direct);
    assert!(in_country(&before, "US").contains(&"controlled(fund)<-thoma-bravo".to_owned()));
    assert_eq!(in_country(&before, "FR"), Vec::<String>::new());
    let after = walk(kb, "imperva-inc", "2024-06-01");
    assert!(in_country(&after, "US").contains(&"direct<-imperva-inc".to_owned()));
    assert!(in_country(&after, "FR").contains(&"controlled<-thales-sa".to_owned()));
}

/// Pitfall 4: announced is not owned.
#[test]
fn an_announced_sale_is_a_note() {
    let kb = release();
    let states = |date: &str| {
        let walk = walk(kb, "solvinity-bv", date);
        assert_eq!(in_country(&walk, "NL")[0], "direct<-solvinity-bv", "{date}");
        assert!(!walk.nexus.iter().any(|n| n.jurisdiction == code("US") && n.grade >= Grade::Presence), "{date}");
        let deals = walk.deals.iter().map(|number| &kb.kb().deals[*number]);
        let states = deals.flat_map(|deal| &deal.states).filter(|state| state.from <= day(date).0);
        states.map(|state| state.state.as_str()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(states("2025-06-01"), "");
    assert_eq!(states("2026-02-01"), "announced");
    assert_eq!(states("2026-06-01"), "announced prohibited");
    assert!(is_unknown(&walk(kb, "solvinity-bv", "2026-02-01")));
}

/// Pitfall 5: a European owner is not the end of it.
#[test]
fn a_french_group_is_present_elsewhere() {
    let kb = release();
    let operator = kb.by_asn("AS16276".parse().unwrap()).unwrap();
    let run = kb.entity_for(operator, Some(code("FR")), None, day("2026-11-24")).unwrap();
    let walk = kb.walk(&run.entity, day("2026-11-24"));
    assert!(in_country(&walk, "FR")[0].starts_with("direct<-"));
    for country in ["US", "CA"] {
        assert!(walk.nexus.iter().any(|n| n.jurisdiction == code(country) && n.grade == Grade::Presence), "{country}");
    }
    let cited = kb.kb().authorities.iter().find(|authority| authority.id == "ca-ovh-2025").unwrap();
    assert!(walk.nexus.iter().flat_map(|n| &n.path).any(|step| Some(&step.entity) == cited.entity.as_ref()));
}

/// Pitfall 20: a chain that ends without a recorded top is not a complete one.
#[test]
fn an_owner_that_is_not_recorded_is_said_to_be_unknown() {
    let kb = release();
    let mut ends = 0;
    for (id, company) in &kb.kb().entities {
        let is_end = company.top.is_empty() && !kb.kb().edges.iter().any(|edge| &edge.owned == id);
        if is_end {
            ends += 1;
            let walk = kb.walk(id, day("2026-11-24"));
            assert!(matches!(&walk.owners, Owners::Unknown { at, .. } if at == id), "{id}");
        }
    }
    assert!(ends > 0);
    let unknown = entity("no-such-company");
    assert!(is_unknown(&kb.walk(&unknown, day("2026-11-24"))));
}
