use super::super::samples::{self, ANVIL0, K0_DIGEST, address};
use super::*;
use crate::hex;

/// The message, its digest and the signature by a key, both by eth-account.
fn check(key: &str, message: &str, digest: &str, signature: &str) {
    let key = SecretKey::parse(key).unwrap();
    assert_eq!(hex::encode(personal_digest(message.as_bytes()).as_bytes()), digest);
    let signed = key.sign_personal(message.as_bytes());
    assert_eq!(signed.to_hex(), signature);
    assert_eq!(recover_personal(message.as_bytes(), &signed), Ok(key.address()));
}

#[test]
fn k9_the_sign_in_text_of_the_specification() {
    let text = "api.example.com wants you to sign in with your Ethereum account:\n\
                0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\n\
                \n\
                Sign in to access premium data\n\
                \n\
                URI: https://api.example.com/premium-data\n\
                Version: 1\n\
                Chain ID: 8453\n\
                Nonce: a1b2c3d4e5f67890a1b2c3d4e5f67890\n\
                Issued At: 2024-01-15T10:30:00.000Z\n\
                Expiration Time: 2024-01-15T10:35:00.000Z\n\
                Resources:\n\
                - https://api.example.com/premium-data";
    assert_eq!(text.len(), 376);
    check(
        samples::ANVIL0_KEY,
        text,
        "0x458875571fdea978933d39ea26262328c556850721b3f04637399205263f684b",
        "0x4c261c7acf140d1a136a34d486f56f787ce8c5a25624809f0aa6382aa842b8b65dab28ceb6f8b1f92c2738e0d5e8c09a09c09b6432d1c8fd904bac587a0b35d11c",
    );
}

/// The examples of EIP-2098 sign personal messages.
#[test]
fn the_messages_of_eip_2098() {
    let key = "0x1234567890123456789012345678901234567890123456789012345678901234";
    check(
        key,
        "Hello World",
        "0xa1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2",
        "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea520641b",
    );
    check(
        key,
        "It's a small(er) world",
        "0xac33ec93c768b669bdb542a85baebaf7342d35fc9ad8fc0bbc1b852c6f8bf021",
        "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f5507931c",
    );
}

#[test]
fn an_empty_message_has_a_digest() {
    let digest = "0x5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad";
    assert_eq!(hex::encode(personal_digest(b"").as_bytes()), digest);
}

#[test]
fn row_90_a_personal_signature_over_a_digest_is_not_a_signature_of_the_digest() {
    let digest = samples::digest(K0_DIGEST);
    let signature = samples::anvil0().sign_personal(digest.as_bytes());
    assert_ne!(recover(&digest, &signature), Ok(address(ANVIL0)));
    assert_eq!(recover_personal(digest.as_bytes(), &signature), Ok(address(ANVIL0)));
}
