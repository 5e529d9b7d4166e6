//! Audit logs: what verifies is a log that a writer of the format wrote, and an anchor leaves no other.

use quittance_guard::audit::{Entry, Verifier, verify_log};

use crate::vectors::Vectors;

/// Bytes to a verdict; the first of them says where a log that holds is changed.
pub fn run(data: &[u8]) {
    let (choice, log) = data.split_first_chunk::<4>().map_or((0, data), |(choice, log)| (u32::from_be_bytes(*choice), log));
    let verdict = verify_log(log, None);
    check_pieces(log, 1 + choice as usize % 97);
    let Ok(verified) = verdict else { return };
    let (valid, torn) = (length(verified.valid_bytes()), length(verified.torn_bytes()));
    assert_eq!(valid + torn, log.len());
    let (entries, tail) = log.split_at(valid);
    assert!(!tail.contains(&b'\n'), "what is torn has no end of a line");
    let anchor = verified.head().anchor();
    assert_eq!(verify_log(entries, Some(&anchor)).map(|again| again.head()), Ok(verified.head()));
    assert_eq!(rewritten(entries), entries, "what is read is written again, byte for byte");
    // any change to what was anchored is found, at its line or the one after
    let at = choice as usize % valid;
    let mut changed = entries.to_vec();
    changed[at] ^= u8::try_from(1 + choice % 255).unwrap_or(1);
    let line = entries[..at].iter().filter(|byte| **byte == b'\n').count();
    let broken = verify_log(&changed, Some(&anchor)).expect_err("a change was not found");
    assert_eq!(length(broken.seq), line, "{broken}");
    let cut = entries.split_inclusive(|byte| *byte == b'\n').take(line).map(<[u8]>::len).sum::<usize>();
    assert!(verify_log(&entries[..cut], Some(&anchor)).is_err(), "a tail that is missing was not missed");
}

/// The logs of the vectors.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let logs = vectors.texts(&["guard/audit-log"], "text");
    logs.into_iter()
        .zip(0_u32..)
        .map(|(log, number)| [&number.wrapping_mul(2_654_435_761).to_be_bytes(), log.as_slice()].concat())
        .collect()
}

/// A log in pieces has the verdict of the whole.
fn check_pieces(log: &[u8], size: usize) {
    let mut verifier = Verifier::new(None);
    let fed = log.chunks(size).try_for_each(|piece| verifier.feed(piece, |_| ()));
    let finished = verifier.finish();
    if let Err(broken) = fed {
        assert_eq!(finished, Err(broken));
    }
    assert_eq!(finished, verify_log(log, None));
}

/// The same events, written anew.
fn rewritten(log: &[u8]) -> Vec<u8> {
    let (mut again, mut after) = (Vec::new(), None);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let line = serde_json::from_slice::<serde_json::Value>(line).expect("an entry is JSON");
        let id = line["log"].as_str().and_then(|log| log.parse().ok()).expect("an entry names its log");
        let event = serde_json::from_value(line["event"].clone()).expect("an event is JSON");
        let entry = Entry::of(id, after.as_ref(), &event).expect("an event that was read can be written");
        again.extend_from_slice(entry.line().as_bytes());
        after = Some(entry.anchor());
    }
    again
}

fn length(number: u64) -> usize {
    usize::try_from(number).expect("a log in memory has a length")
}
