#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

use std::fmt::Write as _;

use super::*;
use crate::observe::dns::{Records, Resolver};
use crate::observe::domain::Limits;

/// A world of TXT records and of lines as they stand.
#[derive(Default)]
struct World(String);

impl World {
    fn own(record: &str) -> Self {
        Self::default().txt("d.example", record)
    }

    fn txt(mut self, name: &str, record: &str) -> Self {
        writeln!(self.0, "{name}. 300 IN TXT \"{record}\"").unwrap();
        self
    }

    fn line(mut self, line: &str) -> Self {
        writeln!(self.0, "{line}").unwrap();
        self
    }

    /// Names with an SPF record that needs no look-ups.
    fn leaves(self, names: impl IntoIterator<Item = String>) -> Self {
        names.into_iter().fold(self, |world, name| world.txt(&name, "v=spf1 ip4:192.0.2.1 -all"))
    }

    fn walk(&self) -> SpfFacts {
        let (facts, _) = self.walk_counting();
        facts
    }

    fn walk_counting(&self) -> (SpfFacts, usize) {
        let resolver = Resolver::Recorded(Records::parse(&self.0, "world").unwrap());
        let limits = Limits::default();
        let session = Session::new(&resolver, &limits);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let facts = runtime.block_on(async {
            let domain: DomainName = "d.example".parse().unwrap();
            let lookup = session.general(&domain, Rtype::Txt).await.unwrap();
            walk(&session, &Probe::Found(Start { domain, records: records(&lookup) })).await
        });
        let Probe::Found(facts) = facts else { panic!("{facts:?}") };
        (facts, session.into_answers().len())
    }
}

fn perm(facts: &SpfFacts) -> &str {
    match &facts.result {
        SpfResult::PermError(what) => what,
        other => panic!("{other:?}"),
    }
}

/// Targets of the terms a message can pass through.
fn passing(facts: &SpfFacts) -> Vec<&str> {
    facts.terms.iter().filter(|term| term.can_pass).map(|term| term.target.as_str()).collect()
}

fn includes(count: usize) -> (String, Vec<String>) {
    let names: Vec<String> = (0..count).map(|i| format!("i{i}.example")).collect();
    let record = names.iter().fold("v=spf1".to_owned(), |record, name| format!("{record} include:{name}")) + " -all";
    (record, names)
}

#[test]
fn nine_ten_and_eleven_look_ups() {
    for count in [9, 10, 11] {
        let (record, names) = includes(count);
        let facts = World::own(&record).leaves(names.clone()).walk();
        assert_eq!(facts.lookups as usize, count);
        // Every include is followed all the same.
        assert!(names.iter().all(|name| facts.terms.iter().any(|term| term.at.as_str() == name)), "{count}");
        match count {
            11 => assert_eq!(perm(&facts), "more than 10 look-ups"),
            _ => assert_eq!(facts.result, SpfResult::Ok),
        }
        assert!(!facts.capped);
    }
}

/// Every kind of term that RFC 7208 counts, and none that it does not; the limit holds across an include.
#[test]
fn what_counts_as_a_look_up() {
    let counted = "a mx ptr exists:e.example include:i.example";
    let world = World::own(&format!("v=spf1 {counted} ip4:192.0.2.1 ip6:2001:db8::1 redirect=r.example"))
        .line("d.example. 300 IN A 192.0.2.1")
        .line("d.example. 300 IN MX 10 m.example.")
        .line("e.example. 300 IN A 127.0.0.2")
        .txt("i.example", "v=spf1 a:h.example -all")
        .txt("r.example", "v=spf1 mx:x.example exp=why.example -all")
        .line("h.example. 300 IN A 192.0.2.1")
        .line("x.example. 300 IN MX 10 m.example.");
    let facts = world.walk();
    assert_eq!((facts.lookups, facts.voids), (8, 0));
    assert_eq!(facts.result, SpfResult::Ok);

    // internet.nl #1336: nested terms count too.
    let nested: String = (0..6).map(|i| format!(" a:n{i}.example")).collect();
    let (record, names) = includes(5);
    let mut world = World::own(&record).txt("i4.example", &format!("v=spf1{nested} -all"));
    world = world.leaves(names.into_iter().take(4));
    for i in 0..6 {
        world = world.line(&format!("n{i}.example. 300 IN A 192.0.2.1"));
    }
    let facts = world.walk();
    assert_eq!(facts.lookups, 11);
    assert_eq!(perm(&facts), "more than 10 look-ups");
}

#[test]
fn two_and_three_void_look_ups() {
    for (count, is_ok) in [(2, true), (3, false)] {
        let terms: String = (0..count).map(|i| format!(" a:v{i}.example")).collect();
        let mut world = World::own(&format!("v=spf1{terms} -all"));
        for i in 0..count {
            world = world.line(&format!(";; NXDOMAIN v{i}.example."));
        }
        let facts = world.walk();
        assert_eq!(facts.voids, count);
        match is_ok {
            true => assert_eq!(facts.result, SpfResult::Ok),
            // The limit is noticed although no term follows that would ask.
            false => assert_eq!(perm(&facts), "more than 2 void look-ups"),
        }
    }
    // One family without addresses is no void look-up; neither is a name that could not be asked.
    let facts = World::own("v=spf1 a:six.example a:broken.example exists:none.example -all")
        .line(";; NODATA six.example. A")
        .line("six.example. 300 IN AAAA 2001:db8::1")
        .line(";; SERVFAIL broken.example. A")
        .line(";; NODATA none.example. A")
        .walk();
    assert_eq!(facts.voids, 1);
    assert_eq!(facts.result, SpfResult::TempError("broken.example a: servfail".into()));
}

#[test]
fn ten_and_eleven_mail_hosts() {
    for count in [10, 11] {
        let mut world = World::own("v=spf1 mx:m.example -all");
        for i in 0..count {
            world = world.line(&format!("m.example. 300 IN MX {i} h{i}.example."));
        }
        let facts = world.walk();
        match count {
            11 => assert_eq!(perm(&facts), "more than 10 mail hosts at m.example"),
            _ => assert_eq!(facts.result, SpfResult::Ok),
        }
    }
}

#[test]
fn an_include_without_a_record_is_a_permanent_error() {
    let gone = World::own("v=spf1 include:gone.example -all").line(";; NXDOMAIN gone.example.").walk();
    assert_eq!((perm(&gone), gone.voids), ("no SPF record at gone.example", 1));
    let other = World::own("v=spf1 redirect=other.example").txt("other.example", "something else").walk();
    assert_eq!((perm(&other), other.voids), ("no SPF record at other.example", 0));
    // A name that could not be asked, or is not recorded, is not "no record".
    let failed = World::own("v=spf1 include:x.example -all").line(";; SERVFAIL x.example. TXT").walk();
    assert_eq!(failed.result, SpfResult::TempError("x.example txt: servfail".into()));
    let unknown = World::own("v=spf1 include:x.example -all").walk();
    assert_eq!(unknown.result, SpfResult::TempError("x.example txt: notrecorded".into()));
    assert_eq!(unknown.voids, 0);
}

#[test]
fn loops_end() {
    let own = World::own("v=spf1 include:d.example ip4:192.0.2.1 -all").walk();
    assert_eq!(perm(&own), "d.example leads back to itself");
    assert_eq!(own.lookups, 1);
    let pair = World::own("v=spf1 include:b.example -all")
        .txt("b.example", "v=spf1 include:c.example -all")
        .txt("c.example", "v=spf1 redirect=b.example")
        .walk();
    assert_eq!(perm(&pair), "b.example leads back to itself");
    assert_eq!(pair.lookups, 3);
}

/// The same name in two branches is no loop; its terms count twice and are listed once, unless they could not pass.
#[test]
fn the_same_name_in_two_branches() {
    let world = |first: &str| {
        World::own(&format!("v=spf1 {first}include:a.example include:b.example -all"))
            .txt("a.example", "v=spf1 include:c.example -all")
            .txt("b.example", "v=spf1 include:c.example -all")
            .txt("c.example", "v=spf1 include:vendor.example -all")
            .txt("vendor.example", "v=spf1 ip4:192.0.2.1 -all")
            .walk()
    };
    let both = world("");
    assert_eq!(both.result, SpfResult::Ok);
    assert_eq!(both.lookups, 6);
    let listed = |facts: &SpfFacts| facts.terms.iter().filter(|term| term.target == "vendor.example").count();
    assert_eq!(listed(&both), 1);
    let late = world("?");
    assert_eq!(listed(&late), 2);
    assert!(passing(&late).contains(&"vendor.example"));
}

#[test]
fn redirect_is_last_and_void_beside_all() {
    let facts = World::own("v=spf1 redirect=r.example ip4:192.0.2.1").leaves(["r.example".into()]).walk();
    let order: Vec<SpfMechanism> = facts.terms.iter().map(|term| term.mechanism).collect();
    use SpfMechanism::{All, Ip4, Redirect};
    assert_eq!(order, [Ip4, Redirect, Ip4, All]);
    assert_eq!(passing(&facts), ["192.0.2.1", "r.example", "192.0.2.1"]);
    assert_eq!(facts.terms[2].depth, 1);

    // `all` anywhere makes it void (6.1): listed, not followed, not counted.
    let facts = World::own("v=spf1 redirect=r.example ~all").leaves(["r.example".into()]).walk();
    assert_eq!((facts.lookups, facts.terms.len()), (0, 2));
    assert!(passing(&facts).is_empty());
}

#[test]
fn what_stands_behind_all_cannot_match() {
    let facts = World::own("v=spf1 ip4:192.0.2.1 -all include:late.example a:x.example").walk();
    assert_eq!(facts.lookups, 0);
    assert_eq!(passing(&facts), ["192.0.2.1"]);
    assert_eq!(facts.terms.len(), 4);
    assert_eq!(facts.result, SpfResult::Ok);
    // An include that passes everything ends the record that includes it too.
    let facts =
        World::own("v=spf1 include:open.example include:late.example -all").txt("open.example", "v=spf1 +all").walk();
    assert_eq!(passing(&facts), ["open.example", ""]);
    assert_eq!(facts.lookups, 1);
    // One that fails everything does not match, so the next term is come to.
    let facts = World::own("v=spf1 include:shut.example include:late.example -all")
        .txt("shut.example", "v=spf1 -all")
        .leaves(["late.example".into()])
        .walk();
    assert_eq!(passing(&facts), ["shut.example", "late.example", "192.0.2.1"]);
}

/// Pitfall 8: a qualifier decides whether the term names a sender.
#[test]
fn qualifiers_of_an_include_hold_below_it() {
    for sign in ["-", "?", "~"] {
        let facts = World::own(&format!("v=spf1 {sign}include:spf.vendor.example ip4:192.0.2.9 -all"))
            .txt("spf.vendor.example", "v=spf1 include:deep.example ip4:192.0.2.1 ~all")
            .leaves(["deep.example".into()])
            .walk();
        assert_eq!(passing(&facts), ["192.0.2.9"], "{sign}");
        assert_eq!(facts.lookups, 2);
        assert!(facts.terms.iter().any(|term| term.target == "deep.example"));
    }
}

#[test]
fn macros_are_reported_and_never_expanded() {
    let (facts, questions) =
        World::own("v=spf1 include:%{ir}.%{v}.Spf.Vendor.example exists:%{i}._spf.%{d} redirect=_s.%{d}")
            .walk_counting();
    let after: Vec<_> = facts.terms.iter().map(|term| term.after_macro.as_deref()).collect();
    assert_eq!(after, [Some("spf.vendor.example"), Some(""), Some("")]);
    assert_eq!((facts.lookups, facts.result), (3, SpfResult::Ok));
    assert_eq!(questions, 1, "nothing but the domain's own record is asked");
    assert!(facts.terms.iter().all(|term| term.can_pass));
}

#[test]
fn two_records_are_an_error_and_both_are_shown() {
    let facts = World::own("v=spf1 ip4:192.0.2.1 -all")
        .txt("d.example", "v=spf1 include:v.example -all")
        .leaves(["v.example".into()])
        .walk();
    assert_eq!(perm(&facts), "2 SPF records at d.example");
    assert_eq!(facts.records.len(), 2);
    assert!(passing(&facts).contains(&"v.example"));
    // Other TXT records do not count.
    let facts = World::own("v=spf1 -all").txt("d.example", "v=spf10 x").txt("d.example", "token=1").walk();
    assert_eq!((facts.result, facts.records.len()), (SpfResult::Ok, 1));
}

#[test]
fn a_syntax_error_does_not_hide_the_rest() {
    let facts = World::own("v=spf1 ipv4:192.0.2.1 include:v.example -all").leaves(["v.example".into()]).walk();
    assert_eq!(perm(&facts), "syntax at d.example: \"ipv4:192.0.2.1\": no mechanism of this name");
    assert!(passing(&facts).contains(&"v.example"));
}

/// The walk names who is listed beyond the limits of the standard, and ends at ours.
#[test]
fn trees_are_cut() {
    let mut deep = World::own("v=spf1 include:n1.example -all");
    for i in 1..20 {
        deep = deep.txt(&format!("n{i}.example"), &format!("v=spf1 include:n{}.example -all", i + 1));
    }
    let (facts, questions) = deep.walk_counting();
    assert!(facts.capped);
    assert_eq!(facts.terms.iter().map(|term| term.depth).max(), Some(10));
    assert_eq!(questions, 11);

    let (record, names) = includes(60);
    let (facts, questions) = World::own(&record).leaves(names).walk_counting();
    assert!(facts.capped);
    assert_eq!(perm(&facts), "more than 10 look-ups");
    assert!(questions <= 41, "{questions}");

    // Every name includes all others: exponential if nothing stopped it.
    let all: String = (0..12).map(|i| format!(" include:x{i}.example")).collect();
    let mut world = World::own(&format!("v=spf1{all} -all"));
    for i in 0..12 {
        world = world.txt(&format!("x{i}.example"), &format!("v=spf1{all} -all"));
    }
    let (facts, questions) = world.walk_counting();
    assert!(facts.capped && questions <= 41);
    assert!(matches!(facts.result, SpfResult::PermError(_)));
}

/// A tree of any shape ends, within the caps, and the same twice.
#[test]
fn random_trees_end_within_the_caps() {
    // A fixed linear congruential generator: the same trees in every run.
    let mut state = 1_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..300 {
        let names = 1 + next(25);
        let mut world = World::default();
        for i in 0..names {
            let mut record = "v=spf1".to_owned();
            for _ in 0..next(8) {
                let sign = ["", "?", "-", "~"][next(4) as usize];
                let target = next(names + 2);
                record += &match next(6) {
                    0 => format!(" {sign}a:n{target}.example"),
                    1 => format!(" {sign}mx:n{target}.example"),
                    2 => format!(" redirect=n{target}.example"),
                    3 => format!(" {sign}all"),
                    _ => format!(" {sign}include:n{target}.example"),
                };
            }
            world = world.txt(&format!("n{i}.example"), &record);
        }
        world = world.txt("d.example", "v=spf1 include:n0.example include:n1.example ~all");
        let (facts, questions) = world.walk_counting();
        assert!(questions <= 41, "{questions}: {}", world.0);
        assert!(facts.terms.len() <= MAX_TERMS);
        assert_eq!((facts, questions), world.walk_counting());
    }
}
