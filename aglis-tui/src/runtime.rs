//! The loop: events in, effects out, frames as often as the line bears.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use aglis_core::client::Client;
use aglis_core::types::Time;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::{Effect, Event, Live, Model};
use crate::net::Worker;
use crate::pace::{Cause, Pace};
use crate::term::input::Decoder;
use crate::term::{Painter, Terminal};

/// A lone Escape is the Escape key when nothing follows for this long.
const ESCAPE_AFTER: Duration = Duration::from_millis(30);
/// Events handled before a frame is drawn, at most.
const AT_ONCE: usize = 512;

/// How the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By the person at it, or by a signal.
    Quit,
    /// The terminal went away.
    Lost,
}

/// Runs the console until it ends. The first frame is drawn before anything is asked of the daemon.
///
/// # Errors
/// When there is no terminal, or it refuses.
pub fn run(mut model: Model, client: Client, now: &dyn Fn() -> Time) -> std::io::Result<End> {
    let (sender, events) = channel();
    let terminal = Terminal::take(&sender)?;
    signals(&sender)?;
    let caps = model.ui.theme.caps();
    let mut screen = Screen {
        painter: Painter::new(caps.attributes),
        pace: Pace::default(),
        flying: 1,
        wanted: Some(Cause::Key),
    };
    model.ui.size = Terminal::size();
    screen.draw(&mut model, &terminal, Instant::now());
    if caps.answers && !model.ui.paper_fixed {
        terminal.ask_background();
        screen.flying += 1;
    }
    if model.ui.mouse {
        terminal.mouse(true);
        screen.flying += 1;
    }
    let worker = Worker::start(client, sender)?;
    let end = turn(&mut model, &events, &terminal, &worker, &mut screen, now);
    drop(terminal);
    Ok(end)
}

fn turn(
    model: &mut Model,
    events: &Receiver<Event>,
    terminal: &Terminal,
    worker: &Worker,
    screen: &mut Screen,
    now: &dyn Fn() -> Time,
) -> End {
    let mut decoder = Decoder::default();
    let mut escape: Option<Instant> = None;
    loop {
        let mut queue = VecDeque::new();
        let wait = screen.wait(model, escape, now());
        match events.recv_timeout(wait) {
            Ok(event) => queue.push_back(event),
            Err(RecvTimeoutError::Timeout) => {
                if escape.is_some_and(|at| at <= Instant::now()) {
                    queue.extend(decoder.flush().into_iter().map(Event::Input));
                } else if model.wake_at() <= now() {
                    queue.push_back(Event::Tick);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return End::Lost,
        }
        queue.extend(events.try_iter().take(AT_ONCE));
        while let Some(event) = queue.pop_front() {
            match event {
                Event::Bytes(bytes) => {
                    let inputs = decoder.push(&bytes).into_iter().map(Event::Input);
                    inputs.rev().for_each(|input| queue.push_front(input));
                    continue;
                }
                Event::Written { bytes, took } => {
                    screen.written(bytes, took);
                    continue;
                }
                Event::Hangup => return End::Lost,
                _ => {}
            }
            screen.want(cause(&event));
            for effect in model.update(event, now()) {
                match effect {
                    Effect::Quit => return End::Quit,
                    Effect::Connect => worker.connect(),
                    Effect::Ask(request) => worker.ask(request),
                    Effect::Copy(text) => {
                        terminal.copy(&text);
                        screen.flying += 1;
                    }
                    Effect::Mouse(on) => {
                        terminal.mouse(on);
                        screen.flying += 1;
                    }
                    Effect::Redraw => screen.painter.forget(),
                    Effect::Export(export) => {
                        let written = crate::app::export::write(&export.file, &export.text);
                        model.exported(&export, written);
                    }
                    Effect::SaveDrafts(drafts) => {
                        if let Err(error) = drafts.save() {
                            let text = model.ui.f(crate::lang::texts::DRAFT_NOT_KEPT, &[&error.to_string()]);
                            model.shell.say(crate::theme::Role::Bad, text, now());
                        }
                    }
                }
            }
        }
        escape = decoder.waits().then(|| Instant::now() + ESCAPE_AFTER);
        screen.draw(model, terminal, Instant::now());
    }
}

/// Why a frame is wanted after this event.
fn cause(event: &Event) -> Cause {
    match event {
        Event::Input(_) | Event::Resize(..) => Cause::Key,
        Event::Live(Live::Event(_) | Live::Queue(_)) | Event::Tick => Cause::Follow,
        Event::Api(answer) if answer.request.follows() => Cause::Follow,
        _ => Cause::Answer,
    }
}

struct Screen {
    painter: Painter,
    pace: Pace,
    /// Writes the terminal has not taken yet.
    flying: usize,
    wanted: Option<Cause>,
}

impl Screen {
    fn want(&mut self, cause: Cause) {
        self.wanted = self.wanted.max(Some(cause));
    }

    fn written(&mut self, bytes: usize, took: Duration) {
        self.flying = self.flying.saturating_sub(1);
        self.pace.written(bytes, took);
    }

    /// How long to sleep when nothing happens.
    fn wait(&self, model: &Model, escape: Option<Instant>, now: Time) -> Duration {
        let tick = Duration::from_millis(u64::try_from(model.wake_at().since_ms(now)).unwrap_or(0));
        let instant = Instant::now();
        let escape = escape.map(|at| at.saturating_duration_since(instant));
        let frame = self.wanted.filter(|_| self.flying == 0).map(|cause| self.pace.wait(cause, instant));
        [escape, frame].into_iter().flatten().fold(tick, Duration::min)
    }

    /// Draws a frame if one is wanted, the terminal took the last one, and the line bears it.
    fn draw(&mut self, model: &mut Model, terminal: &Terminal, now: Instant) {
        let Some(cause) = self.wanted else { return };
        let first = self.pace.is_new();
        if !first && (self.flying > 0 || !self.pace.wait(cause, now).is_zero()) {
            return;
        }
        self.wanted = None;
        let (columns, rows) = model.ui.size;
        let mut frame = Buffer::empty(Rect::new(0, 0, columns, rows));
        let cursor = model.view(&mut frame);
        let bytes = self.painter.paint(frame, cursor);
        self.pace.drawn(cause, bytes.len(), now);
        if !bytes.is_empty() {
            self.flying += 1;
            terminal.send(bytes);
        }
    }
}

/// Signals become events: the terminal is given back before the program ends.
fn signals(events: &Sender<Event>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let events = events.clone();
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async move {
            let kinds = [
                SignalKind::terminate(),
                SignalKind::hangup(),
                SignalKind::interrupt(),
                SignalKind::window_change(),
            ];
            let [Ok(mut term), Ok(mut hup), Ok(mut int), Ok(mut size)] = kinds.map(signal) else { return };
            loop {
                let event = tokio::select! {
                    _ = term.recv() => Event::Stop,
                    _ = hup.recv() => Event::Stop,
                    _ = int.recv() => Event::Stop,
                    _ = size.recv() => {
                        let (columns, rows) = Terminal::size();
                        Event::Resize(columns, rows)
                    }
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        });
    })?;
    Ok(())
}
