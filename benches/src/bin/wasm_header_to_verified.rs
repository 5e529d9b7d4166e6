//! The path `header-to-verified` for a WebAssembly host; see [`quittance_benches::round`].

fn main() {
    quittance_benches::round("header-to-verified");
}
