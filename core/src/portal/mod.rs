//! What customers do by themselves on the portal: their profile, their figures, and the report they are filling in.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;

#[cfg(feature = "server")]
use crate::tickets::ContactPreference;
use crate::{
    catalog::Package,
    customers::{CustomerStatus, News},
    tickets::ServiceType,
    types::*,
};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What customers say is wrong, in their own terms.
    pub enum Trouble, "problem" {
        /// No internet at all.
        Down = "down",
        /// It is slow.
        Slow = "slow",
        /// It comes and goes.
        Weak = "weak",
        /// The modem or another device.
        Device = "device",
        /// A cable is cut or damaged.
        Cable = "cable",
        /// Another name or password for the Wi-Fi.
        Wifi = "wifi",
        /// Something else.
        Other = "other",
    }
}

impl Trouble {
    /// The kind of work that mends it, and its category.
    pub const fn work(self) -> (ServiceType, &'static str) {
        match self {
            Trouble::Down => (ServiceType::Repair, "connection_down"),
            Trouble::Slow => (ServiceType::Repair, "slow_speed"),
            Trouble::Weak => (ServiceType::Repair, "signal_weak"),
            Trouble::Device => (ServiceType::Repair, "equipment"),
            Trouble::Cable => (ServiceType::Repair, "cable"),
            Trouble::Wifi => (ServiceType::WifiSetup, "password"),
            Trouble::Other => (ServiceType::Repair, "other"),
        }
    }
}

/// Files that may come with a report.
pub const MOST_FILES: usize = 5;
/// Days after which a report that nobody goes on with is forgotten.
pub const DRAFT_DAYS: i64 = 30;
/// Days from today on which a visit can be asked for.
pub const VISIT_DAYS: i8 = 7;

text_enum! {
    /// A part of the day in which a visit can be asked for.
    pub enum Slot, "part of the day" {
        /// From 08:00.
        Morning = "morning",
        /// From 12:00.
        Noon = "noon",
        /// From 15:00.
        Evening = "evening",
    }
}

impl Slot {
    /// The local hour at which it begins.
    pub const fn begins(self) -> i8 {
        match self {
            Slot::Morning => 8,
            Slot::Noon => 12,
            Slot::Evening => 15,
        }
    }

    /// The local hour at which it ends.
    pub const fn ends(self) -> i8 {
        match self {
            Slot::Morning => 12,
            Slot::Noon => 15,
            Slot::Evening => 18,
        }
    }
}

/// When the technician may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visit {
    /// As soon as possible.
    Asap,
    /// On a local day, in a part of it.
    On(jiff::civil::Date, Slot),
}

impl Visit {
    /// The instant to ask for, if it is not as soon as possible.
    pub fn starts_at(self, zone: &Zone) -> Option<Time> {
        let Visit::On(day, slot) = self else { return None };
        Some(zone.start_of(day).plus_seconds(i64::from(slot.begins()) * 3600))
    }

    /// Whether it still lies ahead, at least in part.
    pub fn lies_ahead(self, zone: &Zone, now: Time) -> bool {
        match self {
            Visit::Asap => true,
            Visit::On(day, slot) => {
                zone.start_of(day).plus_seconds(i64::from(slot.ends()) * 3600) > now
                    && day <= zone.day(now.plus_seconds(i64::from(VISIT_DAYS) * 86_400))
            }
        }
    }
}

/// A file of a report that is not sent yet; its bytes are in the uploads folder.
#[cfg(feature = "server")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    /// What tells it apart.
    pub key: String,
    /// What is kept.
    #[serde(flatten)]
    pub file: crate::files::Kept,
}

/// A report that is being filled in.
#[cfg(feature = "server")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What is wrong.
    pub trouble: Option<Trouble>,
    /// In the customer's words.
    pub description: String,
    /// Photos and videos.
    pub files: Vec<DraftFile>,
    /// Whether the question about photos was answered, be it with none.
    pub files_asked: bool,
    /// When the technician may come.
    pub visit: Option<Visit>,
    /// How to reach the customer.
    pub contact: Option<ContactPreference>,
}

text_enum! {
    /// One question of the report.
    pub enum Step, "step" {
        /// What is wrong.
        What = "what",
        /// In words.
        Detail = "detail",
        /// Photos and videos.
        Photos = "photos",
        /// When to come.
        When = "when",
        /// How to reach the customer.
        Contact = "contact",
        /// Check the answers and send.
        Check = "check",
    }
}

impl Step {
    /// The question before.
    pub fn before(self) -> Option<Step> {
        let at = Step::ALL.iter().position(|step| *step == self)?;
        at.checked_sub(1).map(|at| Step::ALL[at])
    }

    /// The question after.
    pub fn after(self) -> Step {
        let at = Step::ALL.iter().position(|step| *step == self).unwrap_or(0);
        Step::ALL.get(at + 1).copied().unwrap_or(Step::Check)
    }

    /// Its number, from 1.
    pub fn number(self) -> usize {
        Step::ALL.iter().position(|step| *step == self).unwrap_or(0) + 1
    }
}

#[cfg(feature = "server")]
impl Draft {
    /// The first question without an answer; `check` when all have one.
    pub fn next_step(&self) -> Step {
        if self.trouble.is_none() {
            Step::What
        } else if self.description.is_empty() {
            Step::Detail
        } else if !self.files_asked {
            Step::Photos
        } else if self.visit.is_none() {
            Step::When
        } else if self.contact.is_none() {
            Step::Contact
        } else {
            Step::Check
        }
    }

    /// Whether anything was filled in.
    pub fn is_begun(&self) -> bool {
        *self != Draft::default()
    }
}

/// A customer's own data.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Profile {
    /// `AGLSyyyymmddNNNN`.
    pub number: String,
    /// Name.
    pub name: String,
    /// WhatsApp number as people dial it.
    pub phone: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Postal address.
    pub address: String,
    /// Where the account stands.
    pub status: CustomerStatus,
    /// What they subscribe to.
    pub package: Option<Package>,
    /// When service began.
    pub activated_at: Option<Time>,
    /// Language of messages and portal: `id` or `en`.
    pub locale: String,
    /// What they want to hear of by WhatsApp.
    pub notify_whatsapp: Vec<News>,
    /// What they want to hear of by e-mail.
    pub notify_email: Vec<News>,
    /// Whether keywords that they write by WhatsApp are answered automatically.
    pub auto_answers: bool,
}

/// What customers can change by themselves: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ProfileChange {
    /// E-mail address; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What to tell by WhatsApp; an empty list for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_whatsapp: Option<Vec<News>>,
    /// What to tell by e-mail; an empty list for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_email: Option<Vec<News>>,
    /// Whether keywords are answered automatically.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_answers: Option<bool>,
}

/// The start page's figures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DashboardStats {
    /// Tickets that are not finished.
    pub active_tickets: i64,
    /// Tickets that were completed.
    pub completed_tickets: i64,
    /// The newest ticket completed in the last 14 days that has no rating yet.
    pub to_rate: Option<String>,
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_is_work_that_exists() {
        for trouble in Trouble::ALL {
            let (service_type, category) = trouble.work();
            assert!(service_type.categories().contains(&category), "{trouble}");
        }
    }

    #[test]
    fn questions_come_one_after_the_other() {
        let mut draft = Draft::default();
        assert_eq!((draft.next_step(), draft.is_begun()), (Step::What, false));
        draft.trouble = Some(Trouble::Down);
        assert_eq!(draft.next_step(), Step::Detail);
        draft.description = "mati".into();
        draft.files_asked = true;
        assert_eq!((draft.next_step(), draft.is_begun()), (Step::When, true));
        assert_eq!((Step::What.before(), Step::Check.before()), (None, Some(Step::Contact)));
        assert_eq!(
            (Step::Contact.after(), Step::Check.after(), Step::Check.number()),
            (Step::Check, Step::Check, 6)
        );
    }

    #[test]
    fn a_visit_lies_ahead_until_its_part_of_the_day_ends() {
        let zone = Zone::named("Asia/Jakarta").unwrap();
        let now: Time = "2026-11-21T06:00:00Z".parse().unwrap();
        let today = zone.day(now);
        assert!(Visit::Asap.lies_ahead(&zone, now));
        assert!(!Visit::On(today, Slot::Morning).lies_ahead(&zone, now));
        assert!(Visit::On(today, Slot::Noon).lies_ahead(&zone, now));
        let far = zone.day(now.plus_seconds(8 * 86_400));
        assert!(!Visit::On(far, Slot::Noon).lies_ahead(&zone, now));
        assert_eq!(
            Visit::On(today, Slot::Evening).starts_at(&zone),
            Some("2026-11-21T08:00:00Z".parse().unwrap())
        );
        let json = serde_json::to_string(&Visit::On(today, Slot::Noon)).unwrap();
        assert_eq!(serde_json::from_str::<Visit>(&json).unwrap(), Visit::On(today, Slot::Noon));
    }
}
