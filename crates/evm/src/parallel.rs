//! Many payments on all cores of a host.

use alloc::vec::Vec;

use quittance_core::{Progress, Rejection, Scheme, VerifyInput};
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;

/// Fewer payments than this are not worth a core of their own: what a batch shares is shared among so many.
const FEWEST: usize = 32;

/// [`Scheme::verify_many`], with the payments dealt out in equal shares to the threads of the pool that this is called in.
///
/// The results are the same, in the same order: each payment is told what it is told alone.
pub fn verify_many_in_parallel<S: Scheme + ?Sized>(scheme: &S, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
    let share = inputs.len().div_ceil(rayon::current_num_threads()).max(FEWEST);
    inputs.par_chunks(share).flat_map_iter(|inputs| scheme.verify_many(inputs)).collect()
}
