//! Development tasks: `cargo xtask run|test|fuzz|bench|lint|web`.
//!
//! Each task is a module; what it needs is found, installed or built by the task itself, so that Rust and Node are
//! all a fresh machine must bring.

mod bench;
mod console;
mod fuzz;
mod lint;
mod run;
mod test;
mod tool;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <task>

  run [ARGUMENT...]  build the console and the server, then start `trunkline serve --demo` with the arguments
  test               install missing test instruments, then run every check
  fuzz [TARGET] [SECONDS]
                     the fuzz targets under libFuzzer; needs a nightly compiler
  bench [NAME]       the side-by-side benchmarks, or the named one
  lint               formatting and clippy
  web                install the console's packages and build it";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", rest @ ..] => run::demo(rest)?,
        ["test"] => return test::everything(),
        ["fuzz", rest @ ..] if rest.len() <= 2 => fuzz::targets(rest)?,
        ["bench", rest @ ..] if rest.len() <= 1 => bench::benchmarks(rest)?,
        ["lint"] => lint::all()?,
        ["web"] => {
            console::install()?;
            console::build()?;
        }
        ["help" | "--help" | "-h"] => eprintln!("{USAGE}"),
        [] => bail!("a task is missing\n\n{USAGE}"),
        other => bail!("`{}` is not a task\n\n{USAGE}", other.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}
