//! The surface of the crate: every public type, and the traits that it promises.
//!
//! Taking a trait away breaks whoever relied on it, and adding `Debug` or `Clone` to a secret breaks whoever relied on its absence;
//! either is seen here first. A public type that this file does not name fails the last test.

use core::fmt::{Debug, Display};
use core::hash::Hash;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::str::FromStr;

use quittance_core::address::AddressError;
use quittance_core::amount::AmountError;
use quittance_core::asset::{Account, Asset};
use quittance_core::binding::{self, BindingError, Mode, Salt};
use quittance_core::chain::{Call, ChainAnswer, ChainQuery, ExpectedLog, Log, Plan, Proof, SignedTransaction, Step};
use quittance_core::eip712::eip2612::Permit;
use quittance_core::eip712::eip3009::{self, CancelAuthorization, ReceiveWithAuthorization, TransferWithAuthorization};
use quittance_core::eip712::offer::{Offer, Receipt};
use quittance_core::eip712::permit2::{ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UptoWitness};
use quittance_core::eip712::{Digest, Domain, DomainSeparator, TypedData, TypedDataError};
use quittance_core::header::{Envelope, PaymentHeader};
use quittance_core::json::{self, Number, Object};
use quittance_core::money::MoneyError;
use quittance_core::network::NetworkError;
use quittance_core::nonce::NonceError;
use quittance_core::payment_id::PaymentIdError;
use quittance_core::registry::networks::{NetworkInfo, NetworkKind};
use quittance_core::registry::{
    AssetInfo, ContestedName, Eip2612, Erc20, Evidence, Spl, Token, TokenDomain, TokenProgram, TransferMethod, UsedNonce,
};
use quittance_core::rejection::{Blame, Reason, Rejection, Retry, Vocabulary};
use quittance_core::resource::ResourceError;
use quittance_core::settling::{AnswerError, Answered, Charge};
use quittance_core::signature::{
    AccountCode, Claim, Form, KeySigned, KnownPayer, PayerCache, PublicKey, PublicKeyError, SecretKey, SecretKeyError, Shape,
    Signature, SignatureBytes, SignatureError, Wrapped, WrapperError,
};
use quittance_core::signer::Signable;
use quittance_core::statement::{Foreign, Issuer, Key, KeyId, Statement, StatementError, Unsigned};
use quittance_core::time::TimeError;
use quittance_core::wire::{self, OfferPayload, ReceiptPayload, v1};
use quittance_core::{
    Address, Admitted, Amount, Authorization, ChainMode, Closes, DecodeError, DecodeErrorKind, Denial, EncodingError, Facilitator,
    Fault, HexError, JsonError, Limits, Misuse, Money, Network, Nonce, Opens, Payment, PaymentId, Progress, ReplayKey,
    ReplayKeyError, Resource, Scheme, SchemeId, SchemeSet, Settled, Settling, ShapeError, Signer, SigningRequest, Terms, TermsHash,
    UnixSeconds, Verified, VerifyInput, Window, WindowError, WindowRule,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What every type promises: it can be sent to and shared with another thread, and a panic elsewhere leaves it whole.
trait Shared: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe {}
impl<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe> Shared for T {}

/// What holds data.
trait Data: Shared + Clone + Debug + Eq {}
impl<T: Shared + Clone + Debug + Eq> Data for T {}

/// What is as cheap as a number, and can be the key of a map.
trait Small: Data + Copy + Hash {}
impl<T: Data + Copy + Hash> Small for T {}

/// What has one canonical text.
trait Text: Data + Hash + Display + FromStr + Serialize + DeserializeOwned {}
impl<T: Data + Hash + Display + FromStr + Serialize + DeserializeOwned> Text for T {}

/// An object of the wire.
trait Wire: Data + Serialize + DeserializeOwned + TryFrom<Object, Error = DecodeError> {}
impl<T: Data + Serialize + DeserializeOwned + TryFrom<Object, Error = DecodeError>> Wire for T {}

/// A closed set of reasons.
trait Why: Small + Display + core::error::Error {}
impl<T: Small + Display + core::error::Error> Why for T {}

/// `Bound: Type, Type;` and so on: every type keeps the bound.
macro_rules! promise {
    ($($Bound:path: $($T:ty),+ $(,)?;)+) => { $( const _: () = { const fn holds<T: $Bound>() {} $( holds::<$T>(); )+ }; )+ };
}

/// Every type keeps none of the bounds: if it kept one, there would be two ways to `probe` it, and the compiler would ask which.
macro_rules! lacks {
    ($($T:ty: $($Bound:path),+;)+) => { $( const _: () = {
        trait Probe<Way> {
            const PROBED: () = ();
        }
        impl<T: ?Sized> Probe<()> for T {}
        $({
            struct Second;
            impl<T: ?Sized + $Bound> Probe<Second> for T {}
        })+
        <$T as Probe<_>>::PROBED
    }; )+ };
}

promise! {
    Text: Address, Amount, Network, Nonce, PaymentId, TermsHash, UnixSeconds;
    Ord: Account, Address, Amount, Asset, Digest, DomainSeparator, Network, Nonce, PaymentId, PublicKey, ReplayKey, Resource,
        SchemeId, Signature, TermsHash, UnixSeconds, wire::Version;
    Small: Address, Amount, Closes, Limits, Network, Nonce, Opens, ReplayKey, TermsHash, UnixSeconds, Window, WindowRule;
    Small: AccountCode, Form, PublicKey, Shape<'_>, Signature, Wrapped<'_>;
    Small: Digest, Domain<'_>, DomainSeparator, Offer<'_>, Receipt<'_>, Permit, eip3009::Authorization, TransferWithAuthorization,
        ReceiveWithAuthorization, CancelAuthorization, PermitWitnessTransferFrom<ExactWitness>, TokenPermissions, ExactWitness,
        UptoWitness, SigningRequest<'_>, Signable;
    Small: AssetInfo, ContestedName, Eip2612, Erc20, Evidence, NetworkInfo, NetworkKind, Spl, Token, TokenDomain, TokenProgram,
        TransferMethod, UsedNonce;
    Small: Blame, Charge, ChainMode, Log<'_>, Mode, PaymentHeader<'_>, Proof, Reason, Retry, Vocabulary, wire::Version;
    Why: AddressError, AmountError, AnswerError, BindingError, DecodeErrorKind, Denial, EncodingError, Fault, HexError, JsonError, Misuse,
        MoneyError, NetworkError, NonceError, PaymentIdError, PublicKeyError, Rejection, ReplayKeyError, ResourceError, SecretKeyError, ShapeError,
        SignatureError, StatementError, TimeError, TypedDataError, WindowError, WrapperError;
    core::error::Error: DecodeError;
    Hash: Key, wire::BodyType, wire::RouteTemplate, wire::Transport, Account, Asset, Call, ChainAnswer, ChainQuery, DecodeError, ExpectedLog, Money, Plan, Resource, SchemeId,
        SignatureBytes, SignedTransaction, Step, wire::Eip3009Payload, wire::LastUpdated, wire::Permit2Payload<UptoWitness>, wire::SolanaPayload;
    Data: Foreign<'_>, Key, KeyId, Settling, Statement<OfferPayload>, Unsigned<OfferPayload>, wire::ArtifactForm<OfferPayload>, wire::Bazaar, wire::BazaarBody,
        wire::BazaarHttp, wire::BazaarInput, wire::BazaarOutput, wire::BazaarTool, wire::BodyType, wire::Declaration,
        wire::OfferReceipt, wire::RouteTemplate, wire::Transport, Account, Asset, Authorization, binding::Binding<'_>, Call, ChainAnswer, ChainQuery, DecodeError, Envelope, ExpectedLog,
        Money, Number, Object, Plan, Resource, SchemeId, SignatureBytes, SignedTransaction, Step, TypedData, json::Value, wire::Binding, wire::DiscoveryOffer, wire::Eip2612GasSponsoring, wire::Erc20ApprovalGasSponsoring,
        wire::Extensions, wire::LastUpdated, wire::Paying, wire::PaymentIdentifier, wire::Unknown;
    Display: Key, Account, Amount, Digest, DomainSeparator, json::Value, Money, Object, SchemeId;
    FromStr: Money;
    Wire: wire::Artifact<OfferPayload>, wire::Artifact<ReceiptPayload>, OfferPayload, ReceiptPayload, wire::DiscoveryItem, wire::DiscoveryResources, wire::DiscoverySearch, wire::Eip3009Payload, wire::Extension,
        wire::ExtensionResponses, wire::Pagination, wire::PaymentPayload, wire::PaymentRequired, wire::PaymentRequirements,
        wire::Permit2Payload<ExactWitness>, wire::Permit2Payload<UptoWitness>, wire::ResourceInfo, wire::SearchPagination,
        wire::SettleRequest, wire::SettleResponse, wire::SignInWithX, wire::SolanaPayload, wire::SupportedKind,
        wire::SupportedResponse, wire::VerifyRequest, wire::VerifyResponse, v1::PaymentPayload, v1::PaymentRequired,
        v1::PaymentRequirements;
    // Two offers are the same by `is_same_offer` and two payments by their `ReplayKey`; a second equality would be a wrong one.
    Shared: Payment, Terms;
    Copy: Foreign<'_>, Claim<'_>, KeySigned, VerifyInput<'_>;
    Clone: Payment, Terms, SchemeSet<'_>, VerifyInput<'_>, Salt, wire::Asked;
    Debug: Issuer, Payment, Terms, Claim<'_>, KeySigned, KnownPayer, PayerCache, SchemeSet<'_>, VerifyInput<'_>, Progress, Verified, Admitted, Answered, Settled;
    Shared: Issuer, Claim<'_>, KeySigned, KnownPayer, PayerCache, Progress, Verified, Admitted, Answered, Settled, SecretKey, Salt;
    Send: SchemeSet<'_>, VerifyInput<'_>;
    Sync: SchemeSet<'_>, VerifyInput<'_>;
}

lacks! {
    SecretKey: Debug, Display, Clone, PartialEq, Hash, Default, Serialize, DeserializeOwned;
    Issuer: Clone, PartialEq, Display, Serialize, DeserializeOwned;
    Salt: Debug, Display, Copy, Hash, Default, Serialize, DeserializeOwned;
    Signature: Display, Serialize, DeserializeOwned;
    PayerCache: Clone, Default, Serialize, DeserializeOwned;
    Verified: Clone, Default, Serialize, DeserializeOwned;
    Admitted: Clone, Default, Serialize, DeserializeOwned;
    Answered: Clone, Default, Serialize, DeserializeOwned;
    Settled: Clone, Default, Serialize, DeserializeOwned;
    Payment: PartialEq, Display, Serialize, DeserializeOwned;
    Terms: PartialEq, DeserializeOwned;
    // An outage is no refusal, our own refusal is nobody's fault, and none of the four becomes another without a word.
    Fault: Into<Rejection>, Into<Denial>, Into<Misuse>;
    Rejection: Into<Fault>, Into<Denial>, Into<Misuse>;
    Denial: Into<Rejection>, Into<Fault>, Into<Misuse>;
    Misuse: Into<Rejection>, Into<Fault>, Into<Denial>;
}

/// Schemes are chosen at start-up, so they stand behind a pointer; signers and facilitators wait, and their futures travel.
#[expect(dead_code, reason = "that it compiles is the test")]
fn traits_are_used_as_they_are_meant(
    scheme: &dyn Scheme,
    signer: &(impl Signer + Sync),
    request: &SigningRequest<'_>,
    facilitator: &(impl Facilitator + Sync),
) {
    const fn travels<T: Send>(_: &T) {}
    travels(&scheme);
    travels(&signer.sign(request));
    travels(&facilitator.supported());
}

#[test]
fn every_public_type_is_named_here() {
    let here = include_str!("api.rs");
    let mut missing = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the sources are there") {
            let path = entry.expect("the sources can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("sources are text");
            let declared = source.lines().filter_map(|line| {
                let line = line.trim_start();
                let rest = ["pub struct ", "pub enum ", "pub union "].iter().find_map(|start| line.strip_prefix(start))?;
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
            });
            let named = |name: &str| here.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
            missing.extend(declared.filter(|name| !named(name)).map(|name| format!("{name} in {}", path.display())));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
