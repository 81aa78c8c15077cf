//! The lines of checklists in both languages, out of the catalogues that every program shares.

use super::Lang;

const EN: &str = include_str!("../../../core/locales/en/checklist.ftl");
const ID: &str = include_str!("../../../core/locales/id/checklist.ftl");

impl Lang {
    /// The words of a checklist's line; a line that a newer daemon has and we do not know keeps its code.
    #[must_use]
    pub fn checklist(self, code: &str) -> &str {
        let catalogue = match self {
            Self::En => EN,
            Self::Id => ID,
        };
        let words = |line: &'static str| {
            let (name, words) = line.strip_prefix("checklist-")?.split_once('=')?;
            (name.trim() == code).then(|| words.trim())
        };
        catalogue.lines().find_map(words).unwrap_or(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aglis_core::tickets::{ServiceType, checklist};

    #[test]
    fn every_line_has_words_in_both_languages() {
        for (code, _) in ServiceType::ALL.iter().flat_map(|kind| checklist::template(*kind)) {
            for lang in [Lang::En, Lang::Id] {
                assert_ne!(lang.checklist(code), *code, "{lang:?}");
            }
        }
        assert_eq!(Lang::Id.checklist("measure-attenuation"), "Ukur redaman");
        assert_eq!(Lang::En.checklist("of-tomorrow"), "of-tomorrow");
    }
}
