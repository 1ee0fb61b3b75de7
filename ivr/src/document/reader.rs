//! Reads typed values from a [`Tree`] and knows the path of what it could not read.

use super::tree::Tree;
use crate::problem::hint;
use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer, Visitor, value};
use std::fmt;

/// What could not be read, and where below the value that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadError {
    pub(super) code: &'static str,
    /// Path segments, the innermost at the head.
    segments: Vec<Segment>,
    pub(super) message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Field(String),
    Index(usize),
}

impl ReadError {
    pub(super) fn new(code: &'static str, message: impl fmt::Display) -> Self {
        Self {
            code,
            segments: Vec::new(),
            message: message.to_string(),
        }
    }

    /// The whole path, below `root`.
    pub(super) fn path(&self, root: &str) -> String {
        let mut path = root.to_owned();
        for segment in self.segments.iter().rev() {
            match segment {
                Segment::Field(name) if path.is_empty() => path.push_str(name),
                Segment::Field(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Segment::Index(index) => {
                    path.push('[');
                    path.push_str(&index.to_string());
                    path.push(']');
                }
            }
        }
        path
    }

    /// The error, found in a field of the value that was asked for.
    pub(super) fn in_field(self, field: &str) -> Self {
        self.below(Segment::Field(field.to_owned()))
    }

    fn below(mut self, segment: Segment) -> Self {
        self.segments.push(segment);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new("bad_value", message)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let hint = hint(field, expected.iter().copied());
        let message = format!(
            "unknown field {field:?}{hint}{}",
            list(", expected one of: ", expected)
        );
        Self::new("unknown_field", message).below(Segment::Field(field.to_owned()))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let hint = hint(variant, expected.iter().copied());
        let message = format!(
            "unknown value {variant:?}{hint}{}",
            list(", expected one of: ", expected)
        );
        Self::new("unknown_value", message)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("missing_field", format_args!("field {field:?} is missing"))
    }
}

fn list(lead: &str, names: &[&str]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!("{lead}{}", names.join(", "))
    }
}

/// Reads a value.
pub(super) fn read<'de, T: Deserialize<'de>>(tree: &'de Tree) -> Result<T, ReadError> {
    T::deserialize(Reader(tree))
}

#[derive(Clone, Copy)]
struct Reader<'de>(&'de Tree);

impl<'de> de::Deserializer<'de> for Reader<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(value) => visitor.visit_bool(*value),
            Tree::Integer(value) => visitor.visit_i64(*value),
            Tree::Decimal(value) => visitor.visit_f64(*value),
            Tree::Text(value) => visitor.visit_borrowed_str(value),
            Tree::List(values) => visitor.visit_seq(Elements {
                rest: values,
                index: 0,
            }),
            Tree::Map(entries) => visitor.visit_map(Entries {
                rest: entries,
                value: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0 {
            Tree::Null => visitor.visit_none(),
            Tree::Bool(_)
            | Tree::Integer(_)
            | Tree::Decimal(_)
            | Tree::Text(_)
            | Tree::List(_)
            | Tree::Map(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self.0 {
            Tree::Text(variant) => visitor.visit_enum(variant.as_str().into_deserializer()),
            Tree::Map(entries) if entries.len() == 1 => visitor.visit_enum(Variant(&entries[0])),
            other @ (Tree::Null
            | Tree::Bool(_)
            | Tree::Integer(_)
            | Tree::Decimal(_)
            | Tree::List(_)
            | Tree::Map(_)) => Err(de::Error::invalid_type(other.unexpected(), &visitor)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Elements<'de> {
    rest: &'de [Tree],
    index: usize,
}

impl<'de> de::SeqAccess<'de> for Elements<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some((value, rest)) = self.rest.split_first() else {
            return Ok(None);
        };
        let index = self.index;
        self.rest = rest;
        self.index += 1;
        seed.deserialize(Reader(value))
            .map(Some)
            .map_err(|error| error.below(Segment::Index(index)))
    }
}

struct Entries<'de> {
    rest: &'de [(String, Tree)],
    value: Option<&'de (String, Tree)>,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        let Some((entry, rest)) = self.rest.split_first() else {
            return Ok(None);
        };
        self.rest = rest;
        self.value = Some(entry);
        seed.deserialize(value::BorrowedStrDeserializer::new(&entry.0))
            .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, ReadError> {
        let (key, tree) = self
            .value
            .take()
            .expect("serde asks for a value after its key");
        seed.deserialize(Reader(tree))
            .map_err(|error| error.below(Segment::Field(key.clone())))
    }
}

/// An enum variant with content: an object with one key.
struct Variant<'de>(&'de (String, Tree));

impl<'de> de::EnumAccess<'de> for Variant<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        let name = value::BorrowedStrDeserializer::new(&self.0.0);
        seed.deserialize(name).map(|variant| (variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        Err(ReadError::new(
            "bad_value",
            format_args!("{:?} stands alone, without a value", self.0.0),
        ))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(Reader(&self.0.1))
            .map_err(|error| error.below(Segment::Field(self.0.0.clone())))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_any(Reader(&self.0.1), visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        de::Deserializer::deserialize_any(Reader(&self.0.1), visitor)
    }
}
