//! A connection with little patience for one who does not take the answer. One who does not ask is HTTP's own business.

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

/// How long a client may take nothing at all of an answer.
const TAKING: Duration = Duration::from_secs(120);

type Alarm = Pin<Box<Sleep>>;

/// A connection that breaks off when the other side takes nothing.
pub struct Patient<S> {
    stream: S,
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
        Patient::within(stream, TAKING)
    }

    fn within(stream: S, patience: Duration) -> Self {
        Patient { stream, patience, taking: None }
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
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
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

    #[tokio::test]
    async fn whoever_takes_nothing_is_left_and_whoever_takes_slowly_is_not() {
        let (mut client, server) = duplex(8);
        let mut server = Patient::within(server, SHORT);
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
