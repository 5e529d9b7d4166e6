//! The folder in which `pay` keeps what it must not forget: purchases, the key that seals them, and the audit log.
//!
//! | file | what |
//! |---|---|
//! | `wallet.db` | the ledger: what was set aside, signed and spent |
//! | `wallet.key` | the key that seals signed payments in it |
//! | `audit.log` | what happened, one line each, chained |
//! | `audit.salt` | the salt of the hashes in it |
//! | `audit.wanted` | nothing; it is locked by those who wait for the log |
//!
//! One process at a time has the log, for as long as it buys; another waits for it (catalogue row 223).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use quittance_client::{Host, Journal};
use quittance_core::{Account, UnixSeconds, sha256};
use quittance_guard::audit::{Chain, Entry, LogId, LogSalt, Stage, StoreGeneration, Times};
use quittance_guard::policy::Pin;
use quittance_store::{SealingKey, Store};

use crate::{Failure, log};

const LOG: &str = "audit.log";
const STORE: &str = "wallet.db";
const WANTED: &str = "audit.wanted";

/// That somebody waits for the log. Who has it and could keep it longer sees that, and lets it go.
pub(crate) struct Wish(#[expect(dead_code, reason = "it is locked for as long as it is there")] File);

impl Wish {
    pub(crate) fn made(home: &Path) -> Result<Self, Failure> {
        let file = Self::open(home)?;
        file.lock_shared().map_err(|error| Self::failed(home, &error))?;
        Ok(Self(file))
    }

    /// Whether anybody has one.
    pub(crate) fn is_somebodys(home: &Path) -> Result<bool, Failure> {
        match Self::open(home)?.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(Self::failed(home, &error)),
        }
    }

    fn open(home: &Path) -> Result<File, Failure> {
        begun(home)?;
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(home.join(WANTED)).map_err(|error| Self::failed(home, &error))
    }

    fn failed(home: &Path, error: &dyn std::fmt::Display) -> Failure {
        Failure::new(format!("{}: {error}", home.join(WANTED).display()))
    }
}

/// The log of a wallet, which nobody else has until this goes.
pub(crate) struct Log {
    home: PathBuf,
    file: File,
    had_store: bool,
}

impl Log {
    /// The log, when it is there for the taking.
    pub(crate) fn wait_for(home: &Path) -> Result<Self, Failure> {
        if let Some(log) = Self::if_free(home)? {
            return Ok(log);
        }
        let log = Self::open(home)?;
        let _wish = Wish::made(home)?;
        log.file.lock().map_err(|error| log.failed(&error))?;
        Ok(log)
    }

    /// The log, if nobody has it.
    pub(crate) fn if_free(home: &Path) -> Result<Option<Self>, Failure> {
        let log = Self::open(home)?;
        match log.file.try_lock() {
            Ok(()) => Ok(Some(log)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(log.failed(&error)),
        }
    }

    fn open(home: &Path) -> Result<Self, Failure> {
        begun(home)?;
        let (path, had_store) = (home.join(LOG), home.join(STORE).exists());
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        // it says who was paid where
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(Self { home: home.to_owned(), file, had_store })
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::new(format!("{}: {error}", self.home.join(LOG).display()))
    }
}

/// The folder is there.
fn begun(home: &Path) -> Result<(), Failure> {
    fs::create_dir_all(home).map_err(|error| Failure::new(format!("{}: {error}", home.display())))
}

/// What a buyer needs that outlives it.
pub(crate) struct Wallet {
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    /// Who an origin was paid at before.
    pub(crate) pins: Vec<(String, Pin)>,
    salt: [u8; 32],
}

/// Where it is, unless somebody says otherwise.
pub(crate) fn home() -> Result<PathBuf, Failure> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("QUITTANCE_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".quittance")))
        .ok_or_else(|| Failure::new("there is no HOME to keep the wallet in: say --home"))
}

impl Wallet {
    /// Opens the folder, or begins one.
    pub(crate) async fn open(log: Log, store: Option<&str>, now: UnixSeconds) -> Result<Self, Failure> {
        let Log { home, mut file, had_store } = log;
        let place = |name: &str| home.join(name);
        let key = SealingKey::from_bytes(secret(&place("wallet.key"))?);
        let salt = secret(&place("audit.salt"))?;
        let url = store.map_or_else(|| format!("sqlite:{}", place(STORE).display()), str::to_owned);
        let path = place(LOG);
        let failed = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()));
        let (mut pins, times) = (Vec::new(), Times::local(now));
        let is_new = file.metadata().map_err(|error| failed(&error))?.len() == 0;
        let chain = if is_new {
            if had_store {
                return Err(failed(
                    &"the log of this wallet is missing; it is not begun anew beside purchases that it should know",
                ));
            }
            let id = LogId::from_bytes(fresh()?);
            Chain::begin(id, StoreGeneration::NEW, times, |entry| write(&mut file, entry))
        } else {
            let verified = log::read(&path, None, |_, record| {
                let event = record.event().filter(|event| event.stage() == Stage::Settled);
                let pin = event.and_then(|event| {
                    let (origin, offer) = (event.origin()?, event.offer()?);
                    let payee = Account::parse(offer.network(), offer.payee().as_str()).ok()?;
                    Some((origin.as_str().to_owned(), Pin::new(offer.network(), payee)))
                });
                pins.extend(pin.filter(|(origin, pin)| !is_known(&pins, origin, pin)));
            })?;
            let verified = verified.map_err(|broken| failed(&broken))?;
            // what was torn off let nothing out that the ledger does not know of
            file.set_len(verified.valid_bytes()).map_err(|error| failed(&error))?;
            // the store sees by itself that it was put back; what the log adds is its own order
            let generation = StoreGeneration::Confirmed(verified.head().generation());
            Chain::resume(&verified, generation, times, |entry| write(&mut file, entry))
        };
        let chain = chain.map_err(|fault| failed(&fault))?;
        let lines = file.try_clone().map_err(|error| failed(&error))?;
        let append = move |entry: &Entry| file.write_all(entry.line().as_bytes());
        let journal = Journal::flushing(chain, LogSalt::from_bytes(salt), append, move || lines.sync_data());
        let store = Store::open(&url, &key).await.map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { store, journal, pins, salt })
    }

    /// A word of 16 digits for a text that itself belongs into no name, the same for as long as the wallet is.
    pub(crate) fn word(&self, text: &str) -> String {
        let hash = sha256(&[&self.salt, text.as_bytes()].concat());
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether an origin has a pin on the network already: the first one counts.
fn is_known(pins: &[(String, Pin)], origin: &str, pin: &Pin) -> bool {
    pins.iter().any(|(other, known)| other == origin && known.network == pin.network)
}

fn write(file: &mut File, entry: &Entry) -> io::Result<()> {
    file.write_all(entry.line().as_bytes())?;
    file.sync_data()
}

/// The bytes of a file that only its owner can read; random ones, if it is not there.
pub(crate) fn secret(path: &Path) -> Result<[u8; 32], Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()));
    match fs::read_to_string(path) {
        Ok(text) => unhex(text.trim()).ok_or_else(|| failed(&"not 64 hexadecimal digits")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes: [u8; 32] = fresh()?;
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(path) {
                Ok(mut file) => {
                    let text = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
                    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))?;
                    Ok(bytes)
                }
                // somebody else was here first
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => secret(path),
                Err(error) => Err(failed(&error)),
            }
        }
        Err(error) => Err(failed(&error)),
    }
}

/// Random bytes.
pub(crate) fn fresh<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(error.to_string()))?;
    Ok(bytes)
}

/// The bytes that hexadecimal digits are.
pub(crate) fn unhex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// This machine's clock.
pub(crate) fn now() -> Result<UnixSeconds, Failure> {
    Host::system().now().map_err(|fault| Failure::new(fault.to_string()))
}
