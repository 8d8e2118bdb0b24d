//! dig tells you where a name points; jurisdig tells you whose law it answers to.
//!
//! Data flows one way: targets are observed, what was seen is written down as [`evidence::Evidence`], and everything
//! after that is a pure function of evidence, knowledge base, policy and date, so that an audit can be judged again
//! years later.

pub mod assess;
pub mod attribute;
pub mod audit;
pub mod cli;
pub mod evidence;
pub mod kb;
pub mod model;
pub mod observe;
pub mod render;
pub mod report;
pub mod safe;
pub mod text;
