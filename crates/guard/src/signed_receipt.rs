//! What a receipt that a seller has signed is worth to the buyer who holds it (offer and receipt extension, section 5.5).
//!
//! It moves no money and ends no purchase: that a settlement took place is the chain's to say. It is evidence for a later dispute, and it is
//! worth what its key and its words are worth. A receipt of another purchase is told by what it says, not by who signed it.

use quittance_core::statement::{self, Key};
use quittance_core::wire::{Artifact, ReceiptPayload};
use quittance_core::{Account, Network, Resource, UnixSeconds};

/// What a receipt has to be about.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "whoever compares less than this compares too little")]
pub struct Bought<'a> {
    /// Where it was paid.
    pub network: Network,
    /// What was bought.
    pub resource: &'a Resource,
    /// Who paid.
    pub payer: &'a Account,
    /// Who was paid.
    pub payee: &'a Account,
    /// The keys that may speak for the seller, beside the payee's.
    pub signers: &'a [Key],
    /// The transaction, as the seller names it.
    pub transaction: &'a str,
    /// When the purchase began.
    pub since: UnixSeconds,
    /// The time.
    pub now: UnixSeconds,
}

/// What a signed receipt is worth.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum SignedReceipt {
    /// Somebody who may speak for the seller has signed that this was bought.
    Holds,
    /// Somebody has, whom nobody was told of.
    Stranger,
    /// Who has signed it cannot be found out here.
    Unchecked,
    /// It is not what a receipt is.
    Malformed,
    /// The key that it names has not signed it.
    NotSigned,
    /// It is of another network.
    OtherNetwork,
    /// It is for another resource.
    OtherResource,
    /// It is somebody else's.
    OtherPayer,
    /// It names another transaction.
    OtherTransaction,
    /// It was written before this purchase began, or is of the future.
    OtherTime,
}

impl SignedReceipt {
    /// Every member of the set.
    pub const ALL: &'static [Self] = &[
        Self::Holds,
        Self::Stranger,
        Self::Unchecked,
        Self::Malformed,
        Self::NotSigned,
        Self::OtherNetwork,
        Self::OtherResource,
        Self::OtherPayer,
        Self::OtherTransaction,
        Self::OtherTime,
    ];

    /// So many seconds may two clocks differ.
    pub const SKEW: u64 = 120;

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Stranger => "stranger",
            Self::Unchecked => "unchecked",
            Self::Malformed => "malformed",
            Self::NotSigned => "not_signed",
            Self::OtherNetwork => "other_network",
            Self::OtherResource => "other_resource",
            Self::OtherPayer => "other_payer",
            Self::OtherTransaction => "other_transaction",
            Self::OtherTime => "other_time",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|verdict| verdict.as_str() == word)
    }

    /// Whether it is a lie or a mix-up: more than a receipt that cannot be relied on.
    #[must_use]
    pub const fn is_wrong(self) -> bool {
        !matches!(self, Self::Holds | Self::Stranger | Self::Unchecked)
    }

    /// Looks at a receipt.
    #[must_use]
    pub fn judge(artifact: &Artifact<ReceiptPayload>, bought: &Bought<'_>) -> Self {
        let (said, signer) = match statement::check(artifact) {
            Ok(statement) => (statement.payload().clone(), Some(statement.by().clone())),
            // what it says can be wrong whoever has signed it
            Err(error) if error.is_open() => match statement::unchecked(artifact) {
                Ok(said) => (said, None),
                Err(_) => return Self::Unchecked,
            },
            Err(statement::StatementError::NotSigned) => return Self::NotSigned,
            Err(_) => return Self::Malformed,
        };
        let is_of_then = || {
            let (from, to) = (bought.since.as_secs().saturating_sub(Self::SKEW), bought.now.as_secs().saturating_add(Self::SKEW));
            (from..=to).contains(&said.issued_at.as_secs())
        };
        if said.network != bought.network.as_str() {
            Self::OtherNetwork
        } else if Resource::parse(&said.resource_url).as_ref() != Ok(bought.resource) {
            Self::OtherResource
        } else if Account::parse(bought.network, &said.payer).as_ref() != Ok(bought.payer) {
            Self::OtherPayer
        } else if said.transaction().is_some_and(|named| !named.eq_ignore_ascii_case(bought.transaction)) {
            Self::OtherTransaction
        } else if !is_of_then() {
            Self::OtherTime
        } else {
            match signer {
                None => Self::Unchecked,
                Some(key) if key.speaks_for(bought.payee, bought.signers) => Self::Holds,
                Some(_) => Self::Stranger,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use quittance_core::SecretKey;
    use quittance_core::registry::networks;
    use quittance_core::statement::{Issuer, KeyId};
    use quittance_core::wire::ArtifactForm;

    use super::*;

    const TX: &str = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";

    fn key(byte: u8) -> SecretKey {
        SecretKey::from_bytes(&[byte; 32]).unwrap()
    }

    fn account(byte: u8) -> Account {
        Account::Evm(key(byte).address())
    }

    fn receipt(edit: impl FnOnce(&mut ReceiptPayload)) -> ReceiptPayload {
        let payer = account(2).to_string();
        let mut receipt = ReceiptPayload::new(networks::BASE, "https://a.example/42", payer, UnixSeconds::from_secs(1_000));
        edit(&mut receipt);
        receipt
    }

    fn judge(artifact: &Artifact<ReceiptPayload>, told: &[Key]) -> SignedReceipt {
        let resource = Resource::parse("https://a.example/42").unwrap();
        let (payer, payee) = (account(2), account(1));
        let bought = Bought {
            network: networks::BASE,
            resource: &resource,
            payer: &payer,
            payee: &payee,
            signers: told,
            transaction: TX,
            since: UnixSeconds::from_secs(990),
            now: UnixSeconds::from_secs(1_010),
        };
        SignedReceipt::judge(artifact, &bought)
    }

    #[test]
    fn a_receipt_is_worth_what_its_key_is_worth() {
        for issue in [Issuer::eip712, Issuer::jws] {
            let (own, other) = (issue(key(1)), issue(key(9)));
            assert_eq!(judge(&own.sign(receipt(|_| {})), &[]), SignedReceipt::Holds);
            assert_eq!(
                judge(&own.sign(receipt(|it| it.transaction = Some(TX.to_uppercase().replace("0X", "0x")))), &[]),
                SignedReceipt::Holds
            );
            assert_eq!(judge(&own.sign(receipt(|it| it.payer = it.payer.to_lowercase())), &[]), SignedReceipt::Holds);
            assert_eq!(judge(&other.sign(receipt(|_| {})), &[]), SignedReceipt::Stranger);
            assert_eq!(judge(&other.sign(receipt(|_| {})), &[other.key()]), SignedReceipt::Holds);
        }
        let elsewhere = Issuer::jws_named(key(1), KeyId::parse("did:web:a.example").unwrap()).unwrap();
        assert_eq!(judge(&elsewhere.sign(receipt(|_| {})), &[]), SignedReceipt::Unchecked);
        let strange = Artifact::new(ArtifactForm::Other("cose".into()));
        assert_eq!(judge(&strange, &[]), SignedReceipt::Unchecked);
    }

    #[test]
    fn row_203_a_receipt_of_something_else_is_told_by_what_it_says() {
        let issuers = [
            Issuer::eip712(key(1)),
            Issuer::jws(key(1)),
            Issuer::jws_named(key(1), KeyId::parse("did:web:a.example").unwrap()).unwrap(),
        ];
        for issuer in issuers {
            let said = |edit: fn(&mut ReceiptPayload)| judge(&issuer.sign(receipt(edit)), &[]);
            assert_eq!(said(|it| it.network = "eip155:84532".into()), SignedReceipt::OtherNetwork);
            assert_eq!(said(|it| it.resource_url = "https://a.example/99".into()), SignedReceipt::OtherResource);
            assert_eq!(said(|it| it.resource_url = "https://a.example/42?x".into()), SignedReceipt::OtherResource);
            assert_eq!(said(|it| it.resource_url = "premium".into()), SignedReceipt::OtherResource);
            assert_eq!(said(|it| it.payer = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".into()), SignedReceipt::OtherPayer);
            assert_eq!(said(|it| it.payer = "somebody".into()), SignedReceipt::OtherPayer);
            assert_eq!(said(|it| it.transaction = Some("0x12".into())), SignedReceipt::OtherTransaction);
            assert_eq!(said(|it| it.issued_at = UnixSeconds::from_secs(990 - SignedReceipt::SKEW - 1)), SignedReceipt::OtherTime);
            assert_eq!(said(|it| it.issued_at = UnixSeconds::from_secs(1_010 + SignedReceipt::SKEW + 1)), SignedReceipt::OtherTime);
        }
        let artifact = Issuer::jws(key(1)).sign(receipt(|_| {}));
        let ArtifactForm::Jws(compact) = &artifact.form else { unreachable!() };
        let (head, body) = compact.rsplit_once('.').map(|(signed, _)| signed.split_once('.').unwrap()).unwrap();
        let forged = alloc::format!("{head}.{body}.{}A", "B".repeat(85));
        assert_eq!(judge(&Artifact::new(ArtifactForm::Jws(forged)), &[]), SignedReceipt::NotSigned);
        assert_eq!(judge(&Artifact::new(ArtifactForm::Jws("e30".into())), &[]), SignedReceipt::Malformed);
    }

    #[test]
    fn every_verdict_has_a_word_of_its_own() {
        for verdict in SignedReceipt::ALL {
            assert_eq!(SignedReceipt::parse(verdict.as_str()), Some(*verdict));
        }
        let right: alloc::vec::Vec<_> =
            SignedReceipt::ALL.iter().filter(|verdict| !verdict.is_wrong()).map(|it| it.as_str()).collect();
        assert_eq!(right, ["holds", "stranger", "unchecked"]);
    }
}
