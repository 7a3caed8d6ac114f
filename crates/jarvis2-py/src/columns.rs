//! Numbers and numpy's arrays as the columns that `pricing` takes, block by block.
//!
//! A contiguous array of `float64` is read where it lies. A number beside arrays is repeated for one block only. Anything else
//! (other types, strides, arrays that are broadcast) is copied once, by numpy.

use crate::errors::{bad_input, of_pricing};
use numpy::{
    PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArray1, PyReadonlyArrayDyn,
    PyUntypedArrayMethods,
};
use pricing::{Inputs, InputsRef, Quoted, QuotedRef, Right, Status};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyString};

/// Rows at a time: their columns stay in the cache.
const BLOCK: usize = 2048;

/// `call` or `put`, as one or as a column.
pub(crate) enum Rights {
    One(Right),
    Many(Vec<Right>, Vec<usize>),
}

/// A number or an array of numbers.
pub(crate) enum Number<'py> {
    One(f64),
    Many(PyReadonlyArrayDyn<'py, f64>),
}

/// The right in a word: `c`, `call`, `p`, `put` in any case.
pub(crate) fn right_of(word: &str) -> Option<Right> {
    match word {
        "c" | "C" => Some(Right::Call),
        "p" | "P" => Some(Right::Put),
        _ if word.eq_ignore_ascii_case("call") => Some(Right::Call),
        _ if word.eq_ignore_ascii_case("put") => Some(Right::Put),
        _ => None,
    }
}

/// Objects to a right that is neither.
pub(crate) fn bad_right(py: Python<'_>, value: &str, row: Option<usize>) -> PyErr {
    let place = row.map_or(String::new(), |row| format!("row {row}: "));
    let message = format!(
        "{place}right is {value}: write \"c\" or \"call\", \"p\" or \"put\", or in an array True for calls"
    );
    bad_input(py, &message, "right", value, row)
}

impl Rights {
    #[inline]
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> PyResult<Rights> {
        if let Ok(word) = value.cast::<PyString>() {
            let word = word.to_str()?;
            return match right_of(word) {
                Some(right) => Ok(Rights::One(right)),
                None => Err(bad_right(value.py(), &format!("{word:?}"), None)),
            };
        }
        Rights::of_array(value)
    }

    /// Words, bytes, truth values (true: call), or objects that are words.
    fn of_array(value: &Bound<'_, PyAny>) -> PyResult<Rights> {
        let py = value.py();
        let numpy = py.import("numpy")?;
        let array = numpy.call_method1("asarray", (value,))?;
        let shape: Vec<usize> = array.getattr("shape")?.extract()?;
        let dtype = array.getattr("dtype")?;
        let kind: String = dtype.getattr("kind")?.extract()?;
        let flat = numpy.call_method1("ravel", (&array,))?;
        let rights: Vec<Right> = match kind.as_str() {
            "b" => {
                let flat: PyReadonlyArray1<'_, bool> =
                    flat.cast::<PyArray1<bool>>()?.try_readonly()?;
                let right = |&call: &bool| if call { Right::Call } else { Right::Put };
                flat.as_slice()?.iter().map(right).collect()
            }
            "U" if dtype.getattr("isnative")?.extract()? => {
                let width = dtype.getattr("itemsize")?.extract::<usize>()? / 4;
                let letters = flat.call_method1("view", ("u4",))?;
                let letters = letters.cast::<PyArray1<u32>>()?.try_readonly()?;
                words(py, letters.as_slice()?, width)?
            }
            "S" => {
                let width = dtype.getattr("itemsize")?.extract()?;
                let letters = flat.call_method1("view", ("u1",))?;
                let letters = letters.cast::<PyArray1<u8>>()?.try_readonly()?;
                words(py, letters.as_slice()?, width)?
            }
            _ => {
                let mut rights = Vec::with_capacity(shape.iter().product());
                for (row, item) in flat.call_method0("tolist")?.try_iter()?.enumerate() {
                    let item = item?;
                    let right = match item.cast::<PyString>() {
                        Ok(word) => right_of(word.to_str()?),
                        Err(_) => match item.cast::<PyBool>() {
                            Ok(call) if call.is_true() => Some(Right::Call),
                            Ok(_) => Some(Right::Put),
                            Err(_) => None,
                        },
                    };
                    rights.push(right.ok_or_else(|| bad_right(py, &item.to_string(), Some(row)))?);
                }
                rights
            }
        };
        match shape.is_empty() {
            true => Ok(Rights::One(rights[0])),
            false => Ok(Rights::Many(rights, shape)),
        }
    }

    fn shape(&self) -> &[usize] {
        match self {
            Rights::One(_) => &[],
            Rights::Many(_, shape) => shape,
        }
    }

    /// The same in another shape, which numpy's rules allow.
    fn broadcast(self, py: Python<'_>, shape: &[usize]) -> PyResult<Rights> {
        match self {
            Rights::Many(rights, of) if of != shape => {
                let calls: Vec<bool> = rights.iter().map(|&right| right == Right::Call).collect();
                let calls = PyArray1::from_vec(py, calls).reshape(of)?;
                let numpy = py.import("numpy")?;
                let calls = numpy.call_method1("broadcast_to", (calls, shape.to_vec()))?;
                Rights::of_array(&calls)
            }
            rights => Ok(rights),
        }
    }
}

/// Words of `width` letters each, padded with zeros.
fn words<L: Copy + Into<u32>>(py: Python<'_>, letters: &[L], width: usize) -> PyResult<Vec<Right>> {
    let mut rights = Vec::with_capacity(letters.len() / width.max(1));
    for (row, word) in letters.chunks_exact(width.max(1)).enumerate() {
        let first: u32 = word[0].into();
        let right = match (first, width) {
            (0x43 | 0x63, 1) => Some(Right::Call),
            (0x50 | 0x70, 1) => Some(Right::Put),
            _ => right_of(&text(word)),
        };
        match right {
            Some(right) => rights.push(right),
            None => return Err(bad_right(py, &format!("{:?}", text(word)), Some(row))),
        }
    }
    Ok(rights)
}

fn text<L: Copy + Into<u32>>(word: &[L]) -> String {
    let letters = word.iter().map(|&letter| letter.into());
    letters
        .take_while(|&letter| letter != 0)
        .map(|letter| char::from_u32(letter).unwrap_or('?'))
        .collect()
}

impl<'py> Number<'py> {
    #[inline]
    pub(crate) fn of(what: &'static str, value: &Bound<'py, PyAny>) -> PyResult<Number<'py>> {
        if let Ok(number) = value.cast::<PyFloat>() {
            return Ok(Number::One(number.value()));
        }
        Number::of_other(what, value)
    }

    fn of_other(what: &'static str, value: &Bound<'py, PyAny>) -> PyResult<Number<'py>> {
        let py = value.py();
        if value.hasattr("__index__")? && !value.hasattr("__len__")? {
            return value.extract().map(Number::One);
        }
        let array = match value.cast::<PyArrayDyn<f64>>() {
            Ok(array) => array.clone(),
            Err(_) => {
                let numpy = py.import("numpy")?;
                let array = numpy.call_method1("asarray", (value, "f8")).map_err(|error| {
                    let seen = value.get_type();
                    let message = format!("{what}: a number or an array of numbers is needed, not {seen} ({error})");
                    bad_input(py, &message, what, &seen.to_string(), None)
                })?;
                array.cast_into::<PyArrayDyn<f64>>()?
            }
        };
        if array.ndim() == 0 {
            return array.call_method0("item")?.extract().map(Number::One);
        }
        Ok(Number::Many(array.try_readonly()?))
    }

    fn shape(&self) -> &[usize] {
        match self {
            Number::One(_) => &[],
            Number::Many(array) => array.shape(),
        }
    }

    /// The same in another shape, which numpy's rules allow, in the order of C.
    fn broadcast(self, py: Python<'py>, shape: &[usize]) -> PyResult<Number<'py>> {
        match self {
            Number::Many(array)
                if array.shape() != shape
                    || !array.is_c_contiguous()
                    || array.as_slice().is_err() =>
            {
                let numpy = py.import("numpy")?;
                let wide = numpy.call_method1("broadcast_to", (&*array, shape.to_vec()))?;
                let plain = numpy.call_method1("array", (wide, "f8"))?;
                Ok(Number::Many(
                    plain.cast_into::<PyArrayDyn<f64>>()?.try_readonly()?,
                ))
            }
            number => Ok(number),
        }
    }

    fn column(&self) -> PyResult<Column<'_>> {
        Ok(match self {
            Number::One(number) => Column::One(*number),
            Number::Many(array) => Column::Many(array.as_slice()?),
        })
    }
}

/// Everything an option depends on, as it came. The numbers: spot, strike, years, rate, dividend yield, and volatility or price.
pub(crate) struct Arguments<'py> {
    right: Rights,
    numbers: [Number<'py>; 6],
}

/// The names of the numbers in `Arguments`.
pub(crate) const INPUTS: [&str; 6] = ["spot", "strike", "years", "rate", "dividend_yield", "vol"];
pub(crate) const QUOTED: [&str; 6] = ["spot", "strike", "years", "rate", "dividend_yield", "price"];

/// Arguments that are all single, or columns of one shape.
pub(crate) enum Asked<'py> {
    One(Right, [f64; 6]),
    Many(Arguments<'py>, Vec<usize>),
}

impl<'py> Asked<'py> {
    #[inline]
    pub(crate) fn of(
        right: &Bound<'py, PyAny>,
        numbers: [&Bound<'py, PyAny>; 6],
        names: &[&'static str; 6],
    ) -> PyResult<Asked<'py>> {
        let py = right.py();
        let right = Rights::of(right)?;
        let mut found = [const { Number::One(f64::NAN) }; 6];
        let mut single = [f64::NAN; 6];
        let mut all_single = matches!(right, Rights::One(_));
        for i in 0..6 {
            found[i] = Number::of(names[i], numbers[i])?;
            match &found[i] {
                Number::One(number) => single[i] = *number,
                Number::Many(_) => all_single = false,
            }
        }
        if let (Rights::One(right), true) = (&right, all_single) {
            return Ok(Asked::One(*right, single));
        }
        let shapes = std::iter::once(("right", right.shape()))
            .chain(names.iter().copied().zip(found.iter().map(Number::shape)));
        let shape = common_shape(py, shapes)?;
        let right = right.broadcast(py, &shape)?;
        let mut numbers = [const { Number::One(f64::NAN) }; 6];
        for (to, from) in numbers.iter_mut().zip(found) {
            *to = from.broadcast(py, &shape)?;
        }
        Ok(Asked::Many(Arguments { right, numbers }, shape))
    }
}

/// The shape that numpy's rules give: sizes agree from the last one on, or are 1.
fn common_shape<'a>(
    py: Python<'_>,
    shapes: impl Iterator<Item = (&'static str, &'a [usize])> + Clone,
) -> PyResult<Vec<usize>> {
    let depth = shapes
        .clone()
        .map(|(_, shape)| shape.len())
        .max()
        .unwrap_or(0);
    let mut common = vec![1; depth];
    for (what, shape) in shapes.clone() {
        for (size, wide) in shape.iter().rev().zip(common.iter_mut().rev()) {
            if *wide == 1 {
                *wide = *size;
            } else if *size != 1 && *size != *wide {
                let all: Vec<String> = shapes
                    .clone()
                    .filter(|(_, shape)| !shape.is_empty())
                    .map(|(what, shape)| format!("{what} {shape:?}"))
                    .collect();
                let message = format!(
                    "the shapes do not fit each other: {}; sizes must agree, or be 1, from the last dimension on",
                    all.join(", ")
                );
                return Err(bad_input(py, &message, what, &format!("{shape:?}"), None));
            }
        }
    }
    Ok(common)
}

impl Arguments<'_> {
    pub(crate) fn batch(&self, len: usize) -> PyResult<Batch<'_>> {
        let mut numbers = [const { Column::One(f64::NAN) }; 6];
        for (column, number) in numbers.iter_mut().zip(&self.numbers) {
            *column = number.column()?;
        }
        Ok(Batch {
            right: match &self.right {
                Rights::One(right) => Side::One(*right),
                Rights::Many(rights, _) => Side::Many(rights),
            },
            numbers,
            len,
        })
    }
}

/// A column, or one number for all rows.
#[derive(Clone, Copy)]
pub(crate) enum Column<'a> {
    One(f64),
    Many(&'a [f64]),
}

#[derive(Clone, Copy)]
pub(crate) enum Side<'a> {
    One(Right),
    Many(&'a [Right]),
}

/// Many options.
pub(crate) struct Batch<'a> {
    pub(crate) right: Side<'a>,
    pub(crate) numbers: [Column<'a>; 6],
    pub(crate) len: usize,
}

/// What answers a block: rights, the six numbers, room for the answers, a status for each.
pub(crate) type Work<'a, const N: usize> =
    &'a (dyn Fn(&[Right], [&[f64]; 6], [&mut [f64]; N], &mut [Status]) + Sync);

impl Batch<'_> {
    /// Answers all rows into `out` and, where it is not empty, `status`, on so many threads; tells the first row whose input is bad.
    pub(crate) fn run<const N: usize>(
        &self,
        threads: usize,
        out: [&mut [f64]; N],
        status: &mut [u8],
        work: Work<'_, N>,
    ) -> Option<usize> {
        let share = self.len.div_ceil(threads.max(1)).next_multiple_of(BLOCK);
        if share >= self.len {
            return self.part(0, out, status, work);
        }
        let (mut rest, mut rest_of_status) = (out, status);
        std::thread::scope(|scope| {
            let mut hands = Vec::new();
            for start in (0..self.len).step_by(share) {
                let rows = share.min(self.len - start);
                let mine = rest.each_mut().map(|column| {
                    let (head, tail) = std::mem::take(column).split_at_mut(rows);
                    *column = tail;
                    head
                });
                let marked = rows.min(rest_of_status.len());
                let (status, tail) = std::mem::take(&mut rest_of_status).split_at_mut(marked);
                rest_of_status = tail;
                hands.push(scope.spawn(move || self.part(start, mine, status, work)));
            }
            let first = |hand: std::thread::ScopedJoinHandle<'_, _>| match hand.join() {
                Ok(bad) => bad,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            hands.into_iter().filter_map(first).min()
        })
    }

    /// Answers the rows from `start` on, as many as there is room for.
    fn part<const N: usize>(
        &self,
        start: usize,
        mut out: [&mut [f64]; N],
        status: &mut [u8],
        work: Work<'_, N>,
    ) -> Option<usize> {
        let rows = out[0].len();
        let block = BLOCK.min(rows);
        let repeated: [Vec<f64>; 6] = self.numbers.map(|column| match column {
            Column::One(number) => vec![number; block],
            Column::Many(_) => Vec::new(),
        });
        let rights = match self.right {
            Side::One(right) => vec![right; block],
            Side::Many(_) => Vec::new(),
        };
        let mut said = vec![Status::Ok; block];
        let mut bad = None;
        for from in (0..rows).step_by(BLOCK) {
            let len = BLOCK.min(rows - from);
            let at = start + from;
            let right = match self.right {
                Side::One(_) => &rights[..len],
                Side::Many(rights) => &rights[at..at + len],
            };
            let mut numbers: [&[f64]; 6] = [&[]; 6];
            for (i, number) in numbers.iter_mut().enumerate() {
                *number = match self.numbers[i] {
                    Column::One(_) => &repeated[i][..len],
                    Column::Many(column) => &column[at..at + len],
                };
            }
            let room = out.each_mut().map(|column| &mut column[from..from + len]);
            let said = &mut said[..len];
            work(right, numbers, room, said);
            if bad.is_none() && said.iter().any(|&status| status != Status::Ok) {
                bad = said
                    .iter()
                    .position(|&status| status == Status::BadInput)
                    .map(|row| at + row);
            }
            if !status.is_empty() {
                for (to, from) in status[from..from + len].iter_mut().zip(said) {
                    *to = *from as u8;
                }
            }
        }
        bad
    }

    /// All columns written out.
    pub(crate) fn plain(&self) -> (Vec<Right>, [Vec<f64>; 6]) {
        let rights = match self.right {
            Side::One(right) => vec![right; self.len],
            Side::Many(rights) => rights.to_vec(),
        };
        let numbers = self.numbers.map(|column| match column {
            Column::One(number) => vec![number; self.len],
            Column::Many(column) => column.to_vec(),
        });
        (rights, numbers)
    }

    /// Row `i` as numbers.
    fn row(&self, i: usize) -> (Right, [f64; 6]) {
        let right = match self.right {
            Side::One(right) => right,
            Side::Many(rights) => rights[i],
        };
        let number = |column: Column<'_>| match column {
            Column::One(number) => number,
            Column::Many(column) => column[i],
        };
        (right, self.numbers.map(number))
    }

    /// What is wrong with row `i`, if anything is, by the check that one option alone goes through.
    pub(crate) fn objection(
        &self,
        py: Python<'_>,
        i: usize,
        check: impl Fn(Right, [f64; 6]) -> Result<(), pricing::Error>,
    ) -> PyErr {
        let (right, numbers) = self.row(i);
        match check(right, numbers) {
            Err(error) => of_pricing(py, &error, Some(i)),
            Ok(()) => bad_input(
                py,
                &format!("row {i}: an input cannot be used"),
                "row",
                "",
                Some(i),
            ),
        }
    }
}

pub(crate) fn inputs_of(right: Right, numbers: [f64; 6]) -> Inputs {
    let [spot, strike, years, rate, dividend_yield, vol] = numbers;
    Inputs {
        right,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
        vol,
    }
}

pub(crate) fn quoted_of(right: Right, numbers: [f64; 6]) -> Quoted {
    let [spot, strike, years, rate, dividend_yield, price_usd] = numbers;
    Quoted {
        right,
        price_usd,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
    }
}

pub(crate) fn inputs_ref<'a>(right: &'a [Right], numbers: [&'a [f64]; 6]) -> InputsRef<'a> {
    InputsRef::from_columns(right, numbers)
}

pub(crate) fn quoted_ref<'a>(right: &'a [Right], numbers: [&'a [f64]; 6]) -> QuotedRef<'a> {
    let [spot, strike, years, rate, dividend_yield, price_usd] = numbers;
    QuotedRef {
        right,
        price_usd,
        spot,
        strike,
        years,
        rate,
        dividend_yield,
    }
}
