// Written by `cargo run -p kernels` from crates/kernels/src/dense_bf16.rs: edit that.
typedef unsigned int uint32_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned long long int uint64_t;
typedef signed char int8_t;
typedef signed short int16_t;
typedef signed int int32_t;
typedef signed long long int int64_t;

template <typename T, size_t N>
struct array {
    T data[N];
    __device__ T& operator[](size_t i) { return data[i]; }
    __device__ const T& operator[](size_t i) const { return data[i]; }
};

// Products of 16 by 16 matrices on tensor units, by the names of CUDA's headers, which are not there when this is compiled.
// A, B and what becomes of sums lie in shared memory. Below compute capability 8.0, and as plain C++, an invocation has eight
// sums in a row, and reads what it multiplies when it does.
#if __CUDA_ARCH__ >= 800
#define TENSOR_UNITS
#endif
struct __nv_bfloat16 {
    unsigned short bits;
    __nv_bfloat16() = default;
    __device__ __nv_bfloat16(float x) {
#ifdef TENSOR_UNITS
        asm("{ .reg .b32 t; cvt.rn.bf16x2.f32 t, %1, %1; cvt.u16.u32 %0, t; }" : "=h"(bits) : "f"(x));
#else
        const unsigned whole = reinterpret_cast<const unsigned&>(x);
        bits = (whole + 0x7fff + (whole >> 16 & 1)) >> 16;
#endif
    }
    __device__ float wide() const {
        const unsigned whole = (unsigned)bits << 16;
        return reinterpret_cast<const float&>(whole);
    }
};
namespace nvcuda {
namespace wmma {
struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
enum layout_t { mem_row_major };
template <typename Use, int m, int n, int k, typename T, typename Layout = void> struct fragment;
#ifdef TENSOR_UNITS
struct loaded { unsigned r[4]; };
#else
struct loaded { const __nv_bfloat16* at; unsigned stride; };
#endif
template <> struct fragment<matrix_a, 16, 16, 16, __nv_bfloat16, row_major> : loaded {};
template <> struct fragment<matrix_b, 16, 16, 16, __nv_bfloat16, row_major> : loaded {};
template <> struct fragment<accumulator, 16, 16, 16, float> { float r[8]; };
typedef fragment<matrix_a, 16, 16, 16, __nv_bfloat16, row_major> A;
typedef fragment<matrix_b, 16, 16, 16, __nv_bfloat16, row_major> B;
typedef fragment<accumulator, 16, 16, 16, float> C;
__device__ inline void fill_fragment(C& c, float x) {
    for (int i = 0; i < 8; i++) c.r[i] = x;
}
__device__ inline void fill_fragment(loaded&, __nv_bfloat16) {}
#ifdef TENSOR_UNITS
__device__ inline unsigned place(const void* at) {
    unsigned to;
    asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }" : "=r"(to) : "l"(at));
    return to;
}
__device__ inline void load_matrix_sync(A& a, const __nv_bfloat16* at, unsigned stride) {
    asm volatile("wmma.load.a.sync.aligned.row.m16n16k16.shared.bf16 {%0, %1, %2, %3}, [%4], %5;"
        : "=r"(a.r[0]), "=r"(a.r[1]), "=r"(a.r[2]), "=r"(a.r[3]) : "r"(place(at)), "r"(stride));
}
__device__ inline void load_matrix_sync(B& b, const __nv_bfloat16* at, unsigned stride) {
    asm volatile("wmma.load.b.sync.aligned.row.m16n16k16.shared.bf16 {%0, %1, %2, %3}, [%4], %5;"
        : "=r"(b.r[0]), "=r"(b.r[1]), "=r"(b.r[2]), "=r"(b.r[3]) : "r"(place(at)), "r"(stride));
}
__device__ inline void store_matrix_sync(float* at, const C& c, unsigned stride, layout_t) {
    asm volatile("wmma.store.d.sync.aligned.row.m16n16k16.shared.f32 [%0], {%2, %3, %4, %5, %6, %7, %8, %9}, %1;"
        : : "r"(place(at)), "r"(stride), "f"(c.r[0]), "f"(c.r[1]), "f"(c.r[2]), "f"(c.r[3]), "f"(c.r[4]), "f"(c.r[5]), "f"(c.r[6]), "f"(c.r[7])
        : "memory");
}
__device__ inline void mma_sync(C& d, const A& a, const B& b, const C& c) {
    asm("wmma.mma.sync.aligned.row.row.m16n16k16.f32.bf16.bf16.f32 {%0, %1, %2, %3, %4, %5, %6, %7}, "
        "{%8, %9, %10, %11}, {%12, %13, %14, %15}, {%16, %17, %18, %19, %20, %21, %22, %23};"
        : "=f"(d.r[0]), "=f"(d.r[1]), "=f"(d.r[2]), "=f"(d.r[3]), "=f"(d.r[4]), "=f"(d.r[5]), "=f"(d.r[6]), "=f"(d.r[7])
        : "r"(a.r[0]), "r"(a.r[1]), "r"(a.r[2]), "r"(a.r[3]), "r"(b.r[0]), "r"(b.r[1]), "r"(b.r[2]), "r"(b.r[3]),
          "f"(c.r[0]), "f"(c.r[1]), "f"(c.r[2]), "f"(c.r[3]), "f"(c.r[4]), "f"(c.r[5]), "f"(c.r[6]), "f"(c.r[7]));
}
#else
__device__ inline void load_matrix_sync(loaded& to, const __nv_bfloat16* at, unsigned stride) {
    to.at = at;
    to.stride = stride;
}
__device__ inline void store_matrix_sync(float* at, const C& c, unsigned stride, layout_t) {
    const unsigned lane = threadIdx.x % 32;
    for (int i = 0; i < 8; i++) at[lane / 2 * stride + lane % 2 * 8 + i] = c.r[i];
}
__device__ inline void mma_sync(C& d, const A& a, const B& b, const C& c) {
    const unsigned lane = threadIdx.x % 32;
    for (int i = 0; i < 8; i++) {
        float sum = c.r[i];
#pragma unroll 1
        for (int k = 0; k < 16; k++) sum += a.at[lane / 2 * a.stride + k].wide() * b.at[k * b.stride + lane % 2 * 8 + i].wide();
        d.r[i] = sum;
    }
}
#endif
}
}
struct alignas(8) __nv_bfloat16_4 { __nv_bfloat16 i_0; __nv_bfloat16 i_1; __nv_bfloat16 i_2; __nv_bfloat16 i_3; };
struct alignas(16) __nv_bfloat16_8 { __nv_bfloat16 i_0; __nv_bfloat16 i_1; __nv_bfloat16 i_2; __nv_bfloat16 i_3; __nv_bfloat16 i_4; __nv_bfloat16 i_5; __nv_bfloat16 i_6; __nv_bfloat16 i_7; };
struct alignas(8) uint32_t_2 { uint32_t i_0; uint32_t i_1; };
struct alignas(16) float_4 { float i_0; float i_1; float i_2; float i_3; };
struct alignas(16) uint32_t_4 { uint32_t i_0; uint32_t i_1; uint32_t i_2; uint32_t i_3; };

extern "C" __global__ void __launch_bounds__(256)  bf16_middle(uint32_t_4 const* const __restrict__ v0, uint32_t_4 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
__shared__ __align__(16) char v5[26624];
uint32_t const v6 = 0;
uint32_t const* const v7 = &v4[v6];
uint32_t const v8 = *v7;
uint32_t const v9 = 1;
uint32_t const* const v10 = &v4[v9];
uint32_t const v11 = *v10;
uint32_t const v12 = 2;
uint32_t const* const v13 = &v4[v12];
uint32_t const v14 = *v13;
uint32_t const v15 = 3;
uint32_t const* const v16 = &v4[v15];
uint32_t const v17 = *v16;
uint32_t const v18 = 4;
uint32_t const* const v19 = &v4[v18];
uint32_t const v20 = *v19;
uint32_t const v21 = threadIdx.x;
uint32_t const v22 = 0;
uint32_t const v23 = 256;
uint32_t const v24 = 1;
uint32_t const v25 = 32;
uint32_t const v26 = v21 / v25;
uint32_t const v27 = blockIdx.z;
uint32_t const v28 = uint32_t(v27);
uint32_t const v29 = gridDim.y;
uint32_t const v30 = uint32_t(v29);
uint32_t const v31 = v28 * v30;
uint32_t const v32 = gridDim.x;
uint32_t const v33 = uint32_t(v32);
uint32_t const v34 = v31 * v33;
uint32_t const v35 = blockIdx.y;
uint32_t const v36 = uint32_t(v35);
uint32_t const v37 = v36 * v33;
uint32_t const v38 = v34 + v37;
uint32_t const v39 = blockIdx.x;
uint32_t const v40 = uint32_t(v39);
uint32_t const v41 = v38 + v40;
uint32_t const v42 = uint32_t(v41);
uint32_t const v43 = 31;
uint32_t const v44 = v14 + v43;
uint32_t const v45 = v44 / v25;
uint32_t const v46 = v42 / v45;
uint32_t const v47 = 64;
uint32_t const v48 = v46 * v47;
uint32_t const v49 = v42 % v45;
uint32_t const v50 = v49 * v25;
uint32_t const v51 = 8;
uint32_t const v52 = v26 % v51;
uint32_t const v53 = v26 / v51;
uint32_t const v54 = 4;
uint32_t const v55 = v52 / v54;
uint32_t const v56 = v55 * v25;
uint32_t const v57 = v52 % v54;
uint32_t const v58 = v57 * v25;
array<__nv_bfloat16_8, 576> * const v59 = reinterpret_cast<array<__nv_bfloat16_8, 576> *>(&v5[0]);
array<__nv_bfloat16_8, 1088> * const v60 = reinterpret_cast<array<__nv_bfloat16_8, 1088> *>(&v5[9216]);
array<uint32_t_4, 2> v61_store = {};
array<uint32_t_4, 2> * v61 = &v61_store;array<uint32_t_4, 4> v62_store = {};
array<uint32_t_4, 4> * v62 = &v62_store;array<uint32_t, 2> v63_store = {};
array<uint32_t, 2> * v63 = &v63_store;array<uint32_t, 2> v64_store = {};
array<uint32_t, 2> * v64 = &v64_store;array<uint32_t, 4> v65_store = {};
array<uint32_t, 4> * v65 = &v65_store;array<uint32_t, 4> v66_store = {};
array<uint32_t, 4> * v66 = &v66_store;uint32_t const v67 = v21 / v51;
uint32_t const v68 = v67 / v51;
uint32_t const v69 = v68 * v51;
uint32_t const v70 = 2;
uint32_t const v71 = v67 % v70;
uint32_t const v72 = v71 * v54;
uint32_t const v73 = v69 + v72;
uint32_t const v74 = v67 / v70;
uint32_t const v75 = v74 % v54;
uint32_t const v76 = v73 + v75;
uint32_t const v77 = v48 + v76;
uint32_t const v78 = v8 - v24;
uint32_t const v79 = min(v77, v78);
uint32_t const v80 = v17 / v70;
uint32_t const v81 = v79 * v80;
uint32_t * const v82 = &(*v63)[v6];
*v82 = v81;
uint32_t const v83 = 9;
uint32_t const v84 = v76 * v83;
uint32_t const v85 = v21 % v51;
uint32_t const v86 = v84 + v85;
uint32_t * const v87 = &(*v64)[v6];
*v87 = v86;
uint32_t_4 const v88 = uint32_t_4{v22, v22, v22, v22};
uint32_t_4 * const v89 = &(*v61)[v6];
*v89 = v88;
uint32_t const v90 = v21 + v23;
uint32_t const v91 = v90 / v51;
uint32_t const v92 = v91 / v51;
uint32_t const v93 = v92 * v51;
uint32_t const v94 = v91 % v70;
uint32_t const v95 = v94 * v54;
uint32_t const v96 = v93 + v95;
uint32_t const v97 = v91 / v70;
uint32_t const v98 = v97 % v54;
uint32_t const v99 = v96 + v98;
uint32_t const v100 = v48 + v99;
uint32_t const v101 = min(v100, v78);
uint32_t const v102 = v101 * v80;
uint32_t * const v103 = &(*v63)[v9];
*v103 = v102;
uint32_t const v104 = v99 * v83;
uint32_t const v105 = v90 % v51;
uint32_t const v106 = v104 + v105;
uint32_t * const v107 = &(*v64)[v9];
*v107 = v106;
uint32_t_4 * const v108 = &(*v61)[v9];
*v108 = v88;
uint32_t const v109 = 16;
uint32_t const v110 = v21 / v109;
uint32_t const v111 = v14 / v70;
uint32_t const v112 = v110 * v111;
uint32_t const v113 = v50 / v70;
uint32_t const v114 = v21 % v109;
uint32_t const v115 = v113 + v114;
uint32_t const v116 = v111 - v24;
uint32_t const v117 = min(v115, v116);
uint32_t const v118 = v112 + v117;
uint32_t * const v119 = &(*v65)[v6];
*v119 = v118;
uint32_t const v120 = 17;
uint32_t const v121 = v110 * v120;
uint32_t const v122 = v121 + v114;
uint32_t * const v123 = &(*v66)[v6];
*v123 = v122;
uint32_t_4 * const v124 = &(*v62)[v6];
*v124 = v88;
uint32_t const v125 = v90 / v109;
uint32_t const v126 = v125 * v111;
uint32_t const v127 = v90 % v109;
uint32_t const v128 = v113 + v127;
uint32_t const v129 = min(v128, v116);
uint32_t const v130 = v126 + v129;
uint32_t * const v131 = &(*v65)[v9];
*v131 = v130;
uint32_t const v132 = v125 * v120;
uint32_t const v133 = v132 + v127;
uint32_t * const v134 = &(*v66)[v9];
*v134 = v133;
uint32_t_4 * const v135 = &(*v62)[v9];
*v135 = v88;
uint32_t const v136 = 512;
uint32_t const v137 = v21 + v136;
uint32_t const v138 = v137 / v109;
uint32_t const v139 = v138 * v111;
uint32_t const v140 = v137 % v109;
uint32_t const v141 = v113 + v140;
uint32_t const v142 = min(v141, v116);
uint32_t const v143 = v139 + v142;
uint32_t * const v144 = &(*v65)[v12];
*v144 = v143;
uint32_t const v145 = v138 * v120;
uint32_t const v146 = v145 + v140;
uint32_t * const v147 = &(*v66)[v12];
*v147 = v146;
uint32_t_4 * const v148 = &(*v62)[v12];
*v148 = v88;
uint32_t const v149 = 768;
uint32_t const v150 = v21 + v149;
uint32_t const v151 = v150 / v109;
uint32_t const v152 = v151 * v111;
uint32_t const v153 = v150 % v109;
uint32_t const v154 = v113 + v153;
uint32_t const v155 = min(v154, v116);
uint32_t const v156 = v152 + v155;
uint32_t * const v157 = &(*v65)[v15];
*v157 = v156;
uint32_t const v158 = v151 * v120;
uint32_t const v159 = v158 + v153;
uint32_t * const v160 = &(*v66)[v15];
*v160 = v159;
uint32_t_4 * const v161 = &(*v62)[v15];
*v161 = v88;
uint32_t const v162 = v80 - v24;
nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v163_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v163 = &v163_store;
float const v164 = 0;
nvcuda::wmma::fill_fragment(*v163, v164);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v165_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v165 = &v165_store;nvcuda::wmma::fill_fragment(*v165, v164);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v166_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v166 = &v166_store;nvcuda::wmma::fill_fragment(*v166, v164);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v167_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v167 = &v167_store;nvcuda::wmma::fill_fragment(*v167, v164);uint32_t const v168 = 63;
uint32_t const v169 = v11 + v168;
uint32_t const v170 = v169 / v47;
uint32_t const v171 = v170 + v24;
for(uint32_t v172 = v22; v172 < v171; v172 += v24) {
bool const v173 = v172 < v170;
if(v173) {
uint32_t const v174 = v172 * v51;
uint32_t const v175 = v174 + v85;
uint32_t const v176 = min(v175, v162);
uint32_t const v177 = *v82;
uint32_t const v178 = v177 + v176;
uint32_t const v179 = uint32_t(v178);
uint32_t_4 const* const v180 = &v0[v179];
uint32_t_4 const v181 = *v180;
*v89 = v181;
uint32_t const v182 = *v103;
uint32_t const v183 = v182 + v176;
uint32_t const v184 = uint32_t(v183);
uint32_t_4 const* const v185 = &v0[v184];
uint32_t_4 const v186 = *v185;
*v108 = v186;
uint32_t const v187 = v172 * v47;
uint32_t const v188 = v187 * v111;
uint32_t const v189 = *v119;
uint32_t const v190 = v188 + v189;
uint32_t const v191 = uint32_t(v190);
uint32_t_4 const* const v192 = &v1[v191];
uint32_t_4 const v193 = *v192;
*v124 = v193;
uint32_t const v194 = *v131;
uint32_t const v195 = v188 + v194;
uint32_t const v196 = uint32_t(v195);
uint32_t_4 const* const v197 = &v1[v196];
uint32_t_4 const v198 = *v197;
*v135 = v198;
uint32_t const v199 = *v144;
uint32_t const v200 = v188 + v199;
uint32_t const v201 = uint32_t(v200);
uint32_t_4 const* const v202 = &v1[v201];
uint32_t_4 const v203 = *v202;
*v148 = v203;
uint32_t const v204 = *v157;
uint32_t const v205 = v188 + v204;
uint32_t const v206 = uint32_t(v205);
uint32_t_4 const* const v207 = &v1[v206];
uint32_t_4 const v208 = *v207;
*v161 = v208;
}
bool const v209 = v172 > v22;
if(v209) {
uint32_t const v210 = v53 * v47;
uint32_t const v211 = v56 * v83;
uint32_t const v212 = v210 / v51;
uint32_t const v213 = v211 + v212;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v214_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v214 = &v214_store;__nv_bfloat16 const v215 = 0;
nvcuda::wmma::fill_fragment(*v214, v215);uint32_t const v216 = uint32_t(v213);
uint32_t const v217 = 72;
__nv_bfloat16_8 * const v218 = &(*v59)[v216];
nvcuda::wmma::load_matrix_sync(*v214, reinterpret_cast<__nv_bfloat16 *>(v218), v217);uint32_t const v219 = v56 + v109;
uint32_t const v220 = v219 * v83;
uint32_t const v221 = v220 + v212;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v222_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v222 = &v222_store;nvcuda::wmma::fill_fragment(*v222, v215);uint32_t const v223 = uint32_t(v221);
__nv_bfloat16_8 * const v224 = &(*v59)[v223];
nvcuda::wmma::load_matrix_sync(*v222, reinterpret_cast<__nv_bfloat16 *>(v224), v217);uint32_t const v225 = v210 * v120;
uint32_t const v226 = v58 / v51;
uint32_t const v227 = v225 + v226;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v228_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v228 = &v228_store;nvcuda::wmma::fill_fragment(*v228, v215);uint32_t const v229 = uint32_t(v227);
uint32_t const v230 = 136;
__nv_bfloat16_8 * const v231 = &(*v60)[v229];
nvcuda::wmma::load_matrix_sync(*v228, reinterpret_cast<__nv_bfloat16 *>(v231), v230);nvcuda::wmma::mma_sync(*v163, *v214, *v228, *v163);nvcuda::wmma::mma_sync(*v166, *v222, *v228, *v166);uint32_t const v232 = v58 + v109;
uint32_t const v233 = v232 / v51;
uint32_t const v234 = v225 + v233;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v235_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v235 = &v235_store;nvcuda::wmma::fill_fragment(*v235, v215);uint32_t const v236 = uint32_t(v234);
__nv_bfloat16_8 * const v237 = &(*v60)[v236];
nvcuda::wmma::load_matrix_sync(*v235, reinterpret_cast<__nv_bfloat16 *>(v237), v230);nvcuda::wmma::mma_sync(*v165, *v214, *v235, *v165);nvcuda::wmma::mma_sync(*v167, *v222, *v235, *v167);uint32_t const v238 = v210 + v109;
uint32_t const v239 = v238 / v51;
uint32_t const v240 = v211 + v239;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v241_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v241 = &v241_store;nvcuda::wmma::fill_fragment(*v241, v215);uint32_t const v242 = uint32_t(v240);
__nv_bfloat16_8 * const v243 = &(*v59)[v242];
nvcuda::wmma::load_matrix_sync(*v241, reinterpret_cast<__nv_bfloat16 *>(v243), v217);uint32_t const v244 = v220 + v239;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v245_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v245 = &v245_store;nvcuda::wmma::fill_fragment(*v245, v215);uint32_t const v246 = uint32_t(v244);
__nv_bfloat16_8 * const v247 = &(*v59)[v246];
nvcuda::wmma::load_matrix_sync(*v245, reinterpret_cast<__nv_bfloat16 *>(v247), v217);uint32_t const v248 = v238 * v120;
uint32_t const v249 = v248 + v226;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v250_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v250 = &v250_store;nvcuda::wmma::fill_fragment(*v250, v215);uint32_t const v251 = uint32_t(v249);
__nv_bfloat16_8 * const v252 = &(*v60)[v251];
nvcuda::wmma::load_matrix_sync(*v250, reinterpret_cast<__nv_bfloat16 *>(v252), v230);nvcuda::wmma::mma_sync(*v163, *v241, *v250, *v163);nvcuda::wmma::mma_sync(*v166, *v245, *v250, *v166);uint32_t const v253 = v248 + v233;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v254_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v254 = &v254_store;nvcuda::wmma::fill_fragment(*v254, v215);uint32_t const v255 = uint32_t(v253);
__nv_bfloat16_8 * const v256 = &(*v60)[v255];
nvcuda::wmma::load_matrix_sync(*v254, reinterpret_cast<__nv_bfloat16 *>(v256), v230);nvcuda::wmma::mma_sync(*v165, *v241, *v254, *v165);nvcuda::wmma::mma_sync(*v167, *v245, *v254, *v167);uint32_t const v257 = v210 + v25;
uint32_t const v258 = v257 / v51;
uint32_t const v259 = v211 + v258;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v260_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v260 = &v260_store;nvcuda::wmma::fill_fragment(*v260, v215);uint32_t const v261 = uint32_t(v259);
__nv_bfloat16_8 * const v262 = &(*v59)[v261];
nvcuda::wmma::load_matrix_sync(*v260, reinterpret_cast<__nv_bfloat16 *>(v262), v217);uint32_t const v263 = v220 + v258;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v264_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v264 = &v264_store;nvcuda::wmma::fill_fragment(*v264, v215);uint32_t const v265 = uint32_t(v263);
__nv_bfloat16_8 * const v266 = &(*v59)[v265];
nvcuda::wmma::load_matrix_sync(*v264, reinterpret_cast<__nv_bfloat16 *>(v266), v217);uint32_t const v267 = v257 * v120;
uint32_t const v268 = v267 + v226;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v269_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v269 = &v269_store;nvcuda::wmma::fill_fragment(*v269, v215);uint32_t const v270 = uint32_t(v268);
__nv_bfloat16_8 * const v271 = &(*v60)[v270];
nvcuda::wmma::load_matrix_sync(*v269, reinterpret_cast<__nv_bfloat16 *>(v271), v230);nvcuda::wmma::mma_sync(*v163, *v260, *v269, *v163);nvcuda::wmma::mma_sync(*v166, *v264, *v269, *v166);uint32_t const v272 = v267 + v233;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v273_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v273 = &v273_store;nvcuda::wmma::fill_fragment(*v273, v215);uint32_t const v274 = uint32_t(v272);
__nv_bfloat16_8 * const v275 = &(*v60)[v274];
nvcuda::wmma::load_matrix_sync(*v273, reinterpret_cast<__nv_bfloat16 *>(v275), v230);nvcuda::wmma::mma_sync(*v165, *v260, *v273, *v165);nvcuda::wmma::mma_sync(*v167, *v264, *v273, *v167);uint32_t const v276 = 48;
uint32_t const v277 = v210 + v276;
uint32_t const v278 = v277 / v51;
uint32_t const v279 = v211 + v278;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v280_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v280 = &v280_store;nvcuda::wmma::fill_fragment(*v280, v215);uint32_t const v281 = uint32_t(v279);
__nv_bfloat16_8 * const v282 = &(*v59)[v281];
nvcuda::wmma::load_matrix_sync(*v280, reinterpret_cast<__nv_bfloat16 *>(v282), v217);uint32_t const v283 = v220 + v278;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v284_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v284 = &v284_store;nvcuda::wmma::fill_fragment(*v284, v215);uint32_t const v285 = uint32_t(v283);
__nv_bfloat16_8 * const v286 = &(*v59)[v285];
nvcuda::wmma::load_matrix_sync(*v284, reinterpret_cast<__nv_bfloat16 *>(v286), v217);uint32_t const v287 = v277 * v120;
uint32_t const v288 = v287 + v226;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v289_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v289 = &v289_store;nvcuda::wmma::fill_fragment(*v289, v215);uint32_t const v290 = uint32_t(v288);
__nv_bfloat16_8 * const v291 = &(*v60)[v290];
nvcuda::wmma::load_matrix_sync(*v289, reinterpret_cast<__nv_bfloat16 *>(v291), v230);nvcuda::wmma::mma_sync(*v163, *v280, *v289, *v163);nvcuda::wmma::mma_sync(*v166, *v284, *v289, *v166);uint32_t const v292 = v287 + v233;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v293_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v293 = &v293_store;nvcuda::wmma::fill_fragment(*v293, v215);uint32_t const v294 = uint32_t(v292);
__nv_bfloat16_8 * const v295 = &(*v60)[v294];
nvcuda::wmma::load_matrix_sync(*v293, reinterpret_cast<__nv_bfloat16 *>(v295), v230);nvcuda::wmma::mma_sync(*v165, *v280, *v293, *v165);nvcuda::wmma::mma_sync(*v167, *v284, *v293, *v167);}
__syncthreads();
if(v173) {
uint32_t const v296 = *v87;
uint32_t const v297 = uint32_t(v296);
uint32_t_4 const v298 = *v89;
__nv_bfloat16_8 const v299 = reinterpret_cast<const __nv_bfloat16_8&>(v298);
__nv_bfloat16_8 * const v300 = &(*v59)[v297];
*v300 = v299;
uint32_t const v301 = *v107;
uint32_t const v302 = uint32_t(v301);
uint32_t_4 const v303 = *v108;
__nv_bfloat16_8 const v304 = reinterpret_cast<const __nv_bfloat16_8&>(v303);
__nv_bfloat16_8 * const v305 = &(*v59)[v302];
*v305 = v304;
uint32_t const v306 = *v123;
uint32_t const v307 = uint32_t(v306);
uint32_t_4 const v308 = *v124;
__nv_bfloat16_8 const v309 = reinterpret_cast<const __nv_bfloat16_8&>(v308);
__nv_bfloat16_8 * const v310 = &(*v60)[v307];
*v310 = v309;
uint32_t const v311 = *v134;
uint32_t const v312 = uint32_t(v311);
uint32_t_4 const v313 = *v135;
__nv_bfloat16_8 const v314 = reinterpret_cast<const __nv_bfloat16_8&>(v313);
__nv_bfloat16_8 * const v315 = &(*v60)[v312];
*v315 = v314;
uint32_t const v316 = *v147;
uint32_t const v317 = uint32_t(v316);
uint32_t_4 const v318 = *v148;
__nv_bfloat16_8 const v319 = reinterpret_cast<const __nv_bfloat16_8&>(v318);
__nv_bfloat16_8 * const v320 = &(*v60)[v317];
*v320 = v319;
uint32_t const v321 = *v160;
uint32_t const v322 = uint32_t(v321);
uint32_t_4 const v323 = *v161;
__nv_bfloat16_8 const v324 = reinterpret_cast<const __nv_bfloat16_8&>(v323);
__nv_bfloat16_8 * const v325 = &(*v60)[v322];
*v325 = v324;
}
__syncthreads();
}
uint32_t const v326 = 144;
uint32_t const v327 = v26 * v326;
array<float_4, 1152> * const v328 = reinterpret_cast<array<float_4, 1152> *>(&v5[0]);
uint32_t const v329 = uint32_t(v327);
uint32_t const v330 = 36;
float_4 * const v331 = &(*v328)[v329];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v331), *v163, v330, nvcuda::wmma::mem_row_major);uint32_t const v332 = v327 + v54;
uint32_t const v333 = uint32_t(v332);
float_4 * const v334 = &(*v328)[v333];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v334), *v165, v330, nvcuda::wmma::mem_row_major);__syncwarp();
uint32_t const v335 = v21 % v25;
uint32_t const v336 = v48 + v56;
uint32_t const v337 = v335 / v51;
uint32_t const v338 = v336 + v337;
uint32_t const v339 = v58 / v54;
uint32_t const v340 = v50 + v339;
uint32_t const v341 = v335 % v51;
uint32_t const v342 = v340 + v341;
bool const v343 = v338 < v8;
bool const v344 = v342 < v14;
bool const v345 = v343 && v344;
if(v345) {
uint32_t const v346 = v337 * v83;
uint32_t const v347 = v327 + v346;
uint32_t const v348 = v347 + v341;
uint32_t const v349 = uint32_t(v348);
float_4 * const v350 = &(*v328)[v349];
float_4 const v351 = *v350;
uint32_t const v352 = v338 * v14;
uint32_t const v353 = v352 + v342;
uint32_t const v354 = uint32_t(v342);
float_4 const* const v355 = &v2[v354];
float_4 const v356 = *v355;
float const v357 = v351.i_0;
float const v358 = v356.i_0;
float const v359 = v357 + v358;
float const v360 = v351.i_1;
float const v361 = v356.i_1;
float const v362 = v360 + v361;
float const v363 = v351.i_2;
float const v364 = v356.i_2;
float const v365 = v363 + v364;
float const v366 = v351.i_3;
float const v367 = v356.i_3;
float const v368 = v366 + v367;
float_4 const v369 = float_4{v359, v362, v365, v368};
float_4 v370_store;
float_4 * v370 = &v370_store;
*v370 = v369;
uint32_t const v371 = v20 & v24;
bool const v372 = v371 != v22;
if(v372) {
float_4 const v373 = *v370;
float const v374 = v373.i_0;
float const v375 = max(v374, v164);
float const v376 = v373.i_1;
float const v377 = max(v376, v164);
float const v378 = v373.i_2;
float const v379 = max(v378, v164);
float const v380 = v373.i_3;
float const v381 = max(v380, v164);
float_4 const v382 = float_4{v375, v377, v379, v381};
*v370 = v382;
}
uint32_t const v383 = v20 & v70;
bool const v384 = v383 == v22;
if(v384) {
uint32_t_2 const v385 = uint32_t_2{v22, v22};
float_4 const v386 = *v370;
float const v387 = v386.i_0;
uint32_t const v388 = reinterpret_cast<const uint32_t&>(v387);
uint32_t_2 const v389 = {v388, v385.i_1};
float const v390 = v386.i_1;
uint32_t const v391 = reinterpret_cast<const uint32_t&>(v390);
uint32_t_2 const v392 = {v389.i_0, v391};
uint32_t const v393 = uint32_t(v353);
uint32_t const v394 = v12 * v393;
uint32_t_2 * const v395 = &v3[v394];
*v395 = v392;
float const v396 = v386.i_2;
uint32_t const v397 = reinterpret_cast<const uint32_t&>(v396);
uint32_t_2 const v398 = {v397, v385.i_1};
float const v399 = v386.i_3;
uint32_t const v400 = reinterpret_cast<const uint32_t&>(v399);
uint32_t_2 const v401 = {v398.i_0, v400};
uint32_t const v402 = v394 + v9;
uint32_t_2 * const v403 = &v3[v402];
*v403 = v401;
}
 else {
float_4 const v404 = *v370;
float const v405 = v404.i_0;
__nv_bfloat16 const v406 = __nv_bfloat16(v405);
float const v407 = v404.i_1;
__nv_bfloat16 const v408 = __nv_bfloat16(v407);
float const v409 = v404.i_2;
__nv_bfloat16 const v410 = __nv_bfloat16(v409);
float const v411 = v404.i_3;
__nv_bfloat16 const v412 = __nv_bfloat16(v411);
__nv_bfloat16_4 const v413 = __nv_bfloat16_4{v406, v408, v410, v412};
uint32_t_2 const v414 = reinterpret_cast<const uint32_t_2&>(v413);
uint32_t const v415 = uint32_t(v353);
uint32_t_2 * const v416 = &v3[v415];
*v416 = v414;
}
}
uint32_t const v417 = v335 + v25;
uint32_t const v418 = v417 / v51;
uint32_t const v419 = v336 + v418;
uint32_t const v420 = v417 % v51;
uint32_t const v421 = v340 + v420;
bool const v422 = v419 < v8;
bool const v423 = v421 < v14;
bool const v424 = v422 && v423;
if(v424) {
uint32_t const v425 = v418 * v83;
uint32_t const v426 = v327 + v425;
uint32_t const v427 = v426 + v420;
uint32_t const v428 = uint32_t(v427);
float_4 * const v429 = &(*v328)[v428];
float_4 const v430 = *v429;
uint32_t const v431 = v419 * v14;
uint32_t const v432 = v431 + v421;
uint32_t const v433 = uint32_t(v421);
float_4 const* const v434 = &v2[v433];
float_4 const v435 = *v434;
float const v436 = v430.i_0;
float const v437 = v435.i_0;
float const v438 = v436 + v437;
float const v439 = v430.i_1;
float const v440 = v435.i_1;
float const v441 = v439 + v440;
float const v442 = v430.i_2;
float const v443 = v435.i_2;
float const v444 = v442 + v443;
float const v445 = v430.i_3;
float const v446 = v435.i_3;
float const v447 = v445 + v446;
float_4 const v448 = float_4{v438, v441, v444, v447};
float_4 v449_store;
float_4 * v449 = &v449_store;
*v449 = v448;
uint32_t const v450 = v20 & v24;
bool const v451 = v450 != v22;
if(v451) {
float_4 const v452 = *v449;
float const v453 = v452.i_0;
float const v454 = max(v453, v164);
float const v455 = v452.i_1;
float const v456 = max(v455, v164);
float const v457 = v452.i_2;
float const v458 = max(v457, v164);
float const v459 = v452.i_3;
float const v460 = max(v459, v164);
float_4 const v461 = float_4{v454, v456, v458, v460};
*v449 = v461;
}
uint32_t const v462 = v20 & v70;
bool const v463 = v462 == v22;
if(v463) {
uint32_t_2 const v464 = uint32_t_2{v22, v22};
float_4 const v465 = *v449;
float const v466 = v465.i_0;
uint32_t const v467 = reinterpret_cast<const uint32_t&>(v466);
uint32_t_2 const v468 = {v467, v464.i_1};
float const v469 = v465.i_1;
uint32_t const v470 = reinterpret_cast<const uint32_t&>(v469);
uint32_t_2 const v471 = {v468.i_0, v470};
uint32_t const v472 = uint32_t(v432);
uint32_t const v473 = v12 * v472;
uint32_t_2 * const v474 = &v3[v473];
*v474 = v471;
float const v475 = v465.i_2;
uint32_t const v476 = reinterpret_cast<const uint32_t&>(v475);
uint32_t_2 const v477 = {v476, v464.i_1};
float const v478 = v465.i_3;
uint32_t const v479 = reinterpret_cast<const uint32_t&>(v478);
uint32_t_2 const v480 = {v477.i_0, v479};
uint32_t const v481 = v473 + v9;
uint32_t_2 * const v482 = &v3[v481];
*v482 = v480;
}
 else {
float_4 const v483 = *v449;
float const v484 = v483.i_0;
__nv_bfloat16 const v485 = __nv_bfloat16(v484);
float const v486 = v483.i_1;
__nv_bfloat16 const v487 = __nv_bfloat16(v486);
float const v488 = v483.i_2;
__nv_bfloat16 const v489 = __nv_bfloat16(v488);
float const v490 = v483.i_3;
__nv_bfloat16 const v491 = __nv_bfloat16(v490);
__nv_bfloat16_4 const v492 = __nv_bfloat16_4{v485, v487, v489, v491};
uint32_t_2 const v493 = reinterpret_cast<const uint32_t_2&>(v492);
uint32_t const v494 = uint32_t(v432);
uint32_t_2 * const v495 = &v3[v494];
*v495 = v493;
}
}
uint32_t const v496 = v335 + v47;
uint32_t const v497 = v496 / v51;
uint32_t const v498 = v336 + v497;
uint32_t const v499 = v496 % v51;
uint32_t const v500 = v340 + v499;
bool const v501 = v498 < v8;
bool const v502 = v500 < v14;
bool const v503 = v501 && v502;
if(v503) {
uint32_t const v504 = v497 * v83;
uint32_t const v505 = v327 + v504;
uint32_t const v506 = v505 + v499;
uint32_t const v507 = uint32_t(v506);
float_4 * const v508 = &(*v328)[v507];
float_4 const v509 = *v508;
uint32_t const v510 = v498 * v14;
uint32_t const v511 = v510 + v500;
uint32_t const v512 = uint32_t(v500);
float_4 const* const v513 = &v2[v512];
float_4 const v514 = *v513;
float const v515 = v509.i_0;
float const v516 = v514.i_0;
float const v517 = v515 + v516;
float const v518 = v509.i_1;
float const v519 = v514.i_1;
float const v520 = v518 + v519;
float const v521 = v509.i_2;
float const v522 = v514.i_2;
float const v523 = v521 + v522;
float const v524 = v509.i_3;
float const v525 = v514.i_3;
float const v526 = v524 + v525;
float_4 const v527 = float_4{v517, v520, v523, v526};
float_4 v528_store;
float_4 * v528 = &v528_store;
*v528 = v527;
uint32_t const v529 = v20 & v24;
bool const v530 = v529 != v22;
if(v530) {
float_4 const v531 = *v528;
float const v532 = v531.i_0;
float const v533 = max(v532, v164);
float const v534 = v531.i_1;
float const v535 = max(v534, v164);
float const v536 = v531.i_2;
float const v537 = max(v536, v164);
float const v538 = v531.i_3;
float const v539 = max(v538, v164);
float_4 const v540 = float_4{v533, v535, v537, v539};
*v528 = v540;
}
uint32_t const v541 = v20 & v70;
bool const v542 = v541 == v22;
if(v542) {
uint32_t_2 const v543 = uint32_t_2{v22, v22};
float_4 const v544 = *v528;
float const v545 = v544.i_0;
uint32_t const v546 = reinterpret_cast<const uint32_t&>(v545);
uint32_t_2 const v547 = {v546, v543.i_1};
float const v548 = v544.i_1;
uint32_t const v549 = reinterpret_cast<const uint32_t&>(v548);
uint32_t_2 const v550 = {v547.i_0, v549};
uint32_t const v551 = uint32_t(v511);
uint32_t const v552 = v12 * v551;
uint32_t_2 * const v553 = &v3[v552];
*v553 = v550;
float const v554 = v544.i_2;
uint32_t const v555 = reinterpret_cast<const uint32_t&>(v554);
uint32_t_2 const v556 = {v555, v543.i_1};
float const v557 = v544.i_3;
uint32_t const v558 = reinterpret_cast<const uint32_t&>(v557);
uint32_t_2 const v559 = {v556.i_0, v558};
uint32_t const v560 = v552 + v9;
uint32_t_2 * const v561 = &v3[v560];
*v561 = v559;
}
 else {
float_4 const v562 = *v528;
float const v563 = v562.i_0;
__nv_bfloat16 const v564 = __nv_bfloat16(v563);
float const v565 = v562.i_1;
__nv_bfloat16 const v566 = __nv_bfloat16(v565);
float const v567 = v562.i_2;
__nv_bfloat16 const v568 = __nv_bfloat16(v567);
float const v569 = v562.i_3;
__nv_bfloat16 const v570 = __nv_bfloat16(v569);
__nv_bfloat16_4 const v571 = __nv_bfloat16_4{v564, v566, v568, v570};
uint32_t_2 const v572 = reinterpret_cast<const uint32_t_2&>(v571);
uint32_t const v573 = uint32_t(v511);
uint32_t_2 * const v574 = &v3[v573];
*v574 = v572;
}
}
uint32_t const v575 = 96;
uint32_t const v576 = v335 + v575;
uint32_t const v577 = v576 / v51;
uint32_t const v578 = v336 + v577;
uint32_t const v579 = v576 % v51;
uint32_t const v580 = v340 + v579;
bool const v581 = v578 < v8;
bool const v582 = v580 < v14;
bool const v583 = v581 && v582;
if(v583) {
uint32_t const v584 = v577 * v83;
uint32_t const v585 = v327 + v584;
uint32_t const v586 = v585 + v579;
uint32_t const v587 = uint32_t(v586);
float_4 * const v588 = &(*v328)[v587];
float_4 const v589 = *v588;
uint32_t const v590 = v578 * v14;
uint32_t const v591 = v590 + v580;
uint32_t const v592 = uint32_t(v580);
float_4 const* const v593 = &v2[v592];
float_4 const v594 = *v593;
float const v595 = v589.i_0;
float const v596 = v594.i_0;
float const v597 = v595 + v596;
float const v598 = v589.i_1;
float const v599 = v594.i_1;
float const v600 = v598 + v599;
float const v601 = v589.i_2;
float const v602 = v594.i_2;
float const v603 = v601 + v602;
float const v604 = v589.i_3;
float const v605 = v594.i_3;
float const v606 = v604 + v605;
float_4 const v607 = float_4{v597, v600, v603, v606};
float_4 v608_store;
float_4 * v608 = &v608_store;
*v608 = v607;
uint32_t const v609 = v20 & v24;
bool const v610 = v609 != v22;
if(v610) {
float_4 const v611 = *v608;
float const v612 = v611.i_0;
float const v613 = max(v612, v164);
float const v614 = v611.i_1;
float const v615 = max(v614, v164);
float const v616 = v611.i_2;
float const v617 = max(v616, v164);
float const v618 = v611.i_3;
float const v619 = max(v618, v164);
float_4 const v620 = float_4{v613, v615, v617, v619};
*v608 = v620;
}
uint32_t const v621 = v20 & v70;
bool const v622 = v621 == v22;
if(v622) {
uint32_t_2 const v623 = uint32_t_2{v22, v22};
float_4 const v624 = *v608;
float const v625 = v624.i_0;
uint32_t const v626 = reinterpret_cast<const uint32_t&>(v625);
uint32_t_2 const v627 = {v626, v623.i_1};
float const v628 = v624.i_1;
uint32_t const v629 = reinterpret_cast<const uint32_t&>(v628);
uint32_t_2 const v630 = {v627.i_0, v629};
uint32_t const v631 = uint32_t(v591);
uint32_t const v632 = v12 * v631;
uint32_t_2 * const v633 = &v3[v632];
*v633 = v630;
float const v634 = v624.i_2;
uint32_t const v635 = reinterpret_cast<const uint32_t&>(v634);
uint32_t_2 const v636 = {v635, v623.i_1};
float const v637 = v624.i_3;
uint32_t const v638 = reinterpret_cast<const uint32_t&>(v637);
uint32_t_2 const v639 = {v636.i_0, v638};
uint32_t const v640 = v632 + v9;
uint32_t_2 * const v641 = &v3[v640];
*v641 = v639;
}
 else {
float_4 const v642 = *v608;
float const v643 = v642.i_0;
__nv_bfloat16 const v644 = __nv_bfloat16(v643);
float const v645 = v642.i_1;
__nv_bfloat16 const v646 = __nv_bfloat16(v645);
float const v647 = v642.i_2;
__nv_bfloat16 const v648 = __nv_bfloat16(v647);
float const v649 = v642.i_3;
__nv_bfloat16 const v650 = __nv_bfloat16(v649);
__nv_bfloat16_4 const v651 = __nv_bfloat16_4{v644, v646, v648, v650};
uint32_t_2 const v652 = reinterpret_cast<const uint32_t_2&>(v651);
uint32_t const v653 = uint32_t(v591);
uint32_t_2 * const v654 = &v3[v653];
*v654 = v652;
}
}
__syncwarp();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v331), *v166, v330, nvcuda::wmma::mem_row_major);nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v334), *v167, v330, nvcuda::wmma::mem_row_major);uint32_t const v655 = v48 + v109;
__syncwarp();
uint32_t const v656 = v655 + v56;
uint32_t const v657 = v656 + v337;
bool const v658 = v657 < v8;
bool const v659 = v658 && v344;
if(v659) {
uint32_t const v660 = v337 * v83;
uint32_t const v661 = v327 + v660;
uint32_t const v662 = v661 + v341;
uint32_t const v663 = uint32_t(v662);
float_4 * const v664 = &(*v328)[v663];
float_4 const v665 = *v664;
uint32_t const v666 = v657 * v14;
uint32_t const v667 = v666 + v342;
uint32_t const v668 = uint32_t(v342);
float_4 const* const v669 = &v2[v668];
float_4 const v670 = *v669;
float const v671 = v665.i_0;
float const v672 = v670.i_0;
float const v673 = v671 + v672;
float const v674 = v665.i_1;
float const v675 = v670.i_1;
float const v676 = v674 + v675;
float const v677 = v665.i_2;
float const v678 = v670.i_2;
float const v679 = v677 + v678;
float const v680 = v665.i_3;
float const v681 = v670.i_3;
float const v682 = v680 + v681;
float_4 const v683 = float_4{v673, v676, v679, v682};
float_4 v684_store;
float_4 * v684 = &v684_store;
*v684 = v683;
uint32_t const v685 = v20 & v24;
bool const v686 = v685 != v22;
if(v686) {
float_4 const v687 = *v684;
float const v688 = v687.i_0;
float const v689 = max(v688, v164);
float const v690 = v687.i_1;
float const v691 = max(v690, v164);
float const v692 = v687.i_2;
float const v693 = max(v692, v164);
float const v694 = v687.i_3;
float const v695 = max(v694, v164);
float_4 const v696 = float_4{v689, v691, v693, v695};
*v684 = v696;
}
uint32_t const v697 = v20 & v70;
bool const v698 = v697 == v22;
if(v698) {
uint32_t_2 const v699 = uint32_t_2{v22, v22};
float_4 const v700 = *v684;
float const v701 = v700.i_0;
uint32_t const v702 = reinterpret_cast<const uint32_t&>(v701);
uint32_t_2 const v703 = {v702, v699.i_1};
float const v704 = v700.i_1;
uint32_t const v705 = reinterpret_cast<const uint32_t&>(v704);
uint32_t_2 const v706 = {v703.i_0, v705};
uint32_t const v707 = uint32_t(v667);
uint32_t const v708 = v12 * v707;
uint32_t_2 * const v709 = &v3[v708];
*v709 = v706;
float const v710 = v700.i_2;
uint32_t const v711 = reinterpret_cast<const uint32_t&>(v710);
uint32_t_2 const v712 = {v711, v699.i_1};
float const v713 = v700.i_3;
uint32_t const v714 = reinterpret_cast<const uint32_t&>(v713);
uint32_t_2 const v715 = {v712.i_0, v714};
uint32_t const v716 = v708 + v9;
uint32_t_2 * const v717 = &v3[v716];
*v717 = v715;
}
 else {
float_4 const v718 = *v684;
float const v719 = v718.i_0;
__nv_bfloat16 const v720 = __nv_bfloat16(v719);
float const v721 = v718.i_1;
__nv_bfloat16 const v722 = __nv_bfloat16(v721);
float const v723 = v718.i_2;
__nv_bfloat16 const v724 = __nv_bfloat16(v723);
float const v725 = v718.i_3;
__nv_bfloat16 const v726 = __nv_bfloat16(v725);
__nv_bfloat16_4 const v727 = __nv_bfloat16_4{v720, v722, v724, v726};
uint32_t_2 const v728 = reinterpret_cast<const uint32_t_2&>(v727);
uint32_t const v729 = uint32_t(v667);
uint32_t_2 * const v730 = &v3[v729];
*v730 = v728;
}
}
uint32_t const v731 = v656 + v418;
bool const v732 = v731 < v8;
bool const v733 = v732 && v423;
if(v733) {
uint32_t const v734 = v418 * v83;
uint32_t const v735 = v327 + v734;
uint32_t const v736 = v735 + v420;
uint32_t const v737 = uint32_t(v736);
float_4 * const v738 = &(*v328)[v737];
float_4 const v739 = *v738;
uint32_t const v740 = v731 * v14;
uint32_t const v741 = v740 + v421;
uint32_t const v742 = uint32_t(v421);
float_4 const* const v743 = &v2[v742];
float_4 const v744 = *v743;
float const v745 = v739.i_0;
float const v746 = v744.i_0;
float const v747 = v745 + v746;
float const v748 = v739.i_1;
float const v749 = v744.i_1;
float const v750 = v748 + v749;
float const v751 = v739.i_2;
float const v752 = v744.i_2;
float const v753 = v751 + v752;
float const v754 = v739.i_3;
float const v755 = v744.i_3;
float const v756 = v754 + v755;
float_4 const v757 = float_4{v747, v750, v753, v756};
float_4 v758_store;
float_4 * v758 = &v758_store;
*v758 = v757;
uint32_t const v759 = v20 & v24;
bool const v760 = v759 != v22;
if(v760) {
float_4 const v761 = *v758;
float const v762 = v761.i_0;
float const v763 = max(v762, v164);
float const v764 = v761.i_1;
float const v765 = max(v764, v164);
float const v766 = v761.i_2;
float const v767 = max(v766, v164);
float const v768 = v761.i_3;
float const v769 = max(v768, v164);
float_4 const v770 = float_4{v763, v765, v767, v769};
*v758 = v770;
}
uint32_t const v771 = v20 & v70;
bool const v772 = v771 == v22;
if(v772) {
uint32_t_2 const v773 = uint32_t_2{v22, v22};
float_4 const v774 = *v758;
float const v775 = v774.i_0;
uint32_t const v776 = reinterpret_cast<const uint32_t&>(v775);
uint32_t_2 const v777 = {v776, v773.i_1};
float const v778 = v774.i_1;
uint32_t const v779 = reinterpret_cast<const uint32_t&>(v778);
uint32_t_2 const v780 = {v777.i_0, v779};
uint32_t const v781 = uint32_t(v741);
uint32_t const v782 = v12 * v781;
uint32_t_2 * const v783 = &v3[v782];
*v783 = v780;
float const v784 = v774.i_2;
uint32_t const v785 = reinterpret_cast<const uint32_t&>(v784);
uint32_t_2 const v786 = {v785, v773.i_1};
float const v787 = v774.i_3;
uint32_t const v788 = reinterpret_cast<const uint32_t&>(v787);
uint32_t_2 const v789 = {v786.i_0, v788};
uint32_t const v790 = v782 + v9;
uint32_t_2 * const v791 = &v3[v790];
*v791 = v789;
}
 else {
float_4 const v792 = *v758;
float const v793 = v792.i_0;
__nv_bfloat16 const v794 = __nv_bfloat16(v793);
float const v795 = v792.i_1;
__nv_bfloat16 const v796 = __nv_bfloat16(v795);
float const v797 = v792.i_2;
__nv_bfloat16 const v798 = __nv_bfloat16(v797);
float const v799 = v792.i_3;
__nv_bfloat16 const v800 = __nv_bfloat16(v799);
__nv_bfloat16_4 const v801 = __nv_bfloat16_4{v794, v796, v798, v800};
uint32_t_2 const v802 = reinterpret_cast<const uint32_t_2&>(v801);
uint32_t const v803 = uint32_t(v741);
uint32_t_2 * const v804 = &v3[v803];
*v804 = v802;
}
}
uint32_t const v805 = v656 + v497;
bool const v806 = v805 < v8;
bool const v807 = v806 && v502;
if(v807) {
uint32_t const v808 = v497 * v83;
uint32_t const v809 = v327 + v808;
uint32_t const v810 = v809 + v499;
uint32_t const v811 = uint32_t(v810);
float_4 * const v812 = &(*v328)[v811];
float_4 const v813 = *v812;
uint32_t const v814 = v805 * v14;
uint32_t const v815 = v814 + v500;
uint32_t const v816 = uint32_t(v500);
float_4 const* const v817 = &v2[v816];
float_4 const v818 = *v817;
float const v819 = v813.i_0;
float const v820 = v818.i_0;
float const v821 = v819 + v820;
float const v822 = v813.i_1;
float const v823 = v818.i_1;
float const v824 = v822 + v823;
float const v825 = v813.i_2;
float const v826 = v818.i_2;
float const v827 = v825 + v826;
float const v828 = v813.i_3;
float const v829 = v818.i_3;
float const v830 = v828 + v829;
float_4 const v831 = float_4{v821, v824, v827, v830};
float_4 v832_store;
float_4 * v832 = &v832_store;
*v832 = v831;
uint32_t const v833 = v20 & v24;
bool const v834 = v833 != v22;
if(v834) {
float_4 const v835 = *v832;
float const v836 = v835.i_0;
float const v837 = max(v836, v164);
float const v838 = v835.i_1;
float const v839 = max(v838, v164);
float const v840 = v835.i_2;
float const v841 = max(v840, v164);
float const v842 = v835.i_3;
float const v843 = max(v842, v164);
float_4 const v844 = float_4{v837, v839, v841, v843};
*v832 = v844;
}
uint32_t const v845 = v20 & v70;
bool const v846 = v845 == v22;
if(v846) {
uint32_t_2 const v847 = uint32_t_2{v22, v22};
float_4 const v848 = *v832;
float const v849 = v848.i_0;
uint32_t const v850 = reinterpret_cast<const uint32_t&>(v849);
uint32_t_2 const v851 = {v850, v847.i_1};
float const v852 = v848.i_1;
uint32_t const v853 = reinterpret_cast<const uint32_t&>(v852);
uint32_t_2 const v854 = {v851.i_0, v853};
uint32_t const v855 = uint32_t(v815);
uint32_t const v856 = v12 * v855;
uint32_t_2 * const v857 = &v3[v856];
*v857 = v854;
float const v858 = v848.i_2;
uint32_t const v859 = reinterpret_cast<const uint32_t&>(v858);
uint32_t_2 const v860 = {v859, v847.i_1};
float const v861 = v848.i_3;
uint32_t const v862 = reinterpret_cast<const uint32_t&>(v861);
uint32_t_2 const v863 = {v860.i_0, v862};
uint32_t const v864 = v856 + v9;
uint32_t_2 * const v865 = &v3[v864];
*v865 = v863;
}
 else {
float_4 const v866 = *v832;
float const v867 = v866.i_0;
__nv_bfloat16 const v868 = __nv_bfloat16(v867);
float const v869 = v866.i_1;
__nv_bfloat16 const v870 = __nv_bfloat16(v869);
float const v871 = v866.i_2;
__nv_bfloat16 const v872 = __nv_bfloat16(v871);
float const v873 = v866.i_3;
__nv_bfloat16 const v874 = __nv_bfloat16(v873);
__nv_bfloat16_4 const v875 = __nv_bfloat16_4{v868, v870, v872, v874};
uint32_t_2 const v876 = reinterpret_cast<const uint32_t_2&>(v875);
uint32_t const v877 = uint32_t(v815);
uint32_t_2 * const v878 = &v3[v877];
*v878 = v876;
}
}
uint32_t const v879 = v656 + v577;
bool const v880 = v879 < v8;
bool const v881 = v880 && v582;
if(v881) {
uint32_t const v882 = v577 * v83;
uint32_t const v883 = v327 + v882;
uint32_t const v884 = v883 + v579;
uint32_t const v885 = uint32_t(v884);
float_4 * const v886 = &(*v328)[v885];
float_4 const v887 = *v886;
uint32_t const v888 = v879 * v14;
uint32_t const v889 = v888 + v580;
uint32_t const v890 = uint32_t(v580);
float_4 const* const v891 = &v2[v890];
float_4 const v892 = *v891;
float const v893 = v887.i_0;
float const v894 = v892.i_0;
float const v895 = v893 + v894;
float const v896 = v887.i_1;
float const v897 = v892.i_1;
float const v898 = v896 + v897;
float const v899 = v887.i_2;
float const v900 = v892.i_2;
float const v901 = v899 + v900;
float const v902 = v887.i_3;
float const v903 = v892.i_3;
float const v904 = v902 + v903;
float_4 const v905 = float_4{v895, v898, v901, v904};
float_4 v906_store;
float_4 * v906 = &v906_store;
*v906 = v905;
uint32_t const v907 = v20 & v24;
bool const v908 = v907 != v22;
if(v908) {
float_4 const v909 = *v906;
float const v910 = v909.i_0;
float const v911 = max(v910, v164);
float const v912 = v909.i_1;
float const v913 = max(v912, v164);
float const v914 = v909.i_2;
float const v915 = max(v914, v164);
float const v916 = v909.i_3;
float const v917 = max(v916, v164);
float_4 const v918 = float_4{v911, v913, v915, v917};
*v906 = v918;
}
uint32_t const v919 = v20 & v70;
bool const v920 = v919 == v22;
if(v920) {
uint32_t_2 const v921 = uint32_t_2{v22, v22};
float_4 const v922 = *v906;
float const v923 = v922.i_0;
uint32_t const v924 = reinterpret_cast<const uint32_t&>(v923);
uint32_t_2 const v925 = {v924, v921.i_1};
float const v926 = v922.i_1;
uint32_t const v927 = reinterpret_cast<const uint32_t&>(v926);
uint32_t_2 const v928 = {v925.i_0, v927};
uint32_t const v929 = uint32_t(v889);
uint32_t const v930 = v12 * v929;
uint32_t_2 * const v931 = &v3[v930];
*v931 = v928;
float const v932 = v922.i_2;
uint32_t const v933 = reinterpret_cast<const uint32_t&>(v932);
uint32_t_2 const v934 = {v933, v921.i_1};
float const v935 = v922.i_3;
uint32_t const v936 = reinterpret_cast<const uint32_t&>(v935);
uint32_t_2 const v937 = {v934.i_0, v936};
uint32_t const v938 = v930 + v9;
uint32_t_2 * const v939 = &v3[v938];
*v939 = v937;
}
 else {
float_4 const v940 = *v906;
float const v941 = v940.i_0;
__nv_bfloat16 const v942 = __nv_bfloat16(v941);
float const v943 = v940.i_1;
__nv_bfloat16 const v944 = __nv_bfloat16(v943);
float const v945 = v940.i_2;
__nv_bfloat16 const v946 = __nv_bfloat16(v945);
float const v947 = v940.i_3;
__nv_bfloat16 const v948 = __nv_bfloat16(v947);
__nv_bfloat16_4 const v949 = __nv_bfloat16_4{v942, v944, v946, v948};
uint32_t_2 const v950 = reinterpret_cast<const uint32_t_2&>(v949);
uint32_t const v951 = uint32_t(v889);
uint32_t_2 * const v952 = &v3[v951];
*v952 = v950;
}
}
__syncwarp();
return;
}
