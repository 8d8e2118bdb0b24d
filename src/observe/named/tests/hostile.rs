//! Anything at all as a file.

use super::*;
use proptest::prelude::*;

const NAMES: [&str; 8] = ["x.txt", "x.tf", "x.json", "Dockerfile", ".env", "compose.yml", "x.html", "sitemap.xml"];

proptest! {
    /// Whatever a file holds: an answer, each place within the file, and nothing that is no host.
    #[test]
    fn any_text_is_answered(
        text in "([ \\n\\t\"'`=:,;/@#<>{}$()\\[\\]|.*-]|a\\.fr|https?://|image: |region = |<loc>|</loc>|<urlset>|[a-z0-9]{1,4}|\\PC|\u{3000}){0,80}",
        which in 0..NAMES.len(),
        begin in prop::sample::select(vec!["", "two words\n", "{", "<urlset>", "apiVersion: v1\nkind: X\n", "services:\n a:\n  image: x\n"]),
    ) {
        let text = format!("{begin}{text}");
        if let Ok(Input::Named(found)) = read(NAMES[which], text.as_bytes()) {
            let lines = u32::try_from(text.lines().count()).unwrap();
            for item in &found.items {
                prop_assert!(!item.at.is_empty());
                prop_assert!(item.at.iter().all(|at| at.line <= lines && at.file == NAMES[which]));
            }
            prop_assert!(found.faults.iter().all(|fault| fault.line <= lines));
            let again = read(NAMES[which], text.as_bytes());
            prop_assert_eq!(again, Ok(Input::Named(found)), "same input, same result");
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200), which in 0..NAMES.len()) {
        let _ = read(NAMES[which], &bytes);
    }
}
