//! Numbers and numpy's arrays as the columns that `pricing` takes, block by block.
//!
//! A contiguous array of `float64` is read where it lies. A number beside arrays is repeated for one block only. Anything else
//! (other types, strides, arrays that are broadcast) is copied once, by numpy.

use crate::errors::{bad_input, of_pricing};
use crate::numbers::Real;
use numpy::{
    PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArray1, PyReadonlyArrayDyn,
    PyUntypedArrayMethods,
};
use pricing::{Inputs, InputsRef, Quoted, QuotedRef, Right, Status};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyString, PyType};

/// Rows at a time: their columns stay in the cache.
const BLOCK: usize = 2048;

/// `call` or `put`, as one or as a column, with its shape.
pub(crate) enum Rights<'py> {
    One(Right),
    Many(Words<'py>, Vec<usize>),
}

/// A column of rights, flat, as it came where that can be read in passing.
pub(crate) enum Words<'py> {
    /// One letter each, as numpy keeps text.
    Letters(PyReadonlyArray1<'py, u32>),
    /// Truth values, a byte each: 0 is a put.
    Truths(PyReadonlyArray1<'py, u8>),
    Known(Vec<Right>),
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

impl<'py> Rights<'py> {
    #[inline]
    pub(crate) fn of(value: &Bound<'py, PyAny>) -> PyResult<Rights<'py>> {
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
    fn of_array(value: &Bound<'py, PyAny>) -> PyResult<Rights<'py>> {
        let py = value.py();
        let numpy = py.import("numpy")?;
        if is_masked(value)? {
            let mask = numpy.call_method1("ravel", (value.getattr("mask")?,))?;
            if mask.call_method0("any")?.extract()? {
                let mask = numpy.call_method1("broadcast_to", (mask, value.getattr("size")?))?;
                let row: usize = mask.call_method0("argmax")?.extract()?;
                return Err(bad_right(py, "masked", Some(row)));
            }
        }
        let array = numpy.call_method1("asarray", (value,))?;
        let shape: Vec<usize> = array.getattr("shape")?.extract()?;
        if shape.is_empty() {
            let item = array.call_method0("item")?;
            return match right_of_object(&item)? {
                Some(right) => Ok(Rights::One(right)),
                None => Err(bad_right(py, &item.repr()?.to_string(), None)),
            };
        }
        let dtype = array.getattr("dtype")?;
        let kind: String = dtype.getattr("kind")?.extract()?;
        let bytes: usize = dtype.getattr("itemsize")?.extract()?;
        let native = dtype.getattr("isnative")?.extract()?;
        let flat = numpy.call_method1("ravel", (&array,))?;
        let words = match kind.as_str() {
            "b" => Words::Truths(column(&flat.call_method1("view", ("u1",))?)?),
            "U" if native && bytes == 4 => {
                Words::Letters(column(&flat.call_method1("view", ("u4",))?)?)
            }
            "U" if native && bytes > 4 => {
                let letters = column::<u32>(&flat.call_method1("view", ("u4",))?)?;
                Words::Known(words(py, letters.as_slice()?, bytes / 4)?)
            }
            "S" if bytes > 0 => {
                let letters = column::<u8>(&flat.call_method1("view", ("u1",))?)?;
                Words::Known(words(py, letters.as_slice()?, bytes)?)
            }
            _ => {
                let mut rights = Vec::with_capacity(shape.iter().product());
                for (row, item) in flat.call_method0("tolist")?.try_iter()?.enumerate() {
                    let item = item?;
                    match right_of_object(&item)? {
                        Some(right) => rights.push(right),
                        None => return Err(bad_right(py, &item.repr()?.to_string(), Some(row))),
                    }
                }
                Words::Known(rights)
            }
        };
        Ok(Rights::Many(words, shape))
    }

    fn shape(&self) -> &[usize] {
        match self {
            Rights::One(_) => &[],
            Rights::Many(_, shape) => shape,
        }
    }

    /// The rights of an argument in another shape, which numpy's rules allow.
    fn broadcast(self, value: &Bound<'py, PyAny>, shape: &[usize]) -> PyResult<Rights<'py>> {
        match &self {
            Rights::Many(_, of) if of != shape => {
                let numpy = value.py().import("numpy")?;
                let wide = numpy.call_method1("broadcast_to", (value, shape.to_vec()))?;
                Rights::of_array(&wide)
            }
            _ => Ok(self),
        }
    }
}

/// A flat array, to be read.
fn column<'py, T: numpy::Element>(flat: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray1<'py, T>> {
    Ok(flat.cast::<PyArray1<T>>()?.try_readonly()?)
}

fn right_of_object(item: &Bound<'_, PyAny>) -> PyResult<Option<Right>> {
    if let Ok(word) = item.cast::<PyString>() {
        return Ok(right_of(word.to_str()?));
    }
    if let Ok(word) = item.cast::<PyBytes>() {
        return Ok(std::str::from_utf8(word.as_bytes()).ok().and_then(right_of));
    }
    Ok(item.cast::<PyBool>().ok().map(|call| match call.is_true() {
        true => Right::Call,
        false => Right::Put,
    }))
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
        if value.is_instance_of::<PyInt>() {
            // One too large for a float is infinite, which no input may be.
            return Ok(Number::One(value.extract::<Real>()?.0));
        }
        let array = floats(what, value)?;
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
                let plain = numpy.call_method1("require", (wide, "f8", ["C", "A"]))?;
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

/// An array of `float64`: the one that came, or a copy of what are numbers (real ones and truth values, or objects that are). What is
/// masked, and `None` among objects, is NaN.
pub(crate) fn floats<'py>(
    what: &str,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyArrayDyn<f64>>> {
    let py = value.py();
    let masked = is_masked(value)?;
    if let (false, Ok(array)) = (masked, value.cast::<PyArrayDyn<f64>>()) {
        return Ok(array.clone());
    }
    let refused = |seen: &str, why: &str| {
        let message =
            format!("{what}: a number or an array of numbers is needed, not {seen} ({why})");
        bad_input(py, &message, what, seen, None)
    };
    let unreadable =
        |error: PyErr| refused(&value.get_type().to_string(), &error.value(py).to_string());
    let numpy = py.import("numpy")?;
    let array = match masked {
        true => value.clone(),
        false => numpy
            .call_method1("asarray", (value,))
            .map_err(unreadable)?,
    };
    let dtype = array.getattr("dtype")?;
    let kind: String = dtype.getattr("kind")?.extract()?;
    let remedy = match kind.as_str() {
        "f" | "i" | "u" | "b" | "O" => None,
        "c" => Some("complex; give its `.real`"),
        "m" => Some(
            "spans of time; divide them by one, such as `/ np.timedelta64(1, \"D\") / 365` for years",
        ),
        "M" => Some("moments; give years from now, 365 days each"),
        "U" | "S" | "T" => Some("text; convert it with `.astype(float)`"),
        "V" => Some("records; give one field"),
        _ => Some("no numbers"),
    };
    if let Some(remedy) = remedy {
        return Err(refused(&format!("{dtype} of kind {kind:?}"), remedy));
    }
    let array = match (masked, kind.as_str()) {
        (false, _) => array,
        (true, "O") => array.call_method1("filled", (f64::NAN,))?,
        (true, _) => array
            .call_method1("astype", ("f8",))?
            .call_method1("filled", (f64::NAN,))?,
    };
    if kind == "O" {
        let items = numpy
            .call_method1("ravel", (&array,))?
            .call_method0("tolist")?;
        let numbers = PyList::empty(items.py());
        for (row, item) in items.try_iter()?.enumerate() {
            let item = item?;
            if is_null(&item)? {
                numbers.append(f64::NAN)?;
            } else if is_number(&item)? {
                numbers.append(item)?;
            } else {
                let why = format!("kind \"O\", and row {row} is {}", item.repr()?);
                return Err(refused(&item.get_type().to_string(), &why));
            }
        }
        let shape = array.getattr("shape")?;
        let numbers = numpy
            .call_method1("asarray", (numbers, "f8"))
            .map_err(unreadable)?;
        return Ok(numbers.call_method1("reshape", (shape,))?.cast_into()?);
    }
    let array = numpy
        .call_method1("asarray", (array, "f8"))
        .map_err(unreadable)?;
    Ok(array.cast_into()?)
}

/// Whether it is an array of which numpy hides some.
pub(crate) fn is_masked(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    static PLAIN: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    // To ask a plain array for what it does not have costs more than to price it.
    let plain = PLAIN.import(value.py(), "numpy", "ndarray")?;
    Ok(!value.get_type().is(plain) && value.hasattr("filled")? && value.hasattr("mask")?)
}

/// Whether an object stands for a missing one: `None`, or pandas' `NA`.
fn is_null(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    if item.is_none() {
        return Ok(true);
    }
    let kind = item.get_type();
    Ok(kind.name()? == "NAType" && kind.module()?.to_string().starts_with("pandas."))
}

/// Whether an object is a real number: Python's, numpy's, or any other that becomes a float.
fn is_number(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    match item.getattr_opt("dtype")? {
        Some(dtype) => {
            let kind = dtype.getattr_opt("kind")?;
            let kind = kind.and_then(|kind| kind.extract::<String>().ok());
            Ok(kind.is_some_and(|kind| ["f", "i", "u", "b"].contains(&kind.as_str())))
        }
        None => Ok(item.hasattr("__float__")? || item.hasattr("__index__")?),
    }
}

/// Everything an option depends on, as it came. The numbers: spot, strike, years, rate, dividend yield, and volatility or price.
pub(crate) struct Arguments<'py> {
    right: Rights<'py>,
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
        let given = right;
        let right = Rights::of(given)?;
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
        let right = right.broadcast(given, &shape)?;
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
                Rights::Many(Words::Letters(letters), _) => Side::Letters(letters.as_slice()?),
                Rights::Many(Words::Truths(truths), _) => Side::Truths(truths.as_slice()?),
                Rights::Many(Words::Known(rights), _) => Side::Many(rights),
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
    Letters(&'a [u32]),
    Truths(&'a [u8]),
    Many(&'a [Right]),
}

impl Side<'_> {
    /// Row `i`, if it is a right.
    fn get(&self, i: usize) -> Option<Right> {
        match *self {
            Side::One(right) => Some(right),
            Side::Letters(letters) => right_of(&text(&letters[i..=i])),
            Side::Truths(truths) => Some(if truths[i] == 0 {
                Right::Put
            } else {
                Right::Call
            }),
            Side::Many(rights) => Some(rights[i]),
        }
    }
}

/// What a block of letters means; whether all of them are letters that we know.
fn read_letters(letters: &[u32], out: &mut [Right]) -> bool {
    let mut known = true;
    for (letter, right) in letters.iter().zip(out) {
        // To lower case, where it is a letter.
        let lower = letter | 0x20;
        known &= (lower == u32::from('c')) | (lower == u32::from('p'));
        *right = if lower == u32::from('p') {
            Right::Put
        } else {
            Right::Call
        };
    }
    known
}

/// Many options.
pub(crate) struct Batch<'a> {
    pub(crate) right: Side<'a>,
    pub(crate) numbers: [Column<'a>; 6],
    pub(crate) len: usize,
}

/// The first rows of a batch that something is wrong with.
#[derive(Clone, Copy, Default)]
pub(crate) struct Met {
    /// A number cannot be used.
    pub(crate) bad: Option<usize>,
    /// A letter is no right; rows after it were not answered.
    pub(crate) unknown: Option<usize>,
}

impl Met {
    /// Of two parts of a batch.
    fn and(self, other: Met) -> Met {
        let first = |a: Option<usize>, b: Option<usize>| a.into_iter().chain(b).min();
        Met {
            bad: first(self.bad, other.bad),
            unknown: first(self.unknown, other.unknown),
        }
    }
}

/// What answers a block: rights, the six numbers, room for the answers, a status for each.
pub(crate) type Work<'a, const N: usize> =
    &'a (dyn Fn(&[Right], [&[f64]; 6], [&mut [f64]; N], &mut [Status]) + Sync);

impl Batch<'_> {
    /// Answers all rows into `out` and, where it is not empty, `status`, on so many threads; tells what it met. A letter that is
    /// no right ends it.
    pub(crate) fn run<const N: usize>(
        &self,
        threads: usize,
        out: [&mut [f64]; N],
        status: &mut [u8],
        work: Work<'_, N>,
    ) -> Met {
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
                Ok(met) => met,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            hands.into_iter().map(first).fold(Met::default(), Met::and)
        })
    }

    /// Answers the rows from `start` on, as many as there is room for.
    fn part<const N: usize>(
        &self,
        start: usize,
        mut out: [&mut [f64]; N],
        status: &mut [u8],
        work: Work<'_, N>,
    ) -> Met {
        let rows = out[0].len();
        let block = BLOCK.min(rows);
        let repeated: [Vec<f64>; 6] = self.numbers.map(|column| match column {
            Column::One(number) => vec![number; block],
            Column::Many(_) => Vec::new(),
        });
        let mut rights = match self.right {
            Side::One(right) => vec![right; block],
            Side::Many(_) => Vec::new(),
            _ => vec![Right::Call; block],
        };
        let mut said = vec![Status::Ok; block];
        let mut met = Met::default();
        for from in (0..rows).step_by(BLOCK) {
            let len = BLOCK.min(rows - from);
            let at = start + from;
            let right = match self.right {
                Side::One(_) => &rights[..len],
                Side::Many(rights) => &rights[at..at + len],
                Side::Letters(letters) => {
                    if !read_letters(&letters[at..at + len], &mut rights[..len]) {
                        let unknown = (at..at + len).find(|&row| self.right.get(row).is_none());
                        met.unknown = unknown.or(Some(at));
                        return met;
                    }
                    &rights[..len]
                }
                Side::Truths(truths) => {
                    for (truth, right) in truths[at..at + len].iter().zip(&mut rights) {
                        *right = if *truth == 0 { Right::Put } else { Right::Call };
                    }
                    &rights[..len]
                }
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
            if met.bad.is_none() && said.iter().any(|&status| status != Status::Ok) {
                met.bad = said
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
        met
    }

    /// All columns written out; a right that is none is a call.
    pub(crate) fn plain(&self) -> (Vec<Right>, [Vec<f64>; 6]) {
        let right = |row| self.right.get(row).unwrap_or(Right::Call);
        let numbers = self.numbers.map(|column| match column {
            Column::One(number) => vec![number; self.len],
            Column::Many(column) => column.to_vec(),
        });
        ((0..self.len).map(right).collect(), numbers)
    }

    /// The letter in row `i` where a right should be, if it is none.
    pub(crate) fn unknown_right(&self, i: usize) -> Option<String> {
        match (self.right, self.right.get(i)) {
            (Side::Letters(letters), None) => Some(text(&letters[i..=i])),
            _ => None,
        }
    }

    /// What is wrong with row `i`, if anything is, by the check that one option alone goes through.
    pub(crate) fn objection(
        &self,
        py: Python<'_>,
        i: usize,
        check: impl Fn(Right, [f64; 6]) -> Result<(), pricing::Error>,
    ) -> PyErr {
        if let Some(letter) = self.unknown_right(i) {
            return bad_right(py, &format!("{letter:?}"), Some(i));
        }
        let right = self.right.get(i).unwrap_or(Right::Call);
        let numbers = self.numbers.map(|column| match column {
            Column::One(number) => number,
            Column::Many(column) => column[i],
        });
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
