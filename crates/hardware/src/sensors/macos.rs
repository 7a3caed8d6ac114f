//! macOS: what the kernel's structures mean. The calls that fill them are in `mach.rs`.

use super::{Thermal, Ticks};
use crate::machine::Reading;
use crate::thermal::ThermalState;

/// `host_cpu_load_info`: ticks of user, system, idle and nice, which may wrap around after 2^32.
#[cfg_attr(not(target_os = "macos"), allow(dead_code))]
pub(super) fn ticks(user_system_idle_nice: [u32; 4]) -> Ticks {
    let [user, system, idle, nice] = user_system_idle_nice.map(f64::from);
    Ticks {
        busy: user + system + nice,
        all: user + system + nice + idle,
    }
}

/// `NSProcessInfoThermalState`: 0 to 3.
#[cfg_attr(not(target_os = "macos"), allow(dead_code))]
pub(super) fn thermal(state: isize) -> Reading<Thermal> {
    let state = match state {
        0 => ThermalState::Nominal,
        1 => ThermalState::Fair,
        2 => ThermalState::Serious,
        3 => ThermalState::Critical,
        other => return Reading::absent(format!("thermal state {other} has no known meaning")),
    };
    Reading::Known(Thermal {
        state,
        why: "the system says so".to_owned(),
    })
}

/// `vm.swapusage`, a `struct xsw_usage`: total, available and used bytes of 8 bytes each. Gives used and total.
#[cfg_attr(not(target_os = "macos"), allow(dead_code))]
pub(super) fn swap(bytes: Option<Vec<u8>>) -> (Reading<u64>, Reading<u64>) {
    let field = |index: usize| {
        let bytes = bytes.as_ref()?.get(index * 8..index * 8 + 8)?;
        Some(u64::from_ne_bytes(bytes.try_into().ok()?))
    };
    match (field(2), field(0)) {
        // macOS makes swap when it needs it.
        (Some(_), Some(0)) => {
            let none = Reading::absent("no swap has been needed");
            (none.clone(), none)
        }
        (used, total) => (
            Reading::from_option(used, "vm.swapusage is not offered"),
            Reading::from_option(total, "vm.swapusage is not offered"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_of_the_kernel() {
        assert_eq!(
            ticks([10, 20, 60, 10]),
            Ticks {
                busy: 40.0,
                all: 100.0
            }
        );
        assert_eq!(
            thermal(2).known().map(|t| t.state),
            Some(ThermalState::Serious)
        );
        assert_eq!(
            thermal(7),
            Reading::absent("thermal state 7 has no known meaning")
        );
        let usage = |total: u64, used: u64| {
            let fields = [total, total - used, used];
            Some(
                fields
                    .iter()
                    .flat_map(|field| field.to_ne_bytes())
                    .collect(),
            )
        };
        assert_eq!(
            swap(usage(2 << 30, 1 << 29)),
            (Reading::Known(1 << 29), Reading::Known(2 << 30))
        );
        assert_eq!(
            swap(usage(0, 0)).0,
            Reading::absent("no swap has been needed")
        );
        assert_eq!(swap(None).1, Reading::absent("vm.swapusage is not offered"));
    }
}
