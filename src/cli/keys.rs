//! The keys in effect: those of the program, changed by `keys.toml`.

use std::path::Path;

use crate::app::keymap::{Keymap, Override};
use crate::config::KeyFile;

/// The keys in effect with the file of this folder of settings.
pub(super) fn keymap(config: &Path) -> Keymap {
    let file = KeyFile::read(config);
    let overrides: Vec<Override> = file
        .lines
        .into_iter()
        .map(|line| Override { place: line.place, command: line.command, sequences: line.sequences })
        .collect();
    Keymap::with(file.complaints, &overrides)
}
