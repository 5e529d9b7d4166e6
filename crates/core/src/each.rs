//! Lists made into lists.
//!
//! `collect` makes one into the other in the same memory where it can, by a dozen functions for each pair of types. A module that is downloaded
//! goes by a loop, which is a third of that.

use alloc::vec::Vec;

/// Each of a list, made into something else.
pub(crate) fn each<A, B>(list: Vec<A>, make: impl FnMut(A) -> B) -> Vec<B> {
    #[cfg(not(target_family = "wasm"))]
    return list.into_iter().map(make).collect();
    #[cfg(target_family = "wasm")]
    {
        let (mut made, mut make) = (Vec::with_capacity(list.len()), make);
        for one in list {
            made.push(make(one));
        }
        made
    }
}

/// The same with the place of each; ends with the first error.
pub(crate) fn try_each<A, B, E>(list: Vec<A>, make: impl FnMut((usize, A)) -> Result<B, E>) -> Result<Vec<B>, E> {
    #[cfg(not(target_family = "wasm"))]
    return list.into_iter().enumerate().map(make).collect();
    #[cfg(target_family = "wasm")]
    {
        let (mut made, mut make) = (Vec::with_capacity(list.len()), make);
        for (place, one) in list.into_iter().enumerate() {
            made.push(make((place, one))?);
        }
        Ok(made)
    }
}
