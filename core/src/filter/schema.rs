//! Which fields a list knows, and which values they take.

/// The fields of one list.
#[derive(Debug, PartialEq)]
pub struct Schema {
    /// What the list shows, for messages: `ticket`.
    pub noun: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

/// One field a term can name.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// The canonical name, which `Display` writes.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// What its values are.
    pub kind: Kind,
    /// What it asks, in a few words, for help pages.
    pub help: &'static str,
}

/// What the values of a field are.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// One of a fixed list.
    Choice(&'static [Choice]),
    /// Free text, found anywhere, case ignored.
    Text,
    /// A name or code, found at the start of any of its words, case ignored.
    Name,
    /// A span of time: `90m`, `2h30m`, `1d`.
    Span,
    /// A whole number.
    Count,
    /// A single text that a row does not show: whoever loads the rows looks for it, so that it cannot be inverted.
    Sought,
}

/// One value of a [`Kind::Choice`].
#[derive(Debug, PartialEq)]
pub struct Choice {
    /// The canonical value, the same word the API uses.
    pub name: &'static str,
    /// Other spellings, the Indonesian one among them.
    pub aliases: &'static [&'static str],
    /// For a value that names a group: the values it stands for.
    pub members: &'static [&'static str],
}

/// The word for "less than nothing is left".
pub(super) const OVERDUE: &str = "overdue";

const fn one(name: &'static str, aliases: &'static [&'static str]) -> Choice {
    Choice { name, aliases, members: &[] }
}

const fn group(
    name: &'static str,
    aliases: &'static [&'static str],
    members: &'static [&'static str],
) -> Choice {
    Choice { name, aliases, members }
}

const fn field(
    name: &'static str,
    aliases: &'static [&'static str],
    kind: Kind,
    help: &'static str,
) -> Field {
    Field { name, aliases, kind, help }
}

/// Tickets.
pub static TICKETS: Schema = Schema {
    noun: "ticket",
    fields: &[
        field(
            "status",
            &["st"],
            Kind::Choice(&[
                one("open", &["new", "baru"]),
                one("assigned", &["ditugaskan", "tugas"]),
                one("in_progress", &["progress", "proses"]),
                one("on_hold", &["hold", "tunda"]),
                one("completed", &["done", "selesai"]),
                one("cancelled", &["canceled", "batal"]),
                group("active", &["aktif", "unfinished"], &["open", "assigned", "in_progress", "on_hold"]),
                group("closed", &["tutup", "finished"], &["completed", "cancelled"]),
            ]),
            "where it stands; active and closed name several at once",
        ),
        field(
            "prio",
            &["priority", "prioritas"],
            Kind::Choice(&[
                one("critical", &["kritis", "crit"]),
                one("high", &["tinggi"]),
                one("normal", &["sedang", "medium"]),
                one("low", &["rendah"]),
            ]),
            "how urgent it is",
        ),
        field("sla", &["due", "sisa"], Kind::Span, "time left until it is due; sla:overdue, sla:none"),
        field("age", &["umur", "since"], Kind::Span, "time since it was created"),
        field("tech", &["technician", "teknisi"], Kind::Name, "who works on it; tech:none, tech:me"),
        field(
            "type",
            &["kind", "jenis"],
            Kind::Choice(&[
                one("installation", &["install", "pasang"]),
                one("repair", &["perbaikan"]),
                one("maintenance", &["perawatan"]),
                one("upgrade", &[]),
                one("downgrade", &[]),
                one("wifi_setup", &["wifi"]),
                one("dismantle", &["bongkar"]),
                one("survey", &["survei"]),
            ]),
            "kind of work",
        ),
        field("cat", &["category", "kategori"], Kind::Text, "category of the trouble"),
        field(
            "chan",
            &["channel", "kanal"],
            Kind::Choice(&[
                one("portal", &[]),
                one("whatsapp", &["wa"]),
                one("phone", &["telepon"]),
                one("staff", &["staf"]),
                one("monitoring", &[]),
            ]),
            "how it reached us",
        ),
        field("area", &["wilayah"], Kind::Name, "area of the customer"),
        field("cust", &["customer", "pelanggan"], Kind::Text, "name or number of the customer"),
        field("no", &["number", "nomor"], Kind::Text, "ticket number or a part of it"),
    ],
};

/// Customers.
pub static CUSTOMERS: Schema = Schema {
    noun: "customer",
    fields: &[
        field(
            "status",
            &["st"],
            Kind::Choice(&[
                one("pending_installation", &["pending", "menunggu"]),
                one("active", &["aktif"]),
                one("suspended", &["isolir"]),
                one("terminated", &["berhenti"]),
            ]),
            "where the account stands",
        ),
        field("pkg", &["package", "paket"], Kind::Text, "package"),
        field("tag", &["label"], Kind::Name, "tag; tag:none"),
        field("area", &["wilayah"], Kind::Name, "area"),
        field("odp", &[], Kind::Name, "distribution point; odp:none"),
        field("name", &["nama"], Kind::Text, "name"),
        field("phone", &["wa", "telepon"], Kind::Text, "a part of the phone number"),
        field("no", &["number", "nomor"], Kind::Text, "customer number or a part of it"),
        field("age", &["umur", "since"], Kind::Span, "time since the account was created"),
    ],
};

/// The audit trail.
pub static AUDIT: Schema = Schema {
    noun: "entry",
    fields: &[
        field("user", &["actor", "who", "siapa"], Kind::Name, "who did it"),
        field("action", &["act", "tindakan", "event"], Kind::Text, "what was done"),
        field("object", &["on", "subject", "objek"], Kind::Text, "what it was done to"),
        field("ip", &["from", "dari"], Kind::Text, "the address it came from"),
        field(
            "result",
            &["outcome", "hasil"],
            Kind::Choice(&[one("ok", &["success"]), one("denied", &["ditolak"]), one("failed", &["gagal"])]),
            "how it ended",
        ),
        field("since", &["age", "sejak"], Kind::Span, "how long ago at most"),
    ],
};

/// Jobs of the queue.
pub static JOBS: Schema = Schema {
    noun: "job",
    fields: &[
        field(
            "kind",
            &["type", "jenis"],
            Kind::Choice(&[
                one("send-otp", &["otp"]),
                one("send-notification", &["notification", "notifikasi"]),
                one("send-group", &["group", "grup"]),
                one("send-bulk", &["bulk", "massal"]),
                one("send-mail", &["email"]),
                one("prune-jobs", &[]),
                one("prune-messages", &[]),
                one("sweep-accounts", &[]),
                one("sweep-files", &[]),
                one("trim-audit", &[]),
                one("forget-keys", &[]),
                one("purge-notifications", &[]),
            ]),
            "kind of work",
        ),
        field(
            "queue",
            &["antrean"],
            Kind::Choice(&[
                one("messages", &["wa", "whatsapp", "pesan"]),
                one("mail", &["surel"]),
                one("system", &["sistem"]),
            ]),
            "the queue it is in",
        ),
        field("err", &["error", "galat"], Kind::Text, "a part of its last error; err:none"),
        field("age", &["umur", "since"], Kind::Span, "time since it was queued"),
        field("to", &["recipient", "tujuan"], Kind::Sought, "the phone, group or mail address it is for"),
        field("batch", &["kelompok"], Kind::Count, "number of its batch; batch:none"),
    ],
};

impl Schema {
    /// The field of this name or alias.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name || field.aliases.contains(&name))
    }
}
