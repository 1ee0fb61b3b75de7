//! Development tasks: `cargo xtask run|test|bench|lint|web`.
fn main() {}
