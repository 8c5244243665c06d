use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// How a sandbox is set up. The default is what `dv sandbox` without flags runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the Web API of the first environment listens: loopback only, port 0 lets the system choose. The other
    /// listeners take ports of their own at the same address.
    pub listen: SocketAddr,
    /// The file with the rows. Without one they live as long as the sandbox.
    pub data: Option<PathBuf>,
    /// Same seed, same rows.
    pub seed: u64,
    pub rows: RowCounts,
    /// Serve https with a certificate authority made at start.
    pub tls: bool,
    /// What is wrong with the certificate, when something is.
    pub tls_fault: Option<TlsFault>,
    /// Where to write that authority's certificate, as PEM.
    pub ca_out: Option<PathBuf>,
    /// Where the certificate and the key of the confidential client go. Without one, a temporary folder.
    pub out_dir: Option<PathBuf>,
    /// Device and browser sign-ins approve themselves after this long.
    pub auto_approve: Option<Duration>,
    /// How long a device code is good for.
    pub code_lifetime: Duration,
    /// How long an access token is good for, whole seconds.
    pub token_lifetime: Duration,
    /// Whether the controls answer.
    pub controls: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: None,
            seed: 1,
            rows: RowCounts::default(),
            tls: false,
            tls_fault: None,
            ca_out: None,
            out_dir: None,
            auto_approve: None,
            code_lifetime: Duration::from_secs(900),
            token_lifetime: Duration::from_secs(3600),
            controls: true,
        }
    }
}

/// What is wrong with the certificate of every listener but the controls', where a test looks what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFault {
    /// Its time was over yesterday.
    Expired,
    /// It is for another host.
    WrongHost,
}

/// How many rows the large tables are seeded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCounts {
    pub incident: u32,
    pub account: u32,
    pub contact: u32,
}

impl Default for RowCounts {
    fn default() -> RowCounts {
        RowCounts { incident: 12_000, account: 4_000, contact: 8_000 }
    }
}
