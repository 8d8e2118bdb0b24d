//! Bills of materials: the `services` of CycloneDX.

use serde_json::Value;

use super::{Found, Host, uri};
use crate::evidence::NamedAs;

/// Deepest service within a service.
const MAX_DEPTH: usize = 32;

pub(super) fn read(bom: &Value, found: &mut Found<'_>) {
    services(bom, 0, found);
}

fn services(parent: &Value, depth: usize, found: &mut Found<'_>) {
    let Some(list) = parent.get("services").filter(|list| !list.is_null()) else { return };
    let Some(list) = list.as_array().filter(|_| depth < MAX_DEPTH) else {
        found.fault(0, "services: no list, or too deep".to_owned());
        return;
    };
    for service in list {
        let name = service.get("name").and_then(Value::as_str).unwrap_or("without a name");
        let endpoints = strings(service.get("endpoints"));
        for endpoint in &endpoints {
            take(endpoint, name, found);
        }
        // The provider is who it is bought from. Its site tells that only where no endpoint does.
        if endpoints.is_empty() {
            let sites = strings(service.pointer("/provider/url"));
            if sites.is_empty() {
                found.fault(0, format!("service {name}: neither an endpoint nor a URL of its provider"));
            }
            for site in &sites {
                take(site, name, found);
            }
        }
        services(service, depth + 1, found);
    }
}

/// A string, or a list of them.
fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        _ => Vec::new(),
    }
}

fn take(endpoint: &str, service: &str, found: &mut Found<'_>) {
    let subject = format!("service {service}");
    let Some((_, rest)) = endpoint.split_once("://") else {
        let host = match uri::host(endpoint.split(['/', ':']).next().unwrap_or(endpoint)) {
            // A path, or a bare word: a name of another kind.
            Host::Internal | Host::Unreadable(_) => Host::Unreadable("an endpoint without a host"),
            host => host,
        };
        found.host(0, host, NamedAs::Service, &subject);
        return;
    };
    for host in uri::hosts(rest) {
        found.host(0, host, NamedAs::Service, &subject);
    }
}
