use quittance_core::chain::{Call, ExpectedLog, Step};
use quittance_core::registry::networks::BASE;
use quittance_core::{Amount, Nonce};

use super::*;
use crate::chain::TransactionHash;

const TOKEN: Address = Address::from_bytes([1; 20]);
const OTHER: Address = Address::from_bytes([2; 20]);
const PAYER: Address = Address::from_bytes([3; 20]);
const PAYEE: Address = Address::from_bytes([4; 20]);

fn transfer(to: Address, value: u64) -> ExpectedLog {
    let topics = vec![transfer_topic(), word(PAYER), word(to)];
    ExpectedLog::new(TOKEN, topics, Amount::from_u64(value).to_be_bytes().to_vec())
}

fn used(nonce: u8) -> ExpectedLog {
    ExpectedLog::new(TOKEN, vec![used_topic(), word(PAYER), [nonce; 32]], vec![])
}

fn plan(nonce: u8) -> Plan {
    Plan::call(Call::new(TOKEN, vec![]), vec![transfer(PAYEE, 10), used(nonce)])
}

fn key(nonce: u8) -> ReplayKey {
    ReplayKey::Eip3009 { network: BASE, token: TOKEN, from: PAYER, nonce: Nonce::from_bytes([nonce; 32]) }
}

fn receipt(succeeded: bool, logs: &[ExpectedLog]) -> Receipt {
    let transaction = TransactionHash::from_bytes([9; 32]);
    let log =
        |log: &ExpectedLog| Log { emitter: log.emitter, topics: log.topics.clone(), data: log.data.clone(), transaction, block: 5 };
    Receipt { transaction, block: 5, block_hash: [8; 32], succeeded, cost: 1, logs: logs.iter().map(log).collect() }
}

#[test]
fn rows_145_and_146_a_receipt_proves_what_its_logs_say() {
    let check =
        |succeeded, logs: &[ExpectedLog], expected| assert_eq!(ours(&receipt(succeeded, logs), &plan(1), &key(1)), expected);
    check(true, &[used(1), transfer(PAYEE, 10)], Word::Paid);
    check(true, &[used(1), transfer(PAYEE, 9)], Word::Otherwise);
    check(true, &[used(1), transfer(PAYER, 10)], Word::Otherwise);
    check(true, &[transfer(PAYEE, 10)], Word::Otherwise);
    check(true, &[used(1), ExpectedLog::new(OTHER, transfer(PAYEE, 10).topics, transfer(PAYEE, 10).data)], Word::Otherwise);
    check(true, &[], Word::Otherwise);
    check(false, &[used(1), transfer(PAYEE, 10)], Word::Reverted);
}

#[test]
fn row_144_a_strangers_transaction_pays_if_every_authorization_in_it_has_its_transfer() {
    let check = |logs: &[ExpectedLog], expected| assert_eq!(strangers(&receipt(true, logs), &plan(1), &key(1)), expected);
    check(&[used(1), transfer(PAYEE, 10)], Word::Paid);
    check(&[used(1), transfer(PAYEE, 10), used(2), transfer(PAYEE, 10)], Word::Paid);
    // the nonce of this payment went to the payer itself, and the transfer is another payment's
    check(&[used(1), transfer(PAYER, 10), used(2), transfer(PAYEE, 10)], Word::Otherwise);
    check(&[transfer(PAYER, 10), used(1), transfer(PAYEE, 10), used(2)], Word::Otherwise);
}

#[test]
fn row_97_a_transaction_in_which_a_factory_was_called_is_judged_like_a_strangers() {
    let mut plan = plan(1);
    plan.steps.insert(0, Step::Deploy { wallet: PAYER, call: Call::new(OTHER, vec![]) });
    let check = |logs: &[ExpectedLog], expected| assert_eq!(ours(&receipt(true, logs), &plan, &key(1)), expected);
    check(&[used(1), transfer(PAYEE, 10)], Word::Paid);
    // the factory was made to pay with another authorization, and the transfer is that one's
    check(&[used(2), transfer(PAYEE, 10), used(1)], Word::Otherwise);
}

#[test]
fn events_have_their_names() {
    let hex = |topic: [u8; 32]| topic.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(transfer_topic()), "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    assert_eq!(hex(used_topic()), "98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5");
    assert_eq!(hex(cancelled_topic()), "1cdd46ff242716cdaa72d159d339a485b3438398348d68f09d7c8c0a59353d81");
}
