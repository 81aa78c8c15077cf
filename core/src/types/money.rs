use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in whole rupiah. There are no fractions of a rupiah anywhere in the product.
///
/// ```
/// use aglis_core::types::Rupiah;
/// assert_eq!(Rupiah(199_900).to_string(), "Rp\u{a0}199.900");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Rupiah(pub i64);

#[cfg(feature = "server")]
crate::sql_integer!(Rupiah);

impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3 + 5);
        if self.0 < 0 {
            text.push('-');
        }
        text.push_str("Rp\u{a0}");
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push('.');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::Rupiah;

    #[test]
    fn groups_by_three_with_dots() {
        for (amount, shown) in [
            (0, "Rp\u{a0}0"),
            (999, "Rp\u{a0}999"),
            (1000, "Rp\u{a0}1.000"),
            (-149_900, "-Rp\u{a0}149.900"),
            (i64::MIN, "-Rp\u{a0}9.223.372.036.854.775.808"),
        ] {
            assert_eq!(Rupiah(amount).to_string(), shown);
        }
    }
}
