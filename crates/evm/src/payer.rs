//! Whether the payer signed: by its key, or by a contract that answers for it.
//!
//! The token decides by the code at the payer's address, never by the length of the signature (catalogue rows 99 to 103): no code, the key;
//! any code, even an EIP-7702 delegation to a wallet whose key signed, ERC-1271 and nothing else. Offline there is no code to look at. A
//! key's good signature then passes, because it is right in everything that can be seen; anything else is a question. With a chain at hand
//! the code is a question whoever signed.

use alloc::vec::Vec;

use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::eip712::Digest;
use quittance_core::signature::{AccountCode, Claim, Form, Shape, Signature, SignatureBytes, SignatureError};
use quittance_core::{Address, ChainMode, Rejection, VerifyInput};

/// Which payers a scheme takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Payers {
    /// Accounts with a key only. A signature that is not the key's is a forgery, and costs no question.
    Keys,
    /// Contract wallets as well.
    KeysAndContracts,
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
    pub(crate) const fn claim<'a>(&'a self, input: &VerifyInput<'a>) -> Claim<'a> {
        Claim::new(&self.digest, &self.signature, self.from).with_payers(input.payers)
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
pub(crate) fn check(signed: &Signed<'_>, payers: Payers, input: &VerifyInput<'_>) -> Result<Check, Rejection> {
    let code = ChainQuery::Code { address: signed.from };
    match (input.answer(&code), input.mode, payers) {
        (Some(ChainAnswer::Bytes(bytes)), _, _) => match AccountCode::of(bytes) {
            AccountCode::Absent => by_key(signed, payers),
            AccountCode::Delegated(_) | AccountCode::Contract => by_contract(signed, input).map(Check::Done),
        },
        // An answer of another kind is the asker's fault and says nothing of the payer: the question stays open.
        (Some(_), _, _) => Ok(Check::Done(Some(code))),
        (None, ChainMode::Offline, Payers::Keys) => key_check(signed, Next::Pass, Next::Refuse(signed.wrong)),
        (None, ChainMode::Offline, Payers::KeysAndContracts) => key_check(signed, Next::Pass, Next::AskCode),
        (None, _, Payers::Keys) => key_check(signed, Next::AskCode, Next::Refuse(signed.wrong)),
        // Whatever the key says, it is for the code to say whether that counts.
        (None, _, Payers::KeysAndContracts) => Ok(Check::Done(Some(code))),
    }
}

/// The question about a payer, and what will be asked if its answer is the one that leads on: a wallet's word, should there be one.
pub(crate) fn foreseen(signed: &Signed<'_>, payers: Payers, question: ChainQuery, input: &VerifyInput<'_>) -> Vec<ChainQuery> {
    let next = match (&question, payers) {
        (ChainQuery::Code { .. }, Payers::KeysAndContracts) => contract_question(signed).ok(),
        _ => None,
    };
    let open = next.filter(|next| !matches!(input.answer(next), Some(ChainAnswer::Flag(_))));
    [question].into_iter().chain(open).collect()
}

/// An account without code, seen on the chain.
fn by_key(signed: &Signed<'_>, payers: Payers) -> Result<Check, Rejection> {
    match signed.signature.shape() {
        // Row 97: the wallet asks to be deployed by a call of its choosing. The list of factories is empty.
        Ok(Shape::Counterfactual(_)) if payers == Payers::KeysAndContracts => Err(Rejection::WalletFactory),
        _ => key_check(signed, Next::Pass, Next::Refuse(signed.wrong)),
    }
}

fn key_check(signed: &Signed<'_>, right: Next, wrong: Next) -> Result<Check, Rejection> {
    match Signature::from_bytes(signed.signature.as_bytes(), signed.form) {
        Ok(signature) => Ok(Check::Key(KeyCheck { digest: signed.digest, signature, from: signed.from, right, wrong })),
        Err(_) => wrong.outcome(signed.from).map(Check::Done),
    }
}

fn by_contract(signed: &Signed<'_>, input: &VerifyInput<'_>) -> Result<Option<ChainQuery>, Rejection> {
    let question = contract_question(signed)?;
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

/// What a contract is given for a signature: a wrapper without its wrapping, because the wallet that is there is asked (row 99).
pub(crate) fn inner(signature: &SignatureBytes) -> Result<&[u8], Rejection> {
    match signature.shape() {
        Ok(Shape::Counterfactual(wrapped)) => Ok(wrapped.inner()),
        Ok(Shape::Bare(bytes)) => Ok(bytes),
        Err(_) => Err(Rejection::SignatureFormat),
    }
}
