//! The `sayso` program.

#![forbid(unsafe_code)]

//mod cli;

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
