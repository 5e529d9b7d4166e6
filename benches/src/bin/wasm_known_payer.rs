//! The path `known-payer` for a WebAssembly host; see [`quittance_benches::round`].

fn main() {
    quittance_benches::round("known-payer");
}
