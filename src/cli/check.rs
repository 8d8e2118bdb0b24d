//! `check`: targets held against a policy. Everything that can be wrong with the input is found before anything is sent.

mod asked;
mod deliver;
mod scan;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::args::{CheckArgs, FailAt};
use super::audit::{Ended, observe};
use super::exit::{Exit, Measured, measured};
use super::out::{Out, WholeFile};
use super::policy_file::PolicyFile;
use super::settings::{Environment, Observation, Settings, resolve_observation};
use super::stop::Stop;
use super::{knowledge, observation};
use crate::audit::Auditor;
use crate::evidence::Evidence;
use crate::kb::Knowledge;
use crate::policy::{Baseline, FailOn, Judge, JudgeOptions, Judgement, Origin, Subject, TableDate};
use crate::report::{CheckReport, Report, TargetReport};
use asked::Subjects;

/// Runs `check`.
///
/// # Errors
/// Input that cannot be used, output that cannot be written.
pub(crate) fn run(args: &CheckArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let kb = knowledge::load(settings, env)?;
    let file = PolicyFile::read(&args.policy, args.policy_sha256.as_deref(), today(settings), &kb)?;
    out.note(&format!("policy {}  sha256 {}", file.policy.file, file.policy.sha256));
    let baseline = file.baseline()?;
    if args.tighten && baseline.is_none() {
        return Err(Stop::usage(format!("--tighten: {} has no [baseline]", file.policy.file)));
    }
    let fail_on = fail_on(args.fail_on);
    let ended = judge(args, &file, baseline.as_ref().map(|(_, baseline)| baseline), &kb, settings, env, out)?;
    let (judgement, reports) = match ended {
        Checked::Whole(judgement, reports) => (judgement, reports),
        Checked::Signal(exit) => {
            out.error("interrupted; nothing was judged, files were not written");
            return Ok(exit);
        }
    };
    let report = CheckReport::build(&file.policy, &judgement, &reports, &kb, today(settings), fail_on);
    deliver::deliver(&report, args.brief, settings, out)?;
    if let (true, Some((path, baseline))) = (args.tighten, &baseline) {
        tighten(path, baseline, &judgement, out)?;
    }
    Ok(judgement.outcome(fail_on).into())
}

/// How a check ended.
pub(super) enum Checked {
    /// With a judgement, and the reports of its subjects.
    Whole(Box<Judgement>, Vec<TargetReport>),
    /// By a signal; the exit code it stands for.
    Signal(Exit),
}

/// Observes and judges.
///
/// # Errors
/// Input that cannot be used.
pub(super) fn judge(
    args: &CheckArgs,
    file: &PolicyFile,
    baseline: Option<&Baseline>,
    kb: &Knowledge,
    settings: &Settings,
    env: &Environment,
    out: &mut Out,
) -> Result<Checked, Stop> {
    let mut observation = resolve_observation(&args.observe, env)?;
    observation::settle_browser(&mut observation, out);
    let captures = observation::recordings(settings, &observation)?;
    let subjects = asked::collect(args, captures, file, out)?;
    let options = JudgeOptions { judged_on: today(settings), use_waivers: !args.no_waivers, baseline };
    let bench = Bench {
        judge: Judge::new(&file.policy, kb, options),
        auditor: Auditor::new(kb, settings.as_of, settings.home.or(file.policy.home)),
        kb,
        is_strict: settings.strict,
        reports: Vec::new(),
    };
    bench.run(subjects, settings, &observation, out)
}

/// Judges one evidence after the other.
struct Bench<'a> {
    judge: Judge<'a>,
    auditor: Auditor<'a>,
    kb: &'a Knowledge,
    is_strict: bool,
    reports: Vec<TargetReport>,
}

impl Bench<'_> {
    fn run(
        mut self,
        subjects: Subjects,
        settings: &Settings,
        observation: &Observation,
        out: &mut Out,
    ) -> Result<Checked, Stop> {
        let Subjects { asked, origins, seen, not_read } = subjects;
        for (origin, what) in not_read {
            self.judge.not_read(origin, what);
        }
        for (evidence, origin) in seen {
            self.add(&evidence, Some(origin));
        }
        if !asked.is_empty() {
            let ended = observe(settings, observation, asked, out, |evidence, _| {
                let origin = origins.get(&evidence.target).cloned();
                self.add(&evidence, origin);
                Ok(())
            })?;
            if let Ended::Signal(signal) = ended {
                return Ok(Checked::Signal(signal));
            }
        }
        Ok(Checked::Whole(Box::new(self.judge.finish()), self.reports))
    }

    fn add(&mut self, evidence: &Evidence, origin: Option<Origin>) {
        let audit = self.auditor.audit(evidence);
        let how = measured(evidence);
        let subject = Subject {
            target: &evidence.target,
            origin,
            context: &audit.context,
            found: &audit.found,
            reach: &audit.reach,
            taken_on: TimeZone::UTC.to_datetime(evidence.taken_at).date(),
            tables: tables(evidence, self.kb),
            is_measured: !matches!(how, Measured::Nothing | Measured::NameMissing),
        };
        self.judge.add(&subject);
        if self.is_strict && how == Measured::Partly {
            self.judge.unanswered(&subject);
        }
        self.reports.push(Report::build(evidence, &audit, self.kb));
    }
}

/// Tables the evidence rests on, and the data it is judged by.
fn tables(evidence: &Evidence, kb: &Knowledge) -> Vec<TableDate> {
    let of_evidence = evidence.sources.ip_tables.iter();
    let addresses = of_evidence.map(|table| TableDate { table: table.id.clone(), date: table.date.parse().ok() });
    let data = TableDate { table: "knowledge base".to_owned(), date: kb.kb().release.released };
    addresses.chain([data]).collect()
}

/// Takes out of the baseline what no longer occurs.
fn tighten(path: &Path, baseline: &Baseline, judgement: &Judgement, out: &mut Out) -> Result<(), Stop> {
    let gone = &judgement.no_longer;
    if gone.is_empty() {
        out.note(&format!("{}: nothing to take out", path.display()));
        return Ok(());
    }
    let left = baseline.without(gone);
    let kept = write(path, &left)?;
    out.note(&format!("{}: {} taken out, {} left", kept.display(), gone.len(), left.entries().len()));
    Ok(())
}

/// Writes a baseline, whole or not at all.
///
/// # Errors
/// That it cannot be written.
pub(super) fn write(path: &Path, baseline: &Baseline) -> Result<PathBuf, Stop> {
    let mut file = WholeFile::create(path)?;
    file.write(&baseline.to_text())?;
    Ok(file.keep()?)
}

/// The day of judgement: no flag moves it, so that none revives a waiver.
pub(super) fn today(settings: &Settings) -> Date {
    TimeZone::UTC.to_datetime(settings.now).date()
}

fn fail_on(at: FailAt) -> FailOn {
    match at {
        FailAt::Error => FailOn::Error,
        FailAt::Warning => FailOn::Warning,
        FailAt::Never => FailOn::Never,
    }
}
