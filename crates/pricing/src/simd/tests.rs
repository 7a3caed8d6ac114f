//! Against 60 digits, and against the scalar twins.

use super::*;
use fearless_simd::dispatch;

/// `f` of every `x`, in the lanes of this machine.
macro_rules! each {
    ($columns:expr, $simd:ident, $x:pat => $f:expr) => {{
        let columns = $columns;
        let mut out = vec![0.0; columns[0].len()];
        let slices = columns.each_ref().map(|column: &Vec<f64>| column.as_slice());
        dispatch!(level(), $simd => in_lanes($simd, slices, [&mut out], #[inline(always)] |$x| [$f]));
        out
    }};
}

fn check(found: &[f64], expected: impl Iterator<Item = f64>, units: f64) {
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= units * f64::EPSILON * expected.abs(),
            "{found:e}, expected {expected:e} in row {i}"
        );
    }
}

fn column<const N: usize, const M: usize>(rows: &[[f64; M]; N], i: usize) -> Vec<f64> {
    rows.iter().map(|row| row[i]).collect()
}

/// Values made with mpmath at 60 digits from the binary arguments.
#[rustfmt::skip]
#[allow(clippy::excessive_precision)]
const EXPONENTIALS: [[f64; 2]; 13] = [
    [-7.0829999999999995453e+2, 2.4502955309659883375e-308],
    [-7.0012300000000004729e+2, 8.7185536922496182341e-305],
    [-3.4560000000000002274e+2, 8.087737632630891651e-151],
    [-5.000999999999999801e+1, 1.9095584663204137596e-22],
    [-3.2999999999999998224, 3.6883167401240011997e-2],
    [-3.4000000000000002442e-1, 7.117703227626096977e-1],
    [-1.0000000000000000623e-9, 9.999999990000000005e-1],
    [0.0, 1.0],
    [3.4660000000000001918e-1, 1.4142509118505286742],
    [1.0, std::f64::consts::E],
    [2.0699999999999999289e+1, 9.7700272582690728591e+8],
    [3.0025e+2, 2.4941248615349212861e+130],
    [7.0929999999999995453e+2, 1.1093689696227816849e+308],
];

/// `a`, `b`, `ln(a / b)`; made in the same way.
#[rustfmt::skip]
#[allow(clippy::excessive_precision)]
const LOGARITHMS: [[f64; 3]; 12] = [
    [1.0e+2, 9.9999989999999996826e+1, 1.000000050317417016e-7],
    [1.0e+2, 1.005e+2, -4.9875415110390736121e-3],
    [6.1200000000000002842e+1, 6.0e+1, 1.9802627296179759467e-2],
    [1.0, 3.0e+3, -8.0063675676502467434],
    [3.0, 2.0, 4.0546510810816438198e-1],
    [1.4099999999999999201, 1.0, 3.4358970439007685349e-1],
    [6.9999999999999995559e-1, 1.0, -3.5667494393873244235e-1],
    [1.000000000000000054e-250, 7.5, -5.7766117626905368571e+2],
    [9.9999999999999996973e+199, 9.9999999999999996143e-81, 6.4472382603833279153e+2],
    [1.2345600000000000307e+2, 1.22e+2, 1.1863772550007349804e-2],
    [6.6600000000000003642e-1, 1.0, -4.064656084417478608e-1],
    [1.5, 1.0, 4.0546510810816438198e-1],
];

/// `x`, `N(x)`, `n(x)`; made in the same way.
#[rustfmt::skip]
#[allow(clippy::excessive_precision)]
const NORMAL: [[f64; 3]; 16] = [
    [-3.7399999999999998579e+1, 1.953681561648992248e-306, 7.3119853455051102315e-305],
    [-3.05e+1, 1.3029379131780763509e-204, 3.9782234272821200755e-203],
    [-2.025e+1, 1.7761998649495700309e-91, 3.6055338157275848134e-90],
    [-1.0099999999999999645e+1, 2.7621094717645167894e-24, 2.8165665442762394109e-23],
    [-8.0, 6.2209605742717841235e-16, 5.052271083536892288e-15],
    [-5.2999999999999998224, 5.7901340399645941162e-8, 3.171349216715978156e-7],
    [-5.0, 2.8665157187919391167e-7, 1.4867195147342977079e-6],
    [-2.5, 6.209665325776135167e-3, 1.7528300493568537362e-2],
    [-1.1000000000000000888, 1.3566606094638265582e-1, 2.178521770325505101e-1],
    [-6.9999999999999995559e-1, 2.4196365222307302862e-1, 3.1225393336676126681e-1],
    [-2.999999999999999889e-1, 3.8208857781104736693e-1, 3.8138781546052408688e-1],
    [-1.0000000000000000208e-2, 4.9601064368536839622e-1, 3.9892233378608214561e-1],
    [0.0, 5.0e-1, 3.9894228040143267794e-1],
    [6.9999999999999995559e-1, 7.5803634777692697138e-1, 3.1225393336676126681e-1],
    [3.2999999999999998224, 9.9951657585761622249e-1, 1.7225689390536811513e-3],
    [8.0, 9.999999999999993779e-1, 5.052271083536892288e-15],
];

#[test]
fn exponential_is_right_to_the_last_places() {
    let found = each!([column(&EXPONENTIALS, 0)], simd, [x] => exp(simd, x));
    check(&found, EXPONENTIALS.iter().map(|row| row[1]), 1.0);
    let far = vec![-1e300, f64::NEG_INFINITY, -745.0, 800.0, f64::INFINITY];
    let found = each!([far], simd, [x] => exp(simd, x));
    assert_eq!(found[..3], [0.0; 3]);
    assert!(found[3..].iter().all(|&x| x > 1e308 && x < f64::INFINITY));
}

#[test]
fn logarithm_is_right_to_the_last_places() {
    let columns = [column(&LOGARITHMS, 0), column(&LOGARITHMS, 1)];
    let found = each!(columns, simd, [a, b] => one::<_>(a).ln_ratio(simd, one::<_>(b)).0[0]);
    check(&found, LOGARITHMS.iter().map(|row| row[2]), 2.0);
}

#[test]
fn mills_ratio_is_right_to_the_last_places() {
    let x = column(&NORMAL, 0);
    let found = each!([x.clone()], simd, [x] => mills(simd, x.abs()));
    let lower = |row: &[f64; 3]| {
        let [x, below, density] = *row;
        (if x > 0.0 { 1.0 - below } else { below }) / density
    };
    check(&found[..13], NORMAL[..13].iter().map(lower), 5.0);
    let twice = each!([x], simd, [x] => mills_of_two(simd, [x.abs(), x.abs() + 1.0])[0]);
    check(&twice, found.iter().copied(), 5.0);
}

/// `z`, `gap`, Mills' ratio at `z`, and how far it falls from `z` to `z + gap`; made in the same way.
#[rustfmt::skip]
#[allow(clippy::excessive_precision)]
const FALLS: [[f64; 4]; 14] = [
    [-0.7, 1.4, 2.4276278591711672769, 1.6527340103917766295],
    [-0.67, 0.01, 2.3485531321680630998, 0.025532970441641648636],
    [-0.3, 0.6, 1.6201656087067892967, 0.61832820771463354931],
    [-1e-08, 2e-08, 1.2533141473155003139, 2.0000000000000001085e-8],
    [0.0, 1e-100, 1.2533141373155002512, 1.00000000000000002e-100],
    [0.0, 1e-09, 1.2533141373155002512, 9.9999999937334299396e-10],
    [0.0, 0.3, 1.2533141373155002512, 0.25147673632334450382],
    [0.2, 0.001, 1.0759446399152136826, 0.00078435181167186230136],
    [1.0, 0.05, 0.65567954241879847154, 0.016834541503211461714],
    [2.5, 4.0, 0.35426511132979366678, 0.2038281225935245825],
    [5.0, 1e-06, 0.19280810471531576488, 3.5959469918061019104e-8],
    [9.0, 2.0, 0.10978728257830829123, 0.019611607077243608951],
    [30.0, 0.5, 0.033296419072497213382, 0.00054466600999439482239],
    [100000.0, 10000.0, 9.9999999990000000003e-6, 9.0909090884222389192e-7],
];

#[test]
fn falls_of_mills_ratio_keep_their_digits() {
    let columns = [column(&FALLS, 0), column(&FALLS, 1)];
    let ratio = each!(columns.clone(), simd, [z, gap] => Wide::mills_and_fall(simd, one::<_>(z), one::<_>(gap))[0].0[0]);
    check(&ratio, FALLS.iter().map(|row| row[2]), 5.0);
    let fall = each!(columns, simd, [z, gap] => Wide::mills_and_fall(simd, one::<_>(z), one::<_>(gap))[1].0[0]);
    check(&fall, FALLS.iter().map(|row| row[3]), 6.0);
}

/// Lanes and scalar code may differ in the last places only.
#[test]
fn agrees_with_the_scalar_twins() {
    let x: Vec<f64> = (0..20_001).map(|i| f64::from(i) * 7.5e-3 - 75.0).collect();
    let found = each!([x.clone()], simd, [x] => exp(simd, x * 9.0));
    check(&found, x.iter().map(|x| (x * 9.0).exp()), 1.0);
    let found = each!([x.clone()], simd, [x] => mills(simd, x.abs()));
    check(&found, x.iter().map(|x| crate::normal::mills(x.abs())), 6.0);
    let positive: Vec<f64> = x.iter().map(|x| x.exp()).collect();
    let found = each!([positive.clone()], simd, [x] => ln(simd, x));
    check(&found, positive.iter().map(|x| x.ln()), 2.0);
}

/// Half the width gives the same bits, wherever a row stands; without fused multiply-add the last digits may differ.
#[test]
fn levels_that_fuse_agree_bit_for_bit() {
    let x: Vec<f64> = (0..1003).map(|i| f64::from(i) * 0.07 - 35.0).collect();
    let kernel = |level: Level, x: &[f64]| {
        let mut out = vec![0.0; x.len()];
        dispatch!(level, simd => in_lanes(simd, [x], [&mut out], #[inline(always)] |[x]| {
            let [ratio, fall] = Wide::mills_and_fall(simd, one::<_>(x.abs()), one::<_>(exp(simd, x)));
            [(ratio + fall * one::<_>(mills(simd, x.abs()))).0[0]]
        }));
        out
    };
    let wide = kernel(level(), &x);
    let alone: Vec<f64> = x.iter().map(|&x| kernel(level(), &[x])[0]).collect();
    assert_eq!(wide, alone);
    for (_, fuses, level) in levels() {
        let found = kernel(level, &x);
        if fuses {
            assert_eq!(wide, found);
        } else {
            check(&found, wide.iter().copied(), 12.0);
        }
    }
}

#[test]
fn single_precision_has_seven_digits() {
    fn all<S: Simd>(simd: S, x: f32) -> [f32; 5] {
        simd.vectorize(
            #[inline(always)]
            || {
                let x = Wide::<S, f32, 1>([S::f32s::splat(simd, x)]);
                let growth = x.exp(simd);
                let log = growth.ln_ratio(simd, Wide::splat(simd, 1.0));
                let gap = Wide::splat(simd, 0.125);
                let [ratio, fall] = Wide::mills_and_fall(simd, x.abs(), gap);
                [growth, log, x.abs().mills(simd), ratio, fall].map(|x| x.0[0][0])
            },
        )
    }
    for i in -1200..1200_i16 {
        let x = f32::from(i) / 128.0;
        let [growth, log, ratio, again, fall] = dispatch!(level(), simd => all(simd, x));
        let wide = f64::from(x);
        let near = |found: f32, expected: f64, size: f64, error: f64| {
            assert!(
                (f64::from(found) - expected).abs() <= error * size,
                "{found}, expected {expected} at {x}"
            );
        };
        let twin = crate::normal::mills(wide.abs());
        let falls = twin - crate::normal::mills(wide.abs() + 0.125);
        near(ratio, twin, twin, 1e-6);
        near(again, twin, twin, 1e-6);
        near(fall, falls, falls, 3e-6);
        near(growth, wide.exp(), wide.exp(), 2e-7);
        near(log, wide, wide.abs().max(1.0), 2e-7);
    }
}
