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

extern "C" __global__ void __launch_bounds__(256)  bf16_small(uint32_t_4 const* const __restrict__ v0, uint32_t_4 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
__shared__ __align__(16) char v5[37888];
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
uint32_t const v43 = 7;
uint32_t const v44 = v14 + v43;
uint32_t const v45 = 8;
uint32_t const v46 = v44 / v45;
uint32_t const v47 = v42 / v46;
uint32_t const v48 = v47 * v25;
uint32_t const v49 = v42 % v46;
uint32_t const v50 = v49 * v45;
uint32_t const v51 = 4;
uint32_t const v52 = v26 % v51;
uint32_t const v53 = v26 / v51;
uint32_t const v54 = 2;
uint32_t const v55 = v52 / v54;
uint32_t const v56 = 16;
uint32_t const v57 = v55 * v56;
uint32_t const v58 = v52 % v54;
uint32_t const v59 = v58 * v56;
array<__nv_bfloat16_8, 1088> * const v60 = reinterpret_cast<array<__nv_bfloat16_8, 1088> *>(&v5[0]);
array<__nv_bfloat16_8, 1280> * const v61 = reinterpret_cast<array<__nv_bfloat16_8, 1280> *>(&v5[17408]);
array<uint32_t_4, 2> v62_store = {};
array<uint32_t_4, 2> * v62 = &v62_store;array<uint32_t_4, 2> v63_store = {};
array<uint32_t_4, 2> * v63 = &v63_store;array<uint32_t, 2> v64_store = {};
array<uint32_t, 2> * v64 = &v64_store;array<uint32_t, 2> v65_store = {};
array<uint32_t, 2> * v65 = &v65_store;array<uint32_t, 2> v66_store = {};
array<uint32_t, 2> * v66 = &v66_store;array<uint32_t, 2> v67_store = {};
array<uint32_t, 2> * v67 = &v67_store;uint32_t const v68 = v21 / v56;
uint32_t const v69 = v68 / v45;
uint32_t const v70 = v69 * v45;
uint32_t const v71 = v68 % v54;
uint32_t const v72 = v71 * v51;
uint32_t const v73 = v70 + v72;
uint32_t const v74 = v68 / v54;
uint32_t const v75 = v74 % v51;
uint32_t const v76 = v73 + v75;
uint32_t const v77 = v48 + v76;
uint32_t const v78 = v8 - v24;
uint32_t const v79 = min(v77, v78);
uint32_t const v80 = v17 / v54;
uint32_t const v81 = v79 * v80;
uint32_t * const v82 = &(*v64)[v6];
*v82 = v81;
uint32_t const v83 = 17;
uint32_t const v84 = v76 * v83;
uint32_t const v85 = v21 % v56;
uint32_t const v86 = v84 + v85;
uint32_t * const v87 = &(*v65)[v6];
*v87 = v86;
uint32_t_4 const v88 = uint32_t_4{v22, v22, v22, v22};
uint32_t_4 * const v89 = &(*v62)[v6];
*v89 = v88;
uint32_t const v90 = v21 + v23;
uint32_t const v91 = v90 / v56;
uint32_t const v92 = v91 / v45;
uint32_t const v93 = v92 * v45;
uint32_t const v94 = v91 % v54;
uint32_t const v95 = v94 * v51;
uint32_t const v96 = v93 + v95;
uint32_t const v97 = v91 / v54;
uint32_t const v98 = v97 % v51;
uint32_t const v99 = v96 + v98;
uint32_t const v100 = v48 + v99;
uint32_t const v101 = min(v100, v78);
uint32_t const v102 = v101 * v80;
uint32_t * const v103 = &(*v64)[v9];
*v103 = v102;
uint32_t const v104 = v99 * v83;
uint32_t const v105 = v90 % v56;
uint32_t const v106 = v104 + v105;
uint32_t * const v107 = &(*v65)[v9];
*v107 = v106;
uint32_t_4 * const v108 = &(*v62)[v9];
*v108 = v88;
uint32_t const v109 = v21 / v51;
uint32_t const v110 = v14 / v54;
uint32_t const v111 = v109 * v110;
uint32_t const v112 = v50 / v54;
uint32_t const v113 = v21 % v51;
uint32_t const v114 = v112 + v113;
uint32_t const v115 = v110 - v24;
uint32_t const v116 = min(v114, v115);
uint32_t const v117 = v111 + v116;
uint32_t * const v118 = &(*v66)[v6];
*v118 = v117;
uint32_t const v119 = 5;
uint32_t const v120 = v109 * v119;
uint32_t const v121 = v120 + v113;
uint32_t * const v122 = &(*v67)[v6];
*v122 = v121;
uint32_t_4 * const v123 = &(*v63)[v6];
*v123 = v88;
uint32_t const v124 = v90 / v51;
uint32_t const v125 = v124 * v110;
uint32_t const v126 = v90 % v51;
uint32_t const v127 = v112 + v126;
uint32_t const v128 = min(v127, v115);
uint32_t const v129 = v125 + v128;
uint32_t * const v130 = &(*v66)[v9];
*v130 = v129;
uint32_t const v131 = v124 * v119;
uint32_t const v132 = v131 + v126;
uint32_t * const v133 = &(*v67)[v9];
*v133 = v132;
uint32_t_4 * const v134 = &(*v63)[v9];
*v134 = v88;
uint32_t const v135 = v80 - v24;
nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v136_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v136 = &v136_store;
float const v137 = 0;
nvcuda::wmma::fill_fragment(*v136, v137);uint32_t const v138 = 127;
uint32_t const v139 = v11 + v138;
uint32_t const v140 = 128;
uint32_t const v141 = v139 / v140;
uint32_t const v142 = v141 + v24;
for(uint32_t v143 = v22; v143 < v142; v143 += v24) {
bool const v144 = v143 < v141;
if(v144) {
uint32_t const v145 = v143 * v56;
uint32_t const v146 = v145 + v85;
uint32_t const v147 = min(v146, v135);
uint32_t const v148 = *v82;
uint32_t const v149 = v148 + v147;
uint32_t const v150 = uint32_t(v149);
uint32_t_4 const* const v151 = &v0[v150];
uint32_t_4 const v152 = *v151;
*v89 = v152;
uint32_t const v153 = *v103;
uint32_t const v154 = v153 + v147;
uint32_t const v155 = uint32_t(v154);
uint32_t_4 const* const v156 = &v0[v155];
uint32_t_4 const v157 = *v156;
*v108 = v157;
uint32_t const v158 = v143 * v140;
uint32_t const v159 = v158 * v110;
uint32_t const v160 = *v118;
uint32_t const v161 = v159 + v160;
uint32_t const v162 = uint32_t(v161);
uint32_t_4 const* const v163 = &v1[v162];
uint32_t_4 const v164 = *v163;
*v123 = v164;
uint32_t const v165 = *v130;
uint32_t const v166 = v159 + v165;
uint32_t const v167 = uint32_t(v166);
uint32_t_4 const* const v168 = &v1[v167];
uint32_t_4 const v169 = *v168;
*v134 = v169;
}
bool const v170 = v143 > v22;
if(v170) {
uint32_t const v171 = v143 + v24;
uint32_t const v172 = v171 % v54;
uint32_t const v173 = 64;
uint32_t const v174 = v53 * v173;
uint32_t const v175 = 544;
uint32_t const v176 = v172 * v175;
uint32_t const v177 = v57 * v83;
uint32_t const v178 = v176 + v177;
uint32_t const v179 = v174 / v45;
uint32_t const v180 = v178 + v179;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v181_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v181 = &v181_store;__nv_bfloat16 const v182 = 0;
nvcuda::wmma::fill_fragment(*v181, v182);uint32_t const v183 = uint32_t(v180);
uint32_t const v184 = 136;
__nv_bfloat16_8 * const v185 = &(*v60)[v183];
nvcuda::wmma::load_matrix_sync(*v181, reinterpret_cast<__nv_bfloat16 *>(v185), v184);uint32_t const v186 = 640;
uint32_t const v187 = v172 * v186;
uint32_t const v188 = v174 * v119;
uint32_t const v189 = v187 + v188;
uint32_t const v190 = v59 / v45;
uint32_t const v191 = v189 + v190;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v192_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v192 = &v192_store;nvcuda::wmma::fill_fragment(*v192, v182);uint32_t const v193 = uint32_t(v191);
uint32_t const v194 = 40;
__nv_bfloat16_8 * const v195 = &(*v61)[v193];
nvcuda::wmma::load_matrix_sync(*v192, reinterpret_cast<__nv_bfloat16 *>(v195), v194);nvcuda::wmma::mma_sync(*v136, *v181, *v192, *v136);uint32_t const v196 = v174 + v56;
uint32_t const v197 = v196 / v45;
uint32_t const v198 = v178 + v197;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v199_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v199 = &v199_store;nvcuda::wmma::fill_fragment(*v199, v182);uint32_t const v200 = uint32_t(v198);
__nv_bfloat16_8 * const v201 = &(*v60)[v200];
nvcuda::wmma::load_matrix_sync(*v199, reinterpret_cast<__nv_bfloat16 *>(v201), v184);uint32_t const v202 = v196 * v119;
uint32_t const v203 = v187 + v202;
uint32_t const v204 = v203 + v190;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v205_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v205 = &v205_store;nvcuda::wmma::fill_fragment(*v205, v182);uint32_t const v206 = uint32_t(v204);
__nv_bfloat16_8 * const v207 = &(*v61)[v206];
nvcuda::wmma::load_matrix_sync(*v205, reinterpret_cast<__nv_bfloat16 *>(v207), v194);nvcuda::wmma::mma_sync(*v136, *v199, *v205, *v136);uint32_t const v208 = v174 + v25;
uint32_t const v209 = v208 / v45;
uint32_t const v210 = v178 + v209;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v211_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v211 = &v211_store;nvcuda::wmma::fill_fragment(*v211, v182);uint32_t const v212 = uint32_t(v210);
__nv_bfloat16_8 * const v213 = &(*v60)[v212];
nvcuda::wmma::load_matrix_sync(*v211, reinterpret_cast<__nv_bfloat16 *>(v213), v184);uint32_t const v214 = v208 * v119;
uint32_t const v215 = v187 + v214;
uint32_t const v216 = v215 + v190;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v217_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v217 = &v217_store;nvcuda::wmma::fill_fragment(*v217, v182);uint32_t const v218 = uint32_t(v216);
__nv_bfloat16_8 * const v219 = &(*v61)[v218];
nvcuda::wmma::load_matrix_sync(*v217, reinterpret_cast<__nv_bfloat16 *>(v219), v194);nvcuda::wmma::mma_sync(*v136, *v211, *v217, *v136);uint32_t const v220 = 48;
uint32_t const v221 = v174 + v220;
uint32_t const v222 = v221 / v45;
uint32_t const v223 = v178 + v222;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v224_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v224 = &v224_store;nvcuda::wmma::fill_fragment(*v224, v182);uint32_t const v225 = uint32_t(v223);
__nv_bfloat16_8 * const v226 = &(*v60)[v225];
nvcuda::wmma::load_matrix_sync(*v224, reinterpret_cast<__nv_bfloat16 *>(v226), v184);uint32_t const v227 = v221 * v119;
uint32_t const v228 = v187 + v227;
uint32_t const v229 = v228 + v190;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v230_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v230 = &v230_store;nvcuda::wmma::fill_fragment(*v230, v182);uint32_t const v231 = uint32_t(v229);
__nv_bfloat16_8 * const v232 = &(*v61)[v231];
nvcuda::wmma::load_matrix_sync(*v230, reinterpret_cast<__nv_bfloat16 *>(v232), v194);nvcuda::wmma::mma_sync(*v136, *v224, *v230, *v136);}
if(v144) {
uint32_t const v233 = v143 % v54;
uint32_t const v234 = 544;
uint32_t const v235 = v233 * v234;
uint32_t const v236 = *v87;
uint32_t const v237 = v235 + v236;
uint32_t const v238 = uint32_t(v237);
uint32_t_4 const v239 = *v89;
__nv_bfloat16_8 const v240 = reinterpret_cast<const __nv_bfloat16_8&>(v239);
__nv_bfloat16_8 * const v241 = &(*v60)[v238];
*v241 = v240;
uint32_t const v242 = *v107;
uint32_t const v243 = v235 + v242;
uint32_t const v244 = uint32_t(v243);
uint32_t_4 const v245 = *v108;
__nv_bfloat16_8 const v246 = reinterpret_cast<const __nv_bfloat16_8&>(v245);
__nv_bfloat16_8 * const v247 = &(*v60)[v244];
*v247 = v246;
uint32_t const v248 = 640;
uint32_t const v249 = v233 * v248;
uint32_t const v250 = *v122;
uint32_t const v251 = v249 + v250;
uint32_t const v252 = uint32_t(v251);
uint32_t_4 const v253 = *v123;
__nv_bfloat16_8 const v254 = reinterpret_cast<const __nv_bfloat16_8&>(v253);
__nv_bfloat16_8 * const v255 = &(*v61)[v252];
*v255 = v254;
uint32_t const v256 = *v133;
uint32_t const v257 = v249 + v256;
uint32_t const v258 = uint32_t(v257);
uint32_t_4 const v259 = *v134;
__nv_bfloat16_8 const v260 = reinterpret_cast<const __nv_bfloat16_8&>(v259);
__nv_bfloat16_8 * const v261 = &(*v61)[v258];
*v261 = v260;
}
__syncthreads();
}
uint32_t const v262 = 80;
uint32_t const v263 = v26 * v262;
array<float_4, 640> * const v264 = reinterpret_cast<array<float_4, 640> *>(&v5[0]);
uint32_t const v265 = uint32_t(v263);
uint32_t const v266 = 20;
float_4 * const v267 = &(*v264)[v265];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v267), *v136, v266, nvcuda::wmma::mem_row_major);__syncthreads();
uint32_t const v268 = 64;
uint32_t const v269 = v21 / v268;
uint32_t const v270 = v21 % v268;
uint32_t const v271 = v269 / v54;
uint32_t const v272 = v271 * v56;
uint32_t const v273 = v48 + v272;
uint32_t const v274 = v270 / v51;
uint32_t const v275 = v273 + v274;
uint32_t const v276 = v269 % v54;
uint32_t const v277 = v276 * v51;
uint32_t const v278 = v50 + v277;
uint32_t const v279 = v270 % v51;
uint32_t const v280 = v278 + v279;
bool const v281 = v269 < v51;
bool const v282 = v275 < v8;
bool const v283 = v281 && v282;
bool const v284 = v280 < v14;
bool const v285 = v283 && v284;
if(v285) {
uint32_t const v286 = v269 * v56;
uint32_t const v287 = v286 + v274;
uint32_t const v288 = v287 * v119;
uint32_t const v289 = v288 + v279;
uint32_t const v290 = uint32_t(v289);
float_4 * const v291 = &(*v264)[v290];
float_4 const v292 = *v291;
uint32_t const v293 = 320;
uint32_t const v294 = v289 + v293;
uint32_t const v295 = uint32_t(v294);
float_4 * const v296 = &(*v264)[v295];
float_4 const v297 = *v296;
float const v298 = v292.i_0;
float const v299 = v297.i_0;
float const v300 = v298 + v299;
float const v301 = v292.i_1;
float const v302 = v297.i_1;
float const v303 = v301 + v302;
float const v304 = v292.i_2;
float const v305 = v297.i_2;
float const v306 = v304 + v305;
float const v307 = v292.i_3;
float const v308 = v297.i_3;
float const v309 = v307 + v308;
uint32_t const v310 = v275 * v14;
uint32_t const v311 = v310 + v280;
uint32_t const v312 = uint32_t(v280);
float_4 const* const v313 = &v2[v312];
float_4 const v314 = *v313;
float const v315 = v314.i_0;
float const v316 = v300 + v315;
float const v317 = v314.i_1;
float const v318 = v303 + v317;
float const v319 = v314.i_2;
float const v320 = v306 + v319;
float const v321 = v314.i_3;
float const v322 = v309 + v321;
float_4 const v323 = float_4{v316, v318, v320, v322};
float_4 v324_store;
float_4 * v324 = &v324_store;
*v324 = v323;
uint32_t const v325 = v20 & v24;
bool const v326 = v325 != v22;
if(v326) {
float_4 const v327 = *v324;
float const v328 = v327.i_0;
float const v329 = max(v328, v137);
float const v330 = v327.i_1;
float const v331 = max(v330, v137);
float const v332 = v327.i_2;
float const v333 = max(v332, v137);
float const v334 = v327.i_3;
float const v335 = max(v334, v137);
float_4 const v336 = float_4{v329, v331, v333, v335};
*v324 = v336;
}
uint32_t const v337 = v20 & v54;
bool const v338 = v337 == v22;
if(v338) {
uint32_t_2 const v339 = uint32_t_2{v22, v22};
float_4 const v340 = *v324;
float const v341 = v340.i_0;
uint32_t const v342 = reinterpret_cast<const uint32_t&>(v341);
uint32_t_2 const v343 = {v342, v339.i_1};
float const v344 = v340.i_1;
uint32_t const v345 = reinterpret_cast<const uint32_t&>(v344);
uint32_t_2 const v346 = {v343.i_0, v345};
uint32_t const v347 = uint32_t(v311);
uint32_t const v348 = v12 * v347;
uint32_t_2 * const v349 = &v3[v348];
*v349 = v346;
float const v350 = v340.i_2;
uint32_t const v351 = reinterpret_cast<const uint32_t&>(v350);
uint32_t_2 const v352 = {v351, v339.i_1};
float const v353 = v340.i_3;
uint32_t const v354 = reinterpret_cast<const uint32_t&>(v353);
uint32_t_2 const v355 = {v352.i_0, v354};
uint32_t const v356 = v348 + v9;
uint32_t_2 * const v357 = &v3[v356];
*v357 = v355;
}
 else {
float_4 const v358 = *v324;
float const v359 = v358.i_0;
__nv_bfloat16 const v360 = __nv_bfloat16(v359);
float const v361 = v358.i_1;
__nv_bfloat16 const v362 = __nv_bfloat16(v361);
float const v363 = v358.i_2;
__nv_bfloat16 const v364 = __nv_bfloat16(v363);
float const v365 = v358.i_3;
__nv_bfloat16 const v366 = __nv_bfloat16(v365);
__nv_bfloat16_4 const v367 = __nv_bfloat16_4{v360, v362, v364, v366};
uint32_t_2 const v368 = reinterpret_cast<const uint32_t_2&>(v367);
uint32_t const v369 = uint32_t(v311);
uint32_t_2 * const v370 = &v3[v369];
*v370 = v368;
}
}
__syncthreads();
return;
}
