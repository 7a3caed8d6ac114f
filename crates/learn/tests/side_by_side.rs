//! Games played side by side, one batch for all: the episodes are those of games played alone, and a device may judge.

use compute::{Backend, Budget, Gpu};
use learn::lattice::LatticeField;
use learn::{Field, Judging, Many, NetJudge, PlayConfig, View, play, play_all};
use nn::gpu::GpuNet;
use nn::{Config, Net, Weights};
use search::problems::wheel_lattice::Lattice;
use search::problems::wheel_rolling::{Rolling, State};
use search::{Evaluator, Judgement, Root, SearchConfig};

/// Lattices of three fees, in turn.
struct Fees([LatticeField; 3]);

impl Fees {
    fn new() -> Fees {
        Fees([0.01, 0.17, 0.45].map(|fee| {
            LatticeField(Rolling {
                lattice: Lattice {
                    cycles: 3,
                    fee,
                    ..Lattice::reference()
                },
                life: 2,
                early: true,
            })
        }))
    }
}

impl Field for Fees {
    type Game = Rolling;

    fn shape(&self) -> (usize, usize) {
        self.0[0].shape()
    }

    fn draw(&self, number: u64) -> (Rolling, State) {
        self.0[number as usize % 3].draw(number)
    }

    fn stratum(&self, number: u64) -> u32 {
        number as u32 % 3
    }
}

fn weights() -> Weights {
    let (inputs, policies) = Fees::new().shape();
    let config = Config {
        inputs,
        hidden: vec![32, 16],
        policies,
    };
    Weights::seeded(config, 5).expect("a small net")
}

fn config() -> PlayConfig {
    PlayConfig {
        search: SearchConfig {
            evaluations: 40,
            batch: 5,
            root: Root::Gumbel {
                considered: 4,
                noise: 1.0,
            },
            ..SearchConfig::default()
        },
        lambda: 0.7,
        moves_max: 5,
    }
}

#[test]
fn games_side_by_side_are_those_alone() {
    let (field, mut net) = (Fees::new(), Net::new(&weights()));
    let alone: Vec<_> = (3..25)
        .map(|number| play(&field, number, 9, &mut net, &config()).expect("it plays"))
        .collect();
    let mut here = |numbers, seed| {
        let judging = Judging::Processor(&mut net);
        play_all(&field, numbers, seed, judging, &config()).expect("they play")
    };
    assert_eq!(here(3..25, 9), alone);
    // The comparison has teeth, and the games are not all alike.
    assert_ne!(here(3..25, 10), alone);
    assert!(alone.iter().any(|game| game.lessons.len() < 5));
    assert_eq!(here(3..3, 9), []);
}

/// On a device: the words of the processor to single precision; the same games in any number of groups.
#[test]
fn gpu_games_side_by_side() {
    let opened = [Backend::Vulkan, Backend::Metal, Backend::Cuda].map(|way| Gpu::open(way, 0));
    let mut reasons = Vec::new();
    let found = opened
        .into_iter()
        .find_map(|gpu| gpu.map_err(|error| reasons.push(error.to_string())).ok());
    let Some(gpu) = found else {
        let asked = std::env::var_os("JARVIS2_GPU_TESTS").is_some();
        assert!(!asked, "JARVIS2_GPU_TESTS asks for a GPU, but: {reasons:?}");
        return eprintln!("skipped: no GPU, not even in software: {reasons:?}");
    };
    let budget = Budget {
        bytes: 64 << 20,
        origin: "a test".to_owned(),
    };
    let (field, weights) = (Fees::new(), weights());
    let (there, mut here) = (
        GpuNet::new(&gpu, &weights, &budget).expect("there is room"),
        Net::new(&weights),
    );

    let (games, states): (Vec<_>, Vec<_>) = (0..30).map(|number| field.draw(number)).unzip();
    let games = Many(games);
    let states: Vec<(u32, State)> = (0..).zip(states).collect();
    let words = |judge: &mut NetJudge<'_, Many<Rolling>>| {
        let mut words = vec![Judgement::default(); states.len()];
        judge.evaluate(&states, &mut words).expect("finite numbers");
        words
    };
    let by_cpu = words(&mut NetJudge::new(&games, &mut here).expect("it fits"));
    let mut on_device = NetJudge::on_device(&games, &there, 1, 30).expect("it fits");
    for (at, (a, b)) in by_cpu.iter().zip(words(&mut on_device)).enumerate() {
        let unit = games.scale(&states[at]).unit;
        assert!((a.worth - b.worth).abs() < 1e-5 * unit, "{a:?} {b:?}");
        assert_eq!(a.priors.len(), b.priors.len());
        let far = a.priors.iter().zip(&b.priors).map(|(a, b)| (a - b).abs());
        assert!(far.fold(0.0, f64::max) < 1e-5, "{a:?} {b:?}");
    }
    assert_eq!(on_device.judged(), 30);

    let played = |groups| {
        let judging = Judging::Device {
            net: &there,
            groups,
            rows_max: 24,
        };
        play_all(&field, 0..12, 9, judging, &config()).expect("they play")
    };
    let one = played(1);
    assert_eq!(one.len(), 12);
    assert_eq!(played(3), one);
}
