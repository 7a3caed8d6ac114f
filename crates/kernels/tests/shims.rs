//! The Metal and CUDA texts, compiled as C++ and run on the CPU, against the `f64` code of `pricing`.
//!
//! Outputs start as a NaN that no kernel writes. Without a C++ compiler these tests say so and pass.

#[path = "shim/mod.rs"]
mod shim;

use kernels::emit::Language::{self, Cuda, Metal};
use kernels::{WORKGROUP, random::ADDRESS_LEN};
use pricing::american::Boundary;
use pricing::{Inputs, InputsRef, Quoted, Right, Status, european, implied_vol};
use shim::{Program, bytes, numbers, poison, program, word_bytes, words};

/// Numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// Options as `f32` holds them, so that only the kernel's own errors count.
fn options(rows: usize, seed: u64) -> Vec<Inputs> {
    let mut dice = Dice(seed);
    (0..rows)
        .map(|i| {
            let strike = dice.between(15.0, 520.0);
            let inputs = Inputs {
                right: if i % 2 == 0 { Right::Call } else { Right::Put },
                strike,
                spot: strike * dice.between(0.5, 1.8),
                years: dice.between(0.002, 2.5),
                rate: dice.between(-0.01, 0.08),
                dividend_yield: dice.between(0.0, 0.06),
                vol: dice.between(0.05, 1.2),
            };
            rounded(&inputs)
        })
        .collect()
}

fn rounded(inputs: &Inputs) -> Inputs {
    let near = |value: f64| f64::from(value as f32);
    Inputs {
        right: inputs.right,
        spot: near(inputs.spot),
        strike: near(inputs.strike),
        years: near(inputs.years),
        rate: near(inputs.rate),
        dividend_yield: near(inputs.dividend_yield),
        vol: near(inputs.vol),
    }
}

fn column(options: &[Inputs], field: impl Fn(&Inputs) -> f64) -> Vec<u8> {
    bytes(&options.iter().map(|x| field(x) as f32).collect::<Vec<_>>())
}

/// Spots, signed strikes, years, rates, yields, vols.
fn columns(options: &[Inputs]) -> Vec<Vec<u8>> {
    vec![
        column(options, |x| x.spot),
        column(options, |x| x.strike * x.right.sign()),
        column(options, |x| x.years),
        column(options, |x| x.rate),
        column(options, |x| x.dividend_yield),
        column(options, |x| x.vol),
    ]
}

/// Workgroups for so many invocations, in two rows, with some to spare.
fn grid(invocations: usize) -> [u32; 2] {
    let groups = invocations.div_ceil(WORKGROUP as usize) as u32;
    [groups.div_ceil(2), 2]
}

fn counts(rows: usize) -> Vec<u8> {
    word_bytes(&[(rows / 4) as u32])
}

/// Largest error of each answer in its own scale: price and Greeks as `docs/kernels.md` has them.
fn greek_errors(program: &Program, options: &[Inputs]) -> [f64; 6] {
    let mut buffers = columns(options);
    buffers.extend((0..6).map(|_| poison(options.len() + 4)));
    buffers.push(counts(options.len()));
    let out = program.run("black_scholes_greeks", grid(options.len() / 4), &buffers);
    let found: Vec<Vec<f32>> = out[6..12].iter().map(|bytes| numbers(bytes)).collect();
    for column in &found {
        let spare = &column[options.len()..];
        assert!(
            spare.iter().all(|value| value.to_bits() == 0x7fc0_dead),
            "wrote beyond the count"
        );
    }
    let mut worst = [0.0f64; 6];
    for (i, x) in options.iter().enumerate() {
        let exact = european::greeks(x);
        let money = x.strike.max(x.spot);
        let deviation = x.vol * x.years.sqrt();
        let scale = [
            x.strike,
            1.0,
            1.0 / (x.spot * deviation),
            money * x.years.sqrt(),
            money * (x.vol / x.years.sqrt() + x.rate.abs() + x.dividend_yield),
            x.strike * x.years,
        ];
        let exact = [
            exact.price,
            exact.delta,
            exact.gamma,
            exact.vega,
            exact.theta,
            exact.rho,
        ];
        for k in 0..6 {
            let error = (f64::from(found[k][i]) - exact[k]).abs() / scale[k];
            // NaN is worse than anything.
            worst[k] = if error <= worst[k] { worst[k] } else { error };
        }
    }
    worst
}

fn price_errors(program: &Program, options: &[Inputs]) -> f64 {
    let mut buffers = columns(options);
    buffers.extend([poison(options.len() + 4), counts(options.len())]);
    let out = program.run("black_scholes_price", grid(options.len() / 4), &buffers);
    let found = numbers(&out[6]);
    assert!(
        found[options.len()..]
            .iter()
            .all(|value| value.to_bits() == 0x7fc0_dead)
    );
    let error =
        |(x, &price): (&Inputs, &f32)| (f64::from(price) - european::price(x)).abs() / x.strike;
    worst(options.iter().zip(&found).map(error))
}

/// The largest; NaN counts as infinite.
fn worst(errors: impl Iterator<Item = f64>) -> f64 {
    errors.fold(0.0, |most, error| {
        if error <= most {
            most
        } else if error.is_nan() {
            f64::INFINITY
        } else {
            error
        }
    })
}

const PRICE: f64 = 1e-6;
const GREEKS: [f64; 6] = [PRICE, 2e-6, 2e-6, 1e-6, 1e-6, 2e-6];

fn european_prices_and_greeks(language: Language) {
    let Some(program) = program(language) else {
        return;
    };
    let options = options(20_000, 1);
    let price = price_errors(program, &options);
    let greeks = greek_errors(program, &options);
    println!(
        "{language:?}: price {price:.1e} of strike, Greeks {}",
        greeks.map(|error| format!("{error:.1e}")).join(" ")
    );
    assert!(price < PRICE, "{price:e}");
    for (error, most) in greeks.into_iter().zip(GREEKS) {
        assert!(error < most, "{greeks:?}");
    }
}

#[test]
fn metal_european_prices_and_greeks() {
    european_prices_and_greeks(Metal);
}

#[test]
fn cuda_european_prices_and_greeks() {
    european_prices_and_greeks(Cuda);
}

/// No time, no volatility, a spot of nothing, far in and out of the money: finite, and the limits of the `f64` code.
#[test]
fn edges_have_their_limits() {
    let Some(program) = program(Metal) else {
        return;
    };
    let mut edges = Vec::new();
    let (calm, still, far) = (
        [0.0, 0.2],
        [0.0, 0.5, 1.0],
        [0.0, 1e-3, 50.0, 99.0, 100.0, 101.0, 1e5],
    );
    for right in [Right::Call, Right::Put] {
        for vol in calm {
            for years in still {
                for spot in far {
                    let x = Inputs {
                        right,
                        spot,
                        strike: 100.0,
                        years,
                        rate: 0.0,
                        dividend_yield: 0.0,
                        vol,
                    };
                    edges.push(rounded(&x));
                }
            }
        }
    }
    let money = edges.clone();
    let price = {
        let mut buffers = columns(&edges);
        buffers.extend([poison(edges.len()), counts(edges.len())]);
        numbers(&program.run("black_scholes_price", grid(edges.len() / 4), &buffers)[6])
    };
    for (x, found) in money.iter().zip(price) {
        let gap = (f64::from(found) - european::price(x)).abs();
        assert!(gap <= 1e-6 * x.strike.max(x.spot), "{found} for {x:?}");
    }
    let mut buffers = columns(&edges);
    buffers.extend((0..6).map(|_| poison(edges.len())));
    buffers.push(counts(edges.len()));
    let out = program.run("black_scholes_greeks", grid(edges.len() / 4), &buffers);
    let [delta, gamma] = [7, 8].map(|k| numbers(&out[k]));
    for column in &out[6..12] {
        assert!(numbers(column).iter().all(|value| value.is_finite()));
    }
    for (i, x) in edges.iter().enumerate() {
        let exact = european::greeks(x);
        assert!(
            (f64::from(delta[i]) - exact.delta).abs() < 1e-5,
            "delta {} for {x:?}",
            delta[i]
        );
        assert!(
            (f64::from(gamma[i]) - exact.gamma).abs() < 1e-5,
            "gamma {} for {x:?}",
            gamma[i]
        );
    }
}

#[test]
fn seed_kernel_prices_calls_without_dividends() {
    for language in [Metal, Cuda] {
        let Some(program) = program(language) else {
            return;
        };
        let rows = 4 * WORKGROUP as usize;
        let calls: Vec<Inputs> = options(rows, 2)
            .into_iter()
            .map(|x| Inputs {
                right: Right::Call,
                dividend_yield: 0.0,
                ..x
            })
            .collect();
        let mut buffers = columns(&calls);
        buffers.remove(4);
        buffers.push(poison(rows));
        let out = program.run("calculate_black_scholes", grid(rows), &buffers);
        let found = numbers(&out[5]);
        let error = worst(
            calls
                .iter()
                .zip(&found)
                .map(|(x, &price)| (f64::from(price) - european::price(x)).abs() / x.strike),
        );
        assert!(error < PRICE, "{language:?} {error:e}");
    }
}

fn implied(language: Language) {
    let Some(program) = program(language) else {
        return;
    };
    let options = options(20_000, 3);
    let price: Vec<f32> = options.iter().map(|x| european::price(x) as f32).collect();
    let mut buffers = columns(&options);
    buffers.pop();
    buffers.insert(0, bytes(&price));
    buffers.extend([
        poison(options.len()),
        poison(options.len()),
        counts(options.len()),
    ]);
    let out = program.run("implied_vol", grid(options.len() / 4), &buffers);
    let (vols, statuses) = (numbers(&out[6]), words(&out[7]));
    let (mut reprice, mut in_vol, mut found, mut refused) = (0.0f64, Vec::new(), 0, 0);
    for (i, x) in options.iter().enumerate() {
        let quoted = Quoted {
            right: x.right,
            price_usd: f64::from(price[i]),
            spot: x.spot,
            strike: x.strike,
            years: x.years,
            rate: x.rate,
            dividend_yield: x.dividend_yield,
        };
        let exact = implied_vol(&quoted);
        if statuses[i] != 0 {
            assert!(
                vols[i].is_nan(),
                "a volatility beside status {}",
                statuses[i]
            );
            // Time value that f32 cannot hold: 4e-7 of the larger side in the money.
            let floor = x.european_floor();
            let side = x.discounted_spot().max(x.discounted_strike());
            assert!(
                exact.is_err()
                    || f64::from(price[i]) - floor < 8e-7 * side
                    || x.right.intrinsic(x.spot, x.strike) == 0.0 && price[i] < 1e-30,
                "refused {quoted:?} with {}, whose volatility is {exact:?}",
                statuses[i]
            );
            refused += 1;
            continue;
        }
        found += 1;
        let again = european::price(&Inputs {
            vol: f64::from(vols[i]),
            ..*x
        });
        let error = (again - f64::from(price[i])).abs() / x.strike.max(x.spot);
        reprice = if error <= reprice { reprice } else { error };
        if let Ok(exact) = exact {
            in_vol.push((f64::from(vols[i]) / exact - 1.0).abs());
        }
    }
    in_vol.sort_by(f64::total_cmp);
    let at = |share: f64| in_vol[(share * (in_vol.len() - 1) as f64) as usize];
    println!(
        "{language:?}: {found} found, {refused} refused, price again within {reprice:.1e} of the larger side; vol {:.1e} median, {:.1e} at 99 %, {:.1e} worst",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    assert!(found > 19_000 && reprice < 1e-6, "{found} {reprice:e}");
}

#[test]
fn metal_implied_vols() {
    implied(Metal);
}

#[test]
fn cuda_implied_vols() {
    implied(Cuda);
}

#[test]
fn quotes_without_a_volatility_say_why() {
    let Some(program) = program(Metal) else {
        return;
    };
    let good = [5.0, 100.0, 100.0, 0.5, 0.03, 0.0];
    let with = |k: usize, value: f32| {
        let mut row = good;
        row[k] = value;
        row
    };
    let mut deep = good;
    deep[0] = 49.0;
    deep[2] = 50.0;
    let cases: [([f32; 6], u32); 12] = [
        (good, 0),
        (with(0, f32::NAN), 1),
        (with(1, f32::INFINITY), 1),
        (with(1, 0.0), 1),
        (with(3, -0.5), 1),
        (with(4, f32::NAN), 1),
        (deep, 2),
        (with(0, 100.5), 3),
        (with(3, 0.0), 4),
        (with(0, 0.0), 2),
        (with(1, -3.0), 1),
        (with(0, -1.0), 2),
    ];
    let mut buffers: Vec<Vec<u8>> = (0..6)
        .map(|k| bytes(&cases.map(|(row, _)| row[k])))
        .collect();
    buffers.extend([poison(12), poison(12), counts(12)]);
    let out = program.run("implied_vol", [1, 1], &buffers);
    let (vols, statuses) = (numbers(&out[6]), words(&out[7]));
    assert_eq!(statuses, cases.map(|(_, status)| status));
    for (vol, status) in vols.iter().zip(&statuses) {
        assert_eq!(vol.is_nan(), *status != 0);
    }
    assert!((vols[0] - 0.151).abs() < 0.02, "{}", vols[0]);
}

fn american(language: Language) {
    let Some(program) = program(language) else {
        return;
    };
    let mut largest = 0.0f64;
    let (mut exercised, mut substantial) = (0, 0);
    for (right, rate, dividend_yield, vol, years_max) in [
        (Right::Put, 0.045, 0.0, 0.25, 1.0),
        (Right::Put, 0.06, 0.02, 0.6, 2.0),
        (Right::Put, 0.03, 0.06, 0.2, 0.5),
        (Right::Call, 0.04, 0.05, 0.3, 1.5),
        (Right::Call, 0.05, 0.02, 0.15, 0.25),
    ] {
        let boundary = Boundary::new(right, rate, dividend_yield, vol, years_max).unwrap();
        let numbers_of = boundary.for_kernel().unwrap();
        let mut dice = Dice(4);
        let rows = 1200;
        let columns: [Vec<f32>; 3] = {
            let mut columns = [(); 3].map(|()| Vec::with_capacity(rows));
            for _ in 0..rows {
                let strike = dice.between(20.0, 400.0);
                columns[0].push((strike * dice.between(0.5, 1.7)) as f32);
                columns[1].push(strike as f32);
                columns[2].push((years_max * dice.between(0.004, 0.999_99)) as f32);
            }
            columns
        };
        let mut buffers: Vec<Vec<u8>> = columns.iter().map(|c| bytes(c)).collect();
        buffers.extend([bytes(&numbers_of), poison(rows), counts(rows)]);
        let out = program.run("american_premium", grid(rows / 4), &buffers);
        let found = numbers(&out[4]);
        let wide = columns.map(|column| column.into_iter().map(f64::from).collect::<Vec<_>>());
        let mut exact = vec![0.0; rows];
        boundary.prices(&wide[0], &wide[1], &wide[2], &mut exact);
        for i in 0..rows {
            let x = Inputs {
                right,
                spot: wide[0][i],
                strike: wide[1][i],
                years: wide[2][i],
                rate,
                dividend_yield,
                vol,
            };
            let premium = f64::from(found[i]);
            exercised += usize::from(premium < 0.0);
            substantial += usize::from(premium > 1e-3 * x.strike);
            let price = if premium < 0.0 {
                x.intrinsic()
            } else {
                (european::price(&x) + premium).max(x.intrinsic())
            };
            let error = (price - exact[i]).abs() / x.strike.max(x.spot);
            largest = if error <= largest { largest } else { error };
        }
    }
    println!("{language:?}: American price within {largest:.1e} of the larger of spot and strike");
    assert!(largest < 2e-7, "{largest:e}");
    assert!(
        exercised > 500 && substantial > 500,
        "{exercised} {substantial}"
    );
}

#[test]
fn metal_american_premiums() {
    american(Metal);
}

#[test]
fn cuda_american_premiums() {
    american(Cuda);
}

/// File `kat_vectors` of Random123, lines "philox4x32 10", reached through the first counter and the key.
fn known_words(program: &Program) {
    let check = |address: [u32; ADDRESS_LEN], expected: [u32; 4]| {
        let out = program.run("philox_words", [1, 1], &[poison(8), word_bytes(&address)]);
        let found = words(&out[0]);
        assert_eq!(found[..4], expected);
        assert_eq!(found[4..], [0x7fc0_dead; 4]);
    };
    check(
        [1, 0, 0, 0, 0, 0, 0],
        [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8],
    );
    let all = u32::MAX;
    check(
        [1, all, all, all, all, all, all],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd],
    );
    check(
        [
            1,
            0xa409_3822,
            0x299f_31d0,
            0x243f_6a88,
            0x85a3_08d3,
            0x1319_8a2e,
            0x0370_7344,
        ],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
    );
}

/// Simulated paths, their sums and the exercise of rights on them, against the `f64` twin: the trials that a device has to pass.
#[test]
fn paths_are_those_of_the_twin() {
    use compute::Argument;
    for language in [Metal, Cuda] {
        let Some(program) = program(language) else {
            return;
        };
        let mut tried = 0;
        for trial in pricing::gpu::trials() {
            let of_paths = ["paths_", "sobol_", "states_", "exercise_"];
            if !of_paths.iter().any(|start| trial.name.starts_with(start)) {
                continue;
            }
            let buffers: Vec<Vec<u8>> = (trial.arguments.iter())
                .map(|argument| match argument {
                    Argument::Floats(values) => bytes(values),
                    Argument::Words(values) => word_bytes(values),
                    Argument::Answers { expected, .. } => poison(expected.len()),
                    Argument::AnswerWords(_) => unreachable!("no words come out"),
                })
                .collect();
            // A row of workgroups too many, which must do nothing.
            let groups = [trial.invocations.div_ceil(u64::from(WORKGROUP)) as u32, 2];
            let out = program.run(&trial.name, groups, &buffers);
            for (argument, found) in trial.arguments.iter().zip(&out) {
                let Argument::Answers { expected, .. } = argument else {
                    continue;
                };
                let found = numbers(found);
                let error = worst(
                    expected
                        .iter()
                        .zip(&found)
                        .map(|(exact, &sum)| (f64::from(sum) - exact).abs() / (1.0 + exact.abs())),
                );
                println!("{language:?} {}: within {error:.1e}", trial.name);
                assert!(error < 2e-5, "{language:?} {}: {error:e}", trial.name);
                tried += 1;
            }
        }
        // Sums of three laws from two sources; spots and variances of three laws; cash and sums of a step back, and a trial.
        assert_eq!(tried, 6 + 6 + 3);
    }
}

#[test]
fn philox_known_answers_uniforms_and_normals() {
    for language in [Metal, Cuda] {
        let Some(program) = program(language) else {
            return;
        };
        known_words(program);
        let counters = 2000;
        let address = [counters as u32, 7, 11, 5, 1, 2, 3];
        let run = |kernel: &str| {
            let buffers = [poison(4 * counters), word_bytes(&address)];
            program.run(kernel, grid(counters), &buffers)[0].clone()
        };
        let (raw, uniforms, normals) = (
            words(&run("philox_words")),
            numbers(&run("philox_uniforms")),
            numbers(&run("philox_normals")),
        );
        for (word, uniform) in raw.iter().zip(&uniforms) {
            let exact = (f64::from(word >> 9) + 0.5) / f64::from(1 << 23);
            assert_eq!(f64::from(*uniform), exact);
        }
        let error = worst(raw.chunks(2).zip(normals.chunks(2)).map(|(words, found)| {
            let radius = (-2.0 * ((f64::from(words[0]) + 0.5) / 4_294_967_296.0).ln()).sqrt();
            let angle = std::f64::consts::PI * f64::from(words[1] as i32) / 2_147_483_648.0;
            let gap = |value: f32, exact: f64| (f64::from(value) - exact).abs();
            gap(found[0], radius * angle.cos()).max(gap(found[1], radius * angle.sin()))
        }));
        println!("{language:?}: normals within {error:.1e}");
        assert!(error < 5e-6, "{error:e}");
        let mean = normals.iter().map(|&z| f64::from(z)).sum::<f64>() / normals.len() as f64;
        let square =
            normals.iter().map(|&z| f64::from(z).powi(2)).sum::<f64>() / normals.len() as f64;
        assert!(
            mean.abs() < 0.05 && (square - 1.0).abs() < 0.07,
            "{mean} {square}"
        );
    }
}

#[test]
fn reduce_adds_and_finds_both_ends() {
    for language in [Metal, Cuda] {
        let Some(program) = program(language) else {
            return;
        };
        let mut dice = Dice(9);
        for (rows, workers) in [(1usize, 3usize), (1000, 64), (40_001, 300)] {
            let values: Vec<f32> = (0..rows).map(|_| dice.between(-3.0, 5.0) as f32).collect();
            let size = word_bytes(&[rows as u32, workers as u32]);
            let buffers = [
                bytes(&values),
                poison(workers),
                poison(workers),
                poison(workers),
                size,
            ];
            let out = program.run("reduce", grid(workers), &buffers);
            let sum: f64 = numbers(&out[1]).into_iter().map(f64::from).sum();
            let least = numbers(&out[2]).into_iter().fold(f32::MAX, f32::min);
            let largest = numbers(&out[3]).into_iter().fold(f32::MIN, f32::max);
            let exact: f64 = values.iter().copied().map(f64::from).sum();
            let sizes: f64 = values.iter().map(|value| f64::from(value.abs())).sum();
            assert!((sum - exact).abs() <= rows.div_ceil(workers) as f64 * 6e-8 * sizes);
            assert_eq!(least, values.iter().copied().fold(f32::MAX, f32::min));
            assert_eq!(largest, values.iter().copied().fold(f32::MIN, f32::max));
        }
    }
}

/// Runs the trials on which devices prove themselves; every number must lie within its tolerance.
fn proven(language: Language, trials: &[compute::Trial]) {
    use compute::Argument;
    let Some(program) = program(language) else {
        return;
    };
    for trial in trials {
        let buffers: Vec<Vec<u8>> = trial
            .arguments
            .iter()
            .map(|argument| match argument {
                Argument::Floats(values) => bytes(values),
                Argument::Words(values) => word_bytes(values),
                Argument::Answers { expected, .. } => poison(expected.len()),
                Argument::AnswerWords(expected) => poison(expected.len()),
            })
            .collect();
        let found = program.run(
            trial.kernel.name,
            grid(trial.invocations as usize),
            &buffers,
        );
        for (argument, found) in trial.arguments.iter().zip(&found) {
            match argument {
                Argument::Floats(_) | Argument::Words(_) => {}
                Argument::AnswerWords(expected) => {
                    assert_eq!(&words(found), expected, "{}", trial.name)
                }
                Argument::Answers {
                    expected,
                    absolute,
                    relative,
                } => {
                    for (place, (&found, &expected)) in
                        numbers(found).iter().zip(expected).enumerate()
                    {
                        let off = (f64::from(found) - expected).abs();
                        assert!(
                            off <= absolute + relative * expected.abs(),
                            "{language:?} {}: {found} instead of {expected} at {place}",
                            trial.name
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn metal_products_of_matrices() {
    proven(Language::Metal, &nn::gpu::trials());
}

#[test]
fn cuda_products_of_matrices() {
    proven(Language::Cuda, &nn::gpu::trials());
}

#[test]
fn metal_exact_nearest() {
    proven(Language::Metal, &index::device::trials());
}

#[test]
fn cuda_exact_nearest() {
    proven(Language::Cuda, &index::device::trials());
}

/// What a mistake in a text leads to: the compiler's word, or numbers that the comparison refuses.
#[test]
fn planted_defects_are_caught() {
    if program(Metal).is_none() {
        return;
    }
    let sources = kernels::sources();
    let source = &sources[0];
    let options = options(400, 5);
    for language in [Metal, Cuda] {
        let text = shim::committed(source, language);
        let planted = |stem: &str, from: &str, to: &str| {
            assert!(text.contains(from), "the text has no {from}");
            let name = format!("{}-{stem}", language.ending());
            shim::compile(language, &name, &[(source.name, text.replace(from, to))])
        };
        let good = planted("good", "exp(", "exp(").unwrap().unwrap();
        assert!(price_errors(&good, &options) < PRICE);
        assert!(
            planted("word", "exp(", "expo(").is_err(),
            "a wrong builtin compiles"
        );
        let wrong = planted("number", "0.576572835", "0.576872835")
            .unwrap()
            .unwrap();
        assert!(
            price_errors(&wrong, &options) > PRICE,
            "a wrong constant passes"
        );
        let idle = planted("idle", "if(", "if(false && ").unwrap().unwrap();
        assert!(
            price_errors(&idle, &options) > PRICE,
            "an output that was never written passes"
        );
    }
}

/// Turns 256 numbers around through shared memory, twice; the last 56 invocations of a workgroup end before the second turn.
const TURN: [(Language, &str); 2] = [
    (
        Metal,
        "#include <metal_stdlib>
using namespace metal;
[[kernel]] void turn(device float const* const v0 [[buffer(0)]], device float * const v1 [[buffer(1)]], uint32_t const v2 [[thread_index_in_threadgroup]], uint3 const v3 [[threadgroup_position_in_grid]]) {
alignas(4) threadgroup char v6[1024];
threadgroup array<float, 256> * const v8 = reinterpret_cast<threadgroup array<float, 256> *>(&v6[0]);
(*v8)[v2] = v0[v3[0] * 256 + v2];
threadgroup_barrier(mem_flags::mem_threadgroup);
float const v9 = (*v8)[255 - v2];
threadgroup_barrier(mem_flags::mem_threadgroup);
v1[v3[0] * 256 + v2] = v9;
if(v2 < 200) {
(*v8)[v2] = v9;
threadgroup_barrier(mem_flags::mem_threadgroup);
v1[v3[0] * 256 + v2] = (*v8)[199 - v2];
}
}",
    ),
    (
        Cuda,
        "template <typename T, size_t N> struct array { T data[N]; T& operator[](size_t i) { return data[i]; } };
extern \"C\" __global__ void turn(float const* const v0, float * const v1) {
__shared__ __align__(4) char v3[1024];
array<float, 256> * const v5 = reinterpret_cast<array<float, 256> *>(&v3[0]);
(*v5)[threadIdx.x] = v0[blockIdx.x * 256 + threadIdx.x];
__syncthreads();
float const v9 = (*v5)[255 - threadIdx.x];
__syncthreads();
v1[blockIdx.x * 256 + threadIdx.x] = v9;
if(threadIdx.x < 200) {
(*v5)[threadIdx.x] = v9;
__syncthreads();
v1[blockIdx.x * 256 + threadIdx.x] = (*v5)[199 - threadIdx.x];
}
}",
    ),
];

#[test]
fn barriers_hold_and_a_missing_one_is_caught() {
    const GROUPS: usize = 3;
    let values: Vec<f32> = (0..256 * GROUPS).map(|i| i as f32).collect();
    let buffers = [bytes(&values), poison(values.len())];
    let expected: Vec<f32> = (0..GROUPS)
        .flat_map(|group| (0..256).map(move |i| (group, i)))
        .map(|(group, i)| {
            let from = if i < 200 { 255 - (199 - i) } else { 255 - i };
            values[256 * group + from]
        })
        .collect();
    for (language, text) in TURN {
        let barrier = match language {
            Metal => "threadgroup_barrier(mem_flags::mem_threadgroup);\n",
            _ => "__syncthreads();\n",
        };
        let without = |which: usize| {
            let (at, _) = text.match_indices(barrier).nth(which).expect("a barrier");
            format!("{}{}", &text[..at], &text[at + barrier.len()..])
        };
        let run = |stem: &str, text: String| {
            let name = format!("{}-turn-{stem}", language.ending());
            shim::compile(language, &name, &[("turn", text)])
                .unwrap()
                .map(|program| program.try_run("turn", [GROUPS as u32, 1], &buffers))
        };
        let Some(whole) = run("whole", text.to_owned()) else {
            return;
        };
        assert_eq!(numbers(&whole.unwrap()[1]), expected, "{language:?}");
        for which in 0..3 {
            let found = run(&format!("without-{which}"), without(which)).unwrap();
            assert!(
                found.is_err(),
                "{language:?}: barrier {which} is not missed"
            );
        }
    }
}

/// Columns priced by `pricing`'s own `f32` lanes agree too: two twins of one formula.
#[test]
fn cpu_columns_agree_with_the_kernel() {
    let Some(program) = program(Metal) else {
        return;
    };
    let options = options(2000, 6);
    let rights: Vec<Right> = options.iter().map(|x| x.right).collect();
    let columns_of = |field: fn(&Inputs) -> f64| options.iter().map(field).collect::<Vec<f64>>();
    let numbers_of = [
        columns_of(|x| x.spot),
        columns_of(|x| x.strike),
        columns_of(|x| x.years),
        columns_of(|x| x.rate),
        columns_of(|x| x.dividend_yield),
        columns_of(|x| x.vol),
    ];
    let inputs = InputsRef::from_columns(&rights, std::array::from_fn(|i| &numbers_of[i][..]));
    let (mut exact, mut status) = (vec![0.0; options.len()], vec![Status::Ok; options.len()]);
    european::prices(inputs, &mut exact, &mut status);
    let mut buffers = columns(&options);
    buffers.extend([poison(options.len()), counts(options.len())]);
    let found = numbers(&program.run("black_scholes_price", grid(options.len() / 4), &buffers)[6]);
    for (i, x) in options.iter().enumerate() {
        assert!((f64::from(found[i]) - exact[i]).abs() < PRICE * x.strike);
    }
}
