//! What the command ends with.

/// The exit codes, as every help that has no list of its own shows them, and the README.
pub(crate) const CODES: &str = "Exit codes:
  0  what was asked for is so, or is done
  1  it is not so: a log is broken, something is open, a payment is refused, nothing was found; nothing was paid
  2  it could not be found out: an argument or a file cannot be used, somebody who was asked is not there
  3  something was signed and may have been paid, and there is no answer: `pay` it again under the same name";

/// The command with the codes in its help and in that of each command below it, at whatever depth.
pub(crate) fn explained(command: clap::Command) -> clap::Command {
    let names: Vec<_> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let command = names.iter().fold(command, |command, name| command.mut_subcommand(name, explained));
    match command.get_after_help().map(ToString::to_string) {
        // what it says of its own is more exact
        Some(notes) if notes.contains("Exit codes:") => command,
        Some(notes) => command.after_help(format!("{notes}\n\n{CODES}")),
        None => command.after_help(CODES),
    }
}
