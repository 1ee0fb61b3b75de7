//! The outside programs that the tests measure with, installed when they are missing.

use crate::tool::{cargo, run};
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A Debian package and what tells that it is there.
struct Instrument {
    package: &'static str,
    evidence: Evidence,
}

enum Evidence {
    Program(&'static str),
    File(&'static str),
    /// Debian keeps the server's programs in a folder a version, outside the search path.
    PostgresServer,
}

const INSTRUMENTS: &[Instrument] = &[
    Instrument {
        package: "sip-tester",
        evidence: Evidence::Program("sipp"),
    },
    Instrument {
        package: "baresip-core",
        evidence: Evidence::Program("baresip"),
    },
    Instrument {
        package: "linphone-cli",
        evidence: Evidence::Program("linphonec"),
    },
    Instrument {
        package: "sipsak",
        evidence: Evidence::Program("sipsak"),
    },
    Instrument {
        package: "sipvicious",
        evidence: Evidence::Program("svmap"),
    },
    Instrument {
        package: "kamailio",
        evidence: Evidence::File("/usr/sbin/kamailio"),
    },
    Instrument {
        package: "chromium",
        evidence: Evidence::Program("chromium"),
    },
    Instrument {
        package: "fonts-wqy-microhei",
        evidence: Evidence::File("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    },
    Instrument {
        package: "libspandsp-dev",
        evidence: Evidence::File("/usr/share/doc/libspandsp-dev/copyright"),
    },
    Instrument {
        package: "sox",
        evidence: Evidence::Program("sox"),
    },
    Instrument {
        package: "ffmpeg",
        evidence: Evidence::Program("ffmpeg"),
    },
    Instrument {
        package: "opus-tools",
        evidence: Evidence::Program("opusdec"),
    },
    Instrument {
        package: "flite",
        evidence: Evidence::Program("flite"),
    },
    Instrument {
        package: "espeak-ng",
        evidence: Evidence::Program("espeak-ng"),
    },
    Instrument {
        package: "postgresql",
        evidence: Evidence::PostgresServer,
    },
];

const POSTGRES_VERSIONS: &str = "/usr/lib/postgresql";

/// Installs the missing Debian packages and cargo-nextest.
pub(super) fn install() -> Result<()> {
    install_packages()?;
    install_nextest()
}

fn install_packages() -> Result<()> {
    let missing: Vec<&str> = INSTRUMENTS
        .iter()
        .filter(|instrument| !instrument.evidence.is_found())
        .map(|instrument| instrument.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !Evidence::Program("apt-get").is_found() {
        bail!("this system has no apt-get; install what Debian calls: {names}");
    }
    run(apt_get(&["update"])).with_context(|| format!("missing packages: {names}"))?;
    let mut install = apt_get(&["install", "--yes", "--no-install-recommends"]);
    install.args(&missing);
    run(install)
}

fn install_nextest() -> Result<()> {
    let mut version = cargo(&["nextest", "--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null());
    if version.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    run(cargo(&["install", "--locked", "cargo-nextest"]))
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = if is_root() {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    };
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .args(arguments);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

impl Evidence {
    fn is_found(&self) -> bool {
        match self {
            Self::Program(name) => env::var_os("PATH").is_some_and(|path| {
                env::split_paths(&path).any(|folder| folder.join(name).is_file())
            }),
            Self::File(path) => Path::new(path).is_file(),
            Self::PostgresServer => fs::read_dir(POSTGRES_VERSIONS).is_ok_and(|versions| {
                versions
                    .flatten()
                    .any(|version| version.path().join("bin/postgres").is_file())
            }),
        }
    }
}
