//! One ggml for whisper.cpp and llama.cpp.
//!
//! Each of the two crates would build its own copy of ggml, in a different version. In one program
//! that is undefined behaviour, and it links without a warning. So ggml is built once, from the
//! sources in llama-cpp-sys-2, into `.native/ggml`, and `.cargo/config.toml` points both crates to
//! it. For another kind of machine it is built into a separate folder next to it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::sh::{Result, Sh, cargo};
use crate::target::Target;
use crate::{Cpu, Gpu, Options, cross, system};

/// Builds ggml into [its folder](Target::ggml), unless it was already built there with these
/// options.
///
/// # Errors
/// If the sources are not found or cmake fails.
pub fn build(sh: &Sh, options: &Options) -> Result<()> {
    let target = options.target;
    let prefix = sh.root().join(target.ggml());
    let package = package(sh)?;
    let defines = defines(options);
    let patches: Vec<&str> = PATCHES.iter().map(|patch| patch.new).collect();
    let stamp = format!("{}\n{}\n{}", package.id, defines.join("\n"), patches.concat());
    let stamp_file = prefix.join("built-with.txt");
    let before = fs::read_to_string(&stamp_file).ok();
    if before.as_deref() == Some(stamp.as_str()) {
        return Ok(());
    }

    sh.step("building ggml, shared by whisper.cpp and llama.cpp");
    let work = sh.root().join(".native").join("build");
    clear(&work)?;
    clear(&prefix)?;
    let source = work.join("source");
    copy(&package.ggml, &source).map_err(|e| format!("{}: {e}", source.display()))?;
    // The package leaves this template out, but ggml's CMakeLists.txt requires it.
    let template = source.join("ggml.pc.in");
    if !template.exists() {
        fs::write(&template, "").map_err(|e| format!("{}: {e}", template.display()))?;
    }
    patch(&source.join("src").join("ggml-cpu").join("ggml-cpu.c"), PATCHES)?;
    if options.gpu == Some(Gpu::Vulkan) {
        old_vulkan_headers(&source.join("src").join("ggml-vulkan"))?;
    }

    let out = work.join("out");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&source).arg("-B").arg(&out);
    if sh.works(Command::new("ninja").arg("--version")) {
        configure.args(["-G", "Ninja"]);
    }
    configure.arg(format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display()));
    if target.is_cross() {
        let file = cross::toolchain_file(sh);
        configure.arg(format!("-DCMAKE_TOOLCHAIN_FILE={}", file.display()));
    }
    if options.gpu == Some(Gpu::Cuda)
        && let Some(nvcc) = system::nvcc(sh)
    {
        configure.env("CUDACXX", nvcc);
    }
    configure.args(defines.iter().map(|define| format!("-D{define}")));
    sh.run(&mut configure)?;
    let jobs = std::thread::available_parallelism().map_or(2, |jobs| jobs.get());
    sh.run(
        Command::new("cmake")
            .arg("--build")
            .arg(&out)
            .args(["--config", "Release", "--target", "install", "--parallel"])
            .arg(jobs.to_string()),
    )?;
    clear(&work)?;
    if before.is_some() {
        // Both crates contain the old archive; cargo cannot know that it changed.
        for profile in ["release", "dist"] {
            let mut clean = cargo();
            clean.args(["clean", "--profile", profile]);
            clean.args(["--package", "whisper-rs-sys", "--package", "llama-cpp-sys-2"]);
            if target.is_cross() {
                clean.args(["--target", target.triple()]);
            }
            sh.run(&mut clean)?;
        }
    }
    fs::write(&stamp_file, stamp).map_err(|e| format!("{}: {e}", stamp_file.display()))
}

fn defines(options: &Options) -> Vec<String> {
    let mut defines: Vec<String> = [
        "CMAKE_BUILD_TYPE=Release",
        "CMAKE_INSTALL_LIBDIR=lib",
        "CMAKE_POSITION_INDEPENDENT_CODE=ON",
        "BUILD_SHARED_LIBS=OFF",
        "GGML_BUILD_TESTS=OFF",
        "GGML_BUILD_EXAMPLES=OFF",
        "GGML_OPENMP=OFF",
        "GGML_BLAS=OFF",
        "GGML_LLAMAFILE=ON",
        "GGML_CCACHE=OFF",
    ]
    .map(String::from)
    .into();
    let on = |flag: bool| if flag { "ON" } else { "OFF" };
    defines.push(format!("GGML_NATIVE={}", on(options.cpu == Cpu::Native)));
    match (options.target, options.cpu) {
        (_, Cpu::Native) => {}
        (Target::X86_64, cpu) => {
            defines.push("GGML_SSE42=ON".into());
            for feature in ["AVX", "AVX2", "BMI2", "FMA", "F16C"] {
                defines.push(format!("GGML_{feature}={}", on(cpu == Cpu::V3)));
            }
        }
        (Target::Aarch64, Cpu::Armv82) => {
            defines.push("GGML_CPU_ARM_ARCH=armv8.2-a+dotprod+fp16".into());
        }
        (Target::Aarch64, _) => defines.push("GGML_CPU_ARM_ARCH=armv8-a".into()),
    }
    for (gpu, name) in [(Gpu::Cuda, "CUDA"), (Gpu::Vulkan, "VULKAN"), (Gpu::Metal, "METAL")] {
        defines.push(format!("GGML_{name}={}", on(options.gpu == Some(gpu))));
    }
    if options.gpu == Some(Gpu::Cuda) {
        // Launches a model's graph as a whole; llama.cpp's default build does the same.
        defines.push("GGML_CUDA_GRAPHS=ON".into());
        // For several GPUs only; neither crate would find it when linking.
        defines.push("GGML_CUDA_NCCL=OFF".into());
    }
    defines
}

/// A change to one place in ggml's sources.
struct Patch {
    old: &'static str,
    new: &'static str,
}

/// The changes to `ggml-cpu.c`.
const PATCHES: &[Patch] =
    &[PATIENT_BARRIER, LIMIT_DECLARED, LIMIT_KEPT, ABORT_DECLARED, ABORT_ASKED];

/// Makes ggml's threads give up their cores when they wait long: they spin for about 0.2 ms, then
/// sleep between checks. If a thread has lost its core to another program, all others wait for it
/// at each of the hundreds of barriers per token. While they sleep, the system can move it to one
/// of their cores. Without this patch, another busy program makes a reply on all cores take many
/// seconds.
const PATIENT_BARRIER: Patch = Patch {
    old: "\
    while (atomic_load_explicit(&tp->n_barrier_passed, memory_order_relaxed) == n_passed) {
        ggml_thread_cpu_relax();
    }
",
    new: "\
    for (int spins = 0;
         atomic_load_explicit(&tp->n_barrier_passed, memory_order_relaxed) == n_passed; spins++) {
        if (spins < 8192) {
            ggml_thread_cpu_relax();
        } else {
#ifdef _WIN32
            SwitchToThread();
#else
            nanosleep(&(const struct timespec) { .tv_nsec = 50000 }, NULL);
#endif
        }
    }
",
};

/// Lets a thread limit the number of threads for the graphs that it computes, and change it
/// between two graphs. llama.cpp's own function for that cannot be reached through llama-cpp-2,
/// and the best number depends on what else runs on the machine.
const LIMIT_DECLARED: Patch = Patch {
    old: "struct ggml_cplan ggml_graph_plan(\n",
    new: "\
#if defined(_MSC_VER) && !defined(__clang__)
#define SAYSO_THREAD_LOCAL __declspec(thread)
#else
#define SAYSO_THREAD_LOCAL _Thread_local
#endif
static SAYSO_THREAD_LOCAL int sayso_most_threads = 0;

int sayso_ggml_limit_threads(int most);
int sayso_ggml_limit_threads(int most) {
    const int before = sayso_most_threads;
    sayso_most_threads = most;
    return before;
}

struct ggml_cplan ggml_graph_plan(
",
};

/// Applies the limit: when a graph is planned, by the thread that computes it.
const LIMIT_KEPT: Patch = Patch {
    old: "\
        n_threads = threadpool ? threadpool->n_threads : GGML_DEFAULT_N_THREADS;
    }
",
    new: "\
        n_threads = threadpool ? threadpool->n_threads : GGML_DEFAULT_N_THREADS;
    }
    if (sayso_most_threads > 0 && n_threads > sayso_most_threads) {
        n_threads = sayso_most_threads;
    }
",
};

/// Lets the thread that computes a graph abort it between two of its nodes. whisper.cpp does not
/// expose its back ends, so ggml's own abort callback cannot be set through it. A pass of its
/// encoder takes a tenth of a second or more, and would run to its end even for a guess that was
/// already dropped. That is why the callback belongs to the calling thread.
const ABORT_DECLARED: Patch = Patch {
    old: "static thread_ret_t ggml_graph_compute_thread(void * data) {\n",
    new: "\
static SAYSO_THREAD_LOCAL ggml_abort_callback sayso_abort      = NULL;
static SAYSO_THREAD_LOCAL void *              sayso_abort_data = NULL;

void sayso_ggml_set_abort(ggml_abort_callback callback, void * data);
void sayso_ggml_set_abort(ggml_abort_callback callback, void * data) {
    sayso_abort      = callback;
    sayso_abort_data = data;
}

static thread_ret_t ggml_graph_compute_thread(void * data) {
",
};

/// Calls the callback: the first thread of a graph is the calling one.
const ABORT_ASKED: Patch = Patch {
    old: "\
        if (state->ith == 0 && cplan->abort_callback &&
                cplan->abort_callback(cplan->abort_callback_data)) {
",
    new: "\
        if (state->ith == 0 &&
                ((cplan->abort_callback && cplan->abort_callback(cplan->abort_callback_data)) ||
                 (sayso_abort && sayso_abort(sayso_abort_data)))) {
",
};

fn patch(source: &Path, patches: &[Patch]) -> Result<()> {
    let failed = |error: io::Error| format!("{}: {error}", source.display());
    let mut text = fs::read_to_string(source).map_err(failed)?;
    for Patch { old, new } in patches {
        if text.matches(old).count() != 1 {
            return Err(format!(
                "{}: these lines must be there exactly once:\n{old}",
                source.display()
            ));
        }
        text = text.replace(old, new);
    }
    fs::write(source, text).map_err(failed)
}

/// Lets ggml's Vulkan back end compile with Vulkan headers older than 1.3.272.
fn old_vulkan_headers(folder: &Path) -> Result<()> {
    let source = folder.join("ggml-vulkan.cpp");
    let failed = |error: io::Error| format!("{}: {error}", source.display());
    let text = fs::read_to_string(&source).map_err(failed)?;
    fs::write(folder.join("vulkan_compat.h"), include_str!("vulkan_compat.h")).map_err(failed)?;
    fs::write(&source, format!("#include \"vulkan_compat.h\"\n{text}")).map_err(failed)
}

struct Package {
    id: String,
    ggml: PathBuf,
}

/// The folder in which cargo keeps llama-cpp-sys-2, whose copy of ggml is used.
fn package(sh: &Sh) -> Result<Package> {
    let json = sh.read(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&json).map_err(|error| format!("cargo metadata: {error}"))?;
    let package = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "llama-cpp-sys-2")
        .ok_or("llama-cpp-sys-2 is not among the dependencies")?;
    let manifest = package["manifest_path"].as_str().unwrap_or_default();
    let ggml = Path::new(manifest).with_file_name("llama.cpp").join("ggml");
    if !ggml.join("CMakeLists.txt").is_file() {
        return Err(format!("no ggml sources at {}", ggml.display()));
    }
    let version = package["version"].as_str().unwrap_or_default();
    Ok(Package { id: format!("llama-cpp-sys-2 {version}"), ggml })
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
