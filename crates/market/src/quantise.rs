//! A few outcomes that stand for a whole law: Gauss quadrature of a discrete measure.
//!
//! `n` nodes reproduce the first `2n - 1` moments of the law, the mean and the variance among them, so that smooth worths are
//! averaged almost exactly. Nodes are the eigenvalues of the Jacobi matrix of the law's orthogonal polynomials (Stieltjes
//! procedure, then Golub & Welsch, Math. Comp. 23, 1969). A kink inside the law is *not* averaged well: cut the law there first.

use crate::futures::Outcome;

/// The most nodes that a rule may have.
pub const NODES_MAX: usize = 9;

/// Replaces `law` (probabilities need not add up to one) by at most `nodes` outcomes of the same total probability.
///
/// Ascending in spot. Laws with no more than `nodes` outcomes come back as they are.
pub fn quantise(law: &[Outcome], nodes: usize, out: &mut Vec<Outcome>) {
    assert!(
        (1..=NODES_MAX).contains(&nodes),
        "a rule has 1 to {NODES_MAX} nodes, not {nodes}"
    );
    let held = law.iter().filter(|o| o.probability > 0.0);
    let total: f64 = held.clone().map(|o| o.probability).sum();
    if total <= 0.0 {
        return;
    }
    let centre = held.clone().map(|o| o.probability * o.spot).sum::<f64>() / total;
    if nodes == 1 {
        out.push(Outcome {
            probability: total,
            spot: centre,
        });
        return;
    }
    let scale = (held
        .clone()
        .map(|o| o.probability * (o.spot - centre).powi(2))
        .sum::<f64>()
        / total)
        .sqrt();
    if held.clone().count() <= nodes || scale <= 1e-12 * centre.abs() {
        out.extend(held.copied());
        return;
    }
    let (nodes, mut diagonal, mut beside) = recurrence(law, centre, scale, nodes);
    let mut first = [0.0; NODES_MAX];
    first[0] = 1.0;
    eigen(
        &mut diagonal[..nodes],
        &mut beside[..nodes],
        &mut first[..nodes],
    );
    let start = out.len();
    out.extend((0..nodes).map(|i| Outcome {
        probability: total * first[i] * first[i],
        spot: centre + scale * diagonal[i],
    }));
    out[start..].sort_unstable_by(|a, b| a.spot.total_cmp(&b.spot));
}

/// Coefficients of the three-term recurrence of the polynomials orthogonal under the law, in `x = (spot - centre) / scale`.
/// Fewer nodes come back where the law is too narrow to bear more.
fn recurrence(
    law: &[Outcome],
    centre: f64,
    scale: f64,
    nodes: usize,
) -> (usize, [f64; NODES_MAX], [f64; NODES_MAX]) {
    let (mut diagonal, mut beside) = ([0.0; NODES_MAX], [0.0; NODES_MAX]);
    // Values of the last two polynomials at every point of the law.
    let mut now: Vec<(f64, f64, f64, f64)> = law
        .iter()
        .map(|o| (o.probability.max(0.0), (o.spot - centre) / scale, 1.0, 0.0))
        .collect();
    let mut norm_before = 1.0;
    for degree in 0..nodes {
        let norm: f64 = now.iter().map(|&(w, _, p, _)| w * p * p).sum();
        if norm.is_nan() || norm <= 1e-280 {
            return (degree.max(1), diagonal, beside);
        }
        let moment: f64 = now.iter().map(|&(w, x, p, _)| w * x * p * p).sum();
        diagonal[degree] = moment / norm;
        let ratio = if degree == 0 { 0.0 } else { norm / norm_before };
        if degree > 0 {
            beside[degree - 1] = ratio.max(0.0).sqrt();
        }
        for (_, x, p, before) in now.iter_mut() {
            let next = (*x - diagonal[degree]) * *p - ratio * *before;
            *before = *p;
            *p = next;
        }
        norm_before = norm;
    }
    (nodes, diagonal, beside)
}

/// Eigenvalues (into `diagonal`) and first components of the eigenvectors (into `first`) of a symmetric tridiagonal matrix:
/// the implicit QL iteration (Dubrulle, Martin & Wilkinson, Numer. Math. 12, 1968).
fn eigen(diagonal: &mut [f64], beside: &mut [f64], first: &mut [f64]) {
    let n = diagonal.len();
    beside[n - 1] = 0.0;
    for low in 0..n {
        for _ in 0..60 {
            let split = (low..n - 1)
                .find(|&m| {
                    beside[m].abs() <= f64::EPSILON * (diagonal[m].abs() + diagonal[m + 1].abs())
                })
                .unwrap_or(n - 1);
            if split == low {
                break;
            }
            let shift = (diagonal[low + 1] - diagonal[low]) / (2.0 * beside[low]);
            let radius = shift.hypot(1.0);
            let mut g =
                diagonal[split] - diagonal[low] + beside[low] / (shift + radius.copysign(shift));
            let (mut sine, mut cosine, mut carried) = (1.0, 1.0, 0.0);
            for i in (low..split).rev() {
                let f = sine * beside[i];
                let b = cosine * beside[i];
                let r = f.hypot(g);
                beside[i + 1] = r;
                if r == 0.0 {
                    diagonal[i + 1] -= carried;
                    beside[split] = 0.0;
                    break;
                }
                sine = f / r;
                cosine = g / r;
                let g_next = diagonal[i + 1] - carried;
                let turn = (diagonal[i] - g_next) * sine + 2.0 * cosine * b;
                carried = sine * turn;
                diagonal[i + 1] = g_next + carried;
                g = cosine * turn - b;
                let f = first[i + 1];
                first[i + 1] = sine * first[i] + cosine * f;
                first[i] = cosine * first[i] - sine * f;
            }
            diagonal[low] -= carried;
            beside[low] = g;
            beside[split] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(points: usize) -> Vec<Outcome> {
        (0..points)
            .map(|i| {
                let z = i as f64 / (points - 1) as f64 * 8.0 - 4.0;
                Outcome {
                    probability: (-z * z / 2.0).exp() * (1.0 + 0.2 * z),
                    spot: 100.0 * (0.1 * z).exp(),
                }
            })
            .map(|o| Outcome {
                probability: o.probability.max(0.0),
                ..o
            })
            .collect()
    }

    /// `n` nodes keep `2n - 1` moments; one node fewer than needed must be seen to fail.
    #[test]
    fn nodes_keep_their_moments() {
        let law = law(41);
        for nodes in [2, 3, 5, 7] {
            let mut few = Vec::new();
            quantise(&law, nodes, &mut few);
            assert_eq!(few.len(), nodes);
            let moment = |outcomes: &[Outcome], k: i32| {
                outcomes
                    .iter()
                    .map(|o| o.probability * ((o.spot - 100.0) / 10.0).powi(k))
                    .sum::<f64>()
            };
            for k in 0..(2 * nodes as i32) {
                let (exact, got) = (moment(&law, k), moment(&few, k));
                assert!(
                    (got - exact).abs() < 1e-9 * (1.0 + exact.abs()),
                    "{nodes} nodes, moment {k}: {got} not {exact}"
                );
            }
            let beyond = 2 * nodes as i32;
            assert!(
                (moment(&few, beyond) - moment(&law, beyond)).abs() > 1e-6,
                "moment {beyond} cannot be met"
            );
        }
    }

    #[test]
    fn small_and_degenerate_laws_come_back_whole() {
        let mut out = Vec::new();
        quantise(
            &[Outcome {
                probability: 1.0,
                spot: 5.0,
            }],
            7,
            &mut out,
        );
        assert_eq!(
            out,
            [Outcome {
                probability: 1.0,
                spot: 5.0
            }]
        );
        out.clear();
        quantise(&[], 7, &mut out);
        assert!(out.is_empty());
    }
}
