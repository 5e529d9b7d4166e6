use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PERMIT2, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self, Domain};
use quittance_core::wire::Permit2Payload;

use super::*;
use crate::{UPTO, Upto};

pub(crate) const FACILITATOR: Address = Address::from_bytes([0xfa; 20]);

pub(crate) fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(seconds)
}

fn payee() -> Address {
    Address::parse(PAYEE).unwrap()
}

pub(crate) fn token() -> Address {
    terms().asset().token().address().unwrap()
}

/// An offer of a scheme, by Permit2.
pub(crate) fn offer(scheme: &str) -> Terms {
    let extra = [("assetTransferMethod", "permit2"), ("facilitatorAddress", &std::format!("{FACILITATOR}"))].into_iter().collect();
    let mut offer = terms().requirements().clone().with_extra(extra);
    offer.scheme = scheme.into();
    Terms::parse(offer).unwrap()
}

fn permit<W>(spender: Address, witness: W) -> PermitWitnessTransferFrom<W> {
    PermitWitnessTransferFrom {
        permitted: TokenPermissions { token: token(), amount: Amount::from_u64(10_000) },
        spender,
        nonce: Nonce::from_bytes([9; 32]),
        deadline: at(NOW + 60),
        witness,
    }
}

pub(crate) fn exact() -> PermitWitnessTransferFrom<ExactWitness> {
    permit(EXACT_PROXY, ExactWitness { to: payee(), valid_after: at(0) })
}

pub(crate) fn upto() -> PermitWitnessTransferFrom<UptoWitness> {
    permit(UPTO_PROXY, UptoWitness { to: payee(), facilitator: FACILITATOR, valid_after: at(0) })
}

fn signature<W: Witness>(permit: &PermitWitnessTransferFrom<W>, domain: &Domain<'_>) -> SignatureBytes {
    key().sign(&eip712::digest(&domain.separator(), permit)).into()
}

pub(crate) fn paid<W: Witness>(terms: &Terms, permit: PermitWitnessTransferFrom<W>) -> Payment
where
    Object: for<'a> From<&'a Permit2Payload<W>>,
{
    let signature = signature(&permit, &Domain::permit2(84_532));
    paid_with(terms, permit, signature)
}

fn paid_with<W: Witness>(terms: &Terms, permit: PermitWitnessTransferFrom<W>, signature: SignatureBytes) -> Payment
where
    Object: for<'a> From<&'a Permit2Payload<W>>,
{
    let payload = Permit2Payload::new(signature, key().address(), permit);
    PaymentPayload::new(terms.requirements().clone(), (&payload).into()).try_into().unwrap()
}

fn judge(scheme: &dyn Scheme, payment: &Payment, terms: &Terms) -> String {
    match scheme.verify(&VerifyInput::offline(payment, terms, at(NOW))) {
        Ok(Progress::Verified(proof)) => format!("{}", proof.payer()),
        Ok(Progress::Ask(question)) => format!("{question:?}"),
        Ok(other) => format!("{other:?}"),
        Err(rejection) => rejection.code().into(),
    }
}

/// What the scheme `exact` says of a permit, in the seller's offer by Permit2.
fn check_exact(permit: PermitWitnessTransferFrom<ExactWitness>, expected: &str) {
    let terms = offer("exact");
    assert_eq!(judge(&EXACT.keys_only(), &paid(&terms, permit), &terms), expected, "{permit:?}");
}

fn check_upto(scheme: Upto<'_>, permit: PermitWitnessTransferFrom<UptoWitness>, expected: &str) {
    let terms = offer("upto");
    assert_eq!(judge(&scheme, &paid(&terms, permit), &terms), expected, "{permit:?}");
}

#[test]
fn row_51_a_permit_is_good_from_its_first_second_and_with_time_to_settle() {
    check_exact(exact(), &payer());
    let from =
        |valid_after| PermitWitnessTransferFrom { witness: ExactWitness { to: payee(), valid_after: at(valid_after) }, ..exact() };
    check_exact(from(NOW), &payer());
    check_exact(from(NOW + 1), "permit2_valid_after");
    for (deadline, expected) in
        [(NOW + 6, payer().as_str()), (NOW + 5, "permit2_deadline"), (NOW - 1, "permit2_deadline"), (u64::MAX, "permit2_deadline")]
    {
        check_exact(PermitWitnessTransferFrom { deadline: at(deadline), ..exact() }, expected);
    }
}

#[test]
fn rows_57_to_62_and_93_what_was_signed_for_is_what_was_asked() {
    for amount in [0, 1, 9_999, 10_001] {
        let permitted = TokenPermissions { amount: Amount::from_u64(amount), ..exact().permitted };
        check_exact(PermitWitnessTransferFrom { permitted, ..exact() }, "permit2_amount");
    }
    let permitted = TokenPermissions { token: Address::from_bytes([5; 20]), ..exact().permitted };
    check_exact(PermitWitnessTransferFrom { permitted, ..exact() }, "permit2_token");
    let witness = ExactWitness { to: key().address(), ..exact().witness };
    check_exact(PermitWitnessTransferFrom { witness, ..exact() }, "permit2_recipient");
    for spender in [UPTO_PROXY, PERMIT2, FACILITATOR] {
        check_exact(PermitWitnessTransferFrom { spender, ..exact() }, "permit2_spender");
    }
}

#[test]
fn rows_74_to_86_a_permit_that_the_payer_did_not_sign_is_refused() {
    let terms = offer("exact");
    let refused =
        |signature| assert_eq!(judge(&EXACT.keys_only(), &paid_with(&terms, exact(), signature), &terms), "permit2_signature");
    refused(signature(&exact(), &Domain::permit2(8_453)));
    refused(signature(&exact(), &Domain::token("Permit2", "1", 84_532, PERMIT2)));
    refused(signature(&exact(), &Domain::token("USDC", "2", 84_532, token())));
    refused(signature(&upto(), &Domain::permit2(84_532)));
    refused(signature(&PermitWitnessTransferFrom { nonce: Nonce::from_bytes([8; 32]), ..exact() }, &Domain::permit2(84_532)));
    refused(SignatureBytes::from_bytes(&[1; 65]).unwrap());
}

#[test]
fn row_79_permit2_reads_sixty_four_bytes_and_the_key_is_the_same() {
    let terms = offer("exact");
    let full = signature(&exact(), &Domain::permit2(84_532));
    let mut compact = full.as_bytes()[..64].to_vec();
    compact[32] |= (full.as_bytes()[64] - 27) << 7;
    let compact = SignatureBytes::from_bytes(&compact).unwrap();
    let proof = |signature| {
        let payment = paid_with(&terms, exact(), signature);
        match EXACT.keys_only().verify(&VerifyInput::offline(&payment, &terms, at(NOW))) {
            Ok(Progress::Verified(proof)) => proof,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(proof(full.clone()).key(), proof(compact).key());
    assert_eq!(proof(full).expires(), at(NOW + 61), "good at its deadline, and worthless a second later");
}

#[test]
fn row_120_a_nonce_is_spent_for_exact_and_upto_alike() {
    let key_of =
        |scheme: &dyn Scheme, payment: &Payment, terms: &Terms| match scheme.verify(&VerifyInput::offline(payment, terms, at(NOW)))
        {
            Ok(Progress::Verified(proof)) => proof.key(),
            other => panic!("{other:?}"),
        };
    let (fixed, ceiling) = (offer("exact"), offer("upto"));
    let spent = key_of(&EXACT, &paid(&fixed, exact()), &fixed);
    assert_eq!(spent, key_of(&UPTO, &paid(&ceiling, upto()), &ceiling));
    let nonce = Nonce::from_bytes([9; 32]);
    assert_eq!(spent, ReplayKey::Permit2 { network: networks::BASE_SEPOLIA, owner: key().address(), nonce });
}

#[test]
fn row_95_a_permit_for_one_scheme_is_none_for_the_other() {
    let (fixed, ceiling) = (offer("exact"), offer("upto"));
    assert_eq!(judge(&UPTO, &paid(&fixed, exact()), &fixed), "upto_scheme");
    assert_eq!(judge(&EXACT, &paid(&ceiling, upto()), &ceiling), "unsupported_scheme");
    let spender = EXACT_PROXY;
    check_upto(UPTO.keys_only(), PermitWitnessTransferFrom { spender, ..upto() }, "permit2_spender");
    // the offer names a method, and the payment is by the other
    let named = |method| {
        let extra: Object = [("name", "USDC"), ("version", "2"), ("assetTransferMethod", method)].into_iter().collect();
        Terms::parse(terms().requirements().clone().with_extra(extra)).unwrap()
    };
    assert_eq!(judge(&EXACT, &paid(&named("eip3009"), exact()), &named("eip3009")), "unsupported_payload_type");
    assert_eq!(judge(&EXACT, &signed(&named("permit2"), transfer()), &named("permit2")), "unsupported_payload_type");
    assert_eq!(judge(&EXACT, &signed(&named("eip3009"), transfer()), &named("eip3009")), payer());
}

#[test]
fn row_164_only_the_facilitator_that_the_payer_named_may_charge() {
    check_upto(UPTO, upto(), &payer());
    let witness = UptoWitness { facilitator: Address::from_bytes([1; 20]), ..upto().witness };
    let other = PermitWitnessTransferFrom { witness, ..upto() };
    check_upto(UPTO, other, "upto_facilitator");
    let own = [FACILITATOR, Address::from_bytes([1; 20])];
    check_upto(UPTO.for_facilitators(&own), other, &payer());
    check_upto(UPTO.for_facilitators(&own[..1]), other, "upto_facilitator");
    check_upto(UPTO.for_facilitators(&[]), upto(), "upto_facilitator");
    let mut nameless = offer("upto").requirements().clone();
    nameless.extra = None;
    let nameless = Terms::parse(nameless).unwrap();
    assert_eq!(judge(&UPTO, &paid(&nameless, upto()), &nameless), "invalid_payment_requirements");
}

#[test]
fn rows_99_to_103_code_decides_for_a_permit_too() {
    let terms = offer("exact");
    let payment = paid(&terms, exact());
    let answers = [(
        ChainQuery::Code { address: key().address() },
        ChainAnswer::Bytes([0xef, 0x01, 0x00].into_iter().chain([7; 20]).collect()),
    )];
    let input = VerifyInput::offline(&payment, &terms, at(NOW)).with_answers(&answers);
    let Ok(Progress::Ask(question)) = EXACT.verify(&input) else { panic!("a question") };
    let ChainQuery::ContractSignature { wallet, digest, .. } = &question else { panic!("{question:?}") };
    assert_eq!((*wallet, *digest), (key().address(), eip712::digest(&Domain::permit2(84_532).separator(), &exact())));
    let refused = [answers[0].clone(), (question, ChainAnswer::Flag(false))];
    assert_eq!(EXACT.verify(&input.with_answers(&refused)).unwrap_err(), Rejection::Permit2Signature);
}

fn admitted_by(scheme: &dyn Scheme, payment: &Payment, terms: &Terms) -> Admitted {
    match scheme.verify(&VerifyInput::offline(payment, terms, at(NOW))) {
        Ok(Progress::Verified(verified)) => Admitted::assertion(verified),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_settlement_is_one_call_of_the_proxy() {
    let terms = offer("exact");
    let payment = paid(&terms, exact());
    let admitted = admitted_by(&EXACT, &payment, &terms);
    let (calls, evidence) = parts(EXACT.plan(&admitted, Amount::from_u64(10_000)).unwrap());
    let [call] = &calls[..] else { panic!("one call") };
    let name = "settle(((address,uint256),uint256,uint256),address,(address,uint256),bytes)";
    assert_eq!((call.target, &call.data[..4]), (EXACT_PROXY, &keccak256(name.as_bytes())[..4]));
    let word = |i: usize| &call.data[4 + 32 * i..36 + 32 * i];
    assert_eq!((&word(0)[12..], word(1)), (&token().as_bytes()[..], &Amount::from_u64(10_000).to_be_bytes()[..]));
    assert_eq!((word(2), word(3)), (&[9; 32][..], &Amount::from_u64(NOW + 60).to_be_bytes()[..]));
    assert_eq!((&word(4)[12..], &word(5)[12..], word(6)), (&key().address().as_bytes()[..], &payee().as_bytes()[..], &[0; 32][..]));
    assert_eq!((word(7)[31], word(8)[31], call.data.len()), (0, 65, 4 + 9 * 32 + 96), "the signature begins behind eight words");
    let topics: Vec<_> = evidence.iter().map(|log| log.topics[0]).collect();
    assert_eq!(topics, [keccak256(b"Transfer(address,address,uint256)"), keccak256(b"Settled()")]);
    assert_eq!((evidence[0].emitter, evidence[1].emitter), (token(), EXACT_PROXY));
    assert_eq!(EXACT.plan(&admitted, Amount::from_u64(9_999)), Err(Rejection::Permit2Amount));
    assert_eq!(UPTO.plan(&admitted, Amount::from_u64(1)), Err(Rejection::UnsupportedPayloadType));
}

#[test]
fn a_payer_by_permit2_is_remembered_too() {
    let (fixed, ceiling) = (offer("exact"), offer("upto"));
    for (scheme, payment, terms) in
        [(&EXACT as &dyn Scheme, paid(&fixed, exact()), &fixed), (&UPTO, paid(&ceiling, upto()), &ceiling)]
    {
        let mut cache = PayerCache::with_places(4);
        let settle = |charge| Settled::assertion(admitted_by(scheme, &payment, terms), "0x12".into(), Amount::from_u64(charge));
        crate::learn(&mut cache, &settle(0));
        assert_eq!(cache.len(), 0, "where no money moved nobody is remembered");
        crate::learn(&mut cache, &settle(10_000));
        assert_eq!(cache.len(), 1);
        let input = VerifyInput::offline(&payment, terms, at(NOW)).with_payers(&cache);
        assert!(matches!(scheme.verify(&input), Ok(Progress::Verified(_))));
    }
}

#[test]
fn rows_161_162_and_164_what_was_used_is_charged_up_to_the_ceiling() {
    let terms = offer("upto");
    let payment = paid(&terms, upto());
    let admitted = admitted_by(&UPTO, &payment, &terms);
    assert_eq!(admitted.verified().amount(), Amount::from_u64(10_000));
    assert_eq!(UPTO.plan(&admitted, Amount::from_u64(10_001)), Err(Rejection::UptoExceeds));
    assert_eq!(UPTO.plan(&admitted, Amount::MAX), Err(Rejection::UptoExceeds));
    assert_eq!(UPTO.plan(&admitted, Amount::ZERO), Ok(Plan::new(Vec::new(), Vec::new())), "nothing touches no chain");
    let (calls, evidence) = parts(UPTO.plan(&admitted, Amount::from_u64(1_234)).unwrap());
    let name = "settle(((address,uint256),uint256,uint256),uint256,address,(address,address,uint256),bytes)";
    assert_eq!((calls[0].target, &calls[0].data[..4]), (UPTO_PROXY, &keccak256(name.as_bytes())[..4]));
    let word = |i: usize| &calls[0].data[4 + 32 * i..36 + 32 * i];
    assert_eq!((word(1), word(4)), (&Amount::from_u64(10_000).to_be_bytes()[..], &Amount::from_u64(1_234).to_be_bytes()[..]));
    assert_eq!(
        (&word(5)[12..], &word(6)[12..], &word(7)[12..]),
        (&key().address().as_bytes()[..], &payee().as_bytes()[..], &FACILITATOR.as_bytes()[..])
    );
    assert_eq!(
        Amount::from_be_bytes(word(9).try_into().unwrap()),
        Amount::from_u64(10 * 32),
        "the signature begins behind ten words"
    );
    assert_eq!(evidence[0].data, Amount::from_u64(1_234).to_be_bytes());
}

#[test]
fn many_permits_are_told_what_each_is_told_alone() {
    let (fixed, ceiling) = (offer("exact"), offer("upto"));
    let forged = SignatureBytes::from_bytes(&[1; 65]).unwrap();
    let payments = [
        paid(&fixed, exact()),
        paid_with(&fixed, exact(), forged),
        paid(&fixed, PermitWitnessTransferFrom { spender: PERMIT2, ..exact() }),
    ];
    let inputs: Vec<_> = payments.iter().map(|payment| VerifyInput::offline(payment, &fixed, at(NOW))).collect();
    let codes = |results: Vec<Result<Progress, Rejection>>| {
        results.into_iter().map(|result| result.map(|_| ()).map_err(Rejection::code)).collect::<Vec<_>>()
    };
    let scheme = EXACT.keys_only();
    assert_eq!(codes(scheme.verify_many(&inputs)), codes(inputs.iter().map(|input| scheme.verify(input)).collect()));
    let payment = paid(&ceiling, upto());
    let inputs = [VerifyInput::offline(&payment, &ceiling, at(NOW)), VerifyInput::offline(&payments[0], &fixed, at(NOW))];
    assert_eq!(codes(UPTO.verify_many(&inputs)), [Ok(()), Err("upto_scheme")]);
}
