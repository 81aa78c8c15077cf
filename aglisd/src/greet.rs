//! What a person reads after starting the daemon: where to look and how to sign in.

use aglis_core::{
    accounts::{first_start_path, service as accounts, sign_in_path},
    app::{App, Ctx},
    demo::Demo,
    error::Result,
    types::Phone,
};
use std::fmt::Write as _;

fn urls(app: &App) -> String {
    let base = app.config.server.public_url.as_str().trim_end_matches('/').to_owned();
    let mut text = format!(
        "  Staff web      {base}/\n  Portal         {base}/customer/login\n  API explorer   {base}/api/docs\n"
    );
    if app.config.whatsapp.provider.is_sandbox() {
        let _ = writeln!(text, "  Sandbox inbox  {base}/sandbox   (messages go here, not to people)");
    }
    text
}

fn base(app: &App) -> &str {
    app.config.server.public_url.as_str().trim_end_matches('/')
}

/// For the demo provider.
pub async fn demo(app: &App, demo: &Demo) -> Result<String> {
    let ctx: Ctx = app.system("start");
    let secret = accounts::create_sign_in_link(&ctx, demo.administrator).await?;
    let mut text = format!(
        "\nAGLIS runs on made-up data.\n{}\nSign in as the administrator within 15 minutes, once:\n  {}{}\n",
        urls(app),
        base(app),
        sign_in_path(&secret)
    );
    match &demo.password {
        Some(password) => {
            let names: Vec<String> = demo.staff.iter().map(|(role, name)| format!("{name} ({role})")).collect();
            let _ = write!(text, "\nOther accounts, password {password} (shown this once):\n");
            for line in names.chunks(4) {
                let _ = writeln!(text, "  {}", line.join(", "));
            }
        }
        None => text.push_str("\nThe other accounts keep the passwords of the first start; set one with `aglisctl user password`.\n"),
    }
    let phone = demo
        .customer_phone
        .parse::<Phone>()
        .map_or_else(|_| demo.customer_phone.clone(), |phone| phone.local());
    let _ = write!(
        text,
        "\nTry the portal as a customer with {phone}; the code arrives in the sandbox inbox.\nThen, in other terminals: `aglis-tui` and `aglisctl ticket list` with the same --data folder.\n\n"
    );
    Ok(text)
}

/// For an installation of one's own: how the first administrator is made, as long as there is none.
pub async fn production(app: &App) -> Result<Option<String>> {
    let ctx: Ctx = app.system("start");
    let Some(secret) = accounts::create_first_link(&ctx).await? else { return Ok(None) };
    Ok(Some(format!(
        "\nAGLIS runs and is empty.\n{}\nMake the first administrator within a day, here:\n  {}{}\nor on this machine:\n  aglisctl --data {} user create --role admin --username NAME --password-file FILE\n\n",
        urls(app),
        base(app),
        first_start_path(&secret),
        app.config.server.data.display()
    )))
}
