//! How the screen is to look, as far as settings and the environment say so.

use std::path::Path;

use super::profile::read_text;
use super::{Environment, Error};

/// What is known of the screen's looks before the terminal is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The shade that a setting asks for (`theme = "dark"`).
    pub asked: Option<Shade>,
    /// The shade that the environment tells of, where the terminal does not answer.
    pub likely: Option<Shade>,
    /// No colours (`theme = "mono"`).
    pub mono: bool,
    /// ASCII only for what the program draws itself, or not (`glyphs`).
    pub ascii: Option<bool>,
}

/// What text stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    Dark,
    Light,
}

/// The keys of `config.toml` that matter here.
#[derive(Debug, Default, serde::Deserialize)]
struct Keys {
    theme: Option<String>,
    glyphs: Option<String>,
}

impl Look {
    /// What `DV_THEME` and `DV_GLYPHS`, then `config.toml` say. A value that is none is left out, with a warning.
    ///
    /// # Errors
    ///
    /// When a variable is no text.
    pub(super) fn of(environment: &Environment, folder: &Path) -> Result<(Self, Vec<String>), Error> {
        // A file that is broken is complained about where the usual profile is looked for.
        let text = read_text(&folder.join("config.toml")).ok().flatten();
        let keys: Keys = text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default();
        let theme = environment.text("DV_THEME")?.or(keys.theme);
        let glyphs = environment.text("DV_GLYPHS")?.or(keys.glyphs);
        let mut look = Look { likely: likely(environment), ..Look::default() };
        let mut warnings = vec![];
        match theme.as_deref() {
            None | Some("auto") => {}
            Some("dark") => look.asked = Some(Shade::Dark),
            Some("light") => look.asked = Some(Shade::Light),
            Some("mono") => look.mono = true,
            Some(other) => {
                warnings
                    .push(format!("theme is `{other}`; it may be auto, dark, light or mono. auto is used"));
            }
        }
        match glyphs.as_deref() {
            None | Some("auto") => {}
            Some("ascii") => look.ascii = Some(true),
            Some("unicode") => look.ascii = Some(false),
            Some(other) => {
                warnings.push(format!("glyphs is `{other}`; it may be auto, unicode or ascii. auto is used"));
            }
        }
        Ok((look, warnings))
    }
}

/// `COLORFGBG` ends with the number of the colour behind the text: 7 and 9 to 15 are light. The console of Linux is dark.
fn likely(environment: &Environment) -> Option<Shade> {
    let colours = environment.text("COLORFGBG").ok().flatten();
    let behind = colours.and_then(|colours| colours.rsplit(';').next()?.parse::<u8>().ok());
    match behind {
        Some(7 | 9..=15) => Some(Shade::Light),
        Some(_) => Some(Shade::Dark),
        None => environment.is("TERM", "linux").then_some(Shade::Dark),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pairs: &[(&str, &str)], config: &str) -> (Look, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        Look::of(&pairs.iter().copied().collect(), folder.path()).unwrap()
    }

    #[test]
    fn a_theme_and_glyphs_are_asked_for_by_variable_or_file() {
        let (file, _) = look(&[], "theme = \"light\"\nglyphs = \"ascii\"\n");
        assert_eq!((file.asked, file.ascii), (Some(Shade::Light), Some(true)));
        let (variable, warnings) = look(&[("DV_THEME", "dark")], "theme = \"light\"\n");
        assert_eq!((variable.asked, variable.ascii, warnings.len()), (Some(Shade::Dark), None, 0));
        assert!(look(&[("DV_THEME", "mono")], "").0.mono);
    }

    #[test]
    fn a_theme_that_is_none_is_left_out_with_a_warning() {
        let (look, warnings) = look(&[("DV_THEME", "pink")], "glyphs = \"nerd\"\n");
        assert_eq!(look, Look::default());
        assert!(warnings[0].contains("`pink`") && warnings[1].contains("`nerd`"), "{warnings:?}");
    }

    #[test]
    fn the_environment_tells_what_text_stands_on() {
        let likely = |name, value| look(&[(name, value)], "").0.likely;
        assert_eq!(likely("COLORFGBG", "0;15"), Some(Shade::Light));
        assert_eq!(likely("COLORFGBG", "15;default;0"), Some(Shade::Dark));
        assert_eq!(likely("COLORFGBG", "default"), None);
        assert_eq!(likely("TERM", "linux"), Some(Shade::Dark));
        assert_eq!(likely("TERM", "xterm"), None);
    }
}
