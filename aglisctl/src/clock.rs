//! The clock on the wall of the business: in its zone times are shown to people, with the zone's name.

use crate::table::Cell;
use aglis_core::{
    client::{Client, Endpoint},
    types::{Time, Zone},
};
use std::{cell::OnceCell, fmt, rc::Rc, time::Duration};

/// How long the daemon may take to say in which zone it lives.
const PATIENCE: Duration = Duration::from_secs(5);

/// Shows times. The zone is looked up when the first time is shown, so that nothing that shows none waits for it.
#[derive(Clone)]
pub struct Clock(Rc<Inner>);

struct Inner {
    zone: OnceCell<Option<Zone>>,
    find: Box<dyn Fn() -> Option<Zone>>,
}

impl Clock {
    /// A clock in the zone that `find` finds.
    pub fn new(find: impl Fn() -> Option<Zone> + 'static) -> Self {
        Clock(Rc::new(Inner { zone: OnceCell::new(), find: Box::new(find) }))
    }

    /// `2026-11-21 09:00 WIB`; UTC where no zone is known.
    pub fn text(&self, at: Time) -> String {
        match self.0.zone.get_or_init(|| (self.0.find)()) {
            Some(zone) => format!("{} {}", zone.at(at).strftime("%Y-%m-%d %H:%M"), zone.label(at)),
            None => at.timestamp().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }

    /// The same as a cell.
    pub fn cell(&self, at: Time) -> Cell {
        Cell::new(self.text(at))
    }

    /// The same for a time that may be absent.
    pub fn option(&self, at: Option<Time>) -> Cell {
        Cell::option(at.map(|at| self.text(at)))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({:?})", self.0.zone.get())
    }
}

/// The zone of a daemon, if it answers. It is asked from a thread of its own, because whoever wants to show a time may
/// stand inside a runtime.
pub fn zone_of(endpoint: &Endpoint) -> Option<Zone> {
    if let Endpoint::Socket(path) = endpoint
        && !path.exists()
    {
        return None;
    }
    let endpoint = endpoint.clone();
    let ask = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let client = Client::with_timeout(endpoint, PATIENCE).ok()?;
        let me = runtime.block_on(client.me()).ok()?;
        Zone::named(&me.zone).ok()
    };
    std::thread::spawn(ask).join().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_bears_the_name_of_its_zone_which_is_looked_up_once() {
        let at: Time = "2026-11-21T02:00:00Z".parse().unwrap();
        for (zone, shown) in [
            ("Asia/Jakarta", "2026-11-21 09:00 WIB"),
            ("Asia/Makassar", "2026-11-21 10:00 WITA"),
            ("Asia/Jayapura", "2026-11-21 11:00 WIT"),
            ("Europe/Berlin", "2026-11-21 03:00 CET"),
            ("Moon/Crater", "2026-11-21 02:00 UTC"),
        ] {
            let asked = Rc::new(std::cell::Cell::new(0));
            let count = asked.clone();
            let clock = Clock::new(move || {
                count.set(count.get() + 1);
                Zone::named(zone).ok()
            });
            assert_eq!((clock.text(at).as_str(), clock.text(at).as_str()), (shown, shown));
            assert_eq!(asked.get(), 1);
        }
    }
}
