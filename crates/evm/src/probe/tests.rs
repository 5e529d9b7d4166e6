//! What the probe returns on a real chain is tested where there is one; here is how it is written and read.

use alloc::vec;

use quittance_core::eip712::Digest;
use quittance_core::signature::SignatureBytes;
use quittance_core::{Address, Amount, Nonce};

use super::*;

const WHO: Address = Address::from_bytes([2; 20]);

fn record(success: u8, size: u64, bytes: &[u8]) -> Vec<u8> {
    let mut record = Amount::from_u64(size).to_be_bytes().to_vec();
    record[0] = success;
    record.extend(bytes);
    record
}

fn simulation(calls: usize) -> ChainQuery {
    ChainQuery::Simulate(vec![Call::new(WHO, vec![1]); calls])
}

fn balance() -> ChainQuery {
    ChainQuery::Balance { token: WHO, owner: WHO }
}

#[test]
fn every_kind_of_entry_has_its_place_in_the_code() {
    for kind in [KIND_CODE, KIND_READ, KIND_CALL, KIND_APART] {
        assert_eq!(CODE[usize::from(kind)], 0x5b, "a place to jump to");
    }
    assert_eq!(usize::from(CODE[1]), CODE.len(), "the table begins where the code ends");
    // where a probe inside puts its REVERT
    let [.., end, add, store] = CODE[usize::from(KIND_APART)..usize::from(KIND_APART) + 23] else { panic!("a short code") };
    assert_eq!((CODE[usize::from(end)], [add, store]), (0xf3, [0x01, 0x53]));
}

#[test]
fn an_entry_is_a_word_and_its_data() {
    let code = creation(&[ChainQuery::Code { address: WHO }, balance()]).unwrap();
    let table = &code[CODE.len()..];
    assert_eq!(table[..12], [0x52, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0]);
    assert_eq!(table[12..32], [2; 20]);
    assert_eq!(table[32..44], [0x83, 0, 0x07, 0xa1, 0x20, 0, 32, 0, 0, 0, 0, 36]);
    assert_eq!((table[44..64] == [2; 20], &table[64..68], table.len()), (true, &[0x70, 0xa0, 0x82, 0x31][..], 100));
    assert_eq!(creation(&[]).unwrap(), CODE);
}

#[test]
fn a_probe_inside_is_its_table_alone() {
    let code = creation(&[simulation(2)]).unwrap();
    let (outer, inner) = code[CODE.len()..].split_at(32);
    assert_eq!((outer[0], &outer[7..12], inner.len()), (KIND_APART, &[0, 0, 0, 0, 66][..], 66));
    assert_eq!((inner[0], inner[33], inner[32]), (KIND_CALL, KIND_CALL, 1));
}

#[test]
fn what_only_its_sender_can_do_is_not_asked_here() {
    assert!(creation(&[simulation(2)]).is_some());
    assert_eq!(creation(&[ChainQuery::Simulate(vec![Call::new(WHO, vec![]).by(WHO)])]), None);
}

#[test]
fn records_are_read_in_order() {
    let nonce = ChainQuery::NonceState { token: WHO, authorizer: WHO, nonce: Nonce::from_bytes([1; 32]) };
    let questions = [ChainQuery::Code { address: WHO }, balance(), nonce, simulation(2)];
    let word = |number| Amount::from_u64(number).to_be_bytes();
    let inside = [record(1, 0, &[]), record(0, 4, &[1, 2, 3, 4])].concat();
    let inside = record(1, inside.len() as u64, &inside);
    let told = [record(1, 5_000, &[0x60; 24]), record(1, 32, &word(7)), record(1, 32, &word(1)), inside].concat();
    let expected = [
        ChainAnswer::Bytes(vec![0x60; 24]),
        ChainAnswer::Amount(Amount::from_u64(7)),
        ChainAnswer::Flag(true),
        ChainAnswer::Failed(vec![1, 2, 3, 4]),
    ];
    assert_eq!(answers(&questions, &told).unwrap(), expected);
    assert_eq!(answers(&questions, &told[..told.len() - 1]), Err(AbiError::Truncated));
    assert_eq!(answers(&questions, &[&told[..], &[0]].concat()), Err(AbiError::Trailing));
    assert_eq!(answers(&questions, &[]), Err(AbiError::Truncated), "out of gas is nobody's answer");
}

#[test]
fn row_100_more_than_was_asked_for_is_no_answer() {
    assert_eq!(answers(&[balance()], &record(1, 64, &[0; 32])).unwrap(), [ChainAnswer::Failed(vec![0; 32])]);
    assert_eq!(answers(&[balance()], &record(1, 0, &[])).unwrap(), [ChainAnswer::Failed(vec![])]);
    assert_eq!(answers(&[balance()], &record(0, 1 << 20, &[9; 32])).unwrap(), [ChainAnswer::Failed(vec![9; 32])]);
    assert_eq!(answers(&[balance()], &record(2, 32, &[9; 32])), Err(AbiError::Flag));
    let signature = SignatureBytes::from_bytes(&[5; 33]).unwrap();
    let signature = ChainQuery::ContractSignature { wallet: WHO, digest: Digest::from_bytes([3; 32]), signature };
    let magic = [&[0x16, 0x26, 0xba, 0x7e][..], &[0; 28]].concat();
    assert_eq!(answers(core::slice::from_ref(&signature), &record(1, 64, &magic)).unwrap(), [ChainAnswer::Flag(true)]);
    assert_eq!(answers(&[signature], &record(0, 32, &magic)).unwrap(), [ChainAnswer::Flag(false)]);
}

#[test]
fn a_simulation_that_ran_out_of_gas_is_no_answer() {
    let ran_out = record(1, 0, &[]);
    assert_eq!(answers(&[simulation(1)], &ran_out), Err(AbiError::Truncated));
    let created = record(0, 0, &[]);
    assert_eq!(answers(&[simulation(1)], &created), Err(AbiError::Flag));
}
