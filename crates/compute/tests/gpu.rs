//! Real work on a real adapter, software Vulkan in CI, and defects planted on purpose: each must be caught and named.
//!
//! Without an adapter these tests say that they skip; with `JARVIS2_GPU_TESTS=1` a missing adapter is a failure. Children are this
//! test program again: the ignored test `in_a_child`, told by an environment variable what to do.

use compute::{
    Access, Argument, Backend, Budget, Column, Device, Error, Gpu, Kernel, POISON, Task, Trial,
    Verdict, prove, serve, try_one, with_fallback,
};
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);
const CHILD: &str = "JARVIS2_COMPUTE_TEST_CHILD";

/// The first adapter, Vulkan or Metal before CUDA; `None` says so on stderr.
fn gpu() -> Option<Gpu> {
    let mut reasons = Vec::new();
    for backend in [Backend::Vulkan, Backend::Metal, Backend::Cuda] {
        match Gpu::open(backend, 0) {
            Ok(gpu) => return Some(gpu),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    let reasons = reasons.join("; ");
    assert!(
        std::env::var_os("JARVIS2_GPU_TESTS").is_none(),
        "JARVIS2_GPU_TESTS asks for a GPU, but: {reasons}"
    );
    eprintln!("skipped: no GPU, not even in software: {reasons}");
    None
}

fn budget(bytes: u64) -> Budget {
    Budget {
        bytes,
        origin: "a test".to_owned(),
    }
}

/// y = a x + 1, one row an invocation; a is the same for all.
const SAXPY: Kernel = Kernel {
    name: "saxpy",
    wgsl: "
        @group(0) @binding(0) var<storage, read> x: array<f32>;
        @group(0) @binding(1) var<storage, read> a: array<f32>;
        @group(0) @binding(2) var<storage, read_write> y: array<f32>;
        @group(0) @binding(3) var<storage, read> counts: array<u32>;
        @compute @workgroup_size(64)
        fn saxpy(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) l: u32) {
            let i = (g.y * n.x + g.x) * 64u + l;
            if i < counts[0] { y[i] = a[0] * x[i] + 1.0; }
        }",
    metal: "",
    cuda: "
        extern \"C\" __global__ void saxpy(const float* x, const float* a, float* y, const unsigned* counts) {
            unsigned i = (blockIdx.y * gridDim.x + blockIdx.x) * 64u + threadIdx.x;
            if (i < counts[0]) y[i] = a[0] * x[i] + 1.0f;
        }",
    workgroup: 64,
    per_invocation: 1,
    buffers: &[Access::Read, Access::Read, Access::Write, Access::Read],
};

/// A kernel over one output of words, by its body in both languages.
const fn one_output(name: &'static str, wgsl: &'static str, cuda: &'static str) -> Kernel {
    Kernel {
        name,
        wgsl,
        metal: "",
        cuda,
        workgroup: 1,
        per_invocation: 1,
        buffers: &[Access::Write],
    }
}

/// Does not type-check.
const BROKEN: Kernel = one_output(
    "broken",
    "@group(0) @binding(0) var<storage, read_write> y: array<u32>;
     @compute @workgroup_size(1) fn broken() { y[0] = 1.5 + true; }",
    "extern \"C\" __global__ void broken(unsigned* y) { y[0] = undefined_name; }",
);

/// Does not end: what it waits for does not come. Software Vulkan cuts a loop after 65,535 turns, so there must be many of them.
const HANGS: Kernel = one_output(
    "hangs",
    "@group(0) @binding(0) var<storage, read_write> y: array<u32>;
     @compute @workgroup_size(1) fn hangs() { loop { if y[0] == 12345u { break; } y[1] = y[1] + 1u; } }",
    "extern \"C\" __global__ void hangs(volatile unsigned* y) { while (y[0] != 12345u) { y[1] = y[1] + 1u; } }",
);

fn saxpy_trial(name: &str, rows: u32, counted: u32, off: f64) -> Trial {
    let x: Vec<f32> = (0..rows).map(|i| i as f32).collect();
    let expected = x.iter().map(|&x| 3.0 * f64::from(x) + 1.0 + off).collect();
    Trial {
        name: name.to_owned(),
        kernel: SAXPY,
        arguments: vec![
            Argument::Floats(x),
            Argument::Floats(vec![3.0]),
            Argument::Answers {
                expected,
                absolute: 1e-6,
                relative: 1e-6,
            },
            Argument::Words(vec![counted]),
        ],
        invocations: u64::from(rows),
    }
}

fn output_trial(kernel: Kernel, invocations: u64) -> Trial {
    Trial {
        name: kernel.name.to_owned(),
        kernel,
        arguments: vec![Argument::AnswerWords(vec![1, 2])],
        invocations,
    }
}

fn run_saxpy(gpu: &Gpu, x: &[f32], budget: &Budget) -> Result<Vec<f32>, Error> {
    let mut y = vec![0.0; x.len()];
    let mut columns = [
        Column::Rows(x),
        Column::Same(&[2.0]),
        Column::Answers(&mut y),
        Column::Groups,
    ];
    gpu.map_rows(&SAXPY, &mut columns, x.len(), budget, LIMIT)?;
    Ok(y)
}

/// Two trips under way at a time bring back what belongs to each, whatever the number of rows, and leave the rest alone.
#[test]
fn gpu_trips_bring_their_own_numbers() {
    let Some(gpu) = gpu() else { return };
    const ROWS: usize = 1_000;
    let budget = budget(64 << 20);
    let buffer = |elements| gpu.buffer("a trip", elements, &budget).expect("room");
    let (a, counts) = (buffer(1), buffer(1));
    a.write(&[2.0_f32]).expect("written");
    counts.write(&[ROWS as u32]).expect("written");
    let mut trips: Vec<_> = (0..2)
        .map(|_| {
            let shuttle = gpu.shuttle(ROWS, ROWS).expect("a shuttle");
            (shuttle, buffer(ROWS), buffer(ROWS))
        })
        .collect();
    let number = |trip: usize, row: usize| (trip * 10_000 + row) as f32;
    let sizes = [1, 7, ROWS, 64, 999];
    let go = |trip: usize, (shuttle, x, y): &mut (compute::Shuttle, _, _)| {
        let rows = sizes[trip % sizes.len()];
        for (row, place) in shuttle.input()[..rows].iter_mut().enumerate() {
            *place = number(trip, row);
        }
        let task = Task {
            kernel: &SAXPY,
            buffers: &[x, &a, y, &counts],
            invocations: ROWS as u64,
        };
        shuttle.begin((x, rows), &[task], (y, rows)).expect("begun");
    };
    go(0, &mut trips[0]);
    for trip in 1..12 {
        go(trip, &mut trips[trip % 2]);
        let before = trip - 1;
        let rows = sizes[before % sizes.len()];
        let found = trips[before % 2].0.finish(LIMIT).expect("finished");
        let expected: Vec<f32> = (0..rows)
            .map(|row| 2.0 * number(before, row) + 1.0)
            .collect();
        assert_eq!(found, expected, "trip {before}");
    }
    // The last one is never asked for; dropping it waits, and the device goes on.
    drop(trips);
    assert_eq!(run_saxpy(&gpu, &[1.0], &budget).expect("alive"), [3.0]);
}

/// Launches are counted one by one however they are submitted; times are of whole launches, and what comes out stays the same.
#[test]
fn gpu_every_kernel_has_its_time() {
    let Some(gpu) = gpu() else { return };
    const ADDS: Kernel = Kernel {
        name: "adds",
        wgsl: "
        @group(0) @binding(0) var<storage, read_write> y: array<f32>;
        @compute @workgroup_size(64)
        fn adds(@builtin(global_invocation_id) g: vec3<u32>) { y[g.x] = y[g.x] + 1.0; }",
        metal: "",
        cuda: "extern \"C\" __global__ void adds(float* y) { y[blockIdx.x * 64u + threadIdx.x] += 1.0f; }",
        workgroup: 64,
        per_invocation: 1,
        buffers: &[Access::ReadWrite],
    };
    const DOUBLES: Kernel = Kernel {
        name: "doubles",
        wgsl: "
        @group(0) @binding(0) var<storage, read_write> y: array<f32>;
        @compute @workgroup_size(64)
        fn doubles(@builtin(global_invocation_id) g: vec3<u32>) { y[g.x] = y[g.x] * 2.0; }",
        metal: "",
        cuda: "extern \"C\" __global__ void doubles(float* y) { y[blockIdx.x * 64u + threadIdx.x] *= 2.0f; }",
        ..ADDS
    };
    let budget = budget(1 << 20);
    let y = gpu.buffer("numbers", 64, &budget).expect("room");
    let buffers = [&y];
    let task = |kernel| Task {
        kernel,
        buffers: &buffers,
        invocations: 64,
    };
    let told = |name: &str| {
        let times = compute::kernel_times();
        let own = times.into_iter().find(|time| time.kernel == name);
        own.map_or((0, 0, None), |time| {
            (time.launches, time.timed, time.mean())
        })
    };
    assert_eq!(told("adds"), (0, 0, None));
    let zero = [0.0_f32; 64];
    y.write(&zero).expect("written");
    // One kernel, three times in one submission: timed as they are.
    gpu.run(&[task(&ADDS), task(&ADDS), task(&ADDS)], LIMIT)
        .expect("run");
    let (launches, timed, mean) = told("adds");
    assert_eq!((launches, timed), (3, 3));
    // Two kernels: the first submission is taken apart, and the next is not.
    for timed in [1, 1] {
        gpu.run(&[task(&DOUBLES), task(&ADDS)], LIMIT).expect("run");
        assert_eq!(told("doubles").1, timed);
    }
    // Trips: numbers go up, through the kernels and down; no time of theirs is new here.
    let mut shuttle = gpu.shuttle(64, 64).expect("a shuttle");
    for trip in 0..600 {
        shuttle.input().fill(trip as f32);
        shuttle
            .begin((&y, 64), &[task(&ADDS), task(&DOUBLES)], (&y, 64))
            .expect("begun");
        let found = shuttle.finish(LIMIT).expect("finished");
        assert!(
            found.iter().all(|x| *x == 2.0 * (trip as f32 + 1.0)),
            "{trip}"
        );
    }
    let (launches, timed, doubled) = told("doubles");
    // Submissions 256 and 512 of those that tell nothing by themselves.
    assert_eq!((launches, timed), (602, 3));
    assert_eq!(told("adds").0, 605);
    println!("adds {mean:?}, doubles {doubled:?} a launch");
    if mean.is_some() {
        assert!(doubled.is_some_and(|mean| !mean.is_zero()));
    }
}

#[test]
fn gpu_a_trip_to_a_lost_device_is_an_error() {
    let Some(gpu) = gpu() else { return };
    let budget = budget(1 << 20);
    let buffer = || gpu.buffer("a trip", 4, &budget).expect("room");
    let (x, y) = (buffer(), buffer());
    let mut shuttle = gpu.shuttle(4, 4).expect("a shuttle");
    gpu.destroy();
    let ended = shuttle
        .begin((&x, 4), &[], (&y, 4))
        .and_then(|()| shuttle.finish(LIMIT).map(<[f32]>::to_vec));
    assert!(matches!(ended, Err(Error::Lost { .. })), "{ended:?}");
}

#[test]
fn gpu_rows_come_out_right_however_they_are_cut() {
    let Some(gpu) = gpu() else { return };
    for rows in [0, 1, 3, 4, 5, 64, 65, 1_000, 70_001] {
        let x: Vec<f32> = (0..rows).map(|i| i as f32 * 0.5).collect();
        let expected: Vec<f32> = x.iter().map(|x| 2.0 * x + 1.0).collect();
        // The small one holds a few thousand rows at once.
        for bytes in [64 << 20, 40_000] {
            let budget = budget(bytes);
            let y = run_saxpy(&gpu, &x, &budget).expect("a run");
            assert_eq!(y, expected, "{rows} rows within {bytes} bytes");
            let (used, idle) = gpu.held_bytes();
            assert_eq!(used, 0, "buffers went back");
            assert!(rows == 0 || idle > 0, "and wait to be used again");
            gpu.trim();
        }
    }
}

#[test]
fn gpu_threads_share_a_device() {
    let Some(gpu) = gpu() else { return };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let gpu = &gpu;
            scope.spawn(move || {
                for turn in 0..20 {
                    let x: Vec<f32> = (0..1_000).map(|i| (i + 7 * thread + turn) as f32).collect();
                    let y = run_saxpy(gpu, &x, &budget(64 << 20)).unwrap();
                    assert!(x.iter().zip(&y).all(|(x, y)| *y == 2.0 * x + 1.0));
                }
            });
        }
    });
}

#[test]
fn gpu_columns_stay_on_the_device_for_launch_after_launch() {
    let Some(gpu) = gpu() else { return };
    let x: Vec<f32> = (0..1_000).map(|i| i as f32 * 0.5).collect();
    let mut y = vec![0.0; x.len()];
    let columns = [
        Column::Rows(&x),
        Column::Same(&[2.0]),
        Column::Answers(&mut y),
        Column::Groups,
    ];
    let place = |bytes| gpu.resident(&SAXPY, &columns, x.len(), &budget(bytes));
    let resident = place(1 << 20).expect("room");
    let mut found = vec![0_u32; x.len()];
    resident.read(2, &mut found, LIMIT).expect("read");
    assert!(
        found.iter().all(|&word| word == POISON),
        "poisoned until it runs"
    );
    resident.run(3, LIMIT).expect("three launches");
    let mut found = vec![0.0_f32; x.len()];
    resident.read(2, &mut found, LIMIT).expect("read");
    for (found, x) in found.iter().zip(&x) {
        assert_eq!(*found, 2.0 * x + 1.0);
    }
    drop(resident);
    let error = place(2_000).err().expect("more than one launch");
    assert!(error.to_string().contains("1000 rows"), "{error}");
}

#[test]
fn gpu_buffers_are_reused_and_refused_beyond_the_budget() {
    let Some(gpu) = gpu() else { return };
    let small = budget(1 << 20);
    let first = gpu.buffer("first", 100_000, &small).expect("400 kB fit");
    let error = gpu
        .buffer("second", 200_000, &small)
        .err()
        .expect("no room");
    let text = error.to_string();
    assert!(
        text.contains("second") && text.contains("held") && text.contains("a test"),
        "{text}"
    );
    let (used, _) = gpu.held_bytes();
    drop(first);
    assert_eq!(gpu.held_bytes(), (0, used));
    let again = gpu.buffer("again", 99_000, &small).expect("the same class");
    assert_eq!(gpu.held_bytes(), (used, 0), "reused, not allocated");
    again.poison().expect("poisoned");
    let mut words = vec![0_u32; 99_000];
    again.read(&mut words, LIMIT).expect("read");
    assert!(words.iter().all(|&word| word == POISON));
    let most = gpu.facts().buffer_bytes_max;
    if most < u64::MAX / 8 {
        let error = gpu
            .buffer("huge", most as usize / 4 + 100, &budget(u64::MAX))
            .err();
        assert!(matches!(error, Some(Error::TooLarge { .. })), "{error:?}");
    }
}

#[test]
fn gpu_arguments_that_do_not_fit_are_refused() {
    let Some(gpu) = gpu() else { return };
    let budget = budget(1 << 20);
    let one = gpu.buffer("one", 4, &budget).expect("room");
    let task = Task {
        kernel: &SAXPY,
        buffers: &[&one],
        invocations: 1,
    };
    let error = gpu.run(&[task], LIMIT).expect_err("one buffer of four");
    assert!(matches!(error, Error::Arguments { .. }), "{error}");
    let mut y = [0.0; 3];
    let mut columns = [
        Column::Rows(&[1.0, 2.0]),
        Column::Same(&[2.0]),
        Column::Answers(&mut y),
        Column::Groups,
    ];
    let error = gpu.map_rows(&SAXPY, &mut columns, 2, &budget, LIMIT);
    assert!(matches!(error, Err(Error::Arguments { .. })), "{error:?}");
}

#[test]
fn gpu_a_right_kernel_is_proven() {
    let Some(gpu) = gpu() else { return };
    let verdict = try_one(&gpu, &saxpy_trial("saxpy", 1_000, 1_000, 0.0), LIMIT);
    assert!(verdict.is_proven(), "{verdict}");
}

#[test]
fn gpu_a_wrong_kernel_is_caught() {
    let Some(gpu) = gpu() else { return };
    let verdict = try_one(&gpu, &saxpy_trial("wrong", 1_000, 1_000, 0.5), LIMIT);
    assert!(
        matches!(verdict, Verdict::Wrong { of: 1_000, .. }),
        "{verdict}"
    );
}

#[test]
fn gpu_a_kernel_that_writes_nothing_is_caught() {
    let Some(gpu) = gpu() else { return };
    // The right answers lie in the pool, left by a good run: stale data must not pass.
    assert!(try_one(&gpu, &saxpy_trial("good", 1_000, 1_000, 0.0), LIMIT).is_proven());
    let verdict = try_one(&gpu, &saxpy_trial("silent", 1_000, 0, 0.0), LIMIT);
    assert_eq!(
        verdict,
        Verdict::NotWritten {
            missing: 1_000,
            of: 1_000
        }
    );
    let verdict = try_one(&gpu, &saxpy_trial("short", 1_000, 999, 0.0), LIMIT);
    assert_eq!(
        verdict,
        Verdict::NotWritten {
            missing: 1,
            of: 1_000
        }
    );
}

#[test]
fn gpu_a_kernel_that_does_not_compile_is_caught() {
    let Some(gpu) = gpu() else { return };
    let verdict = try_one(&gpu, &output_trial(BROKEN, 1), LIMIT);
    assert!(matches!(verdict, Verdict::NotCompiled { .. }), "{verdict}");
    // And the device goes on.
    let verdict = try_one(&gpu, &saxpy_trial("after", 100, 100, 0.0), LIMIT);
    assert!(verdict.is_proven(), "{verdict}");
}

#[test]
fn gpu_a_device_lost_in_mid_run_is_finished_by_the_processor() {
    let Some(gpu) = gpu() else { return };
    let x: Vec<f32> = (0..200_000).map(|i| i as f32).collect();
    let breaker = gpu.clone();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        breaker.destroy();
    });
    let begin = Instant::now();
    let mut rounds = 0;
    let answer = with_fallback(
        &Device::Gpu(gpu.clone()),
        |gpu| {
            let mut last = Vec::new();
            while begin.elapsed() < LIMIT {
                last = run_saxpy(gpu, &x, &budget(64 << 20))?;
                rounds += 1;
            }
            Ok(last)
        },
        || x.iter().map(|x| 2.0 * x + 1.0).collect(),
    );
    killer.join().expect("the killer ends");
    let why = answer.fell_back.expect("the device was destroyed");
    assert!(
        matches!(why, Error::Lost { .. }),
        "after {rounds} rounds: {why}"
    );
    assert_eq!(answer.value[1000], 2001.0);
    assert_eq!(answer.value.len(), x.len());
    let verdict = try_one(&gpu, &saxpy_trial("after", 100, 100, 0.0), LIMIT);
    assert!(matches!(verdict, Verdict::Lost { .. }), "{verdict}");
}

#[test]
fn gpu_every_kernel_of_the_crate_is_proven_in_a_child_and_measured() {
    if gpu().is_none() {
        return;
    }
    let names: Vec<String> = compute::trials()
        .into_iter()
        .map(|trial| trial.name)
        .collect();
    let (verdicts, extra) = prove(child("good"), &names, 2 * LIMIT).expect("a proof");
    for (name, verdict) in &verdicts {
        assert!(verdict.is_proven(), "{name}: {verdict}");
    }
    let measured: compute::Measured = serde_json::from_str(&extra.expect("figures")).expect("JSON");
    assert_eq!(measured.missing, Vec::<String>::new());
    assert!(measured.copy_gb_per_s.is_some_and(|speed| speed > 0.01));
    assert!(measured.launch_us.is_some_and(|us| us > 0.0));
}

#[test]
fn gpu_a_hanging_kernel_is_killed_at_the_limit() {
    if gpu().is_none() {
        return;
    }
    let names = ["saxpy", "hangs", "later"].map(str::to_owned);
    let limit = Duration::from_secs(3);
    let (verdicts, extra) = prove(child("hang"), &names, limit).expect("a proof");
    assert!(verdicts[0].1.is_proven(), "{:?}", verdicts[0]);
    assert_eq!(verdicts[1].1, Verdict::Hung { limit_s: 3.0 });
    assert_eq!(verdicts[2].1, Verdict::NotTried);
    assert_eq!(extra, None);
}

#[test]
fn a_crashing_child_is_told_from_a_wrong_one() {
    let names = ["saxpy", "crash"].map(str::to_owned);
    let (verdicts, _) = prove(child("crash"), &names, LIMIT).expect("a proof");
    assert!(
        matches!(&verdicts[1].1, Verdict::Crashed { why } if why.contains("signal")),
        "{verdicts:?}"
    );
}

#[test]
fn a_child_that_cannot_be_started_is_an_error_and_a_silent_one_proves_nothing() {
    let names = ["saxpy".to_owned()];
    let missing = Command::new("/nowhere/jarvis2");
    assert!(matches!(
        prove(missing, &names, LIMIT),
        Err(Error::Child { .. })
    ));
    let (verdicts, extra) = prove(Command::new("true"), &names, LIMIT).expect("it ran");
    assert_eq!(verdicts[0].1, Verdict::NotTried);
    assert_eq!(extra, None);
}

#[test]
fn without_a_vulkan_driver_the_reason_is_told() {
    let output = child("find")
        .env("VK_DRIVER_FILES", "/nowhere.json")
        .env("VK_ICD_FILENAMES", "/nowhere.json")
        .output()
        .expect("the child runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let line = text
        .lines()
        .find(|line| line.contains("found Vulkan"))
        .unwrap_or_else(|| panic!("{text}"));
    assert!(
        line.contains("install the Vulkan loader") || line.contains("not in this build"),
        "{line}"
    );
}

/// A file that is no library stands before the loader, which then cannot be opened, as if it were not installed.
#[test]
#[cfg(target_os = "linux")]
fn without_the_vulkan_loader_the_reason_is_told() {
    let hidden = tempfile::tempdir().expect("a folder");
    for name in ["libvulkan.so", "libvulkan.so.1"] {
        std::fs::write(hidden.path().join(name), "").expect("a file");
    }
    let vulkan = |child: &mut Command| {
        let output = child.output().expect("the child runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        let mut lines = text.lines().map(str::to_owned);
        lines
            .find(|line| line.contains("found Vulkan"))
            .unwrap_or_else(|| panic!("{text}"))
    };
    let without = vulkan(child("find").env("LD_LIBRARY_PATH", hidden.path()));
    assert!(
        without.contains("install the Vulkan loader") || without.contains("not in this build"),
        "{without}"
    );
    // Where there is a device, nothing but the loader made the difference.
    if Gpu::open(Backend::Vulkan, 0).is_ok() {
        let with = vulkan(&mut child("find"));
        assert!(with.contains("adapter: 0"), "{with}");
    }
}

/// This program again, to do one thing.
fn child(what: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "in_a_child", "--ignored", "--nocapture"])
        .env(CHILD, what);
    command
}

/// Ends the process as a crash of a driver would, when the trial `crash` begins.
struct Crashing(Vec<u8>);

impl Write for Crashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let mut out = std::io::stdout();
        out.write_all(&self.0)?;
        out.flush()?;
        if String::from_utf8_lossy(&self.0).contains("\"crash\"") {
            std::process::abort();
        }
        self.0.clear();
        Ok(())
    }
}

#[test]
#[ignore = "the other tests run it in a child process"]
fn in_a_child() {
    let open = || {
        gpu().ok_or(Error::Lost {
            why: "no GPU".to_owned(),
        })
    };
    let mut out = std::io::stdout();
    let no_more = |_: &Gpu| String::new();
    let done = match std::env::var(CHILD).as_deref() {
        Ok("good") => serve(open(), &compute::trials(), LIMIT, &mut out, |gpu| {
            let measured = compute::measure_gpu(gpu, &budget(256 << 20));
            serde_json::to_string(&measured).expect("JSON")
        }),
        Ok("hang") => {
            let trials = [
                saxpy_trial("saxpy", 100, 100, 0.0),
                output_trial(HANGS, 65_535 * 65_535),
                saxpy_trial("later", 100, 100, 0.0),
            ];
            serve(open(), &trials, 10 * LIMIT, &mut out, no_more)
        }
        Ok("crash") => {
            let trials = [
                saxpy_trial("saxpy", 100, 100, 0.0),
                saxpy_trial("crash", 100, 100, 0.0),
            ];
            serve(open(), &trials, LIMIT, &mut Crashing(Vec::new()), no_more)
        }
        Ok("find") => {
            for found in compute::find() {
                match found.adapters {
                    Ok(list) => println!("\nfound {} {list:?}", found.backend),
                    Err(error) => println!("\nfound {} {error}", found.backend),
                }
            }
            Ok(())
        }
        other => {
            println!("nothing to do for {other:?}");
            Ok(())
        }
    };
    done.expect("the parent listens");
}
