//! The work at which GPUs and the processor race: the same columns in `f64` on both sides, from main memory to main memory.
//!
//! Options are ordinary ones, none like the next. The American ones are puts on one boundary, solved beforehand; the GPU adds the
//! premium of early exercise and the processor the European part, as `pricing::gpu` does it.

use compute::{Budget, Column, Gpu, Kernel, Resident};
use pricing::american::Boundary;
use pricing::gpu::{AMERICAN_PREMIUM, BLACK_SCHOLES_GREEKS, BLACK_SCHOLES_PRICE, IMPLIED_VOL};
use pricing::{GreeksMut, InputsRef, QuotedRef, Right, Status, european, implied_vols};
use std::cell::RefCell;
use std::ops::Range;
use std::time::Duration;

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// European prices.
    Prices,
    /// European prices and five sensitivities.
    Greeks,
    /// Volatilities behind European prices.
    Vols,
    /// American prices on one boundary.
    American,
}

impl Work {
    pub(crate) const ALL: [Work; 4] = [Work::Prices, Work::Greeks, Work::Vols, Work::American];

    /// The name under which its crossover is kept.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Work::Prices => "european_prices",
            Work::Greeks => "european_greeks",
            Work::Vols => "european_implied_vols",
            Work::American => "american_prices",
        }
    }

    fn kernel(self) -> &'static Kernel {
        match self {
            Work::Prices => &BLACK_SCHOLES_PRICE,
            Work::Greeks => &BLACK_SCHOLES_GREEKS,
            Work::Vols => &IMPLIED_VOL,
            Work::American => &AMERICAN_PREMIUM,
        }
    }

    /// Columns of answers.
    fn answers(self) -> usize {
        if self == Work::Greeks { 6 } else { 1 }
    }
}

/// How long one run may take before the device counts as lost.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// The puts of [`Work::American`]: rate, dividend yield, volatility, and years to which their boundary reaches.
const PUTS: [f64; 4] = [0.05, 0.02, 0.3, 1.5];

/// The name under which the crossover of the house net is kept, in situations judged at a time.
pub(crate) const NET: &str = "net_situations";

/// The smallest of `sizes` from which on a GPU judges so many situations sooner than `threads` threads of the processor, from main
/// memory to main memory.
pub(crate) fn net_crossover(
    gpu: &Gpu,
    threads: usize,
    budget: &Budget,
    sizes: &[usize],
) -> Result<Option<usize>, compute::Error> {
    let told = |error: nn::Error| match error {
        nn::Error::Device(error) => error,
        other => unreachable!("the house net judges finite numbers: {other}"),
    };
    let config = nn::Config::default();
    let (width, policies) = (config.inputs, config.policies);
    let weights = match nn::Weights::seeded(config, 1) {
        Ok(weights) => weights,
        Err(error) => unreachable!("the house net can be built: {error}"),
    };
    let most = sizes.iter().copied().max().unwrap_or(1);
    let rows: Vec<f32> = (0..most * width).map(|at| (at as f32).sin()).collect();
    let mut slot = nn::gpu::GpuNet::new(gpu, &weights, budget)
        .and_then(|net| net.slot(most))
        .map_err(told)?;
    let nets = vec![nn::Net::new(&weights); threads.max(1)];
    let room = RefCell::new((nets, vec![0.0; most], vec![0.0; most * policies]));
    compute::crossover(
        sizes,
        3,
        |n| {
            slot.inputs()[..n * width].copy_from_slice(&rows[..n * width]);
            slot.submit(n).map_err(told)?;
            slot.wait().map_err(told).map(|_| ())
        },
        |n| {
            let (nets, values, logits) = &mut *room.borrow_mut();
            let share = n.div_ceil(nets.len());
            std::thread::scope(|scope| {
                let parts = values[..n]
                    .chunks_mut(share)
                    .zip(logits.chunks_mut(share * policies))
                    .zip(rows.chunks(share * width));
                for (net, ((values, logits), rows)) in nets.iter_mut().zip(parts) {
                    scope.spawn(move || {
                        let n = values.len();
                        let (rows, logits) = (&rows[..n * width], &mut logits[..n * policies]);
                        if let Err(error) = net.forward(rows, values, logits) {
                            unreachable!("the house net judges finite numbers: {error}");
                        }
                    });
                }
            });
        },
    )
}

/// The options, and room for answers.
pub(crate) struct Race {
    given: Given,
    /// Answers in the order of `GreeksMut`; the first column alone where there is one.
    out: [Vec<f64>; 6],
    status: Vec<Status>,
}

struct Given {
    right: Vec<Right>,
    /// Spot, strike, years, rate, yield, volatility.
    numbers: [Vec<f64>; 6],
    /// European prices of all.
    price_usd: Vec<f64>,
    boundary: Boundary,
}

impl Given {
    fn column(&self, number: usize, rows: &Range<usize>) -> &[f64] {
        &self.numbers[number][rows.clone()]
    }

    fn inputs(&self, rows: &Range<usize>) -> InputsRef<'_> {
        let columns = [0, 1, 2, 3, 4, 5].map(|number| self.column(number, rows));
        InputsRef::from_columns(&self.right[rows.clone()], columns)
    }

    fn quotes(&self, rows: &Range<usize>) -> QuotedRef<'_> {
        QuotedRef {
            right: &self.right[rows.clone()],
            price_usd: &self.price_usd[rows.clone()],
            spot: self.column(0, rows),
            strike: self.column(1, rows),
            years: self.column(2, rows),
            rate: self.column(3, rows),
            dividend_yield: self.column(4, rows),
        }
    }

    /// Spots, strikes and years.
    fn puts(&self, rows: &Range<usize>) -> [&[f64]; 3] {
        [0, 1, 2].map(|number| self.column(number, rows))
    }

    fn on_cpu(&self, work: Work, rows: &Range<usize>, out: [&mut [f64]; 6], status: &mut [Status]) {
        match work {
            Work::Prices => european::prices(self.inputs(rows), first(out), status),
            Work::Greeks => european::greeks_batch(self.inputs(rows), greeks(out), status),
            Work::Vols => implied_vols(self.quotes(rows), first(out), status),
            Work::American => {
                let [spots, strikes, years] = self.puts(rows);
                self.boundary.prices(spots, strikes, years, first(out));
            }
        }
    }
}

fn first(out: [&mut [f64]; 6]) -> &mut [f64] {
    let [first, ..] = out;
    first
}

fn greeks(out: [&mut [f64]; 6]) -> GreeksMut<'_> {
    let [price, delta, gamma, vega, theta, rho] = out;
    GreeksMut {
        price,
        delta,
        gamma,
        vega,
        theta,
        rho,
    }
}

impl Race {
    /// So many options.
    pub(crate) fn new(options: usize) -> Race {
        // Multiples of an irrational number, the whole part cut off: no two alike, and evenly spread.
        let column = |low: f64, high: f64, step: f64| -> Vec<f64> {
            let wave = |i: usize| (i as f64 * step).fract();
            (0..options).map(|i| low + (high - low) * wave(i)).collect()
        };
        let [rate, dividend_yield, vol, years_max] = PUTS;
        let mut given = Given {
            right: (0..options)
                .map(|i| if i % 2 == 0 { Right::Call } else { Right::Put })
                .collect(),
            numbers: [
                column(80.0, 120.0, 0.618_034),
                column(80.0, 120.0, 0.414_214),
                column(0.1, years_max, 0.732_051),
                column(0.0, 0.06, 0.236_068),
                column(0.0, 0.03, 0.645_751),
                column(0.15, 0.8, 0.302_776),
            ],
            price_usd: vec![0.0; options],
            boundary: match Boundary::new(Right::Put, rate, dividend_yield, vol, years_max) {
                Ok(boundary) => boundary,
                Err(error) => unreachable!("puts that pay interest have a boundary: {error}"),
            },
        };
        let mut status = vec![Status::Ok; options];
        let mut price_usd = vec![0.0; options];
        european::prices(given.inputs(&(0..options)), &mut price_usd, &mut status);
        given.price_usd = price_usd;
        Race {
            given,
            out: std::array::from_fn(|_| vec![f64::NAN; options]),
            status,
        }
    }

    /// The first `n` options on a GPU.
    pub(crate) fn on_gpu(
        &mut self,
        work: Work,
        gpu: &Gpu,
        budget: &Budget,
        n: usize,
    ) -> Result<(), compute::Error> {
        let (rows, given) = (0..n, &self.given);
        let out = self.out.each_mut().map(|column| &mut column[..n]);
        let status = &mut self.status[..n];
        match work {
            Work::Prices => {
                pricing::gpu::prices(gpu, budget, given.inputs(&rows), first(out), status)
            }
            Work::Greeks => {
                pricing::gpu::greeks(gpu, budget, given.inputs(&rows), greeks(out), status)
            }
            Work::Vols => {
                pricing::gpu::implied_vols(gpu, budget, given.quotes(&rows), first(out), status)
            }
            Work::American => {
                let puts = given.puts(&rows);
                pricing::gpu::american_prices(gpu, budget, &given.boundary, puts, first(out))
            }
        }
    }

    /// The first `n` options on `threads` threads of the processor.
    pub(crate) fn on_cpu(&mut self, work: Work, threads: usize, n: usize) {
        let share = n.div_ceil(threads.max(1)).max(1);
        let given = &self.given;
        let mut columns = self
            .out
            .each_mut()
            .map(|column| column[..n].chunks_mut(share));
        std::thread::scope(|scope| {
            for (at, status) in self.status[..n].chunks_mut(share).enumerate() {
                let rows = at * share..at * share + status.len();
                let out = columns
                    .each_mut()
                    .map(|chunks| chunks.next().unwrap_or_default());
                scope.spawn(move || given.on_cpu(work, &rows, out, status));
            }
        });
    }

    /// The smallest of `sizes` from which on the GPU answers sooner than `threads` threads of the processor.
    pub(crate) fn crossover(
        &mut self,
        work: Work,
        gpu: &Gpu,
        budget: &Budget,
        threads: usize,
        sizes: &[usize],
    ) -> Result<Option<usize>, compute::Error> {
        let race = RefCell::new(self);
        compute::crossover(
            sizes,
            3,
            |n| race.borrow_mut().on_gpu(work, gpu, budget, n),
            |n| race.borrow_mut().on_cpu(work, threads, n),
        )
    }

    /// Puts `rows` options on the device, the race's own over and over, for launches of the bare kernel.
    pub(crate) fn resident(
        &self,
        work: Work,
        gpu: &Gpu,
        budget: &Budget,
        rows: usize,
    ) -> Result<Resident, compute::Error> {
        let narrow = |column: &[f64]| -> Vec<f32> {
            let all = column.iter().map(|&x| x as f32).cycle();
            all.take(rows).collect()
        };
        let columns = self.given.numbers.each_ref().map(|column| narrow(column));
        let [spot, strike, years, rate, dividend_yield, vol] = &columns;
        let rights = self.given.right.iter().cycle();
        let signed: Vec<f32> = strike
            .iter()
            .zip(rights)
            .map(|(&strike, right)| strike * right.sign() as f32)
            .collect();
        let price = narrow(&self.given.price_usd);
        let boundary = self.given.boundary.for_kernel();
        let (mut answers, mut words) = (vec![vec![0.0; rows]; work.answers()], vec![0; rows]);
        let mut given: Vec<Column> = match work {
            Work::Prices | Work::Greeks => {
                let columns = [spot, &signed, years, rate, dividend_yield, vol];
                columns.map(|column| Column::Rows(column)).into()
            }
            Work::Vols => {
                let columns = [&price, spot, &signed, years, rate, dividend_yield];
                columns.map(|column| Column::Rows(column)).into()
            }
            Work::American => {
                let puts = [spot, strike, years].map(|column| Column::Rows(column));
                let boundary = boundary.as_ref().map(|numbers| Column::Same(numbers));
                puts.into_iter().chain(boundary).collect()
            }
        };
        given.extend(answers.iter_mut().map(|column| Column::Answers(column)));
        if work == Work::Vols {
            given.push(Column::Words(&mut words));
        }
        given.push(Column::Groups);
        gpu.resident(work.kernel(), &given, rows, budget)
    }

    /// What a resident kernel wrote, a column each, made into the answers that the race gives; NaN where `f32` cannot decide.
    pub(crate) fn read(&self, work: Work, resident: &Resident) -> Result<Vec<Vec<f64>>, String> {
        let told = |error: compute::Error| error.to_string();
        let first = if work == Work::American { 4 } else { 6 };
        let mut found = Vec::new();
        for binding in first..first + work.answers() {
            let mut column = vec![0.0_f32; resident.rows()];
            resident.read(binding, &mut column, LIMIT).map_err(told)?;
            found.push(column.into_iter().map(f64::from).collect::<Vec<f64>>());
        }
        match work {
            Work::Prices | Work::Greeks => {}
            Work::Vols => {
                let mut codes = vec![0_u32; resident.rows()];
                resident.read(7, &mut codes, LIMIT).map_err(told)?;
                for (vol, code) in found[0].iter_mut().zip(codes) {
                    match code {
                        0 => {}
                        1..=5 => *vol = f64::NAN,
                        other => return Err(format!("a status was not written: {other}")),
                    }
                }
            }
            Work::American => {
                for (i, price) in found[0].iter_mut().enumerate() {
                    let option = self.put(i % self.len());
                    *price = match *price {
                        premium if premium < 0.0 => option.intrinsic(),
                        premium => european::price(&option) + premium,
                    };
                }
            }
        }
        Ok(found)
    }

    /// Forgets all answers, so that those of another device are not taken for the next one's.
    pub(crate) fn forget(&mut self) {
        self.out.iter_mut().for_each(|column| column.fill(f64::NAN));
    }

    /// The first `n` answers of the last run, a column each.
    pub(crate) fn answers(&self, work: Work, n: usize) -> Vec<Vec<f64>> {
        let columns = &self.out[..work.answers()];
        columns.iter().map(|column| column[..n].to_vec()).collect()
    }

    /// Compares answers with those of the processor in `f64`; options repeat where there are more of them. An error as a share of
    /// the tolerance in `docs/kernels.md`, which is refused above 1.
    pub(crate) fn check(
        &self,
        work: Work,
        found: &[Vec<f64>],
        exact: &[Vec<f64>],
    ) -> Result<String, String> {
        let (mut worst, mut missing) = (0.0_f64, 0);
        for (column, answers) in found.iter().enumerate() {
            for (i, &answer) in answers.iter().enumerate() {
                let row = i % exact[column].len();
                if work == Work::Vols && answer.is_nan() {
                    missing += 1;
                    continue;
                }
                let error = match work {
                    Work::Vols => {
                        let mut option = self.given.inputs(&(row..row + 1)).get(0);
                        option.vol = answer;
                        european::price(&option) - self.given.price_usd[row]
                    }
                    _ => answer - exact[column][row],
                };
                let share = error.abs() / self.tolerance(work, column, row);
                // NaN is the worst of all, and `max` would drop it.
                if share.is_nan() || share > 1.0 {
                    return Err(format!(
                        "answer {column} of option {i} is {answer}, not {}",
                        exact[column][row]
                    ));
                }
                worst = worst.max(share);
            }
        }
        let count = found.first().map_or(0, Vec::len);
        if missing > count / 4 {
            return Err(format!("{missing} of {count} volatilities are missing"));
        }
        let within = format!("within {:.0} % of the tolerance", 100.0 * worst);
        Ok(match missing {
            0 => within,
            some => format!("{within}; {some} left to f64 or without an answer"),
        })
    }

    /// Options in the race.
    pub(crate) fn len(&self) -> usize {
        self.status.len()
    }

    fn put(&self, row: usize) -> pricing::Inputs {
        let [rate, dividend_yield, vol, _] = PUTS;
        pricing::Inputs {
            right: Right::Put,
            rate,
            dividend_yield,
            vol,
            ..self.given.inputs(&(row..row + 1)).get(0)
        }
    }

    fn tolerance(&self, work: Work, column: usize, row: usize) -> f64 {
        let option = self.given.inputs(&(row..row + 1)).get(0);
        let (larger, root) = (option.spot.max(option.strike), option.years.sqrt());
        match (work, column) {
            (Work::American, _) => 2e-7 * larger,
            (Work::Vols, _) => 1e-6 * larger,
            (_, 0) => 1e-6 * option.strike,
            (_, 1) => 2e-6,
            (_, 2) => 2e-6 / (option.spot * option.vol * root),
            (_, 3) => 1e-6 * larger * root,
            (_, 4) => {
                1e-6 * larger * root * (option.vol / root + option.rate + option.dividend_yield)
            }
            _ => 2e-6 * option.strike * option.years,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The judge lets right answers pass and no wrong one, whichever column it is in.
    #[test]
    fn a_wrong_answer_is_refused() {
        let n = 1000;
        let mut race = Race::new(n);
        for work in Work::ALL {
            race.on_cpu(work, 3, n);
            let exact = race.answers(work, n);
            let within = race.check(work, &exact, &exact).expect("right answers");
            assert!(within.starts_with("within 0 %"), "{within}");
            for column in 0..exact.len() {
                let mut wrong = exact.clone();
                let there = |&row: &usize| exact[column][row].is_finite();
                let row = (10..n).find(there).expect("answers");
                wrong[column][row] += 1.0;
                assert!(
                    race.check(work, &wrong, &exact).is_err(),
                    "{work:?} {column}"
                );
                wrong[column].fill(f64::NAN);
                assert!(race.check(work, &wrong, &exact).is_err(), "{work:?} NaN");
            }
        }
    }
}
