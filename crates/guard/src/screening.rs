//! Who may not pay: deny lists, sanctions, whatever a seller's lawyers ask for.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use core::fmt;

use quittance_core::{Account, Address, Network};

/// What a screening says of a payer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Screened {
    /// Nothing is known against it.
    Clear,
    /// It may not pay here.
    Denied,
}

/// Somebody who is asked about payers before their money is taken. Payment stays apart from policy: a denied payer is refused with 403 and
/// nothing is settled.
pub trait Screening: Send + Sync {
    /// What is known of a payer.
    fn screen(&self, network: Network, payer: &Account) -> Screened;
}

/// A list of accounts that may not pay.
///
/// It is text with one account in each line; `#` begins a remark, empty lines do not count. On `eip155` networks an account counts on every
/// chain, because one key does. An empty list denies nobody, which is why reading is strict: a list that cannot be read is no list.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DenyList {
    addresses: BTreeSet<Address>,
    others: BTreeSet<Box<str>>,
}

/// A line that is no account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line} is neither an account nor a remark")]
#[non_exhaustive]
pub struct DenyListError {
    /// Which line, counted from 1.
    pub line: usize,
}

impl DenyList {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// Names the first line that is no account: an address whose checksum is wrong is a mistake to be told, not an account to be skipped.
    pub fn parse(text: &str) -> Result<Self, DenyListError> {
        let mut list = Self::default();
        for (index, line) in text.lines().enumerate() {
            let account = line.split('#').next().unwrap_or_default().trim();
            if account.is_empty() {
                continue;
            }
            let error = DenyListError { line: index.saturating_add(1) };
            if account.starts_with("0x") || account.starts_with("0X") {
                list.addresses.insert(Address::parse(account).map_err(|_| error)?);
            } else if account.len() <= 128 && account.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                list.others.insert(account.into());
            } else {
                return Err(error);
            }
        }
        Ok(list)
    }

    /// How many accounts it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.addresses.len().saturating_add(self.others.len())
    }

    /// Whether it names nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Screening for DenyList {
    fn screen(&self, _: Network, payer: &Account) -> Screened {
        let denied = match payer.address() {
            Some(address) => self.addresses.contains(&address),
            None => self.others.iter().any(|other| payer_is(payer, other)),
        };
        if denied { Screened::Denied } else { Screened::Clear }
    }
}

fn payer_is(payer: &Account, text: &str) -> bool {
    matches!(payer, Account::Other(other) if **other == *text)
}

impl fmt::Debug for DenyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DenyList({} accounts)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks;

    use super::*;

    const EVM: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
    const SOLANA: &str = "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4";

    fn check(text: &str, network: Network, payer: &str, expected: Result<Screened, usize>) {
        let payer = Account::parse(network, payer).unwrap();
        let screened = DenyList::parse(text).map(|list| list.screen(network, &payer)).map_err(|error| error.line);
        assert_eq!(screened, expected, "{text:?}");
    }

    #[test]
    fn a_list_names_accounts_line_by_line() {
        let list = std::format!("# sanctioned\n\n  {EVM}  # since March\n{SOLANA}\n");
        check(&list, networks::BASE, EVM, Ok(Screened::Denied));
        check(&list.to_lowercase().replace(&SOLANA.to_lowercase(), SOLANA), networks::ETHEREUM, EVM, Ok(Screened::Denied));
        check(&list, networks::SOLANA, SOLANA, Ok(Screened::Denied));
        check(&list, networks::BASE, "0x857b06519E91e3A54538791bDbb0E22373e36b66", Ok(Screened::Clear));
        check("", networks::BASE, EVM, Ok(Screened::Clear));
        assert_eq!(std::format!("{:?}", DenyList::parse(&list).unwrap()), "DenyList(2 accounts)");
    }

    #[test]
    fn a_list_that_cannot_be_read_is_no_list() {
        for bad in [
            "\n0x12\n",
            "\n0x209693BC6afc0C5328bA36FaF03C514EF312287C",
            "\nnot an account",
            "\n0X209693bc6afc0c5328ba36faf03c514ef312287c",
        ] {
            check(bad, networks::BASE, EVM, Err(2));
        }
    }
}
