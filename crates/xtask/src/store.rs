//! The stores on disk, with real databases.
//!
//! The tests without a server run in `native/test` too; here they are named, and the server's are turned on. A machine where PostgreSQL can
//! neither be found nor installed fails the stage.

use crate::shell::{Failure, cargo, run};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

/// The laws in memory and in a file, several processes, kills, torn logs, and the model.
pub(crate) fn sqlite(workspace: &Workspace) -> Result<Notes, Failure> {
    run(cargo().current_dir(&workspace.root).args(["test", "--locked", "--package", "quittance-store"]))?;
    Ok(Notes::new())
}

/// The same with a server of the tests' own, and what only root can arrange.
pub(crate) fn postgres(workspace: &Workspace) -> Result<Notes, Failure> {
    tools::postgres()?;
    run(cargo()
        .current_dir(&workspace.root)
        .args(["test", "--locked", "--package", "quittance-store"])
        .args(["--features", "postgres-tests"]))?;
    Ok(Notes::new())
}

/// Two facilitators, each a process with a signer of its own, on one server.
pub(crate) fn facilitators(workspace: &Workspace) -> Result<Notes, Failure> {
    tools::postgres()?;
    run(cargo().current_dir(&workspace.root).args([
        "test",
        "--locked",
        "--package",
        "quittance-cli",
        "--features",
        "postgres-tests",
        "--test",
        "facilitator",
        "two::",
    ]))?;
    Ok(Notes::new())
}
