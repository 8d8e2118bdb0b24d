//! Facts of pages, certificates and registrations.

use super::look::{Look, plain, unfound};
use super::{Fact, FactReport};
use crate::evidence::{PageFacts, Probe, TlsFacts};
use crate::report::TrustId;
use crate::safe::Untrusted;

impl Look<'_> {
    pub(super) fn page(&self, rest: &[&str]) -> Option<FactReport> {
        let pages = match &self.evidence.pages {
            Probe::Found(pages) => pages,
            other => return plain(unfound(other, &self.evidence.target.to_string(), "HTTP")),
        };
        let ["found", index, rest @ ..] = rest else {
            return plain(pages_fact(pages));
        };
        let page = pages.get(index.parse::<usize>().ok()?)?;
        match rest {
            ["hops", number, rest @ ..] => {
                let hop = page.hops.get(number.parse::<usize>().ok()?)?;
                let url = Untrusted::new(&hop.url);
                plain(match (&hop.answer, rest) {
                    (Probe::Found(answer), ["answer", "found", "headers", position]) => {
                        let (name, value) = answer.headers.get(position.parse::<usize>().ok()?)?;
                        Fact::Header { url, name: Untrusted::new(name), value: Untrusted::new(value) }
                    }
                    (Probe::Found(answer), _) => {
                        Fact::Hop { url, status: answer.status, location: answer.location.as_ref().map(Untrusted::new) }
                    }
                    (other, _) => unfound(other, &hop.url, "HTTP"),
                })
            }
            ["resources", number, ..] => {
                let resource = page.resources.get(number.parse::<usize>().ok()?)?;
                plain(Fact::PageHost {
                    host: resource.host.to_string(),
                    page: Untrusted::new(url_of(page)),
                    by: page.by.into(),
                    contact: resource.contact.into(),
                    uses: resource.uses.iter().map(|one| (*one).into()).collect(),
                    count: resource.count,
                    path: Untrusted::new(&resource.path),
                    cookies: resource.cookies.iter().map(Untrusted::new).collect(),
                })
            }
            _ => plain(pages_fact(std::slice::from_ref(page))),
        }
    }

    pub(super) fn certificate(&self, host: &str) -> Option<FactReport> {
        let facts = self.evidence.hosts.get(host)?;
        plain(match &facts.tls {
            Probe::Found(tls) => certificate(host, tls),
            other => unfound(other, host, "TLS"),
        })
    }

    pub(super) fn registration(&self) -> Option<FactReport> {
        let name = self.evidence.registrable.as_ref().map_or_else(String::new, ToString::to_string);
        plain(match &self.evidence.registration {
            Probe::Found(found) => Fact::Registrar {
                name: found.domain.to_string(),
                registrar: Untrusted::new(&found.registrar),
                iana_id: found.iana_id,
                server: Untrusted::new(&found.server),
            },
            other => unfound(other, &name, "RDAP"),
        })
    }
}

/// The page that was asked for in the end.
fn url_of(page: &PageFacts) -> &str {
    let file = page.file.as_ref().map_or("", |file| file.name.as_str());
    page.hops.last().map_or(file, |hop| hop.url.as_str())
}

fn pages_fact(pages: &[PageFacts]) -> Fact {
    let is_read = pages.iter().any(|page| page.document().is_some() || !page.resources.is_empty());
    Fact::Pages { looks: pages.iter().map(look).collect(), is_read }
}

fn look(page: &PageFacts) -> Untrusted {
    Untrusted::new(url_of(page))
}

fn certificate(host: &str, tls: &TlsFacts) -> Fact {
    let leaf = tls.chain.first();
    Fact::Certificate {
        host: host.to_owned(),
        issuer: Untrusted::new(leaf.map_or("", |c| c.issuer.as_str())),
        issuer_name: Untrusted::new(leaf.map_or("", |c| c.issuer_name.as_str())),
        root: tls.root.as_ref().map(Untrusted::new),
        trust: TrustId::from(tls.trust),
        not_after: leaf.map(|c| c.not_after),
        sha256: leaf.map_or_else(String::new, |c| c.sha256.clone()),
    }
}
