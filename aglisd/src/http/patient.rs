//! A connection with little patience: for one who never says what they want, and for one who does not take the answer.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long a client may be silent before it is clear which version of HTTP it speaks. The version decides from its
/// first bytes; only after that the server's own limits begin to count.
const OPENING: Duration = Duration::from_secs(10);
/// How long a client may take nothing at all of an answer.
const TAKING: Duration = Duration::from_secs(120);

/// How HTTP/2 begins; whatever begins otherwise is HTTP/1.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

type Alarm = Pin<Box<Sleep>>;

/// A connection that breaks off when the other side keeps it waiting.
pub struct Patient<S> {
    stream: S,
    /// Until the version is clear.
    opening: Option<Alarm>,
    /// Bytes of the preface that have come.
    seen: usize,
    patience: Duration,
    /// While something waits to be taken.
    taking: Option<Alarm>,
}

fn out_of_patience() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the other side keeps us waiting")
}

impl<S> Patient<S> {
    /// Begins to wait.
    pub fn new(stream: S) -> Self {
        Patient::within(stream, OPENING, TAKING)
    }

    fn within(stream: S, opening: Duration, patience: Duration) -> Self {
        Patient { stream, opening: Some(Box::pin(sleep(opening))), seen: 0, patience, taking: None }
    }

    fn came(&mut self, bytes: &[u8]) {
        let rest = &PREFACE[self.seen..];
        let count = bytes.len().min(rest.len());
        self.seen += count;
        if bytes[..count] != rest[..count] || self.seen == PREFACE.len() {
            self.opening = None;
        }
    }

    fn taken<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.taking = None;
            return result;
        }
        let patience = self.patience;
        let alarm = self.taking.get_or_insert_with(|| Box::pin(sleep(patience)));
        alarm.as_mut().poll(cx).map(|()| Err(out_of_patience()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let result = Pin::new(&mut this.stream).poll_read(cx, buf);
        let Some(alarm) = &mut this.opening else { return result };
        match result {
            Poll::Pending => alarm.as_mut().poll(cx).map(|()| Err(out_of_patience())),
            Poll::Ready(_) => {
                this.came(&buf.filled()[before..]);
                result
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.taken(cx, result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.taken(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn whoever_never_says_what_they_want_is_left() {
        for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n"] {
            let (mut client, server) = duplex(1024);
            client.write_all(said).await.unwrap();
            let mut server = Patient::within(server, SHORT, LONG);
            let error = server.read_exact(&mut [0; 100]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{said:?}");
        }
    }

    #[tokio::test]
    async fn once_the_version_is_clear_silence_is_no_longer_its_business() {
        for said in [&b"G"[..], b"POST", PREFACE] {
            let (mut client, server) = duplex(1024);
            client.write_all(said).await.unwrap();
            let mut server = Patient::within(server, SHORT, LONG);
            let mut read = vec![0; said.len() + 1];
            let late = tokio::time::timeout(4 * SHORT, server.read_exact(&mut read)).await;
            assert!(late.is_err(), "{said:?}: {late:?}");
        }
    }

    #[tokio::test]
    async fn whoever_takes_nothing_is_left_and_whoever_takes_slowly_is_not() {
        let (mut client, server) = duplex(8);
        let mut server = Patient::within(server, LONG, SHORT);
        let slow = tokio::spawn(async move {
            for _ in 0..8 {
                tokio::time::sleep(SHORT / 2).await;
                client.read_exact(&mut [0; 8]).await.unwrap();
            }
            client
        });
        server.write_all(&[0; 64]).await.unwrap();
        let _client = slow.await.unwrap();
        let error = server.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
