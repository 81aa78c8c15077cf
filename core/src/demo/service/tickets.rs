//! A month of tickets, each with its own way through the states, told in the order in which things happened.

use super::{at, by, pick};
use crate::{
    accounts::User,
    app::{Actor, App, Ctx, RequestInfo},
    customers::{Customer, CustomerStatus},
    error::{Error, Result},
    technicians::Technician,
    tickets::{
        Assign, Channel, Complete, ContactPreference, NewComment, NewTicket, Priority, Rate, Reason,
        ServiceType, SetStatus, TicketStatus, Visibility, service,
    },
    types::*,
};
use rand::{RngExt, rngs::StdRng};
use std::collections::BTreeMap;

/// What is reported: type, category, title, description, how urgent it usually is.
const REPORTS: [(ServiceType, &str, &str, &str, Priority); 9] = [
    (
        ServiceType::Repair,
        "connection_down",
        "Internet mati",
        "Lampu LOS merah sejak pagi, sudah dimatikan dan dinyalakan lagi.",
        Priority::High,
    ),
    (
        ServiceType::Repair,
        "connection_down",
        "Internet putus-putus",
        "Setiap malam putus sekitar 10 menit lalu hidup lagi.",
        Priority::Normal,
    ),
    (
        ServiceType::Repair,
        "slow_speed",
        "Internet lambat",
        "Hasil uji kecepatan hanya 5 Mbps, biasanya 50.",
        Priority::Normal,
    ),
    (
        ServiceType::Repair,
        "signal_weak",
        "Sinyal lemah di lantai dua",
        "Wi-Fi hilang di kamar belakang.",
        Priority::Low,
    ),
    (
        ServiceType::Repair,
        "cable",
        "Kabel drop putus",
        "Kabel tersangkut truk di depan rumah.",
        Priority::High,
    ),
    (
        ServiceType::Repair,
        "equipment",
        "Modem mati",
        "Modem tidak menyala setelah hujan petir.",
        Priority::High,
    ),
    (
        ServiceType::WifiSetup,
        "password",
        "Ganti kata sandi Wi-Fi",
        "Minta tolong ganti kata sandi, tetangga ikut memakai.",
        Priority::Low,
    ),
    (
        ServiceType::Upgrade,
        "package",
        "Naik paket",
        "Mau naik ke paket yang lebih cepat mulai bulan depan.",
        Priority::Low,
    ),
    (
        ServiceType::Maintenance,
        "preventive",
        "Perawatan berkala",
        "Pembersihan konektor dan pengukuran ulang redaman.",
        Priority::Low,
    ),
];
const ANSWERS: [&str; 4] = [
    "Terima kasih laporannya. Teknisi kami segera menuju lokasi.",
    "Mohon modem tetap menyala, kami sedang memeriksa dari pusat.",
    "Teknisi sudah di jalan, perkiraan tiba satu jam lagi.",
    "Sudah kami periksa; kabel dari tiang perlu diganti.",
];
const NOTES: [&str; 3] =
    ["Redaman -28 dBm, cek ODP.", "Pelanggan minta dihubungi sore.", "Bawa modem cadangan."];
const RESOLUTIONS: [&str; 4] = [
    "Konektor diganti, redaman normal.",
    "Kabel drop ditarik ulang 40 meter.",
    "Modem diganti, Wi-Fi diatur ulang.",
    "Splitter dibersihkan, sinyal stabil.",
];
const PRAISE: [&str; 4] =
    ["Cepat dan ramah", "Terima kasih, lancar lagi", "Teknisinya sopan", "Sesuai janji"];

/// What happens to a ticket.
#[derive(Debug, Clone)]
enum Step {
    Report,
    Assign,
    Answer(&'static str),
    Note(&'static str),
    Start,
    Hold,
    GoOn,
    Complete(f64),
    Cancel,
    Rate(i64),
}

struct Plan<'a> {
    customer: &'a Customer,
    report: usize,
    priority: Priority,
    channel: Channel,
    id: Option<TicketId>,
    technician: Option<&'a Technician>,
    technician_user: Option<User>,
}

fn plan(random: &mut StdRng, begin: Time, now: Time, index: usize, count: usize) -> Vec<(Time, Step)> {
    // Reports come by day more than by night; the last ones are fresh.
    let whole = now.since_ms(begin);
    let spread = whole / count as i64;
    let usual = begin.plus_ms(spread * index as i64 + random.random_range(0..spread.max(1)));
    // The freshest ones are still being worked on.
    let mut at =
        if index + FRESH >= count { now.plus_seconds(-60 * random.random_range(10..420)) } else { usual };
    let mut steps = vec![(at, Step::Report)];
    let mut then =
        |steps: &mut Vec<(Time, Step)>, minutes: std::ops::Range<i64>, random: &mut StdRng, step: Step| {
            at = at.plus_seconds(random.random_range(minutes) * 60);
            steps.push((at, step));
        };
    if random.random_range(0..25) == 0 {
        then(&mut steps, 20..300, random, Step::Cancel);
        return steps;
    }
    then(&mut steps, 2..60, random, Step::Assign);
    if random.random_range(0..2) == 0 {
        let answer = pick(random, &ANSWERS);
        then(&mut steps, 5..40, random, Step::Answer(answer));
    }
    if random.random_range(0..4) == 0 {
        let note = pick(random, &NOTES);
        then(&mut steps, 5..40, random, Step::Note(note));
    }
    then(&mut steps, 20..240, random, Step::Start);
    if random.random_range(0..8) == 0 {
        then(&mut steps, 20..90, random, Step::Hold);
        then(&mut steps, 60..1200, random, Step::GoOn);
    }
    let dbm = -f64::from(random.random_range(180..255)) / 10.0;
    then(&mut steps, 25..300, random, Step::Complete(dbm));
    if random.random_range(0..3) > 0 {
        let stars = [5, 5, 5, 4, 4, 3, 2][random.random_range(0..7)];
        then(&mut steps, 30..900, random, Step::Rate(stars));
    }
    steps
}

/// Tickets of the last few hours.
const FRESH: usize = 24;
/// How many tickets the month has.
const COUNT: usize = 180;

pub(super) async fn tickets(
    app: &App,
    random: &mut StdRng,
    begin: Time,
    customers: &[Customer],
    team: &[Technician],
    staff: &[User],
) -> Result<()> {
    let now = app.now();
    let served: Vec<&Customer> = customers
        .iter()
        .filter(|customer| matches!(customer.status, CustomerStatus::Active | CustomerStatus::Suspended))
        .collect();
    let desk: Vec<&User> =
        staff.iter().filter(|user| user.role == crate::permission::Role::CustomerService).collect();
    let mut plans = Vec::with_capacity(COUNT);
    let mut agenda: BTreeMap<(Time, usize, usize), Step> = BTreeMap::new();
    for index in 0..COUNT {
        let report = random.random_range(0..REPORTS.len());
        let customer = if index % 30 == 7 { served[0] } else { *pick(random, &served) };
        let urgent = random.random_range(0..30) == 0;
        plans.push(Plan {
            customer,
            report,
            priority: if urgent { Priority::Critical } else { REPORTS[report].4 },
            channel: *pick(
                random,
                &[Channel::Portal, Channel::Portal, Channel::Phone, Channel::Whatsapp, Channel::Staff],
            ),
            id: None,
            technician: None,
            technician_user: None,
        });
        for (order, (when, step)) in plan(random, begin, now, index, COUNT).into_iter().enumerate() {
            if when < now {
                agenda.insert((when, index, order), step);
            }
        }
    }
    for ((when, index, _), step) in agenda {
        let officer = desk[index % desk.len()];
        carry_out(app, &mut plans[index], officer, team, when, step).await?;
    }
    Ok(())
}

async fn carry_out<'a>(
    app: &App,
    plan: &mut Plan<'a>,
    officer: &User,
    team: &'a [Technician],
    when: Time,
    step: Step,
) -> Result<()> {
    let desk = by(app, officer, None, when);
    let field = |plan: &Plan<'_>| match (&plan.technician_user, plan.technician) {
        (Some(user), Some(technician)) => by(app, user, Some(technician.id), when),
        _ => at(app, when),
    };
    let Some(id) = plan.id else {
        if matches!(step, Step::Report) {
            let (service_type, category, title, description, _) = REPORTS[plan.report];
            let new = NewTicket {
                customer_id: Some(plan.customer.id),
                service_type: Some(service_type),
                category: Some(category.to_owned()),
                priority: Some(plan.priority),
                title: title.to_owned(),
                description: description.to_owned(),
                channel: Some(plan.channel),
                preferred_at: None,
                contact_preference: Some(ContactPreference::Whatsapp),
                auto_assign: false,
            };
            let ctx = if plan.channel == Channel::Portal { at(app, when) } else { desk };
            plan.id = Some(service::create(&ctx, new).await?.summary.id);
        }
        return Ok(());
    };
    match step {
        Step::Report => {}
        Step::Assign => match service::assign(&desk, id, Assign { auto: true, ..Assign::default() }).await {
            Ok(made) => {
                let lead = made.ticket.summary.lead_id;
                plan.technician = team.iter().find(|one| Some(one.id) == lead);
                if let Some(technician) = plan.technician {
                    plan.technician_user =
                        Some(crate::accounts::service::user(&at(app, when), technician.user_id).await?);
                }
            }
            // Everybody is busy: it waits, as in life.
            Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error),
        },
        Step::Answer(body) => {
            service::comment(
                &desk,
                id,
                NewComment { body: body.to_owned(), visibility: Some(Visibility::Public) },
            )
            .await?;
        }
        Step::Note(body) => {
            service::comment(
                &desk,
                id,
                NewComment { body: body.to_owned(), visibility: Some(Visibility::Internal) },
            )
            .await?;
        }
        _ if plan.technician.is_none() && !matches!(step, Step::Cancel) => {}
        Step::Start | Step::GoOn => {
            service::set_status(
                &field(plan),
                id,
                SetStatus { status: TicketStatus::InProgress, reason: None },
            )
            .await?;
        }
        Step::Hold => {
            service::set_status(
                &field(plan),
                id,
                SetStatus {
                    status: TicketStatus::OnHold,
                    reason: Some("Menunggu pelanggan di rumah".to_owned()),
                },
            )
            .await?;
        }
        Step::Complete(dbm) => {
            let ticket = service::get(&at(app, when), id).await?;
            let body = Complete {
                resolution: RESOLUTIONS[plan.report % RESOLUTIONS.len()].to_owned(),
                attenuation_dbm: Some(dbm),
                modem_serial: Some(format!(
                    "ZTEG{:08X}",
                    0x00C0_FFEE_u32.wrapping_mul(u32::try_from(id.0).unwrap_or(1))
                )),
                speed_down_mbps: Some(48.5),
                speed_up_mbps: Some(24.0),
                checklist: ticket.checklist.iter().map(|item| item.id).collect(),
                ..Complete::default()
            };
            service::complete(&field(plan), id, body).await?;
        }
        Step::Cancel => {
            service::cancel(&desk, id, Reason { reason: "Pelanggan melapor sudah normal".to_owned() })
                .await?;
        }
        Step::Rate(rating) => {
            let ctx = Ctx {
                app: app.clone(),
                actor: Actor::Customer {
                    id: plan.customer.id,
                    name: plan.customer.name.clone(),
                    session_id: SessionId(0),
                    locale: plan.customer.locale.clone(),
                },
                now: when,
                request: RequestInfo::default(),
            };
            let comment = (rating >= 4).then(|| PRAISE[plan.report % PRAISE.len()].to_owned());
            service::rate(&ctx, id, Rate { rating, comment }).await?;
        }
    }
    Ok(())
}
