//! The terminal: what it can show, what it says, and how it is left as it was found.

pub mod caps;
pub mod input;
pub mod paint;

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::terminal;

pub use caps::{Caps, Depth};
pub use input::{Code, Input, Key};
pub use paint::Painter;

use crate::app::Event;

const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[2J";
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[r\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1049l\x1b[?25h";
const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x1b\\";
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1000l\x1b[?1006l";

static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while the console has it. Dropping it gives it back, as do a panic and a signal.
#[derive(Debug)]
pub struct Terminal {
    frames: SyncSender<Vec<u8>>,
}

impl Terminal {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste.
    ///
    /// # Errors
    /// When standard input or output is not a terminal, or it refuses raw mode.
    pub fn take(events: &Sender<Event>) -> io::Result<Self> {
        if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::other("aglis-tui needs a terminal; for scripts use aglisctl"));
        }
        terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        restore_on_panic();
        let (frames, queue) = sync_channel(8);
        let writer = events.clone();
        thread::Builder::new().name("screen".into()).spawn(move || write_frames(&queue, &writer))?;
        let reader = events.clone();
        thread::Builder::new().name("keys".into()).spawn(move || read_input(&reader))?;
        let terminal = Self { frames };
        terminal.send(ENTER.to_vec());
        Ok(terminal)
    }

    /// Asks for the background colour; the answer arrives as [`Input::Background`], or never.
    pub fn ask_background(&self) {
        self.send(ASK_BACKGROUND.to_vec());
    }

    /// Turns mouse reports on or off.
    pub fn mouse(&self, on: bool) {
        self.send(if on { MOUSE_ON } else { MOUSE_OFF }.to_vec());
    }

    /// Puts a text on the clipboard of the terminal the person sits at (OSC 52), also over SSH.
    pub fn copy(&self, text: &str) {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        self.send(format!("\x1b]52;c;{encoded}\x07").into_bytes());
    }

    /// Hands bytes to the writer, which reports [`Event::Written`] when the terminal took them.
    pub fn send(&self, bytes: Vec<u8>) {
        // The writer only ends with the terminal, which the event loop hears of as `Event::Hangup`.
        let _ = self.frames.try_send(bytes);
    }

    /// Columns and rows.
    #[must_use]
    pub fn size() -> (u16, u16) {
        terminal::size().unwrap_or((80, 24))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back as it was. Safe to call twice, and from a panic or signal.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = out.write_all(LEAVE);
        let _ = out.flush();
        let _ = terminal::disable_raw_mode();
    }
}

fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        before(info);
    }));
}

fn write_frames(queue: &Receiver<Vec<u8>>, events: &Sender<Event>) {
    let mut out = io::stdout();
    while let Ok(frame) = queue.recv() {
        if !TAKEN.load(Ordering::SeqCst) {
            return;
        }
        let start = Instant::now();
        if out.write_all(&frame).and_then(|()| out.flush()).is_err() {
            let _ = events.send(Event::Hangup);
            return;
        }
        if events.send(Event::Written { bytes: frame.len(), took: start.elapsed() }).is_err() {
            return;
        }
    }
}

fn read_input(events: &Sender<Event>) {
    let mut input = io::stdin().lock();
    let mut chunk = [0_u8; 16 * 1024];
    loop {
        match input.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => {
                if events.send(Event::Bytes(chunk[..count].to_vec())).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(5))
            }
            Err(_) => break,
        }
    }
    let _ = events.send(Event::Hangup);
}
