//! The corpora of npm `@ethersproject/testcases`: EIP-712 digests, hashes, addresses.

use std::fs::File;
use std::io::Read as _;

use flate2::read::GzDecoder;
use quittance_core::address::Address;
use quittance_core::eip712::{Digest, TypedData};
use quittance_core::signature::{SecretKey, recover};
use quittance_core::{keccak256, sha256};
use serde_json::{Map, Value, json};

use super::judge;
use crate::shell::Failure;
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

/// EIP-712: 1,024 random messages and the Mail of the EIP itself, which comes with a key and its signature.
pub(crate) fn typed_data(workspace: &Workspace) -> Result<Notes, Failure> {
    let rows = corpus(workspace, "eip712")?;
    let (mut wrong, mut signed) = (Vec::new(), 0);
    for row in &rows {
        let name = text(row, "name");
        match digest(row) {
            Ok(digest) if digest.to_string() != text(row, "digest") => wrong.push(format!("{name}: {digest}")),
            Ok(digest) if row["privateKey"].is_string() => {
                signed += 1;
                wrong.extend(signature_differs(row, &digest).map(|why| format!("{name}: {why}")));
            }
            Ok(_) => {}
            Err(failure) => wrong.push(format!("{name}: {failure}")),
        }
    }
    let verdict = judge("EIP-712", rows.len(), 1_025, &wrong)?;
    if signed != 1 {
        return Err(Failure(format!("EIP-712: {signed} rows are signed, 1 was expected: the Mail")));
    }
    Ok(vec![verdict, mail(&rows)?])
}

/// The corpus leaves the domain's own type out; its members are those that the domain has, in the order of the EIP.
fn digest(row: &Value) -> Result<Digest, Failure> {
    const DOMAIN: [(&str, &str); 5] =
        [("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"), ("salt", "bytes32")];
    let present = DOMAIN.iter().filter(|(name, _)| row["domain"].get(name).is_some());
    let members = present.map(|(name, kind)| json!({ "name": name, "type": kind })).collect::<Vec<_>>();
    let mut types = row["types"].as_object().cloned().unwrap_or_else(Map::new);
    types.insert("EIP712Domain".into(), members.into());
    let document = json!({ "types": types, "primaryType": row["primaryType"], "domain": row["domain"], "message": row["data"] });
    let typed = TypedData::parse(&document.to_string()).map_err(|error| Failure(error.to_string()))?;
    Ok(typed.digest())
}

/// Why the key of a row does not sign as the row says, if it does not.
fn signature_differs(row: &Value, digest: &Digest) -> Option<&'static str> {
    let Ok(key) = SecretKey::parse(text(row, "privateKey")) else { return Some("the key is refused") };
    let signature = key.sign(digest);
    if signature.to_hex() != text(row, "signature") {
        return Some("another signature");
    }
    (recover(digest, &signature) != Ok(key.address())).then_some("the signature recovers to another address")
}

/// The Mail's digest and signature as the EIP prints them, so that the corpus is not believed alone.
fn mail(rows: &[Value]) -> Result<String, Failure> {
    const DIGEST: &str = "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2";
    const R: &str = "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d";
    const S: &str = "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562";
    let row = rows.iter().find(|row| text(row, "primaryType") == "Mail" && row["privateKey"].is_string()).ok_or("no Mail")?;
    if text(row, "digest") != DIGEST || text(row, "signature") != format!("0x{R}{S}1c") {
        return Err("the corpus gives another Mail than the EIP".into());
    }
    Ok("Mail: digest and signature of the EIP".into())
}

/// keccak-256, and the SHA-256 that stands beside it.
pub(crate) fn hashes(workspace: &Workspace) -> Result<Notes, Failure> {
    let rows = corpus(workspace, "hashes")?;
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let data = unhex(text(row, "data"))?;
        for (name, hash) in [("keccak256", keccak256(&data)), ("sha256", sha256(&data))] {
            if unhex(text(row, name))? != hash {
                wrong.push(format!("row {number}: {name}"));
            }
        }
    }
    Ok(vec![judge("keccak-256 and SHA-256", rows.len(), 516, &wrong)?])
}

/// Checksums as EIP-55 writes them, read and written, and the address of each key that the corpus has.
pub(crate) fn addresses(workspace: &Workspace) -> Result<Notes, Failure> {
    const KEYS: usize = 1_031;

    let rows = corpus(workspace, "accounts")?;
    let (mut wrong, mut keys) = (Vec::new(), 0);
    for row in &rows {
        let (plain, checksummed) = (text(row, "address"), text(row, "checksumAddress"));
        let both = [plain, checksummed].map(Address::parse);
        if both.iter().any(|address| address.as_ref().map(ToString::to_string).as_deref() != Ok(checksummed)) {
            wrong.push(format!("{plain}: {both:?}"));
        }
        // a letter in the wrong case is a wrong checksum
        let swapped = swap_first_letter(checksummed);
        if swapped.as_deref().is_some_and(|text| Address::parse(text).is_ok() && text != plain && !is_upper(text)) {
            wrong.push(format!("{plain}: a wrong checksum is read"));
        }
        if let Some(key) = row["privateKey"].as_str() {
            keys += 1;
            if SecretKey::parse(key).map(|key| key.address().to_string()).as_deref() != Ok(checksummed) {
                wrong.push(format!("{plain}: the key has another address"));
            }
        }
    }
    let verdict = judge("addresses", rows.len(), 1_038, &wrong)?;
    Ok(vec![verdict, judge("addresses of keys", keys, KEYS, &[])?])
}

/// The same text with its first letter, after `0x`, in the other case.
fn swap_first_letter(address: &str) -> Option<String> {
    let at = address.char_indices().skip(2).find(|(_, c)| c.is_ascii_alphabetic())?.0;
    let mut bytes = address.as_bytes().to_vec();
    bytes[at] ^= 0x20;
    String::from_utf8(bytes).ok()
}

/// Texts of one case carry no checksum.
fn is_upper(address: &str) -> bool {
    !address.chars().skip(2).any(|c| c.is_ascii_lowercase())
}

fn corpus(workspace: &Workspace, name: &str) -> Result<Vec<Value>, Failure> {
    let folder = tools::node_modules(workspace, &workspace.root.join("crates/xtask/corpora"))?;
    let path = folder.join(format!("node_modules/@ethersproject/testcases/testcases/{name}.json.gz"));
    let file = File::open(&path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    let mut content = String::new();
    GzDecoder::new(file).read_to_string(&mut content)?;
    Ok(serde_json::from_str(&content)?)
}

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_default()
}

fn unhex(text: &str) -> Result<Vec<u8>, Failure> {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    let pairs = (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()));
    pairs.collect::<Option<_>>().ok_or_else(|| Failure(format!("not hexadecimal: {text}")))
}

#[cfg(test)]
mod tests {
    use super::{swap_first_letter, unhex};

    #[test]
    fn hexadecimal_text_is_read_whole_or_not_at_all() {
        assert!(unhex("0x").unwrap().is_empty());
        assert_eq!(unhex("0x00fF").unwrap(), [0, 255]);
        assert!(unhex("0x0").is_err());
        assert!(unhex("0xzz").is_err());
    }

    #[test]
    fn the_first_letter_changes_its_case() {
        assert_eq!(swap_first_letter("0x12Ab").as_deref(), Some("0x12ab"));
        assert_eq!(swap_first_letter("0x1234"), None);
    }
}
