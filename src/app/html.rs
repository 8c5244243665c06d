//! The text of a mail or a note: HTML as lines to be read. Pure, in one pass, without recursion.

use crate::text::is_harmful;

/// Bytes that are looked at; of longer texts the rest is left out, and that is told.
pub const LONGEST: usize = 64 << 10;

/// Tags by which HTML is told from a text with a `<` in it.
const KNOWN: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "body",
    "br",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "hr",
    "html",
    "i",
    "img",
    "li",
    "meta",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "style",
    "table",
    "td",
    "tr",
    "u",
    "ul",
];
/// What these hold is not read by people.
const UNSEEN: &[&str] = &["head", "script", "style", "template", "title"];
/// These begin a line of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];
/// Characters that go by a name.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '\u{2022}'),
    ("copy", '\u{a9}'),
    ("euro", '\u{20ac}'),
    ("gt", '>'),
    ("hellip", '\u{2026}'),
    ("laquo", '\u{ab}'),
    ("ldquo", '\u{201c}'),
    ("lsquo", '\u{2018}'),
    ("lt", '<'),
    ("mdash", '\u{2014}'),
    ("middot", '\u{b7}'),
    ("nbsp", ' '),
    ("ndash", '\u{2013}'),
    ("quot", '"'),
    ("raquo", '\u{bb}'),
    ("rdquo", '\u{201d}'),
    ("reg", '\u{ae}'),
    ("rsquo", '\u{2019}'),
    ("Auml", '\u{c4}'),
    ("Ouml", '\u{d6}'),
    ("Uuml", '\u{dc}'),
    ("auml", '\u{e4}'),
    ("ouml", '\u{f6}'),
    ("uuml", '\u{fc}'),
    ("szlig", '\u{df}'),
    ("eacute", '\u{e9}'),
    ("egrave", '\u{e8}'),
    ("agrave", '\u{e0}'),
];

/// The lines of a text, whether it is HTML or not. None of them has a control character.
pub fn lines(text: &str) -> Vec<String> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let seen = &text[..end];
    let mut lines = match is_html(seen) {
        true => Reader::default().read(seen),
        false => {
            let tidy = |line: &str| {
                line.replace('\t', "    ")
                    .chars()
                    .filter(|c| !c.is_control())
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            };
            seen.lines().map(tidy).collect()
        }
    };
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if end < text.len() {
        lines.push(format!("... {} KB more are not shown.", (text.len() - end).div_ceil(1024)));
    }
    lines
}

fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let (name, behind) = tag_name(&text[at + 1..]);
        KNOWN.contains(&name.to_ascii_lowercase().as_str())
            && (behind.starts_with(['>', '/']) || behind.starts_with(char::is_whitespace))
    })
}

/// The name behind `<` or `</`, and what follows it. Longer names are none of ours.
fn tag_name(text: &str) -> (&str, &str) {
    let text = text.strip_prefix('/').unwrap_or(text);
    let end = text.bytes().take(12).take_while(u8::is_ascii_alphanumeric).count();
    text.split_at(end)
}

#[derive(Default)]
struct Reader {
    lines: Vec<String>,
    line: String,
    /// A space is due before the next word.
    gap: bool,
    /// Where the link that is open leads, and what was read before its words.
    link: Option<(String, usize, usize)>,
    /// A quote was not closed once: from there on quotes in tags are not believed.
    careless: bool,
}

impl Reader {
    fn read(mut self, text: &str) -> Vec<String> {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            rest = match first {
                '<' => self.tag(rest),
                '&' => self.named(rest),
                c => {
                    self.push(c);
                    &rest[c.len_utf8()..]
                }
            };
        }
        self.end_line();
        self.lines
    }

    /// Takes a tag and what goes with it; answers what follows.
    fn tag<'t>(&mut self, text: &'t str) -> &'t str {
        if let Some(comment) = text.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, behind)| behind);
        }
        let inner = &text[1..];
        let is_tag =
            inner.starts_with(['/', '!', '?']) || inner.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_tag {
            self.push('<');
            return inner;
        }
        let Some(end) = self.tag_end(inner) else { return "" };
        let (tag, behind) = (&inner[..end], &inner[end + 1..]);
        let closes = tag.starts_with('/');
        let name = tag_name(tag).0.to_ascii_lowercase();
        if UNSEEN.contains(&name.as_str()) && !closes {
            return end_of(behind, &name);
        }
        match name.as_str() {
            "br" => self.end_line(),
            "td" | "th" if !closes && !self.line.is_empty() => self.line.push_str("  "),
            "a" if closes => self.end_link(),
            "a" => self.link = href(tag).map(|to| (to, self.lines.len(), self.line.len())),
            name if BLOCKS.contains(&name) => {
                if !self.line.is_empty() {
                    self.end_line();
                }
                match name {
                    "p" | "table" | "ul" | "ol" | "blockquote"
                        if self.lines.last().is_some_and(|l| !l.is_empty()) =>
                    {
                        self.lines.push(String::new());
                    }
                    "li" if !closes => self.line.push_str("- "),
                    _ => {}
                }
            }
            _ => {}
        }
        behind
    }

    /// Where the `>` of a tag is: one in quotes does not count.
    fn tag_end(&mut self, inner: &str) -> Option<usize> {
        if !self.careless {
            let mut quote = None;
            for (at, byte) in inner.bytes().enumerate() {
                match (quote, byte) {
                    (None, b'>') => return Some(at),
                    (None, b'"' | b'\'') => quote = Some(byte),
                    (Some(open), byte) if open == byte => quote = None,
                    _ => {}
                }
            }
            self.careless = true;
        }
        inner.find('>')
    }

    /// Takes `&name;` or an `&` that stands for itself; answers what follows.
    fn named<'t>(&mut self, text: &'t str) -> &'t str {
        let inner = &text[1..];
        let end = inner.bytes().take(10).position(|byte| byte == b';');
        let meant = end.and_then(|end| {
            let name = inner.get(..end)?;
            let number =
                |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
            let c = match name.strip_prefix('#') {
                Some(digits) => match digits.strip_prefix(['x', 'X']) {
                    Some(digits) => number(digits, 16)?,
                    None => number(digits, 10)?,
                },
                None => NAMED.iter().find(|(known, _)| *known == name)?.1,
            };
            Some((c, end))
        });
        match meant {
            Some((c, end)) => {
                self.push(c);
                &inner[end + 1..]
            }
            None => {
                self.push('&');
                inner
            }
        }
    }

    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.gap = true;
        } else if !is_harmful(c) {
            if std::mem::take(&mut self.gap) && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            self.line.push(c);
        }
    }

    fn end_line(&mut self) {
        self.gap = false;
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        // Empty lines part what is read; two of them part it no better.
        if !line.is_empty() || self.lines.last().is_some_and(|last| !last.is_empty()) {
            self.lines.push(line.to_owned());
        }
    }

    /// The address of a link stands behind its words, unless they are the address.
    fn end_link(&mut self) {
        let Some((to, lines, from)) = self.link.take() else { return };
        let words = self.line.get(from..).filter(|_| lines == self.lines.len()).unwrap_or_default().trim();
        if !to.trim_start_matches("mailto:").contains(words) || words.is_empty() {
            self.gap = true;
            let told = format!("({to})");
            told.chars().for_each(|c| self.push(c));
        }
    }
}

/// What follows the end of an element that is not read.
fn end_of<'t>(text: &'t str, name: &str) -> &'t str {
    let closing =
        text.match_indices("</").find(|(at, _)| tag_name(&text[at + 1..]).0.eq_ignore_ascii_case(name));
    let Some((at, _)) = closing else { return "" };
    text[at..].split_once('>').map_or("", |(_, behind)| behind)
}

/// Where a link leads, when that is somewhere to go to.
fn href(tag: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find("href=")? + "href=".len();
    let value = tag.get(at..)?;
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(char::is_whitespace).next()?,
    };
    let leads = ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| value.starts_with(scheme));
    leads.then(|| value.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy as _;

    use super::*;

    #[test]
    fn a_mail_is_read_without_its_tags_and_what_nobody_sees() {
        let mail = "<html><head><title>x</title><style>p{color:red}</style></head><body><div>Dear&nbsp;Anna,</div>\
                    <p>the printer <b>jams</b>\n again &amp; again.<br>See <a href=\"https://contoso.com/a?b=1&amp;c\">this \
                    page</a> or <a href='https://contoso.com'>https://contoso.com</a>.</p><ul><li>tray 1</li><li>tray 2\
                    </ul><table><tr><td>a</td><td>b</td></tr></table><script>alert('<b>')</script><!-- no -->Bye";
        assert_eq!(
            lines(mail),
            [
                "Dear Anna,",
                "",
                "the printer jams again & again.",
                "See this page (https://contoso.com/a?b=1&c) or https://contoso.com.",
                "",
                "- tray 1",
                "- tray 2",
                "",
                "a  b",
                "",
                "Bye"
            ]
        );
    }

    #[test]
    fn text_with_a_sign_in_it_is_no_html() {
        assert_eq!(
            lines("if a < b and c > d\n\n  <later>\n\tx\n\n"),
            ["if a < b and c > d", "", "  <later>", "    x"]
        );
        assert_eq!(lines("a < b<br>c &lt; d &nosuch; &#65;&#x42;"), ["a < b", "c < d &nosuch; AB"]);
    }

    #[test]
    fn what_a_terminal_could_obey_is_left_out_however_it_is_written() {
        assert_eq!(lines("<p>a\u{1b}[31m&#27;&#x9b;b&#x202e;c</p>"), ["a[31mbc"]);
        assert_eq!(lines("a\u{1b}[31m\u{7}b"), ["a[31mb"]);
    }

    #[test]
    fn broken_html_is_read_as_far_as_it_goes() {
        assert_eq!(lines("<p>one<a href=\"https://x>two</p><p>three"), ["onetwo", "", "three"]);
        assert_eq!(lines("<div>one<script>two"), ["one"]);
        assert_eq!(lines("<div>one</di"), ["one"]);
    }

    #[test]
    fn a_long_text_is_cut_and_says_so_and_deep_nesting_is_nothing_special() {
        let long = format!("<p>{}", "é".repeat(LONGEST));
        assert_eq!(lines(&long).last().unwrap(), "... 65 KB more are not shown.");
        assert_eq!(lines(&format!("{}x", "<div>".repeat(10_000))), ["x"]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_no_line_has_a_control_character_and_nothing_grows(
            parts in proptest::collection::vec(
                proptest::prop_oneof![
                    proptest::sample::select(vec![
                        "<p>", "</p>", "<br/>", "<a href=\"https://x\">", "</a>", "<script>", "</script", "<!--", "-->",
                        "<", ">", "\"", "'", "&", "&#27;", "&#x;", "&#1114112;", "&nbsp;", "<li>", "<td>", "\u{1b}]",
                        "\r\n", "\0", "\u{9b}", "\u{202e}", "é", "<div", "/>", "&#xd800;", "<style>",
                    ]).prop_map(str::to_owned),
                    proptest::string::string_regex(".{0,6}").unwrap(),
                ],
                0..60,
            )
        ) {
            let text = parts.concat();
            let lines = lines(&text);
            proptest::prop_assert!(lines.iter().all(|line| !line.chars().any(char::is_control)), "{lines:?}");
            let read: usize = lines.iter().map(String::len).sum();
            proptest::prop_assert!(read <= 4 * text.len() + 8, "{read} of {}", text.len());
        }
    }
}
