//! Child processes that end when they should: on a signal, on a panic, and with this process.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use signal_hook::consts::{SIGKILL, SIGTERM};

use crate::{stop, sys};

const STEP: Duration = Duration::from_millis(20);

/// How a child is tied to this process.
#[derive(Clone, Copy)]
pub struct Tie {
    /// Sent to the child's group to stop it.
    pub stop_with: i32,
    /// How long it may take before it is killed.
    pub grace: Duration,
    /// Whether it also ends when this process is killed.
    pub die_with_parent: bool,
}

/// A test runner or builder.
pub const TOOL: Tie = Tie { stop_with: SIGTERM, grace: Duration::from_secs(20), die_with_parent: true };

/// A running child in its own process group, stopped when dropped.
pub struct Guard {
    child: Child,
    tie: Tie,
}

impl Guard {
    /// Starts `command` with nothing to read.
    pub fn start(command: &mut Command, tie: Tie) -> anyhow::Result<Self> {
        stop::check()?;
        command.stdin(Stdio::null()).process_group(0);
        if tie.die_with_parent {
            sys::die_with_parent(command, tie.stop_with);
        }
        let child = command.spawn().with_context(|| format!("{} cannot be started", name(command)))?;
        Ok(Self { child, tie })
    }

    /// The status when it has ended by itself.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for the end; a signal to this process stops the child first.
    pub fn wait(mut self) -> anyhow::Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                stop::check()?;
                return Ok(status);
            }
            stop::check()?;
            std::thread::sleep(STEP);
        }
    }

    fn stop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        sys::signal_group(self.child.id(), self.tie.stop_with);
        let end = Instant::now() + self.tie.grace;
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(STEP);
        }
        sys::signal_group(self.child.id(), SIGKILL);
        let _ = self.child.wait();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> anyhow::Result<ExitStatus> {
    Guard::start(command, TOOL)?.wait()
}

/// What a shell would report for this status.
pub fn code(status: ExitStatus) -> u8 {
    status.code().or_else(|| status.signal().map(|s| 128 + s)).and_then(|c| u8::try_from(c).ok()).unwrap_or(1)
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
