//! dig tells you where a name points; jurisdig tells you whose law it answers to.
//!
//! Data flows one way: targets are observed, what was seen is written down as [`evidence::Evidence`], and everything
//! after that is a pure function of evidence, knowledge base, policy and date, so that an audit can be judged again
//! years later.
//!
//! ```
//! use jurisdig::{audit::Auditor, evidence, kb::Knowledge, report::Report};
//!
//! let saved = include_str!("../tests/evidence/ministere-exemple.fr.json");
//! let kb = Knowledge::embedded();
//! for capture in evidence::read(saved)? {
//!     let audit = Auditor::new(&kb, None, None).audit(&capture.evidence);
//!     let report = Report::build(&capture.evidence, &audit, &kb);
//!     assert_eq!(report.headline.by_country[0].country.to_string(), "US");
//! }
//! # Ok::<(), evidence::BadEvidence>(())
//! ```

pub mod assess;
pub mod attribute;
pub mod audit;
pub mod cli;
pub mod evidence;
pub mod kb;
pub mod model;
pub mod observe;
pub mod policy;
pub mod render;
pub mod report;
pub mod safe;
pub mod text;
