//! Reading an audit log from a file, checked line by line.

use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::path::Path;

use quittance_guard::audit::{Anchor, Broken, MAX_LINE, Record, Verified, Verifier};

use crate::Failure;

/// Takes a file to the disk, if it is one and its place can be written to at all.
fn flush(file: &File) -> std::io::Result<()> {
    let unneeded = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem, ErrorKind::InvalidInput, ErrorKind::Unsupported];
    match file.sync_data() {
        Err(error) if !file.metadata()?.is_file() || unneeded.contains(&error.kind()) => Ok(()),
        flushed => flushed,
    }
}

/// Checks a whole log and hands on each entry that holds, with its line.
///
/// One line is in memory at a time. What stands behind the first entry that does not hold is not looked at: nothing that it says is
/// to be believed.
pub(crate) fn read(
    path: &Path,
    anchor: Option<Anchor>,
    mut entry: impl FnMut(&str, &Record),
) -> Result<Result<Verified, Broken>, Failure> {
    let shown = path.display();
    let failed = |error: std::io::Error| Failure::new(format!("{shown}: {error}"));
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let mut verifier = Verifier::new(anchor);
    // the longest line, its line feed, and one byte by which the verifier sees that there is more
    let longest = u64::try_from(MAX_LINE).unwrap_or(u64::MAX).saturating_add(2);
    let mut line = Vec::new();
    loop {
        line.clear();
        if file.by_ref().take(longest).read_until(b'\n', &mut line).map_err(failed)? == 0 {
            // what is said of it, an anchor above all, must not be of lines that a loss of power still takes; what is no file has none
            flush(file.get_ref()).map_err(failed)?;
            return Ok(verifier.finish());
        }
        let fed = verifier.feed(&line, |record| entry(&String::from_utf8_lossy(&line), record));
        if let Err(broken) = fed {
            return Ok(Err(broken));
        }
    }
}
