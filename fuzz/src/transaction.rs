//! The facilitator's signed transactions, read back: what is read is what the bytes say, and they say it in one way only.
//!
//! What a settlement is found again by after a crash are the bytes of a transaction. Another reader stands beside, of nothing but the rules: RLP as
//! the Yellow Paper's appendix B has it, each number and each length in its one spelling, the fields of EIP-1559 in their order, a signature with a
//! low `s` whose signer libsecp256k1 finds, and a hash over all of it. The two read the same of any bytes, or neither reads anything; and what was
//! read is written again as the same bytes.

use arbitrary::Unstructured;
use quittance_core::chain::Call;
use quittance_core::{Address, Network, SecretKey};
use quittance_facilitator::{Transaction, TransactionHash};
use sha3::{Digest as _, Keccak256};

use crate::mutation::Random;
use crate::recovery::{HALF_ORDER, by_libsecp256k1};
use crate::vectors::Vectors;

/// Bytes as they come, or a transaction that is signed here and then changed in some places.
pub fn run(data: &[u8]) {
    let Some((way, rest)) = data.split_first() else { return };
    if way % 2 == 0 {
        check(rest);
    } else {
        let _ = play(&mut Unstructured::new(rest));
    }
}

/// Transactions as they are, and drawn.
pub fn seeds(_: &Vectors) -> Vec<Vec<u8>> {
    let mut random = Random::new(0x1559);
    let mut seeds = Vec::new();
    for number in 0..40_u64 {
        let drawn = (0..160).map(|_| random.next().to_le_bytes()[0]).collect::<Vec<_>>();
        seeds.push([&[1], &drawn[..]].concat());
        let length = [0, 1, 33, 55, 56, 255, 256, 1_000][random.below(8)];
        let data = if number % 5 == 0 { vec![0x7f; length] } else { vec![0xab; length] };
        let bits = u32::try_from(random.below(64)).expect("it is below 64");
        let numbers = [number * 17, 1 << bits, (1 << bits) - 1, u64::MAX >> bits];
        let wide = u128::from(numbers[1]) << random.below(64);
        let signed = signed(
            &draw_key(number),
            numbers,
            (wide, u128::from(number)),
            Address::from_bytes([random.next().to_le_bytes()[0]; 20]),
            data,
        );
        seeds.push([&[0], signed.raw()].concat());
    }
    seeds
}

fn play(bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let key = draw_key(bytes.arbitrary::<u8>()?.into());
    let mut numbers = [0; 4];
    for number in &mut numbers {
        // short ones as often as long ones
        *number = bytes.arbitrary::<u64>()? >> (bytes.arbitrary::<u8>()? % 64);
    }
    let wide = bytes.arbitrary::<u128>()? >> (bytes.arbitrary::<u8>()? % 128);
    let value = bytes.arbitrary::<u128>()? >> (bytes.arbitrary::<u8>()? % 128);
    let target = Address::from_bytes(bytes.arbitrary()?);
    let length = usize::from(bytes.arbitrary::<u8>()?).min(bytes.len());
    let data = bytes.bytes(length)?.to_vec();
    let transaction = signed(&key, numbers, (wide, value), target, data);
    assert!(Transaction::parse(transaction.raw()).as_ref() == Ok(&transaction), "what was signed is what is read");
    assert_eq!(transaction.from(), key.address());
    let mut raw = transaction.raw().to_vec();
    check(&raw);
    while let Ok(at) = bytes.arbitrary::<u16>() {
        if raw.is_empty() || bytes.is_empty() {
            break;
        }
        let place = usize::from(at) % raw.len();
        match at >> 14 {
            0 | 1 => raw[place] ^= 1 << (at >> 8 & 7),
            2 => raw.insert(place, bytes.arbitrary()?),
            _ => drop(raw.remove(place)),
        }
        check(&raw);
    }
    Ok(())
}

/// One of few keys.
fn draw_key(number: u64) -> SecretKey {
    let mut bytes = [0x11; 32];
    bytes[31] = number.to_le_bytes()[0] | 1;
    SecretKey::from_bytes(&bytes).expect("it is below the order")
}

fn signed(
    key: &SecretKey,
    [chain, nonce, gas, tip]: [u64; 4],
    (max_fee, value): (u128, u128),
    target: Address,
    data: Vec<u8>,
) -> Transaction {
    // no chain has the number zero
    let (chain, call) = (chain.max(1), Call::new(target, data));
    let transaction =
        Transaction::sign_with(key, Network::eip155(chain), nonce, gas, max_fee, tip.into(), value, call).expect("an eip155 chain");
    assert_eq!((transaction.chain_id(), transaction.nonce(), transaction.gas()), (chain, nonce, gas));
    assert_eq!((transaction.max_fee(), transaction.tip(), transaction.value()), (max_fee, u128::from(tip), value));
    transaction
}

/// Both readers.
fn check(raw: &[u8]) {
    let ours = Transaction::parse(raw).ok();
    let theirs = read(raw);
    assert_eq!(ours.is_some(), theirs.is_some(), "the facilitator reads it: {}", ours.is_some());
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return };
    assert_eq!(ours.hash(), TransactionHash::from_bytes(Keccak256::digest(raw).into()));
    assert_eq!(ours.raw(), raw);
    let Read { chain, nonce, gas, tip, max_fee, value, target, data, from } = theirs;
    assert_eq!((ours.chain_id(), ours.nonce(), ours.gas()), (chain, nonce, gas));
    assert_eq!((ours.max_fee(), ours.tip(), ours.value()), (max_fee, tip, value));
    assert_eq!((*ours.call().target.as_bytes(), &ours.call().data[..]), (target, data));
    assert_eq!(*ours.from().as_bytes(), from);
    assert!(ours.call().sender.is_none());
}

/// What bytes say.
struct Read<'a> {
    chain: u64,
    nonce: u64,
    gas: u64,
    tip: u128,
    max_fee: u128,
    value: u128,
    target: [u8; 20],
    data: &'a [u8],
    from: [u8; 20],
}

fn read(raw: &[u8]) -> Option<Read<'_>> {
    let (Item::List(all), []) = item(raw.strip_prefix(&[2])?)? else { return None };
    let mut fields = all;
    let mut next = || {
        let (item, rest) = item(fields)?;
        fields = rest;
        Some(item)
    };
    let [chain, nonce] = [small(next()?)?, small(next()?)?];
    let [tip, max_fee] = [wide(next()?)?, wide(next()?)?];
    let gas = small(next()?)?;
    let Item::Text(target) = next()? else { return None };
    let value = wide(next()?)?;
    let Item::Text(data) = next()? else { return None };
    let Item::List([]) = next()? else { return None };
    let (odd, r, s) = (small(next()?)?, number(next()?)?, number(next()?)?);
    if odd > 1 || !fields.is_empty() || s > HALF_ORDER {
        return None;
    }
    let content = &all[..unsigned(all)?];
    let digest = Keccak256::digest([&[2][..], &head(content.len()), content].concat()).into();
    let mut signature = [27 + u8::try_from(odd).ok()?; 65];
    signature[..32].copy_from_slice(&r);
    signature[32..64].copy_from_slice(&s);
    let hash = <[u8; 32]>::from(Keccak256::digest(by_libsecp256k1(&digest, &signature)?));
    Some(Read { chain, nonce, gas, tip, max_fee, value, target: target.try_into().ok()?, data, from: hash[12..].try_into().ok()? })
}

/// How many of the bytes are signed: those of the first nine fields.
fn unsigned(all: &[u8]) -> Option<usize> {
    let mut rest = all;
    for _ in 0..9 {
        (_, rest) = item(rest)?;
    }
    Some(all.len() - rest.len())
}

/// How a list of so many bytes begins.
fn head(length: usize) -> Vec<u8> {
    let digits = length.to_be_bytes();
    let digits = &digits[digits.iter().take_while(|digit| **digit == 0).count()..];
    match u8::try_from(length) {
        Ok(short @ 0..=55) => vec![0xc0 + short],
        _ => [&[0xf7 + u8::try_from(digits.len()).expect("few digits")][..], digits].concat(),
    }
}

/// A piece of RLP.
enum Item<'a> {
    Text(&'a [u8]),
    List(&'a [u8]),
}

/// The first piece, in its one spelling, and what is behind it.
fn item(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let long = |digits: u8, rest: &'_ [u8]| {
        let (digits, _) = rest.split_at_checked(digits.into())?;
        let leading = digits.first().is_some_and(|digit| *digit == 0);
        let length = digits.iter().try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add((*digit).into()))?;
        (!leading && length > 55).then_some((digits.len(), length))
    };
    let (is_list, skipped, length) = match *first {
        0..=0x7f => return Some((Item::Text(&bytes[..1]), rest)),
        short @ 0x80..=0xb7 => (false, 0, usize::from(short - 0x80)),
        digits @ 0xb8..=0xbf => long(digits - 0xb7, rest).map(|(digits, length)| (false, digits, length))?,
        short @ 0xc0..=0xf7 => (true, 0, usize::from(short - 0xc0)),
        digits @ 0xf8..=0xff => long(digits - 0xf7, rest).map(|(digits, length)| (true, digits, length))?,
    };
    let (content, rest) = rest.get(skipped..)?.split_at_checked(length)?;
    match (is_list, content) {
        // a byte that is its own spelling
        (false, [0..=0x7f]) => None,
        (false, _) => Some((Item::Text(content), rest)),
        (true, _) => Some((Item::List(content), rest)),
    }
}

/// A number of at most 32 bytes, without zeros before it.
fn number(item: Item<'_>) -> Option<[u8; 32]> {
    let Item::Text(digits) = item else { return None };
    let mut number = [0; 32];
    let place = 32_usize.checked_sub(digits.len())?;
    number[place..].copy_from_slice(digits);
    (digits.first() != Some(&0)).then_some(number)
}

fn wide(item: Item<'_>) -> Option<u128> {
    let number = number(item)?;
    let (high, low) = number.split_at(16);
    (high == [0; 16]).then_some(u128::from_be_bytes(low.try_into().ok()?))
}

fn small(item: Item<'_>) -> Option<u64> {
    wide(item)?.try_into().ok()
}
