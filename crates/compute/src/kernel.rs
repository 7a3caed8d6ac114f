//! A kernel: one function in three languages, and how it is called.
//!
//! The convention, the same in all three: one entry point; workgroups of one dimension; the grid is one or two-dimensional and
//! the kernel finds its index from both; only storage buffers, numbered from 0 in the order of the arguments; sizes come in a
//! small buffer. Buffers are padded to 16 bytes, so that loads of four numbers are legal.

use sha2::{Digest, Sha256};

/// What a kernel does with a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only reads it.
    Read,
    /// Writes every element of it that it is responsible for.
    Write,
    /// Both.
    ReadWrite,
}

/// A kernel's text and shape. Its text is trusted: it must guard its own indices.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    /// Its name, for people and for the cache of compiled kernels.
    pub name: &'static str,
    /// For Vulkan, and for Metal through naga.
    pub wgsl: &'static str,
    /// The same in the Metal shading language, for review; not launched.
    pub metal: &'static str,
    /// For CUDA, compiled by NVRTC without headers.
    pub cuda: &'static str,
    /// Invocations in one workgroup.
    pub workgroup: u32,
    /// Elements that one invocation answers for.
    pub per_invocation: u32,
    /// Its buffers, in the order of the bindings.
    pub buffers: &'static [Access],
}

impl Kernel {
    /// Workgroups in x and y for so many invocations, or `None` if no grid is large enough.
    pub(crate) fn grid(&self, invocations: u64) -> Option<(u32, u32)> {
        const WIDEST: u64 = 65_535;
        let groups = invocations.div_ceil(u64::from(self.workgroup)).max(1);
        let x = groups.min(WIDEST);
        let y = groups.div_ceil(x);
        (y <= WIDEST).then_some((x as u32, y as u32))
    }

    /// The name of the only entry point of the CUDA text: the word before the parameter list.
    #[cfg_attr(not(feature = "cuda"), allow(dead_code))]
    pub(crate) fn cuda_entry(&self) -> Option<&'static str> {
        let rest = &self.cuda[self.cuda.find("__global__")?..];
        rest.match_indices('(')
            .map(|(at, _)| {
                let head = rest[..at].trim_end();
                let from = head
                    .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .map_or(0, |at| at + 1);
                &head[from..]
            })
            .find(|word| *word != "__launch_bounds__")
    }

    /// Bytes of shared memory that the CUDA text leaves to the launch, as the comment beside the array says; 0 where it says its size.
    #[cfg_attr(not(feature = "cuda"), allow(dead_code))]
    pub(crate) fn cuda_shared_bytes(&self) -> Option<u32> {
        let Some((_, rest)) = self.cuda.split_once("extern __shared__ ") else {
            return Some(0);
        };
        let (_, rest) = rest.lines().next()?.split_once("// ")?;
        rest.strip_suffix(" bytes")?.parse().ok()
    }
}

/// A hash of the kernels' texts, for the key of a verdict.
pub(crate) fn hash<'a>(kernels: impl IntoIterator<Item = &'a Kernel>) -> String {
    let mut hasher = Sha256::new();
    for kernel in kernels {
        for text in [kernel.name, kernel.wgsl, kernel.metal, kernel.cuda] {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
    }
    hasher
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(cuda: &'static str) -> Kernel {
        Kernel {
            name: "k",
            wgsl: "",
            metal: "",
            cuda,
            workgroup: 256,
            per_invocation: 1,
            buffers: &[],
        }
    }

    #[test]
    fn a_grid_covers_the_invocations_and_no_more_than_a_row_too_many() {
        let k = kernel("");
        assert_eq!(k.grid(0), Some((1, 1)));
        assert_eq!(k.grid(256), Some((1, 1)));
        assert_eq!(k.grid(257), Some((2, 1)));
        assert_eq!(k.grid(65_535 * 256 + 1), Some((65_535, 2)));
        assert_eq!(k.grid(u64::MAX / 2), None);
    }

    #[test]
    fn the_entry_point_is_found_behind_launch_bounds() {
        let check = |text, name| assert_eq!(kernel(text).cuda_entry(), name, "{text}");
        check("extern \"C\" __global__ void f(float* x) {}", Some("f"));
        check(
            "__global__ void __launch_bounds__(256) g_1 (int* a){ h(2); }",
            Some("g_1"),
        );
        check("void f() {}", None);
    }

    #[test]
    fn shared_memory_is_asked_for_as_the_text_says() {
        let check = |text, bytes| assert_eq!(kernel(text).cuda_shared_bytes(), bytes, "{text}");
        check("__shared__ char v5[1024];\n", Some(0));
        check(
            "{\nextern __shared__ __align__(16) char v5[]; // 54272 bytes\nx;}",
            Some(54_272),
        );
        check("{\nextern __shared__ char v5[];\n}", None);
    }

    #[test]
    fn a_changed_text_changes_the_hash() {
        assert_ne!(hash([&kernel("a")]), hash([&kernel("b")]));
        assert_eq!(hash([&kernel("a")]), hash([&kernel("a")]));
    }
}
