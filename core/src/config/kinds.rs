//! The types of settings that belong to this product.

use super::value::{Raw, Setting, quoted};
use crate::{
    permission::Role,
    types::{Locale, Phone, Zone},
};
use jiff::civil::{Time, Weekday};
use std::net::IpAddr;

/// Makes an enum of words, which is how a choice is written in the file.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident, $kind:literal { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// The word as it stands in the file.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl Setting for $name {
            const KIND: &'static str = $kind;

            fn parse(raw: &Raw) -> Result<Self, String> {
                match raw.text(Self::KIND)? {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(raw.refuse(Self::KIND)),
                }
            }

            fn show(&self) -> String {
                quoted(self.as_str())
            }
        }
    };
}

choice! {
    /// Which gateway carries WhatsApp messages.
    WhatsappProvider, "sandbox, fonnte, meta or http" {
        /// Nothing leaves the machine; a page shows every message.
        Sandbox = "sandbox",
        /// The Fonnte gateway.
        Fonnte = "fonnte",
        /// The WhatsApp Cloud API of Meta.
        Meta = "meta",
        /// Any gateway that takes JSON over HTTP.
        Http = "http",
    }
}

/// The gateways that carry WhatsApp messages, the first one first; the sandbox stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatsappProviders(Vec<WhatsappProvider>);

impl WhatsappProviders {
    /// Whether messages go to the sandbox instead of to people.
    pub fn is_sandbox(&self) -> bool {
        self.has(WhatsappProvider::Sandbox)
    }

    /// Whether a gateway is listed.
    pub fn has(&self, provider: WhatsappProvider) -> bool {
        self.0.contains(&provider)
    }

    /// The gateways in their order.
    pub fn iter(&self) -> impl Iterator<Item = WhatsappProvider> + '_ {
        self.0.iter().copied()
    }
}

impl From<WhatsappProvider> for WhatsappProviders {
    fn from(provider: WhatsappProvider) -> Self {
        WhatsappProviders(vec![provider])
    }
}

impl std::str::FromStr for WhatsappProviders {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(&Raw::Word(text.to_owned()))
    }
}

impl Setting for WhatsappProviders {
    const KIND: &'static str = "sandbox, or one or a list of fonnte, meta, http";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let words: Vec<&str> = match raw {
            Raw::List(items) => items.iter().map(String::as_str).collect(),
            Raw::Word(text) => text.split(',').collect(),
            Raw::Text(text) => vec![text],
            _ => return Err(raw.refuse(Self::KIND)),
        };
        let mut providers = Vec::new();
        for word in words {
            let provider =
                WhatsappProvider::parse(&Raw::Text(word.to_owned())).map_err(|_| raw.refuse(Self::KIND))?;
            if providers.contains(&provider) {
                return Err(format!("names {} twice", provider.as_str()));
            }
            providers.push(provider);
        }
        if providers.is_empty() {
            return Err(raw.refuse(Self::KIND));
        }
        if providers.len() > 1 && providers.contains(&WhatsappProvider::Sandbox) {
            return Err("mixes the sandbox with gateways that really send; list one or the other".to_owned());
        }
        Ok(WhatsappProviders(providers))
    }

    fn show(&self) -> String {
        match self.0.as_slice() {
            [one] => one.show(),
            several => format!("[{}]", several.iter().map(Setting::show).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Which of our messages has which approved form at Meta, and what goes into its places:
/// `ticket-status=status_tiket:name:number:status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaTemplate {
    /// Our message, such as `ticket-status`.
    pub message: String,
    /// The approved template's name.
    pub approved: String,
    /// Our variables in the order of its places.
    pub variables: Vec<String>,
}

impl std::str::FromStr for MetaTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(&Raw::Text(text.to_owned()))
    }
}

impl Setting for MetaTemplate {
    const KIND: &'static str =
        "MESSAGE=APPROVED:VARIABLE:VARIABLE (ticket-status=status_tiket:name:number:status)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?;
        let (message, rest) = text.split_once('=').ok_or_else(|| raw.refuse(Self::KIND))?;
        let mut parts = rest.split(':').map(|part| part.trim().to_owned());
        let approved = parts.next().unwrap_or_default();
        let variables: Vec<String> = parts.collect();
        let good = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if !good(message.trim()) || !good(&approved) || !variables.iter().all(|variable| good(variable)) {
            return Err(raw.refuse(Self::KIND));
        }
        Ok(MetaTemplate { message: message.trim().to_owned(), approved, variables })
    }

    fn show(&self) -> String {
        let parts: Vec<&str> =
            std::iter::once(&self.approved).chain(&self.variables).map(String::as_str).collect();
        quoted(format!("{}={}", self.message, parts.join(":")))
    }
}

choice! {
    /// How the connection to the mail server is protected.
    MailSecurity, "starttls, tls or none" {
        /// Plain connection raised to TLS; refused when the server cannot.
        Starttls = "starttls",
        /// TLS from the first byte.
        Tls = "tls",
        /// No protection; for a server on this machine only.
        None = "none",
    }
}

choice! {
    /// How log lines look.
    LogFormat, "text or json" {
        /// For people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

/// What is logged: a level, or directives that give parts of the program levels of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLevel(String);

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

impl LogLevel {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for LogLevel {
    const KIND: &'static str = "error, warn, info, debug, trace, off, or directives such as info,sqlx=warn";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?;
        let level = |word: &str| LEVELS.contains(&word.to_ascii_lowercase().as_str());
        let target = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':'))
        };
        let good = |directive: &str| match directive.trim().split_once('=') {
            Some((part, word)) => target(part) && level(word),
            None => level(directive.trim()),
        };
        if text.split(',').all(good) { Ok(LogLevel(text.to_owned())) } else { Err(raw.refuse(Self::KIND)) }
    }

    fn show(&self) -> String {
        quoted(&self.0)
    }
}

impl Setting for Locale {
    const KIND: &'static str = "id or en";

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text(Self::KIND)?.parse().map_err(|_| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

impl Setting for Role {
    const KIND: &'static str =
        "a role (admin, supervisor, manager, noc, customer_service, finance, technician)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text(Self::KIND)?.parse().map_err(|_| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

impl Setting for Phone {
    const KIND: &'static str = "a telephone number (0812-3456-7890)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text(Self::KIND)?.parse().map_err(|_| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        quoted(self.as_str())
    }
}

impl Setting for Zone {
    const KIND: &'static str = "an IANA time zone (Asia/Jakarta, Asia/Makassar, Asia/Jayapura)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        Zone::named(raw.text(Self::KIND)?).map_err(|_| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        quoted(self.inner().iana_name().unwrap_or("UTC"))
    }
}

/// A number of bytes, written with KiB, MiB or GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Setting for Bytes {
    const KIND: &'static str = "a size (512KiB, 10MiB, 5GiB)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?;
        SIZES
            .iter()
            .find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)))
            .and_then(|(number, size)| number.trim().parse::<u64>().ok()?.checked_mul(*size))
            .map(Bytes)
            .ok_or_else(|| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        let (unit, size) = SIZES
            .into_iter()
            .find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size))
            .unwrap_or(("B", 1));
        quoted(format!("{}{unit}", self.0 / size))
    }

    fn measure(&self) -> Option<i64> {
        i64::try_from(self.0).ok()
    }
}

/// A span of the day in the business zone; it may pass midnight (`21:00-07:00`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first minute of the span.
    pub from: Time,
    /// The minute at which it has ended; midnight means the end of the day.
    pub to: Time,
}

impl Hours {
    /// Whether the span covers the whole day.
    pub fn is_whole_day(&self) -> bool {
        self.from == self.to
    }

    /// Whether a local time of day lies within.
    pub fn contains(&self, time: Time) -> bool {
        if self.is_whole_day() {
            true
        } else if self.from < self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        }
    }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once([':', '.'])?;
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    if (hour, minute) == (24, 0) { Some(Time::midnight()) } else { Time::new(hour, minute, 0, 0).ok() }
}

impl Setting for Hours {
    const KIND: &'static str = "hours of the day (08:00-17:00, 00:00-24:00)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text(Self::KIND)?
            .split_once('-')
            .and_then(|(from, to)| Some(Hours { from: clock(from)?, to: clock(to)? }))
            .ok_or_else(|| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        let to = if self.to == Time::midnight() {
            "24:00".to_owned()
        } else {
            self.to.strftime("%H:%M").to_string()
        };
        quoted(format!("{}-{to}", self.from.strftime("%H:%M")))
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Setting for Weekday {
    const KIND: &'static str = "a day (mon, tue, wed, thu, fri, sat, sun)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let word = raw.text(Self::KIND)?;
        DAYS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day).ok_or_else(|| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        quoted(DAYS.iter().find(|(_, day)| day == self).map_or("", |(name, _)| name))
    }
}

/// A range of addresses, or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies within; an IPv4 address wrapped in IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                net.to_bits() & mask == ip.to_bits() & mask
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                net.to_bits() & mask == ip.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl Setting for Network {
    const KIND: &'static str = "an address or a network (127.0.0.1, 10.0.0.0/8, fd00::/8)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let refuse = || raw.refuse(Self::KIND);
        let text = raw.text(Self::KIND)?;
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| refuse())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(width), str::parse).map_err(|_| refuse())?;
        if prefix > width {
            return Err(refuse());
        }
        Ok(Network { address, prefix })
    }

    fn show(&self) -> String {
        quoted(format!("{}/{}", self.address, self.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Setting>(text: &str) -> Result<T, String> {
        T::parse(&Raw::Text(text.to_owned()))
    }

    #[test]
    fn gateways_are_one_word_or_a_list_and_the_sandbox_stands_alone() {
        use WhatsappProvider as W;
        let word: WhatsappProviders = read("fonnte").unwrap();
        assert_eq!(
            (word.show().as_str(), word.has(W::Fonnte), word.is_sandbox()),
            ("\"fonnte\"", true, false)
        );
        let variable = WhatsappProviders::parse(&Raw::Word("meta, fonnte".into())).unwrap();
        let list = WhatsappProviders::parse(&Raw::List(vec!["meta".into(), "fonnte".into()])).unwrap();
        assert_eq!(variable, list);
        assert_eq!(list.iter().collect::<Vec<_>>(), [W::Meta, W::Fonnte]);
        assert_eq!(list.show(), "[\"meta\", \"fonnte\"]");
        assert!(read::<WhatsappProviders>("sandbox").unwrap().is_sandbox());
        for (bad, said) in [
            (Raw::Word("meta,sandbox".into()), "mixes the sandbox"),
            (Raw::Word("meta,meta".into()), "names meta twice"),
            (Raw::Word("meta,twilio".into()), "expects sandbox, or one or a list"),
            (Raw::List(vec![]), "expects sandbox, or one or a list"),
            (Raw::Bool(true), "expects sandbox, or one or a list"),
        ] {
            let message = WhatsappProviders::parse(&bad).unwrap_err();
            assert!(message.contains(said), "{bad:?}: {message}");
        }
    }

    #[test]
    fn approved_forms_name_their_variables() {
        let text = "ticket-status=status_tiket:name:number";
        let template: MetaTemplate = read(text).unwrap();
        assert_eq!(
            (template.message.as_str(), template.approved.as_str()),
            ("ticket-status", "status_tiket")
        );
        assert_eq!(template.variables, ["name", "number"]);
        assert_eq!(template.show(), format!("\"{text}\""));
        assert!(read::<MetaTemplate>("otp-login=kode").unwrap().variables.is_empty());
        for bad in ["ticket-status", "=x", "a=", "a=b:", "a=b:c d"] {
            assert!(read::<MetaTemplate>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hours_may_pass_midnight() {
        let night: Hours = read("21:00-07:00").unwrap();
        let at = |hour| Time::constant(hour, 0, 0, 0);
        assert!(
            night.contains(at(23))
                && night.contains(at(3))
                && !night.contains(at(7))
                && !night.contains(at(12))
        );
        let always: Hours = read("00:00-24:00").unwrap();
        assert!(always.is_whole_day() && always.contains(at(5)));
        assert_eq!(always.show(), "\"00:00-24:00\"");
        for bad in ["8-17", "08:00", "25:00-26:00", "08:00-17:60"] {
            assert!(read::<Hours>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn networks_contain_their_addresses_only() {
        let net: Network = read("10.0.0.0/8").unwrap();
        assert!(net.contains("10.200.3.4".parse().unwrap()));
        assert!(net.contains("::ffff:10.1.1.1".parse().unwrap()));
        assert!(!net.contains("11.0.0.1".parse().unwrap()));
        assert!(read::<Network>("0.0.0.0/0").unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!(read::<Network>("::1").unwrap().contains("::1".parse().unwrap()));
        assert!(read::<Network>("10.0.0.0/33").is_err());
    }
}
