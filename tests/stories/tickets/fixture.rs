//! A small provider: one area, packages of two levels, customers, staff and technicians.

use aglis_core::{
    app::{Actor, Ctx, StaffActor},
    args,
    permission::{Permissions, Role},
    tickets::{NewTicket, Ticket, service},
    types::*,
};
use aglis_tests::World;

/// Who is there.
pub struct Cast {
    /// Home Bronze, in the area Barat.
    pub budi: CustomerId,
    /// Home Gold, in the area Timur.
    pub sari: CustomerId,
    /// Repairs in Barat, near Budi.
    pub andi: TechnicianId,
    /// Repairs everywhere.
    pub dewi: TechnicianId,
    /// Installs only.
    pub joko: TechnicianId,
}

pub async fn cast(world: &World) -> Cast {
    let now = world.app.now();
    let mut tx = world.app.db.write().await.unwrap();
    for area in ["Karawang Barat", "Karawang Timur"] {
        tx.run("INSERT INTO areas (name) VALUES ($1)", args![area]).await.unwrap();
    }
    for (name, level) in [("Home Bronze 30M", "bronze"), ("Home Gold 75M", "gold")] {
        tx.run(
            "INSERT INTO packages (name, type, down_mbps, up_mbps, monthly_price, setup_fee, sla_level, created_at, updated_at) VALUES ($1, 'broadband', 30, 10, 149900, 0, $2, $3, $3)",
            args![name, level, now],
        )
        .await
        .unwrap();
    }
    tx.run(
        "INSERT INTO odps (name, location, area_id, ports_total, created_at, updated_at) VALUES ('ODP-KRW-01', 'Jalan Tuparev', 1, 8, $1, $1)",
        args![now],
    )
    .await
    .unwrap();
    for (n, name, area, package) in [(1_i64, "Budi Santoso", 1_i64, 1_i64), (2, "Sari Wulandari", 2, 2)] {
        tx.run(
            "INSERT INTO customers (number, type, name, name_key, phone, address, area_id, latitude, longitude, package_id, status, created_at, updated_at) VALUES ($1, 'residential', $2, $3, $4, 'Jalan Kertabumi 1', $5, -6.3, 107.3, $6, 'active', $7, $7)",
            args![
                format!("AGLS20261121{n:04}"),
                name,
                name.to_lowercase(),
                format!("+62812345678{n:02}"),
                area,
                package,
                now
            ],
        )
        .await
        .unwrap();
        for word in name.to_lowercase().split(' ') {
            tx.run("INSERT INTO customer_terms (customer_id, term) VALUES ($1, $2)", args![n, word])
                .await
                .unwrap();
        }
    }
    for (name, role) in [
        ("admin", "admin"),
        ("rina", "customer_service"),
        ("sup", "supervisor"),
        ("andi", "technician"),
        ("dewi", "technician"),
        ("joko", "technician"),
    ] {
        tx.run(
            "INSERT INTO users (username, full_name, role, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
            args![name, format!("{}{} Wijaya", name[..1].to_uppercase(), &name[1..]), role, now],
        )
        .await
        .unwrap();
    }
    for (id, user, skill) in [(1_i64, 4_i64, "repair"), (2, 5, "repair"), (3, 6, "installation")] {
        tx.run(
            "INSERT INTO technicians (user_id, level, availability, latitude, longitude, updated_at) VALUES ($1, 'senior', 'available', -6.31, 107.3, $2)",
            args![user, now],
        )
        .await
        .unwrap();
        tx.run("INSERT INTO technician_skills (technician_id, skill) VALUES ($1, $2)", args![id, skill])
            .await
            .unwrap();
    }
    tx.run("INSERT INTO technician_areas (technician_id, area_id) VALUES (1, 1)", args![]).await.unwrap();
    tx.commit().await.unwrap();
    Cast {
        budi: CustomerId(1),
        sari: CustomerId(2),
        andi: TechnicianId(1),
        dewi: TechnicianId(2),
        joko: TechnicianId(3),
    }
}

/// A staff member.
pub fn staff(world: &World, id: i64, name: &str, role: Role, technician: Option<TechnicianId>) -> Ctx {
    world.ctx(Actor::User(StaffActor {
        user_id: Some(UserId(id)),
        name: name.into(),
        full_name: format!("{name} Wijaya"),
        role,
        permissions: Permissions::of(role),
        technician_id: technician,
        locale: "id".into(),
        session_id: None,
        token_id: None,
        pending: None,
    }))
}

/// An administrator.
pub fn admin(world: &World) -> Ctx {
    staff(world, 1, "admin", Role::Admin, None)
}

/// Customer service.
pub fn rina(world: &World) -> Ctx {
    staff(world, 2, "rina", Role::CustomerService, None)
}

/// A technician; Andi is 1, Dewi 2, Joko 3.
pub fn technician(world: &World, id: TechnicianId) -> Ctx {
    let name = ["andi", "dewi", "joko"][usize::try_from(id.0 - 1).unwrap()];
    staff(world, id.0 + 3, name, Role::Technician, Some(id))
}

/// A customer on the portal.
pub fn customer(world: &World, id: CustomerId) -> Ctx {
    world.ctx(Actor::Customer {
        id,
        name: "Budi Santoso".into(),
        session_id: SessionId(1),
        locale: "id".into(),
    })
}

/// A repair ticket of a customer.
pub async fn report(world: &World, id: CustomerId) -> Ticket {
    let new = NewTicket { title: "Internet mati".into(), ..NewTicket::default() };
    service::create(&customer(world, id), new).await.unwrap()
}
