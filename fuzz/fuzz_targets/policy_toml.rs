//! [`quittance_fuzz::policy_toml`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::policy_toml::run(data));
