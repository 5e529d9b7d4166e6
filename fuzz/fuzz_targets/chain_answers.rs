//! [`quittance_fuzz::chain_answers`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::chain_answers::run(data));
