//! SQL of what an administrator changed about roles.

use crate::{
    args,
    db::{DbError, Tx},
    permission::{Permission, Role},
};

/// Every change, as role and `+ticket.read,-ticket.merge`.
pub async fn changes(tx: &mut Tx) -> Result<Vec<(Role, String)>, DbError> {
    tx.all(
        "SELECT role, STRING_AGG(CASE WHEN granted THEN '+' ELSE '-' END || permission, ',') FROM role_permissions GROUP BY role",
        args![],
    )
    .await
}

/// Grants or takes a permission.
pub async fn set(tx: &mut Tx, role: Role, permission: Permission, granted: bool) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO role_permissions (role, permission, granted) VALUES ($1, $2, $3) ON CONFLICT (role, permission) DO UPDATE SET granted = excluded.granted",
        args![role, permission, granted],
    )
    .await
    .map(drop)
}

/// Goes back to the program's default.
pub async fn clear(tx: &mut Tx, role: Role, permission: Permission) -> Result<(), DbError> {
    tx.run("DELETE FROM role_permissions WHERE role = $1 AND permission = $2", args![role, permission])
        .await
        .map(drop)
}
