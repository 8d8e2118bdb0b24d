//! Reading messages: by hand, and mutated by the thousand.

use data_encoding::BASE64;
use proptest::prelude::*;

use super::detail::wire_error;
use super::*;

fn name(text: &str) -> DomainName {
    DomainName::from_ascii(text).unwrap()
}

fn record(owner: &[u8], rtype: u16, rdata: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rdata.len()).unwrap().to_be_bytes();
    [owner, &rtype.to_be_bytes(), &[0, 1, 0, 0, 1, 44], &length, rdata].concat()
}

/// An answer to `www.example.org TYPE` with these records, the owner of each the name asked unless it brings its own.
fn message(rtype: Rtype, answers: &[Vec<u8>]) -> Vec<u8> {
    let mut wire = query(7, &question(&name("www.example.org"), rtype, || false), true, false);
    wire[2] = 0x81;
    wire[3] = 0x80;
    wire[7] = u8::try_from(answers.len()).unwrap();
    wire.extend(answers.concat());
    wire
}

const ASKED: &[u8] = b"\xc0\x0c";

fn samples() -> Vec<(Rtype, Vec<u8>)> {
    let target = b"\x04mail\xc0\x10";
    let one = |rtype: Rtype, rdata: &[u8]| (rtype, message(rtype, &[record(ASKED, rtype.number(), rdata)]));
    let mut soa = b"\x02ns\xc0\x10\x04host\xc0\x10".to_vec();
    soa.extend([0; 20]);
    vec![
        one(Rtype::A, &[192, 0, 2, 1]),
        one(Rtype::Aaaa, &[0x20; 16]),
        one(Rtype::Cname, target),
        one(Rtype::Ns, target),
        one(Rtype::Ptr, target),
        one(Rtype::Mx, b"\x00\x0a\x04mail\xc0\x10"),
        one(Rtype::Txt, b"\x06v=spf1\x05 -all"),
        one(Rtype::Caa, b"\x00\x05issueca.example"),
        one(Rtype::Srv, b"\x00\x01\x00\x02\x13\xc4\x03sip\x07example\x03org\x00"),
        one(Rtype::Soa, &soa),
        (
            Rtype::A,
            message(
                Rtype::A,
                &[
                    record(ASKED, 5, b"\x03cdn\x07example\x03net\x00"),
                    record(b"\x03cdn\x07example\x03net\x00", 1, &[192, 0, 2, 2]),
                ],
            ),
        ),
        (
            Rtype::A,
            [
                &message(Rtype::A, &[])[..11],
                &[1],
                &message(Rtype::A, &[])[12..],
                &[0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 10, 0, 15, 0, 6, 0, 6, b'w', b'h', b'y', b'!'],
            ]
            .concat(),
        ),
    ]
}

#[test]
fn each_type_is_read() {
    let path = [name("www.example.org")];
    let mail = name("mail.example.org");
    let want = [
        RData::A([192, 0, 2, 1].into()),
        RData::Aaaa([0x20; 16].into()),
        RData::Cname(mail.clone()),
        RData::Ns(mail.clone()),
        RData::Ptr(mail.clone()),
        RData::Mx { preference: 10, host: Some(mail) },
        RData::Txt(b"v=spf1 -all".to_vec()),
        RData::Caa { flags: 0, tag: "issue".into(), value: "ca.example".into() },
        RData::Srv { priority: 1, weight: 2, port: 5060, target: Some(name("sip.example.org")) },
        RData::Soa,
        RData::A([192, 0, 2, 2].into()),
    ];
    for ((rtype, wire), want) in samples().into_iter().zip(want) {
        assert_eq!(screen(&wire, &question(&path[0], rtype, || false), true), Screen::Match);
        let reading = read(&wire, &path, rtype);
        assert_eq!((reading.step, reading.flags), (Step::Done(Status::Ok), Flags::default()), "{rtype:?}");
        assert_eq!(reading.data, [want]);
        assert_eq!(reading.ttl, Some(300));
    }
}

#[test]
fn the_case_of_a_question_is_part_of_it() {
    let asked = name("www.example.org");
    let lower = message(Rtype::A, &[]);
    let mut flip = false;
    let mixed = question(&asked, Rtype::A, || {
        flip = !flip;
        flip
    });
    assert_eq!(&mixed[..5], b"\x03WwW\x07");
    assert_eq!(screen(&lower, &mixed, true), Screen::OtherCase);
    assert_eq!(screen(&lower, &mixed, false), Screen::Match);
    assert_eq!(screen(&lower, &question(&name("www.example.net"), Rtype::A, || false), true), Screen::Foreign);
    assert_eq!(screen(&lower, &question(&asked, Rtype::Aaaa, || false), true), Screen::Foreign);
    assert_eq!(screen(&lower[..11], &mixed, true), Screen::Malformed);
    // A query in lower case changes nothing but letters.
    assert_eq!(query(7, &mixed, false, true), query(7, &question(&asked, Rtype::A, || false), true, true));
}

#[test]
fn extended_errors_are_told() {
    let (rtype, mut wire) = samples().pop().unwrap();
    wire[3] |= 2;
    let reading = read(&wire, &[name("www.example.org")], rtype);
    assert_eq!((reading.status(), reading.extended_error), (Status::Bogus, Some(6)));
    assert_eq!(wire_error(&BASE64.encode(&wire)), Some((6, "why!".to_owned())));
}

/// The chain counts across messages.
#[test]
fn the_path_so_far_counts() {
    let (rtype, wire) = samples().swap_remove(10);
    let mut path: Vec<DomainName> = (0..MAX_CHAIN - 1).map(|hop| name(&format!("h{hop}.example"))).collect();
    path.push(name("www.example.org"));
    assert_eq!(read(&wire, &path, rtype).status(), Status::Ok);
    path.insert(0, name("first.example"));
    assert_eq!(read(&wire, &path, rtype).status(), Status::CnameTooLong);
    assert_eq!(read(&wire, &[name("cdn.example.net"), name("www.example.org")], rtype).status(), Status::CnameLoop);
}

#[derive(Debug, Clone)]
enum Mutation {
    Set(usize, u8),
    Flip(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Copy(usize, usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = 0..400_usize;
    prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(at, octet)| Mutation::Set(at, octet)),
        (at.clone(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        at.clone().prop_map(Mutation::Cut),
        (at.clone(), proptest::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(at, octets)| Mutation::Insert(at, octets)),
        (at.clone(), at, 0..60_usize).prop_map(|(from, to, length)| Mutation::Copy(from, to, length)),
    ]
}

fn mutate(wire: &mut Vec<u8>, mutation: Mutation) {
    let length = wire.len().max(1);
    match mutation {
        Mutation::Set(at, octet) => {
            if let Some(place) = wire.get_mut(at % length) {
                *place = octet;
            }
        }
        Mutation::Flip(at, bit) => {
            if let Some(place) = wire.get_mut(at % length) {
                *place ^= 1 << bit;
            }
        }
        Mutation::Cut(at) => wire.truncate(at % length),
        Mutation::Insert(at, octets) => {
            let at = (at % length).min(wire.len());
            wire.splice(at..at, octets);
        }
        Mutation::Copy(from, to, span) => {
            let part: Vec<u8> = wire.iter().skip(from % length).take(span).copied().collect();
            let to = (to % length).min(wire.len());
            wire.splice(to..to, part);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8000, ..ProptestConfig::default() })]

    /// Whatever comes, reading it neither panics nor says "there is none" without the message saying so.
    #[test]
    fn mutated_messages_never_panic(
        sample in proptest::sample::select(samples()),
        mutations in proptest::collection::vec(mutation(), 0..6),
    ) {
        let (rtype, mut wire) = sample;
        for mutation in mutations {
            mutate(&mut wire, mutation);
        }
        let path = [name("www.example.org")];
        let asked = question(&path[0], rtype, || false);
        for strict in [true, false] {
            let _ = screen(&wire, &asked, strict);
        }
        for rtype in Rtype::ALL {
            let reading = read(&wire, &path, rtype);
            prop_assert_eq!(reading.step == Step::Done(Status::Ok), !reading.data.is_empty());
            prop_assert!(reading.chain.len() <= MAX_CHAIN + 1);
            prop_assert!(reading.ttl.is_none_or(|ttl| ttl <= MAX_TTL));
            if reading.step == Step::Done(Status::Nxdomain) {
                prop_assert_eq!(wire[3] & 0x0f, 3);
            }
            if reading.step == Step::Done(Status::Nodata) {
                prop_assert_eq!(wire[3] & 0x0f, 0);
            }
        }
        let _ = wire_error(&BASE64.encode(&wire));
    }
}
