//! Which Rust types can be read from which values.

use super::{Sqlite, SqliteTypeInfo, SqliteValueRef, Value};
use sqlx_core::{
    decode::Decode,
    error::{BoxDynError, UnexpectedNullError},
    types::{Json, Type},
};

fn unfit(value: &Value, wanted: &str) -> BoxDynError {
    match value {
        Value::Null => UnexpectedNullError.into(),
        other => format!("{:?} is not {wanted}", other.data_type()).into(),
    }
}

macro_rules! read {
    ($($ty:ty: $info:ident [$($also:ident),*], $wanted:literal, $($shape:pat => $made:expr),+;)+) => {$(
        impl Type<Sqlite> for $ty {
            fn type_info() -> SqliteTypeInfo {
                SqliteTypeInfo::$info
            }

            fn compatible(ty: &SqliteTypeInfo) -> bool {
                matches!(ty, SqliteTypeInfo::$info $(| SqliteTypeInfo::$also)*)
            }
        }

        impl<'r> Decode<'r, Sqlite> for $ty {
            fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
                match value.0 {
                    $($shape => Ok($made),)+
                    other => Err(unfit(other, $wanted)),
                }
            }
        }
    )+};
}

read! {
    i64: Integer [], "a whole number", Value::Integer(value) => *value;
    bool: Integer [], "yes or no", Value::Integer(value) => *value != 0;
    f64: Real [Integer], "a number", Value::Real(value) => *value, Value::Integer(value) => *value as f64;
    String: Text [], "text", Value::Text(value) => value.clone();
}

impl Type<Sqlite> for str {
    fn type_info() -> SqliteTypeInfo {
        SqliteTypeInfo::Text
    }
}

impl<'r> Decode<'r, Sqlite> for &'r str {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        match value.0 {
            Value::Text(text) => Ok(text),
            other => Err(unfit(other, "text")),
        }
    }
}

impl<T> Type<Sqlite> for Json<T> {
    fn type_info() -> SqliteTypeInfo {
        SqliteTypeInfo::Text
    }
}

impl<'r, T: serde::Deserialize<'r> + 'r> Decode<'r, Sqlite> for Json<T> {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        Json::decode_from_string(<&str as Decode<Sqlite>>::decode(value)?)
    }
}
