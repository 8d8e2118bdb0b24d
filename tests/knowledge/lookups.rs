//! Look-ups by what is seen on the wire.

use jurisdig::kb::{Company, Knowledge, RegionAnswer, Signal, compile};
use jurisdig::model::{Asn, DomainName, OperatorId};

use super::{code, day};

const DATA: &str = r#"
[source.s]
title = "A register"
url = "https://registry.example/"
tier = 1
seen = 2026-01-01
[jurisdiction.FR]
name = { en = "France", fr = "France" }
groups = [{ id = "EEA", from = 1994-01-01 }]
[jurisdiction.US]
name = { en = "United States", fr = "États-Unis" }
[[jurisdiction.US.adequacy]]
decision = "one"
scope = "listed organisations"
partial = true
from = 2023-07-10
sources = ["s"]
[jurisdiction.CH]
name = { en = "Switzerland", fr = "Suisse" }
[[jurisdiction.CH.adequacy]]
decision = "two"
scope = "general"
from = 2000-07-26
sources = ["s"]
[entity.big-inc]
name = "Big, Inc."
incorporated = [{ in = "US" }]
sources = ["s"]
[entity.big-sas]
name = "Société Big SAS"
incorporated = [{ in = "FR" }]
sources = ["s"]
[operator.big]
name = "Big Cloud"
kinds = ["host"]
runs = [{ entity = "big-sas", servers = ["@eea"] }, { entity = "big-sas", customers = ["@eea", "CH"] }, { entity = "big-inc" }]
asn = [64500, 64501]
net = ["192.0.2.0/24", "2001:db8::/32"]
cname = ["big.example", "eu.big.example"]
ns_re = ['^ns-\d+\.bigdns-\d+\.(?:com|net)$']
host = ["big.example"]
txt = ["big-verify="]
issuer = ["Big  Trust, Inc."]
tld = ["big"]
suffix_layer = { "eu.big.example" = "edge" }
region = [
  { on = ["cname"], match = '\.global\.big\.example$', gives = "none" },
  { on = ["cname"], match = '\.([a-z]+\d?)\.big\.example$', gives = "$1", map = { eu = "EU", old = "unknown" } },
  { on = ["ptr"], match = '^ec', gives = "par1" },
  { on = ["ptr"], match = '^fr', gives = "FR" },
]
[region_country.big]
par1 = "FR"
[operator.small]
name = "Small"
kinds = ["saas"]
runs = []
net = ["192.0.2.128/25"]
cname = ["small.big.example", "shared.example"]
host = ["assets.big.example"]
txt = ["big-verify=small"]
[operator.tiny]
name = "Tiny"
kinds = ["saas"]
cname = ["shared.example"]
[[order]]
kind = "cname"
suffix = "shared.example"
first = "tiny"
over_kind = "cname"
over_suffix = "shared.example"
over = "small"
[[order]]
kind = "host"
suffix = "assets.big.example"
first = "small"
over_kind = "cname"
over_suffix = "big.example"
over = "big"
"#;

fn knowledge() -> Knowledge {
    Knowledge::new(compile(&[("data.toml", DATA)]).unwrap())
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn operator(text: &str) -> OperatorId {
    text.parse().unwrap()
}

#[test]
fn numbers_and_blocks() {
    let kb = knowledge();
    assert_eq!(kb.by_asn(Asn(64501)), Some(&operator("big")));
    assert_eq!(kb.by_asn(Asn(64502)), None);
    let net = |ip: &str| kb.by_net(ip.parse().unwrap()).map(|(id, net)| format!("{id} {net}"));
    assert_eq!(net("192.0.2.1").as_deref(), Some("big 192.0.2.0/24"));
    assert_eq!(net("192.0.2.129").as_deref(), Some("small 192.0.2.128/25"));
    assert_eq!(net("2001:db8::1").as_deref(), Some("big 2001:db8::/32"));
    assert_eq!(net("198.51.100.1"), None);
}

#[test]
fn the_longest_suffix_at_a_label_then_the_written_order() {
    let kb = knowledge();
    let by = |signal, text: &str| kb.by_name(signal, &name(text)).map(|m| format!("{} {}", m.operator, m.suffix));
    assert_eq!(by(Signal::Cname, "a.big.example").as_deref(), Some("big big.example"));
    assert_eq!(by(Signal::Cname, "big.example").as_deref(), Some("big big.example"));
    assert_eq!(by(Signal::Cname, "notbig.example"), None);
    assert_eq!(by(Signal::Mx, "a.big.example"), None, "kinds do not mix");
    assert_eq!(by(Signal::Cname, "x.small.big.example").as_deref(), Some("small small.big.example"));
    assert_eq!(by(Signal::Cname, "x.shared.example").as_deref(), Some("tiny shared.example"));
    assert_eq!(by(Signal::Cname, "1.assets.big.example").as_deref(), Some("small assets.big.example"));
    assert_eq!(by(Signal::Host, "1.assets.big.example").as_deref(), Some("small assets.big.example"));
    let layer = kb.by_name(Signal::Cname, &name("x.eu.big.example")).unwrap().layer;
    assert_eq!(layer, Some(jurisdig::kb::schema::SuffixLayer::Edge));
}

#[test]
fn patterns_come_after_suffixes() {
    let kb = knowledge();
    let found = kb.by_name(Signal::Ns, &name("ns-12.bigdns-03.net")).unwrap();
    assert_eq!(found.operator, &operator("big"));
    assert!(found.suffix.starts_with('^'));
    assert_eq!(kb.by_name(Signal::Ns, &name("ns-12.bigdns-03.net.evil.example")), None);
}

#[test]
fn tokens_issuers_and_registries() {
    let kb = knowledge();
    assert_eq!(kb.by_txt("BIG-verify=abc"), Some((&operator("big"), "big-verify=")));
    assert_eq!(kb.by_txt("big-verify=small=1"), Some((&operator("small"), "big-verify=small")));
    assert_eq!(kb.by_txt("big"), None);
    assert_eq!(kb.by_txt("ééééééééééééé"), None, "no cut inside a character");
    assert_eq!(kb.by_issuer(" big Trust, INC."), Some(&operator("big")));
    assert_eq!(kb.by_issuer("Big Trust"), None);
    assert_eq!(kb.by_tld("BIG"), Some(&operator("big")));
    assert_eq!(kb.by_tld("fr"), None);
}

#[test]
fn regions_by_the_first_rule_that_matches() {
    let kb = knowledge();
    let region = |signal, text: &str| kb.region(&operator("big"), signal, &name(text));
    assert_eq!(region(Signal::Cname, "a.global.big.example"), RegionAnswer::Edge);
    assert_eq!(region(Signal::Cname, "a.eu.big.example"), RegionAnswer::Eu);
    assert_eq!(region(Signal::Cname, "a.par1.big.example"), RegionAnswer::Country(code("FR")));
    assert_eq!(region(Signal::Cname, "a.old.big.example"), RegionAnswer::Unknown);
    assert_eq!(region(Signal::Cname, "a.lon1.big.example"), RegionAnswer::Unknown, "not in the table");
    assert_eq!(region(Signal::Host, "a.par1.big.example"), RegionAnswer::Unknown, "not a rule for hosts");
    assert_eq!(region(Signal::Ptr, "ec2-1.example"), RegionAnswer::Country(code("FR")));
    assert_eq!(region(Signal::Ptr, "fr1.example"), RegionAnswer::Country(code("FR")));
    assert_eq!(kb.region(&operator("small"), Signal::Cname, &name("a.example")), RegionAnswer::Unknown);
}

#[test]
fn the_company_that_runs_it() {
    let kb = knowledge();
    let date = day("2026-01-01");
    let run = |servers: Option<&str>, customer: Option<&str>| {
        let choice = kb.entity_for(&operator("big"), servers.map(code), customer.map(code), date).unwrap();
        format!("{}{}", choice.entity, if choice.is_floor { " (floor)" } else { "" })
    };
    assert_eq!(run(Some("FR"), None), "big-sas");
    assert_eq!(run(Some("US"), Some("CH")), "big-sas");
    assert_eq!(run(Some("US"), Some("US")), "big-inc");
    assert_eq!(run(None, Some("FR")), "big-sas (floor)", "the place could name another company");
    assert_eq!(run(Some("US"), None), "big-inc (floor)");
    assert_eq!(run(None, None), "big-inc (floor)");
    let before = kb.entity_for(&operator("big"), Some(code("FR")), Some(code("US")), day("1990-01-01")).unwrap();
    assert_eq!(before.entity.as_str(), "big-inc", "groups have dates");
    assert_eq!(kb.entity_for(&operator("small"), None, None, date), None);
}

#[test]
fn groups_and_adequacy() {
    let kb = knowledge();
    let date = day("2026-01-01");
    assert!(kb.in_group(code("FR"), "eea", date) && kb.in_group(code("FR"), "EEA", date));
    assert!(!kb.in_group(code("FR"), "EEA", day("1993-12-31")));
    assert!(kb.in_group(code("CH"), "adequate", date));
    assert!(!kb.in_group(code("US"), "ADEQUATE", date), "a partial decision covers no country");
    assert_eq!(kb.adequacy(code("US"), date).len(), 1);
    assert!(kb.adequacy(code("US"), day("2023-07-09")).is_empty());
}

#[test]
fn companies_by_name() {
    let kb = knowledge();
    let found = |text: &str| {
        let names: Vec<&str> = kb
            .find_company(text)
            .into_iter()
            .map(|company| match company {
                Company::Operator(id) => id.as_str(),
                Company::Entity(id) => id.as_str(),
            })
            .collect();
        names.join(" ")
    };
    assert_eq!(found("BIG"), "big", "an exact id alone");
    assert_eq!(found("societe big sas"), "big-sas");
    assert_eq!(found("big inc"), "big-inc");
    assert_eq!(found("société"), "big-sas");
    assert_eq!(found("big c"), "big");
    assert_eq!(found("  "), "");
    assert_eq!(found("nobody"), "");
}
