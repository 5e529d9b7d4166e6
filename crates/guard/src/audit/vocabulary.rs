//! The closed sets of words that an event is written in.

use core::fmt;

use quittance_core::{Fault, Rejection};

/// Declares a closed set with one word for each member.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        pub enum $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $word:literal, )+ }
    )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vmeta])* $Variant, )+
        }

        impl $Name {
            /// Every member of the set.
            pub const ALL: &'static [Self] = &[ $( Self::$Variant, )+ ];

            /// The word for it in the log.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$Variant => $word, )+ }
            }

            pub(super) fn read(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.as_str() == word)
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    )+ };
}

words! {
    /// Whose log it is.
    pub enum Side {
        /// The one who pays.
        Buyer = "buyer",
        /// The one who is paid.
        Seller = "seller",
        /// The one who settles for a seller.
        Facilitator = "facilitator",
    }

    /// How far a trip has come.
    ///
    /// The stages from [`Signed`](Self::Signed) on are about one attempt: one set of signed bytes, which can move money once.
    pub enum Stage {
        /// A writer opened the log.
        Opened = "opened",
        /// The first request, without payment.
        Requested = "requested",
        /// The terms are known.
        Quoted = "quoted",
        /// Our policy said no. Nothing was signed or claimed.
        Denied = "denied",
        /// The payment that came was refused. Nothing was settled.
        Refused = "refused",
        /// Our policy agreed and the budget is reserved; nothing is signed yet.
        Intent = "intent",
        /// The intent was given up before anything was signed.
        Abandoned = "abandoned",
        /// The payment was verified and claimed; nothing was settled yet.
        Admitted = "admitted",
        /// Signed bytes exist.
        Signed = "signed",
        /// The signed bytes are about to leave, for the first time or again.
        Sent = "sent",
        /// The settlement is about to be asked for, for the first time or again.
        Settling = "settling",
        /// Money may have moved. Automatic retry stops until there is evidence.
        Unknown = "unknown",
        /// Money moved: the end of the attempt.
        Settled = "settled",
        /// There is evidence that no money moved and none will: the end of the attempt.
        Released = "released",
        /// The chain took its evidence back: the attempt has no end again (catalogue row 147).
        Reopened = "reopened",
        /// The answer was delivered, and checked where it arrived.
        Answered = "answered",
    }

    /// What a policy decided.
    pub enum Decision {
        /// Yes.
        Allow = "allow",
        /// No.
        Deny = "deny",
        /// A person was asked and said yes to these terms.
        Approved = "approved",
        /// A person has to be asked.
        Ask = "ask",
    }

    /// What may happen after this stage without a person.
    ///
    /// No member lets anybody sign a second payment for the same purchase. They are ordered: a later one allows less.
    pub enum RetryDecision {
        /// Nothing is left to do.
        NotNeeded = "not_needed",
        /// The same bytes may be sent again.
        SameBytes = "same_bytes_only",
        /// Nothing is sent until receipt or chain have shown what happened.
        Reconcile = "no_retry_before_reconciliation",
        /// A person has to look: the paid answer failed its checks.
        HumanReview = "no_retry_without_human_review",
    }

    /// The method of the request.
    pub enum Method {
        /// `GET`
        Get = "GET",
        /// `HEAD`
        Head = "HEAD",
        /// `POST`
        Post = "POST",
        /// `PUT`
        Put = "PUT",
        /// `PATCH`
        Patch = "PATCH",
        /// `DELETE`
        Delete = "DELETE",
        /// `OPTIONS`
        Options = "OPTIONS",
        /// A tool call of MCP.
        ToolsCall = "tools/call",
        /// Any other. Its text is a stranger's and is not kept.
        Other = "other",
    }
}

impl Method {
    /// The method that this text names; methods are case-sensitive.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::read(text).unwrap_or(Self::Other)
    }
}

/// What the facilitator answered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum FacilitatorResult {
    /// The payment is valid.
    Verified,
    /// The payment is settled.
    Settled,
    /// The payment is refused.
    Refused(Rejection),
    /// It broke down, or could not be reached.
    Fault(Fault),
    /// It gave a reason that no vocabulary has.
    Unreadable,
}

impl FacilitatorResult {
    /// The word for it in the log, and the code that stands beside it.
    pub(super) const fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Verified => ("verified", None),
            Self::Settled => ("settled", None),
            Self::Refused(rejection) => ("refused", Some(rejection.code())),
            Self::Fault(fault) => ("fault", Some(fault.code())),
            Self::Unreadable => ("unreadable", None),
        }
    }

    pub(super) fn read(word: &str, code: Option<&str>) -> Option<Self> {
        match (word, code) {
            ("verified", None) => Some(Self::Verified),
            ("settled", None) => Some(Self::Settled),
            ("refused", Some(code)) => Rejection::from_code(code).map(Self::Refused),
            ("fault", Some(code)) => Fault::from_code(code).map(Self::Fault),
            ("unreadable", None) => Some(Self::Unreadable),
            _ => None,
        }
    }
}

/// Why a payment was refused before anything was settled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The bytes could not be read.
    Malformed,
    /// The payment is not good.
    Rejected(Rejection),
    /// The payment was used already, or for another request.
    Replayed,
}

impl Refusal {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Rejected(rejection) => rejection.code(),
            Self::Replayed => "replayed",
        }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "malformed" => Some(Self::Malformed),
            "replayed" => Some(Self::Replayed),
            code => Rejection::from_code(code).map(Self::Rejected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_as_itself() {
        assert!(Stage::ALL.iter().all(|stage| Stage::read(stage.as_str()) == Some(*stage)));
        assert_eq!(Stage::read("Settled"), None);
        for &rejection in Rejection::ALL {
            let (word, code) = FacilitatorResult::Refused(rejection).words();
            assert_eq!(FacilitatorResult::read(word, code), Some(FacilitatorResult::Refused(rejection)));
            assert_eq!(Refusal::read(Refusal::Rejected(rejection).word()), Some(Refusal::Rejected(rejection)), "{rejection:?}");
        }
        for &fault in Fault::ALL {
            let (word, code) = FacilitatorResult::Fault(fault).words();
            assert_eq!(FacilitatorResult::read(word, code), Some(FacilitatorResult::Fault(fault)));
        }
        assert_eq!(FacilitatorResult::read("settled", Some("audit_unavailable")), None);
        assert_eq!(FacilitatorResult::read("refused", None), None);
    }

    #[test]
    fn row_221_a_strange_method_is_not_repeated() {
        assert_eq!(Method::of("GET"), Method::Get);
        for strange in ["get", "", "X\r\nGET", "sk_live_1"] {
            assert_eq!(Method::of(strange), Method::Other);
        }
    }

    #[test]
    fn row_204_no_retry_decision_pays_again() {
        for decision in RetryDecision::ALL {
            assert!(!decision.as_str().contains("new") && !decision.as_str().contains("sign"));
        }
    }
}
