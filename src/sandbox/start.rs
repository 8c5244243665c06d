use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::uuid;

use super::api::{Api, Config, Organization};
use super::clock::Clock;
use super::entra::{
    Entra, Lifetimes, NOT_PUBLIC, PUBLIC_CLIENT, UNKNOWN, WITHOUT_CONSENT, WITHOUT_PERMISSION,
};
use super::faults::Faults;
use super::ready::{Confidential, Ready, ReadyEnvironment, ReadyUser};
use super::request_log::RequestLog;
use super::server::{Running, World, serve};
use super::sites::{Origin, Sites};
use super::tls::{self, Identity};
use super::users::{CONFIDENTIAL_CLIENT, TENANT, User, users};
use super::{Error, Options, private};

/// A running sandbox. Dropping it stops it: it accepts nothing more and ends its connections.
#[derive(Debug)]
pub struct Sandbox {
    ready: Ready,
    clock: Clock,
    running: Running,
    /// Where the files are that nobody named a place for; removed with the sandbox.
    _folder: TempDir,
}

/// Starts a sandbox. It listens and holds its rows when this returns. Needs a runtime with I/O and time.
///
/// # Errors
///
/// An address that is not loopback or is taken, data that cannot be opened, files that cannot be written.
pub async fn start(options: Options) -> Result<Sandbox, Error> {
    if !options.listen.ip().is_loopback() {
        return Err(Error::NotLoopback(options.listen));
    }
    let beside = SocketAddr::new(options.listen.ip(), 0);
    let api_listener = listen(options.listen).await?;
    let entra_listener = listen(beside).await?;
    let discovery_listener = listen(beside).await?;
    // What is there for tests alone goes with the controls.
    let for_tests = async || -> Result<_, Error> {
        if options.controls { listen(beside).await.map(Some) } else { Ok(None) }
    };
    let (foreign_listener, proxy_listener) = (for_tests().await?, for_tests().await?);
    let controls_listener = for_tests().await?;
    let sites = Sites {
        tls: options.tls,
        api: address(&api_listener)?,
        entra: address(&entra_listener)?,
        discovery: address(&discovery_listener)?,
        foreign: foreign_listener.as_ref().map(address).transpose()?,
        controls: controls_listener.as_ref().map(address).transpose()?,
    };

    let folder = private::temporary_folder().map_err(unwritten(Path::new("a temporary folder")))?;
    let clock = Clock::default();
    let organization = organization(&sites);
    let config = Config {
        root: sites.api_root(),
        data: options.data.clone().unwrap_or_else(|| folder.path().join("rows.db")),
        seed: options.seed,
        rows: options.rows,
        organization: organization.clone(),
        users: users(),
    };
    let api = tokio::task::spawn_blocking(move || Api::open(config))
        .await
        .map_err(|error| Error::Data(Box::new(error)))??;
    let lifetimes = Lifetimes {
        auto_approve: options.auto_approve,
        device_code: options.code_lifetime,
        access_token: options.token_lifetime,
    };
    let entra = Entra::new(clock.clone(), sites.clone(), users(), lifetimes)?;
    let identity = if options.tls { Some(tls::identity()?) } else { None };
    let files = Files::write(&options, folder.path(), &entra, identity.as_ref())?;
    let proxy = proxy_listener.as_ref().map(address).transpose()?;
    let ready = Ready {
        proxy: proxy.map(|proxy| format!("http://{proxy}")),
        ..ready(&sites, &organization, &entra, &files)
    };
    let acceptor = identity.map(|identity| identity.acceptor);
    let world = Arc::new(World {
        clock: clock.clone(),
        sites,
        entra,
        api,
        organizations: vec![organization],
        log: RequestLog::default(),
        faults: Faults::default(),
    });

    let running = Running::default();
    let listeners = [
        (Some(api_listener), Origin::Api),
        (Some(entra_listener), Origin::Entra),
        (Some(discovery_listener), Origin::Discovery),
        (foreign_listener, Origin::Foreign),
        (proxy_listener, Origin::Proxy),
        (controls_listener, Origin::Controls),
    ];
    for (listener, origin) in listeners {
        if let Some(listener) = listener {
            running.tasks.spawn(serve(
                listener,
                origin,
                acceptor.clone().filter(|_| origin != Origin::Proxy),
                Arc::clone(&world),
                running.clone(),
            ));
        }
    }
    Ok(Sandbox { ready, clock, running, _folder: folder })
}

impl Sandbox {
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Moves the sandbox's time forward, as if so much of it had passed: codes and tokens age at once.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Stops listening, ends every connection and waits until nothing runs any more.
    pub async fn stop(self) {
        self.running.stop.cancel();
        self.running.tasks.close();
        self.running.tasks.wait().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.running.stop.cancel();
    }
}

/// The files that a sandbox writes for its clients.
struct Files {
    ca: Option<PathBuf>,
    certificate: PathBuf,
    private_key: PathBuf,
}

impl Files {
    fn write(
        options: &Options,
        folder: &Path,
        entra: &Entra,
        identity: Option<&Identity>,
    ) -> Result<Files, Error> {
        let path = match &options.out_dir {
            Some(path) => {
                private::make_folder(path).map_err(unwritten(path))?;
                path
            }
            None => folder,
        };
        let certificate = path.join("client-certificate.pem");
        let private_key = path.join("client-key.pem");
        for (path, text) in
            [(&certificate, entra.client_certificate_pem()), (&private_key, entra.client_key_pem())]
        {
            private::write(path, text).map_err(unwritten(path))?;
        }
        let ca = match identity {
            Some(identity) => {
                let ca = options.ca_out.clone().unwrap_or_else(|| path.join("ca.pem"));
                std::fs::write(&ca, &identity.ca_pem).map_err(unwritten(&ca))?;
                Some(ca)
            }
            None => None,
        };
        Ok(Files { ca, certificate, private_key })
    }
}

fn unwritten(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    |source| Error::Write { path: path.to_owned(), source }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, Error> {
    let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
    listener.local_addr().map_err(|source| Error::Listen { address: unknown, source })
}

fn organization(sites: &Sites) -> Organization {
    Organization {
        id: uuid!("883278f5-07af-45eb-a0bc-3fea67caa544"),
        name: "contoso-uat".to_owned(),
        friendly_name: "Contoso UAT".to_owned(),
        unique_name: "unq883278f507af45eba0bc3fea67caa".to_owned(),
        url: sites.api_root(),
        tenant: TENANT,
        kind: 5,
        state: 0,
        environment_id: uuid!("2f6b0c1e-8d47-e9a3-b5d2-70c4f18a93be"),
    }
}

fn ready(sites: &Sites, organization: &Organization, entra: &Entra, files: &Files) -> Ready {
    let failing = [
        ("65001", WITHOUT_CONSENT),
        ("650057", WITHOUT_PERMISSION),
        ("700016", UNKNOWN),
        ("7000218", NOT_PUBLIC),
    ];
    Ready {
        url: sites.api_root(),
        authority: format!("{}/{TENANT}", sites.entra_root()),
        tenant: TENANT.to_string(),
        client_id: PUBLIC_CLIENT.to_string(),
        controls: sites.controls.map(|address| sites.root(address)),
        foreign: sites.foreign.map(|address| sites.root(address)),
        discovery: sites.discovery_root(),
        ca: files.ca.clone(),
        environments: vec![ReadyEnvironment {
            name: organization.name.clone(),
            url: organization.url.clone(),
            organization_id: organization.id.to_string(),
            kind: organization.kind,
            state: organization.state,
        }],
        users: users().iter().filter(|user| user.application_id.is_none()).map(ready_user).collect(),
        confidential: Confidential {
            client_id: CONFIDENTIAL_CLIENT.to_string(),
            client_secret: entra.client_secret().to_owned(),
            certificate: files.certificate.clone(),
            private_key: files.private_key.clone(),
        },
        clients: failing
            .iter()
            .map(|(code, id)| ((*code).to_owned(), id.to_string()))
            .collect::<BTreeMap<_, _>>(),
        proxy: None,
    }
}

fn ready_user(user: &User) -> ReadyUser {
    ReadyUser {
        name: user.name.to_owned(),
        upn: user.upn.to_owned(),
        oid: user.oid.to_string(),
        roles: user.roles.iter().map(|role| role.name().to_owned()).collect(),
    }
}
