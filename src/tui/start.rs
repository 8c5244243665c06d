//! What the program on the screen is started with.

use secrecy::SecretString;
use std::io;
use std::path::PathBuf;

/// Everything that `cli` hands over, resolved from flags, environment and profile. Addresses are as they were given.
#[derive(Debug, Clone)]
pub struct Start {
    /// Address of the environment, such as `contoso.crm4`.
    pub url: Option<String>,
    /// Name of the profile in use.
    pub profile: Option<String>,
    /// The sign-in authority given by hand.
    pub authority: Option<String>,
    pub tenant: Option<String>,
    pub client_id: Option<String>,
    pub scope: Option<String>,
    /// More certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// Address of the Global Discovery Service.
    pub discovery: Option<String>,
    /// A ready access token instead of a sign-in.
    pub token: Option<SecretString>,
    /// This process runs over SSH.
    pub ssh: bool,
    /// A browser could open here.
    pub display: bool,
    /// The embedded sandbox: begin with the device code.
    pub demo: bool,
    /// Folders of the program; they may not exist yet.
    pub config_folder: PathBuf,
    pub state_folder: PathBuf,
    pub cache_folder: PathBuf,
}

/// Runs the program until it is left.
///
/// # Errors
///
/// When there is no terminal to draw on.
pub async fn run(start: Start) -> io::Result<()> {
    let _ = start;
    Err(io::Error::other("the screens are not part of this build"))
}
