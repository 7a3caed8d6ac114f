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
use std::io::Write as _;
use std::path::Path;

use safetensors::tensor::Metadata;
use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};

use crate::weights::check_shape;
use crate::{Config, Error, Linear, Weights};

/// The schema that is written, and the newest that is read.
pub const SCHEMA: u32 = 1;

/// No net that [`Config::check`] allows makes a file as large.
const LARGEST_FILE: u64 = (4 << 28) + (1 << 20);

/// A tensor: its name, its shape, its numbers.
pub(crate) struct Tensor<'a> {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) numbers: &'a [f32],
}

impl Weights {
    /// The safetensors file as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bytes(&self.facts(), self.tensors(""))
    }

    /// Reads what [`Weights::to_bytes`] writes, or PyTorch or MLX with the metadata of the module's head.
    ///
    /// # Errors
    /// Every variant of [`Error`] about weights: damaged, of another shape, format or schema, not finite, incomplete, or more
    /// than the net has.
    pub fn from_bytes(bytes: &[u8]) -> Result<Weights, Error> {
        let mut file = File::open(bytes)?;
        file.check_schema()?;
        let weights = file.weights(&file.config()?, "")?;
        file.close(&weights.facts(), &weights.tensors(""), weights.config())?;
        Ok(weights)
    }

    /// Writes a file: first beside its place, then, once the disk has it, by renaming, so that no half a file is ever found there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        save(path, &self.to_bytes())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] if the system cannot read it, [`Error::File`] with the reason if it holds no good weights.
    pub fn load(path: &Path) -> Result<Weights, Error> {
        load(path, LARGEST_FILE, Weights::from_bytes)
    }

    /// The checksum of the file, in hexadecimal: names this set of weights in a report.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256(&self.facts(), &self.tensors(""))
    }

    /// What the metadata says, the checksum aside.
    fn facts(&self) -> Facts {
        vec![
            ("schema", SCHEMA.to_string()),
            ("architecture", self.config().architecture()),
        ]
    }

    /// The tensors in the order of computation, their names after a prefix.
    pub(crate) fn tensors(&self, prefix: &str) -> Vec<Tensor<'_>> {
        let layers = self.layers().iter();
        let pairs = layers.flat_map(|layer| {
            [
                Tensor {
                    name: format!("{prefix}{}.weight", layer.name),
                    shape: vec![layer.outputs, layer.inputs],
                    numbers: &layer.weight,
                },
                Tensor {
                    name: format!("{prefix}{}.bias", layer.name),
                    shape: vec![layer.outputs],
                    numbers: &layer.bias,
                },
            ]
        });
        pairs.collect()
    }
}

/// Keys of the metadata and their values; none needs an escape in JSON.
pub(crate) type Facts = Vec<(&'static str, String)>;

/// A safetensors file of these facts, their checksum, and these tensors.
pub(crate) fn to_bytes(facts: &Facts, mut tensors: Vec<Tensor>) -> Vec<u8> {
    let mut facts = facts.clone();
    facts.push(("sha256", sha256(&facts, &tensors)));
    facts.sort_unstable();
    let entries: Vec<String> = facts
        .iter()
        .map(|(key, value)| format!(r#""{key}":"{value}""#))
        .collect();
    let mut header = format!(r#"{{"__metadata__":{{{}}}"#, entries.join(","));
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

/// The checksum over facts and tensors as the module's head describes it: a line for each fact, then the tensors in this order.
fn sha256(facts: &Facts, tensors: &[Tensor]) -> String {
    let mut hash = Sha256::new();
    for (key, value) in facts {
        hash.update(format!("{key} {value}\n"));
    }
    let mut bytes = Vec::new();
    for tensor in tensors {
        let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        hash.update(format!("{} {}\n", tensor.name, shape.join("x")));
        bytes.clear();
        bytes.extend(tensor.numbers.iter().flat_map(|x| x.to_le_bytes()));
        hash.update(&bytes);
    }
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes beside the place, waits until the disk has it, and renames: a file is there whole or not at all.
pub(crate) fn save(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Io {
        action: "write",
        path: path.to_owned(),
        source,
    };
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let write = || {
        let mut file = std::fs::File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().map_err(failed)
}

/// Reads a file no larger than `largest` bytes, and names it in what is wrong with its content.
pub(crate) fn load<T>(
    path: &Path,
    largest: u64,
    read: impl FnOnce(&[u8]) -> Result<T, Error>,
) -> Result<T, Error> {
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
    if size > largest {
        return Err(within(Error::Damaged {
            why: format!("{size} bytes are more than any net here has"),
        }));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    read(&bytes).map_err(within)
}

/// A file that is being read.
pub(crate) struct File<'a> {
    metadata: Metadata,
    tensors: SafeTensors<'a>,
    /// Names of the tensors that were asked for.
    known: Vec<String>,
}

impl<'a> File<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<File<'a>, Error> {
        let damaged = |why: safetensors::SafeTensorError| Error::Damaged {
            why: why.to_string(),
        };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        Ok(File {
            metadata,
            tensors: SafeTensors::deserialize(bytes).map_err(damaged)?,
            known: Vec::new(),
        })
    }

    /// An entry of the metadata.
    pub(crate) fn fact(&self, key: &'static str) -> Result<&str, Error> {
        let entries = self.metadata.metadata().as_ref();
        let value = entries.and_then(|entries| entries.get(key));
        value.map(String::as_str).ok_or(Error::Metadata { key })
    }

    /// Refuses a schema that is not known here.
    pub(crate) fn check_schema(&self) -> Result<(), Error> {
        let schema = self.fact("schema")?;
        match schema.parse::<u32>() {
            Ok(found) if found > SCHEMA => Err(Error::Newer {
                found,
                newest: SCHEMA,
            }),
            Ok(found) if found == SCHEMA && schema == SCHEMA.to_string() => Ok(()),
            _ => Err(Error::MetadataValue {
                key: "schema",
                value: schema.to_owned(),
                wanted: "a known schema: 1",
            }),
        }
    }

    /// The shape of the net.
    pub(crate) fn config(&self) -> Result<Config, Error> {
        let architecture = self.fact("architecture")?;
        let config = Config::parse(architecture).ok_or_else(|| Error::MetadataValue {
            key: "architecture",
            value: architecture.to_owned(),
            wanted: "of the form 768-512-256:1+64",
        })?;
        config.check()?;
        Ok(config)
    }

    /// A whole net's numbers, from the tensors whose names begin with a prefix.
    pub(crate) fn weights(&mut self, config: &Config, prefix: &str) -> Result<Weights, Error> {
        let mut layers = Vec::new();
        for shape in config.layers() {
            let layer = format!("{prefix}{}", shape.name);
            let mut read = |part: &str, wanted: &[usize]| {
                let name = format!("{layer}.{part}");
                let numbers = read(&self.tensors, &name, &layer, part, wanted)?;
                self.known.push(name);
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
        Weights::new(config.clone(), layers)
    }

    /// Refuses tensors that nobody asked for, and a checksum that is not that of what was read.
    pub(crate) fn close(
        &self,
        facts: &Facts,
        tensors: &[Tensor],
        config: &Config,
    ) -> Result<(), Error> {
        let mut names = self.tensors.names();
        names.sort_unstable();
        if let Some(name) = names
            .iter()
            .find(|name| !self.known.iter().any(|known| known == **name))
        {
            return Err(Error::Unexpected {
                name: (*name).to_owned(),
                architecture: config.architecture(),
            });
        }
        let (found, wanted) = (sha256(facts, tensors), self.fact("sha256")?);
        if found != wanted {
            return Err(Error::Checksum {
                found,
                wanted: wanted.to_owned(),
            });
        }
        Ok(())
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
