//! Sum, least and largest of a column: partial answers on the device, the last step on the CPU in `f64`.
//!
//! Invocation `i` of `size[1]` takes rows `i`, `i + size[1]`, ... of `size[0]` in this order, so the result depends on
//! neither scheduling nor device speed: same sizes, same bits wherever additions round alike. No barrier, no shared memory.
//! Accuracy: each partial sum of `k` rows is within `k 6e-8` of the sum of their sizes; take enough invocations (65,536) that
//! `k` stays below a few hundred. An invocation without rows gives 0, 3e38 and -3e38.
//! Not for columns with NaN, whose result is unspecified.

// What the macro writes around a kernel has no words of its own.
#![allow(missing_docs)]

use cubecl::prelude::*;

/// Partial sums, minima and maxima. `size` is the number of rows and of invocations that work.
#[cube(launch_unchecked, create_dummy_kernel)]
pub fn reduce(
    values: &[f32],
    sums: &mut [f32],
    minima: &mut [f32],
    maxima: &mut [f32],
    size: &[u32],
) {
    let i = ABSOLUTE_POS as u32;
    let rows = size[0];
    let workers = size[1];
    if i < workers {
        let mut sum = f32::new(0.0);
        let mut least = f32::new(3e38);
        let mut largest = f32::new(-3e38);
        // One turn may find nothing left.
        let turns = rows / workers + 1;
        for turn in 0..turns {
            let row = turn * workers + i;
            if row < rows {
                let value = values[row as usize];
                sum += value;
                least = min(least, value);
                largest = max(largest, value);
            }
        }
        sums[i as usize] = sum;
        minima[i as usize] = least;
        maxima[i as usize] = largest;
    }
}
