//! A TCP connection that can end, or fall silent, from where the requests are answered.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Tells a [`Line`] when to break.
#[derive(Debug, Clone, Default)]
pub(crate) struct Breaker(Arc<Mutex<Option<Limit>>>);

/// What may still be sent, and what comes then.
#[derive(Debug, Clone, Copy)]
struct Limit {
    left: usize,
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    End,
    Reset,
    /// Nothing more, on a connection that stays.
    Stall,
}

impl Breaker {
    /// Resets the connection.
    pub(crate) fn reset(&self) {
        self.limit(0, Then::Reset);
    }

    /// Lets so many bytes more pass.
    pub(crate) fn limit(&self, bytes: usize, then: Then) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Limit { left: bytes, then });
    }

    /// How many of `wanted` bytes may pass now. None: nothing, and nobody will say when.
    fn allowed(&self, wanted: usize) -> io::Result<Option<usize>> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(Some(wanted)),
            Some(Limit { left: 0, then: Then::Stall }) => Ok(None),
            Some(Limit { left: 0, .. }) => Err(io::ErrorKind::ConnectionReset.into()),
            Some(Limit { left, .. }) => Ok(Some(wanted.min(left))),
        }
    }

    fn passed(&self, bytes: usize) {
        if let Some(limit) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            limit.left = limit.left.saturating_sub(bytes);
        }
    }

    fn is_reset(&self) -> bool {
        let limit = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limit.is_some_and(|limit| limit.left == 0 && limit.then == Then::Reset)
    }
}

#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    breaker: Breaker,
}

impl Line {
    pub(crate) fn new(stream: TcpStream, breaker: Breaker) -> Line {
        Line { stream, breaker }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.breaker.allowed(0)?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        // Who waits in vain is woken by what it reads: the end that the client makes.
        let Some(allowed) = self.breaker.allowed(buf.len())? else { return Poll::Pending };
        let written = Pin::new(&mut self.stream).poll_write(cx, &buf[..allowed]);
        if let Poll::Ready(Ok(bytes)) = written {
            self.breaker.passed(bytes);
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let total = bufs.iter().map(|buf| buf.len()).sum();
        if self.breaker.allowed(total)? == Some(total) {
            let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
            if let Poll::Ready(Ok(bytes)) = written {
                self.breaker.passed(bytes);
            }
            return written;
        }
        let first = bufs.iter().find(|buf| !buf.is_empty());
        self.poll_write(cx, first.map_or(&[], |buf| &**buf))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.breaker.allowed(0)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.breaker.allowed(0)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.breaker.is_reset()
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::debug!(%error, "the connection ends without a reset");
        }
    }
}
