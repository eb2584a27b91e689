//! The ggml that whisper.cpp and llama.cpp share: its start, its log, and whether this CPU can run
//! it.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::{Mutex, OnceLock};

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_sys_2 as sys;
#[cfg(feature = "whisper")]
use whisper_rs::whisper_rs_sys as whisper_sys;

use crate::{Cancel, Error, ErrorKind, Result};

/// Starts ggml once for the process: checks the CPU, sends all messages of ggml, llama.cpp and
/// whisper.cpp to the `log` crate, and starts the GPUs of a GPU build. Cheap if it was done
/// before.
///
/// # Errors
/// [`Unsupported`](ErrorKind::Unsupported) when this CPU lacks instructions
/// that ggml was built for; running it would end the program.
pub fn init() -> Result<()> {
    backend().map(drop)
}

/// [`init`], with the proof of it that `llama-cpp-2` requires.
pub(crate) fn backend() -> Result<&'static LlamaBackend> {
    static STARTED: OnceLock<Option<LlamaBackend>> = OnceLock::new();
    cpu_check()?;
    let backend = STARTED.get_or_init(|| {
        // Each of these also sets ggml's own log, so the last one receives it. SAFETY: the
        // callback has the required signature, needs no user data and never unwinds. `get_or_init`
        // prevents two threads from setting it at once.
        #[cfg(feature = "whisper")]
        unsafe {
            whisper_sys::whisper_log_set(Some(forward_whisper), std::ptr::null_mut());
        }
        // SAFETY: as above.
        unsafe { sys::llama_log_set(Some(forward_ggml), std::ptr::null_mut()) }
        let backend = LlamaBackend::init().ok();
        // A GPU is started at its first use, and the Vulkan back end takes no lock for that: if
        // two models load at the same time, both would use it half started.
        for device in gpu_devices() {
            // SAFETY: the device is one of ggml's, and this closure runs once.
            unsafe { sys::ggml_backend_dev_buffer_type(device) };
        }
        backend
    });
    backend.as_ref().ok_or_else(|| {
        let message = "another part of this program has started llama.cpp already";
        Error::new(ErrorKind::Unsupported, message)
    })
}

/// Checks that this CPU has every instruction set that ggml was compiled for.
///
/// # Errors
/// [`Unsupported`](ErrorKind::Unsupported), naming what is missing.
pub fn cpu_check() -> Result<()> {
    let missing: Vec<&str> =
        required().into_iter().filter(|(_, here)| !here).map(|(name, _)| name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        format!(
            "this CPU has no {}, which this build needs; use a CPU from 2013 or later \
             or build Sayso on this machine for its own CPU",
            missing.join(", ")
        ),
    ))
}

/// The instruction sets that ggml was compiled for, and whether this CPU has them.
pub fn required() -> Vec<(&'static str, bool)> {
    // The functions report how ggml was compiled, not what the CPU supports.
    macro_rules! required {
        ($detected:ident: $(($name:literal, $built:ident, $feature:tt)),* $(,)?) => {{
            let mut all = Vec::new();
            $(
                // SAFETY: takes nothing and returns a constant of the build.
                if unsafe { sys::$built() } != 0 {
                    all.push(($name, std::arch::$detected!($feature)));
                }
            )*
            all
        }};
    }
    #[cfg(target_arch = "x86_64")]
    return required!(is_x86_feature_detected:
        ("SSE3", ggml_cpu_has_sse3, "sse3"),
        ("SSSE3", ggml_cpu_has_ssse3, "ssse3"),
        ("AVX", ggml_cpu_has_avx, "avx"),
        ("AVX2", ggml_cpu_has_avx2, "avx2"),
        ("BMI2", ggml_cpu_has_bmi2, "bmi2"),
        ("F16C", ggml_cpu_has_f16c, "f16c"),
        ("FMA", ggml_cpu_has_fma, "fma"),
        ("AVX-VNNI", ggml_cpu_has_avx_vnni, "avxvnni"),
        ("AVX-512", ggml_cpu_has_avx512, "avx512f"),
        ("AVX-512 VBMI", ggml_cpu_has_avx512_vbmi, "avx512vbmi"),
        ("AVX-512 VNNI", ggml_cpu_has_avx512_vnni, "avx512vnni"),
        ("AVX-512 BF16", ggml_cpu_has_avx512_bf16, "avx512bf16"),
    );
    #[cfg(target_arch = "aarch64")]
    return required!(is_aarch64_feature_detected:
        ("NEON", ggml_cpu_has_neon, "neon"),
        ("FP16", ggml_cpu_has_fp16_va, "fp16"),
        ("dot product", ggml_cpu_has_dotprod, "dotprod"),
        ("int8 matrix multiply", ggml_cpu_has_matmul_int8, "i8mm"),
        ("SVE", ggml_cpu_has_sve, "sve"),
    );
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return Vec::new();
}

/// The GPUs that whisper.cpp and llama.cpp will use, for people. Empty in a build without a GPU
/// back end, and if its driver finds no GPU.
///
/// # Errors
/// As [`init`].
pub fn gpus() -> Result<Vec<String>> {
    init()?;
    Ok(gpu_devices()
        .map(|device| {
            // SAFETY: the device is one of ggml's; both are nul-terminated and live as long as it.
            let (name, description) = unsafe {
                (
                    CStr::from_ptr(sys::ggml_backend_dev_name(device)),
                    CStr::from_ptr(sys::ggml_backend_dev_description(device)),
                )
            };
            format!("{}: {}", name.to_string_lossy(), description.to_string_lossy())
        })
        .collect())
}

/// ggml's devices that are GPUs. They live as long as the process.
fn gpu_devices() -> impl Iterator<Item = sys::ggml_backend_dev_t> {
    // SAFETY: takes nothing.
    let count = unsafe { sys::ggml_backend_dev_count() };
    // SAFETY: the index is below the count.
    (0..count).map(|index| unsafe { sys::ggml_backend_dev_get(index) }).filter(|device| {
        // SAFETY: the device was just handed out.
        let kind = unsafe { sys::ggml_backend_dev_type(*device) };
        [sys::GGML_BACKEND_DEVICE_TYPE_GPU, sys::GGML_BACKEND_DEVICE_TYPE_IGPU].contains(&kind)
    })
}

thread_local! {
    /// What may stop the work of this thread.
    static CANCEL: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

unsafe extern "C" {
    /// Calls `callback` between two nodes of every graph that the calling thread computes on
    /// the CPU, and stops the graph if it returns true; null removes the callback. `cargo
    /// xtask ggml` adds this function to ggml.
    fn sayso_ggml_set_abort(callback: sys::ggml_abort_callback, data: *mut c_void);

    /// Limits the threads of every graph that the calling thread computes on the CPU; 0 removes
    /// the limit. Returns the previous limit. `cargo xtask ggml` adds this function to ggml.
    fn sayso_ggml_limit_threads(most: c_int) -> c_int;
}

/// Limits the graphs that this thread computes on the CPU to `most` threads, from the next graph
/// on (a token, a batch of the prompt, an encoder pass); 0 removes the limit. Returns the previous
/// limit.
pub fn limit_threads(most: usize) -> usize {
    let most = c_int::try_from(most).unwrap_or(c_int::MAX);
    // SAFETY: it exchanges a variable of the calling thread.
    let before = unsafe { sayso_ggml_limit_threads(most) };
    usize::try_from(before).unwrap_or(0)
}

/// Does `work`. After `cancel` is set, the graphs that this thread computes on the CPU stop within
/// one node (about a millisecond), and ggml reports them as failed. Must not be nested.
pub(crate) fn abortable<R>(cancel: &Cancel, work: impl FnOnce() -> R) -> R {
    struct Ended;
    impl Drop for Ended {
        fn drop(&mut self) {
            CANCEL.set(None);
            // SAFETY: null removes the callback.
            unsafe { sayso_ggml_set_abort(None, std::ptr::null_mut()) }
        }
    }
    let data = std::ptr::from_ref(cancel).cast_mut().cast::<c_void>();
    // SAFETY: `is_cancelled` uses `data` as a pointer to a `Cancel`, which it is, and only reads
    // it. ggml calls it only on this thread, and no longer after `_ended` is dropped, which
    // happens before `cancel` is dropped.
    unsafe { sayso_ggml_set_abort(Some(is_cancelled), data) };
    CANCEL.set(Some(cancel.clone()));
    let _ended = Ended;
    work()
}

/// ggml calls this between two nodes of a graph.
unsafe extern "C" fn is_cancelled(data: *mut c_void) -> bool {
    // SAFETY: `data` is the `Cancel` of `abortable`, which has not returned yet.
    unsafe { &*data.cast::<Cancel>() }.is_cancelled()
}

/// Cores of this machine, with hyper-threads counted once, because inference gains nothing from
/// them. At least 1, and never more than the process may use.
pub fn physical_cores() -> usize {
    let usable = std::thread::available_parallelism().map_or(1, usize::from);
    let mut cores = std::collections::BTreeSet::new();
    for cpu in std::fs::read_dir("/sys/devices/system/cpu").into_iter().flatten().flatten() {
        let siblings = cpu.path().join("topology/thread_siblings_list");
        if let Ok(siblings) = std::fs::read_to_string(siblings) {
            cores.insert(siblings);
        }
    }
    if cores.is_empty() { usable } else { cores.len().min(usable) }
}

/// The version of llama.cpp that this program is linked with.
pub fn llama_version() -> String {
    // SAFETY: returns a string constant.
    let version = unsafe { sys::llama_version() };
    if version.is_null() {
        return String::new();
    }
    // SAFETY: not null, nul-terminated and never freed.
    unsafe { CStr::from_ptr(version) }.to_string_lossy().into_owned()
}

/// Receives the messages of ggml and llama.cpp.
unsafe extern "C" fn forward_ggml(level: sys::ggml_log_level, text: *const c_char, _: *mut c_void) {
    static LINES: Lines = Lines::new("ggml");
    // A graph that was stopped on purpose is no error in the user's log.
    let wanted = CANCEL.try_with(|cancel| {
        cancel.try_borrow().is_ok_and(|held| held.as_ref().is_some_and(Cancel::is_cancelled))
    });
    let level = match level {
        sys::GGML_LOG_LEVEL_CONT => None,
        _ if wanted == Ok(true) => Some(log::Level::Debug),
        sys::GGML_LOG_LEVEL_ERROR => Some(log::Level::Error),
        sys::GGML_LOG_LEVEL_WARN => Some(log::Level::Warn),
        // llama.cpp logs two hundred lines per model at the level of information.
        sys::GGML_LOG_LEVEL_INFO => Some(log::Level::Debug),
        _ => Some(log::Level::Trace),
    };
    // SAFETY: ggml passes a nul-terminated string, or null, that lives through the call.
    unsafe { LINES.forward(level, text) }
}

/// Receives the messages of whisper.cpp, all at `debug`: important ones are also returned as
/// errors, and a cancelled pass would otherwise be an "error" in the user's log. From the first
/// model on, whisper.cpp also sends ggml's own log here, where CUDA writes a line per token.
#[cfg(feature = "whisper")]
unsafe extern "C" fn forward_whisper(
    level: whisper_sys::ggml_log_level,
    text: *const c_char,
    _: *mut c_void,
) {
    static LINES: Lines = Lines::new("whisper.cpp");
    let level = match level {
        whisper_sys::ggml_log_level_GGML_LOG_LEVEL_DEBUG => log::Level::Trace,
        _ => log::Level::Debug,
    };
    // SAFETY: whisper.cpp passes a nul-terminated string, or null, that lives through the call.
    unsafe { LINES.forward(Some(level), text) }
}

/// Joins pieces into lines and passes them to `log`.
struct Lines {
    target: &'static str,
    held: Mutex<(log::Level, String)>,
}

impl Lines {
    const fn new(target: &'static str) -> Self {
        Self { target, held: Mutex::new((log::Level::Debug, String::new())) }
    }

    /// Adds a piece. Without a level, it continues the previous piece.
    ///
    /// # Safety
    /// `text` is null or nul-terminated.
    unsafe fn forward(&self, level: Option<log::Level>, text: *const c_char) {
        if text.is_null() {
            return;
        }
        // SAFETY: not null, and the caller guarantees the rest.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        // A logger that panics must not unwind into C++.
        let _ = std::panic::catch_unwind(|| self.push(level, &text));
    }

    fn push(&self, level: Option<log::Level>, text: &str) {
        let mut full = Vec::new();
        {
            let Ok(mut held) = self.held.lock() else { return };
            if let Some(level) = level {
                held.0 = level;
            }
            held.1.push_str(text);
            while let Some(end) = held.1.find('\n') {
                let rest = held.1.split_off(end + 1);
                full.push((held.0, std::mem::replace(&mut held.1, rest)));
            }
            // A line without an end must not grow without a limit.
            if held.1.len() > 1 << 16 {
                held.1.clear();
            }
        }
        for (level, line) in full {
            if !line.trim().is_empty() {
                log::log!(target: self.target, level, "{}", line.trim_end());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_cpu_can_run_this_build() {
        cpu_check().unwrap();
        init().unwrap();
        init().unwrap();
    }

    #[test]
    fn the_build_reports_the_instructions_that_it_needs() {
        let required = required();
        if cfg!(target_arch = "x86_64") {
            assert!(required.iter().any(|(name, _)| *name == "SSE3"), "{required:?}");
        }
    }

    #[test]
    fn cores_are_counted() {
        let usable = std::thread::available_parallelism().unwrap().get();
        assert!((1..=usable).contains(&physical_cores()));
    }

    #[test]
    fn llama_has_a_version() {
        assert!(!llama_version().is_empty());
    }
}
