//! How the choice settled as the search grew: the root's best two actions after every batch of evaluations.
//!
//! What the tree holds best is not yet the plan's choice: fresh paths rank the tree's finalists. It shows whether more search
//! would have changed them. Points are thinned to a few hundred, each change of the best action is kept.

use search::Edge;

/// Index and worth of an action of the root.
pub(crate) type Ranked = (usize, f64);

/// The root after one batch, in the tree's own unit of worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) simulations: u32,
    pub(crate) evaluations: u32,
    /// Worth of the root.
    pub(crate) root: f64,
    /// The best action and the next best; absent where none was tried yet.
    pub(crate) best: Option<Ranked>,
    pub(crate) second: Option<Ranked>,
    /// Actions tried at least once.
    pub(crate) tried: usize,
}

/// The history of one search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settling {
    /// Every `stride`-th standing, and the last.
    pub(crate) points: Vec<Standing>,
    /// Standings at which the best action was another than before; the first counts.
    pub(crate) changes: Vec<Standing>,
    /// All changes, those beyond [`CHANGES`] included.
    pub(crate) changed: u32,
    stride: u32,
    seen: u32,
    last: Option<Standing>,
}

/// Most points kept.
const POINTS: usize = 256;
/// Most changes kept: the latest.
const CHANGES: usize = 64;

impl Settling {
    /// Notes the root as it stands after a batch.
    pub(crate) fn note(&mut self, standing: Standing) {
        self.stride = self.stride.max(1);
        if let Some(last) = self.last
            && last.simulations == standing.simulations
            && last.evaluations == standing.evaluations
        {
            // The same moment told again, perhaps in more words.
            self.replace(last, standing);
            return;
        }
        let index = |standing: &Standing| standing.best.map(|(index, _)| index);
        if index(&standing).is_some() && index(&standing) != self.last.as_ref().and_then(index) {
            self.changed += 1;
            if self.changes.len() == CHANGES {
                self.changes.remove(0);
            }
            self.changes.push(standing);
        }
        if self.seen.is_multiple_of(self.stride) {
            if self.points.len() == POINTS {
                let mut place = 0;
                self.points.retain(|_| {
                    place += 1;
                    place % 2 == 1
                });
                self.stride *= 2;
            }
            // After thinning, this one may lie between the strides.
            if self.seen.is_multiple_of(self.stride) {
                self.points.push(standing);
            }
        }
        self.seen += 1;
        self.last = Some(standing);
    }

    fn replace(&mut self, last: Standing, standing: Standing) {
        if self.points.last() == Some(&last) {
            self.points.pop();
            self.points.push(standing);
        }
        if last.best.is_none() && standing.best.is_some() && self.changes.is_empty() {
            self.changed += 1;
            self.changes.push(standing);
        }
        self.last = Some(standing);
    }

    /// Makes the last standing a point of its own.
    pub(crate) fn end(&mut self) {
        if let Some(last) = self.last
            && self.points.last() != Some(&last)
        {
            self.points.push(last);
        }
    }

    /// Evaluations after which the best action stayed what it is.
    pub(crate) fn settled_at(&self) -> Option<u32> {
        self.changes.last().map(|change| change.evaluations)
    }
}

/// The best two of the root's actions and how many were tried: greatest worth, then more visits, then the lower index, as the tree itself ranks.
pub(crate) fn best_two<A>(
    edges: impl Iterator<Item = Edge<A>>,
) -> (Option<Ranked>, Option<Ranked>, usize) {
    let mut ranked: Vec<(f64, u32, usize)> = edges
        .filter_map(|edge| Some((edge.worth?, edge.visits, edge.index)))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
    let at = |place: usize| ranked.get(place).map(|&(worth, _, index)| (index, worth));
    (at(0), at(1), ranked.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(evaluations: u32, best: usize) -> Standing {
        Standing {
            simulations: evaluations / 2,
            evaluations,
            root: f64::from(evaluations),
            best: Some((best, 1.0)),
            second: None,
            tried: 3,
        }
    }

    #[test]
    fn it_is_thinned_and_keeps_first_last_and_changes() {
        let mut settling = Settling::default();
        for batch in 0..10_000_u32 {
            let best = usize::from(batch >= 4_321);
            settling.note(standing(batch, best));
        }
        settling.end();
        assert!((POINTS / 2..=POINTS + 1).contains(&settling.points.len()));
        assert_eq!(settling.points[0].evaluations, 0);
        assert_eq!(settling.points.last().unwrap().evaluations, 9_999);
        assert!(settling.points.is_sorted_by_key(|point| point.evaluations));
        assert_eq!(settling.settled_at(), Some(4_321));
        assert_eq!((settling.changed, settling.changes.len()), (2, 2));
    }

    #[test]
    fn changes_are_counted_beyond_those_kept() {
        let mut settling = Settling::default();
        for batch in 0..1_000 {
            settling.note(standing(batch, batch as usize % 2));
        }
        assert_eq!((settling.changed, settling.changes.len()), (1_000, CHANGES));
        assert_eq!(settling.settled_at(), Some(999));
    }
}
