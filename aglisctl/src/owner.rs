//! Whose files are made. Root who works on the daemon's data without the daemon works as its owner, so that the daemon
//! can read afterwards what was made.

use crate::failure::{Failure, Result};
use aglis_core::client::Exit;
use nix::unistd::{Gid, Uid, User, geteuid, initgroups, setgid, setgroups, setuid};
use std::{os::unix::fs::MetadataExt, path::Path};

/// A user and a group, by number.
type Owner = (u32, u32);

/// As whom to work: root on somebody else's folder as its owner; everybody else as themselves.
fn acts_as(user: u32, folder: Option<Owner>) -> Option<Owner> {
    folder.filter(|(owner, _)| user == 0 && *owner != 0)
}

/// Gives up being root for the rest of the run if the data folder belongs to somebody else.
pub fn become_owner_of(folder: &Path) -> Result<()> {
    let owner = std::fs::metadata(folder).ok().map(|meta| (meta.uid(), meta.gid()));
    let Some((uid, gid)) = acts_as(geteuid().as_raw(), owner) else { return Ok(()) };
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    let name = User::from_uid(uid).ok().flatten().and_then(|user| std::ffi::CString::new(user.name).ok());
    let groups = name.map_or_else(|| setgroups(&[gid]), |name| initgroups(&name, gid));
    groups.and_then(|()| setgid(gid)).and_then(|()| setuid(uid)).map_err(|error| {
        let message =
            format!("{} belongs to user {uid}, as whom root cannot work: {error}", folder.display());
        Failure::new(Exit::NotAllowed, "owner", message)
            .hint(format!("run it as that user: runuser -u '#{uid}' -- aglisctl …"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_on_a_folder_of_somebody_else_works_as_another() {
        let aglis = Some((998, 997));
        assert_eq!(acts_as(0, aglis), aglis);
        assert_eq!(acts_as(0, Some((0, 0))), None, "root's own folder");
        assert_eq!(acts_as(0, None), None, "no folder yet");
        assert_eq!(acts_as(1000, aglis), None, "others may not");
        assert_eq!(acts_as(998, aglis), None, "the owner is the owner");
    }
}
