//! A name from a server as the name of a file here: it stays in its folder, and no system takes it for something else.

use crate::text::is_harmful;

/// Names that Windows keeps for itself, whatever follows the first point.
const KEPT: [&str; 4] = ["con", "prn", "aux", "nul"];
/// Bytes at most; file systems take 255.
const LONGEST: usize = 200;

/// The name without what leads elsewhere or hides something; `otherwise` where nothing is left of it.
pub fn saved_name(given: &str, otherwise: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| match c {
        c if is_harmful(c) || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') => '_',
        c => c,
    };
    let name: String = last.chars().map(plain).collect();
    let name = name.trim().trim_end_matches(['.', ' ']);
    if name.is_empty() || name.chars().all(|c| c == '_') {
        return otherwise.to_owned();
    }
    // A point hides a file, and a hyphen makes it an option of whoever names it.
    let hidden = name.starts_with(['.', '-']);
    let stem = name.split('.').next().unwrap_or_default().trim().to_ascii_lowercase();
    let device = ["com", "lpt"].iter().any(|kept| {
        stem.strip_prefix(kept)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    });
    let name = match hidden || device || KEPT.contains(&stem.as_str()) {
        true => format!("_{name}"),
        false => name.to_owned(),
    };
    shortened(name)
}

/// Not too long, and with the end that says what it is.
fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let end = name.rfind('.').filter(|at| name.len() - at <= 20).unwrap_or(name.len());
    let (stem, end) = name.split_at(end);
    let room = stem.floor_char_boundary(LONGEST - end.len());
    format!("{}{end}", &stem[..room])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_server_stays_in_its_folder_and_hides_nothing() {
        for (given, saved) in [
            ("quote.pdf", "quote.pdf"),
            ("Prüfung 1.pdf", "Prüfung 1.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system.ini", "system.ini"),
            ("a:b?.txt", "a_b_.txt"),
            (".bashrc", "_.bashrc"),
            ("-rf", "_-rf"),
            ("invoice\u{202e}fdp.exe", "invoice_fdp.exe"),
            ("a\u{1b}[31m.txt", "a_[31m.txt"),
            ("NUL.txt", "_NUL.txt"),
            ("com1", "_com1"),
            ("comet", "comet"),
            ("..", "file"),
            ("a/", "file"),
            ("", "file"),
            ("\u{7}", "file"),
            ("name. ", "name"),
        ] {
            assert_eq!(saved_name(given, "file"), saved, "{given:?}");
        }
        let long = saved_name(&format!("{}.pdf", "ü".repeat(300)), "file");
        assert!(long.len() <= 200 && long.ends_with("ü.pdf"), "{long}");
    }
}
