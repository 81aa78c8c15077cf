//! Server-sent events out of bytes.

/// One event of the stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sse {
    pub id: Option<String>,
    pub event: String,
    pub data: String,
}

/// Most bytes one event may have; a stream that sends more is broken.
const LIMIT: usize = 4 << 20;

/// Takes bytes as they arrive and gives whole events.
#[derive(Debug, Default)]
pub(super) struct Parser {
    pending: Vec<u8>,
    current: Sse,
    /// Milliseconds to wait before a new connection, when the server said so.
    pub retry_ms: Option<u64>,
}

/// The stream sent an event that is too large.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Parser {
    /// Adds bytes and collects the events that they complete.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Sse>) -> Result<(), TooLarge> {
        self.pending.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = self.pending[start..].iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.pending[start..start + length]).into_owned();
            start += length + 1;
            self.line(line.trim_end_matches('\r'), events);
        }
        self.pending.drain(..start);
        if self.pending.len() + self.current.data.len() > LIMIT { Err(TooLarge) } else { Ok(()) }
    }

    fn line(&mut self, line: &str, events: &mut Vec<Sse>) {
        if line.is_empty() {
            let mut event = std::mem::take(&mut self.current);
            if !event.data.is_empty() || !event.event.is_empty() {
                if event.data.ends_with('\n') {
                    event.data.pop();
                }
                events.push(event);
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" if !value.contains('\0') => self.current.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.current.event),
            "data" => {
                self.current.data.push_str(value);
                self.current.data.push('\n');
            }
            "retry" => self.retry_ms = value.parse().ok().or(self.retry_ms),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_however_the_bytes_are_cut() {
        let text = ": hello\nretry: 700\n\nid: 7\nevent: ticket.created\ndata: {\"a\":1}\n\ndata: é\r\ndata: two\r\n\r\nid: 9\n\n";
        for size in [1, 2, 3, 7, 1000] {
            let (mut parser, mut events) = (Parser::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                parser.push(piece, &mut events).unwrap();
            }
            assert_eq!(parser.retry_ms, Some(700));
            let expected = [
                Sse { id: Some("7".into()), event: "ticket.created".into(), data: "{\"a\":1}".into() },
                Sse { id: None, event: String::new(), data: "é\ntwo".into() },
            ];
            assert_eq!(events, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_line_without_end_is_refused_before_memory_is() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(&vec![b'x'; LIMIT + 1], &mut Vec::new()), Err(TooLarge));
    }
}
