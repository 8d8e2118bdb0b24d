//! What can stop a build. Every fault of an input names its place.

use std::path::{Path, PathBuf};

use thiserror::Error;

#[derive(Debug, Error)]
pub enum Error {
    #[error("{0}")]
    Usage(String),
    #[error("{path}: {cause}")]
    File { path: PathBuf, cause: std::io::Error },
    #[error("{path}: {what}")]
    Package { path: PathBuf, what: String },
    #[error("{path}:{line}: {what}")]
    Row { path: PathBuf, line: u64, what: String },
    #[error("{path}: {cause}")]
    Mmdb { path: PathBuf, cause: maxminddb::MaxMindDbError },
    #[error("writing the table: {0}")]
    Write(#[from] mmdb_writer::Error),
    #[error("check failed: {0}")]
    Check(String),
}

impl Error {
    pub fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::File { path, cause }
    }

    pub fn package(path: &Path, what: impl Into<String>) -> Self {
        Self::Package { path: path.to_owned(), what: what.into() }
    }

    pub fn mmdb(path: &Path) -> impl Fn(maxminddb::MaxMindDbError) -> Self {
        let path = path.to_owned();
        move |cause| Self::Mmdb { path: path.clone(), cause }
    }
}
