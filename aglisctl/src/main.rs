use std::process::ExitCode;

fn main() -> ExitCode {
    aglisctl::main()
}
