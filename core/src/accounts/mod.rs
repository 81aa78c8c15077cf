//! Staff accounts, sign-in, sessions and API tokens.

#[cfg(feature = "server")]
pub mod check;
#[cfg(feature = "server")]
pub mod password;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod totp;

#[cfg(feature = "server")]
use crate::permission::Permissions;
use crate::{
    permission::{Permission, Role},
    types::*,
};
use serde::{Deserialize, Serialize};

/// A staff account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// Sign-in name, lower case.
    pub username: String,
    /// E-mail address, also good for signing in.
    pub email: Option<String>,
    /// The person's name.
    pub full_name: String,
    /// WhatsApp number.
    pub phone: Option<Phone>,
    /// Role.
    pub role: Role,
    /// Language: `id` or `en`.
    pub locale: String,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether the next sign-in asks for a new password.
    pub must_change_password: bool,
    /// Whether a second factor is set up.
    pub totp_enabled: bool,
    /// Locked after too many wrong passwords, since when.
    pub locked_at: Option<Time>,
    /// When the account was made.
    pub created_at: Time,
}

/// Who is signed in and what they may do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Me {
    /// Name shown to others: sign-in name or Unix user.
    pub name: String,
    /// Full name.
    pub full_name: String,
    /// The staff account; none for a Unix user on the local socket and for tokens that belong to nobody.
    pub user_id: Option<UserId>,
    /// Role.
    pub role: Role,
    /// The technician this account is, if any.
    pub technician_id: Option<TechnicianId>,
    /// Language.
    pub locale: String,
    /// What they may do.
    pub permissions: Vec<Permission>,
    /// How they came: `session`, `token` or `socket`.
    pub via: String,
    /// The business zone, in which clocks are shown, such as `Asia/Jakarta`; empty from a daemon that does not tell.
    #[serde(default)]
    pub zone: String,
    /// What must be done before anything else is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

text_enum! {
    /// What a person who has signed in must do before they may do anything else.
    pub enum Pending, "pending step" {
        /// Choose a new password.
        Password = "password",
        /// Set up the second factor that their role must use.
        Totp = "totp",
    }
}

text_enum! {
    /// What a one-time link is for.
    pub enum Purpose, "link purpose" {
        /// Sign in once; made by somebody who has the machine.
        SignIn = "sign_in",
        /// Make the first administrator.
        FirstStart = "first_start",
        /// Choose a new password.
        PasswordReset = "password_reset",
    }
}

/// Failed sign-ins that lock an account when they come within [`FAILURE_WINDOW_S`].
pub const FAILURES_TO_LOCK: i64 = 5;
/// Failed sign-ins from one address within [`FAILURE_WINDOW_S`] after which it must wait, whatever accounts they were for.
pub const FAILURES_PER_ADDRESS: i64 = 50;
/// How long a failed sign-in counts, in seconds.
pub const FAILURE_WINDOW_S: i64 = 15 * 60;

/// The page that asks for a new password, which the link in the mail opens.
pub fn reset_path(secret: &str) -> String {
    format!("/login/reset?token={secret}")
}

/// The page with a button that signs in by a one-time link.
pub fn sign_in_path(secret: &str) -> String {
    format!("/login/link?token={secret}")
}

/// The page on which the first administrator is made.
pub fn first_start_path(secret: &str) -> String {
    format!("/login/first?token={secret}")
}

/// What a role may do: the program's defaults, with an administrator's changes written as `+ticket.read,-ticket.merge`.
/// Administrators always keep accounts and roles in their hands, or nobody could give those back.
#[cfg(feature = "server")]
pub fn permissions_of(role: Role, changes: Option<&str>) -> Permissions {
    let mut permissions = Permissions::of(role);
    for change in changes.unwrap_or_default().split(',').filter(|change| !change.is_empty()) {
        // A permission that only another version of the program knows changes nothing here.
        if let Ok(permission) = change[1..].parse() {
            permissions.set(permission, change.starts_with('+'));
        }
    }
    for permission in Permission::ALL.iter().filter(|permission| is_fixed(role, **permission)) {
        permissions.set(*permission, true);
    }
    permissions
}

/// Whether a role's permission can never be taken away.
pub const fn is_fixed(role: Role, permission: Permission) -> bool {
    matches!(role, Role::Admin)
        && matches!(permission, Permission::UserRead | Permission::UserManage | Permission::RoleManage)
}

/// Name and password, and the second factor where there is one.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Sign-in name or e-mail address.
    pub login: String,
    /// Password.
    pub password: String,
    /// Six digits of the second factor, or a recovery code.
    #[serde(default)]
    pub code: Option<String>,
}

/// A new staff account.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Sign-in name: 3 to 32 of `a-z 0-9 . _ -`, a letter first.
    pub username: String,
    /// The person's name; the sign-in name when absent.
    #[serde(default)]
    pub full_name: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// WhatsApp number as people write it.
    #[serde(default)]
    pub phone: Option<String>,
    /// Role.
    pub role: Role,
    /// At least 12 characters; none leaves the account without a password until it is reset.
    #[serde(default)]
    pub password: Option<String>,
    /// Language, `id` when absent.
    #[serde(default)]
    pub locale: Option<String>,
}

/// A change of a staff account: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct UserChange {
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// E-mail address; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// WhatsApp number; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Role; takes effect on the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Whether they may sign in; ends every session when false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Which staff accounts a list shows, by sign-in name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct UserFilter {
    /// Only this role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Only those who may sign in, or may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A password that an administrator sets for somebody, who must choose another one at the next sign-in.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// At least 12 characters.
    pub password: String,
}

/// One's own new password.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The present password; not asked for as long as there is none.
    #[serde(default)]
    pub current: String,
    /// The new one, at least 12 characters.
    pub password: String,
}

/// The language one reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetLocale {
    /// `id` or `en`.
    pub locale: String,
}

/// One's present password, to confirm something that makes the account weaker.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmPassword {
    /// The present password.
    pub password: String,
}

/// Whose password is to be reset.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// Sign-in name or e-mail address.
    pub login: String,
}

/// The link from the mail, and the password to be.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmReset {
    /// The secret from the link.
    pub secret: String,
    /// At least 12 characters.
    pub password: String,
}

/// A link that signs in once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkSignIn {
    /// The secret from the link.
    pub secret: String,
}

/// The first administrator of an installation, made with the link that it printed when it first started.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FirstAdministrator {
    /// The secret from the link.
    pub secret: String,
    /// Sign-in name: 3 to 32 of `a-z 0-9 . _ -`, a letter first.
    pub username: String,
    /// The person's name; the sign-in name when absent.
    #[serde(default)]
    pub full_name: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// At least 12 characters.
    pub password: String,
}

/// The key of a second factor that is being set up.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TotpKey {
    /// The key as people type it into an authenticator app.
    pub key: String,
    /// The same as an address, for a QR code.
    pub otpauth_url: String,
}

/// A code of the authenticator app.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TotpCode {
    /// Six digits.
    pub code: String,
}

/// Codes that each stand in for the second factor once; shown this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Ten codes.
    pub codes: Vec<String>,
}

/// A role and what it may do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoleRights {
    /// The role.
    pub role: Role,
    /// Every permission there is.
    pub permissions: Vec<Right>,
}

/// Whether a role has a permission.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Right {
    /// The permission.
    pub permission: Permission,
    /// Whether the role has it now.
    pub granted: bool,
    /// Whether the role has it unless an administrator changes that.
    pub by_default: bool,
    /// Whether it can never be taken away.
    pub fixed: bool,
}

/// Whether a role is to have a permission.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetRight {
    /// Granted or taken.
    pub granted: bool,
}

/// A signed-in browser or app.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Session {
    /// Identifier.
    pub id: SessionId,
    /// Address it was last used from.
    pub ip: String,
    /// Browser or program.
    pub user_agent: String,
    /// When it began.
    pub created_at: Time,
    /// When it was last used.
    pub last_seen_at: Time,
    /// When it ends by itself.
    pub expires_at: Time,
    /// Whether it is the one asking.
    #[cfg_attr(feature = "server", sqlx(default))]
    pub current: bool,
}

/// A new API token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Permissions it has, of those its maker has; all of these when absent.
    #[serde(default)]
    pub scopes: Vec<Permission>,
    /// Days until it ends, at most 3650; the configured life (90 days) when absent.
    #[serde(default)]
    pub expires_in_days: Option<i64>,
}

/// An API token without its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Token {
    /// Identifier.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Permissions it has.
    pub scopes: Vec<Permission>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Time,
    /// When it ends.
    pub expires_at: Option<Time>,
    /// When it was last used.
    pub last_used_at: Option<Time>,
}

/// A token just made; the secret is shown this once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The token's data.
    #[serde(flatten)]
    pub token: Token,
    /// The secret, for `Authorization: Bearer …`.
    pub secret: String,
}
