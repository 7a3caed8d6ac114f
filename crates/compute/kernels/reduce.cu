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
uint32_t const v24 = 0;
uint32_t const v25 = 1;
uint32_t const v26 = uint32_t(v23);
uint32_t const v27 = v22 + v26;
uint32_t const v28 = uint32_t(v27);
uint32_t const* const v29 = &v4[v5];
uint32_t const v30 = *v29;
uint32_t const v31 = 1;
uint32_t const* const v32 = &v4[v31];
uint32_t const v33 = *v32;
bool const v34 = v28 < v33;
if(v34) {
float const v35 = 0;
float v36_store;
float * v36 = &v36_store;
*v36 = v35;
float const v37 = 3.000000010e+38;
float v38_store;
float * v38 = &v38_store;
*v38 = v37;
float const v39 = -3.000000010e+38;
float v40_store;
float * v40 = &v40_store;
*v40 = v39;
uint32_t const v41 = v30 / v33;
uint32_t const v42 = v41 + v25;
for(uint32_t v43 = v24; v43 < v42; v43 += v25) {
uint32_t const v44 = v43 * v33;
uint32_t const v45 = v44 + v28;
bool const v46 = v45 < v30;
if(v46) {
uint32_t const v47 = uint32_t(v45);
float const* const v48 = &v0[v47];
float const v49 = *v48;
float const v50 = *v36;
float const v51 = v50 + v49;
*v36 = v51;
float const v52 = *v38;
float const v53 = min(v52, v49);
*v38 = v53;
float const v54 = *v40;
float const v55 = max(v54, v49);
*v40 = v55;
}
}
uint32_t const v56 = uint32_t(v28);
float * const v57 = &v1[v56];
float const v58 = *v36;
*v57 = v58;
float * const v59 = &v2[v56];
float const v60 = *v38;
*v59 = v60;
float * const v61 = &v3[v56];
float const v62 = *v40;
*v61 = v62;
}
return;
}
