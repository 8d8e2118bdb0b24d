//! The scanner of text: line by line, whatever the language.

use super::image::{self, Stages};
use super::line::{self, Comments};
use super::region::{self, Regions};
use super::{Found, Kind, host, line_number, uri};
use crate::evidence::NamedAs;

pub(super) fn read(text: &str, kind: Kind, found: &mut Found<'_>) {
    let lines: Vec<&str> = text.lines().collect();
    let mut comments = Comments::of(kind, found.file);
    let mut state = State::new(kind);
    for (index, raw) in lines.iter().enumerate() {
        let text = comments.strip(raw);
        if text.trim().is_empty() {
            continue;
        }
        for piece in line::pieces(&text) {
            state.read(line_number(index), &line::without_variables(piece), &lines, index, found);
        }
    }
    state.regions.finish(found);
}

/// What lines before tell about a line.
struct State {
    kind: Kind,
    regions: Regions,
    stages: Stages,
    /// Key of the list that is open, with its indent.
    list: Option<(usize, String)>,
    /// Word that ends the text of several lines of Terraform.
    heredoc: Option<String>,
    blocks: Blocks,
}

impl State {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            regions: Regions::default(),
            stages: Stages::default(),
            list: None,
            heredoc: None,
            blocks: Blocks::default(),
        }
    }

    fn read(&mut self, number: u32, line: &str, lines: &[&str], index: usize, found: &mut Found<'_>) {
        if self.heredoc.as_deref().is_some_and(|end| line.trim() == end) {
            self.heredoc = None;
            return;
        }
        self.track_list(line);
        if self.kind == Kind::Terraform && self.heredoc.is_none() {
            self.blocks.take(line, &mut self.regions);
        }
        let mut line = line.to_owned();
        self.images(number, &mut line, lines, index, found);
        self.regions_of(number, &line);
        urls(number, &mut line, found);
        let list_key = self.list.as_ref().map_or("", |(_, key)| key.as_str());
        let place = host::Place { kind: self.kind, line: &line, list_key, in_heredoc: self.heredoc.is_some() };
        host::scan(&place, |host, named_as| found.host(number, host, named_as, "name"));
        if self.kind == Kind::Terraform && self.heredoc.is_none() {
            self.heredoc = heredoc(&line);
        }
    }

    fn track_list(&mut self, line: &str) {
        let indent = line.len() - line.trim_start().len();
        if let Some(opened) = line::opens_list(line) {
            self.list = Some(opened);
            return;
        }
        let trimmed = line.trim_start();
        let is_item = trimmed.starts_with("- ") || trimmed.starts_with(['"', '\'', ']']);
        if self.list.as_ref().is_some_and(|(open, _)| indent < *open || (indent == *open && !is_item)) {
            self.list = None;
        }
    }

    fn images(&mut self, number: u32, line: &mut String, lines: &[&str], index: usize, found: &mut Found<'_>) {
        if self.kind == Kind::Dockerfile {
            let host = self.stages.read(line);
            let is_from = line.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("from"));
            if let Some(host) = host {
                found.host(number, host, NamedAs::ImageRegistry, "image");
            }
            if is_from || line.contains("--from=") {
                line.clear();
            }
            return;
        }
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for (key, start, end) in values(line) {
            let Some(counts_without_registry) = image::is_key(&key, self.kind) else { continue };
            let value = &line[start..end];
            let has_registry = value.split_once('/').is_some_and(|(first, _)| first.contains('.'));
            let is_named = has_registry || (counts_without_registry && !image::is_built(lines, index));
            if !is_named || value.starts_with(['{', '&', '*', '!']) {
                continue;
            }
            if let Some(host) = image::registry(value) {
                found.host(number, host, NamedAs::ImageRegistry, "image");
                taken.push((start, end));
            }
        }
        blank(line, &taken);
    }

    fn regions_of(&mut self, number: u32, line: &str) {
        for (key, start, end) in values(line) {
            let value = &line[start..end];
            let names_cloud = ["provider", "name", "cloud", "platform", "cloudprovider", "cloud_provider"];
            if names_cloud.contains(&key.as_str())
                && let Some(cloud) = region::cloud(value)
            {
                self.regions.uses(cloud);
            }
            if region::is_key(&key) || (key == "default" && self.blocks.is_region_variable()) {
                let hint = self.blocks.cloud().or_else(|| region::cloud_by_prefix(&key));
                self.regions.take(number, value, hint);
            }
        }
    }
}

/// The values of a line, each with its key and place: `k = v`, `k: v`, `"k": "v"`, and each entry of `k = ["v", "w"]`.
fn values(line: &str) -> Vec<(String, usize, usize)> {
    let mut out = Vec::new();
    if !line.contains(['=', ':']) {
        return out;
    }
    let mut at = 0;
    let is_break = |c: char| matches!(c, ',' | '[' | ']' | '{' | '}' | '"' | '\'' | ';' | '`');
    let mut push = |start: usize, end: usize| {
        // `region = eu-west-3`, `image: x`: what stands behind the separator is the value.
        let part = &line[start..end];
        let split = part
            .char_indices()
            .filter(|(place, c)| *c == '=' || (*c == ':' && part[place + 1..].starts_with([' ', '\t'])))
            .map(|(place, _)| place + 1)
            .next_back();
        let start = start + split.unwrap_or(0);
        let value = line[start..end].trim();
        if value.is_empty() {
            return;
        }
        let begin = start + (line[start..end].len() - line[start..end].trim_start().len());
        let key = line::key_before(line, begin);
        if !key.is_empty() {
            out.push((key, begin, begin + value.len()));
        }
    };
    for (place, c) in line.char_indices() {
        if is_break(c) {
            push(at, place);
            at = place + c.len_utf8();
        }
    }
    push(at, line.len());
    out
}

/// Takes the hosts of all URLs of a line and blanks them.
fn urls(number: u32, line: &mut String, found: &mut Found<'_>) {
    let mut taken = Vec::new();
    for (at, _) in line.match_indices("://") {
        let scheme_start = line[..at]
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
            .last()
            .map_or(at, |(start, _)| start);
        let scheme = line[scheme_start..at].trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        let begin = at + 3;
        let rest = &line[begin..];
        let is_web = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ws" | "wss");
        let end = rest
            .find(|c: char| {
                c.is_whitespace()
                    || matches!(c, '"' | '\'' | '`' | '<' | '>' | '|' | ']' | ')') && !rest.starts_with('[')
                    || (is_web && c == ',')
            })
            .unwrap_or(rest.len());
        taken.push((scheme_start, begin + end));
        if !uri::has_host(scheme) || is_identifier(line, scheme_start) {
            continue;
        }
        let subject = if scheme.is_empty() { "URL".to_owned() } else { format!("{} URL", scheme.to_ascii_lowercase()) };
        for host in uri::hosts(&rest[..end]) {
            // Without a scheme it may be anything: a pattern, a piece of code.
            if scheme.is_empty() && matches!(host, super::Host::Unreadable(_)) {
                continue;
            }
            found.host(number, host, NamedAs::Url, &subject);
        }
    }
    blank(line, &taken);
}

/// URLs that are names of a vocabulary: nobody asks them.
fn is_identifier(line: &str, at: usize) -> bool {
    let key = line::key_before(line, at);
    key.starts_with("xmlns")
        || key.ends_with("schemalocation")
        || matches!(key.as_str(), "$schema" | "$id" | "$ref" | "@context" | "@vocab" | "schema")
        || line.trim_start().starts_with("<!DOCTYPE")
}

/// Replaces what was read by the mark of a variable, so that what touches it is not taken for whole.
fn blank(line: &mut String, taken: &[(usize, usize)]) {
    if taken.is_empty() {
        return;
    }
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    for (start, end) in taken {
        if *start > at {
            out.push_str(&line[at..*start]);
        }
        if *end > at {
            out.push(line::VARIABLE);
            at = *end;
        }
    }
    out.push_str(&line[at..]);
    *line = out;
}

/// `<<EOF`, `<<-EOF`: the word that ends the text.
fn heredoc(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<<")?;
    let word = rest.trim_start_matches(['-', '~']).trim().trim_matches('"');
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_word.then(|| word.to_owned())
}

/// Blocks of Terraform that are open, for the cloud of a region.
#[derive(Default)]
struct Blocks {
    depth: usize,
    open: Vec<(usize, Option<&'static str>, bool)>,
    /// A block that begins and ends on the line.
    line: Option<&'static str>,
}

impl Blocks {
    fn take(&mut self, line: &str, regions: &mut Regions) {
        self.line = None;
        let trimmed = line.trim_start();
        let mut words = trimmed.split(['"', ' ', '\t', '{']).filter(|word| !word.is_empty());
        let kind = words.next().unwrap_or_default();
        let label = words.next().unwrap_or_default();
        let cloud = match kind {
            "provider" | "backend" => region::cloud(label),
            "resource" | "data" | "ephemeral" => region::cloud_by_prefix(label),
            "source" => region::cloud(line.split('"').nth(1).unwrap_or_default()),
            _ => None,
        };
        // Where the state is kept says nothing about what else the file uses.
        if let Some(cloud) = cloud.filter(|_| kind != "backend") {
            regions.uses(cloud);
        }
        let is_header = matches!(kind, "provider" | "backend" | "resource" | "data" | "ephemeral" | "variable")
            && line.contains('{');
        let (opened, closed) = braces(line);
        if is_header {
            self.open.push((self.depth, cloud, kind == "variable" && region::is_key(label)));
            self.line = cloud;
        }
        self.depth = (self.depth + opened).saturating_sub(closed);
        while self.open.last().is_some_and(|(depth, _, _)| self.depth <= *depth) {
            self.open.pop();
        }
    }

    fn cloud(&self) -> Option<&'static str> {
        self.line.or_else(|| self.open.iter().rev().find_map(|(_, cloud, _)| *cloud))
    }

    fn is_region_variable(&self) -> bool {
        self.open.last().is_some_and(|(_, _, is_region)| *is_region)
    }
}

/// Braces outside strings that open and close.
fn braces(line: &str) -> (usize, usize) {
    let mut is_inside = false;
    let mut counts = (0, 0);
    for c in line.chars() {
        match c {
            '"' => is_inside = !is_inside,
            '{' if !is_inside => counts.0 += 1,
            '}' if !is_inside => counts.1 += 1,
            _ => {}
        }
    }
    counts
}

/// Takes what one value of a structured file names.
pub(super) fn value(key: &str, value: &str, hint: Option<&'static str>, regions: &mut Regions, found: &mut Found<'_>) {
    for line in value.lines() {
        if region::is_key(key) {
            regions.take(0, line, hint);
        }
        // The value as a text of its own, in front of which its key stands.
        let mut text = format!("{key}: \"{}\"", line::without_variables(line).replace('"', "'"));
        let is_image = matches!(key, "image" | "image_uri" | "container_image" | "docker_image");
        let has_registry = line.split_once('/').is_some_and(|(first, _)| first.contains('.'));
        if is_image && has_registry {
            if let Some(host) = image::registry(line) {
                found.host(0, host, NamedAs::ImageRegistry, "image");
            }
            continue;
        }
        urls(0, &mut text, found);
        let place = host::Place { kind: Kind::Json, line: &text, list_key: "", in_heredoc: false };
        host::scan(&place, |host, named_as| found.host(0, host, named_as, "name"));
    }
}
