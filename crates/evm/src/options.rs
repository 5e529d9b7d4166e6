//! What whoever runs a scheme chooses, the same for every scheme here.

use quittance_core::{Amount, WindowRule};

use crate::payer::Payers;
use crate::sponsoring::Taken;

/// The choices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options<'a> {
    /// How many seconds must be left of an authorization.
    pub(crate) margin: u64,
    pub(crate) payers: Payers<'a>,
    pub(crate) sponsoring: Taken<'a>,
    /// How much of the network's coin a payer is given at most, to pay for its approval with.
    pub(crate) funding: Amount,
}

impl Options<'_> {
    /// Six seconds to settle in, key accounts and contract wallets that are there; no factory is called and no allowance is brought along.
    pub(crate) const DEFAULT: Self = Self {
        margin: WindowRule::MARGIN,
        payers: Payers::KeysAndContracts { factories: &[] },
        sponsoring: Taken::NONE,
        funding: Amount::ZERO,
    };

    /// The margin, on top of what the contracts at the end of a method demand.
    pub(crate) const fn within(&self, rule: WindowRule) -> WindowRule {
        rule.with_margin(self.margin)
    }
}

/// Gives a scheme that has `options` a way to choose each of them.
macro_rules! options {
    ($Scheme:ident) => {
        impl<'a> $Scheme<'a> {
            /// The same with another margin: how many seconds must be left of the authorization for a settlement (catalogue row 47), which
            /// in `upto` comes after the work (row 165).
            #[must_use]
            pub const fn with_margin(mut self, seconds: u64) -> Self {
                self.options.margin = seconds;
                self
            }

            /// The same for payers with a key only: a signature that is not the key's is refused at once, instead of asking the chain
            /// whether a contract answers for the address.
            #[must_use]
            pub const fn keys_only(mut self) -> Self {
                self.options.payers = $crate::payer::Payers::Keys;
                self
            }

            /// The same for contract wallets that are still to be deployed (ERC-6492), if one of these factories deploys them.
            ///
            /// A settlement calls the factory with whatever the payer wrote, from the facilitator's own account: what is listed here must
            /// be able to do nothing with that but to deploy a wallet (row 97). No factory is listed until an operator lists it.
            #[must_use]
            pub const fn with_factories(mut self, factories: &'a [quittance_core::Address]) -> Self {
                self.options.payers = $crate::payer::Payers::KeysAndContracts { factories };
                self
            }

            /// The same for payments that bring Permit2's allowance along, in one of these ways. Without this the extensions are not looked
            /// at, and a missing allowance is the payer's to give (row 166).
            #[must_use]
            pub const fn with_sponsoring(mut self, sponsoring: &'a [$crate::Sponsoring]) -> Self {
                self.options.sponsoring = $crate::sponsoring::Taken::new(sponsoring);
                self
            }

            /// The same for payers who cannot pay for the approval that they bring ([`Erc20Approval`]): each is given what it lacks, up to
            /// so much of the network's own coin in its smallest unit, for one payment. Nothing unless an operator says how much: what
            /// is given is the payer's to keep, who need not send the approval after all.
            ///
            /// [`Erc20Approval`]: $crate::Sponsoring::Erc20Approval
            #[must_use]
            pub const fn with_funding(mut self, most: quittance_core::Amount) -> Self {
                self.options.funding = most;
                self
            }

            /// Checks a payment of a payer with a key, without a chain: the verdict of [`verify`](quittance_core::Scheme::verify) offline and
            /// with [`keys_only`](Self::keys_only), by so much less code that it counts where a program is downloaded.
            ///
            /// # Errors
            ///
            /// The first check that fails, as [`verify`](quittance_core::Scheme::verify) has it.
            pub fn verify_by_key(
                &self,
                payment: &quittance_core::Payment,
                terms: &quittance_core::Terms,
                now: quittance_core::UnixSeconds,
            ) -> Result<quittance_core::Verified, quittance_core::Rejection> {
                let input = quittance_core::VerifyInput::offline(payment, terms, now);
                $crate::checking::by_key(&input, self.examine(&input))
            }
        }
    };
}
pub(crate) use options;
