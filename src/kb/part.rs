//! A value that is decoded when somebody looks at it. Most runs look at a handful of companies and sources, and decoding
//! all of them would be most of the time `who` takes.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of the knowledge base, kept in its compact form until it is used. In TOML it reads as the value itself.
#[derive(Clone)]
pub struct Part<T> {
    /// Compact form; empty for a value that was made in memory.
    bytes: Box<[u8]>,
    /// Behind a pointer: the tables are full of parts that nobody looks at.
    value: OnceLock<Box<T>>,
}

impl<T> Part<T> {
    /// A part that is decoded already.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { bytes: Box::default(), value: OnceLock::from(Box::new(value)) }
    }
}

impl<T: DeserializeOwned> Deref for Part<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.value.get_or_init(|| match postcard::from_bytes(&self.bytes) {
            Ok(value) => Box::new(value),
            // `build.rs` decodes every part once and compares it with what it wrote.
            Err(error) => unreachable!("the build checked these bytes: {error}"),
        })
    }
}

impl<T: DeserializeOwned> DerefMut for Part<T> {
    fn deref_mut(&mut self) -> &mut T {
        let _ = &**self;
        match self.value.get_mut() {
            Some(value) => value,
            None => unreachable!("decoded in the line above"),
        }
    }
}

impl<T: DeserializeOwned> AsRef<T> for Part<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Part<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: DeserializeOwned + fmt::Debug> fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: DeserializeOwned + Serialize> Serialize for Part<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return (**self).serialize(serializer);
        }
        let bytes = postcard::to_stdvec(&**self).map_err(serde::ser::Error::custom)?;
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self::new);
        }
        let bytes = deserializer.deserialize_bytes(Bytes)?;
        Ok(Self { bytes, value: OnceLock::new() })
    }
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Box<[u8]>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the compact form of a part")
    }
    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_comes_back_and_is_decoded_on_use() {
        let part = Part::new("Thales S.A.".to_owned());
        let bytes = postcard::to_stdvec(&part).expect("a string");
        let back: Part<String> = postcard::from_bytes(&bytes).expect("what was written");
        assert!(back.value.get().is_none(), "nobody looked yet");
        assert_eq!(back, part);
        assert!(back.value.get().is_some());
    }

    #[test]
    fn a_part_can_be_changed() {
        let bytes = postcard::to_stdvec(&Part::new(1_u32)).expect("a number");
        let mut back: Part<u32> = postcard::from_bytes(&bytes).expect("what was written");
        *back += 1;
        assert_eq!(*back, 2);
    }
}
