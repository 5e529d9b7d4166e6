//! One way to write a closed set of reasons, and the texts of one.

/// The text that belongs to a member of a set, of one for each, in the order in which the set is declared.
///
/// A `match` becomes a table of where each text is and how long. In what is downloaded, such tables take half as much as the texts, so
/// there the texts stand in one, a line each, and are counted off.
macro_rules! text_of {
    ($member:expr; $( $Variant:ident => $text:expr, )+) => {{
        #[cfg(not(target_family = "wasm"))]
        {
            const { assert!(crate::macros::are_lines(&[ $( $text, )+ ])) };
            match $member { $( Self::$Variant => $text, )+ }
        }
        #[cfg(target_family = "wasm")]
        {
            crate::macros::line(concat!($( $text, "\n", )+), $member as usize)
        }
    }};
}

/// Declares a closed, `Copy` error set.
///
/// Each variant carries a stable snake-case name, which is what a vector's `reason` says, and a message for people. `ALL` lets
/// a test prove that every name is produced by some vector or test.
macro_rules! reasons {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident {
            $( $(#[$vmeta:meta])* $Variant:ident = $name:literal, $message:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vmeta])* $Variant, )+
        }

        impl $Name {
            /// Every member of the set.
            pub const ALL: &'static [Self] = &[ $( Self::$Variant, )+ ];

            /// The stable name of this reason, as the vectors write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                text_of!(self; $( $Variant => $name, )+)
            }
        }

        impl core::fmt::Display for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(text_of!(*self; $( $Variant => $message, )+))
            }
        }

        impl core::error::Error for $Name {}
    };
}

/// One of several lines, of which the last ends too; nothing where there are fewer.
#[cfg(any(test, target_family = "wasm"))]
#[inline(never)]
pub(crate) const fn line(lines: &'static str, index: usize) -> &'static str {
    let (mut rest, mut left) = (lines.as_bytes(), index);
    let mut begin = 0;
    let mut end = 0;
    while let [byte, after @ ..] = rest {
        if *byte == b'\n' {
            if left == 0 {
                return lines.split_at(end).0.split_at(begin).1;
            }
            left -= 1;
            begin = end + 1;
        }
        end += 1;
        rest = after;
    }
    ""
}

/// Whether each of the texts is a line of its own.
#[cfg(not(target_family = "wasm"))]
pub(crate) const fn are_lines(texts: &[&str]) -> bool {
    let mut texts = texts;
    while let [text, others @ ..] = texts {
        let mut bytes = text.as_bytes();
        while let [byte, after @ ..] = bytes {
            if *byte == b'\n' {
                return false;
            }
            bytes = after;
        }
        texts = others;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{are_lines, line};

    #[test]
    fn lines_are_counted_off() {
        let lines = "nothing\nof ₮\n\nlast\n";
        assert_eq!([0, 1, 2, 3, 4].map(|index| line(lines, index)), ["nothing", "of ₮", "", "last", ""]);
        assert!(are_lines(&["nothing", "of ₮", "", "last"]) && !are_lines(&["one", "two\nthree"]));
    }
}
