//! TLS for streams: whose certificate we show, whose we believe, and one connection's session.
//!
//! [`Server`] and [`Client`] hold what files say and read them again on demand: connections that
//! are open keep what they began with. Both speak TLS 1.2 and 1.3 with ring's ciphers.

mod files;
mod names;
mod session;

use files::Text;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, ring},
    server::WebPkiClientVerifier,
    sign::CertifiedKey,
};
use std::{
    io,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

pub(crate) use session::{Broken, Session};

/// A file and the configuration key that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The key, for messages.
    pub key: &'static str,
    /// Where the file is.
    pub path: PathBuf,
}

/// What we show to prove who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Our certificate and those between it and a root, PEM.
    pub certificate: File,
    /// The key of the certificate, PEM: PKCS #8, PKCS #1 or SEC 1.
    pub key: File,
}

/// What was wrong with the files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("{}: cannot read {}", .0.key, .0.path.display())]
    Unreadable(File, #[source] io::Error),
    /// A file holds no certificate.
    #[error("{}: no certificate in {}", .0.key, .0.path.display())]
    NoCertificate(File),
    /// A file holds no private key.
    #[error("{}: no private key in {}", .0.key, .0.path.display())]
    NoKey(File),
    /// The key is not that of the certificate.
    #[error("{}: the key in {} does not fit the certificate of {}", .key.key, .key.path.display(), .certificate.key)]
    Mismatch {
        /// The key's file.
        key: File,
        /// The certificate's file.
        certificate: File,
    },
    /// A certificate or key is of a kind that cannot be used.
    #[error("{}: cannot use {}", .0.key, .0.path.display())]
    Unusable(File, #[source] rustls::Error),
    /// Nothing that peers could be verified with.
    #[error("no trusted certificates")]
    NoRoots,
    /// A setting of the library that it does not take itself.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// Whether reading the files again changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// New connections get what the files say.
    Changed,
    /// The files are what they were.
    Unchanged,
}

/// The side that is connected to.
#[derive(Debug)]
pub struct Server {
    identity: Identity,
    client_roots: Option<File>,
    current: RwLock<Current<ServerConfig>>,
}

/// The side that connects.
#[derive(Debug)]
pub struct Client {
    identity: Option<Identity>,
    roots: Option<File>,
    current: RwLock<Current<ClientConfig>>,
}

#[derive(Debug)]
struct Current<C> {
    texts: Vec<Text>,
    config: Arc<C>,
}

impl Server {
    /// Reads the files. With `client_roots` a client may show a certificate, which must lead to one
    /// of them.
    ///
    /// # Errors
    /// A file that is missing or of no use, by the key that names it.
    pub fn load(identity: Identity, client_roots: Option<File>) -> Result<Self, Error> {
        let texts = read(Some(&identity), client_roots.as_ref())?;
        let config = server_config(&identity, client_roots.as_ref(), &texts)?;
        Ok(Self {
            identity,
            client_roots,
            current: RwLock::new(Current { texts, config }),
        })
    }

    /// Reads the files again. A fault leaves everything as it is.
    ///
    /// # Errors
    /// As for [`Server::load`].
    pub fn reload(&self) -> Result<Reload, Error> {
        let texts = read(Some(&self.identity), self.client_roots.as_ref())?;
        renew(&self.current, texts, |texts| {
            server_config(&self.identity, self.client_roots.as_ref(), texts)
        })
    }

    /// What a connection that begins at this moment gets.
    pub fn config(&self) -> Arc<ServerConfig> {
        config_of(&self.current)
    }
}

impl Client {
    /// Reads the files. Without `roots` those of the system are trusted, and where it has none
    /// those that browsers trust.
    ///
    /// # Errors
    /// A file that is missing or of no use, by the key that names it.
    pub fn load(identity: Option<Identity>, roots: Option<File>) -> Result<Self, Error> {
        let texts = read(identity.as_ref(), roots.as_ref())?;
        let config = client_config(identity.as_ref(), roots.as_ref(), &texts)?;
        Ok(Self {
            identity,
            roots,
            current: RwLock::new(Current { texts, config }),
        })
    }

    /// Reads the files again. A fault leaves everything as it is.
    ///
    /// # Errors
    /// As for [`Client::load`].
    pub fn reload(&self) -> Result<Reload, Error> {
        let texts = read(self.identity.as_ref(), self.roots.as_ref())?;
        renew(&self.current, texts, |texts| {
            client_config(self.identity.as_ref(), self.roots.as_ref(), texts)
        })
    }

    /// What a connection that begins at this moment gets.
    pub fn config(&self) -> Arc<ClientConfig> {
        config_of(&self.current)
    }
}

fn config_of<C>(current: &RwLock<Current<C>>) -> Arc<C> {
    let current = current.read().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(&current.config)
}

fn renew<C>(
    current: &RwLock<Current<C>>,
    texts: Vec<Text>,
    build: impl FnOnce(&[Text]) -> Result<Arc<C>, Error>,
) -> Result<Reload, Error> {
    let mut current = current.write().unwrap_or_else(PoisonError::into_inner);
    if current.texts == texts {
        return Ok(Reload::Unchanged);
    }
    current.config = build(&texts)?;
    current.texts = texts;
    Ok(Reload::Changed)
}

/// The texts of certificate, key and roots, those that there are, in this order.
fn read(identity: Option<&Identity>, roots: Option<&File>) -> Result<Vec<Text>, Error> {
    let own = identity.map(|identity| [&identity.certificate, &identity.key]);
    own.into_iter()
        .flatten()
        .chain(roots)
        .map(Text::read)
        .collect()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn server_config(
    identity: &Identity,
    client_roots: Option<&File>,
    texts: &[Text],
) -> Result<Arc<ServerConfig>, Error> {
    let provider = provider();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(Error::Setup)?;
    let builder = match client_roots.zip(texts.last()) {
        None => builder.with_no_client_auth(),
        Some((file, text)) => {
            let roots = Arc::new(roots_of(file, text)?);
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider))
                    .allow_unauthenticated()
                    .build()
                    .map_err(|_| Error::NoCertificate(file.clone()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let own = certified_key(identity, texts, &provider)?;
    let resolver = rustls::sign::SingleCertAndKey::from(own);
    Ok(Arc::new(builder.with_cert_resolver(Arc::new(resolver))))
}

fn client_config(
    identity: Option<&Identity>,
    roots: Option<&File>,
    texts: &[Text],
) -> Result<Arc<ClientConfig>, Error> {
    let provider = provider();
    let roots = Arc::new(match roots.zip(texts.last()) {
        Some((file, text)) => roots_of(file, text)?,
        None => system_roots(),
    });
    let inner = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
        .build()
        .map_err(|_| Error::NoRoots)?;
    let verifier: Arc<dyn ServerCertVerifier> = Arc::new(names::Verifier::new(inner));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(Error::Setup)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let Some(identity) = identity else {
        return Ok(Arc::new(builder.with_no_client_auth()));
    };
    let own = certified_key(identity, texts, &provider)?;
    let resolver = rustls::sign::SingleCertAndKey::from(own);
    Ok(Arc::new(
        builder.with_client_cert_resolver(Arc::new(resolver)),
    ))
}

/// Our certificate with its key: the first two of the texts.
fn certified_key(
    identity: &Identity,
    texts: &[Text],
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Error> {
    let [certificate, key, ..] = texts else {
        return Err(Error::NoKey(identity.key.clone()));
    };
    let chain = certificate.certificates();
    if chain.is_empty() {
        return Err(Error::NoCertificate(identity.certificate.clone()));
    }
    let private = key.private_key();
    let private = private.ok_or_else(|| Error::NoKey(identity.key.clone()))?;
    let made = CertifiedKey::from_der(chain, private, provider);
    made.map_err(|error| {
        if matches!(error, rustls::Error::InconsistentKeys(_)) {
            return Error::Mismatch {
                key: identity.key.clone(),
                certificate: identity.certificate.clone(),
            };
        }
        let is_certificate = matches!(error, rustls::Error::InvalidCertificate(_));
        let file = if is_certificate {
            &identity.certificate
        } else {
            &identity.key
        };
        Error::Unusable(file.clone(), error)
    })
}

fn roots_of(file: &File, text: &Text) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(text.certificates());
    if added == 0 {
        return Err(Error::NoCertificate(file.clone()));
    }
    Ok(roots)
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}
