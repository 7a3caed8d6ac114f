//! The loss as a graph of tensors, and its gradient. The formulas are in the head of the module above.

use burn_tensor::{Bool, Device, Tensor, TensorData, activation};

use super::{Batch, LearnConfig};
use crate::{Error, Linear, Weights};

/// In place of an illegal logit: its chance is exactly 0, and no difference to a finite logit overflows.
const ILLEGAL_LOGIT: f32 = -1e30;

/// What the net's answers cost, before a step.
pub(super) struct Losses {
    pub(super) value: Option<f64>,
    pub(super) policy: Option<f64>,
    pub(super) priorities: Vec<Option<f32>>,
    /// What each row adds to the loss.
    pub(super) rows: Vec<f64>,
}

impl Losses {
    /// The row that costs most, and what.
    pub(super) fn worst(&self) -> (usize, f64) {
        let rows = self.rows.iter().copied().enumerate();
        rows.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
    }
}

/// Each row's share of a weighted mean over the rows that have a target; `None` if none with a weight has.
pub(super) fn shares(batch: &Batch, has_target: impl Fn(usize) -> bool) -> Option<Vec<f64>> {
    let weights = batch.weights.iter().enumerate();
    let weights: Vec<f64> = weights
        .map(|(row, &weight)| {
            if has_target(row) {
                f64::from(weight)
            } else {
                0.0
            }
        })
        .collect();
    let sum: f64 = weights.iter().sum();
    (sum > 0.0).then(|| weights.iter().map(|weight| weight / sum).collect())
}

/// Losses and gradient of a batch that was checked.
pub(super) fn gradient(
    weights: &Weights,
    learn: &LearnConfig,
    batch: &Batch,
    step: u64,
) -> Result<(Losses, Vec<Linear>), Error> {
    let config = weights.config();
    let (rows, policies) = (batch.values.len(), config.policies);
    let device = Device::flex().autodiff();
    let matrix = |numbers: Vec<f32>, shape: [usize; 2]| {
        Tensor::<2>::from_data(TensorData::new(numbers, shape), &device)
    };
    let column = |numbers: Vec<f32>| matrix(numbers, [rows, 1]);

    // Forward: the trunk, then the heads.
    let leaves: Vec<(Tensor<2>, Tensor<2>)> = weights
        .layers()
        .iter()
        .map(|layer| {
            let weight = matrix(layer.weight.clone(), [layer.outputs, layer.inputs]);
            let bias = matrix(layer.bias.clone(), [1, layer.outputs]);
            (weight.require_grad(), bias.require_grad())
        })
        .collect();
    let dense = |x: Tensor<2>, (weight, bias): &(Tensor<2>, Tensor<2>)| {
        x.matmul(weight.clone().transpose()) + bias.clone()
    };
    let (trunk, heads) = leaves.split_at(config.hidden.len());
    let mut x = matrix(batch.features.to_vec(), [rows, config.inputs]);
    for layer in trunk {
        x = activation::relu(dense(x, layer));
    }

    let target = batch.values.iter().map(|value| value.unwrap_or(0.0));
    let error = dense(x.clone(), &heads[0]) - column(target.collect());
    let held = error.clone().clamp(-learn.huber_delta, learn.huber_delta);
    let value_loss = held.clone() * (error.clone() - held / 2.0);

    let policy_loss = heads.get(1).map(|head| {
        let illegal: Vec<bool> = batch.legal.iter().map(|legal| !legal).collect();
        let illegal = TensorData::new(illegal, [rows, policies]);
        let illegal = Tensor::<2, Bool>::from_data(illegal, &device);
        let logits = dense(x, head).mask_fill(illegal, ILLEGAL_LOGIT);
        let chances = matrix(batch.policies.to_vec(), [rows, policies]);
        -(activation::log_softmax(logits, 1) * chances).sum_dim(1)
    });

    let read = |what, tensor: &Tensor<2>| {
        let numbers = numbers(tensor.clone().inner());
        match numbers.iter().position(|x| !x.is_finite()) {
            None => Ok(numbers),
            Some(row) => Err(Error::Diverged {
                what,
                step,
                row,
                value: f64::from(numbers[row]),
            }),
        }
    };
    let errors = read("value error", &error)?;
    let has_policy = |row: usize| batch.legal[row * policies..][..policies].contains(&true);
    let mut losses = Losses {
        value: None,
        policy: None,
        priorities: batch
            .values
            .iter()
            .zip(&errors)
            .map(|(value, error)| value.map(|_| error.abs()))
            .collect(),
        rows: vec![0.0; rows],
    };
    let mut loss: Option<Tensor<1>> = None;
    let mut add = |what, tensor: Tensor<2>, scale: f64, shares: Option<Vec<f64>>| {
        let costs = read(what, &tensor)?;
        let Some(shares) = shares else {
            return Ok(None);
        };
        let parts = costs
            .iter()
            .zip(&shares)
            .map(|(&cost, share)| f64::from(cost) * share);
        let parts: Vec<f64> = parts.collect();
        for (row, part) in losses.rows.iter_mut().zip(&parts) {
            *row += scale * part;
        }
        let shares = column(shares.iter().map(|share| (scale * share) as f32).collect());
        let term = (tensor * shares).sum();
        loss = Some(match loss.take() {
            None => term,
            Some(loss) => loss + term,
        });
        Ok::<_, Error>(Some(parts.iter().sum()))
    };
    let value_shares = shares(batch, |row| batch.values[row].is_some());
    losses.value = add("value loss", value_loss, learn.value_scale, value_shares)?;
    if let Some(policy_loss) = policy_loss {
        let policy_shares = shares(batch, has_policy);
        losses.policy = add(
            "policy loss",
            policy_loss,
            learn.policy_scale,
            policy_shares,
        )?;
    }

    // Backward. A head that no row asks for has no gradient.
    let mut gradients = loss.as_ref().map(Tensor::backward);
    let mut of = |leaf: &Tensor<2>, len: usize| {
        let found = gradients.as_mut().and_then(|all| leaf.grad_remove(all));
        found.map_or_else(|| vec![0.0; len], numbers)
    };
    let layers = weights.layers().iter().zip(&leaves);
    let gradient = layers.map(|(layer, (weight, bias))| {
        let mut gradient = Linear {
            name: layer.name.clone(),
            inputs: layer.inputs,
            outputs: layer.outputs,
            weight: of(weight, layer.weight.len()),
            bias: of(bias, layer.bias.len()),
        };
        if learn.l2 > 0.0 {
            for (g, w) in gradient.weight.iter_mut().zip(&layer.weight) {
                *g += learn.l2 as f32 * w;
            }
        }
        gradient
    });
    Ok((losses, gradient.collect()))
}

/// A tensor's numbers, row by row.
fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    let data = tensor.into_data();
    data.try_into_vec().expect("tensors here are made of f32")
}
