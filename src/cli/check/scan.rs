//! Files that `scan` of a policy means: globs relative to its folder. Links out of the folder are not followed.

use std::path::{Path, PathBuf};

use crate::cli::policy_file::is_inside;
use crate::cli::stop::Stop;

/// Most files one policy may have read.
const MAX_FILES: usize = 10_000;
/// Most folders looked into for them.
const MAX_FOLDERS: usize = 100_000;

/// Files that match, sorted, and patterns that match none.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// With the folder before them, as the user named it.
    pub(super) files: Vec<PathBuf>,
    /// Patterns that match nothing.
    pub(super) idle: Vec<String>,
}

/// Looks for files.
///
/// # Errors
/// More than a policy may have read.
pub(super) fn scan(folder: &Path, patterns: &[String]) -> Result<Scanned, Stop> {
    if patterns.is_empty() {
        return Ok(Scanned::default());
    }
    let globs: Vec<Vec<Vec<String>>> =
        patterns.iter().map(|pattern| expand(pattern).iter().map(|one| steps(one)).collect()).collect();
    let is_hidden_meant = patterns.iter().any(|pattern| pattern.starts_with('.') || pattern.contains("/."));
    let mut is_met = vec![false; patterns.len()];
    let mut files = Vec::new();
    let mut looked = 0;
    let mut left: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(at) = left.pop() {
        looked += 1;
        if looked > MAX_FOLDERS {
            return Err(Stop::usage(format!("scan: more than {MAX_FOLDERS} folders in {}", shown(folder))));
        }
        let path = at.iter().fold(folder.to_owned(), |path, step| path.join(step));
        let place = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
        let entries = std::fs::read_dir(place).map_err(|e| Stop::local(format!("{}: {e}", shown(place))))?;
        for entry in entries {
            let entry = entry.map_err(|e| Stop::local(format!("{}: {e}", shown(place))))?;
            // A name that is no text is matched by no pattern.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') && !is_hidden_meant {
                continue;
            }
            let kind = entry.file_type().map_err(|e| Stop::local(format!("{}: {e}", shown(place))))?;
            let here = [at.as_slice(), std::slice::from_ref(&name)].concat();
            if kind.is_dir() {
                left.push(here);
                continue;
            }
            let mut is_wanted = false;
            for (glob, is_met) in globs.iter().zip(&mut is_met) {
                if glob.iter().any(|steps| matches(steps, &here)) {
                    *is_met = true;
                    is_wanted = true;
                }
            }
            let path = path.join(&name);
            if is_wanted && path.is_file() && is_inside(folder, &path) {
                files.push(path);
            }
            if files.len() > MAX_FILES {
                return Err(Stop::usage(format!("scan: more than {MAX_FILES} files in {}", shown(folder))));
            }
        }
    }
    files.sort();
    let idle = patterns.iter().zip(is_met).filter(|(_, met)| !met).map(|(pattern, _)| pattern.clone()).collect();
    Ok(Scanned { files, idle })
}

fn shown(path: &Path) -> String {
    if path.as_os_str().is_empty() { ".".to_owned() } else { path.display().to_string() }
}

fn steps(pattern: &str) -> Vec<String> {
    pattern.split('/').filter(|step| !step.is_empty() && *step != ".").map(str::to_owned).collect()
}

/// `a.{tf,yml}` as `a.tf` and `a.yml`; at most 64 patterns.
fn expand(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut left = vec![pattern.to_owned()];
    while let Some(one) = left.pop() {
        let inner = one.find('}').and_then(|close| Some((one[..close].rfind('{')?, close)));
        match inner {
            Some((open, close)) if done.len() + left.len() < 64 => {
                let parts = one[open + 1..close].split(',');
                left.extend(parts.map(|part| format!("{}{part}{}", &one[..open], &one[close + 1..])));
            }
            _ => done.push(one),
        }
    }
    done
}

/// `**` stands for any number of folders, also none.
fn matches(steps: &[String], path: &[String]) -> bool {
    match (steps.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            matches(rest, path) || path.split_first().is_some_and(|(_, below)| matches(steps, below))
        }
        (Some((first, rest)), Some((name, below))) => fits(first.as_bytes(), name.as_bytes()) && matches(rest, below),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// `*` stands for any run of characters, `?` for one, inside one name.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to try again: behind the last `*`, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            Some(&c) if c == b'?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((after, taken)) => {
                    star = Some((after, taken + 1));
                    p = after;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn meant(pattern: &str, path: &str) -> bool {
        expand(pattern).iter().any(|one| matches(&steps(one), &steps(path)))
    }

    #[test]
    fn globs() {
        for (pattern, path, want) in [
            ("*.tf", "main.tf", true),
            ("*.tf", "a/main.tf", false),
            ("**/*.tf", "a/b/main.tf", true),
            ("**/*.tf", "main.tf", true),
            ("src/**/*.html", "src/index.html", true),
            ("src/**/*.html", "src/a/b/index.html", true),
            ("src/**/*.html", "lib/index.html", false),
            ("docker-compose.y?ml", "docker-compose.yaml", true),
            ("docker-compose.{yml,yaml}", "docker-compose.yml", true),
            ("./a.txt", "a.txt", true),
            ("a/**", "a/b/c.txt", true),
            ("*", "a/b", false),
        ] {
            assert_eq!(meant(pattern, path), want, "{pattern} {path}");
        }
    }

    #[test]
    fn hidden_folders_and_links_out_are_left_alone() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.tf"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("a/b")).unwrap();
        std::fs::create_dir_all(at(".git")).unwrap();
        for name in ["a/b/x.tf", "y.tf", ".git/z.tf"] {
            std::fs::write(at(name), "x").unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outside.path().join("secret.tf"), at("link.tf")).unwrap();
            std::os::unix::fs::symlink(outside.path(), at("folder")).unwrap();
        }
        let found = scan(folder.path(), &["**/*.tf".to_owned(), "*.none".to_owned()]).unwrap();
        assert_eq!(found.files, [at("a/b/x.tf"), at("y.tf")]);
        assert_eq!(found.idle, ["*.none"]);
    }
}
