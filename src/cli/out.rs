//! The one writer: data to standard output and files, notes to standard error. Nothing else in the program writes there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::settings::Terminal;
use crate::safe;

/// Output that failed: exit 4.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {cause}")]
pub(crate) struct Failed {
    /// `standard output`, or the file.
    pub(crate) place: String,
    /// Why.
    pub(crate) cause: io::Error,
}

/// Standard output and standard error.
pub(crate) struct Out {
    stdout: BufWriter<Box<dyn Write>>,
    stderr: Box<dyn Write>,
    is_closed: bool,
    quiet: bool,
    shows_progress: bool,
    progress_stands: bool,
}

/// What the terminal can do.
pub(crate) fn terminal() -> Terminal {
    Terminal {
        stdout: io::stdout().is_terminal(),
        stderr: io::stderr().is_terminal(),
        columns: terminal_size::terminal_size().map(|(w, _)| usize::from(w.0)),
    }
}

impl Out {
    /// Of this process.
    pub(crate) fn of_process() -> Self {
        Self::new(Box::new(io::stdout()), Box::new(io::stderr()))
    }

    fn new(stdout: Box<dyn Write>, stderr: Box<dyn Write>) -> Self {
        Self {
            stdout: BufWriter::with_capacity(64 * 1024, stdout),
            stderr,
            is_closed: false,
            quiet: false,
            shows_progress: false,
            progress_stands: false,
        }
    }

    /// How much goes to standard error.
    pub(crate) fn set_notes(&mut self, quiet: bool, shows_progress: bool) {
        self.quiet = quiet;
        self.shows_progress = shows_progress && !quiet;
    }

    /// Text for standard output, complete with its line ends. Once the reader has gone away it is dropped.
    ///
    /// # Errors
    /// Anything but a closed pipe.
    pub(crate) fn data(&mut self, text: &str) -> Result<(), Failed> {
        self.clear_progress();
        if self.is_closed {
            return Ok(());
        }
        let written = self.stdout.write_all(text.as_bytes());
        self.settle(written)
    }

    /// Hands over what has been written so far.
    ///
    /// # Errors
    /// Anything but a closed pipe.
    pub(crate) fn flush(&mut self) -> Result<(), Failed> {
        if self.is_closed {
            return Ok(());
        }
        let flushed = self.stdout.flush();
        self.settle(flushed)
    }

    /// Whether the reader of standard output has gone away; more work for it is in vain.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    fn settle(&mut self, result: io::Result<()>) -> Result<(), Failed> {
        match result {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(cause) => {
                // What stands in the buffer cannot be written either; a second message would say nothing new.
                self.is_closed = true;
                Err(Failed { place: "standard output".into(), cause })
            }
        }
    }

    /// A fault: always shown.
    pub(crate) fn error(&mut self, text: &str) {
        self.line(&format!("jurisdig: {text}"));
    }

    /// A fault of several lines, shown as it is laid out.
    pub(crate) fn error_block(&mut self, text: &str) {
        for line in text.lines() {
            self.line(line);
        }
    }

    /// Something worth knowing; `-q` leaves it out.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.quiet {
            self.line(&format!("jurisdig: {text}"));
        }
    }

    /// Replaces the progress line, on a terminal only.
    pub(crate) fn progress(&mut self, text: &str) {
        if self.shows_progress {
            let text: String = safe::escape(text).chars().take(78).collect();
            let _ = write!(self.stderr, "\r\x1b[K{text}");
            let _ = self.stderr.flush();
            self.progress_stands = true;
        }
    }

    fn clear_progress(&mut self) {
        if self.progress_stands {
            let _ = write!(self.stderr, "\r\x1b[K");
            let _ = self.stderr.flush();
            self.progress_stands = false;
        }
    }

    fn line(&mut self, text: &str) {
        self.clear_progress();
        // Nobody is left to tell when standard error fails.
        let _ = writeln!(self.stderr, "{}", safe::escape(text));
    }

    /// Ends the run: flushes, and says what the exit code is.
    pub(crate) fn finish(mut self, exit: Exit) -> Exit {
        self.clear_progress();
        match self.flush() {
            Ok(()) => exit,
            Err(failed) => {
                self.error(&failed.to_string());
                exit.and(Exit::Local)
            }
        }
    }
}

/// A file that is complete or not there: written beside its place under another name, and moved when done.
pub(crate) struct WholeFile {
    path: PathBuf,
    /// `None` for what cannot be replaced: a device, a pipe.
    temporary: Option<PathBuf>,
    file: Option<BufWriter<File>>,
}

impl WholeFile {
    /// Opens the file for writing; nothing stands at its place before [`WholeFile::keep`].
    ///
    /// # Errors
    /// The path, and why it cannot be written.
    pub(crate) fn create(path: &Path) -> Result<Self, Failed> {
        let failed = |cause| Failed { place: path.display().to_string(), cause };
        // A link is followed once, so that the file it points at is replaced and not the link.
        let path_at_end = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let kind = fs::metadata(&path_at_end).ok();
        if kind.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "is a directory")));
        }
        if kind.is_some_and(|k| !k.is_file()) {
            let file = OpenOptions::new().write(true).open(&path_at_end).map_err(failed)?;
            return Ok(Self { path: path_at_end, temporary: None, file: Some(BufWriter::new(file)) });
        }
        let mut name = std::ffi::OsString::from(".");
        name.push(path_at_end.file_name().unwrap_or_default());
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = path_at_end.with_file_name(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(failed)?;
        Ok(Self { path: path_at_end, temporary: Some(temporary), file: Some(BufWriter::new(file)) })
    }

    /// Adds text.
    ///
    /// # Errors
    /// The path, and why.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failed> {
        let written = self.file.as_mut().map_or(Ok(()), |f| f.write_all(text.as_bytes()));
        written.map_err(|cause| self.failed(cause))
    }

    /// Puts the complete file at its place, and says where that is.
    ///
    /// # Errors
    /// The path, and why; its place is as it was then.
    pub(crate) fn keep(mut self) -> Result<PathBuf, Failed> {
        let Some(file) = self.file.take() else { return Ok(self.path.clone()) };
        let file = file.into_inner().map_err(|e| self.failed(e.into_error()))?;
        if let Some(temporary) = &self.temporary {
            file.sync_all().and_then(|()| fs::rename(temporary, &self.path)).map_err(|cause| self.failed(cause))?;
            self.temporary = None;
        }
        Ok(self.path.clone())
    }

    fn failed(&self, cause: io::Error) -> Failed {
        Failed { place: self.path.display().to_string(), cause }
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            let _ = fs::remove_file(temporary);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>, Option<io::ErrorKind>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.1 {
                Some(kind) => Err(kind.into()),
                None => self.0.lock().unwrap().write(bytes),
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn failing(kind: io::ErrorKind) -> (Out, Sink) {
        let stderr = Sink::default();
        (Out::new(Box::new(Sink(Arc::default(), Some(kind))), Box::new(stderr.clone())), stderr)
    }

    #[test]
    fn a_closed_pipe_is_quiet() {
        let (mut out, stderr) = failing(io::ErrorKind::BrokenPipe);
        out.data("x\n").unwrap();
        out.flush().unwrap();
        assert!(out.is_closed());
        out.data("y\n").unwrap();
        assert_eq!(out.finish(Exit::Incomplete), Exit::Incomplete);
        assert_eq!(stderr.text(), "");
    }

    #[test]
    fn a_full_disk_is_said_once_and_is_exit_4() {
        let (mut out, stderr) = failing(io::ErrorKind::StorageFull);
        out.data("x\n").unwrap();
        assert_eq!(out.finish(Exit::Done), Exit::Local);
        assert_eq!(stderr.text().lines().count(), 1);
        assert!(stderr.text().starts_with("jurisdig: standard output: "));
    }

    #[test]
    fn notes_are_clean_and_can_be_silenced() {
        let stderr = Sink::default();
        let mut out = Out::new(Box::new(Sink::default()), Box::new(stderr.clone()));
        out.note("a\u{1b}[2Jb\nc");
        out.set_notes(true, true);
        out.note("silent");
        out.progress("silent");
        out.error("loud");
        assert_eq!(stderr.text(), "jurisdig: a\\u{1b}[2Jb\\u{a}c\njurisdig: loud\n");
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "old").unwrap();
        let mut dropped = WholeFile::create(&path).unwrap();
        dropped.write("half").unwrap();
        drop(dropped);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let mut kept = WholeFile::create(&path).unwrap();
        kept.write("new").unwrap();
        kept.keep().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
        assert!(WholeFile::create(folder.path()).is_err());
        assert!(WholeFile::create(&folder.path().join("none/x.json")).is_err());
    }
}
