//! Completing a ticket: its checklist, what was done and measured, and the pictures that are attached already.

mod draw;
mod fields;
mod odps;

use aglis_core::catalog::Odp;
use aglis_core::customers::Customer;
use aglis_core::tickets::{ChecklistItem, Complete, Ticket};
use aglis_core::types::{FileId, Page, TicketId, Time};

use crate::app::Ui;
use crate::app::cx::Target;
use crate::keymap::{Act, Scope};
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::widget::{InputLine, ListCursor, Move};
use fields::{Field, Photo};
use odps::{Known, Odps};

/// A completion being filled in.
#[derive(Debug)]
pub struct Completion {
    /// Which ticket.
    pub target: Target,
    form: Option<Form>,
    problem: Option<String>,
    cursor: ListCursor,
    /// Whether it was to be sent, and waits for the daemon to say which ODP is meant.
    waits: bool,
}

#[derive(Debug)]
struct Form {
    ticket: Box<Ticket>,
    lines: Vec<Line>,
    odps: Odps,
}

/// What keeps a form from being sent.
#[derive(Debug)]
enum Stop {
    /// What is wrong.
    Problem(String),
    /// Which ODP is meant is not known yet.
    Searching,
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
        Self { target, form: None, problem: None, cursor: ListCursor::default(), waits: false }
    }

    /// The ticket arrived, or changed: what was written and ticked stays. Tells whether the customer is wanted now, to
    /// fill in a line's end.
    pub fn ticket(&mut self, ticket: &Ticket, now: Time) -> bool {
        if ticket.summary.id != self.target.id {
            return false;
        }
        self.target.status = ticket.summary.status;
        let first = self.form.is_none();
        let form = self.form.get_or_insert_with(|| Form {
            lines: lines(ticket),
            ticket: Box::new(ticket.clone()),
            odps: Odps::default(),
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
        let wanted = first && form.line(Field::Odp).is_some();
        if wanted {
            form.odps.wanted(now);
        }
        wanted
    }

    /// The customer arrived: an installation ends where they are planned to be.
    pub fn customer(&mut self, customer: &Customer, now: Time) {
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
        if form.line(Field::Odp).is_some() {
            form.odps.wanted(now);
        }
    }

    /// When it wants to ask for ODPs.
    #[must_use]
    pub fn wake_at(&self) -> Option<Time> {
        self.form.as_ref().and_then(|form| form.odps.wake_at())
    }

    /// The text for which ODPs are to be asked for now.
    pub fn ask(&mut self, now: Time) -> Option<String> {
        let form = self.form.as_mut()?;
        let text = form.line(Field::Odp)?.text().trim().to_owned();
        form.odps.ask(&text, now)
    }

    /// The ODPs of a text arrived. What waited for them is sent.
    pub fn odps(&mut self, ui: &Ui, text: &str, page: &Page<Odp>) -> Outcome {
        if let Some(form) = &mut self.form {
            form.odps.arrived(text, page);
        }
        if self.waits { self.finish(ui) } else { Outcome::Open }
    }

    /// The ODPs of a text could not be asked for.
    pub fn no_odps(&mut self, text: &str, why: &str) {
        if let Some(form) = &mut self.form {
            form.odps.failed(text);
        }
        if std::mem::take(&mut self.waits) {
            self.problem = Some(why.to_owned());
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
        self.waits = false;
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
                Some(Line::Write { field, line, .. }) => {
                    line.key(key);
                    if *field == Field::Odp {
                        form.odps.typed(ui.now);
                    }
                }
                _ => {}
            },
        }
        self.problem = None;
        Outcome::Open
    }

    /// Puts in a pasted text.
    pub fn paste(&mut self, ui: &Ui, text: &str) {
        self.waits = false;
        let Some(form) = &mut self.form else { return };
        if let Some(Line::Write { field, line, .. }) = form.lines.get_mut(self.cursor.at) {
            line.paste(text);
            if *field == Field::Odp {
                form.odps.typed(ui.now);
            }
        }
    }

    /// Reads the form; where something is missing or wrong, goes there and says so.
    fn finish(&mut self, ui: &Ui) -> Outcome {
        let Some(form) = &mut self.form else { return Outcome::Open };
        let read = form.read(ui);
        self.waits = matches!(read, Err((_, Stop::Searching)));
        let (at, stop) = match read {
            Ok(data) => return Outcome::Ready(Box::new(data)),
            Err(stop) => stop,
        };
        self.cursor.at = at;
        self.cursor.keep(form.lines.len());
        self.problem = match stop {
            Stop::Problem(problem) => Some(problem),
            Stop::Searching => {
                form.odps.wanted(ui.now);
                Some(ui.t(tx::SEARCHING).to_owned())
            }
        };
        Outcome::Open
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
    fn read(&self, ui: &Ui) -> Result<Complete, (usize, Stop)> {
        let mut data = Complete::default();
        for (at, line) in self.lines.iter().enumerate() {
            let here = |problem: String| (at, Stop::Problem(problem));
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
                    self.write(ui, &mut data, *field, line.text().trim()).map_err(|stop| (at, stop))?;
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
                let message = match self.lines.get(at) {
                    Some(Line::Write { field, .. }) => format!("{}: {message}", ui.t(field.label())),
                    _ => message,
                };
                Err((at, Stop::Problem(message)))
            }
        }
    }

    fn write(&self, ui: &Ui, data: &mut Complete, field: Field, text: &str) -> Result<(), Stop> {
        if text.is_empty() {
            return Ok(());
        }
        let no_number = || Stop::Problem(ui.f(tx::NO_NUMBER, &[ui.t(field.label()), text]));
        let decimal = || -> Result<f64, Stop> {
            let number = text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(no_number)
        };
        match field {
            Field::Resolution => text.clone_into(&mut data.resolution),
            Field::ModemSerial => data.modem_serial = Some(text.to_owned()),
            Field::Wifi => data.wifi_name = Some(text.to_owned()),
            Field::Odp => {
                data.odp_id = Some(match self.odps.known(ui, text) {
                    Known::One(id) => id,
                    Known::Refused(problem) => return Err(Stop::Problem(problem)),
                    Known::NotYet => return Err(Stop::Searching),
                });
            }
            Field::Attenuation => {
                let dbm = decimal().ok().filter(|dbm| (-40.0..=0.0).contains(dbm));
                data.attenuation_dbm = Some(dbm.ok_or_else(|| Stop::Problem(ui.t(tx::BAD_DBM).to_owned()))?);
            }
            Field::SpeedDown => data.speed_down_mbps = Some(decimal()?),
            Field::SpeedUp => data.speed_up_mbps = Some(decimal()?),
            Field::Port => {
                data.odp_port = Some(text.parse().map_err(|_| no_number())?);
            }
        }
        Ok(())
    }

    fn attach_how(&self, ui: &Ui, photo: Photo) -> String {
        let number = &self.ticket.summary.number;
        ui.f(tx::ATTACH_HOW, &[ui.t(photo.label()), number, photo.purpose()])
    }
}
