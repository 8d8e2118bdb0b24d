//! Cells that several formats share: LAW, SERVERS, RUN BY › CONTROLLED BY, BASIS, SURE.

use std::cmp::Reverse;

use super::Style;
use crate::model::CountryCode;
use crate::report::{
    AbsenceId, BasisReport, CodeReport, GroundId, LayerReport, MarkId, OwnersId, PlaceId, PlaceReport, ReachId, RoleId,
    ServiceReport, SourceReport, StateId, TargetReport, TextReport,
};
use crate::safe::Untrusted;
use crate::text::{Family, Key, Lang, Texts};

/// What one row of a table shows.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) service: &'a ServiceReport,
    /// The operators of the row: one, or all of a service that is one row by its nature.
    pub(super) layers: Vec<&'a LayerReport>,
    /// Not the first row of its service.
    pub(super) is_further: bool,
}

/// Rows of a service: one an operator. Senders and report receivers are one row, whoever they are.
pub(super) fn rows(service: &ServiceReport) -> Vec<Row<'_>> {
    let one = |layers: Vec<_>, is_further| Row { service, layers, is_further };
    if service.layers.len() < 2 || matches!(service.role, RoleId::Sender | RoleId::Dmarc) {
        return vec![one(service.layers.iter().collect(), false)];
    }
    service.layers.iter().enumerate().map(|(index, layer)| one(vec![layer], index > 0)).collect()
}

impl Row<'_> {
    pub(super) fn mark(&self) -> MarkId {
        match self.layers.as_slice() {
            [layer] => layer.mark,
            _ => self.service.mark,
        }
    }

    /// Codes of all operators of the row, the closest of each jurisdiction, in the order of the LAW cell.
    pub(super) fn codes(&self) -> Vec<CodeReport> {
        if let [layer] = self.layers.as_slice() {
            return layer.codes.clone();
        }
        let mut out: Vec<CodeReport> = Vec::new();
        for code in self.layers.iter().flat_map(|l| &l.codes) {
            let rank = |c: &CodeReport| (c.reach, Reverse(c.grade), Reverse(c.sure));
            match out.iter_mut().find(|known| known.country == code.country) {
                Some(known) if rank(code) < rank(known) => *known = code.clone(),
                Some(_) => {}
                None => out.push(code.clone()),
            }
        }
        let us_first = |c: CountryCode| (c.as_str() != "US", c);
        out.sort_by_key(|c| (c.reach != ReachId::Reached, !c.outside, c.reach, Reverse(c.grade), us_first(c.country)));
        out
    }

    pub(super) fn sure(&self) -> u8 {
        self.layers.iter().map(|l| l.sure).min().unwrap_or(0)
    }

    /// The label of the first column.
    pub(super) fn label(&self, t: &Texts) -> String {
        if self.is_further {
            return format!("  {}", t.get(Key::CellAndAlso));
        }
        let record = self.service.record.for_terminal();
        if self.service.role == RoleId::Tld && record.starts_with('.') {
            return record;
        }
        match &self.service.page {
            Some(page) => t.member(Family::Purpose, page.purpose.id()).to_owned(),
            None => t.member(Family::Role, self.service.role.id()).to_owned(),
        }
    }

    /// HOST OR RECORD.
    pub(super) fn record(&self) -> String {
        if let [layer] = self.layers.as_slice() {
            let asn = layer.asn.map(|a| a.to_string());
            let first = match self.service.role {
                RoleId::Edge | RoleId::Host => layer.addresses.first().cloned(),
                _ => None,
            };
            if let Some(first) = first {
                return [Some(first), asn].into_iter().flatten().collect::<Vec<_>>().join(" ");
            }
            if self.is_further
                && let Some(host) = &layer.host
            {
                return host.to_string();
            }
        }
        if self.is_further || self.service.record.is_empty() {
            return "—".to_owned();
        }
        self.service.record.for_terminal()
    }

    /// RUN BY › CONTROLLED BY.
    pub(super) fn run_by(&self, t: &Texts, report: &TargetReport, with_countries: bool) -> String {
        if let Some(gap) = self.service.gap {
            return t.member(Family::GapShort, gap.id()).to_owned();
        }
        if let Some(role) = same_as(report, self) {
            return t.fill(Key::CellAsRole, &[("role", t.member(Family::Role, role.id()).into())]);
        }
        match self.layers.as_slice() {
            [layer] => owners(t, layer, with_countries),
            layers => layers.iter().map(|l| operator_name(t, l)).collect::<Vec<_>>().join(", "),
        }
    }

    /// SERVERS.
    pub(super) fn servers(&self, t: &Texts) -> String {
        if self.service.state == StateId::NotDetermined {
            return t.get(Key::CellUnknown).to_owned();
        }
        if matches!(self.service.role, RoleId::Sender | RoleId::Dmarc) {
            return "—".to_owned();
        }
        self.layers.first().map_or_else(|| "—".to_owned(), |layer| place(t, &layer.place))
    }

    /// BASIS.
    pub(super) fn basis(&self, t: &Texts) -> String {
        match self.layers.as_slice() {
            [layer] => basis(t, &layer.basis),
            layers => {
                let best = layers.iter().find(|l| !l.basis.laws.is_empty() || l.basis.ground.is_some());
                best.map_or_else(|| "—".to_owned(), |l| basis(t, &l.basis))
            }
        }
    }
}

/// A sender or report receiver that is the mailbox or the filter as well.
fn same_as(report: &TargetReport, row: &Row<'_>) -> Option<RoleId> {
    let ([layer], RoleId::Sender | RoleId::Dmarc) = (row.layers.as_slice(), row.service.role) else { return None };
    let operator = layer.operator.as_ref()?;
    [RoleId::Mailbox, RoleId::Gateway].into_iter().find(|role| {
        let others = report.services.iter().filter(|s| s.role == *role).flat_map(|s| &s.layers);
        others.into_iter().any(|l| l.operator.as_ref() == Some(operator) && l.company == layer.company)
    })
}

/// The name of an operator, listed or not.
pub(super) fn operator_name(t: &Texts, layer: &LayerReport) -> String {
    match (&layer.operator_name, &layer.unlisted) {
        (Some(name), _) => name.for_terminal(),
        (None, Some(name)) => t.fill(Key::CellNotInData, &[("name", name.for_terminal().into())]),
        (None, None) => t.get(Key::CellUnknown).to_owned(),
    }
}

/// Operating company and who controls it in the end.
pub(super) fn owners(t: &Texts, layer: &LayerReport, with_countries: bool) -> String {
    let named = |name: String, countries: &[CountryCode]| {
        let codes = countries.iter().map(ToString::to_string).collect::<Vec<_>>().join("/");
        if with_countries && !codes.is_empty() { format!("{name} {codes}") } else { name }
    };
    let mut out = match &layer.company {
        Some(company) => named(company_name(t, &company.name), &company.countries),
        None => return operator_name(t, layer),
    };
    let above: Vec<String> = layer
        .controllers
        .iter()
        .map(|one| {
            let mut name = one.name.for_terminal();
            if one.via_fund {
                // Some names of the data say it already, in English.
                let bare = name.strip_suffix(" (funds)").unwrap_or(&name).to_owned();
                name = t.fill(Key::CellFund, &[("name", bare.into())]);
            }
            named(name, &one.countries)
        })
        .collect();
    if !above.is_empty() {
        out = format!("{out} › {}", above.join(", "));
    } else if layer.owners.state == OwnersId::Unknown {
        out = format!("{out} › {}", t.get(Key::CellOwnersUnknown));
    }
    out
}

/// `anycast`, `FR`, `IE or NL`, `DE?`.
pub(super) fn place(t: &Texts, place: &PlaceReport) -> String {
    match place.kind {
        PlaceId::NotApplicable => t.get(Key::CellNotApplicable).to_owned(),
        PlaceId::Unknown => t.get(Key::CellUnknown).to_owned(),
        PlaceId::Anycast => t.get(Key::CellAnycast).to_owned(),
        PlaceId::In => {
            let codes: Vec<String> = place
                .countries
                .iter()
                .map(|one| if one.probable { one.country.to_string() } else { format!("{}?", one.country) })
                .collect();
            match codes.as_slice() {
                [] => t.get(Key::CellUnknown).to_owned(),
                [one] => one.clone(),
                [a, b] => format!("{a} {} {b}", t.get(Key::CellOr)),
                [a, b, c] => format!("{a}/{b}/{c}"),
                [a, b, c, rest @ ..] => format!("{a}/{b}/{c} +{}", rest.len()),
            }
        }
    }
}

/// `! US IE° FR`, `~ FR (US CA)`, `? (US?)`; at most `most` codes, then `+n`.
pub(super) fn law(style: Style, mark: MarkId, codes: &[CodeReport], most: usize) -> String {
    let sign = mark.sign(style.ascii);
    if codes.is_empty() {
        return match mark {
            MarkId::Unknown => format!("{sign} {}", style.texts().get(Key::CellUnknown)),
            _ => format!("{sign} —"),
        };
    }
    let (mut plain, mut bracketed) = (Vec::new(), Vec::new());
    for code in codes.iter().take(most) {
        match code.reach {
            ReachId::Reached if code.unmapped => plain.push(format!("{}°", code.country)),
            ReachId::Reached => plain.push(code.country.to_string()),
            ReachId::MayReach => bracketed.push(code.country.to_string()),
            ReachId::Unchecked => bracketed.push(format!("{}?", code.country)),
        }
    }
    if !bracketed.is_empty() {
        plain.push(format!("({})", bracketed.join(" ")));
    }
    if codes.len() > most {
        plain.push(format!("+{}", codes.len() - most));
    }
    format!("{sign} {}", plain.join(" "))
}

/// `CLOUD 702†`, `seat`, `—`; at most two laws, then `+n`.
fn basis(t: &Texts, basis: &BasisReport) -> String {
    if basis.laws.is_empty() {
        return match basis.ground {
            Some(GroundId::Seat) => t.get(Key::CellSeat),
            Some(GroundId::Control) => t.get(Key::CellControl),
            Some(GroundId::Place) => t.get(Key::CellPlace),
            None => "—",
        }
        .to_owned();
    }
    let name = |law: &crate::report::BasisLaw| {
        format!("{}{}", law.short.for_terminal(), if law.in_transition { "†" } else { "" })
    };
    let mut names: Vec<String> = basis.laws.iter().take(2).map(name).collect();
    if basis.laws.len() > 2 {
        names.push(format!("+{}", basis.laws.len() - 2));
    }
    names.join(" ")
}

/// `●●●`, `●●·`, `●··`, `···`; a digit in ASCII.
pub(super) fn sure(style: Style, level: u8) -> String {
    if style.ascii {
        return level.to_string();
    }
    (0..3).map(|i| if i < level { '●' } else { '·' }).collect()
}

/// The text of a service that is not there.
pub(super) fn absence(t: &Texts, absence: AbsenceId) -> &'static str {
    t.member(Family::Absence, absence.id())
}

/// A text of the knowledge base in the language of the screen.
pub(super) fn localised(t: &Texts, text: &TextReport) -> String {
    match t.lang() {
        Lang::En => text.en.for_terminal(),
        Lang::Fr => text.fr.for_terminal(),
    }
}

/// The name of a company; what the data adds to a name in English is said in the language of the screen.
pub(super) fn company_name(t: &Texts, name: &Untrusted) -> String {
    t.reword(Family::Gloss, &name.for_terminal())
}

/// A reason of the data; one that it has in English alone is said in French where it is one of those that come often.
pub(super) fn reason(t: &Texts, why: &TextReport) -> Option<String> {
    let english = why.en.for_terminal();
    localised_if(t, why).or_else(|| Some(t.reword(Family::OwnersReason, &english)).filter(|text| *text != english))
}

/// The title of a source: its own, whatever the language, or what the data calls it in French.
pub(super) fn source_title(t: &Texts, source: &SourceReport) -> String {
    match (&source.title_fr, t.lang()) {
        (Some(title), Lang::Fr) => title.for_terminal(),
        _ => source.title.for_terminal(),
    }
}

/// The name of an IP table: the one that comes with the tool has a word of its own.
pub(super) fn table(t: &Texts, id: &Untrusted) -> String {
    match id.for_terminal().as_str() {
        "embedded" => t.get(Key::FootEmbedded).to_owned(),
        other => other.to_owned(),
    }
}

/// What the acts and decisions of the Union are called: `(EU) 2023/1795`, « (UE) 2023/1795 »; everything else of a
/// citation is written alike in both languages.
pub(super) fn cite(t: &Texts, cite: &Untrusted) -> String {
    let text = cite.for_terminal();
    match t.lang() {
        Lang::En => text,
        Lang::Fr => text.replace("(EU)", "(UE)").replace("/EC", "/CE").replace("/EU", "/UE"),
    }
}

/// The same for a text the data may hold in English alone: nothing where the language of the screen is missing.
pub(super) fn localised_if(t: &Texts, text: &TextReport) -> Option<String> {
    Some(localised(t, text)).filter(|text| !text.is_empty())
}
