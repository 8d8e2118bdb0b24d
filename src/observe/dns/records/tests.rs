//! Recordings as people make them.

use super::*;

fn records(text: &str) -> Records {
    Records::parse(text, "test.txt").unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn name(text: &str) -> DomainName {
    DomainName::from_ascii(text).unwrap()
}

fn lookup(records: &Records, host: &str, rtype: Rtype) -> Lookup {
    records.lookup(&name(host), rtype)
}

fn status(records: &Records, host: &str, rtype: Rtype) -> Status {
    lookup(records, host, rtype).answer.status
}

fn faults(text: &str) -> Vec<(usize, String)> {
    match Records::parse(text, "test.txt") {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| (fault.line, fault.what)).collect(),
    }
}

const ZONE: &str = r#"; a zone
$ORIGIN example.org.
$TTL 1h
@   IN SOA ns1 hostmaster (
        2026010101 ; serial
        7200 3600 1209600 300 )
    NS ns1
    NS ns2.example.net.
    300 IN MX 10 mail
    IN 600 MX 20 mail2.example.net.
    TXT "v=spf1 include:_spf.example.net" " -all"
    TXT "quote \" semicolon ; backslash \\ bell \007"
    CAA 0 issue "letsencrypt.org; validationmethods=dns-01"
mail A 192.0.2.25
     AAAA 2001:db8::25
www  CNAME cdn.example.net.
_sip._tcp SRV 0 5 5060 sip
null MX 0 .
*.wild A 192.0.2.9
"#;

#[test]
fn zone_files() {
    let zone = records(ZONE);
    let mx = lookup(&zone, "example.org", Rtype::Mx);
    assert_eq!(mx.answer.status, Status::Ok);
    assert_eq!(
        mx.data,
        [
            RData::Mx { preference: 10, host: Some(name("mail.example.org")) },
            RData::Mx { preference: 20, host: Some(name("mail2.example.net")) }
        ]
    );
    assert_eq!(mx.answer.ttl, Some(300));
    assert_eq!(
        mx.answer.recorded,
        ["example.org. 300 IN MX 10 mail.example.org.", "example.org. 600 IN MX 20 mail2.example.net."]
    );
    assert_eq!(mx.answer.transport, Some(Transport::Recorded));
    let txt = lookup(&zone, "example.org", Rtype::Txt);
    assert_eq!(
        txt.data,
        [
            RData::Txt(b"quote \" semicolon ; backslash \\ bell \x07".to_vec()),
            RData::Txt(b"v=spf1 include:_spf.example.net -all".to_vec())
        ]
    );
    assert_eq!(txt.answer.ttl, Some(3600));
    assert_eq!(
        lookup(&zone, "example.org", Rtype::Ns).data,
        [RData::Ns(name("ns1.example.org")), RData::Ns(name("ns2.example.net"))]
    );
    assert_eq!(
        lookup(&zone, "example.org", Rtype::Caa).data,
        [RData::Caa { flags: 0, tag: "issue".into(), value: "letsencrypt.org; validationmethods=dns-01".into() }]
    );
    assert_eq!(lookup(&zone, "example.org", Rtype::Soa).data, [RData::Soa]);
    assert_eq!(lookup(&zone, "mail.example.org", Rtype::Aaaa).data, [RData::Aaaa("2001:db8::25".parse().unwrap())]);
    assert_eq!(
        lookup(&zone, "_sip._tcp.example.org", Rtype::Srv).data,
        [RData::Srv { priority: 0, weight: 5, port: 5060, target: Some(name("sip.example.org")) }]
    );
    assert_eq!(lookup(&zone, "null.example.org", Rtype::Mx).data, [RData::Mx { preference: 0, host: None }]);
}

#[test]
fn what_is_not_in_the_recording_is_not_nothing() {
    let zone = records(ZONE);
    assert_eq!(status(&zone, "mail.example.org", Rtype::Mx), Status::NotRecorded);
    assert_eq!(status(&zone, "example.org", Rtype::A), Status::NotRecorded);
    assert_eq!(status(&zone, "other.example.org", Rtype::A), Status::NotRecorded);
    assert_eq!(status(&zone, "x.wild.example.org", Rtype::A), Status::NotRecorded);
    let www = lookup(&zone, "www.example.org", Rtype::A);
    assert_eq!((www.answer.status, www.chain), (Status::NotRecorded, vec![name("cdn.example.net")]));
    assert_eq!(www.answer.recorded, ["www.example.org. 3600 IN CNAME cdn.example.net."]);
}

#[test]
fn chains_are_followed_and_end() {
    let mut text = String::from("a. CNAME b.\nb. CNAME a.\nself. CNAME self.\nw. 60 CNAME x.\nx. 30 A 192.0.2.1\n");
    for hop in 0..20 {
        text.push_str(&format!("c{hop}. CNAME c{}.\n", hop + 1));
    }
    text.push_str("c20. A 192.0.2.1\n");
    let records = records(&text);
    let x = lookup(&records, "w", Rtype::A);
    assert_eq!((x.answer.status, x.answer.ttl, x.data.len()), (Status::Ok, Some(30), 1));
    assert_eq!(status(&records, "a", Rtype::A), Status::CnameLoop);
    assert_eq!(status(&records, "self", Rtype::Mx), Status::CnameLoop);
    assert_eq!(status(&records, "c4", Rtype::A), Status::Ok);
    assert_eq!(status(&records, "c3", Rtype::A), Status::CnameTooLong);
    assert_eq!(lookup(&records, "a", Rtype::Cname).data, [RData::Cname(name("b"))]);
}

const DIG: &str = r#"
; <<>> DiG 9.18.28 <<>> example.org MX
;; global options: +cmd
;; Got answer:
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 12345
;; flags: qr rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 2, ADDITIONAL: 3

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
;; QUESTION SECTION:
;example.org.			IN	MX

;; ANSWER SECTION:
example.org.		300	IN	MX	10 mail.example.org.

;; AUTHORITY SECTION:
example.org.		300	IN	NS	ns1.example.org.

;; ADDITIONAL SECTION:
mail.example.org.	300	IN	A	192.0.2.25

;; Query time: 1 msec
;; SERVER: 127.0.0.1#53(127.0.0.1) (UDP)
;; WHEN: Tue Jan 06 10:00:00 UTC 2026
;; MSG SIZE  rcvd: 100

;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 2
;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1
;; QUESTION SECTION:
;nothing.example.org.		IN	AAAA

;; AUTHORITY SECTION:
example.org.		300	IN	SOA	ns1.example.org. host.example.org. 1 2 3 4 5

;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 3
;; flags: qr rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1
;; QUESTION SECTION:
;old.example.org.		IN	A

;; ANSWER SECTION:
old.example.org.	300	IN	CNAME	gone.example.net.

;; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 4
;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1
;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
; EDE: 6 (DNSSEC Bogus): (no valid signature)
;; QUESTION SECTION:
;bogus.example.org.		IN	A

;; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 5
;; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1
;; QUESTION SECTION:
;broken.example.org.		IN	A

;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 6
;; flags: qr rd; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 0
;; QUESTION SECTION:
;lame.example.org.		IN	A

;; AUTHORITY SECTION:
org.			300	IN	NS	ns.example.net.

;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 7
;; flags: qr rd; QUERY: 1, ANSWER: 3, AUTHORITY: 0, ADDITIONAL: 0
;; QUESTION SECTION:
;hidden.example.org.		IN	A

loose.example.org. 5 IN A 192.0.2.5
"#;

#[test]
fn dig_says_what_is_not_there() {
    let dig = records(DIG);
    assert_eq!(status(&dig, "example.org", Rtype::Mx), Status::Ok);
    // Authority and additional sections were not asked for.
    assert_eq!(status(&dig, "example.org", Rtype::Ns), Status::NotRecorded);
    assert_eq!(status(&dig, "mail.example.org", Rtype::A), Status::NotRecorded);
    let nothing = lookup(&dig, "nothing.example.org", Rtype::Aaaa);
    assert_eq!((nothing.answer.status, &nothing.answer.flags), (Status::Nodata, &Vec::new()));
    assert_eq!(nothing.answer.recorded, [";; NODATA nothing.example.org. AAAA"]);
    assert_eq!(status(&dig, "nothing.example.org", Rtype::A), Status::NotRecorded);
    let old = lookup(&dig, "old.example.org", Rtype::Mx);
    assert_eq!((old.answer.status, old.answer.flags), (Status::Nxdomain, vec!["no-soa".to_owned()]));
    assert_eq!(status(&dig, "gone.example.net", Rtype::Txt), Status::Nxdomain);
    let bogus = lookup(&dig, "bogus.example.org", Rtype::A);
    assert_eq!((bogus.answer.status, bogus.answer.flags), (Status::Bogus, vec!["ede-6".to_owned()]));
    assert_eq!(status(&dig, "broken.example.org", Rtype::A), Status::Servfail);
    assert_eq!(status(&dig, "lame.example.org", Rtype::A), Status::Lame);
    assert_eq!(status(&dig, "hidden.example.org", Rtype::A), Status::NotRecorded);
    assert_eq!(status(&dig, "loose.example.org", Rtype::A), Status::Ok);
}

#[test]
fn negative_lines() {
    let records = records(
        ";; NODATA a.example. MX\n;; NXDOMAIN b.example\n;; SERVFAIL c.example. A\n;; NODATA d.example. HTTPS\n\
         ;; NODATA is said here\n;; refused by the server\nb.example. TXT \"there after all\"\n",
    );
    assert_eq!(status(&records, "a.example", Rtype::Mx), Status::Nodata);
    assert_eq!(status(&records, "a.example", Rtype::A), Status::NotRecorded);
    assert_eq!(status(&records, "c.example", Rtype::A), Status::Servfail);
    // A name with records exists.
    assert_eq!(status(&records, "b.example", Rtype::A), Status::NotRecorded);
    // Asked twice: an answer counts more than a failure, whichever came first.
    let twice = self::records(
        ";; NODATA a.example. A\n;; SERVFAIL a.example. A\n;; SERVFAIL b.example. A\n;; NODATA b.example. A\n\
         ;; SERVFAIL c.example. A\n;; NXDOMAIN c.example.\n;; TIMEOUT d.example. A\nd.example. A 192.0.2.1\n",
    );
    assert_eq!(status(&twice, "a.example", Rtype::A), Status::Nodata);
    assert_eq!(status(&twice, "b.example", Rtype::A), Status::Nodata);
    assert_eq!(status(&twice, "c.example", Rtype::A), Status::Nxdomain);
    assert_eq!(status(&twice, "d.example", Rtype::A), Status::Ok);
    let faults = faults(";; NODATA a.example.\n;; SERVFAIL a..b. A\n;; NODATA a.example. NOTYPE\n");
    assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn massdns_simple_output() {
    let records = records(
        "example.org. A 192.0.2.1\nexample.org. A 192.0.2.1\nwww.example.org. CNAME example.org.\n\
         example.org. TXT \"v=spf1 -all\"\nexample.org. TYPE65 \\# 0\nexample.org. DNSKEY 257 3 13 x\n",
    );
    assert_eq!(lookup(&records, "www.example.org", Rtype::A).data, [RData::A("192.0.2.1".parse().unwrap())]);
    assert_eq!(lookup(&records, "example.org", Rtype::Txt).data, [RData::Txt(b"v=spf1 -all".to_vec())]);
}

#[test]
fn every_fault_with_its_line() {
    let text = "example.org. A 192.0.2.256\nexample.org. A\n\nexample.org. MX mail\n  \n192.0.2.1\n\
                example.org. FOO bar\n$INCLUDE other\nexample.org. TXT \"open\n@ A 192.0.2.1\na..b A 192.0.2.1\n  A 192.0.2.7\n";
    let faults = faults(text);
    assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 4, 6, 7, 8, 9, 10, 11], "{faults:?}");
    assert!(faults[0].1.contains("192.0.2.256") && faults[0].1.contains("IPv4"), "{faults:?}");
    assert_eq!(self::faults("  A 192.0.2.1\n"), [(1, "a record without a name".to_owned())]);
}

/// What a server may really send is no fault of the file, and never "nothing".
#[test]
fn odd_names_and_bad_data_are_answers() {
    let records = records(
        "a. MX 10 odd\\032name.\nb. MX 10 odd\\032name.\nb. MX 20 fine.\nc. CNAME *.c.\nd. A \\# 3 010203\ne. NS .\n",
    );
    let a = lookup(&records, "a", Rtype::Mx);
    assert_eq!((a.answer.status, a.answer.flags), (Status::BadName, vec!["odd-name".to_owned()]));
    assert_eq!(a.answer.recorded, ["a. IN MX 10 odd\\032name."]);
    let b = lookup(&records, "b", Rtype::Mx);
    assert_eq!((b.answer.status, b.data.len()), (Status::Ok, 1));
    assert_eq!(status(&records, "c", Rtype::A), Status::BadName);
    assert_eq!(status(&records, "d", Rtype::A), Status::Malformed);
    assert_eq!(status(&records, "e", Rtype::Ns), Status::BadName);
}

#[test]
fn what_was_used_can_be_read_again() {
    let zone = records(ZONE);
    for (host, rtype) in [
        ("example.org", Rtype::Mx),
        ("example.org", Rtype::Txt),
        ("example.org", Rtype::Caa),
        ("_sip._tcp.example.org", Rtype::Srv),
        ("null.example.org", Rtype::Mx),
        ("mail.example.org", Rtype::Aaaa),
    ] {
        let first = lookup(&zone, host, rtype);
        let again = lookup(&records(&first.answer.recorded.join("\n")), host, rtype);
        assert_eq!(first, again);
    }
}

#[test]
fn windows_line_ends_a_byte_order_mark_and_case() {
    let records = records("\u{feff}Example.ORG.\t300\tin\tmx\t10 MAIL.example.org.\r\n\t\ttxt\t\"x\"\r\n");
    assert_eq!(status(&records, "example.org", Rtype::Mx), Status::Ok);
    assert_eq!(status(&records, "example.org", Rtype::Txt), Status::Ok);
    assert_eq!(records.len(), 1);
    assert!(!records.is_empty() && records.name() == "test.txt");
}

#[test]
fn a_nation_in_one_file() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for town in 0..14_000 {
        write!(
            text,
            "town{town}.example. 300 IN MX 10 mx{town}.example.\ntown{town}.example. TXT \"v=spf1 -all\"\n\
             town{town}.example. NS ns.example.\n;; NODATA town{town}.example. AAAA\n"
        )
        .unwrap();
    }
    let records = records(&text);
    assert_eq!(records.len(), 14_000);
    for town in (0..14_000).step_by(7) {
        let host = format!("town{town}.example");
        assert_eq!(status(&records, &host, Rtype::Mx), Status::Ok);
        assert_eq!(status(&records, &host, Rtype::Aaaa), Status::Nodata);
    }
}

#[test]
fn nothing_in_a_file_makes_it_panic() {
    use proptest::prelude::*;
    let words = proptest::sample::select(vec![
        "a.",
        "IN",
        "CH",
        "A",
        "MX",
        "TXT",
        "10",
        "192.0.2.1",
        "\"",
        "(",
        ")",
        ";",
        ";;",
        "\\",
        "\\0",
        "$ORIGIN",
        "$TTL",
        "@",
        "\n",
        " ",
        "\t",
        "NXDOMAIN",
        "NODATA",
        "->>HEADER<<-",
        "status: NOERROR",
        "flags: qr; ANSWER: 1",
        "é",
        "\\#",
        "QUESTION SECTION:",
        "ANSWER SECTION:",
        "EDE: 6",
        "CNAME",
        "SOA",
        "CAA",
        "SRV",
        "*.",
        "\0",
    ]);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 4000, ..ProptestConfig::default() });
    runner
        .run(&proptest::collection::vec(words, 0..40), |words| {
            for separator in ["", " "] {
                if let Ok(records) = Records::parse(&words.join(separator), "x") {
                    for rtype in Rtype::ALL {
                        let _ = records.lookup(&name("a"), rtype);
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}
