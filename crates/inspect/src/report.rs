//! What is told of a text.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use quittance_core::json::{Object, Value};
use quittance_core::{Account, DecodeError, Rejection};

use crate::kind::Kind;
use crate::mistake::Mistake;
use crate::pieces::Place;

/// What is told of a text: one finding for each thing in it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The findings, in the order of the text.
    pub findings: Vec<Finding>,
}

/// One thing that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// Where it stood.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// The mistakes that were made in writing it; those about one member name it.
    pub mistakes: Vec<(Mistake, Option<String>)>,
    /// What the strict reader says to it as it was meant to be; nothing when it is well formed.
    pub error: Option<DecodeError>,
    /// Every member, in order.
    pub fields: Vec<Field>,
    /// What follows from them: who signed what, by which offer it is judged.
    pub facts: Vec<(&'static str, String)>,
    /// The rules that a payment is held to, in the order in which they are.
    pub rules: Vec<Rule>,
    /// What comes of it.
    pub verdict: Verdict,
    /// What somebody else could do with these bytes.
    pub abuse: Vec<String>,
    /// Of a 402 its JSON, however it was wrapped: what a buyer decides about. Of nothing else, because a payment is not passed on.
    pub text: Option<String>,
}

/// One member of what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Field {
    /// Where it is, such as `payload.authorization.value`.
    pub path: String,
    /// What it says. Of what is secret, the ends.
    pub value: String,
    /// What stands behind it.
    pub mark: Mark,
    /// What it means.
    pub note: Option<String>,
}

/// What stands behind a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Mark {
    /// The payer's signature covers it.
    Signed,
    /// The payer's signature covers it through the bound nonce.
    Bound,
    /// The seller's signature covers it, or would: by whom it is, the facts say.
    Vouched,
    /// Nobody signed it; it is compared with what the seller asks.
    Compared,
    /// It is the signature, or what it was made of in secret.
    Secret,
    /// Nobody signed it and nothing hangs on it: anybody may have changed it.
    Unsigned,
    /// It is the word of whoever wrote this.
    Said,
}

impl Mark {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Bound => "bound",
            Self::Vouched => "vouched",
            Self::Compared => "compared",
            Self::Secret => "secret",
            Self::Unsigned => "unsigned",
            Self::Said => "said",
        }
    }
}

/// A rule, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// What it is about.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// The refusal, where it failed.
    pub rejection: Option<Rejection>,
    /// The two things that were compared.
    pub detail: String,
}

/// What came of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// Only the chain can say.
    Open,
    /// It was not looked at, because of what failed before.
    NotReached,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Open => "open",
            Self::NotReached => "not_reached",
        }
    }
}

/// What comes of a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// Terms and signature are right. It does not say that anybody has paid.
    Right(Account),
    /// A seller refuses it, for this reason first.
    Refused(Rejection),
    /// Only the chain can say.
    Open,
    /// It cannot be read.
    Malformed,
    /// It is well formed, and there is nothing to judge.
    WellFormed,
    /// It is well formed, and nobody here has rules for it.
    NoRules,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Right(_) => "right",
            Self::Refused(_) => "refused",
            Self::Open => "open",
            Self::Malformed => "malformed",
            Self::WellFormed => "well_formed",
            Self::NoRules => "no_rules",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right(payer) => {
                write!(f, "terms and signature are right, and {payer} signed; whether anybody has paid, only the chain knows")
            }
            Self::Refused(rejection) => write!(f, "refused: {}", rejection.description()),
            Self::Open => f.write_str("only the chain can say: the key of the payer did not sign, a contract at its address may"),
            Self::Malformed => f.write_str("malformed: no strict reader takes it"),
            Self::WellFormed => f.write_str("well formed"),
            Self::NoRules => f.write_str("well formed, but of a scheme or network that there are no rules for here"),
        }
    }
}

impl Report {
    /// The report as JSON, for programs.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut report = Object::new();
        report.insert("findings", self.findings.iter().map(|finding| Value::Object(finding.to_object())).collect::<Vec<_>>());
        Value::Object(report).to_string()
    }

    /// Whether everything that was found can be read, and every payment among it is right.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        let fine =
            |finding: &Finding| finding.mistakes.is_empty() && matches!(finding.verdict, Verdict::Right(_) | Verdict::WellFormed);
        !self.findings.is_empty() && self.findings.iter().all(fine)
    }
}

impl Finding {
    fn to_object(&self) -> Object {
        let mut object = Object::new();
        object.insert("place", self.place.to_string());
        object.insert("kind", self.kind.code());
        object.insert("verdict", self.verdict.as_str());
        if let Verdict::Refused(rejection) = self.verdict {
            object.insert("rejection", rejection.reason());
        }
        if let Verdict::Right(payer) = &self.verdict {
            object.insert("payer", payer.to_string());
        }
        object.insert("says", self.verdict.to_string());
        let mistakes = self.mistakes.iter().map(|(mistake, member)| {
            let member = member.as_deref().map(|member| ("member", member));
            texts([("code", mistake.code()), ("says", &mistake.to_string())].into_iter().chain(member))
        });
        object.insert("mistakes", mistakes.collect::<Vec<_>>());
        if let Some(error) = &self.error {
            object.insert("error", texts([("code", error.code()), ("kind", error.kind().name()), ("says", &error.to_string())]));
        }
        let fields = self.fields.iter().map(|field| {
            let note = field.note.as_deref().map(|note| ("note", note));
            texts([("path", &*field.path), ("value", &field.value), ("mark", field.mark.as_str())].into_iter().chain(note))
        });
        object.insert("fields", fields.collect::<Vec<_>>());
        let facts = self.facts.iter().map(|(name, says)| texts([("name", *name), ("says", says)]));
        object.insert("facts", facts.collect::<Vec<_>>());
        let rules = self.rules.iter().map(|rule| {
            let rejection = rule.rejection.map(|rejection| [("code", rejection.reason()), ("cite", rejection.citation())]);
            let says = [("name", rule.name), ("outcome", rule.outcome.as_str()), ("detail", &rule.detail)];
            texts(says.into_iter().chain(rejection.into_iter().flatten()))
        });
        object.insert("rules", rules.collect::<Vec<_>>());
        object.insert("abuse", self.abuse.iter().map(|says| Value::String(says.clone())).collect::<Vec<_>>());
        if let Some(text) = &self.text {
            object.insert("text", text.as_str());
        }
        object
    }
}

fn texts<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let mut object = Object::new();
    for (name, text) in members {
        object.insert(name, text);
    }
    Value::Object(object)
}
