//! Finding a browser, starting it, and ending it with everything it started.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data_encoding::BASE64;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::protocol::Pipe;
use super::{BrowserSettings, NoBrowser};

/// Names a browser that speaks the protocol is installed under.
const NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "brave-browser",
];

/// Where macOS keeps them.
const APPLICATIONS: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The protocol is spoken on descriptors 3 and 4, which only a shell sets without `unsafe`.
const SHELL: &str = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

/// Features that ask somebody else than the page does, or ask before the page does.
const FEATURES_OFF: &str = "AutofillServerCommunication,CertificateTransparencyComponentUpdater,\
    DialMediaRouteProvider,HttpsFirstBalancedMode,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,\
    InterestFeedContentSuggestions,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationGuideModelDownloading,\
    OptimizationHints,PreconnectToSearch,Prerender2,Translate";

/// What is always given. The rest names this run's proxy and profile.
const FLAGS: &[&str] = &[
    "--headless",
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-search-engine-choice-screen",
    // Nobody is asked but by the page.
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-field-trial-config",
    "--disable-sync",
    "--metrics-recording-only",
    "--password-store=basic",
    "--use-mock-keychain",
    // A failed page is not asked for again.
    "--disable-auto-reload",
    // Nothing goes past the proxy: no UDP, and no name is looked up but by the proxy.
    "--disable-quic",
    "--force-webrtc-ip-handling-policy",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
    "--deny-permission-prompts",
    "--mute-audio",
    // The same picture on every machine, as far as fonts allow.
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    "--window-size=1280,800",
];

/// Characters of what the browser says on its standard error that are kept.
const MAX_SAID: usize = 16 << 10;

/// How long a browser that was told to end is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The browser's file: the one the user names, else the first that is found.
pub(super) fn find(settings: &BrowserSettings) -> Result<PathBuf, NoBrowser> {
    if !cfg!(unix) {
        return Err(NoBrowser::Unsupported);
    }
    if let Some(path) = &settings.path {
        return if is_program(path) { Ok(path.clone()) } else { Err(NoBrowser::NotThere(path.clone())) };
    }
    let on_path = NAMES.iter().flat_map(|name| settings.search.iter().map(move |folder| folder.join(name)));
    let mut all = on_path.chain(APPLICATIONS.iter().filter(|_| cfg!(target_os = "macos")).map(PathBuf::from));
    all.find(|path| is_program(path)).ok_or(NoBrowser::Absent)
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// A running browser; ended, and its profile removed, when dropped.
pub(super) struct Running {
    child: Child,
    /// Number of the process group; `None` once it was killed.
    group: Option<i32>,
    said: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
    profile: TempDir,
}

/// Starts the browser.
pub(super) fn start(settings: &BrowserSettings, proxy: SocketAddr) -> Result<(Running, Pipe), NoBrowser> {
    let program = find(settings)?;
    if is_root() && !settings.no_sandbox {
        return Err(NoBrowser::Root);
    }
    let failed = |error: std::io::Error| NoBrowser::Start(error.to_string());
    let profile = tempfile::Builder::new().prefix("jurisdig-browser-").tempdir().map_err(failed)?;
    let search = std::env::join_paths(&settings.search).unwrap_or_default();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SHELL, "sh"]).arg(&program).args(flags(settings, proxy, profile.path()));
    // Nothing of the user's environment: it may name proxies, files of keys, more flags.
    command.env_clear().env("PATH", search).env("LANG", "C.UTF-8").env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    command.env("HOME", profile.path()).env("TMPDIR", profile.path()).current_dir(profile.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(failed)?;
    let (to, from, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(to), Some(from), Some(errors), Some(group)) = (to, from, errors, child.id()) else {
        return Err(NoBrowser::Start("no pipes to it".to_owned()));
    };
    let said = Arc::new(Mutex::new(Vec::new()));
    let listener = tokio::spawn(listen(errors, Arc::clone(&said)));
    Ok((Running { child, group: i32::try_from(group).ok(), said, listener, profile }, Pipe::new(to, from)))
}

fn flags(settings: &BrowserSettings, proxy: SocketAddr, profile: &Path) -> Vec<String> {
    let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
    flags.push(format!("--disable-features={FEATURES_OFF}"));
    flags.push(format!("--proxy-server=http://{proxy}"));
    flags.push(format!("--user-data-dir={}", profile.display()));
    if settings.no_sandbox {
        flags.push("--no-sandbox".to_owned());
    }
    if !settings.ca_spki.is_empty() {
        let hashes: Vec<String> = settings.ca_spki.iter().map(|hash| BASE64.encode(hash)).collect();
        flags.push(format!("--ignore-certificate-errors-spki-list={}", hashes.join(",")));
    }
    flags
}

/// Keeps the end of what is said, until the other side closes.
async fn listen(mut errors: impl AsyncRead + Unpin, said: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = errors.read(&mut buffer).await {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(&buffer[..length]);
        let excess = said.len().saturating_sub(MAX_SAID);
        said.drain(..excess);
    }
}

impl Running {
    /// Why it ended by itself.
    pub(super) async fn obituary(&mut self) -> NoBrowser {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        self.kill();
        // Its last words may still be under way.
        let _ = timeout(PATIENCE, &mut self.listener).await;
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let said = String::from_utf8_lossy(&said).into_owned();
        if said.contains("No usable sandbox") || said.contains("SUID sandbox helper") {
            return NoBrowser::Sandbox;
        }
        if said.contains("Running as root without --no-sandbox") {
            return NoBrowser::Root;
        }
        let ended = match ended {
            Ok(Ok(status)) => status.to_string(),
            _ => "its pipe was closed".to_owned(),
        };
        let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        NoBrowser::Died(if last.is_empty() { ended } else { format!("{ended}: {last}") })
    }

    /// Ends it and everything it started, and removes its profile.
    pub(super) async fn end(mut self, mut pipe: Pipe) {
        // Asked first, so that it removes what it shares with others (memory segments, lock files).
        if pipe.send("", "Browser.close", &serde_json::json!({})).await.is_ok() {
            let _ = timeout(PATIENCE, async { while pipe.next().await.is_ok() {} }).await;
        }
        // Before its leader is waited for: until then the group's number is nobody else's.
        self.kill();
        let _ = timeout(PATIENCE, self.child.wait()).await;
    }

    /// Kills the whole group, once.
    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group.take().and_then(rustix::process::Pid::from_raw) {
            // That nobody is left to kill is what is wanted.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        // A process that was killed may have a file half written; the directory's own drop is the last try.
        for _ in 0..20 {
            if std::fs::remove_dir_all(self.profile.path()).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
