//! A small provider in Karawang.

use aglis_core::event::{AuditEntry, LiveEvent, Outcome, SubjectKind};
use aglis_core::queue::{JobDetail, JobState, JobView, JobsCleaned, QueueCounts, QueueStats};
use aglis_core::tickets::{Priority, TicketStats, TicketStatus, TicketSummary};
use aglis_core::types::{EventId, Page, Time};
use serde_json::json;

use super::NOW_MS;
use crate::net::request::{Payload, Request, Steer};

fn time(minutes: i64) -> String {
    Time::from_ms(NOW_MS).plus_seconds(minutes * 60).to_string()
}

const PEOPLE: [(&str, &str); 4] = [
    ("Budi Santoso", "AGLS202410010001"),
    ("Siti Aminah", "AGLS202501120004"),
    ("Warung Bu Tini", "AGLS202503070002"),
    ("Agus Salim", "AGLS202506210011"),
];
const SUBJECTS: [&str; 5] = [
    "LOS merah sejak 3 jam",
    "Putus total, 2 rumah",
    "Internet lambat malam hari",
    "Router mati setelah petir",
    "Pindah alamat",
];

/// The n-th ticket.
pub fn ticket(n: i64) -> TicketSummary {
    let status = [TicketStatus::InProgress, TicketStatus::Open, TicketStatus::Assigned, TicketStatus::OnHold]
        [(n % 4) as usize];
    let priority = Priority::ALL[(n % 4) as usize];
    let (name, number) = PEOPLE[(n % 4) as usize];
    let lead = [Some("Andi Wijaya"), None, Some("Citra Dewi"), Some("Dedi Kurnia")][(n % 4) as usize];
    serde_json::from_value(json!({
        "id": n, "number": format!("TKT20261121{n:03}"), "type": "repair", "category": "connection_down",
        "priority": priority, "status": status, "title": SUBJECTS[(n % 5) as usize], "channel": "portal",
        "customer_id": n % 4 + 1, "customer_number": number, "customer_name": name, "area_name": "Karawang Barat",
        "lead_id": lead.map(|_| 7), "lead_name": lead,
        "response_due_at": time(-60), "resolution_due_at": time(n * 47 - 12), "at_risk_at": time(n * 47 - 60),
        "responded_at": null,
        "held_at": (status == TicketStatus::OnHold).then(|| time(-30)), "completed_at": null,
        "version": 1, "created_at": time(-180 - n), "updated_at": time(-10)
    }))
    .expect("ticket")
}

fn whole_ticket(n: i64) -> serde_json::Value {
    let mut value = serde_json::to_value(ticket(n)).expect("ticket");
    let more = json!({
        "description": "Lampu merah dari tadi siang, sudah dimatikan dan dinyalakan lagi.", "contact_preference": "whatsapp",
        "preferred_at": null, "eta_at": time(85), "started_at": time(-20), "hold_reason": null, "paused_ms": 0,
        "cancelled_at": null, "cancel_reason": null, "resolution": null,
        "sla": {"state": "breached", "used_percent": 105, "remaining_ms": -720_000},
        "next_statuses": [], "can_reopen": false, "parent_id": null, "merged_into_id": null, "child_ids": [],
        "rating": null, "rating_comment": null, "rated_at": null, "reopened_count": 0,
        "team": [{"technician_id": 7, "name": "Andi Wijaya", "username": "andi", "role": "lead"}],
        "checklist": [], "completion": null, "attachments": [], "created_by": "portal"
    });
    value.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
    value
}

/// A ticket that is to be completed: two lines of its checklist, the first done, and pictures of the modem.
pub fn to_complete(request: &Request, kind: &str, pictures: &[&str]) -> Payload {
    let Request::Ticket(id) = request else { panic!("{request:?}") };
    let mut value = whole_ticket(id.0);
    let item = |id: i64, code: &str, done: bool| {
        json!({"id": id, "position": id, "code": code, "required": true, "done_at": done.then(|| time(-5)),
               "done_by": done.then_some("andi")})
    };
    let picture = |(at, name): (usize, &&str)| {
        json!({"id": at + 1, "name": name, "media_type": "image/jpeg", "bytes": 1, "purpose": "modem",
               "customer_visible": false, "uploaded_by": "andi", "created_at": time(-4)})
    };
    value["type"] = kind.into();
    value["checklist"] = json!([item(1, "find-cause", true), item(2, "measure-attenuation", false)]);
    value["attachments"] = pictures.iter().enumerate().map(picture).collect();
    Payload::Ticket(Box::new(serde_json::from_value(value).expect("ticket")))
}

fn customer(n: i64, revealed: bool) -> serde_json::Value {
    let (name, number) = PEOPLE[((n - 1).rem_euclid(4)) as usize];
    let phone = if revealed { "+6281234567890" } else { "0812-••••-7890" };
    json!({
        "id": n, "number": number, "type": "residential", "name": name, "phone": phone, "email": null,
        "pic_name": null, "pic_phone": null, "address": "Jl. Mawar 12, Karawang Barat", "area_id": 1,
        "area_name": "Karawang Barat", "latitude": null, "longitude": null, "odp_id": 1, "odp_name": "ODP-KRW-03",
        "odp_port": 5,
        "package": {"id": 1, "name": "Home Silver 50M", "type": "broadband", "down_mbps": 50, "up_mbps": 25,
                    "monthly_price": 199_900, "setup_fee": 0, "sla_level": "silver", "active": true},
        "pppoe_username": "budi.santoso", "ip_mode": "dynamic", "ip_address": null, "status": "active",
        "portal_enabled": true, "locale": "id", "notify_whatsapp": ["progress", "answers", "results"], "notify_email": [], "auto_answers": true, "notes": "",
        "tags": ["vip"], "version": 1, "activated_at": time(-60 * 24 * 300), "created_at": time(-60 * 24 * 301),
        "updated_at": time(-100)
    })
}

fn timeline() -> serde_json::Value {
    json!([
        {"event_id": 1, "at": time(-180), "kind": "ticket.created", "actor": "portal", "text": "Dilaporkan lewat portal", "internal": false, "undoable": false},
        {"event_id": 2, "at": time(-150), "kind": "ticket.assigned", "actor": "rina", "text": "Ditugaskan ke Andi Wijaya", "internal": false, "undoable": true},
        {"event_id": 3, "at": time(-30), "kind": "ticket.commented", "actor": "Budi Santoso", "text": "Komentar", "body": "lampu merah dari tadi siang", "internal": false, "undoable": false},
        {"event_id": 4, "at": time(-15), "kind": "ticket.commented", "actor": "andi", "text": "Catatan", "body": "redaman -28,4 dBm, cek ODP-17", "internal": true, "undoable": false}
    ])
}

fn audit(n: i64) -> AuditEntry {
    let kinds = ["ticket.assigned", "user.signed_in", "customer.revealed", "user.sign_in_failed"];
    AuditEntry {
        id: EventId(n),
        seq: Some(n),
        at: Time::from_ms(NOW_MS - (100 - n) * 61_000),
        kind: kinds[(n % 4) as usize].into(),
        actor_kind: "user".into(),
        actor: ["rina", "budi", "andi", ""][(n % 4) as usize].into(),
        ip: "10.0.0.7".into(),
        user_agent: "aglis/0.1.0".into(),
        request_id: format!("req-{n}"),
        subject_kind: if n % 4 == 0 { SubjectKind::Ticket } else { SubjectKind::User },
        subject_id: Some(n),
        subject: if n % 4 == 0 { format!("TKT20261121{n:03}") } else { "admin".into() },
        outcome: if n % 4 == 3 { Outcome::Failed } else { Outcome::Ok },
        data: json!({"lead_name": "Citra Dewi", "reasons": ["skill"]}),
        hash: Some("9f2c".repeat(16)),
    }
}

/// Something that happens to a ticket.
pub fn live(seq: i64, kind: &str, subject: i64) -> LiveEvent {
    LiveEvent {
        seq,
        at: Time::from_ms(NOW_MS + seq),
        kind: kind.into(),
        actor: "rina".into(),
        subject_kind: SubjectKind::Ticket,
        subject_id: Some(subject),
        subject: format!("TKT20261121{subject:03}"),
        customer_id: None,
        outcome: Outcome::Ok,
        data: json!({"from": "open", "to": "assigned"}),
    }
}

pub fn stats() -> TicketStats {
    serde_json::from_value(json!({
        "by_status": {"open": 14, "assigned": 9, "in_progress": 31, "on_hold": 5},
        "by_priority": {"critical": 2, "high": 11, "normal": 40, "low": 6},
        "overdue": 3, "due_within_hour": 4, "unassigned": 14,
        "created_by_hour": [0,1,2,0,1,3,5,8,6,4,7,3,2,1,4,5,6,2,1,0,3,4,2,1],
        "completed_24h": 58, "on_time_percent_30d": 95, "rating_30d_hundredths": 468
    }))
    .expect("stats")
}

pub fn odps(text: &str) -> Page<aglis_core::catalog::Odp> {
    let odp = |n: i64| -> aglis_core::catalog::Odp {
        serde_json::from_value(json!({
            "id": n, "name": format!("ODP-KRW-{n:02}"), "location": "Jl. Mawar", "latitude": null, "longitude": null,
            "area_id": 1, "area_name": "Karawang Barat", "ports_total": 8, "ports_used": 3
        }))
        .expect("ODP")
    };
    let like = |odp: &aglis_core::catalog::Odp| odp.name.to_lowercase().contains(&text.to_lowercase());
    let mut items: Vec<_> = (1..=400).map(odp).filter(like).collect();
    let more = items.len() > 50;
    items.truncate(50);
    Page { items, next_cursor: more.then(|| "more".to_owned()) }
}

/// The n-th job: codes and news in turn.
pub fn job(n: i64, state: JobState) -> JobView {
    let kind = if n % 3 == 0 {
        "send-bulk"
    } else if n % 3 == 2 {
        "send-notification"
    } else {
        "send-otp"
    };
    let dead = state == JobState::Dead;
    serde_json::from_value(json!({
        "id": n, "kind": kind, "queue": "messages", "priority": if kind == "send-otp" { "critical" } else { "normal" },
        "state": state, "payload": {"message_id": n}, "unique_key": null, "batch_id": null, "run_at": time(-5),
        "attempts": if dead { 3 } else { 0 }, "max_attempts": 3, "worker": null,
        "last_error": dead.then_some("429 Too Many Requests"), "created_at": time(-10),
        "finished_at": dead.then(|| time(-4))
    }))
    .expect("job")
}

fn job_detail(n: i64) -> JobDetail {
    let attempt = |number: i64| {
        json!({"number": number, "provider": "fonnte", "outcome": "refused", "code": "rate_limited",
               "error": "{\"reason\":\"rate limit\"}", "provider_id": null, "cost": null,
               "started_at": time(-8 + number), "finished_at": time(-8 + number)})
    };
    let mut value = serde_json::to_value(job(n, JobState::Dead)).expect("job");
    let more = json!({
        "message": {"id": n, "direction": "out", "channel": "whatsapp", "kind": "otp", "address": "0812-••••-789",
                    "customer_id": null, "ticket_id": null, "template": "otp-code", "subject": null, "body": "••••••",
                    "status": "failed", "provider": "fonnte", "error_code": "rate_limited", "error": "rate limit",
                    "created_at": time(-10), "sent_at": null, "delivered_at": null, "read_at": null},
        "message_attempts": [attempt(1), attempt(2), attempt(3)]
    });
    value.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
    serde_json::from_value(value).expect("detail")
}

fn queues(dead: i64, paused: &[(&str, Option<&str>)]) -> serde_json::Value {
    let queue = |name: &str| {
        let reason = paused.iter().find(|(queue, _)| *queue == name).map(|(_, reason)| *reason);
        let busy = name == "messages";
        json!({"queue": name, "waiting": if busy { 10_000 } else { 0 }, "delayed": if busy { 3 } else { 0 },
               "running": i64::from(busy), "dead": if busy { dead } else { 0 },
               "at_least": {"waiting": busy, "delayed": false, "dead": false},
               "paused": reason.map(|reason| json!({"at": time(-10), "by": "rina", "reason": reason}))})
    };
    json!([queue("messages"), queue("mail"), queue("system")])
}

/// The queue as the live stream tells it.
pub fn queue_counts(dead: i64) -> QueueCounts {
    serde_json::from_value(json!({
        "waiting": 10_000, "delayed": 3, "running": 1, "dead": dead, "at_least": {"waiting": true},
        "done_this_minute": 4, "oldest_waiting_seconds": 45, "oldest_critical_seconds": 6,
        "queues": queues(dead, &[("mail", Some("relay down"))])
    }))
    .expect("counts")
}

fn queue_stats() -> QueueStats {
    let kind = |kind: &str, waiting: i64| {
        json!({"kind": kind, "waiting": waiting, "delayed": 0, "running": 0, "dead": 1, "done_last_hour": 40,
               "failed_last_hour": 1, "retried_last_hour": 2})
    };
    let worker = |id: i64, host: &str, alive: i64| {
        json!({"id": id, "name": "aglisd", "host": host, "pid": 700 + id, "places": 8, "running": 1,
               "started_at": time(-365), "alive_until": time(alive)})
    };
    let minute = |n: i64| json!({"minute": time(n - 59), "done": n % 7, "failed": 0, "retried": 0});
    serde_json::from_value(json!({
        "waiting": 10_000, "delayed": 3, "running": 1, "dead": 3, "at_least": {"waiting": true},
        "done_last_hour": 744, "failed_last_hour": 3, "per_minute": 12.4, "retry_rate": 0.021,
        "oldest_waiting_ms": 45_200, "oldest_critical_ms": 6_100,
        "queues": queues(3, &[("mail", Some("relay down"))]),
        "kinds": [kind("send-otp", 3), kind("send-notification", 10_000)],
        "workers": [worker(1, "noc1", 60 * 24), worker(2, "noc2", -1)],
        "minutes": (0..60).map(minute).collect::<Vec<_>>(),
        "providers": [{"provider": "fonnte", "used": 87, "limit": 100, "window_seconds": 60}]
    }))
    .expect("stats")
}

/// What became of some jobs, and why not.
pub fn bulk_answer(results: &[(i64, Option<&str>)], dry_run: bool) -> Payload {
    let failed = results.iter().filter(|(_, error)| error.is_some()).count();
    let result =
        |(id, error): &(i64, Option<&str>)| json!({"id": id, "success": error.is_none(), "error": error});
    let answer = json!({
        "success": failed == 0, "total": results.len(), "succeeded": results.len() - failed, "failed": failed,
        "dry_run": dry_run, "more": false, "results": results.iter().map(result).collect::<Vec<_>>()
    });
    Payload::SteeredMany(Box::new(serde_json::from_value(answer).expect("answer")))
}

fn steered(steer: &Steer) -> Payload {
    let all = |paused: &[(&str, Option<&str>)]| {
        Payload::Queues(serde_json::from_value(queues(3, paused)).expect("queues"))
    };
    match steer {
        Steer::One(..) => Payload::Steered,
        Steer::Many(_, bulk) => {
            let ids: Vec<i64> = match &bulk.ids {
                Some(ids) => ids.iter().map(|id| id.0).collect(),
                None => (1..=30).collect(),
            };
            bulk_answer(&ids.into_iter().map(|id| (id, None)).collect::<Vec<_>>(), bulk.dry_run)
        }
        Steer::Pause(pause) => {
            let name = pause.queue.map_or("system", |queue| queue.as_str());
            all(&[("mail", Some("relay down")), (name, pause.reason.as_deref())])
        }
        Steer::Resume(_) => all(&[("mail", Some("relay down"))]),
        Steer::Clean(_) => Payload::Cleaned(JobsCleaned { removed: 412, more: false }),
    }
}

/// What the demo provider answers.
pub fn answer(request: &Request) -> Payload {
    match request {
        Request::Stats => Payload::Stats(Box::new(stats())),
        Request::Tickets(_) => Payload::Tickets(Page { items: (1..=30).map(ticket).collect(), next_cursor: None }),
        Request::Ticket(id) => Payload::Ticket(Box::new(serde_json::from_value(whole_ticket(id.0)).expect("ticket"))),
        Request::Timeline(..) => Payload::Timeline(serde_json::from_value(timeline()).expect("timeline")),
        Request::Candidates(_) => Payload::Candidates(
            serde_json::from_value(json!([
                {"technician_id": 7, "name": "Andi Wijaya", "username": "andi", "eligible": true, "score": 87, "open_tickets": 2,
                 "distance_m": 1200, "reasons": ["repairs", "Karawang Barat", "2 of 8 today", "1.2 km away"]},
                {"technician_id": 8, "name": "Citra Dewi", "username": "citra", "eligible": false, "score": 12, "open_tickets": 8,
                 "distance_m": null, "reasons": ["full: 8 of 8 today"]}
            ]))
            .expect("candidates"),
        ),
        Request::Technicians => Payload::Technicians(Vec::new()),
        Request::Change { .. } => Payload::Changed,
        Request::Export(_) => Payload::Recorded,
        Request::Customers(_) => Payload::Customers(Page {
            items: (1..=4)
                .map(|n| {
                    let whole = customer(n, false);
                    serde_json::from_value(json!({
                        "id": n, "number": whole["number"], "name": whole["name"], "phone": whole["phone"],
                        "address": whole["address"], "area_name": whole["area_name"], "package_name": "Home Silver 50M",
                        "odp_name": "ODP-KRW-03", "status": if n == 2 { "suspended" } else { "active" }, "open_tickets": n % 3,
                        "tags": if n == 1 { json!(["fiber", "vip"]) } else { json!(["fiber"]) }, "created_at": time(-60 * 24 * 100 * n)
                    }))
                    .expect("customer")
                })
                .collect(),
            next_cursor: None,
        }),
        Request::Customer(id) => Payload::Customer(Box::new(serde_json::from_value(customer(id.0, false)).expect("customer"))),
        Request::Reveal(id) => Payload::Customer(Box::new(serde_json::from_value(customer(id.0, true)).expect("customer"))),
        Request::Odps(text) => Payload::Odps(odps(text)),
        Request::QueueStats => Payload::QueueStats(Box::new(queue_stats())),
        Request::Jobs(state, _) => {
            let ids = match state {
                JobState::Dead => 88_001..88_004,
                JobState::Waiting => 88_140..88_142,
                _ => 0..0,
            };
            Payload::Jobs(Page { items: ids.rev().map(|id| job(id, *state)).collect(), next_cursor: None })
        }
        Request::Job(id) => Payload::Job(Box::new(job_detail(id.0))),
        Request::Steer { steer, .. } => steered(steer),
        Request::Audit(_) => Payload::Audit(Page { items: (80..=100).rev().map(audit).collect(), next_cursor: None }),
    }
}
