//! Fields of a change where `null` says something other than leaving the field out.

use serde::{Deserialize, Deserializer};

/// Reads a field that was given: `null` takes the value away. With serde's `default`, an absent field is `None` and
/// leaves the value as it is.
///
/// # Errors
/// What the value's own reading refuses.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Default, Deserialize, serde::Serialize)]
    #[serde(default)]
    struct Change {
        #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
        at: Option<Option<i64>>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things_there_and_back() {
        for (text, at) in [("{}", None), (r#"{"at":null}"#, Some(None)), (r#"{"at":7}"#, Some(Some(7)))] {
            assert_eq!(serde_json::from_str::<Change>(text).unwrap(), Change { at });
            assert_eq!(serde_json::to_string(&Change { at }).unwrap(), text);
        }
        assert!(serde_json::from_str::<Change>(r#"{"at":"x"}"#).is_err());
    }
}
