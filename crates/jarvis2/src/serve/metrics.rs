//! The figures for Prometheus, in its text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Names carry base
//! units. What is not known is absent: a zero would look like a measurement.

use crate::status::KernelRow;
use crate::watch::{Now, Watch};
use hardware::thermal::ThermalState;
use std::fmt::Write;

/// Collects samples by metric.
struct Page {
    text: String,
}

/// One sample: labels and value.
type Sample = (Vec<(&'static str, String)>, Option<f64>);

impl Page {
    /// One metric with those of its samples that are known; none at all if none is.
    fn gauge(&mut self, name: &str, help: &str, samples: impl IntoIterator<Item = Sample>) {
        let mut begun = false;
        for (labels, value) in samples {
            let Some(value) = value.filter(|value| value.is_finite()) else {
                continue;
            };
            if !begun {
                let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge");
                begun = true;
            }
            self.text.push_str(name);
            for (index, (label, value)) in labels.iter().enumerate() {
                let _ = write!(
                    self.text,
                    "{}{label}=\"{}\"",
                    if index == 0 { '{' } else { ',' },
                    escaped(value)
                );
            }
            let _ = writeln!(
                self.text,
                "{} {value}",
                if labels.is_empty() { "" } else { "}" }
            );
        }
    }

    fn one(&mut self, name: &str, help: &str, value: Option<f64>) {
        self.gauge(name, help, [(Vec::new(), value)]);
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// The whole page.
pub(super) fn text(watch: &Watch, now: &Now) -> String {
    let mut page = Page {
        text: String::new(),
    };
    let sample = &now.sample;
    let bytes = |bytes: &hardware::Reading<u64>| bytes.known().map(|&bytes| bytes as f64);
    page.gauge(
        "jarvis2_build_info",
        "The program, by its version.",
        [(
            vec![("version", env!("CARGO_PKG_VERSION").to_owned())],
            Some(1.0),
        )],
    );
    page.one(
        "jarvis2_cpu_load_ratio",
        "Busy share of all hardware threads, by any program.",
        sample.cpu_load.known().copied(),
    );
    let class = |name: &str| vec![("class", name.to_owned())];
    page.gauge(
        "jarvis2_cpu_class_load_ratio",
        "Busy share of a class of cores.",
        sample
            .classes
            .iter()
            .map(|of| (class(&of.name), of.load.known().copied())),
    );
    page.gauge(
        "jarvis2_cpu_class_clock_hertz",
        "Mean clock of a class of cores.",
        sample
            .classes
            .iter()
            .map(|of| (class(&of.name), of.clock_mhz.known().map(|mhz| mhz * 1e6))),
    );
    let place = |(number, name): (usize, &String)| {
        vec![("number", number.to_string()), ("place", name.clone())]
    };
    page.gauge(
        "jarvis2_temperature_celsius",
        "Heat by place.",
        sample
            .temperatures
            .known()
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(number, at)| (place((number, &at.name)), at.celsius.known().copied())),
    );
    page.gauge(
        "jarvis2_power_watts",
        "Power by place.",
        sample
            .power
            .known()
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(number, at)| (place((number, &at.name)), at.watts.known().copied())),
    );
    page.one(
        "jarvis2_thermal_state",
        "0 nominal, 1 fair, 2 serious, 3 critical.",
        sample.thermal.known().map(|thermal| match thermal.state {
            ThermalState::Nominal => 0.0,
            ThermalState::Fair => 1.0,
            ThermalState::Serious => 2.0,
            ThermalState::Critical => 3.0,
        }),
    );
    for (name, help, value) in [
        (
            "jarvis2_memory_total_bytes",
            "Installed memory.",
            &sample.memory_total_bytes,
        ),
        (
            "jarvis2_memory_available_bytes",
            "Memory that can be had without swapping.",
            &sample.memory_available_bytes,
        ),
        (
            "jarvis2_swap_used_bytes",
            "Swap in use.",
            &sample.swap_used_bytes,
        ),
        (
            "jarvis2_container_room_bytes",
            "What is left under limits of containers above us.",
            &sample.container_room_bytes,
        ),
        (
            "jarvis2_own_memory_bytes",
            "Memory of this server in RAM.",
            &sample.own.memory_bytes,
        ),
    ] {
        page.one(name, help, bytes(value));
    }
    page.one(
        "jarvis2_own_cpu_threads",
        "Hardware threads that this server keeps busy.",
        sample.own.cpu_threads.known().copied(),
    );
    page.one(
        "jarvis2_memory_level",
        "How short of memory the machine is: 0 normal, 1 warning, 2 critical.",
        sample
            .memory_level()
            .known()
            .map(|&level| f64::from(level as u8)),
    );
    page.one(
        "jarvis2_memory_budget_bytes",
        "What our programs may take.",
        Some(watch.budget.bytes as f64),
    );
    gpus(&mut page, now);
    running(&mut page, now);
    page.text
}

fn gpus(page: &mut Page, now: &Now) {
    let Some(gpus) = now.sample.gpus.known() else {
        return;
    };
    type Value = fn(&hardware::sensors::GpuSample) -> Option<f64>;
    let metrics: [(&str, &str, Value); 6] = [
        ("jarvis2_gpu_load_ratio", "Busy share.", |gpu| {
            gpu.load.known().copied()
        }),
        ("jarvis2_gpu_memory_used_bytes", "Memory in use.", |gpu| {
            gpu.memory_used_bytes.known().map(|&bytes| bytes as f64)
        }),
        ("jarvis2_gpu_memory_total_bytes", "Memory in all.", |gpu| {
            gpu.memory_total_bytes.known().map(|&bytes| bytes as f64)
        }),
        ("jarvis2_gpu_temperature_celsius", "Heat.", |gpu| {
            gpu.celsius.known().copied()
        }),
        ("jarvis2_gpu_clock_hertz", "Clock of its cores.", |gpu| {
            gpu.clock_mhz.known().map(|mhz| mhz * 1e6)
        }),
        ("jarvis2_gpu_power_watts", "Power.", |gpu| {
            gpu.watts.known().copied()
        }),
    ];
    for (name, help, value) in metrics {
        page.gauge(
            name,
            help,
            gpus.iter().enumerate().map(|(index, gpu)| {
                let labels = vec![("gpu", index.to_string()), ("name", gpu.name.clone())];
                (labels, value(gpu))
            }),
        );
    }
}

fn running(page: &mut Page, now: &Now) {
    let work = |of: &crate::status::Status| {
        vec![("command", of.command.clone()), ("pid", of.pid.to_string())]
    };
    page.one(
        "jarvis2_running",
        "Programs of ours at work.",
        Some(now.running.len() as f64),
    );
    page.gauge(
        "jarvis2_running_done_ratio",
        "Share of the present phase that is done.",
        now.running.iter().map(|of| (work(of), of.done)),
    );
    page.gauge(
        "jarvis2_running_left_seconds",
        "Time until the present phase ends, if it goes on like this.",
        now.running.iter().map(|of| (work(of), of.left_seconds)),
    );
    page.gauge(
        "jarvis2_running_per_second",
        "What is counted in the present phase, over the last seconds.",
        now.running.iter().flat_map(|of| {
            of.counts.iter().map(move |count| {
                let mut labels = work(of);
                labels.push(("what", count.what.clone()));
                (labels, count.per_second)
            })
        }),
    );
    page.gauge(
        "jarvis2_running_figure",
        "Other figures, such as a loss.",
        now.running.iter().flat_map(|of| {
            of.figures.iter().map(move |figure| {
                let mut labels = work(of);
                labels.push(("what", figure.what.clone()));
                (labels, Some(figure.value))
            })
        }),
    );
    page.gauge(
        "jarvis2_memory_reserved_bytes",
        "Rows of the ledgers of memory.",
        now.running.iter().flat_map(|of| {
            of.memory.iter().enumerate().map(move |(number, held)| {
                let mut labels = work(of);
                labels.push(("number", number.to_string()));
                labels.push(("component", held.component.clone()));
                (labels, Some(held.bytes as f64))
            })
        }),
    );
    let kernels = |value: fn(&KernelRow) -> Option<f64>| {
        now.running.iter().flat_map(move |of| {
            of.kernels.iter().map(move |kernel| {
                let mut labels = work(of);
                labels.push(("device", kernel.device.clone()));
                labels.push(("kernel", kernel.kernel.clone()));
                (labels, value(kernel))
            })
        })
    };
    page.gauge(
        "jarvis2_gpu_kernel_launches",
        "Launches of a kernel since the program began.",
        kernels(|kernel| Some(kernel.launches as f64)),
    );
    page.gauge(
        "jarvis2_gpu_kernel_seconds",
        "Time on the device since the program began, by the mean of the launches that its own clock timed.",
        kernels(KernelRow::seconds),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_absent_and_labels_are_escaped() {
        let mut page = Page {
            text: String::new(),
        };
        page.one("a_bytes", "A.", None);
        page.one("b_bytes", "B.", Some(f64::NAN));
        page.gauge(
            "c_ratio",
            "C.",
            [
                (vec![("name", "a\"b\\c\nd".to_owned())], Some(0.5)),
                (vec![("name", "gone".to_owned())], None),
            ],
        );
        assert_eq!(
            page.text,
            "# HELP c_ratio C.\n# TYPE c_ratio gauge\nc_ratio{name=\"a\\\"b\\\\c\\nd\"} 0.5\n"
        );
    }
}
