//! `column=value` as it stands in a command: the value itself, a file's text or standard input's.

use std::fs::File;
use std::io::{self, IsTerminal, Read};

use super::CliError;

/// Values longer than this are refused: no column holds so much.
const LONGEST: u64 = 16 << 20;

/// A column and the text for it, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// Logical name of the column.
    pub(super) column: String,
    /// The text; empty for no value.
    pub(super) text: String,
}

/// Where the text of a value is.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    Here(&'a str),
    File(&'a str),
    Input,
}

/// Reads all assignments with their files. Standard input is read at most once.
///
/// # Errors
///
/// A usage error for what is no assignment, a column that stands there twice, and text that cannot be read.
pub(super) fn read(arguments: &[String]) -> Result<Vec<Given>, CliError> {
    let parts = arguments.iter().map(|argument| split(argument)).collect::<Result<Vec<_>, _>>()?;
    for (at, (column, source)) in parts.iter().enumerate() {
        if parts[..at].iter().any(|(other, _)| other == column) {
            return Err(CliError::usage(format!("{column} is given twice")).hint("leave one of them out"));
        }
        if *source == Source::Input && parts[..at].iter().any(|(_, other)| *other == Source::Input) {
            return Err(CliError::usage("standard input is one text, and two columns want it")
                .hint("give one of them by `column=@file`"));
        }
    }
    parts
        .into_iter()
        .map(|(column, source)| Ok(Given { column: column.to_owned(), text: text(column, &source)? }))
        .collect()
}

/// Reads one text that stands by itself; `name` is what it is called in messages.
///
/// # Errors
///
/// As [`read`].
pub(super) fn one(name: &str, value: &str) -> Result<String, CliError> {
    let given = read(&[format!("{name}={value}")])?;
    Ok(given.into_iter().map(|given| given.text).collect())
}

/// `title=New title`, `description=@notes.txt`, `description=-`; `@@` begins a text that begins with `@`.
fn split(argument: &str) -> Result<(&str, Source<'_>), CliError> {
    let (column, value) =
        argument.split_once('=').filter(|(column, _)| !column.trim().is_empty()).ok_or_else(|| {
            CliError::usage(format!("`{argument}` is no `column=value`")).hint(
                "such as `prioritycode=High`, `description=@notes.txt` or, for no value, `description=`",
            )
        })?;
    let source = match (value, value.strip_prefix('@')) {
        ("-", _) => Source::Input,
        (_, Some(rest)) if rest.starts_with('@') => Source::Here(rest),
        (_, Some(file)) => Source::File(file),
        _ => Source::Here(value),
    };
    Ok((column.trim(), source))
}

fn text(column: &str, source: &Source<'_>) -> Result<String, CliError> {
    let unreadable = |what: &str, why: &dyn std::fmt::Display| {
        CliError::usage(format!("{column}: {what} cannot be read: {why}"))
    };
    let (what, bytes) = match source {
        Source::Here(text) => return Ok((*text).to_owned()),
        Source::File(path) => {
            let bytes = File::open(path).and_then(|file| bounded(&file));
            (format!("the file {path}"), bytes)
        }
        Source::Input if io::stdin().is_terminal() => {
            return Err(
                unreadable("standard input", &"it is a terminal").hint("pipe the text in, or name a file")
            );
        }
        Source::Input => ("standard input".to_owned(), bounded(io::stdin().lock())),
    };
    let bytes = bytes.map_err(|error| {
        let told = unreadable(&what, &error);
        match source {
            Source::File(_) => told.hint("a value that begins with @ is written with two: `column=@@text`"),
            _ => told,
        }
    })?;
    if bytes.len() as u64 > LONGEST {
        let most = LONGEST >> 20;
        return Err(CliError::usage(format!("{column}: {what} is longer than {most} MB"))
            .hint("no column holds so much text"));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| unreadable(&what, &"it is not UTF-8 text"))?;
    // As in `$(...)` of a shell, the end of the last line is no part of the value.
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(argument: &str) -> Result<(String, String), String> {
        let read = read(&[argument.to_owned()]).map_err(|error| format!("{error:?}"))?;
        Ok((read[0].column.clone(), read[0].text.clone()))
    }

    #[test]
    fn an_assignment_is_a_column_and_the_rest_is_its_value() {
        for (argument, column, text) in [
            ("title=New title", "title", "New title"),
            ("title=a=b", "title", "a=b"),
            (" title = x ", "title", " x "),
            ("description=", "description", ""),
            ("name=@@anna", "name", "@anna"),
            ("name=a@b", "name", "a@b"),
            ("name=--", "name", "--"),
        ] {
            assert_eq!(given(argument), Ok((column.into(), text.into())), "{argument}");
        }
        for wrong in ["title", "=x", " =x", ""] {
            assert!(given(wrong).unwrap_err().contains("is no `column=value`"), "{wrong}");
        }
    }

    #[test]
    fn a_file_gives_its_text_without_the_end_of_its_last_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        for (bytes, text) in
            [("a\nb\n", "a\nb"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a", "a"), ("", ""), ("\n", "")]
        {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(given(&format!("x=@{}", path.display())).unwrap().1, text, "{bytes:?}");
        }
        std::fs::write(&path, b"a\xff").unwrap();
        assert!(given(&format!("x=@{}", path.display())).unwrap_err().contains("not UTF-8"));
        std::fs::write(&path, vec![b'a'; (LONGEST + 1) as usize]).unwrap();
        assert!(given(&format!("x=@{}", path.display())).unwrap_err().contains("longer than 16 MB"));
        let missing = given(&format!("x=@{}", folder.path().join("none").display())).unwrap_err();
        assert!(missing.contains("cannot be read") && missing.contains("@@"), "{missing}");
    }

    #[test]
    fn nothing_is_given_twice() {
        let twice = |arguments: [&str; 2]| format!("{:?}", read(&arguments.map(str::to_owned)).unwrap_err());
        assert!(twice(["a=1", "a=2"]).contains("a is given twice"));
        assert!(twice(["a=-", "b=-"]).contains("two columns want it"));
    }
}
