//! SQL of customers.

mod list;

pub use list::{Condition, Listed, Place, Start, count_up_to, last_of_window, page, page_query};

use super::{CustomerStatus, CustomerType, IpMode, News};
use crate::{
    app::Scope,
    args,
    db::{DbError, Query, Tx},
    types::*,
};

/// The fields of a customer that people write.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Fields {
    /// Person or business.
    #[sqlx(rename = "type")]
    pub customer_type: CustomerType,
    /// Name.
    pub name: String,
    /// WhatsApp number.
    pub phone: Phone,
    /// E-mail address.
    pub email: Option<String>,
    /// Person in charge.
    pub pic_name: Option<String>,
    /// Their number.
    pub pic_phone: Option<Phone>,
    /// Postal address.
    pub address: String,
    /// Area.
    pub area_id: Option<AreaId>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// ODP.
    pub odp_id: Option<OdpId>,
    /// Port on it.
    pub odp_port: Option<i64>,
    /// Package.
    pub package_id: Option<PackageId>,
    /// PPPoE user name.
    pub pppoe_username: Option<String>,
    /// How they get an address.
    pub ip_mode: IpMode,
    /// Fixed address.
    pub ip_address: Option<String>,
    /// Portal access.
    pub portal_enabled: bool,
    /// Language.
    pub locale: String,
    /// What to tell by WhatsApp.
    #[sqlx(json)]
    pub notify_whatsapp: Vec<News>,
    /// What to tell by e-mail.
    #[sqlx(json)]
    pub notify_email: Vec<News>,
    /// Whether keywords are answered automatically.
    pub auto_answers: bool,
    /// Internal notes.
    pub notes: String,
}

/// A row of `customers` with the names it points at.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    /// Identifier.
    pub id: CustomerId,
    /// Number.
    pub number: String,
    /// What people write.
    #[sqlx(flatten)]
    pub fields: Fields,
    /// Area's name.
    pub area_name: Option<String>,
    /// ODP's name.
    pub odp_name: Option<String>,
    /// Account status.
    pub status: CustomerStatus,
    /// Counts changes.
    pub version: i64,
    /// When service began.
    pub activated_at: Option<Time>,
    /// When the account was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// Adds the condition that an actor may see the customer `c`.
pub(super) fn within(query: &mut Query, scope: Scope) {
    match scope {
        Scope::All => {}
        Scope::Customer(id) => {
            query.push(" AND c.id = ").bind(id);
        }
        Scope::Technician(id) => {
            query.push(" AND EXISTS (SELECT 1 FROM tickets t JOIN ticket_team m ON m.ticket_id = t.id WHERE t.customer_id = c.id AND m.technician_id = ").bind(id).push(")");
        }
        Scope::Nothing => {
            query.push(" AND FALSE");
        }
    }
}

/// One customer, if the scope holds it.
pub async fn get(tx: &mut Tx, scope: Scope, id: CustomerId) -> Result<Option<Row>, DbError> {
    let mut query = Query::new(
        "SELECT c.*, a.name AS area_name, o.name AS odp_name FROM customers c
         LEFT JOIN areas a ON a.id = c.area_id LEFT JOIN odps o ON o.id = c.odp_id WHERE c.id = ",
    );
    query.bind(id);
    within(&mut query, scope);
    tx.opt_of(query).await
}

/// Whether a technician is on the team of a ticket of this customer that is not finished.
pub async fn works_for(tx: &mut Tx, technician: TechnicianId, id: CustomerId) -> Result<bool, DbError> {
    let found: Option<(TicketId,)> = tx
        .opt(
            "SELECT t.id FROM tickets t JOIN ticket_team m ON m.ticket_id = t.id WHERE t.customer_id = $1
             AND m.technician_id = $2 AND t.status NOT IN ('completed', 'cancelled') LIMIT 1",
            args![id, technician],
        )
        .await?;
    Ok(found.is_some())
}

/// Locks a customer against other writers until the end of the transaction.
pub async fn lock(tx: &mut Tx, id: CustomerId) -> Result<(), DbError> {
    tx.opt::<(CustomerId,)>("SELECT id FROM customers WHERE id = $1 {lock}", args![id]).await.map(drop)
}

async fn find(tx: &mut Tx, scope: Scope, column: &str, value: String) -> Result<Option<CustomerId>, DbError> {
    let mut query = Query::new("SELECT c.id FROM customers c WHERE c.");
    query.push(column).push(" = ").bind(value);
    within(&mut query, scope);
    Ok(tx.opt_of::<(CustomerId,)>(query).await?.map(|(id,)| id))
}

/// A customer's number; empty when there is no such customer.
pub async fn number(tx: &mut Tx, id: CustomerId) -> Result<String, DbError> {
    let row: Option<(String,)> = tx.opt("SELECT number FROM customers WHERE id = $1", args![id]).await?;
    Ok(row.map(|(number,)| number).unwrap_or_default())
}

/// What a notification says of a customer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BriefRow {
    /// `AGLSyyyymmddNNNN`.
    pub number: String,
    /// Name.
    pub name: String,
}

/// A customer in few words.
pub async fn brief(tx: &mut Tx, id: CustomerId) -> Result<Option<BriefRow>, DbError> {
    tx.opt("SELECT number, name FROM customers WHERE id = $1", args![id]).await
}

/// The customer with a number.
pub async fn by_number(tx: &mut Tx, scope: Scope, number: &str) -> Result<Option<CustomerId>, DbError> {
    find(tx, scope, "number", number.to_owned()).await
}

/// The customer with a telephone number.
pub async fn by_phone(tx: &mut Tx, scope: Scope, phone: &Phone) -> Result<Option<CustomerId>, DbError> {
    find(tx, scope, "phone", phone.as_str().to_owned()).await
}

/// The customer with a PPPoE user name.
pub async fn by_pppoe(tx: &mut Tx, username: &str) -> Result<Option<CustomerId>, DbError> {
    find(tx, Scope::All, "pppoe_username", username.to_owned()).await
}

fn as_json(news: &[News]) -> serde_json::Value {
    news.iter().map(|news| news.as_str()).collect()
}

/// Adds a customer.
pub async fn insert(
    tx: &mut Tx,
    number: &str,
    fields: &Fields,
    name_key: &str,
    status: CustomerStatus,
    activated_at: Option<Time>,
    now: Time,
) -> Result<CustomerId, DbError> {
    let f = fields;
    let (id,): (CustomerId,) = tx
        .one(
            "INSERT INTO customers (number, type, name, name_key, phone, email, pic_name, pic_phone, address, area_id,
               latitude, longitude, odp_id, odp_port, package_id, pppoe_username, ip_mode, ip_address, portal_enabled,
               locale, notify_whatsapp, notify_email, notes, status, activated_at, created_at, updated_at, auto_answers)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
               $23, $24, $25, $26, $26, $27) RETURNING id",
            args![
                number,
                f.customer_type,
                &f.name,
                name_key,
                &f.phone,
                f.email.clone(),
                f.pic_name.clone(),
                f.pic_phone.clone(),
                &f.address,
                f.area_id,
                f.latitude,
                f.longitude,
                f.odp_id,
                f.odp_port,
                f.package_id,
                f.pppoe_username.clone(),
                f.ip_mode,
                f.ip_address.clone(),
                f.portal_enabled,
                &f.locale,
                as_json(&f.notify_whatsapp),
                as_json(&f.notify_email),
                &f.notes,
                status,
                activated_at,
                now,
                f.auto_answers
            ],
        )
        .await?;
    Ok(id)
}

/// Writes the fields and counts the change.
pub async fn update(
    tx: &mut Tx,
    id: CustomerId,
    fields: &Fields,
    name_key: &str,
    now: Time,
) -> Result<(), DbError> {
    let f = fields;
    tx.run(
        "UPDATE customers SET type = $2, name = $3, name_key = $4, phone = $5, email = $6, pic_name = $7, pic_phone = $8,
           address = $9, area_id = $10, latitude = $11, longitude = $12, odp_id = $13, odp_port = $14, package_id = $15,
           pppoe_username = $16, ip_mode = $17, ip_address = $18, portal_enabled = $19, locale = $20,
           notify_whatsapp = $21, notify_email = $22, notes = $23, updated_at = $24, auto_answers = $25,
           version = version + 1 WHERE id = $1",
        args![
            id,
            f.customer_type,
            &f.name,
            name_key,
            &f.phone,
            f.email.clone(),
            f.pic_name.clone(),
            f.pic_phone.clone(),
            &f.address,
            f.area_id,
            f.latitude,
            f.longitude,
            f.odp_id,
            f.odp_port,
            f.package_id,
            f.pppoe_username.clone(),
            f.ip_mode,
            f.ip_address.clone(),
            f.portal_enabled,
            &f.locale,
            as_json(&f.notify_whatsapp),
            as_json(&f.notify_email),
            &f.notes,
            now,
            f.auto_answers
        ],
    )
    .await
    .map(drop)
}

/// Says whether keywords are answered automatically; tells the customer's number where that is new.
pub async fn set_auto_answers(
    tx: &mut Tx,
    id: CustomerId,
    on: bool,
    now: Time,
) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .opt(
            "UPDATE customers SET auto_answers = $2, updated_at = $3, version = version + 1
             WHERE id = $1 AND auto_answers <> $2 RETURNING number",
            args![id, on, now],
        )
        .await?;
    Ok(row.map(|(number,)| number))
}

/// Writes the account status; `activated_at` is kept once it is set.
pub async fn set_status(
    tx: &mut Tx,
    id: CustomerId,
    status: CustomerStatus,
    activated_at: Option<Time>,
    now: Time,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE customers SET status = $2, activated_at = COALESCE(activated_at, $3), updated_at = $4,
           version = version + 1 WHERE id = $1",
        args![id, status, activated_at, now],
    )
    .await
    .map(drop)
}

/// Puts the words a customer is found by in the place of those before.
pub async fn set_terms(tx: &mut Tx, id: CustomerId, terms: &[String]) -> Result<(), DbError> {
    tx.run("DELETE FROM customer_terms WHERE customer_id = $1", args![id]).await?;
    let mut query = Query::new("INSERT INTO customer_terms (customer_id, term) VALUES ");
    for (n, term) in terms.iter().enumerate() {
        query.push(if n == 0 { "(" } else { ", (" }).bind(id);
        query.push(", ").bind(term).push(")");
    }
    if terms.is_empty() { Ok(()) } else { tx.run_of(query).await.map(drop) }
}

/// A customer's tags in alphabetical order.
pub async fn tags(tx: &mut Tx, id: CustomerId) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> =
        tx.all("SELECT tag FROM customer_tags WHERE customer_id = $1 ORDER BY tag", args![id]).await?;
    Ok(rows.into_iter().map(|(tag,)| tag).collect())
}

/// Puts a tag on; tells whether it was not there.
pub async fn tag(tx: &mut Tx, id: CustomerId, tag: &str) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "INSERT INTO customer_tags (customer_id, tag) VALUES ($1, $2) ON CONFLICT (customer_id, tag) DO NOTHING",
            args![id, tag],
        )
        .await?;
    Ok(rows > 0)
}

/// Takes a tag off; tells whether it was there.
pub async fn untag(tx: &mut Tx, id: CustomerId, tag: &str) -> Result<bool, DbError> {
    let rows =
        tx.run("DELETE FROM customer_tags WHERE customer_id = $1 AND tag = $2", args![id, tag]).await?;
    Ok(rows > 0)
}

/// Who has which port of an ODP.
pub async fn ports(tx: &mut Tx, odp: OdpId) -> Result<Vec<(i64, CustomerId, String)>, DbError> {
    tx.all(
        "SELECT odp_port, id, number FROM customers WHERE odp_id = $1 AND odp_port IS NOT NULL ORDER BY odp_port LIMIT 1024",
        args![odp],
    )
    .await
}
