//! Hosts a saved answer names, as JSON: `page_hosts URL HEADERS BODY [URL HEADERS BODY ...]`. The first answer is the
//! page, the others are style sheets it loads; HEADERS is a file of `name: value` lines. Prints one object:
//! `{"would-be-contacted": [...], "permitted": [...], "style-sheets": [...]}`. `tests/browser/hosts.py` compares it with
//! what Chromium asks for.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write as _;

use jurisdig::evidence::{Contact, PageHost};
use jurisdig::observe::html::{Named, gather, read_page, read_style_sheet};
use url::Url;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut documents: Vec<(PageHost, Vec<Named>)> = Vec::new();
    let mut style_sheets = BTreeSet::new();
    for answer in arguments.chunks(3) {
        let [url, headers, body] = answer else { return Err("usage: page_hosts URL HEADERS BODY ...".into()) };
        let url = Url::parse(url)?;
        let headers: Vec<(String, String)> = std::fs::read_to_string(headers)?
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        let body = std::fs::read(body)?;
        let found = if documents.is_empty() {
            read_page(&url, &headers, &body)
        } else {
            read_style_sheet(&url, &headers, &body)
        };
        let host = PageHost::of(&url).ok_or("a URL without a host")?;
        style_sheets.extend(found.style_sheets.iter().map(Url::to_string));
        documents.push((host, found.named));
    }
    let gathered = gather(documents.iter().map(|(host, named)| (host, named.as_slice())));
    let hosts = |wanted: Contact| -> Vec<String> {
        gathered.resources.iter().filter(|r| r.contact == wanted).map(|r| r.host.to_string()).collect()
    };
    let out = serde_json::json!({
        "would-be-contacted": hosts(Contact::WouldBeContacted),
        "permitted": hosts(Contact::Permitted),
        "style-sheets": style_sheets,
    });
    writeln!(std::io::stdout(), "{out:#}")?;
    Ok(())
}
