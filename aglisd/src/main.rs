use std::process::ExitCode;

fn main() -> ExitCode {
    aglisd::cli::main()
}
