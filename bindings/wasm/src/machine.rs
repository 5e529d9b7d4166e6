//! What the standard library would bring along: memory, and an end.
//!
//! The module imports nothing, so nobody could be shown the message of a panic. A program whose panics say nothing needs neither their
//! texts nor whatever would write those.

use core::panic::PanicInfo;

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};
// nothing of it is called here; it is named so that core's is the small one
use quittance_secp as _;

#[global_allocator]
static MEMORY: WasmDynamicTalc = new_wasm_dynamic_allocator();

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
