//! The people of the demo provider. Their numbers are well formed and belong to nobody in particular.

use super::{pick, places::Places};
use crate::{
    accounts::{NewUser, User, service as accounts},
    app::Ctx,
    customers::{Customer, CustomerStatus, NewCustomer, SetCustomerStatus, service as customers},
    error::{Error, Result},
    permission::Role,
    technicians::{Availability, NewTechnician, SkillLevel, Technician, service as technicians},
    tickets::ServiceType,
};
use rand::{RngExt, rngs::StdRng};
use tokio::task::JoinSet;

const STAFF: [(&str, &str, Role); 7] = [
    ("rina", "Rina Wulandari", Role::Admin),
    ("joko", "Joko Prasetyo", Role::Supervisor),
    ("hendra", "Hendra Gunawan", Role::Manager),
    ("budi", "Budi Hartono", Role::Noc),
    ("sari", "Sari Lestari", Role::CustomerService),
    ("dewi", "Dewi Anggraini", Role::CustomerService),
    ("maya", "Maya Kusuma", Role::Finance),
];

const TECHNICIANS: [(&str, &str, SkillLevel); 8] = [
    ("andi", "Andi Saputra", SkillLevel::Senior),
    ("asep", "Asep Hidayat", SkillLevel::Expert),
    ("citra", "Citra Permata", SkillLevel::Intermediate),
    ("dadang", "Dadang Suryana", SkillLevel::Senior),
    ("eko", "Eko Nugroho", SkillLevel::Intermediate),
    ("fajar", "Fajar Ramadhan", SkillLevel::Junior),
    ("gilang", "Gilang Maulana", SkillLevel::Intermediate),
    ("iwan", "Iwan Setiawan", SkillLevel::Junior),
];

const FIRST: [&str; 32] = [
    "Agus", "Ahmad", "Ani", "Bambang", "Bayu", "Cahya", "Dian", "Dimas", "Eka", "Endang", "Fitri", "Galih",
    "Hani", "Indah", "Irfan", "Kartika", "Lia", "Lukman", "Mega", "Nanda", "Nur", "Putri", "Rahmat", "Ratna",
    "Rizky", "Siti", "Sri", "Teguh", "Tuti", "Wahyu", "Yanti", "Yusuf",
];
const LAST: [&str; 24] = [
    "Santoso",
    "Wijaya",
    "Hidayat",
    "Nugroho",
    "Setiawan",
    "Kurniawan",
    "Saputra",
    "Lestari",
    "Pratama",
    "Rahayu",
    "Firmansyah",
    "Handayani",
    "Suryadi",
    "Maulana",
    "Permana",
    "Wibowo",
    "Susanti",
    "Gunawan",
    "Halim",
    "Mulyani",
    "Ramadhan",
    "Sutrisno",
    "Utami",
    "Yulianto",
];
const STREETS: [&str; 14] = [
    "Jl. Mawar",
    "Jl. Melati",
    "Jl. Kenanga",
    "Jl. Anggrek",
    "Jl. Cempaka",
    "Gg. Haji Ali",
    "Gg. Mesjid",
    "Jl. Pahlawan",
    "Jl. Veteran",
    "Jl. Pangkal Perjuangan",
    "Perum Bumi Asri",
    "Perum Griya Indah",
    "Jl. Sukarno Hatta",
    "Gg. Damai",
];
const TAGS: [&str; 5] = ["vip", "warung", "kos", "sering-gangguan", "bayar-tunai"];

fn account(username: &str, full_name: &str, role: Role, phone: String, password: &str) -> NewUser {
    NewUser {
        username: username.to_owned(),
        full_name: Some(full_name.to_owned()),
        email: Some(format!("{username}@demo.aglis.example")),
        phone: Some(phone),
        role,
        password: Some(password.to_owned()),
        locale: Some("id".to_owned()),
    }
}

/// The office, the administrator first.
pub(super) async fn staff(ctx: &Ctx, password: &str) -> Result<Vec<User>> {
    let mut out = Vec::new();
    for (at, (username, name, role)) in STAFF.into_iter().enumerate() {
        out.push(
            accounts::create_user(ctx, account(username, name, role, format!("0811990{at:04}"), password))
                .await?,
        );
    }
    Ok(out)
}

/// Those in the field, two for each area.
pub(super) async fn technicians(ctx: &Ctx, password: &str, places: &Places) -> Result<Vec<Technician>> {
    let mut out = Vec::new();
    for (at, (username, name, level)) in TECHNICIANS.into_iter().enumerate() {
        let user = accounts::create_user(
            ctx,
            account(username, name, Role::Technician, format!("0811991{at:04}"), password),
        )
        .await?;
        let area = &places.areas[at % places.areas.len()];
        let next = &places.areas[(at + 1) % places.areas.len()];
        let skills = match level {
            SkillLevel::Junior => vec![
                ServiceType::Repair,
                ServiceType::WifiSetup,
                ServiceType::Upgrade,
                ServiceType::Downgrade,
            ],
            _ => ServiceType::ALL.to_vec(),
        };
        let new = NewTechnician {
            user_id: user.id,
            level: Some(level),
            availability: Some(if at == 7 { Availability::OffDuty } else { Availability::Available }),
            daily_maximum: Some(8),
            skills,
            areas: vec![area.id, next.id],
            latitude: area.latitude.map(|north| north + 0.002 * at as f64),
            longitude: area.longitude,
        };
        out.push(technicians::create(ctx, new).await?);
    }
    Ok(out)
}

/// A customer's number, by their place in the list.
pub(super) fn phone_of(at: usize) -> String {
    format!("08129{at:07}")
}

/// A customer, and where their account stands in the end.
fn new_customer(
    random: &mut StdRng,
    places: &Places,
    at: usize,
    per_odp: usize,
) -> (NewCustomer, CustomerStatus) {
    let odp = &places.odps[(at / per_odp) % places.odps.len()];
    let name = format!("{} {}", pick(random, &FIRST), pick(random, &LAST));
    let status = match random.random_range(0..100) {
        0..3 => CustomerStatus::PendingInstallation,
        3..8 => CustomerStatus::Suspended,
        8..10 => CustomerStatus::Terminated,
        _ => CustomerStatus::Active,
    };
    // The first customer is the one the demo names for trying the portal.
    let status = if at == 0 { CustomerStatus::Active } else { status };
    let connected = matches!(status, CustomerStatus::Active | CustomerStatus::Suspended);
    let near = |middle: Option<f64>, random: &mut StdRng| {
        middle.map(|middle| middle + random.random_range(-0.004..0.004))
    };
    let first = if status.needs_reason() { CustomerStatus::Active } else { status };
    let new = NewCustomer {
        phone: phone_of(at),
        email: (random.random_range(0..3) == 0)
            .then(|| format!("{}.{at}@contoh.example", name.to_lowercase().replace(' ', "."))),
        address: format!(
            "{} No. {}, RT {:02}/RW {:02}, {}",
            pick(random, &STREETS),
            random.random_range(1..120),
            random.random_range(1..12),
            random.random_range(1..9),
            odp.area_name.as_deref().unwrap_or("Karawang")
        ),
        area_id: odp.area_id,
        latitude: near(odp.latitude, random),
        longitude: near(odp.longitude, random),
        odp_id: connected.then_some(odp.id),
        odp_port: connected.then(|| (at % per_odp) as i64 + 1),
        package_id: Some(pick(random, &places.packages).id),
        pppoe_username: connected.then(|| format!("krw{at:05}")),
        status: Some(first),
        locale: Some(if random.random_range(0..20) == 0 { "en" } else { "id" }.to_owned()),
        tags: if random.random_range(0..6) == 0 {
            vec![(*pick(random, &TAGS)).to_owned()]
        } else {
            Vec::new()
        },
        name,
        ..NewCustomer::default()
    };
    (new, status)
}

async fn make(ctx: &Ctx, new: NewCustomer, status: CustomerStatus) -> Result<Customer> {
    let customer = customers::create(ctx, new).await?;
    if customer.status == status {
        return Ok(customer);
    }
    let reason = match status {
        CustomerStatus::Suspended => "tunggakan",
        _ => "pindah rumah",
    };
    let set = SetCustomerStatus { status, reason: Some(reason.to_owned()) };
    customers::set_status(ctx, customer.id, set).await
}

/// The customers, in the order of their making; many at a time, because they share commits.
pub(super) async fn customers(
    ctx: &Ctx,
    random: &mut StdRng,
    places: &Places,
    count: usize,
) -> Result<Vec<Customer>> {
    let per_odp = count.div_ceil(places.odps.len());
    let news: Vec<_> = (0..count).map(|at| new_customer(random, places, at, per_odp)).collect();
    let mut out = Vec::with_capacity(count);
    for (day, chunk) in news.chunks(25).enumerate() {
        let ctx = Ctx { now: ctx.now.plus_seconds(day as i64 * 86_400), ..ctx.clone() };
        let mut making = JoinSet::new();
        for (at, (new, status)) in chunk.iter().cloned().enumerate() {
            let ctx = ctx.clone();
            making.spawn(async move { (day, at, make(&ctx, new, status).await) });
        }
        while let Some(made) = making.join_next().await {
            let (day, at, made) = made.map_err(|error| Error::Internal(format!("demo customer: {error}")))?;
            out.push((day, at, made?));
        }
    }
    out.sort_by_key(|(day, at, _)| (*day, *at));
    Ok(out.into_iter().map(|(.., customer)| customer).collect())
}
