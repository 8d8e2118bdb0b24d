//! Whether a country is one of those a list names, on a date.

use super::super::file::{Policy, Within};
use super::super::known::{Known, Membership};
use crate::attribute::{Context, Home};
use crate::model::CountryCode;

/// What membership depends on.
#[derive(Clone, Copy)]
pub(super) struct Bench<'a> {
    pub(super) known: &'a dyn Known,
    pub(super) policy: &'a Policy,
    pub(super) context: &'a Context,
}

impl Bench<'_> {
    /// How far a country belongs to a list; `None` where that depends on a home the target does not have.
    pub(super) fn of(&self, country: CountryCode, list: &[Within]) -> Option<Membership> {
        let mut best = Some(Membership::No);
        for within in list {
            match self.one(country, within) {
                Some(Membership::Full) => return Some(Membership::Full),
                Some(found) => best = best.map(|known| known.max(found)),
                None => best = None,
            }
        }
        best
    }

    fn one(&self, country: CountryCode, within: &Within) -> Option<Membership> {
        let group = match within {
            Within::Country(named) if *named == country => return Some(Membership::Full),
            Within::Country(_) => return Some(Membership::No),
            Within::Group(group) => group,
        };
        if group.as_str() == "home" {
            return self.home(country);
        }
        let Some(own) = self.policy.groups.get(group) else {
            return Some(self.known.membership(country, group.as_str(), self.context.as_of));
        };
        let day = self.context.as_of.0;
        let mut best = Some(Membership::No);
        for member in &own.members {
            let is_on = member.from.is_none_or(|from| from <= day) && member.to.is_none_or(|to| day < to);
            if !is_on {
                continue;
            }
            // Groups that contain themselves were refused when the policy was read.
            let found = self.one(country, &member.within);
            let found = if member.is_partial { found.map(|f| f.min(Membership::Partial)) } else { found };
            match found {
                Some(Membership::Full) => return found,
                Some(found) => best = best.map(|known| known.max(found)),
                None => best = None,
            }
        }
        best
    }

    /// The home group: the EEA if home is in it, else home.
    fn home(&self, country: CountryCode) -> Option<Membership> {
        let eea = |code| self.known.membership(code, "eea", self.context.as_of);
        match self.context.home {
            Home::None => None,
            Home::Eea => Some(eea(country)),
            Home::Country(home, _) if eea(home) == Membership::Full => Some(eea(country)),
            Home::Country(home, _) if home == country => Some(Membership::Full),
            Home::Country(..) => Some(Membership::No),
        }
    }
}

impl Policy {
    /// How far a country belongs to what an entry of this policy names; `None` where that depends on a home there is none
    /// of.
    #[must_use]
    pub fn membership(
        &self,
        known: &dyn Known,
        context: &Context,
        country: CountryCode,
        within: &Within,
    ) -> Option<Membership> {
        Bench { known, policy: self, context }.of(country, std::slice::from_ref(within))
    }
}
