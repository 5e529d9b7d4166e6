use crate::shell::Failure;
use crate::stages::Notes;
use crate::workspace::Workspace;
pub(crate) fn wycheproof(_: &Workspace) -> Result<Notes, Failure> {
    Ok(Notes::new())
}
pub(crate) fn typed_data(_: &Workspace) -> Result<Notes, Failure> {
    Ok(Notes::new())
}
pub(crate) fn hashes(_: &Workspace) -> Result<Notes, Failure> {
    Ok(Notes::new())
}
pub(crate) fn addresses(_: &Workspace) -> Result<Notes, Failure> {
    Ok(Notes::new())
}
