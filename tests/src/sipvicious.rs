//! The tools of sipvicious, with which the internet looks for servers, extensions and passwords.

use crate::server::Server;
use std::process::Command;

/// Looks for a server at its port; what it prints.
pub fn svmap(server: &Server) -> String {
    run("svmap", server, &[])
}

/// Tries extensions by REGISTER; what it prints.
pub fn svwar(server: &Server, extensions: &str) -> String {
    run("svwar", server, &["-e", extensions, "-m", "REGISTER"])
}

/// Tries passwords of an extension; what it prints.
pub fn svcrack(server: &Server, extension: &str, passwords: &str) -> String {
    run("svcrack", server, &["-u", extension, "-r", passwords])
}

fn run(tool: &str, server: &Server, arguments: &[&str]) -> String {
    let output = Command::new("timeout")
        .args(["40", tool, "-p", &server.sip.port().to_string()])
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
