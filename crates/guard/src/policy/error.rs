//! What is wrong with a policy, and where.

use alloc::string::String;
use core::fmt;

reasons! {
    /// Why a policy cannot be used.
    pub enum PolicyReason {
        /// Nothing is in it, or nothing but comments (catalogue row 216).
        Empty = "policy_empty", "the policy is empty";
        /// The text is longer than any policy.
        Size = "policy_size", "the policy is too long";
        /// The text is not TOML, or where JSON was given, not JSON.
        Syntax = "policy_syntax", "the text is not the TOML or the JSON that it should be";
        /// A key that does not exist (row 216).
        UnknownKey = "policy_unknown_key", "a key that does not exist";
        /// A key that has to be there is not.
        MissingKey = "policy_missing_key", "a key is missing";
        /// A value of another type than the key has; a number where money belongs (row 219).
        Type = "policy_type", "a value is of the wrong type";
        /// A word that the key does not know.
        Word = "policy_word", "a word that the key does not know";
        /// The same thing twice, or an empty list.
        List = "policy_list", "a list is empty or names something twice";
        /// A text that is no price, is finer than the token, or names a token that the policy has not.
        Money = "policy_money", "a limit cannot be expressed";
        /// A network that the registry does not know, or that has none of the tokens.
        Network = "policy_network", "a network cannot be used";
        /// A token that the registry does not have on any of the networks.
        Asset = "policy_asset", "a token cannot be used";
        /// A text that is no origin or no pattern of a resource, or plain http without leave.
        Origin = "policy_origin", "an origin or a pattern cannot be used";
        /// A text that is no account of any of the networks.
        Account = "policy_account", "an account cannot be used";
        /// A time that is no time, too short or too long.
        Duration = "policy_duration", "a time cannot be used";
        /// A text that is no percentage.
        Percent = "policy_percent", "a percentage cannot be used";
    }
}

/// What is wrong with a policy, and where.
///
/// It prints itself as `14:3: unknown key ...`, so that the name of the file and a colon in front make a place that editors know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyError {
    reason: PolicyReason,
    line: usize,
    column: usize,
    words: String,
}

impl PolicyError {
    /// An error at a byte of the text.
    pub(super) fn at(text: &str, byte: usize, reason: PolicyReason, words: String) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self { reason, line: before.matches('\n').count().saturating_add(1), column: line.chars().count().saturating_add(1), words }
    }

    /// What is wrong.
    #[must_use]
    pub const fn reason(&self) -> PolicyReason {
        self.reason
    }

    /// The line, from one.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The character in the line, from one.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.words)
    }
}

impl core::error::Error for PolicyError {}
