//! The chain's implied volatilities, all at once, where the user wants them computed.
//!
//! On the processor in `f64`, one by one. On a GPU in single precision: of out-of-the-money quotes, whose price is all time value,
//! that is far finer than the width between bid and ask (`docs/kernels.md`). Everything after them is `f64` on the processor.

use crate::devices::{Place, race::Work};
use compute::{Budget, Device, Gpu, with_fallback};
use pricing::{Quoted, QuotedRef, Status, implied_vol};

/// Which device found the volatilities, and why that one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DoneBy {
    pub(crate) device: String,
    pub(crate) because: String,
}

/// A volatility for each quote, expiry by expiry; `None` where nothing is asked or none gives the price. A GPU that fails leaves all
/// of them to the processor.
pub(crate) fn invert(
    place: &Place,
    asked: &[Vec<Option<Quoted>>],
) -> (Vec<Vec<Option<f64>>>, DoneBy) {
    let quotes: Vec<Quoted> = asked.iter().flatten().copied().flatten().collect();
    let (device, because) = match quotes.len() {
        0 => (
            Device::Cpu,
            "no quote has bid and ask, so the file's own are taken".to_owned(),
        ),
        count => place.device(Work::Vols, count),
    };
    let answer = with_fallback(
        &device,
        |gpu| on_gpu(gpu, &place.budget, &quotes),
        || quotes.iter().map(|mid| implied_vol(mid).ok()).collect(),
    );
    let done_by = match answer.fell_back {
        None => DoneBy {
            device: device.to_string(),
            because,
        },
        Some(error) => DoneBy {
            device: Device::Cpu.to_string(),
            because: format!("{device} failed: {error}"),
        },
    };
    let mut found = answer.value.into_iter();
    let mut next = |mid: &Option<Quoted>| mid.and_then(|_| found.next().flatten());
    let vols = asked
        .iter()
        .map(|expiry| expiry.iter().map(&mut next).collect())
        .collect();
    (vols, done_by)
}

fn on_gpu(
    gpu: &Gpu,
    budget: &Budget,
    quotes: &[Quoted],
) -> Result<Vec<Option<f64>>, compute::Error> {
    let right: Vec<_> = quotes.iter().map(|quoted| quoted.right).collect();
    let column = |get: fn(&Quoted) -> f64| -> Vec<f64> { quotes.iter().map(get).collect() };
    let (price_usd, spot) = (column(|q| q.price_usd), column(|q| q.spot));
    let (strike, years) = (column(|q| q.strike), column(|q| q.years));
    let (rate, dividend_yield) = (column(|q| q.rate), column(|q| q.dividend_yield));
    let columns = QuotedRef {
        right: &right,
        price_usd: &price_usd,
        spot: &spot,
        strike: &strike,
        years: &years,
        rate: &rate,
        dividend_yield: &dividend_yield,
    };
    let mut vols = vec![f64::NAN; quotes.len()];
    let mut status = vec![Status::Ok; quotes.len()];
    pricing::gpu::implied_vols(gpu, budget, columns, &mut vols, &mut status)?;
    let answers = vols.into_iter().zip(status);
    Ok(answers
        .map(|(vol, status)| (status == Status::Ok).then_some(vol))
        .collect())
}
