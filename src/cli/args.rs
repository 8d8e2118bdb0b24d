//! The command line as it is typed. Nothing is resolved here: every setting stays `Option` until `settings`.

mod default_command;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
pub(crate) use default_command::insert_default_command;

use crate::text::Lang;

/// `jurisdig`.
#[derive(Debug, Parser)]
#[command(
    name = "jurisdig",
    about = "Tells whose law a name answers to: who runs its web, mail and DNS, who owns them, which laws reach them",
    after_help = "A target is a domain, a URL or an IP address. `jurisdig TARGET` is `jurisdig audit TARGET`.\n\
                  Exit codes: 0 done, 1 policy not met, 2 usage or configuration, 3 could not determine, 4 local error, \
                  130/143 interrupted.",
    disable_version_flag = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Settings every command takes.
    #[command(flatten)]
    pub(crate) global: Global,
}

/// One entry a subcommand.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Observe targets and say whose law reaches each of their services (the default)
    Audit(AuditArgs),
    /// Operator, owners and laws of an address, AS number, host or company, from local data only
    Who(WhoArgs),
    /// The chain of evidence behind an audit, step by step
    Explain(ExplainArgs),
    /// What each law says, its citation, its status on a date, and what it does not mean
    Laws(LawsArgs),
    /// Judge saved evidence again, offline: with other knowledge, another date, another format
    Replay(ReplayArgs),
    /// Hold targets against a policy: findings, and one exit code
    Check(Box<CheckArgs>),
    /// Policy files: write one, look for faults, print one with everything settled
    Policy(PolicyArgs),
    /// Write completions, manual pages or JSON Schemas
    Gen(GenArgs),
    /// The local data: releases, dates, checksums
    Data(DataArgs),
}

/// `audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Domains, URLs or IP addresses; `-` reads one a line from standard input
    #[arg(value_name = "TARGET", value_hint = ValueHint::Hostname)]
    pub(crate) targets: Vec<String>,
    /// Read targets from a file, one a line, `#` starts a comment; may be repeated
    #[arg(short = 'T', long = "from-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) from_file: Vec<PathBuf>,
    /// Audit what a file names: URL list, sitemap, saved HTML page, docker-compose, Kubernetes, Terraform (also `terraform
    /// show -json`), .env, CycloneDX, any text; hosts, image registries and cloud regions; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) from: Vec<PathBuf>,
    /// Write what was seen and the judgement of today, for `replay`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) save: Option<PathBuf>,
    /// How to observe.
    #[command(flatten)]
    pub(crate) observe: ObserveArgs,
}

/// How targets are observed; shared by `audit` and `explain`.
#[derive(Debug, Clone, Args, Default)]
#[command(next_help_heading = "Observation")]
pub(crate) struct ObserveArgs {
    /// Answer DNS from recorded answers (zone file, dig, massdns -o S) instead of the network
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "resolver")]
    pub(crate) records: Option<PathBuf>,
    /// Resolver to ask, IP[:PORT], IPv6 as [IP]:PORT; repeat for more [env: JURISDIG_RESOLVER, comma-separated]
    #[arg(long, value_name = "IP[:PORT]")]
    pub(crate) resolver: Vec<String>,
    /// Only these services: web, dns, mail, spf, dmarc, tld, or ids of roles
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) services: Vec<String>,
    /// Country, and network, the run is made from; recorded, never guessed [env: JURISDIG_VANTAGE]
    #[arg(long, value_name = "CC[/ASN]")]
    pub(crate) vantage: Option<String>,
    /// Send nothing to the site itself: fetch no page, look at no certificate [env: JURISDIG_NO_PAGE=1]
    #[arg(long)]
    pub(crate) no_page: bool,
    /// Take the page from what a browser recorded (HAR) instead of fetching it; with --har-after, before consent
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) har: Vec<PathBuf>,
    /// The page as a browser recorded it after consent was given (HAR)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) har_after: Vec<PathBuf>,
    /// Let an installed Chromium look too, through a guarded proxy of our own: scripts run, nothing is clicked
    #[arg(long)]
    pub(crate) browser: bool,
    /// The browser's file; default: the first Chromium or Chrome on PATH
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "browser")]
    pub(crate) browser_path: Option<PathBuf>,
    /// Run the browser without its sandbox, as root has to
    #[arg(long, requires = "browser")]
    pub(crate) no_sandbox: bool,
    /// Ask the registry (RDAP) for the registrar; discloses the domain to it
    #[arg(long)]
    pub(crate) registration: bool,
    /// HTTP proxy for pages, http://[USER:PASSWORD@]HOST:PORT; proxies of the environment are never used
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// Let pages be fetched from addresses outside the public Internet, for intranets
    #[arg(long)]
    pub(crate) allow_private: bool,
    /// PEM file of further root certificates, for proxies that inspect TLS; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_file: Vec<PathBuf>,
}

/// `who`.
#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// IP address, AS number, host, "company name"; `-` reads many from standard input and writes NDJSON
    #[arg(required = true, value_name = "IP|ASN|HOST|NAME|-")]
    pub(crate) subjects: Vec<String>,
}

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A target, or a file written by `audit --save`
    #[arg(value_name = "TARGET|EVIDENCE", value_hint = ValueHint::AnyPath)]
    pub(crate) subject: String,
    /// Only this service: a role id such as host, mailbox, dns
    #[arg(value_name = "SERVICE")]
    pub(crate) service: Option<String>,
    /// Criterion by criterion of a framework (secnumcloud, eu-csf, ...): what the evidence shows, what to ask
    #[arg(long, value_name = "ID", conflicts_with_all = ["service", "alternatives"])]
    pub(crate) framework: Option<String>,
    /// Operators of the same kind whose recorded control stays within the home group; needs a home
    #[arg(long, conflicts_with = "service")]
    pub(crate) alternatives: bool,
    /// How to observe.
    #[command(flatten)]
    pub(crate) observe: ObserveArgs,
}

/// `laws`.
#[derive(Debug, Args)]
pub(crate) struct LawsArgs {
    /// One law; without it, all
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
}

/// `replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Files written by `audit --save`; `-` is standard input
    #[arg(required = true, value_name = "EVIDENCE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
}

/// `check`.
#[derive(Debug, Args, Default)]
pub(crate) struct CheckArgs {
    /// Domains, URLs or IP addresses, instead of the policy's; `-` reads one a line from standard input
    #[arg(value_name = "TARGET", value_hint = ValueHint::Hostname)]
    pub(crate) targets: Vec<String>,
    /// The policy
    #[arg(long, value_name = "FILE", default_value = "jurisdig.toml", value_hint = ValueHint::FilePath)]
    pub(crate) policy: PathBuf,
    /// Refuse any policy but the one with this SHA-256
    #[arg(long, value_name = "HEX")]
    pub(crate) policy_sha256: Option<String>,
    /// Read targets from a file, one a line, `#` starts a comment; may be repeated
    #[arg(short = 'T', long = "from-file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) from_file: Vec<PathBuf>,
    /// Check what a file names: see `audit --help`; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) from: Vec<PathBuf>,
    /// Judge what `audit --save` wrote, and ask nobody; may be repeated, two looks at one target are compared
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) evidence: Vec<PathBuf>,
    /// From which severity on a finding makes exit code 1; all are reported
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(crate) fail_on: FailAt,
    /// As if the policy had no waivers
    #[arg(long)]
    pub(crate) no_waivers: bool,
    /// Take out of the baseline file what no longer occurs; nothing is ever added
    #[arg(long)]
    pub(crate) tighten: bool,
    /// One line a finding
    #[arg(long)]
    pub(crate) brief: bool,
    /// How to observe.
    #[command(flatten)]
    pub(crate) observe: ObserveArgs,
}

/// Severities that can fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum FailAt {
    /// Errors
    #[default]
    Error,
    /// Errors and warnings
    Warning,
    /// None
    Never,
}

/// `policy`.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) what: PolicyCommand,
}

/// What `policy` does.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Write a commented policy; never over one that is there
    Init(Box<InitArgs>),
    /// Every fault with file and line, and what is likely not meant
    Lint {
        /// The policy
        #[arg(value_name = "FILE", default_value = "jurisdig.toml", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// The policy with every default written out, groups as their countries on the date, and its SHA-256
    Show {
        /// The policy
        #[arg(value_name = "FILE", default_value = "jurisdig.toml", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

/// `policy init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The policy; a directory stands for the jurisdig.toml in it
    #[arg(value_name = "PATH", default_value = "jurisdig.toml", value_hint = ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// Whom it is for
    #[arg(long, value_name = "NAME", default_value = "startup")]
    pub(crate) profile: ProfileName,
    /// Run the check, and write what is found today as the baseline; takes the policy at PATH if there is one
    #[arg(long)]
    pub(crate) baseline: bool,
    /// How to observe, for --baseline.
    #[command(flatten)]
    pub(crate) observe: ObserveArgs,
}

/// Profiles of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// A French ministry, by the circular of June 2023
    #[value(alias = "french-ministry")]
    Ministry,
    /// A German hospital, by section 393 SGB V
    #[value(alias = "german-hospital")]
    Hospital,
    /// A start-up: one rule
    #[value(alias = "start-up")]
    Startup,
}

/// `gen`.
#[derive(Debug, Args)]
pub(crate) struct GenArgs {
    /// What to write.
    #[command(subcommand)]
    pub(crate) what: Generated,
}

/// What `gen` writes.
#[derive(Debug, Subcommand)]
pub(crate) enum Generated {
    /// Completions for a shell, to standard output
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Manual pages, one a command, into a directory
    Man {
        /// Directory; made if it does not exist
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// JSON Schema of a machine format, to standard output
    Schema {
        /// Which one
        #[arg(default_value = "audit")]
        name: SchemaName,
    },
}

/// Published shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// `audit`, `replay` and `explain` as JSON
    Audit,
    /// `who` as JSON
    Who,
    /// `laws` as JSON
    Laws,
    /// `explain --framework` as JSON
    Framework,
    /// A policy file
    Policy,
    /// `check` as JSON
    Check,
}

/// `data`.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) what: DataCommand,
}

/// What `data` does.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DataCommand {
    /// Releases, dates, ages, counts and checksums of everything embedded or named by a flag; with -v how well operators
    /// are backed, and what is past its review
    Status,
    /// Check entries of your own: every fault with file and line
    Verify {
        /// Directories, laid over the release in this order; without one, `--kb DIR` and the data folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        dirs: Vec<PathBuf>,
    },
}

/// Formats of standard output. The last six are of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// A table on a terminal, fixed columns in a pipe; blocks for `check`
    Text,
    /// One JSON document
    Json,
    /// One JSON document a line and target; not of `check`
    Ndjson,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// GitLab Code Quality
    Gitlab,
    /// Annotations of GitHub Actions
    Github,
    /// Markdown, for a step summary
    #[value(name = "md")]
    Markdown,
    /// OpenMetrics text, for node_exporter
    #[value(name = "prom")]
    OpenMetrics,
}

/// Formats of every command that reports about targets, but `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A table on a terminal, fixed columns in a pipe
    Text,
    /// One JSON document
    Json,
    /// One JSON document a line and target
    Ndjson,
}

/// Formats of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckFormat {
    /// Blocks, or with `--brief` lines
    Text,
    /// One JSON document
    Json,
    /// SARIF
    Sarif,
    /// JUnit XML
    Junit,
    /// GitLab Code Quality
    Gitlab,
    /// Annotations of GitHub Actions
    Github,
    /// Markdown
    Markdown,
    /// OpenMetrics text
    OpenMetrics,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// If standard output is a terminal that can show it
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Settings every command takes. Each has an environment variable `JURISDIG_...` unless its help names none.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "Global")]
pub(crate) struct Global {
    /// Format of standard output [env: JURISDIG_FORMAT]
    #[arg(short, long, global = true, value_name = "FORMAT", conflicts_with = "json")]
    pub(crate) format: Option<FormatName>,
    /// Same as `-f json`
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Also write this file; .json, .ndjson and .txt choose the format, and for `check` .sarif, .junit.xml, .md, .prom and
    /// .codequality.json too; may be repeated
    #[arg(short, long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Vec<PathBuf>,
    /// Language of the texts [env: JURISDIG_LANG, then LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, global = true, value_name = "en|fr")]
    pub(crate) lang: Option<Lang>,
    /// Colour; NO_COLOR, CLICOLOR_FORCE and TERM=dumb count under auto [env: JURISDIG_COLOR]
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) color: Option<ColorChoice>,
    /// Only ASCII characters; confidence as 3 2 1 0 [env: JURISDIG_ASCII=1]
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    /// Every page resource in tables, not the five that matter most [env: JURISDIG_ALL=1]
    #[arg(long, global = true)]
    pub(crate) all: bool,
    /// Width of tables; also asks for the table where output is no terminal [env: JURISDIG_WIDTH]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=400))]
    pub(crate) width: Option<u16>,
    /// Home: country code, `eea` or `none`; default: the country of the top-level domain [env: JURISDIG_HOME]
    #[arg(long, global = true, value_name = "CC|GROUP|none")]
    pub(crate) home: Option<String>,
    /// Date of ownership and law, YYYY-MM-DD; default: the date of the evidence [env: JURISDIG_AS_OF]
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Further address table (mmdb): MaxMind, DB-IP, IPinfo, IPLocate, ip-location-db; may be repeated
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) mmdb: Vec<PathBuf>,
    /// Directory of TOML files that extend or correct the knowledge base, over those of the data folder
    /// ($XDG_DATA_HOME/jurisdig/kb) [env: JURISDIG_KB]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) kb: Option<PathBuf>,
    /// Send nothing to any network [env: JURISDIG_OFFLINE=1]
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// For pages and certificates, dial HOST2:PORT2 instead of HOST1:PORT1, in curl's form; nothing else is dialled then
    #[arg(long, global = true, value_name = "HOST1:PORT1:HOST2:PORT2")]
    pub(crate) connect_to: Vec<String>,
    /// Exit 3 if any question found no answer [env: JURISDIG_STRICT=1]
    #[arg(long, global = true)]
    pub(crate) strict: bool,
    /// Seconds one target may take [env: JURISDIG_TIMEOUT]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) timeout: Option<u32>,
    /// Targets observed at a time [env: JURISDIG_JOBS]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) jobs: Option<u16>,
    /// Questions a second to any resolver not on this machine, 0 for no limit [env: JURISDIG_RATE]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) rate: Option<u32>,
    /// No notes and no progress on standard error; errors stay
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// More on standard error; with --version: credits of the data
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Version; with -v the data it carries and their credits
    #[arg(short = 'V', long, global = true)]
    pub(crate) version: bool,
}
