//! What a file is: by its content first, then by its name.

use serde_json::Value;

use super::list;

/// What a file was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One target a line.
    List,
    /// A sitemap, or an index of sitemaps.
    Sitemap,
    /// `terraform show -json`, of a plan or of a state.
    TerraformPlan,
    /// A bill of materials of CycloneDX in JSON.
    CycloneDx,
    /// Terraform, scanned as text.
    Terraform,
    /// docker-compose, scanned as text.
    Compose,
    /// Manifests of Kubernetes, scanned as text.
    Kubernetes,
    /// Dockerfile, scanned as text.
    Dockerfile,
    /// `NAME=value` lines, scanned as text.
    Env,
    /// Other JSON, scanned as text.
    Json,
    /// Other XML, scanned as text.
    Xml,
    /// Any text.
    Text,
}

impl Kind {
    pub(super) fn of(name: &str, text: &str) -> Self {
        let begin = text.trim_start();
        if begin.starts_with('<') {
            return match xml_root(begin) {
                Some("urlset" | "sitemapindex") => Self::Sitemap,
                Some(_) => Self::Xml,
                None => Self::Text,
            };
        }
        if begin.starts_with(['{', '[']) {
            return of_json(begin);
        }
        if list::is_list(text) {
            return Self::List;
        }
        of_lines(text).or_else(|| of_name(name)).unwrap_or(Self::Text)
    }
}

/// Whether the file is HTML; the bytes may be in any encoding that has ASCII.
pub(super) fn is_html(name: &str, bytes: &[u8]) -> bool {
    let head: Vec<u8> = bytes[..bytes.len().min(4096)].to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let begin = head.trim_start_matches('\u{feff}').trim_start();
    if begin.starts_with("<!doctype html") {
        return true;
    }
    xml_root(begin) == Some("html")
        || (begin.starts_with('<') && matches!(extension(name).as_str(), "html" | "htm" | "xhtml"))
}

/// Local name of the root element, after the declaration, comments and the document type.
fn xml_root(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        let after = rest.strip_prefix('<')?;
        let end = match after.as_bytes().first()? {
            b'?' => after.find("?>")? + 2,
            b'!' if after.starts_with("!--") => after.find("-->")? + 3,
            b'!' => after.find('>')? + 1,
            _ => {
                let name = after.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()?;
                return name.rsplit(':').next();
            }
        };
        rest = after[end..].trim_start();
    }
}

fn of_json(text: &str) -> Kind {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        // Broken off: what it was meant to be decides whether that is an error of the file.
        return match text.get(..512).unwrap_or(text) {
            head if head.contains("\"bomFormat\"") => Kind::CycloneDx,
            head if head.contains("\"format_version\"") && head.contains("\"terraform_version\"") => {
                Kind::TerraformPlan
            }
            _ => Kind::Json,
        };
    };
    let has = |key: &str| value.get(key).is_some();
    if value.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX") {
        Kind::CycloneDx
    } else if has("format_version") && (has("planned_values") || has("values") || has("configuration")) {
        Kind::TerraformPlan
    } else {
        Kind::Json
    }
}

fn of_lines(text: &str) -> Option<Kind> {
    let mut has_api_version = false;
    let mut has_services = false;
    let mut has_image = false;
    for line in text.lines() {
        let trimmed = line.trim_start();
        has_api_version |= line.starts_with("apiVersion:");
        if has_api_version && line.starts_with("kind:") {
            return Some(Kind::Kubernetes);
        }
        has_services |= line.starts_with("services:");
        has_image |= trimmed.starts_with("image:") || trimmed.starts_with("build:");
        if has_services && has_image {
            return Some(Kind::Compose);
        }
        let is_block = ["resource \"", "provider \"", "variable \"", "module \"", "data \""]
            .iter()
            .any(|word| line.starts_with(word));
        if (is_block || line.starts_with("terraform {")) && line.trim_end().ends_with('{') {
            return Some(Kind::Terraform);
        }
    }
    None
}

fn of_name(name: &str) -> Option<Kind> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let is_compose = file.contains("compose") && (file.ends_with(".yml") || file.ends_with(".yaml"));
    if file == ".env" || file.starts_with(".env.") || file.ends_with(".env") {
        Some(Kind::Env)
    } else if file.starts_with("dockerfile") || file.starts_with("containerfile") || file.ends_with(".dockerfile") {
        Some(Kind::Dockerfile)
    } else if is_compose {
        Some(Kind::Compose)
    } else if matches!(extension(&file).as_str(), "tf" | "tfvars" | "hcl") {
        Some(Kind::Terraform)
    } else {
        None
    }
}

/// Lower case, without the dot; empty for none.
pub(super) fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default()
}
