//! A scheme of one's own, in one file: `tab`, in which a payer has put money into a contract beforehand and signs debits from it.
//!
//! There is nothing to register and nothing to inherit. A scheme is a value that implements [`Scheme`]; it reads its payload, compares it with
//! the seller's terms, says what it has to know of a chain, and in the end vouches for the payment by a [`Verified`]. Running this file holds
//! it to the laws that hold for every scheme.
//!
//! The contract keeps the nonces of each payer, as a token does that knows EIP-3009, so that is the kind of key that a debit is spent under.

use quittance_core::chain::{Call, ChainAnswer, ChainQuery, ExpectedLog, Plan};
use quittance_core::eip712::{self, Digest, Domain, Members, Message};
use quittance_core::json::Object;
use quittance_core::signature::{self, Form};
use quittance_core::wire::{PaymentPayload, PaymentRequirements};
use quittance_core::{
    Account, Address, Admitted, Amount, Authorization, ChainMode, Network, Nonce, Payment, Progress, Rejection, ReplayKey, Scheme,
    SchemeId, SecretKey, Signature, Terms, UnixSeconds, Verified, VerifyInput, Window, WindowRule, keccak256,
};
use quittance_testkit::conformance::{self, Sample};

/// The scheme `tab`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tab;

/// What a payer signs: the domain is that of the contract, which the offer names in `extra.tab`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Debit {
    from: Address,
    to: Address,
    token: Address,
    amount: Amount,
    nonce: Nonce,
    deadline: UnixSeconds,
}

impl Message for Debit {
    const ENCODE_TYPE: &'static str = "Debit(address from,address to,address token,uint256 amount,bytes32 nonce,uint256 deadline)";
    const TYPE_HASH: [u8; 32] = [
        0x46, 0x9c, 0x01, 0xb9, 0x88, 0x50, 0xfc, 0xce, 0x0c, 0x03, 0x84, 0xa9, 0x1d, 0x13, 0x4a, 0x8d, 0xec, 0xda, 0x9f, 0xcd,
        0x71, 0x3d, 0x59, 0x8b, 0x41, 0xf9, 0x5c, 0x3c, 0x3a, 0x62, 0x30, 0x4d,
    ];

    fn encode_data(&self, members: &mut impl Members) {
        members.address("from", &self.from);
        members.address("to", &self.to);
        members.address("token", &self.token);
        members.uint("amount", &self.amount);
        members.bytes32("nonce", self.nonce.as_bytes());
        members.seconds("deadline", self.deadline);
    }
}

/// A debit as it stands in `payload`, read once and strictly.
struct Signed {
    debit: Debit,
    signature: Signature,
}

impl Signed {
    fn read(payload: &Object) -> Option<Self> {
        let text = |name: &str| payload.member(name)?.as_str();
        let debit = Debit {
            from: Address::parse_party(text("from")?).ok()?,
            to: Address::parse_party(text("to")?).ok()?,
            token: Address::parse_party(text("token")?).ok()?,
            amount: Amount::parse(text("amount")?).ok()?,
            nonce: Nonce::parse(text("nonce")?).ok()?,
            deadline: UnixSeconds::parse(text("deadline")?).ok()?,
        };
        let signature = Signature::parse(text("signature")?, Form::Full).ok()?;
        (payload.len() == 7).then_some(Self { debit, signature })
    }

    fn of(authorization: &Authorization) -> Result<Self, Rejection> {
        match authorization {
            Authorization::Other(payload) => Self::read(payload).ok_or(Rejection::InvalidPayload),
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}

/// The contract that the seller's own offer names.
fn contract(terms: &Terms) -> Result<Address, Rejection> {
    let named = terms.extra_text("tab").ok_or(Rejection::InvalidPaymentRequirements)?;
    Address::parse_party(named).map_err(|_| Rejection::InvalidPaymentRequirements)
}

fn digest(debit: &Debit, terms: &Terms) -> Result<Digest, Rejection> {
    let chain = terms.network().chain_id().ok_or(Rejection::InvalidNetwork)?;
    Ok(eip712::digest(&Domain::token("Tab", "1", chain, contract(terms)?).separator(), debit))
}

/// What settles a debit: one call, and the token's log of the transfer.
fn settlement(signed: &Signed, terms: &Terms) -> Result<Plan, Rejection> {
    let Signed { debit, signature } = signed;
    let word = |address: Address| [&[0; 12][..], address.as_bytes()].concat();
    let number = |number: u64| Amount::from_u64(number).to_be_bytes().to_vec();
    let mut data = keccak256(b"debit(address,address,address,uint256,bytes32,uint256,bytes)")[..4].to_vec();
    for argument in [word(debit.from), word(debit.to), word(debit.token), debit.amount.to_be_bytes().to_vec()] {
        data.extend(argument);
    }
    data.extend(debit.nonce.as_bytes());
    data.extend([number(debit.deadline.as_secs()), number(7 * 32), number(65)].concat());
    data.extend(signature.to_bytes());
    data.resize(data.len() + 31, 0);
    let topic = |address: Address| word(address).try_into().expect("a word");
    let topics = vec![keccak256(b"Transfer(address,address,uint256)"), topic(contract(terms)?), topic(debit.to)];
    let moved = ExpectedLog::new(debit.token, topics, debit.amount.to_be_bytes().to_vec());
    Ok(Plan::call(Call::new(contract(terms)?, data), vec![moved]))
}

impl Scheme for Tab {
    fn id(&self) -> SchemeId {
        "tab".into()
    }

    fn serves(&self, network: Network) -> bool {
        network.chain_id().is_some()
    }

    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection> {
        let (payment, terms) = (input.payment, input.terms);
        // The offer is the seller's; what the client says it accepted is only compared with it.
        if *payment.scheme() != self.id() || *terms.scheme() != self.id() {
            return Err(Rejection::UnsupportedScheme);
        }
        if payment.network() != terms.network() || payment.accepted().is_some_and(|claimed| !terms.is_same_offer(claimed)) {
            return Err(Rejection::NoMatchingOffer);
        }
        let signed = Signed::of(payment.authorization())?;
        let debit = &signed.debit;
        if debit.amount != terms.amount() || debit.amount.is_zero() {
            return Err(Rejection::Eip3009Value);
        }
        if terms.pay_to().address() != Some(debit.to) {
            return Err(Rejection::Eip3009Recipient);
        }
        if terms.asset().token().address() != Some(debit.token) {
            return Err(Rejection::Permit2Token);
        }
        let window = Window::new(UnixSeconds::from_secs(0), debit.deadline);
        window.judge(input.now, &WindowRule::EIP3009).map_err(|_| Rejection::Eip3009ValidBefore)?;
        signature::verify(&digest(debit, terms)?, &signed.signature, debit.from).map_err(|_| Rejection::Eip3009Signature)?;

        // The tab may be empty and the nonce used: the contract says so by refusing the call that would settle.
        if input.mode != ChainMode::Offline {
            let calls = settlement(&signed, terms)?.shareable().unwrap_or_default();
            let question = ChainQuery::Simulate(calls);
            match input.answer(&question) {
                Some(ChainAnswer::Flag(true)) => {}
                Some(ChainAnswer::Flag(false) | ChainAnswer::Failed(_)) => return Err(Rejection::Eip3009Simulation),
                _ => return Ok(Progress::Ask(question)),
            }
        }
        let key = ReplayKey::Eip3009 { network: terms.network(), token: contract(terms)?, from: debit.from, nonce: debit.nonce };
        let payer = Account::Evm(debit.from);
        Ok(Progress::Verified(Verified::assertion(payment, terms, payer, debit.amount, key, debit.deadline)))
    }

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        let verified = admitted.verified();
        let signed = Signed::of(verified.payment().authorization())?;
        if charge == signed.debit.amount { settlement(&signed, verified.terms()) } else { Err(Rejection::Eip3009Value) }
    }
}

const NOW: u64 = 1_740_672_100;

/// The offer of a seller.
pub(crate) fn offer() -> Terms {
    let mut offer = PaymentRequirements::new("tab", "eip155:84532", "10000", TOKEN, PAYEE, 60);
    offer.extra = Some([("tab", CONTRACT)].into_iter().collect());
    Terms::parse(offer).expect("an offer")
}

const TOKEN: &str = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const CONTRACT: &str = "0x7ab7ab7ab7ab7ab7ab7ab7ab7ab7ab7ab7ab7ab7";

/// What a buyer sends.
pub(crate) fn payment(terms: &Terms) -> Payment {
    let key = SecretKey::from_bytes(&[7; 32]).expect("a key");
    let debit = Debit {
        from: key.address(),
        to: terms.pay_to().address().expect("an address"),
        token: terms.asset().token().address().expect("an address"),
        amount: terms.amount(),
        nonce: Nonce::from_bytes([9; 32]),
        deadline: UnixSeconds::from_secs(NOW + 60),
    };
    let signature = key.sign(&digest(&debit, terms).expect("an offer of this scheme")).to_hex();
    let members = [
        ("from", debit.from.to_string()),
        ("to", debit.to.to_string()),
        ("token", debit.token.to_string()),
        ("amount", debit.amount.to_string()),
        ("nonce", debit.nonce.to_string()),
        ("deadline", debit.deadline.to_string()),
        ("signature", signature),
    ];
    let payload: Object = members.iter().map(|(name, text)| (*name, text.as_str())).collect();
    PaymentPayload::new(terms.requirements().clone(), payload).try_into().expect("a payment")
}

/// The laws, on one payment that the contract would settle.
pub(crate) fn held_to_the_laws(scheme: &dyn Scheme) -> Result<(), Vec<conformance::Breach>> {
    let terms = offer();
    let payment = payment(&terms);
    let chain = |question: &ChainQuery| match question {
        ChainQuery::Simulate(_) => ChainAnswer::Flag(true),
        other => panic!("nothing else is asked: {other:?}"),
    };
    conformance::scheme(scheme, &[Sample { payment: &payment, terms: &terms, now: UnixSeconds::from_secs(NOW), chain: &chain }])
}

/// The type hash, which nothing but a test can hold to the type.
pub(crate) fn type_hash_is_the_types() -> bool {
    Debit::TYPE_HASH == keccak256(Debit::ENCODE_TYPE.as_bytes())
}

fn main() {
    assert!(type_hash_is_the_types());
    match held_to_the_laws(&Tab) {
        Ok(()) => println!("the scheme keeps to every law"),
        Err(breaches) => breaches.iter().for_each(|breach| println!("{breach}")),
    }
}
