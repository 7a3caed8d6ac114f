// Written by `cargo run -p kernels` from crates/kernels/src/reduce.rs: edit that.
typedef unsigned int uint32_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned long long int uint64_t;
typedef signed char int8_t;
typedef signed short int16_t;
typedef signed int int32_t;
typedef signed long long int int64_t;

extern "C" __global__ void __launch_bounds__(256)  reduce(float const* const __restrict__ v0, float * const __restrict__ v1, float * const __restrict__ v2, float * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
uint32_t const v5 = 0;
uint32_t const v6 = blockIdx.z;
uint32_t const v7 = uint32_t(v6);
uint32_t const v8 = gridDim.y;
uint32_t const v9 = uint32_t(v8);
uint32_t const v10 = v7 * v9;
uint32_t const v11 = gridDim.x;
uint32_t const v12 = uint32_t(v11);
uint32_t const v13 = v10 * v12;
uint32_t const v14 = blockIdx.y;
uint32_t const v15 = uint32_t(v14);
uint32_t const v16 = v15 * v12;
uint32_t const v17 = v13 + v16;
uint32_t const v18 = blockIdx.x;
uint32_t const v19 = uint32_t(v18);
uint32_t const v20 = v17 + v19;
uint32_t const v21 = 256;
uint32_t const v22 = v20 * v21;
uint32_t const v23 = threadIdx.x;
uint32_t const v24 = uint32_t(v23);
uint32_t const v25 = v22 + v24;
uint32_t const v26 = uint32_t(v25);
uint32_t const* const v27 = &v4[v5];
uint32_t const v28 = *v27;
uint32_t const v29 = 1;
uint32_t const* const v30 = &v4[v29];
uint32_t const v31 = *v30;
bool const v32 = v26 < v31;
if(v32) {
float const v33 = 0;
float v34_store;
float * v34 = &v34_store;
*v34 = v33;
float const v35 = 3.000000010e+38;
float v36_store;
float * v36 = &v36_store;
*v36 = v35;
float const v37 = -3.000000010e+38;
float v38_store;
float * v38 = &v38_store;
*v38 = v37;
uint32_t v39_store;
uint32_t * v39 = &v39_store;
*v39 = v26;
while([&]{
uint32_t const v40 = *v39;
bool const v41 = v40 < v28;
return v41;
}()) {
uint32_t const v42 = *v39;
uint32_t const v43 = uint32_t(v42);
float const* const v44 = &v0[v43];
float const v45 = *v44;
float const v46 = *v34;
float const v47 = v46 + v45;
*v34 = v47;
float const v48 = *v36;
float const v49 = min(v48, v45);
*v36 = v49;
float const v50 = *v38;
float const v51 = max(v50, v45);
*v38 = v51;
uint32_t const v52 = v42 + v31;
*v39 = v52;
}
uint32_t const v53 = uint32_t(v26);
float * const v54 = &v1[v53];
float const v55 = *v34;
*v54 = v55;
float * const v56 = &v2[v53];
float const v57 = *v36;
*v56 = v57;
float * const v58 = &v3[v53];
float const v59 = *v38;
*v58 = v59;
}
return;
}
