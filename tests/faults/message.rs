//! Messages put together octet by octet, so that they can be wrong in any way.

pub const A: u16 = 1;
pub const NS: u16 = 2;
pub const CNAME: u16 = 5;
pub const SOA: u16 = 6;
pub const MX: u16 = 15;
pub const TXT: u16 = 16;
pub const DNAME: u16 = 39;
pub const OPT: u16 = 41;
pub const SVCB: u16 = 64;
pub const CAA: u16 = 257;

/// A question as it arrived.
#[derive(Debug, Clone)]
pub struct Query {
    pub id: [u8; 2],
    /// QNAME, QTYPE, QCLASS as sent, random case included.
    pub question: Vec<u8>,
    /// The name in lower case.
    pub name: String,
    pub rtype: u16,
    pub edns: bool,
    pub tcp: bool,
    /// Counted from 0 for each server, UDP and TCP together.
    pub number: usize,
    /// Port it came from.
    pub port: u16,
}

impl Query {
    pub fn parse(bytes: &[u8], tcp: bool, number: usize, port: u16) -> Option<Self> {
        let mut at = 12;
        let mut labels = Vec::new();
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            labels.push(String::from_utf8_lossy(bytes.get(at..at + length)?).to_lowercase());
            at += length;
        }
        let question = bytes.get(12..at + 4)?.to_vec();
        Some(Self {
            id: [bytes[0], bytes[1]],
            rtype: u16::from_be_bytes([bytes[at], bytes[at + 1]]),
            question,
            name: labels.join("."),
            edns: bytes[11] == 1,
            tcp,
            number,
            port,
        })
    }
}

/// A name without compression.
pub fn name(text: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        wire.push(u8::try_from(label.len()).unwrap());
        wire.extend_from_slice(label.as_bytes());
    }
    wire.push(0);
    wire
}

/// A record with any owner, given in wire form.
pub fn record(owner: &[u8], rtype: u16, class: u16, ttl: u32, rdata: &[u8]) -> Vec<u8> {
    let mut wire = owner.to_vec();
    wire.extend_from_slice(&rtype.to_be_bytes());
    wire.extend_from_slice(&class.to_be_bytes());
    wire.extend_from_slice(&ttl.to_be_bytes());
    wire.extend_from_slice(&u16::try_from(rdata.len()).unwrap().to_be_bytes());
    wire.extend_from_slice(rdata);
    wire
}

pub fn a(owner: &str, last: u8) -> Vec<u8> {
    record(&name(owner), A, 1, 300, &[192, 0, 2, last])
}

pub fn cname(owner: &str, target: &str) -> Vec<u8> {
    record(&name(owner), CNAME, 1, 300, &name(target))
}

pub fn mx(owner: &str, preference: u16, host: &[u8]) -> Vec<u8> {
    record(&name(owner), MX, 1, 300, &[&preference.to_be_bytes()[..], host].concat())
}

pub fn soa(zone: &str) -> Vec<u8> {
    let numbers = [0, 0, 0, 1].repeat(5);
    record(&name(zone), SOA, 1, 300, &[name("ns.test"), name("host.test"), numbers].concat())
}

pub fn opt(extended_rcode: u8, options: &[u8]) -> Vec<u8> {
    record(&[0], OPT, 1232, u32::from(extended_rcode) << 24, options)
}

pub fn extended_error(code: u16, text: &str) -> Vec<u8> {
    let mut option = vec![0, 15];
    option.extend_from_slice(&u16::try_from(text.len() + 2).unwrap().to_be_bytes());
    option.extend_from_slice(&code.to_be_bytes());
    option.extend_from_slice(text.as_bytes());
    opt(0, &option)
}

/// An answer under construction.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: [u8; 2],
    pub flags: [u8; 2],
    /// QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT; counted by the methods, then free to be changed.
    pub counts: [u16; 4],
    pub body: Vec<u8>,
}

impl Message {
    /// NOERROR with the question of the query.
    pub fn to(query: &Query) -> Self {
        Self { id: query.id, flags: [0x81, 0x80], counts: [1, 0, 0, 0], body: query.question.clone() }
    }

    /// Nothing but a header.
    pub fn header_only(query: &Query, rcode: u8) -> Self {
        Self { id: query.id, flags: [0x81, 0x80 | rcode], counts: [0; 4], body: Vec::new() }
    }

    pub fn rcode(mut self, rcode: u8) -> Self {
        self.flags[1] = 0x80 | rcode;
        self
    }

    pub fn truncated(mut self) -> Self {
        self.flags[0] |= 0x02;
        self
    }

    pub fn answer(self, record: impl AsRef<[u8]>) -> Self {
        self.put(1, record)
    }

    pub fn authority(self, record: impl AsRef<[u8]>) -> Self {
        self.put(2, record)
    }

    pub fn additional(self, record: impl AsRef<[u8]>) -> Self {
        self.put(3, record)
    }

    fn put(mut self, section: usize, record: impl AsRef<[u8]>) -> Self {
        self.counts[section] += 1;
        self.body.extend_from_slice(record.as_ref());
        self
    }

    pub fn counts(mut self, counts: [u16; 4]) -> Self {
        self.counts = counts;
        self
    }

    pub fn append(mut self, octets: &[u8]) -> Self {
        self.body.extend_from_slice(octets);
        self
    }

    pub fn wire(&self) -> Vec<u8> {
        let mut wire = self.id.to_vec();
        wire.extend_from_slice(&self.flags);
        for count in self.counts {
            wire.extend_from_slice(&count.to_be_bytes());
        }
        wire.extend_from_slice(&self.body);
        wire
    }
}
