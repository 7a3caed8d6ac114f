//! The calls to Core ML. No Mac has run them.

#![allow(unsafe_code)] // Apple's interface: every call of it is foreign.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use block2::RcBlock;
use objc2::AnyThread;
use objc2::rc::{Retained, autoreleasepool};
use objc2::runtime::{AnyObject, ProtocolObject};
use objc2_core_ml::{
    MLComputeUnits, MLDictionaryFeatureProvider, MLFeatureProvider, MLFeatureValue, MLModel,
    MLModelConfiguration, MLMultiArray, MLMultiArrayDataType,
};
use objc2_foundation::{NSArray, NSDictionary, NSError, NSNumber, NSString, NSURL};

use super::{Predict, Units};
use crate::export::{FEATURES, POLICY, VALUE};
use crate::{Config, Error};

/// A model that is loaded. The model goes before its files do.
pub(super) struct Model {
    model: Retained<MLModel>,
    _compiled: Compiled,
    inputs: usize,
}

/// What Core ML compiled, in a temporary place.
struct Compiled(Option<PathBuf>);

impl Drop for Compiled {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            // What cannot be removed is the system's to clear.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl Model {
    pub(super) fn open(package: &Path, config: &Config, units: Units) -> Result<Model, Error> {
        let units = match units {
            Units::Cpu => MLComputeUnits::CPUOnly,
            Units::CpuAndGpu => MLComputeUnits::CPUAndGPU,
            Units::CpuAndNeuralEngine => MLComputeUnits::CPUAndNeuralEngine,
            Units::All => MLComputeUnits::All,
        };
        autoreleasepool(|_| {
            let url = NSURL::from_directory_path(package).ok_or_else(|| {
                let why = format!("{} is no path that it knows", package.display());
                unfit("find the package", why)
            })?;
            #[expect(
                deprecated,
                reason = "the caller waits anyway: nothing is gained by a handler"
            )]
            // SAFETY: a valid object goes in.
            let url = unsafe { MLModel::compileModelAtURL_error(&url) }
                .map_err(refused("compile the package"))?;
            let compiled = Compiled(url.to_file_path());
            // SAFETY: valid objects; making a configuration and setting its units have no conditions.
            let model = unsafe {
                let configuration = MLModelConfiguration::new();
                configuration.setComputeUnits(units);
                MLModel::modelWithContentsOfURL_configuration_error(&url, &configuration)
            }
            .map_err(refused("load the model"))?;
            Ok(Model {
                model,
                _compiled: compiled,
                inputs: config.inputs,
            })
        })
    }
}

impl Predict for Model {
    fn predict(
        &mut self,
        inputs: &[f32],
        values: &mut [f32],
        policies: &mut [f32],
    ) -> Result<(), Error> {
        autoreleasepool(|_| {
            let features = array(inputs, values.len(), self.inputs)?;
            // SAFETY: a valid array goes in.
            let features = unsafe { MLFeatureValue::featureValueWithMultiArray(&features) };
            let features: &AnyObject = &features;
            let all = NSDictionary::from_slices(&[&*NSString::from_str(FEATURES)], &[features]);
            // SAFETY: a dictionary of texts and feature values, as asked for.
            let provider = unsafe {
                MLDictionaryFeatureProvider::initWithDictionary_error(
                    MLDictionaryFeatureProvider::alloc(),
                    &all,
                )
            }
            .map_err(refused("take the inputs"))?;
            // SAFETY: a valid provider; this model is used by this thread alone.
            let answers = unsafe {
                let provider = ProtocolObject::from_ref(&*provider);
                self.model.predictionFromFeatures_error(provider)
            }
            .map_err(refused("judge the batch"))?;
            let rows = values.len();
            read(&answers, VALUE, rows, values)?;
            if !policies.is_empty() {
                read(&answers, POLICY, rows, policies)?;
            }
            Ok(())
        })
    }
}

fn refused(action: &'static str) -> impl Fn(Retained<NSError>) -> Error {
    move |error| Error::CoreMl {
        action,
        why: error.localizedDescription().to_string(),
    }
}

fn unfit(action: &'static str, why: String) -> Error {
    Error::CoreMl { action, why }
}

/// Rows as an array of Core ML's.
fn array(inputs: &[f32], rows: usize, columns: usize) -> Result<Retained<MLMultiArray>, Error> {
    let action = "take the inputs";
    let shape = [rows, columns].map(NSNumber::new_usize);
    let shape = NSArray::from_retained_slice(&shape);
    // SAFETY: sizes that are not negative; the array is filled before anyone reads it.
    let array = unsafe {
        MLMultiArray::initWithShape_dataType_error(
            MLMultiArray::alloc(),
            &shape,
            MLMultiArrayDataType::Float32,
        )
    }
    .map_err(refused(action))?;
    let filled = Cell::new(false);
    let fill = RcBlock::new(
        |to: NonNull<c_void>, size: isize, _strides: NonNull<NSArray<NSNumber>>| {
            if usize::try_from(size).is_ok_and(|size| size >= size_of_val(inputs)) {
                // SAFETY: the place has room, as just checked, is ours while the block runs, and its rows lie behind one another:
                // so Core ML lays out an array that is made from its shape alone.
                unsafe {
                    to.cast::<f32>()
                        .copy_from_nonoverlapping(NonNull::from(inputs).cast(), inputs.len());
                }
                filled.set(true);
            }
        },
    );
    // SAFETY: the block is called before this returns, and not kept.
    unsafe { array.getMutableBytesWithHandler(&fill) };
    if !filled.get() {
        return Err(unfit(action, "its array is smaller than asked for".into()));
    }
    Ok(array)
}

/// Reads an output of so many rows.
fn read(
    answers: &ProtocolObject<dyn MLFeatureProvider>,
    name: &'static str,
    rows: usize,
    out: &mut [f32],
) -> Result<(), Error> {
    let action = "give the answers";
    // SAFETY: valid objects.
    let array = unsafe { answers.featureValueForName(&NSString::from_str(name)) }
        // SAFETY: a valid value.
        .and_then(|value| unsafe { value.multiArrayValue() })
        .ok_or_else(|| unfit(action, format!("there is no array `{name}`")))?;
    // SAFETY: a valid array.
    let (kind, shape, strides) = unsafe { (array.dataType(), array.shape(), array.strides()) };
    let sizes = |numbers: &NSArray<NSNumber>| -> Vec<usize> {
        numbers.iter().map(|number| number.as_usize()).collect()
    };
    let (shape, strides) = (sizes(&shape), sizes(&strides));
    let columns = out.len() / rows;
    if kind != MLMultiArrayDataType::Float32 || shape != [rows, columns] || strides.len() != 2 {
        let why = format!(
            "`{name}` has the shape {shape:?} and numbers of kind {}",
            kind.0
        );
        return Err(unfit(action, why));
    }
    let last = (rows - 1) * strides[0] + (columns - 1) * strides[1];
    let (out, complete) = (RefCell::new(out), Cell::new(false));
    let copy = RcBlock::new(|from: NonNull<c_void>, size: isize| {
        if !usize::try_from(size).is_ok_and(|size| size / size_of::<f32>() > last) {
            return;
        }
        let from = from.cast::<f32>();
        for (i, out) in out.borrow_mut().iter_mut().enumerate() {
            let at = i / columns * strides[0] + i % columns * strides[1];
            // SAFETY: no place lies beyond `last`, which is within the array, as just checked.
            *out = unsafe { from.add(at).read() };
        }
        complete.set(true);
    });
    // SAFETY: the block is called before this returns, and not kept.
    unsafe { array.getBytesWithHandler(&copy) };
    if !complete.get() {
        return Err(unfit(action, format!("`{name}` is shorter than its shape")));
    }
    Ok(())
}
