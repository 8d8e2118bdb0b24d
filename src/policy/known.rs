//! What a policy needs to know of the knowledge base, and nothing more: the room may not see it.

use jiff::civil::Date;

use crate::attribute::Purpose;
use crate::model::{AsOf, CountryCode, EntityId, LawId, OperatorId};

/// How far a country belongs to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Membership {
    /// Not.
    No,
    /// Only in part: listed or commercial organisations.
    Partial,
    /// As a whole.
    Full,
}

/// Names and facts of the knowledge base.
pub trait Known {
    /// Whether a code is a jurisdiction of the data.
    fn is_jurisdiction(&self, country: CountryCode) -> bool;

    /// Ids of all laws.
    fn laws(&self) -> Vec<&LawId>;

    /// Ids of all operators.
    fn operators(&self) -> Vec<&OperatorId>;

    /// Whether an operator is in the data.
    fn is_operator(&self, id: &OperatorId) -> bool;

    /// The name of an operator.
    fn operator_name(&self, id: &OperatorId) -> Option<&str>;

    /// What an operator does on a page: all of its kinds.
    fn purposes(&self, id: &OperatorId) -> Vec<Purpose>;

    /// Membership of a built-in group (`eu`, `eea`, `efta`, `adequate`, `five-eyes`) on a date.
    fn membership(&self, country: CountryCode, group: &str, as_of: AsOf) -> Membership;

    /// Offers of a legal person that hold a label on a date.
    fn offers(&self, entity: &EntityId, scheme: &str, day: Date) -> Vec<String>;
}
