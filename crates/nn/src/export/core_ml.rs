//! A net as a Core ML package: a small program over tensors (Apple calls it MIL), and a file of weights beside it.
//!
//! ```text
//! Manifest.json                                  which file is which
//! Data/com.apple.CoreML/model.mlmodel            the program: a message of Protocol Buffers
//! Data/com.apple.CoreML/weights/weight.bin       its tensors of 10 numbers or more
//! ```
//! Sources: `Model.proto`, `FeatureTypes.proto` and `MIL.proto` of Apple's coremltools (BSD-3-Clause) for messages and their numbers; for the file of
//! weights `MILBlob/Blob/StorageFormat.hpp` there; for which operators, names and tensors go where, what coremltools 9 writes for
//! such a net. Specification 6 with operators `CoreML5` is what it asks of macOS 12.

use super::proto::Message;
use super::{FEATURES, facts, output};
use crate::file::Tensor;
use crate::{Error, Linear, Weights};

/// Rows of a batch, at most: what a package says of itself, so that an engine can plan for it.
pub const ROWS_MAX: usize = 256;

/// The numbers a package computes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// 32-bit floats: agrees with [`Net`](crate::Net) closely. The neural engine does not take it.
    #[default]
    F32,
    /// 16-bit floats (IEEE 754 binary16) for weights, biases and what layers hand on. All of Apple's units take it.
    F16,
}

impl Numbers {
    /// As a tensor's type in a program.
    fn of_program(self) -> u64 {
        match self {
            Numbers::F16 => 10,
            Numbers::F32 => 11,
        }
    }

    /// In the file of weights.
    fn of_weights(self) -> u32 {
        match self {
            Numbers::F16 => 1,
            Numbers::F32 => 2,
        }
    }
}

/// For tables: `"f32"`, `"f16"`.
impl std::fmt::Display for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Numbers::F32 => "f32",
            Numbers::F16 => "f16",
        })
    }
}

/// A Core ML package in memory.
pub struct Package {
    model: Vec<u8>,
    weights: Vec<u8>,
}

impl Package {
    /// Its files, by their paths in the folder.
    #[must_use]
    pub fn files(&self) -> [(&'static str, &[u8]); 3] {
        [
            ("Manifest.json", MANIFEST.as_bytes()),
            ("Data/com.apple.CoreML/model.mlmodel", &self.model),
            ("Data/com.apple.CoreML/weights/weight.bin", &self.weights),
        ]
    }
}

/// The identifiers tell the two entries of one manifest apart, and nothing else.
const MANIFEST: &str = r#"{
    "fileFormatVersion": "1.0.0",
    "itemInfoEntries": {
        "2f5e7c0a-6d43-4b8e-9a51-0c7d1e2b3f40": {
            "author": "com.apple.CoreML",
            "description": "CoreML Model Specification",
            "name": "model.mlmodel",
            "path": "com.apple.CoreML/model.mlmodel"
        },
        "2f5e7c0a-6d43-4b8e-9a51-0c7d1e2b3f41": {
            "author": "com.apple.CoreML",
            "description": "CoreML Model Weights",
            "name": "weights",
            "path": "com.apple.CoreML/weights"
        }
    },
    "rootModelIdentifier": "2f5e7c0a-6d43-4b8e-9a51-0c7d1e2b3f40"
}
"#;

const SPECIFICATION: u64 = 6;
const OPERATORS: &str = "CoreML5";
/// `ArrayFeatureType.ArrayDataType.FLOAT32`: ends of the net are `f32` in both kinds.
const FLOAT32_ARRAY: u64 = 0x10000 | 32;
/// `DataType.STRING`.
const STRING: u64 = 2;
/// Tensors of fewer numbers lie in the program itself, as coremltools has it.
const IN_FILE_FROM: usize = 10;

/// The net as a Core ML package.
///
/// # Errors
/// [`Error::Half`] for a weight that 16-bit floats cannot hold, in [`Numbers::F16`].
pub fn core_ml(weights: &Weights, numbers: Numbers) -> Result<Package, Error> {
    let config = weights.config();
    let (trunk, heads) = weights.layers().split_at(config.hidden.len());
    let mut file = Blobs::new(numbers);
    let mut block = Block(Message::new());
    // Constants first, as coremltools orders them.
    for tensor in weights.tensors("") {
        let value = constant(&tensor, numbers, &mut file)?;
        block.constant(&named(&tensor.name), value);
    }
    let mut x = FEATURES.to_owned();
    if numbers == Numbers::F16 {
        for name in ["f16", "f32"] {
            block.constant(name, string(&name.replace('f', "fp")));
        }
        block.operation(
            "cast",
            &[("x", FEATURES), ("dtype", "f16")],
            "features_f16",
            rows(numbers, config.inputs),
        );
        x = "features_f16".to_owned();
    }
    for layer in trunk {
        let sum = named(&layer.name);
        block.dense(layer, &x, &sum, numbers);
        let out = format!("{sum}_relu");
        block.operation("relu", &[("x", &sum)], &out, rows(numbers, layer.outputs));
        x = out;
    }
    for (head, layer) in heads.iter().enumerate() {
        let name = output(head);
        match numbers {
            Numbers::F32 => block.dense(layer, &x, name, numbers),
            Numbers::F16 => {
                let half = format!("{name}_f16");
                block.dense(layer, &x, &half, numbers);
                block.operation(
                    "cast",
                    &[("x", &half), ("dtype", "f32")],
                    name,
                    rows(Numbers::F32, layer.outputs),
                );
            }
        }
    }
    let outputs = 0..heads.len();
    let Block(block) = block;
    let block = block.each(outputs.clone(), |it, head| it.text(2, output(head)));
    let input = Message::new()
        .text(1, FEATURES)
        .message(2, rows(Numbers::F32, config.inputs));
    let function = Message::new()
        .message(1, input)
        .text(2, OPERATORS)
        .entry(3, OPERATORS, block);
    let program = Message::new().number(1, 1).entry(2, "main", function);
    let metadata = Message::new()
        .text(
            1,
            "A value and policy net of jarvis2: value and logits as trained, no squashing",
        )
        .each(facts(weights), |it, (key, value)| {
            it.message(100, Message::new().text(1, key).text(2, &value))
        });
    let description = Message::new()
        .message(1, feature(FEATURES, Some(config.inputs)))
        .each(outputs, |it, head| {
            it.message(10, feature(output(head), None))
        })
        .message(100, metadata);
    let model = Message::new()
        .number(1, SPECIFICATION)
        .message(2, description)
        .message(502, program);
    Ok(Package {
        model: model.into_bytes(),
        weights: file.bytes,
    })
}

/// A name that a program may have: letters, digits, underscores.
fn named(name: &str) -> String {
    name.replace('.', "_")
}

/// An end of the net as callers see it; the input with its sizes, an output with those that the program gives it.
fn feature(name: &str, columns: Option<usize>) -> Message {
    let mut array = Message::new();
    if let Some(columns) = columns {
        let columns = columns as u64;
        let range = |low, high| Message::new().number(1, low).number(2, high);
        let ranges = Message::new()
            .message(1, range(1, ROWS_MAX as u64))
            .message(1, range(columns, columns));
        array = array.numbers(1, &[1, columns]).message(31, ranges);
    }
    array = array.number(2, FLOAT32_ARRAY);
    Message::new()
        .text(1, name)
        .message(3, Message::new().message(5, array))
}

/// The type of a tensor; `None` for a size that is known when it runs.
fn tensor_type(kind: u64, sizes: &[Option<usize>]) -> Message {
    let tensor = Message::new().number(1, kind);
    // Scalars have no rank.
    let tensor = match sizes.len() {
        0 => tensor,
        rank => tensor.number(2, rank as u64),
    };
    let tensor = tensor.each(sizes, |it, size| {
        let dimension = match size {
            Some(size) => Message::new().message(1, Message::new().number(1, *size as u64)),
            None => Message::new().message(2, Message::new()),
        };
        it.message(3, dimension)
    });
    Message::new().message(1, tensor)
}

/// `[rows, columns]`.
fn rows(numbers: Numbers, columns: usize) -> Message {
    tensor_type(numbers.of_program(), &[None, Some(columns)])
}

/// A text as a value, and its type.
fn string(text: &str) -> (Message, Message) {
    let kind = || tensor_type(STRING, &[]);
    let strings = Message::new().text(1, text);
    let tensor = Message::new().message(4, strings);
    let value = Message::new()
        .message(2, kind())
        .message(3, Message::new().message(1, tensor));
    (value, kind())
}

/// A tensor of the net as a value, and its type. Large ones go into the file.
fn constant(
    tensor: &Tensor<'_>,
    numbers: Numbers,
    file: &mut Blobs,
) -> Result<(Message, Message), Error> {
    let bytes = match numbers {
        Numbers::F32 => tensor
            .numbers
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect(),
        Numbers::F16 => halves(tensor)?,
    };
    let sizes: Vec<Option<usize>> = tensor.shape.iter().map(|&size| Some(size)).collect();
    let kind = || tensor_type(numbers.of_program(), &sizes);
    let value = Message::new().message(2, kind());
    let value = if tensor.numbers.len() >= IN_FILE_FROM {
        let place = Message::new()
            .text(1, "@model_path/weights/weight.bin")
            .number(2, file.push(&bytes));
        value.message(5, place)
    } else {
        // Repeated floats, packed, are their bytes; 16-bit floats are bytes by declaration.
        let field = match numbers {
            Numbers::F32 => 1,
            Numbers::F16 => 7,
        };
        let tensor = Message::new().message(field, Message::new().bytes(1, &bytes));
        value.message(3, Message::new().message(1, tensor))
    };
    Ok((value, kind()))
}

/// The operations of the program.
struct Block(Message);

impl Block {
    fn constant(&mut self, name: &str, (value, kind): (Message, Message)) {
        self.push("const", &[], name, kind, Some(value));
    }

    fn operation(&mut self, name: &str, inputs: &[(&str, &str)], output: &str, kind: Message) {
        self.push(name, inputs, output, kind, None);
    }

    /// `out = x W' + b`.
    fn dense(&mut self, layer: &Linear, x: &str, out: &str, numbers: Numbers) {
        let part = |part: &str| named(&format!("{}.{part}", layer.name));
        let (weight, bias) = (part("weight"), part("bias"));
        let inputs = [("x", x), ("weight", &weight[..]), ("bias", &bias[..])];
        self.operation("linear", &inputs, out, rows(numbers, layer.outputs));
    }

    fn push(
        &mut self,
        operator: &str,
        inputs: &[(&str, &str)],
        output: &str,
        kind: Message,
        value: Option<Message>,
    ) {
        let operation = Message::new()
            .text(1, operator)
            .each(inputs, |it, (parameter, name)| {
                let binding = Message::new().text(1, name);
                it.entry(2, parameter, Message::new().message(1, binding))
            })
            .message(3, Message::new().text(1, output).message(2, kind))
            .entry(5, "name", string(output).0)
            .each(value, |it, value| it.entry(5, "val", value));
        let Block(block) = std::mem::replace(self, Block(Message::new()));
        *self = Block(block.message(3, operation));
    }
}

/// The file of weights: a head, then for each tensor a record and its bytes, each on a multiple of 64.
struct Blobs {
    numbers: Numbers,
    bytes: Vec<u8>,
}

const ALIGNED: usize = 64;

impl Blobs {
    fn new(numbers: Numbers) -> Blobs {
        let mut bytes = vec![0; ALIGNED];
        // Tensors so far, and the version of the format.
        bytes[4..8].copy_from_slice(&2_u32.to_le_bytes());
        Blobs { numbers, bytes }
    }

    /// Where the record of the tensor stands.
    fn push(&mut self, tensor: &[u8]) -> u64 {
        let at = self.bytes.len().next_multiple_of(ALIGNED);
        let data = at + ALIGNED;
        self.bytes.resize(at, 0);
        self.bytes.extend(0xdead_beef_u32.to_le_bytes());
        self.bytes.extend(self.numbers.of_weights().to_le_bytes());
        self.bytes.extend((tensor.len() as u64).to_le_bytes());
        self.bytes.extend((data as u64).to_le_bytes());
        self.bytes.resize(data, 0);
        self.bytes.extend(tensor);
        // A net has at most 18 layers.
        self.bytes[0] += 1;
        at as u64
    }
}

/// A tensor in 16-bit floats.
fn halves(tensor: &Tensor<'_>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(2 * tensor.numbers.len());
    for (at, &x) in tensor.numbers.iter().enumerate() {
        let half = half(x).ok_or_else(|| {
            let width = tensor.shape.get(1).copied().unwrap_or(1);
            Error::Half {
                name: tensor.name.clone(),
                row: at / width,
                column: at % width,
                value: x,
            }
        })?;
        bytes.extend(half.to_le_bytes());
    }
    Ok(bytes)
}

/// The nearest 16-bit float, of two the even one (IEEE 754 binary16); none for a number beyond them.
fn half(x: f32) -> Option<u16> {
    let sign = (x.to_bits() >> 16) as u16 & 0x8000;
    let x = x.abs();
    // Half a step above the largest, 65504.
    if x >= 65_520.0 {
        return None;
    }
    let magnitude = if x < 6.103_515_6e-5 {
        // Below 2^-14 they are multiples of 2^-24; 1024 of these are the first beyond, as it is written.
        (x * 16_777_216.0).round_ties_even() as u16
    } else {
        // Thirteen bits go, and the exponent counts from 15 instead of 127.
        let bits = x.to_bits();
        let rounded = bits + 0xfff + (bits >> 13 & 1);
        ((rounded >> 13) - (112 << 10)) as u16
    };
    Some(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 16-bit float by its definition.
    fn value(half: u16) -> f64 {
        let (sign, exponent) = (half >> 15, i32::from(half >> 10 & 31));
        let fraction = f64::from(half & 1023);
        let size = match exponent {
            0 => fraction * f64::powi(2.0, -24),
            _ => (1024.0 + fraction) * f64::powi(2.0, exponent - 25),
        };
        if sign == 1 { -size } else { size }
    }

    /// All of them, and what lies halfway between neighbours or a hair beside.
    #[test]
    fn numbers_go_to_the_nearest_half() {
        for bits in 0..0x7c00_u16 {
            for sign in [0, 0x8000] {
                let x = value(bits | sign) as f32;
                assert_eq!(half(x), Some(bits | sign), "{x:e}");
            }
            let next = match bits {
                0x7bff => 65_536.0,
                _ => value(bits + 1),
            };
            let middle = ((value(bits) + next) / 2.0) as f32;
            let up = (bits < 0x7bff).then_some(bits + 1);
            let even = if bits & 1 == 0 { Some(bits) } else { up };
            assert_eq!(half(middle), even, "{middle:e}");
            assert_eq!(half(middle.next_down()), Some(bits), "{middle:e}");
            assert_eq!(half(middle.next_up()), up, "{middle:e}");
        }
        assert_eq!(half(f32::MAX), None);
        assert_eq!(half(f32::from_bits(1)), Some(0));
    }
}
