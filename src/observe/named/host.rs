//! Names and addresses that stand alone in a text. What is no host for certain is left out: a false name costs the
//! reader more than one that also stands in a URL.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::line::{self, DEFAULT};
use super::suffix::{self, Ending};
use super::{Host, Kind, uri};
use crate::evidence::NamedAs;
use crate::model::DomainName;

/// Parts of keys whose value is a host.
const HOST_KEYS: &[&str] = &[
    "host",
    "domain",
    "url",
    "uri",
    "endpoint",
    "server",
    "fqdn",
    "dns",
    "cname",
    "origin",
    "broker",
    "addr",
    "smtp",
    "imap",
    "registry",
    "website",
    "bootstrap",
    "upstream",
    "proxy",
    "gateway",
    "subject_alternative",
    "san",
];

/// Keys whose value looks like a host and is the name of something else.
const OTHER_KEYS: &[&str] = &[
    "apiversion",
    "apigroup",
    "apigroups",
    "artifactid",
    "bundle",
    "class",
    "classname",
    "controller",
    "driver",
    "finalizers",
    "identifiers",
    "group",
    "groupid",
    "import",
    "kind",
    "mainclass",
    "module",
    "package",
    "packagename",
    "plugin",
    "provisioner",
    "schemalocation",
    "storageclassname",
    "use",
    "using",
];

/// First labels that are variables of a program.
const VARIABLES: &[&str] = &[
    "args", "config", "console", "const", "context", "count", "ctx", "data", "document", "each", "env", "err", "event",
    "exports", "file", "item", "let", "local", "locals", "math", "metadata", "module", "obj", "object", "options",
    "opts", "os", "params", "path", "process", "props", "req", "request", "res", "response", "result", "self",
    "settings", "spec", "state", "status", "sys", "this", "user", "users", "value", "values", "var", "window",
];

/// First labels of hosts.
const HOSTS: &[&str] = &["www", "cdn", "smtp", "imap", "mx", "api", "mail", "static", "ftp", "sso", "auth", "login"];

/// Where a name stands.
pub(super) struct Place<'a> {
    pub(super) kind: Kind,
    pub(super) line: &'a str,
    /// Key of the list the line belongs to, in lower case; empty for none.
    pub(super) list_key: &'a str,
    /// Inside a text of several lines of Terraform.
    pub(super) in_heredoc: bool,
}

/// Names and addresses of a line in which URLs are blanked already.
pub(super) fn scan(place: &Place<'_>, mut take: impl FnMut(Host, NamedAs)) {
    let line = place.line;
    if !line.contains(['.', ':']) {
        return;
    }
    let mut begin = None;
    let ends = line.char_indices().chain([(line.len(), ' ')]);
    for (at, c) in ends {
        match (begin, is_name(c)) {
            (None, true) => begin = Some(at),
            (Some(start), false) => {
                if let Some((host, named_as)) = read(place, start, at) {
                    take(host, named_as);
                }
                begin = None;
            }
            _ => {}
        }
    }
    for (start, word) in words(line) {
        if let Some(host) = address_v6(place, start, word) {
            take(host, NamedAs::Address);
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn read(place: &Place<'_>, start: usize, end: usize) -> Option<(Host, NamedAs)> {
    let run = &place.line[start..end];
    let text = run.trim_start_matches(['-', '.']).trim_end_matches(['.', '-', '_']);
    if !text.contains('.') {
        return None;
    }
    let begin = start + (run.len() - run.trim_start_matches(['-', '.']).len());
    // The dot at the end of a sentence, or of a name that is written whole.
    let tail = &place.line[begin + text.len()..end];
    let seen = Seen::new(place, begin, if tail.bytes().all(|b| b == b'.') { end } else { begin + text.len() });
    if !seen.begins_value() || !seen.ends_value() {
        return None;
    }
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        return seen.is_address(run, text).then(|| (uri::address(ip.into()), NamedAs::Address));
    }
    seen.name(text).map(|host| (host, NamedAs::Name))
}

/// A name in its line.
struct Seen<'a> {
    place: &'a Place<'a>,
    /// The line in front of the name, and behind it.
    before: &'a str,
    after: &'a str,
    previous: Option<char>,
    next: Option<char>,
    key: String,
    is_quoted: bool,
}

impl<'a> Seen<'a> {
    fn new(place: &'a Place<'a>, begin: usize, end: usize) -> Self {
        let before = &place.line[..begin];
        let after = &place.line[end..];
        let previous = before.chars().next_back();
        let next = after.chars().next();
        let own = line::key_before(place.line, begin);
        let is_item = before.trim_start().trim_start_matches(['-', ' ', '"', '\'']).is_empty();
        let key = if own.is_empty() || is_item { place.list_key.to_owned() } else { own };
        let is_quote = |c: Option<char>| matches!(c, Some('"' | '\'' | '`' | DEFAULT));
        Self { place, before, after, previous, next, key, is_quoted: is_quote(previous) }
    }

    fn is_host_key(&self) -> bool {
        HOST_KEYS.iter().any(|part| self.key.contains(part))
    }

    /// Whether what stands in front lets a value begin.
    fn begins_value(&self) -> bool {
        let before_that = |n: usize| self.before.chars().rev().nth(n);
        match self.previous {
            None => true,
            Some(c) if c.is_whitespace() => true,
            Some('"' | '\'' | '`' | ',' | ';' | '[' | '<' | '|' | DEFAULT) => true,
            Some('=') => !matches!(before_that(1), Some('=' | '!' | '~' | '>' | '<' | '^')),
            Some(':') => before_that(1) != Some(':'),
            Some('(') => self.is_host_key() || self.place.kind == Kind::Text,
            Some('>') => !matches!(before_that(1), Some('-' | '=')),
            // A list dash, an option.
            Some('-' | '.') => self
                .before
                .trim_end_matches(['-', '.'])
                .chars()
                .next_back()
                .is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '*' | '=')),
            Some('*') => true,
            Some('/') => before_that(1) == Some('/') && before_that(2).is_none_or(|c| !is_name(c) && c != '/'),
            Some('@') => self.is_after_password(),
            _ => false,
        }
    }

    /// `user:password@host`, or `git@host:path`; the host of an e-mail address is nobody's service here.
    fn is_after_password(&self) -> bool {
        let before = self.before.trim_end_matches('@');
        let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | '<' | '(');
        let user = before.rsplit(is_end).next().unwrap_or(before);
        // `serviceAccount:name@mairie.fr` is whom a rule is about.
        let is_principal = user.split_once(':').is_some_and(|(kind, _)| {
            ["acct", "domain", "group", "mailto", "principal", "serviceaccount", "sip", "user", "xmpp"]
                .contains(&kind.to_lowercase().as_str())
        });
        (user.contains(':') && (!is_principal || matches!(self.next, Some(':' | '/'))))
            || (user == "git" && self.next == Some(':'))
    }

    fn ends_value(&self) -> bool {
        let second = self.after.chars().nth(1);
        match self.next {
            None => true,
            Some(c) if c.is_whitespace() => !self.is_assigned(),
            Some('"' | '\'' | '`' | ',' | ';' | ')' | ']' | '}' | '>' | '<' | '|' | '?' | '!' | DEFAULT) => true,
            Some(':') => second.is_none_or(|c| c.is_ascii_digit() || c.is_whitespace() || self.is_git_path(c)),
            Some('/') => self.before_path(),
            _ => false,
        }
    }

    fn is_git_path(&self, c: char) -> bool {
        self.previous == Some('@') && (c.is_alphanumeric() || c == '/')
    }

    /// `name = value`: the name of a setting.
    fn is_assigned(&self) -> bool {
        let after = self.after.trim_start();
        after.starts_with('=') || after.starts_with(":=")
    }

    /// A host in front of a path without a scheme; labels and groups of Kubernetes look the same.
    fn before_path(&self) -> bool {
        match self.place.kind {
            Kind::Kubernetes => false,
            Kind::Env | Kind::Terraform | Kind::Compose => {
                self.is_host_key() || self.is_quoted || self.previous == Some('=')
            }
            _ => self.is_host_key() || self.previous == Some('/') || self.before.trim_end().is_empty(),
        }
    }

    /// Whether four numbers are an address: not a version, not a block, not a number of an object.
    fn is_address(&self, run: &str, text: &str) -> bool {
        let is_block = self.after.starts_with('/') && !self.after.starts_with("/32");
        let is_operator = self.before.trim_end().ends_with(['~', '>', '<', '^']) && !self.before.ends_with('>');
        run == text && !is_block && !is_operator && !self.key.contains("version") && !self.key.contains("agent")
    }

    fn name(&self, text: &str) -> Option<Host> {
        let labels: Vec<&str> = text.split('.').collect();
        let is_plain =
            |label: &str| !label.is_empty() && !label.contains('_') && !label.starts_with('-') && !label.ends_with('-');
        if !labels.iter().all(|label| is_plain(label)) || self.is_of_other_key() {
            return None;
        }
        let is_host_key = self.is_host_key();
        // `System.Net`, `ASP.NET`: people write hosts in lower case, or in a setting that says so.
        let is_upper = text.chars().any(char::is_uppercase);
        if !is_host_key && is_upper && !text.to_ascii_lowercase().starts_with("www.") {
            return None;
        }
        let is_camel = text.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
        let tld = labels.last().map(|label| label.to_lowercase()).unwrap_or_default();
        if !self.is_quoted && (is_camel || (is_upper && suffix::ending(&tld) == Ending::Code)) {
            return None;
        }
        if self.place.kind == Kind::Terraform
            && !self.place.in_heredoc
            && !line::is_in_string(self.place.line, self.before.len())
        {
            return None;
        }
        if self.place.kind == Kind::Json && !line::is_in_string(self.place.line, self.before.len()) {
            return None;
        }
        let name: DomainName = text.parse().ok()?;
        if suffix::is_reserved(name.as_str()) {
            return (is_host_key || labels.len() > 2).then_some(Host::Internal);
        }
        if !suffix::is_delegated(name.as_str()) || name.is_under("k8s.io") || name.is_under("kubernetes.io") {
            return None;
        }
        self.is_host(&name, is_host_key).then_some(Host::Name(name))
    }

    fn is_of_other_key(&self) -> bool {
        let key = self.key.as_str();
        let is_code = self.place.kind == Kind::Text
            && ["import ", "package ", "using ", "use ", "from "]
                .iter()
                .any(|word| self.place.line.trim_start().starts_with(word));
        let is_name = self.place.kind == Kind::Kubernetes && matches!(key, "name" | "namespace" | "key" | "resources");
        OTHER_KEYS.contains(&key) || key.starts_with("xmlns") || is_code || is_name
    }

    fn is_host(&self, name: &DomainName, is_host_key: bool) -> bool {
        let labels: Vec<&str> = name.labels().collect();
        let first = labels[0];
        // Names of packages are written backwards: `com.example.app`.
        if labels.len() > 2 && matches!(first, "com" | "org" | "net" | "edu" | "gov" | "java" | "javax" | "jakarta") {
            return false;
        }
        if VARIABLES.contains(&first) && !(is_host_key && self.is_quoted) {
            return false;
        }
        if is_host_key || suffix::is_hosted(name.as_str()) {
            return true;
        }
        if self.is_key_of_a_map() {
            return false;
        }
        let is_long = labels.len() > 2;
        let begins_as_host = is_long && HOSTS.contains(&first);
        let is_backwards = is_long && matches!(first, "io" | "dev" | "app" | "ai" | "me");
        match suffix::ending(name.tld()) {
            Ending::Ordinary => true,
            Ending::Word => (is_long || self.is_quoted) && !is_backwards,
            Ending::Short => ((is_long && first.len() > 1) || self.is_quoted) && !is_backwards,
            Ending::Code => {
                begins_as_host
                    || (is_long
                        && self.is_quoted
                        && matches!(name.tld(), "app" | "dev" | "online" | "site" | "tools" | "network" | "services"))
            }
            Ending::File => is_long && matches!(first, "www" | "cdn" | "smtp" | "imap" | "mx"),
        }
    }

    /// `logging.level.org: debug`: a key, unless it is quoted.
    fn is_key_of_a_map(&self) -> bool {
        !self.is_quoted
            && self.next == Some(':')
            && self.after.chars().nth(1).is_none_or(char::is_whitespace)
            && self.before.trim().is_empty()
    }
}

/// Words that may be IPv6 addresses, with their place.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_end =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '=' | '(' | ')' | '<' | '>' | '|');
    let mut at = 0;
    line.split(is_end).map(move |word| {
        let start = at;
        // Every separator but the multi-byte kinds of white space is one byte; the place is only used for the key.
        at += word.len() + 1;
        (start, word)
    })
}

fn address_v6(place: &Place<'_>, start: usize, word: &str) -> Option<Host> {
    if word.matches(':').count() < 2 {
        return None;
    }
    let word = word.strip_prefix('[').map_or(word, |inner| inner.split(']').next().unwrap_or(inner));
    let word = word.strip_suffix("/128").unwrap_or(word);
    let ip: Ipv6Addr = word.trim_end_matches(']').parse().ok()?;
    let host = uri::address(IpAddr::V6(ip));
    if host != Host::Internal {
        return Some(host);
    }
    // `::` and `a::b` are words of code as well.
    let key = place.line.get(..start).map(|before| line::key_before(before, before.len())).unwrap_or_default();
    HOST_KEYS.iter().any(|part| key.contains(part)).then_some(host)
}
