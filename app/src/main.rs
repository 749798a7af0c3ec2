//! `tenantry`: read `router.rs` first, `worker.rs` second.

use std::process::ExitCode;

fn main() -> ExitCode {
    tenantry::cli::main()
}
