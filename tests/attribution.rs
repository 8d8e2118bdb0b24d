//! Recorded answers in, lines out: who runs what and whose law reaches it, by the rules of the design.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

use jurisdig::assess::Reach;
use jurisdig::attribute::{Layer, Place, State};
use jurisdig::audit::{Audit, Auditor};
use jurisdig::evidence::Evidence;
use jurisdig::kb::{Knowledge, compile};
use jurisdig::model::{AsOf, Role};
use jurisdig::observe::dns::{Records, Resolver};
use jurisdig::observe::ip::IpTables;
use jurisdig::observe::{Observer, Options};

fn observe(records: &str, target: &str) -> Evidence {
    let records = Records::parse(records, "test.zone").unwrap();
    let tables = IpTables::embedded().unwrap();
    let observer = Observer::new(Resolver::Recorded(records), tables, Options::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(observer.observe(target.parse().unwrap(), "2026-11-24T02:42:07Z".parse().unwrap()))
}

fn audit(records: &str, target: &str) -> Audit {
    audit_on(records, target, None)
}

fn audit_on(records: &str, target: &str, day: Option<&str>) -> Audit {
    let kb = Knowledge::embedded();
    let as_of = day.map(|d| AsOf(d.parse().unwrap()));
    Auditor::new(&kb, as_of, None).audit(&observe(records, target))
}

/// `role operator mark codes sure place` for every layer, `role state` for a service without one.
fn lines(audit: &Audit) -> Vec<String> {
    let mut out = Vec::new();
    for (service, reach) in audit.found.services.iter().zip(&audit.reach.services) {
        let role = service.role.id();
        if service.layers.is_empty() {
            out.push(format!("{role} {:?}", service.state));
        }
        for (layer, reach) in service.layers.iter().zip(&reach.layers) {
            let list = |want: fn(&Reach) -> bool| {
                let codes = reach.codes.iter().filter(|c| want(&c.reach));
                let text = codes.map(|c| {
                    let unchecked = if c.reach == Reach::Unchecked { "?" } else { "" };
                    format!("{}{}{unchecked}", c.country, if c.is_unmapped { "°" } else { "" })
                });
                text.collect::<Vec<_>>().join(" ")
            };
            let (reached, open) = (list(|r| *r == Reach::Reached), list(|r| *r != Reach::Reached));
            let open = if open.is_empty() { open } else { format!("({open})") };
            let cell = [reach.mark.sign(false), &reached, &open].into_iter().filter(|t| !t.is_empty());
            let cell = cell.collect::<Vec<_>>().join(" ");
            out.push(format!("{role} {} | {cell} | {} | {}", who(layer), reach.sure.level(), place(&layer.place)));
        }
    }
    out
}

fn who(layer: &Layer) -> String {
    match (&layer.operator, &layer.unlisted) {
        (Some(id), _) => id.to_string(),
        (None, Some(name)) => format!("«{name}»"),
        (None, None) => "-".to_owned(),
    }
}

fn place(place: &Place) -> String {
    match place {
        Place::NotApplicable => "n/a".to_owned(),
        Place::Unknown => "unknown".to_owned(),
        Place::Anycast => "anycast".to_owned(),
        Place::In(list) => {
            let texts = list.iter().map(|p| format!("{}{}", p.country, if p.is_probable { "" } else { "?" }));
            texts.collect::<Vec<_>>().join(" ")
        }
    }
}

fn line(audit: &Audit, role: &str) -> Vec<String> {
    let prefix = format!("{role} ");
    lines(audit).into_iter().filter(|l| l.starts_with(&prefix)).collect()
}

fn state(audit: &Audit, role: Role) -> State {
    audit.found.services.iter().find(|s| s.role == role).unwrap().state
}

const MINISTRY: &str = "
www.ministere.fr. CNAME x.incapdns.net.
x.incapdns.net. A 45.60.155.214
;; NODATA x.incapdns.net AAAA
ministere.fr. A 45.60.155.214
;; NODATA ministere.fr AAAA
ministere.fr. NS dns10.ovh.net.
ministere.fr. NS ns10.ovh.net.
dns10.ovh.net. A 213.251.188.129
ns10.ovh.net. A 213.251.128.129
ministere.fr. MX 10 esa1.hc1234-56.eu.iphmx.com.
ministere.fr. MX 20 esa2.hc1234-56.eu.iphmx.com.
ministere.fr. TXT \"v=spf1 exists:%{i}.spf.hc1234-56.eu.iphmx.com ~all\"
selector1._domainkey.ministere.fr. CNAME selector1-ministere-fr._domainkey.ministere.onmicrosoft.com.
autodiscover.ministere.fr. CNAME autodiscover.outlook.com.
;; NODATA _dmarc.ministere.fr TXT
";

#[test]
fn a_ministry_behind_a_us_edge() {
    let audit = audit(MINISTRY, "www.ministere.fr");
    assert_eq!(line(&audit, "edge"), ["edge imperva | ! US FR | 2 | anycast"]);
    assert_eq!(line(&audit, "host"), ["host NotDetermined(BehindEdge)"]);
    assert!(line(&audit, "gateway")[0].starts_with("gateway cisco | ! US | "));
    assert_eq!(line(&audit, "mailbox"), ["mailbox microsoft | ! US IE° | 3 | unknown"]);
    assert!(line(&audit, "sender")[0].starts_with("sender cisco | ! US | "));
    assert!(line(&audit, "dns")[0].starts_with("dns ovhcloud | ~ FR (US CA) | "));
    assert_eq!(line(&audit, "tld"), ["tld afnic | = FR | 3 | n/a"]);
    let headline = &audit.reach.headline;
    assert_eq!((headline.total, headline.undetermined, headline.contested_or_unchecked), (7, 1, 1));
    let us = &headline.by_country[0];
    assert_eq!((us.country.as_str(), us.services, us.sees_data, us.can_interrupt), ("US", 4, 4, 0));
}

#[test]
fn an_ovh_town_without_mail() {
    let audit = audit(
        "ville.fr. A 54.37.188.181\n;; NODATA ville.fr AAAA\nville.fr. NS a.ns.cloudflare.com.\nville.fr. NS b.ns.cloudflare.com.\nville.fr. MX 0 .\n;; NODATA ville.fr TXT\n",
        "ville.fr",
    );
    assert_eq!(line(&audit, "host"), ["host ovhcloud | ~ FR (US CA) | 2 | FR"]);
    assert_eq!(line(&audit, "dns"), ["dns cloudflare | ! US | 2 | unknown"]);
    assert_eq!(line(&audit, "mailbox"), ["mailbox Absent(NullMx)"]);
}

#[test]
fn a_shop_platform_in_a_cdns_network() {
    let zone = "boutique.fr. CNAME shops.myshopify.com.\nshops.myshopify.com. A 23.227.38.65\n;; NODATA shops.myshopify.com AAAA\n";
    let audit = audit(zone, "boutique.fr");
    assert_eq!(line(&audit, "edge"), ["edge cloudflare | ! US | 2 | anycast"]);
    let host = &line(&audit, "host")[0];
    assert!(host.starts_with("host shopify | ! CA "), "{host}");
    assert!(host.ends_with("| anycast"), "{host}");
}

#[test]
fn an_azure_address_in_france() {
    let zone = "www.dept.fr. CNAME dept.azurewebsites.net.\ndept.azurewebsites.net. A 40.89.128.1\n;; NODATA dept.azurewebsites.net AAAA\n";
    let audit = audit(zone, "www.dept.fr");
    let host = &line(&audit, "host")[0];
    assert!(host.starts_with("host microsoft | ! US "), "{host}");
    assert!(host.ends_with("| FR"), "{host}");
    assert!(line(&audit, "edge").is_empty());
}

#[test]
fn an_mx_that_does_not_exist_beside_a_null_mx() {
    let zone = "x.fr. A 54.37.188.181\n;; NODATA x.fr AAAA\nx.fr. MX 10 mail.nowhere.fr.\nx.fr. MX 0 .\n;; NXDOMAIN mail.nowhere.fr\n";
    let audit = audit(zone, "x.fr");
    let notes: Vec<String> = audit.found.notes.iter().map(|n| format!("{:?}", n.kind)).collect();
    assert!(notes.contains(&"NullMxIgnored".to_owned()) && notes.contains(&"MxHostMissing".to_owned()), "{notes:?}");
    assert!(!matches!(state(&audit, Role::Mailbox), State::Absent(_)));
}

#[test]
fn a_national_partner_of_a_us_cloud() {
    let zone = "app.etat.fr. CNAME app.s3nsapis.fr.\napp.s3nsapis.fr. A 192.0.2.1\n";
    let audit = audit(zone, "app.etat.fr");
    assert!(line(&audit, "host")[0].starts_with("host s3ns | = FR"));
    let service = audit.found.services.iter().position(|s| s.role == Role::Host).unwrap();
    let nexus = &audit.reach.services[service].layers[0].nexus;
    let linked = nexus.iter().any(|n| n.jurisdiction.as_str() == "US" && format!("{:?}", n.via) == "Technology");
    assert!(linked, "{nexus:#?}");
}

/// Pitfall 6: an SPF include is a sender, never the mailbox.
#[test]
fn an_spf_include_is_not_the_mailbox() {
    let zone = "
own.fr. MX 10 mail.own.fr.
mail.own.fr. A 54.37.188.181
;; NODATA mail.own.fr AAAA
own.fr. TXT \"v=spf1 mx include:spf.protection.outlook.com -all\"
own.fr. TXT \"MS=ms12345678\"
";
    let audit = audit(zone, "own.fr");
    assert!(line(&audit, "mailbox")[0].starts_with("mailbox ovhcloud | ~ FR (US CA) | 2"));
    assert!(line(&audit, "sender")[0].starts_with("sender microsoft | ! US"));
    assert!(line(&audit, "tenant")[0].starts_with("tenant microsoft"));
    assert_eq!(line(&audit, "tenant")[0].split(" | ").nth(2), Some("1"));
}

/// Pitfall 7: a filter and a mailbox are two layers.
#[test]
fn a_gateway_does_not_hide_the_mailbox() {
    let zone = "
ecole.fr. MX 10 mx1-eu1.ppe-hosted.com.
ecole.fr. MX 10 mxa-00000000.gslb.pphosted.com.
autodiscover.ecole.fr. CNAME autodiscover.outlook.com.
";
    let audit = audit(zone, "ecole.fr");
    assert!(line(&audit, "gateway")[0].starts_with("gateway proofpoint | ! US"));
    assert!(line(&audit, "mailbox")[0].starts_with("mailbox microsoft | ! US IE°"));
    let hidden = audit_of_gateway_alone();
    assert_eq!(line(&hidden, "mailbox"), ["mailbox NotDetermined(BehindGateway)"]);
}

fn audit_of_gateway_alone() -> Audit {
    audit("ecole.fr. MX 10 mxa-00000000.gslb.pphosted.com.\n;; NODATA autodiscover.ecole.fr CNAME\n", "ecole.fr")
}

/// Pitfall 2: ownership moves.
#[test]
fn a_filter_changes_owner() {
    let zone = "a.fr. MX 10 mx01.hornetsecurity.com.\n";
    let before = audit_on(zone, "a.fr", Some("2025-06-15"));
    let after = audit_on(zone, "a.fr", Some("2026-01-15"));
    assert!(line(&before, "gateway")[0].starts_with("gateway hornetsecurity | ? DE"));
    assert!(line(&after, "gateway")[0].starts_with("gateway hornetsecurity | ! US DE"));
    let during = audit_on(zone, "a.fr", Some("2025-12-15"));
    let at = during.found.services.iter().position(|s| s.role == Role::Gateway).unwrap();
    assert!(during.reach.services[at].layers[0].boundary);
}

/// Pitfall 15: an answer that did not come is not "no mail".
#[test]
fn a_missing_answer_is_not_an_answer() {
    let audit = audit("x.fr. A 54.37.188.181\n;; SERVFAIL x.fr MX\n", "x.fr");
    assert!(matches!(state(&audit, Role::Mailbox), State::NotDetermined(_)));
    assert!(matches!(state(&audit, Role::Dns), State::NotDetermined(_)));
}

/// Pitfall 19: one table's country is not a place.
#[test]
fn one_table_is_not_a_place() {
    for (ip, want) in [("54.37.1.1", "GB?"), ("51.77.1.1", "DE?"), ("51.15.1.1", "NL?"), ("10.0.0.1", "unknown")] {
        let audit = audit(&format!("x.fr. A {ip}\n;; NODATA x.fr AAAA\n"), "x.fr");
        let host = line(&audit, "host");
        if ip == "10.0.0.1" {
            assert_eq!(host, ["host NotDetermined(NotPublic)"]);
        } else {
            assert!(host[0].ends_with(&format!("| {want}")), "{host:?}");
            assert!(!host[0].contains("! GB"), "{host:?}");
        }
    }
}

/// The reader's address: in 2021 and today.
#[test]
fn the_readers_address() {
    let run = |day| line(&audit_on("", "45.60.155.214", Some(day)), "edge");
    assert_eq!(run("2021-03-11"), ["edge imperva | · US | 2 | anycast"]);
    assert_eq!(run("2026-11-24"), ["edge imperva | · US FR | 2 | anycast"]);
}

/// A sender named by address only is looked up in the tables; a record that breaks the rules names nobody.
#[test]
fn senders_named_by_address() {
    let by_address = audit("x.fr. MX 0 .\nx.fr. TXT \"v=spf1 ip4:54.37.188.181 ip4:10.0.0.0/8 -all\"\n", "x.fr");
    assert_eq!(line(&by_address, "sender"), ["sender ovhcloud | ~ FR (US CA) | 2 | n/a"]);
    let broken = audit("x.fr. MX 0 .\nx.fr. TXT \"v=spf1 ip4:54.37.188.181.9 nonsense -all\"\n", "x.fr");
    assert_eq!(line(&broken, "sender"), ["sender NotDetermined(BadRecord)"]);
    let nobody = audit("x.fr. MX 0 .\nx.fr. TXT \"v=spf1 -all\"\n", "x.fr");
    assert_eq!(line(&nobody, "sender"), ["sender Absent(SendsNothing)"]);
}

/// Only some networks of an operator may be anycast: a region of Google's cloud has a place, its front ends have none,
/// and where the table only repeats the registration of a block with both, it is not believed.
#[test]
fn only_some_networks_of_an_operator_are_anycast() {
    let place_of = |address: &str| {
        let evidence = observe("", address);
        let kb = Knowledge::embedded();
        let audit = Auditor::new(&kb, None, None).audit(&evidence);
        let layers = audit.found.services.iter().flat_map(|s| &s.layers);
        layers.map(|layer| format!("{} {}", who(layer), place(&layer.place))).collect::<Vec<_>>()
    };
    assert_eq!(place_of("34.155.1.1"), ["google FR"]);
    assert_eq!(place_of("34.120.1.1"), ["google US?"]);
    assert_eq!(place_of("8.8.8.8"), ["google anycast"]);
}

/// To be listed must not tell less than not to be: where nobody recorded the company, the registration of the network
/// tells as much about a listed operator as about an unlisted one, and as weakly.
#[test]
fn an_operator_without_a_company_is_inferred_from_its_network() {
    let inferred = |operators: &str| {
        let text = format!(
            "[jurisdiction.DE]\nname = {{ en = \"Germany\", fr = \"Allemagne\" }}\n\
             [source.s]\ntitle = \"S\"\nurl = \"https://register.example/\"\ntier = 1\nseen = 2026-01-01\n\
             [entity.e]\nname = \"E GmbH\"\nincorporated = [{{ in = \"DE\" }}]\nsources = [\"s\"]\n{operators}"
        );
        let kb = Knowledge::new(compile(&[("data.toml", &text)]).unwrap());
        let audit = Auditor::new(&kb, None, None).audit(&observe("", "31.150.0.1"));
        let layers = audit.found.services.iter().flat_map(|s| &s.layers);
        layers.map(|l| format!("{} {}", who(l), l.inferred.map_or("-".into(), |c| c.to_string()))).collect::<Vec<_>>()
    };
    let listed = "[operator.x]\nname = \"X\"\nkinds = [\"host\"]\nasn = [9145]\n";
    assert_eq!(inferred(""), ["«EWE TEL GmbH» DE"]);
    assert_eq!(inferred(listed), ["x DE"]);
    assert_eq!(inferred(&format!("{listed}runs = [{{ entity = \"e\" }}]\n")), ["x -"]);
}

/// Autodiscover alone names the mailbox behind a filter; beside an MX of the domain's own it is a hint.
#[test]
fn autodiscover_alone_is_a_hint_beside_an_own_mx() {
    let zone = "own.fr. MX 10 mail.own.fr.\nmail.own.fr. A 54.37.188.181\n;; NODATA mail.own.fr AAAA\nautodiscover.own.fr. CNAME autodiscover.outlook.com.\n";
    let hint = line(&audit(zone, "own.fr"), "mailbox");
    assert_eq!(hint[0], "mailbox ovhcloud | ~ FR (US CA) | 2 | FR");
    assert!(hint[1].starts_with("mailbox microsoft | ? (US? "), "{hint:?}");
    let signed = format!("{zone}selector1._domainkey.own.fr. CNAME selector1-own-fr._domainkey.own.onmicrosoft.com.\n");
    assert!(line(&audit(&signed, "own.fr"), "mailbox")[0].starts_with("mailbox microsoft | ! US"));
}

/// A platform under a listed mail or name server host is a second layer, not a carrier.
#[test]
fn a_rented_platform_is_a_layer_of_mail_and_dns() {
    let zone = "x.fr. MX 10 mx1.alinto.net.\nmx1.alinto.net. A 35.180.0.1\n;; NODATA mx1.alinto.net AAAA\nx.fr. NS ns1.gandi.net.\nns1.gandi.net. A 35.180.0.1\n;; NODATA ns1.gandi.net AAAA\n";
    let audit = audit(zone, "x.fr");
    for role in ["gateway", "dns"] {
        let found = line(&audit, role);
        assert!(found.iter().any(|l| l.starts_with(&format!("{role} aws | ! US"))), "{found:?}");
    }
}

/// Every MX takes mail in: a listed one beside it hides nobody.
#[test]
fn every_mx_is_named() {
    let own = "z.fr. MX 10 mx.z.fr.\nz.fr. MX 20 spool.mail.gandi.net.\nmx.z.fr. A 3.80.0.1\n;; NODATA mx.z.fr AAAA\n";
    let found = line(&audit(own, "z.fr"), "mailbox");
    assert!(found.iter().any(|l| l.starts_with("mailbox gandi |")), "{found:?}");
    assert!(found.iter().any(|l| l.starts_with("mailbox aws | ! US")), "{found:?}");
    let stranger = "y.fr. MX 10 mx.unlistedfilter-corp.com.\nautodiscover.y.fr. CNAME autodiscover.outlook.com.\nselector1._domainkey.y.fr. CNAME selector1-y-fr._domainkey.y.onmicrosoft.com.\n";
    let found = line(&audit(stranger, "y.fr"), "mailbox");
    assert!(found.iter().any(|l| l.starts_with("mailbox «unlistedfilter-corp.com» | ?")), "{found:?}");
}

/// An address belongs to the operator it was seen of: nobody is placed by somebody else's machine.
#[test]
fn addresses_are_not_shared_between_operators() {
    let two = audit("x.fr. A 213.186.33.5\nx.fr. A 3.80.0.1\n;; NODATA x.fr AAAA\n", "x.fr");
    let found = line(&two, "host");
    assert!(found.iter().any(|l| l.starts_with("host ovhcloud | ~ FR (US CA)") && l.ends_with("| FR")), "{found:?}");
    assert!(found.iter().any(|l| l.starts_with("host aws | ! US") && l.ends_with("| US")), "{found:?}");
    let edge = "www.h.fr. CNAME app.cleverapps.io.\napp.cleverapps.io. CNAME d111.cloudfront.net.\nd111.cloudfront.net. A 54.192.1.1\n;; NODATA d111.cloudfront.net AAAA\n";
    let behind = audit(edge, "www.h.fr");
    assert!(line(&behind, "host")[0].ends_with("| unknown"), "{:?}", lines(&behind));
    assert!(!lines(&behind).iter().any(|l| l.contains("GB")), "{:?}", lines(&behind));
}

/// Whoever stands in the CNAME chain before a listed name is named.
#[test]
fn an_unlisted_supplier_before_a_listed_one_is_named() {
    let zone = "www.v.fr. CNAME shop.unlisted-saas.com.\nshop.unlisted-saas.com. CNAME domain.par.clever-cloud.com.\ndomain.par.clever-cloud.com. A 91.208.207.214\n;; NODATA domain.par.clever-cloud.com AAAA\n";
    let found = line(&audit(zone, "www.v.fr"), "host");
    assert!(found.iter().any(|l| l.starts_with("host «unlisted-saas.com» | ?")), "{found:?}");
    assert!(found.iter().any(|l| l.starts_with("host clever-cloud |")), "{found:?}");
}

/// What is not known of the target is not answered by its sibling.
#[test]
fn the_sibling_does_not_answer_for_the_target() {
    let zone = ";; SERVFAIL www.i.fr A\n;; SERVFAIL www.i.fr AAAA\ni.fr. A 213.186.33.5\n;; NODATA i.fr AAAA\n";
    let audit = audit(zone, "www.i.fr");
    let found = line(&audit, "host");
    assert!(found.contains(&"host NotDetermined(NoAnswer)".to_owned()), "{found:?}");
    assert!(found.iter().any(|l| l.starts_with("host ovhcloud")), "{found:?}");
    assert!(audit.found.notes.iter().any(|n| format!("{:?}", n.kind) == "SiblingDiffers"));
}

/// An SPF record that lets anybody send names nobody, and everything it names counts.
#[test]
fn spf_in_full() {
    let sender = |record: &str| {
        line(
            &audit(&format!("x.fr. TXT \"{record}\"\nx.fr. MX 10 x-fr.mail.protection.outlook.com.\n"), "x.fr"),
            "sender",
        )
    };
    assert_eq!(sender("v=spf1 +all"), ["sender NotDetermined(SenderOpen)"]);
    assert_eq!(sender("v=spf1 ?all"), ["sender NotDetermined(SenderOpen)"]);
    assert!(sender("v=spf1 ptr:mail.us-host.com -all")[0].starts_with("sender «us-host.com» | ?"));
    let both = sender("v=spf1 mx include:_spf.alinto.net -all");
    assert!(both.iter().any(|l| l.starts_with("sender microsoft | ! US")), "{both:?}");
    assert!(both.iter().any(|l| l.starts_with("sender alinto |")), "{both:?}");
    let unread = "x.fr. TXT \"v=spf1 include:_spf.x.fr include:mx.ovh.com -all\"\n;; SERVFAIL _spf.x.fr TXT\n";
    assert!(line(&audit(unread, "x.fr"), "sender").iter().any(|l| l.contains("| ?")));
}

/// A guess never passes as known, and a failed address never as "takes no mail".
#[test]
fn a_guess_is_not_home() {
    let guess = audit("x.fr. A 90.80.0.1\n;; NODATA x.fr AAAA\n", "x.fr");
    assert!(line(&guess, "host")[0].contains("| ?"), "{:?}", lines(&guess));
    let unknown = audit(";; NODATA x.fr MX\n;; SERVFAIL x.fr A\n;; SERVFAIL x.fr AAAA\n", "x.fr");
    assert!(matches!(state(&unknown, Role::Mailbox), State::NotDetermined(_)));
    let alias = audit("x.fr. CNAME y.example.org.\ny.example.org. A 192.0.2.1\n", "x.fr");
    assert_eq!(line(&alias, "mailbox"), ["mailbox NotDetermined(Alias)"]);
}

/// A home that is a group has customers too; parts of a country with a domain of their own are that country.
#[test]
fn homes() {
    let eu = audit("goo.eu. MX 10 aspmx.l.google.com.\n", "goo.eu");
    assert!(line(&eu, "mailbox")[0].contains("! US IE°"), "{:?}", lines(&eu));
    let reunion = audit("x.re. A 213.186.33.5\n;; NODATA x.re AAAA\n", "x.re");
    assert!(line(&reunion, "host")[0].starts_with("host ovhcloud | ~ FR (US CA)"), "{:?}", lines(&reunion));
}
