//! Row identifiers, one type per table so that a ticket's id cannot be passed where a customer's is meant.

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }

        #[cfg(feature = "server")]
        $crate::sql_integer!($name);
    )+};
}

ids! {
    /// A staff account.
    UserId,
    /// A signed-in browser or app, of staff or of a customer.
    SessionId,
    /// An API token.
    TokenId,
    /// A customer.
    CustomerId,
    /// A subscription package.
    PackageId,
    /// An optical distribution point.
    OdpId,
    /// An area the provider serves.
    AreaId,
    /// A technician (a staff user with field data).
    TechnicianId,
    /// A ticket.
    TicketId,
    /// A comment or note on a ticket.
    CommentId,
    /// A stored file.
    FileId,
    /// One line of a ticket's checklist.
    ChecklistItemId,
    /// A domain event, which is also an audit entry.
    EventId,
    /// A queued job.
    JobId,
    /// Jobs that belong together.
    BatchId,
    /// A message to or from a person.
    MessageId,
    /// A thread of messages with one address.
    ConversationId,
    /// A version of a message template's text.
    TemplateVersionId,
    /// A notification in somebody's notification centre.
    NotificationId,
}
