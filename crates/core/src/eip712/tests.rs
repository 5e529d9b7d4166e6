//! Known answers, the catalogue's rows 83 to 95, and the law that the two encoders agree.
//!
//! The answers marked V belong to inputs that the x402 project publishes, those marked K to inputs of ours; all were computed with
//! eth-account, which shares no code with this crate.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::eip2612::Permit;
use super::eip3009::{Authorization, CancelAuthorization, ReceiveWithAuthorization, TransferWithAuthorization};
use super::offer::{OFFER_DOMAIN, Offer, RECEIPT_DOMAIN, Receipt};
use super::permit2::{
    EXACT_PROXY, ExactWitness, PERMIT2, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use super::{Domain, Message, TypedData, digest, export};
use crate::address::Address;
use crate::amount::Amount;
use crate::hash::keccak256;
use crate::hex;
use crate::nonce::Nonce;
use crate::time::UnixSeconds;
use crate::window::Window;

const USDC: Address = Address::from_bytes(hex::literal("0x036CbD53842c5426634e7929541eC2318f3dCF7e"));
const USDC_BASE: Address = Address::from_bytes(hex::literal("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"));
const ANVIL: Address = Address::from_bytes(hex::literal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
const PAYER: Address = Address::from_bytes(hex::literal("0x857b06519E91e3A54538791bDbb0E22373e36b66"));
const PAYEE: Address = Address::from_bytes(hex::literal("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"));
const USDC_DOMAIN: Domain<'static> = Domain::token("USDC", "2", 84532, USDC);

/// The EIP-3009 sample of the specification (V1).
const SAMPLE: Authorization = Authorization {
    from: PAYER,
    to: PAYEE,
    value: Amount::from_u64(10000),
    window: Window::new(UnixSeconds::from_secs(1_740_672_089), UnixSeconds::from_secs(1_740_672_154)),
    nonce: Nonce::from_bytes(hex::literal("0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480")),
};

/// The Permit2 inputs that the official SDKs share in their tests (V13).
const EXACT: PermitWitnessTransferFrom<ExactWitness> = PermitWitnessTransferFrom {
    permitted: TokenPermissions { token: USDC, amount: Amount::from_u64(1_000_000) },
    spender: EXACT_PROXY,
    nonce: Nonce::from_bytes(hex::literal("0x0000000000000000000000000000000000000000000000000000000000000001")),
    deadline: UnixSeconds::from_secs(9_999_999_999),
    witness: ExactWitness {
        to: Address::from_bytes(hex::literal("0x9876543210987654321098765432109876543210")),
        valid_after: UnixSeconds::from_secs(0),
    },
};

const UPTO: PermitWitnessTransferFrom<UptoWitness> = PermitWitnessTransferFrom {
    permitted: EXACT.permitted,
    spender: UPTO_PROXY,
    nonce: EXACT.nonce,
    deadline: EXACT.deadline,
    witness: UptoWitness {
        to: EXACT.witness.to,
        facilitator: Address::from_bytes([0x11; 20]),
        valid_after: EXACT.witness.valid_after,
    },
};

#[test]
fn every_type_hash_is_the_hash_of_its_type() {
    fn check<M: Message>() {
        assert_eq!(hex::encode(&M::TYPE_HASH), hex::encode(&keccak256(M::ENCODE_TYPE.as_bytes())), "{}", M::ENCODE_TYPE);
    }
    check::<TransferWithAuthorization>();
    check::<ReceiveWithAuthorization>();
    check::<CancelAuthorization>();
    check::<TokenPermissions>();
    check::<ExactWitness>();
    check::<UptoWitness>();
    check::<PermitWitnessTransferFrom<ExactWitness>>();
    check::<PermitWitnessTransferFrom<UptoWitness>>();
    check::<Permit>();
    check::<Offer<'_>>();
    check::<Receipt<'_>>();
}

#[test]
fn domain_type_hashes() {
    fn check(domain: &Domain<'_>, encode_type: &str, hash: &str) {
        assert_eq!(domain.encode_type(), encode_type);
        assert_eq!(hex::encode(&domain.type_hash()), hash);
        assert_eq!(domain.type_hash(), keccak256(encode_type.as_bytes()));
    }
    check(
        &USDC_DOMAIN,
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
        "0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f",
    );
    check(
        &Domain::permit2(1),
        "EIP712Domain(string name,uint256 chainId,address verifyingContract)",
        "0x8cad95687ba82c2ce50e74f7b754645e5117c3a5bec8151c0726d5857980a866",
    );
    check(
        &OFFER_DOMAIN,
        "EIP712Domain(string name,string version,uint256 chainId)",
        "0xc2f8787176b8ac6bf7215b4adcc1e069bf4ab82d9ab1df05a57a91d425935b6e",
    );
    // The layout of tokens that were bridged to Polygon before its USDC (row 87); hash by eth-utils.
    check(
        &Domain::EMPTY.with_salt([0; 32]).with_verifying_contract(USDC).with_version("1").with_name("x"),
        "EIP712Domain(string name,string version,address verifyingContract,bytes32 salt)",
        "0x36c25de3e541d5d970f66e4210d728721220fff5c077cc6cd008b3a0c62adab7",
    );
}

#[test]
fn domain_separators() {
    fn check(domain: &Domain<'_>, separator: &str) {
        assert_eq!(domain.separator().to_string(), separator, "{domain:?}");
    }
    let token = |name, version, chain_id, contract: &str| Domain::token(name, version, chain_id, Address::parse(contract).unwrap());

    check(&USDC_DOMAIN, "0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818");
    check(&Domain::token("USD Coin", "2", 8453, USDC_BASE), "0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f");
    check(
        &token("USD Coin", "2", 1, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
        "0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335",
    );
    check(
        &token("USD₮0", "1", 14, "0xe7cd86e13AC4309349F30B3435a9d337750fC82D"),
        "0x4c53d754dcb2f406ecf83695856d8c10b13296a318d9a481043412bf253d43ae",
    );
    check(
        &token("USDC", "2", 5_042_002, "0x3600000000000000000000000000000000000000"),
        "0x361191522483d32a83e70ae7183b4b9629442c13a78bc9921d6f707911c8c6b0",
    );
    check(
        &token("x402 Batch Settlement", "1", 8453, "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003"),
        "0xd8d982716899b0e20cf2c1e706a37b8a892c83fdd4ac9b540cfeec11f9c73a39",
    );
    check(&Domain::permit2(1), "0x866a5aba21966af95d6c7ab78eb2b2fc913915c28be3b9aa07cc04ff903e3f28");
    check(&Domain::permit2(8453), "0x3b6f35e4fce979ef8eac3bcdc8c3fc38fe7911bb0c69c8fe72bf1fd1a17e6f07");
    check(&Domain::permit2(84532), "0x010f27a92fb9a32622f44f001dc4d15706a85b33499cfc2ce9033113ab26592c");
    check(&OFFER_DOMAIN, "0x5dc92544087ab60aa57c539b9543f9282416b0dcf2c2ae0d4d0051052a9e61b6");
    check(&RECEIPT_DOMAIN, "0xfd7f8c81cdd24b25c99ba22e191cee41d8809abbc12e8fdbd42fddfa5bb9e406");
}

#[test]
fn digests() {
    /// The static message, and the general encoder over its export, have the digest.
    fn check(domain: &Domain<'_>, message: &impl Message, expected: &str) {
        assert_eq!(digest(&domain.separator(), message).to_string(), expected);
        let general = TypedData::from_json(&export(domain, message)).unwrap();
        assert_eq!(general.digest().to_string(), expected);
        assert_eq!(general.hash_struct(), message.hash_struct());
    }
    let permit2 = Domain::permit2(84532);
    let text = |bytes: [u8; 32]| hex::encode(&bytes);

    // V1
    let transfer = TransferWithAuthorization(SAMPLE);
    check(&USDC_DOMAIN, &transfer, "0xf256992871671abcb27ff92885a7afa46218724e5fc0bac35d050115aa1d22e6");
    assert_eq!(text(transfer.hash_struct()), "0x49ad644555c7bdf3ea4fc022a4940ae5589b230b1dde0065c5504fa19bbe39a4");
    // K0
    let transfer = TransferWithAuthorization(Authorization { from: ANVIL, ..SAMPLE });
    check(&USDC_DOMAIN, &transfer, "0x50708d3bf7216e1aeabe7bf22081b9f36c7c287530f92510318f13a03d89dc86");
    assert_eq!(text(transfer.hash_struct()), "0xb2438b1b8298f6129feb7c6a96cb5bee12d7e8ba27c7c27cde803071ebdc42e8");
    // K3d: a deposit into a batch-settlement channel.
    let deposit = Authorization {
        from: ANVIL,
        to: Address::parse("0x4020806089470a89826cB9fB1f4059150b550004").unwrap(),
        value: Amount::from_u64(100_000),
        window: Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(1_770_000_000)),
        nonce: Nonce::parse("0xa7514ff45ecf108bb9ba74d89f5a093aa0ebc521fc9f039b6a539e3d77dd0f92").unwrap(),
    };
    let receive = ReceiveWithAuthorization(deposit);
    check(&USDC_DOMAIN, &receive, "0x5f219f2bd6b949faf91d565407c6d1127ddda13901b7f415a2a9a1728adad9f3");
    // No published value; computed with eth-account like the others.
    let cancel = CancelAuthorization { authorizer: PAYER, nonce: SAMPLE.nonce };
    check(&USDC_DOMAIN, &cancel, "0x1acae65f57eaaf81ce19dc7ef1e115d05f2ffd6e11c4954a1d9e262f1604df7b");
    // V13 and K1
    check(&permit2, &EXACT, "0x93f7d7cc192fe78957fc114318393187c2fc5194c6d9ac26aba364559fac39d2");
    assert_eq!(text(EXACT.hash_struct()), "0xa97a0255f1877b56ced10238aca70ad0692b7deb7bc3e81aca308da1e71fd2a5");
    // K1u
    check(&permit2, &UPTO, "0x55710ca8c2db0d182b0abcae02b1009e492b26dcf8196378a217dd644edb7f7f");
    assert_eq!(text(UPTO.hash_struct()), "0x30bb8448503e7ead82e4768afba7f65843934c5fd0651b5f18d5554ea189fe8a");
    // K2
    let permit = Permit {
        owner: ANVIL,
        spender: PERMIT2,
        value: Amount::from_u64(10000),
        nonce: Amount::ZERO,
        deadline: UnixSeconds::from_secs(1_740_672_154),
    };
    check(&USDC_DOMAIN, &permit, "0x1c25b6b46b1ee22f6e14a51eba91506430a2c75c45c7910aa0f7e13b686b35a6");
    assert_eq!(text(permit.hash_struct()), "0x8fcffe6acf63aea1d47e9fe219fe840fde79712537855060987a13049284b175");
    // K12
    let resource_url = "https://api.example.com/premium-data";
    let offer = Offer {
        version: 1,
        resource_url,
        scheme: "exact",
        network: "eip155:8453",
        asset: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        pay_to: "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
        amount: "10000",
        valid_until: UnixSeconds::from_secs(1_703_123_516),
    };
    check(&OFFER_DOMAIN, &offer, "0x080c2947f96376213d3de762c32b1f56ba5869acdeb87c7a44b7be5d33d397ea");
    // K13
    let receipt = Receipt {
        version: 1,
        network: "eip155:8453",
        resource_url,
        payer: "0x857b06519E91e3A54538791bDbb0E22373e36b66",
        issued_at: UnixSeconds::from_secs(1_703_123_456),
        transaction: "",
    };
    check(&RECEIPT_DOMAIN, &receipt, "0x060dbcfb87035bac821d6baa07fdab2ec109e6f06deaa00e037c2c1f4fbe6f8b");
}

/// All different, pairwise.
fn check_distinct<T: Ord>(values: impl IntoIterator<Item = T>) {
    let values: Vec<T> = values.into_iter().collect();
    let count = values.len();
    assert_eq!(values.into_iter().collect::<BTreeSet<T>>().len(), count);
}

#[test]
fn rows_83_to_87_a_domain_is_all_of_its_fields() {
    check_distinct(
        [
            USDC_DOMAIN,
            USDC_DOMAIN.with_name("USD Coin"),
            USDC_DOMAIN.with_version("1"),
            USDC_DOMAIN.with_chain_id(8453),
            USDC_DOMAIN.with_verifying_contract(USDC_BASE),
            USDC_DOMAIN.with_salt([0; 32]),
            Domain { version: None, ..USDC_DOMAIN },
            USDC_DOMAIN.with_version(""),
            Domain { version: None, chain_id: None, ..USDC_DOMAIN.with_salt([0; 32]) },
            Domain { chain_id: None, ..USDC_DOMAIN.with_salt([0; 32]) },
            Domain::EMPTY,
            Domain::EMPTY.with_salt([0; 32]),
        ]
        .map(|domain| domain.separator()),
    );
}

#[test]
fn rows_41_and_42_text_is_never_normalised() {
    let composed = USDC_DOMAIN.with_name("Caf\u{e9}").separator();
    let decomposed = USDC_DOMAIN.with_name("Cafe\u{301}").separator();
    assert_ne!(composed, decomposed);
}

#[test]
fn row_88_the_export_lists_the_fields_of_the_domain() {
    fn check(domain: &Domain<'_>, listed: &str) {
        let exported = export(domain, &TransferWithAuthorization(SAMPLE));
        let types = exported.as_object().unwrap().member("types").unwrap();
        assert_eq!(types.as_object().unwrap().member("EIP712Domain").unwrap().to_string(), listed);
    }
    check(
        &USDC_DOMAIN,
        concat!(
            r#"[{"name":"name","type":"string"},{"name":"version","type":"string"},"#,
            r#"{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}]"#
        ),
    );
    check(
        &Domain::permit2(1),
        r#"[{"name":"name","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}]"#,
    );
    check(&Domain::EMPTY, "[]");
}

#[test]
fn the_export_is_what_a_wallet_expects() {
    assert_eq!(
        export(&Domain::permit2(84532), &EXACT).to_string(),
        concat!(
            r#"{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"chainId","type":"uint256"},"#,
            r#"{"name":"verifyingContract","type":"address"}],"PermitWitnessTransferFrom":["#,
            r#"{"name":"permitted","type":"TokenPermissions"},{"name":"spender","type":"address"},"#,
            r#"{"name":"nonce","type":"uint256"},{"name":"deadline","type":"uint256"},{"name":"witness","type":"Witness"}],"#,
            r#""TokenPermissions":[{"name":"token","type":"address"},{"name":"amount","type":"uint256"}],"#,
            r#""Witness":[{"name":"to","type":"address"},{"name":"validAfter","type":"uint256"}]},"#,
            r#""primaryType":"PermitWitnessTransferFrom","domain":{"name":"Permit2","chainId":84532,"#,
            r#""verifyingContract":"0x000000000022D473030F116dDEE9F6B43aC78BA3"},"message":{"permitted":"#,
            r#"{"token":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","amount":"1000000"},"#,
            r#""spender":"0x402085c248EeA27D92E8b30b2C58ed07f9E20001","nonce":"1","deadline":"9999999999","#,
            r#""witness":{"to":"0x9876543210987654321098765432109876543210","validAfter":"0"}}}"#,
        )
    );
}

#[test]
fn row_89_transfer_receive_and_cancel_never_share_a_digest() {
    let separator = USDC_DOMAIN.separator();
    check_distinct([
        digest(&separator, &TransferWithAuthorization(SAMPLE)),
        digest(&separator, &ReceiveWithAuthorization(SAMPLE)),
        digest(&separator, &CancelAuthorization { authorizer: SAMPLE.from, nonce: SAMPLE.nonce }),
    ]);
}

#[test]
fn rows_93_and_95_permits_of_the_two_schemes_never_share_a_digest() {
    let separator = Domain::permit2(84532).separator();
    check_distinct([
        digest(&separator, &EXACT),
        digest(&separator, &PermitWitnessTransferFrom { spender: UPTO_PROXY, ..EXACT }),
        digest(&separator, &UPTO),
        digest(&separator, &PermitWitnessTransferFrom { spender: EXACT_PROXY, ..UPTO }),
        // The facilitator's place taken by the payee's: still another type.
        digest(
            &separator,
            &PermitWitnessTransferFrom { witness: UptoWitness { facilitator: UPTO.witness.to, ..UPTO.witness }, ..UPTO },
        ),
        // Signed for the token instead of Permit2.
        digest(&USDC_DOMAIN.separator(), &EXACT),
    ]);
}

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from_bytes)
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![any::<u64>().prop_map(Amount::from_u64), any::<[u8; 32]>().prop_map(Amount::from_be_bytes)]
}

fn seconds() -> impl Strategy<Value = UnixSeconds> {
    any::<u64>().prop_map(UnixSeconds::from_secs)
}

fn nonce() -> impl Strategy<Value = Nonce> {
    any::<[u8; 32]>().prop_map(Nonce::from_bytes)
}

fn authorization() -> impl Strategy<Value = Authorization> {
    (address(), address(), amount(), seconds(), seconds(), nonce()).prop_map(|(from, to, value, after, before, nonce)| {
        Authorization { from, to, value, window: Window::new(after, before), nonce }
    })
}

fn permit_with<W: Witness + core::fmt::Debug>(
    witness: impl Strategy<Value = W>,
) -> impl Strategy<Value = PermitWitnessTransferFrom<W>> {
    (address(), amount(), address(), nonce(), seconds(), witness).prop_map(|(token, amount, spender, nonce, deadline, witness)| {
        PermitWitnessTransferFrom { permitted: TokenPermissions { token, amount }, spender, nonce, deadline, witness }
    })
}

fn exact() -> impl Strategy<Value = PermitWitnessTransferFrom<ExactWitness>> {
    permit_with((address(), seconds()).prop_map(|(to, valid_after)| ExactWitness { to, valid_after }))
}

fn upto() -> impl Strategy<Value = PermitWitnessTransferFrom<UptoWitness>> {
    let witness = (address(), address(), seconds());
    permit_with(witness.prop_map(|(to, facilitator, valid_after)| UptoWitness { to, facilitator, valid_after }))
}

/// A domain with any of its fields.
#[derive(Clone, Debug)]
struct Fields(Option<String>, Option<String>, Option<Amount>, Option<Address>, Option<[u8; 32]>);

impl Fields {
    fn domain(&self) -> Domain<'_> {
        let Self(name, version, chain_id, verifying_contract, salt) = self;
        Domain {
            name: name.as_deref(),
            version: version.as_deref(),
            chain_id: *chain_id,
            verifying_contract: *verifying_contract,
            salt: *salt,
        }
    }
}

fn domain() -> impl Strategy<Value = Fields> {
    let text = any::<Option<String>>;
    (text(), text(), proptest::option::of(amount()), proptest::option::of(address()), any::<Option<[u8; 32]>>())
        .prop_map(|(name, version, chain_id, contract, salt)| Fields(name, version, chain_id, contract, salt))
}

/// The law: the general encoder over the exported JSON, as value and as text, gives the digest of the static message.
fn check_law(fields: &Fields, message: &impl Message) -> Result<(), TestCaseError> {
    let domain = fields.domain();
    let exported = export(&domain, message);
    let general = TypedData::from_json(&exported).expect("what is exported is typed data");
    prop_assert_eq!(general.domain(), domain);
    prop_assert_eq!(general.domain_separator(), domain.separator());
    prop_assert_eq!(general.hash_struct(), message.hash_struct());
    prop_assert_eq!(general.digest(), digest(&domain.separator(), message));
    prop_assert_eq!(&general.to_json(), &exported);
    prop_assert_eq!(&TypedData::parse(&exported.to_string()).expect("and so is its text"), &general);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn both_encoders_agree_on_authorizations(fields in domain(), authorization in authorization()) {
        check_law(&fields, &TransferWithAuthorization(authorization))?;
        check_law(&fields, &ReceiveWithAuthorization(authorization))?;
        check_law(&fields, &CancelAuthorization { authorizer: authorization.from, nonce: authorization.nonce })?;
    }

    #[test]
    fn both_encoders_agree_on_permits(fields in domain(), exact in exact(), upto in upto(), nonce in amount()) {
        check_law(&fields, &exact)?;
        check_law(&fields, &upto)?;
        let TokenPermissions { token: owner, amount: value } = exact.permitted;
        check_law(&fields, &Permit { owner, spender: exact.spender, value, nonce, deadline: exact.deadline })?;
    }

    #[test]
    fn both_encoders_agree_on_offers_and_receipts(
        fields in domain(), version: u64, resource_url: String, scheme: String, network: String, text: String, time in seconds(),
    ) {
        let (resource_url, scheme, network, text) = (&*resource_url, &*scheme, &*network, &*text);
        let (asset, pay_to, amount) = (text, scheme, network);
        check_law(&fields, &Offer { version, resource_url, scheme, network, asset, pay_to, amount, valid_until: time })?;
        check_law(&fields, &Receipt { version, network, resource_url, payer: text, issued_at: time, transaction: scheme })?;
    }
}
