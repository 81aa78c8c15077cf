crate::text_enum! {
    /// A language of the product.
    #[derive(Default)]
    pub enum Locale, "language" {
        /// Indonesian, the first language.
        #[default]
        Id = "id",
        /// English.
        En = "en",
    }
}

impl Locale {
    /// The language of the list in an `Accept-Language` header that we speak and the reader likes best;
    /// `otherwise` when there is none.
    pub fn negotiate(header: &str, otherwise: Locale) -> Locale {
        Self::best(header, Some(otherwise)).unwrap_or(otherwise)
    }

    /// The same for a reader who may want none in particular.
    pub fn wanted(header: &str) -> Option<Locale> {
        Self::best(header, None)
    }

    fn best(header: &str, any: Option<Locale>) -> Option<Locale> {
        let mut best: Option<(f32, Locale)> = None;
        for choice in header.split(',').take(20) {
            let mut parts = choice.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight =
                parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse).unwrap_or(0.0);
            let locale = match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                // `in` is what old Java phones still call Indonesian.
                "id" | "in" => Locale::Id,
                "en" => Locale::En,
                "*" => match any {
                    Some(locale) => locale,
                    None => continue,
                },
                _ => continue,
            };
            if weight > best.map_or(0.0, |(weight, _)| weight) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }
}

#[cfg(test)]
mod tests {
    use super::Locale::{self, *};

    #[test]
    fn picks_what_the_reader_likes_best_among_what_we_speak() {
        for (header, expected) in [
            ("", Id),
            ("en", En),
            ("en-GB,en;q=0.9", En),
            ("id-ID,id;q=0.9,en-US;q=0.8", Id),
            ("fr, en;q=0.4, id;q=0.5", Id),
            ("in", Id),
            ("fr-FR,*;q=0.1", Id),
            ("en;q=0", Id),
            ("en;q=abc", Id),
            (";;,,;q=1", Id),
        ] {
            assert_eq!(Locale::negotiate(header, Id), expected, "{header}");
        }
        assert_eq!(Locale::negotiate("fr", En), En);
        assert_eq!(["id;q=0.5", "fr, *", ""].map(Locale::wanted), [Some(Id), None, None]);
    }
}
