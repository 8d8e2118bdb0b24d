//! Registries that container images are pulled from.

use super::{Host, Kind, uri};
use crate::model::DomainName;

/// Where images without a registry come from.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// The registry of an image reference; `None` for what is no reference.
pub(super) fn registry(reference: &str) -> Option<Host> {
    let reference =
        reference.strip_prefix("docker://").or_else(|| reference.strip_prefix("oci://")).unwrap_or(reference);
    if reference.is_empty() || reference.starts_with(['/', '.', '-']) || reference.contains("://") {
        return None;
    }
    // The registry is the part before the first `/` if it has a dot or a port, or is `localhost`.
    let explicit = reference.split_once('/').map(|(first, _)| first);
    let explicit = explicit.filter(|first| {
        first.contains(['.', ':'])
            || *first == "localhost"
            || first.contains([super::line::VARIABLE, super::line::DEFAULT])
    });
    let Some(first) = explicit else {
        // A variable in front may hold a registry.
        if reference.starts_with([super::line::VARIABLE, super::line::DEFAULT, '$']) {
            return Some(Host::Unreadable("its registry is a variable"));
        }
        let is_reference = reference.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || matches!(c, '/' | '.' | '-' | '_' | ':' | '@' | super::line::VARIABLE | super::line::DEFAULT | '$')
        });
        return is_reference.then(docker_hub);
    };
    if matches!(first, "docker.io" | "index.docker.io" | "registry.hub.docker.com") {
        return Some(docker_hub());
    }
    match uri::host(first.split(':').next().unwrap_or(first)) {
        Host::Unreadable(_) => Some(Host::Unreadable("its registry is a variable or no host")),
        host => Some(host),
    }
}

fn docker_hub() -> Host {
    DomainName::from_ascii(DOCKER_HUB).map_or(Host::Internal, Host::Name)
}

/// What is built or left out: names of stages of a Dockerfile.
#[derive(Default)]
pub(super) struct Stages(Vec<String>);

impl Stages {
    /// The registry of a `FROM` or `COPY --from=` line.
    pub(super) fn read(&mut self, line: &str) -> Option<Host> {
        let mut words = line.split_whitespace().peekable();
        let command = words.next()?.to_ascii_uppercase();
        let reference = match command.as_str() {
            "FROM" => {
                while words.peek().is_some_and(|word| word.starts_with("--")) {
                    words.next();
                }
                words.next()?
            }
            "COPY" => words.find_map(|word| word.strip_prefix("--from="))?,
            _ => return None,
        };
        let is_known = reference.eq_ignore_ascii_case("scratch")
            || self.0.iter().any(|stage| stage.eq_ignore_ascii_case(reference))
            || (command == "COPY" && reference.bytes().all(|b| b.is_ascii_digit()));
        if command == "FROM" && words.next().is_some_and(|word| word.eq_ignore_ascii_case("as")) {
            self.0.extend(words.next().map(str::to_owned));
        }
        if is_known { None } else { registry(reference) }
    }
}

/// Whether a key holds an image in files of a kind, and whether an image without a registry counts there.
pub(super) fn is_key(key: &str, kind: Kind) -> Option<bool> {
    let last = key.rsplit(['.', '/']).next().unwrap_or(key);
    match kind {
        Kind::Compose | Kind::Kubernetes if last == "image" => Some(true),
        Kind::Terraform
            if matches!(last, "image" | "image_uri" | "container_image" | "docker_image" | "registry_image") =>
        {
            Some(false)
        }
        Kind::Dockerfile | Kind::List | Kind::Sitemap | Kind::Env => None,
        _ if matches!(last, "image" | "repository" | "imageuri") => Some(false),
        _ => None,
    }
}

/// Whether the service of compose that a line belongs to is built: then its image is the name of the result.
pub(super) fn is_built(lines: &[&str], at: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(lines[at]);
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let is_of_block = |line: &&&str| is_blank(line) || indent(line) >= own;
    let is_build = |line: &&str| indent(line) == own && line.trim_start().starts_with("build:");
    lines[..at].iter().rev().take_while(is_of_block).any(is_build)
        || lines[at + 1..].iter().take_while(is_of_block).any(is_build)
}
