//! What there is to choose from.

use aglis_core::technicians::Technician;
use aglis_core::tickets::{Assign, Candidate, Priority, TicketStatus};

use super::Ui;
use super::cx::Target;
use super::ops::Op;
use super::overlay::{Choice, Pick};
use crate::lang::texts as tx;
use crate::screen::words;
use crate::theme::Role;

/// Why a change cannot be made to a ticket, as far as can be told from here.
pub(super) fn refusal(ui: &Ui, op: &Op, target: &Target) -> Option<String> {
    let status = || ui.t(words::status(target.status));
    match op {
        Op::Status(to, _) if *to == target.status => Some(ui.f(tx::ALREADY, &[status()])),
        Op::Status(to, _) if !target.status.allows(*to) => {
            Some(ui.f(tx::CANNOT_BECOME, &[status(), ui.t(words::status(*to))]))
        }
        Op::Complete(_) if !target.status.allows(TicketStatus::Completed) => {
            Some(ui.f(tx::CANNOT_BECOME, &[status(), ui.t(words::status(TicketStatus::Completed))]))
        }
        Op::Reopen(_) if target.status != TicketStatus::Completed => Some(ui.f(tx::ALREADY, &[status()])),
        Op::Priority(_) | Op::Assign(..) if !target.status.is_open() => Some(ui.f(tx::ALREADY, &[status()])),
        _ => None,
    }
}

/// The statuses tickets can be given.
pub(super) fn status_choices(ui: &Ui, targets: &[Target]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = TicketStatus::ALL
        .iter()
        .map(|status| {
            let fit = targets.iter().filter(|target| target.status.allows(*status)).count();
            let several = *status == TicketStatus::Completed && targets.len() > 1;
            let disabled = (fit == 0 || several).then(|| match targets {
                [one] if one.status == *status => ui.t(tx::IS_NOW).to_owned(),
                [one] => {
                    ui.f(tx::CANNOT_BECOME, &[ui.t(words::status(one.status)), ui.t(words::status(*status))])
                }
                _ if fit > 0 => ui.t(tx::ONE_AT_A_TIME).to_owned(),
                _ => ui.t(tx::FITS_NONE).to_owned(),
            });
            let (glyph, role) = words::status_glyph(ui.theme, *status);
            Choice {
                label: format!("{glyph} {}", ui.t(words::status(*status))),
                detail: if targets.len() > 1 {
                    ui.f(tx::FITS, &[&fit.to_string(), &targets.len().to_string()])
                } else {
                    String::new()
                },
                role,
                disabled,
                pick: Pick::Status(*status),
            }
        })
        .collect();
    if targets.iter().any(|target| target.status == TicketStatus::Completed) {
        choices.push(Choice {
            label: ui.t(tx::REOPEN).to_owned(),
            detail: ui.t(tx::REOPEN_WHEN).to_owned(),
            role: Role::Text,
            disabled: None,
            pick: Pick::Reopen,
        });
    }
    choices
}

/// The priorities.
pub(super) fn priority_choices(ui: &Ui) -> Vec<Choice> {
    let choice = |priority: &Priority| {
        let (glyph, role) = words::priority_glyph(ui.theme, *priority);
        Choice {
            label: format!("{glyph} {}", ui.t(words::priority(*priority))),
            detail: ui.t(words::priority_time(*priority)).to_owned(),
            role,
            disabled: None,
            pick: Pick::Priority(*priority),
        }
    };
    Priority::ALL.iter().map(choice).collect()
}

fn automatic(ui: &Ui) -> Choice {
    Choice {
        label: ui.t(tx::AUTOMATIC).to_owned(),
        detail: ui.t(tx::AUTOMATIC_HOW).to_owned(),
        role: Role::Info,
        disabled: None,
        pick: Pick::Assign(Assign { auto: true, ..Assign::default() }, ui.t(tx::AUTOMATIC).to_owned()),
    }
}

/// Candidates for one ticket, with the reasons.
pub(super) fn candidate_choices(ui: &Ui, candidates: &[Candidate]) -> Vec<Choice> {
    let choice = |candidate: &Candidate| {
        let glyph = if candidate.eligible { ui.theme.glyph(Role::Ok) } else { ui.theme.glyph(Role::Warn) };
        Choice {
            label: format!("{glyph} {}", candidate.name),
            detail: format!("{} · {}", candidate.score, candidate.reasons.join("; ")),
            role: if candidate.eligible { Role::Text } else { Role::Muted },
            disabled: None,
            pick: Pick::Assign(
                Assign { lead_id: Some(candidate.technician_id), ..Assign::default() },
                candidate.name.clone(),
            ),
        }
    };
    std::iter::once(automatic(ui)).chain(candidates.iter().map(choice)).collect()
}

/// Everybody, for many tickets.
pub(super) fn technician_choices(ui: &Ui, people: &[Technician]) -> Vec<Choice> {
    let choice = |person: &Technician| Choice {
        label: person.name.clone(),
        detail: ui.f(
            tx::LOAD,
            &[
                &person.open_tickets.to_string(),
                &person.daily_maximum.to_string(),
                person.availability.as_str(),
            ],
        ),
        role: Role::Text,
        disabled: None,
        pick: Pick::Assign(Assign { lead_id: Some(person.id), ..Assign::default() }, person.name.clone()),
    };
    std::iter::once(automatic(ui)).chain(people.iter().map(choice)).collect()
}
