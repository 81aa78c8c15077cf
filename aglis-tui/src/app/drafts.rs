//! Replies and notes that were begun and not sent. They outlive the console: a file only its owner can read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aglis_core::tickets::Visibility;
use aglis_core::types::TicketId;

/// Every draft, by server, ticket and kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafts {
    file: Option<PathBuf>,
    server: String,
    texts: BTreeMap<String, String>,
}

impl Drafts {
    /// The drafts in a file; none when it cannot be read.
    #[must_use]
    pub fn open(file: Option<PathBuf>, server: &str) -> Self {
        let texts = file
            .as_ref()
            .and_then(|file| std::fs::read(file).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self { file, server: server.to_owned(), texts }
    }

    fn key(&self, id: TicketId, visibility: Visibility) -> String {
        format!("{} {id} {visibility}", self.server)
    }

    /// The draft for a ticket.
    #[must_use]
    pub fn get(&self, id: TicketId, visibility: Visibility) -> &str {
        self.texts.get(&self.key(id, visibility)).map_or("", String::as_str)
    }

    /// Keeps a draft, or forgets it when it is empty. Says whether anything changed.
    pub fn put(&mut self, id: TicketId, visibility: Visibility, text: &str) -> bool {
        let key = self.key(id, visibility);
        if text.trim().is_empty() {
            self.texts.remove(&key).is_some()
        } else if self.texts.get(&key).is_none_or(|old| old != text) {
            self.texts.insert(key, text.to_owned());
            true
        } else {
            false
        }
    }

    /// Writes the file: whole or not at all, readable by its owner only.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn save(&self) -> std::io::Result<()> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let Some(file) = &self.file else { return Ok(()) };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let new = file.with_extension("new");
        let mut out =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        out.write_all(&serde_json::to_vec(&self.texts)?)?;
        out.sync_all()?;
        std::fs::rename(new, file)
    }
}
