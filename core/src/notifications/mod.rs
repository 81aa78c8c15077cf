//! The notification centre: what a staff member should know, until they have read it.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;

use crate::types::*;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a notification is about.
    pub enum NotificationType, "notification type" {
        /// Tickets.
        Ticket = "ticket",
        /// Registrations.
        Registration = "registration",
        /// Invoices.
        Invoice = "invoice",
        /// Payments.
        Payment = "payment",
        /// The installation itself.
        System = "system",
        /// Alerts.
        Alert = "alert",
    }
}

text_enum! {
    /// How much a notification matters.
    pub enum NotificationPriority, "notification priority" {
        /// Good to know.
        Low = "low",
        /// Ordinary.
        Normal = "normal",
        /// Soon.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

text_enum! {
    /// The way a notification reaches a staff member.
    pub enum NotificationChannel, "notification channel" {
        /// In the notification centre.
        InApp = "in_app",
        /// By WhatsApp.
        Whatsapp = "whatsapp",
        /// By e-mail.
        Email = "email",
    }
}

/// One notification.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Notification {
    /// Identifier.
    pub id: NotificationId,
    /// What it is about.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "server", sqlx(rename = "type"))]
    pub notification_type: NotificationType,
    /// How much it matters.
    pub priority: NotificationPriority,
    /// Headline, in the reader's language.
    pub title: String,
    /// Text, in the reader's language.
    pub message: String,
    /// The page it leads to, a path of this server.
    pub link: Option<String>,
    /// Details for programs.
    #[cfg_attr(feature = "server", sqlx(json), schema(value_type = Object))]
    pub data: serde_json::Value,
    /// When it was read.
    pub read_at: Option<Time>,
    /// When it stops being of interest.
    pub expires_at: Option<Time>,
    /// When it came.
    pub created_at: Time,
}

/// How many notifications are unread.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Unread {
    /// The exact number.
    pub count: i64,
}

/// Which notifications a list shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct NotificationFilter {
    /// Only this type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub notification_type: Option<NotificationType>,
    /// Only this priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<NotificationPriority>,
    /// Only unread ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<bool>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A notification that a colleague sends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewNotification {
    /// To whom; with `role` absent.
    #[serde(default)]
    pub user_ids: Vec<UserId>,
    /// To everybody of a role.
    #[serde(default)]
    pub role: Option<crate::permission::Role>,
    /// What it is about; `system` when absent.
    #[serde(rename = "type", default)]
    pub notification_type: Option<NotificationType>,
    /// How much it matters; `normal` when absent.
    #[serde(default)]
    pub priority: Option<NotificationPriority>,
    /// Headline, up to 120 characters.
    pub title: String,
    /// Text, up to 1,000 characters.
    pub message: String,
    /// A path of this server.
    #[serde(default)]
    pub link: Option<String>,
    /// When it stops being of interest.
    #[serde(default)]
    pub expires_at: Option<Time>,
}

/// How many colleagues were told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Sent {
    /// Accounts.
    pub recipients: i64,
}

/// Whether a type reaches a user by a channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NotificationPreference {
    /// What it is about.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "server", sqlx(rename = "type"))]
    pub notification_type: NotificationType,
    /// By which way.
    pub channel: NotificationChannel,
    /// Whether it is wanted.
    pub enabled: bool,
}
