use std::process::ExitCode;

fn main() -> ExitCode {
    dvtui::http::install_crypto();
    dvtui::cli::run(std::env::args_os(), dvtui::config::Environment::of_process())
}
