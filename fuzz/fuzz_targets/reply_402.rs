//! [`quittance_fuzz::reply_402`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::reply_402::run(data));
