//! A Python with the pinned packages, in a folder of its own below the build's.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::limited::run;

const PINS: &str = include_str!("requirements.txt");
/// Ends well where `venv` works and the packages can be had.
const FIT: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

/// The interpreter, made at first use and kept while the pins stay as they are. None where there is no Python for it or
/// no way to the package index; `INTEROP=required` makes a failure of that.
pub(crate) fn with_packages() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(|| found().map_err(|reason| skip(&reason)).ok()).as_deref()
}

fn skip(reason: &str) {
    let required = std::env::var("INTEROP").is_ok_and(|value| value == "required");
    assert!(!required, "{reason}");
    // Not by a macro, whose output a passing test keeps to itself.
    let _ = writeln!(std::io::stderr(), "\nskipped: the tests with clients of others: {reason}");
}

fn found() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop");
    fs::create_dir_all(&folder).unwrap();
    // Two runs at once share the folder.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();

    let names = ["python3", "python"];
    let system = names.into_iter().find(|name| run(Command::new(name).args(["-c", FIT]), SHORT).well);
    let system = system.ok_or("they need Python 3.10 or newer with venv and pip, and found none")?;
    let venv = folder.join("venv");
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // A venv knows its own address: one that was moved along with the build is made anew.
    let made_of = format!("{}\n{}", venv.display(), PINS);
    let marker = folder.join("made-of");
    let kept = fs::read_to_string(&marker).is_ok_and(|text| text == made_of);
    if kept && run(Command::new(&python).args(["-c", "import msal, PowerPlatform"]), SHORT).well {
        return Ok(python);
    }

    let _ = fs::remove_file(&marker);
    let _ = fs::remove_dir_all(&venv);
    let made = run(Command::new(system).args(["-m", "venv"]).arg(&venv), MINUTES);
    assert!(made.well, "no venv:\n{}", made.output);
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--only-binary=:all:",
        "-r",
    ]);
    let installed = run(pip.arg("requirements.txt").current_dir(crate::folder()), MINUTES);
    if !installed.well {
        let text = &installed.output;
        // What pip says when nobody answers; a pin that does not exist says something else.
        assert!(text.contains("Retrying"), "pip failed:\n{text}");
        return Err(format!("pip reached no package index:\n{text}"));
    }
    fs::write(&marker, made_of).unwrap();
    Ok(python)
}

const SHORT: Duration = Duration::from_secs(60);
const MINUTES: Duration = Duration::from_secs(600);
