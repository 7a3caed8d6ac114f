//! Layers in bf16 with the tiles of AMX: `tdpbf16ps` multiplies 16 rows of 32 numbers with 32 by 16 weights.
//!
//! ```text
//! for each step of 32 inputs:   t[0], t[1] = sums over p of x[2p] w[2p], of x[2p+1] w[2p+1]     p = 0 .. 15
//!                               c = c + (t[0] + t[1])
//! ```
//! Four tiles of sums (two of rows by two of columns), two of rows, two of weights. More rows than these take the weights block by
//! block ([`STEPS`]): sums wait in memory between blocks, which changes no bit of the chain over c.
//! Source: Intel 64 and IA-32 Architectures Software Developer's Manual, vol. 1, chapter 18, and vol. 2, "TDPBF16PS"; the request
//! for permission is Linux, `Documentation/arch/x86/xstate.rst`. The instructions are written out as assembler, because their
//! intrinsics are not stable.
//! Numbers below the normal ones count as zero. Only for Linux; other systems use vectors.

#![allow(unsafe_code)] // Tiles are known to the assembler alone.

use std::arch::asm;
use std::marker::PhantomData;

use super::avx512::Avx512Bf16;
use super::pairs::{Layer, TILE};
use crate::kernel::Aligned;

/// Proof that the machine has tiles for bf16 and that the system lets us use them; only [`Tiles::detect`] makes one.
#[derive(Clone, Copy)]
pub(crate) struct Tiles {
    /// Plain code in place of the instructions.
    #[cfg(test)]
    model: bool,
}

impl Tiles {
    pub(crate) fn detect() -> Option<Tiles> {
        (has_instructions() && permitted()).then_some(Tiles {
            #[cfg(test)]
            model: false,
        })
    }

    #[cfg(test)]
    pub(crate) fn model() -> Tiles {
        Tiles { model: true }
    }

    pub(crate) fn name(self) -> &'static str {
        if self.is_model() {
            "AMX bf16 in plain code"
        } else {
            "AMX bf16"
        }
    }

    #[cfg(test)]
    fn is_model(self) -> bool {
        self.model
    }

    #[cfg(not(test))]
    fn is_model(self) -> bool {
        false
    }

    /// Sets up this thread's tiles, until the session is dropped.
    pub(crate) fn start(self) -> Session {
        if !self.is_model() {
            // SAFETY: `self` exists only where the instruction does, and the description is a valid one of 64 bytes.
            unsafe {
                asm!("ldtilecfg [{0}]", in(reg) &raw const SHAPES, options(nostack, readonly, preserves_flags));
            }
        }
        Session {
            tiles: self,
            thread: PhantomData,
        }
    }
}

/// Tiles that are set up, on this thread alone.
pub(crate) struct Session {
    tiles: Tiles,
    thread: PhantomData<*const ()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.tiles.is_model() {
            // SAFETY: the instruction exists; nothing but this session uses tiles. Afterwards a change of thread saves none.
            unsafe {
                asm!("tilerelease", options(nomem, nostack, preserves_flags));
            }
        }
    }
}

/// What `ldtilecfg` reads.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    bytes: [u16; 16],
    rows: [u8; 16],
}

/// All eight tiles have 16 rows of 64 bytes.
static SHAPES: Shapes = Shapes {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    bytes: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// Sums of up to 32 rows by 32 columns.
#[repr(align(64))]
pub(crate) struct Sums([[f32; 32]; 32]);

impl Sums {
    pub(crate) const ZERO: Sums = Sums([[0.0; 32]; 32]);
}

/// Does the processor have tiles for bf16?
fn has_instructions() -> bool {
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    if __cpuid(0).eax < 7 {
        return false;
    }
    let features = __cpuid_count(7, 0).edx;
    let (bf16, tile) = (features >> 22 & 1, features >> 24 & 1);
    bf16 == 1 && tile == 1
}

/// Asks the system for the use of tile data (`arch_prctl` with ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA); it holds for the process.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    let (arch_prctl, request, tile_data) = (158u64, 0x1023u64, 18u64);
    let refused: u64;
    // SAFETY: a system call that changes nothing but the permission; an older system answers with an error.
    unsafe {
        asm!("syscall", inlateout("rax") arch_prctl => refused, in("rdi") request, in("rsi") tile_data,
             lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    refused == 0
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// Rows that go through the net together: two strips of 32, for there are two places of sums.
pub(crate) const ROWS: usize = 64;

/// Steps of a panel of weights that meet the first 32 rows and then the others, if there are others.
///
/// These 16 KB of weights stay in a first-level cache of 48 KB until the others come. For the house net and 64 rows it then takes
/// 3.8 MB from the second level, by count (12 ways, least recently used first): 1.1 MB of weights, once each; 2.3 MB of rows, once
/// for each panel; 0.4 MB of all else. All steps at once come to 5.2 MB, with each weight taken twice.
const STEPS: usize = 8;

/// Numbers of two tiles of weights.
const STEP: usize = 512;

impl Session {
    /// Sums of one tile of rows, or of two that are `stride` apart, by one panel of 32 columns, over as many steps as there are
    /// `weights`; `add` keeps what `sums` holds.
    ///
    /// # Panics
    /// If there are not so many tiles in `x`.
    fn multiply(
        &self,
        x: &[u32],
        stride: usize,
        both: bool,
        weights: &[u32],
        add: bool,
        sums: &mut Sums,
    ) {
        let steps = weights.len() / STEP;
        assert!(
            weights.len().is_multiple_of(STEP) && steps > 0,
            "{} weights are not whole tiles",
            weights.len()
        );
        let needed = if both { stride } else { 0 } + steps * TILE;
        assert!(x.len() >= needed, "{} pairs, {needed} needed", x.len());
        #[cfg(test)]
        if self.tiles.model {
            model(x, stride, both, weights, add, sums);
            return;
        }
        let (add, w) = (u32::from(add), weights.as_ptr());
        // SAFETY: a session means that the instructions exist and that all tiles have 16 rows of 64 bytes, and they are set up
        // while `self` lives. `x` holds the tiles and `weights` `steps` times 16 rows of 128 bytes, see the asserts; `sums` holds 32
        // rows of 128 bytes.
        unsafe {
            let (x0, x1) = (x.as_ptr(), x.as_ptr().wrapping_add(stride));
            if both {
                tiles_2x2(x0, x1, w, steps, add, sums);
            } else {
                tiles_1x2(x0, w, steps, add, sums);
            }
        }
    }
}

/// 32 rows by 32 columns.
///
/// # Safety
/// All tiles are set up as 16 rows of 64 bytes; `x0` and `x1` point at `steps` such tiles; `w` at `16 * steps` rows of 32.
unsafe fn tiles_2x2(
    x0: *const u32,
    x1: *const u32,
    w: *const u32,
    steps: usize,
    add: u32,
    sums: &mut Sums,
) {
    // SAFETY: the caller's promise. The loop reads what it says there and writes `sums` alone.
    unsafe {
        asm!(
            "test {add:e}, {add:e}",
            "jnz 3f",
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "jmp 2f",
            "3:",
            "tileloadd tmm0, [{c} + {ws}*1]",
            "tileloadd tmm1, [{c} + {ws}*1 + 64]",
            "tileloadd tmm2, [{c} + {ws}*1 + 2048]",
            "tileloadd tmm3, [{c} + {ws}*1 + 2112]",
            "2:",
            "tileloadd tmm4, [{x0} + {xs}*1]",
            "tileloadd tmm6, [{w} + {ws}*1]",
            "tileloadd tmm7, [{w} + {ws}*1 + 64]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm5, [{x1} + {xs}*1]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {x0}, 1024",
            "add {x1}, 1024",
            "add {w}, 2048",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{c} + {ws}*1], tmm0",
            "tilestored [{c} + {ws}*1 + 64], tmm1",
            "tilestored [{c} + {ws}*1 + 2048], tmm2",
            "tilestored [{c} + {ws}*1 + 2112], tmm3",
            x0 = inout(reg) x0 => _,
            x1 = inout(reg) x1 => _,
            xs = in(reg) 64usize,
            w = inout(reg) w => _,
            ws = in(reg) 128usize,
            steps = inout(reg) steps => _,
            add = in(reg) add,
            c = in(reg) sums,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// 16 rows by 32 columns.
///
/// # Safety
/// As [`tiles_2x2`], with 16 rows.
unsafe fn tiles_1x2(x: *const u32, w: *const u32, steps: usize, add: u32, sums: &mut Sums) {
    // SAFETY: the caller's promise. The loop reads what it says there and writes `sums` alone.
    unsafe {
        asm!(
            "test {add:e}, {add:e}",
            "jnz 3f",
            "tilezero tmm0",
            "tilezero tmm1",
            "jmp 2f",
            "3:",
            "tileloadd tmm0, [{c} + {ws}*1]",
            "tileloadd tmm1, [{c} + {ws}*1 + 64]",
            "2:",
            "tileloadd tmm4, [{x0} + {xs}*1]",
            "tileloadd tmm6, [{w} + {ws}*1]",
            "tileloadd tmm7, [{w} + {ws}*1 + 64]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "add {x0}, 1024",
            "add {w}, 2048",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{c} + {ws}*1], tmm0",
            "tilestored [{c} + {ws}*1 + 64], tmm1",
            x0 = inout(reg) x => _,
            xs = in(reg) 64usize,
            w = inout(reg) w => _,
            ws = in(reg) 128usize,
            steps = inout(reg) steps => _,
            add = in(reg) add,
            c = in(reg) sums,
            out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// One layer for `count` rows in tiles: tiles again, or rows of bits of `f32` if it is the last.
pub(crate) fn run<const LAST: bool>(
    tiles: &Session,
    vectors: Avx512Bf16,
    layer: &Layer,
    x: &Aligned<u32>,
    count: usize,
    sums: &mut [Sums; 2],
    out: &mut Aligned<u32>,
) {
    let (x, out) = (x.as_slice(), out.as_mut_slice());
    let (steps, panels) = (layer.pairs / 16, layer.panels.len());
    let stride = steps * TILE;
    // Of 32 rows each, one or two.
    let strips = count.div_ceil(32);
    let depth = if strips == 1 { steps } else { STEPS };
    let mut finish = |panel: usize, strip: usize, sums: &Sums| {
        let (bias, _) = layer.bias(&layer.panels[panel]).as_chunks::<32>();
        let rows = (count - 32 * strip).min(32);
        for (tile, sums) in (2 * strip..).zip(sums.0[..rows].chunks(16)) {
            let (at, stride) = if LAST {
                (16 * tile * layer.columns + 32 * panel, layer.columns)
            } else {
                ((tile * panels + panel) * TILE, 16)
            };
            vectors.finish_tile::<LAST>(sums, &bias[0], layer.relu, stride, &mut out[at..]);
        }
    };
    let mut done = None;
    for (panel, columns) in layer.panels.iter().enumerate() {
        let blocks = layer.weights(columns).chunks(depth * STEP);
        for (block, weights) in blocks.enumerate() {
            let step = block * depth;
            for strip in 0..strips {
                // By turns, and the same for all blocks of a strip.
                let slot = (panel * strips + strip) % 2;
                let x = &x[(2 * strip * steps + step) * TILE..];
                let both = count - 32 * strip > 16;
                tiles.multiply(x, stride, both, weights, step > 0, &mut sums[slot]);
                // The sums before are finished now, while these are under way.
                if let Some((panel, strip)) = done.take() {
                    finish(panel, strip, &sums[1 - slot]);
                }
                if step + depth >= steps {
                    done = Some((panel, strip));
                }
            }
        }
    }
    if let Some((panel, strip)) = done {
        finish(panel, strip, &sums[(panel * strips + strip) % 2]);
    }
}

/// The instructions as the manual describes them, in plain code.
#[cfg(test)]
fn model(x: &[u32], stride: usize, both: bool, weights: &[u32], add: bool, sums: &mut Sums) {
    let halves = |pair: u32| (super::widen(pair as u16), super::widen((pair >> 16) as u16));
    for r in 0..if both { 32 } else { 16 } {
        let x = &x[r / 16 * stride + r % 16 * 16..];
        for c in 0..32 {
            let mut sum = if add { sums.0[r][c] } else { 0.0 };
            for (step, weights) in weights.chunks_exact(STEP).enumerate() {
                let mut t = [0.0f32; 2];
                for p in 0..16 {
                    let (x, w) = (x[step * TILE + p], weights[32 * p + c]);
                    let ((x0, x1), (w0, w1)) = (halves(x), halves(w));
                    t[0] = x0.mul_add(w0, t[0]);
                    t[1] = x1.mul_add(w1, t[1]);
                }
                sum += t[0] + t[1];
            }
            sums.0[r][c] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The instructions against their description, on machines that have them.
    #[test]
    fn tiles_multiply_as_the_manual_says() {
        let Some(tiles) = Tiles::detect() else {
            println!("n/a (no AMX, or no permission to use it): the tiles were not tried");
            return;
        };
        let mut state = 1u32;
        let mut pair = || {
            let mut half = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                u32::from(super::super::round((state >> 8) as f32 / 8_388_608.0 - 1.0))
            };
            half() | half() << 16
        };
        for steps in [1, 3, 24] {
            let x: Vec<u32> = (0..2 * steps * TILE).map(|_| pair()).collect();
            let weights: Vec<u32> = (0..steps * STEP).map(|_| pair()).collect();
            for (both, add) in (0..4).map(|i| (i & 1 == 1, i & 2 == 2)) {
                let rows = if both { 32 } else { 16 };
                let start = (0..32 * 32).map(|i| if add { i as f32 / 512.0 } else { f32::NAN });
                let start: Vec<f32> = start.collect();
                let start = *start.as_chunks::<32>().0.as_array().expect("32 rows");
                let (mut ours, mut theirs) = (Sums(start), Sums(start));
                model(&x, steps * TILE, both, &weights, add, &mut ours);
                {
                    let session = tiles.start();
                    session.multiply(&x, steps * TILE, both, &weights, add, &mut theirs);
                }
                let mut equal = 0;
                for r in 0..rows {
                    for c in 0..32 {
                        let (a, b) = (ours.0[r][c], theirs.0[r][c]);
                        assert!(
                            (a - b).abs() <= 1e-5 * (1 + steps) as f32,
                            "[{r}][{c}] {a} and {b}"
                        );
                        equal += usize::from(a.to_bits() == b.to_bits());
                    }
                }
                println!(
                    "{steps} steps, {rows} rows: {equal} of {} sums have the same bits",
                    rows * 32
                );
            }
        }
    }
}
