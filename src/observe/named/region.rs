//! Cloud regions, by the shape of their names. Where a shape is used by several clouds, the block, the key or the file
//! tells which; else the cloud stays open.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{Found, ItemTarget};
use crate::evidence::NamedAs;

/// Words of files (providers of Terraform, prefixes of resources and of variables, names in settings) and the cloud.
const CLOUDS: &[(&str, &str)] = &[
    ("alicloud", "alibaba-cloud"),
    ("aws", "aws"),
    ("azapi", "microsoft"),
    ("azure", "microsoft"),
    ("azuread", "microsoft"),
    ("azurerm", "microsoft"),
    ("arm", "microsoft"),
    ("cloudsdk", "google"),
    ("digitalocean", "digitalocean"),
    ("exoscale", "exoscale"),
    ("gcloud", "google"),
    ("gcp", "google"),
    ("gcs", "google"),
    ("google", "google"),
    ("google-beta", "google"),
    ("hcloud", "hetzner"),
    ("hetzner", "hetzner"),
    ("ibm", "ibm"),
    ("linode", "linode"),
    ("oci", "oracle"),
    ("opentelekomcloud", "otc"),
    ("osc", "outscale"),
    ("outscale", "outscale"),
    ("ovh", "ovhcloud"),
    ("ovhcloud", "ovhcloud"),
    ("s3", "aws"),
    ("scaleway", "scaleway"),
    ("scw", "scaleway"),
    ("stackit", "stackit"),
    ("upcloud", "upcloud"),
];

/// The cloud a word of a file stands for: `azurerm`, `AWS`, `hashicorp/google`.
pub(super) fn cloud(word: &str) -> Option<&'static str> {
    let word = word.rsplit('/').next().unwrap_or(word).to_ascii_lowercase();
    CLOUDS.iter().find(|(name, _)| *name == word).map(|(_, cloud)| *cloud)
}

/// The cloud of a resource or variable by its prefix: `aws_instance`, `AWS_REGION`.
pub(super) fn cloud_by_prefix(word: &str) -> Option<&'static str> {
    word.split_once('_').and_then(|(prefix, _)| cloud(prefix))
}

struct Shape {
    pattern: Regex,
    clouds: &'static [&'static str],
}

/// Shapes in the order they are tried, on lower case without spaces. One without a cloud needs the file to name one.
static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    const DIRECTION: &str = "(?:north|south|east|west|central|northeast|northwest|southeast|southwest)";
    let side = "(?:us|eu|ap|sa|ca|me|af|il|mx)";
    let list: Vec<(String, &[&str])> = vec![
        (format!("us-gov-{DIRECTION}-1[a-c]?|us-iso[a-z]?-{DIRECTION}-1[a-c]?"), &["aws"]),
        ("eusc-[a-z]{2}-[a-z]+-[0-9][a-c]?".to_owned(), &["aws-eusc"]),
        ("cn-northwest-1[a-c]?".to_owned(), &["aws-china"]),
        ("cn-north-1[a-c]?".to_owned(), &["aws-china", "huawei-cloud"]),
        ("cn-(?:north|east|south|southwest)-[2-9][a-f]?".to_owned(), &["huawei-cloud"]),
        ("cloudgouv-eu-west-1[a-c]?".to_owned(), &["outscale"]),
        ("(?:eu-west-2|us-east-2)[a-c]?".to_owned(), &["aws", "outscale"]),
        ("(?:us-west-1|ap-northeast-1)[a-c]?".to_owned(), &["alibaba-cloud", "aws", "outscale"]),
        ("(?:eu-central-1|eu-west-1|us-east-1|ap-southeast-[1-7]|ap-northeast-2|ap-south-1|me-central-1)[a-f]?".to_owned(), &[
            "alibaba-cloud", "aws",
        ]),
        (format!("{side}-{DIRECTION}-[0-9]{{1,2}}[a-f]?"), &["aws"]),
        (
            format!(
                "(?:us|europe|asia|northamerica|southamerica|australia|me|africa)-{DIRECTION}[0-9]{{1,2}}(?:-[a-f])?"
            ),
            &["google"],
        ),
        (
            "(?:north|south|east|west|central|northcentral|southcentral|westcentral|southeast)(?:us|europe|asia|india)[0-9]?(?:euap|stage)?|\
             (?:france|germany|norway|sweden|switzerland|uk|uae|japan|korea|australia|canada|brazil|southafrica|italy|poland|\
             spain|israel|qatar|mexico|china|austria|belgium|denmark|chile|newzealand|indonesia|malaysia|taiwan|jioindia|finland|greece)\
             (?:north|south|east|west|central|westcentral|southeast|northwest)[0-9]?|\
             usgov(?:virginia|arizona|texas)|usdod(?:east|central)"
                .to_owned(),
            &["microsoft"],
        ),
        ("(?:fr-par|nl-ams|pl-waw|it-mil)-[1-9]".to_owned(), &["scaleway"]),
        ("pl-waw".to_owned(), &["scaleway"]),
        ("(?:fr-par|nl-ams|it-mil)".to_owned(), &["linode", "scaleway"]),
        ("(?:gra|rbx|sbg|waw|bhs|eri|lim)[0-9]{1,2}|eu-west-par(?:-[a-c])?|eu-south-mil|ca-east-tor".to_owned(), &["ovhcloud"]),
        ("gra|rbx|sbg|waw|bhs|vin|syd|(?:de|uk)[0-9]?".to_owned(), &[]),
        ("(?:fsn1|nbg1|hel1)(?:-dc[0-9]+)?".to_owned(), &["hetzner"]),
        ("ash|hil|sin".to_owned(), &[]),
        ("(?:sgp|syd)[1-9]".to_owned(), &["digitalocean", "ovhcloud"]),
        ("(?:ams|fra|lon|nyc|sfo|tor|blr|atl)[1-3]".to_owned(), &["digitalocean"]),
        ("ch-gva-2|ch-dk-2|de-fra-1|de-muc-1|at-vie-[1-9]|bg-sof-1|hr-zag-1".to_owned(), &["exoscale"]),
        ("[a-z]{2}-[a-z]{3}[1-9]".to_owned(), &["upcloud"]),
        ("(?:us|eu|uk|ap|ca|sa|me|af|il|mx)-[a-z]{4,}-[1-9]".to_owned(), &["oracle"]),
        ("cn-(?:hangzhou|shanghai|beijing|shenzhen|hongkong|zhangjiakou|chengdu|qingdao)".to_owned(), &["alibaba-cloud"]),
        ("eu-de(?:-[1-3])?".to_owned(), &["ibm", "otc"]),
        ("(?:eu-gb|eu-es|us-south|jp-tok|jp-osa|au-syd|ca-tor|br-sao)(?:-[1-3])?".to_owned(), &["ibm"]),
        ("eu-nl(?:-[1-3])?".to_owned(), &["otc"]),
        ("eu-central|us-central|us-west|us-southeast|ap-west|ap-south".to_owned(), &["linode"]),
        ("eu0[1-3]".to_owned(), &["stackit"]),
    ];
    list.into_iter()
        .filter_map(|(pattern, clouds)| Some(Shape { pattern: Regex::new(&format!("^(?:{pattern})$")).ok()?, clouds }))
        .collect()
});

/// Regions of a file, kept until all of it is read: a provider may be named below.
#[derive(Default)]
pub(super) struct Regions {
    seen: Vec<(u32, String, Option<&'static str>, &'static [&'static str])>,
    clouds: BTreeSet<&'static str>,
}

impl Regions {
    /// The file uses a cloud.
    pub(super) fn uses(&mut self, cloud: &'static str) {
        self.clouds.insert(cloud);
    }

    /// Takes the value of a key that holds regions, if it has the shape of one.
    pub(super) fn take(&mut self, line: u32, value: &str, hint: Option<&'static str>) {
        let value: String = value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        let Some(shape) = SHAPES.iter().find(|shape| shape.pattern.is_match(&value)) else { return };
        self.seen.push((line, without_zone(&value), hint, shape.clouds));
    }

    /// Writes down what was found.
    pub(super) fn finish(self, found: &mut Found<'_>) {
        for (line, region, hint, shape) in self.seen {
            let Some(cloud) = whose(hint, &region, shape, &self.clouds) else { continue };
            let cloud = cloud.map(|cloud| of_partition(cloud, &region).to_owned());
            found.item(line, ItemTarget::Region { cloud, region }, NamedAs::Region);
        }
    }
}

/// The cloud: what the block or key says, else the only one that has the shape, else the only one of these the file
/// uses. `None` for a shape that means nothing without a cloud.
fn whose(
    hint: Option<&'static str>,
    region: &str,
    shape: &'static [&'static str],
    used: &BTreeSet<&'static str>,
) -> Option<Option<&'static str>> {
    if let Some(hint) = hint {
        return Some(Some(hint));
    }
    if let [only] = shape {
        return Some(Some(only));
    }
    let used = used.iter().map(|cloud| of_partition(cloud, region));
    let mut common = used.filter(|cloud| shape.contains(cloud) || shape.is_empty());
    match (common.next(), common.next()) {
        (Some(only), None) => Some(Some(only)),
        _ if shape.is_empty() => None,
        _ => Some(None),
    }
}

/// The part of a cloud that is run apart.
fn of_partition(cloud: &'static str, region: &str) -> &'static str {
    match cloud {
        "aws" if region.starts_with("eusc-") => "aws-eusc",
        "aws" if region.starts_with("cn-") => "aws-china",
        "microsoft" if region.starts_with("china") => "azure-china",
        _ => cloud,
    }
}

/// `eu-west-3a` and `europe-west9-a` lie in `eu-west-3` and `europe-west9`; `fr-par-1` in `fr-par`; `fsn1-dc14` in `fsn1`.
fn without_zone(value: &str) -> String {
    let bytes = value.as_bytes();
    let end = match bytes {
        [.., b'0'..=b'9', b'a'..=b'f'] if value.matches('-').count() >= 2 => value.len() - 1,
        [.., b'0'..=b'9', b'-', b'a'..=b'f'] => value.len() - 2,
        _ => {
            let cut = value.rfind("-dc").or_else(|| {
                ["fr-par-", "nl-ams-", "pl-waw-", "it-mil-", "eu-west-par-", "eu-de-"]
                    .iter()
                    .find(|zone| value.starts_with(**zone))
                    .map(|zone| zone.len() - 1)
            });
            cut.unwrap_or(value.len())
        }
    };
    value[..end].to_owned()
}

/// Whether the value of a key is a region or a zone.
pub(super) fn is_key(key: &str) -> bool {
    let last = key.rsplit(['.', '/', ':']).next().unwrap_or(key);
    let plain: String = last.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    plain.contains("region")
        || matches!(plain.as_str(), "zone" | "zones" | "location" | "locations" | "datacenter" | "computezone")
        || ["availabilityzone", "availabilityzones", "location"].iter().any(|end| plain.ends_with(end))
        || (plain.ends_with("zone") && cloud_by_prefix(last).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_compiles() {
        assert_eq!(SHAPES.len(), 30);
    }
}
