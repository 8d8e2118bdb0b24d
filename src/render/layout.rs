//! Lines, tones, wrapping and grids. Everything that is laid out here passed the sanitiser of the terminal first, and
//! is ASCII already where ASCII is asked for, so that widths are right.

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets::NOTHING};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Style;
use crate::report::MarkId;
use crate::safe;

/// How a piece of text is shown where there is colour. Never the only sign of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tone {
    #[default]
    Plain,
    Strong,
    Dim,
    Reached,
    Unknown,
    Contested,
    Home,
}

impl Tone {
    pub(super) fn of(mark: MarkId) -> Self {
        match mark {
            MarkId::Reached => Self::Reached,
            MarkId::Unknown => Self::Unknown,
            MarkId::Contested => Self::Contested,
            MarkId::Home => Self::Home,
            MarkId::Plain => Self::Plain,
        }
    }

    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Dim => Some("2"),
            Self::Reached => Some("1;31"),
            Self::Unknown => Some("33"),
            Self::Contested => Some("35"),
            Self::Home => Some("32"),
        }
    }
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    text: String,
    tone: Tone,
}

/// Collects the lines of a screen.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) style: Style,
    lines: Vec<Vec<Span>>,
    /// Label of the last labelled paragraph.
    label: String,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { style, lines: Vec::new(), label: String::new() }
    }

    /// Whether a label is that of the last labelled paragraph, and remembers it.
    pub(super) fn repeats(&mut self, label: &str) -> bool {
        let is_same = self.label == label;
        label.clone_into(&mut self.label);
        is_same
    }

    /// An empty line, unless the last one is empty too.
    pub(super) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Vec::new());
        }
    }

    /// Prose with an indent, wrapped at `width`.
    pub(super) fn prose(&mut self, indent: usize, width: usize, text: &str, tone: Tone) {
        self.hanging("", indent, width, text, tone);
    }

    /// Prose after a label: `  why     jurisdig explain ...`; further lines start below the text. Where the label would
    /// leave less than half of a narrow screen, it stands on a line of its own.
    pub(super) fn hanging(&mut self, label: &str, indent: usize, width: usize, text: &str, tone: Tone) {
        let label = clean(self.style, label);
        let text = clean(self.style, text);
        let mut indent = indent.min(width * 2 / 3);
        let mut head = label.clone();
        if label.width() > indent {
            for piece in wrap(label.trim_end(), width).into_iter().filter(|piece| !piece.is_empty()) {
                self.lines.push(vec![Span { text: piece, tone: Tone::Plain }]);
            }
            head = String::new();
            indent = indent.min(4);
        }
        for piece in wrap(&text, width.saturating_sub(indent).max(1)) {
            let pad = " ".repeat(indent.saturating_sub(head.width()));
            let mut spans = vec![Span { text: format!("{head}{pad}"), tone: Tone::Plain }];
            spans.push(Span { text: piece, tone });
            self.lines.push(spans);
            head = String::new();
        }
    }

    /// Two texts at the ends of one line, or on two lines where one is too short.
    pub(super) fn ends(&mut self, width: usize, left: (&str, Tone), right: (&str, Tone)) {
        let (l, r) = (clean(self.style, left.0), clean(self.style, right.0));
        if l.width() + 2 + r.width() <= width {
            let pad = " ".repeat(width - l.width() - r.width());
            self.lines.push(vec![
                Span { text: l, tone: left.1 },
                Span { text: pad, tone: Tone::Plain },
                Span { text: r, tone: right.1 },
            ]);
        } else {
            self.prose(0, width, &l, left.1);
            self.prose(2, width, &r, right.1);
        }
    }

    /// Items that are never split, separated by three spaces.
    pub(super) fn items(&mut self, indent: usize, width: usize, items: &[String]) {
        let mut line = String::new();
        let style = self.style;
        for item in items.iter().map(|item| clean(style, item)) {
            if !line.is_empty() && indent + line.width() + 3 + item.width() > width {
                self.prose(indent, width, &std::mem::take(&mut line), Tone::Plain);
            }
            if !line.is_empty() {
                line.push_str("   ");
            }
            line.push_str(&item);
        }
        if !line.is_empty() {
            self.prose(indent, width, &line, Tone::Plain);
        }
    }

    /// One line of pieces, as long as it is.
    pub(super) fn line(&mut self, pieces: &[(&str, Tone)]) {
        let style = self.style;
        self.lines.push(pieces.iter().map(|(text, tone)| Span { text: clean(style, text), tone: *tone }).collect());
    }

    pub(super) fn append(&mut self, lines: Vec<Vec<Span>>) {
        self.lines.extend(lines);
    }

    /// Writes the page: colour goes around pieces, after everything was measured.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in &self.lines {
            let last = line.iter().rposition(|span| !span.text.trim_end().is_empty());
            for (index, span) in line.iter().enumerate().take(last.map_or(0, |l| l + 1)) {
                let text = if Some(index) == last { span.text.trim_end() } else { span.text.as_str() };
                match span.tone.code().filter(|_| self.style.color && !text.trim().is_empty()) {
                    // Blanks stay outside, or a terminal would underline or fill them.
                    Some(code) => {
                        let body = text.trim_end();
                        write!(out, "\u{1b}[{code}m{body}\u{1b}[0m{}", &text[body.len()..])?;
                    }
                    None => out.write_all(text.as_bytes())?,
                }
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// Text fit for this screen: sanitised, and ASCII where asked.
pub(super) fn clean(style: Style, text: &str) -> String {
    let safe = safe::escape(text);
    if style.ascii { ascii(&safe) } else { safe.into_owned() }
}

/// Signs of the screen in ASCII, Latin letters without their accents, anything else as a visible escape.
pub(super) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => out.push(c),
            '\u{a0}' | '\u{202f}' => out.push(' '),
            '›' => out.push('>'),
            '→' => out.push_str("->"),
            '←' => out.push_str("<-"),
            '·' | '—' | '–' | '─' => out.push('-'),
            '…' => out.push_str("..."),
            '°' => out.push('*'),
            '†' => out.push('^'),
            '’' | '‘' => out.push('\''),
            '«' | '»' | '“' | '”' => out.push('"'),
            '×' => out.push('x'),
            _ => match plain_letter(c) {
                Some(letter) => out.push_str(letter),
                None => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            },
        }
    }
    out
}

fn plain_letter(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ă' | 'ą' => "a",
        'À' | 'Á' | 'Â' | 'Ã' | 'Å' | 'Ą' => "A",
        'ä' => "ae",
        'Ä' => "Ae",
        'æ' => "ae",
        'Æ' => "AE",
        'ç' | 'ć' | 'č' => "c",
        'Ç' | 'Ć' | 'Č' => "C",
        'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => "e",
        'È' | 'É' | 'Ê' | 'Ë' | 'Ę' => "E",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'Ì' | 'Í' | 'Î' | 'Ï' => "I",
        'ñ' | 'ń' | 'ň' => "n",
        'Ñ' => "N",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' => "o",
        'Ò' | 'Ó' | 'Ô' | 'Õ' => "O",
        'ö' | 'ø' | 'œ' => "oe",
        'Ö' | 'Ø' | 'Œ' => "OE",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' => "u",
        'Ù' | 'Ú' | 'Û' => "U",
        'ü' => "ue",
        'Ü' => "Ue",
        'ý' | 'ÿ' => "y",
        'ß' => "ss",
        'š' | 'ś' => "s",
        'Š' | 'Ś' => "S",
        'ž' | 'ź' | 'ż' => "z",
        'Ž' | 'Ź' | 'Ż' => "Z",
        'ł' => "l",
        'Ł' => "L",
        'ř' => "r",
        _ => return None,
    })
}

/// Breaks at spaces (not at no-break spaces); a word longer than a line is broken anywhere. Spaces at the beginning and
/// runs of spaces inside a line are kept: they indent and separate.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let body = text.trim_start_matches(' ');
    let mut line = " ".repeat((text.len() - body.len()).min(width.saturating_sub(1)));
    let mut lines = Vec::new();
    let mut is_first = true;
    for word in body.split(' ') {
        let space = usize::from(!is_first);
        if line.width() + space + word.width() <= width {
            line.push_str(&" "[..space]);
            line.push_str(word);
            is_first = false;
            continue;
        }
        if !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
            line = String::new();
        }
        for c in word.chars() {
            if line.width() + c.width().unwrap_or(0) > width && !line.trim().is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
        is_first = line.is_empty();
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Wraps and keeps at most `max` lines; what is cut is said.
pub(super) fn wrap_at_most(style: Style, text: &str, width: usize, max: usize) -> Vec<String> {
    let mut lines = wrap(text, width);
    if lines.len() > max {
        lines.truncate(max);
        let dots = clean(style, "…");
        if let Some(last) = lines.last_mut() {
            while last.width() + dots.width() > width && last.pop().is_some() {}
            last.push_str(&dots);
        }
    }
    lines
}

/// A row of a grid.
#[derive(Debug, Clone)]
pub(super) enum GridRow {
    /// Cells with their tones.
    Cells(Vec<(String, Tone)>),
    /// One text over the whole width, such as the heading of a group.
    Whole(String, Tone),
    /// A text in the first column and one over all others.
    Over(String, String, Tone),
    /// A rule.
    Rule,
}

/// A table with fixed widths.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) indent: usize,
    /// Width of each column without the gap after it.
    pub(super) widths: Vec<usize>,
    /// Gap after each column.
    pub(super) gap: usize,
    /// Most lines of a cell.
    pub(super) max_lines: usize,
    pub(super) rows: Vec<GridRow>,
}

impl Grid {
    /// Draws the grid with comfy-table, then puts whole-width rows and tones in: its cells know no spans, and it would
    /// count the bytes of a colour as width.
    pub(super) fn draw(&self, page: &mut Page) {
        let style = page.style;
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let mut heights = Vec::new();
        for row in &self.rows {
            let cells: Vec<String> = match row {
                GridRow::Cells(cells) => cells
                    .iter()
                    .zip(&self.widths)
                    .map(|((text, _), width)| {
                        wrap_at_most(style, &clean(style, &safe::for_terminal(text)), *width, self.max_lines).join("\n")
                    })
                    .collect(),
                _ => vec![String::new(); self.widths.len()],
            };
            heights.push(cells.iter().map(|cell| cell.lines().count().max(1)).max().unwrap_or(1));
            table.add_row(cells);
        }
        for (column, width) in table.column_iter_mut().zip(&self.widths) {
            let gap = u16::try_from(self.gap).unwrap_or(1);
            column.set_padding((0, gap));
            let whole = u16::try_from(*width).unwrap_or(u16::MAX).saturating_add(gap);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(whole)));
        }
        let drawn: Vec<String> = table.lines().collect();
        let mut at = 0;
        for (row, height) in self.rows.iter().zip(heights) {
            let lines = &drawn[at.min(drawn.len())..(at + height).min(drawn.len())];
            page.append(self.tint(style, row, lines));
            at += height;
        }
    }

    fn tint(&self, style: Style, row: &GridRow, lines: &[String]) -> Vec<Vec<Span>> {
        let margin = || Span { text: " ".repeat(self.indent), tone: Tone::Plain };
        let total: usize = self.widths.iter().sum::<usize>() + self.gap * self.widths.len().saturating_sub(1);
        let set = |text: &str, width: usize| wrap_at_most(style, &clean(style, &safe::for_terminal(text)), width, 4);
        match row {
            GridRow::Cells(cells) => lines
                .iter()
                .map(|line| {
                    let mut spans = vec![margin()];
                    let mut chars = line.chars().peekable();
                    for (width, (_, tone)) in self.widths.iter().zip(cells) {
                        let (mut text, mut used) = (String::new(), 0);
                        while let Some(c) = chars.peek().copied() {
                            let w = c.width().unwrap_or(0);
                            if used + w > width + self.gap {
                                break;
                            }
                            used += w;
                            text.push(c);
                            chars.next();
                        }
                        spans.push(Span { text, tone: *tone });
                    }
                    spans
                })
                .collect(),
            GridRow::Whole(text, tone) => {
                set(text, total).into_iter().map(|text| vec![margin(), Span { text, tone: *tone }]).collect()
            }
            GridRow::Over(label, text, tone) => {
                let first = self.widths.first().copied().unwrap_or(0);
                let room = total.saturating_sub(first + self.gap);
                let mut label = wrap_at_most(style, &clean(style, &safe::for_terminal(label)), first, 1).remove(0);
                set(text, room)
                    .into_iter()
                    .map(|text| {
                        let pad = " ".repeat(first + self.gap - label.width().min(first));
                        let head = Span { text: format!("{label}{pad}"), tone: Tone::Plain };
                        label.clear();
                        vec![margin(), head, Span { text, tone: *tone }]
                    })
                    .collect()
            }
            GridRow::Rule => {
                let rule = clean(style, "─").repeat(total);
                vec![vec![margin(), Span { text: rule, tone: Tone::Dim }]]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_no_break_spaces_and_breaks_long_words() {
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("vu\u{a0}: oui", 5), ["vu\u{a0}:", "oui"]);
        assert_eq!(wrap("abcdefgh i", 3), ["abc", "def", "gh", "i"]);
        assert_eq!(wrap("例例例", 4), ["例例", "例"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("a   b", 9), ["a   b"]);
        assert_eq!(wrap("  and so on", 7), ["  and", "so on"]);
        assert_eq!(wrap("a    b", 3), ["a", "b"]);
    }

    #[test]
    fn ascii_has_a_form_for_every_sign() {
        assert_eq!(ascii("Nîmes › Zürich · 702† IE° … →"), "Nimes > Zuerich - 702^ IE* ... ->");
        assert_eq!(ascii("例"), "\\u{4f8b}");
    }

    #[test]
    fn what_is_cut_is_said() {
        let style = Style::default();
        assert_eq!(wrap_at_most(style, "one two three four", 5, 2), ["one", "two…"]);
    }
}
