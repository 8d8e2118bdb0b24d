//! What was odd about an answer: a closed list.

/// Odd things about an answer, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags(u16);

macro_rules! flags {
    ($($(#[$doc:meta])* $constant:ident = $bit:literal, $name:literal;)*) => {
        impl Flags {
            $($(#[$doc])* pub(super) const $constant: Self = Self(1 << $bit);)*
            /// In the order of their names.
            const NAMES: &'static [(Self, &'static str)] = &[$((Self::$constant, $name),)*];
        }
    };
}

flags! {
    /// A record of the type asked could not be read.
    BAD_RECORD = 0, "bad-record";
    /// Something after the answer section could not be read.
    BROKEN_TAIL = 1, "broken-tail";
    /// The resolver changed the case of the question.
    CASE_MISMATCH = 2, "case-mismatch";
    /// Another upstream failed before.
    FAILOVER = 3, "failover";
    /// Records of another owner or class were dropped.
    FOREIGN_RECORDS = 4, "foreign-records";
    /// The answer came to a question without EDNS after one with it failed.
    NO_EDNS = 5, "no-edns";
    /// A negative answer without the SOA that should come with it.
    NO_SOA = 6, "no-soa";
    /// A name in the records has octets that no host name has.
    ODD_NAME = 7, "odd-name";
    /// The opcode of the answer is not QUERY.
    ODD_OPCODE = 8, "odd-opcode";
    /// A name with more than one CNAME.
    SEVERAL_CNAMES = 9, "several-cnames";
    /// Bytes after the last record.
    TRAILING_BYTES = 10, "trailing-bytes";
    /// A TTL of more than a day.
    TTL_CLAMPED = 11, "ttl-clamped";
    /// More than one OPT record.
    TWO_OPT = 12, "two-opt";
}

impl Flags {
    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names, sorted, an extended DNS error among them.
    pub(super) fn names(self, extended_error: Option<u16>) -> Vec<String> {
        let mut names: Vec<String> =
            Self::NAMES.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| (*name).to_owned()).collect();
        names.extend(extended_error.map(|code| format!("ede-{code}")));
        names.sort_unstable();
        names
    }
}
