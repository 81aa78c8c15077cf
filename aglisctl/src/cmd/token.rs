//! `aglisctl token`

use crate::{
    cli::Chosen,
    clock::Clock,
    context::Context,
    failure::Result,
    local,
    many::Many,
    operation::{Given, Operation},
    output::Row,
    table::{Cell, Tone},
};
use aglis_core::{
    accounts::{NewToken, Token},
    client::{ClientError, Exit},
    permission::Permission,
    types::TokenId,
};
use clap::{Args, Subcommand};

/// What can be done with API tokens.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List tokens, without their secrets
    List,
    /// Create a token and print its secret, this once; works without the daemon
    Create(Create),
    /// End tokens
    Revoke(Revoke),
}

/// Flags of `token create`.
#[derive(Debug, Args)]
pub struct Create {
    /// What it is for
    #[arg(long)]
    name: String,
    /// A permission it has, such as ticket.read; may be given several times; without it all that its maker has
    #[arg(long, value_delimiter = ',', value_name = "PERMISSION")]
    scope: Vec<Permission>,
    /// Days until it ends [default: what the configuration says]
    #[arg(long, value_name = "N")]
    days: Option<i64>,
    #[command(flatten)]
    given: Given,
}

/// Flags of `token revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    #[command(flatten)]
    chosen: Chosen,
}

impl Row for Token {
    const COLUMNS: &'static [&'static str] = &["ID", "NAME", "BY", "CREATED", "ENDS", "LAST USED", "SCOPES"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        let scopes: Vec<&str> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        vec![
            Cell::new(self.id),
            Cell::new(&self.name),
            Cell::new(&self.created_by),
            clock.cell(self.created_at),
            clock.option(self.expires_at),
            clock.option(self.last_used_at),
            Cell::new(scopes.join(" ")),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::List => list(context),
        Verb::Create(create_) => create(context, create_),
        Verb::Revoke(revoke_) => revoke(context, revoke_),
    }
}

fn list(context: &Context) -> Result {
    let client = context.client()?;
    let tokens = context.block_on(async { Ok(client.tokens().await?) })?;
    let mut list = context.out.list();
    for token in &tokens {
        list.row(token)?;
    }
    list.end()?;
    Ok(Exit::Done)
}

fn create(context: &Context, create: Create) -> Result {
    let new = NewToken { name: create.name, scopes: create.scope, expires_in_days: create.days };
    if context.global.dry_run {
        context.out.remark(format!("dry run: would create the token {:?}", new.name));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, create.given.operation)?;
    let created = context.block_on(async {
        match context.daemon().await? {
            Some(client) => {
                operation.tell();
                let made = client.create_token(&new, operation.id()).await;
                made.map_err(|error| operation.failed(error.into()))
            }
            None => local::create_token(context, new).await,
        }
    })?;
    operation.one(&created.token.id.to_string(), &created, |table| {
        table.fact("token", Cell::new(format!("{} (id {})", created.token.name, created.token.id)));
        table.fact("ends", context.out.clock.option(created.token.expires_at));
        table.fact("secret", Cell::toned(&created.secret, Tone::Info));
    })?;
    if context.out.is_table() {
        context.out.remark("the secret is shown this once; keep it in a file that only its user can read");
    }
    Ok(Exit::Done)
}

fn revoke(context: &Context, revoke: Revoke) -> Result {
    let parse = |id: &str| {
        id.parse::<TokenId>()
            .map_err(|_| ClientError::Usage(format!("{id:?} is no token's id; see aglisctl token list")))
    };
    Many::new(context, revoke.chosen)?.run(
        "token",
        "revoke {}",
        false,
        move |client, id| async move {
            let wanted = parse(&id)?;
            let tokens = client.tokens().await?;
            let name = tokens.into_iter().find(|token| token.id == wanted).map(|token| token.name);
            Ok(name.map_or_else(|| "already gone".to_owned(), |name| format!("revoke {name}")))
        },
        move |client, id, _| async move {
            client.revoke_token(parse(&id)?).await?;
            Ok(id)
        },
        |id: &String| format!("token {id} is revoked"),
    )
}
