//! A number that only grows, to tell a restored database from the one that was left.
//!
//! It goes up whenever a store is opened and with every 256th batch. For a file it is written to a small file beside it, `…-generation`,
//! after the transaction that raised it is committed: so the file beside is never ahead of the database, unless the database was
//! put back to an earlier state. Somebody who remembers what was sold in the meantime would then let it be bought again with the same
//! payment (catalogue row 152), so that such a database is not opened until the operator says that it is known.
//!
//! What it does not see: a state that is put back together with the file beside it, and one that is younger than the last 256 batches.
//! Against the first, whoever keeps an audit log elsewhere binds it to [`Store::generation`](crate::Store::generation) and expects that number
//! when it opens the store; for PostgreSQL that is the only witness.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;

const WORDS: &str = "quittance generation ";
/// Of equal length always, and within one sector of a disk.
const DIGITS: usize = 20;

/// The file beside a database.
pub(crate) struct Beside {
    path: PathBuf,
}

impl Beside {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// What the file says; nothing when there is none.
    pub(crate) fn read(&self) -> io::Result<Option<i64>> {
        match File::open(&self.path) {
            Ok(mut file) => read(&mut file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Raises the number in the file, durably. Another process may have raised it further, which stays.
    pub(crate) fn raise(&self, generation: i64) -> io::Result<()> {
        let new = !self.path.exists();
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        file.lock()?;
        if read(&mut file)?.is_none_or(|before| before < generation) {
            file.rewind()?;
            file.write_all(format!("{WORDS}{generation:0DIGITS$}\n").as_bytes())?;
            file.sync_all()?;
        }
        match self.path.parent() {
            Some(folder) if new => sync_folder(folder),
            _ => Ok(()),
        }
    }
}

fn read(file: &mut File) -> io::Result<Option<i64>> {
    let mut text = String::new();
    file.take(128).read_to_string(&mut text)?;
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.strip_prefix(WORDS).and_then(|rest| rest.strip_suffix('\n')).filter(|digits| digits.len() == DIGITS);
    let number = number.and_then(|digits| digits.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some(number))
}

/// A new name is durable when its folder is.
fn sync_folder(folder: &std::path::Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { std::path::Path::new(".") } else { folder };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_152_the_number_in_the_file_only_grows() {
        let path = std::env::temp_dir().join(format!("quittance-generation-{}", std::process::id()));
        let beside = Beside::new(path.clone());
        assert_eq!(beside.read().unwrap(), None);
        for (raised, read) in [(3, 3), (2, 3), (4, 4)] {
            beside.raise(raised).unwrap();
            assert_eq!(beside.read().unwrap(), Some(read));
        }
        for torn in ["quittance gen", "quittance generation 4\n", "garbage\n", "quittance generation 0000000000000000000x\n"] {
            std::fs::write(&path, torn).unwrap();
            assert_eq!(beside.read().unwrap_err().kind(), io::ErrorKind::InvalidData, "{torn}");
            assert!(beside.raise(9).is_err(), "what cannot be read is not written over");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
