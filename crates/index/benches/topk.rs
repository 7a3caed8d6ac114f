//! Exact nearest on a device beside one thread of the processor: `cargo bench -p index --features gpu --bench topk -- BACKEND ROWS`.
//!
//! Rows of 768 numbers between -1 and 1 from a seed, scaled to length 1, stay on the device; 1, 4, 8 and 16 questions at a time ask
//! for their ten nearest. "call" is from numbers in main memory to answers in main memory, "device" what its own clock says, both
//! the median of many calls; the share is of the time that reading every row once takes at the copy bandwidth of the same run.
//! Answers are compared with the processor's: the worst score beside `f32`, and the share of the ten that is the same. The peer is
//! `benches/peers/torch_topk.py`. Words: `vulkan`, `cuda`, `metal`; a number of rows; `halves` or `bytes` alone; `no-cpu`.

use std::time::{Duration, Instant};

use compute::{Backend, Budget, Gpu};
use index::device::{DeviceRows, Numbers, OnDevice};
use index::{Block, Lanes, Scan, Scored};

const WIDTH: usize = 768;
const NEAREST: usize = 10;
const BATCHES: [usize; 4] = [1, 4, 8, 16];
const LIMIT: Duration = Duration::from_secs(60);
const WARM_UP: Duration = Duration::from_millis(500);

fn main() {
    // `cargo bench` says `--bench`; `cargo test --all-targets` does not, and has no minute to spare.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        println!("skipped: run it by `cargo bench -p index --features gpu --bench topk`");
        return;
    }
    let wanted: Vec<Backend> = Backend::ALL
        .into_iter()
        .filter(|backend| words.iter().any(|word| word == backend.word()))
        .collect();
    for found in compute::find() {
        if !wanted.is_empty() && !wanted.contains(&found.backend) {
            continue;
        }
        match found.adapters {
            Err(error) => println!("\n{error}"),
            Ok(list) => {
                for facts in list {
                    println!("\n{} {} ({})", facts.backend, facts.name, facts.driver);
                    let done = Gpu::open(facts.backend, facts.adapter)
                        .map_err(|error| error.to_string())
                        .and_then(|gpu| bench(&gpu, &words));
                    if let Err(error) = done {
                        println!("n/a ({error})");
                    }
                }
            }
        }
    }
}

/// Unit rows, the numbers of row `i` from a counter; on all threads.
fn rows(first: usize, count: usize) -> Vec<f32> {
    let mut rows = vec![0.0_f32; count * WIDTH];
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = count.div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        for (part, rows) in rows.chunks_mut(share * WIDTH).enumerate() {
            scope.spawn(move || {
                for (i, row) in rows.chunks_exact_mut(WIDTH).enumerate() {
                    let mut state = ((first + part * share + i) as u64) << 20;
                    for x in row.iter_mut() {
                        // SplitMix64: Steele, Lea & Flood, OOPSLA 2014.
                        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                        let mut z = state;
                        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                        *x = (z ^ (z >> 31)) as i64 as f32;
                    }
                    let square: f64 = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
                    let scale = 1.0 / square.sqrt();
                    row.iter_mut()
                        .for_each(|x| *x = (f64::from(*x) * scale) as f32);
                }
            });
        }
    });
    rows
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn bench(gpu: &Gpu, words: &[String]) -> Result<(), String> {
    let facts = gpu.facts();
    let says = |what: &str| words.iter().any(|word| word == what);
    let count = words
        .iter()
        .find_map(|word| word.parse().ok())
        .unwrap_or(if facts.software { 20_000 } else { 1_000_000 });
    for trial in index::device::trials() {
        let verdict = compute::try_one(gpu, &trial, LIMIT);
        println!("{:<16} {verdict}", trial.name);
    }
    let budget = Budget {
        bytes: if facts.software { 2 << 30 } else { 24 << 30 },
        origin: "the benchmark's own limit".to_owned(),
    };
    let copy = compute::measure_gpu(gpu, &budget).copy_gb_per_s;
    println!(
        "copy {} GB/s, read and written",
        copy.map_or("n/a".to_owned(), |copy| format!("{copy:.0}"))
    );
    gpu.trim();
    let held = rows(0, count);
    let queries = rows(1 << 40, 64);
    let most = BATCHES.into_iter().max().unwrap_or(1);
    let mut truth = vec![Vec::new(); most];
    let block = |queries| Block {
        dimensions: WIDTH,
        queries,
        rows: &held,
        less: &[],
    };
    if !says("no-cpu") {
        for batch in BATCHES {
            let begin = Instant::now();
            Lanes::default()
                .best(
                    block(&queries[..batch * WIDTH]),
                    NEAREST,
                    &mut truth[..batch],
                )
                .map_err(|error| error.to_string())?;
            println!(
                "processor, one thread, f32: {batch:>2} questions of {count} rows: {:>9.3} ms",
                1e3 * begin.elapsed().as_secs_f64()
            );
        }
    }
    if !says("no-cpu") {
        let mut scan = OnDevice::new(gpu, &budget);
        let mut found = vec![Vec::new(); most];
        let begin = Instant::now();
        scan.best(block(&queries[..most * WIDTH]), NEAREST, &mut found)
            .map_err(|error| error.to_string())?;
        println!(
            "rows sent and asked once, decided in f32: {most} questions {:>9.3} ms, {} settled by candidates, {} by every row{}",
            1e3 * begin.elapsed().as_secs_f64(),
            scan.decided,
            scan.undecided,
            match &scan.fell_back {
                None if found == truth => ", the processor's answers bit for bit".to_owned(),
                None => ", OTHER ANSWERS THAN THE PROCESSOR'S".to_owned(),
                Some(error) => format!(", fell back: {error}"),
            }
        );
        gpu.trim();
    }
    for (name, numbers, bytes_each) in
        [("halves", Numbers::Halves, 2), ("bytes", Numbers::Bytes, 1)]
    {
        if (says("halves") || says("bytes")) && !says(name) {
            continue;
        }
        measure(
            gpu, name, numbers, bytes_each, &held, &queries, &truth, &budget, copy,
        )
        .map_err(|error| error.to_string())?;
        gpu.trim();
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)]
fn measure(
    gpu: &Gpu,
    name: &str,
    numbers: Numbers,
    bytes_each: usize,
    rows: &[f32],
    queries: &[f32],
    truth: &[Vec<Scored>],
    budget: &Budget,
    copy: Option<f64>,
) -> Result<(), index::Error> {
    let count = rows.len() / WIDTH;
    let begin = Instant::now();
    let mut held = DeviceRows::new(gpu, numbers, WIDTH, count, budget)?;
    held.add(rows, &[])?;
    let mut out = vec![Vec::new(); 1];
    held.best(&queries[..WIDTH], NEAREST, &mut out)?;
    println!(
        "{name}: {count} rows packed and sent in {:.2} s, {} bytes a number",
        begin.elapsed().as_secs_f64(),
        bytes_each
    );
    println!(
        "{:<8} {:>9} {:>12} {:>12} {:>14} {:>8} {:>12} {:>8}",
        "", "questions", "call ms", "device ms", "ms a question", "% copy", "score error", "same"
    );
    for batch in BATCHES {
        let mut out = vec![Vec::new(); batch];
        let slow = gpu.facts().software;
        let begin = Instant::now();
        while !slow && begin.elapsed() < WARM_UP {
            held.best(&queries[..batch * WIDTH], NEAREST, &mut out)?;
        }
        let (mut calls, mut device) = (Vec::new(), Vec::new());
        for turn in 0..if slow { 5 } else { 101 } {
            let from = turn * batch % (64 - batch) * WIDTH;
            let begin = Instant::now();
            held.best(&queries[from..from + batch * WIDTH], NEAREST, &mut out)?;
            calls.push(begin.elapsed().as_secs_f64());
            device.extend(held.device_time().map(|time| time.as_secs_f64()));
        }
        held.best(&queries[..batch * WIDTH], NEAREST, &mut out)?;
        let (mut worst, mut same, mut of) = (0.0_f64, 0, 0);
        for ((found, truth), query) in out.iter().zip(truth).zip(queries.chunks_exact(WIDTH)) {
            for scored in found {
                let row = &rows[scored.row * WIDTH..(scored.row + 1) * WIDTH];
                let exact: f64 = row
                    .iter()
                    .zip(query)
                    .map(|(&x, &q)| f64::from(x) * f64::from(q))
                    .sum();
                worst = worst.max((exact - f64::from(scored.score)).abs());
            }
            of += truth.len();
            same += truth
                .iter()
                .filter(|best| found.iter().any(|scored| scored.row == best.row))
                .count();
        }
        let call = median(calls);
        let own = (!device.is_empty()).then(|| median(device));
        let share = copy.map(|copy| {
            let seconds = (rows.len() * bytes_each) as f64 / (1e9 * copy);
            format!("{:.0}", 100.0 * seconds / own.unwrap_or(call))
        });
        let na = || "n/a".to_owned();
        println!(
            "{name:<8} {batch:>9} {:>12.3} {:>12} {:>14.3} {:>8} {worst:>12.1e} {:>8}",
            1e3 * call,
            own.map_or_else(na, |own| format!("{:.3}", 1e3 * own)),
            1e3 * call / batch as f64,
            share.unwrap_or_else(na),
            if of == 0 {
                na()
            } else {
                format!("{same}/{of}")
            },
        );
    }
    Ok(())
}
