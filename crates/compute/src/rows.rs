//! A kernel over columns in main memory, in as many launches as the device's limits and the budget ask for.

use crate::device::{Gpu, Task};
use crate::pool::{Buffer, padded_bytes};
use crate::{Access, Budget, Error, Kernel, Timing, Word};
use std::time::Duration;

/// What stands at one binding of a kernel that works row by row.
pub enum Column<'a> {
    /// One number a row, read.
    Rows(&'a [f32]),
    /// The same numbers for every row, read.
    Same(&'a [f32]),
    /// One answer a row.
    Answers(&'a mut [f32]),
    /// One word a row, such as a status.
    Words(&'a mut [u32]),
    /// One word: how many invocations have rows in this launch.
    Groups,
}

/// A kernel and its columns on the device.
pub struct Resident {
    gpu: Gpu,
    kernel: Kernel,
    buffers: Vec<Buffer>,
    rows: usize,
    invocations: u64,
}

impl Resident {
    /// Rows that one launch answers.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Launches the kernel so many times, one after another, and waits.
    pub fn run(&self, times: usize, limit: Duration) -> Result<Timing, Error> {
        let buffers: Vec<&Buffer> = self.buffers.iter().collect();
        let task = || Task {
            kernel: &self.kernel,
            buffers: &buffers,
            invocations: self.invocations,
        };
        let tasks: Vec<Task> = (0..times).map(|_| task()).collect();
        self.gpu.run(&tasks, limit)
    }

    /// Reads the first values of the column at `binding`.
    pub fn read<T: Word>(
        &self,
        binding: usize,
        out: &mut [T],
        limit: Duration,
    ) -> Result<(), Error> {
        self.buffers[binding].read(out, limit)
    }
}

/// Rows in one launch at most: enough to fill any device, and short enough that no watchdog wakes up.
const ROWS_PER_LAUNCH_MAX: u64 = 1 << 24;

impl Gpu {
    /// Runs `kernel` over `rows` rows: uploads, launches, reads back, in chunks that the device's largest buffer and the budget
    /// allow. `limit` holds for each chunk. On an error the answers are partly written: use them not.
    pub fn map_rows(
        &self,
        kernel: &Kernel,
        columns: &mut [Column<'_>],
        rows: usize,
        budget: &Budget,
        limit: Duration,
    ) -> Result<(), Error> {
        check(kernel, columns, rows)?;
        if rows == 0 {
            return Ok(());
        }
        let chunk = self.rows_at_once(kernel, columns, rows, budget);
        let buffers: Vec<Buffer> = columns
            .iter()
            .map(|column| match column {
                Column::Same(values) => self.buffer(kernel.name, values.len(), budget),
                Column::Groups => self.buffer(kernel.name, 1, budget),
                _ => self.buffer(kernel.name, chunk, budget),
            })
            .collect::<Result<_, _>>()?;
        for (column, buffer) in columns.iter().zip(&buffers) {
            if let Column::Same(values) = column {
                buffer.write(values)?;
            }
        }
        for from in (0..rows).step_by(chunk) {
            let to = (from + chunk).min(rows);
            let invocations = (to - from).div_ceil(kernel.per_invocation as usize);
            for (column, buffer) in columns.iter().zip(&buffers) {
                match column {
                    Column::Rows(values) => buffer.write(&values[from..to])?,
                    Column::Groups => buffer.write(&[invocations as u32])?,
                    _ => {}
                }
            }
            let task = Task {
                kernel,
                buffers: &buffers.iter().collect::<Vec<_>>(),
                invocations: invocations as u64,
            };
            self.run(&[task], limit)?;
            for (column, buffer) in columns.iter_mut().zip(&buffers) {
                match column {
                    Column::Answers(out) => buffer.read(&mut out[from..to], limit)?,
                    Column::Words(out) => buffer.read(&mut out[from..to], limit)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Puts the columns on the device for launches of `kernel` again and again, answers poisoned. All rows must fit in one launch.
    pub fn resident(
        &self,
        kernel: &Kernel,
        columns: &[Column<'_>],
        rows: usize,
        budget: &Budget,
    ) -> Result<Resident, Error> {
        check(kernel, columns, rows)?;
        let most = self.rows_at_once(kernel, columns, rows, budget);
        if rows > most {
            return Err(Error::Arguments {
                kernel: kernel.name.to_owned(),
                why: format!("{rows} rows stay on the device, but one launch takes {most}"),
            });
        }
        let invocations = rows.div_ceil(kernel.per_invocation as usize);
        let mut buffers = Vec::new();
        for column in columns {
            let elements = match column {
                Column::Same(values) => values.len(),
                Column::Groups => 1,
                _ => most,
            };
            let buffer = self.buffer(kernel.name, elements, budget)?;
            match column {
                Column::Rows(values) | Column::Same(values) => buffer.write(values)?,
                Column::Groups => buffer.write(&[invocations as u32])?,
                Column::Answers(_) | Column::Words(_) => buffer.poison()?,
            }
            buffers.push(buffer);
        }
        Ok(Resident {
            gpu: self.clone(),
            kernel: *kernel,
            buffers,
            rows,
            invocations: invocations as u64,
        })
    }

    /// Rows of one chunk: whole groups of invocations, one at least.
    fn rows_at_once(
        &self,
        kernel: &Kernel,
        columns: &[Column<'_>],
        rows: usize,
        budget: &Budget,
    ) -> usize {
        let group = u64::from(kernel.per_invocation.max(4));
        let row_columns = columns
            .iter()
            .filter(|column| !matches!(column, Column::Same(_) | Column::Groups))
            .count() as u64;
        let same_bytes: u64 = columns
            .iter()
            .map(|column| match column {
                Column::Same(values) => padded_bytes(values.len()).max(256) * 5 / 4,
                Column::Groups => 256,
                _ => 0,
            })
            .sum();
        let (used_bytes, _) = self.held_bytes();
        let free = budget.bytes.saturating_sub(used_bytes + same_bytes);
        // A class may be a quarter larger than what is asked for.
        let by_budget = free / (4 * row_columns.max(1)) * 4 / 5;
        let by_buffer = self.facts().buffer_bytes_max / 4;
        let most = by_budget.min(by_buffer).min(ROWS_PER_LAUNCH_MAX) / group * group;
        (rows as u64).next_multiple_of(group).min(most.max(group)) as usize
    }
}

fn check(kernel: &Kernel, columns: &[Column<'_>], rows: usize) -> Result<(), Error> {
    let wrong = |why: String| {
        Err(Error::Arguments {
            kernel: kernel.name.to_owned(),
            why,
        })
    };
    if columns.len() != kernel.buffers.len() {
        return wrong(format!(
            "{} columns for {} buffers",
            columns.len(),
            kernel.buffers.len()
        ));
    }
    for (at, (column, access)) in columns.iter().zip(kernel.buffers).enumerate() {
        let (length, writes) = match column {
            Column::Rows(values) => (Some(values.len()), false),
            Column::Answers(values) => (Some(values.len()), true),
            Column::Words(values) => (Some(values.len()), true),
            Column::Same(_) | Column::Groups => (None, false),
        };
        if length.is_some_and(|length| length != rows) {
            return wrong(format!("column {at} does not have {rows} rows"));
        }
        if writes == (*access == Access::Read) {
            return wrong(format!("column {at} is used as {access:?}"));
        }
    }
    Ok(())
}
