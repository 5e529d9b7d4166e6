//! The path `verify` for a WebAssembly host; see [`quittance_benches::round`].

fn main() {
    quittance_benches::round("verify");
}
