use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use quittance_core::chain::{ChainAnswer, ChainQuery, Plan, Step};
use quittance_core::eip712::permit2::{EXACT_PROXY, UPTO_PROXY};
use quittance_core::eip712::{Digest, Domain};
use quittance_core::signature::SignatureBytes;
use quittance_core::wire::{Extension, Extensions, PaymentPayload};
use quittance_core::{Admitted, Authorization, ChainMode, Progress, Scheme, SecretKey, VerifyInput, keccak256};

use super::*;
use crate::tests::permit2::{at, exact, offer, paid, token, upto};
use crate::tests::{NOW, key};
use crate::{EXACT, Exact, UPTO};

const BOTH: &[Sponsoring] = &[Sponsoring::Eip2612, Sponsoring::Erc20Approval];

fn scheme() -> Exact<'static> {
    EXACT.keys_only().with_sponsoring(BOTH)
}

/// The payment of a permit with an extension beside it.
fn with(payment: &Payment, terms: &Terms, id: &str, entry: &Extension) -> Payment {
    let payload = match payment.authorization() {
        Authorization::ExactPermit2(payload) => payload.into(),
        Authorization::UptoPermit2(payload) => payload.into(),
        other => panic!("{other:?}"),
    };
    let mut paid = PaymentPayload::new(terms.requirements().clone(), payload);
    let mut extensions = Extensions::new();
    extensions.insert(id, entry);
    paid.extensions = Some(extensions);
    paid.try_into().unwrap()
}

fn owned() -> Permit {
    Permit {
        owner: key().address(),
        spender: PERMIT2,
        value: Amount::from_u64(10_000),
        nonce: Amount::from_u64(3),
        deadline: at(NOW + 60),
    }
}

fn signed_by(key: &SecretKey, permit: Permit, domain: &Domain<'_>) -> Eip2612GasSponsoring {
    Eip2612GasSponsoring::new(token(), permit, key.sign(&eip712::digest(&domain.separator(), &permit)))
}

fn usdc() -> Domain<'static> {
    Domain::token("USDC", "2", 84_532, token())
}

fn brought(permit: Permit) -> Eip2612GasSponsoring {
    signed_by(&key(), permit, &usdc())
}

/// The verdict without a chain, or the kind of question.
fn judge(entry: &Extension, id: &str) -> String {
    let terms = offer("exact");
    let payment = with(&paid(&terms, exact()), &terms, id, entry);
    match scheme().verify(&VerifyInput::offline(&payment, &terms, at(NOW))) {
        Ok(Progress::Verified(_)) => "ok".into(),
        Ok(other) => format!("{other:?}"),
        Err(rejection) => rejection.code().into(),
    }
}

fn check_permit(brought: &Eip2612GasSponsoring, expected: &str) {
    assert_eq!(judge(&brought.into(), Eip2612GasSponsoring::ID), expected, "{brought:?}");
}

#[test]
fn row_167_a_permit_is_this_owners_for_this_token_and_this_amount() {
    check_permit(&brought(owned()), "ok");
    let stranger = SecretKey::from_bytes(&[8; 32]).unwrap();
    check_permit(&brought(Permit { owner: stranger.address(), ..owned() }), "eip2612_from");
    check_permit(&signed_by(&stranger, owned(), &usdc()), "eip2612_from");
    check_permit(&signed_by(&key(), owned(), &Domain::token("USDC", "2", 8_453, token())), "eip2612_from");
    check_permit(&signed_by(&key(), owned(), &Domain::permit2(84_532)), "eip2612_from");
    let mut other = brought(owned());
    other.asset = Address::from_bytes([5; 20]);
    check_permit(&other, "eip2612_asset");
    for spender in [EXACT_PROXY, UPTO_PROXY, stranger.address()] {
        check_permit(&brought(Permit { spender, ..owned() }), "eip2612_spender");
    }
    for (deadline, expected) in
        [(NOW + 6, "ok"), (NOW + 5, "eip2612_deadline"), (0, "eip2612_deadline"), (u64::MAX, "eip2612_deadline")]
    {
        check_permit(&brought(Permit { deadline: at(deadline), ..owned() }), expected);
    }
    for value in [Amount::ZERO, Amount::from_u64(9_999), Amount::from_u64(10_001), Amount::MAX] {
        check_permit(&brought(Permit { value, ..owned() }), "permit2_permit_amount");
    }
    let unsigned = |length| SignatureBytes::from_bytes(&vec![1; length]).unwrap();
    for length in [0, 64, 65, 66] {
        let mut other = brought(owned());
        other.signature = unsigned(length);
        check_permit(&other, "eip2612_format");
    }
}

#[test]
fn an_echo_is_no_answer_and_a_part_of_one_is_malformed() {
    let advertised: Extension = Extension::new([("description", "we pay the gas"), ("version", "1")].into_iter().collect());
    for id in [Eip2612GasSponsoring::ID, Erc20ApprovalGasSponsoring::ID] {
        assert_eq!(judge(&advertised, id), "ok");
    }
    let whole: Extension = (&brought(owned())).into();
    for name in ["from", "asset", "spender", "amount", "nonce", "deadline", "signature", "version"] {
        let mut part = whole.clone();
        part.info.remove(name);
        assert_eq!(judge(&part, Eip2612GasSponsoring::ID), "eip2612_format", "{name}");
    }
    let mut wrong = whole;
    wrong.info.insert("version", "one");
    assert_eq!(judge(&wrong, Eip2612GasSponsoring::ID), "eip2612_format");
    // nobody asked for it: it is not even looked at
    let terms = offer("exact");
    let payment = with(&paid(&terms, exact()), &terms, Eip2612GasSponsoring::ID, &wrong);
    assert!(matches!(EXACT.verify(&VerifyInput::offline(&payment, &terms, at(NOW))), Ok(Progress::Verified(_))));
}

/// A transaction, as RLP writes it.
#[derive(Clone)]
struct Tx {
    chain: u64,
    nonce: u64,
    tip: u64,
    most: u64,
    gas: u64,
    to: Vec<u8>,
    value: u64,
    data: Vec<u8>,
    access_list: Vec<u8>,
}

fn approving(amount: Amount) -> Tx {
    Tx {
        chain: 84_532,
        nonce: 7,
        tip: 100_000_000,
        most: 1_000_000_000,
        gas: 70_000,
        to: token().as_bytes().to_vec(),
        value: 0,
        data: [&abi_of("approve(address,uint256)")[..], &[0; 12], PERMIT2.as_bytes(), &amount.to_be_bytes()].concat(),
        access_list: vec![0xc0],
    }
}

fn abi_of(function: &str) -> [u8; 4] {
    keccak256(function.as_bytes())[..4].try_into().unwrap()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [byte @ 0..=0x7f] => vec![*byte],
        _ if bytes.len() < 56 => [&[0x80 + u8::try_from(bytes.len()).unwrap()][..], bytes].concat(),
        _ => [&[0xb8, u8::try_from(bytes.len()).unwrap()][..], bytes].concat(),
    }
}

fn uint(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    string(&bytes[bytes.iter().take_while(|byte| **byte == 0).count()..])
}

fn trimmed(word: &[u8]) -> Vec<u8> {
    string(&word[word.iter().take_while(|byte| **byte == 0).count()..])
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let content = items.concat();
    [crate::rlp::list_head(content.len()), content].concat()
}

impl Tx {
    fn fields(&self) -> Vec<Vec<u8>> {
        let numbers = [self.chain, self.nonce, self.tip, self.most, self.gas].map(uint);
        let rest = [string(&self.to), uint(self.value), string(&self.data), self.access_list.clone()];
        numbers.into_iter().chain(rest).collect()
    }

    fn signed_1559(&self, key: &SecretKey) -> Vec<u8> {
        let fields = self.fields();
        let digest = keccak256(&[&[2][..], &list(&fields)].concat());
        let signature = key.sign(&Digest::from_bytes(digest)).to_bytes();
        let (r, s, parity) = (trimmed(&signature[..32]), trimmed(&signature[32..64]), uint(u64::from(signature[64] - 27)));
        [&[2][..], &list(&[fields, vec![parity, r, s]].concat())].concat()
    }

    fn signed_155(&self, key: &SecretKey, v: impl Fn(u64) -> u64, tail: &[u64]) -> Vec<u8> {
        let fields =
            vec![uint(self.nonce), uint(self.most), uint(self.gas), string(&self.to), uint(self.value), string(&self.data)];
        let tail = tail.iter().map(|number| uint(*number)).collect();
        let signature = key.sign(&Digest::from_bytes(keccak256(&list(&[fields.clone(), tail].concat())))).to_bytes();
        let v = uint(v(u64::from(signature[64] - 27)));
        list(&[fields, vec![v, trimmed(&signature[..32]), trimmed(&signature[32..64])]].concat())
    }
}

fn approval(raw: Vec<u8>, amount: Amount) -> Erc20ApprovalGasSponsoring {
    Erc20ApprovalGasSponsoring::new(key().address(), token(), PERMIT2, amount, SignedTransaction::from_bytes(raw))
}

fn check_raw(raw: Vec<u8>, amount: Amount, expected: &str) {
    assert_eq!(judge(&(&approval(raw, amount)).into(), Erc20ApprovalGasSponsoring::ID), expected);
}

fn check_tx(edit: impl FnOnce(&mut Tx), expected: &str) {
    let mut tx = approving(Amount::MAX);
    edit(&mut tx);
    check_raw(tx.signed_1559(&key()), Amount::MAX, expected);
}

#[test]
fn row_167_a_foreign_transaction_is_not_sent() {
    check_tx(|_| {}, "ok");
    check_tx(|tx| tx.to = EXACT_PROXY.as_bytes().to_vec(), "erc20_approval_tx_target");
    check_tx(|tx| tx.to = Vec::new(), "erc20_approval_tx_target");
    check_tx(|tx| tx.chain = 8_453, "erc20_approval_tx_target");
    check_tx(|tx| tx.to.truncate(19), "erc20_approval_tx_format");
    check_tx(|tx| tx.value = 1, "erc20_approval_tx_format");
    check_tx(|tx| tx.tip = tx.most + 1, "erc20_approval_tx_format");
    check_tx(|tx| tx.access_list = list(&[list(&[string(token().as_bytes()), list(&[])])]), "erc20_approval_tx_format");
    check_tx(|tx| tx.data[..4].copy_from_slice(&abi_of("transfer(address,uint256)")), "erc20_approval_tx_selector");
    check_tx(|tx| tx.data.truncate(3), "erc20_approval_tx_selector");
    check_tx(|tx| tx.data.truncate(67), "erc20_approval_tx_calldata");
    check_tx(|tx| tx.data.push(0), "erc20_approval_tx_calldata");
    check_tx(|tx| tx.data[35] ^= 1, "erc20_approval_tx_spender");
    check_tx(|tx| tx.data[4] = 1, "erc20_approval_tx_spender");
    check_tx(|tx| tx.data[67] ^= 1, "erc20_approval_tx_calldata"); // another amount than is stated
    let exactly = Amount::from_u64(10_000);
    check_raw(approving(exactly).signed_1559(&key()), exactly, "ok");
    let less = Amount::from_u64(9_999);
    check_raw(approving(less).signed_1559(&key()), less, "erc20_approval_tx_calldata");
    let stranger = SecretKey::from_bytes(&[8; 32]).unwrap();
    check_raw(approving(Amount::MAX).signed_1559(&stranger), Amount::MAX, "erc20_approval_tx_signer");
}

#[test]
fn row_167_what_is_stated_is_this_payments() {
    let good = approval(approving(Amount::MAX).signed_1559(&key()), Amount::MAX);
    let check = |edit: &dyn Fn(&mut Erc20ApprovalGasSponsoring), expected: &str| {
        let mut edited = good.clone();
        edit(&mut edited);
        assert_eq!(judge(&(&edited).into(), Erc20ApprovalGasSponsoring::ID), expected);
    };
    check(&|_| {}, "ok");
    check(&|stated| stated.from = PERMIT2, "erc20_approval_from");
    check(&|stated| stated.asset = PERMIT2, "erc20_approval_asset");
    check(&|stated| stated.spender = EXACT_PROXY, "erc20_approval_spender");
    let whole: Extension = (&good).into();
    for name in ["from", "asset", "spender", "amount", "signedTransaction", "version"] {
        let mut part = whole.clone();
        part.info.remove(name);
        assert_eq!(judge(&part, Erc20ApprovalGasSponsoring::ID), "erc20_approval_format", "{name}");
    }
}

#[test]
fn a_transaction_has_one_encoding_and_one_signature() {
    let good = approving(Amount::MAX).signed_1559(&key());
    let check = |raw: Vec<u8>, expected: &str| check_raw(raw, Amount::MAX, expected);
    check([&good[..], &[0]].concat(), "erc20_approval_tx_format");
    check(good[..good.len() - 1].to_vec(), "erc20_approval_tx_format");
    check([&[1][..], &good[1..]].concat(), "erc20_approval_tx_format");
    check([&[4][..], &good[1..]].concat(), "erc20_approval_tx_format");
    check(good[1..].to_vec(), "erc20_approval_tx_format");
    check(Vec::new(), "erc20_approval_tx_format");
    // the twin of the signature: s above half of the order
    let tx = approving(Amount::MAX);
    let fields = tx.fields();
    let with = |parity: u64, r: &[u8], s: &[u8]| {
        [&[2][..], &list(&[fields.clone(), vec![uint(parity), trimmed(r), trimmed(s)]].concat())].concat()
    };
    let signature = key().sign(&Digest::from_bytes(keccak256(&[&[2][..], &list(&fields)].concat()))).to_bytes();
    let (r, s, parity) = (&signature[..32], &signature[32..64], u64::from(signature[64] - 27));
    check(with(parity, r, s), "ok");
    check(with(1 - parity, r, s), "erc20_approval_tx_signer");
    check(with(2, r, s), "erc20_approval_tx_format");
    check(with(parity, &[], s), "erc20_approval_tx_signature");
    check(with(parity, r, &[0xff; 32]), "erc20_approval_tx_signature");
    check(with(parity, &[1; 33], s), "erc20_approval_tx_format");
}

#[test]
fn the_older_form_names_its_chain() {
    let tx = approving(Amount::MAX);
    let check = |raw: Vec<u8>, expected: &str| check_raw(raw, Amount::MAX, expected);
    check(tx.signed_155(&key(), |parity| 35 + 2 * 84_532 + parity, &[84_532, 0, 0]), "ok");
    check(tx.signed_155(&key(), |parity| 35 + 2 * 8_453 + parity, &[8_453, 0, 0]), "erc20_approval_tx_target");
    check(tx.signed_155(&key(), |parity| 35 + 2 * 84_532 + parity, &[8_453, 0, 0]), "erc20_approval_tx_signer");
    check(tx.signed_155(&key(), |parity| 27 + parity, &[]), "erc20_approval_tx_format"); // good on every chain
}

/// What the model of a chain says of an owner without an allowance.
fn answer(question: &ChainQuery, allowance: u64, nonce: u64, funds: u64) -> ChainAnswer {
    let amount = |units| ChainAnswer::Amount(Amount::from_u64(units));
    match question {
        ChainQuery::Code { address } if *address == key().address() => ChainAnswer::Bytes(Vec::new()),
        ChainQuery::Code { .. } => ChainAnswer::Bytes(vec![1]),
        ChainQuery::PermitNonce { .. } => ChainAnswer::Flag(false),
        ChainQuery::Allowance { .. } => amount(allowance),
        ChainQuery::Balance { .. } => amount(10_000),
        ChainQuery::TokenNonce { .. } | ChainQuery::Transactions { .. } => amount(nonce),
        ChainQuery::Funds { .. } => amount(funds),
        ChainQuery::Simulate(_) => ChainAnswer::Flag(true),
        other => panic!("{other:?}"),
    }
}

fn on_chain(
    payment: &Payment,
    terms: &Terms,
    scheme: &dyn Scheme,
    answer: impl Fn(&ChainQuery) -> ChainAnswer,
) -> (String, Vec<ChainQuery>) {
    let input = VerifyInput::offline(payment, terms, at(NOW));
    let questions = scheme.questions(&input.on_chain(&[])).unwrap();
    let answers = questions.iter().map(|question| (question.clone(), answer(question))).collect::<Vec<_>>();
    let verdict = match scheme.verify(&input.on_chain(&answers)) {
        Ok(Progress::Verified(_)) => "ok".into(),
        Ok(other) => format!("{other:?}"),
        Err(rejection) => rejection.code().into(),
    };
    (verdict, questions)
}

#[test]
fn rows_166_and_167_a_missing_allowance_that_was_brought_is_not_missing() {
    let terms = offer("exact");
    let bare = paid(&terms, exact());
    let permit = with(&bare, &terms, Eip2612GasSponsoring::ID, &(&brought(owned())).into());
    let raw = approving(Amount::MAX).signed_1559(&key());
    let approval = with(&bare, &terms, Erc20ApprovalGasSponsoring::ID, &(&approval(raw, Amount::MAX)).into());
    let enough = 70_000 * 1_000_000_000;
    for (payment, allowance, nonce, funds, expected) in [
        (&bare, 0, 0, 0, "permit2_allowance"),
        (&bare, 10_000, 0, 0, "ok"),
        (&permit, 0, 3, 0, "ok"),
        (&permit, 0, 4, 0, "permit2_allowance"), // that permit is used
        (&permit, 10_000, 4, 0, "ok"),
        (&approval, 0, 7, enough, "ok"),
        (&approval, 0, 8, enough, "permit2_allowance"),
        (&approval, 0, 7, enough - 1, "erc20_approval_gas"),
        (&approval, 10_000, 8, 0, "ok"),
    ] {
        let answer = |question: &ChainQuery| answer(question, allowance, nonce, funds);
        assert_eq!(on_chain(payment, &terms, &scheme(), answer).0, expected, "{allowance} {nonce} {funds}");
    }
    // whoever gives the payer something for the gas asks for the rest of it
    for (funding, funds, expected) in
        [(1, enough - 1, "ok"), (1, enough - 2, "erc20_approval_gas"), (enough, 0, "ok"), (enough - 1, 0, "erc20_approval_gas")]
    {
        let scheme = scheme().with_funding(Amount::from_u64(funding));
        assert_eq!(on_chain(&approval, &terms, &scheme, |question| answer(question, 0, 7, funds)).0, expected, "{funding} {funds}");
    }
    // whoever does not take what is brought wants the allowance
    let nothing = |question: &ChainQuery| answer(question, 0, 3, 0);
    assert_eq!(on_chain(&permit, &terms, &EXACT.keys_only(), nothing).0, "permit2_allowance");
}

fn plan(scheme: &dyn Scheme, payment: &Payment, terms: &Terms, charge: u64) -> Plan {
    let Ok(Progress::Verified(verified)) =
        scheme.verify(&VerifyInput::offline(payment, terms, at(NOW)).in_mode(ChainMode::Offline))
    else {
        panic!("verified")
    };
    scheme.plan(&Admitted::assertion(verified), Amount::from_u64(charge)).unwrap()
}

#[test]
fn a_permit_is_handed_over_in_the_call_that_settles() {
    let upto_scheme = UPTO.keys_only().with_sponsoring(BOTH);
    let (fixed, ceiling) = (offer("exact"), offer("upto"));
    let brought = brought(owned());
    let name = "settleWithPermit((uint256,uint256,bytes32,bytes32,uint8),((address,uint256),uint256,uint256),";
    for (scheme, terms, payment, proxy, rest, charge) in [
        (&scheme() as &dyn Scheme, &fixed, paid(&fixed, exact()), EXACT_PROXY, "address,(address,uint256),bytes)", 10_000),
        (&upto_scheme, &ceiling, paid(&ceiling, upto()), UPTO_PROXY, "uint256,address,(address,address,uint256),bytes)", 1_234),
    ] {
        let without = plan(scheme, &payment, terms, charge);
        let payment = with(&payment, terms, Eip2612GasSponsoring::ID, &(&brought).into());
        let plan = plan(scheme, &payment, terms, charge);
        let ([Step::Call(call)], [Step::Call(plain)]) = (&plan.steps[..], &without.steps[..]) else { panic!("one call each") };
        assert_eq!((call.target, &call.data[..4], call.sender), (proxy, &abi_of(&format!("{name}{rest}"))[..], plain.sender));
        let word = |i: usize| &call.data[4 + 32 * i..36 + 32 * i];
        let signature = brought.signature.as_bytes();
        assert_eq!((word(0), word(1)), (&owned().value.to_be_bytes()[..], &Amount::from_u64(NOW + 60).to_be_bytes()[..]));
        assert_eq!((word(2), word(3), word(4)[31]), (&signature[..32], &signature[32..64], signature[64]));
        // the rest is the call without it, but for where the signature begins
        let (after, mut plain) = (call.data[4 + 5 * 32..].to_vec(), plain.data[4..].to_vec());
        let at = after.iter().zip(&plain).position(|(a, b)| a != b).unwrap();
        assert_eq!(after[at], plain[at] + 5 * 32);
        plain[at] = after[at];
        assert_eq!(after, plain);
        assert_eq!(plan.evidence[0], without.evidence[0]);
        assert_eq!(plan.evidence[1].topics, [keccak256(b"SettledWithPermit()")]);
        assert_eq!(plan.evidence[1].emitter, proxy);
    }
}

#[test]
fn an_approval_is_sent_first() {
    let terms = offer("exact");
    let bare = paid(&terms, exact());
    let raw = approving(Amount::MAX).signed_1559(&key());
    let payment = with(&bare, &terms, Erc20ApprovalGasSponsoring::ID, &(&approval(raw.clone(), Amount::MAX)).into());
    let plain = plan(&scheme(), &bare, &terms, 10_000);
    let sponsored = plan(&scheme(), &payment, &terms, 10_000);
    assert_eq!(sponsored.steps[0], Step::Broadcast(SignedTransaction::from_bytes(raw)));
    assert_eq!((&sponsored.steps[1..], &sponsored.evidence, sponsored.shareable()), (&plain.steps[..], &plain.evidence, None));
    let funding = Amount::from_u64(5);
    let funded = plan(&scheme().with_funding(funding), &payment, &terms, 10_000);
    let needs = Amount::from_u64(70_000 * 1_000_000_000);
    assert_eq!(funded.steps[0], Step::Fund { account: key().address(), needs, most: funding });
    assert_eq!((&funded.steps[1..], &funded.evidence), (&sponsored.steps[..], &sponsored.evidence));
    let nothing_is_simulated = on_chain(&payment, &terms, &scheme(), |question| answer(question, 0, 7, u64::MAX)).1;
    assert!(!nothing_is_simulated.iter().any(|question| matches!(question, ChainQuery::Simulate(_))));
}

#[test]
fn the_names_are_those_of_the_extensions() {
    assert_eq!(BOTH.iter().map(|way| way.id()).collect::<Vec<_>>(), ["eip2612GasSponsoring", "erc20ApprovalGasSponsoring"]);
}
