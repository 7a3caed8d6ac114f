//! Clocks, power and temperatures of Apple silicon by the crate `macmon`, from interfaces that Apple does not publish: telemetry, and
//! whatever is missing stays "n/a".
//!
//! Reading blocks for as long as it measures, so it has a thread of its own, which ends with the probe.
//! Checked by the compiler for macOS; not yet run on a Mac.

use std::sync::{Arc, Mutex, Weak};

use ::macmon::{Metrics, Sampler};

use super::{GpuSample, PowerValue, Raw, RawPower, Temperature};
use crate::machine::Reading;

/// How long one measurement takes.
const MILLISECONDS: u32 = 1000;

type Latest = Mutex<Result<Metrics, String>>;

pub(super) struct Probe(Arc<Latest>);

impl Probe {
    pub(super) fn open() -> Probe {
        let latest = Arc::new(Mutex::new(Err("macmon has not measured yet".to_owned())));
        let weak = Arc::downgrade(&latest);
        let started = std::thread::Builder::new()
            .name("macmon".to_owned())
            .spawn(move || measure(&weak));
        if let Err(error) = started {
            put(&latest, Err(format!("no thread for macmon: {error}")));
        }
        Probe(latest)
    }

    /// Fills in what the public interfaces leave open.
    pub(super) fn add_to(&self, raw: &mut Raw) {
        let latest = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        let metrics = match &*latest {
            Ok(metrics) => metrics,
            Err(reason) => {
                let reason = format!("macmon: {reason}");
                raw.temperatures = Reading::absent(reason.clone());
                raw.power = Reading::absent(reason.clone());
                raw.gpus = Reading::absent(reason);
                return;
            }
        };
        // It names tiers slowest first, by letters of its own; ours are fastest first.
        if metrics.cpu_tiers.len() == raw.classes.len() {
            for (class, tier) in raw.classes.iter_mut().zip(metrics.cpu_tiers.iter().rev()) {
                class.clock_mhz = positive(f64::from(tier.freq_mhz));
                class.load = Some(f64::from(tier.active_ratio).clamp(0.0, 1.0));
            }
        }
        let celsius = |value: Option<f32>| {
            Reading::from_option(value.map(f64::from), "macmon finds no such sensor")
        };
        raw.temperatures = Reading::Known(vec![
            Temperature {
                name: "processor (mean)".to_owned(),
                celsius: celsius(metrics.temp.cpu_temp_avg),
            },
            Temperature {
                name: "gpu (mean)".to_owned(),
                celsius: celsius(metrics.temp.gpu_temp_avg),
            },
        ]);
        let power = |name: &str, watts: f32| RawPower {
            name: name.to_owned(),
            value: positive(f64::from(watts)).map(PowerValue::Watts),
        };
        raw.power = Reading::Known(vec![
            power("processor", metrics.cpu_power),
            power("gpu", metrics.gpu_power),
            power("neural engine", metrics.ane_power),
            power("memory", metrics.ram_power),
            power("whole machine", metrics.sys_power),
        ]);
        let own_memory = "its memory is the machine's";
        raw.gpus = Reading::Known(vec![GpuSample {
            name: "Apple GPU".to_owned(),
            load: Reading::Known(f64::from(metrics.gpu_active_ratio).clamp(0.0, 1.0)),
            memory_used_bytes: Reading::absent(own_memory),
            memory_total_bytes: Reading::absent(own_memory),
            celsius: celsius(metrics.temp.gpu_temp_avg),
            clock_mhz: positive(f64::from(metrics.gpu_freq_mhz)),
            watts: positive(f64::from(metrics.gpu_power)),
            throttled: Reading::absent("macOS gives no reason"),
        }]);
    }
}

/// Until the probe is gone, or macmon fails.
fn measure(latest: &Weak<Latest>) {
    let mut sampler = match Sampler::new() {
        Ok(sampler) => sampler,
        Err(error) => {
            if let Some(latest) = latest.upgrade() {
                put(&latest, Err(error.to_string()));
            }
            return;
        }
    };
    loop {
        let metrics = sampler.get_metrics(MILLISECONDS);
        let Some(latest) = latest.upgrade() else {
            return;
        };
        let failed = metrics.is_err();
        put(&latest, metrics.map_err(|error| error.to_string()));
        if failed {
            return;
        }
    }
}

fn put(latest: &Latest, value: Result<Metrics, String>) {
    *latest.lock().unwrap_or_else(|poison| poison.into_inner()) = value;
}

/// macmon says 0 for what it cannot read as well as for what is idle.
fn positive(value: f64) -> Reading<f64> {
    Reading::from_option(
        (value > 0.0).then_some(value),
        "macmon says 0: idle, or not read",
    )
}
