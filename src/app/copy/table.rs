//! Rows as text that spreadsheets and documents take.

use crate::text::{harmless, is_harmful};

/// Text without what a terminal could obey; line ends and tabs stay.
pub fn plain(text: &str) -> String {
    if !text.chars().any(is_harmful) {
        return text.to_owned();
    }
    text.split_inclusive(['\n', '\t'])
        .map(|part| {
            let rest = part.trim_end_matches(['\n', '\t', '\r']);
            let end = part[rest.len()..].trim_start_matches('\r');
            format!("{}{end}", harmless(rest))
        })
        .collect()
}

/// Lines of cells with tabs between them. A cell with a tab, a line end or a quote is quoted, as spreadsheets do.
pub fn tsv(lines: &[Vec<String>]) -> String {
    let lines = lines.iter().map(|cells| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        cells.join("\t")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn quoted(cell: &str) -> String {
    match cell.contains(['\t', '\n', '\r', '"']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// A table of Markdown.
pub fn markdown(header: &[String], lines: &[Vec<String>]) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule = format!("|{}", " --- |".repeat(header.len()));
    let all = [line(header), rule].into_iter().chain(lines.iter().map(|cells| line(cells)));
    all.collect::<Vec<_>>().join("\n")
}

/// A cell of one line, with nothing in it that Markdown would take for its own.
fn escaped(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for c in cell.trim().chars() {
        match c {
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' => {
                text.push('\\');
                text.push(c);
            }
            '\n' => text.push_str("<br>"),
            '\r' => {}
            '\t' => text.push(' '),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn a_cell_stays_one_cell_in_a_spreadsheet() {
        let lines = [cells(&["Title", "Note"]), cells(&["a\tb", "one\ntwo \"quoted\""]), cells(&["", "x"])];
        assert_eq!(tsv(&lines), "Title\tNote\n\"a\tb\"\t\"one\ntwo \"\"quoted\"\"\"\n\tx");
    }

    #[test]
    fn a_cell_stays_one_cell_in_markdown_and_is_no_markup() {
        let text = markdown(&cells(&["A", "B|C"]), &[cells(&["x|y\nz", "<b>*_`\\"])]);
        assert_eq!(text, "| A | B\\|C |\n| --- | --- |\n| x\\|y<br>z | \\<b\\>\\*\\_\\`\\\\ |");
    }

    #[test]
    fn what_a_terminal_could_obey_is_made_visible_and_lines_stay() {
        assert_eq!(plain("a\u{1b}[31m\tb\r\nc\u{202e}d"), "a^[[31m\tb\nc<U+202E>d");
        assert_eq!(plain("plain \u{e9} 宽"), "plain \u{e9} 宽");
    }
}
