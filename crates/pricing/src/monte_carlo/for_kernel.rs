//! What the kernels of `gpu::monte_carlo` read, in `f32` and words: the law of a step, the claim, and tables for Sobol points.

use super::bridge::Bridge;
use super::philox::Stream;
use super::{Dynamics, Payoff, Simulation, purpose, sobol};
use crate::Right;

/// Numbers in a law.
pub(crate) const LAW_LEN: usize = 12;

/// A European claim whose noise is taken out: `coefficient (control - value)` goes off every payoff.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control {
    pub(crate) right: Right,
    /// Dollars.
    pub(crate) strike: f64,
    /// Dollars at expiry.
    pub(crate) value: f64,
    pub(crate) coefficient: f64,
}

impl Simulation {
    /// The law of one step.
    pub(crate) fn law_for_kernel(&self) -> [f32; LAW_LEN] {
        let years = self.years / f64::from(self.steps);
        let start = self.dynamics.start(self.spot).variance;
        self.stepper().for_kernel(start, years).map(|x| x as f32)
    }

    /// Key of the random words.
    pub(crate) fn key_for_kernel(&self) -> [u32; 2] {
        [self.seed as u32, (self.seed >> 32) as u32]
    }

    /// Its kernel among those of one kind.
    pub(crate) fn law_number(&self) -> usize {
        match self.dynamics {
            Dynamics::Gbm { .. } => 0,
            Dynamics::Heston(_) => 1,
            Dynamics::Merton { .. } => 2,
        }
    }

    /// A claim in units of the spot, `centre` (in the same unit) off every payoff.
    pub(crate) fn claim_for_kernel(
        &self,
        payoff: &Payoff,
        control: Option<Control>,
        centre: f32,
    ) -> [f32; 10] {
        // A logarithm that no path meets.
        const FAR: f64 = 1e30;
        let (mut down, mut up, mut begins) = (-FAR, FAR, 0.0);
        if let Payoff::Barrier { barrier, knock, .. } = *payoff {
            let log = (barrier / self.spot).ln();
            if knock.is_down() {
                down = log;
            } else {
                up = log;
            }
            begins = f64::from(u8::from(knock.is_in()));
        }
        let per_spot = |dollars: f64| dollars / self.spot;
        let [coefficient, side, strike, value] = control.map_or([0.0, 1.0, 1.0, 0.0], |c| {
            [
                c.coefficient,
                c.right.sign(),
                per_spot(c.strike),
                per_spot(c.value),
            ]
        });
        [
            payoff.right().sign(),
            per_spot(payoff.strike()),
            down,
            up,
            begins,
            f64::from(centre),
            coefficient,
            side,
            strike,
            value,
        ]
        .map(|x| x as f32)
    }

    /// Two words a dimension for each randomisation: the seeds of hash and shift.
    pub(crate) fn seeds_for_kernel(&self, randomisations: std::ops::Range<u32>) -> Vec<u32> {
        let stream = Stream::new(self.seed, purpose::ESTIMATE);
        let mut seeds = Vec::new();
        for randomisation in randomisations {
            for dimension in 0..self.dimensions() as u32 {
                let [hash, shift, ..] = stream.words(u64::from(randomisation), dimension);
                seeds.extend([hash, shift]);
            }
        }
        seeds
    }

    /// The bridge as a kernel walks it.
    pub(crate) fn joints_for_kernel(&self) -> Vec<f32> {
        let steps = self.steps as usize;
        Bridge::new(steps).depth_first(steps)
    }
}

impl Payoff {
    /// What the kernel keeps of a path: 0 the end, 1 the mean, 2 the extremes, 3 the extremes beside the end.
    pub(crate) fn kind_for_kernel(&self) -> u32 {
        match self {
            Payoff::European { .. } => 0,
            Payoff::Asian { .. } => 1,
            Payoff::Lookback { .. } => 2,
            Payoff::Barrier { .. } => 3,
        }
    }
}

/// Coordinates in reversed bits, as sums over the bytes of an index: 256 words for each dimension and byte.
pub(crate) fn tables_for_kernel(dimensions: usize, bytes: u32) -> Vec<u32> {
    let mut words = Vec::with_capacity(dimensions * 256 * bytes as usize);
    for dimension in 0..dimensions {
        for byte in 0..bytes {
            // The map from index to coordinate is linear over bits.
            let units: [u32; 8] = std::array::from_fn(|bit| {
                sobol::coordinate(1 << (8 * byte + bit as u32), dimension).reverse_bits()
            });
            let from = words.len();
            words.push(0);
            for k in 1..256_usize {
                words.push(words[from + (k & (k - 1))] ^ units[k.trailing_zeros() as usize]);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_an_index_add_up_to_its_coordinate() {
        let tables = tables_for_kernel(5, 4);
        for index in [0_u32, 1, 255, 256, 77_777, 0x1234_5678, u32::MAX] {
            for dimension in 0..5 {
                let word = (0..4).fold(0, |sum, byte| {
                    let digit = (index >> (8 * byte)) & 255;
                    sum ^ tables[((dimension * 4 + byte) * 256 + digit) as usize]
                });
                let expected = sobol::coordinate(index, dimension as usize);
                assert_eq!(word.reverse_bits(), expected, "{index} {dimension}");
            }
        }
    }
}
