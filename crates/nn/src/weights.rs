//! The weights of a net as plain numbers: seeded start, and the reference that the fast net is tested against.
//!
//! ```text
//! h[0] = x      h[i+1] = max(0, W[i] h[i] + b[i])      value, policies = W h[n] + b
//! ```
//! The start of training is uniform with variance `2 / inputs` before a ReLU (K. He, X. Zhang, S. Ren & J. Sun, "Delving deep into
//! rectifiers", ICCV 2015, section 2.2) and `1 / inputs` in the heads; biases are zero. Its random numbers are SplitMix64 (G.
//! Steele, D. Lea & C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) over a counter, and it uses no
//! function but the square root, so a seed gives the same bits on every machine; `peers/torch_twin.py` makes them too.
//! Not for speed: see [`Net`](crate::Net).

use crate::{Config, Error, Precision};

/// One dense layer, `y = W x + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Name in files, without `.weight` and `.bias`.
    pub name: String,
    /// Numbers that go in.
    pub inputs: usize,
    /// Numbers that come out.
    pub outputs: usize,
    /// `weight[out * inputs + in]`, as in `nn.Linear` of PyTorch and MLX.
    pub weight: Vec<f32>,
    /// One for each output.
    pub bias: Vec<f32>,
}

/// All weights of one net.
///
/// Invariant: the layers are those of the [`Config`], in its order, and every number is finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    config: Config,
    layers: Vec<Linear>,
}

impl Weights {
    /// Takes layers in the order trunk, value, policy. Their names are not looked at: they become those of the files.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Missing`], [`Error::Unexpected`], [`Error::Shape`], or [`Error::Weight`] for a number that is not
    /// finite.
    pub fn new(config: Config, layers: Vec<Linear>) -> Result<Weights, Error> {
        config.check()?;
        let mut layers = layers;
        let mut count = 0;
        for (i, shape) in config.layers().enumerate() {
            let Some(layer) = layers.get_mut(i) else {
                return Err(Error::Missing {
                    name: shape.name,
                    found: format!("{i} layers"),
                });
            };
            layer.name = shape.name;
            let found = [layer.outputs, layer.inputs];
            let wanted = [shape.outputs, shape.inputs];
            check_shape(&layer.name, "weight", &found, &wanted)?;
            check_shape(
                &layer.name,
                "weight",
                &[layer.weight.len()],
                &[wanted[0] * wanted[1]],
            )?;
            check_shape(&layer.name, "bias", &[layer.bias.len()], &wanted[..1])?;
            let parts = [
                ("weight", &layer.weight, layer.inputs),
                ("bias", &layer.bias, 1),
            ];
            for (part, numbers, width) in parts {
                if let Some(at) = numbers.iter().position(|x| !x.is_finite()) {
                    return Err(Error::Weight {
                        name: format!("{}.{part}", layer.name),
                        row: at / width,
                        column: at % width,
                        value: numbers[at],
                    });
                }
            }
            count += 1;
        }
        if let Some(layer) = layers.get(count) {
            return Err(Error::Unexpected {
                name: layer.name.clone(),
                architecture: config.architecture(),
            });
        }
        Ok(Weights { config, layers })
    }

    /// Random weights to start training from, or to test with. The same seed gives the same bits everywhere.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn seeded(config: Config, seed: u64) -> Result<Weights, Error> {
        config.check()?;
        let mut random = Uniform::new(seed);
        let layers = config.layers().map(|shape| {
            let variance = if shape.relu { 2.0 } else { 1.0 } / shape.inputs as f64;
            // A uniform number between -c and c has variance c^2 / 3.
            let c = (3.0 * variance).sqrt();
            let weights = shape.inputs * shape.outputs;
            Linear {
                weight: (0..weights).map(|_| (c * random.next()) as f32).collect(),
                bias: vec![0.0; shape.outputs],
                name: shape.name,
                inputs: shape.inputs,
                outputs: shape.outputs,
            }
        });
        let layers = layers.collect();
        Weights::new(config, layers)
    }

    /// The net's shape.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The layers: trunk, value head, policy head.
    #[must_use]
    pub fn layers(&self) -> &[Linear] {
        &self.layers
    }

    /// The same to be changed by a step that keeps sizes, and numbers finite.
    #[cfg(feature = "train")]
    pub(crate) fn layers_mut(&mut self) -> &mut [Linear] {
        &mut self.layers
    }

    /// The net for one row in plain `f64`: the reference for [`Net`](crate::Net), and far slower. The value comes first, then the
    /// policy logits; beside each answer stands how far a net in `f32` can be from it.
    ///
    /// The bound is that of N. Higham, "Accuracy and stability of numerical algorithms" (2nd ed. 2002), section 3.1: a sum of n
    /// products is off by at most `g (|b| + sum |w x|)`, `g = m u / (1 - m u)`, `u = 2^-24`, where m counts the roundings of a
    /// term, here 2 for each product so that it also holds without fused steps; earlier errors are carried on by `|w|`.
    ///
    /// # Errors
    /// [`Error::Length`] for a row that is not [`Config::inputs`] long.
    pub fn reference(&self, row: &[f32]) -> Result<Vec<Answer>, Error> {
        self.reference_in(row, Precision::F32)
    }

    /// The same answers with the bound for a net of another precision. In bf16 each weight and each input of a layer is off by
    /// one more rounding, at most 2^-8 of it; the bound takes all of them to be against us, so what is seen is far smaller.
    ///
    /// # Errors
    /// [`Error::Length`] for a row that is not [`Config::inputs`] long.
    pub fn reference_in(&self, row: &[f32], precision: Precision) -> Result<Vec<Answer>, Error> {
        if row.len() != self.config.inputs {
            return Err(Error::Length {
                what: "row",
                found: row.len(),
                rows: 1,
                each: self.config.inputs,
            });
        }
        let mut x: Vec<Answer> = row
            .iter()
            .map(|&x| Answer {
                exact: f64::from(x),
                bound: 0.0,
            })
            .collect();
        let (trunk, heads) = self.layers.split_at(self.config.hidden.len());
        for layer in trunk {
            x = layer.reference(&x, precision);
            for x in &mut x {
                x.exact = x.exact.max(0.0);
            }
        }
        Ok(heads
            .iter()
            .flat_map(|head| head.reference(&x, precision))
            .collect())
    }
}

/// An output in `f64`, and the largest error that the same net may have in the precision asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The output.
    pub exact: f64,
    /// How far rounding on the way can take it.
    pub bound: f64,
}

impl Linear {
    fn reference(&self, x: &[Answer], precision: Precision) -> Vec<Answer> {
        // One rounding of a factor, relative to it, and what becomes of factors and sums below the normal numbers.
        let (half, lost) = match precision {
            Precision::F32 => (0.0, 1.5e-45),
            Precision::Bf16 => (f64::powi(2.0, -8), 1.2e-38),
        };
        let roundings = 2.0 * (self.inputs as f64 + 1.0) * f64::from(f32::EPSILON) / 2.0;
        let growth = roundings / (1.0 - roundings);
        let rows = self.weight.chunks_exact(self.inputs).zip(&self.bias);
        rows.map(|(weights, &bias)| {
            let bias = f64::from(bias);
            let (mut exact, mut size, mut carried) = (bias, bias.abs(), 0.0);
            for (&w, x) in weights.iter().zip(x) {
                let w = f64::from(w);
                exact += w * x.exact;
                // The input as the net has it is off by `dx`, the weight by `dw`.
                let dx = x.bound + half * (x.exact.abs() + x.bound);
                let dw = half * w.abs();
                let off = w.abs() * dx + dw * (x.exact.abs() + dx);
                carried += off;
                size += (w * x.exact).abs() + off;
                if half > 0.0 {
                    carried += lost * (w.abs() + x.exact.abs() + x.bound);
                }
            }
            // Sums and products below the normal numbers.
            let tiny = 2.0 * (self.inputs as f64 + 1.0) * lost;
            Answer {
                exact,
                bound: growth * size + carried + tiny,
            }
        })
        .collect()
    }
}

pub(crate) fn check_shape(
    layer: &str,
    part: &str,
    found: &[usize],
    wanted: &[usize],
) -> Result<(), Error> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::Shape {
        name: format!("{layer}.{part}"),
        found: found.to_vec(),
        wanted: wanted.to_vec(),
    })
}

/// Uniform numbers between -1 and 1 from a counter.
struct Uniform {
    state: u64,
}

impl Uniform {
    fn new(seed: u64) -> Uniform {
        Uniform { state: seed }
    }

    /// A multiple of 2^-24, never -1 or 1.
    fn next(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The middle of one of 2^24 cells, so that the law is symmetric.
        ((z >> 40) as f64 + 0.5) / f64::from(1 << 23) - 1.0
    }
}
