//! NVIDIA's management library, loaded when the program runs. It needs no privilege, and nothing is ever set.

use nvml_wrapper::Nvml;
use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor};
use nvml_wrapper::error::NvmlError;

use crate::machine::{Gpu, GpuMemory, Reading};
use crate::sensors::GpuSample;

/// Adds to the NVIDIA GPUs of a list what the library knows of them. A machine without the driver does not load it.
pub(crate) fn refine(listed: Reading<Vec<Gpu>>) -> Reading<Vec<Gpu>> {
    if !std::path::Path::new("/proc/driver/nvidia").exists()
        && !std::path::Path::new("/dev/nvidiactl").exists()
    {
        return listed;
    }
    let Ok(nvml) = Nvml::init() else {
        return listed;
    };
    let mut gpus: Vec<Gpu> = devices(&nvml)
        .map(|device| Gpu {
            name: device.name().unwrap_or_else(|_| "NVIDIA GPU".to_owned()),
            cores: reading(device.num_cores()).map(|cores| cores as usize),
            memory: reading(device.memory_info()).map(|memory| GpuMemory::Own(memory.total)),
            working_set_bytes: Reading::absent("its memory is its own"),
            source: "NVML".to_owned(),
        })
        .collect();
    if gpus.is_empty() {
        return listed;
    }
    let others = listed.known().cloned().unwrap_or_default();
    gpus.extend(
        others
            .into_iter()
            .filter(|gpu| !gpu.name.contains("NVIDIA")),
    );
    Reading::Known(gpus)
}

/// The library, kept open between samples; or why there is none.
pub(crate) struct Probe(Result<Nvml, String>);

impl Probe {
    pub(crate) fn open() -> Probe {
        Probe(Nvml::init().map_err(|error| match error {
            NvmlError::LibloadingError(_) => "no libnvidia-ml.so.1 on this machine".to_owned(),
            other => one_line(&other),
        }))
    }

    /// One sample of each GPU.
    pub(crate) fn sample(&self) -> Reading<Vec<GpuSample>> {
        let nvml = match &self.0 {
            Ok(nvml) => nvml,
            Err(reason) => return Reading::absent(reason.clone()),
        };
        let samples: Vec<GpuSample> = devices(nvml)
            .map(|device| {
                let memory = reading(device.memory_info());
                GpuSample {
                    name: device.name().unwrap_or_else(|_| "NVIDIA GPU".to_owned()),
                    load: reading(device.utilization_rates())
                        .map(|rates| f64::from(rates.gpu) / 100.0),
                    memory_used_bytes: memory.clone().map(|memory| memory.used),
                    memory_total_bytes: memory.map(|memory| memory.total),
                    celsius: reading(device.temperature(TemperatureSensor::Gpu)).map(f64::from),
                    clock_mhz: reading(device.clock_info(Clock::SM)).map(f64::from),
                    watts: reading(device.power_usage())
                        .map(|milliwatts| f64::from(milliwatts) / 1000.0),
                    throttled: reading(device.current_throttle_reasons()).map(reasons),
                }
            })
            .collect();
        Reading::from_option(
            (!samples.is_empty()).then_some(samples),
            "the NVIDIA library lists no GPU",
        )
    }
}

fn devices(nvml: &Nvml) -> impl Iterator<Item = nvml_wrapper::Device<'_>> {
    (0..nvml.device_count().unwrap_or(0)).filter_map(|index| nvml.device_by_index(index).ok())
}

/// What holds the clocks down. Idleness and a clock that the user set are no throttling.
fn reasons(bits: ThrottleReasons) -> Vec<String> {
    [
        (ThrottleReasons::SW_THERMAL_SLOWDOWN, "heat (software)"),
        (ThrottleReasons::HW_THERMAL_SLOWDOWN, "heat (hardware)"),
        (ThrottleReasons::HW_SLOWDOWN, "hardware slowdown"),
        (ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN, "power brake"),
        (ThrottleReasons::SW_POWER_CAP, "power limit"),
    ]
    .into_iter()
    .filter(|(bit, _)| bits.contains(*bit))
    .map(|(_, name)| name.to_owned())
    .collect()
}

fn reading<T>(result: Result<T, NvmlError>) -> Reading<T> {
    match result {
        Ok(value) => Reading::Known(value),
        Err(NvmlError::NotSupported) => Reading::absent("the GPU does not offer it"),
        Err(error) => Reading::absent(one_line(&error)),
    }
}

fn one_line(error: &NvmlError) -> String {
    error.to_string().replace('\n', " ")
}
