//! Where the demo provider works and what it sells.

use crate::{
    app::Ctx,
    catalog::{Area, NewArea, NewOdp, NewPackage, Odp, Package, PackageType, SlaLevel, service as catalog},
    error::Result,
    types::*,
};

/// The demo's master data.
pub(super) struct Places {
    pub areas: Vec<Area>,
    pub odps: Vec<Odp>,
    pub packages: Vec<Package>,
}

const PACKAGES: [(&str, i64, i64, i64, SlaLevel); 4] = [
    ("Home Bronze 30M", 30, 15, 149_900, SlaLevel::Bronze),
    ("Home Silver 50M", 50, 25, 199_900, SlaLevel::Silver),
    ("Home Gold 75M", 75, 40, 249_900, SlaLevel::Gold),
    ("Home Platinum 100M", 100, 50, 289_900, SlaLevel::Gold),
];

/// Area, latitude, longitude, streets where its three ODPs hang.
const AREAS: [(&str, f64, f64, [&str; 3]); 4] = [
    ("Karawang Barat", -6.3012, 107.2890, ["Jl. Tuparev", "Jl. Kertabumi", "Jl. Niaga"]),
    ("Karawang Timur", -6.3105, 107.3312, ["Jl. Ahmad Yani", "Jl. Ranggagede", "Jl. Wirasaba"]),
    ("Telukjambe Timur", -6.3391, 107.2785, ["Jl. Galuh Mas Raya", "Jl. HS Ronggo Waluyo", "Perum Karaba"]),
    ("Klari", -6.3620, 107.3583, ["Jl. Raya Kosambi", "Perum Citra Kebun Mas", "Jl. Gintungkerta"]),
];

/// Ports of an ODP: enough for every demo customer and a few more.
const PORTS: i64 = 48;

pub(super) async fn places(ctx: &Ctx) -> Result<Places> {
    let mut packages = Vec::new();
    for (name, down_mbps, up_mbps, price, level) in PACKAGES {
        let new = NewPackage {
            name: name.to_owned(),
            package_type: Some(PackageType::Broadband),
            down_mbps,
            up_mbps,
            monthly_price: Rupiah(price),
            setup_fee: Rupiah(250_000),
            sla_level: Some(level),
            active: Some(true),
        };
        packages.push(catalog::create_package(ctx, new).await?);
    }
    let (mut areas, mut odps) = (Vec::new(), Vec::new());
    for (name, latitude, longitude, streets) in AREAS {
        let new = NewArea { name: name.to_owned(), latitude: Some(latitude), longitude: Some(longitude) };
        let area = catalog::create_area(ctx, new).await?;
        for (at, street) in streets.into_iter().enumerate() {
            let shift = (at as f64 - 1.0) * 0.006;
            let new = NewOdp {
                name: format!("ODP-KRW-{:02}", odps.len() + 1),
                location: street.to_owned(),
                latitude: Some(latitude + shift),
                longitude: Some(longitude - shift),
                area_id: Some(area.id),
                ports_total: PORTS,
            };
            odps.push(catalog::create_odp(ctx, new).await?);
        }
        areas.push(area);
    }
    Ok(Places { areas, odps, packages })
}
