//! What WhatsApp shows as bold, italic and struck through, where it would stand there as it is written: in mails.

const MARKS: [char; 3] = ['*', '_', '~'];

/// A text without its paired `*`, `_` and `~`, as WhatsApp pairs them: within a line, around something that neither
/// begins nor ends with a blank, and not inside a word, a number or an address on the web.
#[must_use]
pub fn without(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn line(text: &str) -> String {
    if !text.contains(MARKS) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut mark = marks(&chars);
    let mut shown = vec![true; chars.len()];
    for begin in 0..chars.len() {
        if !mark[begin] || !opens(&chars, begin) {
            continue;
        }
        let ends = |end: &usize| mark[*end] && chars[*end] == chars[begin] && closes(&chars, *end);
        if let Some(end) = (begin + 2..chars.len()).find(ends) {
            for at in [begin, end] {
                (mark[at], shown[at]) = (false, false);
            }
        }
    }
    chars.into_iter().zip(shown).filter_map(|(c, shown)| shown.then_some(c)).collect()
}

/// Which characters may be marks: those of web addresses are not.
fn marks(chars: &[char]) -> Vec<bool> {
    let mut marks = Vec::with_capacity(chars.len());
    for word in chars.split_inclusive(|c| c.is_whitespace()) {
        let address = word.windows(3).any(|three| three == [':', '/', '/']);
        marks.extend(word.iter().map(|c| !address && MARKS.contains(c)));
    }
    marks
}

/// Whether a mark stands before something and not inside a word; other marks may stand between.
fn opens(chars: &[char], at: usize) -> bool {
    let before = chars[..at].iter().rfind(|c| !MARKS.contains(c));
    let after = chars.get(at + 1);
    before.is_none_or(|c| c.is_whitespace() || "([{\"'“‘¿¡:;,.!?…–—".contains(*c))
        && after.is_some_and(|c| !c.is_whitespace() && *c != chars[at])
}

/// Whether a mark stands behind something and not inside a word; other marks may stand between.
fn closes(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| chars[before]);
    let after = chars[at + 1..].iter().find(|c| !MARKS.contains(c));
    before.is_some_and(|c| !c.is_whitespace() && c != chars[at])
        && after.is_none_or(|c| c.is_whitespace() || ")]}\"'”’:;,.!?…–—".contains(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_around_words_go_and_the_words_stay() {
        for (text, bare) in [
            ("Ticket *TKT20261121001* is now: _open_.", "Ticket TKT20261121001 is now: open."),
            ("*Ticket number:* TKT1", "Ticket number: TKT1"),
            ("~lama~ *_baru_* (*segera*), \"_ya_\"!", "lama baru (segera), \"ya\"!"),
            ("*a* dan *b*", "a dan b"),
            ("*satu*\n*dua*\n", "satu\ndua\n"),
            ("*lihat https://isp.test/t/_a_ dulu*", "lihat https://isp.test/t/_a_ dulu"),
            ("*é*", "é"),
        ] {
            assert_eq!(without(text), bare, "{text}");
        }
    }

    #[test]
    fn what_is_no_pair_stays_as_it_is() {
        for text in [
            "",
            "2*3*4 = 24",
            "2 * 3 * 4",
            "budi_santoso_karawang",
            "a_b_c@isp.test",
            "*sebuah daftar",
            "* satu\n* dua",
            "* tidak tebal *",
            "*baris\nlain*",
            "https://isp.test/r/x-_abc_-*y*",
            "5* dan *6",
            "** __ ~~",
            "~10 menit",
            "ODP_*KRW*_01",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
