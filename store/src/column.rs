//! How model types lie in columns: closed sets and ids as their serde text, instants as milliseconds.

use model::Timestamp;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as TextError, StrDeserializer};
use serde::{Deserialize, Serialize};
use sqlx::database::Database;
use sqlx::error::BoxDynError;
use sqlx::{Decode, Type};
use std::fmt;

/// The text of an id, number or plain enum, as serde writes it.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    Shown(value).to_string()
}

struct Shown<'a, T>(&'a T);

impl<T: Serialize> fmt::Display for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

/// A TEXT column read back into the type that [`word`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

impl<T, DB: Database> Type<DB> for Word<T>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(info: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(info)
    }
}

impl<'r, T: Deserialize<'r>, DB: Database> Decode<'r, DB> for Word<T>
where
    &'r str: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let text = <&str as Decode<'r, DB>>::decode(value)?;
        let reader: StrDeserializer<'_, TextError> = text.into_deserializer();
        Ok(Self(T::deserialize(reader)?))
    }
}

/// A BIGINT column that holds an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At(pub(crate) Timestamp);

impl<DB: Database> Type<DB> for At
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <i64 as Type<DB>>::type_info()
    }

    fn compatible(info: &DB::TypeInfo) -> bool {
        <i64 as Type<DB>>::compatible(info)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for At
where
    i64: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        <i64 as Decode<'r, DB>>::decode(value)
            .map(Timestamp::from_millis)
            .map(Self)
    }
}

/// The lower-case hexadecimal text of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// The bytes that [`hex`] wrote, if the text is such a text of the right length.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AnswerMode, CallId};

    #[test]
    fn ids_and_enums_lie_in_columns_as_the_api_shows_them() {
        let id = CallId::new(Timestamp::from_millis(7), [3; 10]);

        assert_eq!(word(&AnswerMode::Softphone), "softphone");
        assert_eq!(word(&id), id.to_string());
    }

    #[test]
    fn hexadecimal_survives_the_way_and_refuses_other_texts() {
        assert_eq!(from_hex(&hex(&[0, 255, 16])), Some([0, 255, 16]));
        assert_eq!(from_hex::<1>("zz"), None);
        assert_eq!(from_hex::<1>("000"), None);
    }
}
