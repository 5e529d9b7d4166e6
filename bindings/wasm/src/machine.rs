//! What the standard library would bring along: memory, and an end.
//!
//! The module imports nothing, so nobody could be shown the message of a panic. A program whose panics say nothing needs neither their
//! texts nor whatever would write those.

use core::panic::PanicInfo;

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static MEMORY: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
