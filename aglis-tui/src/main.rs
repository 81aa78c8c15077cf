//! The AGLIS live console.

fn main() -> std::process::ExitCode {
    aglis_tui::main()
}
