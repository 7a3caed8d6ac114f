//! How the net behaves at its door: wrong lengths, bad numbers, memory, threads.

use nn::{Config, Error, Linear, Net, Precision, Weights};

fn small() -> Config {
    Config {
        inputs: 3,
        hidden: vec![4],
        policies: 2,
    }
}

fn net() -> Net {
    Net::new(&Weights::seeded(small(), 1).unwrap())
}

/// The error of a call whose outputs held good-looking numbers before; they must not survive.
fn refused(inputs: &[f32], values: usize, policies: usize) -> String {
    let (mut v, mut p) = (vec![0.5; values], vec![0.5; policies]);
    let error = net().forward(inputs, &mut v, &mut p).unwrap_err();
    assert!(v.iter().chain(&p).all(|x| x.is_nan()), "{v:?} {p:?}");
    error.to_string()
}

#[test]
fn wrong_lengths_are_named() {
    assert_eq!(
        refused(&[0.0; 5], 2, 4),
        "inputs has 5 numbers; 2 rows of 3 are wanted: the rows are counted by `values`"
    );
    assert_eq!(
        refused(&[0.0; 6], 2, 3),
        "policies has 3 numbers; 2 rows of 2 are wanted: the rows are counted by `values`"
    );
}

#[test]
fn an_input_that_is_no_number_is_found() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for place in [0, 4, 8] {
            let mut inputs = [0.5; 9];
            inputs[place] = bad;
            let said = refused(&inputs, 3, 6);
            let wanted = format!("input {bad} at row {}, column {}", place / 3, place % 3);
            assert!(said.starts_with(&wanted), "{said}");
        }
    }
}

#[test]
fn an_overflow_is_no_answer() {
    // The first layer gives +inf twice, the second their difference, NaN, which a careless ReLU would turn into a zero.
    let config = Config {
        hidden: vec![2, 4],
        ..small()
    };
    let layer = |inputs, outputs, row: [f32; 3]| Linear {
        name: String::new(),
        inputs,
        outputs,
        weight: row[..inputs].repeat(outputs),
        bias: vec![0.0; outputs],
    };
    let mut layers = Weights::seeded(config.clone(), 1)
        .unwrap()
        .layers()
        .to_vec();
    layers[0] = layer(3, 2, [3.0; 3]);
    layers[1] = layer(2, 4, [1.0, -1.0, 0.0]);
    let mut net = Net::new(&Weights::new(config, layers).unwrap());
    let (mut values, mut policies) = ([0.5; 2], [0.5; 4]);
    let inputs = [1.0, 1.0, 1.0, 3e38, 3e38, 3e38];
    let error = net.forward(&inputs, &mut values, &mut policies);
    assert!(
        matches!(error, Err(Error::Overflow { row: 1, .. })),
        "{error:?}"
    );
    assert!(values.iter().all(|x| x.is_nan()));
}

#[test]
fn no_rows_are_no_work() {
    net().forward(&[], &mut [], &mut []).unwrap();
}

#[test]
fn shapes_that_make_no_net_are_refused() {
    let check = |inputs, hidden: &[usize], policies, wanted: &str| {
        let config = Config {
            inputs,
            hidden: hidden.to_vec(),
            policies,
        };
        let error = Weights::seeded(config, 1).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    };
    check(0, &[4], 1, "inputs = 0");
    check(3, &[4, 0], 1, "hidden[1] = 0");
    check(3, &[4; 17], 1, "hidden layers = 17");
    check(3, &[65_537], 1, "hidden[0] = 65537");
    check(3, &[4], 65_537, "policies = 65537");
    check(65_536, &[65_536], 1, "parameters");
}

#[test]
fn layers_must_fit_the_net() {
    let good = Weights::seeded(small(), 1).unwrap().layers().to_vec();
    let check = |change: &dyn Fn(&mut Vec<Linear>), wanted: &str| {
        let mut layers = good.clone();
        change(&mut layers);
        let error = Weights::new(small(), layers).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{error}");
    };
    let nan = "weight NaN at [2, 1] of tensor `layers.0.weight`";
    check(&|layers| layers[0].weight[7] = f32::NAN, nan);
    let infinite = "weight inf at [1, 0] of tensor `policy.bias`";
    check(&|layers| layers[2].bias[1] = f32::INFINITY, infinite);
    let swapped = "tensor `layers.0.weight` has shape [3, 4], the net wants [4, 3]";
    check(
        &|layers| (layers[0].inputs, layers[0].outputs) = (4, 3),
        swapped,
    );
    check(
        &|layers| layers[1].bias.clear(),
        "tensor `layers.2.bias` has shape [0]",
    );
    check(
        &|layers| layers[1].weight.truncate(3),
        "tensor `layers.2.weight` has shape [3]",
    );
    check(&|layers| layers.truncate(2), "there is no tensor `policy`");
    check(
        &|layers| layers.push(layers[0].clone()),
        "tensor `layers.0` belongs to no layer of a net 3-4:1+2",
    );
}

#[test]
fn a_call_allocates_nothing() {
    let weights = Weights::seeded(Config::default(), 1).unwrap();
    for precision in [Precision::F32, Precision::Bf16] {
        let mut net = Net::with(&weights, precision);
        let mut worker = net.clone();
        for rows in [1, 7, 100] {
            // Every other sixteen are zero: as many parts as can be left out.
            let inputs: Vec<f32> = (0..rows * 768)
                .map(|i| if i / 16 % 2 == 0 { 0.25 } else { 0.0 })
                .collect();
            let (mut values, mut policies) = (vec![0.0; rows], vec![0.0; rows * 64]);
            let used = allocation_counter::measure(|| {
                net.forward(&inputs, &mut values, &mut policies).unwrap();
                worker.forward(&inputs, &mut values, &mut policies).unwrap();
            });
            assert_eq!(used.count_total, 0, "{precision}, {rows} rows");
        }
    }
}

/// Asked for by name, and said by name; bad inputs and overflows are found as in `f32`.
#[test]
fn a_net_in_bf16_says_so_and_keeps_the_manners() {
    let weights = Weights::seeded(small(), 1).unwrap();
    let mut net = Net::with(&weights, Precision::Bf16);
    assert_eq!(net.precision(), Precision::Bf16);
    assert_eq!(Net::new(&weights).precision(), Precision::F32);
    println!("bf16 is computed with {}", net.instructions());
    for (bad, wanted) in [(f32::NAN, "input NaN"), (f32::MAX, "the outputs of row 1")] {
        let (mut v, mut p) = ([0.5; 2], [0.5; 4]);
        let inputs = [0.5, 0.5, 0.5, 0.5, bad, 0.5];
        let error = net
            .forward(&inputs, &mut v, &mut p)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(wanted), "{error}");
        assert!(v.iter().chain(&p).all(|x| x.is_nan()), "{v:?} {p:?}");
    }
}

#[test]
fn workers_share_weights_and_agree() {
    let mut net = Net::new(&Weights::seeded(Config::default(), 5).unwrap());
    let inputs: Vec<f32> = (0..768 * 20)
        .map(|i| (i % 23) as f32 / 11.0 - 1.0)
        .collect();
    let (mut values, mut policies) = ([0.0; 20], [0.0; 20 * 64]);
    net.forward(&inputs, &mut values, &mut policies).unwrap();
    // The weights are 2.2 MB; a worker's own room is far smaller.
    let used = allocation_counter::measure(|| drop(net.clone()));
    assert!(used.bytes_total < 600_000, "{used:?}");
    std::thread::scope(|scope| {
        for from in [0, 5, 13] {
            let mut worker = net.clone();
            let (inputs, values) = (&inputs, &values);
            scope.spawn(move || {
                let (mut v, mut p) = ([0.0; 7], [0.0; 7 * 64]);
                let rows = &inputs[from * 768..][..7 * 768];
                worker.forward(rows, &mut v, &mut p).unwrap();
                assert_eq!(v, values[from..from + 7]);
            });
        }
    });
}
