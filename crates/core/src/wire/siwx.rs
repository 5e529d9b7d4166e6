//! The proof of the `sign-in-with-x` extension, as its header carries it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Members, Unknown, Wire, Writer, verbatim, wire_object};
use crate::error::{DecodeError, ShapeError};
use crate::json::Object;
use crate::network::Network;

/// A signed statement of identity, by which a client that has paid before asks again without paying.
///
/// Whether it is true (domain, times, nonce, signature) is for whoever holds the clock and the list of used nonces.
/// It has no readable `Debug`: it is a live credential.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInWithX {
    /// The host that asked.
    pub domain: String,
    /// The address that signs.
    pub address: String,
    /// What the client tells people it signs.
    pub statement: Option<String>,
    /// The resource asked for.
    pub uri: String,
    /// The version of the message, `1`.
    pub version: String,
    /// The network of the address, as CAIP-2.
    pub chain_id: String,
    /// The kind of signature, `eip191` or `ed25519`.
    pub kind: String,
    /// The server's fresh word.
    pub nonce: String,
    /// When the statement was made.
    pub issued_at: String,
    /// When it ends.
    pub expiration_time: Option<String>,
    /// When it begins.
    pub not_before: Option<String>,
    /// The server's name for the request.
    pub request_id: Option<String>,
    /// What else the statement is about.
    pub resources: Option<Vec<String>>,
    /// The way the signature is to be checked, such as `eip1271`.
    pub signature_scheme: Option<String>,
    /// The signature.
    pub signature: String,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl fmt::Debug for SignInWithX {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInWithX(..)")
    }
}

impl Wire for SignInWithX {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let proof = Self {
            domain: members.nonempty_text("domain")?,
            address: members.nonempty_text("address")?,
            statement: members.optional_text("statement")?,
            uri: members.nonempty_text("uri")?,
            version: members.nonempty_text("version")?,
            chain_id: members.nonempty_text("chainId")?,
            kind: members.nonempty_text("type")?,
            nonce: members.nonempty_text("nonce")?,
            issued_at: members.nonempty_text("issuedAt")?,
            expiration_time: members.optional_text("expirationTime")?,
            not_before: members.optional_text("notBefore")?,
            request_id: members.optional_text("requestId")?,
            resources: members.optional_texts("resources")?,
            signature_scheme: members.optional_text("signatureScheme")?,
            signature: members.nonempty_text("signature")?,
            other: members.rest(),
        };
        Network::parse(&proof.chain_id).map_err(|e| DecodeError::member(e, "chainId"))?;
        if !["eip191", "ed25519"].contains(&proof.kind.as_str()) {
            return Err(DecodeError::member(ShapeError::Grammar, "type"));
        }
        Ok(proof)
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("domain", self.domain.as_str())
            .member("address", self.address.as_str())
            .member("uri", self.uri.as_str())
            .member("version", self.version.as_str())
            .member("chainId", self.chain_id.as_str())
            .member("type", self.kind.as_str())
            .member("nonce", self.nonce.as_str())
            .member("issuedAt", self.issued_at.as_str())
            .optional("expirationTime", self.expiration_time.as_deref())
            .optional("notBefore", self.not_before.as_deref())
            .optional("requestId", self.request_id.as_deref())
            .optional("statement", self.statement.as_deref())
            .optional_texts("resources", self.resources.as_ref())
            .optional("signatureScheme", self.signature_scheme.as_deref())
            .member("signature", self.signature.as_str())
            .rest(&self.other)
    }
}

wire_object!(SignInWithX);
verbatim!(SignInWithX);
