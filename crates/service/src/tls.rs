//! TLS: a certificate and its key, out of files.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// What a server shows who it is with. Clones are the same, also when it is [renewed](Self::renew): connections that are open keep what they
/// began with.
#[derive(Clone)]
pub struct Tls(Arc<RwLock<Arc<ServerConfig>>>);

/// Why there is no TLS.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there are two files, and what they are together")]
pub enum TlsError {
    /// The certificate cannot be read.
    Certificate(Box<str>),
    /// The key cannot be read.
    Key(Box<str>),
    /// They do not belong together, or are of no kind that can be used.
    Pair(Box<str>),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(words) => write!(f, "the certificate: {words}"),
            Self::Key(words) => write!(f, "the key: {words}"),
            Self::Pair(words) => write!(f, "certificate and key: {words}"),
        }
    }
}

impl std::error::Error for TlsError {}

impl Tls {
    /// Reads a chain of certificates and a key, in PEM.
    ///
    /// # Errors
    ///
    /// [`TlsError`], which holds nothing of the key.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(RwLock::new(config(certificate, key)?))))
    }

    /// Reads them again, for the connections that come from now on.
    ///
    /// # Errors
    ///
    /// [`TlsError`]; then nothing changes.
    pub fn renew(&self, certificate: &Path, key: &Path) -> Result<(), TlsError> {
        let config = config(certificate, key)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |error: rustls::pki_types::pem::Error| TlsError::Certificate(error.to_string().into());
    let chain =
        CertificateDer::pem_file_iter(certificate).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    if chain.is_empty() {
        return Err(TlsError::Certificate("there is none in the file".into()));
    }
    // what a reader says of a key may quote it
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| match error {
        rustls::pki_types::pem::Error::Io(error) => TlsError::Key(error.to_string().into()),
        _ => TlsError::Key("there is none in the file".into()),
    })?;
    let pair = |error: rustls::Error| TlsError::Pair(error.to_string().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(pair)?;
    let mut config = versions.with_no_client_auth().with_single_cert(chain, key).map_err(pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}
