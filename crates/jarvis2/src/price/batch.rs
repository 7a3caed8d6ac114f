//! Rows in, answers out: the batch doors of `pricing`, once for each style, and units for people and programs.
//!
//! A row asks by its volatility (what is it worth, how does that move) or by its price (which volatility is behind it,
//! and how does it move there). Per share, the holder's sign; theta per calendar day, vega per point, rho per percent.
//! A slot without an answer holds NaN and its status says why.

use compute::{Budget, Device, with_fallback};
use market::Style;
use pricing::american::{self, Precision};
use pricing::{GreeksMut, InputsRef, QuotedRef, Right, Status, european, implied_vols};
use std::sync::atomic::{AtomicBool, Ordering};

/// What a row gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Its volatility.
    Vol,
    /// Its price.
    Price,
    /// Neither, or something that cannot be read.
    Nothing,
}

/// One option of a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) given: Given,
    pub(super) right: Right,
    pub(super) style: Style,
    pub(super) spot: f64,
    pub(super) strike: f64,
    pub(super) years: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    /// Fraction per year, or dollars, as `given` says.
    pub(super) value: f64,
}

impl Row {
    /// A row that cannot be read.
    pub(super) const BAD: Row = Row {
        given: Given::Nothing,
        right: Right::Call,
        style: Style::European,
        spot: f64::NAN,
        strike: f64::NAN,
        years: f64::NAN,
        rate: f64::NAN,
        dividend_yield: f64::NAN,
        value: f64::NAN,
    };
}

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Price, Greeks and boundary.
    Everything,
    /// Implied volatility only.
    Vols,
}

/// What came out, one column per number.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    pub(super) price: Vec<f64>,
    pub(super) iv: Vec<f64>,
    pub(super) delta: Vec<f64>,
    pub(super) gamma: Vec<f64>,
    pub(super) vega_per_point: Vec<f64>,
    pub(super) theta_per_day: Vec<f64>,
    pub(super) rho_per_percent: Vec<f64>,
    /// Dollars of spot; NaN for European options and where exercise never pays.
    pub(super) boundary: Vec<f64>,
    pub(super) status: Vec<Status>,
}

impl Answers {
    fn empty(len: usize) -> Answers {
        let nan = || vec![f64::NAN; len];
        Answers {
            price: nan(),
            iv: nan(),
            delta: nan(),
            gamma: nan(),
            vega_per_point: nan(),
            theta_per_day: nan(),
            rho_per_percent: nan(),
            boundary: nan(),
            status: vec![Status::BadInput; len],
        }
    }

    /// Puts the answers of some rows in their places.
    fn scatter(&mut self, places: &[usize], from: &Answers) {
        let columns = [
            (&mut self.price, &from.price),
            (&mut self.iv, &from.iv),
            (&mut self.delta, &from.delta),
            (&mut self.gamma, &from.gamma),
            (&mut self.vega_per_point, &from.vega_per_point),
            (&mut self.theta_per_day, &from.theta_per_day),
            (&mut self.rho_per_percent, &from.rho_per_percent),
            (&mut self.boundary, &from.boundary),
        ];
        for (to, from) in columns {
            for (&place, &value) in places.iter().zip(from) {
                to[place] = value;
            }
        }
        for (&place, &status) in places.iter().zip(&from.status) {
            self.status[place] = status;
        }
    }

    fn append(&mut self, mut other: Answers) {
        self.price.append(&mut other.price);
        self.iv.append(&mut other.iv);
        self.delta.append(&mut other.delta);
        self.gamma.append(&mut other.gamma);
        self.vega_per_point.append(&mut other.vega_per_point);
        self.theta_per_day.append(&mut other.theta_per_day);
        self.rho_per_percent.append(&mut other.rho_per_percent);
        self.boundary.append(&mut other.boundary);
        self.status.append(&mut other.status);
    }
}

/// The status in a word for programs: `below_intrinsic`.
pub(super) fn word(status: Status) -> String {
    let mut word = String::new();
    for letter in format!("{status:?}").chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

/// Rows that one thread takes at a time; also how often a wish to stop is looked at.
const SHARE: usize = 512;

/// Answers all rows on several threads; fewer answers than rows mean that the user wished to stop.
pub(super) fn solve_on(
    threads: usize,
    rows: &[Row],
    precision: Precision,
    ask: Ask,
    stop: &(dyn Fn() -> bool + Sync),
) -> Answers {
    let share = rows.len().div_ceil(threads.max(1)).max(1);
    let stopped = AtomicBool::new(false);
    let work = |rows: &[Row]| {
        let mut answers = Answers::default();
        for rows in rows.chunks(SHARE) {
            if stopped.load(Ordering::Relaxed) || stop() {
                stopped.store(true, Ordering::Relaxed);
                break;
            }
            answers.append(solve(rows, precision, ask));
        }
        answers
    };
    let mut all = Answers::default();
    std::thread::scope(|scope| {
        let work = &work;
        let hands: Vec<_> = rows
            .chunks(share)
            .map(|rows| scope.spawn(move || work(rows)))
            .collect();
        for hand in hands {
            match hand.join() {
                Ok(answers) => all.append(answers),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    all
}

/// As [`solve_on`], but European rows go to `device` all at once. If it fails they start again on the processor, and the error says
/// why.
pub(super) fn solve_with(
    device: &Device,
    budget: &Budget,
    threads: usize,
    rows: &[Row],
    precision: Precision,
    ask: Ask,
    stop: &(dyn Fn() -> bool + Sync),
) -> (Answers, Option<compute::Error>) {
    if matches!(device, Device::Cpu) {
        return (solve_on(threads, rows, precision, ask, stop), None);
    }
    let (european, rest): (Vec<usize>, Vec<usize>) =
        (0..rows.len()).partition(|&i| rows[i].style == Style::European);
    let of = |which: &[usize]| -> Vec<Row> { which.iter().map(|&i| rows[i]).collect() };
    let european_rows = of(&european);
    let answer = with_fallback(
        device,
        |gpu| {
            let doors = European {
                vols: &|quotes, out, status| {
                    pricing::gpu::implied_vols(gpu, budget, quotes, out, status)
                },
                greeks: &|inputs, out, status| {
                    pricing::gpu::greeks(gpu, budget, inputs, out, status)
                },
            };
            solve_by(&european_rows, precision, ask, &doors)
        },
        || solve_on(threads, &european_rows, precision, ask, stop),
    );
    let others = solve_on(threads, &of(&rest), precision, ask, stop);
    if answer.value.status.len() < european.len() || others.status.len() < rest.len() {
        // Stopped: what is there does not line up with the rows, and nobody looks at it.
        return (Answers::default(), answer.fell_back);
    }
    let mut all = Answers::empty(rows.len());
    all.scatter(&european, &answer.value);
    all.scatter(&rest, &others);
    (all, answer.fell_back)
}

/// Volatilities of a column of quotes.
type VolsOnDevice<'a> =
    dyn Fn(QuotedRef, &mut [f64], &mut [Status]) -> Result<(), compute::Error> + 'a;
/// Prices and sensitivities of a column of options.
type GreeksOnDevice<'a> =
    dyn Fn(InputsRef, GreeksMut, &mut [Status]) -> Result<(), compute::Error> + 'a;

/// What European columns go through: on the processor, or on a GPU.
struct European<'a> {
    vols: &'a VolsOnDevice<'a>,
    greeks: &'a GreeksOnDevice<'a>,
}

/// Answers all rows.
pub(super) fn solve(rows: &[Row], precision: Precision, ask: Ask) -> Answers {
    let doors = European {
        vols: &|quotes, out, status| {
            implied_vols(quotes, out, status);
            Ok(())
        },
        greeks: &|inputs, out, status| {
            european::greeks_batch(inputs, out, status);
            Ok(())
        },
    };
    match solve_by(rows, precision, ask, &doors) {
        Ok(answers) => answers,
        Err(error) => unreachable!("the processor does not fail: {error}"),
    }
}

fn solve_by(
    rows: &[Row],
    precision: Precision,
    ask: Ask,
    doors: &European<'_>,
) -> Result<Answers, compute::Error> {
    let mut answers = Answers::empty(rows.len());
    for style in [Style::European, Style::American] {
        let of_style = |i: &usize| rows[*i].style == style;
        let asked = |given: Given| -> Vec<usize> {
            (0..rows.len())
                .filter(of_style)
                .filter(|&i| rows[i].given == given)
                .collect()
        };
        let (priced, valued) = (asked(Given::Price), asked(Given::Vol));
        invert(rows, &priced, style, precision, doors, &mut answers)?;
        if ask == Ask::Vols {
            continue;
        }
        for &i in &valued {
            answers.iv[i] = rows[i].value;
        }
        let mut known = valued;
        known.extend(
            priced
                .iter()
                .copied()
                .filter(|&i| answers.status[i] == Status::Ok),
        );
        known.sort_unstable();
        value(rows, &known, style, precision, doors, &mut answers)?;
        for &i in &priced {
            answers.price[i] = rows[i].value;
        }
    }
    Ok(answers)
}

/// Columns of some rows.
struct Columns {
    right: Vec<Right>,
    spot: Vec<f64>,
    strike: Vec<f64>,
    years: Vec<f64>,
    rate: Vec<f64>,
    dividend_yield: Vec<f64>,
}

impl Columns {
    fn of(rows: &[Row], which: &[usize]) -> Columns {
        let column = |get: fn(&Row) -> f64| which.iter().map(|&i| get(&rows[i])).collect();
        Columns {
            right: which.iter().map(|&i| rows[i].right).collect(),
            spot: column(|row| row.spot),
            strike: column(|row| row.strike),
            years: column(|row| row.years),
            rate: column(|row| row.rate),
            dividend_yield: column(|row| row.dividend_yield),
        }
    }

    fn inputs<'a>(&'a self, vol: &'a [f64]) -> InputsRef<'a> {
        InputsRef {
            right: &self.right,
            spot: &self.spot,
            strike: &self.strike,
            years: &self.years,
            rate: &self.rate,
            dividend_yield: &self.dividend_yield,
            vol,
        }
    }
}

/// Fills implied volatilities and their status.
fn invert(
    rows: &[Row],
    which: &[usize],
    style: Style,
    precision: Precision,
    doors: &European<'_>,
    answers: &mut Answers,
) -> Result<(), compute::Error> {
    let columns = Columns::of(rows, which);
    let price_usd: Vec<f64> = which.iter().map(|&i| rows[i].value).collect();
    let quoted = QuotedRef {
        right: &columns.right,
        price_usd: &price_usd,
        spot: &columns.spot,
        strike: &columns.strike,
        years: &columns.years,
        rate: &columns.rate,
        dividend_yield: &columns.dividend_yield,
    };
    let mut vols = vec![f64::NAN; which.len()];
    let mut status = vec![Status::Ok; which.len()];
    match style {
        Style::European => (doors.vols)(quoted, &mut vols, &mut status)?,
        Style::American => american::implied_vols(quoted, precision, &mut vols, &mut status),
    }
    for (place, &i) in which.iter().enumerate() {
        answers.iv[i] = vols[place];
        answers.status[i] = status[place];
    }
    Ok(())
}

/// Fills prices, Greeks and boundaries at the volatilities that are there.
fn value(
    rows: &[Row],
    which: &[usize],
    style: Style,
    precision: Precision,
    doors: &European<'_>,
    answers: &mut Answers,
) -> Result<(), compute::Error> {
    // At expiry the styles are the same, and only the European formula knows the half at the kink.
    let (expired, alive): (Vec<usize>, Vec<usize>) = match style {
        Style::European => (which.to_vec(), Vec::new()),
        Style::American => which.iter().copied().partition(|&i| rows[i].years == 0.0),
    };
    greeks(rows, &expired, answers, doors.greeks)?;
    greeks(rows, &alive, answers, |inputs, out, status| {
        american::greeks_batch(inputs, precision, out, status);
        Ok(())
    })?;
    if style == Style::American {
        let columns = Columns::of(rows, which);
        let vol: Vec<f64> = which.iter().map(|&i| answers.iv[i]).collect();
        let mut boundary = vec![f64::NAN; which.len()];
        let mut status = vec![Status::Ok; which.len()];
        american::boundaries(columns.inputs(&vol), precision, &mut boundary, &mut status);
        for (place, &i) in which.iter().enumerate() {
            if answers.status[i] == Status::Ok {
                answers.boundary[i] = boundary[place];
            }
        }
    }
    for &i in which {
        if answers.status[i] != Status::Ok && rows[i].given == Given::Vol {
            answers.iv[i] = f64::NAN;
        }
    }
    Ok(())
}

fn greeks(
    rows: &[Row],
    which: &[usize],
    answers: &mut Answers,
    fill: impl Fn(InputsRef, GreeksMut, &mut [Status]) -> Result<(), compute::Error>,
) -> Result<(), compute::Error> {
    let columns = Columns::of(rows, which);
    let vol: Vec<f64> = which.iter().map(|&i| answers.iv[i]).collect();
    let nan = || vec![f64::NAN; which.len()];
    let (mut price, mut delta, mut gamma) = (nan(), nan(), nan());
    let (mut vega, mut theta, mut rho) = (nan(), nan(), nan());
    let mut status = vec![Status::Ok; which.len()];
    let out = GreeksMut {
        price: &mut price,
        delta: &mut delta,
        gamma: &mut gamma,
        vega: &mut vega,
        theta: &mut theta,
        rho: &mut rho,
    };
    fill(columns.inputs(&vol), out, &mut status)?;
    for (place, &i) in which.iter().enumerate() {
        answers.price[i] = price[place];
        answers.delta[i] = delta[place];
        answers.gamma[i] = gamma[place];
        answers.vega_per_point[i] = vega[place] / 100.0;
        answers.theta_per_day[i] = theta[place] / 365.0;
        answers.rho_per_percent[i] = rho[place] / 100.0;
        answers.status[i] = status[place];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_snake_case() {
        assert_eq!(word(Status::Ok), "ok");
        assert_eq!(word(Status::BelowIntrinsic), "below_intrinsic");
        assert_eq!(word(Status::NoVega), "no_vega");
    }

    /// Software Vulkan serves; a GPU that is lost leaves the work to the processor, and says so.
    #[test]
    fn gpu_answers_are_those_of_the_processor_and_a_lost_gpu_costs_nothing() {
        let gpu = match compute::Gpu::open(compute::Backend::Vulkan, 0) {
            Ok(gpu) => gpu,
            Err(error) => {
                assert!(
                    std::env::var_os("JARVIS2_GPU_TESTS").is_none()
                        || matches!(error, compute::Error::NotBuilt { .. }),
                    "JARVIS2_GPU_TESTS asks for a GPU: {error}"
                );
                crate::asked::note(format!("skipped: {error}"));
                return;
            }
        };
        let budget = Budget {
            bytes: 1 << 28,
            origin: "a test".to_owned(),
        };
        let rows = mixed();
        let on = |device: &Device| {
            let (precision, ask) = (Precision::Fast, Ask::Everything);
            solve_with(device, &budget, 2, &rows, precision, ask, &|| false)
        };
        let (exact, none) = on(&Device::Cpu);
        assert!(none.is_none());
        let device = Device::Gpu(gpu.clone());
        let (single, none) = on(&device);
        assert!(none.is_none(), "{none:?}");
        assert_eq!(single.status, exact.status);
        for (i, row) in rows.iter().enumerate() {
            let close =
                |a: f64, b: f64, most: f64| (a - b).abs() <= most || a.is_nan() && b.is_nan();
            assert!(
                close(single.price[i], exact.price[i], 2e-4),
                "price of row {i}"
            );
            assert!(
                close(single.delta[i], exact.delta[i], 1e-5),
                "delta of row {i}"
            );
            assert!(close(single.iv[i], exact.iv[i], 1e-4), "iv of row {i}");
            if row.style == Style::American {
                assert_eq!(single.price[i].to_bits(), exact.price[i].to_bits());
            }
        }
        gpu.destroy();
        let (after, why) = on(&device);
        assert!(matches!(why, Some(compute::Error::Lost { .. })), "{why:?}");
        assert_eq!(after.status, exact.status);
        for (a, b) in after.price.iter().zip(&exact.price) {
            assert_eq!(a.to_bits(), b.to_bits(), "the processor answered all of it");
        }
    }

    fn mixed() -> Vec<Row> {
        (0..1500)
            .map(|i| Row {
                given: if i % 3 == 0 { Given::Price } else { Given::Vol },
                right: if i % 2 == 0 { Right::Put } else { Right::Call },
                style: if i % 5 == 0 {
                    Style::American
                } else {
                    Style::European
                },
                spot: 90.0 + f64::from(i % 20),
                strike: 100.0,
                years: 0.5,
                rate: 0.03,
                dividend_yield: 0.01,
                value: if i % 3 == 0 { 12.0 } else { 0.2 },
            })
            .collect()
    }

    #[test]
    fn threads_do_not_matter() {
        let rows = mixed();
        let bits = |answers: &Answers| -> Vec<u64> {
            let columns = [
                &answers.price,
                &answers.iv,
                &answers.delta,
                &answers.boundary,
            ];
            columns
                .iter()
                .flat_map(|column| column.iter().map(|x| x.to_bits()))
                .collect()
        };
        let answer =
            |threads| solve_on(threads, &rows, Precision::Fast, Ask::Everything, &|| false);
        let (one, three) = (answer(1), answer(3));
        assert_eq!(one.status.len(), rows.len());
        assert_eq!(one.status, three.status);
        assert_eq!(bits(&one), bits(&three));
    }
}
