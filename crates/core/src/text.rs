//! What the text forms of all domain types have in common.
//!
//! Every domain type has exactly one canonical text. It is what `Display` prints, what `parse` reads and what serde carries, so a
//! JSON number never becomes an amount and two spellings never become one value behind anybody's back (catalogue rows 28 to 35).

/// Why text is not a canonical decimal; every type maps this to its own reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDecimal {
    Empty,
    Digit,
    LeadingZero,
}

/// Checks the grammar `0|[1-9][0-9]*` that the wire gives to every whole number written as text (catalogue rows 28 and 31).
///
/// A wrong character is reported before a leading zero, so that `0x10` is no decimal rather than a badly written one.
pub(crate) const fn require_decimal(text: &str) -> Result<(), NotDecimal> {
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        if !byte.is_ascii_digit() {
            return Err(NotDecimal::Digit);
        }
        rest = tail;
    }
    match text.as_bytes() {
        [] => Err(NotDecimal::Empty),
        [b'0', _, ..] => Err(NotDecimal::LeadingZero),
        _ => Ok(()),
    }
}

/// Gives a type that has `parse` and `Display` the traits that follow from its canonical text.
///
/// `Debug` prints the same text inside the name of the type: a derived one would show limbs or byte lists, which nobody can compare
/// with a block explorer.
macro_rules! canonical_text {
    ($Name:ident, $Error:ty, $expecting:literal) => {
        impl core::str::FromStr for $Name {
            type Err = $Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl core::fmt::Debug for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($Name), "({})"), self)
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;

                impl serde::de::Visitor<'_> for Text {
                    type Value = $Name;

                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                        $Name::parse(text).map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Text)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decimal_grammar() {
        for text in ["0", "1", "10", "9", "340282366920938463463374607431768211456"] {
            assert_eq!(require_decimal(text), Ok(()), "{text}");
        }
        assert_eq!(require_decimal(""), Err(NotDecimal::Empty));
        for text in ["00", "01", "0000"] {
            assert_eq!(require_decimal(text), Err(NotDecimal::LeadingZero), "{text}");
        }
        for text in ["0x1", "0b1", "-1", "+1", " 1", "1 ", "1.0", "1e4", "1_0", "1,0", "\u{ff11}", "1\0", "\u{661}"] {
            assert_eq!(require_decimal(text), Err(NotDecimal::Digit), "{text}");
        }
    }
}
