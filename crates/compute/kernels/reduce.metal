// Written by `cargo run -p kernels` from crates/kernels/src/reduce.rs: edit that.
#include <metal_stdlib>
using namespace metal;
typedef unsigned int uint32_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned long int uint64_t;
typedef signed char int8_t;
typedef signed short int16_t;
typedef signed int int32_t;
typedef signed long int int64_t;

[[max_total_threads_per_threadgroup(256)]] [[kernel]] void reduce(device float const* const v0 [[buffer(0)]], device float * const v1 [[buffer(1)]], device float * const v2 [[buffer(2)]], device float * const v3 [[buffer(3)]], device uint32_t const* const v4 [[buffer(4)]], uint32_t const thread_index_in_threadgroup_v5 [[thread_index_in_threadgroup]], uint3 const threadgroup_position_in_grid_v6 [[threadgroup_position_in_grid]], uint3 const threadgroups_per_grid_v7 [[threadgroups_per_grid]]) {
uint32_t const v8 = 0;
uint32_t const v9 = threadgroup_position_in_grid_v6[2];
uint32_t const v10 = uint32_t(v9);
uint32_t const v11 = threadgroups_per_grid_v7[1];
uint32_t const v12 = uint32_t(v11);
uint32_t const v13 = v10 * v12;
uint32_t const v14 = threadgroups_per_grid_v7[0];
uint32_t const v15 = uint32_t(v14);
uint32_t const v16 = v13 * v15;
uint32_t const v17 = threadgroup_position_in_grid_v6[1];
uint32_t const v18 = uint32_t(v17);
uint32_t const v19 = v18 * v15;
uint32_t const v20 = v16 + v19;
uint32_t const v21 = threadgroup_position_in_grid_v6[0];
uint32_t const v22 = uint32_t(v21);
uint32_t const v23 = v20 + v22;
uint32_t const v24 = 256;
uint32_t const v25 = v23 * v24;
uint32_t const v26 = uint32_t(thread_index_in_threadgroup_v5);
uint32_t const v27 = v25 + v26;
uint32_t const v28 = uint32_t(v27);
device uint32_t const* const v29 = &v4[v8];
uint32_t const v30 = *v29;
uint32_t const v31 = 1;
device uint32_t const* const v32 = &v4[v31];
uint32_t const v33 = *v32;
bool const v34 = v28 < v33;
if(v34) {
float const v35 = 0;
float v36_store;
thread float * v36 = &v36_store;
*v36 = v35;
float const v37 = 3.000000010e+38;
float v38_store;
thread float * v38 = &v38_store;
*v38 = v37;
float const v39 = -3.000000010e+38;
float v40_store;
thread float * v40 = &v40_store;
*v40 = v39;
uint32_t const v41 = v30 / v33;
uint32_t const v42 = 1;
uint32_t const v43 = v41 + v42;
uint32_t const v44 = 0;
for(uint32_t v45 = v44; v45 < v43; v45 += v42) {
uint32_t const v46 = v45 * v33;
uint32_t const v47 = v46 + v28;
bool const v48 = v47 < v30;
if(v48) {
uint32_t const v49 = uint32_t(v47);
device float const* const v50 = &v0[v49];
float const v51 = *v50;
float const v52 = *v36;
float const v53 = v52 + v51;
*v36 = v53;
float const v54 = *v38;
float const v55 = min(v54, v51);
*v38 = v55;
float const v56 = *v40;
float const v57 = max(v56, v51);
*v40 = v57;
}
}
uint32_t const v58 = uint32_t(v28);
device float * const v59 = &v1[v58];
float const v60 = *v36;
*v59 = v60;
device float * const v61 = &v2[v58];
float const v62 = *v38;
*v61 = v62;
device float * const v63 = &v3[v58];
float const v64 = *v40;
*v63 = v64;
}
return;
}
