use super::*;

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn jakarta() -> Zone {
    Zone::named("Asia/Jakarta").unwrap()
}

fn office() -> Calendar {
    Calendar::working(
        jakarta(),
        jiff::civil::time(8, 0, 0, 0),
        jiff::civil::time(17, 0, 0, 0),
        &[Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday],
        [(jiff::civil::date(2026, 12, 25), "Natal".to_owned())].into(),
    )
}

const HOUR: i64 = 60 * MINUTE_MS;

#[test]
fn the_promise_depends_on_priority_level_and_customer() {
    let mut rules = SlaRules::default();
    let target = |rules: &SlaRules, priority, level| {
        let target = rules.target(priority, level, CustomerType::Residential);
        (target.response_minutes, target.resolution_minutes)
    };
    assert_eq!(target(&rules, Priority::Critical, SlaLevel::Bronze), (15, 120));
    assert_eq!(target(&rules, Priority::Critical, SlaLevel::Silver), (11, 90));
    assert_eq!(target(&rules, Priority::High, SlaLevel::Gold), (15, 120));
    assert_eq!(target(&rules, Priority::Low, SlaLevel::Silver), (180, 2160));
    rules.customer_percent.insert(CustomerType::Business, 50);
    assert_eq!(
        rules.target(Priority::Normal, SlaLevel::Gold, CustomerType::Business).resolution_minutes,
        6 * 60
    );
    rules.customer_percent.insert(CustomerType::Business, 0);
    rules.low.response_minutes = 0;
    let fields: Vec<_> = rules.problems().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["low.response_minutes", "customer_percent.business"]);
}

#[test]
fn office_hours_skip_nights_weekends_and_holidays() {
    let calendar = office();
    // Friday 16:00 in Jakarta: one hour is left of the day, the next comes on Monday.
    assert_eq!(calendar.add(time("2026-11-20T09:00:00Z"), 2 * HOUR), time("2026-11-23T02:00:00Z"));
    // Thursday 24 December 16:00: Friday is Christmas, then the weekend.
    assert_eq!(calendar.add(time("2026-12-24T09:00:00Z"), 2 * HOUR), time("2026-12-28T02:00:00Z"));
    // Reported in the night: the clock begins at eight.
    assert_eq!(calendar.add(time("2026-11-23T19:00:00Z"), HOUR), time("2026-11-24T02:00:00Z"));
    assert_eq!(calendar.between(time("2026-11-20T09:00:00Z"), time("2026-11-23T02:00:00Z")), 2 * HOUR);
    assert_eq!(calendar.between(time("2026-11-21T00:00:00Z"), time("2026-11-22T20:00:00Z")), 0);
    assert_eq!(calendar.between(time("2026-11-23T02:00:00Z"), time("2026-11-20T09:00:00Z")), 0);
}

#[test]
fn a_night_shift_passes_midnight() {
    let calendar = Calendar::working(
        jakarta(),
        jiff::civil::time(22, 0, 0, 0),
        jiff::civil::time(6, 0, 0, 0),
        &[Weekday::Friday],
        BTreeMap::new(),
    );
    // Saturday 01:00 belongs to Friday's night.
    assert_eq!(calendar.add(time("2026-11-20T18:00:00Z"), HOUR), time("2026-11-20T19:00:00Z"));
    // Five hours are left, the sixth comes a week later.
    assert_eq!(calendar.add(time("2026-11-20T18:00:00Z"), 6 * HOUR), time("2026-11-27T16:00:00Z"));
}

#[test]
fn adding_and_measuring_agree_wherever_the_clock_starts() {
    for calendar in [office(), Calendar::always(jakarta())] {
        for start in 0..200 {
            let start = time("2026-12-18T00:00:00Z").plus_ms(start * 97 * MINUTE_MS);
            for minutes in [1, 59, 540, 541, 2880] {
                let due = calendar.add(start, minutes * MINUTE_MS);
                assert_eq!(calendar.between(start, due), minutes * MINUTE_MS, "{start} + {minutes}");
            }
        }
    }
}

#[test]
fn a_calendar_without_a_working_day_does_not_hang() {
    let holidays = (0..4000)
        .map(|n| (jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(n)), String::new()));
    let calendar = Calendar::working(
        jakarta(),
        jiff::civil::time(8, 0, 0, 0),
        jiff::civil::time(9, 0, 0, 0),
        &[Weekday::Monday],
        holidays.collect(),
    );
    let start = time("2026-11-20T09:00:00Z");
    assert_eq!(calendar.add(start, HOUR), start.plus_ms(HOUR));
}

#[test]
fn a_pause_moves_the_due_times_by_its_working_time_only() {
    let calendar = office();
    let target = Target { response_minutes: 60, resolution_minutes: 240 };
    // Friday 09:00; due 13:00.
    let clock = Clock::start(&calendar, target, time("2026-11-20T02:00:00Z"));
    assert_eq!(clock.resolution_due_at, time("2026-11-20T06:00:00Z"));
    // On hold from Friday 12:00 to Monday 09:00: five hours on Friday and one on Monday.
    let held_at = time("2026-11-20T05:00:00Z");
    let paused = clock.pause(&calendar, held_at, time("2026-11-23T02:00:00Z"), true);
    assert_eq!(paused.paused_ms, 6 * HOUR);
    assert_eq!(paused.resolution_due_at, time("2026-11-23T03:00:00Z"));
    assert_eq!(paused.response_due_at, clock.response_due_at, "somebody has responded before");
    // While it stands still, nothing is used up.
    let standing = |now| clock.standing(&calendar, TicketStatus::OnHold, Some(held_at), None, time(now));
    assert_eq!(standing("2026-11-20T05:00:00Z").used_percent, 75);
    assert_eq!(standing("2026-11-23T02:00:00Z").used_percent, 75);
    assert_eq!(standing("2026-11-23T02:00:00Z").state, SlaState::Paused);
    assert_eq!(standing("2026-11-23T02:00:00Z").remaining_ms, HOUR);
}

#[test]
fn the_standing_goes_from_on_track_to_breached() {
    let calendar = Calendar::always(jakarta());
    let clock = Clock::start(
        &calendar,
        Target { response_minutes: 15, resolution_minutes: 100 },
        time("2026-11-20T02:00:00Z"),
    );
    let at = |minutes: i64| clock.started_at.plus_ms(minutes * MINUTE_MS);
    let state = |status, ended: Option<i64>, now| {
        let standing = clock.standing(&calendar, status, None, ended.map(at), at(now));
        (standing.state, standing.used_percent)
    };
    assert_eq!(state(TicketStatus::Open, None, 79), (SlaState::OnTrack, 79));
    assert_eq!(state(TicketStatus::InProgress, None, 80), (SlaState::AtRisk, 80));
    assert_eq!(state(TicketStatus::InProgress, None, 100), (SlaState::AtRisk, 100));
    assert_eq!(state(TicketStatus::InProgress, None, 150), (SlaState::Breached, 150));
    assert_eq!(state(TicketStatus::Completed, Some(100), 500), (SlaState::Met, 100));
    assert_eq!(state(TicketStatus::Completed, Some(101), 500), (SlaState::Missed, 101));
    assert_eq!(state(TicketStatus::Cancelled, None, 500).0, SlaState::Void);

    let held = |since| {
        super::state(
            TicketStatus::OnHold,
            (clock.at_risk_at, clock.resolution_due_at),
            Some(at(since)),
            None,
            at(500),
        )
    };
    assert_eq!((held(90), held(100)), (SlaState::Paused, SlaState::Paused));
    assert_eq!(held(101), SlaState::Breached, "it was over before it was put on hold");
}

#[test]
fn risk_is_a_matter_of_working_time_since_the_clock_began() {
    let target = Target { response_minutes: 60, resolution_minutes: 600 };
    // Friday 16:00; ten working hours end on Monday at 17:00, eight of them at 15:00.
    let clock = Clock::start(&office(), target, time("2026-11-20T09:00:00Z"));
    let due = (clock.at_risk_at, clock.resolution_due_at);
    let at = |now| super::state(TicketStatus::Open, due, None, None, time(now));
    assert_eq!(at("2026-11-23T07:59:00Z"), SlaState::OnTrack, "most of the days are gone, not of the hours");
    assert_eq!(at("2026-11-23T08:00:00Z"), SlaState::AtRisk);
}

#[test]
fn the_explanation_tells_every_step() {
    let calendar = office();
    let rules = SlaRules::default();
    let target = rules.target(Priority::High, SlaLevel::Silver, CustomerType::Residential);
    let clock = Clock::start(&calendar, target, time("2026-12-24T09:30:00Z"));
    let facts = Facts {
        priority: Priority::High,
        level: SlaLevel::Silver,
        customer: CustomerType::Residential,
        responded_at: None,
        held_at: None,
        reopened_count: 0,
    };
    assert_eq!(
        explain(&rules, &calendar, &clock, &facts)
            .iter()
            .map(|step| step.english(&calendar, &clock))
            .collect::<Vec<_>>(),
        [
            "Priority high: first response within 30 min, resolution within 4 h.",
            "SLA level silver: 75 % of that time.",
            "That makes 22 min for the first response and 3 h for the resolution.",
            "The clock runs 08:00-17:00 on Mon, Tue, Wed, Thu, Fri (WIB), without holidays.",
            "It began Thu 24 Dec 2026 16:30 WIB, when the ticket was reported.",
            "Fri 25 Dec 2026 does not count: Natal.",
            "First response due Thu 24 Dec 2026 16:52 WIB.",
            "Resolution due Mon 28 Dec 2026 10:30 WIB.",
        ]
    );
}
