//! Rules of the walk that the worked example does not show.

use jurisdig::kb::schema::Text;
use jurisdig::kb::{Knowledge, Owners, Via, compile};
use jurisdig::model::{Confidence, Grade};

use super::{code, end, in_country, is_unknown, walk};

const HEAD: &str = r#"
[source.register]
title = "A register"
url = "https://registry.example/"
tier = 1
seen = 2026-01-01
[source.press]
title = "Press"
url = "https://press.example/"
tier = 3
seen = 2026-01-01
[source.memory]
title = "General knowledge"
tier = 4
seen = 2026-01-01
"#;

const DATE: &str = "2026-01-01";

/// `id code line top`, separated by spaces; `-` for no line or top.
fn company(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [id, country, line, top] = words[..] else { panic!("{text}") };
    let line = if line == "-" { String::new() } else { format!("line = [\"{line}\"]\n") };
    let top =
        if top == "-" { String::new() } else { format!("top = {{ kind = \"{top}\", sources = [\"register\"] }}\n") };
    format!(
        "[entity.{id}]\nname = \"{id}\"\nincorporated = [{{ in = \"{country}\" }}]\nsources = [\"register\"]\n{line}{top}"
    )
}

/// `owned owner kind control`, and more lines of the row.
fn edge(text: &str, more: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [owned, owner, kind, control] = words[..] else { panic!("{text}") };
    format!("[[edge]]\nowned = \"{owned}\"\nowner = \"{owner}\"\nkind = \"{kind}\"\ncontrol = \"{control}\"\n{more}\n")
}

fn knowledge(parts: &[String]) -> Knowledge {
    let mut text = HEAD.to_owned();
    for country in ["FR", "US", "DE", "NL", "CA", "SE"] {
        text.push_str(&format!("[jurisdiction.{country}]\nname = {{ en = \"{country}\", fr = \"{country}\" }}\n"));
    }
    // Tables before lists of tables: the order in a file does not matter.
    text.push_str(&parts.concat());
    match compile(&[("case.toml", &text)]) {
        Ok(kb) => Knowledge::new(kb),
        Err(faults) => panic!("{faults:#?}"),
    }
}

#[test]
fn joint_control_marks_all_above_and_needs_more_than_one_holder() {
    let parts = [
        company("op FR cloud -"),
        company("left US - widely-held"),
        company("right DE - -"),
        company("above NL - widely-held"),
        edge("op left equity joint", ""),
        edge("op right equity joint", ""),
        edge("right above equity sole", ""),
    ];
    let kb = knowledge(&parts);
    let found = walk(&kb, "op", DATE);
    assert_eq!(in_country(&found, "US"), ["controlled(joint)<-left"]);
    assert_eq!(in_country(&found, "DE"), ["controlled(joint)<-right"]);
    assert_eq!(in_country(&found, "NL"), ["controlled(joint)<-above"]);
    assert_eq!(found.owners, Owners::Complete);

    let kb = knowledge(&[company("op FR cloud -"), company("left US - widely-held"), edge("op left equity joint", "")]);
    let found = walk(&kb, "op", DATE);
    assert_eq!(in_country(&found, "US"), ["controlled(joint)<-left"]);
    assert!(is_unknown(&found), "who else decides is not recorded");
}

#[test]
fn a_fund_marks_all_above_and_nothing_below_it_is_group() {
    let parts = [
        company("op FR cloud -"),
        company("holding NL - -"),
        company("fund US - fund-manager"),
        company("sister CA cloud -"),
        edge("op holding equity sole", ""),
        edge("holding fund equity sole", "via_fund = true"),
        edge("sister fund equity sole", "via_fund = true"),
    ];
    let found = walk(&knowledge(&parts), "op", DATE);
    assert_eq!(in_country(&found, "NL"), ["controlled<-holding"]);
    assert_eq!(in_country(&found, "US"), ["controlled(fund)<-fund"]);
    assert_eq!(in_country(&found, "CA"), Vec::<String>::new());
    assert_eq!(found.owners, Owners::Complete);
}

#[test]
fn nothing_below_a_state_or_a_foundation_is_group_but_below_a_company_of_theirs() {
    for kind in ["state", "foundation"] {
        let top = |line: &str| company(&format!("top FR {line} {kind}"));
        let parts = |line: &str| {
            [
                company("op FR post -"),
                top(line),
                company("sister CA post -"),
                edge("op top equity sole", ""),
                edge("sister top equity sole", ""),
            ]
        };
        assert_eq!(in_country(&walk(&knowledge(&parts("-")), "op", DATE), "CA"), Vec::<String>::new(), "{kind}");
        let owned = walk(&knowledge(&parts("post")), "op", DATE);
        assert_eq!(in_country(&owned, "CA"), ["presence<-sister"], "{kind}");
    }
}

#[test]
fn group_companies_count_as_presence_only_in_the_same_line() {
    let parts = [
        company("op FR cloud -"),
        company("parent FR - widely-held"),
        company("same CA cloud -"),
        company("other US maps -"),
        company("below DE cloud -"),
        company("venture NL cloud -"),
        company("partner SE - -"),
        edge("op parent equity sole", ""),
        edge("same parent equity sole", ""),
        edge("other parent equity sole", ""),
        edge("below other equity sole", ""),
        edge("venture parent equity joint", ""),
        edge("venture partner equity joint", ""),
    ];
    let found = walk(&knowledge(&parts), "op", DATE);
    assert_eq!(in_country(&found, "CA"), ["presence<-same"]);
    assert_eq!(in_country(&found, "US"), ["linked<-other"]);
    assert_eq!(in_country(&found, "DE"), ["presence<-below"], "also below a company of another line");
    assert_eq!(in_country(&found, "NL"), ["linked(joint)<-venture"]);
    assert_eq!(in_country(&found, "SE"), Vec::<String>::new(), "a partner in a venture is no group company");
    let parent = walk(&knowledge(&parts), "parent", DATE);
    assert_eq!(in_country(&parent, "CA"), ["linked<-same"], "no line, no same line");
}

#[test]
fn minorities_are_links_from_a_tenth_or_when_not_published() {
    let case = |more: &str| {
        let parts = [
            company("op FR cloud natural-persons"),
            company("holder US - widely-held"),
            edge("op holder equity none", more),
        ];
        in_country(&walk(&knowledge(&parts), "op", DATE), "US")
    };
    assert_eq!(case(""), ["linked<-holder"]);
    assert_eq!(case("capital = [10, 10]"), ["linked<-holder"]);
    assert_eq!(case("capital = [0, 24]"), ["linked<-holder"]);
    assert_eq!(case("capital = [4.8, 4.8]\nvotes = [11, 11]"), ["linked<-holder"]);
    assert_eq!(case("capital = [9.9, 9.9]"), Vec::<String>::new());
    assert_eq!(case("to = 2025-12-31"), Vec::<String>::new());
}

#[test]
fn technology_is_a_link_and_no_owner() {
    let parts = [
        company("op FR cloud -"),
        company("vendor US - widely-held"),
        edge("op vendor technology none", "capital = [0, 0]"),
    ];
    let found = walk(&knowledge(&parts), "op", DATE);
    assert_eq!(in_country(&found, "US"), ["linked<-vendor"]);
    assert_eq!(found.nexus.last().map(|n| n.via), Some(Via::Technology));
    assert!(is_unknown(&found));
}

#[test]
fn unclear_control_stops_the_walk() {
    let parts = [
        company("op FR cloud natural-persons"),
        company("buyer US - -"),
        company("above CA - widely-held"),
        edge("op buyer equity unknown", "note = \"reported once\""),
        edge("buyer above equity sole", ""),
    ];
    let found = walk(&knowledge(&parts), "op", DATE);
    assert_eq!(in_country(&found, "US"), ["linked<-buyer"]);
    assert_eq!(in_country(&found, "CA"), Vec::<String>::new());
    let why = Some(Text { en: "reported once".into(), fr: String::new() });
    assert_eq!(found.owners, Owners::Unknown { at: "op".parse().unwrap(), why });
}

#[test]
fn a_recorded_gap_says_why_and_when() {
    let gap = "owners_unknown = { why = \"no extract\", sources = [\"press\"], to = 2020-01-01 }\n";
    let parts = [company("op FR cloud natural-persons") + gap];
    let kb = knowledge(&parts);
    assert!(
        matches!(walk(&kb, "op", "2019-12-31").owners, Owners::Unknown { why: Some(why), .. } if why.en == "no extract")
    );
    assert_eq!(walk(&kb, "op", "2020-01-01").owners, Owners::Complete);
}

#[test]
fn the_seat_counts_like_the_place_of_incorporation_for_its_time() {
    let moved = "[entity.op]\nname = \"op\"\nsources = [\"register\"]\n\
                 incorporated = [{ in = \"FR\", to = 2026-03-15, to_precision = \"month\" }, \
                 { in = \"NL\", from = 2026-03-15, from_precision = \"month\", sources = [\"press\"] }]\n\
                 seat = [{ in = \"US\", from = 2020-01-01 }]\ntop = { kind = \"widely-held\", sources = [\"press\"] }\n";
    let kb = knowledge(&[moved.to_owned()]);
    let direct = |date: &str| {
        let found = walk(&kb, "op", date);
        assert!(found.nexus.iter().all(|n| n.grade == Grade::Direct && n.via == Via::Seat));
        let codes: Vec<String> = found.nexus.iter().map(|n| n.jurisdiction.to_string()).collect();
        format!("{}{}", codes.join(" "), if found.boundary { " boundary" } else { "" })
    };
    assert_eq!(direct("2019-12-31"), "FR");
    assert_eq!(direct("2026-02-28"), "FR US");
    assert_eq!(direct("2026-03-01"), "FR US boundary");
    assert_eq!(direct("2026-03-31"), "NL US boundary");
    assert_eq!(direct("2026-04-01"), "NL US");
    let nl = walk(&kb, "op", "2026-04-01").nexus[0].confidence;
    assert_eq!(nl, Confidence::Probable, "a seat's own source comes before the company's");
}

#[test]
fn no_seat_on_the_date_is_never_a_clean_answer() {
    let later = "[entity.op]\nname = \"op\"\nincorporated = [{ in = \"FR\", from = 2026-01-01 }]\nsources = [\"register\"]\n\
                 top = { kind = \"widely-held\", sources = [\"register\"] }\n";
    let kb = knowledge(&[later.to_owned()]);
    assert!(is_unknown(&walk(&kb, "op", "2025-12-31")));
    assert_eq!(walk(&kb, "op", "2026-01-01").owners, Owners::Complete);
}

#[test]
fn a_window_that_has_not_begun_is_a_boundary_too() {
    let parts = [
        company("op FR cloud -"),
        company("new US - widely-held"),
        edge("op new equity sole", "from = 2025-07-01\nfrom_precision = \"year\""),
    ];
    let kb = knowledge(&parts);
    let before = walk(&kb, "op", "2025-03-01");
    assert!(before.boundary && is_unknown(&before));
    assert!(!before.nexus[0].boundary, "the seat of the company itself is not in doubt");
    let after = walk(&kb, "op", "2025-08-01");
    assert!(after.boundary && after.nexus.iter().any(|n| n.jurisdiction == code("US") && n.boundary));
    assert!(!walk(&kb, "op", "2026-01-01").boundary);
}

#[test]
fn confidence_is_the_best_source_of_each_edge_and_the_worst_edge_of_the_chain() {
    let parts = [
        company("op FR cloud -"),
        company("mid NL - -"),
        company("top US - widely-held"),
        edge("op mid equity sole", "sources = [\"memory\", \"press\"]"),
        edge("mid top equity sole", "sources = [\"register\"]"),
    ];
    let found = walk(&knowledge(&parts), "op", DATE);
    let of = |company: &str| found.nexus.iter().find(|n| end(n) == company).unwrap().confidence;
    assert_eq!(of("op"), Confidence::Established);
    assert_eq!(of("mid"), Confidence::Probable);
    assert_eq!(of("top"), Confidence::Probable);
}

#[test]
fn of_two_ways_to_an_owner_the_plain_one_counts() {
    let parts = [
        company("op FR cloud -"),
        company("a NL - -"),
        company("b DE - -"),
        company("c US - widely-held"),
        edge("op a equity joint", ""),
        edge("op b votes sole", ""),
        edge("a c equity sole", ""),
        edge("b c equity sole", ""),
    ];
    let found = walk(&knowledge(&parts), "op", DATE);
    assert_eq!(in_country(&found, "US"), ["controlled<-c"]);
}
