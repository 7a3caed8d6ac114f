//! What one instruction can do at once: from the flags of `/proc/cpuinfo`, or from macOS counters.
//!
//! Only levels that numerical code asks for are named, narrowest first.

use crate::machine::Reading;

/// The kernel's flag on Linux and our name. x86 first, then Arm; no flag is in both.
const FLAGS: [(&str, &str); 21] = [
    ("sse4_2", "SSE4.2"),
    ("avx", "AVX"),
    ("f16c", "F16C"),
    ("fma", "FMA"),
    ("avx2", "AVX2"),
    ("avx_vnni", "AVX-VNNI"),
    ("avx512f", "AVX-512F"),
    ("avx512bw", "AVX-512BW"),
    ("avx512_vnni", "AVX-512 VNNI"),
    ("avx512_bf16", "AVX-512 BF16"),
    ("amx_int8", "AMX INT8"),
    ("amx_bf16", "AMX BF16"),
    ("asimd", "NEON"),
    ("asimdhp", "FP16"),
    ("asimddp", "DotProd"),
    ("bf16", "BF16"),
    ("i8mm", "I8MM"),
    ("sve", "SVE"),
    ("sve2", "SVE2"),
    ("sme", "SME"),
    ("sme2", "SME2"),
];

/// The counter below `hw.optional.` on macOS and our name. Two names of one level, old and new, are both asked for.
const COUNTERS: [(&str, &str); 15] = [
    ("sse4_2", "SSE4.2"),
    ("avx1_0", "AVX"),
    ("f16c", "F16C"),
    ("fma", "FMA"),
    ("avx2_0", "AVX2"),
    ("avx512f", "AVX-512F"),
    ("avx512bw", "AVX-512BW"),
    ("neon", "NEON"),
    ("AdvSIMD", "NEON"),
    ("arm.FEAT_FP16", "FP16"),
    ("arm.FEAT_DotProd", "DotProd"),
    ("arm.FEAT_BF16", "BF16"),
    ("arm.FEAT_I8MM", "I8MM"),
    ("arm.FEAT_SME", "SME"),
    ("arm.FEAT_SME2", "SME2"),
];

/// From the text of `/proc/cpuinfo`: the line `flags` (x86) or `Features` (Arm) of its first processor.
pub(crate) fn of_cpuinfo(text: &str) -> Reading<Vec<String>> {
    let line = text.lines().find_map(|line| {
        let (key, flags) = line.split_once(':')?;
        ["flags", "Features"].contains(&key.trim()).then_some(flags)
    });
    let Some(line) = line else {
        return Reading::absent("/proc/cpuinfo lists no flags");
    };
    let flags: Vec<&str> = line.split_whitespace().collect();
    named(
        FLAGS.iter().filter(|(flag, _)| flags.contains(flag)),
        "no flag of /proc/cpuinfo is a level that we know",
    )
}

/// From macOS counters; `is_set` says whether `hw.optional.NAME` is 1.
pub(crate) fn of_counters(is_set: impl Fn(&str) -> bool) -> Reading<Vec<String>> {
    named(
        COUNTERS
            .iter()
            .filter(|(name, _)| is_set(&format!("hw.optional.{name}"))),
        "no counter below hw.optional is a level that we know",
    )
}

fn named<'a>(
    levels: impl Iterator<Item = &'a (&'a str, &'a str)>,
    reason: &str,
) -> Reading<Vec<String>> {
    let mut names: Vec<String> = levels.map(|(_, name)| (*name).to_owned()).collect();
    names.dedup();
    Reading::from_option((!names.is_empty()).then_some(names), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cpuinfo: &str, expected: &str) {
        let levels = of_cpuinfo(cpuinfo).map(|levels| levels.join(" "));
        assert_eq!(levels.to_string(), expected);
    }

    #[test]
    fn levels_are_read_from_whole_flags() {
        check(
            "processor : 0\nflags\t\t: fpu avx2 fma avx\n",
            "AVX FMA AVX2",
        );
        check("Features\t: fp asimd asimddp", "NEON DotProd");
        // A flag inside another is not it.
        check(
            "flags : xavx2 avx512fp16",
            "n/a (no flag of /proc/cpuinfo is a level that we know)",
        );
        check("processor : 0", "n/a (/proc/cpuinfo lists no flags)");
    }

    #[test]
    fn an_old_and_a_new_name_are_one_level() {
        let levels = of_counters(|name| name.ends_with("neon") || name.ends_with("AdvSIMD"));
        assert_eq!(levels, Reading::Known(vec!["NEON".to_owned()]));
    }
}
