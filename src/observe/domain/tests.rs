#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

mod network;

use super::*;
use crate::evidence::{MxFact, Saved, SkipReason, SpfResult, Status};
use crate::observe::dns::Records;

/// A ministry behind a US edge, mail at Microsoft behind a filter: the first of the issue's six domains.
const MINISTRY: &str = r#"
www.ministere.example.   300 IN CNAME x.incapdns.net.
x.incapdns.net.          300 IN A 45.60.155.214
;; NODATA x.incapdns.net. AAAA
;; NODATA x.incapdns.net. MX
214.155.60.45.in-addr.arpa. 300 IN PTR b.example.net.
214.155.60.45.in-addr.arpa. 300 IN PTR a.example.net.
ministere.example.       300 IN A 45.60.155.214
;; NODATA ministere.example. AAAA
ministere.example.       300 IN NS ns200.anycast.me.
ministere.example.       300 IN NS dns200.anycast.me.
ns200.anycast.me.        300 IN A 46.105.207.200
;; NODATA ns200.anycast.me. AAAA
dns200.anycast.me.       300 IN A 46.105.206.200
dns200.anycast.me.       300 IN AAAA 2001:41d0:1:4a8a::1
ministere.example.       300 IN MX 20 mx2.hc1-1.eu.iphmx.com.
ministere.example.       300 IN MX 10 mx1.hc1-1.eu.iphmx.com.
mx1.hc1-1.eu.iphmx.com.  300 IN A 207.54.68.119
;; NODATA mx1.hc1-1.eu.iphmx.com. AAAA
;; NXDOMAIN mx2.hc1-1.eu.iphmx.com.
ministere.example.       300 IN TXT "v=spf1 include:spf.protection.outlook.com -all"
ministere.example.       300 IN TXT "MS=ms12345678"
spf.protection.outlook.com. 300 IN TXT "v=spf1 ip4:40.92.0.0/15 -all"
_dmarc.ministere.example. 300 IN TXT "v=DMARC1; p=quarantine; rua=mailto:x@rep.vendor.example!10m,mailto:y@ministere.example"
_mta-sts.ministere.example. 300 IN TXT "v=STSv1; id=20260101"
_smtp._tls.ministere.example. 300 IN TXT "v=TLSRPTv1; rua=mailto:tls@rep.vendor.example"
autodiscover.ministere.example. 300 IN CNAME autodiscover.outlook.com.
autodiscover.outlook.com. 300 IN CNAME atod-g2.tm-4.office.com.
atod-g2.tm-4.office.com. 300 IN A 40.99.10.8
;; NODATA atod-g2.tm-4.office.com. AAAA
selector1._domainkey.ministere.example. 300 IN CNAME selector1-x._domainkey.tenant.onmicrosoft.com.
;; NXDOMAIN selector1-x._domainkey.tenant.onmicrosoft.com.
mail._domainkey.ministere.example. 300 IN TXT "v=DKIM1; k=rsa; p=MIGf"
default._domainkey.ministere.example. 300 IN TXT "v=DKIM1; p="
ministere.example.       300 IN CAA 0 issue "letsencrypt.org"
;; NODATA www.ministere.example. NS
"#;

fn observer(world: &str, options: Options) -> Observer {
    let records = match Records::parse(world, "world") {
        Ok(records) => records,
        Err(faults) => panic!("{faults:?}"),
    };
    Observer::new(Resolver::Recorded(records), IpTables::embedded().unwrap(), options)
}

fn observe_with(world: &str, target: &str, options: Options) -> Evidence {
    let observer = observer(world, options);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let when = "2026-11-24T12:00:00Z".parse().unwrap();
    runtime.block_on(observer.observe(target.parse().unwrap(), when))
}

fn observe(world: &str, target: &str) -> Evidence {
    observe_with(world, target, Options::default())
}

fn json(evidence: Evidence) -> String {
    crate::evidence::write(&Saved { evidence, judged: Vec::new() }).unwrap()
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn texts<'a>(names: impl IntoIterator<Item = &'a DomainName>) -> Vec<&'a str> {
    names.into_iter().map(DomainName::as_str).collect()
}

fn host<'a>(evidence: &'a Evidence, host: &str) -> &'a HostFacts {
    &evidence.hosts[&name(host)]
}

fn ips(facts: &HostFacts) -> Vec<String> {
    facts.addresses.found().unwrap().iter().map(|facts| facts.ip.to_string()).collect()
}

#[test]
fn a_ministry_is_seen_as_a_whole() {
    let evidence = observe(MINISTRY, "https://www.ministere.example/page?x=1");
    assert_eq!(evidence.registrable, Some(name("ministere.example")));
    let web: Vec<_> = evidence.web.iter().map(|web| (web.host.as_str(), web.is_target)).collect();
    assert_eq!(web, [("www.ministere.example", true), ("ministere.example", false)]);

    let www = host(&evidence, "www.ministere.example");
    assert_eq!(texts(&www.cname_chain), ["x.incapdns.net"]);
    assert_eq!((ips(www), &www.partial, www.nxdomain), (vec!["45.60.155.214".to_owned()], &None, false));
    let address = &www.addresses.found().unwrap()[0];
    assert_eq!(address.asn.found().unwrap().asn.0, 19551);
    assert_eq!(texts(address.ptr.found().unwrap()), ["a.example.net", "b.example.net"]);

    assert_eq!(evidence.ns.zone, Some(name("ministere.example")));
    assert_eq!(texts(evidence.ns.servers.found().unwrap()), ["dns200.anycast.me", "ns200.anycast.me"]);
    assert_eq!(ips(host(&evidence, "dns200.anycast.me")), ["46.105.206.200", "2001:41d0:1:4a8a::1"]);

    let mail = &evidence.mail;
    assert_eq!(mail.domain, Some(name("ministere.example")));
    let mx: Vec<_> =
        mail.mx.found().unwrap().iter().map(|mx| (mx.preference, mx.host.as_ref().unwrap().as_str())).collect();
    assert_eq!(mx, [(10, "mx1.hc1-1.eu.iphmx.com"), (20, "mx2.hc1-1.eu.iphmx.com")]);
    let missing = host(&evidence, "mx2.hc1-1.eu.iphmx.com");
    assert!(missing.nxdomain && missing.addresses == Probe::Absent && missing.role_hints == [RoleHint::Mx]);

    let spf = mail.spf.found().unwrap();
    assert_eq!((spf.lookups, &spf.result), (1, &SpfResult::Ok));
    assert_eq!(spf.domain, Some(name("ministere.example")));
    let dmarc = mail.dmarc.found().unwrap();
    assert_eq!(
        (dmarc.policy.as_deref(), texts(&dmarc.rua)),
        (Some("quarantine"), vec!["ministere.example", "rep.vendor.example"])
    );
    assert_eq!(mail.mta_sts.found().unwrap().record, "v=STSv1; id=20260101");
    assert_eq!(texts(&mail.tls_rpt.found().unwrap().receivers), ["rep.vendor.example"]);
    let autodiscover = &mail.autodiscover.found().unwrap()[0];
    assert_eq!(texts(&autodiscover.targets), ["autodiscover.outlook.com", "atod-g2.tm-4.office.com"]);
    assert_eq!(host(&evidence, "autodiscover.outlook.com").role_hints, [RoleHint::Autodiscover]);
    // A revoked key is no key; an alias that leads nowhere yet still shows with whom.
    let dkim: Vec<_> = mail.dkim.found().unwrap().iter().map(|d| (d.selector.as_str(), d.cname_chain.len())).collect();
    assert_eq!(dkim, [("mail", 0), ("selector1", 1)]);

    assert!(evidence.txt.found().unwrap().contains(&"MS=ms12345678".to_owned()));
    let caa = &evidence.caa.found().unwrap()[0];
    assert_eq!(
        (caa.at.as_str(), caa.tag.as_str(), caa.value.as_str()),
        ("ministere.example", "issue", "letsencrypt.org")
    );
}

#[test]
fn two_runs_write_the_same_bytes() {
    let first = observe(MINISTRY, "www.ministere.example");
    let keys: Vec<_> = first.answers.iter().map(|answer| (answer.name.clone(), answer.rtype.clone())).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(keys, sorted, "sorted, and each question once");
    let text = json(first);
    assert_eq!(text, json(observe(MINISTRY, "www.ministere.example")));
    assert_eq!(crate::evidence::read(&text).unwrap()[0].evidence, observe(MINISTRY, "www.ministere.example"));
}

#[test]
fn what_is_not_recorded_is_never_none() {
    let evidence = observe("", "ministere.example");
    let skipped = SkipReason::NotRecorded;
    assert_eq!(evidence.ns.servers, Probe::Skipped(skipped));
    assert_eq!(evidence.mail.mx, Probe::Skipped(skipped));
    assert_eq!(evidence.mail.spf, Probe::Skipped(skipped));
    assert_eq!(evidence.mail.dmarc, Probe::Skipped(skipped));
    assert_eq!(evidence.mail.mta_sts, Probe::Skipped(skipped));
    assert_eq!(evidence.mail.tls_rpt, Probe::Skipped(skipped));
    assert_eq!(evidence.mail.autodiscover, Probe::Skipped(skipped));
    assert_eq!(evidence.mail.dkim, Probe::Skipped(skipped));
    assert_eq!(evidence.txt, Probe::Skipped(skipped));
    assert_eq!(evidence.caa, Probe::Skipped(skipped));
    assert!(evidence.hosts.values().all(|host| host.addresses == Probe::Skipped(skipped)));
    assert!(evidence.answers.iter().all(|answer| answer.status == Status::NotRecorded));
    // Half an answer is no whole one: no record below does not say what stands above, and the other way round.
    let half = observe(";; NODATA example.test. MX\n", "sub.example.test");
    assert_eq!(half.mail.mx, Probe::Skipped(skipped));
    let half = observe(";; NODATA sub.example.test. MX\n", "sub.example.test");
    assert_eq!(half.mail.mx, Probe::Skipped(skipped));
}

/// Pitfalls 15 and 21.
#[test]
fn mx_oddities() {
    let mx = |world: &str, target: &str| {
        let mail = observe(world, target).mail;
        (mail.domain.map(|name| name.to_string()), mail.mx)
    };
    let null = MxFact { preference: 0, host: None };
    let real = MxFact { preference: 10, host: Some(name("m.example.test")) };

    let alone = mx("example.test. 300 IN MX 0 .\n", "example.test");
    assert_eq!(alone, (Some("example.test".into()), Probe::Found(vec![null.clone()])));
    let beside = mx("example.test. 300 IN MX 10 m.example.test.\nexample.test. 300 IN MX 0 .\n", "example.test");
    assert_eq!(beside.1, Probe::Found(vec![null.clone(), real.clone()]));

    // None at the target: the registrable domain's.
    for none in [";; NODATA sub.example.test. MX\n", ";; NXDOMAIN sub.example.test.\n", ""] {
        let above = mx(&format!("{none}example.test. 300 IN MX 10 m.example.test.\n"), "sub.example.test");
        assert_eq!(above, (Some("example.test".into()), Probe::Found(vec![real.clone()])), "{none}");
    }
    // The target's own comes first.
    let own = mx("sub.example.test. 300 IN MX 0 .\nexample.test. 300 IN MX 10 m.example.test.\n", "sub.example.test");
    assert_eq!(own, (Some("sub.example.test".into()), Probe::Found(vec![null])));
    // Never that of an alias: it is another domain's.
    let alias = "www.example.test. 300 IN CNAME shop.vendor.test.\nshop.vendor.test. 300 IN MX 10 mx.vendor.test.\n";
    let taken = mx(&format!("{alias}example.test. 300 IN MX 10 m.example.test.\n"), "www.example.test");
    assert_eq!(taken, (Some("example.test".into()), Probe::Found(vec![real.clone()])));
    let apex = "example.test. 300 IN CNAME shop.vendor.test.\nshop.vendor.test. 300 IN MX 10 mx.vendor.test.\n";
    assert_eq!(mx(apex, "example.test"), (None, Probe::Skipped(SkipReason::NotApplicable)));
    // No MX anywhere.
    let none = ";; NODATA sub.example.test. MX\n;; NODATA example.test. MX\n";
    assert_eq!(mx(none, "sub.example.test"), (None, Probe::Absent));
    // A failure is a failure, at the target and above, and never sends the question up.
    for status in ["SERVFAIL", "REFUSED"] {
        let failed = mx(
            &format!(";; {status} sub.example.test. MX\nexample.test. 300 IN MX 10 m.example.test.\n"),
            "sub.example.test",
        );
        let Probe::Failed(error) = failed.1 else { panic!("{failed:?}") };
        assert!(error.detail.starts_with("sub.example.test MX"), "{}", error.detail);
        let failed = mx(&format!(";; NODATA sub.example.test. MX\n;; {status} example.test. MX\n"), "sub.example.test");
        assert!(matches!(failed.1, Probe::Failed(_)));
    }
}

#[test]
fn spf_and_dmarc_stand_where_mail_is_taken_then_above() {
    let base = "sub.example.test. 300 IN MX 10 m.example.test.\n_dmarc.example.test. 300 IN TXT \"v=DMARC1; p=none\"\n\
                ;; NODATA _dmarc.sub.example.test. TXT\n";
    let above = observe(
        &format!("{base};; NODATA sub.example.test. TXT\nexample.test. 300 IN TXT \"v=spf1 -all\"\n"),
        "sub.example.test",
    );
    assert_eq!(above.mail.spf.found().unwrap().domain, Some(name("example.test")));
    assert_eq!(above.mail.dmarc.found().unwrap().domain, name("example.test"));
    let own = observe(
        &format!("{base}sub.example.test. 300 IN TXT \"v=spf1 mx -all\"\nexample.test. 300 IN TXT \"v=spf1 -all\"\n"),
        "sub.example.test",
    );
    assert_eq!(own.mail.spf.found().unwrap().records, ["v=spf1 mx -all"]);
    // A web name's own policy is not that of the domain that takes its mail.
    let www = observe(
        ";; NODATA www.example.test. MX\nexample.test. 300 IN MX 10 m.example.test.\n\
         www.example.test. 300 IN TXT \"v=spf1 -all\"\nexample.test. 300 IN TXT \"v=spf1 mx -all\"\n",
        "www.example.test",
    );
    assert_eq!(www.mail.spf.found().unwrap().records, ["v=spf1 mx -all"]);
    // A failed answer does not send the question up.
    let failed = observe(
        &format!("{base};; SERVFAIL sub.example.test. TXT\nexample.test. 300 IN TXT \"v=spf1 -all\"\n"),
        "sub.example.test",
    );
    assert!(matches!(failed.mail.spf, Probe::Failed(_)));
    let two = observe(
        "example.test. 300 IN MX 10 m.example.test.\n_dmarc.example.test. 300 IN TXT \"v=DMARC1; p=none\"\n\
         _dmarc.example.test. 300 IN TXT \"v=DMARC1; p=reject\"\n",
        "example.test",
    );
    assert!(matches!(two.mail.dmarc, Probe::Failed(_)));
}

#[test]
fn one_family_of_two() {
    let web = |lines: &str| observe(lines, "a.example.test").hosts.remove(&name("a.example.test")).unwrap();
    let v4 = "a.example.test. 300 IN A 8.8.8.8\n";
    let failed = web(&format!("{v4};; SERVFAIL a.example.test. AAAA\n"));
    assert_eq!(ips(&failed), ["8.8.8.8"]);
    assert_eq!(failed.partial.as_ref().map(|error| error.status), Some(Status::Servfail));
    let unknown = web(v4);
    assert_eq!(unknown.partial.as_ref().map(|error| error.status), Some(Status::NotRecorded));
    assert_eq!(web(&format!("{v4};; NODATA a.example.test. AAAA\n")).partial, None);
    // Nothing of one family and no answer for the other: not "no address".
    let half = web(";; NODATA a.example.test. A\n;; SERVFAIL a.example.test. AAAA\n");
    assert!(matches!(half.addresses, Probe::Failed(_)) && half.partial.is_none() && !half.nxdomain);
    let half = web(";; NODATA a.example.test. A\n");
    assert_eq!(half.addresses, Probe::Skipped(SkipReason::NotRecorded));
    let none = web(";; NODATA a.example.test. A\n;; NODATA a.example.test. AAAA\n");
    assert_eq!((none.addresses, none.nxdomain), (Probe::Absent, false));
    let gone = web(";; NXDOMAIN a.example.test.\n");
    assert_eq!((gone.addresses, gone.nxdomain), (Probe::Absent, true));
    let looped = web("a.example.test. 300 IN CNAME b.example.test.\nb.example.test. 300 IN CNAME a.example.test.\n");
    assert!(matches!(looped.addresses, Probe::Failed(ref error) if error.status == Status::CnameLoop));
}

#[test]
fn addresses_that_are_not_public_are_kept_and_not_placed() {
    let evidence = observe(
        "example.test. 300 IN A 10.0.0.1\nexample.test. 300 IN AAAA ::ffff:192.168.1.1\nexample.test. 300 IN AAAA 64:ff9b::808:808\n",
        "example.test",
    );
    let facts = host(&evidence, "example.test").addresses.found().unwrap();
    let blocks: Vec<_> = facts.iter().map(|f| f.special.as_ref().map(|s| s.block.as_str())).collect();
    assert_eq!(blocks, [Some("10.0.0.0/8"), Some("192.168.0.0/16"), None]);
    assert_eq!(facts[0].place, Probe::Skipped(SkipReason::NotApplicable));
    assert_eq!(facts[0].ptr, Probe::Skipped(SkipReason::NotApplicable));
    assert_eq!(facts[2].asn.found().unwrap().asn.0, 15169);
    assert!(evidence.answers.iter().all(|a| !a.name.as_str().contains("10.in-addr.arpa")));
}

#[test]
fn an_address_target_is_an_address_and_its_reverse_name() {
    let evidence = observe("8.8.8.8.in-addr.arpa. 300 IN PTR dns.google.\n", "8.8.8.8");
    let facts = evidence.address.as_ref().unwrap();
    assert_eq!(texts(facts.ptr.found().unwrap()), ["dns.google"]);
    assert_eq!(facts.asn.found().unwrap().asn.0, 15169);
    assert_eq!(evidence.answers.len(), 1);
    assert!(evidence.hosts.is_empty() && evidence.web.is_empty());
    assert_eq!(evidence.mail.mx, Probe::Skipped(SkipReason::NotAsked));
    let private = observe("", "192.168.0.1");
    assert!(private.answers.is_empty() && private.address.unwrap().special.is_some());
}

#[test]
fn an_international_name_is_asked_in_its_wire_form() {
    let wire = "xn--mairie-vry-h7a.test";
    let evidence = observe(&format!("{wire}. 300 IN A 8.8.8.8\n{wire}. 300 IN MX 5 mx.{wire}.\n"), "Mairie-Évry.test");
    assert_eq!(ips(host(&evidence, wire)), ["8.8.8.8"]);
    assert!(evidence.hosts.contains_key(&name("www.mairie-évry.test")));
    assert!(evidence.answers.iter().all(|answer| answer.name.as_str().is_ascii()));
    assert_eq!(evidence.mail.mx.found().unwrap()[0].host, Some(name("mx.mairie-évry.test")));
}

#[test]
fn only_one_of_the_pair_has_a_sibling() {
    let web = |target: &str| observe("", target).web.iter().map(|web| web.host.to_string()).collect::<Vec<_>>();
    assert_eq!(web("example.gouv.fr"), ["example.gouv.fr", "www.example.gouv.fr"]);
    assert_eq!(web("www.example.gouv.fr"), ["www.example.gouv.fr", "example.gouv.fr"]);
    assert_eq!(web("api.example.gouv.fr"), ["api.example.gouv.fr"]);
    assert_eq!(web("www.api.example.gouv.fr"), ["www.api.example.gouv.fr"]);
    assert_eq!(web("gouv.fr"), ["gouv.fr"]);
}

#[test]
fn the_zone_is_found_upwards() {
    let ns = |world: &str, target: &str| {
        let ns = observe(world, target).ns;
        (
            ns.zone.map(|zone| zone.to_string()),
            ns.servers.found().map(|s| s.iter().map(ToString::to_string).collect::<Vec<_>>()),
            ns.servers,
        )
    };
    let apex = "example.test. 300 IN NS ns.example.test.\n";
    for none in [";; NODATA a.b.example.test. NS\n;; NXDOMAIN b.example.test.\n", ""] {
        let (zone, servers, _) = ns(&format!("{apex}{none}"), "a.b.example.test");
        assert_eq!((zone.as_deref(), servers), (Some("example.test"), Some(vec!["ns.example.test".into()])));
    }
    let (zone, ..) = ns(&format!("{apex}b.example.test. 300 IN NS ns.other.test.\n"), "a.b.example.test");
    assert_eq!(zone.as_deref(), Some("b.example.test"), "the cut below the registrable domain");
    // What stands behind an alias is another zone.
    let (zone, ..) = ns(
        &format!("{apex}www.example.test. 300 IN CNAME vendor.test.\nvendor.test. 300 IN NS ns.vendor.test.\n"),
        "www.example.test",
    );
    assert_eq!(zone.as_deref(), Some("example.test"));
    // A delegation that fails is a failure, also where the zone above answers.
    let (zone, _, servers) = ns(&format!("{apex};; SERVFAIL sub.example.test. NS\n"), "sub.example.test");
    assert!(zone.is_none() && matches!(servers, Probe::Failed(_)));
    // A platform's zone holds its customers' names; a registry's does not.
    let (zone, ..) = ns(";; NODATA someone.github.io. NS\ngithub.io. 300 IN NS ns.github.test.\n", "someone.github.io");
    assert_eq!(zone.as_deref(), Some("github.io"));
    let (zone, _, servers) =
        ns(";; NXDOMAIN nobody.gouv.fr.\ngouv.fr. 300 IN NS ns.nic.fr.\nfr. 300 IN NS d.nic.fr.\n", "nobody.gouv.fr");
    assert_eq!((zone, servers), (None, Probe::Absent));
}

#[test]
fn caa_is_that_of_the_closest_name() {
    let caa = |world: &str| observe(world, "a.b.example.test").caa;
    let at = |probe: Probe<Vec<crate::evidence::CaaFact>>| probe.found().map(|facts| facts[0].at.to_string());
    let apex = "example.test. 300 IN CAA 0 issue \"ca.test\"\n";
    assert_eq!(at(caa(apex)).as_deref(), Some("example.test"));
    assert_eq!(
        at(caa(&format!("{apex}b.example.test. 300 IN CAA 0 issue \";\"\n"))).as_deref(),
        Some("b.example.test")
    );
    assert!(matches!(caa(&format!("{apex};; SERVFAIL b.example.test. CAA\n")), Probe::Failed(_)));
    let none = ";; NODATA a.b.example.test. CAA\n;; NODATA b.example.test. CAA\n;; NODATA example.test. CAA\n";
    assert_eq!(caa(none), Probe::Absent);
    assert_eq!(caa(";; NODATA example.test. CAA\n"), Probe::Skipped(SkipReason::NotRecorded));
}

#[test]
fn autodiscover_by_service_record() {
    let found = |world: &str| observe(world, "example.test").mail.autodiscover;
    let none = ";; NODATA autodiscover.example.test. CNAME\n";
    let srv = "_autodiscover._tcp.example.test. 300 IN SRV";
    let facts = found(&format!("{none}{srv} 20 0 443 b.test.\n{srv} 10 0 443 c.test.\n"));
    let fact = &facts.found().unwrap()[0];
    assert_eq!((texts(&fact.targets), fact.srv), (vec!["c.test", "b.test"], true));
    assert_eq!(found(&format!("{none}{srv} 0 0 0 .\n")), Probe::Absent);
    assert_eq!(found(none), Probe::Skipped(SkipReason::NotRecorded));
    let failed =
        found(";; SERVFAIL autodiscover.example.test. CNAME\n;; NODATA _autodiscover._tcp.example.test. SRV\n");
    assert!(matches!(failed, Probe::Failed(_)));
    // An address there is no sign of anything.
    let address =
        format!("{none};; NODATA _autodiscover._tcp.example.test. SRV\nautodiscover.example.test. 300 IN A 8.8.8.8\n");
    assert_eq!(found(&address), Probe::Absent);
}

#[test]
fn a_wildcard_is_no_set_of_keys() {
    let selectors = mail::selectors();
    let all = |line: &str| selectors.iter().map(|s| line.replace('*', s)).collect::<String>();
    let wild = all("*._domainkey.example.test. 300 IN CNAME web.vendor.test.\n");
    assert_eq!(observe(&wild, "example.test").mail.dkim, Probe::Absent);
    let none = all(";; NXDOMAIN *._domainkey.example.test.\n");
    assert_eq!(observe(&none, "example.test").mail.dkim, Probe::Absent);
    let one_failed = none
        .replace(";; NXDOMAIN s1._", ";; SERVFAIL s1._")
        .replace("s1._domainkey.example.test.", "s1._domainkey.example.test. TXT");
    assert!(matches!(observe(&one_failed, "example.test").mail.dkim, Probe::Failed(_)));
}

#[test]
fn only_what_is_wanted_is_asked() {
    let asked = |roles: &[Role]| {
        let options = Options { services: Some(roles.iter().copied().collect()), ..Options::default() };
        let evidence = observe_with(MINISTRY, "ministere.example", options);
        let mut types: Vec<String> = evidence.answers.iter().map(|a| a.rtype.clone()).collect();
        types.sort();
        types.dedup();
        (evidence, types)
    };
    let (evidence, types) = asked(&[Role::Dns]);
    assert_eq!(types, ["A", "AAAA", "NS"]);
    assert!(evidence.web.is_empty() && evidence.mail == MailFacts::default());
    assert_eq!(evidence.hosts.len(), 2);
    let (evidence, types) = asked(&[Role::Host]);
    assert_eq!(types, ["A", "AAAA", "PTR"]);
    assert_eq!(evidence.caa, Probe::Skipped(SkipReason::NotAsked));
    let (evidence, _) = asked(&[Role::Sender]);
    assert!(evidence.mail.spf.found().is_some() && evidence.mail.mx.found().is_some());
    assert_eq!(evidence.mail.dkim, Probe::Skipped(SkipReason::NotAsked));
}

#[test]
fn caps_hold_and_what_they_cut_is_said() {
    let mut world = String::new();
    for i in 0..40 {
        for (kind, rdata) in [("MX", format!("{i} m{i}.v.test.")), ("NS", format!("n{i:02}.v.test."))] {
            world += &format!("example.test. 300 IN {kind} {rdata}\n");
        }
        world += &format!("m{i}.v.test. 300 IN A 8.8.4.{i}\nn{i:02}.v.test. 300 IN A 8.8.8.{i}\n");
        world += &format!("i{i}.v.test. 300 IN TXT \"v=spf1 -all\"\n");
    }
    let includes: String = (0..40).map(|i| format!("include:i{i}.v.test ")).collect();
    world += &format!("example.test. 300 IN TXT \"v=spf1 {}\" \"{}-all\"\n", &includes[..200], &includes[200..400]);
    let evidence = observe(&world, "example.test");
    assert!(evidence.answers.len() <= Limits::default().questions, "{}", evidence.answers.len());
    assert!(evidence.answers.len() > 60);
    assert_eq!(evidence.mail.mx.found().unwrap().len(), 40, "the records themselves are all there");
    // Mail hosts in order of preference come first, then name servers, as far as the questions last.
    assert_eq!(ips(host(&evidence, "m15.v.test")), ["8.8.4.15"]);
    assert_eq!(host(&evidence, "m16.v.test").addresses, Probe::Skipped(SkipReason::Cap));
    assert_eq!(ips(host(&evidence, "n00.v.test")), ["8.8.8.0"]);
    assert_eq!(host(&evidence, "n39.v.test").addresses, Probe::Skipped(SkipReason::Cap));
    assert_eq!(json(evidence), json(observe(&world, "example.test")));

    let limits = Limits { deadline: Duration::ZERO, ..Limits::default() };
    let late = observe_with(MINISTRY, "ministere.example", Options { limits, ..Options::default() });
    assert!(late.answers.is_empty());
    assert_eq!(late.mail.mx, Probe::Skipped(SkipReason::Cap));
}

#[test]
fn the_vantage_and_the_tables_stand_in_the_evidence() {
    let vantage = Vantage { chosen_by: "--records".into(), ..Vantage::default() };
    let evidence = observe_with("", "example.test", Options { vantage: vantage.clone(), ..Options::default() });
    assert_eq!(evidence.vantage, vantage);
    assert_eq!(evidence.sources.tool, env!("CARGO_PKG_VERSION"));
    assert_eq!(evidence.sources.ip_tables[0].id, "embedded");
    assert_eq!(evidence.sources.suffix_list, crate::model::suffix_list_version());
    assert_eq!(evidence.schema, crate::evidence::SCHEMA);
}

/// Many targets are observed at once by tasks that move between threads.
#[test]
fn an_observation_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let observer = observer("", Options::default());
    is_send(&observer.observe("example.test".parse().unwrap(), Timestamp::UNIX_EPOCH));
}
