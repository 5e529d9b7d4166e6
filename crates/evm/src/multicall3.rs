//! Several calls in one, by the contract Multicall3, which stands at one address on nearly every chain.
//!
//! It serves for questions and for settlements, as long as it does not matter who makes the calls: to the contracts that are called it is
//! Multicall3. A call that fails takes none of the others with it. All of them share one supply of gas, and a wallet that is asked about a
//! signature can burn what it is given: calls of contracts that payers choose do not belong together with other payers' in one of these
//! ([`probe`](crate::probe) gives each its own share).

use alloc::vec::Vec;

use quittance_core::Address;
use quittance_core::chain::Call;

use crate::abi::{self, Arguments, Reader};
use crate::question::Outcome;

pub use crate::abi::AbiError;

/// Where Multicall3 stands.
pub const ADDRESS: Address = Address::from_bytes([
    0xca, 0x11, 0xbd, 0xe0, 0x59, 0x77, 0xb3, 0x63, 0x11, 0x67, 0x02, 0x88, 0x62, 0xbe, 0x2a, 0x17, 0x39, 0x76, 0xca, 0x11,
]);

/// One call that makes all of these (`aggregate3`), each of which may fail by itself. None if one of them is only for its own sender to
/// make.
#[must_use]
pub fn call(calls: &[Call]) -> Option<Call> {
    encode(calls, None)
}

/// One call that makes these calls, each of which may fail by itself, and then one that may not: if that fails, nothing of all this has
/// happened. None if one of them is only for its own sender to make.
///
/// This is how a wallet is deployed and pays in one transaction. Whether its deployment succeeds does not matter, because somebody else may have
/// been first; whether the wallet is there and pays does.
#[must_use]
pub fn call_after(first: &[Call], then: &Call) -> Option<Call> {
    encode(first, Some(then))
}

fn encode(may_fail: &[Call], must: Option<&Call>) -> Option<Call> {
    let calls = || may_fail.iter().chain(must);
    if calls().any(|call| call.sender.is_some()) {
        return None;
    }
    let count = calls().count();
    let mut arguments = Arguments::new().size(32).size(count);
    let mut offset = 32_usize.saturating_mul(count);
    for call in calls() {
        arguments = arguments.size(offset);
        offset = offset.saturating_add(128).saturating_add(call.data.len().next_multiple_of(32));
    }
    for (number, call) in calls().enumerate() {
        let may = usize::from(number < may_fail.len());
        arguments = arguments.address(call.target).size(may).size(96).bytes(&call.data);
    }
    Some(Call::new(ADDRESS, arguments.call(abi::AGGREGATE3)))
}

/// What each of the calls came to, from what the one call returned.
///
/// # Errors
///
/// When the bytes are not exactly what `aggregate3` returns for so many calls. Then nothing is known about any of them.
pub fn outcomes(returned: &[u8], calls: usize) -> Result<Vec<Outcome<'_>>, AbiError> {
    let mut reader = Reader::new(returned);
    reader.expect(32)?;
    reader.expect(calls)?;
    // each takes at least four words, so that no count is believed that the bytes do not bear out
    if reader.left() / 128 < calls {
        return Err(AbiError::Truncated);
    }
    let offsets = (0..calls).map(|_| reader.size()).collect::<Result<Vec<_>, _>>()?;
    let end = 32_usize.saturating_mul(calls).saturating_add(reader.left());
    let mut outcomes = Vec::with_capacity(calls);
    for offset in offsets {
        if end.checked_sub(reader.left()) != Some(offset) {
            return Err(AbiError::Layout);
        }
        let success = reader.flag()?;
        reader.expect(64)?;
        let bytes = reader.bytes()?;
        outcomes.push(if success { Outcome::Returned(bytes) } else { Outcome::Reverted(bytes) });
    }
    reader.end()?;
    Ok(outcomes)
}

#[cfg(test)]
mod tests;
