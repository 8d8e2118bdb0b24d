//! Dates of the knowledge base: half-open intervals with a precision, and the date a question is asked for.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The date for which ownership and law are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AsOf(pub Date);

/// How exactly a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// To the day.
    #[default]
    Day,
    /// To the month.
    Month,
    /// To the year.
    Year,
}

/// Half-open interval of days, `from <= d < to`. No `from`: unknown start; no `to`: open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub struct Interval {
    /// First day, if known.
    pub from: Option<Date>,
    /// How exactly `from` is known.
    pub from_precision: Precision,
    /// First day after the end, if ended.
    pub to: Option<Date>,
    /// How exactly `to` is known.
    pub to_precision: Precision,
}

impl Interval {
    /// Whether the day lies in the interval.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }

    /// Whether the day lies in the month or year within which a start or an end is only known to lie.
    #[must_use]
    pub fn is_boundary(&self, day: Date) -> bool {
        in_window(self.from, self.from_precision, day) || in_window(self.to, self.to_precision, day)
    }

    /// Whether two intervals share a day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end = |a: &Self, b: &Self| match (a.from, b.to) {
            (Some(from), Some(to)) => from < to,
            _ => true,
        };
        starts_before_end(self, other) && starts_before_end(other, self)
    }
}

fn in_window(date: Option<Date>, precision: Precision, day: Date) -> bool {
    let Some(date) = date else { return false };
    let (first, next) = match precision {
        Precision::Day => return false,
        Precision::Month => (date.first_of_month(), date.first_of_month().saturating_add(1.month())),
        Precision::Year => (date.first_of_year(), date.first_of_year().saturating_add(1.year())),
    };
    first <= day && day < next
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn half_open() {
        let span = Interval { from: Some(date(2023, 12, 4)), to: Some(date(2024, 1, 1)), ..Interval::default() };
        assert!(!span.contains(date(2023, 12, 3)));
        assert!(span.contains(date(2023, 12, 4)));
        assert!(!span.contains(date(2024, 1, 1)));
    }

    #[test]
    fn boundary_is_the_month_or_the_year() {
        let month = Interval { from: Some(date(2025, 12, 1)), from_precision: Precision::Month, ..Interval::default() };
        assert!(month.is_boundary(date(2025, 12, 31)));
        assert!(!month.is_boundary(date(2026, 1, 1)));
        let year = Interval { to: Some(date(2025, 5, 1)), to_precision: Precision::Year, ..Interval::default() };
        assert!(year.is_boundary(date(2025, 1, 1)));
        assert!(!year.is_boundary(date(2026, 1, 1)));
    }

    #[test]
    fn overlap_needs_a_shared_day() {
        let a = Interval { to: Some(date(2020, 1, 1)), ..Interval::default() };
        let b = Interval { from: Some(date(2020, 1, 1)), ..Interval::default() };
        assert!(!a.overlaps(&b));
        assert!(a.overlaps(&Interval::default()));
    }
}
