//! Audits of invented targets for the tests: judged by the real assessment, attributed by hand.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{FrameworkReport, Report, TargetReport, WhoReport};
use crate::assess::assess;
use crate::attribute::{
    Absence, Attribution, Context, Gap, Home, HomeOrigin, Layer, Note, NoteKind, Place, PlaceIn, Service, State,
};
use crate::audit::Audit;
use crate::evidence::{
    AddressFacts, Answer, AsnFact, Evidence, HostFacts, MailFacts, MxFact, NsFacts, PlaceFact, Pointer, Probe, Ref,
    RegistrationFact, SCHEMA, Sources, Status, TableInfo, Transport, Vantage,
};
use crate::kb::{Knowledge, compile};
use crate::model::{AsOf, Asn, Confidence, NonEmpty, Role, Target};

/// The knowledge base of the invented companies.
pub(crate) fn knowledge() -> &'static Knowledge {
    static KB: OnceLock<Knowledge> = OnceLock::new();
    KB.get_or_init(|| {
        let kb = compile(&[("samples.toml", include_str!("samples.toml"))]);
        Knowledge::new(kb.unwrap_or_else(|faults| panic!("{faults:#?}")))
    })
}

fn at(pointer: &[&str]) -> Ref {
    Ref::Evidence(Pointer::new(pointer))
}

fn country(code: &str) -> crate::model::CountryCode {
    code.parse().unwrap()
}

fn answer(name: &str, rtype: &str, status: Status) -> Answer {
    Answer {
        name: name.parse().unwrap(),
        rtype: rtype.into(),
        status,
        upstream: "192.0.2.53:53".into(),
        transport: (status == Status::Ok).then_some(Transport::Udp),
        packets: 1,
        ttl: (status == Status::Ok).then_some(3600),
        flags: Vec::new(),
        wire: String::new(),
        recorded: Vec::new(),
    }
}

fn address(ip: &str, asn: u32, name: &str, place: &str) -> AddressFacts {
    AddressFacts {
        ip: ip.parse().unwrap(),
        special: None,
        asn: Probe::Found(AsnFact {
            asn: Asn(asn),
            name: name.into(),
            inferred_country: None,
            inferred_share: None,
            table: "embedded".into(),
        }),
        place: Probe::Found(vec![PlaceFact {
            table: "embedded".into(),
            country: Some(country(place)),
            ..PlaceFact::default()
        }]),
        registered_in: Probe::Found(RegistrationFact { country: country("US"), table: "embedded".into() }),
        anycast_range: None,
        ptr: Probe::default(),
    }
}

fn host(addresses: Vec<AddressFacts>) -> HostFacts {
    HostFacts::of_addresses(Probe::Found(addresses))
}

/// What was seen of a ministry behind a US edge.
pub(crate) fn evidence() -> Evidence {
    let mut hosts = BTreeMap::new();
    let mut web = host(vec![address("203.0.113.10", 64496, "NIMBUS-NET", "US")]);
    web.cname_chain = vec!["x.nimbus.example".parse().unwrap()];
    hosts.insert("www.ministere.fr".parse().unwrap(), web);
    let mx = host(vec![address("198.51.100.25", 64501, "COURRIELO", "IE")]);
    hosts.insert("mx.courrielo.example".parse().unwrap(), mx);
    Evidence {
        schema: SCHEMA,
        target: "www.ministere.fr".parse().unwrap(),
        taken_at: "2026-11-24T02:42:07Z".parse().unwrap(),
        vantage: Vantage {
            country: Some(country("FR")),
            asn: Some(Asn(64500)),
            resolvers: vec!["192.0.2.53:53".into()],
            chosen_by: "/etc/resolv.conf".into(),
            ..Vantage::default()
        },
        sources: Sources {
            tool: "0.1.0".into(),
            ip_tables: vec![TableInfo {
                id: "embedded".into(),
                kind: "jurisdig-ip".into(),
                date: "2026-11-23".into(),
                sha256: "00".into(),
            }],
            suffix_list: "2.1".into(),
        },
        registrable: Some("ministere.fr".parse().unwrap()),
        web: Vec::new(),
        ns: NsFacts {
            zone: Some("ministere.fr".parse().unwrap()),
            servers: Probe::Found(vec!["ns1.hexagone.example".parse().unwrap()]),
        },
        mail: MailFacts {
            domain: Some("ministere.fr".parse().unwrap()),
            mx: Probe::Found(vec![MxFact { preference: 10, host: Some("mx.courrielo.example".parse().unwrap()) }]),
            ..MailFacts::default()
        },
        txt: Probe::default(),
        caa: Probe::default(),
        pages: Probe::default(),
        registration: Probe::default(),
        named_at: Vec::new(),
        hosts,
        address: None,
        answers: vec![
            answer("ministere.fr", "MX", Status::Ok),
            answer("ministere.fr", "NS", Status::Ok),
            answer("mx.courrielo.example", "A", Status::Ok),
            answer("www.ministere.fr", "A", Status::Ok),
        ],
    }
}

/// One operator of a service.
pub(crate) fn layer(
    kb: &Knowledge,
    operator: &str,
    confidence: Confidence,
    place: Place,
    mut because: Vec<Ref>,
) -> Layer {
    let id = operator.parse().unwrap();
    let entity = kb.operator(&id).unwrap().runs.first().map(|run| run.entity.clone());
    because.push(Ref::Kb(format!("operator/{operator}")));
    Layer {
        operator: Some(id),
        unlisted: None,
        confidence,
        because: NonEmpty::from_vec(because).unwrap(),
        host: None,
        addresses: Vec::new(),
        asn: None,
        place,
        entity,
        is_floor: false,
        inferred: None,
    }
}

/// An operator that is not in the data.
pub(crate) fn unlisted(name: &str) -> Layer {
    Layer {
        operator: None,
        unlisted: Some(name.to_owned()),
        confidence: Confidence::Weak,
        because: NonEmpty::one(at(&["target"])),
        host: None,
        addresses: Vec::new(),
        asn: None,
        place: Place::Unknown,
        entity: None,
        is_floor: false,
        inferred: None,
    }
}

pub(crate) fn found(role: Role, record: &str, layers: Vec<Layer>) -> Service {
    Service { because: vec![at(&["target"])], ..Service::new(role, record.into(), State::Found, layers) }
}

fn without(role: Role, state: State) -> Service {
    Service {
        because: vec![at(&["hosts", "www.ministere.fr"])],
        ..Service::new(role, String::new(), state, Vec::new())
    }
}

fn probable(codes: &[(&str, bool)]) -> Place {
    Place::In(
        codes
            .iter()
            .map(|(code, is_probable)| PlaceIn {
                country: country(code),
                is_probable: *is_probable,
                because: vec![at(&["hosts", "mx.courrielo.example", "addresses", "found", "0", "place"])],
            })
            .collect(),
    )
}

fn services(kb: &Knowledge) -> Vec<Service> {
    use Confidence::{Established, Probable};
    let mut edge = layer(
        kb,
        "nimbus",
        Established,
        Place::Anycast,
        vec![
            at(&["hosts", "www.ministere.fr", "cname_chain", "0"]),
            at(&["hosts", "www.ministere.fr", "addresses", "found", "0", "asn"]),
        ],
    );
    edge.addresses = vec!["203.0.113.10".parse().unwrap()];
    edge.asn = Some(Asn(64496));
    let mail = |place| {
        layer(
            kb,
            "courrielo",
            Established,
            place,
            vec![
                at(&["mail", "mx", "found", "0"]),
                at(&["hosts", "mx.courrielo.example"]),
                at(&["hosts", "mx.courrielo.example", "addresses", "found", "0", "asn"]),
            ],
        )
    };
    let ns = at(&["ns", "servers", "found", "0"]);
    vec![
        found(Role::Edge, "www.ministere.fr", vec![edge]),
        without(Role::Host, State::NotDetermined(Gap::BehindEdge)),
        found(
            Role::Gateway,
            "mx.filtre.example",
            vec![layer(kb, "filtre", Probable, Place::Unknown, vec![ns.clone()])],
        ),
        found(Role::Mailbox, "mx.courrielo.example", vec![mail(probable(&[("IE", true), ("NL", true)]))]),
        found(Role::Sender, "include:courrielo.example", vec![mail(Place::NotApplicable)]),
        without(Role::Dmarc, State::Absent(Absence::NoRecord)),
        found(
            Role::Dns,
            "ns1.hexagone.example ns1.large.example",
            vec![
                layer(kb, "hexagone", Established, probable(&[("FR", true)]), vec![ns.clone()]),
                layer(kb, "large", Established, probable(&[("DE", false)]), vec![ns]),
            ],
        ),
        found(Role::Ca, "Trustmark LLC", vec![layer(kb, "trustmark", Established, Place::NotApplicable, Vec::new())]),
        without(Role::Registrar, State::NotAsked),
        found(Role::Tld, ".fr", vec![layer(kb, "registre", Established, Place::NotApplicable, Vec::new())]),
        found(Role::Tenant, "MS=ms123", vec![unlisted("tenant.example")]),
    ]
}

/// Judges services of the ministry's evidence.
pub(crate) fn judged(kb: &Knowledge, evidence: &Evidence, services: Vec<Service>, home: Home) -> Audit {
    let context = Context { as_of: AsOf(jiff::civil::date(2026, 11, 24)), home };
    let notes = vec![Note {
        kind: NoteKind::MxHostMissing,
        subject: "mx2.ministere.fr".into(),
        because: vec![at(&["mail", "mx", "found", "0"])],
    }];
    let found = Attribution { services, notes };
    let reach = assess(evidence, &found, kb, &context);
    Audit { context, found, reach }
}

/// Home of the samples.
pub(crate) fn france() -> Home {
    Home::Country(country("FR"), HomeOrigin::Tld)
}

/// The ministry: an edge under US control, an origin behind it, a filter owned by funds, mail, two DNS operators.
pub(crate) fn ministry() -> TargetReport {
    let (kb, evidence) = (knowledge(), evidence());
    let audit = judged(kb, &evidence, services(kb), france());
    Report::build(&evidence, &audit, kb)
}

/// The same services without a home.
pub(crate) fn homeless() -> TargetReport {
    let (kb, evidence) = (knowledge(), evidence());
    let audit = judged(kb, &evidence, services(kb), Home::None);
    Report::build(&evidence, &audit, kb)
}

/// Services of one's own choice.
pub(crate) fn of(make: impl Fn(&Knowledge) -> Vec<Service>) -> TargetReport {
    let (kb, evidence) = (knowledge(), evidence());
    let audit = judged(kb, &evidence, make(kb), france());
    Report::build(&evidence, &audit, kb)
}

/// The ministry, with operators of the same kind that stay within the home group.
pub(crate) fn with_alternatives() -> TargetReport {
    let (kb, evidence) = (knowledge(), evidence());
    let audit = judged(kb, &evidence, services(kb), france());
    Report::build_with_alternatives(&evidence, &audit, kb)
}

/// What the ministry's evidence shows beside a framework.
pub(crate) fn framework(id: &str) -> FrameworkReport {
    let (kb, evidence) = (knowledge(), evidence());
    let audit = judged(kb, &evidence, services(kb), france());
    FrameworkReport::build(&evidence, &audit, kb, id).unwrap()
}

/// The ministry, with a folder of the user's over the knowledge base: one entry of it is used, one is not.
pub(crate) fn with_layer() -> TargetReport {
    let mine = "[entity.hexagone-sa]\nname = \"Hexagone Inc.\"\nincorporated = [{ in = \"US\" }]\n\
                top = { kind = \"widely-held\", sources = [\"filing\"] }\nsources = [\"filing\"]\n\
                [entity.elsewhere]\nname = \"Elsewhere\"\nincorporated = [{ in = \"CA\" }]\nsources = [\"filing\"]\n";
    let layer = crate::kb::Layer { name: "mine", files: &[("mine/my.toml", mine)] };
    let kb = Knowledge::new(crate::kb::extend(knowledge().kb(), &[layer]).unwrap());
    let evidence = evidence();
    let audit = judged(&kb, &evidence, services(&kb), france());
    Report::build_with_alternatives(&evidence, &audit, &kb)
}

/// A town whose host, name servers and registry stay in the home group.
pub(crate) fn town() -> TargetReport {
    of(|kb| {
        vec![
            found(
                Role::Host,
                "www.ville.fr",
                vec![layer(kb, "large", Confidence::Established, Place::Unknown, vec![])],
            ),
            without(Role::Mailbox, State::Absent(Absence::NullMx)),
            found(
                Role::Dns,
                "ns.nuage.example",
                vec![layer(kb, "nuage", Confidence::Established, Place::Unknown, vec![])],
            ),
            found(Role::Tld, ".fr", vec![layer(kb, "registre", Confidence::Established, Place::NotApplicable, vec![])]),
        ]
    })
}

/// A site that an operator of some knowledge base hosts.
pub(crate) fn hosted_by(kb: &Knowledge, operator: &str) -> TargetReport {
    let evidence = evidence();
    let layer = layer(kb, operator, Confidence::Established, Place::Unknown, vec![at(&["target"])]);
    let audit = judged(kb, &evidence, vec![found(Role::Host, "www.ministere.fr", vec![layer])], france());
    Report::build(&evidence, &audit, kb)
}

/// Owners that are not recorded, owners of general knowledge only, and an operator that is not in the data.
pub(crate) fn doubtful() -> TargetReport {
    of(|kb| {
        let mut network = unlisted("EVIL\u{1b}[31m\u{202e}NET\n\u{200b}e\u{301}");
        network.inferred = Some(country("CN"));
        vec![found(
            Role::Host,
            "host\u{9b}1m\u{2028}x",
            vec![
                layer(kb, "mystere", Confidence::Established, Place::Unknown, vec![]),
                layer(kb, "ombre", Confidence::Established, probable(&[("FR", false)]), vec![]),
                network,
            ],
        )]
    })
}

/// No resolver answered.
pub(crate) fn unmeasured() -> TargetReport {
    let (kb, mut evidence) = (knowledge(), evidence());
    evidence.hosts.clear();
    evidence.mail = MailFacts::default();
    evidence.ns = NsFacts::default();
    let mut failed = answer("www.ministere.fr", "A", Status::Network);
    failed.upstream = String::new();
    evidence.answers = vec![failed];
    let gaps = [Role::Host, Role::Mailbox, Role::Dns].map(|role| without(role, State::NotDetermined(Gap::NoAnswer)));
    let audit = judged(kb, &evidence, gaps.to_vec(), france());
    Report::build(&evidence, &audit, kb)
}

/// An address that a database places in the middle of a country, on two dates.
pub(crate) fn card(is_anycast: bool) -> WhoReport {
    let kb = knowledge();
    let mut evidence = evidence();
    evidence.target = Target::Ip("203.0.113.10".parse().unwrap());
    let mut facts = address("203.0.113.10", 64496, "NIMBUS-NET \u{202e}x", "US");
    facts.place = Probe::Found(vec![PlaceFact {
        table: "old.mmdb".into(),
        country: Some(country("US")),
        continent: Some("North America".into()),
        country_name: Some("United States".into()),
        latitude: Some("37.751".into()),
        longitude: Some("-97.822".into()),
        time_zone: Some("America/Chicago".into()),
        ..PlaceFact::default()
    }]);
    evidence.address = Some(facts);
    let place = if is_anycast { Place::Anycast } else { Place::Unknown };
    let services = |kb: &Knowledge| {
        let mut edge = layer(kb, "nimbus", Confidence::Established, place.clone(), vec![at(&["address", "asn"])]);
        edge.asn = Some(Asn(64496));
        vec![found(Role::Edge, "203.0.113.10", vec![edge])]
    };
    let mut then = judged(kb, &evidence, services(kb), Home::None);
    then.context.as_of = AsOf(jiff::civil::date(2018, 3, 11));
    then.reach = assess(&evidence, &then.found, kb, &then.context);
    let now = judged(kb, &evidence, services(kb), Home::None);
    WhoReport::build("203.0.113.10", &evidence, &[&then, &now], kb)
}
