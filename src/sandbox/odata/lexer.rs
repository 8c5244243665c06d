use uuid::Uuid;

use super::Error;
use super::ast::Literal;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, with its dots.
    Name(String),
    Literal(Literal),
    /// `@alias`.
    Alias(String),
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    Slash,
    Colon,
    Equals,
}

/// Cuts a decoded expression into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let characters: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { characters: &characters, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    characters: &'a [char],
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Result<Option<Token>, Error> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let Some(character) = self.peek() else { return Ok(None) };
        let single = match character {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            '[' => Some(Token::OpenList),
            ']' => Some(Token::CloseList),
            ',' => Some(Token::Comma),
            '/' => Some(Token::Slash),
            ':' => Some(Token::Colon),
            '=' => Some(Token::Equals),
            _ => None,
        };
        if let Some(token) = single {
            self.at += 1;
            return Ok(Some(token));
        }
        match character {
            '\'' => Ok(Some(Token::Literal(Literal::Text(self.quoted()?)))),
            '"' => Ok(Some(Token::Literal(Literal::Text(self.json_string()?)))),
            '@' => {
                self.at += 1;
                let name = self.word();
                Ok(Some(Token::Alias(name)))
            }
            c if c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | '$') => self.bare().map(Some),
            other => Err(Error::syntax(format!(
                "Syntax error: character '{other}' is not valid at position {} in '{}'.",
                self.at,
                self.characters.iter().collect::<String>()
            ))),
        }
    }

    /// Letters, digits and what names are made of.
    fn word(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$')) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    /// Something without quotes: a name, a number, a GUID, a date, or an enum's name before its member.
    fn bare(&mut self) -> Result<Token, Error> {
        let start = self.at;
        let dated = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '$');
        while let Some(c) = self.peek() {
            // A colon belongs to a time (10:30) and not to a lambda (t:t/subject).
            let in_time = c == ':'
                && self.characters[start..self.at].contains(&'T')
                && self.characters[start].is_ascii_digit();
            if !dated(c) && !in_time {
                break;
            }
            self.at += 1;
        }
        let text: String = self.characters[start..self.at].iter().collect();
        if self.peek() == Some('\'') {
            let member = self.quoted()?;
            return Ok(Token::Literal(Literal::Enum { name: text, member }));
        }
        Ok(match text.as_str() {
            "null" => Token::Literal(Literal::Null),
            "true" => Token::Literal(Literal::Bool(true)),
            "false" => Token::Literal(Literal::Bool(false)),
            _ => bare_literal(&text).map_or(Token::Name(text), Token::Literal),
        })
    }

    /// `'O''Brien'`.
    fn quoted(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                Some('\'') if self.characters.get(self.at + 1) == Some(&'\'') => {
                    text.push('\'');
                    self.at += 2;
                }
                Some('\'') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(c) => {
                    text.push(c);
                    self.at += 1;
                }
                None => {
                    return Err(Error::syntax(format!(
                        "There is an unterminated string literal at position {} in '{}'.",
                        self.at,
                        self.characters.iter().collect::<String>()
                    )));
                }
            }
        }
    }

    /// `"text"`, as in lists of values.
    fn json_string(&mut self) -> Result<String, Error> {
        let start = self.at;
        self.at += 1;
        while let Some(c) = self.peek() {
            self.at += if c == '\\' { 2 } else { 1 };
            if c == '"' {
                let end = self.at.min(self.characters.len());
                let raw: String = self.characters[start..end].iter().collect();
                return serde_json::from_str(&raw)
                    .map_err(|_| Error::syntax(format!("The text {raw} is not valid JSON.")));
            }
        }
        Err(Error::syntax("There is an unterminated string literal."))
    }
}

fn bare_literal(text: &str) -> Option<Literal> {
    if text.len() == 36
        && let Ok(id) = Uuid::try_parse(text)
    {
        return Some(Literal::Guid(id));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if is_number(digits) {
        return Some(Literal::Number(text.strip_prefix('+').unwrap_or(text).to_owned()));
    }
    Some(Literal::Date(text.to_owned()))
        .filter(|_| digits.len() >= 10 && digits.as_bytes().get(4) == Some(&b'-'))
}

/// `12`, `12.5`, `1e9`.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent =
        exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)));
    let mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    mantissa && exponent
}
