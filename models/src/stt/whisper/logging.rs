//! What whisper.cpp and ggml print goes to the `log` crate.

use std::ffi::{CStr, c_char, c_void};
use std::sync::Once;

use whisper_rs::whisper_rs_sys as sys;

/// Redirects the messages of whisper.cpp and ggml, once for the process.
pub(super) fn redirect() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the callback has the signature asked for, takes no user data,
        // is sound on any thread and never unwinds (see `forward`).
        unsafe { sys::whisper_log_set(Some(forward), std::ptr::null_mut()) }
    });
}

/// Everything at `debug`: what matters also comes back as an error, and a
/// cancelled pass would otherwise be an "error" in the user's log.
unsafe extern "C" fn forward(_level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    if text.is_null() {
        return;
    }
    // SAFETY: not null, and both libraries pass NUL-terminated strings that live through the call.
    let text = unsafe { CStr::from_ptr(text) };
    // A logger that panics must not unwind into C++.
    let _ = std::panic::catch_unwind(|| {
        let text = text.to_string_lossy();
        if !text.trim().is_empty() {
            log::debug!(target: "whisper.cpp", "{}", text.trim());
        }
    });
}
