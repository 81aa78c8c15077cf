//! Completing a ticket: its checklist, what was done and measured, and the pictures that are attached already.

mod draw;
mod fields;

use aglis_core::catalog::Odp;
use aglis_core::customers::Customer;
use aglis_core::tickets::{ChecklistItem, Complete, Ticket};
use aglis_core::types::{FileId, OdpId, TicketId};

use crate::app::Ui;
use crate::app::cx::Target;
use crate::keymap::{Act, Scope};
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::widget::{InputLine, ListCursor, Move};
use fields::{Field, Photo};

/// A completion being filled in.
#[derive(Debug)]
pub struct Completion {
    /// Which ticket.
    pub target: Target,
    form: Option<Form>,
    problem: Option<String>,
    cursor: ListCursor,
}

#[derive(Debug)]
struct Form {
    ticket: Box<Ticket>,
    lines: Vec<Line>,
    odps: Vec<Odp>,
}

#[derive(Debug)]
enum Line {
    Check { item: ChecklistItem, ticked: bool },
    Write { field: Field, needed: bool, line: InputLine },
    Picture { photo: Photo, needed: bool, file: Option<(FileId, String)> },
    Button,
}

/// What a key did.
#[derive(Debug)]
pub enum Outcome {
    /// Still filling in.
    Open,
    /// Put aside; what was written stays.
    Closed,
    /// Complete it so.
    Ready(Box<Complete>),
}

impl Completion {
    /// Begins, without having seen the ticket yet.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self { target, form: None, problem: None, cursor: ListCursor::default() }
    }

    /// The customer and the ODPs still wanted to fill in a line's end; whether ODPs are asked for at all.
    #[must_use]
    pub fn wants_odp(&self) -> bool {
        let asked = |line: &Line| matches!(line, Line::Write { field: Field::Odp, .. });
        self.form.as_ref().is_some_and(|form| form.odps.is_empty() && form.lines.iter().any(asked))
    }

    /// The ticket arrived, or changed: what was written and ticked stays.
    pub fn ticket(&mut self, ticket: &Ticket) {
        if ticket.summary.id != self.target.id {
            return;
        }
        self.target.status = ticket.summary.status;
        let form = self.form.get_or_insert_with(|| Form {
            lines: lines(ticket),
            ticket: Box::new(ticket.clone()),
            odps: Vec::new(),
        });
        for line in &mut form.lines {
            match line {
                Line::Check { item, ticked } => {
                    if let Some(now) = ticket.checklist.iter().find(|now| now.id == item.id) {
                        *ticked |= now.done_at.is_some();
                        item.clone_from(now);
                    }
                }
                Line::Picture { photo, file, .. } => *file = newest(ticket, *photo),
                Line::Write { .. } | Line::Button => {}
            }
        }
        *form.ticket = ticket.clone();
    }

    /// The customer arrived: an installation ends where they are planned to be.
    pub fn customer(&mut self, customer: &Customer) {
        let Some(form) = self.form.as_mut().filter(|f| f.ticket.summary.customer_id == Some(customer.id))
        else {
            return;
        };
        let port = customer.odp_port.map(|port| port.to_string());
        for (field, known) in [(Field::Odp, customer.odp_name.clone()), (Field::Port, port)] {
            if let (Some(line), Some(known)) = (form.line(field), known)
                && line.text().is_empty()
            {
                line.set(&known);
            }
        }
    }

    /// The ODPs arrived.
    pub fn odps(&mut self, odps: &[Odp]) {
        if let Some(form) = &mut self.form {
            form.odps = odps.to_vec();
        }
    }

    /// Which ticket it is for.
    #[must_use]
    pub const fn id(&self) -> TicketId {
        self.target.id
    }

    /// The daemon refused it.
    pub fn refused(&mut self, problem: String) {
        self.problem = Some(problem);
    }

    /// Takes a key.
    pub fn key(&mut self, ui: &Ui, key: Key) -> Outcome {
        let sends = ui.keymap.act(&[Scope::Editor], key) == Some(Act::Send);
        let Some(form) = &mut self.form else {
            return if key.code == Code::Esc { Outcome::Closed } else { Outcome::Open };
        };
        let length = form.lines.len();
        let on_button = matches!(form.lines.get(self.cursor.at), Some(Line::Button));
        match (key.code, key.ctrl) {
            (Code::Esc, _) => return Outcome::Closed,
            _ if sends || (key.code == Code::Enter && on_button) => return self.finish(ui),
            (Code::Down | Code::Tab | Code::Enter, _) => self.cursor.go(Move::By(1), length),
            (Code::Up | Code::BackTab, _) => self.cursor.go(Move::By(-1), length),
            (Code::PageDown, _) => self.cursor.go(Move::Half(1), length),
            (Code::PageUp, _) => self.cursor.go(Move::Half(-1), length),
            (code, _) => match form.lines.get_mut(self.cursor.at) {
                Some(Line::Check { item, ticked }) if code == Code::Char(' ') => {
                    *ticked = !*ticked || item.done_at.is_some();
                    self.cursor.go(Move::By(1), length);
                }
                Some(Line::Check { .. }) if code == Code::Char('A') => form.tick_all(),
                Some(Line::Write { line, .. }) => {
                    line.key(key);
                }
                _ => {}
            },
        }
        self.problem = None;
        Outcome::Open
    }

    /// Puts in a pasted text.
    pub fn paste(&mut self, text: &str) {
        let line = self.form.as_mut().and_then(|form| form.lines.get_mut(self.cursor.at));
        if let Some(Line::Write { line, .. }) = line {
            line.paste(text);
        }
    }

    /// Reads the form; where something is missing or wrong, goes there and says so.
    fn finish(&mut self, ui: &Ui) -> Outcome {
        let Some(form) = &self.form else { return Outcome::Open };
        match form.read(ui) {
            Ok(data) => Outcome::Ready(Box::new(data)),
            Err((at, problem)) => {
                self.cursor.at = at;
                self.cursor.keep(form.lines.len());
                self.problem = Some(problem);
                Outcome::Open
            }
        }
    }
}

fn lines(ticket: &Ticket) -> Vec<Line> {
    let kind = ticket.summary.service_type;
    let needed = fields::needed(kind);
    let needs = |name: &str| needed.iter().any(|needed| needed == name);
    let checks = ticket
        .checklist
        .iter()
        .map(|item| Line::Check { item: item.clone(), ticked: item.done_at.is_some() });
    let written = Field::ALL.into_iter().filter(|field| field.fits(kind)).map(|field| Line::Write {
        field,
        needed: needs(field.name()),
        line: InputLine::default(),
    });
    let pictures = Photo::ALL
        .into_iter()
        .filter(|photo| needs(photo.name()) || Field::Attenuation.fits(kind))
        .map(|photo| Line::Picture { photo, needed: needs(photo.name()), file: None });
    checks.chain(written).chain(pictures).chain([Line::Button]).collect()
}

/// The picture taken last, when there are several.
fn newest(ticket: &Ticket, photo: Photo) -> Option<(FileId, String)> {
    let shows = ticket.attachments.iter().filter(|file| file.purpose == photo.purpose());
    shows.max_by_key(|file| file.id).map(|file| (file.id, file.name.clone()))
}

impl Form {
    fn line(&mut self, wanted: Field) -> Option<&mut InputLine> {
        self.lines.iter_mut().find_map(|line| match line {
            Line::Write { field, line, .. } if *field == wanted => Some(line),
            _ => None,
        })
    }

    fn tick_all(&mut self) {
        for line in &mut self.lines {
            if let Line::Check { ticked, .. } = line {
                *ticked = true;
            }
        }
    }

    /// The data, or the first line that is in the way and why.
    fn read(&self, ui: &Ui) -> Result<Complete, (usize, String)> {
        let mut data = Complete::default();
        for (at, line) in self.lines.iter().enumerate() {
            let here = |problem: String| (at, problem);
            match line {
                Line::Check { item, ticked: true } => {
                    if item.done_at.is_none() {
                        data.checklist.push(item.id);
                    }
                }
                Line::Check { item, .. } if item.required => {
                    return Err(here(ui.f(tx::TICK_FIRST, &[ui.lang.checklist(&item.code)])));
                }
                Line::Write { field, needed: true, line } if line.text().trim().is_empty() => {
                    return Err(here(ui.f(tx::FILL_IN_FIRST, &[ui.t(field.label())])));
                }
                Line::Write { field, line, .. } => {
                    self.write(ui, &mut data, *field, line.text().trim()).map_err(here)?;
                }
                Line::Picture { photo, needed: true, file: None } => {
                    return Err(here(self.attach_how(ui, *photo)));
                }
                Line::Picture { photo, file, .. } => {
                    let file = file.as_ref().map(|(id, _)| *id);
                    match photo {
                        Photo::Attenuation => data.attenuation_file_id = file,
                        Photo::Otdr => data.otdr_file_id = file,
                        Photo::Modem => data.modem_file_id = file,
                    }
                }
                Line::Check { .. } | Line::Button => {}
            }
        }
        let refused = fields::refusals(self.ticket.summary.service_type, data.clone());
        match refused.into_iter().next() {
            None => Ok(data),
            Some((name, message)) => {
                let is = |line: &Line| matches!(line, Line::Write { field, .. } if field.name() == name);
                let at = self.lines.iter().position(is).unwrap_or(0);
                Err(match self.lines.get(at) {
                    Some(Line::Write { field, .. }) => (at, format!("{}: {message}", ui.t(field.label()))),
                    _ => (at, message),
                })
            }
        }
    }

    fn write(&self, ui: &Ui, data: &mut Complete, field: Field, text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        let decimal = || -> Result<f64, String> {
            let number = text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| ui.f(tx::NO_NUMBER, &[ui.t(field.label()), text]))
        };
        match field {
            Field::Resolution => text.clone_into(&mut data.resolution),
            Field::ModemSerial => data.modem_serial = Some(text.to_owned()),
            Field::Wifi => data.wifi_name = Some(text.to_owned()),
            Field::Odp => data.odp_id = Some(self.odp(ui, text)?),
            Field::Attenuation => {
                let dbm = decimal().ok().filter(|dbm| (-40.0..=0.0).contains(dbm));
                data.attenuation_dbm = Some(dbm.ok_or_else(|| ui.t(tx::BAD_DBM).to_owned())?);
            }
            Field::SpeedDown => data.speed_down_mbps = Some(decimal()?),
            Field::SpeedUp => data.speed_up_mbps = Some(decimal()?),
            Field::Port => {
                let port = text.parse().map_err(|_| ui.f(tx::NO_NUMBER, &[ui.t(field.label()), text]))?;
                data.odp_port = Some(port);
            }
        }
        Ok(())
    }

    /// The ODP of a name, of the start of only one name, or of a number.
    fn odp(&self, ui: &Ui, text: &str) -> Result<OdpId, String> {
        if let Ok(id) = text.parse() {
            return Ok(OdpId(id));
        }
        let found = self.odps_like(text);
        match found.as_slice() {
            [one] => Ok(one.id),
            [first, ..] if first.name.eq_ignore_ascii_case(text) => Ok(first.id),
            [] => Err(ui.f(tx::NO_SUCH_ODP, &[text])),
            several => {
                let names: Vec<&str> = several.iter().take(3).map(|odp| odp.name.as_str()).collect();
                Err(ui.f(tx::WHICH_ODP, &[&names.join(", ")]))
            }
        }
    }

    /// ODPs whose names begin so, or have a word that does, the one that is named exactly first.
    fn odps_like(&self, text: &str) -> Vec<&Odp> {
        let word = text.to_lowercase();
        let mut found: Vec<&Odp> =
            self.odps.iter().filter(|odp| aglis_core::filter::starts_a_word(&odp.name, &word)).collect();
        found.sort_by_key(|odp| !odp.name.eq_ignore_ascii_case(text));
        found
    }

    fn attach_how(&self, ui: &Ui, photo: Photo) -> String {
        let number = &self.ticket.summary.number;
        ui.f(tx::ATTACH_HOW, &[ui.t(photo.label()), number, photo.purpose()])
    }
}
