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
        for (int k = 0; k < 16; k++) sum += a.at[lane / 2 * a.stride + k].wide() * b.at[k * b.stride + lane % 2 * 8 + i].wide();
        d.r[i] = sum;
    }
}
#endif
}
}
struct alignas(8) __nv_bfloat16_4 { __nv_bfloat16 i_0; __nv_bfloat16 i_1; __nv_bfloat16 i_2; __nv_bfloat16 i_3; };
struct alignas(16) float_4 { float i_0; float i_1; float i_2; float i_3; };
struct alignas(8) uint32_t_2 { uint32_t i_0; uint32_t i_1; };

extern "C" __global__ void __launch_bounds__(256)  bf16_small(uint32_t_2 const* const __restrict__ v0, uint32_t_2 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
__shared__ __align__(16) char v5[48128];
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
uint32_t const v27 = 4;
uint32_t const v28 = v14 * v27;
uint32_t const v29 = 31;
uint32_t const v30 = v28 + v29;
uint32_t const v31 = v30 / v25;
uint32_t const v32 = blockIdx.z;
uint32_t const v33 = uint32_t(v32);
uint32_t const v34 = gridDim.y;
uint32_t const v35 = uint32_t(v34);
uint32_t const v36 = v33 * v35;
uint32_t const v37 = gridDim.x;
uint32_t const v38 = uint32_t(v37);
uint32_t const v39 = v36 * v38;
uint32_t const v40 = blockIdx.y;
uint32_t const v41 = uint32_t(v40);
uint32_t const v42 = v41 * v38;
uint32_t const v43 = v39 + v42;
uint32_t const v44 = blockIdx.x;
uint32_t const v45 = uint32_t(v44);
uint32_t const v46 = v43 + v45;
uint32_t const v47 = uint32_t(v46);
uint32_t const v48 = v47 / v31;
uint32_t const v49 = v48 * v25;
uint32_t const v50 = v47 % v31;
uint32_t const v51 = 8;
uint32_t const v52 = v50 * v51;
uint32_t const v53 = v26 % v27;
uint32_t const v54 = v26 / v27;
uint32_t const v55 = 2;
uint32_t const v56 = v53 / v55;
uint32_t const v57 = 16;
uint32_t const v58 = v56 * v57;
uint32_t const v59 = v53 % v55;
uint32_t const v60 = v59 * v57;
array<__nv_bfloat16_4, 2176> * const v61 = reinterpret_cast<array<__nv_bfloat16_4, 2176> *>(&v5[0]);
array<__nv_bfloat16_4, 2560> * const v62 = reinterpret_cast<array<__nv_bfloat16_4, 2560> *>(&v5[17408]);
array<uint32_t_2, 4> v63_store = {};
array<uint32_t_2, 4> * v63 = &v63_store;array<uint32_t_2, 4> v64_store = {};
array<uint32_t_2, 4> * v64 = &v64_store;uint32_t_2 const v65 = uint32_t_2{v22, v22};
uint32_t_2 * const v66 = &(*v63)[v6];
*v66 = v65;
uint32_t_2 * const v67 = &(*v63)[v9];
*v67 = v65;
uint32_t_2 * const v68 = &(*v63)[v12];
*v68 = v65;
uint32_t_2 * const v69 = &(*v63)[v15];
*v69 = v65;
uint32_t_2 * const v70 = &(*v64)[v6];
*v70 = v65;
uint32_t_2 * const v71 = &(*v64)[v9];
*v71 = v65;
uint32_t_2 * const v72 = &(*v64)[v12];
*v72 = v65;
uint32_t_2 * const v73 = &(*v64)[v15];
*v73 = v65;
nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v74_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v74 = &v74_store;
float const v75 = 0;
nvcuda::wmma::fill_fragment(*v74, v75);uint32_t const v76 = 127;
uint32_t const v77 = v11 + v76;
uint32_t const v78 = 128;
uint32_t const v79 = v77 / v78;
uint32_t const v80 = v79 + v24;
for(uint32_t v81 = v22; v81 < v80; v81 += v24) {
bool const v82 = v81 < v79;
if(v82) {
uint32_t const v83 = v49 + v26;
uint32_t const v84 = v81 * v25;
uint32_t const v85 = v21 % v25;
uint32_t const v86 = v84 + v85;
uint32_t_2 v87_store;
uint32_t_2 * v87 = &v87_store;
*v87 = v65;
bool const v88 = v83 < v8;
bool const v89 = v86 < v17;
bool const v90 = v88 && v89;
if(v90) {
uint32_t const v91 = v83 * v17;
uint32_t const v92 = v91 + v86;
uint32_t const v93 = uint32_t(v92);
uint32_t_2 const* const v94 = &v0[v93];
uint32_t_2 const v95 = *v94;
*v87 = v95;
}
uint32_t_2 const v96 = *v87;
*v66 = v96;
uint32_t const v97 = v21 + v23;
uint32_t const v98 = v97 / v25;
uint32_t const v99 = v49 + v98;
uint32_t const v100 = v97 % v25;
uint32_t const v101 = v84 + v100;
uint32_t_2 v102_store;
uint32_t_2 * v102 = &v102_store;
*v102 = v65;
bool const v103 = v99 < v8;
bool const v104 = v101 < v17;
bool const v105 = v103 && v104;
if(v105) {
uint32_t const v106 = v99 * v17;
uint32_t const v107 = v106 + v101;
uint32_t const v108 = uint32_t(v107);
uint32_t_2 const* const v109 = &v0[v108];
uint32_t_2 const v110 = *v109;
*v102 = v110;
}
uint32_t_2 const v111 = *v102;
*v67 = v111;
uint32_t const v112 = 512;
uint32_t const v113 = v21 + v112;
uint32_t const v114 = v113 / v25;
uint32_t const v115 = v49 + v114;
uint32_t const v116 = v113 % v25;
uint32_t const v117 = v84 + v116;
uint32_t_2 v118_store;
uint32_t_2 * v118 = &v118_store;
*v118 = v65;
bool const v119 = v115 < v8;
bool const v120 = v117 < v17;
bool const v121 = v119 && v120;
if(v121) {
uint32_t const v122 = v115 * v17;
uint32_t const v123 = v122 + v117;
uint32_t const v124 = uint32_t(v123);
uint32_t_2 const* const v125 = &v0[v124];
uint32_t_2 const v126 = *v125;
*v118 = v126;
}
uint32_t_2 const v127 = *v118;
*v68 = v127;
uint32_t const v128 = 768;
uint32_t const v129 = v21 + v128;
uint32_t const v130 = v129 / v25;
uint32_t const v131 = v49 + v130;
uint32_t const v132 = v129 % v25;
uint32_t const v133 = v84 + v132;
uint32_t_2 v134_store;
uint32_t_2 * v134 = &v134_store;
*v134 = v65;
bool const v135 = v131 < v8;
bool const v136 = v133 < v17;
bool const v137 = v135 && v136;
if(v137) {
uint32_t const v138 = v131 * v17;
uint32_t const v139 = v138 + v133;
uint32_t const v140 = uint32_t(v139);
uint32_t_2 const* const v141 = &v0[v140];
uint32_t_2 const v142 = *v141;
*v134 = v142;
}
uint32_t_2 const v143 = *v134;
*v69 = v143;
uint32_t const v144 = v81 * v78;
uint32_t const v145 = v21 / v51;
uint32_t const v146 = v144 + v145;
uint32_t const v147 = v21 % v51;
uint32_t const v148 = v52 + v147;
uint32_t_2 v149_store;
uint32_t_2 * v149 = &v149_store;
*v149 = v65;
bool const v150 = v146 < v11;
bool const v151 = v148 < v14;
bool const v152 = v150 && v151;
if(v152) {
uint32_t const v153 = v146 * v14;
uint32_t const v154 = v153 + v148;
uint32_t const v155 = uint32_t(v154);
uint32_t_2 const* const v156 = &v1[v155];
uint32_t_2 const v157 = *v156;
*v149 = v157;
}
uint32_t_2 const v158 = *v149;
*v70 = v158;
uint32_t const v159 = v97 / v51;
uint32_t const v160 = v144 + v159;
uint32_t const v161 = v97 % v51;
uint32_t const v162 = v52 + v161;
uint32_t_2 v163_store;
uint32_t_2 * v163 = &v163_store;
*v163 = v65;
bool const v164 = v160 < v11;
bool const v165 = v162 < v14;
bool const v166 = v164 && v165;
if(v166) {
uint32_t const v167 = v160 * v14;
uint32_t const v168 = v167 + v162;
uint32_t const v169 = uint32_t(v168);
uint32_t_2 const* const v170 = &v1[v169];
uint32_t_2 const v171 = *v170;
*v163 = v171;
}
uint32_t_2 const v172 = *v163;
*v71 = v172;
uint32_t const v173 = v113 / v51;
uint32_t const v174 = v144 + v173;
uint32_t const v175 = v113 % v51;
uint32_t const v176 = v52 + v175;
uint32_t_2 v177_store;
uint32_t_2 * v177 = &v177_store;
*v177 = v65;
bool const v178 = v174 < v11;
bool const v179 = v176 < v14;
bool const v180 = v178 && v179;
if(v180) {
uint32_t const v181 = v174 * v14;
uint32_t const v182 = v181 + v176;
uint32_t const v183 = uint32_t(v182);
uint32_t_2 const* const v184 = &v1[v183];
uint32_t_2 const v185 = *v184;
*v177 = v185;
}
uint32_t_2 const v186 = *v177;
*v72 = v186;
uint32_t const v187 = v129 / v51;
uint32_t const v188 = v144 + v187;
uint32_t const v189 = v129 % v51;
uint32_t const v190 = v52 + v189;
uint32_t_2 v191_store;
uint32_t_2 * v191 = &v191_store;
*v191 = v65;
bool const v192 = v188 < v11;
bool const v193 = v190 < v14;
bool const v194 = v192 && v193;
if(v194) {
uint32_t const v195 = v188 * v14;
uint32_t const v196 = v195 + v190;
uint32_t const v197 = uint32_t(v196);
uint32_t_2 const* const v198 = &v1[v197];
uint32_t_2 const v199 = *v198;
*v191 = v199;
}
uint32_t_2 const v200 = *v191;
*v73 = v200;
}
bool const v201 = v81 > v22;
if(v201) {
uint32_t const v202 = v81 + v24;
uint32_t const v203 = v202 % v55;
uint32_t const v204 = 64;
uint32_t const v205 = v54 * v204;
uint32_t const v206 = 1088;
uint32_t const v207 = v203 * v206;
uint32_t const v208 = 34;
uint32_t const v209 = v58 * v208;
uint32_t const v210 = v207 + v209;
uint32_t const v211 = v205 / v27;
uint32_t const v212 = v210 + v211;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v213_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v213 = &v213_store;__nv_bfloat16 const v214 = 0;
nvcuda::wmma::fill_fragment(*v213, v214);uint32_t const v215 = uint32_t(v212);
uint32_t const v216 = 136;
__nv_bfloat16_4 * const v217 = &(*v61)[v215];
nvcuda::wmma::load_matrix_sync(*v213, reinterpret_cast<__nv_bfloat16 *>(v217), v216);uint32_t const v218 = 1280;
uint32_t const v219 = v203 * v218;
uint32_t const v220 = 10;
uint32_t const v221 = v205 * v220;
uint32_t const v222 = v219 + v221;
uint32_t const v223 = v60 / v27;
uint32_t const v224 = v222 + v223;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v225_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v225 = &v225_store;nvcuda::wmma::fill_fragment(*v225, v214);uint32_t const v226 = uint32_t(v224);
uint32_t const v227 = 40;
__nv_bfloat16_4 * const v228 = &(*v62)[v226];
nvcuda::wmma::load_matrix_sync(*v225, reinterpret_cast<__nv_bfloat16 *>(v228), v227);nvcuda::wmma::mma_sync(*v74, *v213, *v225, *v74);uint32_t const v229 = v205 + v57;
uint32_t const v230 = v229 / v27;
uint32_t const v231 = v210 + v230;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v232_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v232 = &v232_store;nvcuda::wmma::fill_fragment(*v232, v214);uint32_t const v233 = uint32_t(v231);
__nv_bfloat16_4 * const v234 = &(*v61)[v233];
nvcuda::wmma::load_matrix_sync(*v232, reinterpret_cast<__nv_bfloat16 *>(v234), v216);uint32_t const v235 = v229 * v220;
uint32_t const v236 = v219 + v235;
uint32_t const v237 = v236 + v223;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v238_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v238 = &v238_store;nvcuda::wmma::fill_fragment(*v238, v214);uint32_t const v239 = uint32_t(v237);
__nv_bfloat16_4 * const v240 = &(*v62)[v239];
nvcuda::wmma::load_matrix_sync(*v238, reinterpret_cast<__nv_bfloat16 *>(v240), v227);nvcuda::wmma::mma_sync(*v74, *v232, *v238, *v74);uint32_t const v241 = v205 + v25;
uint32_t const v242 = v241 / v27;
uint32_t const v243 = v210 + v242;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v244_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v244 = &v244_store;nvcuda::wmma::fill_fragment(*v244, v214);uint32_t const v245 = uint32_t(v243);
__nv_bfloat16_4 * const v246 = &(*v61)[v245];
nvcuda::wmma::load_matrix_sync(*v244, reinterpret_cast<__nv_bfloat16 *>(v246), v216);uint32_t const v247 = v241 * v220;
uint32_t const v248 = v219 + v247;
uint32_t const v249 = v248 + v223;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v250_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v250 = &v250_store;nvcuda::wmma::fill_fragment(*v250, v214);uint32_t const v251 = uint32_t(v249);
__nv_bfloat16_4 * const v252 = &(*v62)[v251];
nvcuda::wmma::load_matrix_sync(*v250, reinterpret_cast<__nv_bfloat16 *>(v252), v227);nvcuda::wmma::mma_sync(*v74, *v244, *v250, *v74);uint32_t const v253 = 48;
uint32_t const v254 = v205 + v253;
uint32_t const v255 = v254 / v27;
uint32_t const v256 = v210 + v255;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v257_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v257 = &v257_store;nvcuda::wmma::fill_fragment(*v257, v214);uint32_t const v258 = uint32_t(v256);
__nv_bfloat16_4 * const v259 = &(*v61)[v258];
nvcuda::wmma::load_matrix_sync(*v257, reinterpret_cast<__nv_bfloat16 *>(v259), v216);uint32_t const v260 = v254 * v220;
uint32_t const v261 = v219 + v260;
uint32_t const v262 = v261 + v223;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v263_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v263 = &v263_store;nvcuda::wmma::fill_fragment(*v263, v214);uint32_t const v264 = uint32_t(v262);
__nv_bfloat16_4 * const v265 = &(*v62)[v264];
nvcuda::wmma::load_matrix_sync(*v263, reinterpret_cast<__nv_bfloat16 *>(v265), v227);nvcuda::wmma::mma_sync(*v74, *v257, *v263, *v74);}
if(v82) {
uint32_t const v266 = v81 % v55;
uint32_t const v267 = 1088;
uint32_t const v268 = v266 * v267;
uint32_t const v269 = 34;
uint32_t const v270 = v26 * v269;
uint32_t const v271 = v268 + v270;
uint32_t const v272 = v21 % v25;
uint32_t const v273 = v271 + v272;
uint32_t_2 const v274 = *v66;
__nv_bfloat16_4 const v275 = reinterpret_cast<const __nv_bfloat16_4&>(v274);
uint32_t const v276 = uint32_t(v273);
__nv_bfloat16_4 * const v277 = &(*v61)[v276];
*v277 = v275;
uint32_t const v278 = v21 + v23;
uint32_t const v279 = v278 / v25;
uint32_t const v280 = v279 * v269;
uint32_t const v281 = v268 + v280;
uint32_t const v282 = v278 % v25;
uint32_t const v283 = v281 + v282;
uint32_t_2 const v284 = *v67;
__nv_bfloat16_4 const v285 = reinterpret_cast<const __nv_bfloat16_4&>(v284);
uint32_t const v286 = uint32_t(v283);
__nv_bfloat16_4 * const v287 = &(*v61)[v286];
*v287 = v285;
uint32_t const v288 = 512;
uint32_t const v289 = v21 + v288;
uint32_t const v290 = v289 / v25;
uint32_t const v291 = v290 * v269;
uint32_t const v292 = v268 + v291;
uint32_t const v293 = v289 % v25;
uint32_t const v294 = v292 + v293;
uint32_t_2 const v295 = *v68;
__nv_bfloat16_4 const v296 = reinterpret_cast<const __nv_bfloat16_4&>(v295);
uint32_t const v297 = uint32_t(v294);
__nv_bfloat16_4 * const v298 = &(*v61)[v297];
*v298 = v296;
uint32_t const v299 = 768;
uint32_t const v300 = v21 + v299;
uint32_t const v301 = v300 / v25;
uint32_t const v302 = v301 * v269;
uint32_t const v303 = v268 + v302;
uint32_t const v304 = v300 % v25;
uint32_t const v305 = v303 + v304;
uint32_t_2 const v306 = *v69;
__nv_bfloat16_4 const v307 = reinterpret_cast<const __nv_bfloat16_4&>(v306);
uint32_t const v308 = uint32_t(v305);
__nv_bfloat16_4 * const v309 = &(*v61)[v308];
*v309 = v307;
uint32_t const v310 = 1280;
uint32_t const v311 = v266 * v310;
uint32_t const v312 = v21 / v51;
uint32_t const v313 = 10;
uint32_t const v314 = v312 * v313;
uint32_t const v315 = v311 + v314;
uint32_t const v316 = v21 % v51;
uint32_t const v317 = v315 + v316;
uint32_t_2 const v318 = *v70;
__nv_bfloat16_4 const v319 = reinterpret_cast<const __nv_bfloat16_4&>(v318);
uint32_t const v320 = uint32_t(v317);
__nv_bfloat16_4 * const v321 = &(*v62)[v320];
*v321 = v319;
uint32_t const v322 = v278 / v51;
uint32_t const v323 = v322 * v313;
uint32_t const v324 = v311 + v323;
uint32_t const v325 = v278 % v51;
uint32_t const v326 = v324 + v325;
uint32_t_2 const v327 = *v71;
__nv_bfloat16_4 const v328 = reinterpret_cast<const __nv_bfloat16_4&>(v327);
uint32_t const v329 = uint32_t(v326);
__nv_bfloat16_4 * const v330 = &(*v62)[v329];
*v330 = v328;
uint32_t const v331 = v289 / v51;
uint32_t const v332 = v331 * v313;
uint32_t const v333 = v311 + v332;
uint32_t const v334 = v289 % v51;
uint32_t const v335 = v333 + v334;
uint32_t_2 const v336 = *v72;
__nv_bfloat16_4 const v337 = reinterpret_cast<const __nv_bfloat16_4&>(v336);
uint32_t const v338 = uint32_t(v335);
__nv_bfloat16_4 * const v339 = &(*v62)[v338];
*v339 = v337;
uint32_t const v340 = v300 / v51;
uint32_t const v341 = v340 * v313;
uint32_t const v342 = v311 + v341;
uint32_t const v343 = v300 % v51;
uint32_t const v344 = v342 + v343;
uint32_t_2 const v345 = *v73;
__nv_bfloat16_4 const v346 = reinterpret_cast<const __nv_bfloat16_4&>(v345);
uint32_t const v347 = uint32_t(v344);
__nv_bfloat16_4 * const v348 = &(*v62)[v347];
*v348 = v346;
}
__syncthreads();
}
array<float_4, 640> * const v349 = reinterpret_cast<array<float_4, 640> *>(&v5[37888]);
uint32_t const v350 = 80;
uint32_t const v351 = v26 * v350;
uint32_t const v352 = uint32_t(v351);
uint32_t const v353 = 20;
float_4 * const v354 = &(*v349)[v352];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v354), *v74, v353, nvcuda::wmma::mem_row_major);__syncthreads();
uint32_t const v355 = 64;
uint32_t const v356 = v21 / v355;
bool const v357 = v356 < v27;
if(v357) {
uint32_t const v358 = v21 % v355;
uint32_t const v359 = v358 / v27;
uint32_t const v360 = v21 % v27;
uint32_t const v361 = v356 * v350;
uint32_t const v362 = 5;
uint32_t const v363 = v359 * v362;
uint32_t const v364 = v361 + v363;
uint32_t const v365 = v364 + v360;
uint32_t const v366 = uint32_t(v365);
float_4 * const v367 = &(*v349)[v366];
float_4 const v368 = *v367;
float_4 v369_store;
float_4 * v369 = &v369_store;
*v369 = v368;
uint32_t const v370 = v356 + v27;
uint32_t const v371 = v370 * v350;
uint32_t const v372 = v371 + v363;
uint32_t const v373 = v372 + v360;
uint32_t const v374 = uint32_t(v373);
float_4 * const v375 = &(*v349)[v374];
float_4 const v376 = *v375;
float_4 const v377 = *v369;
float const v378 = v377.i_0;
float const v379 = v376.i_0;
float const v380 = v378 + v379;
float const v381 = v377.i_1;
float const v382 = v376.i_1;
float const v383 = v381 + v382;
float const v384 = v377.i_2;
float const v385 = v376.i_2;
float const v386 = v384 + v385;
float const v387 = v377.i_3;
float const v388 = v376.i_3;
float const v389 = v387 + v388;
float_4 const v390 = float_4{v380, v383, v386, v389};
*v369 = v390;
uint32_t const v391 = v356 / v55;
uint32_t const v392 = v391 * v57;
uint32_t const v393 = v49 + v392;
uint32_t const v394 = v393 + v359;
uint32_t const v395 = v356 % v55;
uint32_t const v396 = v395 * v27;
uint32_t const v397 = v52 + v396;
uint32_t const v398 = v397 + v360;
bool const v399 = v394 < v8;
bool const v400 = v398 < v14;
bool const v401 = v399 && v400;
if(v401) {
uint32_t const v402 = v394 * v14;
uint32_t const v403 = v402 + v398;
uint32_t const v404 = uint32_t(v398);
float_4 const* const v405 = &v2[v404];
float_4 const v406 = *v405;
float_4 const v407 = *v369;
float const v408 = v407.i_0;
float const v409 = v406.i_0;
float const v410 = v408 + v409;
float const v411 = v407.i_1;
float const v412 = v406.i_1;
float const v413 = v411 + v412;
float const v414 = v407.i_2;
float const v415 = v406.i_2;
float const v416 = v414 + v415;
float const v417 = v407.i_3;
float const v418 = v406.i_3;
float const v419 = v417 + v418;
float_4 const v420 = float_4{v410, v413, v416, v419};
float_4 v421_store;
float_4 * v421 = &v421_store;
*v421 = v420;
uint32_t const v422 = v20 & v24;
bool const v423 = v422 != v22;
if(v423) {
float_4 const v424 = *v421;
float const v425 = v424.i_0;
float const v426 = max(v425, v75);
float const v427 = v424.i_1;
float const v428 = max(v427, v75);
float const v429 = v424.i_2;
float const v430 = max(v429, v75);
float const v431 = v424.i_3;
float const v432 = max(v431, v75);
float_4 const v433 = float_4{v426, v428, v430, v432};
*v421 = v433;
}
uint32_t const v434 = v20 & v55;
bool const v435 = v434 == v22;
if(v435) {
float_4 const v436 = *v421;
float const v437 = v436.i_0;
uint32_t const v438 = reinterpret_cast<const uint32_t&>(v437);
uint32_t_2 const v439 = {v438, v65.i_1};
float const v440 = v436.i_1;
uint32_t const v441 = reinterpret_cast<const uint32_t&>(v440);
uint32_t_2 const v442 = {v439.i_0, v441};
uint32_t const v443 = uint32_t(v403);
uint32_t const v444 = v12 * v443;
uint32_t_2 * const v445 = &v3[v444];
*v445 = v442;
float const v446 = v436.i_2;
uint32_t const v447 = reinterpret_cast<const uint32_t&>(v446);
uint32_t_2 const v448 = {v447, v65.i_1};
float const v449 = v436.i_3;
uint32_t const v450 = reinterpret_cast<const uint32_t&>(v449);
uint32_t_2 const v451 = {v448.i_0, v450};
uint32_t const v452 = v444 + v9;
uint32_t_2 * const v453 = &v3[v452];
*v453 = v451;
}
 else {
float_4 const v454 = *v421;
float const v455 = v454.i_0;
__nv_bfloat16 const v456 = __nv_bfloat16(v455);
float const v457 = v454.i_1;
__nv_bfloat16 const v458 = __nv_bfloat16(v457);
float const v459 = v454.i_2;
__nv_bfloat16 const v460 = __nv_bfloat16(v459);
float const v461 = v454.i_3;
__nv_bfloat16 const v462 = __nv_bfloat16(v461);
__nv_bfloat16_4 const v463 = __nv_bfloat16_4{v456, v458, v460, v462};
uint32_t_2 const v464 = reinterpret_cast<const uint32_t_2&>(v463);
uint32_t const v465 = uint32_t(v403);
uint32_t_2 * const v466 = &v3[v465];
*v466 = v464;
}
}
}
__syncthreads();
return;
}
