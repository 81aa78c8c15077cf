//! Databases of a known size, made by a few statements.

use std::path::Path;

use aglis_core::args;
use aglis_core::db::{DatabaseUrl, Db, migrate};
use aglis_core::hub::Hub;
use aglis_core::types::Time;

/// Opens the SQLite database of a data folder and migrates it.
pub async fn open(data: &Path) -> anyhow::Result<Db> {
    let url: DatabaseUrl = format!("sqlite:{}", data.join("aglis.db").display()).parse()?;
    let db = Db::open(&url, Hub::default()).await?;
    migrate::run(&db, now()?).await?;
    Ok(db)
}

/// The instant at which everything was made.
pub fn now() -> anyhow::Result<Time> {
    Ok("2026-11-01T02:00:00Z".parse()?)
}

/// Adds active customers with the search terms of their names and numbers.
pub async fn customers(db: &Db, count: i64) -> anyhow::Result<()> {
    let mut tx = db.write().await?;
    tx.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
         INSERT INTO customers (number, type, name, name_key, phone, address, status, created_at, updated_at)
         SELECT 'AGLS20261001' || printf('%06d', i), 'residential', 'Pelanggan ' || i, 'pelanggan ' || i,
                '+62812' || printf('%08d', i), 'Jalan Melati ' || i || ', Karawang', 'active', $2, $2 FROM n",
        args![count, now()?],
    )
    .await?;
    tx.run(
        "INSERT INTO customer_terms (customer_id, term)
         SELECT id, lower(number) FROM customers UNION SELECT id, 'pelanggan' FROM customers
         UNION SELECT id, CAST(id AS TEXT) FROM customers",
        args![],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Adds tickets of existing customers, 90 % of them completed.
pub async fn tickets(db: &Db, count: i64) -> anyhow::Result<()> {
    let mut tx = db.write().await?;
    tx.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
         INSERT INTO tickets (number, customer_id, type, category, priority, status, title, description, channel,
           contact_preference, sla_level, response_minutes, resolution_minutes, sla_started_at, response_due_at,
           resolution_due_at, at_risk_at, responded_at, completed_at, created_by, created_at, updated_at)
         SELECT 'TKT20261001' || printf('%06d', i), 1 + i % (SELECT COUNT(*) FROM customers), 'repair',
           'connection_down', CASE i % 4 WHEN 0 THEN 'low' WHEN 1 THEN 'high' ELSE 'normal' END,
           CASE WHEN i % 10 = 0 THEN 'open' ELSE 'completed' END, 'Internet mati sejak pagi',
           'Lampu LOS di modem menyala merah sejak pukul enam pagi.', 'portal', 'whatsapp', 'silver', 120, 1440,
           $2, $2, $2, $2, $2, CASE WHEN i % 10 = 0 THEN NULL ELSE $2 END, 'bench', $2, $2 FROM n",
        args![count, now()?],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
