//! `cargo xtask generate`: the committed files that the programs themselves write.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};

use crate::report::say;
use crate::test::build;
use crate::workspace;

/// Programs that write their manual pages into a folder.
const PROGRAMS: &[&str] = &["aglisctl", "aglisd", "aglis-tui"];
const MAN: &str = "man";
const OPENAPI: &str = "aglisd/openapi.json";

/// Contents by path within the workspace.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Writes the generated files, or only names those that differ.
pub fn run(check: bool, built: bool) -> anyhow::Result<ExitCode> {
    if !built {
        build()?;
    }
    let fresh = generate()?;
    let committed = committed(&workspace::root())?;
    let stale: Vec<&PathBuf> = differing(&fresh, &committed);
    for path in &stale {
        say(match (check, fresh.contains_key(*path)) {
            (true, true) => format!("{} is not what the programs write", path.display()),
            (true, false) => format!("{} is written by no program any more", path.display()),
            (false, true) => format!("wrote {}", path.display()),
            (false, false) => format!("removed {}", path.display()),
        });
    }
    if !check {
        write(&stale, &fresh)?;
        say(format!("{} generated files are up to date", fresh.len()));
        return Ok(ExitCode::SUCCESS);
    }
    if stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say("run: cargo xtask generate");
    Ok(ExitCode::FAILURE)
}

fn generate() -> anyhow::Result<Files> {
    let bin = workspace::bin_dir()?;
    let pages = tempfile::tempdir()?;
    for program in PROGRAMS {
        output(Command::new(bin.join(program)).args(["man", "--dir"]).arg(pages.path()))?;
    }
    let mut files = Files::new();
    for page in list(pages.path())? {
        files.insert(Path::new(MAN).join(&page), fs::read(pages.path().join(&page))?);
    }
    files.insert(OPENAPI.into(), output(Command::new(bin.join("aglisd")).arg("openapi"))?);
    Ok(files)
}

fn committed(root: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    for page in list(&root.join(MAN)).unwrap_or_default() {
        let path = Path::new(MAN).join(page);
        files.insert(path.clone(), fs::read(root.join(&path))?);
    }
    if let Ok(document) = fs::read(root.join(OPENAPI)) {
        files.insert(OPENAPI.into(), document);
    }
    Ok(files)
}

fn differing<'a>(fresh: &'a Files, committed: &'a Files) -> Vec<&'a PathBuf> {
    let mut paths: Vec<&PathBuf> = fresh.keys().chain(committed.keys()).collect();
    paths.sort();
    paths.dedup();
    paths.retain(|p| fresh.get(*p) != committed.get(*p));
    paths
}

fn write(stale: &[&PathBuf], fresh: &Files) -> anyhow::Result<()> {
    let root = workspace::root();
    fs::create_dir_all(root.join(MAN))?;
    for path in stale {
        let place = root.join(path);
        match fresh.get(*path) {
            Some(content) => fs::write(&place, content),
            None => fs::remove_file(&place),
        }
        .with_context(|| format!("{} cannot be written", place.display()))?;
    }
    Ok(())
}

fn list(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut names = entries.map(|e| Ok(e?.file_name().into())).collect::<anyhow::Result<Vec<PathBuf>>>()?;
    names.sort();
    Ok(names)
}

/// What a program prints, in an environment that says nothing about this machine.
fn output(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AGLIS_") {
            command.env_remove(&name);
        }
    }
    let out = command.env("LANG", "C.UTF-8").env("COLUMNS", "100").output();
    let out = out.with_context(|| format!("{} cannot be run", command.get_program().display()))?;
    if !out.status.success() {
        bail!("{command:?} failed:\n{}", String::from_utf8_lossy(&out.stderr));
    }
    Ok(out.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_new_and_orphaned_files_differ() {
        let files = |list: &[(&str, &str)]| -> Files {
            list.iter().map(|(p, c)| (PathBuf::from(p), c.as_bytes().to_vec())).collect()
        };
        let fresh = files(&[("man/a.1", "a"), ("man/b.1", "b"), ("man/new.1", "n")]);
        let committed = files(&[("man/a.1", "a"), ("man/b.1", "B"), ("man/orphan.1", "o")]);
        assert_eq!(
            differing(&fresh, &committed),
            [Path::new("man/b.1"), Path::new("man/new.1"), Path::new("man/orphan.1")]
        );
    }
}
