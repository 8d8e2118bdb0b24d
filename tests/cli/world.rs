//! The loopback world: a DNS server in a thread that answers `world.zone` over UDP and TCP the way a recursive resolver
//! would, and helpers that run the binary against it. Written by hand, so that it shares no fault with the client.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex, OnceLock};

/// What every test of the binary asks, unless it brings its own.
const ZONE: &str = include_str!("world.zone");

/// 2026-11-24 02:42:07 UTC.
pub const NOW: &str = "1795488127";

const NOERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;
const NOTIMP: u8 = 4;
const REFUSED: u8 = 5;

const A: u16 = 1;
const NS: u16 = 2;
const CNAME: u16 = 5;
const SOA: u16 = 6;
const MX: u16 = 15;
const OPT: u16 = 41;

/// A running server.
pub struct World {
    /// Where it listens, UDP and TCP.
    pub address: SocketAddr,
    asked: Arc<Mutex<BTreeSet<(String, u16)>>>,
}

/// The world most tests share.
pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::start)
}

impl World {
    /// A server of its own, for tests that look at what was asked.
    pub fn start() -> Self {
        let zone = Arc::new(Zone::parse(ZONE));
        let (udp, tcp) = listeners();
        let address = udp.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(BTreeSet::new()));
        let (for_udp, log) = (Arc::clone(&zone), Arc::clone(&asked));
        std::thread::spawn(move || serve_udp(&udp, &for_udp, &log));
        std::thread::spawn(move || {
            for stream in tcp.incoming().flatten() {
                let zone = Arc::clone(&zone);
                std::thread::spawn(move || serve_tcp(stream, &zone));
            }
        });
        Self { address, asked }
    }

    /// Names and types asked so far.
    pub fn asked(&self) -> BTreeSet<(String, u16)> {
        self.asked.lock().unwrap().clone()
    }

    /// The binary, asking this server.
    pub fn command(&self, command: &str) -> assert_cmd::Command {
        let mut run = jurisdig();
        run.args([command, "--resolver", &self.address.to_string()]);
        run
    }

    /// The report of an audit, as `--json` prints it.
    pub fn audit(&self, target: &str) -> serde_json::Value {
        self.audit_with(target, &[])
    }

    /// The report of an audit with further flags.
    pub fn audit_with(&self, target: &str, flags: &[&str]) -> serde_json::Value {
        let output = self.command("audit").args(["--json", target]).args(flags).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{target}: {e}\n{stderr}"))
    }
}

/// The binary with an empty environment and a fixed clock. It sends nothing to sites, whose addresses here are real ones,
/// unless a test says where that is to go instead.
pub fn jurisdig() -> assert_cmd::Command {
    let mut run = assert_cmd::Command::new(env!("CARGO_BIN_EXE_jurisdig"));
    run.env_clear()
        .env("JURISDIG_NO_PAGE", "1")
        .env("SOURCE_DATE_EPOCH", NOW)
        .timeout(std::time::Duration::from_secs(120));
    run
}

fn listeners() -> (UdpSocket, TcpListener) {
    // The system chooses the port; the same one is nearly always free for TCP too.
    for _ in 0..50 {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
    panic!("no port is free for both UDP and TCP");
}

fn serve_udp(socket: &UdpSocket, zone: &Zone, asked: &Mutex<BTreeSet<(String, u16)>>) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        let Some(query) = Query::parse(&buffer[..length]) else { continue };
        asked.lock().unwrap().insert((query.name.clone(), query.rtype));
        let mut reply = zone.reply(&query);
        if reply.len() > if query.has_edns { 1232 } else { 512 } {
            reply = query.header(NOERROR, true, [1, 0, 0, 0]);
            reply.extend_from_slice(&query.question);
        }
        let _ = socket.send_to(&reply, from);
    }
}

fn serve_tcp(mut stream: TcpStream, zone: &Zone) {
    let mut length = [0; 2];
    while stream.read_exact(&mut length).is_ok() {
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut message).is_err() {
            return;
        }
        let Some(query) = Query::parse(&message) else { return };
        let reply = zone.reply(&query);
        let mut framed = u16::try_from(reply.len()).unwrap().to_be_bytes().to_vec();
        framed.extend_from_slice(&reply);
        if stream.write_all(&framed).is_err() {
            return;
        }
    }
}

/// A question as it came.
struct Query {
    id: [u8; 2],
    recursion: u8,
    /// Wire form, in the case it was asked in: a client that mixes cases wants it back.
    question: Vec<u8>,
    name: String,
    rtype: u16,
    has_edns: bool,
}

impl Query {
    fn parse(message: &[u8]) -> Option<Self> {
        if message.len() < 17 || message[2] & 0x80 != 0 || message[4..6] != [0, 1] {
            return None;
        }
        let mut labels = Vec::new();
        let mut at = 12;
        loop {
            let length = usize::from(*message.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            if length > 63 {
                return None;
            }
            labels.push(String::from_utf8(message.get(at..at + length)?.to_ascii_lowercase()).ok()?);
            at += length;
        }
        let rtype = u16::from_be_bytes(message.get(at..at + 2)?.try_into().ok()?);
        Some(Self {
            id: [message[0], message[1]],
            recursion: message[2] & 1,
            question: message.get(12..at + 4)?.to_vec(),
            name: labels.join("."),
            rtype,
            has_edns: message[10..12] != [0, 0],
        })
    }

    fn header(&self, rcode: u8, truncated: bool, counts: [u16; 4]) -> Vec<u8> {
        let mut out = self.id.to_vec();
        out.push(0x80 | self.recursion | if truncated { 2 } else { 0 });
        out.push(0x80 | rcode);
        counts.iter().for_each(|n| out.extend_from_slice(&n.to_be_bytes()));
        out
    }
}

/// Records of one name by type: TTL and data of each.
type Types = BTreeMap<u16, Vec<(u32, Vec<u8>)>>;

/// The data of the world.
struct Zone {
    records: BTreeMap<String, Types>,
    faults: Vec<(String, String)>,
}

impl Zone {
    fn parse(text: &str) -> Self {
        let mut zone = Self { records: BTreeMap::new(), faults: Vec::new() };
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
            if let Some(fault) = line.strip_prefix(";!") {
                let (kind, name) = fault.split_once(' ').expect(line);
                zone.faults.push((kind.to_owned(), bare(name)));
                continue;
            }
            if line.starts_with(';') {
                continue;
            }
            let mut fields = line.splitn(5, ' ');
            let name = bare(fields.next().expect(line));
            let ttl: u32 = fields.next().expect(line).parse().expect(line);
            assert_eq!(fields.next(), Some("IN"), "{line}");
            let (rtype, data) = rdata(fields.next().expect(line), fields.next().expect(line));
            zone.records.entry(name).or_default().entry(rtype).or_default().push((ttl, data));
        }
        zone
    }

    fn reply(&self, query: &Query) -> Vec<u8> {
        match self.fault(query) {
            Some("servfail" | "servfail-mx") => return failure(query, SERVFAIL),
            Some("refused") => return failure(query, REFUSED),
            // A referral upwards: the server does not hold the zone it was said to hold.
            Some("lame") => {
                return message(query, NOERROR, &[], &[(String::new(), NS, 3600, name("a.root-servers.net"))]);
            }
            Some(other) => panic!("no such fault: {other}"),
            None => {}
        }
        if query.rtype > 257 || query.rtype == 0 {
            return failure(query, NOTIMP);
        }
        let mut answer = Vec::new();
        let mut owner = query.name.clone();
        let mut seen = BTreeSet::new();
        let rcode = loop {
            let here = self.records.get(&owner);
            if let Some(list) = here.and_then(|h| h.get(&query.rtype)) {
                answer.extend(list.iter().map(|(ttl, data)| (owner.clone(), query.rtype, *ttl, data.clone())));
                break NOERROR;
            }
            let Some((ttl, target)) = here.and_then(|h| h.get(&CNAME)).and_then(|list| list.first()) else {
                break if self.exists(&owner) { NOERROR } else { NXDOMAIN };
            };
            answer.push((owner.clone(), CNAME, *ttl, target.clone()));
            if !seen.insert(owner.clone()) {
                break NOERROR;
            }
            owner = text_of(target);
        };
        let has_data = answer.iter().any(|(_, rtype, ..)| *rtype == query.rtype);
        let top = owner.rsplit('.').next().unwrap_or("").to_owned();
        let authority = if has_data { Vec::new() } else { vec![(top, SOA, 300, soa())] };
        message(query, rcode, &answer, &authority)
    }

    fn fault(&self, query: &Query) -> Option<&str> {
        let is_under = |name: &str| query.name == name || query.name.ends_with(&format!(".{name}"));
        let applies = |kind: &str| kind != "servfail-mx" || query.rtype == MX;
        self.faults.iter().find(|(kind, name)| is_under(name) && applies(kind)).map(|(kind, _)| kind.as_str())
    }

    /// A name exists if it has records, or a name below it has.
    fn exists(&self, owner: &str) -> bool {
        let below = format!(".{owner}");
        self.records.contains_key(owner) || self.records.keys().any(|name| name.ends_with(&below))
    }
}

type Record = (String, u16, u32, Vec<u8>);

fn failure(query: &Query, rcode: u8) -> Vec<u8> {
    message(query, rcode, &[], &[])
}

fn message(query: &Query, rcode: u8, answer: &[Record], authority: &[Record]) -> Vec<u8> {
    let count = |n: usize| u16::try_from(n).unwrap();
    let counts = [1, count(answer.len()), count(authority.len()), u16::from(query.has_edns)];
    let mut out = query.header(rcode, false, counts);
    out.extend_from_slice(&query.question);
    for (owner, rtype, ttl, data) in answer.iter().chain(authority) {
        // The question's own name as a pointer, so that the case it was asked in comes back.
        if *owner == query.name {
            out.extend_from_slice(&[0xc0, 12]);
        } else {
            out.extend_from_slice(&name(owner));
        }
        out.extend_from_slice(&rtype.to_be_bytes());
        out.extend_from_slice(&[0, 1]);
        out.extend_from_slice(&ttl.to_be_bytes());
        out.extend_from_slice(&count(data.len()).to_be_bytes());
        out.extend_from_slice(data);
    }
    if query.has_edns {
        out.push(0);
        out.extend_from_slice(&OPT.to_be_bytes());
        out.extend_from_slice(&[0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    }
    out
}

fn soa() -> Vec<u8> {
    let mut data = name("ns.world.test");
    data.extend_from_slice(&name("hostmaster.world.test"));
    [1_u32, 7200, 3600, 1_209_600, 300].iter().for_each(|n| data.extend_from_slice(&n.to_be_bytes()));
    data
}

fn bare(text: &str) -> String {
    text.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// Wire form of a name.
fn name(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in bare(text).split('.').filter(|l| !l.is_empty()) {
        out.push(u8::try_from(label.len()).unwrap());
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out
}

/// Text of a name in wire form.
fn text_of(wire: &[u8]) -> String {
    let mut labels = Vec::new();
    let mut at = 0;
    while wire[at] != 0 {
        let end = at + 1 + usize::from(wire[at]);
        labels.push(std::str::from_utf8(&wire[at + 1..end]).unwrap());
        at = end;
    }
    labels.join(".")
}

fn rdata(rtype: &str, text: &str) -> (u16, Vec<u8>) {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let number = |at: usize| fields[at].parse::<u16>().expect(text).to_be_bytes();
    match rtype {
        "A" => (A, text.parse::<Ipv4Addr>().expect(text).octets().to_vec()),
        "AAAA" => (28, text.parse::<std::net::Ipv6Addr>().expect(text).octets().to_vec()),
        "NS" => (NS, name(text)),
        "CNAME" => (CNAME, name(text)),
        "PTR" => (12, name(text)),
        "MX" => (MX, [number(0).to_vec(), name(fields[1])].concat()),
        "SRV" => (33, [number(0).to_vec(), number(1).to_vec(), number(2).to_vec(), name(fields[3])].concat()),
        "TXT" => (16, strings(text).iter().flat_map(|s| character_string(s)).collect()),
        "CAA" => {
            let tag = fields[1].as_bytes();
            let value = &strings(text.splitn(3, ' ').nth(2).expect(text))[0];
            let head = [fields[0].parse::<u8>().expect(text), u8::try_from(tag.len()).unwrap()];
            (257, [&head[..], tag, value].concat())
        }
        other => panic!("no such type: {other}"),
    }
}

fn character_string(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(255).flat_map(|part| [&[u8::try_from(part.len()).unwrap()][..], part].concat()).collect()
}

/// Quoted strings with `\DDD` and `\x` escapes.
fn strings(text: &str) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut current: Option<Vec<u8>> = None;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match (byte, &mut current) {
            (b'"', None) => current = Some(Vec::new()),
            (b'"', Some(_)) => out.extend(current.take()),
            (b'\\', Some(inside)) => {
                let first = bytes.next().expect(text);
                if first.is_ascii_digit() {
                    let digits = [first, bytes.next().expect(text), bytes.next().expect(text)];
                    inside.push(std::str::from_utf8(&digits).unwrap().parse().expect(text));
                } else {
                    inside.push(first);
                }
            }
            (_, Some(inside)) => inside.push(byte),
            (_, None) => assert!(byte.is_ascii_whitespace(), "outside of quotes: {text}"),
        }
    }
    out
}

/// Domains of the zone that tests audit: at least thirty, or the world is no world.
pub fn domains() -> BTreeSet<String> {
    let zone = Zone::parse(ZONE);
    let of_zone = zone.records.iter().filter(|(_, types)| types.contains_key(&NS)).map(|(name, _)| name.clone());
    of_zone.chain(zone.faults.iter().map(|(_, name)| name.clone())).collect()
}
