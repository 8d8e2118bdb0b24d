//! Names of a policy: roles, countries and groups, operators, kinds, paths.

use super::fault::{FaultKind, nearest};
use super::file::{GroupName, OperatorEntry, Within};
use super::parse::Parser;
use super::read::Word;
use crate::attribute::Purpose;
use crate::model::{CountryCode, Role, RoleGroup};

/// Names that stand for several roles, or for one under another name (cli.md, section 0); ids of roles are names too.
const SERVICES: [(&str, &[Role]); 5] = [
    ("web", &[Role::Edge, Role::Host]),
    ("origin", &[Role::Host]),
    ("mail", &[Role::Gateway, Role::Mailbox]),
    ("spf", &[Role::Sender]),
    ("js", &[Role::Resource]),
];

/// Groups of roles.
const SERVICE_GROUPS: [&str; 3] = ["@sees-data", "@can-interrupt", "@all"];

/// Groups of countries that are built in; all but `home` are in the knowledge base.
pub(super) const BUILT_IN: [&str; 6] = ["eu", "eea", "efta", "adequate", "five-eyes", "home"];

/// What a page resource is for, as `kind:` names it.
const KINDS: [(&str, Purpose); 31] = [
    ("consent", Purpose::Consent),
    ("tag-manager", Purpose::TagManager),
    ("analytics", Purpose::Analytics),
    ("advertising", Purpose::Ads),
    ("ads", Purpose::Ads),
    ("personalisation", Purpose::Personalisation),
    ("social", Purpose::Social),
    ("fonts", Purpose::Fonts),
    ("maps", Purpose::Maps),
    ("video", Purpose::Video),
    ("captcha", Purpose::Captcha),
    ("payment", Purpose::Payment),
    ("forms", Purpose::Forms),
    ("search", Purpose::Search),
    ("chat", Purpose::Chat),
    ("support", Purpose::Support),
    ("translation", Purpose::Translation),
    ("accessibility", Purpose::Accessibility),
    ("error-tracking", Purpose::ErrorTracking),
    ("monitoring", Purpose::Monitoring),
    ("feature-flags", Purpose::FeatureFlags),
    ("cdn", Purpose::Cdn),
    ("script", Purpose::Script),
    ("frame", Purpose::Frame),
    ("form", Purpose::Form),
    ("data", Purpose::Data),
    ("style", Purpose::Style),
    ("media", Purpose::Media),
    ("image", Purpose::Image),
    ("redirect", Purpose::Redirect),
    ("other", Purpose::Other),
];

/// The roles a name of `services` stands for.
fn roles_named(name: &str) -> Option<Vec<Role>> {
    let of = |wanted: &dyn Fn(Role) -> bool| Some(Role::ALL.into_iter().filter(|role| wanted(*role)).collect());
    match name {
        "@sees-data" => of(&|role| role.group() == RoleGroup::SeesData),
        "@can-interrupt" => of(&|role| role.group() == RoleGroup::CanInterrupt),
        "@all" => of(&Role::is_counted),
        _ => match SERVICES.iter().find(|(known, _)| *known == name) {
            Some((_, roles)) => Some(roles.to_vec()),
            None => Role::ALL.into_iter().find(|role| role.id() == name).map(|role| vec![role]),
        },
    }
}

fn role_names() -> String {
    Role::ALL.into_iter().map(Role::id).collect::<Vec<_>>().join(", ")
}

impl Parser<'_> {
    /// `services`: sorted roles.
    pub(super) fn roles(&mut self, words: &[Word<'_>]) -> Vec<Role> {
        let mut roles = Vec::new();
        for word in words {
            match roles_named(word.text) {
                Some(named) => roles.extend(named),
                None => {
                    let names = SERVICES.iter().map(|(name, _)| *name).chain(SERVICE_GROUPS);
                    let near = nearest(word.text, names.chain(Role::ALL.into_iter().map(Role::id)));
                    self.unknown(*word, "service", near);
                }
            }
        }
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// `role` of a waiver: one role, by its id or by a name that stands for one alone.
    pub(super) fn role(&mut self, word: Word<'_>) -> Option<Role> {
        match roles_named(word.text).as_deref() {
            Some([role]) => Some(*role),
            Some(_) => {
                self.reader.fault(word.line, FaultKind::ManyRoles(word.text.to_owned(), role_names()));
                None
            }
            None => {
                let near = nearest(word.text, Role::ALL.into_iter().map(Role::id));
                self.unknown(word, "role", near);
                None
            }
        }
    }

    /// A country or a group.
    pub(super) fn within(&mut self, word: Word<'_>) -> Option<Within> {
        if let Some(name) = word.text.strip_prefix('@') {
            let name = name.to_ascii_lowercase();
            if BUILT_IN.contains(&name.as_str()) || self.own_groups.contains(&name) {
                return Some(Within::Group(GroupName(name)));
            }
            let all = BUILT_IN.iter().copied().chain(self.own_groups.iter().map(String::as_str));
            let near = nearest(&name, all).map(|near| format!("@{near}"));
            self.unknown(word, "group", near);
            return None;
        }
        self.country(word).map(Within::Country)
    }

    pub(super) fn withins(&mut self, words: Vec<Word<'_>>) -> Vec<Within> {
        let mut list: Vec<Within> = words.into_iter().filter_map(|word| self.within(word)).collect();
        list.sort();
        list.dedup();
        list
    }

    pub(super) fn country(&mut self, word: Word<'_>) -> Option<CountryCode> {
        match word.text.parse::<CountryCode>() {
            Ok(country) if self.known.is_jurisdiction(country) => Some(country),
            _ => {
                let lower = word.text.to_ascii_lowercase();
                // Two letters are no help to the distance; these three are what people write.
                let near = match lower.as_str() {
                    "uk" => Some("GB".to_owned()),
                    _ if BUILT_IN.contains(&lower.as_str()) || self.own_groups.contains(&lower) => {
                        Some(format!("@{lower}"))
                    }
                    _ => None,
                };
                self.unknown(word, "country", near);
                None
            }
        }
    }

    /// An id, `kind:` or `label:`.
    pub(super) fn operator_entry(&mut self, word: Word<'_>) -> Option<OperatorEntry> {
        if let Some(kind) = word.text.strip_prefix("kind:") {
            let found = KINDS.iter().find(|(name, _)| *name == kind);
            if found.is_none() {
                let near = nearest(kind, KINDS.iter().map(|(name, _)| *name)).map(|near| format!("kind:{near}"));
                self.unknown(word, "kind", near);
            }
            return found.map(|(_, purpose)| OperatorEntry::Kind(*purpose));
        }
        if let Some(label) = word.text.strip_prefix("label:") {
            return self.label(Word { text: label, ..word }).map(OperatorEntry::Label);
        }
        let id = word.text.parse().ok().filter(|id| self.known.is_operator(id));
        if id.is_none() {
            let known = self.known;
            let near = nearest(word.text, known.operators().into_iter().map(|id| id.as_str()));
            self.unknown(word, "operator", near);
        }
        id.map(OperatorEntry::Id)
    }

    /// A scheme. The knowledge base need not know it: `[[attest]]` can still say that an offer has it.
    pub(super) fn label(&mut self, word: Word<'_>) -> Option<String> {
        let text = word.text.strip_prefix("label:").unwrap_or(word.text);
        self.id(Word { text, ..word })
    }

    /// Lower-case letters, digits and `-`, at most 64.
    pub(super) fn id(&mut self, word: Word<'_>) -> Option<String> {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_id = !word.text.is_empty() && word.text.len() <= 64 && word.text.bytes().all(is_plain);
        if !is_id {
            self.reader.fault(word.line, FaultKind::Id { value: word.text.to_owned() });
        }
        is_id.then(|| word.text.to_owned())
    }

    /// A path or glob that is relative and stays inside the folder of the policy, by its text.
    pub(super) fn path(&mut self, word: Word<'_>, key: &str) -> Option<String> {
        let is_inside = !word.text.starts_with(['/', '~'])
            && !word.text.contains(['\\', ':'])
            && !word.text.contains(char::is_control)
            && word.text.split(['/', ',', '{', '}']).all(|step| step != "..");
        if !is_inside {
            let (key, value) = (key.to_owned(), word.text.to_owned());
            self.reader.fault(word.line, FaultKind::Path { key, value });
        }
        is_inside.then(|| word.text.to_owned())
    }

    pub(super) fn unknown(&mut self, word: Word<'_>, what: &'static str, near: Option<String>) {
        self.reader.fault(word.line, FaultKind::Name { what, value: word.text.to_owned(), near });
    }
}

impl std::fmt::Display for OperatorEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Kind(purpose) => {
                let name = KINDS.iter().find(|(_, of)| of == purpose).map_or("", |(name, _)| name);
                write!(f, "kind:{name}")
            }
            Self::Label(label) => write!(f, "label:{label}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_names_stand_for_the_roles_of_the_table() {
        assert_eq!(roles_named("web"), Some(vec![Role::Edge, Role::Host]));
        assert_eq!(roles_named("ca"), Some(vec![Role::Ca]));
        assert_eq!(roles_named("@all").map(|roles| roles.len()), Some(11));
        assert_eq!(roles_named("@sees-data").map(|roles| roles.len()), Some(7));
        assert_eq!(roles_named("@can-interrupt").map(|roles| roles.len()), Some(4));
        assert_eq!(roles_named("webs"), None);
    }
}
