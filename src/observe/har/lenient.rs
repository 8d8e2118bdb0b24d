//! JSON read leniently. Exporters disagree on types, leave fields out and repeat them: what has another type than expected
//! counts as absent, what is repeated counts as written last, what is not known is passed over without being kept in
//! memory.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Longest name of a cookie and id of a page that is kept, in characters.
pub(super) const MAX_NAME: usize = 100;

/// Most headers or cookies of one request that are looked at.
pub(super) const MAX_PAIRS: usize = 1000;

/// An object read field by field.
pub(super) trait Fields: Default {
    /// Takes the value of one field, or leaves it to the caller by returning `false`.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// What takes pairs of name and value.
pub(super) trait Pairs: Default {
    fn pair(&mut self, name: &str, value: &str);
}

/// Reads any value: what is of another type than wanted leaves the default.
trait Want: Default {
    fn text(&mut self, _text: &str) {}
    fn number(&mut self, _number: f64) {}
    fn truth(&mut self, _truth: bool) {}
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: Want> Visitor<'de> for AnyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_bool<E: Error>(self, truth: bool) -> Result<T, E> {
        Ok(made(|want: &mut T| want.truth(truth)))
    }
    #[allow(clippy::cast_precision_loss, reason = "sizes and status codes are far below 2^53")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_f64(number as f64)
    }
    #[allow(clippy::cast_precision_loss, reason = "sizes and status codes are far below 2^53")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_f64(number as f64)
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Ok(made(|want: &mut T| want.number(number)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(made(|want: &mut T| want.text(text)))
    }
    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let mut want = T::default();
        want.object(map)?;
        Ok(want)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let mut want = T::default();
        want.list(list)?;
        Ok(want)
    }
}

fn made<T: Default>(change: impl FnOnce(&mut T)) -> T {
    let mut value = T::default();
    change(&mut value);
    value
}

macro_rules! read_as_any {
    ($($name:ty $(where $of:ident: $bound:ident)?),* $(,)?) => {$(
        impl<'de $(, $of: $bound)?> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                d.deserialize_any(AnyVisitor(PhantomData))
            }
        }
    )*};
}

/// A text; numbers and `true` count as written.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) String);

/// A number, also one written as a text.
#[derive(Debug, Default)]
struct Number(Option<f64>);

/// Whether an object stands there.
#[derive(Debug, Default)]
pub(super) struct IsObject(pub(super) bool);

/// An object.
#[derive(Debug, Default)]
pub(super) struct Object<T>(pub(super) T);

/// The first object of a list.
#[derive(Debug, Default)]
pub(super) struct First<T>(pub(super) T);

/// A list of objects with `name` and `value`, or one object that has the names as its keys.
#[derive(Debug, Default)]
struct PairList<T>(T);

read_as_any!(Text, Number, IsObject, Object<T> where T: Fields, First<T> where T: Fields, PairList<T> where T: Pairs);

impl Want for Text {
    fn text(&mut self, text: &str) {
        text.clone_into(&mut self.0);
    }
    fn number(&mut self, number: f64) {
        self.0 = number.to_string();
    }
    fn truth(&mut self, truth: bool) {
        self.0 = if truth { "true".to_owned() } else { String::new() };
    }
}

impl Want for Number {
    fn text(&mut self, text: &str) {
        self.0 = text.trim().parse().ok();
    }
    fn number(&mut self, number: f64) {
        self.0 = Some(number);
    }
}

impl Want for IsObject {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        self.0 = true;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

impl<T: Fields> Want for Object<T> {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if !self.0.take(&key, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<T: Fields> Want for First<T> {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        if let Some(Object(first)) = list.next_element()? {
            self.0 = first;
            while list.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }
}

impl<T: Pairs> Want for PairList<T> {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        for _ in 0..MAX_PAIRS {
            let Some(Object(pair)) = list.next_element::<Object<Pair>>()? else { return Ok(()) };
            self.0.pair(&pair.name, &pair.value);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        for _ in 0..MAX_PAIRS {
            let Some((name, Text(value))) = map.next_entry::<String, Text>()? else { return Ok(()) };
            self.0.pair(&name, &value);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

pub(super) fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    map.next_value::<Text>().map(|Text(text)| text)
}

pub(super) fn name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    text(map).map(|text| text.chars().take(MAX_NAME).collect())
}

pub(super) fn whole<'de, A: MapAccess<'de>>(map: &mut A) -> Result<u64, A::Error> {
    let Number(number) = map.next_value()?;
    let number = number.filter(|number| *number >= 0.0 && *number < 9e15).unwrap_or_default();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was just checked")]
    let number = number as u64;
    Ok(number)
}

pub(super) fn object<'de, T: Fields, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<Object<T>>().map(|Object(value)| value)
}

pub(super) fn pairs<'de, T: Pairs, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<PairList<T>>().map(|PairList(value)| value)
}

#[derive(Debug, Default)]
struct Pair {
    name: String,
    value: String,
}

impl Fields for Pair {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "name" => self.name = text(map)?,
            "value" => self.value = text(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}
