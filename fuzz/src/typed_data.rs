//! EIP-712 typed data from strangers.

use quittance_core::eip712::TypedData;
use quittance_core::json;
use quittance_core::{Limits, keccak256};

use crate::json_laws;
use crate::vectors::Vectors;

/// JSON to typed data, to a digest, and to JSON again.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(typed) = TypedData::parse(text) else { return };
    let sealed = [b"\x19\x01".as_slice(), typed.domain_separator().as_bytes(), &typed.hash_struct()].concat();
    assert_eq!(typed.digest().as_bytes(), &keccak256(&sealed));
    assert_eq!(typed.domain().separator(), typed.domain_separator());
    let type_hash = typed.type_hash(typed.primary_type()).expect("the type of the message is declared");
    assert_eq!(typed.hash_struct(), keccak256(&[&type_hash, typed.encode_data()].concat()));
    let encode_type = typed.encode_type(typed.primary_type()).expect("the type of the message is declared");
    assert_eq!(type_hash, keccak256(encode_type.as_bytes()));

    let written = typed.to_json();
    let given = json::parse(data, &Limits::BODY).expect("it was read");
    for other in [&written, &json_laws::reordered(&written), &json_laws::reordered(&given)] {
        let again = TypedData::from_json(other).expect("what was written is read");
        assert_eq!(again.digest(), typed.digest());
        assert_eq!(again.encode_data(), typed.encode_data());
        assert_eq!(again.encode_type(again.primary_type()).as_deref(), Some(encode_type.as_str()));
    }
    let again = TypedData::from_json(&written).expect("what was written is read");
    assert_eq!(again.to_json().to_string(), written.to_string());
    // the wallet's own reader
    let limits = Limits::BODY.with_bytes(4 * Limits::BODY.bytes);
    let reread = json::parse(written.to_string().as_bytes(), &limits).expect("what was written is JSON");
    assert!(reread == written);
}

/// The typed data of the vectors.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    vectors.texts(&["evm/typed-data"], "typedData")
}
