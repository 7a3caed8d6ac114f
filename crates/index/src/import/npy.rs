//! NumPy's array file: a magic word, a version, a Python dictionary as text, then the numbers.
//!
//! ```text
//! \x93NUMPY major minor length(u16 in 1.0, u32 in 2.0 and 3.0) {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//! ```

use super::{Bytes, Scalar};
use crate::Error;

/// What the head says.
pub(super) struct Head {
    pub(super) dimensions: usize,
    pub(super) count: u64,
    pub(super) scalar: Scalar,
}

/// A head of an honest file is a few hundred bytes.
const HEAD_BYTES_MAX: u32 = 1 << 16;

/// Reads the head; the next byte is the first number.
pub(super) fn head(bytes: &mut Bytes) -> Result<Head, Error> {
    const DAMAGED: &str = "write it again with numpy.save";
    bytes.skip(6, 1, "the magic word")?;
    let (major, minor) = (bytes.u8("the version")?, bytes.u8("the version")?);
    let length = match major {
        1 => u32::from(bytes.u16("the length of the head")?),
        2 | 3 => bytes.u32("the length of the head")?,
        _ => {
            return Err(bytes.refuse(
                format!("it has version {major}.{minor} of the format; 1.0 to 3.0 are known"),
                DAMAGED,
            ));
        }
    };
    if length > HEAD_BYTES_MAX {
        return Err(bytes.refuse(format!("its head is said to have {length} bytes"), DAMAGED));
    }
    let mut text = vec![0; length as usize];
    bytes.fill(&mut text, "the head")?;
    let text = String::from_utf8_lossy(&text);
    let entry = |key: &str| -> Option<&str> {
        let quoted = [format!("'{key}'"), format!("\"{key}\"")];
        let after = quoted
            .iter()
            .find_map(|key| text.split_once(key.as_str()))?
            .1;
        Some(after.trim_start().strip_prefix(':')?.trim_start())
    };
    let missing = |key: &str| bytes.refuse(format!("its head has no {key}: {text:.200?}"), DAMAGED);
    let kind = entry("descr").ok_or_else(|| missing("descr"))?;
    let kind = kind
        .strip_prefix(['\'', '"'])
        .and_then(|kind| kind.split(['\'', '"']).next());
    let scalar = match kind {
        Some("<f2" | "=f2") => Scalar::F16 { big: false },
        Some(">f2") => Scalar::F16 { big: true },
        Some("<f4" | "=f4") => Scalar::F32 { big: false },
        Some(">f4") => Scalar::F32 { big: true },
        Some("<f8" | "=f8") => Scalar::F64 { big: false },
        Some(">f8") => Scalar::F64 { big: true },
        _ => {
            return Err(bytes.refuse(
                format!(
                    "its numbers are of type {}, not floating point",
                    kind.unwrap_or("[several fields]")
                ),
                "save it with array.astype('float32')",
            ));
        }
    };
    let fortran = entry("fortran_order").ok_or_else(|| missing("fortran_order"))?;
    let shape = entry("shape")
        .and_then(|shape| shape.strip_prefix('('))
        .and_then(|shape| shape.split_once(')'))
        .ok_or_else(|| missing("shape"))?
        .0;
    let sides: Option<Vec<u64>> = shape
        .split(',')
        .map(|side| side.trim().trim_end_matches('L'))
        .filter(|side| !side.is_empty())
        .map(|side| side.parse().ok())
        .collect();
    let (count, dimensions) = match sides.as_deref() {
        // One vector.
        Some(&[dimensions]) => (1, dimensions),
        Some(&[count, dimensions]) => (count, dimensions),
        _ => {
            return Err(bytes.refuse(
                format!("its shape is ({shape}), not (rows, numbers in a row)"),
                "save it with array.reshape(rows, -1)",
            ));
        }
    };
    // Rows or columns of one are the same in both orders.
    if !fortran.starts_with("False") && count > 1 && dimensions > 1 {
        return Err(bytes.refuse(
            "its numbers lie column by column (Fortran order)",
            "save it with numpy.ascontiguousarray(array)",
        ));
    }
    if dimensions == 0 || count == 0 {
        return Err(bytes.refuse(
            format!("its shape is ({shape}): there is no vector in it"),
            DAMAGED,
        ));
    }
    bytes.need(count, dimensions.saturating_mul(scalar.bytes()), "the rows")?;
    let behind = bytes.left() - count * dimensions * scalar.bytes();
    if behind > 0 {
        return Err(bytes.refuse(
            format!("{behind} bytes are left after shape ({shape})"),
            DAMAGED,
        ));
    }
    Ok(Head {
        dimensions: dimensions as usize,
        count,
        scalar,
    })
}
