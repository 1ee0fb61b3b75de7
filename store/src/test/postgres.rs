//! The tests' own PostgreSQL, from Debian's package, in a temporary folder and without a port.
//!
//! nextest runs each test in a process of its own and a server takes seconds to make, so all
//! processes share one: each holds a shared lock on a file for as long as it lives, and a guardian
//! stops the server and deletes its folder once nobody holds the lock.

use crate::random;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::sync::OnceLock;

static SERVER: OnceLock<Server> = OnceLock::new();

/// Asks every few seconds whether any test process still holds the lock `$1`. When none does, it
/// keeps the lock while it runs the command that follows to stop the server of folder `$2`.
const GUARDIAN: &str = r#"
lock=$1 folder=$2; shift 2
while sleep 5; do
    flock --nonblock --exclusive "$lock" sh -c 'folder=$1; shift; "$@"; rm -rf "$folder/data" "$folder/run"' \
        guardian "$folder" "$@" && exit
done
"#;

struct Server {
    folder: PathBuf,
    _lock_of_this_process: File,
}

/// The address of a new, empty database.
pub(super) async fn fresh_database() -> String {
    let server = SERVER.get_or_init(Server::find_or_start);
    let suffix = u64::from_le_bytes(random::bytes().expect("the system has random bytes"));
    let name = format!("test_{suffix:016x}");
    let mut connection = PgConnectOptions::from_str(&server.url("postgres"))
        .expect("the address is well formed")
        .connect()
        .await
        .expect("the tests' PostgreSQL answers");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("a database can be made");
    server.url(&name)
}

impl Server {
    fn find_or_start() -> Self {
        let programs = programs();
        let me = fs::metadata("/proc/self").map_or(0, |process| process.uid());
        let folder = std::env::temp_dir().join(format!("trunkline-test-postgres-{me}"));
        fs::create_dir_all(&folder).expect("the temporary folder takes a folder");
        let lock = open(&folder.join("users.lock"));
        lock.lock_shared().expect("a lock on a file of ours");
        let starting = open(&folder.join("starting.lock"));
        starting.lock().expect("a lock on a file of ours");
        let server = Self {
            folder,
            _lock_of_this_process: lock,
        };
        if !server.answers(&programs) {
            server.start(&programs);
        }
        server
    }

    fn url(&self, database: &str) -> String {
        let socket = self.folder.join("run");
        format!(
            "postgres://postgres@localhost/{database}?host={}",
            socket.display()
        )
    }

    fn answers(&self, programs: &Path) -> bool {
        Command::new(programs.join("pg_isready"))
            .arg("--host")
            .arg(self.folder.join("run"))
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn start(&self, programs: &Path) {
        let data = self.folder.join("data");
        let run_folder = self.folder.join("run");
        for folder in [&data, &run_folder] {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir(folder).expect("a folder of ours takes a folder");
        }
        if is_root() {
            run(Command::new("chown")
                .arg("postgres")
                .args([&data, &run_folder]));
        }
        let mut initdb = unprivileged(&programs.join("initdb"));
        initdb.args(["--username=postgres", "--auth=trust", "--no-sync"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"]);
        run(initdb.arg(&data));
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c max_connections=200 \
             -c fsync=off -c full_page_writes=off -c synchronous_commit=off",
            run_folder.display()
        );
        let mut start = unprivileged(&programs.join("pg_ctl"));
        start.arg("--pgdata").arg(&data).arg("--log");
        start.arg(run_folder.join("log")).arg("--options");
        run(start.arg(settings).args(["--wait", "start"]));
        self.guard(&unprivileged(&programs.join("pg_ctl")), &data);
    }

    fn guard(&self, pg_ctl: &Command, data: &Path) {
        let guardian = Command::new("setsid")
            .args(["sh", "-c", GUARDIAN, "guardian"])
            .arg(self.folder.join("users.lock"))
            .arg(&self.folder)
            .arg(pg_ctl.get_program())
            .args(pg_ctl.get_args())
            .arg("--pgdata")
            .arg(data)
            .args(["--mode=immediate", "stop"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // Nobody waits for it: it outlives this process.
        drop(guardian.expect("setsid is part of every Debian"));
    }
}

/// The folder of the newest installed PostgreSQL's programs.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    versions
        .filter_map(Result::ok)
        .map(|version| version.path())
        .filter(|version| version.join("bin/initdb").exists())
        .max_by_key(|version| {
            let name = version.file_name().and_then(OsStr::to_str);
            name.and_then(|name| name.parse::<u32>().ok())
        })
        .map(|version| version.join("bin"))
        .expect(
            "PostgreSQL is not installed: run `apt-get install postgresql`, \
             or `cargo xtask test`, which installs what the tests need",
        )
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A command that does not run as root, because PostgreSQL refuses to.
fn unprivileged(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) {
    let done = command
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

fn open(path: &Path) -> File {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .expect("a folder of ours takes a file")
}
