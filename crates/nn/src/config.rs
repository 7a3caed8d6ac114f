//! The shape of a net: how many inputs, how wide the hidden layers, how many outputs.

use crate::Error;

/// More in one layer, or in all, is a mistake and not a net for one core.
const LARGEST_SIZE: usize = 1 << 16;
const LARGEST_DEPTH: usize = 16;
const LARGEST_WEIGHTS: usize = 1 << 28;

/// The shape of a net: one trunk of dense layers with ReLU, a value head of one output, and a policy head.
///
/// ```text
/// inputs -> hidden[0] -> ... -> hidden[n-1] -> 1 value
///                                           -> `policies` logits
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Numbers in one encoded situation.
    pub inputs: usize,
    /// Outputs of each hidden layer, from the input on; a ReLU follows each.
    pub hidden: Vec<usize>,
    /// Policy logits, one for each action; 0 for a net that has a value only.
    pub policies: usize,
}

impl Default for Config {
    /// The house net: 768-512-256 with one value and 64 policy logits.
    fn default() -> Config {
        Config {
            inputs: 768,
            hidden: vec![512, 256],
            policies: 64,
        }
    }
}

/// Refuses columns whose lengths, found, are not so many `each` for each of the rows.
pub(crate) fn check_lengths<const N: usize>(
    rows: usize,
    columns: [(&'static str, usize, usize); N],
) -> Result<(), Error> {
    for (what, found, each) in columns {
        if rows.checked_mul(each) != Some(found) {
            return Err(Error::Length {
                what,
                found,
                rows,
                each,
            });
        }
    }
    Ok(())
}

impl Config {
    /// Refuses a batch for this net whose lengths do not fit together.
    pub(crate) fn check_batch(
        &self,
        inputs: &[f32],
        values: &[f32],
        policies: &[f32],
    ) -> Result<(), Error> {
        let columns = [
            ("inputs", inputs.len(), self.inputs),
            ("policies", policies.len(), self.policies),
        ];
        check_lengths(values.len(), columns)
    }

    /// Refuses inputs that are not finite.
    pub(crate) fn check_finite(&self, inputs: &[f32]) -> Result<(), Error> {
        match inputs.iter().position(|x| !x.is_finite()) {
            Some(at) => Err(Error::Input {
                row: at / self.inputs,
                column: at % self.inputs,
                value: inputs[at],
            }),
            None => Ok(()),
        }
    }

    /// Refuses sizes that make no net.
    ///
    /// # Errors
    /// [`Error::Config`] for a size of 0 or beyond 65,536, more than 16 hidden layers, or more than 2^28 weights.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |what: String, value, why| Err(Error::Config { what, value, why });
        if self.hidden.len() > LARGEST_DEPTH {
            return refuse("hidden layers".into(), self.hidden.len(), "at most 16");
        }
        let hidden = self.hidden.iter().enumerate();
        let hidden = hidden.map(|(i, &size)| (format!("hidden[{i}]"), size));
        for (what, size) in hidden.chain([("inputs".to_owned(), self.inputs)]) {
            if size == 0 || size > LARGEST_SIZE {
                return refuse(what, size, "sizes are 1 to 65536");
            }
        }
        if self.policies > LARGEST_SIZE {
            return refuse("policies".into(), self.policies, "sizes are at most 65536");
        }
        if self.parameters() > LARGEST_WEIGHTS {
            return refuse("parameters".into(), self.parameters(), "at most 2^28");
        }
        Ok(())
    }

    /// Weights and biases in all.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.layers()
            .map(|shape| (shape.inputs + 1) * shape.outputs)
            .sum()
    }

    /// Numbers that the layers give for one row, in all.
    #[must_use]
    pub fn activations(&self) -> usize {
        self.layers().map(|shape| shape.outputs).sum()
    }

    /// Multiplications of one row; twice that is the usual count of floating-point operations.
    #[must_use]
    pub fn products(&self) -> usize {
        self.layers()
            .map(|shape| shape.inputs * shape.outputs)
            .sum()
    }

    /// `"768-512-256:1+64"`: inputs and hidden sizes, then value and policies.
    #[must_use]
    pub fn architecture(&self) -> String {
        let mut text = self.inputs.to_string();
        for size in &self.hidden {
            text += &format!("-{size}");
        }
        text + &format!(":1+{}", self.policies)
    }

    /// Reads what [`Config::architecture`] writes; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Config> {
        let (trunk, heads) = text.split_once(':')?;
        let policies = heads.strip_prefix("1+")?.parse().ok()?;
        let mut sizes = trunk.split('-').map(|size| size.parse().ok());
        let inputs = sizes.next()??;
        let hidden = sizes.collect::<Option<Vec<usize>>>()?;
        let config = Config {
            inputs,
            hidden,
            policies,
        };
        // Leading zeros or signs would make two texts for one net.
        (config.architecture() == text).then_some(config)
    }

    /// The layers in the order of computation: the trunk, then the value head, then the policy head if there is one.
    pub(crate) fn layers(&self) -> impl Iterator<Item = Shape> + '_ {
        let mut inputs = self.inputs;
        let trunk = self
            .hidden
            .iter()
            .enumerate()
            .map(move |(i, &outputs)| Shape {
                name: format!("layers.{}", 2 * i),
                inputs: std::mem::replace(&mut inputs, outputs),
                outputs,
                relu: true,
            });
        let width = self.hidden.last().copied().unwrap_or(self.inputs);
        let head = move |name, outputs| Shape {
            name,
            inputs: width,
            outputs,
            relu: false,
        };
        let value = head(format!("layers.{}", 2 * self.hidden.len()), 1);
        let policy = (self.policies > 0).then(|| head("policy".to_owned(), self.policies));
        trunk.chain([value]).chain(policy)
    }
}

/// One dense layer as it is named and sized in a file.
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) relu: bool,
}
