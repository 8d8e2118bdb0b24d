//! The loopback web as flags of the binary.

pub use crate::web::Page;
use crate::web::Sites;

/// A running web, and the file of its authority.
pub struct Web {
    sites: Sites,
    authority: tempfile::NamedTempFile,
}

impl Web {
    /// Serves pages by `scheme://host/path`; everything else is 404.
    pub fn start(pages: &[(&str, Page)]) -> Self {
        let sites = Sites::start(pages, &["127.0.0.1"]);
        let authority = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(authority.path(), &sites.root_pem).unwrap();
        Self { sites, authority }
    }

    /// Flags that lead every connection of the run here.
    pub fn flags(&self) -> Vec<String> {
        let mappings = self.sites.map("", 0).map(|mapping| ["--connect-to".to_owned(), mapping.to_string()]);
        let authority = ["--ca-file".to_owned(), self.authority.path().display().to_string()];
        mappings.into_iter().chain([authority]).flatten().collect()
    }

    /// `METHOD scheme://host/path` of every request, with what headers it had, in order.
    pub fn asked(&self) -> Vec<String> {
        let line = |request: crate::web::Request| {
            let odd: Vec<&str> =
                ["cookie", "referer", "authorization"].into_iter().filter(|n| request.header(n).is_some()).collect();
            let agent = request.header("user-agent").unwrap_or_default();
            format!("{} {} agent={agent} odd={odd:?}", request.method, request.url)
        };
        self.sites.requests().into_iter().map(line).collect()
    }
}
