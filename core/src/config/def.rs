//! What a setting is, and the macro that makes the table and the structs at once.

use super::load::Resolver;

/// One setting, as the table defines it.
#[derive(Debug, Clone, Copy)]
pub struct Def {
    /// The section, empty for the top of the file.
    pub section: &'static str,
    /// The key within its section.
    pub key: &'static str,
    /// The type in words.
    pub kind: &'static str,
    /// The default as a bare text; empty for none. `{data}` and `{listen}` stand for those settings.
    pub default: &'static str,
    /// The flag of `aglisd serve` that sets it, if any.
    pub flag: Option<&'static str>,
    /// Whether it is, or holds, a secret.
    pub secret: bool,
    /// Least and greatest value: numbers, seconds, bytes or characters, as the type has it.
    pub limits: Option<(i64, i64)>,
    /// What it means, one text per source line.
    pub doc: &'static [&'static str],
}

impl Def {
    /// `section.key`, or the key alone at the top of the file.
    pub fn name(&self) -> String {
        if self.section.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.section, self.key) }
    }

    /// The variable that sets it, such as `AGLIS_DATABASE_URL`.
    pub fn env(&self) -> String {
        format!("AGLIS_{}", self.name().replace('.', "_").to_uppercase())
    }

    /// The meaning as one line.
    pub fn doc_line(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }

    /// The default as people read it: `DATA` for the data folder.
    pub fn default_shown(&self) -> String {
        self.default.replace("{data}", "DATA").replace("{listen}", "LISTEN").replace("{folder}", "")
    }
}

/// A group of settings.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// The name in brackets, empty for the top of the file.
    pub name: &'static str,
    /// What it is about, one text per source line.
    pub doc: &'static [&'static str],
}

impl Section {
    /// The meaning as one line.
    pub fn doc_line(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// Reads a group of settings; `None` when one of them was refused (the resolver knows which).
pub(super) trait Read: Sized {
    fn read(resolver: &mut Resolver<'_>) -> Option<Self>;
}

macro_rules! settings {
    ($(
        $(#[doc = $section_doc:literal])*
        $field:ident $section:literal $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $key:ident: $ty:ty = $default:literal $(, flag $flag:literal)? $(, from $least:literal to $most:literal)?;
            )*
        }
    )*) => {
        $(
            $(#[doc = $section_doc])*
            #[derive(Debug, Clone)]
            pub struct $name {
                $( $(#[doc = $doc])* pub $key: $ty, )*
            }

            impl super::def::Read for $name {
                fn read(resolver: &mut super::load::Resolver<'_>) -> Option<Self> {
                    $( let $key = resolver.take::<$ty>($section, stringify!($key)); )*
                    Some($name { $( $key: $key?, )* })
                }
            }
        )*

        /// Everything that can be set, read and checked.
        #[derive(Debug, Clone)]
        pub struct Config {
            $( $(#[doc = $section_doc])* pub $field: $name, )*
        }

        impl super::def::Read for Config {
            fn read(resolver: &mut super::load::Resolver<'_>) -> Option<Self> {
                $( let $field = <$name as super::def::Read>::read(resolver); )*
                Some(Config { $( $field: $field?, )* })
            }
        }

        /// The sections in the order of the manual.
        pub static SECTIONS: &[super::def::Section] = &[
            $( super::def::Section { name: $section, doc: &[$($section_doc),*] }, )*
        ];

        /// Every setting in the order of the manual.
        pub static SETTINGS: &[super::def::Def] = &[$($(
            super::def::Def {
                section: $section,
                key: stringify!($key),
                kind: <$ty as super::value::Setting>::KIND,
                default: $default,
                flag: settings!(@flag $($flag)?),
                secret: <$ty as super::value::Setting>::SECRET,
                limits: settings!(@limits $($least $most)?),
                doc: &[$($doc),*],
            },
        )*)*];
    };
    (@flag) => { None };
    (@flag $flag:literal) => { Some($flag) };
    (@limits) => { None };
    (@limits $least:literal $most:literal) => { Some(($least, $most)) };
}
pub(super) use settings;
