//! Examples of every command: `--help` begins with them, the manual ends with them, a test runs each through the parser.

use crate::cli::Cli;
use clap::{Command, CommandFactory};

/// The examples of a command, by its path, such as `ticket assign`.
pub const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "aglisctl ticket list --status active",
            "aglisctl ticket list --sla overdue -o id | aglisctl ticket assign --to andi --ids - --expect 37 --yes",
            "aglisctl --server https://ops.isp.id --token-file ~/.aglis-token customer list budi",
        ],
    ),
    ("ticket", &["aglisctl ticket list --priority critical,high", "aglisctl ticket view TKT20261121001"]),
    (
        "ticket list",
        &[
            "aglisctl ticket list 'prio:high sla<1h'",
            "aglisctl ticket list --technician none --order due",
            "aglisctl ticket list --status completed -o csv --all",
        ],
    ),
    ("ticket view", &["aglisctl ticket view TKT20261121001", "aglisctl ticket view 17 --json"]),
    (
        "ticket create",
        &[
            "aglisctl ticket create --customer AGLS202611210001 --title 'Internet mati' --category connection_down --auto-assign",
            "aglisctl ticket create --customer 17 --title 'Kabel putus' --photo kabel.jpg --photo tiang.jpg",
        ],
    ),
    (
        "ticket assign",
        &[
            "aglisctl ticket assign TKT20261121001 --to andi --with budi",
            "aglisctl ticket assign TKT20261121001 --auto",
            "aglisctl ticket list --technician none -o id | aglisctl ticket assign --auto --ids - --yes",
        ],
    ),
    (
        "ticket status",
        &[
            "aglisctl ticket status in_progress TKT20261121001",
            "aglisctl ticket status on_hold 17 --reason 'waits for a splitter'",
            "aglisctl ticket list -o id | aglisctl ticket status in_progress --ids - --dry-run",
        ],
    ),
    ("ticket priority", &["aglisctl ticket priority high TKT20261121001 --reason 'hospital'"]),
    ("ticket note", &["aglisctl ticket note TKT20261121001 --text 'Pole 14 leans'"]),
    ("ticket reply", &["aglisctl ticket reply TKT20261121001 --text 'Teknisi tiba pukul 14.00'"]),
    (
        "ticket complete",
        &[
            "aglisctl ticket complete TKT20261121001 --resolution 'Konektor diganti' --attenuation -21.5 --modem-photo modem.jpg --check all",
        ],
    ),
    (
        "ticket update",
        &[
            "aglisctl ticket update TKT20261121001 --category slow_speed --contact call",
            "aglisctl ticket update 17 --preferred-at 2026-11-23T09:00:00+07:00 --dry-run",
            "aglisctl ticket update 17 --no-preferred-at",
        ],
    ),
    (
        "ticket attach",
        &[
            "aglisctl ticket attach TKT20261121001 modem.jpg --purpose modem",
            "aglisctl ticket attach 17 before.jpg after.mp4 --customer-visible",
        ],
    ),
    (
        "ticket check",
        &[
            "aglisctl ticket check TKT20261121001 --done find-cause,mend",
            "aglisctl ticket check 17 --open speed-test",
        ],
    ),
    (
        "ticket eta",
        &["aglisctl ticket eta 2026-11-21T15:00:00+07:00 TKT20261121001", "aglisctl ticket eta +45m 17"],
    ),
    (
        "ticket parent",
        &[
            "aglisctl ticket parent TKT20261121002 --under TKT20261121001",
            "aglisctl ticket list area:barat -o id | aglisctl ticket parent --under TKT20261121001 --ids - --yes",
            "aglisctl ticket parent TKT20261121002 --none",
        ],
    ),
    ("ticket merge", &["aglisctl ticket merge TKT20261121002 --into TKT20261121001"]),
    ("ticket reopen", &["aglisctl ticket reopen TKT20261121001 --reason 'Putus lagi'"]),
    ("ticket undo", &["aglisctl ticket undo TKT20261121001"]),
    ("ticket explain", &["aglisctl ticket explain TKT20261121001"]),
    ("ticket candidates", &["aglisctl ticket candidates TKT20261121001"]),
    ("ticket export", &["aglisctl ticket export --status completed --to tickets.csv"]),
    ("customer", &["aglisctl customer list budi karawang", "aglisctl customer view AGLS202611210001"]),
    ("customer list", &["aglisctl customer list 0812", "aglisctl customer list --status suspended -o id"]),
    ("customer view", &["aglisctl customer view AGLS202611210001 --reveal"]),
    (
        "customer create",
        &[
            "aglisctl customer create --name 'Budi Santoso' --phone 0812-3456-7890 --address 'Jl. Tuparev 12' --package 2",
        ],
    ),
    (
        "customer update",
        &[
            "aglisctl customer update AGLS202611210001 --odp 4 --port 7",
            "aglisctl customer update AGLS202611210001 --no-coordinates",
        ],
    ),
    (
        "customer status",
        &[
            "aglisctl customer status active AGLS202611210001",
            "aglisctl customer list --tag isolir -o id | aglisctl customer status suspended --reason 'unpaid' --ids - --expect 12",
        ],
    ),
    ("customer tag", &["aglisctl customer tag AGLS202611210001 --add vip,fiber --remove trial"]),
    ("customer export", &["aglisctl customer export --status active --to customers.csv"]),
    ("customer timeline", &["aglisctl customer timeline AGLS202611210001"]),
    ("queue", &["aglisctl queue status", "aglisctl queue pause messages --reason 'gateway down'"]),
    ("queue status", &["aglisctl queue status", "aglisctl queue status --json"]),
    ("queue rate", &["aglisctl queue rate"]),
    (
        "queue pause",
        &["aglisctl queue pause messages --reason 'gateway down'", "aglisctl queue pause --dry-run"],
    ),
    ("queue resume", &["aglisctl queue resume messages", "aglisctl queue resume"]),
    ("queue batches", &["aglisctl queue batches"]),
    ("queue cancel-batch", &["aglisctl queue cancel-batch 4 --yes"]),
    ("job", &["aglisctl job list --status dead", "aglisctl job retry 1734"]),
    (
        "job list",
        &[
            "aglisctl job list --status dead --error http_429",
            "aglisctl job list --kind send-bulk --older-than 2h -o id",
            "aglisctl job list --status done --to 0812-3456-7890",
        ],
    ),
    ("job view", &["aglisctl job view 1734", "aglisctl job view 1734 --json"]),
    (
        "job retry",
        &[
            "aglisctl job retry 1734",
            "aglisctl job list --status dead -o id | aglisctl job retry --ids - --expect 12 --yes",
            "aglisctl job retry --matching --kind send-notification --error http_500 --dry-run",
        ],
    ),
    ("job cancel", &["aglisctl job cancel 1734", "aglisctl job cancel --matching --kind send-bulk --yes"]),
    ("job discard", &["aglisctl job discard --matching --older-than 30d --expect 40"]),
    (
        "job snooze",
        &["aglisctl job snooze +2h 1734", "aglisctl job snooze 2026-11-22T08:00:00+07:00 17 18 --yes"],
    ),
    ("job run", &["aglisctl job run 1734"]),
    ("job clean", &["aglisctl job clean --older-than-days 3 --yes", "aglisctl job clean --dead --dry-run"]),
    ("message", &["aglisctl message list --status failed", "aglisctl message view 17"]),
    (
        "message send",
        &[
            "aglisctl message send --to 0812-3456-7890 --text 'Teknisi tiba pukul 14.00'",
            "aglisctl message send --customer AGLS202611210001 --template ticket-eta --var number=TKT20261121001 --var eta=14.00",
            "aglisctl message send --customer 17 --file notice.txt --at 2026-11-22T08:00:00+07:00",
        ],
    ),
    (
        "message list",
        &["aglisctl message list --customer 17", "aglisctl message list --status failed -o csv"],
    ),
    ("message view", &["aglisctl message view 17 --json"]),
    (
        "conversation",
        &[
            "aglisctl conversation list --view unanswered",
            "aglisctl conversation reply 7 'Teknisi tiba pukul 14.00'",
        ],
    ),
    (
        "conversation list",
        &["aglisctl conversation list --view unanswered", "aglisctl conversation list siti --state open"],
    ),
    (
        "conversation view",
        &["aglisctl conversation view 7", "aglisctl conversation view 7 --messages 100 --json"],
    ),
    (
        "conversation reply",
        &[
            "aglisctl conversation reply 7 'Teknisi tiba pukul 14.00'",
            "aglisctl conversation reply 7 --file balasan.txt",
        ],
    ),
    ("conversation close", &["aglisctl conversation close 7", "aglisctl conversation close 7 --dry-run"]),
    ("template", &["aglisctl template list --edited", "aglisctl template check"]),
    ("template list", &["aglisctl template list --purpose billing", "aglisctl template list jatuh tempo"]),
    ("template view", &["aglisctl template view ticket-created", "aglisctl template view otp-login --json"]),
    (
        "template set",
        &[
            "aglisctl template set ticket-created id --file pesan.txt --note 'Lebih singkat'",
            "aglisctl template set ticket-created en --file - --dry-run",
        ],
    ),
    (
        "template preview",
        &[
            "aglisctl template preview ticket-created id",
            "aglisctl template preview ticket-created id --file pesan.txt --value 'name=Siti Rahmawati'",
        ],
    ),
    (
        "template revert",
        &[
            "aglisctl template revert ticket-created id --to 3",
            "aglisctl template revert ticket-created id --built-in",
        ],
    ),
    ("template test", &["aglisctl template test otp-login id --to 0812-3456-7890"]),
    ("template check", &["aglisctl template check", "aglisctl template check --json"]),
    ("user", &["aglisctl user list"]),
    ("user list", &["aglisctl user list -o csv"]),
    ("user view", &["aglisctl user view siti"]),
    ("user create", &["aglisctl user create --role admin --username siti --password-file password.txt"]),
    ("user update", &["aglisctl user update siti --role supervisor"]),
    ("user password", &["aglisctl user password siti --password-file -"]),
    ("user enable", &["aglisctl user enable siti"]),
    ("user disable", &["aglisctl user disable siti"]),
    ("user unlock", &["aglisctl user unlock siti"]),
    ("token", &["aglisctl token list"]),
    ("token list", &["aglisctl token list --json"]),
    ("token create", &["aglisctl token create --name nightly --scope ticket.read,customer.read -o json"]),
    ("token revoke", &["aglisctl token revoke 3"]),
    ("provider", &["aglisctl provider list", "aglisctl provider switch fonnte"]),
    ("provider list", &["aglisctl provider list --json"]),
    (
        "provider set",
        &[
            "aglisctl provider set fonnte --limit 60 --window 60 --daily-cap 2000",
            "aglisctl provider set meta --cost 350",
            "aglisctl provider set http --enabled no --dry-run",
        ],
    ),
    ("provider switch", &["aglisctl provider switch fonnte"]),
    ("audit", &["aglisctl audit search --kind 'ticket.*'", "aglisctl audit verify"]),
    (
        "audit search",
        &[
            "aglisctl audit search --actor siti --since 2026-11-21T00:00:00+07:00",
            "aglisctl audit search --outcome denied",
        ],
    ),
    ("audit tail", &["aglisctl audit tail --kind ticket."]),
    ("audit verify", &["aglisctl audit verify", "aglisctl --data /var/lib/aglis audit verify --json"]),
    ("config", &["aglisctl config check", "aglisctl config show"]),
    ("config check", &["aglisctl config check --config /etc/aglis/aglis.toml"]),
    ("config show", &["aglisctl config show"]),
    ("config example", &["aglisctl config example"]),
    ("migrate", &["aglisctl migrate status"]),
    ("migrate status", &["aglisctl migrate status"]),
    ("migrate run", &["aglisctl migrate run --dry-run"]),
    ("doctor", &["aglisctl doctor"]),
    ("tui", &["aglisctl tui", "aglisctl --server https://ops.isp.id tui --read-only"]),
    (
        "api",
        &[
            "aglisctl api /api/tickets/stats",
            "aglisctl api POST /api/tickets/17/priority -f priority=high",
            "aglisctl api --paginate '/api/customers?status=active'",
        ],
    ),
    ("completion", &["aglisctl completion bash"]),
    ("man", &["aglisctl man --dir man"]),
];

/// The examples of one command.
pub fn of(path: &str) -> &'static [&'static str] {
    EXAMPLES.iter().find(|(name, _)| *name == path).map_or(&[], |(_, examples)| examples)
}

/// The tree of commands with their examples.
pub fn command() -> Command {
    add(Cli::command(), "")
}

fn add(command: Command, path: &str) -> Command {
    let examples = of(path);
    let command = if examples.is_empty() {
        command
    } else {
        command.before_help(format!("Examples:\n  {}", examples.join("\n  ")))
    };
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| {
        let path = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command.mut_subcommand(name, |sub| add(sub, &path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits an example as a shell would, as far as the examples need it.
    fn words(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (i, part) in line.split('\'').enumerate() {
            match i % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words
    }

    #[test]
    fn every_command_has_an_example_and_every_example_is_accepted() {
        fn visit(command: &Command, path: &str) {
            if command.get_name() != "help" {
                assert!(!of(path).is_empty(), "{path} has no example");
            }
            for sub in command.get_subcommands() {
                visit(sub, format!("{path} {}", sub.get_name()).trim());
            }
        }
        visit(&Cli::command(), "");
        for (path, examples) in EXAMPLES {
            for part in examples.iter().flat_map(|example| example.split(" | ")) {
                let parsed = command().try_get_matches_from(words(part));
                assert!(parsed.is_ok(), "{path}: {part}\n{}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }
}
