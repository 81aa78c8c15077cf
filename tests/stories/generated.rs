//! What the programs write and the repository keeps: manual pages and the OpenAPI document.

use aglis_tests::program;
use std::path::Path;
use std::process::{Command, Output};

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn generated_files_are_what_the_programs_write() {
    let checked = Command::new(program("xtask")).args(["generate", "--check", "--built"]).output().unwrap();
    assert!(checked.status.success(), "{}", text(&checked));
}

#[test]
fn manual_pages_are_well_formed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../man");
    let mut pages: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    pages.sort();
    assert!(!pages.is_empty(), "man/ is empty");
    let checked = Command::new("mandoc").args(["-Tlint", "-Wwarning"]).args(&pages).output();
    let checked = checked.expect("mandoc is there: run the tests with `cargo xtask test`");
    assert!(checked.status.success(), "{}", text(&checked));
}
