//! What must be known before a ticket is called done.

use super::{ChecklistItem, Complete, ServiceType};
use crate::{error::Checker, types::ChecklistItemId};

/// Longest resolution, in characters.
pub const RESOLUTION_CHARS: usize = 4000;

/// Checks completion data against what the kind of work asks for. Texts come back trimmed, empty ones as none.
pub fn check(checker: &mut Checker, service_type: ServiceType, mut data: Complete) -> Complete {
    let installs = service_type == ServiceType::Installation;
    let measures = matches!(service_type, ServiceType::Installation | ServiceType::Repair);
    let need = |checker: &mut Checker, needed: bool, there: bool, field: &str, what: &str| {
        checker.ensure(!needed || there, field, "required", format!("enter {what}: {service_type} needs it"));
    };
    data.resolution = checker.text("resolution", &data.resolution, RESOLUTION_CHARS);
    data.modem_serial = optional(checker, "modem_serial", data.modem_serial, 64);
    data.wifi_name = optional(checker, "wifi_name", data.wifi_name, 32);
    need(checker, measures, data.attenuation_dbm.is_some(), "attenuation_dbm", "the optical power in dBm");
    need(checker, installs, data.modem_serial.is_some(), "modem_serial", "the modem's serial number");
    need(checker, installs, data.modem_file_id.is_some(), "modem_file_id", "a picture of the modem");
    need(checker, installs, data.odp_id.is_some(), "odp_id", "the ODP");
    need(checker, installs, data.odp_port.is_some(), "odp_port", "the port on the ODP");
    if let Some(dbm) = data.attenuation_dbm {
        checker.range("attenuation_dbm", dbm, -40.0, 0.0);
    }
    for (field, mbps) in [("speed_down_mbps", data.speed_down_mbps), ("speed_up_mbps", data.speed_up_mbps)] {
        if let Some(mbps) = mbps {
            checker.range(field, mbps, 0.0, 100_000.0);
        }
    }
    // Whether the ODP has the port is asked of the ODP; an installation has been asked for it above.
    if data.odp_port.is_some() && !installs {
        checker.ensure(data.odp_id.is_some(), "odp_id", "required", "name the ODP the port is on");
    }
    data
}

/// Refuses while a required line of the checklist is not ticked off.
pub fn check_list(checker: &mut Checker, items: &[ChecklistItem], done_now: &[ChecklistItemId]) {
    let missing: Vec<&str> = items
        .iter()
        .filter(|item| item.required && item.done_at.is_none() && !done_now.contains(&item.id))
        .map(|item| item.code.as_str())
        .collect();
    checker.ensure(
        missing.is_empty(),
        "checklist",
        "incomplete",
        format!("tick off first: {}", missing.join(", ")),
    );
    for id in done_now.iter().filter(|id| items.iter().all(|item| item.id != **id)) {
        checker.refuse("checklist", "unknown", format!("line {id} is not on this ticket's checklist"));
    }
}

fn optional(checker: &mut Checker, field: &str, value: Option<String>, most: usize) -> Option<String> {
    value.map(|value| checker.optional_text(field, &value, most)).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn refused(service_type: ServiceType, data: Complete) -> Vec<String> {
        let mut checker = Checker::new();
        check(&mut checker, service_type, data);
        match checker.finish() {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn an_installation_needs_everything_a_survey_only_words() {
        assert_eq!(
            refused(ServiceType::Installation, Complete::default()),
            ["resolution", "attenuation_dbm", "modem_serial", "modem_file_id", "odp_id", "odp_port"]
        );
        assert_eq!(refused(ServiceType::Repair, Complete::default()), ["resolution", "attenuation_dbm"]);
        let words = Complete { resolution: " ok ".into(), ..Complete::default() };
        assert_eq!(refused(ServiceType::Survey, words.clone()), Vec::<String>::new());
        assert_eq!(check(&mut Checker::new(), ServiceType::Survey, words).resolution, "ok");
    }

    #[test]
    fn impossible_measurements_are_refused() {
        let data = Complete {
            resolution: "ok".into(),
            attenuation_dbm: Some(12.0),
            speed_down_mbps: Some(-1.0),
            speed_up_mbps: Some(f64::NAN),
            odp_port: Some(0),
            modem_serial: Some("x".repeat(65)),
            ..Complete::default()
        };
        assert_eq!(
            refused(ServiceType::Repair, data),
            ["modem_serial", "attenuation_dbm", "speed_down_mbps", "speed_up_mbps", "odp_id"]
        );
    }

    #[test]
    fn required_lines_come_first() {
        let item = |id, code: &str, required| ChecklistItem {
            id: ChecklistItemId(id),
            position: id,
            code: code.into(),
            required,
            done_at: None,
            done_by: None,
        };
        let items = [item(1, "splice", true), item(2, "tidy-up", false)];
        for (done, clean) in [
            (vec![], false),
            (vec![ChecklistItemId(1)], true),
            (vec![ChecklistItemId(1), ChecklistItemId(9)], false),
        ] {
            let mut checker = Checker::new();
            check_list(&mut checker, &items, &done);
            assert_eq!(checker.is_clean(), clean, "{done:?}");
        }
    }
}
