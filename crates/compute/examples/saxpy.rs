//! A kernel on the first GPU there is, and on the processor where there is none: `cargo run -p compute --features gpu --example saxpy`.
//!
//! It prints every backend with its adapters or the reason that there are none, then y = 2 x + 1 for a few x and where it was worked out.

use compute::{Access, Backend, Budget, Column, Device, Error, Gpu, Kernel, find, with_fallback};
use std::time::Duration;

/// y = a x + 1, one row an invocation; a is the same for all.
const SAXPY: Kernel = Kernel {
    name: "saxpy",
    wgsl: "
        @group(0) @binding(0) var<storage, read> x: array<f32>;
        @group(0) @binding(1) var<storage, read> a: array<f32>;
        @group(0) @binding(2) var<storage, read_write> y: array<f32>;
        @group(0) @binding(3) var<storage, read> counts: array<u32>;
        @compute @workgroup_size(64)
        fn saxpy(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) l: u32) {
            let i = (g.y * n.x + g.x) * 64u + l;
            if i < counts[0] { y[i] = a[0] * x[i] + 1.0; }
        }",
    metal: "",
    cuda: "
        extern \"C\" __global__ void saxpy(const float* x, const float* a, float* y, const unsigned* counts) {
            unsigned i = (blockIdx.y * gridDim.x + blockIdx.x) * 64u + threadIdx.x;
            if (i < counts[0]) y[i] = a[0] * x[i] + 1.0f;
        }",
    workgroup: 64,
    per_invocation: 1,
    buffers: &[Access::Read, Access::Read, Access::Write, Access::Read],
};

fn main() {
    for found in find() {
        match found.adapters {
            Ok(adapters) if adapters.is_empty() => println!("{}: no adapter", found.backend),
            Ok(adapters) => adapters
                .iter()
                .for_each(|facts| println!("{}: {}", found.backend, facts.name)),
            Err(why) => println!("{}: n/a ({why})", found.backend),
        }
    }
    let device = [Backend::Metal, Backend::Cuda, Backend::Vulkan]
        .into_iter()
        .find_map(|backend| Gpu::open(backend, 0).ok())
        .map_or(Device::Cpu, Device::Gpu);
    let x = [0.0_f32, 0.5, 1.0, 2.5];
    let answer = with_fallback(
        &device,
        |gpu| on_gpu(gpu, &x),
        || x.iter().map(|x| 2.0 * x + 1.0).collect(),
    );
    if let Some(why) = &answer.fell_back {
        println!("on the processor instead: {why}");
    }
    println!("on {device}: 2 x + 1 at {x:?} is {:?}", answer.value);
}

fn on_gpu(gpu: &Gpu, x: &[f32]) -> Result<Vec<f32>, Error> {
    let budget = Budget {
        bytes: 1 << 20,
        origin: "an example needs no more".to_owned(),
    };
    let mut y = vec![0.0; x.len()];
    let mut columns = [
        Column::Rows(x),
        Column::Same(&[2.0]),
        Column::Answers(&mut y),
        Column::Groups,
    ];
    gpu.map_rows(
        &SAXPY,
        &mut columns,
        x.len(),
        &budget,
        Duration::from_secs(10),
    )?;
    Ok(y)
}
