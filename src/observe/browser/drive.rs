//! Leads the browser through one page: lets it load, looks on, touches nothing.

use std::collections::HashSet;
use std::io;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout, timeout_at};

use super::protocol::{Message, Pipe};
use super::proxy::{FIRST_URL, Proxy, USER};
use super::record::Recorder;
use super::{BrowserLimits, NoBrowser};

/// How long the browser may take for one thing that needs no network.
const STEP: Duration = Duration::from_secs(15);

/// A page whose scripts keep it from ever being loaded is over when it asks nothing for this long.
const SILENCE: Duration = Duration::from_secs(4);

/// Why the browser cannot be led on.
pub(super) enum Fault {
    /// It ended.
    Ended,
    /// It does what it must not, or does not do what it must.
    Unfit(NoBrowser),
}

impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

/// What was looked at.
pub(super) struct Looked {
    pub(super) software: String,
    pub(super) recorder: Recorder,
    pub(super) screenshot: Option<String>,
    /// What was cut short.
    pub(super) capped: Vec<String>,
}

/// A browser that is led.
pub(super) struct Drive<'p> {
    pub(super) pipe: Pipe,
    proxy: &'p Proxy<'p>,
    limits: &'p BrowserLimits,
    recorder: Recorder,
    /// Profile of its own: the browser's maker asks nothing in it.
    context: String,
    /// Session of the page.
    page: String,
    /// Target of the page, which is the name of its main frame too.
    page_target: String,
    /// Targets looked at: the page, its frames, its workers.
    targets: HashSet<String>,
    /// Commands to set up the window that are not answered yet.
    setting_up: HashSet<u64>,
    is_loaded: bool,
    has_crashed: bool,
    last_event: Instant,
}

impl<'p> Drive<'p> {
    pub(super) fn new(pipe: Pipe, proxy: &'p Proxy<'p>, limits: &'p BrowserLimits) -> Self {
        Self {
            pipe,
            proxy,
            limits,
            recorder: Recorder::new(proxy.address(), ""),
            context: String::new(),
            page: String::new(),
            page_target: String::new(),
            targets: HashSet::new(),
            setting_up: HashSet::new(),
            is_loaded: false,
            has_crashed: false,
            last_event: Instant::now(),
        }
    }

    /// Opens the page and looks until it is quiet.
    pub(super) async fn look(&mut self, url: &str) -> Result<Looked, Fault> {
        let software = self.open_window().await?;
        self.introduce().await?;
        self.recorder = Recorder::new(self.proxy.address(), &self.page_target);
        let mut capped = self.visit(url).await?;
        if let Some(place) = self.recorder.past_proxy() {
            return Err(Fault::Unfit(NoBrowser::PastProxy(format!("an answer came from {place}"))));
        }
        let screenshot = if self.has_crashed { None } else { self.screenshot().await? };
        if self.has_crashed {
            capped.push("page: its process ended early".to_owned());
        } else if screenshot.is_none() {
            capped.push("screenshot: none could be taken".to_owned());
        }
        let recorder = std::mem::replace(&mut self.recorder, Recorder::new(self.proxy.address(), ""));
        Ok(Looked { software, recorder, screenshot, capped })
    }

    /// A window in a profile that only this run's page uses.
    async fn open_window(&mut self) -> Result<String, Fault> {
        let version = self.call("", "Browser.getVersion", json!({})).await?;
        let software = version["product"].as_str().unwrap_or_default().replacen('/', " ", 1);
        let proxy = format!("http://{}", self.proxy.address());
        let settings = json!({ "proxyServer": proxy, "proxyBypassList": "<-loopback>", "disposeOnDetach": true });
        let context = self.call("", "Target.createBrowserContext", settings).await?;
        context["browserContextId"].as_str().unwrap_or_default().clone_into(&mut self.context);
        let deny = json!({ "behavior": "deny", "browserContextId": self.context });
        self.call("", "Browser.setDownloadBehavior", deny).await?;
        // Every window and worker waits until it is looked at.
        let mut attach = attach_settings();
        attach["filter"] = json!([
            { "type": "browser", "exclude": true },
            { "type": "browser_ui", "exclude": true },
            { "type": "tab", "exclude": true },
            {}
        ]);
        self.call("", "Target.setAutoAttach", attach).await?;
        let window = json!({ "url": "about:blank", "browserContextId": self.context });
        self.call("", "Target.createTarget", window).await?;
        let end = Instant::now() + STEP;
        // A page that is opened before all is answered goes to another process that does not know what was asked for:
        // its first requests would be missed.
        while self.page.is_empty() || !self.setting_up.is_empty() {
            let message = timeout_at(end, self.pipe.next()).await.map_err(|_| no_answer("no window"))??;
            self.handle(message).await?;
        }
        Ok(software)
    }

    /// Tells the browser the proxy's password, and sees whether it uses the proxy at all.
    async fn introduce(&mut self) -> Result<(), Fault> {
        let page = self.page.clone();
        let settings = json!({ "handleAuthRequests": true, "patterns": [{ "urlPattern": FIRST_URL }] });
        self.call(&page, "Fetch.enable", settings).await?;
        self.call(&page, "Page.navigate", json!({ "url": FIRST_URL })).await?;
        self.call(&page, "Fetch.disable", json!({})).await?;
        if self.proxy.log().is_known {
            return Ok(());
        }
        Err(Fault::Unfit(NoBrowser::PastProxy("it never came to the proxy (a policy of this machine?)".to_owned())))
    }

    /// Loads the page. Gives what was cut short.
    async fn visit(&mut self, url: &str) -> Result<Vec<String>, Fault> {
        self.is_loaded = false;
        let page = self.page.clone();
        let going = self.pipe.send(&page, "Page.navigate", &json!({ "url": url })).await?;
        self.last_event = Instant::now();
        let end = Instant::now() + self.limits.total;
        let mut capped = Vec::new();
        loop {
            let is_quiet = self.recorder.is_quiet();
            let quiet = if self.is_loaded { self.limits.quiet } else { self.limits.quiet.max(SILENCE) };
            let wake = if is_quiet { end.min(self.last_event + quiet) } else { end };
            match timeout_at(wake, self.pipe.next()).await {
                Ok(message) => {
                    let message = message?;
                    // What cannot be loaded is not waited for. A download is such a page.
                    let has_failed = message.id == Some(going)
                        && (message.error.is_some() || message.result["errorText"].is_string());
                    self.is_loaded |= has_failed;
                    self.handle(message).await?;
                }
                Err(_) if is_quiet && wake < end => break,
                Err(_) => {
                    capped.push(format!("time: still loading after {} s", self.limits.total.as_secs()));
                    break;
                }
            }
            if self.has_crashed {
                break;
            }
            if self.recorder.requests() >= self.limits.requests {
                capped.push(format!("requests: stopped at {}", self.limits.requests));
                break;
            }
        }
        Ok(capped)
    }

    /// SHA-256 of a picture of what a visitor sees first.
    async fn screenshot(&mut self) -> Result<Option<String>, Fault> {
        let page = self.page.clone();
        let taken = self.call(&page, "Page.captureScreenshot", json!({ "format": "png" })).await;
        let picture = match taken {
            Ok(picture) => picture,
            Err(Fault::Ended) => return Err(Fault::Ended),
            Err(Fault::Unfit(_)) => return Ok(None),
        };
        let octets = picture["data"].as_str().and_then(|text| BASE64.decode(text.as_bytes()).ok());
        Ok(octets.map(|octets| HEXLOWER.encode(&Sha256::digest(&octets))))
    }

    /// Sends a command and waits for its answer; what happens meanwhile is handled.
    async fn call(&mut self, session: &str, method: &str, params: Value) -> Result<Value, Fault> {
        let id = self.pipe.send(session, method, &params).await?;
        let answered = timeout(STEP, async {
            loop {
                let message = self.pipe.next().await?;
                if message.id == Some(id) {
                    return Ok(message);
                }
                self.handle(message).await?;
            }
        });
        let message: Message = match answered.await {
            Ok(message) => message.map_err(|error: Fault| error)?,
            Err(_) => return Err(no_answer(method)),
        };
        match message.error {
            None => Ok(message.result),
            Some(error) => Err(no_answer(&format!("{method}: {}", error["message"].as_str().unwrap_or_default()))),
        }
    }

    async fn handle(&mut self, message: Message) -> Result<(), Fault> {
        if let Some(id) = message.id {
            self.setting_up.remove(&id);
        }
        if self.recorder.take(&message) {
            self.last_event = Instant::now();
            return Ok(());
        }
        let session = message.session.as_str();
        match message.method.as_str() {
            "Target.attachedToTarget" => self.attach(&message).await?,
            "Page.loadEventFired" if session == self.page => self.is_loaded = true,
            "Inspector.targetCrashed" if session == self.page => self.has_crashed = true,
            "Page.javascriptDialogOpening" => {
                self.pipe.send(session, "Page.handleJavaScriptDialog", &json!({ "accept": false })).await?;
            }
            "Fetch.requestPaused" => {
                let request = json!({ "requestId": message.text("/requestId") });
                self.pipe.send(session, "Fetch.continueRequest", &request).await?;
            }
            "Fetch.authRequired" => {
                let is_proxy = message.text("/authChallenge/source") == "Proxy";
                let response = if is_proxy {
                    json!({ "response": "ProvideCredentials", "username": USER, "password": self.proxy.password() })
                } else {
                    json!({ "response": "CancelAuth" })
                };
                let answer = json!({ "requestId": message.text("/requestId"), "authChallengeResponse": response });
                self.pipe.send(session, "Fetch.continueWithAuth", &answer).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A window, frame or worker waits to be looked at.
    async fn attach(&mut self, message: &Message) -> io::Result<()> {
        let session = message.text("/sessionId");
        let (target, kind) = (message.text("/targetInfo/targetId"), message.text("/targetInfo/type"));
        let context = message.text("/targetInfo/browserContextId");
        let is_other = !context.is_empty() && context != self.context;
        if is_other || self.targets.contains(target) {
            // The browser's own, or one that is looked at already.
            self.pipe.send(session, "Runtime.runIfWaitingForDebugger", &json!({})).await?;
            self.pipe.send("", "Target.detachFromTarget", &json!({ "sessionId": session })).await?;
            return Ok(());
        }
        let is_window = kind == "page" && message.text("/targetInfo/subtype").is_empty();
        if is_window && !self.page.is_empty() {
            // A window the page opened: no visitor asked for it.
            self.pipe.send("", "Target.closeTarget", &json!({ "targetId": target })).await?;
            return Ok(());
        }
        if is_window {
            session.clone_into(&mut self.page);
            target.clone_into(&mut self.page_target);
        }
        self.targets.insert(target.to_owned());
        let no_bodies = json!({ "maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0 });
        let has_pages = matches!(kind, "page" | "iframe");
        let commands = [
            Some(("Network.enable", no_bodies)),
            has_pages.then(|| ("Page.enable", json!({}))),
            Some(("Target.setAutoAttach", attach_settings())),
            Some(("Runtime.runIfWaitingForDebugger", json!({}))),
        ];
        for (method, params) in commands.into_iter().flatten() {
            let id = self.pipe.send(session, method, &params).await?;
            if is_window {
                self.setting_up.insert(id);
            }
        }
        Ok(())
    }
}

fn attach_settings() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

fn no_answer(what: &str) -> Fault {
    Fault::Unfit(NoBrowser::Protocol(what.to_owned()))
}
