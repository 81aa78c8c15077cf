//! What has to be done on the spot, by kind of work. The words are in the catalogues as `checklist-<code>`.

use super::ServiceType;

/// The lines of a kind of work's checklist: a stable word, and whether the ticket can be completed without it.
pub const fn template(service_type: ServiceType) -> &'static [(&'static str, bool)] {
    match service_type {
        ServiceType::Installation => &[
            ("route-cable", true),
            ("splice", true),
            ("measure-attenuation", true),
            ("mount-modem", true),
            ("configure-wifi", true),
            ("speed-test", true),
            ("explain-to-customer", false),
            ("tidy-up", false),
        ],
        ServiceType::Repair => &[
            ("find-cause", true),
            ("measure-attenuation", true),
            ("mend", true),
            ("speed-test", true),
            ("explain-to-customer", false),
        ],
        ServiceType::Maintenance => &[
            ("inspect", true),
            ("clean-connectors", false),
            ("measure-attenuation", true),
            ("document", false),
        ],
        ServiceType::Upgrade | ServiceType::Downgrade => {
            &[("change-profile", true), ("speed-test", true), ("explain-to-customer", false)]
        }
        ServiceType::WifiSetup => {
            &[("configure-wifi", true), ("test-coverage", true), ("explain-to-customer", false)]
        }
        ServiceType::Dismantle => &[("take-modem", true), ("free-port", true), ("tidy-up", false)],
        ServiceType::Survey => &[("find-odp", true), ("measure-cable", true), ("take-pictures", false)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_work_has_required_lines_and_none_twice() {
        for service_type in ServiceType::ALL {
            let lines = template(*service_type);
            assert!(lines.iter().any(|(_, required)| *required), "{service_type}");
            for (at, (code, _)) in lines.iter().enumerate() {
                assert!(lines[..at].iter().all(|(other, _)| other != code), "{service_type}: {code}");
            }
        }
    }
}
