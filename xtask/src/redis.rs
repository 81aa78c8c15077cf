//! A private Redis.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use signal_hook::consts::SIGTERM;

use crate::child::{Guard, Tie};
use crate::postgres::free_port;
use crate::programs;
use crate::scratch::{Scratch, tail};
use crate::stop;

const TIE: Tie = Tie { stop_with: SIGTERM, grace: Duration::from_secs(5), die_with_parent: true };
const TRIES: usize = 5;

/// A running server that keeps nothing on disk, stopped when dropped.
pub struct Redis {
    _server: Guard,
    pub url: String,
}

/// Starts one on a free loopback port.
pub fn start(scratch: &Scratch) -> anyhow::Result<Redis> {
    let program = programs::find(&programs::REDIS).context("redis-server is not installed")?;
    let dir = scratch.folder("redis")?;
    let log = dir.join("log");
    for _ in 0..TRIES {
        let port = free_port()?;
        let out = File::create(&log)?;
        let mut command = Command::new(&program);
        command
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .current_dir(&dir)
            .stdout(out.try_clone()?)
            .stderr(out);
        let mut server = Guard::start(&mut command, TIE)?;
        let end = Instant::now() + Duration::from_secs(10);
        while server.ended()?.is_none() && Instant::now() < end {
            if answers(port) {
                return Ok(Redis { _server: server, url: format!("redis://127.0.0.1:{port}/") });
            }
            stop::sleep(Duration::from_millis(20))?;
        }
    }
    bail!("the private Redis does not start:\n{}", tail(&log))
}

fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer)?;
        Ok(&answer == b"+PONG\r\n")
    };
    ask().unwrap_or(false)
}
