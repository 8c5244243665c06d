//! The person's own editor: what the environment names, and where its files may be.

use std::path::PathBuf;

use super::Environment;

/// What long texts are written with, outside the program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnEditor {
    /// The command with its arguments, as it was given: `code --wait`. None where nothing names one.
    pub command: Option<String>,
    /// The folder in which the file that is edited gets a folder of its own.
    pub folder: PathBuf,
}

impl OwnEditor {
    /// `VISUAL`, then `EDITOR`; files in `XDG_RUNTIME_DIR`, which is the person's own and gone with the session, else
    /// where temporary files are.
    pub fn of(environment: &Environment) -> OwnEditor {
        let command = |name| environment.text(name).ok().flatten().filter(|text| !text.trim().is_empty());
        let folder = |name| environment.path(name).filter(|path| path.is_absolute() && path.is_dir());
        let folders = ["XDG_RUNTIME_DIR", "TMPDIR", "TEMP"];
        OwnEditor {
            command: command("VISUAL").or_else(|| command("EDITOR")),
            folder: folders.into_iter().find_map(folder).unwrap_or_else(|| PathBuf::from("/tmp")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_comes_before_editor_and_files_are_in_the_folder_of_the_session() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().to_str().unwrap();
        let of = |pairs: &[(&str, &str)]| OwnEditor::of(&pairs.iter().copied().collect());
        let both = of(&[("VISUAL", "code --wait"), ("EDITOR", "vi"), ("XDG_RUNTIME_DIR", folder)]);
        assert_eq!(both, OwnEditor { command: Some("code --wait".into()), folder: home.path().into() });
        assert_eq!(of(&[("EDITOR", "vi"), ("VISUAL", " ")]).command.as_deref(), Some("vi"));
        let gone = of(&[("XDG_RUNTIME_DIR", "/no/such/folder"), ("TMPDIR", folder)]);
        assert_eq!(gone, OwnEditor { command: None, folder: home.path().into() });
    }
}
