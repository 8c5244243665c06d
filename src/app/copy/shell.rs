//! Command lines that do what the screen did, for a POSIX shell. No token is ever in them.

use std::fmt::Write as _;

use crate::dataverse::{Query, RowId, Table, Wire};

/// An argument that the shell takes as it is, whatever is in it.
pub fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    // A control character that is pasted is a key that is pressed: it is spelled out, in the form of bash and zsh.
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(out, "\\x{byte:02x}"); // writing to a String cannot fail
                }
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A read by curl, with the token of the sign-in to this environment.
pub fn curl(origin: &str, url: &str, prefer: Option<&str>) -> String {
    let token = format!("Authorization: Bearer $(dv token --url {})", quoted(origin));
    let mut line = format!(
        "curl -sS --compressed {} -H \"{token}\" -H 'Accept: application/json' -H 'OData-MaxVersion: 4.0' \
         -H 'OData-Version: 4.0'",
        quoted(url)
    );
    if let Some(prefer) = prefer {
        line.push_str(&format!(" -H {}", quoted(&format!("Prefer: {prefer}"))));
    }
    line
}

/// A write by curl, with the token of the sign-in to this environment. `file` is where its body is on this machine.
pub fn curl_write(origin: &str, wire: &Wire, file: Option<&str>) -> String {
    let url = quoted(&format!("{origin}{}", wire.path));
    let token = format!("Authorization: Bearer $(dv token --url {})", quoted(origin));
    let mut line = format!("curl -sS --compressed -X {} {url} -H \"{token}\"", wire.method);
    for (name, value) in &wire.all_headers {
        let _ = write!(line, " -H {}", quoted(&format!("{name}: {value}"))); // writing to a String cannot fail
    }
    let data = match (file, wire.body.as_str()) {
        (Some(file), _) => quoted(&format!("@{file}")),
        // Without data curl tells no length, which a server may insist on; with it, it tells a kind that is wrong.
        (None, "") if wire.method == "POST" => "'' -H Content-Type:".to_owned(),
        (None, "") => return line,
        (None, body) => quoted(body),
    };
    line.push_str(&format!(" --data-binary {data}"));
    line
}

/// The command that prints the rows of a query.
pub fn rows(origin: &str, table: &Table, query: &Query) -> String {
    let mut line = format!("dv rows {}", quoted(table.name.as_str()));
    if !query.selected().is_empty() {
        line.push_str(&format!(" --select {}", quoted(&query.selected().join(","))));
    }
    if let Some(condition) = query.condition() {
        line.push_str(&format!(" --filter {}", quoted(&condition.to_string())));
    }
    if !query.ordering().is_empty() {
        let order: Vec<String> = query.ordering().iter().map(ToString::to_string).collect();
        line.push_str(&format!(" --order {}", quoted(&order.join(","))));
    }
    format!("{line} --url {}", quoted(origin))
}

/// The command that prints one row.
pub fn get(origin: &str, table: &Table, id: RowId) -> String {
    format!("dv get {} {id} --url {}", quoted(table.name.as_str()), quoted(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a shell makes of an argument.
    fn heard_by(shell: &str, argument: &str) -> String {
        let script = format!("printf %s {argument}");
        let output = std::process::Command::new(shell).arg("-c").arg(script).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn a_shell_hears_an_argument_as_it_was() {
        for text in ["", "plain", "it's", "a b", "$(rm -rf /)", "`x`", "!x", "a\\b", "\"q\"", "*?[~", "é 宽"]
        {
            assert_eq!(heard_by("sh", &quoted(text)), text);
        }
    }

    /// The arguments that a program of this name hears on a line; the token is a command's.
    fn arguments(line: &str) -> Vec<String> {
        let script = format!("dv() {{ printf TOKEN; }}; curl() {{ printf '%s\\0' \"$@\"; }}; {line}");
        let output = std::process::Command::new("bash").arg("-c").arg(script).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    fn wire(method: &str, body: &str) -> Wire {
        Wire {
            method: method.into(),
            path: "/api/data/v9.2/incidents(1)?$select=title".into(),
            headers: vec![],
            all_headers: vec![("If-Match".into(), "W/\"7\"".into())],
            body: body.into(),
        }
    }

    #[test]
    fn curl_hears_a_write_with_its_headers_and_its_body_whatever_is_in_it() {
        for body in ["{\"title\":\"it's $(x) `y` \\n é \u{9b}\"}", "--a\r\n\r\n{\"b\":1}\r\n--a--\r\n"] {
            let line = curl_write("https://a.crm.dynamics.com", &wire("PATCH", body), None);
            assert!(!line.chars().any(char::is_control), "{line}");
            let expected = [
                "-sS",
                "--compressed",
                "-X",
                "PATCH",
                "https://a.crm.dynamics.com/api/data/v9.2/incidents(1)?$select=title",
                "-H",
                "Authorization: Bearer TOKEN",
                "-H",
                "If-Match: W/\"7\"",
                "--data-binary",
                body,
            ];
            assert_eq!(arguments(&line), expected);
        }
    }

    #[test]
    fn a_write_without_a_body_sends_none_and_a_file_is_named() {
        let line =
            |method, file| arguments(&curl_write("https://a.crm.dynamics.com", &wire(method, ""), file));
        assert!(line("DELETE", None).ends_with(&["-H".into(), "If-Match: W/\"7\"".into()]));
        assert!(
            line("POST", None).ends_with(&["--data-binary", "", "-H", "Content-Type:"].map(String::from))
        );
        let file = line("PATCH", Some("/home/anna/it's.pdf"));
        assert!(file.ends_with(&["--data-binary", "@/home/anna/it's.pdf"].map(String::from)), "{file:?}");
    }

    #[test]
    fn a_control_character_is_spelled_out() {
        let quoted = quoted("a\u{1b}[31m'\\\nb\u{9b}");
        assert_eq!(quoted, "$'a\\x1b[31m\\'\\\\\\nb\\xc2\\x9b'");
        assert!(!quoted.chars().any(char::is_control));
    }

    #[test]
    fn curl_has_the_token_by_a_command_and_never_itself() {
        let line = curl(
            "https://contoso.crm4.dynamics.com",
            "https://contoso.crm4.dynamics.com/api/data/v9.2/incidents?$top=1&$filter=x%20eq%20%27it%27",
            Some("odata.include-annotations=\"*\""),
        );
        assert!(
            line.contains("\"Authorization: Bearer $(dv token --url https://contoso.crm4.dynamics.com)\"")
        );
        assert!(line.contains("'https://contoso.crm4.dynamics.com/api/data/v9.2/incidents?$top=1&$filter"));
        assert!(line.ends_with("-H 'Prefer: odata.include-annotations=\"*\"'"), "{line}");
    }
}
