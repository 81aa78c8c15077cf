//! What the chores print.

use std::io::Write;
use std::process::Stdio;

/// Prints one line to standard output; a reader that went away is no reason to stop.
pub fn say(line: impl AsRef<str>) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "xtask: {}", line.as_ref()).and_then(|()| out.flush());
}

/// Our standard output as a child's output, so that what runners print on standard error is kept in order with the
/// rest and reaches a pipe.
pub fn stdout() -> std::io::Result<Stdio> {
    use std::os::fd::AsFd;
    Ok(Stdio::from(std::io::stdout().as_fd().try_clone_to_owned()?))
}
