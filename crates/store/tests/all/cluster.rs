//! A PostgreSQL server of the tests' own: made in a folder that goes with them, on a port that is free, by a user that is not root.
//!
//! The facilitator's tests start theirs with it too.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

/// A running server, stopped when the last test lets go of it.
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    pub(crate) port: u16,
}

static CLUSTER: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

impl Cluster {
    /// The one that tests share.
    pub(crate) fn shared() -> Arc<Self> {
        let mut cluster = CLUSTER.lock().unwrap();
        if let Some(running) = cluster.upgrade() {
            return running;
        }
        let started = Arc::new(Self::start());
        *cluster = Arc::downgrade(&started);
        started
    }

    /// Starts one.
    pub(crate) fn start() -> Self {
        Self::start_with(|_| "")
    }

    /// Starts one with further settings, after its folder was made and before it is its user's.
    pub(crate) fn start_with(prepare: impl FnOnce(&Path) -> &'static str) -> Self {
        let folder = folder();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { folder, programs: programs(), port };
        let data = cluster.data();
        fs::create_dir(&data).unwrap();
        if is_root() {
            run(Command::new("chown").arg("-R").arg("postgres").arg(&cluster.folder));
        }
        cluster.program("initdb", &format!("-D {} -U postgres -A trust -E UTF8 --no-sync", data.display()));
        let more = prepare(&data);
        if is_root() {
            run(Command::new("chown").arg("-R").arg("postgres").arg(&cluster.folder));
        }
        let settings = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} {more}", data.display());
        let log = data.join("server.log");
        cluster.program("pg_ctl", &format!("-D {} -l {} -w -o '{settings}' start", data.display(), log.display()));
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs one of the server's programs, which refuse to be run by root.
    fn program(&self, name: &str, arguments: &str) -> Vec<u8> {
        let line = format!("'{}' {arguments}", self.programs.join(name).display());
        let mut command = if is_root() { Command::new("su") } else { Command::new("sh") };
        if is_root() {
            command.args(["postgres", "-s", "/bin/sh"]);
        }
        run(command.arg("-c").arg(line).current_dir(&self.folder))
    }

    /// Everything that stands in a database, as text.
    pub(crate) fn dump(&self, database: &str) -> Vec<u8> {
        self.program("pg_dump", &format!("-h 127.0.0.1 -p {} -U postgres {database}", self.port))
    }

    /// Runs statements with the server's own client.
    pub(crate) fn sql(&self, database: &str, sql: &str) {
        self.program(
            "psql",
            &format!("-h 127.0.0.1 -p {} -U postgres -d {database} -v ON_ERROR_STOP=1 -q -c \"{sql}\"", self.port),
        );
    }

    /// Ends the server without letting it write anything, as a power failure of its own, and starts it again.
    pub(crate) fn crash(&self) {
        self.stop();
        self.begin();
    }

    /// Ends the server without letting it write anything.
    pub(crate) fn stop(&self) {
        self.program("pg_ctl", &format!("-D {} -w -m immediate stop", self.data().display()));
    }

    /// Starts it again where it was.
    pub(crate) fn begin(&self) {
        let (data, port) = (self.data(), self.port);
        let settings = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={}", data.display());
        let log = data.join("server.log");
        self.program("pg_ctl", &format!("-D {} -l {} -w -o '{settings}' start", data.display(), log.display()));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

/// A folder in a file system without a disk behind it, where there is one: what these tests ask for is not durability.
fn folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let memory = PathBuf::from("/dev/shm");
    let within = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = within.join(format!("quittance-postgres-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Where the server's programs are: Debian keeps those of the server itself off the path.
fn programs() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let others = ["/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    let found = debian.chain(others).find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists());
    found.expect("PostgreSQL's initdb and pg_ctl are needed by the feature postgres-tests")
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")) == b"0\n"
}

pub(crate) fn run(command: &mut Command) -> Vec<u8> {
    // pg_ctl leaves a server behind that would hold a pipe open, so that output goes to a file
    let output = Output::new();
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(fs::File::create(&output.0).unwrap())
        .status()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
    fs::read(&output.0).unwrap()
}

struct Output(PathBuf);

impl Output {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self(Path::new(&std::env::temp_dir()).join(format!("quittance-store-output-{}-{number}", std::process::id())))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
