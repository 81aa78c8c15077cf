//! `aglisctl customer`

mod verbs;

use crate::{
    cli::Chosen,
    clock::Clock,
    context::Context,
    export::{To, export},
    failure::Result,
    lists::Extent,
    operation::Given,
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    client::Exit,
    customers::{Customer, CustomerFilter, CustomerStatus, CustomerSummary, CustomerType, IpMode, News},
    types::{AreaId, PackageId, UnknownWord},
};
use clap::{Args, Subcommand};

/// What can be done with customers.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List or search customers
    List(List),
    /// Show one customer
    View(View),
    /// Create a customer
    Create(Box<Create>),
    /// Change a customer's fields
    Update(Box<Update>),
    /// Change the status of accounts
    Status(Status),
    /// Add and remove tags
    Tag(Tag),
    /// Show what happened to a customer
    Timeline(One),
    /// Write customers to a file; this is recorded
    Export(Export),
}

/// Which customers.
#[derive(Debug, Args)]
struct Filter {
    /// Beginnings of words of the name, number, phone or address
    #[arg(value_name = "WORDS")]
    q: Vec<String>,
    /// Only this status
    #[arg(long)]
    status: Option<CustomerStatus>,
    /// Only with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only with this package, by id
    #[arg(long, value_name = "ID")]
    package: Option<PackageId>,
    /// Only in this area, by id
    #[arg(long, value_name = "ID")]
    area: Option<AreaId>,
}

impl Filter {
    fn query(self) -> CustomerFilter {
        CustomerFilter {
            q: (!self.q.is_empty()).then(|| self.q.join(" ")),
            status: self.status,
            tag: self.tag,
            package_id: self.package,
            area_id: self.area,
            limit: None,
            cursor: None,
        }
    }
}

/// Flags of `customer list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    extent: Extent,
}

/// Flags of `customer export`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    to: To,
}

/// One customer.
#[derive(Debug, Args)]
pub struct One {
    /// Number or id
    #[arg(value_name = "CUSTOMER")]
    customer: String,
}

/// Flags of `customer view`.
#[derive(Debug, Args)]
pub struct View {
    #[command(flatten)]
    one: One,
    /// Show phone numbers and addresses unmasked; this is recorded
    #[arg(long)]
    reveal: bool,
}

/// Fields that `customer create` and `customer update` share.
#[derive(Debug, Args)]
pub struct Fields {
    /// E-mail address
    #[arg(long)]
    email: Option<String>,
    /// Person in charge, for businesses
    #[arg(long, value_name = "NAME")]
    pic_name: Option<String>,
    /// Telephone number of the person in charge
    #[arg(long, value_name = "PHONE")]
    pic_phone: Option<String>,
    /// Kind of customer
    #[arg(long = "type", value_name = "TYPE")]
    customer_type: Option<CustomerType>,
    /// Area, by id
    #[arg(long, value_name = "ID")]
    area: Option<AreaId>,
    /// Degrees north
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, requires = "longitude")]
    latitude: Option<f64>,
    /// Degrees east
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, requires = "latitude")]
    longitude: Option<f64>,
    /// ODP, by id
    #[arg(long, value_name = "ID")]
    odp: Option<i64>,
    /// Port on the ODP
    #[arg(long, value_name = "N")]
    port: Option<i64>,
    /// Package, by id
    #[arg(long, value_name = "ID")]
    package: Option<PackageId>,
    /// PPPoE user name
    #[arg(long, value_name = "NAME")]
    pppoe: Option<String>,
    /// How the customer gets an address
    #[arg(long, value_name = "MODE")]
    ip_mode: Option<IpMode>,
    /// Fixed address
    #[arg(long, value_name = "IP")]
    ip_address: Option<String>,
    /// Portal access
    #[arg(long, value_name = "TRUE|FALSE")]
    portal: Option<bool>,
    /// Whether keywords by WhatsApp are answered automatically
    #[arg(long, value_name = "TRUE|FALSE")]
    auto_answers: Option<bool>,
    /// Language of messages: id or en
    #[arg(long, value_parser = ["id", "en"])]
    language: Option<String>,
    /// Internal notes
    #[arg(long)]
    notes: Option<String>,
}

/// Flags of `customer create`.
#[derive(Debug, Args)]
pub struct Create {
    /// Name
    #[arg(long)]
    name: String,
    /// Telephone number, as people write it
    #[arg(long)]
    phone: String,
    /// Postal address
    #[arg(long)]
    address: String,
    /// First status: pending_installation or active [default: pending_installation]
    #[arg(long)]
    status: Option<CustomerStatus>,
    /// Tags, comma separated
    #[arg(long, value_delimiter = ',')]
    tag: Vec<String>,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    given: Given,
}

/// The kinds of news that a customer wants.
#[derive(Debug, Clone)]
pub struct Wanted(Vec<News>);

impl std::str::FromStr for Wanted {
    type Err = UnknownWord;

    fn from_str(words: &str) -> std::result::Result<Self, UnknownWord> {
        if words == "none" {
            return Ok(Wanted(Vec::new()));
        }
        words.split(',').map(str::parse).collect::<std::result::Result<_, _>>().map(Wanted)
    }
}

/// Flags of `customer update`.
#[derive(Debug, Args)]
pub struct Update {
    #[command(flatten)]
    one: One,
    /// Name
    #[arg(long)]
    name: Option<String>,
    /// Telephone number, as people write it
    #[arg(long)]
    phone: Option<String>,
    /// Postal address
    #[arg(long)]
    address: Option<String>,
    /// What to tell by WhatsApp: progress, answers, results, comma separated; or none
    #[arg(long, value_name = "NEWS")]
    notify_whatsapp: Option<Wanted>,
    /// What to tell by e-mail, in the same words
    #[arg(long, value_name = "NEWS")]
    notify_email: Option<Wanted>,
    /// Take the coordinates away
    #[arg(long, conflicts_with_all = ["latitude", "longitude"])]
    no_coordinates: bool,
    #[command(flatten)]
    fields: Fields,
}

/// Flags of `customer status`.
#[derive(Debug, Args)]
pub struct Status {
    /// The new status
    status: CustomerStatus,
    #[command(flatten)]
    chosen: Chosen,
    /// Why; needed for suspended and terminated
    #[arg(long)]
    reason: Option<String>,
}

/// Flags of `customer tag`.
#[derive(Debug, Args)]
pub struct Tag {
    #[command(flatten)]
    chosen: Chosen,
    /// Tags to add, comma separated
    #[arg(long, value_name = "TAG", value_delimiter = ',', required_unless_present = "remove")]
    add: Vec<String>,
    /// Tags to remove, comma separated
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    remove: Vec<String>,
}

fn status(status: CustomerStatus) -> Cell {
    let tone = match status {
        CustomerStatus::Active => Tone::Ok,
        CustomerStatus::PendingInstallation => Tone::Info,
        CustomerStatus::Suspended => Tone::Warn,
        CustomerStatus::Terminated => Tone::Muted,
    };
    Cell::toned(status, tone)
}

impl Row for CustomerSummary {
    const COLUMNS: &'static [&'static str] =
        &["NUMBER", "NAME", "PHONE", "STATUS", "PACKAGE", "AREA", "ODP", "TICKETS"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        vec![
            Cell::new(&self.number),
            Cell::new(&self.name),
            Cell::new(&self.phone),
            status(self.status),
            Cell::option(self.package_name.as_ref()),
            Cell::option(self.area_name.as_ref()),
            Cell::option(self.odp_name.as_ref()),
            Cell::new(self.open_tickets),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::List(list) => show_list(context, list),
        Verb::View(view) => show_one(context, &view),
        Verb::Timeline(one) => timeline(context, &one),
        Verb::Create(create) => verbs::create(context, *create),
        Verb::Update(update) => verbs::update(context, *update),
        Verb::Status(status) => verbs::status(context, status),
        Verb::Tag(tag) => verbs::tag(context, tag),
        Verb::Export(Export { filter, to }) => {
            export::<CustomerSummary, _>(context, to, "customer", async |_| Ok(filter.query()))
        }
    }
}

fn show_list(context: &Context, list: List) -> Result {
    let client = context.client()?;
    let filter = CustomerFilter { limit: list.extent.page(context), ..list.filter.query() };
    context.block_on(list.extent.print(context, client.customers(&filter)))
}

fn show_one(context: &Context, view: &View) -> Result {
    let client = context.client()?;
    let customer = context.block_on(async { Ok(client.customer(&view.one.customer, view.reveal).await?) })?;
    print(context, &customer)
}

/// Prints one customer.
fn print(context: &Context, customer: &Customer) -> Result {
    context.out.one(&customer.id.to_string(), customer, |table| facts(context, table, customer))?;
    Ok(Exit::Done)
}

fn facts(context: &Context, table: &mut Table, customer: &Customer) {
    table.fact("number", Cell::new(format!("{} (id {})", customer.number, customer.id)));
    table.fact("name", Cell::new(&customer.name));
    table.fact("status", status(customer.status));
    table.fact("type", Cell::new(customer.customer_type));
    table.fact("phone", Cell::new(&customer.phone));
    table.fact_option("e-mail", customer.email.as_ref());
    table.fact_option("in charge", customer.pic_name.as_ref());
    table.fact_option("their phone", customer.pic_phone.as_ref());
    table.fact("address", Cell::new(&customer.address));
    let place = customer.latitude.zip(customer.longitude);
    table.fact_option("coordinates", place.map(|(north, east)| format!("{north}, {east}")));
    table.fact_option("area", customer.area_name.as_ref());
    table.fact_option("package", customer.package.as_ref().map(|package| &package.name));
    let port = customer.odp_port.map_or_else(String::new, |port| format!(" port {port}"));
    table.fact_option("ODP", customer.odp_name.as_ref().map(|odp| format!("{odp}{port}")));
    table.fact_option("PPPoE", customer.pppoe_username.as_ref());
    table.fact_option("IP", customer.ip_address.as_ref());
    table.fact("portal", Cell::new(if customer.portal_enabled { "on" } else { "off" }));
    table.fact("auto answers", Cell::new(if customer.auto_answers { "on" } else { "off" }));
    table.fact("language", Cell::new(&customer.locale));
    if !customer.tags.is_empty() {
        table.fact("tags", Cell::new(customer.tags.join(", ")));
    }
    if !customer.notes.is_empty() {
        table.fact("notes", Cell::new(&customer.notes));
    }
    table.fact("since", context.out.clock.cell(customer.activated_at.unwrap_or(customer.created_at)));
}

struct Entry(aglis_core::tickets::TimelineEntry);

impl serde::Serialize for Entry {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Row for Entry {
    const COLUMNS: &'static [&'static str] = &["WHEN", "WHO", "WHAT"];
    const OPTIONAL: &'static [&'static str] = &["body"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        vec![clock.cell(self.0.at), Cell::new(&self.0.actor), Cell::new(&self.0.text)]
    }

    fn id(&self) -> String {
        self.0.event_id.to_string()
    }
}

fn timeline(context: &Context, one: &One) -> Result {
    let client = context.client()?;
    let entries = context.block_on(async { Ok(client.customer_timeline(&one.customer).await?) })?;
    let mut list = context.out.list();
    for entry in entries {
        list.row(&Entry(entry))?;
    }
    list.end()?;
    Ok(Exit::Done)
}
