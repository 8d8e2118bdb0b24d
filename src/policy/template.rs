//! Commented policies that `policy init` writes.

/// Whom a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// A French ministry, by the circular of June 2023.
    FrenchMinistry,
    /// A German hospital, by section 393 SGB V.
    GermanHospital,
    /// A start-up: one rule.
    StartUp,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 3] = [Self::FrenchMinistry, Self::GermanHospital, Self::StartUp];

    /// Its name on the command line.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::FrenchMinistry => "french-ministry",
            Self::GermanHospital => "german-hospital",
            Self::StartUp => "start-up",
        }
    }

    /// The policy file.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::FrenchMinistry => include_str!("../../data/policy/french-ministry.toml"),
            Self::GermanHospital => include_str!("../../data/policy/german-hospital.toml"),
            Self::StartUp => include_str!("../../data/policy/start-up.toml"),
        }
    }
}
