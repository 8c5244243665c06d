//! Text that is on its way from a person to the sign-in, and is shown to nobody.

use std::fmt;

use zeroize::Zeroizing;

/// Longest text that is taken; tokens and addresses with a code are some KiB.
const MAX: usize = 256 << 10;

/// A token or an address with a code. It prints as nothing and is wiped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes one more part of it, typed or pasted. Line ends are none of it.
    pub fn push(&mut self, text: &str) {
        let room = MAX.saturating_sub(self.0.len());
        // A buffer that grows leaves a copy behind.
        let mut longer = Zeroizing::new(String::with_capacity(self.0.len() + text.len().min(room)));
        longer.push_str(&self.0);
        for c in text.chars().filter(|c| !c.is_control()) {
            if longer.len() + c.len_utf8() > MAX {
                break;
            }
            longer.push(c);
        }
        self.0 = longer;
    }

    /// Takes its last character away.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// How many characters it has.
    pub fn count(&self) -> usize {
        self.0.chars().count()
    }

    /// The text, for whoever uses it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} characters)", self.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_takes_text_without_line_ends_and_prints_as_nothing() {
        let mut secret = Secret::default();
        secret.push("eyJ\n0");
        secret.push("\u{1b}x1");
        secret.pop();
        assert_eq!((secret.expose(), secret.count()), ("eyJ0x", 5));
        assert!(!format!("{secret:?}").contains("eyJ"));
        secret.push(&"a".repeat(MAX + 10));
        assert_eq!(secret.count(), MAX);
    }
}
