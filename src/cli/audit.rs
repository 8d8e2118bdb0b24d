//! `audit`: observe each target, judge it, show it; and what `explain` and `replay` share with it.

use std::collections::VecDeque;
use std::io::BufReader;
use std::time::Duration;

use super::args::AuditArgs;
use super::deliver::Deliver;
use super::exit::{Exit, measured};
use super::inputs::Inputs;
use super::knowledge;
use super::observation::{self, is_mute};
use super::out::{Out, WholeFile};
use super::settings::{Environment, Observation, Settings, resolve_observation};
use super::stop::Stop;
use super::targets::{Targets, Unreadable};
use super::window::{Running, Window};
use crate::assess::Reach;
use crate::audit::{Audit, Auditor};
use crate::evidence::{self, Evidence, Judged, PageFacts, PageHost, Saved};
use crate::kb::{Knowledge, Nexus};
use crate::model::{EntityId, Grade, Target};
use crate::observe::{Asked, Observer, har};
use crate::report::{Report, TargetReport};

/// How long targets already begun may go on after the first signal (trust.md, section 3.3).
const DRAIN: Duration = Duration::from_secs(5);

/// Runs `audit`.
///
/// # Errors
/// Input that cannot be used, output that cannot be written.
pub(crate) fn run(args: &AuditArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let mut observation = resolve_observation(&args.observe, env)?;
    observation::settle_browser(&mut observation, out);
    let captures = observation::recordings(settings, &observation)?;
    let (targets, had_faults) = collect(args, captures, out)?;
    let kb = knowledge::load(settings, env)?;
    let auditor = Auditor::new(&kb, settings.as_of, settings.home);
    let mut deliver = Deliver::open(settings, targets.len())?;
    let mut save = args.save.as_deref().map(WholeFile::create).transpose()?;
    let mut exit = if had_faults { Exit::Incomplete } else { Exit::Done };
    let ended = observe(settings, &observation, targets, out, |evidence, out| {
        let audit = auditor.audit(&evidence);
        let is_mute = is_mute(&evidence);
        let report = Report::build(&evidence, &audit, &kb);
        exit = exit.and(measured(&evidence).exit(settings.strict));
        if let Some(save) = &mut save {
            let judged = judged(&audit, &kb);
            let line = evidence::write(&Saved { evidence, judged }).map_err(|e| Stop::local(e.to_string()))?;
            save.write(&line)?;
        }
        deliver.target(&report, is_mute, out)
    })?;
    if let Ended::Signal(signal) = ended {
        // Files are whole or not there; what is on standard output is whole targets.
        deliver.stop(out)?;
        out.error("interrupted; the targets shown are complete, files were not written");
        return Ok(exit.and(signal));
    }
    deliver.close(out)?;
    if let Some(save) = save {
        out.note(&format!("wrote {}", save.keep()?.display()));
    }
    Ok(exit)
}

/// The targets, and whether some line was none.
fn collect(args: &AuditArgs, mut captures: Vec<PageFacts>, out: &mut Out) -> Result<(Vec<Asked>, bool), Stop> {
    if args.targets.is_empty() && args.from_file.is_empty() && args.from.is_empty() && !captures.is_empty() {
        return Ok((vec![of_recording(captures, out)?], false));
    }
    let own = match args.targets.as_slice() {
        [only] if args.from_file.is_empty() => only.parse().ok(),
        _ => None,
    };
    let inputs = Inputs::read(&args.from, own.as_ref())?;
    for fault in &inputs.faults {
        out.error(&fault.to_string());
    }
    for one in &inputs.left_out {
        out.note(one);
    }
    let mut stdin = BufReader::new(std::io::stdin());
    let targets = Targets::collect(&args.targets, &args.from_file, &mut stdin).map_err(|e| match e {
        Unreadable::Io { .. } => Stop::local(e.to_string()),
        Unreadable::Utf16 { .. } => Stop::usage(e.to_string()),
    })?;
    for fault in &targets.faults {
        out.error(&format!("{}: {}", fault.place, fault.what));
    }
    for (again, first) in &targets.repeated {
        out.note(&format!("{}: {} is named at {first} already", again.place, again.target));
    }
    let read_faults = targets.faults.len() + inputs.faults.len();
    if targets.list.is_empty() && inputs.asked.is_empty() {
        return Err(Stop::usage(match read_faults {
            0 if !args.from.is_empty() => "no target: the files name none".to_owned(),
            0 => "no target: name a domain, a URL or an IP address".to_owned(),
            n => format!("no target left: {n} of {n} are none"),
        }));
    }
    let mut asked: Vec<Asked> = targets.list.into_iter().map(|listed| listed.target.into()).collect();
    for more in inputs.asked {
        match asked.iter_mut().find(|known| known.target == more.target) {
            Some(known) => known.named_at.extend(more.named_at),
            None => asked.push(more),
        }
    }
    captures.extend(inputs.pages);
    if !captures.is_empty() {
        let [only] = asked.as_mut_slice() else {
            return Err(Stop::usage(
                "--har: a recording is of one target; name that one, or none to take the recording's",
            ));
        };
        only.captures = of_target(captures, &only.target, out)?;
    }
    Ok((asked, read_faults > 0))
}

/// The target a recording is of: the page that was recorded first.
///
/// # Errors
/// A recording of pages that name no target.
pub(crate) fn of_recording(captures: Vec<PageFacts>, out: &mut Out) -> Result<Asked, Stop> {
    let target =
        har::target(&captures).ok_or_else(|| Stop::usage("--har: the recording names no page; name a target"))?;
    let captures = of_target(captures, &target, out)?;
    Ok(Asked { captures, ..target.into() })
}

/// The recorded pages that are the target's: a file may hold those of other sites, whose third parties are not its own.
///
/// # Errors
/// A recording of none of its pages.
pub(crate) fn of_target(captures: Vec<PageFacts>, target: &Target, out: &mut Out) -> Result<Vec<PageFacts>, Stop> {
    let site = |host: &PageHost| match (host, target) {
        (PageHost::Ip(ip), Target::Ip(own)) => ip == own,
        (PageHost::Name(name), _) => target.name().is_some_and(|own| match (own.registrable(), name.registrable()) {
            (Some(own), Some(name)) => own == name,
            _ => own == name,
        }),
        _ => false,
    };
    // A page without a document of its own names no site: whoever named the target says whose it is.
    let is_of = |page: &PageFacts| page.hops.is_empty() || page.hops.iter().any(|hop| site(&hop.host));
    let total = captures.len();
    let (own, others): (Vec<PageFacts>, Vec<PageFacts>) = captures.into_iter().partition(is_of);
    if own.is_empty() && total > 0 {
        return Err(Stop::usage(format!("--har: none of the {total} recorded pages is of {target}")));
    }
    for other in &others {
        let url = other.hops.first().map_or("", |hop| hop.url.as_str());
        out.note(&format!("--har: {url} is of another site and was left out"));
    }
    Ok(own)
}

/// How an observation ended.
pub(crate) enum Ended {
    /// Every target was handed over.
    Whole,
    /// A signal came; the exit code it stands for.
    Signal(Exit),
}

/// Observes targets side by side and hands over their evidence in the order of the input.
///
/// # Errors
/// Input that cannot be used, and what `take` says.
pub(crate) fn observe(
    settings: &Settings,
    observation: &Observation,
    targets: Vec<Asked>,
    out: &mut Out,
    mut take: impl FnMut(Evidence, &mut Out) -> Result<(), Stop>,
) -> Result<Ended, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Stop::local(format!("cannot start: {e}")))?;
    runtime.block_on(async {
        let observer = match observation::observer(settings, observation, &targets).await? {
            Ok(observer) => observer,
            Err(none) => {
                for target in targets {
                    take(none.evidence(target, settings.now), out)?;
                }
                return Ok(Ended::Whole);
            }
        };
        drive(&observer, settings, targets, out, &mut take).await
    })
}

async fn drive(
    observer: &Observer,
    settings: &Settings,
    targets: Vec<Asked>,
    out: &mut Out,
    take: &mut impl FnMut(Evidence, &mut Out) -> Result<(), Stop>,
) -> Result<Ended, Stop> {
    let total = targets.len();
    let mut left: VecDeque<Asked> = targets.into();
    let mut feed = || {
        let asked = left.pop_front()?;
        Some(Box::pin(observer.observe_asked(asked, settings.now)) as Running<'_, Evidence>)
    };
    let mut window = Window::new(settings.jobs);
    let mut signals = Signals::new()?;
    let mut stopped: Option<Exit> = None;
    let mut done = 0;
    loop {
        out.progress(&format!("{done} of {total} observed"));
        let until = stopped.map_or(Duration::MAX, |_| DRAIN);
        tokio::select! {
            signal = signals.next() => {
                // A second signal ends at once.
                if let Some(first) = stopped {
                    return Ok(Ended::Signal(first));
                }
                stopped = Some(signal);
                window.close();
            }
            next = tokio::time::timeout(until, window.next(&mut feed)) => match next {
                Ok(Some(evidence)) => {
                    done += 1;
                    take(evidence, out)?;
                    if out.is_closed() {
                        window.close();
                    }
                }
                Ok(None) | Err(_) => return Ok(stopped.map_or(Ended::Whole, Ended::Signal)),
            },
        }
    }
}

/// SIGINT and SIGTERM.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> Result<Self, Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        let of = |kind| signal(kind).map_err(|e| Stop::local(format!("cannot listen for signals: {e}")));
        Ok(Self { interrupt: of(SignalKind::interrupt())?, terminate: of(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    fn new() -> Result<Self, Stop> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Exit {
        let _ = tokio::signal::ctrl_c().await;
        Exit::Interrupted
    }
}

/// Judges evidence that was seen before.
pub(crate) fn judge(evidence: &Evidence, settings: &Settings, kb: &Knowledge) -> TargetReport {
    let audit = Auditor::new(kb, settings.as_of, settings.home).audit(evidence);
    Report::build(evidence, &audit, kb)
}

/// The judgement of the day, kept beside the evidence so that `diff` can tell a changed site from changed data.
fn judged(audit: &Audit, kb: &Knowledge) -> Vec<Judged> {
    let mut out = Vec::new();
    for (service, reach) in audit.found.services.iter().zip(&audit.reach.services) {
        for (layer, reach) in service.layers.iter().zip(&reach.layers) {
            let control = |n: &&Nexus| matches!(n.grade, Grade::Direct | Grade::Controlled);
            let on_paths = reach.nexus.iter().filter(control).flat_map(|n| n.path.iter().map(|step| &step.entity));
            let mut chain: Vec<&EntityId> = Vec::new();
            for entity in layer.entity.iter().chain(on_paths) {
                if !chain.contains(&entity) {
                    chain.push(entity);
                }
            }
            let name = |id: &EntityId| kb.kb().entities.get(id).map_or_else(|| id.to_string(), |e| e.name.clone());
            out.push(Judged {
                role: service.role,
                operator: layer.operator.clone(),
                owners: chain.into_iter().map(name).collect(),
                codes: reach.codes.iter().filter(|c| c.reach == Reach::Reached).map(|c| c.country).collect(),
                release: kb.kb().release.release.clone(),
            });
        }
    }
    out
}
