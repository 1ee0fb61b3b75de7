//! `trunkline-bench NAME`: what `cargo xtask bench` runs.

fn main() -> std::io::Result<()> {
    bench::run()
}
