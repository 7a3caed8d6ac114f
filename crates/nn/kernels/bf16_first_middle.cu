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

extern "C" __global__ void __launch_bounds__(256)  bf16_first_middle(float_4 const* const __restrict__ v0, uint32_t_4 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
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
array<float_4, 4> v61_store = {};
array<float_4, 4> * v61 = &v61_store;array<uint32_t_4, 4> v62_store = {};
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
uint32_t const v80 = v79 * v17;
uint32_t * const v81 = &(*v63)[v6];
*v81 = v80;
uint32_t const v82 = 9;
uint32_t const v83 = v76 * v82;
uint32_t const v84 = v21 % v51;
uint32_t const v85 = v83 + v84;
uint32_t * const v86 = &(*v64)[v6];
*v86 = v85;
float const v87 = 0;
float_4 const v88 = float_4{v87, v87, v87, v87};
float_4 * const v89 = &(*v61)[v6];
*v89 = v88;
float_4 * const v90 = &(*v61)[v9];
*v90 = v88;
uint32_t const v91 = v21 + v23;
uint32_t const v92 = v91 / v51;
uint32_t const v93 = v92 / v51;
uint32_t const v94 = v93 * v51;
uint32_t const v95 = v92 % v70;
uint32_t const v96 = v95 * v54;
uint32_t const v97 = v94 + v96;
uint32_t const v98 = v92 / v70;
uint32_t const v99 = v98 % v54;
uint32_t const v100 = v97 + v99;
uint32_t const v101 = v48 + v100;
uint32_t const v102 = min(v101, v78);
uint32_t const v103 = v102 * v17;
uint32_t * const v104 = &(*v63)[v9];
*v104 = v103;
uint32_t const v105 = v100 * v82;
uint32_t const v106 = v91 % v51;
uint32_t const v107 = v105 + v106;
uint32_t * const v108 = &(*v64)[v9];
*v108 = v107;
float_4 * const v109 = &(*v61)[v12];
*v109 = v88;
float_4 * const v110 = &(*v61)[v15];
*v110 = v88;
uint32_t const v111 = 16;
uint32_t const v112 = v21 / v111;
uint32_t const v113 = v14 / v70;
uint32_t const v114 = v112 * v113;
uint32_t const v115 = v50 / v70;
uint32_t const v116 = v21 % v111;
uint32_t const v117 = v115 + v116;
uint32_t const v118 = v113 - v24;
uint32_t const v119 = min(v117, v118);
uint32_t const v120 = v114 + v119;
uint32_t * const v121 = &(*v65)[v6];
*v121 = v120;
uint32_t const v122 = 17;
uint32_t const v123 = v112 * v122;
uint32_t const v124 = v123 + v116;
uint32_t * const v125 = &(*v66)[v6];
*v125 = v124;
uint32_t_4 const v126 = uint32_t_4{v22, v22, v22, v22};
uint32_t_4 * const v127 = &(*v62)[v6];
*v127 = v126;
uint32_t const v128 = v91 / v111;
uint32_t const v129 = v128 * v113;
uint32_t const v130 = v91 % v111;
uint32_t const v131 = v115 + v130;
uint32_t const v132 = min(v131, v118);
uint32_t const v133 = v129 + v132;
uint32_t * const v134 = &(*v65)[v9];
*v134 = v133;
uint32_t const v135 = v128 * v122;
uint32_t const v136 = v135 + v130;
uint32_t * const v137 = &(*v66)[v9];
*v137 = v136;
uint32_t_4 * const v138 = &(*v62)[v9];
*v138 = v126;
uint32_t const v139 = 512;
uint32_t const v140 = v21 + v139;
uint32_t const v141 = v140 / v111;
uint32_t const v142 = v141 * v113;
uint32_t const v143 = v140 % v111;
uint32_t const v144 = v115 + v143;
uint32_t const v145 = min(v144, v118);
uint32_t const v146 = v142 + v145;
uint32_t * const v147 = &(*v65)[v12];
*v147 = v146;
uint32_t const v148 = v141 * v122;
uint32_t const v149 = v148 + v143;
uint32_t * const v150 = &(*v66)[v12];
*v150 = v149;
uint32_t_4 * const v151 = &(*v62)[v12];
*v151 = v126;
uint32_t const v152 = 768;
uint32_t const v153 = v21 + v152;
uint32_t const v154 = v153 / v111;
uint32_t const v155 = v154 * v113;
uint32_t const v156 = v153 % v111;
uint32_t const v157 = v115 + v156;
uint32_t const v158 = min(v157, v118);
uint32_t const v159 = v155 + v158;
uint32_t * const v160 = &(*v65)[v15];
*v160 = v159;
uint32_t const v161 = v154 * v122;
uint32_t const v162 = v161 + v156;
uint32_t * const v163 = &(*v66)[v15];
*v163 = v162;
uint32_t_4 * const v164 = &(*v62)[v15];
*v164 = v126;
uint32_t const v165 = v17 - v24;
nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v166_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v166 = &v166_store;nvcuda::wmma::fill_fragment(*v166, v87);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v167_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v167 = &v167_store;nvcuda::wmma::fill_fragment(*v167, v87);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v168_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v168 = &v168_store;nvcuda::wmma::fill_fragment(*v168, v87);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v169_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v169 = &v169_store;nvcuda::wmma::fill_fragment(*v169, v87);uint32_t const v170 = 63;
uint32_t const v171 = v11 + v170;
uint32_t const v172 = v171 / v47;
uint32_t const v173 = v172 + v24;
for(uint32_t v174 = v22; v174 < v173; v174 += v24) {
bool const v175 = v174 < v172;
if(v175) {
uint32_t const v176 = v174 * v51;
uint32_t const v177 = v176 + v84;
uint32_t const v178 = v177 * v70;
uint32_t const v179 = min(v178, v165);
uint32_t const v180 = *v81;
uint32_t const v181 = v180 + v179;
uint32_t const v182 = uint32_t(v181);
float_4 const* const v183 = &v0[v182];
float_4 const v184 = *v183;
*v89 = v184;
uint32_t const v185 = v178 + v24;
uint32_t const v186 = min(v185, v165);
uint32_t const v187 = v180 + v186;
uint32_t const v188 = uint32_t(v187);
float_4 const* const v189 = &v0[v188];
float_4 const v190 = *v189;
*v90 = v190;
uint32_t const v191 = *v104;
uint32_t const v192 = v191 + v179;
uint32_t const v193 = uint32_t(v192);
float_4 const* const v194 = &v0[v193];
float_4 const v195 = *v194;
*v109 = v195;
uint32_t const v196 = v191 + v186;
uint32_t const v197 = uint32_t(v196);
float_4 const* const v198 = &v0[v197];
float_4 const v199 = *v198;
*v110 = v199;
uint32_t const v200 = v174 * v47;
uint32_t const v201 = v200 * v113;
uint32_t const v202 = *v121;
uint32_t const v203 = v201 + v202;
uint32_t const v204 = uint32_t(v203);
uint32_t_4 const* const v205 = &v1[v204];
uint32_t_4 const v206 = *v205;
*v127 = v206;
uint32_t const v207 = *v134;
uint32_t const v208 = v201 + v207;
uint32_t const v209 = uint32_t(v208);
uint32_t_4 const* const v210 = &v1[v209];
uint32_t_4 const v211 = *v210;
*v138 = v211;
uint32_t const v212 = *v147;
uint32_t const v213 = v201 + v212;
uint32_t const v214 = uint32_t(v213);
uint32_t_4 const* const v215 = &v1[v214];
uint32_t_4 const v216 = *v215;
*v151 = v216;
uint32_t const v217 = *v160;
uint32_t const v218 = v201 + v217;
uint32_t const v219 = uint32_t(v218);
uint32_t_4 const* const v220 = &v1[v219];
uint32_t_4 const v221 = *v220;
*v164 = v221;
}
bool const v222 = v174 > v22;
if(v222) {
uint32_t const v223 = v53 * v47;
uint32_t const v224 = v56 * v82;
uint32_t const v225 = v223 / v51;
uint32_t const v226 = v224 + v225;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v227_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v227 = &v227_store;__nv_bfloat16 const v228 = 0;
nvcuda::wmma::fill_fragment(*v227, v228);uint32_t const v229 = uint32_t(v226);
uint32_t const v230 = 72;
__nv_bfloat16_8 * const v231 = &(*v59)[v229];
nvcuda::wmma::load_matrix_sync(*v227, reinterpret_cast<__nv_bfloat16 *>(v231), v230);uint32_t const v232 = v56 + v111;
uint32_t const v233 = v232 * v82;
uint32_t const v234 = v233 + v225;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v235_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v235 = &v235_store;nvcuda::wmma::fill_fragment(*v235, v228);uint32_t const v236 = uint32_t(v234);
__nv_bfloat16_8 * const v237 = &(*v59)[v236];
nvcuda::wmma::load_matrix_sync(*v235, reinterpret_cast<__nv_bfloat16 *>(v237), v230);uint32_t const v238 = v223 * v122;
uint32_t const v239 = v58 / v51;
uint32_t const v240 = v238 + v239;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v241_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v241 = &v241_store;nvcuda::wmma::fill_fragment(*v241, v228);uint32_t const v242 = uint32_t(v240);
uint32_t const v243 = 136;
__nv_bfloat16_8 * const v244 = &(*v60)[v242];
nvcuda::wmma::load_matrix_sync(*v241, reinterpret_cast<__nv_bfloat16 *>(v244), v243);nvcuda::wmma::mma_sync(*v166, *v227, *v241, *v166);nvcuda::wmma::mma_sync(*v168, *v235, *v241, *v168);uint32_t const v245 = v58 + v111;
uint32_t const v246 = v245 / v51;
uint32_t const v247 = v238 + v246;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v248_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v248 = &v248_store;nvcuda::wmma::fill_fragment(*v248, v228);uint32_t const v249 = uint32_t(v247);
__nv_bfloat16_8 * const v250 = &(*v60)[v249];
nvcuda::wmma::load_matrix_sync(*v248, reinterpret_cast<__nv_bfloat16 *>(v250), v243);nvcuda::wmma::mma_sync(*v167, *v227, *v248, *v167);nvcuda::wmma::mma_sync(*v169, *v235, *v248, *v169);uint32_t const v251 = v223 + v111;
uint32_t const v252 = v251 / v51;
uint32_t const v253 = v224 + v252;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v254_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v254 = &v254_store;nvcuda::wmma::fill_fragment(*v254, v228);uint32_t const v255 = uint32_t(v253);
__nv_bfloat16_8 * const v256 = &(*v59)[v255];
nvcuda::wmma::load_matrix_sync(*v254, reinterpret_cast<__nv_bfloat16 *>(v256), v230);uint32_t const v257 = v233 + v252;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v258_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v258 = &v258_store;nvcuda::wmma::fill_fragment(*v258, v228);uint32_t const v259 = uint32_t(v257);
__nv_bfloat16_8 * const v260 = &(*v59)[v259];
nvcuda::wmma::load_matrix_sync(*v258, reinterpret_cast<__nv_bfloat16 *>(v260), v230);uint32_t const v261 = v251 * v122;
uint32_t const v262 = v261 + v239;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v263_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v263 = &v263_store;nvcuda::wmma::fill_fragment(*v263, v228);uint32_t const v264 = uint32_t(v262);
__nv_bfloat16_8 * const v265 = &(*v60)[v264];
nvcuda::wmma::load_matrix_sync(*v263, reinterpret_cast<__nv_bfloat16 *>(v265), v243);nvcuda::wmma::mma_sync(*v166, *v254, *v263, *v166);nvcuda::wmma::mma_sync(*v168, *v258, *v263, *v168);uint32_t const v266 = v261 + v246;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v267_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v267 = &v267_store;nvcuda::wmma::fill_fragment(*v267, v228);uint32_t const v268 = uint32_t(v266);
__nv_bfloat16_8 * const v269 = &(*v60)[v268];
nvcuda::wmma::load_matrix_sync(*v267, reinterpret_cast<__nv_bfloat16 *>(v269), v243);nvcuda::wmma::mma_sync(*v167, *v254, *v267, *v167);nvcuda::wmma::mma_sync(*v169, *v258, *v267, *v169);uint32_t const v270 = v223 + v25;
uint32_t const v271 = v270 / v51;
uint32_t const v272 = v224 + v271;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v273_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v273 = &v273_store;nvcuda::wmma::fill_fragment(*v273, v228);uint32_t const v274 = uint32_t(v272);
__nv_bfloat16_8 * const v275 = &(*v59)[v274];
nvcuda::wmma::load_matrix_sync(*v273, reinterpret_cast<__nv_bfloat16 *>(v275), v230);uint32_t const v276 = v233 + v271;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v277_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v277 = &v277_store;nvcuda::wmma::fill_fragment(*v277, v228);uint32_t const v278 = uint32_t(v276);
__nv_bfloat16_8 * const v279 = &(*v59)[v278];
nvcuda::wmma::load_matrix_sync(*v277, reinterpret_cast<__nv_bfloat16 *>(v279), v230);uint32_t const v280 = v270 * v122;
uint32_t const v281 = v280 + v239;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v282_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v282 = &v282_store;nvcuda::wmma::fill_fragment(*v282, v228);uint32_t const v283 = uint32_t(v281);
__nv_bfloat16_8 * const v284 = &(*v60)[v283];
nvcuda::wmma::load_matrix_sync(*v282, reinterpret_cast<__nv_bfloat16 *>(v284), v243);nvcuda::wmma::mma_sync(*v166, *v273, *v282, *v166);nvcuda::wmma::mma_sync(*v168, *v277, *v282, *v168);uint32_t const v285 = v280 + v246;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v286_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v286 = &v286_store;nvcuda::wmma::fill_fragment(*v286, v228);uint32_t const v287 = uint32_t(v285);
__nv_bfloat16_8 * const v288 = &(*v60)[v287];
nvcuda::wmma::load_matrix_sync(*v286, reinterpret_cast<__nv_bfloat16 *>(v288), v243);nvcuda::wmma::mma_sync(*v167, *v273, *v286, *v167);nvcuda::wmma::mma_sync(*v169, *v277, *v286, *v169);uint32_t const v289 = 48;
uint32_t const v290 = v223 + v289;
uint32_t const v291 = v290 / v51;
uint32_t const v292 = v224 + v291;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v293_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v293 = &v293_store;nvcuda::wmma::fill_fragment(*v293, v228);uint32_t const v294 = uint32_t(v292);
__nv_bfloat16_8 * const v295 = &(*v59)[v294];
nvcuda::wmma::load_matrix_sync(*v293, reinterpret_cast<__nv_bfloat16 *>(v295), v230);uint32_t const v296 = v233 + v291;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v297_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v297 = &v297_store;nvcuda::wmma::fill_fragment(*v297, v228);uint32_t const v298 = uint32_t(v296);
__nv_bfloat16_8 * const v299 = &(*v59)[v298];
nvcuda::wmma::load_matrix_sync(*v297, reinterpret_cast<__nv_bfloat16 *>(v299), v230);uint32_t const v300 = v290 * v122;
uint32_t const v301 = v300 + v239;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v302_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v302 = &v302_store;nvcuda::wmma::fill_fragment(*v302, v228);uint32_t const v303 = uint32_t(v301);
__nv_bfloat16_8 * const v304 = &(*v60)[v303];
nvcuda::wmma::load_matrix_sync(*v302, reinterpret_cast<__nv_bfloat16 *>(v304), v243);nvcuda::wmma::mma_sync(*v166, *v293, *v302, *v166);nvcuda::wmma::mma_sync(*v168, *v297, *v302, *v168);uint32_t const v305 = v300 + v246;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v306_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v306 = &v306_store;nvcuda::wmma::fill_fragment(*v306, v228);uint32_t const v307 = uint32_t(v305);
__nv_bfloat16_8 * const v308 = &(*v60)[v307];
nvcuda::wmma::load_matrix_sync(*v306, reinterpret_cast<__nv_bfloat16 *>(v308), v243);nvcuda::wmma::mma_sync(*v167, *v293, *v306, *v167);nvcuda::wmma::mma_sync(*v169, *v297, *v306, *v169);}
__syncthreads();
if(v175) {
uint32_t const v309 = *v86;
uint32_t const v310 = uint32_t(v309);
float_4 const v311 = *v89;
float_4 const v312 = *v90;
float const v313 = v311.i_0;
__nv_bfloat16 const v314 = __nv_bfloat16(v313);
float const v315 = v311.i_1;
__nv_bfloat16 const v316 = __nv_bfloat16(v315);
float const v317 = v311.i_2;
__nv_bfloat16 const v318 = __nv_bfloat16(v317);
float const v319 = v311.i_3;
__nv_bfloat16 const v320 = __nv_bfloat16(v319);
__nv_bfloat16_4 const v321 = __nv_bfloat16_4{v314, v316, v318, v320};
uint32_t_2 const v322 = reinterpret_cast<const uint32_t_2&>(v321);
float const v323 = v312.i_0;
__nv_bfloat16 const v324 = __nv_bfloat16(v323);
float const v325 = v312.i_1;
__nv_bfloat16 const v326 = __nv_bfloat16(v325);
float const v327 = v312.i_2;
__nv_bfloat16 const v328 = __nv_bfloat16(v327);
float const v329 = v312.i_3;
__nv_bfloat16 const v330 = __nv_bfloat16(v329);
__nv_bfloat16_4 const v331 = __nv_bfloat16_4{v324, v326, v328, v330};
uint32_t_2 const v332 = reinterpret_cast<const uint32_t_2&>(v331);
uint32_t const v333 = v322.i_0;
uint32_t_4 const v334 = {v333, v126.i_1, v126.i_2, v126.i_3};
uint32_t const v335 = v332.i_0;
uint32_t_4 const v336 = {v334.i_0, v334.i_1, v335, v334.i_3};
uint32_t const v337 = v322.i_1;
uint32_t_4 const v338 = {v336.i_0, v337, v336.i_2, v336.i_3};
uint32_t const v339 = v332.i_1;
uint32_t_4 const v340 = {v338.i_0, v338.i_1, v338.i_2, v339};
__nv_bfloat16_8 const v341 = reinterpret_cast<const __nv_bfloat16_8&>(v340);
__nv_bfloat16_8 * const v342 = &(*v59)[v310];
*v342 = v341;
uint32_t const v343 = *v108;
uint32_t const v344 = uint32_t(v343);
float_4 const v345 = *v109;
float_4 const v346 = *v110;
float const v347 = v345.i_0;
__nv_bfloat16 const v348 = __nv_bfloat16(v347);
float const v349 = v345.i_1;
__nv_bfloat16 const v350 = __nv_bfloat16(v349);
float const v351 = v345.i_2;
__nv_bfloat16 const v352 = __nv_bfloat16(v351);
float const v353 = v345.i_3;
__nv_bfloat16 const v354 = __nv_bfloat16(v353);
__nv_bfloat16_4 const v355 = __nv_bfloat16_4{v348, v350, v352, v354};
uint32_t_2 const v356 = reinterpret_cast<const uint32_t_2&>(v355);
float const v357 = v346.i_0;
__nv_bfloat16 const v358 = __nv_bfloat16(v357);
float const v359 = v346.i_1;
__nv_bfloat16 const v360 = __nv_bfloat16(v359);
float const v361 = v346.i_2;
__nv_bfloat16 const v362 = __nv_bfloat16(v361);
float const v363 = v346.i_3;
__nv_bfloat16 const v364 = __nv_bfloat16(v363);
__nv_bfloat16_4 const v365 = __nv_bfloat16_4{v358, v360, v362, v364};
uint32_t_2 const v366 = reinterpret_cast<const uint32_t_2&>(v365);
uint32_t const v367 = v356.i_0;
uint32_t_4 const v368 = {v367, v126.i_1, v126.i_2, v126.i_3};
uint32_t const v369 = v366.i_0;
uint32_t_4 const v370 = {v368.i_0, v368.i_1, v369, v368.i_3};
uint32_t const v371 = v356.i_1;
uint32_t_4 const v372 = {v370.i_0, v371, v370.i_2, v370.i_3};
uint32_t const v373 = v366.i_1;
uint32_t_4 const v374 = {v372.i_0, v372.i_1, v372.i_2, v373};
__nv_bfloat16_8 const v375 = reinterpret_cast<const __nv_bfloat16_8&>(v374);
__nv_bfloat16_8 * const v376 = &(*v59)[v344];
*v376 = v375;
uint32_t const v377 = *v125;
uint32_t const v378 = uint32_t(v377);
uint32_t_4 const v379 = *v127;
__nv_bfloat16_8 const v380 = reinterpret_cast<const __nv_bfloat16_8&>(v379);
__nv_bfloat16_8 * const v381 = &(*v60)[v378];
*v381 = v380;
uint32_t const v382 = *v137;
uint32_t const v383 = uint32_t(v382);
uint32_t_4 const v384 = *v138;
__nv_bfloat16_8 const v385 = reinterpret_cast<const __nv_bfloat16_8&>(v384);
__nv_bfloat16_8 * const v386 = &(*v60)[v383];
*v386 = v385;
uint32_t const v387 = *v150;
uint32_t const v388 = uint32_t(v387);
uint32_t_4 const v389 = *v151;
__nv_bfloat16_8 const v390 = reinterpret_cast<const __nv_bfloat16_8&>(v389);
__nv_bfloat16_8 * const v391 = &(*v60)[v388];
*v391 = v390;
uint32_t const v392 = *v163;
uint32_t const v393 = uint32_t(v392);
uint32_t_4 const v394 = *v164;
__nv_bfloat16_8 const v395 = reinterpret_cast<const __nv_bfloat16_8&>(v394);
__nv_bfloat16_8 * const v396 = &(*v60)[v393];
*v396 = v395;
}
__syncthreads();
}
uint32_t const v397 = 144;
uint32_t const v398 = v26 * v397;
array<float_4, 1152> * const v399 = reinterpret_cast<array<float_4, 1152> *>(&v5[0]);
uint32_t const v400 = uint32_t(v398);
uint32_t const v401 = 36;
float_4 * const v402 = &(*v399)[v400];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v402), *v166, v401, nvcuda::wmma::mem_row_major);uint32_t const v403 = v398 + v54;
uint32_t const v404 = uint32_t(v403);
float_4 * const v405 = &(*v399)[v404];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v405), *v167, v401, nvcuda::wmma::mem_row_major);__syncwarp();
uint32_t const v406 = v21 % v25;
uint32_t const v407 = v48 + v56;
uint32_t const v408 = v406 / v51;
uint32_t const v409 = v407 + v408;
uint32_t const v410 = v58 / v54;
uint32_t const v411 = v50 + v410;
uint32_t const v412 = v406 % v51;
uint32_t const v413 = v411 + v412;
bool const v414 = v409 < v8;
bool const v415 = v413 < v14;
bool const v416 = v414 && v415;
if(v416) {
uint32_t const v417 = v408 * v82;
uint32_t const v418 = v398 + v417;
uint32_t const v419 = v418 + v412;
uint32_t const v420 = uint32_t(v419);
float_4 * const v421 = &(*v399)[v420];
float_4 const v422 = *v421;
uint32_t const v423 = v409 * v14;
uint32_t const v424 = v423 + v413;
uint32_t const v425 = uint32_t(v413);
float_4 const* const v426 = &v2[v425];
float_4 const v427 = *v426;
float const v428 = v422.i_0;
float const v429 = v427.i_0;
float const v430 = v428 + v429;
float const v431 = v422.i_1;
float const v432 = v427.i_1;
float const v433 = v431 + v432;
float const v434 = v422.i_2;
float const v435 = v427.i_2;
float const v436 = v434 + v435;
float const v437 = v422.i_3;
float const v438 = v427.i_3;
float const v439 = v437 + v438;
float_4 const v440 = float_4{v430, v433, v436, v439};
float_4 v441_store;
float_4 * v441 = &v441_store;
*v441 = v440;
uint32_t const v442 = v20 & v24;
bool const v443 = v442 != v22;
if(v443) {
float_4 const v444 = *v441;
float const v445 = v444.i_0;
float const v446 = v88.i_0;
float const v447 = max(v445, v446);
float const v448 = v444.i_1;
float const v449 = v88.i_1;
float const v450 = max(v448, v449);
float const v451 = v444.i_2;
float const v452 = v88.i_2;
float const v453 = max(v451, v452);
float const v454 = v444.i_3;
float const v455 = v88.i_3;
float const v456 = max(v454, v455);
float_4 const v457 = float_4{v447, v450, v453, v456};
*v441 = v457;
}
uint32_t const v458 = v20 & v70;
bool const v459 = v458 == v22;
if(v459) {
uint32_t_2 const v460 = uint32_t_2{v22, v22};
float_4 const v461 = *v441;
float const v462 = v461.i_0;
uint32_t const v463 = reinterpret_cast<const uint32_t&>(v462);
uint32_t_2 const v464 = {v463, v460.i_1};
float const v465 = v461.i_1;
uint32_t const v466 = reinterpret_cast<const uint32_t&>(v465);
uint32_t_2 const v467 = {v464.i_0, v466};
uint32_t const v468 = uint32_t(v424);
uint32_t const v469 = v12 * v468;
uint32_t_2 * const v470 = &v3[v469];
*v470 = v467;
float const v471 = v461.i_2;
uint32_t const v472 = reinterpret_cast<const uint32_t&>(v471);
uint32_t_2 const v473 = {v472, v460.i_1};
float const v474 = v461.i_3;
uint32_t const v475 = reinterpret_cast<const uint32_t&>(v474);
uint32_t_2 const v476 = {v473.i_0, v475};
uint32_t const v477 = v469 + v9;
uint32_t_2 * const v478 = &v3[v477];
*v478 = v476;
}
 else {
float_4 const v479 = *v441;
float const v480 = v479.i_0;
__nv_bfloat16 const v481 = __nv_bfloat16(v480);
float const v482 = v479.i_1;
__nv_bfloat16 const v483 = __nv_bfloat16(v482);
float const v484 = v479.i_2;
__nv_bfloat16 const v485 = __nv_bfloat16(v484);
float const v486 = v479.i_3;
__nv_bfloat16 const v487 = __nv_bfloat16(v486);
__nv_bfloat16_4 const v488 = __nv_bfloat16_4{v481, v483, v485, v487};
uint32_t_2 const v489 = reinterpret_cast<const uint32_t_2&>(v488);
uint32_t const v490 = uint32_t(v424);
uint32_t_2 * const v491 = &v3[v490];
*v491 = v489;
}
}
uint32_t const v492 = v406 + v25;
uint32_t const v493 = v492 / v51;
uint32_t const v494 = v407 + v493;
uint32_t const v495 = v492 % v51;
uint32_t const v496 = v411 + v495;
bool const v497 = v494 < v8;
bool const v498 = v496 < v14;
bool const v499 = v497 && v498;
if(v499) {
uint32_t const v500 = v493 * v82;
uint32_t const v501 = v398 + v500;
uint32_t const v502 = v501 + v495;
uint32_t const v503 = uint32_t(v502);
float_4 * const v504 = &(*v399)[v503];
float_4 const v505 = *v504;
uint32_t const v506 = v494 * v14;
uint32_t const v507 = v506 + v496;
uint32_t const v508 = uint32_t(v496);
float_4 const* const v509 = &v2[v508];
float_4 const v510 = *v509;
float const v511 = v505.i_0;
float const v512 = v510.i_0;
float const v513 = v511 + v512;
float const v514 = v505.i_1;
float const v515 = v510.i_1;
float const v516 = v514 + v515;
float const v517 = v505.i_2;
float const v518 = v510.i_2;
float const v519 = v517 + v518;
float const v520 = v505.i_3;
float const v521 = v510.i_3;
float const v522 = v520 + v521;
float_4 const v523 = float_4{v513, v516, v519, v522};
float_4 v524_store;
float_4 * v524 = &v524_store;
*v524 = v523;
uint32_t const v525 = v20 & v24;
bool const v526 = v525 != v22;
if(v526) {
float_4 const v527 = *v524;
float const v528 = v527.i_0;
float const v529 = v88.i_0;
float const v530 = max(v528, v529);
float const v531 = v527.i_1;
float const v532 = v88.i_1;
float const v533 = max(v531, v532);
float const v534 = v527.i_2;
float const v535 = v88.i_2;
float const v536 = max(v534, v535);
float const v537 = v527.i_3;
float const v538 = v88.i_3;
float const v539 = max(v537, v538);
float_4 const v540 = float_4{v530, v533, v536, v539};
*v524 = v540;
}
uint32_t const v541 = v20 & v70;
bool const v542 = v541 == v22;
if(v542) {
uint32_t_2 const v543 = uint32_t_2{v22, v22};
float_4 const v544 = *v524;
float const v545 = v544.i_0;
uint32_t const v546 = reinterpret_cast<const uint32_t&>(v545);
uint32_t_2 const v547 = {v546, v543.i_1};
float const v548 = v544.i_1;
uint32_t const v549 = reinterpret_cast<const uint32_t&>(v548);
uint32_t_2 const v550 = {v547.i_0, v549};
uint32_t const v551 = uint32_t(v507);
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
float_4 const v562 = *v524;
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
uint32_t const v573 = uint32_t(v507);
uint32_t_2 * const v574 = &v3[v573];
*v574 = v572;
}
}
uint32_t const v575 = v406 + v47;
uint32_t const v576 = v575 / v51;
uint32_t const v577 = v407 + v576;
uint32_t const v578 = v575 % v51;
uint32_t const v579 = v411 + v578;
bool const v580 = v577 < v8;
bool const v581 = v579 < v14;
bool const v582 = v580 && v581;
if(v582) {
uint32_t const v583 = v576 * v82;
uint32_t const v584 = v398 + v583;
uint32_t const v585 = v584 + v578;
uint32_t const v586 = uint32_t(v585);
float_4 * const v587 = &(*v399)[v586];
float_4 const v588 = *v587;
uint32_t const v589 = v577 * v14;
uint32_t const v590 = v589 + v579;
uint32_t const v591 = uint32_t(v579);
float_4 const* const v592 = &v2[v591];
float_4 const v593 = *v592;
float const v594 = v588.i_0;
float const v595 = v593.i_0;
float const v596 = v594 + v595;
float const v597 = v588.i_1;
float const v598 = v593.i_1;
float const v599 = v597 + v598;
float const v600 = v588.i_2;
float const v601 = v593.i_2;
float const v602 = v600 + v601;
float const v603 = v588.i_3;
float const v604 = v593.i_3;
float const v605 = v603 + v604;
float_4 const v606 = float_4{v596, v599, v602, v605};
float_4 v607_store;
float_4 * v607 = &v607_store;
*v607 = v606;
uint32_t const v608 = v20 & v24;
bool const v609 = v608 != v22;
if(v609) {
float_4 const v610 = *v607;
float const v611 = v610.i_0;
float const v612 = v88.i_0;
float const v613 = max(v611, v612);
float const v614 = v610.i_1;
float const v615 = v88.i_1;
float const v616 = max(v614, v615);
float const v617 = v610.i_2;
float const v618 = v88.i_2;
float const v619 = max(v617, v618);
float const v620 = v610.i_3;
float const v621 = v88.i_3;
float const v622 = max(v620, v621);
float_4 const v623 = float_4{v613, v616, v619, v622};
*v607 = v623;
}
uint32_t const v624 = v20 & v70;
bool const v625 = v624 == v22;
if(v625) {
uint32_t_2 const v626 = uint32_t_2{v22, v22};
float_4 const v627 = *v607;
float const v628 = v627.i_0;
uint32_t const v629 = reinterpret_cast<const uint32_t&>(v628);
uint32_t_2 const v630 = {v629, v626.i_1};
float const v631 = v627.i_1;
uint32_t const v632 = reinterpret_cast<const uint32_t&>(v631);
uint32_t_2 const v633 = {v630.i_0, v632};
uint32_t const v634 = uint32_t(v590);
uint32_t const v635 = v12 * v634;
uint32_t_2 * const v636 = &v3[v635];
*v636 = v633;
float const v637 = v627.i_2;
uint32_t const v638 = reinterpret_cast<const uint32_t&>(v637);
uint32_t_2 const v639 = {v638, v626.i_1};
float const v640 = v627.i_3;
uint32_t const v641 = reinterpret_cast<const uint32_t&>(v640);
uint32_t_2 const v642 = {v639.i_0, v641};
uint32_t const v643 = v635 + v9;
uint32_t_2 * const v644 = &v3[v643];
*v644 = v642;
}
 else {
float_4 const v645 = *v607;
float const v646 = v645.i_0;
__nv_bfloat16 const v647 = __nv_bfloat16(v646);
float const v648 = v645.i_1;
__nv_bfloat16 const v649 = __nv_bfloat16(v648);
float const v650 = v645.i_2;
__nv_bfloat16 const v651 = __nv_bfloat16(v650);
float const v652 = v645.i_3;
__nv_bfloat16 const v653 = __nv_bfloat16(v652);
__nv_bfloat16_4 const v654 = __nv_bfloat16_4{v647, v649, v651, v653};
uint32_t_2 const v655 = reinterpret_cast<const uint32_t_2&>(v654);
uint32_t const v656 = uint32_t(v590);
uint32_t_2 * const v657 = &v3[v656];
*v657 = v655;
}
}
uint32_t const v658 = 96;
uint32_t const v659 = v406 + v658;
uint32_t const v660 = v659 / v51;
uint32_t const v661 = v407 + v660;
uint32_t const v662 = v659 % v51;
uint32_t const v663 = v411 + v662;
bool const v664 = v661 < v8;
bool const v665 = v663 < v14;
bool const v666 = v664 && v665;
if(v666) {
uint32_t const v667 = v660 * v82;
uint32_t const v668 = v398 + v667;
uint32_t const v669 = v668 + v662;
uint32_t const v670 = uint32_t(v669);
float_4 * const v671 = &(*v399)[v670];
float_4 const v672 = *v671;
uint32_t const v673 = v661 * v14;
uint32_t const v674 = v673 + v663;
uint32_t const v675 = uint32_t(v663);
float_4 const* const v676 = &v2[v675];
float_4 const v677 = *v676;
float const v678 = v672.i_0;
float const v679 = v677.i_0;
float const v680 = v678 + v679;
float const v681 = v672.i_1;
float const v682 = v677.i_1;
float const v683 = v681 + v682;
float const v684 = v672.i_2;
float const v685 = v677.i_2;
float const v686 = v684 + v685;
float const v687 = v672.i_3;
float const v688 = v677.i_3;
float const v689 = v687 + v688;
float_4 const v690 = float_4{v680, v683, v686, v689};
float_4 v691_store;
float_4 * v691 = &v691_store;
*v691 = v690;
uint32_t const v692 = v20 & v24;
bool const v693 = v692 != v22;
if(v693) {
float_4 const v694 = *v691;
float const v695 = v694.i_0;
float const v696 = v88.i_0;
float const v697 = max(v695, v696);
float const v698 = v694.i_1;
float const v699 = v88.i_1;
float const v700 = max(v698, v699);
float const v701 = v694.i_2;
float const v702 = v88.i_2;
float const v703 = max(v701, v702);
float const v704 = v694.i_3;
float const v705 = v88.i_3;
float const v706 = max(v704, v705);
float_4 const v707 = float_4{v697, v700, v703, v706};
*v691 = v707;
}
uint32_t const v708 = v20 & v70;
bool const v709 = v708 == v22;
if(v709) {
uint32_t_2 const v710 = uint32_t_2{v22, v22};
float_4 const v711 = *v691;
float const v712 = v711.i_0;
uint32_t const v713 = reinterpret_cast<const uint32_t&>(v712);
uint32_t_2 const v714 = {v713, v710.i_1};
float const v715 = v711.i_1;
uint32_t const v716 = reinterpret_cast<const uint32_t&>(v715);
uint32_t_2 const v717 = {v714.i_0, v716};
uint32_t const v718 = uint32_t(v674);
uint32_t const v719 = v12 * v718;
uint32_t_2 * const v720 = &v3[v719];
*v720 = v717;
float const v721 = v711.i_2;
uint32_t const v722 = reinterpret_cast<const uint32_t&>(v721);
uint32_t_2 const v723 = {v722, v710.i_1};
float const v724 = v711.i_3;
uint32_t const v725 = reinterpret_cast<const uint32_t&>(v724);
uint32_t_2 const v726 = {v723.i_0, v725};
uint32_t const v727 = v719 + v9;
uint32_t_2 * const v728 = &v3[v727];
*v728 = v726;
}
 else {
float_4 const v729 = *v691;
float const v730 = v729.i_0;
__nv_bfloat16 const v731 = __nv_bfloat16(v730);
float const v732 = v729.i_1;
__nv_bfloat16 const v733 = __nv_bfloat16(v732);
float const v734 = v729.i_2;
__nv_bfloat16 const v735 = __nv_bfloat16(v734);
float const v736 = v729.i_3;
__nv_bfloat16 const v737 = __nv_bfloat16(v736);
__nv_bfloat16_4 const v738 = __nv_bfloat16_4{v731, v733, v735, v737};
uint32_t_2 const v739 = reinterpret_cast<const uint32_t_2&>(v738);
uint32_t const v740 = uint32_t(v674);
uint32_t_2 * const v741 = &v3[v740];
*v741 = v739;
}
}
__syncwarp();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v402), *v168, v401, nvcuda::wmma::mem_row_major);nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v405), *v169, v401, nvcuda::wmma::mem_row_major);uint32_t const v742 = v48 + v111;
__syncwarp();
uint32_t const v743 = v742 + v56;
uint32_t const v744 = v743 + v408;
bool const v745 = v744 < v8;
bool const v746 = v745 && v415;
if(v746) {
uint32_t const v747 = v408 * v82;
uint32_t const v748 = v398 + v747;
uint32_t const v749 = v748 + v412;
uint32_t const v750 = uint32_t(v749);
float_4 * const v751 = &(*v399)[v750];
float_4 const v752 = *v751;
uint32_t const v753 = v744 * v14;
uint32_t const v754 = v753 + v413;
uint32_t const v755 = uint32_t(v413);
float_4 const* const v756 = &v2[v755];
float_4 const v757 = *v756;
float const v758 = v752.i_0;
float const v759 = v757.i_0;
float const v760 = v758 + v759;
float const v761 = v752.i_1;
float const v762 = v757.i_1;
float const v763 = v761 + v762;
float const v764 = v752.i_2;
float const v765 = v757.i_2;
float const v766 = v764 + v765;
float const v767 = v752.i_3;
float const v768 = v757.i_3;
float const v769 = v767 + v768;
float_4 const v770 = float_4{v760, v763, v766, v769};
float_4 v771_store;
float_4 * v771 = &v771_store;
*v771 = v770;
uint32_t const v772 = v20 & v24;
bool const v773 = v772 != v22;
if(v773) {
float_4 const v774 = *v771;
float const v775 = v774.i_0;
float const v776 = v88.i_0;
float const v777 = max(v775, v776);
float const v778 = v774.i_1;
float const v779 = v88.i_1;
float const v780 = max(v778, v779);
float const v781 = v774.i_2;
float const v782 = v88.i_2;
float const v783 = max(v781, v782);
float const v784 = v774.i_3;
float const v785 = v88.i_3;
float const v786 = max(v784, v785);
float_4 const v787 = float_4{v777, v780, v783, v786};
*v771 = v787;
}
uint32_t const v788 = v20 & v70;
bool const v789 = v788 == v22;
if(v789) {
uint32_t_2 const v790 = uint32_t_2{v22, v22};
float_4 const v791 = *v771;
float const v792 = v791.i_0;
uint32_t const v793 = reinterpret_cast<const uint32_t&>(v792);
uint32_t_2 const v794 = {v793, v790.i_1};
float const v795 = v791.i_1;
uint32_t const v796 = reinterpret_cast<const uint32_t&>(v795);
uint32_t_2 const v797 = {v794.i_0, v796};
uint32_t const v798 = uint32_t(v754);
uint32_t const v799 = v12 * v798;
uint32_t_2 * const v800 = &v3[v799];
*v800 = v797;
float const v801 = v791.i_2;
uint32_t const v802 = reinterpret_cast<const uint32_t&>(v801);
uint32_t_2 const v803 = {v802, v790.i_1};
float const v804 = v791.i_3;
uint32_t const v805 = reinterpret_cast<const uint32_t&>(v804);
uint32_t_2 const v806 = {v803.i_0, v805};
uint32_t const v807 = v799 + v9;
uint32_t_2 * const v808 = &v3[v807];
*v808 = v806;
}
 else {
float_4 const v809 = *v771;
float const v810 = v809.i_0;
__nv_bfloat16 const v811 = __nv_bfloat16(v810);
float const v812 = v809.i_1;
__nv_bfloat16 const v813 = __nv_bfloat16(v812);
float const v814 = v809.i_2;
__nv_bfloat16 const v815 = __nv_bfloat16(v814);
float const v816 = v809.i_3;
__nv_bfloat16 const v817 = __nv_bfloat16(v816);
__nv_bfloat16_4 const v818 = __nv_bfloat16_4{v811, v813, v815, v817};
uint32_t_2 const v819 = reinterpret_cast<const uint32_t_2&>(v818);
uint32_t const v820 = uint32_t(v754);
uint32_t_2 * const v821 = &v3[v820];
*v821 = v819;
}
}
uint32_t const v822 = v743 + v493;
bool const v823 = v822 < v8;
bool const v824 = v823 && v498;
if(v824) {
uint32_t const v825 = v493 * v82;
uint32_t const v826 = v398 + v825;
uint32_t const v827 = v826 + v495;
uint32_t const v828 = uint32_t(v827);
float_4 * const v829 = &(*v399)[v828];
float_4 const v830 = *v829;
uint32_t const v831 = v822 * v14;
uint32_t const v832 = v831 + v496;
uint32_t const v833 = uint32_t(v496);
float_4 const* const v834 = &v2[v833];
float_4 const v835 = *v834;
float const v836 = v830.i_0;
float const v837 = v835.i_0;
float const v838 = v836 + v837;
float const v839 = v830.i_1;
float const v840 = v835.i_1;
float const v841 = v839 + v840;
float const v842 = v830.i_2;
float const v843 = v835.i_2;
float const v844 = v842 + v843;
float const v845 = v830.i_3;
float const v846 = v835.i_3;
float const v847 = v845 + v846;
float_4 const v848 = float_4{v838, v841, v844, v847};
float_4 v849_store;
float_4 * v849 = &v849_store;
*v849 = v848;
uint32_t const v850 = v20 & v24;
bool const v851 = v850 != v22;
if(v851) {
float_4 const v852 = *v849;
float const v853 = v852.i_0;
float const v854 = v88.i_0;
float const v855 = max(v853, v854);
float const v856 = v852.i_1;
float const v857 = v88.i_1;
float const v858 = max(v856, v857);
float const v859 = v852.i_2;
float const v860 = v88.i_2;
float const v861 = max(v859, v860);
float const v862 = v852.i_3;
float const v863 = v88.i_3;
float const v864 = max(v862, v863);
float_4 const v865 = float_4{v855, v858, v861, v864};
*v849 = v865;
}
uint32_t const v866 = v20 & v70;
bool const v867 = v866 == v22;
if(v867) {
uint32_t_2 const v868 = uint32_t_2{v22, v22};
float_4 const v869 = *v849;
float const v870 = v869.i_0;
uint32_t const v871 = reinterpret_cast<const uint32_t&>(v870);
uint32_t_2 const v872 = {v871, v868.i_1};
float const v873 = v869.i_1;
uint32_t const v874 = reinterpret_cast<const uint32_t&>(v873);
uint32_t_2 const v875 = {v872.i_0, v874};
uint32_t const v876 = uint32_t(v832);
uint32_t const v877 = v12 * v876;
uint32_t_2 * const v878 = &v3[v877];
*v878 = v875;
float const v879 = v869.i_2;
uint32_t const v880 = reinterpret_cast<const uint32_t&>(v879);
uint32_t_2 const v881 = {v880, v868.i_1};
float const v882 = v869.i_3;
uint32_t const v883 = reinterpret_cast<const uint32_t&>(v882);
uint32_t_2 const v884 = {v881.i_0, v883};
uint32_t const v885 = v877 + v9;
uint32_t_2 * const v886 = &v3[v885];
*v886 = v884;
}
 else {
float_4 const v887 = *v849;
float const v888 = v887.i_0;
__nv_bfloat16 const v889 = __nv_bfloat16(v888);
float const v890 = v887.i_1;
__nv_bfloat16 const v891 = __nv_bfloat16(v890);
float const v892 = v887.i_2;
__nv_bfloat16 const v893 = __nv_bfloat16(v892);
float const v894 = v887.i_3;
__nv_bfloat16 const v895 = __nv_bfloat16(v894);
__nv_bfloat16_4 const v896 = __nv_bfloat16_4{v889, v891, v893, v895};
uint32_t_2 const v897 = reinterpret_cast<const uint32_t_2&>(v896);
uint32_t const v898 = uint32_t(v832);
uint32_t_2 * const v899 = &v3[v898];
*v899 = v897;
}
}
uint32_t const v900 = v743 + v576;
bool const v901 = v900 < v8;
bool const v902 = v901 && v581;
if(v902) {
uint32_t const v903 = v576 * v82;
uint32_t const v904 = v398 + v903;
uint32_t const v905 = v904 + v578;
uint32_t const v906 = uint32_t(v905);
float_4 * const v907 = &(*v399)[v906];
float_4 const v908 = *v907;
uint32_t const v909 = v900 * v14;
uint32_t const v910 = v909 + v579;
uint32_t const v911 = uint32_t(v579);
float_4 const* const v912 = &v2[v911];
float_4 const v913 = *v912;
float const v914 = v908.i_0;
float const v915 = v913.i_0;
float const v916 = v914 + v915;
float const v917 = v908.i_1;
float const v918 = v913.i_1;
float const v919 = v917 + v918;
float const v920 = v908.i_2;
float const v921 = v913.i_2;
float const v922 = v920 + v921;
float const v923 = v908.i_3;
float const v924 = v913.i_3;
float const v925 = v923 + v924;
float_4 const v926 = float_4{v916, v919, v922, v925};
float_4 v927_store;
float_4 * v927 = &v927_store;
*v927 = v926;
uint32_t const v928 = v20 & v24;
bool const v929 = v928 != v22;
if(v929) {
float_4 const v930 = *v927;
float const v931 = v930.i_0;
float const v932 = v88.i_0;
float const v933 = max(v931, v932);
float const v934 = v930.i_1;
float const v935 = v88.i_1;
float const v936 = max(v934, v935);
float const v937 = v930.i_2;
float const v938 = v88.i_2;
float const v939 = max(v937, v938);
float const v940 = v930.i_3;
float const v941 = v88.i_3;
float const v942 = max(v940, v941);
float_4 const v943 = float_4{v933, v936, v939, v942};
*v927 = v943;
}
uint32_t const v944 = v20 & v70;
bool const v945 = v944 == v22;
if(v945) {
uint32_t_2 const v946 = uint32_t_2{v22, v22};
float_4 const v947 = *v927;
float const v948 = v947.i_0;
uint32_t const v949 = reinterpret_cast<const uint32_t&>(v948);
uint32_t_2 const v950 = {v949, v946.i_1};
float const v951 = v947.i_1;
uint32_t const v952 = reinterpret_cast<const uint32_t&>(v951);
uint32_t_2 const v953 = {v950.i_0, v952};
uint32_t const v954 = uint32_t(v910);
uint32_t const v955 = v12 * v954;
uint32_t_2 * const v956 = &v3[v955];
*v956 = v953;
float const v957 = v947.i_2;
uint32_t const v958 = reinterpret_cast<const uint32_t&>(v957);
uint32_t_2 const v959 = {v958, v946.i_1};
float const v960 = v947.i_3;
uint32_t const v961 = reinterpret_cast<const uint32_t&>(v960);
uint32_t_2 const v962 = {v959.i_0, v961};
uint32_t const v963 = v955 + v9;
uint32_t_2 * const v964 = &v3[v963];
*v964 = v962;
}
 else {
float_4 const v965 = *v927;
float const v966 = v965.i_0;
__nv_bfloat16 const v967 = __nv_bfloat16(v966);
float const v968 = v965.i_1;
__nv_bfloat16 const v969 = __nv_bfloat16(v968);
float const v970 = v965.i_2;
__nv_bfloat16 const v971 = __nv_bfloat16(v970);
float const v972 = v965.i_3;
__nv_bfloat16 const v973 = __nv_bfloat16(v972);
__nv_bfloat16_4 const v974 = __nv_bfloat16_4{v967, v969, v971, v973};
uint32_t_2 const v975 = reinterpret_cast<const uint32_t_2&>(v974);
uint32_t const v976 = uint32_t(v910);
uint32_t_2 * const v977 = &v3[v976];
*v977 = v975;
}
}
uint32_t const v978 = v743 + v660;
bool const v979 = v978 < v8;
bool const v980 = v979 && v665;
if(v980) {
uint32_t const v981 = v660 * v82;
uint32_t const v982 = v398 + v981;
uint32_t const v983 = v982 + v662;
uint32_t const v984 = uint32_t(v983);
float_4 * const v985 = &(*v399)[v984];
float_4 const v986 = *v985;
uint32_t const v987 = v978 * v14;
uint32_t const v988 = v987 + v663;
uint32_t const v989 = uint32_t(v663);
float_4 const* const v990 = &v2[v989];
float_4 const v991 = *v990;
float const v992 = v986.i_0;
float const v993 = v991.i_0;
float const v994 = v992 + v993;
float const v995 = v986.i_1;
float const v996 = v991.i_1;
float const v997 = v995 + v996;
float const v998 = v986.i_2;
float const v999 = v991.i_2;
float const v1000 = v998 + v999;
float const v1001 = v986.i_3;
float const v1002 = v991.i_3;
float const v1003 = v1001 + v1002;
float_4 const v1004 = float_4{v994, v997, v1000, v1003};
float_4 v1005_store;
float_4 * v1005 = &v1005_store;
*v1005 = v1004;
uint32_t const v1006 = v20 & v24;
bool const v1007 = v1006 != v22;
if(v1007) {
float_4 const v1008 = *v1005;
float const v1009 = v1008.i_0;
float const v1010 = v88.i_0;
float const v1011 = max(v1009, v1010);
float const v1012 = v1008.i_1;
float const v1013 = v88.i_1;
float const v1014 = max(v1012, v1013);
float const v1015 = v1008.i_2;
float const v1016 = v88.i_2;
float const v1017 = max(v1015, v1016);
float const v1018 = v1008.i_3;
float const v1019 = v88.i_3;
float const v1020 = max(v1018, v1019);
float_4 const v1021 = float_4{v1011, v1014, v1017, v1020};
*v1005 = v1021;
}
uint32_t const v1022 = v20 & v70;
bool const v1023 = v1022 == v22;
if(v1023) {
uint32_t_2 const v1024 = uint32_t_2{v22, v22};
float_4 const v1025 = *v1005;
float const v1026 = v1025.i_0;
uint32_t const v1027 = reinterpret_cast<const uint32_t&>(v1026);
uint32_t_2 const v1028 = {v1027, v1024.i_1};
float const v1029 = v1025.i_1;
uint32_t const v1030 = reinterpret_cast<const uint32_t&>(v1029);
uint32_t_2 const v1031 = {v1028.i_0, v1030};
uint32_t const v1032 = uint32_t(v988);
uint32_t const v1033 = v12 * v1032;
uint32_t_2 * const v1034 = &v3[v1033];
*v1034 = v1031;
float const v1035 = v1025.i_2;
uint32_t const v1036 = reinterpret_cast<const uint32_t&>(v1035);
uint32_t_2 const v1037 = {v1036, v1024.i_1};
float const v1038 = v1025.i_3;
uint32_t const v1039 = reinterpret_cast<const uint32_t&>(v1038);
uint32_t_2 const v1040 = {v1037.i_0, v1039};
uint32_t const v1041 = v1033 + v9;
uint32_t_2 * const v1042 = &v3[v1041];
*v1042 = v1040;
}
 else {
float_4 const v1043 = *v1005;
float const v1044 = v1043.i_0;
__nv_bfloat16 const v1045 = __nv_bfloat16(v1044);
float const v1046 = v1043.i_1;
__nv_bfloat16 const v1047 = __nv_bfloat16(v1046);
float const v1048 = v1043.i_2;
__nv_bfloat16 const v1049 = __nv_bfloat16(v1048);
float const v1050 = v1043.i_3;
__nv_bfloat16 const v1051 = __nv_bfloat16(v1050);
__nv_bfloat16_4 const v1052 = __nv_bfloat16_4{v1045, v1047, v1049, v1051};
uint32_t_2 const v1053 = reinterpret_cast<const uint32_t_2&>(v1052);
uint32_t const v1054 = uint32_t(v988);
uint32_t_2 * const v1055 = &v3[v1054];
*v1055 = v1053;
}
}
__syncwarp();
return;
}
