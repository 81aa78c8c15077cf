use super::{hashed, own_account};
use crate::{
    accounts::{
        NewUser, SetPassword, User, UserChange, UserFilter, check, permissions_of,
        store::{
            attempts, links, roles, sessions,
            users::{self, Account},
        },
    },
    app::Ctx,
    db::{DbError, Tx},
    error::{Checker, Error, Result},
    event::{Change, Event, Subject, emit},
    permission::{Permissions, Role},
    types::*,
};

/// A page of staff accounts by sign-in name.
pub async fn users(ctx: &Ctx, filter: &UserFilter) -> Result<Page<User>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let after = page.after::<String>()?;
    let mut tx = ctx.app.db.read().await?;
    let rows =
        users::list(&mut tx, filter.role, filter.active, after.as_deref(), page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |user| user.username.clone()))
}

/// The account with an identifier or a sign-in name.
pub async fn resolve_user(ctx: &Ctx, id_or_name: &str) -> Result<UserId> {
    if let Ok(id) = id_or_name.parse() {
        return Ok(id);
    }
    let mut tx = ctx.app.db.read().await?;
    let found = users::by_login(&mut tx, &id_or_name.to_lowercase(), false).await?;
    found.map(|account| account.user.id).ok_or(Error::NotFound("staff account"))
}

/// One staff account.
pub async fn user(ctx: &Ctx, id: UserId) -> Result<User> {
    let mut tx = ctx.app.db.read().await?;
    Ok(load(&mut tx, id, false).await?.user)
}

pub(super) async fn load(tx: &mut Tx, id: UserId, lock: bool) -> Result<Account> {
    users::get(tx, id, lock).await?.ok_or(Error::NotFound("staff account"))
}

/// Makes a staff account.
///
/// # Errors
/// [`Error::Invalid`] names every field at fault; [`Error::Forbidden`] when the role may do more than the caller.
pub async fn create_user(ctx: &Ctx, body: NewUser) -> Result<User> {
    let mut check = Checker::new();
    let mut user = User {
        id: UserId(0),
        username: check::username(&mut check, &body.username),
        email: check::email(&mut check, "email", body.email.as_deref().unwrap_or_default()),
        full_name: String::new(),
        phone: check::phone(&mut check, "phone", body.phone.as_deref().unwrap_or_default()),
        role: body.role,
        locale: match &body.locale {
            Some(locale) => check::locale(&mut check, locale),
            None => "id".to_owned(),
        },
        active: true,
        must_change_password: false,
        totp_enabled: false,
        locked_at: None,
        created_at: ctx.now,
    };
    user.full_name = check.text("full_name", body.full_name.as_deref().unwrap_or(&user.username), 120);
    if let Some(password) = &body.password {
        let names = [user.username.as_str(), user.full_name.as_str(), ctx.app.config.business.name.as_str()];
        check::password(&mut check, password, least(ctx), &names);
    }
    check.finish()?;
    let hash = match &body.password {
        Some(password) => Some(hashed(ctx, password).await?),
        None => None,
    };
    let mut tx = ctx.app.db.write().await?;
    refuse_more_rights(ctx, role_rights(&mut tx, user.role).await?)?;
    user.id = users::insert(&mut tx, &user, hash.as_ref().map(|hash| hash.as_str())).await.map_err(taken)?;
    let event = Event::UserCreated { role: Some(user.role) };
    emit(&mut tx, ctx, &Subject::user(user.id, &user.username), event).await?;
    tx.commit().await?;
    Ok(user)
}

/// Fewest characters of a password.
pub(super) fn least(ctx: &Ctx) -> usize {
    usize::try_from(ctx.app.config.security.password_min).unwrap_or(usize::MAX)
}

pub(super) fn taken(error: DbError) -> Error {
    if error.is_constraint("username") {
        Error::field("username", "taken", "another account has this sign-in name; choose another one")
    } else if error.is_constraint("email") {
        Error::field("email", "taken", "another account has this e-mail address")
    } else {
        error.into()
    }
}

async fn role_rights(tx: &mut Tx, role: Role) -> Result<Permissions> {
    let changes = roles::changes(tx).await?;
    let change = changes.iter().find(|(changed, _)| *changed == role).map(|(_, change)| change.as_str());
    Ok(permissions_of(role, change))
}

/// Nobody gives away, or has power over, what they may not do themselves.
fn refuse_more_rights(ctx: &Ctx, rights: Permissions) -> Result<()> {
    if rights.and(ctx.actor.permissions()) == rights {
        return Ok(());
    }
    Err(Error::Forbidden("managing an account that may do more than you".to_owned()))
}

/// Refuses to take the last administrator away, and one's own role or access.
async fn refuse_lock_out(tx: &mut Tx, ctx: &Ctx, before: &User, after: &User) -> Result<()> {
    let loses = before.role != after.role || (before.active && !after.active);
    if !loses {
        return Ok(());
    }
    if ctx.actor.user_id() == Some(before.id) {
        return Err(Error::conflict(
            "own_account",
            "you cannot change your own role or disable yourself; ask another administrator",
        ));
    }
    if before.role == Role::Admin && before.active {
        let admins = users::lock_active_admins(tx).await?;
        if !admins.iter().any(|admin| *admin != before.id) {
            return Err(Error::conflict(
                "last_admin",
                "this is the last administrator; make another one first",
            ));
        }
    }
    Ok(())
}

/// Changes a staff account. Disabling it ends its sessions and links; a new role works on its next request.
///
/// # Errors
/// [`Error::Conflict`] with `last_admin` or `own_account`; [`Error::Forbidden`] when the account may do more than the
/// caller, before or after.
pub async fn update_user(ctx: &Ctx, id: UserId, body: UserChange) -> Result<User> {
    let mut check = Checker::new();
    let full_name = body.full_name.as_deref().map(|name| check.text("full_name", name, 120));
    let email = body.email.as_deref().map(|email| check::email(&mut check, "email", email));
    let phone = body.phone.as_deref().map(|phone| check::phone(&mut check, "phone", phone));
    let locale = body.locale.as_deref().map(|locale| check::locale(&mut check, locale));
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    // Locked in the same order by everybody: first all administrators, then the one.
    if body.role.is_some() || body.active == Some(false) {
        users::lock_active_admins(&mut tx).await?;
    }
    let account = load(&mut tx, id, true).await?;
    let before = account.user.clone();
    let mut user = account.user.clone();
    user.full_name = full_name.unwrap_or(user.full_name);
    user.email = email.unwrap_or(user.email);
    user.phone = phone.unwrap_or(user.phone);
    user.locale = locale.unwrap_or(user.locale);
    user.role = body.role.unwrap_or(user.role);
    user.active = body.active.unwrap_or(user.active);
    refuse_lock_out(&mut tx, ctx, &before, &user).await?;
    refuse_more_rights(ctx, account.permissions())?;
    refuse_more_rights(ctx, role_rights(&mut tx, user.role).await?)?;
    let changes = changes(&before, &user);
    if changes.is_empty() {
        return Ok(user);
    }
    users::update(&mut tx, &user, ctx.now).await.map_err(taken)?;
    if before.active && !user.active {
        sessions::revoke_all(&mut tx, id, None, ctx.now).await?;
        links::revoke_all(&mut tx, id, ctx.now).await?;
    }
    emit(&mut tx, ctx, &Subject::user(id, &user.username), Event::UserUpdated { changes }).await?;
    tx.commit().await?;
    Ok(user)
}

fn changes(before: &User, after: &User) -> Vec<Change> {
    let mut changes = Vec::new();
    // Names, addresses and numbers are personal: that they changed is told, not from what to what.
    for (field, changed) in [
        ("full_name", before.full_name != after.full_name),
        ("email", before.email != after.email),
        ("phone", before.phone != after.phone),
    ] {
        if changed {
            changes.push(Change { field: field.to_owned(), from: None, to: None });
        }
    }
    for (field, from, to) in [
        ("role", before.role.to_string(), after.role.to_string()),
        ("locale", before.locale.clone(), after.locale.clone()),
        ("active", before.active.to_string(), after.active.to_string()),
    ] {
        if from != to {
            changes.push(Change { field: field.to_owned(), from: Some(from), to: Some(to) });
        }
    }
    changes
}

/// Lifts the lock of an account and forgets its failures.
pub async fn unlock_user(ctx: &Ctx, id: UserId) -> Result<User> {
    let mut tx = ctx.app.db.write().await?;
    let mut account = load(&mut tx, id, true).await?;
    refuse_more_rights(ctx, account.permissions())?;
    attempts::forget_all(&mut tx, &account.user.username).await?;
    if account.user.locked_at.take().is_some() {
        users::set_locked(&mut tx, id, None, ctx.now).await?;
        emit(&mut tx, ctx, &Subject::user(id, &account.user.username), Event::UserUnlocked {}).await?;
    }
    tx.commit().await?;
    Ok(account.user)
}

/// Sets somebody's password; they must choose another one at the next sign-in, and every session of theirs ends.
pub async fn set_password(ctx: &Ctx, id: UserId, body: SetPassword) -> Result<()> {
    let user = user(ctx, id).await?;
    let mut check = Checker::new();
    let names = [user.username.as_str(), user.full_name.as_str(), ctx.app.config.business.name.as_str()];
    check::password(&mut check, &body.password, least(ctx), &names);
    check.finish()?;
    let hash = hashed(ctx, &body.password).await?;
    let mut tx = ctx.app.db.write().await?;
    let account = load(&mut tx, id, true).await?;
    refuse_more_rights(ctx, account.permissions())?;
    if ctx.actor.user_id() == Some(id) {
        return Err(Error::conflict("own_account", "change your own password with POST /api/auth/password"));
    }
    users::set_password(&mut tx, id, hash.as_str(), true, ctx.now).await?;
    sessions::revoke_all(&mut tx, id, None, ctx.now).await?;
    links::revoke_all(&mut tx, id, ctx.now).await?;
    let event = Event::UserPasswordChanged { by_reset: false };
    emit(&mut tx, ctx, &Subject::user(id, &account.user.username), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes somebody's second factor, for a lost phone, and ends every session of theirs.
///
/// # Errors
/// [`Error::Conflict`] with `own_account`: one's own is removed with one's password.
pub async fn remove_totp_of(ctx: &Ctx, id: UserId) -> Result<User> {
    if own_account(ctx).is_ok_and(|own| own.0 == id) {
        return Err(Error::conflict(
            "own_account",
            "remove your own second factor with DELETE /api/auth/totp",
        ));
    }
    let mut tx = ctx.app.db.write().await?;
    let mut account = load(&mut tx, id, true).await?;
    refuse_more_rights(ctx, account.permissions())?;
    if account.user.totp_enabled {
        users::set_totp(&mut tx, id, None, None, ctx.now).await?;
        users::replace_recovery_codes(&mut tx, id, &[]).await?;
        sessions::revoke_all(&mut tx, id, None, ctx.now).await?;
        emit(&mut tx, ctx, &Subject::user(id, &account.user.username), Event::UserTotpDisabled {}).await?;
        account.user.totp_enabled = false;
    }
    tx.commit().await?;
    Ok(account.user)
}
