//! Who hears of what. One exhaustive `match`: a new event does not compile until somebody has decided here.

use super::Event;
use crate::{
    customers::News,
    notifications::{NotificationPriority, NotificationType},
    permission::{Permission, Role},
    tickets::{Priority, TicketStatus, Visibility},
    types::{TechnicianId, TicketId, UserId},
};

/// Which staff members hear of an event. Whoever caused it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everybody whose role has a permission.
    Permitted(Permission),
    /// Everybody of a role.
    Role(Role),
    /// The ticket's team.
    Team,
    /// Another ticket's team.
    TeamOf(TicketId),
    /// These technicians.
    Technicians(Vec<TechnicianId>),
    /// The account the event is about.
    Subject,
    /// One account.
    User(UserId),
}

/// Who gets a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// The customer the event is about, by every way by which they want such news.
    Customer(News),
    /// The technician who leads.
    Lead(TechnicianId),
    /// A technician who helps.
    Member(TechnicianId),
    /// A technician who has it no longer.
    Former(TechnicianId),
}

/// What an event sets off, in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// An entry in the notification centre. `text` names the catalogue entries `notify-<text>-title` and `notify-<text>-message`.
    Notify {
        /// Who.
        audience: Audience,
        /// About what.
        notification_type: NotificationType,
        /// How much it matters.
        priority: NotificationPriority,
        /// Catalogue entry.
        text: &'static str,
    },
    /// A message from a template (`msg-<template>`).
    Message {
        /// To whom.
        to: Recipient,
        /// Catalogue entry.
        template: &'static str,
    },
}

fn notify(audience: Audience, priority: NotificationPriority, text: &'static str) -> Reaction {
    Reaction::Notify { audience, notification_type: NotificationType::Ticket, priority, text }
}

fn system(audience: Audience, priority: NotificationPriority, text: &'static str) -> Reaction {
    Reaction::Notify { audience, notification_type: NotificationType::System, priority, text }
}

/// What those are told who keep the ways out to people open.
fn alert(priority: NotificationPriority, text: &'static str) -> Vec<Reaction> {
    [Role::Admin, Role::Noc]
        .into_iter()
        .map(|role| Reaction::Notify {
            audience: Audience::Role(role),
            notification_type: NotificationType::Alert,
            priority,
            text,
        })
        .collect()
}

fn customer(news: News, template: &'static str) -> Reaction {
    Reaction::Message { to: Recipient::Customer(news), template }
}

/// What those are told who do not have a ticket any more.
fn let_go(former: &[TechnicianId]) -> Vec<Reaction> {
    if former.is_empty() {
        return Vec::new();
    }
    let messages = former
        .iter()
        .map(|one| Reaction::Message { to: Recipient::Former(*one), template: "technician-removed" });
    let told =
        notify(Audience::Technicians(former.to_vec()), NotificationPriority::High, "ticket-unassigned");
    std::iter::once(told).chain(messages).collect()
}

/// What follows from an event.
pub fn reactions(event: &Event) -> Vec<Reaction> {
    use Event as E;
    use NotificationPriority as N;
    match event {
        E::TicketCreated { priority, .. } => {
            let urgency = if *priority == Some(Priority::Critical) { N::Urgent } else { N::Normal };
            vec![
                notify(Audience::Permitted(Permission::TicketAssign), urgency, "ticket-created"),
                customer(News::Progress, "ticket-created"),
            ]
        }
        E::TicketAssigned { lead_id, member_ids, previous_lead_id, previous_member_ids, undo_of, .. } => {
            let mut out = Vec::new();
            // Whoever had the ticket before in the same part has had the message.
            if let Some(lead) = lead_id.filter(|lead| Some(*lead) != *previous_lead_id) {
                out.push(notify(Audience::Technicians(vec![lead]), N::High, "ticket-assigned"));
                out.push(Reaction::Message { to: Recipient::Lead(lead), template: "technician-lead" });
                if undo_of.is_none() {
                    out.push(customer(News::Progress, "ticket-assigned"));
                }
            }
            for member in member_ids.iter().filter(|member| !previous_member_ids.contains(member)) {
                out.push(notify(Audience::Technicians(vec![*member]), N::Normal, "ticket-assigned"));
                out.push(Reaction::Message { to: Recipient::Member(*member), template: "technician-member" });
            }
            let stays = |one: &TechnicianId| Some(*one) == *lead_id || member_ids.contains(one);
            let before = previous_lead_id.iter().chain(previous_member_ids).copied();
            let former: Vec<_> = before.filter(|one| !stays(one)).collect();
            out.extend(let_go(&former));
            out
        }
        E::TicketUnassigned { previous_lead_id, previous_member_ids, .. } => {
            let previous: Vec<_> = previous_lead_id.iter().chain(previous_member_ids).copied().collect();
            let_go(&previous)
        }
        E::TicketStatusChanged { to, undo_of, .. } => match to {
            Some(TicketStatus::InProgress | TicketStatus::OnHold) if undo_of.is_none() => {
                vec![customer(News::Progress, "ticket-status")]
            }
            _ => Vec::new(),
        },
        E::TicketPriorityChanged { to: Some(Priority::Critical), undo_of: None, .. } => {
            vec![
                notify(Audience::Team, N::Urgent, "ticket-priority"),
                notify(Audience::Role(Role::Supervisor), N::High, "ticket-priority"),
            ]
        }
        E::TicketPriorityChanged { .. } => vec![notify(Audience::Team, N::Normal, "ticket-priority")],
        E::TicketEtaSet { eta_at: Some(_) } => vec![customer(News::Progress, "ticket-eta")],
        E::TicketCommented { by_customer: true, .. } => {
            vec![
                notify(Audience::Team, N::High, "ticket-customer-comment"),
                notify(Audience::Role(Role::CustomerService), N::Normal, "ticket-customer-comment"),
            ]
        }
        E::TicketCommented { visibility: Some(Visibility::Public), .. } => {
            vec![customer(News::Answers, "ticket-comment")]
        }
        E::TicketCommented { .. } => vec![notify(Audience::Team, N::Low, "ticket-note")],
        E::TicketCompleted { .. } => {
            vec![
                notify(Audience::Permitted(Permission::TicketAssign), N::Low, "ticket-completed"),
                customer(News::Results, "ticket-completed"),
            ]
        }
        E::TicketCancelled { .. } => {
            vec![
                notify(Audience::Team, N::Normal, "ticket-cancelled"),
                customer(News::Results, "ticket-cancelled"),
            ]
        }
        E::TicketMerged { into_id, .. } => {
            let goes_on = into_id.map(|into| notify(Audience::TeamOf(into), N::Normal, "ticket-merged"));
            [notify(Audience::Team, N::Normal, "ticket-merged"), customer(News::Results, "ticket-merged")]
                .into_iter()
                .chain(goes_on)
                .collect()
        }
        E::TicketReopened { .. } => vec![
            notify(Audience::Team, N::High, "ticket-reopened"),
            notify(Audience::Role(Role::Supervisor), N::High, "ticket-reopened"),
        ],
        E::TicketRated { rating, .. } if *rating <= 2 => {
            vec![notify(Audience::Role(Role::Supervisor), N::High, "ticket-rated-low")]
        }
        E::TicketRated { .. } => vec![notify(Audience::Team, N::Low, "ticket-rated")],
        E::MessageReceived { answered: true, .. } => Vec::new(),
        E::MessageReceived { .. } => {
            vec![system(Audience::Role(Role::CustomerService), N::Normal, "message-received")]
        }
        E::ConversationAssigned { user_id: Some(user), .. } => {
            vec![system(Audience::User(*user), N::Normal, "conversation-assigned")]
        }
        E::ConversationAssigned { user_id: None, .. } => Vec::new(),
        E::JobDied { .. } => vec![system(Audience::Permitted(Permission::QueueManage), N::High, "job-died")],
        E::QueuePaused { .. } => {
            vec![system(Audience::Permitted(Permission::QueueManage), N::High, "queue-paused")]
        }
        E::ProviderDisconnected { .. } => alert(N::Urgent, "provider-disconnected"),
        E::ProviderConnected {} => alert(N::Normal, "provider-connected"),
        E::ProviderChanged { .. } => alert(N::Normal, "provider-changed"),
        E::UserLocked { .. } => {
            vec![system(Audience::Permitted(Permission::UserManage), N::High, "user-locked")]
        }
        E::UserPasswordChanged { .. } | E::UserTotpDisabled {} | E::UserRecoveryCodeUsed { .. } => {
            vec![system(Audience::Subject, N::High, "account-security")]
        }
        E::UserSignedIn { .. }
        | E::UserSignInFailed { .. }
        | E::UserSignedOut {}
        | E::UserUnlocked {}
        | E::UserCreated { .. }
        | E::UserUpdated { .. }
        | E::UserPasswordResetRequested {}
        | E::UserTotpEnabled {}
        | E::SessionRevoked { .. }
        | E::TokenCreated { .. }
        | E::TokenRevoked { .. }
        | E::TokenUsed { .. }
        | E::RolePermissionChanged { .. }
        | E::AccessDenied { .. }
        | E::PersonalDataRevealed { .. }
        | E::DataExported { .. }
        | E::SettingChanged { .. }
        | E::CustomerCodeRequested {}
        | E::CustomerSignedIn {}
        | E::CustomerSignInFailed { .. }
        | E::CustomerSignedOut {}
        | E::CustomerPhoneChangeRequested {}
        | E::CustomerPhoneChangeFailed { .. }
        | E::CustomerPhoneChanged {}
        | E::CustomerCreated { .. }
        | E::CustomerUpdated { .. }
        | E::CustomerStatusChanged { .. }
        | E::CustomerTagged { .. }
        | E::CustomerUntagged { .. }
        | E::PackageCreated {}
        | E::PackageUpdated { .. }
        | E::OdpCreated {}
        | E::OdpUpdated { .. }
        | E::AreaCreated {}
        | E::AreaUpdated { .. }
        | E::HolidaySet { .. }
        | E::HolidayRemoved { .. }
        | E::TechnicianCreated {}
        | E::TechnicianUpdated { .. }
        | E::TechnicianAvailabilityChanged { .. }
        | E::TicketUpdated { .. }
        | E::TicketEtaSet { eta_at: None }
        | E::TicketFileAttached { .. }
        | E::TicketChecklistChanged { .. }
        | E::TicketParentSet { .. }
        | E::ConversationHandled { .. }
        | E::ConversationClosed { .. }
        | E::MessageStatusChanged { .. }
        | E::MessageRefused { .. }
        | E::TemplateChanged { .. }
        | E::TemplateTested { .. }
        | E::JobRetried { .. }
        | E::JobCancelled { .. }
        | E::JobDiscarded { .. }
        | E::JobSnoozed { .. }
        | E::JobRunNow { .. }
        | E::JobsBulk { .. }
        | E::QueueResumed { .. }
        | E::QueueCleaned { .. }
        | E::BatchCreated { .. }
        | E::BatchCancelled { .. }
        | E::MessageWritten { .. }
        | E::NotificationSent { .. }
        | E::AuditTrimmed { .. } => Vec::new(),
    }
}
