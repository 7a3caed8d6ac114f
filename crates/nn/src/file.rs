//! Weights on disk: [safetensors](https://huggingface.co/docs/safetensors), which PyTorch and MLX read and write as they are.
//!
//! | tensor | shape | layer |
//! | --- | --- | --- |
//! | `layers.0.weight`, `layers.0.bias` | `[512, 768]`, `[512]` | first of the trunk, a ReLU behind it |
//! | `layers.2.weight`, `layers.2.bias` | `[256, 512]`, `[256]` | second of the trunk, a ReLU behind it |
//! | `layers.4.weight`, `layers.4.bias` | `[1, 256]`, `[1]` | value head |
//! | `policy.weight`, `policy.bias` | `[64, 256]`, `[64]` | policy head, none if there are no policies |
//!
//! Shapes are `[outputs, inputs]`, row by row, little-endian `F32`: what `nn.Linear` holds. The numbers skip the ReLUs, so
//! `layers` is `nn.Sequential` in PyTorch and a list of layers in MLX, and a net with a value head alone finds its own tensors
//! (`strict=False`). The metadata has three entries: `schema`, here "1"; `architecture`, as [`Config::architecture`] writes it;
//! `sha256`, in hexadecimal, over this text and these bytes:
//!
//! ```text
//! schema 1\narchitecture 768-512-256:1+64\n        then for each tensor, in the order of the table:
//! layers.0.weight 512x768\n<its bytes>layers.0.bias 512\n<its bytes> ...
//! ```
//! A file is judged as a whole: no byte of it can change without an error. The same weights make the same bytes.
//! Not for secrets or strangers: a checksum shows damage, not who wrote the file.

use std::fmt::Write as _;
use std::path::Path;

use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};

use crate::weights::check_shape;
use crate::{Config, Error, Linear, Weights};

/// The schema that is written, and the newest that is read.
pub const SCHEMA: u32 = 1;

/// No net that [`Config::check`] allows makes a file as large.
const LARGEST_FILE: u64 = (4 << 28) + (1 << 20);

/// A tensor of a layer: its name, its shape, its numbers.
struct Tensor<'a> {
    name: String,
    shape: Vec<usize>,
    numbers: &'a [f32],
}

impl Weights {
    /// The safetensors file as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut tensors = self.tensors();
        let mut header = format!(
            r#"{{"__metadata__":{{"architecture":"{}","schema":"{SCHEMA}","sha256":"{}"}}"#,
            self.config().architecture(),
            self.sha256()
        );
        // The format wants no order; sorted by name is what others write.
        tensors.sort_by(|a, b| a.name.cmp(&b.name));
        let mut at = 0;
        for tensor in &tensors {
            let end = at + 4 * tensor.numbers.len();
            let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
            let _ = write!(
                header,
                r#","{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{at},{end}]}}"#,
                tensor.name,
                shape.join(",")
            );
            at = end;
        }
        header.push('}');
        while !header.len().is_multiple_of(8) {
            header.push(' ');
        }
        let mut bytes = Vec::with_capacity(8 + header.len() + at);
        bytes.extend((header.len() as u64).to_le_bytes());
        bytes.extend(header.bytes());
        for tensor in &tensors {
            bytes.extend(tensor.numbers.iter().flat_map(|x| x.to_le_bytes()));
        }
        bytes
    }

    /// Reads what [`Weights::to_bytes`] writes, or PyTorch or MLX with the metadata of the module's head.
    ///
    /// # Errors
    /// Every variant of [`Error`] about weights: damaged, of another shape, format or schema, not finite, incomplete, or more
    /// than the net has.
    pub fn from_bytes(bytes: &[u8]) -> Result<Weights, Error> {
        let damaged = |why: safetensors::SafeTensorError| Error::Damaged {
            why: why.to_string(),
        };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let file = SafeTensors::deserialize(bytes).map_err(damaged)?;
        let entry = |key: &'static str| {
            let entries = metadata.metadata().as_ref();
            let value = entries.and_then(|entries| entries.get(key));
            value.map(String::as_str).ok_or(Error::Metadata { key })
        };
        let wrong = |key, value: &str, wanted| Error::MetadataValue {
            key,
            value: value.to_owned(),
            wanted,
        };
        let schema = entry("schema")?;
        match schema.parse::<u32>() {
            Ok(found) if found > SCHEMA => {
                return Err(Error::Newer {
                    found,
                    newest: SCHEMA,
                });
            }
            Ok(found) if found == SCHEMA && schema == SCHEMA.to_string() => {}
            _ => return Err(wrong("schema", schema, "a known schema: 1")),
        }
        let architecture = entry("architecture")?;
        let config = Config::parse(architecture)
            .ok_or_else(|| wrong("architecture", architecture, "of the form 768-512-256:1+64"))?;
        config.check()?;
        let wanted = entry("sha256")?;

        let mut layers = Vec::new();
        let mut known = Vec::new();
        for shape in config.layers() {
            let mut read = |part: &str, wanted: &[usize]| {
                let name = format!("{}.{part}", shape.name);
                let numbers = read(&file, &name, &shape.name, part, wanted)?;
                known.push(name);
                Ok::<_, Error>(numbers)
            };
            layers.push(Linear {
                weight: read("weight", &[shape.outputs, shape.inputs])?,
                bias: read("bias", &[shape.outputs])?,
                name: shape.name,
                inputs: shape.inputs,
                outputs: shape.outputs,
            });
        }
        let mut names = file.names();
        names.sort_unstable();
        if let Some(name) = names.iter().find(|name| !known.iter().any(|k| k == **name)) {
            return Err(Error::Unexpected {
                name: (*name).to_owned(),
                architecture: architecture.to_owned(),
            });
        }
        let weights = Weights::new(config, layers)?;
        let found = weights.sha256();
        if found != wanted {
            return Err(Error::Checksum {
                found,
                wanted: wanted.to_owned(),
            });
        }
        Ok(weights)
    }

    /// Writes a file: first beside its place, then by renaming, so that no half a file is ever found there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Io {
            action: "write",
            path: path.to_owned(),
            source,
        };
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        std::fs::write(&part, self.to_bytes()).map_err(failed)?;
        std::fs::rename(&part, path).map_err(failed)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] if the system cannot read it, [`Error::File`] with the reason if it holds no good weights.
    pub fn load(path: &Path) -> Result<Weights, Error> {
        let failed = |source| Error::Io {
            action: "read",
            path: path.to_owned(),
            source,
        };
        let within = |error| Error::File {
            path: path.to_owned(),
            source: Box::new(error),
        };
        let size = std::fs::metadata(path).map_err(failed)?.len();
        if size > LARGEST_FILE {
            return Err(within(Error::Damaged {
                why: format!("{size} bytes are more than any net here has"),
            }));
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        Weights::from_bytes(&bytes).map_err(within)
    }

    /// The checksum of the file, in hexadecimal: names this set of weights in a report.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!(
            "schema {SCHEMA}\narchitecture {}\n",
            self.config().architecture()
        ));
        let mut bytes = Vec::new();
        for tensor in self.tensors() {
            let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
            hash.update(format!("{} {}\n", tensor.name, shape.join("x")));
            bytes.clear();
            bytes.extend(tensor.numbers.iter().flat_map(|x| x.to_le_bytes()));
            hash.update(&bytes);
        }
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn tensors(&self) -> Vec<Tensor<'_>> {
        let layers = self.layers().iter();
        let pairs = layers.flat_map(|layer| {
            [
                Tensor {
                    name: format!("{}.weight", layer.name),
                    shape: vec![layer.outputs, layer.inputs],
                    numbers: &layer.weight,
                },
                Tensor {
                    name: format!("{}.bias", layer.name),
                    shape: vec![layer.outputs],
                    numbers: &layer.bias,
                },
            ]
        });
        pairs.collect()
    }
}

/// One tensor's numbers, if it has the wanted shape.
fn read(
    file: &SafeTensors,
    name: &str,
    layer: &str,
    part: &str,
    wanted: &[usize],
) -> Result<Vec<f32>, Error> {
    let Ok(tensor) = file.tensor(name) else {
        let mut names = file.names();
        names.sort_unstable();
        return Err(Error::Missing {
            name: name.to_owned(),
            found: names.join(", "),
        });
    };
    if tensor.dtype() != Dtype::F32 {
        return Err(Error::Format {
            name: name.to_owned(),
            found: tensor.dtype().to_string(),
        });
    }
    check_shape(layer, part, tensor.shape(), wanted)?;
    let (numbers, _) = tensor.data().as_chunks::<4>();
    Ok(numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect())
}
