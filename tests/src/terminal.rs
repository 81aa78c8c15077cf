//! A terminal to run the console in: what it shows, byte by byte, and what a person types.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A running program and the terminal it runs in; both end when dropped.
pub struct Terminal {
    child: Child,
    keyboard: File,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    state: Mutex<Option<State>>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    /// Bytes the program wrote since its start.
    bytes: u64,
    last: Instant,
    closed: bool,
}

impl Seen {
    fn lock(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Terminal {
    /// Runs a program in a terminal of this size, which calls itself `xterm-256color` unless the command says otherwise.
    pub fn start(mut command: Command, columns: u16, rows: u16) -> std::io::Result<Terminal> {
        let (ours, theirs) = open(columns, rows)?;
        if !command.get_envs().any(|(name, _)| name == "TERM") {
            command.env("TERM", "xterm-256color");
        }
        command.stdin(theirs.try_clone()?).stdout(theirs.try_clone()?).stderr(Stdio::from(theirs));
        // SAFETY: both calls are async-signal-safe and touch no memory of the parent.
        unsafe {
            command.pre_exec(|| {
                if libc::setsid() < 0 || libc::ioctl(0, libc::TIOCSCTTY, 0) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = command.spawn()?;
        // The command holds the program's end of the terminal; kept open it would hide the program's end.
        drop(command);

        let seen = Arc::new(Seen::default());
        *seen.lock() = Some(State {
            parser: vt100::Parser::new(size(rows), size(columns), 0),
            bytes: 0,
            last: Instant::now(),
            closed: false,
        });
        let keyboard = ours.try_clone()?;
        let (screen, answers) = (seen.clone(), ours.try_clone()?);
        std::thread::spawn(move || follow(ours, answers, &screen));
        Ok(Terminal { child, keyboard, seen })
    }

    /// Types.
    pub fn press(&mut self, keys: &str) {
        let _ = self.keyboard.write_all(keys.as_bytes());
    }

    /// The text on the screen, one line each row.
    pub fn screen(&self) -> String {
        self.with(|state| state.parser.screen().contents())
    }

    /// Bytes the program has written.
    pub fn bytes(&self) -> u64 {
        self.with(|state| state.bytes)
    }

    /// Waits until the screen shows a text, and returns how long that took.
    ///
    /// # Panics
    /// When it does not within `patience`; the message holds the screen.
    pub fn expect(&self, text: &str, patience: Duration) -> Duration {
        match self.wait(patience, |screen| screen.contents().contains(text)) {
            Some(took) => took,
            None => panic!("no {text:?} on the screen after {patience:?}:\n{}", self.screen()),
        }
    }

    /// Waits until the screen satisfies a condition; none when it never does or the program ends first.
    pub fn wait(&self, patience: Duration, done: impl Fn(&vt100::Screen) -> bool) -> Option<Duration> {
        let start = Instant::now();
        let mut guard = self.seen.lock();
        loop {
            let state = guard.as_ref()?;
            if done(state.parser.screen()) {
                return Some(start.elapsed());
            }
            let left = patience.checked_sub(start.elapsed()).filter(|_| !state.closed)?;
            let waited = self.seen.changed.wait_timeout(guard, left);
            guard = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until more than `before` bytes were written; when the last of them came.
    pub fn written_after(&self, before: u64, patience: Duration) -> Option<Instant> {
        let end = Instant::now() + patience;
        let mut guard = self.seen.lock();
        loop {
            let state = guard.as_ref()?;
            if state.bytes > before {
                return Some(state.last);
            }
            let left = end.checked_duration_since(Instant::now()).filter(|_| !state.closed)?;
            let waited = self.seen.changed.wait_timeout(guard, left);
            guard = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Changes the size of the window.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let window = window(columns, rows);
        // SAFETY: the descriptor is open and the structure lives through the call.
        unsafe { libc::ioctl(self.keyboard.as_raw_fd(), libc::TIOCSWINSZ, &raw const window) };
        if let Some(state) = self.seen.lock().as_mut() {
            state.parser.set_size(size(rows), size(columns));
        }
    }

    /// The program's process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the program's end; none when it goes on.
    pub fn ended(&mut self, patience: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + patience;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                _ if Instant::now() > end => return None,
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn with<T: Default>(&self, read: impl FnOnce(&State) -> T) -> T {
        self.seen.lock().as_ref().map(read).unwrap_or_default()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes in what the program writes and answers what it asks its terminal.
fn follow(mut ours: File, mut answers: File, seen: &Seen) {
    let mut buffer = [0; 64 * 1024];
    loop {
        let count = ours.read(&mut buffer).unwrap_or(0);
        let mut guard = seen.lock();
        let Some(state) = guard.as_mut() else { return };
        if count == 0 {
            state.closed = true;
            seen.changed.notify_all();
            return;
        }
        state.parser.process(&buffer[..count]);
        state.bytes += count as u64;
        state.last = Instant::now();
        let (row, column) = state.parser.screen().cursor_position();
        drop(guard);
        seen.changed.notify_all();
        for (question, answer) in questions(row, column) {
            if buffer[..count].windows(question.len()).any(|w| w == question.as_bytes()) {
                let _ = answers.write_all(answer.as_bytes());
            }
        }
    }
}

/// What programs ask terminals, and what a dark xterm answers.
fn questions(row: u16, column: u16) -> [(&'static str, String); 5] {
    [
        ("\x1b[c", "\x1b[?62;22c".into()),
        ("\x1b[0c", "\x1b[?62;22c".into()),
        ("\x1b[6n", format!("\x1b[{};{}R", row + 1, column + 1)),
        ("\x1b]10;?", "\x1b]10;rgb:ffff/ffff/ffff\x1b\\".into()),
        ("\x1b]11;?", "\x1b]11;rgb:0000/0000/0000\x1b\\".into()),
    ]
}

fn size(of: u16) -> NonZeroU16 {
    NonZeroU16::new(of).unwrap_or(NonZeroU16::MIN)
}

fn window(columns: u16, rows: u16) -> libc::winsize {
    libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

/// Our end and the program's end of a new terminal, neither passed on to programs by accident.
fn open(columns: u16, rows: u16) -> std::io::Result<(File, OwnedFd)> {
    let (mut ours, mut theirs) = (-1, -1);
    let window = window(columns, rows);
    // SAFETY: the descriptors are written before they are read, and owned exactly once.
    unsafe {
        let none = std::ptr::null_mut();
        if libc::openpty(
            &raw mut ours,
            &raw mut theirs,
            none,
            std::ptr::null_mut(),
            (&raw const window).cast_mut(),
        ) < 0
        {
            return Err(std::io::Error::last_os_error());
        }
        libc::fcntl(ours, libc::F_SETFD, libc::FD_CLOEXEC);
        libc::fcntl(theirs, libc::F_SETFD, libc::FD_CLOEXEC);
        Ok((File::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)))
    }
}
