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
struct alignas(16) uint32_t_4 { uint32_t i_0; uint32_t i_1; uint32_t i_2; uint32_t i_3; };
struct alignas(16) float_4 { float i_0; float i_1; float i_2; float i_3; };

extern "C" __global__ void __launch_bounds__(256)  bf16_first_small(float_4 const* const __restrict__ v0, uint32_t_4 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
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
array<float_4, 4> v62_store = {};
array<float_4, 4> * v62 = &v62_store;array<uint32_t_4, 2> v63_store = {};
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
uint32_t const v80 = v79 * v17;
uint32_t * const v81 = &(*v64)[v6];
*v81 = v80;
uint32_t const v82 = 17;
uint32_t const v83 = v76 * v82;
uint32_t const v84 = v21 % v56;
uint32_t const v85 = v83 + v84;
uint32_t * const v86 = &(*v65)[v6];
*v86 = v85;
float const v87 = 0;
float_4 const v88 = float_4{v87, v87, v87, v87};
float_4 * const v89 = &(*v62)[v6];
*v89 = v88;
float_4 * const v90 = &(*v62)[v9];
*v90 = v88;
uint32_t const v91 = v21 + v23;
uint32_t const v92 = v91 / v56;
uint32_t const v93 = v92 / v45;
uint32_t const v94 = v93 * v45;
uint32_t const v95 = v92 % v54;
uint32_t const v96 = v95 * v51;
uint32_t const v97 = v94 + v96;
uint32_t const v98 = v92 / v54;
uint32_t const v99 = v98 % v51;
uint32_t const v100 = v97 + v99;
uint32_t const v101 = v48 + v100;
uint32_t const v102 = min(v101, v78);
uint32_t const v103 = v102 * v17;
uint32_t * const v104 = &(*v64)[v9];
*v104 = v103;
uint32_t const v105 = v100 * v82;
uint32_t const v106 = v91 % v56;
uint32_t const v107 = v105 + v106;
uint32_t * const v108 = &(*v65)[v9];
*v108 = v107;
float_4 * const v109 = &(*v62)[v12];
*v109 = v88;
float_4 * const v110 = &(*v62)[v15];
*v110 = v88;
uint32_t const v111 = v21 / v51;
uint32_t const v112 = v14 / v54;
uint32_t const v113 = v111 * v112;
uint32_t const v114 = v50 / v54;
uint32_t const v115 = v21 % v51;
uint32_t const v116 = v114 + v115;
uint32_t const v117 = v112 - v24;
uint32_t const v118 = min(v116, v117);
uint32_t const v119 = v113 + v118;
uint32_t * const v120 = &(*v66)[v6];
*v120 = v119;
uint32_t const v121 = 5;
uint32_t const v122 = v111 * v121;
uint32_t const v123 = v122 + v115;
uint32_t * const v124 = &(*v67)[v6];
*v124 = v123;
uint32_t_4 const v125 = uint32_t_4{v22, v22, v22, v22};
uint32_t_4 * const v126 = &(*v63)[v6];
*v126 = v125;
uint32_t const v127 = v91 / v51;
uint32_t const v128 = v127 * v112;
uint32_t const v129 = v91 % v51;
uint32_t const v130 = v114 + v129;
uint32_t const v131 = min(v130, v117);
uint32_t const v132 = v128 + v131;
uint32_t * const v133 = &(*v66)[v9];
*v133 = v132;
uint32_t const v134 = v127 * v121;
uint32_t const v135 = v134 + v129;
uint32_t * const v136 = &(*v67)[v9];
*v136 = v135;
uint32_t_4 * const v137 = &(*v63)[v9];
*v137 = v125;
uint32_t const v138 = v17 - v24;
nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v139_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v139 = &v139_store;nvcuda::wmma::fill_fragment(*v139, v87);uint32_t const v140 = 127;
uint32_t const v141 = v11 + v140;
uint32_t const v142 = 128;
uint32_t const v143 = v141 / v142;
uint32_t const v144 = v143 + v24;
for(uint32_t v145 = v22; v145 < v144; v145 += v24) {
bool const v146 = v145 < v143;
if(v146) {
uint32_t const v147 = v145 * v56;
uint32_t const v148 = v147 + v84;
uint32_t const v149 = v148 * v54;
uint32_t const v150 = min(v149, v138);
uint32_t const v151 = *v81;
uint32_t const v152 = v151 + v150;
uint32_t const v153 = uint32_t(v152);
float_4 const* const v154 = &v0[v153];
float_4 const v155 = *v154;
*v89 = v155;
uint32_t const v156 = v149 + v24;
uint32_t const v157 = min(v156, v138);
uint32_t const v158 = v151 + v157;
uint32_t const v159 = uint32_t(v158);
float_4 const* const v160 = &v0[v159];
float_4 const v161 = *v160;
*v90 = v161;
uint32_t const v162 = *v104;
uint32_t const v163 = v162 + v150;
uint32_t const v164 = uint32_t(v163);
float_4 const* const v165 = &v0[v164];
float_4 const v166 = *v165;
*v109 = v166;
uint32_t const v167 = v162 + v157;
uint32_t const v168 = uint32_t(v167);
float_4 const* const v169 = &v0[v168];
float_4 const v170 = *v169;
*v110 = v170;
uint32_t const v171 = v145 * v142;
uint32_t const v172 = v171 * v112;
uint32_t const v173 = *v120;
uint32_t const v174 = v172 + v173;
uint32_t const v175 = uint32_t(v174);
uint32_t_4 const* const v176 = &v1[v175];
uint32_t_4 const v177 = *v176;
*v126 = v177;
uint32_t const v178 = *v133;
uint32_t const v179 = v172 + v178;
uint32_t const v180 = uint32_t(v179);
uint32_t_4 const* const v181 = &v1[v180];
uint32_t_4 const v182 = *v181;
*v137 = v182;
}
bool const v183 = v145 > v22;
if(v183) {
uint32_t const v184 = v145 + v24;
uint32_t const v185 = v184 % v54;
uint32_t const v186 = 64;
uint32_t const v187 = v53 * v186;
uint32_t const v188 = 544;
uint32_t const v189 = v185 * v188;
uint32_t const v190 = v57 * v82;
uint32_t const v191 = v189 + v190;
uint32_t const v192 = v187 / v45;
uint32_t const v193 = v191 + v192;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v194_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v194 = &v194_store;__nv_bfloat16 const v195 = 0;
nvcuda::wmma::fill_fragment(*v194, v195);uint32_t const v196 = uint32_t(v193);
uint32_t const v197 = 136;
__nv_bfloat16_8 * const v198 = &(*v60)[v196];
nvcuda::wmma::load_matrix_sync(*v194, reinterpret_cast<__nv_bfloat16 *>(v198), v197);uint32_t const v199 = 640;
uint32_t const v200 = v185 * v199;
uint32_t const v201 = v187 * v121;
uint32_t const v202 = v200 + v201;
uint32_t const v203 = v59 / v45;
uint32_t const v204 = v202 + v203;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v205_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v205 = &v205_store;nvcuda::wmma::fill_fragment(*v205, v195);uint32_t const v206 = uint32_t(v204);
uint32_t const v207 = 40;
__nv_bfloat16_8 * const v208 = &(*v61)[v206];
nvcuda::wmma::load_matrix_sync(*v205, reinterpret_cast<__nv_bfloat16 *>(v208), v207);nvcuda::wmma::mma_sync(*v139, *v194, *v205, *v139);uint32_t const v209 = v187 + v56;
uint32_t const v210 = v209 / v45;
uint32_t const v211 = v191 + v210;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v212_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v212 = &v212_store;nvcuda::wmma::fill_fragment(*v212, v195);uint32_t const v213 = uint32_t(v211);
__nv_bfloat16_8 * const v214 = &(*v60)[v213];
nvcuda::wmma::load_matrix_sync(*v212, reinterpret_cast<__nv_bfloat16 *>(v214), v197);uint32_t const v215 = v209 * v121;
uint32_t const v216 = v200 + v215;
uint32_t const v217 = v216 + v203;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v218_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v218 = &v218_store;nvcuda::wmma::fill_fragment(*v218, v195);uint32_t const v219 = uint32_t(v217);
__nv_bfloat16_8 * const v220 = &(*v61)[v219];
nvcuda::wmma::load_matrix_sync(*v218, reinterpret_cast<__nv_bfloat16 *>(v220), v207);nvcuda::wmma::mma_sync(*v139, *v212, *v218, *v139);uint32_t const v221 = v187 + v25;
uint32_t const v222 = v221 / v45;
uint32_t const v223 = v191 + v222;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v224_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v224 = &v224_store;nvcuda::wmma::fill_fragment(*v224, v195);uint32_t const v225 = uint32_t(v223);
__nv_bfloat16_8 * const v226 = &(*v60)[v225];
nvcuda::wmma::load_matrix_sync(*v224, reinterpret_cast<__nv_bfloat16 *>(v226), v197);uint32_t const v227 = v221 * v121;
uint32_t const v228 = v200 + v227;
uint32_t const v229 = v228 + v203;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v230_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v230 = &v230_store;nvcuda::wmma::fill_fragment(*v230, v195);uint32_t const v231 = uint32_t(v229);
__nv_bfloat16_8 * const v232 = &(*v61)[v231];
nvcuda::wmma::load_matrix_sync(*v230, reinterpret_cast<__nv_bfloat16 *>(v232), v207);nvcuda::wmma::mma_sync(*v139, *v224, *v230, *v139);uint32_t const v233 = 48;
uint32_t const v234 = v187 + v233;
uint32_t const v235 = v234 / v45;
uint32_t const v236 = v191 + v235;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v237_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v237 = &v237_store;nvcuda::wmma::fill_fragment(*v237, v195);uint32_t const v238 = uint32_t(v236);
__nv_bfloat16_8 * const v239 = &(*v60)[v238];
nvcuda::wmma::load_matrix_sync(*v237, reinterpret_cast<__nv_bfloat16 *>(v239), v197);uint32_t const v240 = v234 * v121;
uint32_t const v241 = v200 + v240;
uint32_t const v242 = v241 + v203;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v243_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v243 = &v243_store;nvcuda::wmma::fill_fragment(*v243, v195);uint32_t const v244 = uint32_t(v242);
__nv_bfloat16_8 * const v245 = &(*v61)[v244];
nvcuda::wmma::load_matrix_sync(*v243, reinterpret_cast<__nv_bfloat16 *>(v245), v207);nvcuda::wmma::mma_sync(*v139, *v237, *v243, *v139);}
if(v146) {
uint32_t const v246 = v145 % v54;
uint32_t const v247 = 544;
uint32_t const v248 = v246 * v247;
uint32_t const v249 = *v86;
uint32_t const v250 = v248 + v249;
uint32_t const v251 = uint32_t(v250);
float_4 const v252 = *v89;
float_4 const v253 = *v90;
float const v254 = v252.i_0;
__nv_bfloat16 const v255 = __nv_bfloat16(v254);
float const v256 = v252.i_1;
__nv_bfloat16 const v257 = __nv_bfloat16(v256);
float const v258 = v252.i_2;
__nv_bfloat16 const v259 = __nv_bfloat16(v258);
float const v260 = v252.i_3;
__nv_bfloat16 const v261 = __nv_bfloat16(v260);
__nv_bfloat16_4 const v262 = __nv_bfloat16_4{v255, v257, v259, v261};
uint32_t_2 const v263 = reinterpret_cast<const uint32_t_2&>(v262);
float const v264 = v253.i_0;
__nv_bfloat16 const v265 = __nv_bfloat16(v264);
float const v266 = v253.i_1;
__nv_bfloat16 const v267 = __nv_bfloat16(v266);
float const v268 = v253.i_2;
__nv_bfloat16 const v269 = __nv_bfloat16(v268);
float const v270 = v253.i_3;
__nv_bfloat16 const v271 = __nv_bfloat16(v270);
__nv_bfloat16_4 const v272 = __nv_bfloat16_4{v265, v267, v269, v271};
uint32_t_2 const v273 = reinterpret_cast<const uint32_t_2&>(v272);
uint32_t const v274 = v263.i_0;
uint32_t_4 const v275 = {v274, v125.i_1, v125.i_2, v125.i_3};
uint32_t const v276 = v273.i_0;
uint32_t_4 const v277 = {v275.i_0, v275.i_1, v276, v275.i_3};
uint32_t const v278 = v263.i_1;
uint32_t_4 const v279 = {v277.i_0, v278, v277.i_2, v277.i_3};
uint32_t const v280 = v273.i_1;
uint32_t_4 const v281 = {v279.i_0, v279.i_1, v279.i_2, v280};
__nv_bfloat16_8 const v282 = reinterpret_cast<const __nv_bfloat16_8&>(v281);
__nv_bfloat16_8 * const v283 = &(*v60)[v251];
*v283 = v282;
uint32_t const v284 = *v108;
uint32_t const v285 = v248 + v284;
uint32_t const v286 = uint32_t(v285);
float_4 const v287 = *v109;
float_4 const v288 = *v110;
float const v289 = v287.i_0;
__nv_bfloat16 const v290 = __nv_bfloat16(v289);
float const v291 = v287.i_1;
__nv_bfloat16 const v292 = __nv_bfloat16(v291);
float const v293 = v287.i_2;
__nv_bfloat16 const v294 = __nv_bfloat16(v293);
float const v295 = v287.i_3;
__nv_bfloat16 const v296 = __nv_bfloat16(v295);
__nv_bfloat16_4 const v297 = __nv_bfloat16_4{v290, v292, v294, v296};
uint32_t_2 const v298 = reinterpret_cast<const uint32_t_2&>(v297);
float const v299 = v288.i_0;
__nv_bfloat16 const v300 = __nv_bfloat16(v299);
float const v301 = v288.i_1;
__nv_bfloat16 const v302 = __nv_bfloat16(v301);
float const v303 = v288.i_2;
__nv_bfloat16 const v304 = __nv_bfloat16(v303);
float const v305 = v288.i_3;
__nv_bfloat16 const v306 = __nv_bfloat16(v305);
__nv_bfloat16_4 const v307 = __nv_bfloat16_4{v300, v302, v304, v306};
uint32_t_2 const v308 = reinterpret_cast<const uint32_t_2&>(v307);
uint32_t const v309 = v298.i_0;
uint32_t_4 const v310 = {v309, v125.i_1, v125.i_2, v125.i_3};
uint32_t const v311 = v308.i_0;
uint32_t_4 const v312 = {v310.i_0, v310.i_1, v311, v310.i_3};
uint32_t const v313 = v298.i_1;
uint32_t_4 const v314 = {v312.i_0, v313, v312.i_2, v312.i_3};
uint32_t const v315 = v308.i_1;
uint32_t_4 const v316 = {v314.i_0, v314.i_1, v314.i_2, v315};
__nv_bfloat16_8 const v317 = reinterpret_cast<const __nv_bfloat16_8&>(v316);
__nv_bfloat16_8 * const v318 = &(*v60)[v286];
*v318 = v317;
uint32_t const v319 = 640;
uint32_t const v320 = v246 * v319;
uint32_t const v321 = *v124;
uint32_t const v322 = v320 + v321;
uint32_t const v323 = uint32_t(v322);
uint32_t_4 const v324 = *v126;
__nv_bfloat16_8 const v325 = reinterpret_cast<const __nv_bfloat16_8&>(v324);
__nv_bfloat16_8 * const v326 = &(*v61)[v323];
*v326 = v325;
uint32_t const v327 = *v136;
uint32_t const v328 = v320 + v327;
uint32_t const v329 = uint32_t(v328);
uint32_t_4 const v330 = *v137;
__nv_bfloat16_8 const v331 = reinterpret_cast<const __nv_bfloat16_8&>(v330);
__nv_bfloat16_8 * const v332 = &(*v61)[v329];
*v332 = v331;
}
__syncthreads();
}
uint32_t const v333 = 80;
uint32_t const v334 = v26 * v333;
array<float_4, 640> * const v335 = reinterpret_cast<array<float_4, 640> *>(&v5[0]);
uint32_t const v336 = uint32_t(v334);
uint32_t const v337 = 20;
float_4 * const v338 = &(*v335)[v336];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v338), *v139, v337, nvcuda::wmma::mem_row_major);__syncthreads();
uint32_t const v339 = 64;
uint32_t const v340 = v21 / v339;
uint32_t const v341 = v21 % v339;
uint32_t const v342 = v340 / v54;
uint32_t const v343 = v342 * v56;
uint32_t const v344 = v48 + v343;
uint32_t const v345 = v341 / v51;
uint32_t const v346 = v344 + v345;
uint32_t const v347 = v340 % v54;
uint32_t const v348 = v347 * v51;
uint32_t const v349 = v50 + v348;
uint32_t const v350 = v341 % v51;
uint32_t const v351 = v349 + v350;
bool const v352 = v340 < v51;
bool const v353 = v346 < v8;
bool const v354 = v352 && v353;
bool const v355 = v351 < v14;
bool const v356 = v354 && v355;
if(v356) {
uint32_t const v357 = v340 * v56;
uint32_t const v358 = v357 + v345;
uint32_t const v359 = v358 * v121;
uint32_t const v360 = v359 + v350;
uint32_t const v361 = uint32_t(v360);
float_4 * const v362 = &(*v335)[v361];
float_4 const v363 = *v362;
uint32_t const v364 = 320;
uint32_t const v365 = v360 + v364;
uint32_t const v366 = uint32_t(v365);
float_4 * const v367 = &(*v335)[v366];
float_4 const v368 = *v367;
float const v369 = v363.i_0;
float const v370 = v368.i_0;
float const v371 = v369 + v370;
float const v372 = v363.i_1;
float const v373 = v368.i_1;
float const v374 = v372 + v373;
float const v375 = v363.i_2;
float const v376 = v368.i_2;
float const v377 = v375 + v376;
float const v378 = v363.i_3;
float const v379 = v368.i_3;
float const v380 = v378 + v379;
uint32_t const v381 = v346 * v14;
uint32_t const v382 = v381 + v351;
uint32_t const v383 = uint32_t(v351);
float_4 const* const v384 = &v2[v383];
float_4 const v385 = *v384;
float const v386 = v385.i_0;
float const v387 = v371 + v386;
float const v388 = v385.i_1;
float const v389 = v374 + v388;
float const v390 = v385.i_2;
float const v391 = v377 + v390;
float const v392 = v385.i_3;
float const v393 = v380 + v392;
float_4 const v394 = float_4{v387, v389, v391, v393};
float_4 v395_store;
float_4 * v395 = &v395_store;
*v395 = v394;
uint32_t const v396 = v20 & v24;
bool const v397 = v396 != v22;
if(v397) {
float_4 const v398 = *v395;
float const v399 = v398.i_0;
float const v400 = v88.i_0;
float const v401 = max(v399, v400);
float const v402 = v398.i_1;
float const v403 = v88.i_1;
float const v404 = max(v402, v403);
float const v405 = v398.i_2;
float const v406 = v88.i_2;
float const v407 = max(v405, v406);
float const v408 = v398.i_3;
float const v409 = v88.i_3;
float const v410 = max(v408, v409);
float_4 const v411 = float_4{v401, v404, v407, v410};
*v395 = v411;
}
uint32_t const v412 = v20 & v54;
bool const v413 = v412 == v22;
if(v413) {
uint32_t_2 const v414 = uint32_t_2{v22, v22};
float_4 const v415 = *v395;
float const v416 = v415.i_0;
uint32_t const v417 = reinterpret_cast<const uint32_t&>(v416);
uint32_t_2 const v418 = {v417, v414.i_1};
float const v419 = v415.i_1;
uint32_t const v420 = reinterpret_cast<const uint32_t&>(v419);
uint32_t_2 const v421 = {v418.i_0, v420};
uint32_t const v422 = uint32_t(v382);
uint32_t const v423 = v12 * v422;
uint32_t_2 * const v424 = &v3[v423];
*v424 = v421;
float const v425 = v415.i_2;
uint32_t const v426 = reinterpret_cast<const uint32_t&>(v425);
uint32_t_2 const v427 = {v426, v414.i_1};
float const v428 = v415.i_3;
uint32_t const v429 = reinterpret_cast<const uint32_t&>(v428);
uint32_t_2 const v430 = {v427.i_0, v429};
uint32_t const v431 = v423 + v9;
uint32_t_2 * const v432 = &v3[v431];
*v432 = v430;
}
 else {
float_4 const v433 = *v395;
float const v434 = v433.i_0;
__nv_bfloat16 const v435 = __nv_bfloat16(v434);
float const v436 = v433.i_1;
__nv_bfloat16 const v437 = __nv_bfloat16(v436);
float const v438 = v433.i_2;
__nv_bfloat16 const v439 = __nv_bfloat16(v438);
float const v440 = v433.i_3;
__nv_bfloat16 const v441 = __nv_bfloat16(v440);
__nv_bfloat16_4 const v442 = __nv_bfloat16_4{v435, v437, v439, v441};
uint32_t_2 const v443 = reinterpret_cast<const uint32_t_2&>(v442);
uint32_t const v444 = uint32_t(v382);
uint32_t_2 * const v445 = &v3[v444];
*v445 = v443;
}
}
__syncthreads();
return;
}
