//! Graphics processors as the system lists them: pure parsers of what macOS and Linux print.
//!
//! macOS: `ioreg -rc AGXAccelerator -d 1` (the properties `model` and `gpu-core-count`), which answers in milliseconds; where it
//! names none, `system_profiler SPDisplaysDataType -json`, which may take a second. Its structured `sppci_*` keys are read, not the
//! translated text for people, and serial numbers are passed over.
//! Linux: NVIDIA's driver below `/proc/driver/nvidia/gpus`, other makers below `/sys/class/drm`.

use serde_json::Value;

use crate::linux::Files;
use crate::machine::{Gpu, GpuMemory, Reading};

/// Why there is no working set in a list.
const ASK_DEVICE: &str = "only the device says it";

/// What a device says of itself once it is asked.
pub(crate) struct Stated {
    pub(crate) name: String,
    pub(crate) unified: bool,
    /// Metal's `recommendedMaxWorkingSetSize`; 0 is no answer.
    pub(crate) working_set_bytes: u64,
}

/// Adds to the GPUs of a list what the devices of the same name say; a device that the list lacks is added to it.
pub(crate) fn with_stated(listed: Reading<Vec<Gpu>>, devices: Vec<Stated>) -> Reading<Vec<Gpu>> {
    if devices.is_empty() {
        return listed;
    }
    let mut gpus = listed.known().cloned().unwrap_or_default();
    for device in devices {
        let at = gpus.iter().position(|gpu| gpu.name == device.name);
        let at = at.unwrap_or_else(|| {
            gpus.push(Gpu {
                name: device.name.clone(),
                cores: Reading::absent("the system does not list it"),
                memory: Reading::absent("Metal gives no size"),
                working_set_bytes: Reading::absent(ASK_DEVICE),
                source: "Metal".to_owned(),
            });
            gpus.len() - 1
        });
        let gpu = &mut gpus[at];
        if device.unified {
            gpu.memory = Reading::Known(GpuMemory::Unified);
        }
        gpu.working_set_bytes = Reading::from_option(
            Some(device.working_set_bytes).filter(|&bytes| bytes > 0),
            "Metal recommends none",
        );
        if gpu.source != "Metal" {
            gpu.source += ", Metal";
        }
    }
    Reading::Known(gpus)
}

/// From the JSON of `system_profiler SPDisplaysDataType -json`.
pub(crate) fn of_system_profiler(json: &str) -> Reading<Vec<Gpu>> {
    let Ok(root) = serde_json::from_str::<Value>(json) else {
        return Reading::absent("system_profiler gave no JSON");
    };
    let entries = root["SPDisplaysDataType"].as_array();
    let gpus: Vec<Gpu> = entries.into_iter().flatten().filter_map(profiled).collect();
    Reading::from_option(
        (!gpus.is_empty()).then_some(gpus),
        "system_profiler lists no GPU",
    )
}

fn profiled(entry: &Value) -> Option<Gpu> {
    let text = |key: &str| entry[key].as_str();
    if text("sppci_device_type").is_some_and(|kind| kind != "spdisplays_gpu") {
        return None;
    }
    let name = text("sppci_model").or_else(|| text("_name"))?.to_owned();
    // A text in every capture; a number would be no surprise.
    let cores = text("sppci_cores")
        .and_then(|cores| cores.trim().parse().ok())
        .or_else(|| entry["sppci_cores"].as_u64().map(|cores| cores as usize));
    let shared = ["spdisplays_vram_shared", "_spdisplays_vram_shared"];
    let own = ["spdisplays_vram", "_spdisplays_vram"];
    let memory = if cores.is_some() || shared.iter().any(|key| text(key).is_some()) {
        Some(GpuMemory::Unified)
    } else {
        own.iter()
            .find_map(|key| size_bytes(text(key)?))
            .map(GpuMemory::Own)
    };
    Some(Gpu {
        name,
        cores: Reading::from_option(cores, "system_profiler gives no sppci_cores"),
        memory: Reading::from_option(memory, "system_profiler gives no size"),
        working_set_bytes: Reading::absent(ASK_DEVICE),
        source: "system_profiler SPDisplaysDataType".to_owned(),
    })
}

/// "4 GB" or "1536 MB", in units of 1024.
fn size_bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let shift = match unit.trim() {
        "GB" => 30,
        "MB" => 20,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_shl(shift)
}

/// From the text of `ioreg -rc AGXAccelerator -d 1`: one block of `"key" = value` lines for each accelerator.
pub(crate) fn of_ioreg(text: &str) -> Reading<Vec<Gpu>> {
    let gpus: Vec<Gpu> = text
        .split("+-o ")
        .skip(1)
        .filter_map(|block| {
            let value = |key: &str| {
                block.lines().find_map(|line| {
                    let line = line.trim_matches(|c: char| c == ' ' || c == '|');
                    let value = line
                        .strip_prefix('"')?
                        .strip_prefix(key)?
                        .strip_prefix("\" = ")?;
                    Some(
                        value
                            .trim_matches(|c: char| "<>\" \r".contains(c))
                            .to_owned(),
                    )
                })
            };
            let cores = value("gpu-core-count").and_then(|count| count.parse().ok());
            Some(Gpu {
                name: value("model")?,
                cores: Reading::from_option(cores, "the registry gives no gpu-core-count"),
                memory: Reading::Known(GpuMemory::Unified),
                working_set_bytes: Reading::absent(ASK_DEVICE),
                source: "IORegistry AGXAccelerator".to_owned(),
            })
        })
        .collect();
    Reading::from_option(
        (!gpus.is_empty()).then_some(gpus),
        "the registry names no accelerator",
    )
}

/// What the drivers of Linux list. `names` gives the names in a folder, in any order.
pub(crate) fn of_linux(files: Files<'_>, names: &dyn Fn(&str) -> Vec<String>) -> Reading<Vec<Gpu>> {
    const NVIDIA: &str = "/proc/driver/nvidia/gpus";
    const DRM: &str = "/sys/class/drm";
    let sorted = |folder: &str| {
        let mut names = names(folder);
        names.sort();
        names
    };
    let mut gpus: Vec<Gpu> = sorted(NVIDIA)
        .iter()
        .filter_map(|place| nvidia(&files(&format!("{NVIDIA}/{place}/information"))?))
        .collect();
    let has_nvidia = !gpus.is_empty();
    for card in sorted(DRM) {
        // "card0", not its connectors "card0-eDP-1".
        let number = card.strip_prefix("card");
        if number
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        {
            let field = |name: &str| {
                files(&format!("{DRM}/{card}/device/{name}")).map(|text| text.trim().to_owned())
            };
            gpus.extend(pci(&field, has_nvidia));
        }
    }
    Reading::from_option(
        (!gpus.is_empty()).then_some(gpus),
        format!("no GPU below {NVIDIA} or {DRM}"),
    )
}

/// `Model: NVIDIA H200` and more; the unique number is passed over.
fn nvidia(information: &str) -> Option<Gpu> {
    let name = information
        .lines()
        .find_map(|line| line.strip_prefix("Model:"))?;
    Some(Gpu {
        name: name.trim().to_owned(),
        cores: Reading::absent("the driver's text file gives no cores"),
        memory: Reading::absent("the driver's text file gives no size"),
        working_set_bytes: Reading::absent(ASK_DEVICE),
        source: "/proc/driver/nvidia/gpus".to_owned(),
    })
}

/// A card on the PCI bus by its maker. Makers of display adapters that compute nothing are passed over.
fn pci(field: &dyn Fn(&str) -> Option<String>, has_nvidia: bool) -> Option<Gpu> {
    let (vendor, device) = (field("vendor")?, field("device")?);
    let (maker, unified) = match vendor.as_str() {
        "0x1002" => ("AMD", false),
        "0x8086" => ("Intel", true),
        "0x10de" if !has_nvidia => ("NVIDIA", false),
        _ => return None,
    };
    // amdgpu gives the size; for an integrated one it is a part of the machine's memory set aside for it.
    let own = field("mem_info_vram_total").and_then(|bytes| bytes.parse().ok());
    let memory = match own {
        Some(bytes) => Some(GpuMemory::Own(bytes)),
        // Arc cards (0x56.. and 0xe2..) have their own memory, and their driver gives no size there.
        None if unified && !device.starts_with("0x56") && !device.starts_with("0xe2") => {
            Some(GpuMemory::Unified)
        }
        None => None,
    };
    Some(Gpu {
        name: format!("{maker} GPU {device}"),
        cores: Reading::absent("its driver gives no cores"),
        memory: Reading::from_option(memory, "its driver gives no size"),
        working_set_bytes: Reading::absent(ASK_DEVICE),
        source: "/sys/class/drm".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recording;

    fn check(gpus: &Reading<Vec<Gpu>>, expected: &str) {
        let text = gpus.clone().map(|gpus| {
            let lines: Vec<String> = gpus.iter().map(Gpu::to_string).collect();
            lines.join("; ")
        });
        assert_eq!(text.to_string(), expected);
    }

    #[test]
    fn system_profiler_by_its_structured_keys() {
        // Localised names do not matter, and a display is no GPU.
        check(
            &of_system_profiler(
                r#"{"SPDisplaysDataType":[{"_name":"Grafik","sppci_model":"Apple M3 Max","sppci_cores":"40",
                "sppci_device_type":"spdisplays_gpu","spdisplays_metal":"spdisplays_supported"},
                {"_name":"Monitor","sppci_device_type":"spdisplays_display"}]}"#,
            ),
            "Apple M3 Max, cores 40, memory unified",
        );
        check(
            &of_system_profiler(
                r#"{"SPDisplaysDataType":[{"sppci_model":"Intel UHD Graphics 630","spdisplays_vram_shared":"1536 MB"},
                {"sppci_model":"AMD Radeon Pro 5500M","spdisplays_vram":"8 GB","sppci_device_type":"spdisplays_gpu"}]}"#,
            ),
            "Intel UHD Graphics 630, cores n/a (system_profiler gives no sppci_cores), memory unified; \
             AMD Radeon Pro 5500M, cores n/a (system_profiler gives no sppci_cores), memory 8.0 GiB",
        );
        check(
            &of_system_profiler(r#"{"SPDisplaysDataType":[]}"#),
            "n/a (system_profiler lists no GPU)",
        );
        check(
            &of_system_profiler("oops"),
            "n/a (system_profiler gave no JSON)",
        );
    }

    #[test]
    fn devices_say_what_they_may_hold() {
        let listed = || {
            of_system_profiler(
                r#"{"SPDisplaysDataType":[{"sppci_model":"Apple M2","sppci_cores":"10"}]}"#,
            )
        };
        let stated = |name: &str, working_set_bytes| Stated {
            name: name.to_owned(),
            unified: true,
            working_set_bytes,
        };
        check(
            &with_stated(listed(), vec![stated("Apple M2", 17_179_869_184)]),
            "Apple M2, cores 10, memory unified, working set 16.0 GiB",
        );
        check(
            &with_stated(listed(), vec![stated("Apple M2", 0)]),
            "Apple M2, cores 10, memory unified",
        );
        check(
            &with_stated(Reading::absent("none"), vec![stated("Apple M2", 1 << 33)]),
            "Apple M2, cores n/a (the system does not list it), memory unified, working set 8.0 GiB",
        );
        check(&with_stated(Reading::absent("none"), vec![]), "n/a (none)");
    }

    #[test]
    fn the_registry_by_its_properties() {
        let text = "+-o AGXAcceleratorG16X  <class AGXAcceleratorG16X, id 0x10000051e, registered, matched, active>\n    {\n      \
                    \"model\" = \"Apple M4 Pro\"\n      \"gpu-core-count\" = 16\n      \"IOClass\" = \"AGXAcceleratorG16X\"\n    }\n";
        check(&of_ioreg(text), "Apple M4 Pro, cores 16, memory unified");
        check(
            &of_ioreg(&text.replace("gpu-core-count", "other")),
            "Apple M4 Pro, cores n/a (the registry gives no gpu-core-count), memory unified",
        );
        check(&of_ioreg(""), "n/a (the registry names no accelerator)");
    }

    #[test]
    fn linux_by_the_files_of_its_drivers() {
        let recording = Recording::parse(
            "/proc/driver/nvidia/gpus/0000:18:00.0/information = Model: \t\t NVIDIA H200|IRQ:   \t\t 64|GPU UUID: \t GPU-1
             /sys/class/drm/card0/device/vendor = 0x10de
             /sys/class/drm/card0/device/device = 0x2335
             /sys/class/drm/card1/device/vendor = 0x1002
             /sys/class/drm/card1/device/device = 0x744c
             /sys/class/drm/card1/device/mem_info_vram_total = 25753026560
             /sys/class/drm/card1-DP-1/status = connected
             /sys/class/drm/card2/device/vendor = 0x8086
             /sys/class/drm/card2/device/device = 0x46a6
             /sys/class/drm/card3/device/vendor = 0x1af4
             /sys/class/drm/card3/device/device = 0x1050",
        );
        check(
            &recording.machine().gpus,
            "NVIDIA H200, cores n/a (the driver's text file gives no cores), memory n/a (the driver's text file gives no size); \
             AMD GPU 0x744c, cores n/a (its driver gives no cores), memory 24.0 GiB; \
             Intel GPU 0x46a6, cores n/a (its driver gives no cores), memory unified",
        );
    }
}
