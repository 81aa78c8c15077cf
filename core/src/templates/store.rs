//! SQL of the versions of texts.

use super::TemplateVersion;
use crate::{
    args,
    db::{DbError, Query, Tx},
    types::*,
};

const COLUMNS: &str = "id, locale, version, body, subject, note, created_by, created_at";

/// The version in force of a name and language.
pub(super) async fn in_force(
    tx: &mut Tx,
    name: &str,
    locale: Locale,
) -> Result<Option<TemplateVersion>, DbError> {
    tx.opt(
        format!("SELECT {COLUMNS} FROM template_versions WHERE name = $1 AND locale = $2 ORDER BY version DESC LIMIT 1"),
        args![name, locale],
    )
    .await
}

/// A version with the name that it belongs to.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Named {
    pub name: String,
    #[sqlx(flatten)]
    pub version: TemplateVersion,
}

/// The versions in force of every name and language that was ever edited.
pub(super) async fn all_in_force(tx: &mut Tx) -> Result<Vec<Named>, DbError> {
    tx.all(
        format!(
            "SELECT name, {COLUMNS} FROM template_versions AS one WHERE NOT EXISTS (SELECT 1 FROM template_versions AS later WHERE later.name = one.name AND later.locale = one.locale AND later.version > one.version)"
        ),
        args![],
    )
    .await
}

/// One version.
pub(super) async fn version(
    tx: &mut Tx,
    name: &str,
    locale: Locale,
    version: i64,
) -> Result<Option<TemplateVersion>, DbError> {
    tx.opt(
        format!("SELECT {COLUMNS} FROM template_versions WHERE name = $1 AND locale = $2 AND version = $3"),
        args![name, locale, version],
    )
    .await
}

/// Versions of a name, the newest first.
pub(super) async fn versions(
    tx: &mut Tx,
    name: &str,
    locale: Option<Locale>,
    before: Option<TemplateVersionId>,
    limit: i64,
) -> Result<Vec<TemplateVersion>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM template_versions WHERE name = "));
    query.bind(name);
    if let Some(locale) = locale {
        query.push(" AND locale = ").bind(locale);
    }
    if let Some(id) = before {
        query.push(" AND id < ").bind(id);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// Adds a version; false when there is one of its number.
pub(super) async fn insert(tx: &mut Tx, name: &str, new: &TemplateVersion) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "INSERT INTO template_versions (name, locale, version, body, subject, note, created_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name, locale, version) DO NOTHING",
            args![
                name,
                new.locale,
                new.version,
                new.body.clone(),
                new.subject.clone(),
                &new.note,
                &new.created_by,
                new.created_at
            ],
        )
        .await?;
    Ok(rows == 1)
}
