//! The requests of one target: robots.txt first, redirects hop by hop, never more than the cap, never in a hurry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::answer;
use super::exchange::{Ask, Exchange, Received, exchange};
use super::robots::Rules;
use super::{FetchedPage, Fetcher, MAX_URL, is_redirect};
use crate::evidence::{Hop, PageHost, Probe, ProbeError, Robots, SkipReason, Status};
use crate::observe::ask::Session;

/// Redirects of robots.txt that are followed.
const ROBOTS_REDIRECTS: usize = 2;

/// Longest URL in the evidence of one that is not asked for.
const MAX_SHOWN: usize = 256;

/// What is wanted of a walk along redirects.
pub(super) struct Wanted<'a> {
    pub(super) accept: &'a str,
    pub(super) cap: usize,
    pub(super) asks_robots: bool,
}

/// The requests of one target, counted together. Ends with its value; what it knows is never shared with another
/// target, so that no report depends on which others ran before it.
pub struct Visit<'a> {
    fetcher: &'a Fetcher,
    session: &'a Session<'a>,
    ends: Instant,
    used: usize,
    cap: usize,
    /// When the last request to a site ended.
    last: BTreeMap<PageHost, Instant>,
    /// Sites that asked to be left alone.
    busy: BTreeMap<PageHost, ProbeError>,
    robots: BTreeMap<String, Arc<Verdict>>,
    notes: BTreeSet<String>,
}

/// What robots.txt of an origin said.
enum Verdict {
    Rules(Rules),
    None,
    /// It answered, and could not be read.
    Unreachable,
    /// Nothing came of asking: nothing would come of asking for the page.
    Failed {
        error: ProbeError,
        exchange: Failure,
    },
}

/// Where a request ended that brought no answer.
#[derive(Debug, Clone, Copy)]
struct Failure {
    address: Option<std::net::IpAddr>,
    is_connected: bool,
}

/// One hop: its facts, and the answer if it is to be read further.
struct Step {
    hop: Hop,
    received: Option<Received>,
    is_connected: bool,
}

impl<'a> Visit<'a> {
    pub(super) fn new(fetcher: &'a Fetcher, session: &'a Session<'a>, cap: usize) -> Self {
        Self {
            fetcher,
            session,
            ends: Instant::now() + fetcher.limits.total,
            used: 0,
            cap,
            last: BTreeMap::new(),
            busy: BTreeMap::new(),
            robots: BTreeMap::new(),
            notes: BTreeSet::new(),
        }
    }

    /// Requests that may still be sent.
    #[must_use]
    pub fn requests_left(&self) -> usize {
        self.cap.saturating_sub(self.used)
    }

    /// What was cut, for `PageFacts::capped`; sorted.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.notes.iter().cloned().collect()
    }

    /// The front page of a host: by https, and by http where https cannot be connected to. Both attempts are among the
    /// hops.
    pub async fn site(&mut self, host: &PageHost) -> FetchedPage {
        let urls = ["https", "http"].map(|scheme| Url::parse(&format!("{scheme}://{host}/")));
        let [Ok(secure), Ok(plain)] = urls else { return FetchedPage::of_no_url(host) };
        let mut page = FetchedPage::new(Some(secure.clone()));
        if !self.walk(&mut page, secure, &self.page_wanted()).await {
            self.walk(&mut page, plain, &self.page_wanted()).await;
        }
        self.finish(page)
    }

    /// The page at a URL.
    pub async fn page(&mut self, url: &Url) -> FetchedPage {
        let mut page = FetchedPage::new(Some(url.clone()));
        self.walk(&mut page, url.clone(), &self.page_wanted()).await;
        self.finish(page)
    }

    /// Goes on to where a page sends its reader (`<meta http-equiv=refresh>`, a `Refresh` header): one more redirect.
    /// A page that only reloads itself stays what it is.
    pub async fn follow(&mut self, mut page: FetchedPage, to: &Url) -> FetchedPage {
        if !page.seen.contains(&asked_form(to)) {
            self.walk(&mut page, to.clone(), &self.page_wanted()).await;
        }
        self.finish(page)
    }

    /// Something a page loads, such as a style sheet. Of the same visit's requests, under the same guard, robots.txt
    /// heeded where it is known. Its hops are not the page's.
    pub async fn get(&mut self, url: &Url, accept: &str, cap: usize) -> FetchedPage {
        let mut page = FetchedPage::new(Some(url.clone()));
        self.walk(&mut page, url.clone(), &Wanted { accept, cap, asks_robots: false }).await;
        self.finish(page)
    }

    fn page_wanted(&self) -> Wanted<'static> {
        let accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5";
        Wanted { accept, cap: self.fetcher.limits.page_bytes, asks_robots: true }
    }

    fn finish(&self, mut page: FetchedPage) -> FetchedPage {
        page.facts.capped = self.notes();
        page
    }

    /// Follows redirects from a URL; whether there was a server at all at the first.
    async fn walk(&mut self, page: &mut FetchedPage, start: Url, wanted: &Wanted<'_>) -> bool {
        let Some(mut host) = PageHost::of(&start) else {
            self.notes.insert("page: its URL names no host that the DNS can hold".to_owned());
            return true;
        };
        let mut url = start;
        let mut is_first = true;
        loop {
            url = asked_form(&url);
            page.seen.push(url.clone());
            let step = self.step(&url, &host, page, wanted).await;
            let answered = !is_first || step.is_connected;
            is_first = false;
            page.url = Some(url.clone());
            page.facts.hops.push(step.hop);
            let Some(received) = step.received else { return answered };
            if !is_redirect(received.status) {
                page.headers = answer::readable_headers(&received.headers);
                if let Some(body) = received.body.filter(|body| !body.is_undecoded) {
                    page.body = body.octets;
                }
                return answered;
            }
            match self.next(page, &url, &host, &received.headers) {
                Ok(next) => {
                    page.redirects += 1;
                    (url, host) = next;
                }
                Err(hop) => {
                    page.facts.hops.push(*hop);
                    return answered;
                }
            }
        }
    }

    /// Where a redirect leads, or a hop that says why it is not followed; it bears the host that redirects where its
    /// own cannot be read.
    fn next(
        &self,
        page: &FetchedPage,
        from: &Url,
        from_host: &PageHost,
        headers: &HeaderMap,
    ) -> Result<(Url, PageHost), Box<Hop>> {
        let refused = |url: &Url, status, detail: String| {
            let host = PageHost::of(url).unwrap_or_else(|| from_host.clone());
            let url = answer::public_url(url).chars().take(MAX_SHOWN).collect();
            Box::new(Hop { url, host, address: None, answer: Probe::Failed(ProbeError { status, detail }) })
        };
        let url = match redirect_target(from, headers) {
            Ok(url) => url,
            Err(why) => return Err(refused(from, Status::BadRedirect, why)),
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused(&url, Status::Blocked, format!("scheme `{}`", url.scheme())));
        }
        let Some(host) = PageHost::of(&url) else {
            return Err(refused(from, Status::BadRedirect, "Location: no host that the DNS can hold".to_owned()));
        };
        let many = |detail: String| Err(refused(&url, Status::TooManyRedirects, detail));
        if page.seen.contains(&asked_form(&url)) {
            return many("a loop".to_owned());
        }
        let cap = self.fetcher.limits.redirects;
        if page.redirects >= cap {
            return many(format!("more than {cap} redirects"));
        }
        if self.requests_left() == 0 {
            return many(format!("the {} requests of this target are used up", self.cap));
        }
        Ok((url, host))
    }

    /// One hop: the guard, robots.txt, the request.
    async fn step(&mut self, url: &Url, host: &PageHost, page: &mut FetchedPage, wanted: &Wanted<'_>) -> Step {
        if let Some(step) = self.ask_robots(url, host, page, wanted).await {
            return step;
        }
        let ask = Request { url, host, accept: wanted.accept, cap: wanted.cap };
        let sent = match self.send(&ask).await {
            Ok(sent) => sent,
            Err(answer) => return Step::without(url, host.clone(), answer),
        };
        let (answer, received) = match sent.outcome {
            Err(error) => (Probe::Failed(error), None),
            Ok(received) => match self.busy.get(host) {
                Some(error) => (Probe::Failed(error.clone()), None),
                None => {
                    let target = is_redirect(received.status).then(|| redirect_target(url, &received.headers).ok());
                    let location = target.flatten();
                    let facts =
                        answer::response(received.status, &received.headers, location.as_ref(), received.body.as_ref());
                    if received.headers.len() > facts.headers.len() {
                        let all = received.headers.len();
                        self.notes.insert(format!("headers: {} of {all} kept", facts.headers.len()));
                    }
                    (Probe::Found(facts), Some(received))
                }
            },
        };
        let hop = Hop { url: answer::public_url(url), host: host.clone(), address: sent.address, answer };
        Step { hop, received, is_connected: sent.is_connected }
    }

    /// What stands in the way of a request by robots.txt, if anything.
    async fn ask_robots(
        &mut self,
        url: &Url,
        host: &PageHost,
        page: &mut FetchedPage,
        wanted: &Wanted<'_>,
    ) -> Option<Step> {
        let key = url.origin().ascii_serialization();
        let verdict = match self.robots.get(&key) {
            Some(verdict) => Arc::clone(verdict),
            None if !wanted.asks_robots => return None,
            // The page itself needs one request.
            None if self.requests_left() < 2 => {
                self.notes.insert(format!("robots.txt: {host} not asked, no requests left"));
                return None;
            }
            None => {
                let mut at = url.clone();
                at.set_path("/robots.txt");
                at.set_query(None);
                let verdict = Arc::new(self.fetch_robots(&mut at).await);
                self.robots.insert(key, Arc::clone(&verdict));
                // Where it redirects to the same file of another host, that one need not be asked a second time.
                if at.path() == "/robots.txt" && at.query().is_none() {
                    self.robots.entry(at.origin().ascii_serialization()).or_insert_with(|| Arc::clone(&verdict));
                }
                verdict
            }
        };
        let path = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        let (robots, step) = match &*verdict {
            Verdict::None => (Robots::None, None),
            Verdict::Rules(rules) if rules.allow(&path) => (Robots::Allowed, None),
            Verdict::Rules(_) => (Robots::Disallowed, Some(Step::forbidden(url, host))),
            Verdict::Unreachable => (Robots::Unreachable, Some(Step::forbidden(url, host))),
            Verdict::Failed { error, exchange } => {
                let mut step = Step::without(url, host.clone(), Probe::Failed(error.clone()));
                step.hop.address = exchange.address;
                step.is_connected = exchange.is_connected;
                (Robots::Unreachable, Some(step))
            }
        };
        if wanted.asks_robots {
            page.facts.robots = Some(robots);
        }
        step
    }

    /// Reads a robots.txt; `at` is left where it was found.
    async fn fetch_robots(&mut self, at: &mut Url) -> Verdict {
        let mut redirects = 0;
        loop {
            let Some(host) = PageHost::of(at) else { return Verdict::Unreachable };
            let ask = Request { url: at, host: &host, accept: "text/plain", cap: self.fetcher.limits.robots_bytes };
            let sent = match self.send(&ask).await {
                Ok(sent) => sent,
                Err(Probe::Failed(error)) if redirects == 0 => {
                    return Verdict::Failed { error, exchange: Failure { address: None, is_connected: false } };
                }
                Err(_) => return Verdict::Unreachable,
            };
            let received = match sent.outcome {
                Ok(received) => received,
                Err(error) if redirects == 0 => {
                    let detail = format!("robots.txt: {}", error.detail);
                    let exchange = Failure { address: sent.address, is_connected: sent.is_connected };
                    return Verdict::Failed { error: ProbeError { detail, ..error }, exchange };
                }
                Err(_) => return Verdict::Unreachable,
            };
            if let Some(error) = self.busy.get(&host) {
                let exchange = Failure { address: sent.address, is_connected: true };
                return Verdict::Failed { error: error.clone(), exchange };
            }
            if is_redirect(received.status) {
                match redirect_target(at, &received.headers) {
                    // RFC 9309, section 2.3.1.2: too long a chain counts as "there is none".
                    Ok(_) if redirects == ROBOTS_REDIRECTS => return Verdict::None,
                    Ok(next) if matches!(next.scheme(), "http" | "https") && self.requests_left() > 1 => {
                        redirects += 1;
                        *at = asked_form(&next);
                        continue;
                    }
                    Ok(_) => return Verdict::Unreachable,
                    Err(_) => return Verdict::None,
                }
            }
            return match (received.status, received.body) {
                (200..300, Some(body)) if body.is_undecoded || body.is_incomplete => Verdict::Unreachable,
                (200..300, Some(body)) => Verdict::Rules(Rules::parse(&body.octets)),
                (300..500, _) => Verdict::None,
                _ => Verdict::Unreachable,
            };
        }
    }

    /// Sends one request, if a request may be sent: the guard first, then the count, then the wait.
    async fn send(&mut self, ask: &Request<'_>) -> Result<Exchange, Probe<crate::evidence::Response>> {
        let Request { url, host, accept, cap } = *ask;
        let limits = &self.fetcher.limits;
        let failed = |status, detail: &str| Probe::Failed(ProbeError { status, detail: detail.to_owned() });
        let port = match (url.scheme(), url.port_or_known_default()) {
            ("http" | "https", Some(port)) => port,
            (scheme, _) => return Err(failed(Status::Blocked, &format!("scheme `{scheme}`"))),
        };
        if url.as_str().len() > MAX_URL {
            return Err(failed(Status::BadRedirect, "a URL longer than any"));
        }
        if let Some(error) = self.busy.get(host) {
            return Err(Probe::Failed(error.clone()));
        }
        if self.requests_left() == 0 {
            self.notes.insert(format!("requests: {} sent, no more", self.cap));
            return Err(Probe::Skipped(SkipReason::Cap));
        }
        let route = match tokio::time::timeout_at(self.ends, self.fetcher.dialer.route(self.session, host, port)).await
        {
            Ok(Ok(route)) => route,
            Ok(Err(error)) => return Err(Probe::Failed(error)),
            Err(_) => return Err(self.out_of_time()),
        };
        if let Some(last) = self.last.get(host) {
            let begin = *last + limits.interval;
            if begin >= self.ends {
                return Err(self.out_of_time());
            }
            sleep_until(begin).await;
        }
        if Instant::now() >= self.ends {
            return Err(self.out_of_time());
        }
        self.used += 1;
        let ask = Ask {
            url,
            host,
            accept,
            user_agent: &self.fetcher.user_agent,
            header_cap: limits.header_bytes,
            body_cap: cap,
            deadline: self.ends.min(Instant::now() + limits.request),
        };
        let sent = exchange(&self.fetcher.dialer, &self.fetcher.tls, &route, &ask).await;
        self.last.insert(host.clone(), Instant::now());
        if let Ok(received) = &sent.outcome
            && let Some(error) = asks_to_be_left_alone(received)
        {
            self.busy.insert(host.clone(), error);
        }
        Ok(sent)
    }

    fn out_of_time(&mut self) -> Probe<crate::evidence::Response> {
        self.notes.insert(format!("time: {} s used up", self.fetcher.limits.total.as_secs()));
        Probe::Skipped(SkipReason::Cap)
    }
}

/// One request.
#[derive(Clone, Copy)]
struct Request<'a> {
    url: &'a Url,
    host: &'a PageHost,
    accept: &'a str,
    cap: usize,
}

impl Step {
    fn without(url: &Url, host: PageHost, answer: Probe<crate::evidence::Response>) -> Self {
        let hop = Hop { url: answer::public_url(url), host, address: None, answer };
        Self { hop, received: None, is_connected: false }
    }

    /// The server is there, and its robots.txt keeps us out.
    fn forbidden(url: &Url, host: &PageHost) -> Self {
        let step = Self::without(url, host.clone(), Probe::Skipped(SkipReason::Robots));
        Self { is_connected: true, ..step }
    }
}

fn asks_to_be_left_alone(received: &Received) -> Option<ProbeError> {
    if !matches!(received.status, 429 | 503) {
        return None;
    }
    let value = received.headers.get(RETRY_AFTER)?;
    let value = String::from_utf8_lossy(value.as_bytes()).chars().take(64).collect::<String>();
    Some(ProbeError { status: Status::Busy, detail: format!("status {}, Retry-After: {value}", received.status) })
}

fn redirect_target(from: &Url, headers: &HeaderMap) -> Result<Url, String> {
    let value = headers.get(LOCATION).ok_or("no Location")?;
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| "a Location that is no text")?;
    let url = from.join(text).map_err(|error| format!("Location: {error}"))?;
    if url.as_str().len() > MAX_URL {
        return Err("a Location longer than any".to_owned());
    }
    Ok(url)
}

/// A URL as it is asked for: a fragment is not sent, and credentials in it are not ours to use.
fn asked_form(url: &Url) -> Url {
    let mut url = url.clone();
    // Neither can fail for a URL that has a host, and nothing is asked of one that has none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}
