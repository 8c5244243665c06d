//! Names from a server as names of files here. A name is text that anybody may have written: it must not lead anywhere
//! else, hide, or look like a flag of a command.

use crate::text::is_harmful;

/// File systems take so many bytes for a name.
const LONGEST: usize = 255;
/// What an ending has at most, with its dot: what is longer is no ending that must be kept.
const ENDING: usize = 16;
/// What a file is called of whose name nothing is left.
const NAMELESS: &str = "attachment";

/// A name that is a name: without separators, characters that act or hide, dots and dashes in front; never empty, at
/// most 255 bytes. What is too long loses its middle, not its ending.
pub fn harmless(name: &str) -> String {
    harmless_or(name, NAMELESS)
}

/// The same; `otherwise` where nothing is left of the name.
pub fn harmless_or(name: &str, otherwise: &str) -> String {
    let kept = |c: char| match c {
        '/' | '\\' => Some('_'),
        c if is_harmful(c) => None,
        c => Some(c),
    };
    let name: String = name.chars().filter_map(kept).collect();
    let name =
        name.trim_start_matches(|c: char| matches!(c, '.' | '-' | '~') || c.is_whitespace()).trim_end();
    match name {
        "" => otherwise.to_owned(),
        name if name.len() <= LONGEST => name.to_owned(),
        name => shortened(name),
    }
}

fn shortened(name: &str) -> String {
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot <= ENDING);
    let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
    let mut end = LONGEST - ending.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", stem[..end].trim_end())
}

/// A path as messages name it: one that is relative begins with a dot, so that it is seen where it begins.
pub fn shown(path: &str) -> String {
    let says_where = ["/", "./", "../", "~/"].iter().any(|start| path.starts_with(start));
    if says_where { path.to_owned() } else { format!("./{path}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_leads_nowhere_hides_nothing_and_is_no_flag() {
        let cases = [
            ("quote.pdf", "quote.pdf"),
            ("../../.ssh/authorized_keys", "_.._.ssh_authorized_keys"),
            ("..\\..\\boot.ini", "_.._boot.ini"),
            ("/etc/passwd", "_etc_passwd"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("~root", "root"),
            (" - . x", "x"),
            ("a\u{1b}[31m\nb\u{7f}\u{85}.txt", "a[31mb.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("\u{200b}.profile", "profile"),
            ("Angebot 宽 (2).pdf ", "Angebot 宽 (2).pdf"),
            ("", "attachment"),
            ("...", "attachment"),
            ("\u{0}\u{1}", "attachment"),
        ];
        for (name, expected) in cases {
            assert_eq!(harmless(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending_and_no_letter_is_cut_in_two() {
        let long = format!("{}.pdf", "宽".repeat(200));
        let name = harmless(&long);
        assert!(name.ends_with("宽.pdf") && name.len() > 250 && name.len() <= 255, "{name}");
        assert_eq!(harmless(&"x".repeat(300)).len(), 255);
        let no_ending = format!("a.{}", "y".repeat(300));
        assert_eq!(harmless(&no_ending).len(), 255);
    }

    proptest! {
        #[test]
        fn every_name_is_one_part_of_a_path_and_stays_what_it_is(name in ".{0,300}") {
            let safe = harmless(&name);
            prop_assert!(!safe.is_empty() && safe.len() <= 255);
            prop_assert!(!safe.contains(['/', '\\']) && !safe.chars().any(is_harmful));
            prop_assert!(!safe.starts_with(['.', '-', '~']));
            prop_assert_eq!(harmless(&safe), safe);
        }
    }

    #[test]
    fn a_path_says_where_it_begins() {
        for (path, expected) in [
            ("a.txt", "./a.txt"),
            ("./a", "./a"),
            ("../a", "../a"),
            ("~/a", "~/a"),
            ("/tmp/a", "/tmp/a"),
            ("b/a", "./b/a"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }
}
