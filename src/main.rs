//! The command `dv`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dvtui::cli::run(std::env::args_os(), dvtui::config::Environment::of_process())
}
