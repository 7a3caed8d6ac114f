//! Results that should have the same bits on every processor, for a comparison between two of them.
//!
//! ```text
//! cargo run -p search --example bits              one line for each result: what it rests on, how many numbers, their hash, its name
//! cargo run -p search --example bits -- --all     and beside it every number, as bits
//! ```
//! `lanes` are results of our own arithmetic: additions, products, roots and fused multiply-adds, all of which IEEE 754 fixes
//! to the last bit. They are equal wherever the vectors have fused multiply-adds (NEON, AVX2, AVX-512; SSE has none). `libm` are
//! results that call the system's exponential or logarithm, whose last digit no standard fixes. The hash is 64-bit FNV-1a
//! (Fowler, Noll & Vo) over the bytes, lowest first. `cargo xtask arm-check` compares x86-64 with emulated Arm.

use nn::{Config, Net, Precision, Weights};
use pricing::european::{self, Greeks32Mut, Inputs32Ref};
use pricing::{GreeksMut, InputsRef, QuotedRef, Right, Status, american, implied_vols};
use search::problems::wheel_lattice::Lattice;
use search::{Each, Game, Outcome, SearchConfig, Tree, run};

/// A full house of rows and some left over for every width of vectors.
const ROWS: usize = 203;

fn main() {
    let all = std::env::args().any(|word| word == "--all");
    let show = |basis: &str, name: &str, bits: &[u64]| {
        let hash = bits
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        println!("{basis:<5} {:>6} {hash:016x} {name}", bits.len());
        if all {
            for x in bits {
                println!("  {x:016x}");
            }
        }
    };
    show("lanes", "nn f32", &net(Precision::F32));
    show("lanes", "tree of a dice game judged by a net", &dice());
    let options = Options::new();
    let [price, greeks] = options.european();
    show("lanes", "european prices", &price);
    show("lanes", "european greeks", &greeks);
    show("lanes", "european greeks f32", &options.european_f32());
    show("libm", "european one at a time", &options.scalar());
    show("libm", "implied volatilities", &options.implied());
    show("libm", "american prices", &options.american());
    show("libm", "tree of the wheel on a lattice", &wheel());
    // Not for comparison where one side multiplies pairs of bf16: those sum in another order.
    show("pairs", "nn bf16", &net(Precision::Bf16));
}

/// Values and logits of the house net on made-up rows.
fn net(precision: Precision) -> Vec<u64> {
    let weights = Weights::seeded(Config::default(), 7).expect("the house net");
    let width = weights.config().inputs;
    let rows = 19;
    let cell = |i: usize| ((37 * (i / width) + 11 * (i % width)) % 64) as f32 / 16.0 - 2.0;
    let inputs: Vec<f32> = (0..rows * width).map(cell).collect();
    let mut values = vec![f32::NAN; rows];
    let mut policies = vec![f32::NAN; rows * weights.config().policies];
    Net::with(&weights, precision)
        .forward(&inputs, &mut values, &mut policies)
        .expect("whole rows");
    values
        .iter()
        .chain(&policies)
        .copied()
        .map(single)
        .collect()
}

fn single(x: f32) -> u64 {
    u64::from(x.to_bits())
}

/// Roll and add up, or keep; a 1 loses everything.
struct Dice;

#[derive(Clone, Debug)]
struct Table {
    sum: u32,
    rolls_left: u32,
    over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Keep,
    Roll,
}

impl Game for Dice {
    type State = Table;
    type Action = Act;

    fn actions(&self, table: &Table, out: &mut Vec<Act>) {
        out.push(Act::Keep);
        if table.rolls_left > 0 {
            out.push(Act::Roll);
        }
    }

    fn outcomes(&self, table: &Table, act: Act, out: &mut Vec<Outcome<Table>>) {
        let over = |sum| Table {
            sum,
            rolls_left: 0,
            over: true,
        };
        match act {
            Act::Keep => out.push(Outcome {
                probability: 1.0,
                reward: f64::from(table.sum),
                state: over(table.sum),
            }),
            Act::Roll => out.extend((1..=6).map(|face| Outcome {
                probability: 1.0 / 6.0,
                reward: 0.0,
                state: if face == 1 {
                    over(0)
                } else {
                    Table {
                        sum: table.sum + face,
                        rolls_left: table.rolls_left - 1,
                        over: false,
                    }
                },
            })),
        }
    }

    fn terminal_worth(&self, table: &Table) -> Option<f64> {
        table.over.then_some(0.0)
    }
}

fn dice() -> Vec<u64> {
    let config = Config {
        inputs: 8,
        hidden: vec![33, 17],
        policies: 3,
    };
    let weights = Weights::seeded(config, 11).expect("a small net");
    let mut net = Net::new(&weights);
    let mut judge = |table: &Table| {
        let bit = |i: u32| f32::from(u8::from((table.sum >> i) & 1 == 1));
        let mut row = [0.0; 8];
        for (i, x) in row[..6].iter_mut().enumerate() {
            *x = bit(i as u32);
        }
        row[6] = table.rolls_left as f32;
        row[7] = 1.0;
        let (mut value, mut policy) = ([f32::NAN], [f32::NAN; 3]);
        net.forward(&row, &mut value, &mut policy).expect("one row");
        f64::from(table.sum) + f64::from(value[0])
    };
    let start = Table {
        sum: 0,
        rolls_left: 9,
        over: false,
    };
    let config = SearchConfig {
        evaluations: 3000,
        ..SearchConfig::default()
    };
    let tree = run(&Dice, &start, &mut Each(&mut judge), &config, &mut |_| true);
    of_tree(&tree.expect("a tree"))
}

fn wheel() -> Vec<u64> {
    let lattice = Lattice::reference();
    let start = lattice.solve().pop().expect("a start").state;
    let config = SearchConfig::default();
    let mut judge = lattice.evaluator();
    let tree = run(&lattice, &start, &mut judge, &config, &mut |_| true);
    of_tree(&tree.expect("a tree"))
}

/// Worth and visits of every node and edge, in the order in which they entered the tree.
fn of_tree<G: Game>(tree: &Tree<G>) -> Vec<u64> {
    let mut bits = Vec::new();
    for node in tree.nodes() {
        bits.push(tree.worth(node).to_bits());
        bits.push(u64::from(tree.visits(node)));
        for edge in tree.edges(node) {
            bits.push(edge.worth.map_or(u64::MAX, f64::to_bits));
            bits.push(u64::from(edge.visits));
        }
    }
    bits
}

/// Calls and puts around the money, weeks to years.
struct Options {
    right: Vec<Right>,
    numbers: [Vec<f64>; 6],
}

impl Options {
    fn new() -> Options {
        let mut right = Vec::new();
        let mut numbers = [const { Vec::new() }; 6];
        for i in 0..ROWS {
            let part = |k: usize| ((i * k) % 101) as f64 / 101.0;
            right.push([Right::Call, Right::Put][i % 2]);
            let row = [
                100.0,
                60.0 + 90.0 * part(37),
                0.02 + 2.0 * part(53),
                0.01 + 0.06 * part(29),
                0.04 * part(71),
                0.08 + 0.7 * part(17),
            ];
            for (column, x) in numbers.iter_mut().zip(row) {
                column.push(x);
            }
        }
        Options { right, numbers }
    }

    fn inputs(&self) -> InputsRef<'_> {
        InputsRef::from_columns(&self.right, self.numbers.each_ref().map(Vec::as_slice))
    }

    fn prices(&self) -> Vec<f64> {
        let mut out = vec![f64::NAN; ROWS];
        european::prices(self.inputs(), &mut out, &mut [Status::Ok; ROWS]);
        out
    }

    fn european(&self) -> [Vec<u64>; 2] {
        let mut greeks = [const { Vec::new() }; 6].map(|_: Vec<f64>| vec![f64::NAN; ROWS]);
        let out = GreeksMut::from_columns(&mut greeks);
        european::greeks_batch(self.inputs(), out, &mut [Status::Ok; ROWS]);
        [doubles(&self.prices()), doubles(&greeks.concat())]
    }

    fn european_f32(&self) -> Vec<u64> {
        let numbers = self.numbers.each_ref();
        let numbers = numbers.map(|column| column.iter().map(|&x| x as f32).collect::<Vec<_>>());
        let [spot, strike, years, rate, dividend_yield, vol] = &numbers;
        let inputs = Inputs32Ref {
            right: &self.right,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
            vol,
        };
        let mut greeks = [const { Vec::new() }; 6].map(|_: Vec<f32>| vec![f32::NAN; ROWS]);
        let out = Greeks32Mut::from_columns(&mut greeks);
        european::greeks_batch_f32(inputs, out, &mut [Status::Ok; ROWS]);
        greeks.concat().into_iter().map(single).collect()
    }

    fn scalar(&self) -> Vec<u64> {
        let inputs = self.inputs();
        let prices: Vec<f64> = (0..ROWS).map(|i| european::price(&inputs.get(i))).collect();
        doubles(&prices)
    }

    fn implied(&self) -> Vec<u64> {
        let prices = self.prices();
        let [spot, strike, years, rate, dividend_yield, _] = &self.numbers;
        let quoted = QuotedRef {
            right: &self.right,
            price_usd: &prices,
            spot,
            strike,
            years,
            rate,
            dividend_yield,
        };
        let mut out = vec![f64::NAN; ROWS];
        implied_vols(quoted, &mut out, &mut [Status::Ok; ROWS]);
        doubles(&out)
    }

    fn american(&self) -> Vec<u64> {
        let mut out = vec![f64::NAN; ROWS];
        let precision = american::Precision::Standard;
        american::prices(self.inputs(), precision, &mut out, &mut [Status::Ok; ROWS]);
        doubles(&out)
    }
}

fn doubles(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|x| x.to_bits()).collect()
}
