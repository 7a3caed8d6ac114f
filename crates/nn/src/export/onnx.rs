//! A net as an ONNX file.
//!
//! Source: `onnx.proto` of ONNX 1.13 (Apache-2.0) for the messages and their numbers, and ONNX's "Operators" for `Gemm` (version 13:
//! `Y = A B' + C` with `transB`, which takes weights as `nn.Linear` holds them) and `Relu` (version 14). Not here: opening one.

use super::proto::Message;
use super::{FEATURES, facts, output};
use crate::{Linear, Weights};

/// ONNX 1.13, of late 2022.
const IR_VERSION: u64 = 8;
/// Operator set of ONNX 1.12; old enough for every engine that is kept up.
const OPERATORS: u64 = 17;
/// `TensorProto.DataType.FLOAT`.
const FLOAT: u64 = 1;
/// `AttributeProto.AttributeType.INT`.
const INT: u64 = 2;

/// The net as the bytes of an ONNX file.
#[must_use]
pub fn onnx(weights: &Weights) -> Vec<u8> {
    let config = weights.config();
    let (trunk, heads) = weights.layers().split_at(config.hidden.len());
    let mut graph = Message::new();
    let mut x = FEATURES.to_owned();
    for layer in trunk {
        let (sum, out) = (format!("{}.sum", layer.name), format!("{}.out", layer.name));
        graph = graph.message(1, dense(layer, &x, &sum));
        let relu = Message::new()
            .text(1, &sum)
            .text(2, &out)
            .text(3, &format!("{}.relu", layer.name))
            .text(4, "Relu");
        graph = graph.message(1, relu);
        x = out;
    }
    for (head, layer) in heads.iter().enumerate() {
        graph = graph.message(1, dense(layer, &x, output(head)));
    }
    graph = graph
        .text(2, "net")
        .each(weights.tensors(""), |graph, tensor| {
            let bytes: Vec<u8> = tensor
                .numbers
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect();
            let message = Message::new()
                .each(&tensor.shape, |it, &size| it.number(1, size as u64))
                .number(2, FLOAT)
                .text(8, &tensor.name)
                .bytes(9, &bytes);
            graph.message(5, message)
        })
        .message(11, port(FEATURES, config.inputs))
        .each(heads.iter().enumerate(), |graph, (head, layer)| {
            graph.message(12, port(output(head), layer.outputs))
        });
    Message::new()
        .number(1, IR_VERSION)
        .text(2, "jarvis2 nn")
        .message(7, graph)
        .message(8, Message::new().text(1, "").number(2, OPERATORS))
        .each(facts(weights), |model, (key, value)| {
            model.message(14, Message::new().text(1, key).text(2, &value))
        })
        .into_bytes()
}

/// A node `out = x W' + b`.
fn dense(layer: &Linear, x: &str, out: &str) -> Message {
    let transposed = Message::new()
        .text(1, "transB")
        .number(3, 1)
        .number(20, INT);
    Message::new()
        .text(1, x)
        .text(1, &format!("{}.weight", layer.name))
        .text(1, &format!("{}.bias", layer.name))
        .text(2, out)
        .text(3, &layer.name)
        .text(4, "Gemm")
        .message(5, transposed)
}

/// An input or output: rows without a size, and so many columns.
fn port(name: &str, columns: usize) -> Message {
    let shape = Message::new()
        .message(1, Message::new().text(2, "rows"))
        .message(1, Message::new().number(1, columns as u64));
    let tensor = Message::new().number(1, FLOAT).message(2, shape);
    Message::new()
        .text(1, name)
        .message(2, Message::new().message(1, tensor))
}
