//! Draws follow the priorities, the ring forgets the oldest, threads keep the pace.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use experience::{
    Decision, Draw, Durability, ENCODING_LEN, Error, Experience, Options, Origin, Ratio, RecordId,
    Replay, ReplayConfig, Situation, Wait,
};

fn replay(capacity: usize, width: usize, ratio: Option<Ratio>) -> Replay {
    Replay::new(ReplayConfig {
        capacity,
        width,
        alpha: 0.6,
        groups: Vec::new(),
        seed: 7,
        ratio,
    })
    .unwrap()
}

/// Rows whose every number is the id, so that a torn row shows.
fn add(replay: &Replay, ids: std::ops::Range<i64>, width: usize) {
    let rows: Vec<f32> = ids
        .clone()
        .flat_map(|id| std::iter::repeat_n(id as f32, width))
        .collect();
    let ids: Vec<RecordId> = ids.map(RecordId).collect();
    replay.try_add(&ids, &[], &rows).unwrap();
}

/// Frequencies against p^alpha / sum, with a bound of five standard errors of independent draws (stratified ones vary less).
#[test]
fn draws_follow_the_priorities_and_weights_undo_them() {
    let replay = replay(100, 1, None);
    add(&replay, 0..100, 1);
    let priorities: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
    let turns: Vec<u64> = (0..100).collect();
    assert_eq!(replay.set_priorities(&turns, &priorities), 100);
    let powered: Vec<f64> = priorities.iter().map(|p| p.powf(0.6)).collect();
    let total: f64 = powered.iter().sum();
    let (mut counts, mut draw) = (vec![0_u32; 100], Draw::default());
    let (rounds, size) = (2_000, 50);
    let mut flat = 0.0;
    for number in 0..rounds {
        replay.draw_rows(number, size, 1.0, &mut draw).unwrap();
        assert!(draw.weights.iter().all(|&w| w > 0.0 && w <= 1.0));
        assert!(draw.weights.contains(&1.0));
        for ((&turn, id), &row) in draw.turns.iter().zip(&draw.ids).zip(&draw.rows) {
            assert_eq!((turn as i64, turn as f32), (id.0, row));
            counts[turn as usize] += 1;
        }
        // With beta one, weight times probability is the same for all rows of a draw.
        let products: Vec<f64> = draw
            .turns
            .iter()
            .zip(&draw.weights)
            .map(|(&turn, &w)| f64::from(w) * powered[turn as usize])
            .collect();
        let spread = products
            .iter()
            .fold(0.0_f64, |a, &x| a.max((x / products[0] - 1.0).abs()));
        flat = f64::max(flat, spread);
    }
    assert!(flat < 1e-6, "weights undo priorities only to {flat:e}");
    let draws = (rounds as usize * size) as f64;
    for (row, &count) in counts.iter().enumerate() {
        let p = powered[row] / total;
        let error = (draws * p * (1.0 - p)).sqrt();
        let gap = (f64::from(count) - draws * p).abs();
        assert!(
            gap <= 5.0 * error,
            "row {row}: {count} draws, {} expected",
            draws * p
        );
        assert!(p > 0.0 || count == 0);
    }
}

/// Stratified draws of equal priorities: every stretch gives exactly one.
#[test]
fn a_draw_as_large_as_the_ring_takes_every_row_once() {
    let replay = replay(64, 1, None);
    add(&replay, 0..64, 1);
    let mut draw = Draw::default();
    replay.draw(3, 64, 0.4, &mut draw).unwrap();
    assert_eq!(draw.turns, (0..64).collect::<Vec<u64>>());
    assert!(draw.weights.iter().all(|&w| w == 1.0));
    assert!(draw.rows.is_empty());
}

#[test]
fn the_same_number_is_the_same_draw_and_another_is_another() {
    let twin = || {
        let replay = replay(1_000, 3, None);
        add(&replay, 0..700, 3);
        replay
    };
    let (a, b) = (twin(), twin());
    let (mut first, mut again, mut other) = (Draw::default(), Draw::default(), Draw::default());
    a.draw_rows(5, 32, 0.5, &mut first).unwrap();
    a.draw_rows(6, 32, 0.5, &mut other).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| b.draw_rows(5, 32, 0.5, &mut again).unwrap());
    });
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn the_ring_forgets_the_oldest_and_late_priorities_do_no_harm() {
    let replay = replay(10, 2, None);
    let mut draw = Draw::default();
    assert_eq!(replay.draw(0, 1, 0.0, &mut draw), Err(Wait::Empty));
    add(&replay, 0..25, 2);
    assert_eq!(replay.len(), 10);
    replay.draw_rows(1, 10, 0.0, &mut draw).unwrap();
    let mut turns = draw.turns.clone();
    turns.sort_unstable();
    assert_eq!(turns, (15..25).collect::<Vec<u64>>());
    // Row 14 was overwritten by row 24, row 25 does not exist yet, NaN and negative are no priorities.
    assert_eq!(replay.set_priorities(&[14, 25], &[9.0, 9.0]), 0);
    assert_eq!(
        replay.set_priorities(&[20, 21, 22], &[f64::NAN, -1.0, f64::INFINITY]),
        0
    );
    let all: Vec<u64> = (15..25).collect();
    let only_20: Vec<f64> = all
        .iter()
        .map(|&turn| f64::from(u8::from(turn == 20)))
        .collect();
    assert_eq!(replay.set_priorities(&all, &only_20), 10);
    replay.draw(2, 10, 0.0, &mut draw).unwrap();
    assert_eq!(draw.turns, [20; 10]);
    // A new row comes with the largest priority seen, so it is drawn soon.
    add(&replay, 25..26, 2);
    replay.draw(3, 10, 0.0, &mut draw).unwrap();
    assert!(draw.turns.contains(&25));
}

#[test]
fn the_pace_is_kept_to_the_row() {
    let ratio = Ratio {
        first_rows: 10,
        draws_per_row: 4.0,
        slack: 20.0,
    };
    let replay = replay(1_000, 1, Some(ratio));
    let mut draw = Draw::default();
    let mut try_draw = |count| replay.try_draw_rows(1, count, 0.0, &mut draw);
    add(&replay, 0..9, 1);
    assert_eq!(try_draw(1), Err(Wait::Rows));
    add(&replay, 9..10, 1);
    // due = 10 * 4 = 40; draws may take it down to 40 - 20.
    assert_eq!(try_draw(21), Err(Wait::Rows));
    assert_eq!(try_draw(20), Ok(()));
    assert_eq!(try_draw(1), Err(Wait::Rows));
    // due is 20 now, and rows may take it up to 60: ten rows.
    add(&replay, 10..20, 1);
    assert_eq!(
        replay.try_add(&[RecordId(20)], &[], &[0.0]),
        Err(Wait::Draws)
    );
    assert_eq!(replay.counts(), (20, 20));
    // A row beyond the pace is owed its four draws before the next.
    replay.add_ahead(&[RecordId(20)], &[], &[0.0]).unwrap();
    assert_eq!(try_draw(4), Ok(()));
    assert_eq!(
        replay.try_add(&[RecordId(21)], &[], &[0.0]),
        Err(Wait::Draws)
    );
    assert_eq!(try_draw(4), Ok(()));
    assert_eq!(replay.try_add(&[RecordId(21)], &[], &[0.0]), Ok(()));
    assert_eq!(replay.counts(), (22, 28));
    replay.close();
    assert_eq!(
        replay.try_add(&[RecordId(22)], &[], &[0.0]),
        Err(Wait::Closed)
    );
    let late = replay.add_ahead(&[RecordId(22)], &[], &[0.0]);
    assert_eq!(late, Err(Wait::Closed));
}

#[test]
fn threads_add_and_draw_in_step_and_no_row_is_torn() {
    const WIDTH: usize = 64;
    let ratio = Ratio {
        first_rows: 100,
        draws_per_row: 2.0,
        slack: 200.0,
    };
    let replay = replay(500, WIDTH, Some(ratio));
    let next = AtomicU64::new(0);
    let drawn = AtomicU64::new(0);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let id = next.fetch_add(8, Ordering::Relaxed) as i64;
                    let ids: Vec<RecordId> = (id..id + 8).map(RecordId).collect();
                    let rows: Vec<f32> = ids.iter().flat_map(|id| [id.0 as f32; WIDTH]).collect();
                    if replay.add(&ids, &[], &rows).is_err() {
                        return;
                    }
                }
            });
            scope.spawn(|| {
                let mut draw = Draw::default();
                while drawn.fetch_add(32, Ordering::Relaxed) < 60_000 {
                    let number = drawn.load(Ordering::Relaxed);
                    if replay.draw_rows(number, 32, 0.5, &mut draw).is_err() {
                        return;
                    }
                    for (id, row) in draw.ids.iter().zip(draw.rows.chunks(WIDTH)) {
                        assert!(row.iter().all(|&x| x == id.0 as f32), "a torn row");
                    }
                    replay.set_priorities(&draw.turns, &[0.5; 32]);
                }
                over.store(true, Ordering::Relaxed);
                replay.close();
            });
        }
    });
    let (rows, draws) = replay.counts();
    let off = rows as f64 * 2.0 - draws as f64;
    assert!(
        (0.0..=400.0).contains(&off),
        "{rows} rows and {draws} draws are out of step"
    );
}

#[test]
fn what_could_never_work_is_refused() {
    let config = ReplayConfig {
        capacity: 10,
        width: 1,
        alpha: 0.5,
        groups: Vec::new(),
        seed: 0,
        ratio: None,
    };
    for change in [
        |c: &mut ReplayConfig| c.capacity = 0,
        |c: &mut ReplayConfig| c.width = 0,
        |c: &mut ReplayConfig| c.width = usize::MAX,
        |c: &mut ReplayConfig| c.alpha = f64::NAN,
        |c: &mut ReplayConfig| c.groups = vec![1.0, 0.0],
        |c: &mut ReplayConfig| c.groups = vec![f64::INFINITY],
    ] {
        let mut config = config.clone();
        change(&mut config);
        assert!(Replay::new(config).is_err());
    }
}

#[test]
fn a_restart_reads_the_ledger_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.sqlite");
    let mut experience = Experience::open(&path, &Options::default()).unwrap();
    experience
        .write(Durability::Batch, |page| {
            for i in 0..30 {
                let situation = page.situation(&Situation {
                    symbol: "SIM".into(),
                    as_of_ms: i,
                    source: "self-play".into(),
                    facts: "{}".into(),
                })?;
                page.encoding(situation, 1, &[i as f32; ENCODING_LEN])?;
                page.decision(&Decision {
                    situation,
                    made_at_ms: i,
                    origin: Origin::SelfPlay,
                    action: "hold".into(),
                    worth: (i % 3 != 0).then_some(i as f64),
                    model: None,
                    seed: None,
                    visits: Vec::new(),
                    plan: None,
                })?;
            }
            Ok(())
        })
        .unwrap();
    let replay = replay(15, ENCODING_LEN + 1, None);
    let (last, added) = replay
        .refill(experience.read(), 1, RecordId(0), |row, out| {
            let worth = row.worth?;
            out[..ENCODING_LEN].copy_from_slice(&row.encoding);
            out[ENCODING_LEN] = worth as f32;
            Some(0)
        })
        .unwrap();
    assert_eq!((last, added, replay.len()), (RecordId(60), 20, 15));
    let mut draw = Draw::default();
    replay.draw_rows(1, 15, 0.0, &mut draw).unwrap();
    let seen: HashMap<i64, f32> = draw
        .ids
        .iter()
        .map(|id| id.0)
        .zip(draw.rows.chunks(ENCODING_LEN + 1).map(|row| {
            assert_eq!(row[0], row[ENCODING_LEN]);
            row[0]
        }))
        .collect();
    assert_eq!(seen.len(), 15);
    assert!(seen.iter().all(|(&id, &i)| id == 2 * i as i64 + 2));
}

/// A replay that was taken apart and put together again draws as if nothing had happened.
#[test]
fn a_restored_replay_goes_on_alike() {
    let config = ReplayConfig {
        capacity: 10,
        width: 2,
        alpha: 0.7,
        groups: Vec::new(),
        seed: 5,
        ratio: None,
    };
    let one = Replay::new(config.clone()).expect("it is sound");
    let row = |at: i64| [at as f32, -at as f32];
    for at in 0..23 {
        one.add(&[RecordId(at)], &[], &row(at)).expect("open");
    }
    let mut draw = Draw::default();
    one.draw_rows(0, 4, 0.5, &mut draw).expect("rows");
    one.set_priorities(&draw.turns, &[0.1, 3.0, 0.0, 0.5]);
    let held: Vec<i64> = (13..23).collect();
    let ids: Vec<RecordId> = held.iter().map(|&at| RecordId(at)).collect();
    let rows: Vec<f32> = held.iter().flat_map(|&at| row(at)).collect();
    let two = Replay::new(config).expect("it is sound");
    two.restore(&ids, &rows, &one.standing()).expect("it fits");
    assert_eq!(two.standing(), one.standing());
    let go_on = |replay: &Replay| {
        replay.add(&[RecordId(23)], &[], &row(23)).expect("open");
        let mut draw = Draw::default();
        replay.draw_rows(1, 6, 0.5, &mut draw).expect("rows");
        draw
    };
    assert_eq!(go_on(&one), go_on(&two));
    let wrong = two.restore(&ids[1..], &rows[2..], &one.standing());
    assert!(matches!(wrong, Err(Error::Refused { .. })), "{wrong:?}");
}

/// What a replay without groups drew before there were any: alpha and beta are 1, so that every number is exact everywhere.
#[test]
fn without_groups_draws_are_as_they_were() {
    let draws = |groups: Vec<f64>| {
        let replay = Replay::new(ReplayConfig {
            capacity: 12,
            width: 1,
            alpha: 1.0,
            groups,
            seed: 11,
            ratio: None,
        })
        .unwrap();
        add(&replay, 0..17, 1);
        let turns: Vec<u64> = (5..17).collect();
        let priorities: Vec<f64> = (0..12).map(|i| f64::from(i % 4) * 0.375).collect();
        replay.set_priorities(&turns, &priorities);
        [0, 9].map(|number| {
            let mut draw = Draw::default();
            replay.draw_rows(number, 8, 1.0, &mut draw).unwrap();
            draw
        })
    };
    let [first, second] = draws(Vec::new());
    assert_eq!(first.turns, [12, 12, 15, 16, 7, 8, 10, 11]);
    assert_eq!(second.turns, [12, 12, 15, 16, 7, 8, 8, 11]);
    let third = 1.0 / 3.0;
    assert_eq!(
        first.weights,
        [third, third, 0.5, third, 0.5, third, 1.0, 0.5]
    );
    let two_thirds = 2.0 / 3.0;
    assert_eq!(
        second.weights,
        [
            two_thirds, two_thirds, 1.0, two_thirds, 1.0, two_thirds, two_thirds, 1.0
        ]
    );
    // One share for all is none.
    assert_eq!(draws(vec![0.3]), [first, second]);
}

/// A replay of three groups with 90, 9 and 1 of 100 rows, none in the fourth; its rows say their group.
fn grouped(shares: &[f64], alpha: f64) -> (Replay, Vec<u32>) {
    let replay = Replay::new(ReplayConfig {
        capacity: 100,
        width: 1,
        alpha,
        groups: shares.to_vec(),
        seed: 7,
        ratio: None,
    })
    .unwrap();
    let groups: Vec<u32> = (0..100)
        .map(|i| match i % 100 {
            17 => 2,
            i if i % 11 == 0 && i > 0 => 1,
            _ => 0,
        })
        .collect();
    let ids: Vec<RecordId> = (0..100).map(RecordId).collect();
    let rows: Vec<f32> = groups.iter().map(|&group| group as f32).collect();
    replay.add(&ids, &groups, &rows).unwrap();
    (replay, groups)
}

/// Draws of each group.
fn counted(rows: &[f32]) -> [usize; 4] {
    std::array::from_fn(|group| rows.iter().filter(|&&row| row == group as f32).count())
}

/// Whole numbers of draws to the row, others up to one and right on average, whatever the shares of the rows.
#[test]
fn groups_are_drawn_in_their_shares() {
    let mut draw = Draw::default();
    let (replay, _) = grouped(&[2.0, 1.0, 1.0], 0.6);
    for number in 0..50 {
        replay.draw_rows(number, 256, 0.5, &mut draw).unwrap();
        assert_eq!(counted(&draw.rows), [128, 64, 64, 0]);
    }
    // The fourth group has no rows: its share goes to the others in proportion.
    let (replay, _) = grouped(&[2.0, 1.0, 1.0, 40.0], 0.6);
    replay.draw_rows(0, 256, 0.5, &mut draw).unwrap();
    assert_eq!(counted(&draw.rows), [128, 64, 64, 0]);
    // A batch that is too small for every group.
    let shares = [0.5, 0.2, 0.3];
    let (replay, _) = grouped(&shares, 0.6);
    for size in [1, 2, 7] {
        let rounds = 4_000;
        let mut sums = [0; 4];
        for number in 0..rounds {
            replay.draw_rows(number, size, 0.5, &mut draw).unwrap();
            assert_eq!(draw.rows.len(), size);
            for (group, (&share, count)) in shares.iter().zip(counted(&draw.rows)).enumerate() {
                let due = share * size as f64;
                assert!(
                    (count as f64 - due).abs() < 1.0,
                    "{count} of {size}, group {group}"
                );
                sums[group] += count;
            }
        }
        for (&share, sum) in shares.iter().zip(sums) {
            let mean = sum as f64 / rounds as f64;
            // Five standard errors of a count that is one of two neighbours.
            let error = 5.0 * 0.5 / (rounds as f64).sqrt();
            assert!(
                (mean - share * size as f64).abs() < error,
                "{mean} of {size}"
            );
        }
    }
}

/// Within a group by priority: frequencies against q p^alpha / sum, five standard errors of independent draws.
#[test]
fn rows_of_a_group_are_drawn_by_priority() {
    let shares = [1.0, 3.0, 1.0];
    let (replay, groups) = grouped(&shares, 0.6);
    let priorities: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
    replay.set_priorities(&(0..100).collect::<Vec<_>>(), &priorities);
    let powered: Vec<f64> = priorities.iter().map(|p| p.powf(0.6)).collect();
    let mut totals = [0.0; 3];
    for (&group, p) in groups.iter().zip(&powered) {
        totals[group as usize] += p;
    }
    let (mut counts, mut draw) = ([0_u32; 100], Draw::default());
    let (rounds, size) = (4_000, 10);
    for number in 0..rounds {
        replay.draw_rows(number, size, 1.0, &mut draw).unwrap();
        for (&turn, id) in draw.turns.iter().zip(&draw.ids) {
            assert_eq!(turn as i64, id.0);
            counts[turn as usize] += 1;
        }
    }
    let draws = (rounds as usize * size) as f64;
    for (row, &count) in counts.iter().enumerate() {
        let group = groups[row] as usize;
        let p = shares[group] / 5.0 * powered[row] / totals[group];
        let error = (draws * p * (1.0 - p)).sqrt();
        let gap = (f64::from(count) - draws * p).abs();
        assert!(
            gap <= 5.0 * error,
            "row {row}: {count} draws, {} expected",
            draws * p
        );
        assert!(p > 0.0 || count == 0);
    }
}

/// The weighted mean of a quantity that grows with the priority is, with beta one, that of its groups' means in their shares: neither
/// priorities, nor how many rows a group has, nor how many of them cannot be drawn move it.
#[test]
fn weights_undo_priorities_and_keep_shares() {
    let shares = [0.5, 0.3, 0.2];
    let (replay, groups) = grouped(&shares, 0.7);
    // Every third row of group 0 cannot be drawn.
    let priorities: Vec<f64> = (0..100)
        .map(|i| f64::from(u8::from(groups[i] > 0 || i % 3 > 0)) * (0.1 + i as f64))
        .collect();
    replay.set_priorities(&(0..100).collect::<Vec<_>>(), &priorities);
    let quantity = |row: usize| 10.0 * f64::from(groups[row]) + row as f64 / 5.0;
    let mean = |of: &dyn Fn(usize) -> bool| {
        let of: Vec<usize> = (0..100)
            .filter(|&row| priorities[row] > 0.0 && of(row))
            .collect();
        of.iter().map(|&row| quantity(row)).sum::<f64>() / of.len() as f64
    };
    let expected: f64 = shares
        .iter()
        .enumerate()
        .map(|(group, share)| share * mean(&|row| groups[row] as usize == group))
        .sum();
    let mut draw = Draw::default();
    let mut weighted = |beta: f64| {
        let (mut sum, mut weights, mut totals) = (0.0, 0.0, [0.0; 3]);
        for number in 0..400 {
            replay.draw_rows(number, 250, beta, &mut draw).unwrap();
            // The largest weight is another in each draw: weights of a draw are known up to a factor.
            let all: f64 = draw.weights.iter().map(|&w| f64::from(w)).sum();
            for (&turn, &weight) in draw.turns.iter().zip(&draw.weights) {
                let weight = f64::from(weight) / all;
                sum += weight * quantity(turn as usize);
                weights += weight;
                totals[groups[turn as usize] as usize] += weight;
            }
        }
        (sum / weights, totals.map(|total| total / weights))
    };
    let (found, parts) = weighted(1.0);
    assert!(
        (found - expected).abs() < 0.05,
        "{found}, {expected} expected"
    );
    for (part, share) in parts.iter().zip(shares) {
        assert!((part - share).abs() < 0.005, "{parts:?}");
    }
    // What it must not be: without weights, or the mean of all rows.
    assert!((weighted(0.0).0 - expected).abs() > 1.0);
    assert!((mean(&|_| true) - expected).abs() > 1.0);
}

/// A slot that changes its group leaves no trace in the old one.
#[test]
fn the_ring_forgets_groups_too() {
    let (replay, _) = grouped(&[1.0, 1.0, 1.0], 0.6);
    let ids: Vec<RecordId> = (100..200).map(RecordId).collect();
    let mut draw = Draw::default();
    replay.add(&ids, &[1; 100], &[1.0; 100]).unwrap();
    replay.draw_rows(0, 100, 1.0, &mut draw).unwrap();
    assert_eq!(draw.turns, (100..200).collect::<Vec<u64>>());
    assert_eq!(counted(&draw.rows), [0, 100, 0, 0]);
    assert!(draw.weights.iter().all(|&weight| weight == 1.0));
    replay.set_priorities(&draw.turns, &[0.0; 100]);
    assert_eq!(replay.draw(1, 1, 1.0, &mut draw), Err(Wait::Empty));
    replay.add(&ids[..1], &[2], &[2.0]).unwrap();
    replay.draw_rows(2, 5, 1.0, &mut draw).unwrap();
    assert_eq!(counted(&draw.rows), [0, 0, 5, 0]);
}

#[test]
fn a_restored_replay_keeps_its_groups() {
    let shares = [1.0, 2.0, 3.0];
    let (one, groups) = grouped(&shares, 0.6);
    let mut draw = Draw::default();
    let further: Vec<u32> = (0..30).map(|i| i % 3).collect();
    let numbers = |groups: &[u32]| groups.iter().map(|&g| g as f32).collect::<Vec<_>>();
    let ids = |of: std::ops::Range<i64>| of.map(RecordId).collect::<Vec<_>>();
    one.add(&ids(100..130), &further, &numbers(&further))
        .unwrap();
    one.draw(0, 20, 1.0, &mut draw).unwrap();
    one.set_priorities(&draw.turns, &[0.3; 20]);
    let held: Vec<u32> = groups[30..].iter().chain(&further).copied().collect();
    let standing = one.standing();
    assert_eq!(standing.groups, held);
    let empty = |shares: &[f64]| {
        Replay::new(ReplayConfig {
            capacity: 100,
            width: 1,
            alpha: 0.6,
            groups: shares.to_vec(),
            seed: 7,
            ratio: None,
        })
        .unwrap()
    };
    let two = empty(&shares);
    two.restore(&ids(30..130), &numbers(&held), &standing)
        .unwrap();
    assert_eq!(two.standing(), standing);
    let go_on = |replay: &Replay| {
        replay.add(&ids(130..131), &[2], &[2.0]).unwrap();
        let mut draw = Draw::default();
        replay.draw_rows(1, 60, 0.5, &mut draw).unwrap();
        draw
    };
    assert_eq!(go_on(&one), go_on(&two));
    // Of other shares, or with groups missing.
    for shares in [&[][..], &[1.0, 1.0]] {
        let wrong = empty(shares).restore(&ids(30..130), &numbers(&held), &standing);
        assert!(matches!(wrong, Err(Error::Refused { .. })), "{wrong:?}");
    }
    let mut without = standing;
    without.groups.clear();
    let wrong = empty(&shares).restore(&ids(30..130), &numbers(&held), &without);
    assert!(matches!(wrong, Err(Error::Refused { .. })), "{wrong:?}");
}

#[test]
#[should_panic(expected = "a share for each group")]
fn a_group_without_a_share_is_a_mistake() {
    let (replay, _) = grouped(&[1.0, 1.0, 1.0], 0.6);
    let _ = replay.add(&[RecordId(1)], &[3], &[3.0]);
}
