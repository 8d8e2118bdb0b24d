//! Follows a company to its owners on a date and lists every connection with a jurisdiction.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Knowledge;
use super::schema::{Control, Edge, EdgeKind, Entity, Incorporation, Text, TopKind};
use crate::model::{AsOf, Confidence, CountryCode, EntityId, Grade, SourceId};

/// One step of a chain: a company, and the edge that led to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The company reached.
    pub entity: EntityId,
    /// Index into `Kb::edges` of the edge that led here; `None` for the first company.
    pub edge: Option<usize>,
}

/// Why a nexus exists, beside its grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// Seat of the company at the end of the path.
    Seat,
    /// An establishment known only by its country.
    Establishment,
    /// A group company.
    GroupCompany,
    /// A minority holding.
    Holding,
    /// A listing.
    Listing,
    /// Technology, sub-processor or licence.
    Technology,
    /// Where machines stand (added by `assess`).
    Place,
    /// The country most of an unlisted network is registered in (added by `assess`).
    Inferred,
}

/// A connection between a company and a jurisdiction on a date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nexus {
    /// The jurisdiction.
    pub jurisdiction: CountryCode,
    /// How close.
    pub grade: Grade,
    /// Through which companies, the operating one first.
    pub path: Vec<Step>,
    /// Why.
    pub via: Via,
    /// The path goes through funds: every higher node is marked.
    pub via_fund: bool,
    /// The path goes through joint control.
    pub joint: bool,
    /// How well the path is backed (the worst edge; best source of each).
    pub confidence: Confidence,
    /// The date lies in a month or year within which an edge of the path is only known to start or end.
    pub boundary: bool,
}

/// Whether the chain of owners is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owners {
    /// Every upward walk ends at a recorded top.
    Complete,
    /// At this company the record ends.
    Unknown {
        /// The company.
        at: EntityId,
        /// Why, where recorded.
        why: Option<Text>,
    },
}

/// Result of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The operating company.
    pub entity: EntityId,
    /// All connections, sorted by grade (closest first), jurisdiction, length of the path, path.
    pub nexus: Vec<Nexus>,
    /// Whether owners are known to the top.
    pub owners: Owners,
    /// A date of the chain is only known to the month or year the question falls in.
    pub boundary: bool,
    /// Indices into `Kb::deals`: deals about companies of the chain that were known on the date.
    pub deals: Vec<usize>,
}

/// A company on the way up.
#[derive(Debug, Clone)]
struct Node {
    path: Vec<Step>,
    via_fund: bool,
    joint: bool,
    confidence: Confidence,
    boundary: bool,
}

impl Node {
    fn start(entity: &EntityId) -> Self {
        Self {
            path: vec![Step { entity: entity.clone(), edge: None }],
            via_fund: false,
            joint: false,
            confidence: Confidence::Established,
            boundary: false,
        }
    }

    fn entity(&self) -> &EntityId {
        // A path starts with the operating company.
        &self.path[self.path.len() - 1].entity
    }

    fn is_operating(&self) -> bool {
        self.path.len() == 1
    }

    /// Plain sole control before funds and joint control, near before far, then the order of the data.
    fn rank(&self) -> (usize, usize, &[Step]) {
        (usize::from(self.via_fund) + usize::from(self.joint), self.path.len(), &self.path)
    }
}

/// A walk under way.
struct Walker<'a> {
    kb: &'a Knowledge,
    day: Date,
    /// Lines of business of the operating company.
    lines: &'a [String],
    nexus: Vec<Nexus>,
    unknown: Option<Owners>,
    boundary: bool,
}

impl Knowledge {
    /// All connections of a company on a date.
    #[must_use]
    pub fn walk(&self, entity: &EntityId, as_of: AsOf) -> Walk {
        let lines = self.kb().entities.get(entity).map(|e| e.line.as_slice()).unwrap_or_default();
        let mut walker = Walker { kb: self, day: as_of.0, lines, nexus: Vec::new(), unknown: None, boundary: false };
        let chain = walker.climb(entity);
        let mut group: BTreeSet<EntityId> = chain.iter().map(|node| node.entity().clone()).collect();
        for node in &chain {
            walker.own_connections(node);
            walker.descend(node, &mut group);
        }
        let mut nexus = walker.nexus;
        nexus.sort_by(|a, b| {
            let key = |n: &Nexus| (std::cmp::Reverse(n.grade), n.jurisdiction, n.path.len());
            key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path)).then_with(|| a.cmp(b))
        });
        nexus.dedup();
        Walk {
            entity: entity.clone(),
            nexus,
            owners: walker.unknown.unwrap_or(Owners::Complete),
            boundary: walker.boundary,
            deals: self.deals_known(&chain, as_of.0),
        }
    }

    fn deals_known(&self, chain: &[Node], day: Date) -> Vec<usize> {
        let is_known = |deal: &super::schema::Deal| {
            chain.iter().any(|node| node.entity() == &deal.entity) && deal.states.iter().any(|s| s.from <= day)
        };
        (0..).zip(&self.kb().deals).filter(|(_, deal)| is_known(deal)).map(|(number, _)| number).collect()
    }

    /// Edges by the company held, with their numbers.
    fn owners_of(&self, entity: &EntityId) -> impl Iterator<Item = (usize, &Edge)> {
        let edges = &self.kb().edges;
        let table = self.by_owned.get_or_init(|| sorted(edges, |edge| &edge.owned));
        slice(table, edges, |edge| &edge.owned, entity)
    }

    /// Edges by the holder, with their numbers.
    fn held_by(&self, entity: &EntityId) -> impl Iterator<Item = (usize, &Edge)> {
        let edges = &self.kb().edges;
        let table = self.by_owner.get_or_init(|| sorted(edges, |edge| &edge.owner));
        slice(table, edges, |edge| &edge.owner, entity)
    }
}

fn sorted(edges: &[Edge], key: fn(&Edge) -> &EntityId) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..).zip(edges).map(|(number, _)| number).collect();
    // Stable: rows about one company stay in the order of the data.
    numbers.sort_by_key(|number| key(&edges[*number as usize]));
    numbers
}

fn slice<'a>(
    table: &'a [u32],
    edges: &'a [Edge],
    key: fn(&Edge) -> &EntityId,
    entity: &EntityId,
) -> impl Iterator<Item = (usize, &'a Edge)> + use<'a> {
    let from = table.partition_point(|number| key(&edges[*number as usize]) < entity);
    let to = table.partition_point(|number| key(&edges[*number as usize]) <= entity);
    table[from..to].iter().map(|number| (*number as usize, &edges[*number as usize]))
}

impl<'a> Walker<'a> {
    fn data(&self, entity: &EntityId) -> Option<&'a Entity> {
        self.kb.kb().entities.get(entity).map(AsRef::as_ref)
    }

    /// The operating company and everyone above it who controls it, nearest first.
    fn climb(&mut self, entity: &EntityId) -> Vec<Node> {
        let mut chain: Vec<Node> = Vec::new();
        let mut waiting = vec![Node::start(entity)];
        while let Some(next) = (0..waiting.len()).min_by(|a, b| waiting[*a].rank().cmp(&waiting[*b].rank())) {
            let node = waiting.swap_remove(next);
            if chain.iter().any(|present| present.entity() == node.entity()) {
                continue;
            }
            self.climb_one(&node, &mut waiting);
            chain.push(node);
        }
        chain
    }

    /// Finds who controls a company, and whether that is all there is to know.
    fn climb_one(&mut self, node: &Node, waiting: &mut Vec<Node>) {
        let Some(entity) = self.data(node.entity()) else {
            return self.unknown_at(node, Some(text("not in the data", "absente des données")));
        };
        if is_fund_manager(entity) {
            return;
        }
        let (mut sole, mut joint, mut unclear) = (0, 0, None);
        for (number, edge) in self.kb.owners_of(node.entity()) {
            if !edge.kind.is_ownership() || edge.control == Control::None {
                continue;
            }
            let is_boundary = edge.span().is_boundary(self.day);
            self.boundary |= is_boundary;
            if !edge.span().contains(self.day) {
                continue;
            }
            match edge.control {
                Control::Sole => sole += 1,
                Control::Joint => joint += 1,
                Control::Unknown | Control::None => {
                    unclear = unclear.or(Some(edge.note.clone()));
                    continue;
                }
            }
            waiting.push(self.over(node, number, edge));
        }
        let has_top = entity.top.iter().any(|top| top.span().contains(self.day));
        self.boundary |= entity.top.iter().any(|top| top.span().is_boundary(self.day));
        let said = entity.owners_unknown.as_ref().filter(|unknown| {
            unknown.from.is_none_or(|from| from <= self.day) && unknown.to.is_none_or(|to| self.day < to)
        });
        if sole > 0 {
            return;
        }
        if let Some(said) = said {
            self.unknown_at(node, Some(said.why.clone()));
        } else if let Some(note) = unclear {
            self.unknown_at(node, note.map(|note| text(&note, "")));
        } else if !has_top && joint < 2 {
            // One of several who decide together does not tell who the others are.
            self.unknown_at(node, None);
        }
    }

    /// The owner at the other end of an edge.
    fn over(&self, node: &Node, number: usize, edge: &Edge) -> Node {
        let mut path = node.path.clone();
        path.push(Step { entity: edge.owner.clone(), edge: Some(number) });
        Node {
            path,
            via_fund: node.via_fund || edge.via_fund,
            joint: node.joint || edge.control == Control::Joint,
            confidence: node.confidence.min(self.kb.confidence_of(&edge.sources)),
            boundary: node.boundary || edge.span().is_boundary(self.day),
        }
    }

    fn unknown_at(&mut self, node: &Node, why: Option<Text>) {
        if self.unknown.is_none() {
            self.unknown = Some(Owners::Unknown { at: node.entity().clone(), why });
        }
    }

    /// What a company of the chain brings itself: seat, establishments, listings, holdings, technology.
    fn own_connections(&mut self, node: &Node) {
        let Some(entity) = self.data(node.entity()) else { return };
        let grade = if node.is_operating() { Grade::Direct } else { Grade::Controlled };
        if !self.seats(node, entity, grade, Via::Seat) {
            self.unknown_at(node, Some(text("no seat recorded for this date", "aucun siège relevé à cette date")));
        }
        self.boundary |= seats(entity).any(|seat| seat.span().is_boundary(self.day));
        if !is_holder(entity) {
            let own = if node.is_operating() || self.is_same_line(entity) { Grade::Presence } else { Grade::Linked };
            for establishment in &entity.establishments {
                // A branch or office is the company itself; a subsidiary is somebody else, in a line of business that
                // nobody recorded: presence needs the same line.
                let is_separate = matches!(establishment.kind.as_str(), "subsidiary" | "affiliate");
                let grade = if is_separate { Grade::Linked } else { own };
                let sources = or_default(&establishment.sources, entity);
                self.add(node, establishment.country, grade, Via::Establishment, sources, false);
            }
        }
        for code in &entity.listed {
            self.add(node, *code, Grade::Linked, Via::Listing, &entity.sources, false);
        }
        for (number, edge) in self.kb.owners_of(node.entity()) {
            let via = match edge.kind {
                EdgeKind::Technology | EdgeKind::Subprocessor | EdgeKind::Licence => Via::Technology,
                _ => Via::Holding,
            };
            let is_link = match edge.control {
                Control::Sole | Control::Joint => false,
                Control::Unknown => true,
                Control::None => via == Via::Technology || is_large(edge),
            };
            if is_link
                && edge.span().contains(self.day)
                && let Some(owner) = self.data(&edge.owner)
            {
                let end = self.over(node, number, edge);
                self.seats(&end, owner, Grade::Linked, via);
            }
        }
    }

    /// Group companies below a controller. Never below a fund manager, a state or a foundation: what they hold is no
    /// group of companies.
    fn descend(&mut self, node: &Node, group: &mut BTreeSet<EntityId>) {
        let mut waiting = vec![node.clone()];
        while let Some(above) = waiting.pop() {
            let Some(entity) = self.data(above.entity()) else { continue };
            if is_holder(entity) || above.via_fund {
                continue;
            }
            for (number, edge) in self.kb.held_by(above.entity()) {
                let is_group = edge.kind.is_ownership()
                    && matches!(edge.control, Control::Sole | Control::Joint)
                    && edge.span().contains(self.day);
                if !is_group || edge.via_fund || group.contains(&edge.owned) {
                    continue;
                }
                let Some(company) = self.data(&edge.owned) else { continue };
                let mut below = self.over(&above, number, edge);
                if let Some(last) = below.path.last_mut() {
                    last.entity = edge.owned.clone();
                }
                let is_joint_venture = edge.control == Control::Joint;
                let is_presence = self.is_same_line(company) && !is_joint_venture;
                let grade = if is_presence { Grade::Presence } else { Grade::Linked };
                self.seats(&below, company, grade, Via::GroupCompany);
                group.insert(edge.owned.clone());
                if !is_joint_venture {
                    waiting.push(below);
                }
            }
        }
    }

    fn is_same_line(&self, entity: &Entity) -> bool {
        entity.line.iter().any(|line| self.lines.contains(line))
    }

    /// Adds the seats of the company at the end of the path; `false` if none is recorded for the day.
    fn seats(&mut self, node: &Node, entity: &Entity, grade: Grade, via: Via) -> bool {
        let mut is_seated = false;
        let day = self.day;
        for seat in seats(entity).filter(|seat| seat.span().contains(day)) {
            is_seated = true;
            let is_boundary = seat.span().is_boundary(day);
            self.add(node, seat.country, grade, via, or_default(&seat.sources, entity), is_boundary);
        }
        is_seated
    }

    fn add(
        &mut self,
        node: &Node,
        jurisdiction: CountryCode,
        grade: Grade,
        via: Via,
        sources: &[SourceId],
        is_boundary: bool,
    ) {
        self.nexus.push(Nexus {
            jurisdiction,
            grade,
            path: node.path.clone(),
            via,
            via_fund: node.via_fund,
            joint: node.joint,
            confidence: node.confidence.min(self.kb.confidence_of(sources)),
            boundary: node.boundary || is_boundary,
        });
    }
}

fn text(en: &str, fr: &str) -> Text {
    Text { en: en.to_owned(), fr: fr.to_owned() }
}

fn seats(entity: &Entity) -> impl Iterator<Item = &Incorporation> {
    entity.incorporated.iter().chain(&entity.seat)
}

fn or_default<'a>(own: &'a [SourceId], entity: &'a Entity) -> &'a [SourceId] {
    if own.is_empty() { &entity.sources } else { own }
}

fn is_fund_manager(entity: &Entity) -> bool {
    entity.top.iter().any(|top| top.kind == TopKind::FundManager)
}

/// Holds companies without being one of their business: a fund manager, and a state or a foundation without a line
/// of its own. (A company *owned* by a state or a foundation has one, and its subsidiaries are a group.)
fn is_holder(entity: &Entity) -> bool {
    let is_above_business = |kind| matches!(kind, TopKind::State | TopKind::Foundation);
    is_fund_manager(entity) || (entity.line.is_empty() && entity.top.iter().any(|top| is_above_business(top.kind)))
}

/// At least a tenth, or not published.
fn is_large(edge: &Edge) -> bool {
    let shares = [edge.capital, edge.votes];
    shares.iter().all(Option::is_none) || shares.iter().flatten().any(|[_, high]| *high >= 10.0)
}
