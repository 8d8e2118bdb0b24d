//! Record data from the wire.

use domain::base::name::ParsedName;
use domain::base::{ParseRecordData, ParsedRecord};
use domain::rdata::{A, Aaaa, Caa, Cname, Mx, Ns, Ptr, Soa, Srv, Txt};

use super::{RData, Rtype};
use crate::model::{BadName, DomainName};

/// Why a record is of no use. The others of the same message still are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Its data is not what its type has.
    Bad,
    /// A name in it has octets that no host name has.
    OddName,
}

type Wire<'a> = ParsedName<&'a [u8]>;

/// Data of a record known to be of this type.
pub(super) fn read(record: &ParsedRecord<'_, [u8]>, rtype: Rtype) -> Result<RData, Unusable> {
    Ok(match rtype {
        Rtype::A => RData::A(data::<A>(record)?.addr()),
        Rtype::Aaaa => RData::Aaaa(data::<Aaaa>(record)?.addr()),
        Rtype::Cname => RData::Cname(name(data::<Cname<Wire<'_>>>(record)?.cname())?),
        Rtype::Ns => RData::Ns(name(data::<Ns<Wire<'_>>>(record)?.nsdname())?),
        Rtype::Ptr => RData::Ptr(name(data::<Ptr<Wire<'_>>>(record)?.ptrdname())?),
        Rtype::Mx => {
            let mx = data::<Mx<Wire<'_>>>(record)?;
            RData::Mx { preference: mx.preference(), host: name_or_root(mx.exchange())? }
        }
        Rtype::Srv => {
            let srv = data::<Srv<Wire<'_>>>(record)?;
            RData::Srv {
                priority: srv.priority(),
                weight: srv.weight(),
                port: srv.port(),
                target: name_or_root(srv.target())?,
            }
        }
        // At least one string, even if it is empty (RFC 1035 section 3.3.14).
        Rtype::Txt if record.rdlen() == 0 => return Err(Unusable::Bad),
        Rtype::Txt => {
            let txt = data::<Txt<&[u8]>>(record)?;
            let mut text = Vec::with_capacity(usize::from(record.rdlen()));
            for string in txt.iter_charstrs() {
                text.extend_from_slice(string.as_slice());
            }
            RData::Txt(text)
        }
        Rtype::Caa => {
            let caa = data::<Caa<&[u8]>>(record)?;
            RData::Caa {
                flags: caa.flags().bits(),
                tag: caa.tag().to_string().to_ascii_lowercase(),
                value: String::from_utf8_lossy(caa.value()).into_owned(),
            }
        }
        Rtype::Soa => {
            data::<Soa<Wire<'_>>>(record)?;
            RData::Soa
        }
    })
}

fn data<'a, D: ParseRecordData<'a, [u8]>>(record: &ParsedRecord<'a, [u8]>) -> Result<D, Unusable> {
    match record.to_record::<D>() {
        Ok(Some(record)) => Ok(record.into_data()),
        _ => Err(Unusable::Bad),
    }
}

fn name(wire: &Wire<'_>) -> Result<DomainName, Unusable> {
    name_or_root(wire)?.ok_or(Unusable::OddName)
}

fn name_or_root(wire: &Wire<'_>) -> Result<Option<DomainName>, Unusable> {
    let mut text = String::with_capacity(64);
    for label in wire.iter().filter(|label| !label.is_root()) {
        let label = label.as_slice();
        // A dot inside a label would become a border between labels.
        let part = std::str::from_utf8(label).ok().filter(|part| !part.contains('.')).ok_or(Unusable::OddName)?;
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(part);
    }
    match DomainName::from_ascii(&text) {
        Ok(name) => Ok(Some(name)),
        Err(BadName::Empty) => Ok(None),
        Err(_) => Err(Unusable::OddName),
    }
}
