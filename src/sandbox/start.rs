use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::clock::Clock;
use super::entra::{Entra, FAILING_CLIENTS, Lifetimes, PUBLIC_CLIENT};
use super::environments::{self, Environment, Environments};
use super::faults::Faults;
use super::ready::{Confidential, Ready, ReadyEnvironment, ReadyUser};
use super::request_log::RequestLog;
use super::server::{Running, World, serve};
use super::sites::{Origin, Sites};
use super::tls::{self, Identity};
use super::users::{CONFIDENTIAL_CLIENT, TENANT, User, users};
use super::{Error, Options, names, private};

/// A running sandbox. Dropping it stops it: it accepts nothing more and ends its connections.
#[derive(Debug)]
pub struct Sandbox {
    ready: Ready,
    clock: Clock,
    running: Running,
    /// Where the files are that nobody named a place for; removed with the sandbox.
    _folder: TempDir,
}

/// Starts a sandbox. It listens and holds the rows of the first environment when this returns, of all of them when they
/// are kept in files. Needs a runtime with I/O and time.
///
/// # Errors
///
/// An address that is not loopback or is taken, data that cannot be opened, files that cannot be written.
pub async fn start(options: Options) -> Result<Sandbox, Error> {
    if !options.listen.ip().is_loopback() {
        return Err(Error::NotLoopback(options.listen));
    }
    let beside = SocketAddr::new(options.listen.ip(), 0);
    let mut api_listeners = vec![listen(options.listen).await?];
    while api_listeners.len() < environments::COUNT {
        api_listeners.push(listen(beside).await?);
    }
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
        api: api_listeners.iter().map(address).collect::<Result<_, _>>()?,
        entra: address(&entra_listener)?,
        discovery: address(&discovery_listener)?,
        foreign: foreign_listener.as_ref().map(address).transpose()?,
        controls: controls_listener.as_ref().map(address).transpose()?,
    };

    let folder = private::temporary_folder().map_err(unwritten(Path::new("a temporary folder")))?;
    let clock = Clock::default();
    let running = Running::default();
    let roots = sites.api.iter().map(|address| sites.root(*address)).collect();
    let environments = Environments::new(&options, roots, folder.path(), running.tasks.clone());
    match options.data {
        Some(_) => environments.open_all().await?,
        None => environments.api(0).await.map(|_| ())?,
    }
    let lifetimes = Lifetimes {
        auto_approve: options.auto_approve,
        device_code: options.code_lifetime,
        access_token: options.token_lifetime,
    };
    let entra = Entra::new(clock.clone(), sites.clone(), users(), lifetimes)?;
    let identity = if options.tls { Some(tls::identity(options.tls_fault)?) } else { None };
    let files = Files::write(&options, folder.path(), &entra, identity.as_ref())?;
    let proxy = proxy_listener.as_ref().map(address).transpose()?;
    let ready = Ready {
        proxy: proxy.map(|proxy| format!("http://{proxy}")),
        ..ready(&sites, &environments, &entra, &files)
    };
    let world = Arc::new(World {
        clock: clock.clone(),
        sites,
        entra,
        environments,
        log: RequestLog::default(),
        faults: Faults::default(),
        spelling: names::spelled().await,
    });

    let apis =
        api_listeners.into_iter().enumerate().map(|(index, listener)| (Some(listener), Origin::Api(index)));
    let others = [
        (Some(entra_listener), Origin::Entra),
        (Some(discovery_listener), Origin::Discovery),
        (foreign_listener, Origin::Foreign),
        (proxy_listener, Origin::Proxy),
        (controls_listener, Origin::Controls),
    ];
    for (listener, origin) in apis.chain(others) {
        let Some(listener) = listener else { continue };
        let acceptor = identity.as_ref().and_then(|identity| match origin {
            Origin::Proxy => None,
            Origin::Controls => Some(identity.sound.clone()),
            _ => Some(identity.acceptor.clone()),
        });
        running.tasks.spawn(serve(listener, origin, acceptor, Arc::clone(&world), running.clone()));
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

fn ready(sites: &Sites, environments: &Environments, entra: &Entra, files: &Files) -> Ready {
    let environments: Vec<ReadyEnvironment> = environments.iter().map(ready_environment).collect();
    Ready {
        url: environments.first().map(|first| first.url.clone()).unwrap_or_default(),
        authority: format!("{}/{TENANT}", sites.entra_root()),
        tenant: TENANT.to_string(),
        client_id: PUBLIC_CLIENT.to_string(),
        controls: sites.controls.map(|address| sites.root(address)),
        foreign: sites.foreign.map(|address| sites.root(address)),
        discovery: sites.discovery_root(),
        ca: files.ca.clone(),
        environments,
        users: users().iter().filter(|user| user.application_id.is_none()).map(ready_user).collect(),
        confidential: Confidential {
            client_id: CONFIDENTIAL_CLIENT.to_string(),
            client_secret: entra.client_secret().to_owned(),
            certificate: files.certificate.clone(),
            private_key: files.private_key.clone(),
        },
        clients: FAILING_CLIENTS.iter().map(|(code, id)| ((*code).to_owned(), id.to_string())).collect(),
        proxy: None,
    }
}

fn ready_environment(environment: &Environment) -> ReadyEnvironment {
    let organization = environment.organization();
    ReadyEnvironment {
        name: organization.name.clone(),
        url: organization.url.clone(),
        organization_id: organization.id.to_string(),
        kind: organization.kind,
        state: organization.state,
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
