//! File names from outside, made fit for headers and folders.

const NAME_CHARACTERS: usize = 100;

/// A file name that is one path component, printable, short and keeps its extension only if it is
/// the one given: `../../x.php` with `jpg` becomes `x.jpg`.
pub fn safe_name(name: &str, extension: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = match last.rsplit_once('.') {
        Some((stem, _)) => stem,
        None => last,
    };
    let clean: String = stem
        .chars()
        .map(|c| match c {
            c if c.is_control() || is_direction_mark(c) => '_',
            '"' | '\'' | '<' | '>' | ':' | '|' | '?' | '*' | '%' | ';' => '_',
            c => c,
        })
        .take(NAME_CHARACTERS)
        .collect();
    let clean = clean.trim_matches(['.', ' ', '_']);
    let clean = if clean.is_empty() { "file" } else { clean };
    format!("{clean}.{extension}")
}

/// Marks that turn the reading direction around make `gpj.exe` look like `exe.jpg`.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// The value of a `Content-Disposition: attachment` header (RFC 6266): an ASCII name for old
/// programs and the full one in UTF-8.
pub fn content_disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_paths_tricks_and_false_extensions() {
        for (given, safe) in [
            ("foto rumah.JPG", "foto rumah.jpg"),
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\Users\\budi\\modem.png", "modem.jpg"),
            ("evil.php.jpg", "evil.php.jpg"),
            ("x\r\nSet-Cookie: a=b.jpg", "x__Set-Cookie_ a=b.jpg"),
            ("\u{202e}gpj.exe", "gpj.jpg"),
            ("", "file.jpg"),
            ("...", "file.jpg"),
            (".htaccess", "file.jpg"),
            ("モデム.jpg", "モデム.jpg"),
        ] {
            assert_eq!(safe_name(given, "jpg"), safe, "{given:?}");
        }
        assert!(safe_name(&"a".repeat(5000), "jpg").len() < 110);
    }

    #[test]
    fn the_header_cannot_be_broken_out_of() {
        assert_eq!(
            content_disposition("modem \"baru\" é.jpg"),
            "attachment; filename=\"modem _baru_ _.jpg\"; filename*=UTF-8''modem%20%22baru%22%20%C3%A9.jpg"
        );
        assert!(!content_disposition("a\r\nb").contains(['\r', '\n']));
    }
}
