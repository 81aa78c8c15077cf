//! What a completion asks for, by kind of work. What is needed is said by the rule itself, so that there is one.

use aglis_core::error::{Checker, Error};
use aglis_core::tickets::{Complete, ServiceType, completion};

use crate::lang::{Text, texts as tx};

/// Something that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Resolution,
    Attenuation,
    ModemSerial,
    Odp,
    Port,
    Wifi,
    SpeedDown,
    SpeedUp,
}

/// A picture that belongs to a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Photo {
    Attenuation,
    Otdr,
    Modem,
}

impl Field {
    pub(super) const ALL: [Self; 8] = [
        Self::Resolution,
        Self::Attenuation,
        Self::ModemSerial,
        Self::Odp,
        Self::Port,
        Self::Wifi,
        Self::SpeedDown,
        Self::SpeedUp,
    ];

    pub(super) const fn label(self) -> Text {
        match self {
            Self::Resolution => tx::FIELD_RESOLUTION,
            Self::Attenuation => tx::FIELD_ATTENUATION,
            Self::ModemSerial => tx::FIELD_MODEM_SERIAL,
            Self::Odp => tx::FIELD_ODP,
            Self::Port => tx::FIELD_PORT,
            Self::Wifi => tx::FIELD_WIFI,
            Self::SpeedDown => tx::FIELD_SPEED_DOWN,
            Self::SpeedUp => tx::FIELD_SPEED_UP,
        }
    }

    /// Its name in the request.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Resolution => "resolution",
            Self::Attenuation => "attenuation_dbm",
            Self::ModemSerial => "modem_serial",
            Self::Odp => "odp_id",
            Self::Port => "odp_port",
            Self::Wifi => "wifi_name",
            Self::SpeedDown => "speed_down_mbps",
            Self::SpeedUp => "speed_up_mbps",
        }
    }

    /// Whether it is asked for, besides where it is needed.
    pub(super) const fn fits(self, kind: ServiceType) -> bool {
        use ServiceType::*;
        match self {
            Self::Resolution => true,
            Self::Attenuation => matches!(kind, Installation | Repair | Maintenance),
            Self::ModemSerial => matches!(kind, Installation | Repair | Dismantle),
            Self::Odp | Self::Port => matches!(kind, Installation),
            Self::Wifi => matches!(kind, Installation | WifiSetup),
            Self::SpeedDown | Self::SpeedUp => matches!(kind, Installation | Repair | Upgrade | Downgrade),
        }
    }
}

impl Photo {
    pub(super) const ALL: [Self; 3] = [Self::Attenuation, Self::Otdr, Self::Modem];

    pub(super) const fn label(self) -> Text {
        match self {
            Self::Attenuation => tx::PHOTO_ATTENUATION,
            Self::Otdr => tx::PHOTO_OTDR,
            Self::Modem => tx::PHOTO_MODEM,
        }
    }

    /// What an attachment that shows it says of itself.
    pub(super) const fn purpose(self) -> &'static str {
        match self {
            Self::Attenuation => "attenuation",
            Self::Otdr => "otdr",
            Self::Modem => "modem",
        }
    }

    /// Its name in the request.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Attenuation => "attenuation_file_id",
            Self::Otdr => "otdr_file_id",
            Self::Modem => "modem_file_id",
        }
    }
}

/// The fields, by their names in the request, without which a kind of work is not complete.
pub(super) fn needed(kind: ServiceType) -> Vec<String> {
    refusals(kind, Complete::default()).into_iter().map(|(field, _)| field).collect()
}

/// What the daemon would refuse of some data: field and message.
pub(super) fn refusals(kind: ServiceType, data: Complete) -> Vec<(String, String)> {
    let mut checker = Checker::new();
    completion::check(&mut checker, kind, data);
    match checker.finish() {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|e| (e.field, e.message)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_needed_can_be_given() {
        for kind in ServiceType::ALL {
            for name in needed(*kind) {
                let field = Field::ALL.iter().find(|field| field.name() == name);
                let photo = Photo::ALL.iter().any(|photo| photo.name() == name);
                assert!(photo || field.is_some_and(|field| field.fits(*kind)), "{kind}: {name}");
            }
        }
    }
}
