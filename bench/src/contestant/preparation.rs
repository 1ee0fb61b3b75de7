//! What a scenario needs of the demo enterprise beyond what it comes with.
//!
//! It is written into the database between two starts, so that the load signs in to nothing.

use crate::scenario::Form;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

const TRUNK_WITH_OPUS: &str = "INSERT INTO trunk_codecs (trunk_id, position, codec) \
    SELECT trunk_id, max(position) + 1, 'opus' FROM trunk_codecs GROUP BY trunk_id";
/// Runs one statement; Python comes with SQLite everywhere.
const PROGRAM: &str = "import sqlite3, sys\n\
    base = sqlite3.connect(sys.argv[1], timeout=10)\n\
    base.execute(sys.argv[2])\n\
    base.commit()\n";

/// The statement that a form asks for, with a bot at `bot`.
pub(super) fn statement(form: Form, bot: u16) -> Option<String> {
    match form {
        Form::Plain | Form::Secured => None,
        Form::Opus => Some(TRUNK_WITH_OPUS.to_owned()),
        Form::Bot => {
            let flow = flow(bot);
            Some(format!(
                "UPDATE flow_versions SET document = '{flow}' WHERE flow_id IN \
                 (SELECT id FROM flows WHERE name = 'echo-digits')"
            ))
        }
    }
}

/// Leads every caller to the bot.
fn flow(bot: u16) -> String {
    format!(
        r#"{{"name": "echo-digits", "language": "zh-CN", "start": "bot", "nodes": {{
        "bot": {{"kind": "stream", "url": "ws://127.0.0.1:{bot}/", "parameters": {{}}}},
        "done": {{"kind": "hangup"}}}}, "edges": [
        {{"from": "bot", "exit": "done", "to": "done"}},
        {{"from": "bot", "exit": "transfer", "to": "done"}},
        {{"from": "bot", "exit": "default", "to": "done"}}]}}"#
    )
}

/// Writes into the database below `folder`; the server must not run.
///
/// # Errors
/// Python is not there, or the database is another one than expected.
pub(super) fn write(folder: &Path, statement: &str) -> io::Result<()> {
    let status = Command::new("python3")
        .args(["-c", PROGRAM])
        .arg(folder.join("trunkline.db"))
        .arg(statement)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| io::Error::new(error.kind(), format!("python3: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("the demo enterprise cannot be prepared"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_demo_has_already_is_not_prepared() {
        assert_eq!(statement(Form::Plain, 1), None);
        assert_eq!(statement(Form::Secured, 1), None);
    }

    #[test]
    fn a_flow_leads_to_the_bot_and_can_stand_between_quotes() {
        let statement = statement(Form::Bot, 4_711).unwrap();
        assert!(statement.contains("ws://127.0.0.1:4711/"));
        assert_eq!(statement.matches('\'').count(), 4);
    }
}
