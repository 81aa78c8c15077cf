//! The catalogues are compiled in; a new or changed one must reach the program.

fn main() {
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=build.rs");
}
