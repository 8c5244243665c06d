//! Who is signed in, to what, and what a sign-in asks of the person.

use jiff::Timestamp;

use super::keymap::Keymap;
use super::places::Listed;
use crate::dataverse::RowId;

/// How far the session is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Session {
    /// Nobody is signed in.
    #[default]
    SignedOut,
    /// A kept sign-in is being checked.
    Connecting,
    /// Ready to work.
    SignedIn(Identity),
}

impl Session {
    /// Who is signed in, to be changed.
    pub fn identity_mut(&mut self) -> Option<&mut Identity> {
        match self {
            Self::SignedIn(identity) => Some(identity),
            _ => None,
        }
    }

    /// Who is signed in.
    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Self::SignedIn(identity) => Some(identity),
            _ => None,
        }
    }
}

/// The person and the environment of a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Origin of the environment.
    pub address: String,
    /// What row 1 calls the environment: `contoso-uat`.
    pub environment: String,
    /// The environment's kind as the badge shows it: `SANDBOX`, `PROD`. A label of its own follows.
    pub badge: String,
    /// Colour of the badge, as the profile has it.
    pub colour: Option<Box<str>>,
    /// Writes need more care here; unknown counts as production.
    pub production: bool,
    /// What is typed to unlock writes, and for changes of many rows.
    pub alias: String,
    /// Whether the session can write.
    pub writes: Writes,
    /// The signed-in person's name.
    pub user: String,
    /// The person's row, where it is known. Boxed, because an identity travels in events.
    pub user_id: Option<Box<RowId>>,
}

/// Whether a session can write. The client's guard decides; this is what the screens know of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Writes {
    #[default]
    Open,
    /// Not now, for this reason; the environment's alias unlocks.
    Closed(String),
    /// Until then; closed for the reason from then on.
    Unlocked(String, Timestamp),
    /// Never in this session, for this reason.
    Locked(String),
}

impl Identity {
    /// Why the session cannot write, as a sentence; none when it can.
    pub fn read_only(&self) -> Option<&str> {
        match &self.writes {
            Writes::Open | Writes::Unlocked(..) => None,
            Writes::Closed(reason) | Writes::Locked(reason) => Some(reason),
        }
    }

    /// Until when writes are unlocked.
    pub fn unlocked_until(&self) -> Option<Timestamp> {
        match &self.writes {
            Writes::Unlocked(_, until) => Some(*until),
            _ => None,
        }
    }
}

/// What the next connection or sign-in is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The service that lists environments.
    List,
    /// An environment, by its address as it was given.
    Environment(String),
}

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A code typed on any device.
    DeviceCode,
    /// A browser, here or elsewhere.
    Browser,
    /// As an application, with the secret or certificate that dv was started with.
    Application,
    /// As whoever is signed in to the Azure CLI.
    AzureCli,
    /// With a ready token.
    Token,
}

/// What the person has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Enter a code at an address.
    DeviceCode {
        /// The address, as the server sent it.
        address: String,
        /// The code.
        code: String,
        /// When the code is no longer good.
        expires: Timestamp,
        /// The address is one that a browser may be sent to.
        may_open: bool,
    },
    /// Sign in where the browser was opened.
    Browser {
        /// The address that the browser was sent to.
        address: String,
    },
}

impl Prompt {
    /// The same as plain lines, below those of an earlier sign-in that is no longer good.
    pub fn plain_anew(&self) -> String {
        format!("This replaces what stands above:\n{}", self.plain())
    }

    /// The same as plain lines, to be copied.
    pub fn plain(&self) -> String {
        match self {
            Self::DeviceCode { address, code, .. } => format!("Open: {address}\nCode: {code}"),
            Self::Browser { address } => format!("Open: {address}"),
        }
    }

    /// The port of this machine that the browser comes back to; a tunnel leads there from another machine.
    pub fn way_back(&self) -> Option<u16> {
        let Self::Browser { address } = self else { return None };
        let (_, redirect) = address.split_once("redirect_uri=")?;
        let redirect = redirect.split('&').next()?.replace("%3A", ":").replace("%2F", "/");
        let (_, port) = redirect.strip_prefix("http://")?.split_once(':')?;
        port.split('/').next()?.parse().ok()
    }

    /// The address to open.
    pub fn address(&self) -> &str {
        match self {
            Self::DeviceCode { address, .. } | Self::Browser { address } => address,
        }
    }
}

/// What is known before anything was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Version of the program.
    pub version: String,
    /// Host of the environment, where one was named.
    pub environment: Option<String>,
    /// The environments that are remembered from an earlier start.
    pub places: Vec<Listed>,
    /// The way that is tried first.
    pub way: Way,
    /// The terminal is at the other end of a slow line: smaller pages.
    pub remote: bool,
    /// A browser can open on this machine.
    pub desktop: bool,
    /// The terminal shows ASCII only: no picture made of blocks.
    pub ascii: bool,
    /// The keys in effect.
    pub keymap: Keymap,
}

impl Start {
    /// Rows that are asked for at a time.
    pub fn page_size(&self) -> u32 {
        if self.remote { 50 } else { 250 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_way_back_is_read_from_the_address() {
        let port =
            |query: &str| Prompt::Browser { address: format!("https://login/authorize?{query}") }.way_back();
        assert_eq!(port("a=b&redirect_uri=http%3A%2F%2Flocalhost%3A45123&c=d"), Some(45123));
        assert_eq!(port("redirect_uri=http://127.0.0.1:8400/"), Some(8400));
        assert_eq!(port("redirect_uri=http%3A%2F%2Flocalhost&c=d%3A1"), None);
        assert_eq!(port("x=y"), None);
    }
}
