//! `aglisctl user`

use super::secret;
use crate::{
    cli::Chosen,
    clock::Clock,
    context::Context,
    failure::{Failure, Result},
    lists::Extent,
    local,
    many::Many,
    operation::{Given, Operation},
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    accounts::{NewUser, User, UserChange},
    client::Exit,
    permission::Role,
    types::PageQuery,
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with staff accounts.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List staff accounts
    List(List),
    /// Show one account
    View(One),
    /// Create an account; works without the daemon
    Create(Create),
    /// Change an account
    Update(Update),
    /// Set a new password, which must be changed at the next sign-in
    Password(Password),
    /// Let accounts sign in again
    Enable(Several),
    /// Keep accounts from signing in and end their sessions
    Disable(Several),
    /// Lift lock-outs after too many wrong passwords
    Unlock(Several),
}

/// Flags of `user list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    extent: Extent,
}

/// One account.
#[derive(Debug, Args)]
pub struct One {
    /// Sign-in name or id
    #[arg(value_name = "USER")]
    user: String,
}

/// Several accounts.
#[derive(Debug, Args)]
pub struct Several {
    #[command(flatten)]
    chosen: Chosen,
}

/// Flags of `user create`.
#[derive(Debug, Args)]
pub struct Create {
    /// Sign-in name: 3 to 32 of a-z 0-9 . _ -
    #[arg(long)]
    username: String,
    /// Role: admin, supervisor, manager, noc, customer_service, finance, technician
    #[arg(long)]
    role: Role,
    /// The person's name
    #[arg(long, value_name = "NAME")]
    full_name: Option<String>,
    /// E-mail address
    #[arg(long)]
    email: Option<String>,
    /// WhatsApp number
    #[arg(long)]
    phone: Option<String>,
    /// File whose first line is the password, - for standard input; without it the account waits for a password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Language of pages and messages
    #[arg(long, value_parser = ["id", "en"])]
    language: Option<String>,
    #[command(flatten)]
    given: Given,
}

/// Flags of `user update`.
#[derive(Debug, Args)]
pub struct Update {
    #[command(flatten)]
    one: One,
    /// The person's name
    #[arg(long, value_name = "NAME")]
    full_name: Option<String>,
    /// E-mail address; an empty one removes it
    #[arg(long)]
    email: Option<String>,
    /// WhatsApp number; an empty one removes it
    #[arg(long)]
    phone: Option<String>,
    /// Role; takes effect on the next request
    #[arg(long)]
    role: Option<Role>,
    /// Language of pages and messages
    #[arg(long, value_parser = ["id", "en"])]
    language: Option<String>,
}

/// Flags of `user password`.
#[derive(Debug, Args)]
pub struct Password {
    #[command(flatten)]
    one: One,
    /// File whose first line is the password, - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    #[command(flatten)]
    given: Given,
}

impl Row for User {
    const COLUMNS: &'static [&'static str] = &["USERNAME", "NAME", "ROLE", "STATE", "2ND FACTOR", "E-MAIL"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        vec![
            Cell::new(&self.username),
            Cell::new(&self.full_name),
            Cell::new(self.role),
            state(self),
            Cell::new(if self.totp_enabled { "on" } else { "off" }),
            Cell::option(self.email.as_ref()),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

fn state(user: &User) -> Cell {
    match (user.active, user.locked_at) {
        (false, _) => Cell::toned("disabled", Tone::Muted),
        (true, Some(_)) => Cell::toned("locked", Tone::Warn),
        (true, None) => Cell::toned("active", Tone::Ok),
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::List(list) => {
            let client = context.client()?;
            let page = PageQuery { limit: list.extent.page(context), cursor: None };
            context.block_on(list.extent.print(context, client.users(&page)))
        }
        Verb::View(one) => {
            let client = context.client()?;
            print(context, &context.block_on(async { Ok(client.user(&one.user).await?) })?)
        }
        Verb::Create(create_) => create(context, create_),
        Verb::Update(update_) => update(context, update_),
        Verb::Password(password_) => password(context, password_),
        Verb::Enable(several) => activate(context, several, true),
        Verb::Disable(several) => activate(context, several, false),
        Verb::Unlock(several) => unlock(context, several),
    }
}

fn print(context: &Context, user: &User) -> Result {
    context.out.one(&user.id.to_string(), user, |table| facts(table, user))?;
    Ok(Exit::Done)
}

fn facts(table: &mut Table, user: &User) {
    table.fact("username", Cell::new(format!("{} (id {})", user.username, user.id)));
    table.fact("name", Cell::new(&user.full_name));
    table.fact("role", Cell::new(user.role));
    table.fact("state", state(user));
    table.fact_option("e-mail", user.email.as_ref());
    table.fact_option("phone", user.phone.as_ref());
    table.fact("second factor", Cell::new(if user.totp_enabled { "on" } else { "off" }));
}

fn create(context: &Context, create: Create) -> Result {
    let new = NewUser {
        username: create.username,
        full_name: create.full_name,
        email: create.email,
        phone: create.phone,
        role: create.role,
        password: create.password_file.as_deref().map(secret).transpose()?,
        locale: create.language,
    };
    if context.global.dry_run {
        context.out.remark(format!("dry run: would create {} as {}", new.username, new.role));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, create.given.operation)?;
    let user = context.block_on(async {
        match context.daemon().await? {
            Some(client) => {
                operation.tell();
                let made = client.create_user(&new, operation.id()).await;
                made.map_err(|error| operation.failed(error.into()))
            }
            None => local::create_user(context, new).await,
        }
    })?;
    operation.one(&user.id.to_string(), &user, |table| facts(table, &user))?;
    Ok(Exit::Done)
}

fn update(context: &Context, update: Update) -> Result {
    let change = UserChange {
        full_name: update.full_name,
        email: update.email,
        phone: update.phone,
        role: update.role,
        locale: update.language,
        active: None,
    };
    let asked = serde_json::to_value(&change)?;
    if asked.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(Failure::usage("nothing to change was given").hint("see aglisctl user update --help"));
    }
    if context.global.dry_run {
        context.out.remark(format!("dry run: would change {}", update.one.user));
        context.out.text(&format!("{}\n", serde_json::to_string_pretty(&asked)?))?;
        return Ok(Exit::Done);
    }
    let client = context.client()?;
    print(context, &context.block_on(async { Ok(client.change_user(&update.one.user, &change).await?) })?)
}

fn password(context: &Context, password: Password) -> Result {
    let new = secret(&password.password_file)?;
    if context.global.dry_run {
        context.out.remark(format!("dry run: would set a new password for {}", password.one.user));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, password.given.operation)?;
    let (client, user) = (context.client()?, password.one.user);
    operation.tell();
    context.block_on(async {
        let set = client.set_password(&user, &new, operation.id()).await;
        set.map_err(|error| operation.failed(error.into()))
    })?;
    if operation.in_result() {
        return operation.one(&user, &serde_json::json!({ "user": user }), |_| {}).map(|()| Exit::Done);
    }
    context.out.remark(format!("{user} has a new password and must change it at the next sign-in"));
    Ok(Exit::Done)
}

fn worded(user: &User) -> String {
    let state = match (user.active, user.locked_at) {
        (false, _) => "disabled",
        (true, Some(_)) => "locked",
        (true, None) => "active",
    };
    format!("{} is {state}", user.username)
}

fn activate(context: &Context, several: Several, active: bool) -> Result {
    let verb = if active { "enable" } else { "disable" };
    Many::new(context, several.chosen)?.run(
        "account",
        &format!("{verb} {{}}"),
        true,
        move |client, id| async move { Ok(format!("{}: {verb}", client.user(id).await?.username)) },
        move |client, id, _| async move {
            client.change_user(id, &UserChange { active: Some(active), ..UserChange::default() }).await
        },
        worded,
    )
}

fn unlock(context: &Context, several: Several) -> Result {
    Many::new(context, several.chosen)?.run(
        "account",
        "unlock {}",
        true,
        |client, id| async move { Ok(format!("{}: unlock", client.user(id).await?.username)) },
        |client, id, key| async move { client.unlock_user(id, &key).await },
        worded,
    )
}
