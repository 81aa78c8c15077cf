use super::{table::SETTINGS, *};
use secrecy::ExposeSecret;
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("aglis-config-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn with_file(name: &str, text: &str, env: &[(&str, &str)]) -> Result<Loaded, String> {
    let folder = Folder::new(name);
    let path = folder.write("aglis.toml", text, 0o600);
    let env = env.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let shown = path.display().to_string();
    load(&Sources { config: Some(path), env, flags: Vec::new() })
        .map_err(|e| e.to_string().replace(&shown, "aglis.toml"))
}

fn refused(name: &str, text: &str) -> String {
    with_file(name, text, &[]).err().unwrap_or_default()
}

#[test]
fn says_what_is_wrong_where_and_what_was_meant() {
    for (i, (text, said)) in [
        ("listn = \"x\"", "aglis.toml:1: unknown key listn; did you mean listen?"),
        ("\n[busines]\nzone = \"x\"", "aglis.toml:3: unknown section [busines]; did you mean [business]?"),
        (
            "[mail]\nport = 25\nzone = \"Asia/Jakarta\"",
            "aglis.toml:3: unknown key mail.zone; did you mean business.zone?",
        ),
        ("[mail]\n\nport = \"25\"", "aglis.toml:3: mail.port expects a whole number, found the text \"25\""),
        ("[mail]\nport = 70000", "aglis.toml:2: mail.port must be from 0 to 65535, found 70000"),
        ("[queue]\npoll_ms = 1", "aglis.toml:2: queue.poll_ms must be from 10 to 60000, is 1"),
        ("[business]\nzone = \"Asia/Jakata\"", "aglis.toml:2: business.zone expects an IANA time zone"),
        ("[business]\ndays = \"mon\"", "aglis.toml:2: business.days expects a list in brackets"),
        ("[whatsapp]\nlimit_window = 60", "aglis.toml:2: whatsapp.limit_window expects a duration"),
        ("[whatsapp]\nprovider = \"fonnte\"", "whatsapp.fonnte_token is needed"),
        (
            "[whatsapp]\nprovider = \"fonnte\"\nfonnte_token = \"abc\"\nfonnte_url = \"http://10.0.0.5\"",
            "whatsapp.fonnte_url cannot be used: 10.0.0.5 is a loopback",
        ),
        (
            "[whatsapp]\nprovider = \"fonnte\"\nfonnte_token = \"a\\nb\"",
            "whatsapp.fonnte_token is empty or holds characters",
        ),
        ("[whatsapp]\nprovider = [\"meta\", \"fonnte\"]\nfonnte_token = \"abc\"", "whatsapp.meta_token is needed"),
        ("[whatsapp]\nprovider = \"meta\"\nmeta_token = \"abc\"", "whatsapp.meta_phone_id is needed"),
        ("[whatsapp]\nprovider = \"http\"", "whatsapp.http_url is needed"),
        ("[whatsapp]\nprovider = [\"sandbox\", \"meta\"]", "aglis.toml:2: whatsapp.provider mixes the sandbox"),
        ("[whatsapp]\nprovider = \"twilio\"", "aglis.toml:2: whatsapp.provider expects sandbox, or one or a list"),
        ("[whatsapp]\nmeta_templates = [\"hello=x\"]", "whatsapp.meta_templates names hello, which is no message"),
        (
            "[whatsapp]\nmeta_templates = [\"ticket-status=x:name:colour\"]",
            "whatsapp.meta_templates names colour, but ticket-status has number",
        ),
        (
            "[whatsapp]\nprovider = \"http\"\nhttp_url = \"http://10.0.0.5/send\"",
            "whatsapp.http_url cannot be used: 10.0.0.5 is a loopback",
        ),
        (
            "[whatsapp]\nprovider = \"http\"\nhttp_url = \"https://gw.isp.id/send\"\nhttp_body = \"{to}\"",
            "whatsapp.http_body cannot be used: it is not JSON",
        ),
        (
            "[whatsapp]\nprovider = \"meta\"\nmeta_token = \"abc\"\nmeta_phone_id = \"x\"",
            "whatsapp.meta_phone_id cannot be used: it consists of digits",
        ),
        (
            "[mail]\nhost = \"smtp.isp.id\"\nfrom = \"ISP Karawang\"",
            "mail.from expects a sender such as `ISP Karawang <noreply@isp.id>`, found \"ISP Karawang\"",
        ),
        (
            "[mail]\nhost = \"smtp isp id\"\nfrom = \"a@isp.id\"",
            "mail.host cannot be used: smtp host",
        ),
        ("[log]\nlevel = \"inof\"", "aglis.toml:2: log.level expects error, warn, info"),
        ("[log]\nlevel = \"info,sqlx=loud\"", "aglis.toml:2: log.level expects error, warn, info"),
        (
            "[uploads]\nphoto_max = 1.5",
            "aglis.toml:2: uploads.photo_max expects a size (512KiB, 10MiB, 5GiB), found a number with",
        ),
        ("[security]\ntotp_roles = [\"boss\"]", "security.totp_roles expects a role (admin, supervisor, manager, noc, customer_service, finance, technician), found the text \"boss\""),
        ("listen = 1\nlisten = 2", "aglis.toml:2: duplicate key"),
        ("a = [", "aglis.toml:1: "),
    ]
    .into_iter()
    .enumerate()
    {
        let message = refused(&format!("wrong-{i}"), text);
        assert!(message.contains(said), "{text:?} said {message:?}");
    }
}

#[test]
fn tells_all_problems_at_once() {
    let message = refused("all", "listn = 1\n[mail]\nport = \"x\"\nhos = \"y\"");
    assert_eq!(message.lines().count(), 3, "{message}");
}

#[test]
fn a_secret_never_stands_in_a_message() {
    let message = refused(
        "hush",
        "[whatsapp]\nwebhook_secret = \"hush\"\nfonnte_token = [\"hush\"]\n[database]\nurl = \"pg://u:hush@h\"",
    );
    assert!(!message.contains("hush"), "{message}");
    assert_eq!(message.lines().count(), 3, "{message}");
}

#[test]
fn flag_wins_over_variable_over_file_over_default() {
    let folder = Folder::new("order");
    let path = folder.write(
        "aglis.toml",
        "listen = \"127.0.0.1:1\"\nsocket = \"here.sock\"\n[log]\nlevel = \"debug\"\nformat = \"json\"",
        0o600,
    );
    let mut sources = Sources { config: Some(path), ..Sources::default() };
    sources.env =
        vec![("AGLIS_LISTEN".into(), "127.0.0.1:2".into()), ("AGLIS_LOG_LEVEL".into(), "warn".into())];
    let loaded = load(&sources.flag("listen", Some("127.0.0.1:3"))).unwrap();
    assert_eq!(loaded.config.server.listen.port(), 3);
    assert_eq!(loaded.config.server.socket, folder.0.join("here.sock"));
    assert_eq!((loaded.config.log.level.as_str(), loaded.config.log.format), ("warn", LogFormat::Json));
    assert_eq!(loaded.config.server.public_url.as_str(), "http://127.0.0.1:3");
    let origin = |name: &str| loaded.shown.iter().find(|s| s.name == name).map(|s| s.origin.clone()).unwrap();
    assert_eq!(origin("listen"), "--listen");
    assert_eq!(origin("log.level"), "AGLIS_LOG_LEVEL");
    assert!(origin("log.format").ends_with("aglis.toml:5"));
    assert_eq!(origin("mail.port"), "default");
}

#[test]
fn the_data_folder_carries_the_rest() {
    let sources = Sources::default().flag("data", Some("/srv/isp"));
    let config = load(&sources).unwrap().config;
    assert_eq!(config.server.socket, PathBuf::from("/srv/isp/aglisd.sock"));
    assert_eq!(config.database.url.to_string(), "sqlite:/srv/isp/aglis.db");
    assert_eq!(config.uploads.dir, PathBuf::from("/srv/isp/uploads"));
}

#[test]
fn a_named_data_folder_brings_its_own_file() {
    let folder = Folder::new("own");
    folder.write("aglis.toml", "[business]\nname = \"ISP Kita\"", 0o600);
    let config = load(&Sources::default().flag("data", folder.0.to_str())).unwrap().config;
    assert_eq!(config.business.name, "ISP Kita");
}

#[test]
fn secrets_come_from_files_and_loose_permissions_are_said() {
    let folder = Folder::new("secrets");
    folder.write("mail", "hush-hush\n", 0o600);
    let loose = folder.write("hook", "0123456789abcdef0123\n", 0o644);
    let text = "[mail]\nhost = \"mx\"\nfrom = \"a@b\"\nuser = \"u\"\npassword_file = \"mail\"";
    let path = folder.write("aglis.toml", text, 0o600);
    let env = vec![("AGLIS_WHATSAPP_WEBHOOK_SECRET_FILE".to_owned(), loose.display().to_string())];
    let loaded = load(&Sources { config: Some(path), env, flags: Vec::new() }).unwrap();
    assert_eq!(loaded.config.mail.password.as_ref().map(|s| s.expose_secret()), Some("hush-hush"));
    let warnings: Vec<String> = loaded.warnings.iter().map(|w| w.to_string()).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("everybody can read") && warnings[0].contains("hook"), "{warnings:?}");
    let shown = show(&loaded);
    assert!(!shown.contains("hush") && shown.contains("password = \"********\""), "{shown}");
    assert!(!format!("{:?}", loaded.config).contains("hush"));
}

#[test]
fn a_secret_given_twice_or_from_nowhere_is_refused() {
    assert!(refused("twice", "[redis]\nurl = \"redis://h\"\nurl_file = \"/dev/null\"").contains("keep one"));
    assert!(
        refused("nowhere", "[mail]\npassword_file = \"/nonexistent\"")
            .contains("aglis.toml:2: mail.password cannot be read from")
    );
    assert!(refused("nosecret", "[mail]\nhost_file = \"x\"").contains("unknown key mail.host_file"));
}

#[test]
fn an_empty_variable_unsets_what_can_be_unset() {
    let text = "[redis]\nurl = \"redis://h\"\n[log]\nlevel = \"debug\"";
    let loaded = with_file("empty", text, &[("AGLIS_REDIS_URL", ""), ("AGLIS_LISTEN", "")]).unwrap();
    assert!(loaded.config.redis.url.is_none());
    assert_eq!(loaded.config.server.listen.port(), 8080);
}

#[test]
fn what_does_not_fit_together_is_said() {
    let said = |text: &str| {
        let loaded = with_file("fit", text, &[]).unwrap();
        loaded.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let proxies = "trusted_proxies = [\"127.0.0.1\"]\n";
    let warned = said(proxies);
    assert!(warned.len() == 1 && warned[0].contains("trusted_proxies"), "{warned:?}");
    assert_eq!(said(&format!("{proxies}public_url = \"https://isp.id\"\n")), Vec::<String>::new());
    let warned = said("[whatsapp]\nwebhook_from = [\"203.0.113.0/24\"]\n");
    assert!(warned.len() == 1 && warned[0].contains("webhook_secret"), "{warned:?}");
}

#[test]
fn a_mistyped_variable_is_said() {
    let loaded = with_file(
        "odd",
        "",
        &[("AGLIS_LISTEM", "x"), ("AGLIS_TOKEN", "t"), ("AGLIS_PORT", "tcp://10.0.0.1")],
    )
    .unwrap();
    assert_eq!(loaded.warnings[0].to_string(), "AGLIS_LISTEM: sets nothing; did you mean AGLIS_LISTEN?");
    assert_eq!(loaded.warnings.len(), 2);
}

#[test]
fn a_missing_file_is_refused_only_when_it_was_named() {
    let named = Sources { config: Some("/nonexistent/aglis.toml".into()), ..Sources::default() };
    assert!(
        load(&named).unwrap_err().to_string().starts_with("--config: cannot read /nonexistent/aglis.toml")
    );
    assert!(load(&Sources::default().flag("data", Some("/nonexistent"))).is_ok());
}

#[test]
fn the_example_with_its_comments_removed_is_the_default() {
    let text: String = example()
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .filter(|line| !line.contains("DATA") && !line.contains("LISTEN") && *line != "data = \"\"")
        .map(|line| format!("{line}\n"))
        .collect();
    let loaded = with_file("example", &text, &[]).unwrap();
    let plain = load(&Sources::default().flag("data", Some("/nonexistent"))).unwrap();
    for (a, b) in loaded.shown.iter().zip(&plain.shown) {
        assert!(
            a.value == b.value || a.value.contains("data") || b.value.contains("nonexistent"),
            "{a:?} {b:?}"
        );
    }
}

#[test]
fn every_setting_has_a_meaning_and_its_own_variable() {
    let mut seen = std::collections::HashSet::new();
    for def in SETTINGS {
        assert!(!def.doc_line().is_empty() && seen.insert(def.env()), "{}", def.name());
    }
    let manual = manual("0.1.0", "2026-11-21");
    for name in ["AGLIS_DATA", "AGLIS_LISTEN", "AGLIS_SOCKET", "AGLIS_DATABASE_URL", "AGLIS_REDIS_URL"] {
        assert!(seen.contains(name) && manual.contains(name), "{name}");
    }
}
