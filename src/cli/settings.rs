//! Settings, resolved once: command line, then `JURISDIG_*`, then the default. Every default stands in this file.

mod formats;
mod parse;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::args::{CheckFormat, ColorChoice, Command, Format, FormatName, Global, ObserveArgs};
use crate::attribute::Home;
use crate::evidence::{Consent, Vantage};
use crate::model::{AsOf, Role};
use crate::observe::dialer::{ConnectTo, Proxy};
use crate::text::Lang;
use parse::{number, parse_date, parse_home, parse_resolver, parse_switch, parse_vantage, value_of};

/// Seconds one target may take.
const TIMEOUT_S: u32 = 60;
/// Targets observed at a time.
const JOBS: u16 = 8;
/// Questions a second to a resolver that is not on this machine (trust.md, decision 4).
const RATE: u32 = 100;
/// Columns where neither a flag nor a terminal says.
const WIDTH: usize = 80;

/// Environment variables; a copy, so that tests need none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process that are text.
    pub(crate) fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect())
    }

    /// A variable that is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }
}

/// What the terminal can do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Terminal {
    /// Standard output is a terminal.
    pub(crate) stdout: bool,
    /// Standard error is a terminal.
    pub(crate) stderr: bool,
    /// Its columns.
    pub(crate) columns: Option<usize>,
}

/// One setting that cannot be used, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// `--as-of` or `JURISDIG_AS_OF`.
    pub(crate) place: String,
    /// What is wrong with it.
    pub(crate) what: String,
}

/// A file to write beside standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputFile<F = Format> {
    /// Where.
    pub(crate) path: PathBuf,
    /// In which format, by its ending.
    pub(crate) format: F,
}

/// Where a check is written to, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckOutputs {
    /// Format of standard output.
    pub(crate) format: CheckFormat,
    /// Files to write.
    pub(crate) files: Vec<OutputFile<CheckFormat>>,
}

/// Every setting of a run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Format of standard output.
    pub(crate) format: Format,
    /// Whether anyone asked for a format.
    pub(crate) format_is_given: bool,
    /// Files to write.
    pub(crate) outputs: Vec<OutputFile>,
    /// The same for `check`, which has formats of its own.
    pub(crate) check: CheckOutputs,
    /// Lang of the texts.
    pub(crate) language: Lang,
    /// Colour on standard output.
    pub(crate) color: bool,
    /// Only ASCII characters.
    pub(crate) ascii: bool,
    /// Every page resource in tables.
    pub(crate) all: bool,
    /// Columns of tables.
    pub(crate) width: usize,
    /// A table even where standard output is no terminal.
    pub(crate) width_is_given: bool,
    /// The terminal.
    pub(crate) terminal: Terminal,
    /// Home, where given.
    pub(crate) home: Option<Home>,
    /// Date of ownership and law, where given.
    pub(crate) as_of: Option<AsOf>,
    /// The user's address tables.
    pub(crate) mmdb: Vec<PathBuf>,
    /// The user's layer of the knowledge base.
    pub(crate) kb: Option<PathBuf>,
    /// Send nothing.
    pub(crate) offline: bool,
    /// Mappings of connections; with any, nothing else is dialled.
    pub(crate) connect_to: Vec<ConnectTo>,
    /// Exit 3 if any question found no answer.
    pub(crate) strict: bool,
    /// Time for one target.
    pub(crate) timeout: Duration,
    /// Targets at a time.
    pub(crate) jobs: usize,
    /// Questions a second; `None` for no limit.
    pub(crate) rate: Option<u32>,
    /// No notes.
    pub(crate) quiet: bool,
    /// More notes.
    pub(crate) verbose: bool,
    /// The clock, or `SOURCE_DATE_EPOCH`.
    pub(crate) now: Timestamp,
}

/// Collects faults, so that all are reported.
struct Resolver<'a> {
    env: &'a Environment,
    faults: Vec<Fault>,
}

impl Resolver<'_> {
    /// The flag's text, else the variable's, with the place it came from.
    fn text(&self, flag: Option<&str>, name: &str) -> Option<(String, String)> {
        let variable = format!("JURISDIG_{}", name.replace('-', "_").to_ascii_uppercase());
        match (flag, self.env.get(&variable)) {
            (Some(value), _) => Some((format!("--{name}"), value.to_owned())),
            (None, Some(value)) => Some((variable, value.to_owned())),
            (None, None) => None,
        }
    }

    /// Parses a text setting.
    fn parse<T>(&mut self, flag: Option<&str>, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let (place, value) = self.text(flag, name)?;
        parse(&value).map_err(|what| self.faults.push(Fault { place, what })).ok()
    }

    /// A value clap has parsed, else the variable parsed the same way.
    fn value<T: Clone>(&mut self, flag: Option<T>, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match flag {
            Some(value) => Some(value),
            None => self.parse(None, name, parse),
        }
    }

    /// A switch: the flag, or a variable that is `1` or `true`.
    fn switch(&mut self, flag: bool, name: &str) -> bool {
        flag || self.parse(None, name, parse_switch).unwrap_or(false)
    }
}

/// Settles every setting for a command.
///
/// # Errors
/// All faults, in the order of the settings.
pub(crate) fn resolve(
    global: &Global,
    command: Option<&Command>,
    env: &Environment,
    terminal: Terminal,
) -> Result<Settings, Vec<Fault>> {
    let mut r = Resolver { env, faults: Vec::new() };
    let json = global.json.then_some(FormatName::Json);
    let format = r.value(json.or(global.format), "format", value_of::<FormatName>);
    let is_check = matches!(command, Some(Command::Check(_)));
    let ((document, outputs), check) = if is_check {
        ((Format::Text, Vec::new()), formats::of_check(format, &global.output, &mut r.faults))
    } else {
        let none = CheckOutputs { format: CheckFormat::Text, files: Vec::new() };
        (formats::of_documents(format, &global.output, &mut r.faults), none)
    };
    let language = r
        .value(global.lang, "lang", |t| t.parse::<Lang>().map_err(|e| e.to_string()))
        .unwrap_or_else(|| language_of_locale(env));
    let color = r.value(global.color, "color", value_of::<ColorChoice>).unwrap_or(ColorChoice::Auto);
    let ascii = r.switch(global.ascii, "ascii");
    let all = r.switch(global.all, "all");
    let width = r.value(global.width, "width", |t| number(t, 40, 400)).map(usize::from);
    let home = r.parse(global.home.as_deref(), "home", parse_home);
    let as_of = r.parse(global.as_of.as_deref(), "as-of", parse_date).map(AsOf);
    let kb = global.kb.clone().or_else(|| env.get("JURISDIG_KB").map(PathBuf::from));
    let offline = r.switch(global.offline, "offline");
    let strict = r.switch(global.strict, "strict");
    let timeout = r.value(global.timeout, "timeout", |t| number(t, 1, 3600)).unwrap_or(TIMEOUT_S);
    let jobs = r.value(global.jobs, "jobs", |t| number(t, 1, 1000)).unwrap_or(JOBS);
    let rate = r.value(global.rate, "rate", |t| number(t, 0, u32::MAX)).unwrap_or(RATE);
    let mut connect_to = Vec::new();
    for text in &global.connect_to {
        match text.parse::<ConnectTo>() {
            Ok(rule) => connect_to.push(rule),
            Err(what) => r.faults.push(Fault { place: "--connect-to".into(), what: what.to_string() }),
        }
    }
    let now = clock(env).map_err(|what| r.faults.push(Fault { place: "SOURCE_DATE_EPOCH".into(), what }));
    let Resolver { faults, .. } = r;
    let (Ok(now), true) = (now, faults.is_empty()) else { return Err(faults) };
    Ok(Settings {
        format: document,
        format_is_given: format.is_some(),
        outputs,
        check,
        language,
        color: use_color(color, env, terminal.stdout),
        ascii,
        all,
        width: width.or(terminal.columns.filter(|_| terminal.stdout)).or_else(|| columns(env)).unwrap_or(WIDTH),
        width_is_given: width.is_some(),
        terminal,
        home,
        as_of,
        mmdb: global.mmdb.clone(),
        kb,
        offline,
        connect_to,
        strict,
        timeout: Duration::from_secs(u64::from(timeout)),
        jobs: usize::from(jobs),
        rate: (rate > 0).then_some(rate),
        quiet: global.quiet,
        verbose: global.verbose > 0,
        now,
    })
}

/// How to observe, settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Resolvers named by the user; empty for the system's.
    pub(crate) resolvers: Vec<SocketAddr>,
    /// Where those come from.
    pub(crate) chosen_by: &'static str,
    /// Recorded answers.
    pub(crate) records: Option<PathBuf>,
    /// Country and network the user says the run is made from.
    pub(crate) vantage: Vantage,
    /// Roles asked for; empty for all.
    pub(crate) services: Vec<Role>,
    /// Nothing is sent to the site itself.
    pub(crate) no_page: bool,
    /// Recordings of browsers, with the consent they were made under where two kinds are given.
    pub(crate) recordings: Vec<(PathBuf, Option<Consent>)>,
    /// A browser looks too; its file, where given, and whether it runs without its sandbox.
    pub(crate) browser: Option<(Option<PathBuf>, bool)>,
    /// Directories of `PATH`, where browsers are looked for.
    pub(crate) search: Vec<PathBuf>,
    /// The registry is asked.
    pub(crate) registration: bool,
    /// Proxy for pages.
    pub(crate) proxy: Option<Proxy>,
    /// Addresses outside the public Internet may be dialled.
    pub(crate) allow_private: bool,
    /// Further roots.
    pub(crate) ca_files: Vec<PathBuf>,
}

/// Settles how to observe.
///
/// # Errors
/// All faults.
pub(crate) fn resolve_observation(args: &ObserveArgs, env: &Environment) -> Result<Observation, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut resolvers = Vec::new();
    let (texts, place): (Vec<String>, &'static str) = match env.get("JURISDIG_RESOLVER") {
        _ if args.records.is_some() => (Vec::new(), "--records"),
        _ if !args.resolver.is_empty() => (args.resolver.clone(), "--resolver"),
        Some(list) => (list.split(',').map(|t| t.trim().to_owned()).collect(), "JURISDIG_RESOLVER"),
        None => (Vec::new(), ""),
    };
    for text in texts {
        match parse_resolver(&text) {
            Ok(address) => resolvers.push(address),
            Err(what) => faults.push(Fault { place: place.into(), what }),
        }
    }
    let mut r = Resolver { env, faults };
    let vantage = r.parse(args.vantage.as_deref(), "vantage", parse_vantage).unwrap_or_default();
    let no_page = r.switch(args.no_page, "no-page");
    let mut services = Vec::new();
    for text in args.services.iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
        match roles_named(text) {
            Ok(roles) => services.extend(roles),
            Err(what) => r.faults.push(Fault { place: "--services".into(), what }),
        }
    }
    services.sort_unstable();
    services.dedup();
    let proxy = args.proxy.as_deref().and_then(|text| {
        let fault = |e: crate::observe::dialer::BadProxy| Fault { place: "--proxy".into(), what: e.to_string() };
        Proxy::parse(text).map_err(|e| r.faults.push(fault(e))).ok()
    });
    let before = (!args.har_after.is_empty()).then_some(Consent::Before);
    let recordings = args.har.iter().map(|path| (path.clone(), before));
    let recordings = recordings.chain(args.har_after.iter().map(|path| (path.clone(), Some(Consent::After)))).collect();
    if !r.faults.is_empty() {
        return Err(r.faults);
    }
    Ok(Observation {
        resolvers,
        chosen_by: place,
        records: args.records.clone(),
        vantage,
        services,
        no_page,
        recordings,
        browser: args.browser.then(|| (args.browser_path.clone(), args.no_sandbox)),
        search: env.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default(),
        registration: args.registration,
        proxy,
        allow_private: args.allow_private,
        ca_files: args.ca_file.clone(),
    })
}

/// Names that stand for several roles, or for one under another name (cli.md, section 0). Ids of roles are names too.
const SERVICE_NAMES: [(&str, &[Role]); 5] = [
    ("web", &[Role::Edge, Role::Host]),
    ("origin", &[Role::Host]),
    ("mail", &[Role::Gateway, Role::Mailbox]),
    ("spf", &[Role::Sender]),
    ("js", &[Role::Resource]),
];

/// The roles a name stands for.
///
/// # Errors
/// A sentence that lists the names.
pub(crate) fn roles_named(name: &str) -> Result<Vec<Role>, String> {
    if let Some((_, roles)) = SERVICE_NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
        return Ok(roles.to_vec());
    }
    if let Some(role) = Role::ALL.into_iter().find(|r| r.id().eq_ignore_ascii_case(name)) {
        return Ok(vec![role]);
    }
    let names = SERVICE_NAMES.iter().map(|(n, _)| *n).chain(Role::ALL.into_iter().map(Role::id));
    Err(format!("{name:?} is no service: {}", names.collect::<Vec<_>>().join(", ")))
}

fn language_of_locale(env: &Environment) -> Lang {
    // The first that is set decides, as in POSIX; `C` is English.
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env.get(name)).unwrap_or("C");
    locale.parse().unwrap_or_default()
}

fn use_color(choice: ColorChoice, env: &Environment, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if env.get("NO_COLOR").is_some() => false,
        ColorChoice::Auto if env.get("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
        ColorChoice::Auto => is_terminal && env.get("TERM") != Some("dumb"),
    }
}

fn columns(env: &Environment) -> Option<usize> {
    env.get("COLUMNS")?.parse().ok().filter(|n| (40..=400).contains(n))
}

/// Now, or the second `SOURCE_DATE_EPOCH` names, as reproducible builds have it.
fn clock(env: &Environment) -> Result<Timestamp, String> {
    let Some(text) = env.get("SOURCE_DATE_EPOCH") else {
        // Evidence is dated to the second.
        return Timestamp::from_second(Timestamp::now().as_second()).map_err(|e| e.to_string());
    };
    let second = text.parse::<i64>().map_err(|_| format!("{text:?} is not a number of seconds since 1970"))?;
    Timestamp::from_second(second).map_err(|_| format!("{text:?} is out of range"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Environment {
        Environment(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    fn with(pairs: &[(&str, &str)]) -> Settings {
        resolve(&Global::default(), None, &env(pairs), Terminal::default()).unwrap()
    }

    #[test]
    fn flag_then_environment_then_default() {
        let flag = Global { jobs: Some(3), lang: Some(Lang::En), ..Global::default() };
        let both = env(&[("JURISDIG_JOBS", "5"), ("JURISDIG_LANG", "fr"), ("JURISDIG_STRICT", "1")]);
        let settings = resolve(&flag, None, &both, Terminal::default()).unwrap();
        assert_eq!((settings.jobs, settings.language, settings.strict), (3, Lang::En, true));
        assert_eq!(with(&[("JURISDIG_JOBS", "5")]).jobs, 5);
        assert_eq!(with(&[]).jobs, usize::from(JOBS));
        assert_eq!(with(&[("JURISDIG_RATE", "0")]).rate, None);
    }

    #[test]
    fn language_of_the_locale() {
        for (pairs, want) in [
            (&[("LANG", "fr_FR.UTF-8")][..], Lang::Fr),
            (&[("LANG", "fr")], Lang::Fr),
            (&[("LANG", "fra")], Lang::En),
            (&[("LC_ALL", "C"), ("LANG", "fr_FR")], Lang::En),
            (&[("LC_MESSAGES", "fr_CA"), ("LANG", "en_US")], Lang::Fr),
            (&[("JURISDIG_LANG", "en"), ("LANG", "fr_FR")], Lang::En),
            (&[], Lang::En),
        ] {
            assert_eq!(with(pairs).language, want, "{pairs:?}");
        }
    }

    #[test]
    fn colour() {
        let auto = ColorChoice::Auto;
        assert!(use_color(auto, &env(&[]), true) && !use_color(auto, &env(&[]), false));
        assert!(!use_color(auto, &env(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]), true));
        assert!(use_color(auto, &env(&[("CLICOLOR_FORCE", "1")]), false));
        assert!(!use_color(auto, &env(&[("CLICOLOR_FORCE", "0")]), false));
        assert!(!use_color(auto, &env(&[("TERM", "dumb")]), true));
        assert!(use_color(ColorChoice::Always, &env(&[("NO_COLOR", "1")]), false));
    }

    #[test]
    fn every_fault_is_reported_with_its_place() {
        let global = Global {
            as_of: Some("24/11/2026".into()),
            output: vec!["x.pdf".into()],
            connect_to: vec!["a:1:b".into()],
            ..Global::default()
        };
        let bad = env(&[("JURISDIG_HOME", "Europe"), ("SOURCE_DATE_EPOCH", "now"), ("JURISDIG_WIDTH", "7")]);
        let faults = resolve(&global, None, &bad, Terminal::default()).unwrap_err();
        let places: Vec<&str> = faults.iter().map(|f| f.place.as_str()).collect();
        assert_eq!(
            places,
            ["-o x.pdf", "JURISDIG_WIDTH", "JURISDIG_HOME", "--as-of", "--connect-to", "SOURCE_DATE_EPOCH"]
        );
    }
}
