//! Weights on disk: round trips, every kind of damage, and the files of past versions.

use std::path::{Path, PathBuf};

use nn::{Config, Error, Weights};

fn small() -> Config {
    Config {
        inputs: 3,
        hidden: vec![4],
        policies: 2,
    }
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn a_file_gives_back_the_same_weights() {
    for config in [
        small(),
        Config::default(),
        Config {
            inputs: 2,
            hidden: vec![],
            policies: 0,
        },
    ] {
        let weights = Weights::seeded(config, 11).unwrap();
        let path = scratch("round-trip.safetensors");
        weights.save(&path).unwrap();
        assert_eq!(Weights::load(&path).unwrap(), weights);
        assert_eq!(std::fs::read(&path).unwrap(), weights.to_bytes());
    }
}

#[test]
fn another_seed_is_another_net() {
    let sum = |seed| Weights::seeded(small(), seed).unwrap().sha256();
    assert_ne!(sum(1), sum(2));
    assert_eq!(sum(1), sum(1));
}

/// Not one bit can change unseen, wherever it stands.
#[test]
fn every_flipped_bit_is_an_error() {
    let bytes = Weights::seeded(small(), 11).unwrap().to_bytes();
    assert!(bytes.len() > 500);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            assert!(
                Weights::from_bytes(&damaged).is_err(),
                "byte {at} bit {bit}"
            );
        }
    }
    for end in 0..bytes.len() {
        assert!(Weights::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(Weights::from_bytes(&longer).is_err());
}

/// A file with one piece of its header or its numbers replaced by another of the same length.
fn replaced(from: &str, to: &str) -> Error {
    let mut bytes = Weights::seeded(small(), 11).unwrap().to_bytes();
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|w| w == from.as_bytes());
    let at = at.unwrap_or_else(|| panic!("no {from}"));
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    Weights::from_bytes(&bytes).unwrap_err()
}

#[test]
fn errors_say_what_is_wrong_and_what_to_do() {
    let check = |error: Error, wanted: &str, remedy: &str| {
        let said = error.to_string();
        assert!(said.contains(wanted), "{said}");
        assert!(said.contains(remedy), "{said}");
    };
    check(
        replaced(r#""schema":"1""#, r#""schema":"2""#),
        "the file has schema 2, this program reads up to 1",
        "update the program",
    );
    check(
        replaced(r#""schema":"1""#, r#""schema":"x""#),
        r#"`schema` = "x""#,
        "save it anew",
    );
    check(
        replaced(r#""schema":"#, r#""schemb":"#),
        "no `schema`",
        "torch_twin.py",
    );
    check(
        replaced("3-4:1+2", "3-4:2+1"),
        r#"`architecture` = "3-4:2+1""#,
        "of the form",
    );
    check(
        replaced("3-4:1+2", "3-5:1+2"),
        "tensor `layers.0.weight` has shape [4, 3], the net wants [5, 3]",
        "transpose",
    );
    check(
        replaced("3-4:1+2", "3-4:1+0"),
        "tensor `policy.bias` belongs to no layer of a net 3-4:1+0",
        "nothing was loaded",
    );
    check(
        replaced("policy.bias", "policy.bibs"),
        "there is no tensor `policy.bias`; the file has: layers.0.bias",
        "nn::file",
    );
    check(
        replaced(r#""shape":[4,3]"#, r#""shape":[3,4]"#),
        "has shape [3, 4], the net wants [4, 3]",
        "transpose",
    );
    check(
        replaced(r#""dtype":"F32""#, r#""dtype":"I32""#),
        "tensor `layers.0.bias` holds I32 numbers",
        "32-bit floats",
    );

    let mut bytes = Weights::seeded(small(), 11).unwrap().to_bytes();
    let last = bytes.len() - 4;
    bytes[last] ^= 1;
    check(
        Weights::from_bytes(&bytes).unwrap_err(),
        "the weights' checksum is",
        "copy it again",
    );
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    check(
        Weights::from_bytes(&bytes).unwrap_err(),
        "weight NaN at [1, 3] of tensor `policy.weight`",
        "go back to an earlier file",
    );
    check(
        Weights::from_bytes(b"PK\x03\x04 a zip file").unwrap_err(),
        "no whole safetensors file",
        "copy or write it again",
    );
    let absent = scratch("absent.safetensors");
    let said = Weights::load(&absent).unwrap_err().to_string();
    assert!(
        said.starts_with("cannot read") && said.contains("absent.safetensors"),
        "{said}"
    );
    let broken = scratch("broken.safetensors");
    std::fs::write(&broken, &bytes).unwrap();
    let said = Weights::load(&broken).unwrap_err().to_string();
    assert!(said.contains("broken.safetensors: weight NaN"), "{said}");
}
