//! The tools of sipvicious, with which the internet looks for servers, extensions and passwords.

use crate::server::Server;
use std::process::Command;

/// Looks for a server at its port; what it prints.
pub fn svmap(server: &Server, from: &str) -> String {
    run("svmap", server, from, &[])
}

/// Tries extensions by REGISTER; what it prints.
pub fn svwar(server: &Server, from: &str, extensions: &str) -> String {
    run("svwar", server, from, &["-e", extensions, "-m", "REGISTER"])
}

/// Tries passwords of an extension; what it prints.
pub fn svcrack(server: &Server, from: &str, extension: &str, passwords: &str) -> String {
    run("svcrack", server, from, &["-u", extension, "-r", passwords])
}

fn run(tool: &str, server: &Server, from: &str, arguments: &[&str]) -> String {
    let output = Command::new("timeout")
        .args(["40", tool, "-b", from, "-p", &server.sip.port().to_string()])
        .args(arguments)
        .arg(server.sip.ip().to_string())
        .current_dir(server.folder())
        .env("HOME", server.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    format!("{said}{complained}")
}
