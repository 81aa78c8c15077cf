//! Calls about tickets. A ticket is named by its id or its number.

use super::{Client, ClientError, Pages, request::segment};
use crate::{
    tickets::*,
    types::{ChecklistItemId, FileId},
};
use std::fmt::Display;

fn path(ticket: impl Display, rest: &str) -> String {
    format!("/api/tickets/{}{rest}", segment(ticket))
}

impl Client {
    /// The list, page by page.
    pub fn tickets(&self, filter: &TicketFilter) -> Pages<TicketSummary> {
        self.pages("/api/tickets", filter)
    }

    /// Records that so many tickets were written to a file here.
    pub async fn tickets_exported(&self, rows: usize, key: &str) -> Result<(), ClientError> {
        self.post("/api/tickets/export").key(key).json(&serde_json::json!({ "rows": rows })).done().await
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

    /// Ticks a line of the checklist off, or opens it again.
    pub async fn check(
        &self,
        ticket: impl Display,
        line: ChecklistItemId,
        done: bool,
    ) -> Result<Ticket, ClientError> {
        self.put(&path(ticket, &format!("/checklist/{line}"))).json(&Check { done }).send().await
    }

    /// Uploads photos and videos, all or none; gives what was attached.
    pub async fn attach(
        &self,
        ticket: impl Display,
        upload: &Upload<'_>,
        key: &str,
    ) -> Result<Vec<Attachment>, ClientError> {
        let (media_type, body) = upload.form(key);
        self.post(&path(ticket, "/attachments")).body(&media_type, body).key(key).send().await
    }

    /// A file's bytes and media type.
    pub async fn file(&self, file: FileId) -> Result<(String, Vec<u8>), ClientError> {
        let answer = self.get(&format!("/api/files/{file}")).answer().await?;
        Ok((answer.media_type, answer.body))
    }
}

/// A file to send.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Files for a ticket.
#[derive(Debug)]
pub struct Upload<'a> {
    /// What they show: `report`, `otdr`, `attenuation`, `modem`, `comment`.
    pub purpose: &'a str,
    /// Whether the customer may see them.
    pub customer_visible: bool,
    /// At most five.
    pub files: &'a [File],
}

impl Upload<'_> {
    /// The form. Its boundary comes from the idempotency key, so that a repetition sends the same bytes and is known
    /// for one.
    fn form(&self, key: &str) -> (String, Vec<u8>) {
        let plain: String = key.chars().filter(char::is_ascii_alphanumeric).take(48).collect();
        let boundary = format!("aglis-form-{plain}");
        let field = |name: &str, value: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = field("purpose", self.purpose).into_bytes();
        body.extend(field("customer_visible", &self.customer_visible.to_string()).bytes());
        for File { name, bytes } in self.files {
            let name: String =
                name.chars().map(|c| if c.is_control() || c == '"' || c == '\\' { '_' } else { c }).collect();
            body.extend(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n"
                )
                .bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }
}

#[cfg(test)]
mod tests {
    use super::{File, Upload};

    #[test]
    fn a_repeated_upload_is_the_same_bytes_and_a_name_stays_a_name() {
        let files =
            ["a\"\r\nX: 1.jpg", "b.jpg"].map(|n| File { name: n.into(), bytes: b"\x00\xff".to_vec() });
        let upload = Upload { purpose: "modem", customer_visible: true, files: &files };
        let once = upload.form("night-shift-1:17:modem");
        assert_eq!(once, upload.form("night-shift-1:17:modem"));
        let text = String::from_utf8_lossy(&once.1);
        assert!(text.contains("filename=\"a___X: 1.jpg\"") && text.contains("\r\n\r\nmodem\r\n"), "{text}");
        assert!(text.contains("filename=\"b.jpg\"") && text.contains("\r\n\r\ntrue\r\n"), "{text}");
        assert!(once.0.ends_with("boundary=aglis-form-nightshift117modem"));
    }
}
