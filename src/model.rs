//! Newtypes parsed once at the edge: names, numbers, codes, dates, grades. The core takes no raw strings for these.

mod grade;
mod ids;
mod name;
mod target;
mod time;

pub use grade::{Certainty, Confidence, Grade, Mark, Outcome, Role, RoleGroup, Severity};
pub use ids::{Asn, BadAsn, BadCountryCode, BadId, CountryCode, EntityId, LawId, NonEmpty, OperatorId, SourceId};
pub use name::{BadName, DomainName, suffix_list_version};
pub use target::{BadTarget, Target};
pub use time::{AsOf, Interval, Precision};
