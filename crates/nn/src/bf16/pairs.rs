//! What tiles and vectors share: weights and activations in pairs, and the way of a batch through the layers.
//!
//! A pair is two neighbouring inputs in one `u32`, the first in the lower half. Weights lie in panels of two or four vectors of 16
//! columns, `weights[pair * width + c]`. Inputs and columns are filled up to multiples of 32 with zeros, which add nothing, so
//! the outputs of a layer are the inputs of the next as they lie: for vectors row by row, for tiles in tiles of 16 rows by 16 pairs,
//! `activations[(row / 16 * tiles + pair / 16) * 256 + row % 16 * 16 + pair % 16]`, as the tiles read them, without a gap.

use super::amx::{self, Sums, Tiles};
use super::avx512::Avx512Bf16;
use super::round;
use crate::Config;
use crate::kernel::Aligned;
use crate::net::{BLOCK_ROWS, Verdict};

/// Inputs and columns come in so many.
const GROUP: usize = 32;
/// Pairs in a tile: 16 rows of 16.
pub(crate) const TILE: usize = 256;
/// Between rows of activations, in pairs: rows a power of two apart would fight for the same places of the cache.
const GAP: usize = 16;

/// Columns whose weights lie together.
#[derive(Clone)]
pub(crate) struct Panel {
    pub(crate) first_column: usize,
    /// Vectors of 16 columns side by side: 4 or 2.
    pub(crate) vectors: usize,
    /// 1, or 2 panels of the same width one behind the other.
    pub(crate) panels: usize,
    weights: std::ops::Range<usize>,
}

/// One layer in pairs.
pub(crate) struct Layer {
    /// Pairs of inputs, filled up.
    pub(crate) pairs: usize,
    /// Outputs, filled up.
    pub(crate) columns: usize,
    pub(crate) relu: bool,
    pub(crate) panels: Vec<Panel>,
    /// The same, two by two where both have the same width.
    pub(crate) doubles: Vec<Panel>,
    weights: Aligned<u32>,
    bias: Aligned<f32>,
}

impl Layer {
    /// Lays out weights `[out][in]` and biases of several heads over one input, side by side.
    pub(crate) fn pack(
        inputs: usize,
        relu: bool,
        heads: &[(&[f32], &[f32])],
        engine: Engine,
    ) -> Layer {
        // Two tiles of weights and two of rows make four sums; six rows and four vectors make 24.
        let widest = if engine.tiles.is_some() { 2 } else { 4 };
        let outputs: usize = heads.iter().map(|(_, bias)| bias.len()).sum();
        let columns = outputs.next_multiple_of(GROUP);
        let pairs = inputs.next_multiple_of(GROUP) / 2;
        let mut panels = Vec::new();
        let mut doubles: Vec<Panel> = Vec::new();
        let mut column = 0;
        while column < columns {
            let vectors = widest.min((columns - column) / 16);
            let start = column * pairs;
            let panel = Panel {
                first_column: column,
                vectors,
                panels: 1,
                weights: start..start + vectors * 16 * pairs,
            };
            match doubles.last_mut() {
                Some(last) if last.panels == 1 && last.vectors == vectors => {
                    last.panels = 2;
                    last.weights.end = panel.weights.end;
                }
                _ => doubles.push(panel.clone()),
            }
            panels.push(panel);
            column += vectors * 16;
        }
        let mut weights = Aligned::new(columns * pairs, 0);
        let mut bias = Aligned::new(columns, 0.0);
        let rows = heads
            .iter()
            .flat_map(|(weight, bias)| weight.chunks_exact(inputs).zip(bias.iter()));
        for (column, (row, &b)) in rows.enumerate() {
            bias.as_mut_slice()[column] = b;
            let panel = &panels[column / (16 * widest)];
            let to = &mut weights.as_mut_slice()[panel.weights.clone()];
            for (pair, step) in row.chunks(2).zip(to.chunks_exact_mut(panel.vectors * 16)) {
                let upper = pair.get(1).map_or(0, |&w| u32::from(round(w)));
                step[column - panel.first_column] = u32::from(round(pair[0])) | upper << 16;
            }
        }
        Layer {
            pairs,
            columns,
            relu,
            panels,
            doubles,
            weights,
            bias,
        }
    }

    pub(crate) fn weights(&self, panel: &Panel) -> &[u32] {
        &self.weights.as_slice()[panel.weights.clone()]
    }

    /// From the panel's first column on.
    pub(crate) fn bias(&self, panel: &Panel) -> &[f32] {
        &self.bias.as_slice()[panel.first_column..]
    }

    /// From one row of inputs to the next, in `u32`.
    pub(crate) fn stride(&self) -> usize {
        self.pairs + GAP
    }

    /// From one row of outputs to the next, in `u32`: bits of `f32` in the last layer, else pairs for the next.
    pub(crate) fn out_stride<const LAST: bool>(&self) -> usize {
        if LAST {
            self.columns
        } else {
            self.columns / 2 + GAP
        }
    }

    /// Bytes of weights read for a batch.
    pub(crate) fn bytes(&self) -> usize {
        4 * self.weights.as_slice().len()
    }
}

/// Activations of a block, before and behind a layer.
pub(crate) struct Room {
    from: Aligned<u32>,
    to: Aligned<u32>,
    /// For tiles.
    sums: Box<[Sums; 2]>,
}

impl Room {
    pub(crate) fn new(layers: &[Layer]) -> Room {
        let width = |layer: &Layer| layer.stride().max(layer.columns);
        let numbers = BLOCK_ROWS * layers.iter().map(width).max().unwrap_or(0);
        Room {
            from: Aligned::new(numbers, 0),
            to: Aligned::new(numbers, 0),
            sums: Box::new([Sums::ZERO; 2]),
        }
    }
}

/// The instructions to compute with: vectors always, and tiles where they are.
#[derive(Clone, Copy)]
pub(crate) struct Engine {
    vectors: Avx512Bf16,
    tiles: Option<Tiles>,
}

impl Engine {
    /// All that this machine has, the fastest first.
    pub(crate) fn all() -> Vec<Engine> {
        let Some(vectors) = Avx512Bf16::detect() else {
            return Vec::new();
        };
        let tiles = Tiles::detect().map(|tiles| Engine {
            vectors,
            tiles: Some(tiles),
        });
        let vectors = Engine {
            vectors,
            tiles: None,
        };
        tiles.into_iter().chain([vectors]).collect()
    }

    /// Tiles in plain code: how packing and loops are tested on machines that have no tiles.
    #[cfg(test)]
    pub(crate) fn model() -> Option<Engine> {
        let vectors = Avx512Bf16::detect()?;
        Some(Engine {
            vectors,
            tiles: Some(Tiles::model()),
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self.tiles {
            Some(tiles) => tiles.name(),
            None => "AVX-512 bf16",
        }
    }

    /// Rows of the next block.
    fn block_rows(self, left: usize) -> usize {
        if self.tiles.is_some() {
            // Whole tiles: only the last may be half empty.
            left.min(amx::ROWS)
        } else {
            // Of nearly equal size, so that no row is left to be judged alone, at the price of many.
            left.div_ceil(left.div_ceil(BLOCK_ROWS))
        }
    }
}

/// Judges rows.
pub(crate) fn blocks(
    engine: Engine,
    layers: &[Layer],
    config: &Config,
    room: &mut Room,
    inputs: &[f32],
    values: &mut [f32],
    policies: &mut [f32],
) -> Verdict {
    let Some((last, trunk)) = layers.split_last() else {
        return Verdict::Fine;
    };
    let vectors = engine.vectors;
    let session = engine.tiles.map(Tiles::start);
    let (width, logits) = (config.inputs, config.policies);
    let mut first = 0;
    while first < values.len() {
        let count = engine.block_rows(values.len() - first);
        let (mut from, mut to) = (&mut room.from, &mut room.to);
        let x = &inputs[first * width..][..count * width];
        let numbers = from.as_mut_slice();
        let finite = match session {
            Some(_) => vectors.round_tiles(x, width, numbers),
            None => vectors.round_rows(x, width, layers[0].stride(), numbers),
        };
        if !finite {
            return Verdict::Input;
        }
        let sums = &mut room.sums;
        for layer in trunk {
            match &session {
                Some(tiles) => amx::run::<false>(tiles, vectors, layer, from, count, sums, to),
                None => vectors.run::<false>(layer, from.as_slice(), count, to.as_mut_slice()),
            }
            std::mem::swap(&mut from, &mut to);
        }
        match &session {
            Some(tiles) => amx::run::<true>(tiles, vectors, last, from, count, sums, to),
            None => vectors.run::<true>(last, from.as_slice(), count, to.as_mut_slice()),
        }
        let out = to.as_slice();
        for row in 0..count {
            let out = &out[row * last.out_stride::<true>()..][..1 + logits];
            let mut fine = true;
            let (value, out) = (f32::from_bits(out[0]), &out[1..]);
            fine &= value.is_finite();
            values[first + row] = value;
            for (to, &bits) in policies[(first + row) * logits..][..logits]
                .iter_mut()
                .zip(out)
            {
                *to = f32::from_bits(bits);
                fine &= to.is_finite();
            }
            if !fine {
                return Verdict::Output(first + row);
            }
        }
        first += count;
    }
    Verdict::Fine
}
