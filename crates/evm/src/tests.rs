use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;
use quittance_core::chain::{Call, ChainAnswer, ChainQuery, ExpectedLog, Plan, Step};
use quittance_core::eip712::Digest;
use quittance_core::eip712::eip3009::Authorization as Transfer;
use quittance_core::json::Object;
use quittance_core::proof::{Admitted, Settled};
use quittance_core::registry::{self, networks};
use quittance_core::signature::{PayerCache, SignatureBytes, Wrapped};
use quittance_core::wire::{Eip3009Payload, PaymentPayload, PaymentRequirements};
use quittance_core::{
    Account, Address, Amount, Limits, Money, Network, Nonce, Payment, Progress, Rejection, ReplayKey, Scheme, SecretKey, Terms,
    UnixSeconds, VerifyInput, Window, header, keccak256,
};

use crate::{EXACT, Exact};

mod chain;
pub(crate) mod permit2;

pub(crate) const NOW: u64 = 1_740_672_100;
const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
/// The `PAYMENT-SIGNATURE` sample of the HTTP transport page: a genuine signature (catalogue section 0).
const SAMPLE: &str = include_str!("sample.txt");

pub(crate) fn key() -> SecretKey {
    SecretKey::from_bytes(&[7; 32]).unwrap()
}

fn terms_on(network: Network) -> Terms {
    Terms::exact(registry::default_asset(network).unwrap(), &Money::parse("$0.01").unwrap(), PAYEE, 60).unwrap()
}

fn terms() -> Terms {
    terms_on(networks::BASE_SEPOLIA)
}

fn edited(edit: impl FnOnce(&mut PaymentRequirements)) -> PaymentRequirements {
    let mut offer = terms().requirements().clone();
    edit(&mut offer);
    offer
}

fn transfer() -> Transfer {
    Transfer {
        from: key().address(),
        to: Address::parse(PAYEE).unwrap(),
        value: Amount::from_u64(10_000),
        window: Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(NOW + 60)),
        nonce: Nonce::from_bytes([9; 32]),
    }
}

/// A payment for `terms`, signed over `transfer` in the domain of the token of `terms`.
fn signed(terms: &Terms, transfer: Transfer) -> Payment {
    let separator = terms.token().unwrap().erc20().unwrap().domain_separator();
    let unsigned = Eip3009Payload::new(SignatureBytes::from_bytes(&[]).unwrap(), transfer);
    with_signature(terms, transfer, key().sign(&unsigned.digest(&separator)).into())
}

fn with_signature(terms: &Terms, transfer: Transfer, signature: SignatureBytes) -> Payment {
    let payload = Eip3009Payload::new(signature, transfer);
    PaymentPayload::new(terms.requirements().clone(), (&payload).into()).try_into().unwrap()
}

/// `expected` is the payer, the kind of question, or the code of the rejection.
fn check_with(scheme: Exact, input: &VerifyInput<'_>, expected: &str) {
    let got = match scheme.verify(input) {
        Ok(Progress::Verified(proof)) => format!("{}", proof.payer()),
        Ok(Progress::Ask(ChainQuery::Code { .. })) => "code?".into(),
        Ok(Progress::Ask(ChainQuery::ContractSignature { .. })) => "signature?".into(),
        Ok(other) => format!("{other:?}"),
        Err(rejection) => rejection.code().into(),
    };
    assert_eq!(got, expected);
}

fn check(payment: &Payment, terms: &Terms, now: u64, expected: &str) {
    let now = UnixSeconds::from_secs(now);
    check_with(EXACT.keys_only(), &VerifyInput::offline(payment, terms, now), expected);
    let by_key = EXACT.verify_by_key(payment, terms, now);
    assert_eq!(by_key.map_or_else(|rejection| rejection.code().into(), |proof| format!("{}", proof.payer())), expected);
}

fn payer() -> String {
    format!("{}", key().address())
}

#[test]
fn row_73_the_sample_of_the_specification_is_good_inside_its_window() {
    let payment = Payment::try_from(header::payment_signature(SAMPLE.trim().as_bytes(), &Limits::HEADER).unwrap()).unwrap();
    for (now, expected) in [
        (1_740_672_089, "eip3009_valid_after"),
        (1_740_672_090, "0x857b06519E91e3A54538791bDbb0E22373e36b66"),
        (1_740_672_148, "0x857b06519E91e3A54538791bDbb0E22373e36b66"),
        (1_740_672_149, "eip3009_valid_before"),
        (1_740_672_154, "eip3009_valid_before"),
    ] {
        check(&payment, &terms(), now, expected);
    }
}

#[test]
fn row_46_to_53_the_window_is_the_tokens_with_time_to_settle() {
    let at = |after, before, expected: &str| {
        let window = Window::new(UnixSeconds::from_secs(after), UnixSeconds::from_secs(before));
        check(&signed(&terms(), Transfer { window, ..transfer() }), &terms(), NOW, expected);
    };
    at(0, NOW - 1, "eip3009_valid_before");
    at(0, NOW + 5, "eip3009_valid_before");
    at(0, NOW + 6, &payer());
    at(NOW + 1, NOW + 60, "eip3009_valid_after");
    at(NOW, NOW + 60, "eip3009_valid_after");
    at(NOW - 1, NOW + 60, &payer());
    at(NOW + 60, NOW + 60, "eip3009_valid_before");
    at(0, NOW * 1000, "eip3009_valid_before");
    at(0, u64::MAX, "eip3009_valid_before");
    let patient = EXACT.keys_only().with_margin(61);
    check_with(
        patient,
        &VerifyInput::offline(&signed(&terms(), transfer()), &terms(), UnixSeconds::from_secs(NOW)),
        "eip3009_valid_before",
    );
}

#[test]
fn row_57_to_61_exactly_the_price_to_exactly_the_payee() {
    for value in [0, 1, 9_999, 10_001, 100_000] {
        let paid = Transfer { value: Amount::from_u64(value), ..transfer() };
        check(&signed(&terms(), paid), &terms(), NOW, "eip3009_value");
    }
    check(&signed(&terms(), Transfer { to: key().address(), ..transfer() }), &terms(), NOW, "eip3009_recipient");
    // The client edits the payee in `accepted` and signs to it.
    let edited_payee = Terms::parse(edited(|offer| offer.pay_to = payer())).unwrap();
    check(&signed(&edited_payee, Transfer { to: key().address(), ..transfer() }), &terms(), NOW, "no_matching_offer");
    // A seller whose own price is zero has no offer to meet.
    let free = Terms::parse(edited(|offer| offer.amount = "0".into())).unwrap();
    check(&signed(&free, Transfer { value: Amount::ZERO, ..transfer() }), &free, NOW, "eip3009_value");
}

#[test]
fn row_63_and_85_another_chain_is_another_payment() {
    let (here, there) = (terms(), terms_on(networks::BASE));
    check(&signed(&there, transfer()), &here, NOW, "network_mismatch");
    let separator = there.token().unwrap().erc20().unwrap().domain_separator();
    let payload = Eip3009Payload::new(SignatureBytes::from_bytes(&[]).unwrap(), transfer());
    let payment = with_signature(&here, transfer(), key().sign(&payload.digest(&separator)).into());
    check(&payment, &here, NOW, "eip3009_signature");
}

#[test]
fn row_68_and_83_the_domain_is_the_registrys() {
    let with_extra = |name: &str, version: &str| {
        let extra: Object = [("name", name), ("version", version)].into_iter().collect();
        Terms::parse(terms().requirements().clone().with_extra(extra)).unwrap()
    };
    let sign_in = |terms: &Terms| {
        let separator = self::terms().token().unwrap().erc20().unwrap().domain_separator();
        let payload = Eip3009Payload::new(SignatureBytes::from_bytes(&[]).unwrap(), transfer());
        with_signature(terms, transfer(), key().sign(&payload.digest(&separator)).into())
    };
    for (name, version, expected) in
        [("USDC", "2", payer().as_str()), ("USD Coin", "2", "token_name_mismatch"), ("USDC", "1", "token_version_mismatch")]
    {
        let terms = with_extra(name, version);
        check(&sign_in(&terms), &terms, NOW, expected);
    }
    let bare = Terms::parse(edited(|offer| offer.extra = None)).unwrap();
    check(&sign_in(&bare), &bare, NOW, &payer());
}

#[test]
fn a_token_of_the_sellers_own_brings_its_domain_in_the_offer() {
    let mut offer = terms().requirements().clone();
    offer.asset = "0x1111111111111111111111111111111111111111".into();
    let domain = quittance_core::eip712::Domain::token("USDC", "2", 84_532, Address::from_bytes([0x11; 20])).separator();
    let payload = Eip3009Payload::new(SignatureBytes::from_bytes(&[]).unwrap(), transfer());
    let signature: SignatureBytes = key().sign(&payload.digest(&domain)).into();
    let named = Terms::parse(offer.clone()).unwrap();
    check(&with_signature(&named, transfer(), signature.clone()), &named, NOW, &payer());
    offer.extra = None;
    let nameless = Terms::parse(offer).unwrap();
    check(&with_signature(&nameless, transfer(), signature), &nameless, NOW, "missing_eip712_domain");
    // A token that Permit2 has to move has no authorizations of its own.
    let permit2 = terms_on(networks::MEGAETH);
    let value = permit2.amount();
    let payment = with_signature(&permit2, Transfer { value, ..transfer() }, SignatureBytes::from_bytes(&[0; 65]).unwrap());
    check(&payment, &permit2, NOW, "eip3009_not_supported");
}

#[test]
fn row_75_to_82_a_signature_that_is_not_the_payers_is_refused() {
    let good = signed(&terms(), transfer());
    let quittance_core::Authorization::Eip3009(payload) = good.authorization() else { unreachable!() };
    let bytes = payload.signature.as_bytes().to_vec();
    let other_key = SecretKey::from_bytes(&[8; 32]).unwrap();
    check(&signed(&terms(), Transfer { from: other_key.address(), ..transfer() }), &terms(), NOW, "eip3009_signature");
    for v in [0, 1, 2, 26, 29, 34, 35, 255, if bytes[64] == 27 { 28 } else { 27 }] {
        let mut changed = bytes.clone();
        changed[64] = v;
        let payment = with_signature(&terms(), transfer(), SignatureBytes::from_bytes(&changed).unwrap());
        check(&payment, &terms(), NOW, "eip3009_signature");
    }
    for length in [0, 1, 32, 64, 66, 97] {
        let payment = with_signature(&terms(), transfer(), SignatureBytes::from_bytes(&alloc::vec![1; length]).unwrap());
        check(&payment, &terms(), NOW, "eip3009_signature");
    }
}

#[test]
fn rows_97_to_103_code_decides_who_answers_for_a_payer() {
    let terms = terms();
    let at = UnixSeconds::from_secs(NOW);
    let good = signed(&terms, transfer());
    let forged = with_signature(&terms, transfer(), SignatureBytes::from_bytes(&[1; 65]).unwrap());
    let wrapper = Wrapped::new(Address::from_bytes([4; 20]), &[1, 2], &[5; 65]).unwrap().to_bytes();
    let wrapped = with_signature(&terms, transfer(), SignatureBytes::from_bytes(&wrapper).unwrap());
    let code = |bytes: &[u8]| (ChainQuery::Code { address: key().address() }, ChainAnswer::Bytes(bytes.to_vec()));
    let verify = |payment: &Payment, answers: &[(ChainQuery, ChainAnswer)], expected: &str| {
        check_with(EXACT, &VerifyInput::offline(payment, &terms, at).with_answers(answers), expected);
    };
    // Offline: a key's good signature is right in all that can be seen; anything else is a question.
    verify(&good, &[], &payer());
    verify(&forged, &[], "code?");
    verify(&wrapped, &[], "code?");
    // No code: the key alone.
    verify(&good, &[code(&[])], &payer());
    verify(&forged, &[code(&[])], "eip3009_signature");
    verify(&wrapped, &[code(&[])], "wallet_factory");
    // Code: the contract alone, whatever the key signed, and a delegation is code (row 103).
    let delegation: Vec<u8> = [0xef, 0x01, 0x00].into_iter().chain([1; 20]).collect();
    for code_bytes in [&[0x60, 0x80][..], &delegation] {
        for payment in [&good, &forged, &wrapped] {
            verify(payment, &[code(code_bytes)], "signature?");
            let Ok(Progress::Ask(question)) =
                EXACT.verify(&VerifyInput::offline(payment, &terms, at).with_answers(&[code(code_bytes)]))
            else {
                panic!("a question");
            };
            if let ChainQuery::ContractSignature { signature, .. } = &question {
                let unwrapped = if core::ptr::eq(payment, &raw const wrapped) { &[5; 65][..] } else { signature.as_bytes() };
                assert_eq!(signature.as_bytes(), unwrapped, "row 99: the wallet reads what is inside the wrapper");
            }
            verify(payment, &[code(code_bytes), (question.clone(), ChainAnswer::Flag(true))], &payer());
            verify(payment, &[code(code_bytes), (question.clone(), ChainAnswer::Flag(false))], "eip3009_signature");
            // An answer of another kind is nobody's verdict: the question stays open.
            verify(payment, &[code(code_bytes), (question, ChainAnswer::Bytes(Vec::new()))], "signature?");
        }
    }
    verify(&good, &[(ChainQuery::Code { address: key().address() }, ChainAnswer::Flag(true))], "code?");
}

fn admitted(terms: &Terms, payment: &Payment) -> Admitted {
    admitted_by(&VerifyInput::offline(payment, terms, UnixSeconds::from_secs(NOW)))
}

fn admitted_by(input: &VerifyInput<'_>) -> Admitted {
    let Ok(Progress::Verified(verified)) = EXACT.verify(input) else { panic!("verified") };
    let terms = input.terms;
    let token = terms.asset().token().address().unwrap();
    assert_eq!(
        verified.key(),
        ReplayKey::Eip3009 { network: terms.network(), token, from: key().address(), nonce: Nonce::from_bytes([9; 32]) }
    );
    assert_eq!(verified.payer(), &Account::Evm(key().address()));
    Admitted::assertion(verified)
}

/// The calls of a plan that has nothing else to do, and its evidence.
fn parts(plan: Plan) -> (Vec<Call>, Vec<ExpectedLog>) {
    let call = |step| match step {
        Step::Call(call) => call,
        other => panic!("a call: {other:?}"),
    };
    (plan.steps.into_iter().map(call).collect(), plan.evidence)
}

#[test]
fn a_settlement_is_one_call_and_two_logs() {
    let (terms, payment) = (terms(), signed(&terms(), transfer()));
    let (calls, evidence) = parts(EXACT.plan(&admitted(&terms, &payment), Amount::from_u64(10_000)).unwrap());
    let [call] = &calls[..] else { panic!("one call") };
    assert_eq!(call.target, terms.asset().token().address().unwrap());
    let signature = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)";
    assert_eq!(call.data[..4], keccak256(signature.as_bytes())[..4]);
    assert_eq!(call.data.len(), 4 + 9 * 32);
    let word = |i: usize| &call.data[4 + 32 * i..36 + 32 * i];
    assert_eq!((&word(0)[12..], &word(1)[12..]), (&key().address().as_bytes()[..], &Address::parse(PAYEE).unwrap().as_bytes()[..]));
    assert_eq!(word(2), Amount::from_u64(10_000).to_be_bytes());
    assert_eq!((word(3), word(4)), (&[0; 32][..], &Amount::from_u64(NOW + 60).to_be_bytes()[..]));
    assert_eq!(word(5), [9; 32]);
    assert!(matches!(word(6)[31], 27 | 28), "row 77: v never reaches the token as 0 or 1");
    let topics: Vec<_> = evidence.iter().map(|log| log.topics[0]).collect();
    assert_eq!(topics, [keccak256(b"Transfer(address,address,uint256)"), keccak256(b"AuthorizationUsed(address,bytes32)")]);

    // A contract wallet's signature goes through the other overload, as bytes.
    let long = Wrapped::new(Address::from_bytes([4; 20]), &[], &[5; 70]).unwrap().to_bytes();
    let wallet = with_signature(&terms, transfer(), SignatureBytes::from_bytes(&long).unwrap());
    let answers = [(ChainQuery::Code { address: key().address() }, ChainAnswer::Bytes([0x60].into()))];
    let at = VerifyInput::offline(&wallet, &terms, UnixSeconds::from_secs(NOW)).with_answers(&answers);
    let Ok(Progress::Ask(question)) = EXACT.verify(&at) else { panic!("a question") };
    let answers = [answers[0].clone(), (question, ChainAnswer::Flag(true))];
    let plan = EXACT.plan(&admitted_by(&at.with_answers(&answers)), Amount::from_u64(10_000)).unwrap();
    let data = &parts(plan).0[0].data;
    let signature = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)";
    assert_eq!(data[..4], keccak256(signature.as_bytes())[..4]);
    assert_eq!((data[4 + 6 * 32 + 31], data[4 + 7 * 32 + 31], data.len()), (7 * 32, 70, 4 + 8 * 32 + 96));
}

#[test]
fn a_plan_charges_the_price_and_nothing_else() {
    let (terms, payment) = (terms(), signed(&terms(), transfer()));
    for charge in [0, 9_999, 10_001] {
        assert_eq!(EXACT.plan(&admitted(&terms, &payment), Amount::from_u64(charge)), Err(Rejection::Eip3009Value), "{charge}");
    }
}

/// Settles what a payer signed, and lets a cache learn from it.
fn learn(cache: &mut PayerCache, payer: &SecretKey) {
    let terms = terms();
    let paid = Transfer { from: payer.address(), ..transfer() };
    let (payment, _) = signed_by(payer, &terms, paid);
    let input = VerifyInput::offline(&payment, &terms, UnixSeconds::from_secs(NOW));
    let Ok(Progress::Verified(verified)) = EXACT.verify(&input) else { panic!("verified") };
    crate::learn(cache, &Settled::assertion(Admitted::assertion(verified), "0x12".into(), paid.value));
}

fn signed_by(payer: &SecretKey, terms: &Terms, transfer: Transfer) -> (Payment, Digest) {
    let separator = terms.token().unwrap().erc20().unwrap().domain_separator();
    let digest = Eip3009Payload::new(SignatureBytes::from_bytes(&[]).unwrap(), transfer).digest(&separator);
    (with_signature(terms, transfer, payer.sign(&digest).into()), digest)
}

fn payer_key(number: u8) -> SecretKey {
    SecretKey::from_bytes(&[number; 32]).unwrap()
}

/// One payment of a batch, by one of seven payers: good, or with one of the things wrong that are found before the signature, in it, or
/// only by a chain.
fn payment_of(number: usize, way: u8) -> Payment {
    let byte = |rest: usize| u8::try_from(number % rest).unwrap();
    let payer = payer_key(byte(7) + 1);
    let paid = Transfer { from: payer.address(), nonce: Nonce::from_bytes([byte(251); 32]), ..transfer() };
    let terms = terms();
    match way {
        0 => signed_by(&payer, &terms, Transfer { value: Amount::from_u64(1), ..paid }).0,
        1 => signed_by(&payer, &terms, Transfer { to: payer.address(), ..paid }).0,
        2 => signed_by(&payer_key(byte(7) + 2), &terms, paid).0,
        3 => with_signature(&terms, paid, SignatureBytes::from_bytes(&[byte(3); 65]).unwrap()),
        4 => signed_by(&payer, &terms_on(networks::BASE), paid).0,
        5 => with_signature(&terms, paid, SignatureBytes::from_bytes(&[1; 40]).unwrap()),
        _ => signed_by(&payer, &terms, paid).0,
    }
}

/// What a verdict says, in full.
fn told(verdict: &Result<Progress, Rejection>) -> String {
    match verdict {
        Ok(Progress::Verified(proof)) => format!("{:?} {:?} {} {:?}", proof.payer(), proof.key(), proof.amount(), proof.expires()),
        other => format!("{other:?}"),
    }
}

/// Alone, together, together with a cache, and on several cores each payment is told the same.
fn check_many(scheme: Exact, payments: &[Payment], cache: &PayerCache) -> Vec<String> {
    let (terms, at) = (terms(), UnixSeconds::from_secs(NOW));
    let strangers = payments.iter().map(|payment| VerifyInput::offline(payment, &terms, at)).collect::<Vec<_>>();
    let known = strangers.iter().enumerate().map(|(i, input)| if i % 3 == 0 { *input } else { input.with_payers(cache) });
    let known = known.collect::<Vec<_>>();
    let alone = strangers.iter().map(|input| told(&scheme.verify(input))).collect::<Vec<_>>();
    let all = |verdicts: Vec<Result<Progress, Rejection>>| verdicts.iter().map(told).collect::<Vec<_>>();
    assert_eq!(known.iter().map(|input| told(&scheme.verify(input))).collect::<Vec<_>>(), alone);
    assert_eq!(all(scheme.verify_many(&strangers)), alone);
    assert_eq!(all(scheme.verify_many(&known)), alone);
    #[cfg(feature = "rayon")]
    for inputs in [&strangers, &known] {
        assert_eq!(all(crate::verify_many_in_parallel(&scheme, inputs)), alone);
    }
    alone
}

fn cache_of(payers: &[u8]) -> PayerCache {
    let mut cache = PayerCache::with_places(payers.len());
    payers.iter().for_each(|number| learn(&mut cache, &payer_key(*number)));
    assert_eq!(cache.len(), payers.len());
    cache
}

#[test]
fn batches_of_any_length_by_payers_known_and_not() {
    let cache = cache_of(&[1, 2, 3]);
    for length in [0, 1, 63, 64, 65, 1000] {
        let payments =
            (0..length).map(|number| payment_of(number, if number % 9 == 0 { u8::try_from(number / 9 % 6).unwrap() } else { 9 }));
        let told = check_many(EXACT, &payments.collect::<Vec<_>>(), &cache);
        assert_eq!(told.len(), length);
    }
}

#[test]
fn one_bad_payment_neither_hides_nor_taints_another() {
    let cache = cache_of(&[1, 2, 3]);
    let good = (0..12).map(|number| payment_of(number, 9)).collect::<Vec<_>>();
    let good_told = check_many(EXACT.keys_only(), &good, &cache);
    for way in 0..6 {
        for at in [0, 1, 5, 11] {
            let mut payments = good.clone();
            payments[at] = payment_of(at, way);
            for scheme in [EXACT, EXACT.keys_only()] {
                let told = check_many(scheme, &payments, &cache);
                for (i, (told, good)) in told.iter().zip(&good_told).enumerate() {
                    assert_eq!(told == good, i != at, "way {way}, {i} beside {at}: {told}");
                }
            }
        }
    }
}

/// Code at a known payer's address decides as at anybody's (row 103): that the key is known says nothing.
#[test]
fn row_103_a_known_key_does_not_answer_for_a_contract() {
    let (terms, cache) = (terms(), cache_of(&[7]));
    let payment = signed(&terms, transfer());
    let answers = [(ChainQuery::Code { address: key().address() }, ChainAnswer::Bytes([0x60, 0x80].into()))];
    let input = VerifyInput::offline(&payment, &terms, UnixSeconds::from_secs(NOW)).with_payers(&cache);
    check_with(EXACT, &input, &payer());
    check_with(EXACT, &input.with_answers(&answers), "signature?");
    let many = EXACT.verify_many(&[input, input.with_answers(&answers), input]);
    assert!(matches!(&many[..], [Ok(Progress::Verified(_)), Ok(Progress::Ask(_)), Ok(Progress::Verified(_))]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_verdict_changes_with_a_cache_or_in_a_batch(
        picks in proptest::collection::vec((0_usize..300, 0_u8..12), 0..70),
        known in proptest::collection::btree_set(1_u8..10, 0..5),
    ) {
        let payments = picks.into_iter().map(|(number, way)| payment_of(number, way)).collect::<Vec<_>>();
        check_many(EXACT, &payments, &cache_of(&known.into_iter().collect::<Vec<_>>()));
    }
}

proptest! {
    #[test]
    fn row_74_nothing_that_was_signed_can_change(byte in 0usize..52, bit in 0u8..8, seconds in 1u64..40) {
        let good = signed(&terms(), transfer());
        let quittance_core::Authorization::Eip3009(payload) = good.authorization() else { unreachable!() };
        let turn = |bytes: &[u8], at: usize| {
            let mut turned = bytes.to_vec();
            turned[at] ^= 1 << bit;
            turned
        };
        // The amount, the payee and the end of the window have rules of their own; these two only the signature holds.
        let changed = match byte {
            0..20 => Transfer { from: Address::from_bytes(turn(transfer().from.as_bytes(), byte).try_into().unwrap()), ..transfer() },
            _ => Transfer { nonce: Nonce::from_bytes(turn(transfer().nonce.as_bytes(), byte - 20).try_into().unwrap()), ..transfer() },
        };
        check(&with_signature(&terms(), changed, payload.signature.clone()), &terms(), NOW, "eip3009_signature");
        let later = Window::new(UnixSeconds::from_secs(seconds), UnixSeconds::from_secs(NOW + 60));
        check(&with_signature(&terms(), Transfer { window: later, ..transfer() }, payload.signature.clone()), &terms(), NOW, "eip3009_signature");
        let longer = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(NOW + 60 + seconds));
        check(&with_signature(&terms(), Transfer { window: longer, ..transfer() }, payload.signature.clone()), &terms(), NOW, "eip3009_signature");
    }
}
