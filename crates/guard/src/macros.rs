//! One way to write a closed set of reasons.

/// Declares a closed, `Copy` error set with a stable name and a message for each member, and the list of all of them.
macro_rules! reasons {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident {
            $( $(#[$vmeta:meta])* $Variant:ident = $name:literal, $message:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vmeta])* #[error($message)] $Variant, )+
        }

        impl $Name {
            /// Every member of the set.
            pub const ALL: &'static [Self] = &[ $( Self::$Variant, )+ ];

            /// The stable name of this reason.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$Variant => $name, )+ }
            }
        }
    };
}
