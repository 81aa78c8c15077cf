//! What the daemon answered, and what that changes.

use super::ops::Op;
use super::overlay::{Overlay, Results};
use super::{Effect, Model};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::net::request::{Answer, Failure, Payload, Request, Why};
use crate::theme::Role;

impl Model {
    pub(super) fn answer(&mut self, answer: Answer, effects: &mut Vec<Effect>) {
        let Answer { request, result } = answer;
        let request = match (request, &result) {
            (Request::Export(export), Ok(_)) => return effects.push(Effect::Export(export)),
            (request, _) => request,
        };
        if let (Request::Change { key, .. }, result) = (&request, &result) {
            let outcome = result.as_ref().map(|_| ()).map_err(Clone::clone);
            let (more, report) = self.ops.answered(key, outcome, self.ui.now);
            effects.extend(more.into_iter().map(|request| Effect::Ask(Box::new(request))));
            if let Some(report) = report {
                self.reported(report);
            }
        }
        if let Request::Steer { key, .. } = &request {
            self.steered(key, result.as_ref(), effects);
        }
        let failure = result.as_ref().err().cloned();
        if let Ok(payload) = result {
            self.payload(&request, payload, effects);
        }
        if let Some(failure) = failure {
            self.failed(&request, &failure, effects);
        }
    }

    fn payload(&mut self, request: &Request, payload: Payload, effects: &mut Vec<Effect>) {
        if let (Payload::Candidates(candidates), Some(Overlay::Choose(choose))) =
            (&payload, &mut self.shell.overlay)
            && choose.candidates
        {
            choose.fill(super::choices::candidate_choices(&self.ui, candidates));
        }
        if let (Payload::Technicians(people), Some(Overlay::Choose(choose))) =
            (&payload, &mut self.shell.overlay)
            && choose.candidates
        {
            choose.fill(super::choices::technician_choices(&self.ui, people));
        }
        self.fill_completion(request, &payload, effects);
        let sent = match request {
            Request::Change { id, change: crate::net::request::Change::Comment(comment), .. } => self
                .drafts
                .put(*id, comment.visibility.unwrap_or(aglis_core::tickets::Visibility::Internal), ""),
            _ => false,
        };
        if sent {
            effects.push(Effect::SaveDrafts(self.drafts.clone()));
        }
        self.with(effects, |parts, cx| {
            parts.overview.answer(&payload);
            parts.tickets.answer(request, &payload, cx);
            if let Some(ticket) = parts.ticket.as_mut() {
                ticket.answer(request, &payload, cx);
            }
            parts.queue.answer(request, &payload, cx);
            parts.customers.answer(request, &payload, cx);
            parts.audit.answer(request, payload, cx);
        });
    }

    fn failed(&mut self, request: &Request, failure: &Failure, effects: &mut Vec<Effect>) {
        self.with(effects, |parts, cx| {
            parts.tickets.failed(request, cx);
            parts.queue.failed(request, &failure.message);
            parts.customers.failed(request);
            parts.audit.failed(request);
            if let Some(ticket) = parts.ticket.as_mut() {
                ticket.failed(request, failure, cx);
            }
        });
        if let (Request::Odps(text), Some(Overlay::Completion(form))) = (request, &mut self.shell.overlay) {
            form.no_odps(text, &failure.message);
        }
        let quiet = matches!(request, Request::Change { .. } if self.ops_own(request));
        if quiet || failure.why == Why::Unreachable && !request.writes() {
            return;
        }
        self.shell.say(Role::Bad, failure.message.clone(), self.ui.now);
    }

    /// Whether the failure is told by the report of a change of many.
    fn ops_own(&self, request: &Request) -> bool {
        !matches!(request, Request::Change { change: crate::net::request::Change::Comment(_), .. })
    }

    /// A completion was taken, or refused: then it is shown again with the reason.
    fn completed(&mut self, problem: Option<String>) {
        let (Some(problem), Some(mut form)) = (problem, self.shell.unfinished.take()) else { return };
        form.refused(problem);
        if self.shell.overlay.is_none() {
            self.shell.overlay = Some(Overlay::Completion(form));
        } else {
            self.shell.unfinished = Some(form);
        }
    }

    fn reported(&mut self, report: super::ops::Report) {
        let (done, failed) = (report.done.len(), report.failed.len());
        if matches!(report.op, Op::Complete(_)) {
            self.completed(report.failed.first().map(|(_, failure)| failure.message.clone()));
        }
        let what = self.ui.f(report.op.name(), &[&report.value]);
        match (done, failed) {
            (_, 0) => {
                let whom = match report.done.as_slice() {
                    [one] => one.number.clone(),
                    many => self.ui.n(tx::N_TICKETS, many.len(), &[]),
                };
                let undo = if report.op.undoable() {
                    format!(" · {} {}", self.ui.keymap.hint(Act::Undo), self.ui.t(tx::UNDOES))
                } else {
                    String::new()
                };
                self.shell.say(Role::Ok, format!("{whom}: {what}{undo}"), self.ui.now);
            }
            (0, 1) => {
                let (target, failure) = &report.failed[0];
                self.shell.say(Role::Bad, format!("{}: {}", target.number, failure.message), self.ui.now);
            }
            _ => {
                self.tickets.mark_only(report.failed.iter().map(|(target, _)| target.id));
                let failed =
                    report.failed.into_iter().map(|(target, why)| (target.number, why.message)).collect();
                self.shell.overlay = Some(Overlay::Results(Results::new(done, failed)));
            }
        }
    }
}
