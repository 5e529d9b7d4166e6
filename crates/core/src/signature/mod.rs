//! Signatures over secp256k1.
