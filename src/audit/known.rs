//! What a policy asks of the knowledge base.

use jiff::civil::Date;

use crate::attribute::Purpose;
use crate::kb::Knowledge;
use crate::model::{AsOf, CountryCode, EntityId, LawId, OperatorId};
use crate::policy::{Known, Membership};

impl Known for Knowledge {
    fn is_jurisdiction(&self, country: CountryCode) -> bool {
        self.kb().jurisdictions.get(&country).is_some_and(|jurisdiction| !jurisdiction.law_only)
    }

    fn laws(&self) -> Vec<&LawId> {
        self.kb().laws.keys().collect()
    }

    fn operators(&self) -> Vec<&OperatorId> {
        self.kb().operators.keys().collect()
    }

    fn is_operator(&self, id: &OperatorId) -> bool {
        self.operator(id).is_some()
    }

    fn operator_name(&self, id: &OperatorId) -> Option<&str> {
        self.operator(id).map(|operator| operator.name.as_str())
    }

    fn purposes(&self, id: &OperatorId) -> Vec<Purpose> {
        let kinds = self.operator(id).map(|operator| operator.kinds.as_slice()).unwrap_or_default();
        kinds.iter().filter_map(|kind| Purpose::of_kind(*kind)).collect()
    }

    fn membership(&self, country: CountryCode, group: &str, as_of: AsOf) -> Membership {
        if self.in_group(country, group, as_of) {
            Membership::Full
        } else if group == "adequate" && !self.adequacy(country, as_of).is_empty() {
            // What is left are decisions about part of a country (pitfall 18).
            Membership::Partial
        } else {
            Membership::No
        }
    }

    fn offers(&self, entity: &EntityId, scheme: &str, day: Date) -> Vec<String> {
        let all = self.kb().certifications.iter();
        let held = all.filter(|c| {
            let is_on = c.from.is_none_or(|from| from <= day) && c.to.is_none_or(|to| day < to);
            c.scheme == scheme && c.holder == *entity && is_on
        });
        let mut offers: Vec<String> = held.map(|c| c.offer.clone()).collect();
        offers.sort();
        offers.dedup();
        offers
    }
}
