//! `terraform show -json`: plans and states. Values are resolved there, which no scan of the source can do.

use serde_json::Value;

use super::region::{self, Regions};
use super::{Found, scan};

/// Deepest value that is read.
const MAX_DEPTH: usize = 64;

pub(super) fn read(plan: &Value, found: &mut Found<'_>) {
    let mut regions = Regions::default();
    for root in ["/planned_values/root_module", "/values/root_module"] {
        if let Some(module) = plan.pointer(root) {
            resources(module, 0, &mut regions, found);
        }
    }
    providers(plan, &mut regions);
    regions.finish(found);
}

fn resources(module: &Value, depth: usize, regions: &mut Regions, found: &mut Found<'_>) {
    for resource in list(module, "resources") {
        let text = |key: &str| resource.get(key).and_then(Value::as_str);
        let cloud = text("provider_name").and_then(region::cloud);
        if let Some(cloud) = cloud {
            regions.uses(cloud);
        }
        if let Some(values) = resource.get("values") {
            walk("", values, resource.get("sensitive_values"), cloud, 0, regions, found);
        }
    }
    if depth < MAX_DEPTH {
        for child in list(module, "child_modules") {
            resources(child, depth + 1, regions, found);
        }
    }
}

fn list<'a>(object: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Reads the strings of a value, but none that the plan marks as sensitive.
fn walk(
    key: &str,
    value: &Value,
    sensitive: Option<&Value>,
    cloud: Option<&'static str>,
    depth: usize,
    regions: &mut Regions,
    found: &mut Found<'_>,
) {
    if depth > MAX_DEPTH || sensitive == Some(&Value::Bool(true)) {
        return;
    }
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            // Documents inside (container definitions, policies) are read as what they are.
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => {
                walk(key, &inner, None, cloud, depth + 1, regions, found)
            }
            _ => scan::value(key, text, cloud, regions, found),
        },
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(key, item, sensitive.and_then(|s| s.get(index)), cloud, depth + 1, regions, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let is_sensitive = sensitive.and_then(|s| s.get(name));
                walk(&name.to_lowercase(), member, is_sensitive, cloud, depth + 1, regions, found);
            }
        }
        _ => {}
    }
}

/// Regions that the configuration gives to providers, as a constant or by a variable.
fn providers(plan: &Value, regions: &mut Regions) {
    let Some(configs) = plan.pointer("/configuration/provider_config").and_then(Value::as_object) else { return };
    for config in configs.values() {
        let name = config.get("full_name").or_else(|| config.get("name")).and_then(Value::as_str);
        let cloud = name.and_then(region::cloud);
        let Some(expressions) = config.get("expressions").and_then(Value::as_object) else { continue };
        for (_, expression) in expressions.iter().filter(|(key, _)| region::is_key(key)) {
            let constant = expression.get("constant_value").and_then(Value::as_str);
            let by_variable = || {
                let variable = expression.pointer("/references/0")?.as_str()?.strip_prefix("var.")?;
                plan.get("variables")?.get(variable)?.get("value")?.as_str()
            };
            if let Some(value) = constant.or_else(by_variable) {
                regions.take(0, value, cloud);
            }
        }
    }
}
