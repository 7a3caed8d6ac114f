//! The Brownian bridge: the end of the path first, then the middle of every gap, so that the first few random numbers
//! carry most of the variance, which is where a Sobol sequence is best.
//!
//! ```text
//! W(m) = ((r - m) W(l) + (m - l) W(r)) / (r - l) + sqrt((m - l) (r - m) / (r - l)) Z
//! ```
//! Source: B. Moskowitz and R. E. Caflisch, Mathematical and Computer Modelling 23 (1996); layout as in P. Jaeckel,
//! Monte Carlo Methods in Finance (2002), chapter 10. Accuracy: rounding only; the law is that of independent steps.

/// The order of construction for a number of equal steps.
#[derive(Clone, Debug)]
pub struct Bridge {
    joints: Vec<Joint>,
}

#[derive(Clone, Debug)]
struct Joint {
    left: usize,
    middle: usize,
    right: usize,
    weight_left: f64,
    weight_right: f64,
    deviation: f64,
}

impl Bridge {
    /// The bridge over `steps` steps of unit variance.
    pub fn new(steps: usize) -> Bridge {
        let mut joints = Vec::with_capacity(steps.saturating_sub(1));
        let mut gaps = std::collections::VecDeque::from([(0, steps)]);
        // Breadth first: all halves before any quarter.
        while let Some((left, right)) = gaps.pop_front() {
            if right - left < 2 {
                continue;
            }
            let middle = left + (right - left) / 2;
            let (before, after) = ((middle - left) as f64, (right - middle) as f64);
            let span = before + after;
            joints.push(Joint {
                left,
                middle,
                right,
                weight_left: after / span,
                weight_right: before / span,
                deviation: (before * after / span).sqrt(),
            });
            gaps.extend([(left, middle), (middle, right)]);
        }
        Bridge { joints }
    }

    /// Turns independent standard normals in the order of construction into those of the steps in time; `path` is
    /// scratch space.
    pub fn steps(&self, normals: &mut [f64], path: &mut Vec<f64>) {
        let count = normals.len();
        if count == 0 {
            return;
        }
        path.clear();
        path.resize(count + 1, 0.0);
        path[count] = (count as f64).sqrt() * normals[0];
        for (joint, z) in self.joints.iter().zip(&normals[1..]) {
            path[joint.middle] = joint.weight_left * path[joint.left]
                + joint.weight_right * path[joint.right]
                + joint.deviation * z;
        }
        for (step, ends) in normals.iter_mut().zip(path.windows(2)) {
            *step = ends[1] - ends[0];
        }
    }

    /// The same joints as a kernel takes them, whose memory is a stack: depth first, so that the value at the left end of a gap is
    /// always the last that was reached. How many joints come before each step; then place in the order of construction, weights
    /// of left and right, deviation, for each joint.
    pub(crate) fn depth_first(&self, steps: usize) -> Vec<f32> {
        let places: std::collections::HashMap<(usize, usize), usize> = (self.joints.iter())
            .enumerate()
            .map(|(k, joint)| ((joint.left, joint.right), k))
            .collect();
        let mut before = vec![0.0; steps];
        let mut rows = Vec::with_capacity(4 * self.joints.len());
        let mut gaps = vec![(0, steps)];
        while let Some((left, right)) = gaps.pop() {
            let Some(&k) = places.get(&(left, right)) else {
                continue;
            };
            let joint = &self.joints[k];
            before[left] += 1.0;
            rows.extend([
                (k + 1) as f32,
                joint.weight_left as f32,
                joint.weight_right as f32,
                joint.deviation as f32,
            ]);
            gaps.extend([(joint.middle, right), (left, joint.middle)]);
        }
        before.extend(rows);
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bridge is linear, so its matrix must be orthogonal: independent normals go in and come out.
    #[test]
    fn steps_stay_independent_standard_normals() {
        for count in [1, 2, 3, 7, 8, 12, 50] {
            let bridge = Bridge::new(count);
            let mut path = Vec::new();
            let rows: Vec<Vec<f64>> = (0..count)
                .map(|i| {
                    let mut unit = vec![0.0; count];
                    unit[i] = 1.0;
                    bridge.steps(&mut unit, &mut path);
                    unit
                })
                .collect();
            for (i, a) in rows.iter().enumerate() {
                for (j, b) in rows.iter().enumerate() {
                    let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                    let expected = f64::from(u8::from(i == j));
                    assert!((product - expected).abs() < 1e-13, "{count}: {i}, {j}");
                }
            }
        }
    }

    /// A walk with a stack makes the same path, and the stack stays shallow.
    #[test]
    fn depth_first_is_the_same_bridge() {
        for count in [1, 2, 3, 7, 8, 12, 50, 1024] {
            let bridge = Bridge::new(count);
            let normals: Vec<f64> = (0..count).map(|i| (1.7 * i as f64).sin()).collect();
            let mut expected = normals.clone();
            bridge.steps(&mut expected, &mut Vec::new());
            let table = bridge.depth_first(count);
            let mut rows = table[count..].chunks_exact(4);
            let mut stack = vec![(count as f64).sqrt() * normals[0]];
            let (mut here, mut deepest) = (0.0, 1);
            for (before, expected) in table[..count].iter().zip(expected) {
                for row in rows.by_ref().take(*before as usize) {
                    let [place, left, right, deviation] = [0, 1, 2, 3].map(|k| f64::from(row[k]));
                    let top = *stack.last().unwrap();
                    stack.push(left * here + right * top + deviation * normals[place as usize]);
                }
                deepest = deepest.max(stack.len());
                let next = stack.pop().unwrap();
                assert!((next - here - expected).abs() < 1e-5, "{count}");
                here = next;
            }
            assert!(stack.is_empty() && rows.next().is_none());
            assert!(deepest <= 12, "{deepest} deep for {count} steps");
        }
    }
}
