//! The one table of settings. Parsing, `config show`, the manual page and the example file all come from it.

use super::{def::settings, kinds::*, urls::*};
use crate::{
    db::DatabaseUrl,
    permission::Role,
    types::{Locale, Phone, Zone},
};
use jiff::civil::Weekday;
use secrecy::SecretString;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

settings! {
    /// The daemon itself. These keys stand at the top of the file, before any section.
    server "" Server {
        /// The data folder: database file, uploads, socket. Without it `/var/lib/aglis` is used when running
        /// as the user `aglis` or when that folder exists and can be written, else `./data`.
        data: PathBuf = "{folder}", flag "--data";
        /// Address of the HTTP server.
        listen: SocketAddr = "127.0.0.1:8080", flag "--listen";
        /// Unix socket for local administration without a password, for root and the group `aglis`.
        socket: PathBuf = "{data}/aglisd.sock", flag "--socket";
        /// Address under which customers and staff reach the daemon; it stands in messages and mails.
        public_url: WebUrl = "http://{listen}";
        /// Proxies in front of the daemon whose `X-Forwarded-For` is believed. That they end TLS is said
        /// by an https `public_url`.
        trusted_proxies: Vec<Network> = "";
    }

    /// Where everything is kept.
    database "database" Database {
        /// The database: a SQLite file, or a PostgreSQL server when one machine is not enough.
        url: DatabaseUrl = "sqlite:{data}/aglis.db";
        /// Connections: readers beside the one writer on SQLite, the whole pool on PostgreSQL.
        connections: u32 = "8", from 2 to 200;
    }

    /// An optional accelerator; nothing is lost without it.
    redis "redis" Redis {
        /// A Redis server that wakes several daemons on one database for each other's jobs and events.
        url: Option<RedisUrl> = "";
    }

    /// The provider whose customers these are.
    business "business" Business {
        /// Name shown to customers.
        name: String = "AGLIS", from 1 to 80;
        /// Telephone number of customer service, shown to customers.
        phone: Option<Phone> = "";
        /// Time zone in which days begin and clocks are shown.
        zone: Zone = "Asia/Jakarta";
        /// Language of messages and pages for people who have chosen none.
        language: Locale = "id";
        /// Working hours in which the SLA clock runs.
        hours: Hours = "00:00-24:00";
        /// Working days on which the SLA clock runs.
        days: Vec<Weekday> = "mon,tue,wed,thu,fri,sat,sun";
    }

    /// WhatsApp messages.
    whatsapp "whatsapp" Whatsapp {
        /// The gateway, or several in the order in which they are used: a message goes through the first one that
        /// works. `sandbox` shows messages on a page and sends nothing; `fonnte`, `meta` (WhatsApp Cloud API) and `http`
        /// (any gateway that takes JSON) send them.
        provider: WhatsappProviders = "sandbox";
        /// Device token of Fonnte.
        fonnte_token: Option<SecretString> = "";
        /// Base address of Fonnte.
        fonnte_url: WebUrl = "https://api.fonnte.com";
        /// Access token of the WhatsApp Cloud API.
        meta_token: Option<SecretString> = "";
        /// Id of the sending number at Meta.
        meta_phone_id: Option<String> = "";
        /// Secret of the app at Meta, which signs its webhooks. They are refused without it.
        meta_app_secret: Option<SecretString> = "", from 16 to 200;
        /// The word that Meta shows when a webhook is set up there; any text that you give there too.
        meta_verify_token: Option<SecretString> = "", from 16 to 200;
        /// Messages with an approved form at Meta, which is used where the recipient has not written within 24 hours:
        /// our message, the template approved there, and our variables in the order of its places, such as
        /// `ticket-status=status_tiket:name:number:status`. A sign-in code also goes onto the template's copy button.
        meta_templates: Vec<MetaTemplate> = "";
        /// Base address of the Cloud API.
        meta_url: WebUrl = "https://graph.facebook.com";
        /// Version of the Cloud API.
        meta_version: String = "v23.0", from 2 to 12;
        /// Where the HTTP gateway takes messages, by POST.
        http_url: Option<WebUrl> = "";
        /// What shows the HTTP gateway who we are, as it stands in the header, such as `Bearer abc`.
        http_token: Option<SecretString> = "";
        /// The header that carries `http_token`.
        http_token_header: String = "Authorization", from 1 to 80;
        /// What the HTTP gateway is sent: JSON, in whose texts {to}, {message} and {id} are put in.
        http_body: String = "{\"to\":\"{to}\",\"message\":\"{message}\",\"id\":\"{id}\"}", from 2 to 2000;
        /// Where the message's id stands in the HTTP gateway's answer, as a JSON pointer such as `/data/id`.
        http_id: Option<String> = "/id";
        /// What must be true in the HTTP gateway's answer, as a JSON pointer such as `/status`. Without it every
        /// answer of the kind 2xx is a success.
        http_success: Option<String> = "";
        /// Last part of the webhook's path, which makes it unguessable. Webhooks are refused without it.
        webhook_secret: Option<SecretString> = "", from 16 to 200;
        /// Addresses from which webhooks are taken, such as those the gateway names for its servers; from anywhere
        /// when empty.
        webhook_from: Vec<Network> = "";
        /// Messages that may be sent within one `limit_window` through each gateway, over all processes, as long as
        /// nothing else is set while it runs (`aglisctl provider set`).
        limit: u32 = "100", from 1 to 100000;
        /// The window of `limit`.
        limit_window: Duration = "60s", from 1 to 3600;
        /// Messages that may be under way at once through each gateway, over all processes.
        concurrency: u32 = "5", from 1 to 100;
        /// How long the gateway may take to answer.
        timeout: Duration = "15s", from 1 to 300;
        /// Whether the gateway may stand on this machine or in its network. Otherwise an address that leads there
        /// is refused, because it could be used to reach what is not meant to be reached.
        allow_private_providers: bool = "false";
        /// Hours in which messages that are not urgent wait.
        quiet_hours: Option<Hours> = "";
    }

    /// Outgoing mail. None is sent without `host`.
    mail "mail" Mail {
        /// The SMTP server.
        host: Option<String> = "";
        /// Its port.
        port: u16 = "587", from 1 to 65535;
        /// Protection of the connection; `none` only for a server on this machine.
        security: MailSecurity = "starttls";
        /// User name at the server.
        user: Option<String> = "";
        /// Password at the server.
        password: Option<SecretString> = "";
        /// Sender, such as `ISP Karawang <noreply@isp.id>`.
        from: Option<String> = "";
        /// How long the server may take to answer.
        timeout: Duration = "30s", from 1 to 300;
    }

    /// Sign-in and secrets.
    security "security" Security {
        /// How long a staff session lasts.
        session: Duration = "12h", from 300 to 2592000;
        /// How long a customer's session lasts.
        customer_session: Duration = "7d", from 300 to 7776000;
        /// How long an API token lasts when nothing else is asked for.
        token_lifetime: Duration = "90d", from 3600 to 315360000;
        /// How long a link for a new password works.
        reset_lifetime: Duration = "1h", from 300 to 86400;
        /// Staff roles that must use a second factor, such as `["admin", "finance"]`.
        totp_roles: Vec<Role> = "";
        /// Least number of characters in a password.
        password_min: u32 = "12", from 12 to 128;
        /// Key of the codes and links that are kept hashed. Without it one is made and kept in the data folder;
        /// several daemons on one database need the same one.
        secret: Option<SecretString> = "", from 32 to 512;
    }

    /// The HTTP server.
    http "http" Http {
        /// Longest time a request may take; one that brings files has at least 15 minutes.
        timeout: Duration = "30s", from 1 to 600;
        /// Largest body of a request that is no upload.
        body_max: Bytes = "1MiB", from 1024 to 67108864;
        /// Connections from the network that are open at once, and as many on the local socket; further ones wait.
        connections: u32 = "2048", from 16 to 1000000;
    }

    /// Photos and videos.
    uploads "uploads" Uploads {
        /// Folder of uploaded files.
        dir: PathBuf = "{data}/uploads";
        /// Largest photo.
        photo_max: Bytes = "10MiB", from 65536 to 104857600;
        /// Largest video.
        video_max: Bytes = "50MiB", from 65536 to 1073741824;
        /// All uploads together.
        quota: Bytes = "10GiB", from 1048576 to 109951162777600;
    }

    /// Figures for Prometheus.
    metrics "metrics" Metrics {
        /// Address of the metrics page, apart from the HTTP server. Off unless set.
        listen: Option<SocketAddr> = "";
    }

    /// The log, on standard error. It holds no personal data.
    log "log" Log {
        /// How lines look.
        format: LogFormat = "text";
        /// What is logged: `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,sqlx=warn`.
        level: LogLevel = "info";
    }

    /// The record of who did what.
    audit "audit" Audit {
        /// Days for which entries are kept, and messages with them. What happened to tickets and accounts stays on
        /// their timelines, without addresses.
        retention_days: u32 = "90", from 1 to 36500;
    }

    /// Background work.
    queue "queue" Queue {
        /// Jobs that run at once in this process.
        workers: u32 = "8", from 1 to 256;
        /// Milliseconds between looks at the queue when nothing announces new work.
        poll_ms: u32 = "1000", from 10 to 60000;
        /// How long a job belongs to a worker that says nothing.
        lease: Duration = "20s", from 5 to 3600;
        /// How long running jobs may take to finish when the daemon stops.
        drain: Duration = "10s", from 1 to 300;
    }
}
