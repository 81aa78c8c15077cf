//! Who is best for a ticket, and why.

use super::{Candidate, ServiceType};
use crate::{
    technicians::{Availability, SkillLevel},
    types::*,
};
use std::fmt;

/// A place on earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Place {
    /// A place, where both coordinates are known.
    pub fn of(latitude: Option<f64>, longitude: Option<f64>) -> Option<Place> {
        Some(Place { latitude: latitude?, longitude: longitude? })
    }

    /// Metres between two places along the great circle (haversine, mean radius).
    pub fn metres_to(self, other: Place) -> i64 {
        const EARTH_M: f64 = 6_371_008.8;
        let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
        let h = half(self.latitude, other.latitude)
            + self.latitude.to_radians().cos()
                * other.latitude.to_radians().cos()
                * half(self.longitude, other.longitude);
        (2.0 * EARTH_M * h.clamp(0.0, 1.0).sqrt().asin()).round() as i64
    }
}

/// What is known of a technician who might take a ticket.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// Who.
    pub id: TechnicianId,
    /// Their name.
    pub name: String,
    /// Their sign-in name.
    pub username: String,
    /// Experience.
    pub level: SkillLevel,
    /// Whether they can take work.
    pub availability: Availability,
    /// Tickets they may have at once.
    pub daily_maximum: i64,
    /// Tickets they have.
    pub open_tickets: i64,
    /// Kinds of work they can do.
    pub skills: Vec<ServiceType>,
    /// Areas they work in; empty means everywhere.
    pub areas: Vec<AreaId>,
    /// Where they start from.
    pub place: Option<Place>,
}

/// What the ticket asks for.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Kind of work.
    pub service_type: ServiceType,
    /// Where the customer lives.
    pub area_id: Option<AreaId>,
    /// Exactly where.
    pub place: Option<Place>,
}

/// Why a technician is, or is not, for a ticket. Its `Display` is plain English; pages tell it in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Has the skill.
    CanDo(ServiceType),
    /// Lacks the skill.
    CannotDo(ServiceType),
    /// Works in the customer's area.
    OwnArea,
    /// Works everywhere.
    EveryArea,
    /// Works elsewhere.
    OtherAreas,
    /// Whether they can take work.
    Availability(Availability),
    /// Tickets they have, of as many as they may have.
    Load(i64, i64),
    /// They have as many as they may have.
    Full(i64, i64),
    /// Metres to the customer.
    Distance(i64),
    /// Experience.
    Level(SkillLevel),
    /// What whoever assigned wrote.
    Given(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::CanDo(work) => write!(f, "can do {work} work"),
            Reason::CannotDo(work) => write!(f, "cannot do {work} work"),
            Reason::OwnArea => f.write_str("works in the customer's area"),
            Reason::EveryArea => f.write_str("works in every area"),
            Reason::OtherAreas => f.write_str("works in other areas"),
            Reason::Availability(Availability::Available) => f.write_str("available now"),
            Reason::Availability(Availability::Busy) => f.write_str("busy on another ticket"),
            Reason::Availability(Availability::OnBreak) => f.write_str("on a break"),
            Reason::Availability(Availability::OffDuty) => f.write_str("off duty"),
            Reason::Load(open, most) => write!(f, "has {open} of {most} tickets"),
            Reason::Full(open, most) => write!(f, "has {open} of {most} tickets, the most for a day"),
            Reason::Distance(metres) => write!(f, "{}.{} km away", metres / 1000, metres % 1000 / 100),
            Reason::Level(level) => write!(f, "{level} technician"),
            Reason::Given(text) => f.write_str(text),
        }
    }
}

/// Weighs one technician. Without the skill, off duty or with a full day they are not eligible; among the others area,
/// availability, load, distance and experience count, in this order of weight.
fn weigh(need: &Need, applicant: &Applicant) -> Candidate {
    let mut weights: Vec<(i64, Reason)> = Vec::new();
    let mut obstacles: Vec<Reason> = Vec::new();
    if applicant.skills.contains(&need.service_type) {
        weights.push((40, Reason::CanDo(need.service_type)));
    } else {
        obstacles.push(Reason::CannotDo(need.service_type));
    }
    match need.area_id {
        Some(area) if applicant.areas.contains(&area) => weights.push((30, Reason::OwnArea)),
        Some(_) if applicant.areas.is_empty() => weights.push((15, Reason::EveryArea)),
        Some(_) => weights.push((-30, Reason::OtherAreas)),
        None => {}
    }
    let available = Reason::Availability(applicant.availability);
    match applicant.availability {
        Availability::Available => weights.push((20, available)),
        Availability::Busy => weights.push((5, available)),
        Availability::OnBreak => weights.push((2, available)),
        Availability::OffDuty => obstacles.push(available),
    }
    let (open, most) = (applicant.open_tickets, applicant.daily_maximum);
    if open >= most {
        obstacles.push(Reason::Full(open, most));
    } else {
        weights.push(((most - open) * 25 / most.max(1), Reason::Load(open, most)));
    }
    let distance_m = need.place.zip(applicant.place).map(|(customer, own)| own.metres_to(customer));
    if let Some(metres) = distance_m {
        weights.push(((20 - metres / 1000).max(0), Reason::Distance(metres)));
    }
    let experience = match applicant.level {
        SkillLevel::Junior => 0,
        SkillLevel::Intermediate => 2,
        SkillLevel::Senior => 4,
        SkillLevel::Expert => 5,
    };
    weights.push((experience, Reason::Level(applicant.level)));
    let score = weights.iter().map(|(weight, _)| weight).sum();
    // Stable: what was considered first stands first among equals.
    weights.sort_by_key(|(weight, _)| -weight.abs());
    let eligible = obstacles.is_empty();
    let why: Vec<Reason> =
        obstacles.into_iter().chain(weights.into_iter().map(|(_, reason)| reason)).collect();
    Candidate {
        technician_id: applicant.id,
        name: applicant.name.clone(),
        username: applicant.username.clone(),
        eligible,
        score,
        open_tickets: applicant.open_tickets,
        distance_m,
        reasons: why.iter().map(Reason::to_string).collect(),
        why,
    }
}

/// Everybody, the best first: eligible before not, then by score, then by load, distance and identifier, so that the
/// same facts always give the same order.
pub fn rank(need: &Need, applicants: &[Applicant]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = applicants.iter().map(|applicant| weigh(need, applicant)).collect();
    candidates.sort_by_key(|candidate| {
        (
            !candidate.eligible,
            -candidate.score,
            candidate.open_tickets,
            candidate.distance_m.unwrap_or(i64::MAX),
            candidate.technician_id,
        )
    });
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applicant(id: i64) -> Applicant {
        Applicant {
            id: TechnicianId(id),
            name: format!("T{id}"),
            username: format!("t{id}"),
            level: SkillLevel::Intermediate,
            availability: Availability::Available,
            daily_maximum: 8,
            open_tickets: 2,
            skills: vec![ServiceType::Repair],
            areas: vec![AreaId(1)],
            place: None,
        }
    }

    const NEED: Need = Need { service_type: ServiceType::Repair, area_id: Some(AreaId(1)), place: None };

    fn order(applicants: &[Applicant]) -> Vec<(i64, bool)> {
        rank(&NEED, applicants).iter().map(|c| (c.technician_id.0, c.eligible)).collect()
    }

    #[test]
    fn without_skill_off_duty_or_full_nobody_is_chosen() {
        let unskilled = Applicant { skills: vec![ServiceType::Survey], ..applicant(1) };
        let off = Applicant { availability: Availability::OffDuty, ..applicant(2) };
        let full = Applicant { open_tickets: 8, ..applicant(3) };
        let ranked = rank(&NEED, &[unskilled, off, full]);
        assert!(ranked.iter().all(|candidate| !candidate.eligible));
        let first: Vec<&str> = ranked.iter().map(|candidate| candidate.reasons[0].as_str()).collect();
        assert!(first.contains(&"cannot do repair work"), "{first:?}");
        assert!(first.contains(&"off duty"), "{first:?}");
        assert!(first.contains(&"has 8 of 8 tickets, the most for a day"), "{first:?}");
    }

    #[test]
    fn the_nearer_less_loaded_colleague_of_the_area_wins() {
        let elsewhere = Applicant { areas: vec![AreaId(2)], ..applicant(1) };
        let loaded = Applicant { open_tickets: 6, ..applicant(2) };
        assert_eq!(order(&[elsewhere, loaded, applicant(3)]), [(3, true), (2, true), (1, true)]);
        let place = |latitude| Some(Place { latitude, longitude: 107.3 });
        let need = Need { place: place(-6.30), ..NEED };
        let far = Applicant { place: place(-6.45), ..applicant(1) };
        let near = Applicant { place: place(-6.31), ..applicant(2) };
        let ranked = rank(&need, &[far, near]);
        assert_eq!(ranked[0].technician_id, TechnicianId(2));
        assert_eq!(ranked[0].distance_m, Some(1112));
        assert_eq!(
            ranked[0].reasons[..3],
            ["can do repair work", "works in the customer's area", "available now"]
        );
    }

    #[test]
    fn equals_come_in_the_order_of_their_numbers() {
        assert_eq!(order(&[applicant(9), applicant(4), applicant(7)]), [(4, true), (7, true), (9, true)]);
        assert_eq!(order(&[applicant(7), applicant(9), applicant(4)]), [(4, true), (7, true), (9, true)]);
    }

    #[test]
    fn distances_follow_the_great_circle() {
        let karawang = Place { latitude: -6.3063, longitude: 107.3019 };
        let jakarta = Place { latitude: -6.1754, longitude: 106.8272 };
        assert_eq!(karawang.metres_to(karawang), 0);
        assert!((54_000..55_000).contains(&karawang.metres_to(jakarta)), "{}", karawang.metres_to(jakarta));
        let pole = Place { latitude: 90.0, longitude: 0.0 };
        let other = Place { latitude: -90.0, longitude: 0.0 };
        assert_eq!(pole.metres_to(other), 20_015_114);
    }
}
