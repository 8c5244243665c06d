//! What a profile says of its environment, beside where it is and how to sign in there.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use uuid::Uuid;

/// How careful to be with an environment, and how it is told from others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// What row 1 calls it beside its name.
    pub label: Option<String>,
    /// Colour of its badge.
    pub colour: Option<Colour>,
    /// What is typed to unlock writes; the profile's name without one.
    pub alias: Option<String>,
    /// A person's word on whether it is production. It never takes back what the environment says of itself.
    pub production: Option<bool>,
    /// Nothing is ever written through this profile.
    pub read_only: bool,
    /// The organization behind the address. Another one there is refused.
    pub organization_id: Option<Uuid>,
}

/// A colour: one of sixteen names, or `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Colour(String);

/// The names that every terminal has a colour for.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

impl Colour {
    /// As it is written in a profile.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Colour, String> {
        let text = text.trim().to_lowercase().replace("grey", "gray");
        let hex = text
            .strip_prefix('#')
            .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match hex || NAMES.contains(&text.as_str()) {
            true => Ok(Colour(text)),
            false => Err(format!("`{text}` is no colour: #rrggbb, or one of {}", NAMES.join(", "))),
        }
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Colour, String> {
        text.parse()
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The way in that a profile prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A code typed on any device.
    DeviceCode,
    /// The browser of this machine.
    Browser,
    /// A browser elsewhere; the address that it ends at is pasted here.
    Paste,
    /// An application with a secret, from `client_secret_file` or the environment.
    ClientSecret,
    /// An application with the certificate in `certificate_file`.
    Certificate,
    /// The session of the Azure CLI.
    AzureCli,
    /// A ready token.
    Token,
}

impl Way {
    /// Every way, as it is written in a profile.
    pub const ALL: [(&'static str, Way); 7] = [
        ("device-code", Way::DeviceCode),
        ("browser", Way::Browser),
        ("paste", Way::Paste),
        ("client-secret", Way::ClientSecret),
        ("certificate", Way::Certificate),
        ("azure-cli", Way::AzureCli),
        ("token", Way::Token),
    ];

    /// As it is written in a profile.
    pub fn as_str(self) -> &'static str {
        Way::ALL.iter().find(|(_, way)| *way == self).map_or("", |(name, _)| name)
    }
}

impl FromStr for Way {
    type Err = String;

    fn from_str(text: &str) -> Result<Way, String> {
        let found = Way::ALL.iter().find(|(name, _)| *name == text.trim());
        found.map(|(_, way)| *way).ok_or_else(|| {
            let names = Way::ALL.map(|(name, _)| name);
            format!("`{text}` is no way to sign in: {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_a_name_or_six_hexadecimal_digits() {
        for (text, colour) in [
            ("Red", "red"),
            (" light-blue ", "light-blue"),
            ("dark-grey", "dark-gray"),
            ("#FF8800", "#ff8800"),
        ] {
            assert_eq!(text.parse::<Colour>().map(|colour| colour.0), Ok(colour.to_owned()), "{text}");
        }
        for text in ["", "reddish", "#ff88", "#ff88001", "#gg0000", "\u{1b}[31m"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_way_is_written_as_it_is_read() {
        for (name, way) in Way::ALL {
            assert_eq!((way.as_str(), name.parse()), (name, Ok(way)));
        }
        assert!("password".parse::<Way>().unwrap_err().contains("device-code"));
    }
}
