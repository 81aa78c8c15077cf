//! Calls about tickets. A ticket is named by its id or its number.

use super::{Client, ClientError, Pages, request::segment};
use crate::{tickets::*, types::FileId};
use std::fmt::Display;

fn path(ticket: impl Display, rest: &str) -> String {
    format!("/api/tickets/{}{rest}", segment(ticket))
}

impl Client {
    /// The list, page by page.
    pub fn tickets(&self, filter: &TicketFilter) -> Pages<TicketSummary> {
        self.pages("/api/tickets", filter)
    }

    /// How many stand where.
    pub async fn ticket_stats(&self) -> Result<TicketStats, ClientError> {
        self.get("/api/tickets/stats").send().await
    }

    /// One ticket with everything.
    pub async fn ticket(&self, ticket: impl Display) -> Result<Ticket, ClientError> {
        self.get(&path(ticket, "")).send().await
    }

    /// What happened to it, the oldest first.
    pub async fn ticket_timeline(&self, ticket: impl Display) -> Result<Vec<TimelineEntry>, ClientError> {
        self.whole(&path(ticket, "/timeline")).await
    }

    /// How its due times were computed.
    pub async fn ticket_sla(&self, ticket: impl Display) -> Result<SlaExplanation, ClientError> {
        self.get(&path(ticket, "/sla")).send().await
    }

    /// Who could do it, the best first.
    pub async fn ticket_candidates(&self, ticket: impl Display) -> Result<Vec<Candidate>, ClientError> {
        self.get(&path(ticket, "/candidates")).send().await
    }

    /// Opens a ticket.
    pub async fn create_ticket(&self, new: &NewTicket, key: &str) -> Result<Ticket, ClientError> {
        self.post("/api/tickets").json(new).key(key).send().await
    }

    /// Changes fields.
    pub async fn change_ticket(
        &self,
        ticket: impl Display,
        change: &TicketChange,
    ) -> Result<Ticket, ClientError> {
        self.patch(&path(ticket, "")).json(change).send().await
    }

    /// Gives it to somebody.
    pub async fn assign(
        &self,
        ticket: impl Display,
        to: &Assign,
        key: &str,
    ) -> Result<Assignment, ClientError> {
        self.post(&path(ticket, "/assign")).json(to).key(key).send().await
    }

    /// Moves it on.
    pub async fn set_ticket_status(
        &self,
        ticket: impl Display,
        status: &SetStatus,
        key: &str,
    ) -> Result<Ticket, ClientError> {
        self.post(&path(ticket, "/status")).json(status).key(key).send().await
    }

    /// Makes it more or less urgent.
    pub async fn set_priority(
        &self,
        ticket: impl Display,
        priority: &SetPriority,
        key: &str,
    ) -> Result<Ticket, ClientError> {
        self.post(&path(ticket, "/priority")).json(priority).key(key).send().await
    }

    /// What was said about it, the oldest first.
    pub async fn comments(&self, ticket: impl Display) -> Result<Vec<Comment>, ClientError> {
        self.whole(&path(ticket, "/comments")).await
    }

    /// Writes to the customer or notes something.
    pub async fn comment(
        &self,
        ticket: impl Display,
        new: &NewComment,
        key: &str,
    ) -> Result<Comment, ClientError> {
        self.post(&path(ticket, "/comments")).json(new).key(key).send().await
    }

    /// Finishes it.
    pub async fn complete(
        &self,
        ticket: impl Display,
        data: &Complete,
        key: &str,
    ) -> Result<Ticket, ClientError> {
        self.post(&path(ticket, "/complete")).json(data).key(key).send().await
    }

    /// Opens it again.
    pub async fn reopen(
        &self,
        ticket: impl Display,
        reason: &Reason,
        key: &str,
    ) -> Result<Ticket, ClientError> {
        self.post(&path(ticket, "/reopen")).json(reason).key(key).send().await
    }

    /// Merges it into another.
    pub async fn merge(&self, ticket: impl Display, into: &Merge, key: &str) -> Result<Ticket, ClientError> {
        self.post(&path(ticket, "/merge")).json(into).key(key).send().await
    }

    /// Puts it under another, or takes it out.
    pub async fn set_parent(&self, ticket: impl Display, parent: &SetParent) -> Result<Ticket, ClientError> {
        self.put(&path(ticket, "/parent")).json(parent).send().await
    }

    /// Takes back the last change.
    pub async fn undo(&self, ticket: impl Display, undo: &Undo, key: &str) -> Result<Ticket, ClientError> {
        self.post(&path(ticket, "/undo")).json(undo).key(key).send().await
    }

    /// Uploads a photo or video for a purpose: `report`, `otdr`, `attenuation`, `modem`, `comment`.
    pub async fn attach(
        &self,
        ticket: impl Display,
        purpose: &str,
        name: &str,
        bytes: Vec<u8>,
        key: &str,
    ) -> Result<Vec<Attachment>, ClientError> {
        let (media_type, body) = file_form(purpose, name, &bytes, key);
        self.post(&path(ticket, "/attachments")).body(&media_type, body).key(key).send().await
    }

    /// A file's bytes and media type.
    pub async fn file(&self, file: FileId) -> Result<(String, Vec<u8>), ClientError> {
        let answer = self.get(&format!("/api/files/{file}")).answer().await?;
        Ok((answer.media_type, answer.body))
    }
}

/// A form with one file. The boundary comes from the idempotency key, so that a repetition sends the same bytes and is
/// known for one.
fn file_form(purpose: &str, name: &str, bytes: &[u8], key: &str) -> (String, Vec<u8>) {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).take(48).collect();
    let boundary = format!("aglis-form-{plain}");
    let name: String =
        name.chars().map(|c| if c.is_control() || c == '"' || c == '\\' { '_' } else { c }).collect();
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests {
    use super::file_form;

    #[test]
    fn a_repeated_upload_is_the_same_bytes_and_a_name_stays_a_name() {
        let once = file_form("modem", "a\"\r\nX: 1.jpg", b"\x00\xff", "night-shift-1:17:modem");
        assert_eq!(once, file_form("modem", "a\"\r\nX: 1.jpg", b"\x00\xff", "night-shift-1:17:modem"));
        let text = String::from_utf8_lossy(&once.1);
        assert!(text.contains("filename=\"a___X: 1.jpg\"") && text.contains("\r\n\r\nmodem\r\n"), "{text}");
        assert!(once.0.ends_with("boundary=aglis-form-nightshift117modem"));
    }
}
