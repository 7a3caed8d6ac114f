//! What can go wrong here, said so that the reader knows what to do.

use std::path::PathBuf;

/// What can go wrong in `nn`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A net that cannot be built.
    #[error(
        "a net with {what} = {value} cannot be built: {why}; change the net's description (`nn::Config`)"
    )]
    Config {
        /// Which part of the description.
        what: String,
        /// Its value.
        value: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A tensor whose shape is not the one that the net's description asks for.
    #[error(
        "tensor `{name}` has shape {found:?}, the net wants {wanted:?} (rows are outputs, as in `nn.Linear`); \
         load weights of this architecture, or transpose the tensor if its sides are swapped"
    )]
    Shape {
        /// The tensor's name.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// The shape that it should have.
        wanted: Vec<usize>,
    },
    /// A tensor in another number format.
    #[error(
        "tensor `{name}` holds {found} numbers, only F32 is read; save the weights as 32-bit floats"
    )]
    Format {
        /// The tensor's name.
        name: String,
        /// Its number format.
        found: String,
    },
    /// A tensor that the net needs and the file lacks.
    #[error(
        "there is no tensor `{name}`; the file has: {found}. Save the net under the names that `nn::file` lists"
    )]
    Missing {
        /// The tensor's name.
        name: String,
        /// What there is.
        found: String,
    },
    /// A tensor that belongs to no layer of the net.
    #[error(
        "tensor `{name}` belongs to no layer of a net {architecture}; a part of the net would be left out, so nothing was loaded. Save this net alone"
    )]
    Unexpected {
        /// The tensor's name.
        name: String,
        /// The net's sizes.
        architecture: String,
    },
    /// A weight that is NaN or infinite.
    #[error(
        "weight {value} at [{row}, {column}] of tensor `{name}` is not a finite number; training has diverged: go back to an earlier file"
    )]
    Weight {
        /// The tensor's name.
        name: String,
        /// Output.
        row: usize,
        /// Input; 0 in a bias.
        column: usize,
        /// The weight.
        value: f32,
    },
    /// A file that is not safetensors or is cut off.
    #[error("the weights are no whole safetensors file ({why}); copy or write it again")]
    Damaged {
        /// What the reader said.
        why: String,
    },
    /// The numbers are not those that were saved.
    #[error(
        "the weights' checksum is {found}, the file says {wanted}: some bytes changed after it was saved; copy it again, or save it anew from its source"
    )]
    Checksum {
        /// Computed from the file's content.
        found: String,
        /// Written in the file.
        wanted: String,
    },
    /// Facts about the net are missing in the file's metadata.
    #[error(
        "the file's metadata has no `{key}`; if it comes from PyTorch or MLX, save it with `save` of `crates/nn/peers/torch_twin.py`, which adds schema, architecture and checksum"
    )]
    Metadata {
        /// The key that is missing.
        key: &'static str,
    },
    /// A piece of metadata that cannot be read.
    #[error("the file's metadata says `{key}` = \"{value}\", which is not {wanted}; save it anew")]
    MetadataValue {
        /// Which key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// Written by a later version of this program.
    #[error(
        "the file has schema {found}, this program reads up to {newest}; update the program, or save the weights with an older one"
    )]
    Newer {
        /// The file's schema.
        found: u32,
        /// The newest that is known.
        newest: u32,
    },
    /// A weight beyond what a 16-bit float can hold.
    #[error(
        "weight {value} at [{row}, {column}] of tensor `{name}` is beyond the largest 16-bit float, 65504; export in 32-bit floats"
    )]
    Half {
        /// The tensor's name.
        name: String,
        /// Output.
        row: usize,
        /// Input; 0 in a bias.
        column: usize,
        /// The weight.
        value: f32,
    },
    /// A place to write to where something is already.
    #[error(
        "{} is there already, and nothing is overwritten; name another place, or remove it first", path.display()
    )]
    Taken {
        /// Which place.
        path: PathBuf,
    },
    /// A slice of the wrong length.
    #[error(
        "{what} has {found} numbers; {rows} rows of {each} are wanted: the rows are counted by `values`"
    )]
    Length {
        /// Which slice.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Rows in the batch.
        rows: usize,
        /// Numbers in one row.
        each: usize,
    },
    /// An input that is NaN or infinite. No row of the batch was judged; the outputs hold NaN.
    #[error(
        "input {value} at row {row}, column {column} is not a finite number; encode a missing fact as a number of its own"
    )]
    Input {
        /// Row in the batch.
        row: usize,
        /// Place in the row.
        column: usize,
        /// The input.
        value: f32,
    },
    /// Finite inputs and weights, but sums beyond what `f32` can hold. The outputs hold NaN.
    #[error(
        "the outputs of row {row} overflow; its largest input is {largest}: scale the inputs to about 1"
    )]
    Overflow {
        /// Row in the batch.
        row: usize,
        /// The largest magnitude among its inputs.
        largest: f32,
    },
    /// This build has no such way to compute.
    #[error("{what} is not in this build ({why}); use `Net::new`, which runs everywhere")]
    Absent {
        /// What was asked for.
        what: &'static str,
        /// Where it would be.
        why: &'static str,
    },
    /// Core ML refused.
    #[error("Core ML could not {action}: {why}; use `Net::new`, which runs everywhere")]
    CoreMl {
        /// What was asked of it.
        action: &'static str,
        /// What it said.
        why: String,
    },
    /// Core ML answers, but not what the weights say.
    #[error(
        "Core ML's answers are off by {off:.1e} of the largest, {limit:.0e} is allowed: it is not used; use `Net::new`, which runs everywhere"
    )]
    Unproven {
        /// The largest difference from the exact answers, as a part of the largest of these.
        off: f64,
        /// How large it may be.
        limit: f64,
    },
    /// A way of learning that leads nowhere.
    #[error(
        "{what} = {value} teaches nothing: it must be {wanted}; change it in `nn::train::LearnConfig`"
    )]
    Learn {
        /// Which field.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it should be.
        wanted: &'static str,
    },
    /// A row of a batch that cannot be learned from. No weight was changed.
    #[error(
        "row {row} of the batch has {what} ({value}); mend or leave out the row where batches are made"
    )]
    Target {
        /// What is wrong.
        what: &'static str,
        /// Row in the batch.
        row: usize,
        /// The number.
        value: f32,
    },
    /// No row of a batch has both a weight and a target. No weight was changed.
    #[error(
        "none of the batch's {rows} rows has a weight above 0 and a target, so there is nothing to learn; draw another batch"
    )]
    NothingToLearn {
        /// Rows in the batch.
        rows: usize,
    },
    /// A row's loss that is NaN or infinite. No weight was changed.
    #[error(
        "the {what} at row {row} in step {step} is {value}: no weight was changed; scale targets and inputs to about 1, or go \
         on from an earlier checkpoint with a lower learning rate"
    )]
    Diverged {
        /// Which number.
        what: &'static str,
        /// The step that was not taken, from 1.
        step: u64,
        /// Row in the batch.
        row: usize,
        /// Its value.
        value: f64,
    },
    /// A gradient that is NaN or infinite although every loss is finite. No weight was changed.
    #[error(
        "the gradient of step {step} has the length {norm}, and row {row} the largest loss ({loss}): no weight was changed; \
         scale targets and inputs to about 1, or go on from an earlier checkpoint with a lower learning rate"
    )]
    Gradient {
        /// The step that was not taken, from 1.
        step: u64,
        /// Its length.
        norm: f64,
        /// Row in the batch that adds most to the loss.
        row: usize,
        /// What it adds.
        loss: f64,
    },
    /// A file of weights where a learner was wanted.
    #[error(
        "the file holds weights but no state of a learner; begin anew from them with `Weights::load` and `Learner::from_weights`"
    )]
    NoCheckpoint,
    /// A learner of a net of another shape.
    #[error(
        "the file is of a net {found}, {wanted} is wanted; ask for that net, or begin a new run in another folder"
    )]
    OtherNet {
        /// The file's net.
        found: String,
        /// The net asked for.
        wanted: String,
    },
    /// The system refused to read or write a file.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// "read" or "write".
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something is wrong with the content of a file.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: Box<Error>,
    },
    /// A device that failed or has no room.
    #[error(transparent)]
    Device(#[from] compute::Error),
}
