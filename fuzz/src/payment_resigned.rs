//! Payments by a payer whose key this target owns, changed before or after signing, and the verdict of the scheme.
//!
//! A verdict is [`Verified`](quittance_core::Verified) exactly when [`Story::is_due`] says so, which is written here anew, from the
//! specification, over the facts of the story rather than over the payment. It is the same with a cache that knows some of the payers, and in
//! a batch. The digest is made here as well, and signed by libsecp256k1.

use std::sync::OnceLock;

use arbitrary::Unstructured;
use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::eip712::Digest;
use quittance_core::eip712::eip3009::Authorization as Transfer;
use quittance_core::json::Object;
use quittance_core::proof::Admitted;
use quittance_core::registry::{self, AssetInfo, TokenDomain, TransferMethod, networks};
use quittance_core::signature::{PayerCache, Signature, SignatureBytes, Wrapped};
use quittance_core::wire::{Eip3009Payload, PaymentPayload, PaymentRequirements, Version, v1};
use quittance_core::{
    Account, Address, Amount, Limits, Network, Nonce, Payment, Progress, Rejection, ReplayKey, Scheme as _, Terms, UnixSeconds,
    Verified, VerifyInput, Window, header,
};
use quittance_evm::{EXACT, Exact};
use secp256k1::{Message, PublicKey, SecretKey};
use sha3::{Digest as _, Keccak256};

use crate::payer_cache::settled;
use crate::recovery::ORDER;
use crate::vectors::Vectors;

/// One story; its verdict is the predicate's.
pub fn run(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    if let Ok(story) = Story::draw(&mut bytes) {
        story.check();
    }
}

/// Every single change, with the signature renewed and not, to each token, and some pairs.
pub fn seeds(_: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for token in 0..TOKENS {
        for version in 0..2 {
            for chain in 0..CHAINS {
                seeds.push(vec![token, version, chain, 0]);
            }
        }
    }
    for change in 0..CHANGES {
        for choice in 0..10 {
            for renewed in 0..2 {
                let (token, chain) = ((change + choice) % TOKENS, (change + choice / 2) % CHAINS);
                seeds.push(vec![token, choice % 2, chain, 1, change, choice, renewed]);
                let second = (change + 1 + choice) % CHANGES;
                seeds.push(vec![0, 0, change % CHAINS, 2, change, choice, renewed, second, choice, 1]);
            }
        }
    }
    seeds
}

const TOKENS: u8 = 6;
const CHAINS: u8 = 7;
const CHANGES: u8 = 28;
const NOW: u64 = 1_740_672_100;

/// What happens, as facts that the predicate can look at.
#[derive(Clone, Debug)]
struct Story {
    version: Version,
    chain: Chain,
    now: u64,
    /// What the seller asks.
    offer: PaymentRequirements,
    /// What the buyer says the seller asks.
    claimed: PaymentRequirements,
    /// Whether the two are one offer, as far as this target has changed them.
    same_offer: bool,
    /// What the payment says is authorized.
    shown: Fields,
    /// What was signed, with whose key, and in which domain.
    signed: Fields,
    signer: u8,
    domain: Domain,
    encoding: Encoding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fields {
    from: [u8; 20],
    to: [u8; 20],
    value: [u8; 32],
    after: u64,
    before: u64,
    nonce: [u8; 32],
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Domain {
    name: String,
    version: String,
    chain: u64,
    contract: [u8; 20],
}

/// What the chain is known to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chain {
    Unknown,
    NoCode,
    ContractSaysYes,
    ContractSaysNo,
    DelegateSaysYes,
    DelegateSaysNo,
    Nonsense,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Full,
    HighTwin,
    OtherParity,
    BareParity,
    Compact,
    Longer,
    Shorter,
    Empty,
    Wrapped,
    Turned(u16),
}

impl Story {
    /// Zeros make the good payment; everything else is a change of it.
    fn draw(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        let (token, version) = (bytes.arbitrary::<u8>()? % TOKENS, bytes.arbitrary::<u8>()? % 2);
        let chain = match bytes.arbitrary::<u8>()? % CHAINS {
            0 => Chain::Unknown,
            1 => Chain::NoCode,
            2 => Chain::ContractSaysYes,
            3 => Chain::ContractSaysNo,
            4 => Chain::DelegateSaysYes,
            5 => Chain::DelegateSaysNo,
            _ => Chain::Nonsense,
        };
        let mut story = Self::good(token, if version == 0 { Version::V2 } else { Version::V1 }, chain);
        for _ in 0..bytes.arbitrary::<u8>()? % 4 {
            story.change(bytes.arbitrary()?, bytes.arbitrary()?, bytes.arbitrary::<u8>()? & 1 == 1);
        }
        Ok(story)
    }

    fn good(token: u8, version: Version, chain: Chain) -> Self {
        let known = |network| registry::default_asset(network).expect("the network has a default asset");
        let of = |asset: &AssetInfo, named: bool| {
            let terms = Terms::exact(asset, &"$0.01".parse().expect("a price"), &text(PAYEE), 60).expect("an offer");
            let mut offer = terms.requirements().clone();
            if !named {
                offer.extra = None;
            }
            offer
        };
        let by_permit2 =
            || registry::assets().iter().find(|asset| asset.erc20().is_some_and(|erc20| erc20.transfer == TransferMethod::Permit2));
        let offer = match token {
            0 => of(known(networks::BASE_SEPOLIA), true),
            1 => of(known(networks::BASE), true),
            2 => of(known(networks::POLYGON), false),
            3 => of(known(networks::AVALANCHE), true),
            // the seller's own token, which nobody else knows
            4 => PaymentRequirements::new("exact", "eip155:84532", "25", text([0x44; 20]), text(PAYEE), 60)
                .with_extra([("name", "Token of Mine"), ("version", "1")].into_iter().collect()),
            _ => of(by_permit2().unwrap_or_else(|| known(networks::BASE)), true),
        };
        let mut story = Self {
            version,
            chain,
            now: NOW,
            claimed: offer.clone(),
            same_offer: true,
            shown: Fields {
                from: address_of(0),
                to: PAYEE,
                value: Amount::parse(&offer.amount).expect("the offer's amount").to_be_bytes(),
                after: 0,
                before: NOW + 60,
                nonce: [9; 32],
            },
            signed: Fields { from: [0; 20], to: [0; 20], value: [0; 32], after: 0, before: 0, nonce: [0; 32] },
            signer: 0,
            domain: Domain { name: String::new(), version: String::new(), chain: 0, contract: [0; 20] },
            encoding: Encoding::Full,
            offer,
        };
        story.signed = story.shown;
        if let Some(domain) = story.true_domain() {
            story.domain = domain;
        }
        story
    }

    /// One change, of what is shown or what is asked; `renewed` says whether the payer signs again afterwards.
    fn change(&mut self, change: u8, choice: u8, renewed: bool) {
        let bit = usize::from(choice);
        match change % CHANGES {
            0 => self.shown.from = [address_of(1), [0; 20], PAYEE, address_of(0)][bit % 4],
            1 => self.shown.to = [[0x55; 20], [0; 20], address_of(0), PAYEE][bit % 4],
            2 => self.shown.value = number([0, 1, 9_999, 10_000, 10_001, 25, 24, 26][bit % 8]),
            3 => self.shown.value = [0xff; 32],
            4 => self.shown.after = [NOW, NOW - 1, NOW + 1, u64::MAX, 0, NOW + 60][bit % 6],
            5 => self.shown.before = [NOW, NOW + 5, NOW + 6, NOW + 7, u64::MAX, NOW + LONGEST, NOW + LONGEST + 1, 0][bit % 8],
            6 => self.now = [NOW + 54, NOW + 55, 0, 1, u64::MAX, NOW, NOW + 60, NOW + 61][bit % 8],
            7 => self.shown.nonce[bit % 32] ^= 1 << (bit / 32),
            8 => self.shown.from[bit % 20] ^= 1 << (bit / 32),
            9 => self.shown.value[bit % 32] ^= 1 << (bit / 32),
            10 => self.shown.to[bit % 20] ^= 1 << (bit / 32),
            11 => self.domain.name = ["USDC", "USD Coin", "", "Token of Mine"][bit % 4].into(),
            12 => self.domain.version = ["1", "2", ""][bit % 3].into(),
            13 => self.domain.chain = [1, 8453, 84532, 137, 0, 43114][bit % 6],
            14 => self.domain.contract[bit % 20] ^= 1 << (bit / 32),
            15 => self.signer = choice % 3,
            16 => {
                self.encoding = match choice % 10 {
                    0 => Encoding::Full,
                    1 => Encoding::HighTwin,
                    2 => Encoding::OtherParity,
                    3 => Encoding::BareParity,
                    4 => Encoding::Compact,
                    5 => Encoding::Longer,
                    6 => Encoding::Shorter,
                    7 => Encoding::Empty,
                    8 => Encoding::Wrapped,
                    _ => Encoding::Turned(u16::from(choice) * 2),
                }
            }
            17 => self.encoding = Encoding::Turned(u16::from(choice) * 2 + u16::from(renewed)),
            // the claim, and not the offer
            18 => self.claim(|claimed| claimed.amount = ["1", "10000", "0"][bit % 3].into()),
            19 => self.claim(|claimed| claimed.pay_to = text([0x55; 20])),
            20 => self.claim(|claimed| claimed.max_timeout_seconds = [60, 61, 0][bit % 3]),
            21 => self.claim(|claimed| {
                let mut extra = claimed.extra.clone().unwrap_or_default();
                extra.insert(["name", "version", "more"][bit % 3], ["USDC", "2", "x"][bit / 3 % 3]);
                claimed.extra = Some(extra);
            }),
            22 => self.claim(|claimed| claimed.extra = if bit % 2 == 0 { None } else { Some(Object::new()) }),
            23 => self.claim(|claimed| claimed.asset = text([0x66; 20])),
            24 => self.claim(|claimed| claimed.network = ["eip155:1", "eip155:84532", "eip155:8453"][bit % 3].into()),
            // another spelling of the same claim
            25 => self.claim(|claimed| {
                claimed.pay_to = claimed.pay_to.to_ascii_lowercase();
                claimed.asset = claimed.asset.to_ascii_lowercase();
            }),
            // the offer itself, and the claim with it
            26 => self.ask(|offer| match bit % 6 {
                0 => offer.amount = "0".into(),
                1 => offer.amount = "10001".into(),
                2 => offer.scheme = "upto".into(),
                3 => offer.extra = Some([("name", "Another"), ("version", "2")].into_iter().collect()),
                4 => offer.extra = Some([("name", "USDC")].into_iter().collect()),
                _ => offer.pay_to = text([0x55; 20]),
            }),
            _ => self.claim(|claimed| claimed.scheme = ["upto", "Exact", "exact"][bit % 3].into()),
        }
        if renewed {
            self.signed = self.shown;
        }
    }

    fn claim(&mut self, edit: impl FnOnce(&mut PaymentRequirements)) {
        edit(&mut self.claimed);
        self.same_offer = self.is_claimed();
    }

    fn ask(&mut self, edit: impl FnOnce(&mut PaymentRequirements)) {
        edit(&mut self.offer);
        self.claimed = self.offer.clone();
        self.same_offer = true;
    }

    /// Catalogue rows 37 to 43 and 61 to 67: the same by meaning in every member.
    fn is_claimed(&self) -> bool {
        let meaning = |offer: &PaymentRequirements| {
            let extra = offer.extra.clone().unwrap_or_default().iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mut extra: Vec<String> = extra;
            extra.sort();
            let (asset, pay_to) = (offer.asset.to_ascii_lowercase(), offer.pay_to.to_ascii_lowercase());
            (offer.scheme.clone(), offer.network.clone(), offer.amount.clone(), asset, pay_to, offer.max_timeout_seconds, extra)
        };
        meaning(&self.claimed) == meaning(&self.offer)
    }

    /// Whether everything but the signature is as it must be (`scheme_exact_evm`, section 1, verification; USDC's contract).
    fn meets_terms(&self) -> bool {
        let Fields { from, to, value, after, before, .. } = self.shown;
        let same_place = self.version == Version::V2 || self.v1_name().is_some();
        let offered = self.offer.scheme == "exact"
            && self.claimed.scheme == "exact"
            && self.claimed.network == self.offer.network
            && (self.version == Version::V1 || self.same_offer);
        let paid = Amount::from_be_bytes(value).to_string() == self.offer.amount && value != [0; 32];
        let to_seller = text(to).eq_ignore_ascii_case(&self.offer.pay_to) && to != [0; 20] && from != [0; 20];
        let (now, after, before) = (i128::from(self.now), i128::from(after), i128::from(before));
        let in_time = after < now && now + 6 <= before && before - now <= i128::from(LONGEST);
        same_place && offered && paid && to_seller && in_time && self.true_domain().is_some()
    }

    /// Whether the payer's key signed just this for just this token, in the one encoding that the token reads.
    fn is_signed(&self) -> bool {
        self.encoding == Encoding::Full
            && self.signed == self.shown
            && address_of(self.signer) == self.shown.from
            && self.true_domain().is_some_and(|domain| domain == self.domain)
    }

    /// What the verdict has to be.
    fn is_due(&self) -> bool {
        match self.chain {
            Chain::Unknown | Chain::NoCode => self.meets_terms() && self.is_signed(),
            Chain::ContractSaysYes | Chain::DelegateSaysYes => self.meets_terms(),
            Chain::ContractSaysNo | Chain::DelegateSaysNo | Chain::Nonsense => false,
        }
    }

    /// The domain of the seller's token: the registry's, which the seller must not contradict; of a token that it does not know, the
    /// seller's own.
    fn true_domain(&self) -> Option<Domain> {
        let word = |name: &str| self.offer.extra.as_ref().and_then(|extra| extra.member(name)?.as_str()).map(str::to_owned);
        let chain = self.offer.network.strip_prefix("eip155:")?.parse().ok()?;
        let network = Network::parse(&self.offer.network).ok()?;
        let contract = Address::parse(&self.offer.asset).ok()?;
        let known = registry::assets()
            .iter()
            .find_map(|asset| asset.erc20().filter(|erc20| asset.network == network && erc20.address == contract));
        let (name, version) = match known {
            None => (word("name")?, word("version")?),
            Some(erc20) => {
                let TokenDomain::NameVersion { name, version } = erc20.domain else { return None };
                let contradicted =
                    word("name").is_some_and(|said| said != name) || word("version").is_some_and(|said| said != version);
                if contradicted || erc20.transfer != TransferMethod::Eip3009 {
                    return None;
                }
                (name.to_owned(), version.to_owned())
            }
        };
        Some(Domain { name, version, chain, contract: *contract.as_bytes() })
    }

    fn v1_name(&self) -> Option<&'static str> {
        registry::v1_name(Network::parse(&self.claimed.network).ok()?)
    }

    fn check(&self) {
        let (payment, terms) = (self.payment(), Terms::parse(self.offer.clone()).expect("every offer here can be read"));
        let Some(payment) = payment else {
            // nothing that cannot be read, or be said in version 1, is due
            assert!(!self.is_due(), "{self:?}");
            return;
        };
        for scheme in [EXACT, EXACT.keys_only()] {
            let verdict = self.verdict(scheme, &payment, &terms);
            assert_eq!(verdict.is_some(), self.is_due(), "{self:?}");
            if let Some(verified) = verdict {
                self.check_proof(verified);
            }
        }
    }

    /// Asks the scheme, and answers what it asks.
    fn verdict(&self, scheme: Exact, payment: &Payment, terms: &Terms) -> Option<Verified> {
        let code = match self.chain {
            Chain::Unknown => None,
            Chain::NoCode => Some(ChainAnswer::Bytes(Vec::new())),
            Chain::ContractSaysYes | Chain::ContractSaysNo => Some(ChainAnswer::Bytes(vec![0x60, 0x80])),
            Chain::DelegateSaysYes | Chain::DelegateSaysNo => {
                Some(ChainAnswer::Bytes([[0xef, 0x01, 0x00].as_slice(), &[0x77; 20]].concat()))
            }
            Chain::Nonsense => Some(ChainAnswer::Flag(true)),
        };
        let from = Address::from_bytes(self.shown.from);
        let mut answers = code.map(|code| (ChainQuery::Code { address: from }, code)).into_iter().collect::<Vec<_>>();
        for _ in 0..3 {
            let input = VerifyInput::offline(payment, terms, UnixSeconds::from_secs(self.now)).with_answers(&answers);
            let verdict = scheme.verify(&input);
            check_company(&scheme, &input, &verdict);
            match verdict {
                Ok(Progress::Verified(verified)) => return Some(verified),
                Ok(Progress::Ask(ChainQuery::Code { address })) => {
                    // open for as long as nobody answers it, or only with an answer of another kind
                    let open = matches!(self.chain, Chain::Unknown | Chain::Nonsense);
                    assert!(address == from && open && self.meets_terms(), "{self:?}");
                    return None;
                }
                Ok(Progress::Ask(question)) => {
                    assert!(self.meets_terms(), "a question about what is refused anyway: {self:?}");
                    self.check_question(&question);
                    let yes = matches!(self.chain, Chain::ContractSaysYes | Chain::DelegateSaysYes);
                    answers.push((question, ChainAnswer::Flag(yes)));
                }
                Ok(other) => panic!("neither verdict nor question: {other:?}"),
                Err(_) => return None,
            }
        }
        panic!("the same question again: {self:?}")
    }

    /// A wallet is asked about what was shown, in the token's own domain, with the signature unwrapped.
    fn check_question(&self, question: &ChainQuery) {
        let ChainQuery::ContractSignature { wallet, digest, signature } = question else { panic!("{question:?}") };
        assert_eq!(wallet.as_bytes(), &self.shown.from);
        let domain = self.true_domain().expect("the terms are met");
        assert_eq!(digest.as_bytes(), &hash(&domain, &self.shown));
        let inner = if self.encoding == Encoding::Wrapped { self.full().to_vec() } else { self.signature() };
        assert_eq!(signature.as_bytes(), inner);
    }

    /// A proof says what was paid; a settlement is of just that.
    fn check_proof(&self, verified: Verified) {
        let token = Address::parse(&self.offer.asset).expect("the offer's token");
        let (from, value) = (Address::from_bytes(self.shown.from), Amount::from_be_bytes(self.shown.value));
        assert_eq!((verified.payer(), verified.amount()), (&Account::Evm(from), value));
        assert_eq!(verified.expires().as_secs(), self.shown.before);
        let network = Network::parse(&self.offer.network).expect("the offer's network");
        assert_eq!(verified.key(), ReplayKey::Eip3009 { network, token, from, nonce: Nonce::from_bytes(self.shown.nonce) });
        let admitted = Admitted::assertion(verified);
        let plan = EXACT.plan(&admitted, value).expect("what is verified can be settled");
        let calls = plan.shareable().expect("anybody can make the call");
        assert!(calls.iter().all(|call| call.target == token) && calls.len() == 1 && !plan.evidence.is_empty());
        let less = value.checked_sub(Amount::from_u64(1)).expect("nothing free is verified");
        assert!(EXACT.plan(&admitted, less).is_err());
    }

    /// The payment as it arrives, if it can be said and read at all.
    fn payment(&self) -> Option<Payment> {
        let Fields { from, to, value, after, before, nonce } = self.shown;
        let transfer = Transfer {
            from: Address::from_bytes(from),
            to: Address::from_bytes(to),
            value: Amount::from_be_bytes(value),
            window: Window::new(UnixSeconds::from_secs(after), UnixSeconds::from_secs(before)),
            nonce: Nonce::from_bytes(nonce),
        };
        let signature = SignatureBytes::from_bytes(&self.signature()).expect("it is short");
        let payload = Object::from(&Eip3009Payload::new(signature, transfer));
        let (name, object) = match self.version {
            Version::V1 => {
                let payload = v1::PaymentPayload::new(self.claimed.scheme.clone(), self.v1_name()?, payload);
                (header::X_PAYMENT, Object::from(&payload))
            }
            _ => (header::PAYMENT_SIGNATURE, Object::from(&PaymentPayload::new(self.claimed.clone(), payload))),
        };
        let text = header::encode(object, &Limits::HEADER).expect("it is short");
        let offers = [Terms::parse(self.offer.clone()).expect("every offer here can be read")];
        Payment::from_headers_for([(name, text.as_bytes())], &offers, &Limits::HEADER).ok().flatten()
    }

    fn full(&self) -> [u8; 65] {
        let (id, rs) = secp256k1::ecdsa::RecoverableSignature::sign_ecdsa_recoverable(
            Message::from_digest(hash(&self.domain, &self.signed)),
            &key(self.signer),
        )
        .serialize_compact();
        let mut signature = [27 + u8::from(id as i32 == 1); 65];
        signature[..64].copy_from_slice(&rs);
        signature
    }

    fn signature(&self) -> Vec<u8> {
        let mut full = self.full();
        let odd = full[64] - 27;
        match self.encoding {
            Encoding::Full => {}
            Encoding::HighTwin => {
                let s = minus(ORDER, full[32..64].try_into().expect("32 bytes"));
                full[32..64].copy_from_slice(&s);
                full[64] ^= 27 ^ 28;
            }
            Encoding::OtherParity => full[64] ^= 27 ^ 28,
            Encoding::BareParity => full[64] = odd,
            Encoding::Compact => {
                full[32] |= odd << 7;
                return full[..64].to_vec();
            }
            Encoding::Longer => return [full.as_slice(), &[0]].concat(),
            Encoding::Shorter => return full[..64].to_vec(),
            Encoding::Empty => return Vec::new(),
            Encoding::Wrapped => {
                let wrapped = Wrapped::new(Address::from_bytes([0x88; 20]), b"deploy", &full).expect("it is short");
                return wrapped.to_bytes();
            }
            Encoding::Turned(bit) => full[usize::from(bit / 8) % 65] ^= 1 << (bit % 8),
        }
        full.to_vec()
    }
}

/// The verdict is the same where some payers are known, and in a batch with others.
fn check_company(scheme: &Exact, input: &VerifyInput<'_>, verdict: &Result<Progress, Rejection>) {
    let told = |verdict: &Result<Progress, Rejection>| match verdict {
        Ok(Progress::Verified(proof)) => format!("{:?} {:?} {} {:?}", proof.payer(), proof.key(), proof.amount(), proof.expires()),
        other => format!("{other:?}"),
    };
    let (alone, known) = (told(verdict), input.with_payers(payers()));
    assert_eq!(told(&scheme.verify(&known)), alone, "with payers that are known");
    let batch = [*input, known, known, *input, known];
    let many = scheme.verify_many(&batch);
    assert_eq!(many.len(), batch.len());
    assert!(many.iter().all(|verdict| told(verdict) == alone), "in a batch: {many:?} for {alone}");
}

/// A cache that knows the first and the third of the payers.
fn payers() -> &'static PayerCache {
    static PAYERS: OnceLock<PayerCache> = OnceLock::new();
    PAYERS.get_or_init(|| {
        let mut cache = PayerCache::with_places(4);
        for payer in [0, 2] {
            let story = Story { signer: payer, ..Story::good(0, Version::V2, Chain::Unknown) };
            let (digest, signature) = (hash(&story.domain, &story.signed), story.full());
            let signature = Signature::parse_65(&signature).expect("a good signature");
            cache.learn(&settled(Address::from_bytes(address_of(payer)), &signature), &Digest::from_bytes(digest));
        }
        assert_eq!(cache.len(), 2);
        cache
    })
}

/// Ten years, the longest that an authorization may run ahead.
const LONGEST: u64 = 315_576_000;

const PAYEE: [u8; 20] =
    [0x20, 0x96, 0x93, 0xbc, 0x6a, 0xfc, 0x0c, 0x53, 0x28, 0xba, 0x36, 0xfa, 0xf0, 0x3c, 0x51, 0x4e, 0xf3, 0x12, 0x28, 0x7c];

fn key(index: u8) -> SecretKey {
    SecretKey::from_secret_bytes([7 + index; 32]).expect("a key")
}

fn address_of(index: u8) -> [u8; 20] {
    let point = PublicKey::from_secret_key(&key(index)).serialize_uncompressed();
    *keccak(&[&point[1..]]).last_chunk().expect("a hash has 32 bytes")
}

fn text(address: [u8; 20]) -> String {
    Address::from_bytes(address).to_string()
}

/// EIP-712, for the one message that EIP-3009 has.
fn hash(domain: &Domain, fields: &Fields) -> [u8; 32] {
    let domain_type = keccak(&[b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"]);
    let message_type = keccak(&[
        b"TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
    ]);
    let (name, version) = (keccak(&[domain.name.as_bytes()]), keccak(&[domain.version.as_bytes()]));
    let separator = keccak(&[&domain_type, &name, &version, &number(domain.chain), &wide(domain.contract)]);
    let message = keccak(&[
        &message_type,
        &wide(fields.from),
        &wide(fields.to),
        &fields.value,
        &number(fields.after),
        &number(fields.before),
        &fields.nonce,
    ]);
    keccak(&[b"\x19\x01", &separator, &message])
}

fn keccak(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

fn number(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn wide(address: [u8; 20]) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&address);
    word
}

/// The difference of two numbers, the first being the larger.
fn minus(mut larger: [u8; 32], smaller: [u8; 32]) -> [u8; 32] {
    let mut borrowed = 0;
    for (to, from) in larger.iter_mut().zip(smaller).rev() {
        let (first, under) = to.overflowing_sub(from);
        let (second, again) = first.overflowing_sub(borrowed);
        *to = second;
        borrowed = u8::from(under || again);
    }
    larger
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target whose seeds are all refused would prove nothing.
    #[test]
    fn the_seeds_reach_both_verdicts_in_every_way() {
        let stories = seeds(&Vectors::load());
        let stories = stories.iter().map(|seed| Story::draw(&mut Unstructured::new(seed)).expect("a seed is a story"));
        let stories = stories.collect::<Vec<_>>();
        for version in [Version::V1, Version::V2] {
            for chain in [Chain::Unknown, Chain::NoCode, Chain::ContractSaysYes, Chain::DelegateSaysYes] {
                let told = stories.iter().filter(|story| story.version == version && story.chain == chain);
                let due = told.clone().filter(|story| story.is_due()).count();
                assert!(due > 5 && told.count() > due + 5, "{version:?} {chain:?}: {due} due");
            }
        }
    }
}
