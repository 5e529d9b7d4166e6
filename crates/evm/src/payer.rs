//! Whether the payer signed: by its key, or by a contract that answers for it.
//!
//! The token decides by the code at the payer's address, never by the length of the signature (catalogue rows 99 to 103): no code, the key;
//! any code, even an EIP-7702 delegation to a wallet whose key signed, ERC-1271 and nothing else. Offline there is no code to look at. A
//! key's good signature then passes, because it is right in everything that can be seen; anything else is a question. With a chain at hand
//! the code is a question whoever signed.

use alloc::vec::Vec;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery, Step};
use quittance_core::eip712::Digest;
use quittance_core::signature::{AccountCode, Claim, Form, Shape, Signature, SignatureBytes, SignatureError};
use quittance_core::{Address, ChainMode, Rejection, VerifyInput, signature};

/// Which payers a scheme takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Payers<'a> {
    /// Accounts with a key only. A signature that is not the key's is a forgery, and costs no question.
    Keys,
    /// Contract wallets as well, those included that one of these factories is still to deploy.
    KeysAndContracts { factories: &'a [Address] },
}

impl Payers<'_> {
    fn trust(self, factory: Address) -> bool {
        match self {
            Self::Keys => false,
            Self::KeysAndContracts { factories } => factories.contains(&factory),
        }
    }
}

/// What one method calls a wrong signature, and which encodings of it the token reads.
pub(crate) struct Signed<'a> {
    pub(crate) digest: Digest,
    pub(crate) signature: &'a SignatureBytes,
    pub(crate) from: Address,
    pub(crate) form: Form,
    pub(crate) wrong: Rejection,
}

/// What stands between a payment and its verdict.
pub(crate) enum Check {
    /// Nothing: the payer signed, or only the chain can say.
    Done(Option<ChainQuery>),
    /// The key alone decides, or decides whether the chain is asked.
    Key(KeyCheck),
}

/// A signature that has to be looked at, which costs more than all before it.
pub(crate) struct KeyCheck {
    digest: Digest,
    signature: Signature,
    from: Address,
    /// What follows if it is the payer's.
    right: Next,
    /// What follows if it is not.
    wrong: Next,
}

/// What follows once it is known whether the key signed.
enum Next {
    Pass,
    Refuse(Rejection),
    /// Whether that counts, only the code at the payer's address can say.
    AskCode,
}

impl Next {
    fn outcome(self, from: Address) -> Result<Option<ChainQuery>, Rejection> {
        match self {
            Self::Pass => Ok(None),
            Self::Refuse(rejection) => Err(rejection),
            Self::AskCode => Ok(Some(ChainQuery::Code { address: from })),
        }
    }
}

impl KeyCheck {
    /// What is to be found out, with the payers that the input knows.
    pub(crate) fn claim<'a>(&'a self, input: &VerifyInput<'a>) -> Claim<'a> {
        Claim::new(&self.digest, &self.signature, self.from).with_payers(input.payers).with_found(input.found())
    }

    /// The outcome, once it was found out: a question when only the chain can say.
    pub(crate) fn outcome(self, signed: Result<(), SignatureError>) -> Result<Option<ChainQuery>, Rejection> {
        match signed {
            Ok(()) => self.right.outcome(self.from),
            Err(_) => self.wrong.outcome(self.from),
        }
    }
}

/// Everything about whether the payer signed, short of looking at the signature.
pub(crate) fn check(signed: &Signed<'_>, payers: Payers<'_>, input: &VerifyInput<'_>) -> Result<Check, Rejection> {
    let code = ChainQuery::Code { address: signed.from };
    match (input.answer(&code), input.mode, payers) {
        (Some(ChainAnswer::Bytes(bytes)), _, _) => match AccountCode::of(bytes) {
            AccountCode::Absent => absent(signed, payers, input),
            AccountCode::Delegated(_) | AccountCode::Contract => by_contract(signed, input).map(Check::Done),
        },
        // An answer of another kind is the asker's fault and says nothing of the payer: the question stays open.
        (Some(_), _, _) => Ok(Check::Done(Some(code))),
        (None, ChainMode::Offline, Payers::Keys) => key_check(signed, Next::Pass, Next::Refuse(signed.wrong)),
        (None, ChainMode::Offline, Payers::KeysAndContracts { .. }) => key_check(signed, Next::Pass, Next::AskCode),
        (None, _, Payers::Keys) => key_check(signed, Next::AskCode, Next::Refuse(signed.wrong)),
        // Whatever the key says, it is for the code to say whether that counts.
        (None, _, Payers::KeysAndContracts { .. }) => Ok(Check::Done(Some(code))),
    }
}

/// Whether the payer's key signed, where nothing else is taken.
pub(crate) fn by_key(signed: &Signed<'_>) -> Result<(), Rejection> {
    let signature = Signature::from_bytes(signed.signature.as_bytes(), signed.form).map_err(|_| signed.wrong)?;
    signature::verify(&signed.digest, &signature, signed.from).map_err(|_| signed.wrong)
}

/// The question about a payer, and what will be asked if its answer is the one that leads on: a wallet's word, should there be one.
pub(crate) fn foreseen(signed: &Signed<'_>, payers: Payers<'_>, question: ChainQuery, input: &VerifyInput<'_>) -> Vec<ChainQuery> {
    let next = match (&question, payers) {
        (ChainQuery::Code { .. }, Payers::KeysAndContracts { .. }) => {
            [contract_question(signed).ok(), counterfactual_question(signed, payers)]
        }
        _ => [None, None],
    };
    let open = next.into_iter().flatten().filter(|next| !matches!(input.answer(next), Some(ChainAnswer::Flag(_))));
    [question].into_iter().chain(open).collect()
}

/// An account without code, seen on the chain: a key's, or that of a wallet still to be deployed.
fn absent(signed: &Signed<'_>, payers: Payers<'_>, input: &VerifyInput<'_>) -> Result<Check, Rejection> {
    let bytes = match (signed.signature.shape(), payers) {
        (Ok(Shape::Counterfactual(_)), Payers::KeysAndContracts { .. }) => {
            // Row 97: the wallet asks to be deployed by a call of its choosing.
            let question = counterfactual_question(signed, payers).ok_or(Rejection::WalletFactory)?;
            return told(question, signed, input).map(Check::Done);
        }
        (Ok(Shape::Bare(bytes)), Payers::KeysAndContracts { .. }) => bytes,
        _ => return key_check(signed, Next::Pass, Next::Refuse(signed.wrong)),
    };
    // Nobody's key signs in another number of bytes, and the wallet that may have is not there to be asked.
    let wrong = if matches!(bytes.len(), 64 | 65) { signed.wrong } else { Rejection::WalletNotDeployed };
    key_check(signed, Next::Pass, Next::Refuse(wrong))
}

fn key_check(signed: &Signed<'_>, right: Next, wrong: Next) -> Result<Check, Rejection> {
    match Signature::from_bytes(signed.signature.as_bytes(), signed.form) {
        Ok(signature) => Ok(Check::Key(KeyCheck { digest: signed.digest, signature, from: signed.from, right, wrong })),
        Err(_) => wrong.outcome(signed.from).map(Check::Done),
    }
}

fn by_contract(signed: &Signed<'_>, input: &VerifyInput<'_>) -> Result<Option<ChainQuery>, Rejection> {
    told(contract_question(signed)?, signed, input)
}

/// What a wallet says of a signature, or the question.
fn told(question: ChainQuery, signed: &Signed<'_>, input: &VerifyInput<'_>) -> Result<Option<ChainQuery>, Rejection> {
    match input.answer(&question) {
        Some(ChainAnswer::Flag(true)) => Ok(None),
        Some(ChainAnswer::Flag(false)) => Err(signed.wrong),
        // No answer, or one of another kind, which is none.
        _ => Ok(Some(question)),
    }
}

fn contract_question(signed: &Signed<'_>) -> Result<ChainQuery, Rejection> {
    let signature = SignatureBytes::from_bytes(inner(signed.signature)?).map_err(|_| Rejection::SignatureFormat)?;
    Ok(ChainQuery::ContractSignature { wallet: signed.from, digest: signed.digest, signature })
}

/// Whether the wallet of a wrapper will have signed; nothing to ask if nobody has listed its factory.
fn counterfactual_question(signed: &Signed<'_>, payers: Payers<'_>) -> Option<ChainQuery> {
    let Ok(Shape::Counterfactual(wrapped)) = signed.signature.shape() else { return None };
    let deployment = payers.trust(wrapped.factory()).then(|| Call::new(wrapped.factory(), wrapped.calldata().into()))?;
    let signature = SignatureBytes::from_bytes(wrapped.inner()).ok()?;
    Some(ChainQuery::CounterfactualSignature { wallet: signed.from, deployment, digest: signed.digest, signature })
}

/// The step that deploys the payer's wallet, if its signature brings one and somebody has listed the factory.
pub(crate) fn deployment(signature: &SignatureBytes, wallet: Address, payers: Payers<'_>) -> Result<Option<Step>, Rejection> {
    Ok(match signature.shape().map_err(|_| Rejection::SignatureFormat)? {
        Shape::Counterfactual(wrapped) if payers.trust(wrapped.factory()) => {
            Some(Step::Deploy { wallet, call: Call::new(wrapped.factory(), wrapped.calldata().into()) })
        }
        _ => None,
    })
}

/// What a contract is given for a signature: a wrapper without its wrapping, because the wallet that is there is asked (row 99).
pub(crate) fn inner(signature: &SignatureBytes) -> Result<&[u8], Rejection> {
    match signature.shape() {
        Ok(Shape::Counterfactual(wrapped)) => Ok(wrapped.inner()),
        Ok(Shape::Bare(bytes)) => Ok(bytes),
        Err(_) => Err(Rejection::SignatureFormat),
    }
}
