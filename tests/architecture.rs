//! Who may import whom, and which rooms name no I/O. Read with `syn`, on every path of every file under `src/`, inside
//! macros too, so that a rule cannot be broken by writing a path out instead of importing it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::Visit;

/// Rooms and what each may import. `cli` may import all.
const TABLE: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("lib", &[]),
    ("model", &[]),
    ("evidence", &["model"]),
    ("kb", &["model"]),
    ("attribute", &["model", "evidence", "kb"]),
    ("assess", &["model", "evidence", "kb", "attribute"]),
    ("policy", &["model", "attribute", "assess"]),
    ("audit", &["model", "evidence", "kb", "attribute", "assess", "policy"]),
    ("text", &["model"]),
    ("safe", &[]),
    // `kb`: the core speaks in ids, and the published shape carries their names, dates and sources. `safe`: it marks which
    // of its texts were written by somebody else.
    ("report", &["model", "evidence", "kb", "attribute", "assess", "policy", "audit", "text", "safe"]),
    ("render", &["model", "report", "text", "safe"]),
    ("observe", &["model", "evidence"]),
    ("bulk", &["observe", "audit", "report", "render"]),
];

/// Rooms that touch the world; all others are pure.
const WORLDLY: &[&str] = &["observe", "bulk", "cli", "main"];

/// The only file that may write to standard output or standard error.
const WRITER: &str = "src/cli/out.rs";

/// Beginnings of paths a pure room does not name: clock, files, environment, processes, runtime, randomness.
const WORLD: &[&str] = &[
    "std::time",
    "core::time",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "std::path",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::io::Stdin",
    "std::io::Stdout",
    "std::io::Stderr",
    "tokio",
    "rand",
    "hickory_resolver",
    "libc",
    "rustix",
];

/// What a pure room may name of `std::net`: addresses, never sockets.
const ADDRESSES: &[&str] =
    &["IpAddr", "Ipv4Addr", "Ipv6Addr", "SocketAddr", "SocketAddrV4", "SocketAddrV6", "AddrParseError"];

const PRINT: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

/// All faults of one file, as `PATH: WHAT`.
fn faults(path: &str, source: &str) -> Vec<String> {
    let room = room_of(path);
    let Some(allowed) = allowed(&room) else { return vec![format!("{path}: room `{room}` is not in the table")] };
    let file = match syn::parse_file(source) {
        Ok(file) => file,
        Err(e) => return vec![format!("{path}: {e}")],
    };
    let mut paths = Paths::new(module_of(path));
    paths.visit_file(&file);
    let mut out = BTreeSet::new();
    for found in paths.resolved() {
        check(path, &room, allowed.as_deref(), &found, &mut out);
    }
    for name in &paths.macros {
        if PRINT.contains(&name.as_str()) {
            out.insert(format!("{path}: {name}! (only {WRITER} writes)"));
        }
    }
    out.into_iter().collect()
}

fn check(path: &str, room: &str, allowed: Option<&[&str]>, found: &[String], out: &mut BTreeSet<String>) {
    let text = found.join("::");
    let first = found[0].as_str();
    if matches!(first, "crate" | "jurisdig") {
        match found.get(1).map(String::as_str) {
            // `pub(crate)` is a path too.
            None => {}
            Some("*") => {
                out.insert(format!("{path}: `{text}` hides what is imported"));
            }
            Some(other) => {
                let is_room = TABLE.iter().any(|(name, _)| *name == other) || other == "cli";
                if is_room && other != room && allowed.is_some_and(|list| !list.contains(&other)) {
                    out.insert(format!("{path}: `{room}` may not import `{other}`: `{text}`"));
                }
            }
        }
    }
    if first == "anyhow" && room != "cli" {
        out.insert(format!("{path}: anyhow outside of cli: `{text}`"));
    }
    let is_standard_stream = ["std::io::stdout", "std::io::stderr"].iter().any(|p| begins(&text, p));
    if is_standard_stream && path != WRITER {
        out.insert(format!("{path}: `{text}` (only {WRITER} writes)"));
    }
    if WORLDLY.contains(&room) {
        return;
    }
    if WORLD.iter().any(|p| begins(&text, p)) || (found.len() > 1 && found.last().is_some_and(|l| l == "now")) {
        out.insert(format!("{path}: pure room names `{text}`"));
    }
    if let Some(rest) = text.strip_prefix("std::net").or_else(|| text.strip_prefix("core::net")) {
        let name = rest.trim_start_matches("::").split("::").next().unwrap_or("");
        // `use std::net;` alone is harmless: what is named through it is resolved and checked.
        if !name.is_empty() && !ADDRESSES.contains(&name) {
            out.insert(format!("{path}: pure room names `{text}`"));
        }
    }
}

fn begins(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// `None`: all.
fn allowed(room: &str) -> Option<Option<Vec<&'static str>>> {
    if room == "cli" {
        return Some(None);
    }
    TABLE.iter().find(|(name, _)| *name == room).map(|(_, list)| Some(list.to_vec()))
}

/// `src/kb/walk.rs` -> `kb`.
fn room_of(path: &str) -> String {
    let first = path.trim_start_matches("src/").split('/').next().unwrap_or("");
    first.trim_end_matches(".rs").to_owned()
}

/// `src/kb/walk.rs` -> `["kb", "walk"]`.
fn module_of(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if parts == ["lib"] || parts == ["main"] {
        parts.clear();
    }
    parts
}

/// Every path a file names, with what `use` gave other names.
struct Paths {
    module: Vec<String>,
    named: Vec<(Vec<String>, Vec<String>)>,
    aliases: BTreeMap<String, Vec<String>>,
    macros: BTreeSet<String>,
}

impl Paths {
    fn new(module: Vec<String>) -> Self {
        Self { module, named: Vec::new(), aliases: BTreeMap::new(), macros: BTreeSet::new() }
    }

    fn add(&mut self, segments: Vec<String>) {
        if !segments.is_empty() {
            self.named.push((self.module.clone(), segments));
        }
    }

    /// Paths from `crate` or from the name of a crate on.
    fn resolved(&self) -> Vec<Vec<String>> {
        self.named.iter().map(|(module, path)| self.resolve(module, path)).collect()
    }

    fn resolve(&self, module: &[String], path: &[String]) -> Vec<String> {
        let mut here = module.to_vec();
        let mut rest = path;
        let mut is_local = false;
        while let Some(first) = rest.first() {
            match first.as_str() {
                "self" => is_local = true,
                "super" => {
                    is_local = true;
                    here.pop();
                }
                _ => break,
            }
            rest = &rest[1..];
        }
        if is_local {
            return std::iter::once("crate".to_owned()).chain(here).chain(rest.iter().cloned()).collect();
        }
        match self.aliases.get(&path[0]) {
            // An alias of an alias is resolved as well; `use std::io; use io::stdout;` is legal.
            Some(full) if full[0] != path[0] => {
                let full: Vec<String> = full.iter().chain(&path[1..]).cloned().collect();
                self.resolve(module, &full)
            }
            Some(full) => full.iter().chain(&path[1..]).cloned().collect(),
            None => path.to_vec(),
        }
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(p) => self.tree(&p.tree, &with(p.ident.to_string())),
            syn::UseTree::Group(g) => g.items.iter().for_each(|t| self.tree(t, before)),
            syn::UseTree::Glob(_) => self.add(with("*".into())),
            syn::UseTree::Name(n) if n.ident == "self" => {
                self.add(before.to_vec());
                if let Some(last) = before.last() {
                    self.alias(last.clone(), before.to_vec());
                }
            }
            syn::UseTree::Name(n) => {
                let full = with(n.ident.to_string());
                self.add(full.clone());
                self.alias(n.ident.to_string(), full);
            }
            syn::UseTree::Rename(r) => {
                let full = if r.ident == "self" { before.to_vec() } else { with(r.ident.to_string()) };
                self.add(full.clone());
                self.alias(r.rename.to_string(), full);
            }
        }
    }

    fn alias(&mut self, name: String, full: Vec<String>) {
        if full.len() > 1 || full[0] != name {
            let module = self.module.clone();
            let full = match full[0].as_str() {
                "self" | "super" => self.resolve(&module, &full),
                _ => full,
            };
            self.aliases.insert(name, full);
        }
    }

    /// Paths and macro calls in the tokens of a macro, which `syn` does not parse.
    fn tokens(&mut self, mut at: Cursor) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        while !at.eof() {
            if let Some((ident, next)) = at.ident() {
                if colons != 2 {
                    self.add(std::mem::take(&mut path));
                }
                colons = 0;
                path.push(ident.to_string());
                if next.punct().is_some_and(|(p, _)| p.as_char() == '!') {
                    self.macros.insert(ident.to_string());
                }
                at = next;
            } else if let Some((_, next)) = at.punct().filter(|(p, _)| p.as_char() == ':') {
                colons += 1;
                at = next;
            } else {
                self.add(std::mem::take(&mut path));
                colons = 0;
                at = match (at.any_group(), at.token_tree()) {
                    (Some((inside, _, _, next)), _) => {
                        self.tokens(inside);
                        next
                    }
                    (None, Some((_, next))) => next,
                    (None, None) => break,
                };
            }
        }
        self.add(path);
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.add(vec![item.ident.to_string()]);
        if let Some((_, name)) = &item.rename {
            self.alias(name.to_string(), vec![item.ident.to_string()]);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|s| s.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(last) = call.path.segments.last() {
            self.macros.insert(last.ident.to_string());
        }
        self.tokens(TokenBuffer::new2(call.tokens.clone()).begin());
        syn::visit::visit_macro(self, call);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Tests beside the code may build what they need.
        if is_test(&item.attrs) {
            return;
        }
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && a.parse_args::<syn::Ident>().is_ok_and(|argument| argument == "test"))
}

/// Files that are only compiled for tests: `#[cfg(test)] mod x;`.
fn test_files(path: &str, source: &str) -> Vec<String> {
    let Ok(file) = syn::parse_file(source) else { return Vec::new() };
    let folder = match module_of(path).join("/") {
        root if root.is_empty() => "src".to_owned(),
        module => format!("src/{module}"),
    };
    let of_item = |item: &syn::Item| match item {
        syn::Item::Mod(m) if m.content.is_none() && is_test(&m.attrs) => Some(format!("{folder}/{}.rs", m.ident)),
        _ => None,
    };
    file.items.iter().filter_map(of_item).collect()
}

fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                out.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    out
}

#[test]
fn every_room_keeps_to_the_table() {
    let sources = sources();
    assert!(sources.contains_key("src/model.rs") && sources.contains_key("src/cli.rs"), "sources not found");
    let tests: BTreeSet<String> = sources.iter().flat_map(|(path, text)| test_files(path, text)).collect();
    let faults: Vec<String> =
        sources.iter().filter(|(path, _)| !tests.contains(*path)).flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A check that cannot fail is none: each of these breaks one rule.
#[test]
fn the_check_finds_each_kind_of_fault() {
    for (path, source) in [
        ("src/observe/dns.rs", "use crate::kb::Knowledge;"),
        ("src/observe/dns.rs", "use crate::{model::Asn, kb};"),
        ("src/observe/dns.rs", "fn f() { let _ = crate::kb::compile(&[]); }"),
        ("src/observe/dns.rs", "fn f(k: &crate::kb::Knowledge) {}"),
        ("src/observe/dns.rs", "use super::super::kb::Knowledge;"),
        ("src/observe.rs", "use super::kb::Knowledge;"),
        ("src/observe.rs", "mod inner { use super::super::kb; }"),
        ("src/render/table.rs", "fn f() { let _ = format!(\"{}\", crate::kb::VERSION); }"),
        ("src/render/table.rs", "use crate as c; fn f() { c::kb::walk(); }"),
        ("src/render/table.rs", "use crate::*;"),
        ("src/render/table.rs", "use crate::assess::Assessment as A;"),
        ("src/evidence.rs", "use crate::attribute::Layer;"),
        ("src/safe.rs", "use crate::model::Role;"),
        ("src/main.rs", "fn main() { jurisdig::audit::run(); }"),
        ("src/utils.rs", "fn f() {}"),
        ("src/kb.rs", "use std::time::Instant;"),
        ("src/kb.rs", "use std::{fs, io::Write};"),
        ("src/kb.rs", "fn f() { std::env::var(\"HOME\"); }"),
        ("src/kb.rs", "use std::net::{IpAddr, UdpSocket};"),
        ("src/kb.rs", "use std::net; fn f() { net::TcpStream::connect(\"\"); }"),
        ("src/kb.rs", "use std::net::*;"),
        ("src/kb.rs", "use std as s; fn f() { s::fs::read(\"\"); }"),
        ("src/kb.rs", "extern crate std as s; fn f() { s::fs::read(\"\"); }"),
        ("src/kb.rs", "use std::io; fn f() { io::stdout(); }"),
        ("src/kb.rs", "fn f() { jiff::Timestamp::now(); }"),
        ("src/kb.rs", "use tokio::sync::Mutex;"),
        ("src/kb.rs", "fn f() { println!(\"\"); }"),
        ("src/kb.rs", "fn f() { vec![std::process::id()]; }"),
        ("src/kb.rs", "macro_rules! m { () => { eprintln!(\"\") } }"),
        ("src/kb.rs", "fn f() -> anyhow::Result<()> { Ok(()) }"),
        ("src/cli/who.rs", "fn f() { std::io::stdout(); }"),
        ("src/cli/who.rs", "fn f() { print!(\"\"); }"),
    ] {
        assert!(!faults(path, source).is_empty(), "{path}: {source}");
    }
}

#[test]
fn the_check_lets_the_allowed_pass() {
    for (path, source) in [
        ("src/main.rs", "fn main() -> std::process::ExitCode { jurisdig::cli::main() }"),
        ("src/lib.rs", "pub mod kb; pub mod cli;"),
        ("src/kb.rs", "use std::net::IpAddr; use std::io::Write; const X: &str = env!(\"X\");"),
        ("src/kb/walk.rs", "use super::Knowledge; use crate::model::AsOf; pub(crate) fn f() {}"),
        ("src/kb.rs", "#[cfg(test)] mod tests { use std::fs; use crate::observe::Dns; }"),
        ("src/kb.rs", "use std::fmt; fn f() { format!(\"{}\", super::model::X); }"),
        ("src/observe/ip.rs", "use std::time::Instant; use std::fs; use crate::evidence::Probe;"),
        ("src/cli/out.rs", "fn f() { std::io::stdout(); }"),
        ("src/cli/who.rs", "use crate::kb::Knowledge; use anyhow::Context;"),
    ] {
        assert_eq!(faults(path, source), Vec::<String>::new(), "{source}");
    }
}
