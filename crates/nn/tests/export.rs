//! Exported nets: their structure, read back here by a small reader of Protocol Buffers; and their answers, by the engines of others.
//!
//! For the second `JARVIS2_PYTHON_NETS` names a Python with onnx, onnxruntime, coremltools and numpy; without it that test says so and passes.

#![allow(clippy::disallowed_methods)] // A test may look at the environment; the crate may not.

use std::path::{Path, PathBuf};
use std::process::Command;

use nn::export::{self, Numbers, Package};
use nn::{Config, Error, Linear, Net, Weights};
use sha2::{Digest, Sha256};

fn config(inputs: usize, hidden: &[usize], policies: usize) -> Config {
    Config {
        inputs,
        hidden: hidden.to_vec(),
        policies,
    }
}

/// Weights with biases that are not zero.
fn weights(config: Config, seed: u64) -> Weights {
    let seeded = Weights::seeded(config.clone(), seed).unwrap();
    let layers = seeded.layers().iter().map(|layer| Linear {
        bias: (0..layer.outputs)
            .map(|i| ((i * 7) % 11) as f32 / 8.0 - 0.6)
            .collect(),
        ..layer.clone()
    });
    Weights::new(config, layers.collect()).unwrap()
}

fn small() -> Weights {
    weights(config(12, &[9, 7], 5), 3)
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A field of a message.
#[derive(Clone, Debug)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// A message: its fields with their numbers, in order.
#[derive(Clone, Debug)]
struct Read<'a>(Vec<(u64, Field<'a>)>);

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().expect("a message that ends early");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    panic!("a number that does not end")
}

impl<'a> Read<'a> {
    fn new(mut bytes: &'a [u8]) -> Read<'a> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let field = match key & 7 {
                0 => Field::Number(varint(&mut bytes)),
                2 => {
                    let length = varint(&mut bytes) as usize;
                    let (taken, rest) = bytes.split_at(length);
                    bytes = rest;
                    Field::Bytes(taken)
                }
                kind => panic!("a field of kind {kind}"),
            };
            fields.push((key >> 3, field));
        }
        Read(fields)
    }

    fn all(&self, number: u64) -> Vec<&'a [u8]> {
        let fields = self.0.iter().filter(|(found, _)| *found == number);
        let bytes = fields.map(|(_, field)| match field {
            Field::Bytes(bytes) => *bytes,
            Field::Number(_) => panic!("field {number} is a number"),
        });
        bytes.collect()
    }

    fn bytes(&self, number: u64) -> &'a [u8] {
        let all = self.all(number);
        assert_eq!(all.len(), 1, "field {number}");
        all[0]
    }

    fn texts(&self, number: u64) -> Vec<&'a str> {
        let texts = self.all(number).into_iter();
        texts.map(|it| std::str::from_utf8(it).unwrap()).collect()
    }

    fn text(&self, number: u64) -> &'a str {
        std::str::from_utf8(self.bytes(number)).unwrap()
    }

    fn messages(&self, number: u64) -> Vec<Read<'a>> {
        self.all(number).into_iter().map(Read::new).collect()
    }

    /// Down through messages that have each field once.
    fn at(&self, path: &[u64]) -> Read<'a> {
        path.iter()
            .fold(self.clone(), |it, &number| Read::new(it.bytes(number)))
    }

    fn number(&self, number: u64) -> u64 {
        let mut fields = self.0.iter().filter(|(found, _)| *found == number);
        match (fields.next(), fields.next()) {
            (Some((_, Field::Number(value))), None) => *value,
            other => panic!("field {number}: {other:?}"),
        }
    }

    /// The value of a map.
    fn entry(&self, number: u64, key: &str) -> Read<'a> {
        let entries = self.messages(number);
        let found = entries.iter().find(|entry| entry.text(1) == key);
        found.unwrap_or_else(|| panic!("no {key}")).at(&[2])
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty());
    numbers.iter().map(|&x| f32::from_le_bytes(x)).collect()
}

/// Every weight is there to the bit, under its name, in its shape; nodes, inputs and outputs are those of the net.
#[test]
fn onnx_holds_the_net() {
    let weights = small();
    let bytes = export::onnx(&weights);
    let model = Read::new(&bytes);
    assert_eq!((model.number(1), model.at(&[8]).number(2)), (8, 17));
    let facts: Vec<(&str, &str)> = model
        .messages(14)
        .iter()
        .map(|it| (it.text(1), it.text(2)))
        .collect();
    let sum = weights.sha256();
    assert_eq!(facts, [("architecture", "12-9-7:1+5"), ("sha256", &sum)]);
    let graph = model.at(&[7]);
    let nodes: Vec<String> = graph
        .messages(1)
        .iter()
        .map(|node| {
            format!(
                "{}({})={}",
                node.text(4),
                node.texts(1).join(","),
                node.text(2)
            )
        })
        .collect();
    assert_eq!(
        nodes,
        [
            "Gemm(features,layers.0.weight,layers.0.bias)=layers.0.sum",
            "Relu(layers.0.sum)=layers.0.out",
            "Gemm(layers.0.out,layers.2.weight,layers.2.bias)=layers.2.sum",
            "Relu(layers.2.sum)=layers.2.out",
            "Gemm(layers.2.out,layers.4.weight,layers.4.bias)=value",
            "Gemm(layers.2.out,policy.weight,policy.bias)=policy",
        ]
    );
    let tensors = graph.messages(5);
    assert_eq!(tensors.len(), 8);
    for (i, layer) in weights.layers().iter().enumerate() {
        for (tensor, part, numbers) in [
            (&tensors[2 * i], "weight", &layer.weight),
            (&tensors[2 * i + 1], "bias", &layer.bias),
        ] {
            assert_eq!(tensor.text(8), format!("{}.{part}", layer.name));
            assert_eq!(&floats(tensor.bytes(9)), numbers);
        }
    }
    let ends = [11, 12].map(|field| graph.messages(field));
    let ends: Vec<(&str, u64)> = ends
        .iter()
        .flatten()
        .map(|end| {
            let sizes = end.at(&[2, 1, 2]).messages(1);
            assert_eq!((sizes.len(), sizes[0].text(2)), (2, "rows"));
            (end.text(1), sizes[1].number(1))
        })
        .collect();
    assert_eq!(ends, [("features", 12), ("value", 1), ("policy", 5)]);
}

fn file<'a>(package: &'a Package, end: &str) -> &'a [u8] {
    let files = package.files();
    let found = files.iter().find(|(name, _)| name.ends_with(end)).unwrap();
    found.1
}

/// What a program's constant holds, in `f32`, and where: in the file, or in the program.
fn constant(operation: &Read, numbers: Numbers, weights: &[u8]) -> (Vec<f32>, bool) {
    let value = operation.entry(5, "val");
    let in_file = !value.all(5).is_empty();
    let bytes = if in_file {
        let place = value.at(&[5]);
        assert_eq!(place.text(1), "@model_path/weights/weight.bin");
        let at = place.number(2) as usize;
        let word = |at: usize| u32::from_le_bytes(weights[at..at + 4].try_into().unwrap());
        let long = |at: usize| u64::from_le_bytes(weights[at..at + 8].try_into().unwrap()) as usize;
        assert_eq!(word(at), 0xdead_beef);
        let kind = match numbers {
            Numbers::F16 => 1,
            Numbers::F32 => 2,
        };
        assert_eq!(word(at + 4), kind);
        let (size, data) = (long(at + 8), long(at + 16));
        assert_eq!((at % 64, data), (0, at + 64));
        assert!(weights[at + 24..data].iter().all(|&byte| byte == 0));
        &weights[data..data + size]
    } else {
        let field = match numbers {
            Numbers::F32 => 1,
            Numbers::F16 => 7,
        };
        value.at(&[3, 1, field]).bytes(1)
    };
    let found = match numbers {
        Numbers::F32 => floats(bytes),
        Numbers::F16 => {
            let (halves, _) = bytes.as_chunks::<2>();
            let halves = halves.iter().map(|&x| u16::from_le_bytes(x));
            halves.map(single).collect()
        }
    };
    (found, in_file)
}

/// The number that a 16-bit float is; here all are normal or zero.
fn single(half: u16) -> f32 {
    let bits = u32::from(half);
    if bits & 0x7fff == 0 {
        return 0.0;
    }
    f32::from_bits(((bits & 0x8000) << 16) | (((bits & 0x7fff) << 13) + (112 << 23)))
}

#[test]
fn a_package_holds_the_net() {
    for numbers in [Numbers::F32, Numbers::F16] {
        let net = small();
        let package = export::core_ml(&net, numbers).unwrap();
        let model = Read::new(file(&package, "model.mlmodel"));
        let blobs = file(&package, "weight.bin");
        assert_eq!(model.number(1), 6);
        let ends = [1, 10].map(|field| model.at(&[2]).messages(field));
        let ends: Vec<&str> = ends.iter().flatten().map(|end| end.text(1)).collect();
        assert_eq!(ends, ["features", "value", "policy"]);
        let input = model.at(&[2]).at(&[1, 3, 5]);
        assert_eq!(input.bytes(1), [1, 12]);
        let ranges = input.at(&[31]).messages(1);
        let ranges: Vec<_> = ranges
            .iter()
            .map(|it| (it.number(1), it.number(2)))
            .collect();
        assert_eq!(ranges, [(1, export::ROWS_MAX as u64), (12, 12)]);

        let block = model.at(&[502]).entry(2, "main").entry(3, "CoreML5");
        assert_eq!(block.texts(2), ["value", "policy"]);
        let (constants, operations): (Vec<Read>, Vec<Read>) = block
            .messages(3)
            .into_iter()
            .partition(|it| it.text(1) == "const");
        let told: Vec<String> = operations
            .iter()
            .map(|it| {
                let inputs = it.messages(2);
                let inputs: Vec<&str> = inputs.iter().map(|it| it.at(&[2, 1]).text(1)).collect();
                format!(
                    "{}({})={}",
                    it.text(1),
                    inputs.join(","),
                    it.at(&[3]).text(1)
                )
            })
            .collect();
        let whole = [
            "linear(features,layers_0_weight,layers_0_bias)=layers_0",
            "relu(layers_0)=layers_0_relu",
            "linear(layers_0_relu,layers_2_weight,layers_2_bias)=layers_2",
            "relu(layers_2)=layers_2_relu",
            "linear(layers_2_relu,layers_4_weight,layers_4_bias)=value",
            "linear(layers_2_relu,policy_weight,policy_bias)=policy",
        ];
        match numbers {
            Numbers::F32 => assert_eq!(told, whole),
            Numbers::F16 => {
                assert_eq!(told[0], "cast(features,f16)=features_f16");
                assert_eq!(told[1], whole[0].replace("features", "features_f16"));
                assert_eq!(told[2..5], whole[1..4]);
                assert_eq!(told[5], whole[4].to_owned() + "_f16");
                assert_eq!(told[6], "cast(value_f16,f32)=value");
                assert_eq!(told[8], "cast(policy_f16,f32)=policy");
            }
        }
        // Tensors: each number as it is, or the nearest half; small ones in the program, and no byte of the file unused.
        let mut in_files = 0;
        let mut expected = 64;
        for (i, layer) in net.layers().iter().enumerate() {
            for (constant_at, numbers_wanted) in [(2 * i, &layer.weight), (2 * i + 1, &layer.bias)]
            {
                let (found, in_file) = constant(&constants[constant_at], numbers, blobs);
                assert_eq!(found.len(), numbers_wanted.len());
                assert_eq!(in_file, found.len() >= 10);
                let off = match numbers {
                    Numbers::F32 => 0.0,
                    Numbers::F16 => f32::powi(2.0, -11),
                };
                for (found, wanted) in found.iter().zip(numbers_wanted) {
                    assert!(
                        (found - wanted).abs() <= off * wanted.abs(),
                        "{found} {wanted}"
                    );
                }
                if in_file {
                    in_files += 1;
                    let each = if numbers == Numbers::F32 { 4 } else { 2 };
                    expected = usize::next_multiple_of(expected, 64) + 64 + each * found.len();
                }
            }
        }
        assert_eq!(blobs.len(), expected);
        assert_eq!(blobs[..8], [in_files, 0, 0, 0, 2, 0, 0, 0]);
        assert!(blobs[8..64].iter().all(|&byte| byte == 0));
    }
}

/// Nets at the edges: no hidden layer, no policies, few numbers in all.
#[test]
fn nets_of_other_shapes_are_exported() {
    for (config, ends) in [
        (config(3, &[], 0), vec!["features", "value"]),
        (config(2, &[], 4), vec!["features", "value", "policy"]),
        (config(5, &[1, 300, 2], 0), vec!["features", "value"]),
    ] {
        let weights = weights(config, 5);
        let onnx = export::onnx(&weights);
        let graph = Read::new(&onnx).at(&[7]);
        let found = [11, 12].map(|field| graph.messages(field));
        let found: Vec<&str> = found.iter().flatten().map(|end| end.text(1)).collect();
        assert_eq!(found, ends);
        let package = export::core_ml(&weights, Numbers::F32).unwrap();
        let description = Read::new(file(&package, "model.mlmodel")).at(&[2]);
        let found = [1, 10].map(|field| description.messages(field));
        let found: Vec<&str> = found.iter().flatten().map(|end| end.text(1)).collect();
        assert_eq!(found, ends);
    }
}

/// The same weights make the same bytes, here and everywhere. A change of these sums is a change of the format: let
/// `check.py` judge it first.
#[test]
fn the_bytes_are_these() {
    let weights = small();
    let sum = |parts: &[&[u8]]| {
        let digest = Sha256::digest(parts.concat());
        digest[..8]
            .iter()
            .map(|x| format!("{x:02x}"))
            .collect::<String>()
    };
    let package = |numbers| {
        let package = export::core_ml(&weights, numbers).unwrap();
        sum(&package.files().map(|(_, bytes)| bytes))
    };
    assert_eq!(
        [
            sum(&[&export::onnx(&weights)]),
            package(Numbers::F32),
            package(Numbers::F16)
        ],
        ["9627880b43161193", "ea632050f9cb2765", "76e72cff22a79e9a"]
    );
}

#[test]
fn what_cannot_be_exported_is_said() {
    let mut layers = small().layers().to_vec();
    layers[1].weight[9 + 4] = -65_520.0;
    let weights = Weights::new(small().config().clone(), layers).unwrap();
    assert!(export::core_ml(&weights, Numbers::F32).is_ok());
    let error = export::core_ml(&weights, Numbers::F16).err().unwrap();
    assert_eq!(
        error.to_string(),
        "weight -65520 at [1, 4] of tensor `layers.2.weight` is beyond the largest 16-bit float, 65504; export in 32-bit floats"
    );
}

#[test]
fn nothing_is_overwritten() {
    let folder = scratch("taken");
    let (weights, onnx) = (small(), folder.join("net.onnx"));
    let package = export::core_ml(&weights, Numbers::F32).unwrap();
    let place = folder.join("net.mlpackage");
    export::save_onnx(&weights, &onnx).unwrap();
    package.save(&place).unwrap();
    assert_eq!(std::fs::read(&onnx).unwrap(), export::onnx(&weights));
    for (name, bytes) in package.files() {
        assert_eq!(std::fs::read(place.join(name)).unwrap(), bytes);
    }
    std::fs::write(&onnx, "mine").unwrap();
    for error in [
        export::save_onnx(&weights, &onnx).unwrap_err(),
        package.save(&place).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Taken { .. }), "{error}");
        let said = error.to_string();
        assert!(
            said.contains("net.") && said.contains("nothing is overwritten"),
            "{said}"
        );
    }
    assert_eq!(std::fs::read(&onnx).unwrap(), b"mine");
    // What an earlier try left is named, not removed.
    std::fs::create_dir(folder.join("other.mlpackage.part")).unwrap();
    let said = package
        .save(&folder.join("other.mlpackage"))
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("other.mlpackage.part is there already"),
        "{said}"
    );
    // Nor are folders made on the way.
    let nowhere = folder.join("no/such/net");
    for error in [
        export::save_onnx(&weights, &nowhere).unwrap_err(),
        package.save(&nowhere).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Io { .. }), "{error}");
    }
    assert!(!folder.join("no").exists());
}

/// A net, rows, and all the answers, in a folder for `check.py`.
fn write(folder: &Path, weights: &Weights, rows: &[f32]) {
    let config = weights.config();
    let count = rows.len() / config.inputs;
    let (mut values, mut policies) = (vec![0.0; count], vec![0.0; count * config.policies]);
    Net::new(weights)
        .forward(rows, &mut values, &mut policies)
        .unwrap();
    let (mut ours, mut exact, mut bound) = (Vec::new(), Vec::new(), Vec::new());
    for (i, row) in rows.chunks_exact(config.inputs).enumerate() {
        ours.push(values[i]);
        ours.extend(&policies[i * config.policies..][..config.policies]);
        for answer in weights.reference(row).unwrap() {
            exact.push(answer.exact);
            bound.push(answer.bound);
        }
    }
    let singles = |name: &str, numbers: &[f32]| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(folder.join(name), bytes).unwrap();
    };
    let doubles = |name: &str, numbers: &[f64]| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(folder.join(name), bytes).unwrap();
    };
    singles("rows.f32", rows);
    singles("ours.f32", &ours);
    doubles("exact.f64", &exact);
    doubles("bound.f64", &bound);
    std::fs::write(folder.join("count.txt"), count.to_string()).unwrap();
    export::save_onnx(weights, &folder.join("net.onnx")).unwrap();
    for numbers in [Numbers::F32, Numbers::F16] {
        let package = export::core_ml(weights, numbers).unwrap();
        package
            .save(&folder.join(format!("net-{numbers}.mlpackage")))
            .unwrap();
    }
}

/// Numbers between -2 and 2, two fifths of them zero, as encodings have zeros; each column has both.
fn rows(count: usize, width: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 22) as f32 - 2.0
    };
    (0..count * width)
        .map(|i| if i % 5 < 2 { 0.0 } else { next() })
        .collect()
}

/// What `check.py` says of a net's files and answers, and whether it is content.
fn judged(python: &str, folder: &Path) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export/check.py");
    let out = Command::new(python)
        .arg(&script)
        .arg(folder)
        .output()
        .unwrap();
    let said = [out.stdout, out.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    (out.status.success(), said.concat())
}

/// ONNX Runtime, and Core ML's program by numpy, give what `Net` gives.
#[test]
fn other_engines_give_the_same_answers() {
    let Ok(python) = std::env::var("JARVIS2_PYTHON_NETS") else {
        println!(
            "skipped: JARVIS2_PYTHON_NETS names no Python with onnx, onnxruntime, coremltools and numpy"
        );
        return;
    };
    for (name, weights, count) in [
        ("house", weights(Config::default(), 4), 100),
        ("small", small(), 20),
        ("line", weights(config(3, &[], 0), 5), 20),
    ] {
        let folder = scratch(&format!("engines-{name}"));
        write(&folder, &weights, &rows(count, weights.config().inputs));
        let (good, said) = judged(&python, &folder);
        println!("{name}: {said}");
        assert!(good && said.contains("\nall agree\n"), "{name}: {said}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
    // The check can fail: one weight of the file moved by a hundredth.
    let folder = scratch("engines-wrong");
    write(&folder, &small(), &rows(20, 12));
    let file = folder.join("net-f32.mlpackage/Data/com.apple.CoreML/weights/weight.bin");
    let mut bytes = std::fs::read(&file).unwrap();
    let first = f32::from_le_bytes(bytes[128..132].try_into().unwrap());
    bytes[128..132].copy_from_slice(&(first + 0.01).to_le_bytes());
    std::fs::write(&file, bytes).unwrap();
    let (good, said) = judged(&python, &folder);
    assert!(!good && said.contains("disagree: Core ML f32\n"), "{said}");
}
