//! What is broken on our side of the payment.
//!
//! A node that does not answer, a full store or a facilitator that returns nonsense says nothing about the payment that was in hand,
//! so it must never come out as a refusal: "402" invites the client to sign a second payment while the first may still settle
//! (catalogue rows 138 to 140, rule 15). Hence a type of its own. There is deliberately no `From` between [`Fault`],
//! [`Rejection`](crate::Rejection), [`Denial`](crate::Denial) and [`Misuse`](crate::Misuse): `?` must not be able to turn one into
//! another without somebody writing down why.

use core::fmt;

use crate::rejection::Retry;

/// One row per fault: variant, code, HTTP status, the payer's next step, whether repeating can help, the names that other
/// implementations put on the wire for it, and a sentence.
macro_rules! faults {
    ($(
        $(#[$meta:meta])*
        $Variant:ident: $code:literal, $status:literal, $Retry:ident, retryable: $retryable:literal,
            $( wire: [$($wire:literal),+ $(,)?], )? says: $says:literal;
    )+) => {
        /// Something that payments depend on is down or answers nonsense.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Fault {
            $( #[doc = concat!("`", $code, "`: ", $says, ".")] $(#[$meta])* $Variant, )+
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[ $( Self::$Variant, )+ ];

            /// Our stable name, for logs, metrics and error bodies.
            #[must_use]
            pub const fn code(self) -> &'static str {
                text_of!(self; $( $Variant => $code, )+)
            }

            /// The fault of this [code](Self::code).
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                let codes = concat!($( $code, "\n", )+).split('\n');
                codes.zip(Self::ALL).find(|(own, _)| *own == code).map(|(_, fault)| *fault)
            }

            /// The HTTP status a seller answers with: 503 with `Retry-After` and without terms where the same bytes may be sent
            /// again, 502 where an upstream answered nonsense.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $( Self::$Variant => $status, )+ }
            }

            /// What the payer may do.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $( Self::$Variant => Retry::$Retry, )+ }
            }

            /// Whether the operation may succeed when this process simply repeats it, without anybody repairing something first.
            #[must_use]
            pub const fn retryable(self) -> bool {
                match self { $( Self::$Variant => $retryable, )+ }
            }

            /// What happened, in one line.
            #[must_use]
            pub const fn description(self) -> &'static str {
                text_of!(self; $( $Variant => $says, )+)
            }

            pub(crate) fn from_reason(text: &str) -> Option<Self> {
                match text {
                    $( $( $($wire)|+ => Some(Self::$Variant), )? )+
                    _ => None,
                }
            }

            #[cfg(test)]
            pub(crate) const fn wire_names(self) -> &'static [&'static str] {
                match self { $( Self::$Variant => &[ $( $($wire),+ )? ], )+ }
            }
        }
    };
}

faults! {
    ChainUnavailable: "chain_unavailable", 503, SameBytesLater, retryable: true,
        wire: [
            "invalid_exact_evm_failed_to_check_nonce",
            "invalid_exact_evm_failed_to_get_balance",
            "invalid_exact_evm_failed_to_check_deployment",
        ],
        says: "the chain could not be read";
    ChainReply: "chain_reply", 502, UnknownOutcome, retryable: true,
        says: "the chain's answer makes no sense";
    /// The chain is well and the payment may be: the facilitator's own bound on what it pays for gas says no, as long as gas costs what it does.
    GasTooDear: "gas_too_dear", 503, SameBytesLater, retryable: true,
        says: "gas costs more now than the facilitator pays for such a payment";
    /// The facilitator's own bound on what one payer may cost it in vain: each failed after it had passed every look, and took gas.
    TooManyFailures: "too_many_failures", 503, SameBytesLater, retryable: true,
        says: "too many payments of this payer failed on the chain lately";
    /// Go and Python use `invalid_exact_evm_failed_to_verify_signature` for any exception while checking a signature, a node that
    /// does not answer included; it is not the finding that a signature is wrong.
    VerifyFailed: "verify_failed", 503, SameBytesLater, retryable: true,
        wire: [
            "unexpected_verify_error",
            "invalid_exact_evm_failed_to_verify_signature",
            "erc20_approval_tx_validation_unavailable",
        ],
        says: "the facilitator could not finish verifying";
    /// x402-rs writes `unexpected_error` at both of its endpoints; it is read as the one of the two where money may have moved.
    /// Go's `failed_to_execute_transfer` is what a node's error becomes when no known revert is recognized in it.
    SettleFailed: "settle_failed", 503, UnknownOutcome, retryable: true,
        wire: [
            "unexpected_settle_error",
            "unexpected_error",
            "invalid_exact_evm_failed_to_execute_transfer",
            "invalid_upto_evm_failed_to_execute_transfer",
        ],
        says: "settling broke off and its outcome is unknown";
    FacilitatorUnreachable: "facilitator_unreachable", 503, SameBytesLater, retryable: true,
        says: "the facilitator could not be reached and received nothing";
    FacilitatorTimeout: "facilitator_timeout", 503, UnknownOutcome, retryable: true,
        says: "the facilitator received the request and did not answer in time";
    /// `"true"`, 1 or nothing where a boolean belongs, HTML, another payer or network than was sent (catalogue rows 135 and 136).
    FacilitatorReply: "facilitator_reply", 502, UnknownOutcome, retryable: false,
        says: "the facilitator's answer makes no sense";
    NetworkUnavailable: "network_unavailable", 503, SameBytesLater, retryable: true,
        says: "no connection could be made and nothing was sent";
    ConnectionLost: "connection_lost", 503, UnknownOutcome, retryable: true,
        says: "the connection broke after the request was written";
    StoreUnavailable: "store_unavailable", 503, SameBytesLater, retryable: true,
        says: "the store of payments cannot be read or written";
    /// A live entry is never evicted to make room: the payment it guards could then be used twice (catalogue row 122).
    StoreFull: "store_full", 503, SameBytesLater, retryable: true,
        says: "the store of payments has no room";
    /// Restored from different moments, or torn (catalogue rows 151 and 152). Nothing that it says may be believed.
    StoreInconsistent: "store_inconsistent", 503, UnknownOutcome, retryable: false,
        says: "the stores of payments contradict each other";
    AuditUnavailable: "audit_unavailable", 503, SameBytesLater, retryable: true,
        says: "the audit log cannot be written, so money stands still";
    ClockUnavailable: "clock_unavailable", 503, SameBytesLater, retryable: false,
        says: "there is no usable clock";
    RandomUnavailable: "random_unavailable", 503, SameBytesLater, retryable: false,
        says: "there is no source of randomness";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl core::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::Fault;
    use crate::rejection::{Reason, Retry};

    #[test]
    fn a_fault_is_never_a_402_and_never_asks_for_a_new_payment() {
        for &fault in Fault::ALL {
            assert!(matches!(fault.status(), 502 | 503), "{fault:?}");
            assert!(matches!(fault.retry(), Retry::SameBytesLater | Retry::UnknownOutcome), "{fault:?}");
        }
    }

    #[test]
    fn every_wire_name_reads_as_its_fault() {
        for &fault in Fault::ALL {
            for name in fault.wire_names() {
                assert_eq!(Reason::parse(name), Reason::Fault(fault), "{name}");
            }
        }
    }

    #[test]
    fn row_138_an_unexpected_settle_error_leaves_the_outcome_open() {
        let Reason::Fault(fault) = Reason::parse("unexpected_settle_error") else { panic!("not a fault") };
        assert_eq!((fault.status(), fault.retry()), (503, Retry::UnknownOutcome));
    }

    #[test]
    fn row_140_an_unexpected_verify_error_is_safe_to_repeat() {
        let Reason::Fault(fault) = Reason::parse("unexpected_verify_error") else { panic!("not a fault") };
        assert_eq!((fault.status(), fault.retry(), fault.retryable()), (503, Retry::SameBytesLater, true));
    }

    #[test]
    fn row_56_no_clock_is_a_503() {
        assert_eq!(Fault::ClockUnavailable.status(), 503);
    }
}
