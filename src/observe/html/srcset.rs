//! `srcset`: the HTML standard's way of cutting one into candidates. A URL may hold commas, so a split at commas is wrong.

/// URLs of the candidates, in order, as written. Descriptors are not judged: which candidate a browser takes depends
/// on its screen.
pub(super) fn candidates(text: &str) -> Candidates<'_> {
    Candidates { rest: text }
}

/// See [`candidates`].
#[derive(Debug, Clone)]
pub(super) struct Candidates<'a> {
    rest: &'a str,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

impl<'a> Iterator for Candidates<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start_matches(|c| is_space(c) || c == ',');
        if rest.is_empty() {
            self.rest = rest;
            return None;
        }
        let (url, after) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
        let bare = url.trim_end_matches(',');
        // A comma that ends the URL ends the candidate too: there are no descriptors.
        self.rest = if bare.len() < url.len() { after } else { skip_descriptors(after) };
        Some(bare)
    }
}

/// What follows the descriptors: a comma inside parentheses does not end them.
fn skip_descriptors(text: &str) -> &str {
    let mut in_parentheses = false;
    for (at, c) in text.char_indices() {
        match c {
            '(' => in_parentheses = true,
            ')' => in_parentheses = false,
            ',' if !in_parentheses => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::candidates;

    fn list(text: &str) -> Vec<&str> {
        candidates(text).collect()
    }

    #[test]
    fn candidates_are_cut_as_the_standard_cuts_them() {
        assert_eq!(list("a.png 1x, b.png 2x"), ["a.png", "b.png"]);
        assert_eq!(list("  a.png\n 480w ,\tb.png 800w,c.png"), ["a.png", "b.png", "c.png"]);
        assert_eq!(list("a.png, b.png"), ["a.png", "b.png"]);
        // A comma inside a URL belongs to it.
        assert_eq!(list("https://x.example/w_1,h_2/a.png 1x, b,c 2x"), ["https://x.example/w_1,h_2/a.png", "b,c"]);
        assert_eq!(list("a,b"), ["a,b"]);
        assert_eq!(list("a.png calc(1, 2), b.png"), ["a.png", "b.png"]);
        assert_eq!(list("data:image/png;base64,AAAA 1x, b.png 2x"), ["data:image/png;base64,AAAA", "b.png"]);
        assert_eq!(list(" , ,"), Vec::<&str>::new());
        assert_eq!(list(""), Vec::<&str>::new());
        assert_eq!(list("é.png (x"), ["é.png"]);
    }
}
