//! What the terminal can show, read from the environment.

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None at all, as asked by `NO_COLOR` or told by `TERM=dumb`.
    None,
    /// The sixteen of ANSI.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    True,
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Colours.
    pub depth: Depth,
    /// Whether glyphs beyond ASCII arrive as meant.
    pub unicode: bool,
    /// Whether bold, dim and reverse are understood. A dumb terminal gets none.
    pub attributes: bool,
    /// Whether it is worth asking questions (background colour) of this terminal.
    pub answers: bool,
}

impl Caps {
    /// Reads `NO_COLOR`, `TERM`, `COLORTERM`, `LC_ALL`, `LC_CTYPE` and `LANG`.
    #[must_use]
    pub fn from_env(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let dumb = term.is_empty() || term == "dumb";
        let depth = if set("NO_COLOR").is_some() || dumb {
            Depth::None
        } else if set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit")
            || term.contains("direct")
        {
            Depth::True
        } else if term.contains("256color") {
            Depth::Indexed
        } else if term.starts_with("vt1") || term.starts_with("vt2") || term.contains("mono") {
            Depth::None
        } else {
            Depth::Ansi
        };
        let charset = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default();
        let charset = charset.to_ascii_lowercase();
        let unicode = !dumb && (charset.contains("utf-8") || charset.contains("utf8"));
        Self { depth, unicode, attributes: !dumb, answers: !dumb && term != "linux" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(pairs: &[(&str, &str)]) -> Caps {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        Caps::from_env(&move |name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    }

    #[test]
    fn the_environment_is_believed() {
        let depth = |pairs: &[(&str, &str)]| caps(pairs).depth;
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "screen-256color")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "linux")]), Depth::Ansi);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "dumb")]), Depth::None);
        assert!(caps(&[("TERM", "xterm"), ("LANG", "id_ID.UTF-8")]).unicode);
        assert!(!caps(&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "id_ID.UTF-8")]).unicode);
        assert!(!caps(&[("TERM", "dumb"), ("LANG", "id_ID.UTF-8")]).attributes);
    }
}
