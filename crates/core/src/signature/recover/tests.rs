use proptest::prelude::*;

use super::super::samples::{
    self, ANVIL0, K0_DIGEST, K0_SIGNATURE, V1_DIGEST, V1_SIGNATURE, V1_SIGNER, address, full, near, small, word,
};
use super::super::{Form, SecretKey};
use super::*;
use crate::amount::Amount;
use crate::eip712::eip3009::{Authorization, CancelAuthorization, ReceiveWithAuthorization, TransferWithAuthorization};
use crate::eip712::{self, Domain};
use crate::hash::keccak256;
use crate::nonce::Nonce;
use crate::time::UnixSeconds;
use crate::window::Window;

/// What a digest and a signature's bytes recover to.
fn check(digest: &str, signature: &[u8], expected: Result<&str, SignatureError>) {
    let digest = samples::digest(digest);
    let recovered = Signature::parse_65(signature).and_then(|signature| recover(&digest, &signature));
    assert_eq!(recovered, expected.map(address));
}

#[test]
fn row_73_the_specification_sample_recovers_its_payer() {
    let (digest, signature) = (samples::digest(V1_DIGEST), samples::signature(V1_SIGNATURE));
    assert_eq!(recover(&digest, &signature), Ok(address(V1_SIGNER)));
    assert_eq!(verify(&digest, &signature, address(V1_SIGNER)), Ok(()));
    let compact = Signature::from_bytes(&signature.to_2098(), Form::FullOrCompact).unwrap();
    assert_eq!(verify(&digest, &compact, address(V1_SIGNER)), Ok(()));
}

/// V1 as the message that it signs, and what its signature is worth over other messages.
#[test]
fn rows_73_to_94_the_sample_holds_for_its_own_message_only() {
    let check = |domain: Domain<'_>, message: &dyn Fn(&Domain<'_>) -> Digest, expected| {
        let verdict = verify(&message(&domain), &samples::signature(V1_SIGNATURE), address(V1_SIGNER));
        assert_eq!(verdict, expected, "{domain:?}");
    };
    let sample = Authorization {
        from: address(V1_SIGNER),
        to: address("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
        value: Amount::from_u64(10_000),
        window: Window::new(UnixSeconds::from_secs(1_740_672_089), UnixSeconds::from_secs(1_740_672_154)),
        nonce: Nonce::from_bytes(word("0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480")),
    };
    let usdc = Domain::token("USDC", "2", 84_532, address("0x036CbD53842c5426634e7929541eC2318f3dCF7e"));
    let transfer = |message: Authorization| {
        move |domain: &Domain<'_>| eip712::digest(&domain.separator(), &TransferWithAuthorization(message))
    };
    check(usdc, &transfer(sample), Ok(()));

    let wrong = Err(SignatureError::WrongSigner);
    // Row 74: every signed field.
    check(usdc, &transfer(Authorization { from: address(ANVIL0), ..sample }), wrong);
    check(usdc, &transfer(Authorization { to: address(ANVIL0), ..sample }), wrong);
    check(usdc, &transfer(Authorization { value: Amount::from_u64(10_001), ..sample }), wrong);
    let (after, before) = (sample.window.valid_after(), sample.window.valid_before());
    let later = |time: UnixSeconds| UnixSeconds::from_secs(time.as_secs() + 1);
    check(usdc, &transfer(Authorization { window: Window::new(later(after), before), ..sample }), wrong);
    check(usdc, &transfer(Authorization { window: Window::new(after, later(before)), ..sample }), wrong);
    check(usdc, &transfer(Authorization { nonce: Nonce::from_bytes([0; 32]), ..sample }), wrong);
    // Rows 83 to 86: name, version, chain, token.
    check(usdc.with_name("USD Coin"), &transfer(sample), wrong);
    check(usdc.with_version("1"), &transfer(sample), wrong);
    check(usdc.with_chain_id(8453), &transfer(sample), wrong);
    check(usdc.with_verifying_contract(address("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")), &transfer(sample), wrong);
    // Row 89: the siblings of the message.
    check(usdc, &|domain| eip712::digest(&domain.separator(), &ReceiveWithAuthorization(sample)), wrong);
    let cancel = CancelAuthorization { authorizer: sample.from, nonce: sample.nonce };
    check(usdc, &|domain| eip712::digest(&domain.separator(), &cancel), wrong);
}

#[test]
fn k0_recovers_its_payer() {
    check(K0_DIGEST, &samples::bytes(K0_SIGNATURE), Ok(ANVIL0));
}

/// K14: libraries recover the first two to the payer, and the chain refuses them.
#[test]
fn k14_the_other_forms_of_the_sample() {
    let with_v = |v: u8| [&samples::bytes(V1_SIGNATURE)[..64], &[v]].concat();
    check(V1_DIGEST, &samples::bytes(samples::V1_HIGH_S), Err(SignatureError::HighS));
    check(V1_DIGEST, &with_v(0x01), Err(SignatureError::RecoveryId));
    check(V1_DIGEST, &with_v(0x00), Err(SignatureError::RecoveryId));
    check(V1_DIGEST, &with_v(0x02), Err(SignatureError::RecoveryId));
    check(V1_DIGEST, &with_v(0x1d), Err(SignatureError::RecoveryId));
    check(V1_DIGEST, &with_v(0x1b), Ok("0xDD0ad8dB4197F1b22a5296bEE6d1177503ceee45"));
}

/// Row 94: the specification pastes the bytes of V1 under other messages as well (map 8.1, V1).
#[test]
fn row_94_the_sample_under_other_messages_is_somebody_else() {
    let bytes = samples::bytes(V1_SIGNATURE);
    check(
        "0x21528e1468aac114016416353e2309329f217dc180b21baa1d81cde941095685",
        &bytes,
        Ok("0x468D6ad86C21a78C0c1F4F1fdc6c67616b9beB6f"),
    );
    check(
        "0x9d699b419c72490ae461cca68d915ed086fa1cf4028f64ab40ad4735a9535818",
        &bytes,
        Ok("0xD259c1962ac82d9033eA21CF55D59c1a5d97aCBB"),
    );
}

#[test]
fn row_74_no_flipped_bit_recovers_the_payer() {
    let sample = samples::bytes(V1_SIGNATURE);
    let digest = samples::digest(V1_DIGEST);
    for bit in 0..65 * 8 {
        let mut bytes = sample.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let verdict = Signature::parse_65(&bytes).and_then(|signature| verify(&digest, &signature, address(V1_SIGNER)));
        assert!(verdict.is_err(), "bit {bit} of the signature");
    }
    let signature = samples::signature(V1_SIGNATURE);
    for bit in 0..32 * 8 {
        let mut bytes = *digest.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let verdict = verify(&Digest::from_bytes(bytes), &signature, address(V1_SIGNER));
        assert_eq!(verdict, Err(SignatureError::WrongSigner), "bit {bit} of the digest");
    }
}

#[test]
fn row_75_another_key_is_refused() {
    let verdict = verify(&samples::digest(V1_DIGEST), &samples::signature(V1_SIGNATURE), address(ANVIL0));
    assert_eq!(verdict, Err(SignatureError::WrongSigner));
}

#[test]
fn row_82_the_zero_address_signs_nothing() {
    let digest = samples::digest(V1_DIGEST);
    for bytes in [samples::bytes(V1_SIGNATURE), full(&small(5), &small(1), 27).to_vec()] {
        let signature = Signature::parse_65(&bytes).unwrap();
        assert_eq!(verify(&digest, &signature, Address::ZERO), Err(SignatureError::ZeroSigner));
    }
}

/// Expected values: eth-keys 0.8.0, its own Python arithmetic. `p - n` and its neighbours matter because below it `r` could also
/// mean the x-coordinate `r + n`, which it never does here.
#[test]
fn row_81_r_is_itself_the_x_coordinate() {
    const P_MINUS_N: &str = "0x000000000000000000000000000000014551231950b75fc4402da1722fc9baee";
    let none = Err(SignatureError::NotRecoverable);
    for (r, even, odd) in [
        (small(1), Ok("0x421917b61Dc1B8cEA21561836c210F6Ec03B2Db7"), Ok("0xA14898D236c7BE92410b49682F067e3F2362128D")),
        (small(2), Ok("0x15C2469bCa5DF7B352CEBddfA30b5375fBd7905c"), Ok("0x7a7CBb889dA21A20Dae978a9cCE582A4Ba5bB343")),
        (small(5), none, none),
        (near(P_MINUS_N, -2), Ok("0x82d7a92b3BFa102bdf86feD42f0ec6B94cf25013"), Ok("0x6cE5FBc60d038BffbB5D5E25278cf55974E104c6")),
        (near(P_MINUS_N, -1), none, none),
        (word(P_MINUS_N), Ok("0x4B5f8B3673081fd09D86587bD05D662867389bcb"), Ok("0x3df1775086C5e042c4664E0728DA4F2cC26bBAf2")),
        (near(P_MINUS_N, 1), Ok("0xD323774D940b2537Bf58676D4686e84ae24fC22c"), Ok("0x9E92452A8728f11247B3adA3e9db0aED52A59408")),
        (near(P_MINUS_N, 2), none, none),
        (near(samples::N, -2), Ok("0x4f92B4851483525056334c325D4A6825cd797a99"), Ok("0xfd64248EA738e5478Ea96799FF2F717836AAB094")),
        (near(samples::N, -1), none, none),
    ] {
        check(V1_DIGEST, &full(&r, &small(1), 27), even);
        check(V1_DIGEST, &full(&r, &small(1), 28), odd);
    }
    check(V1_DIGEST, &full(&small(1), &word(samples::HALF_N), 27), Ok("0x360D38118cE5ad57B8FF364f00c3125d4160A4a4"));
}

#[test]
fn row_81_the_point_at_infinity_is_nobody() {
    // R is the generator, whose y is even, and s equals the digest, so s·R - z·G vanishes.
    let generator_x = word("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    let five = Digest::from_bytes(small(5));
    let infinity = Signature::parse_65(&full(&generator_x, &small(5), 27)).unwrap();
    assert_eq!(recover(&five, &infinity), Err(SignatureError::NotRecoverable));
    let mirrored = Signature::parse_65(&full(&generator_x, &small(5), 28)).unwrap();
    assert!(recover(&five, &mirrored).is_ok());
}

#[test]
fn digests_are_reduced_and_not_refused() {
    let signature = samples::signature(V1_SIGNATURE);
    let recovered = |digest: [u8; 32]| recover(&Digest::from_bytes(digest), &signature).unwrap();
    assert_eq!(recovered(word(samples::N)), recovered(small(0)));
    assert_eq!(recovered(near(samples::N, 1)), recovered(small(1)));
    recovered([0xff; 32]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_key_signs_recovers_to_it(seed in any::<[u8; 32]>(), digest in any::<[u8; 32]>()) {
        let key = SecretKey::from_bytes(&keccak256(&seed)).unwrap();
        let digest = Digest::from_bytes(digest);
        let signature = key.sign(&digest);
        prop_assert_eq!(recover(&digest, &signature), Ok(key.address()));
        prop_assert_eq!(recover_public_key(&digest, &signature), Ok(key.public_key()));
        prop_assert_eq!(verify(&digest, &signature, key.address()), Ok(()));
        prop_assert_eq!(key.public_key().verify(&digest, signature.r(), signature.s()), Ok(()));
        let other = Digest::from_bytes(keccak256(digest.as_bytes()));
        prop_assert_eq!(verify(&other, &signature, key.address()), Err(SignatureError::WrongSigner));
    }

    #[test]
    fn whatever_recovers_verifies(
        r in any::<[u8; 32]>(), mut s in any::<[u8; 32]>(), v in 27_u8..=28, digest in any::<[u8; 32]>(),
    ) {
        s[0] &= 0x7f;
        let digest = Digest::from_bytes(digest);
        if let Ok(key) = Signature::parse_65(&full(&r, &s, v)).and_then(|signature| recover_public_key(&digest, &signature)) {
            prop_assert_eq!(key.verify(&digest, &r, &s), Ok(()));
        }
    }
}
