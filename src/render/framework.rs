//! What the evidence shows beside each criterion of a framework. Prose, set to 80 columns on wide screens too.

use std::io::{self, Write};

use super::cells;
use super::explain::Cited;
use super::headline;
use super::layout::{Page, Tone};
use super::{Style, disclaimer_of};
use crate::model::CountryCode;
use crate::report::{
    CertificationReport, CompanyReport, CriterionEvidenceId, CriterionFactId, CriterionReport, DnsReport,
    FrameworkReport, HoldingReport, OwnersId, ReachId, SeenService, SubjectReach, SubjectReport,
};
use crate::safe::Untrusted;
use crate::text::{Family, Key, Texts};

/// Width of the labels.
const LABEL: usize = 17;

/// Prints the criteria one after the other.
///
/// # Errors
/// Those of the output.
pub fn framework(out: &mut dyn Write, style: Style, report: &FrameworkReport) -> io::Result<()> {
    let mut page = Page::new(style);
    let mut sheet = Sheet { t: style.texts(), style, report, cited: Cited::default() };
    sheet.head(&mut page);
    for criterion in &report.criteria {
        page.gap();
        sheet.criterion(&mut page, criterion);
    }
    sheet.close(&mut page);
    page.write(out)
}

struct Sheet<'a> {
    t: &'static Texts,
    style: Style,
    report: &'a FrameworkReport,
    cited: Cited,
}

impl Sheet<'_> {
    fn width(&self) -> usize {
        self.style.prose_width()
    }

    fn head(&mut self, page: &mut Page) {
        let (t, report) = (self.t, self.report);
        let name = cells::localised(t, &report.framework.name);
        let title =
            t.fill(Key::FrameworkTitle, &[("target", report.target.as_str().into()), ("framework", name.into())]);
        page.ends(self.width(), (&title, Tone::Strong), (&t.moment(report.taken_at), Tone::Plain));
        let asked_on = jiff::tz::TimeZone::UTC.to_datetime(report.taken_at).date();
        if report.as_of != asked_on {
            let text = t.fill(Key::HeadAsOf, &[("date", t.date(report.as_of).into())]);
            page.ends(self.width(), ("", Tone::Plain), (&text, Tone::Strong));
        }
        page.gap();
        let head = &report.framework;
        let state = head.status.as_ref().map_or_else(String::new, Untrusted::for_terminal);
        let state = if t.has_member(Family::FrameworkState, &state) {
            t.member(Family::FrameworkState, &state).to_owned()
        } else {
            state
        };
        let release = ("release", report.judged_with.release.as_str().into());
        let text = match head.from {
            Some(from) => {
                let date = t.since(from, head.from_precision.into());
                t.fill(Key::FrameworkStateFrom, &[("state", state.into()), ("date", date.into()), release])
            }
            None => t.fill(Key::FrameworkStateOpen, &[("state", state.into()), release]),
        };
        let sources = self.cited.cite(&head.sources, &report.sources);
        self.line(page, Key::FrameworkState, &format!("{text} {sources}"));
        page.gap();
        page.prose(2, self.width(), t.get(Key::FrameworkCaution), Tone::Plain);
        if report.criteria.is_empty() {
            page.prose(2, self.width(), t.get(Key::FrameworkNoCriteria), Tone::Plain);
        }
    }

    fn criterion(&mut self, page: &mut Page, criterion: &CriterionReport) {
        let t = self.t;
        page.repeats("");
        let title = cells::localised(t, &criterion.title);
        page.hanging(&format!("{}  ", criterion.id), 10, self.width(), &title, Tone::Strong);
        self.line(page, Key::FrameworkEvidence, t.member(Family::Evidence, criterion.evidence.id()));
        if criterion.evidence == CriterionEvidenceId::None {
            self.line(page, Key::FrameworkAsk, t.get(Key::FrameworkNotObservable));
        }
        if let Some(shows) = &criterion.shows {
            self.line(page, Key::FrameworkShows, &cells::localised(t, shows));
        }
        if let Some(ceilings) = &criterion.ceilings {
            let args = [
                ("group", self.group(&ceilings.group).into()),
                ("one", t.percent(ceilings.one).into()),
                ("together", t.percent(ceilings.together).into()),
            ];
            self.line(page, Key::FrameworkPublished, &t.fill(Key::FrameworkCeilings, &args));
        }
        for fact in &criterion.facts {
            for (label, text) in self.fact(*fact, criterion) {
                self.line(page, label, &text);
            }
        }
        self.line(page, Key::FrameworkAsk, &cells::localised(t, &criterion.question));
    }

    fn fact(&mut self, fact: CriterionFactId, criterion: &CriterionReport) -> Vec<(Key, String)> {
        let t = self.t;
        let operators = &self.report.operators;
        let of = |label: Key, list: Vec<String>| -> Vec<(Key, String)> {
            if list.is_empty() {
                return vec![(label, t.get(Key::FrameworkNothing).to_owned())];
            }
            list.into_iter().map(|text| (label, text)).collect()
        };
        match fact {
            CriterionFactId::Seat => of(Key::FrameworkSeat, operators.iter().map(|s| self.seat(s)).collect()),
            CriterionFactId::Control => {
                let mut list: Vec<String> = Vec::new();
                for text in operators.iter().flat_map(|s| self.control(s)) {
                    if !list.contains(&text) {
                        list.push(text);
                    }
                }
                of(Key::FrameworkControl, list)
            }
            CriterionFactId::Laws => of(Key::FrameworkLaws, operators.iter().map(|s| self.laws(s)).collect()),
            CriterionFactId::Holdings => {
                let Some(holdings) = &criterion.holdings else { return Vec::new() };
                if operators.iter().all(|s| s.company.is_none()) {
                    return of(Key::FrameworkHoldings, Vec::new());
                }
                let list: Vec<String> = holdings.list.iter().map(|one| self.holding(one)).collect();
                if list.is_empty() {
                    let group = self.group(&holdings.group);
                    let text = t.fill(Key::FrameworkNoHolding, &[("group", group.into())]);
                    return vec![(Key::FrameworkHoldings, text)];
                }
                of(Key::FrameworkHoldings, list)
            }
            CriterionFactId::Services => {
                let list = criterion.services.iter().flatten().map(|one| self.service(one)).collect();
                of(Key::FrameworkServices, list)
            }
            CriterionFactId::Dns => {
                let list = criterion.dns.iter().flat_map(|dns| self.dns(dns));
                list.map(|text| (Key::FrameworkDns, text)).collect()
            }
            CriterionFactId::Certifications => {
                let list: Vec<String> =
                    criterion.certifications.iter().flatten().map(|one| self.certification(one)).collect();
                if list.is_empty() {
                    return vec![(Key::FrameworkRegister, t.get(Key::FrameworkNoCertification).to_owned())];
                }
                of(Key::FrameworkRegister, list)
            }
        }
    }

    fn seat(&mut self, subject: &SubjectReport) -> String {
        let t = self.t;
        let roles: Vec<&str> = subject.roles.iter().map(|role| t.member(Family::Role, role.id())).collect();
        let operator = ("operator", subject.name.for_terminal().into());
        let roles = ("roles", roles.join(", ").into());
        match &subject.company {
            Some(company) => {
                let text = t.fill(Key::FrameworkCompany, &[operator, roles, ("company", self.company(company).into())]);
                format!("{text} {}", self.cited.cite(&company.sources, &self.report.sources)).trim_end().to_owned()
            }
            None => t.fill(Key::FrameworkUnlisted, &[operator, roles]),
        }
    }

    /// Who controls a company, and how far that is known.
    fn control(&self, subject: &SubjectReport) -> Vec<String> {
        let t = self.t;
        let Some(company) = &subject.company else { return Vec::new() };
        let company = cells::company_name(t, &company.name);
        let named = |name: &str| ("company", name.to_owned().into());
        let mut out: Vec<String> = subject
            .controllers
            .iter()
            .map(|owner| {
                let mut parts = vec![cells::company_name(t, &owner.name)];
                parts.extend(owner.countries.iter().map(|c| self.country(*c)));
                let owner_name = parts.join(", ");
                let text =
                    if owner.via_fund { t.fill(Key::CellFund, &[("name", owner_name.into())]) } else { owner_name };
                t.fill(Key::FrameworkControlled, &[named(&company), ("owner", text.into())])
            })
            .collect();
        match subject.owners.state {
            OwnersId::Unknown | OwnersId::NotInData => {
                out.push(t.fill(Key::FrameworkOwnersUnknown, &[named(&company)]));
            }
            OwnersId::Complete => {
                for top in &subject.owners.tops {
                    let kind = t.member(Family::Top, top.kind.id());
                    let args = [named(&cells::company_name(t, &top.company.name)), ("top", kind.into())];
                    out.push(t.fill(Key::FrameworkTop, &args));
                }
                if out.is_empty() {
                    out.push(t.fill(Key::FrameworkNotAbove, &[named(&company)]));
                }
            }
        }
        out
    }

    fn laws(&self, subject: &SubjectReport) -> String {
        let t = self.t;
        let name =
            subject.company.as_ref().map_or_else(|| subject.name.for_terminal(), |c| cells::company_name(t, &c.name));
        if subject.reach.is_empty() {
            return format!("{name}{}{}", colon(t), t.member(Family::Legal, "unknown"));
        }
        let list: Vec<String> = subject.reach.iter().map(|one| self.reach(one)).collect();
        t.fill(Key::FrameworkReach, &[("company", name.into()), ("list", list.join(" · ").into())])
    }

    fn reach(&self, one: &SubjectReach) -> String {
        let t = self.t;
        let country = ("country", self.country(one.country).into());
        let mut grade = t.member(Family::Grade, one.grade.id()).to_owned();
        // What is contested or not checked is never listed as if it were settled.
        match one.reach {
            ReachId::Reached => {}
            ReachId::MayReach => grade = format!("{grade}, {}", t.member(Family::Certainty, "contested")),
            ReachId::Unchecked => grade = format!("{grade}, {}", t.get(Key::ExplainNotChecked)),
        }
        let grade = ("grade", grade.into());
        let short = |law: &crate::report::SubjectLaw| {
            let name = law.short.clone().unwrap_or_else(|| law.law.to_string());
            if law.in_transition { format!("{name}†") } else { name }
        };
        let laws: Vec<String> = one.laws.iter().map(short).collect();
        if laws.is_empty() {
            return t.fill(Key::FrameworkReachOne, &[country, grade]);
        }
        t.fill(Key::FrameworkReachLaws, &[country, grade, ("laws", laws.join(", ").into())])
    }

    fn holding(&mut self, one: &HoldingReport) -> String {
        let t = self.t;
        let range = |[low, high]: [f64; 2]| {
            if (low - high).abs() < f64::EPSILON {
                t.percent(low)
            } else {
                format!("{}–{}", t.decimal(low), t.percent(high))
            }
        };
        let mut shares = Vec::new();
        if let Some(capital) = one.link.capital {
            shares.push(t.fill(Key::FrameworkShareCapital, &[("share", range(capital).into())]));
        }
        if let Some(votes) = one.link.votes {
            shares.push(t.fill(Key::FrameworkShareVotes, &[("share", range(votes).into())]));
        }
        if shares.is_empty() {
            shares.push(t.get(Key::FrameworkShareUnknown).to_owned());
        }
        let mut owner = self.company(&one.owner);
        if one.link.via_fund {
            owner = t.fill(Key::CellFund, &[("name", owner.into())]);
        }
        let args = [
            ("owner", owner.into()),
            ("share", shares.join(", ").into()),
            ("owned", cells::company_name(t, &one.owned.name).into()),
        ];
        let mut parts = vec![t.fill(Key::FrameworkHolding, &args)];
        parts.push(t.member(Family::Control, one.link.control.id()).to_owned());
        if let Some(from) = one.link.from {
            let date = t.since(from, one.link.from_precision.into());
            parts.push(t.fill(Key::ExplainSince, &[("date", date.into())]));
        }
        if one.link.sure < 2 {
            parts.push(t.get(Key::ExplainNotChecked).to_owned());
        }
        let sources = self.cited.cite(&one.link.sources, &self.report.sources);
        format!("{} {sources}", parts.join(" · ")).trim_end().to_owned()
    }

    fn service(&self, one: &SeenService) -> String {
        let t = self.t;
        let operator = match one.gap {
            Some(gap) => t.member(Family::GapShort, gap.id()).to_owned(),
            None => {
                let list = one.operators.iter().map(|operator| {
                    let place = cells::place(t, &operator.place);
                    let name = operator.name.for_terminal();
                    match operator.place.kind {
                        crate::report::PlaceId::NotApplicable => name,
                        _ => format!("{name} ({place})"),
                    }
                });
                list.collect::<Vec<_>>().join(" + ")
            }
        };
        let role = t.member(Family::Role, one.role.id());
        t.fill(Key::FrameworkService, &[("role", role.into()), ("operator", operator.into())])
    }

    fn dns(&self, dns: &DnsReport) -> Vec<String> {
        let t = self.t;
        let caa = match dns.caa {
            "found" => {
                let list: Vec<String> = dns.caa_records.iter().map(Untrusted::for_terminal).collect();
                let name = dns.caa_at.clone().unwrap_or_default();
                t.fill(Key::FrameworkCaa, &[("name", name.into()), ("list", list.join(" · ").into())])
            }
            "none" => t.get(Key::FrameworkCaaNone).to_owned(),
            "no-answer" => t.get(Key::FrameworkCaaUnknown).to_owned(),
            _ => t.get(Key::FrameworkCaaNotAsked).to_owned(),
        };
        let dnssec = match dns.dnssec_failed {
            0 => t.get(Key::FrameworkDnssecNotAsked).to_owned(),
            count => t.fill(Key::FrameworkDnssecFailed, &[("count", count.into())]),
        };
        vec![caa, dnssec]
    }

    fn certification(&mut self, one: &CertificationReport) -> String {
        let t = self.t;
        let known = self.report.framework.id.as_str();
        let mut scheme = match one.scheme.as_str() {
            "secnumcloud" => "SecNumCloud".to_owned(),
            scheme if scheme == known => cells::localised(t, &self.report.framework.name),
            scheme => scheme.to_owned(),
        };
        if let Some(version) = &one.version {
            scheme = format!("{scheme} {}", version.for_terminal());
        }
        let company = ("company", cells::company_name(t, &one.holder.name).into());
        let scheme = ("scheme", scheme.into());
        let text = match (&one.offer, one.from) {
            (None, _) => t.fill(Key::FrameworkCertifiedUnnamed, &[company, scheme]),
            (Some(offer), None) => {
                t.fill(Key::FrameworkCertifiedUndated, &[("offer", offer.for_terminal().into()), company, scheme])
            }
            (Some(offer), Some(from)) => {
                let date = t.since(from, one.from_precision.into());
                let args = [("offer", offer.for_terminal().into()), company, scheme, ("date", date.into())];
                t.fill(Key::FrameworkCertified, &args)
            }
        };
        format!("{text} {}", self.cited.cite(&one.sources, &self.report.sources))
    }

    fn group(&self, group: &str) -> String {
        match (group, self.t.lang()) {
            ("EEA", _) => self.t.get(Key::HeadlineEea).to_owned(),
            ("EU", crate::text::Lang::En) => "the EU".to_owned(),
            ("EU", crate::text::Lang::Fr) => "UE".to_owned(),
            (other, _) => other.to_owned(),
        }
    }

    /// `Courrielo BV, Netherlands`.
    fn company(&self, company: &CompanyReport) -> String {
        let mut parts = vec![cells::company_name(self.t, &company.name)];
        parts.extend(company.countries.iter().map(|c| self.country(*c)));
        parts.join(", ")
    }

    fn country(&self, code: CountryCode) -> String {
        self.report.jurisdictions.get(&code).map_or_else(|| code.to_string(), |j| cells::localised(self.t, &j.name))
    }

    /// A labelled paragraph. A label that comes again is printed once.
    fn line(&self, page: &mut Page, label: Key, text: &str) {
        let label = format!("  {} ", self.t.get(label));
        let shown = if page.repeats(&label) { "" } else { label.as_str() };
        page.hanging(shown, LABEL, self.width(), text.trim_end(), Tone::Plain);
    }

    fn close(&self, page: &mut Page) {
        let (t, report) = (self.t, self.report);
        page.gap();
        self.cited.print(page, t, &report.sources);
        page.gap();
        page.repeats("");
        self.line(page, Key::FootData, &headline::data_line(t, &report.judged_with));
        headline::added(page, &report.judged_with.added, LABEL, self.width());
        page.gap();
        let text = disclaimer_of(t, &report.judged_with.release, report.taken_at);
        page.prose(2, self.width(), &text, Tone::Dim);
    }
}

/// French has a no-break space before it.
fn colon(t: &Texts) -> &'static str {
    match t.lang() {
        crate::text::Lang::En => ": ",
        crate::text::Lang::Fr => "\u{a0}: ",
    }
}
