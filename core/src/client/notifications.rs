//! Calls about the notification centre.

use super::{Client, ClientError, Pages};
use crate::{
    notifications::{Notification, NotificationFilter, Unread},
    types::NotificationId,
};

impl Client {
    /// Our notifications, the newest first, page by page.
    pub fn notifications(&self, filter: &NotificationFilter) -> Pages<Notification> {
        self.pages("/api/notifications", filter)
    }

    /// How many are unread.
    pub async fn unread(&self) -> Result<Unread, ClientError> {
        self.get("/api/notifications/unread").send().await
    }

    /// Marks one as read.
    pub async fn mark_read(&self, notification: NotificationId) -> Result<(), ClientError> {
        self.put(&format!("/api/notifications/{notification}/read")).done().await
    }

    /// Marks all as read.
    pub async fn mark_all_read(&self) -> Result<(), ClientError> {
        self.put("/api/notifications/mark-all-read").done().await
    }
}
