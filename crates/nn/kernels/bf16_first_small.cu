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
struct alignas(8) uint32_t_2 { uint32_t i_0; uint32_t i_1; };
struct alignas(16) float_4 { float i_0; float i_1; float i_2; float i_3; };

extern "C" __global__ void __launch_bounds__(256)  bf16_first_small(float_4 const* const __restrict__ v0, uint32_t_2 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
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
array<float_4, 4> v63_store = {};
array<float_4, 4> * v63 = &v63_store;array<uint32_t_2, 4> v64_store = {};
array<uint32_t_2, 4> * v64 = &v64_store;
float const v65 = 0;
float_4 const v66 = float_4{v65, v65, v65, v65};
float_4 * const v67 = &(*v63)[v6];
*v67 = v66;
float_4 * const v68 = &(*v63)[v9];
*v68 = v66;
float_4 * const v69 = &(*v63)[v12];
*v69 = v66;
float_4 * const v70 = &(*v63)[v15];
*v70 = v66;
uint32_t_2 const v71 = uint32_t_2{v22, v22};
uint32_t_2 * const v72 = &(*v64)[v6];
*v72 = v71;
uint32_t_2 * const v73 = &(*v64)[v9];
*v73 = v71;
uint32_t_2 * const v74 = &(*v64)[v12];
*v74 = v71;
uint32_t_2 * const v75 = &(*v64)[v15];
*v75 = v71;
nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v76_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v76 = &v76_store;nvcuda::wmma::fill_fragment(*v76, v65);uint32_t const v77 = 127;
uint32_t const v78 = v11 + v77;
uint32_t const v79 = 128;
uint32_t const v80 = v78 / v79;
uint32_t const v81 = v80 + v24;
for(uint32_t v82 = v22; v82 < v81; v82 += v24) {
bool const v83 = v82 < v80;
if(v83) {
uint32_t const v84 = v49 + v26;
uint32_t const v85 = v82 * v25;
uint32_t const v86 = v21 % v25;
uint32_t const v87 = v85 + v86;
float_4 v88_store;
float_4 * v88 = &v88_store;
*v88 = v66;
bool const v89 = v84 < v8;
bool const v90 = v87 < v17;
bool const v91 = v89 && v90;
if(v91) {
uint32_t const v92 = v84 * v17;
uint32_t const v93 = v92 + v87;
uint32_t const v94 = uint32_t(v93);
float_4 const* const v95 = &v0[v94];
float_4 const v96 = *v95;
*v88 = v96;
}
float_4 const v97 = *v88;
*v67 = v97;
uint32_t const v98 = v21 + v23;
uint32_t const v99 = v98 / v25;
uint32_t const v100 = v49 + v99;
uint32_t const v101 = v98 % v25;
uint32_t const v102 = v85 + v101;
float_4 v103_store;
float_4 * v103 = &v103_store;
*v103 = v66;
bool const v104 = v100 < v8;
bool const v105 = v102 < v17;
bool const v106 = v104 && v105;
if(v106) {
uint32_t const v107 = v100 * v17;
uint32_t const v108 = v107 + v102;
uint32_t const v109 = uint32_t(v108);
float_4 const* const v110 = &v0[v109];
float_4 const v111 = *v110;
*v103 = v111;
}
float_4 const v112 = *v103;
*v68 = v112;
uint32_t const v113 = 512;
uint32_t const v114 = v21 + v113;
uint32_t const v115 = v114 / v25;
uint32_t const v116 = v49 + v115;
uint32_t const v117 = v114 % v25;
uint32_t const v118 = v85 + v117;
float_4 v119_store;
float_4 * v119 = &v119_store;
*v119 = v66;
bool const v120 = v116 < v8;
bool const v121 = v118 < v17;
bool const v122 = v120 && v121;
if(v122) {
uint32_t const v123 = v116 * v17;
uint32_t const v124 = v123 + v118;
uint32_t const v125 = uint32_t(v124);
float_4 const* const v126 = &v0[v125];
float_4 const v127 = *v126;
*v119 = v127;
}
float_4 const v128 = *v119;
*v69 = v128;
uint32_t const v129 = 768;
uint32_t const v130 = v21 + v129;
uint32_t const v131 = v130 / v25;
uint32_t const v132 = v49 + v131;
uint32_t const v133 = v130 % v25;
uint32_t const v134 = v85 + v133;
float_4 v135_store;
float_4 * v135 = &v135_store;
*v135 = v66;
bool const v136 = v132 < v8;
bool const v137 = v134 < v17;
bool const v138 = v136 && v137;
if(v138) {
uint32_t const v139 = v132 * v17;
uint32_t const v140 = v139 + v134;
uint32_t const v141 = uint32_t(v140);
float_4 const* const v142 = &v0[v141];
float_4 const v143 = *v142;
*v135 = v143;
}
float_4 const v144 = *v135;
*v70 = v144;
uint32_t const v145 = v82 * v79;
uint32_t const v146 = v21 / v51;
uint32_t const v147 = v145 + v146;
uint32_t const v148 = v21 % v51;
uint32_t const v149 = v52 + v148;
uint32_t_2 v150_store;
uint32_t_2 * v150 = &v150_store;
*v150 = v71;
bool const v151 = v147 < v11;
bool const v152 = v149 < v14;
bool const v153 = v151 && v152;
if(v153) {
uint32_t const v154 = v147 * v14;
uint32_t const v155 = v154 + v149;
uint32_t const v156 = uint32_t(v155);
uint32_t_2 const* const v157 = &v1[v156];
uint32_t_2 const v158 = *v157;
*v150 = v158;
}
uint32_t_2 const v159 = *v150;
*v72 = v159;
uint32_t const v160 = v98 / v51;
uint32_t const v161 = v145 + v160;
uint32_t const v162 = v98 % v51;
uint32_t const v163 = v52 + v162;
uint32_t_2 v164_store;
uint32_t_2 * v164 = &v164_store;
*v164 = v71;
bool const v165 = v161 < v11;
bool const v166 = v163 < v14;
bool const v167 = v165 && v166;
if(v167) {
uint32_t const v168 = v161 * v14;
uint32_t const v169 = v168 + v163;
uint32_t const v170 = uint32_t(v169);
uint32_t_2 const* const v171 = &v1[v170];
uint32_t_2 const v172 = *v171;
*v164 = v172;
}
uint32_t_2 const v173 = *v164;
*v73 = v173;
uint32_t const v174 = v114 / v51;
uint32_t const v175 = v145 + v174;
uint32_t const v176 = v114 % v51;
uint32_t const v177 = v52 + v176;
uint32_t_2 v178_store;
uint32_t_2 * v178 = &v178_store;
*v178 = v71;
bool const v179 = v175 < v11;
bool const v180 = v177 < v14;
bool const v181 = v179 && v180;
if(v181) {
uint32_t const v182 = v175 * v14;
uint32_t const v183 = v182 + v177;
uint32_t const v184 = uint32_t(v183);
uint32_t_2 const* const v185 = &v1[v184];
uint32_t_2 const v186 = *v185;
*v178 = v186;
}
uint32_t_2 const v187 = *v178;
*v74 = v187;
uint32_t const v188 = v130 / v51;
uint32_t const v189 = v145 + v188;
uint32_t const v190 = v130 % v51;
uint32_t const v191 = v52 + v190;
uint32_t_2 v192_store;
uint32_t_2 * v192 = &v192_store;
*v192 = v71;
bool const v193 = v189 < v11;
bool const v194 = v191 < v14;
bool const v195 = v193 && v194;
if(v195) {
uint32_t const v196 = v189 * v14;
uint32_t const v197 = v196 + v191;
uint32_t const v198 = uint32_t(v197);
uint32_t_2 const* const v199 = &v1[v198];
uint32_t_2 const v200 = *v199;
*v192 = v200;
}
uint32_t_2 const v201 = *v192;
*v75 = v201;
}
bool const v202 = v82 > v22;
if(v202) {
uint32_t const v203 = v82 + v24;
uint32_t const v204 = v203 % v55;
uint32_t const v205 = 64;
uint32_t const v206 = v54 * v205;
uint32_t const v207 = 1088;
uint32_t const v208 = v204 * v207;
uint32_t const v209 = 34;
uint32_t const v210 = v58 * v209;
uint32_t const v211 = v208 + v210;
uint32_t const v212 = v206 / v27;
uint32_t const v213 = v211 + v212;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v214_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v214 = &v214_store;__nv_bfloat16 const v215 = 0;
nvcuda::wmma::fill_fragment(*v214, v215);uint32_t const v216 = uint32_t(v213);
uint32_t const v217 = 136;
__nv_bfloat16_4 * const v218 = &(*v61)[v216];
nvcuda::wmma::load_matrix_sync(*v214, reinterpret_cast<__nv_bfloat16 *>(v218), v217);uint32_t const v219 = 1280;
uint32_t const v220 = v204 * v219;
uint32_t const v221 = 10;
uint32_t const v222 = v206 * v221;
uint32_t const v223 = v220 + v222;
uint32_t const v224 = v60 / v27;
uint32_t const v225 = v223 + v224;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v226_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v226 = &v226_store;nvcuda::wmma::fill_fragment(*v226, v215);uint32_t const v227 = uint32_t(v225);
uint32_t const v228 = 40;
__nv_bfloat16_4 * const v229 = &(*v62)[v227];
nvcuda::wmma::load_matrix_sync(*v226, reinterpret_cast<__nv_bfloat16 *>(v229), v228);nvcuda::wmma::mma_sync(*v76, *v214, *v226, *v76);uint32_t const v230 = v206 + v57;
uint32_t const v231 = v230 / v27;
uint32_t const v232 = v211 + v231;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v233_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v233 = &v233_store;nvcuda::wmma::fill_fragment(*v233, v215);uint32_t const v234 = uint32_t(v232);
__nv_bfloat16_4 * const v235 = &(*v61)[v234];
nvcuda::wmma::load_matrix_sync(*v233, reinterpret_cast<__nv_bfloat16 *>(v235), v217);uint32_t const v236 = v230 * v221;
uint32_t const v237 = v220 + v236;
uint32_t const v238 = v237 + v224;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v239_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v239 = &v239_store;nvcuda::wmma::fill_fragment(*v239, v215);uint32_t const v240 = uint32_t(v238);
__nv_bfloat16_4 * const v241 = &(*v62)[v240];
nvcuda::wmma::load_matrix_sync(*v239, reinterpret_cast<__nv_bfloat16 *>(v241), v228);nvcuda::wmma::mma_sync(*v76, *v233, *v239, *v76);uint32_t const v242 = v206 + v25;
uint32_t const v243 = v242 / v27;
uint32_t const v244 = v211 + v243;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v245_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v245 = &v245_store;nvcuda::wmma::fill_fragment(*v245, v215);uint32_t const v246 = uint32_t(v244);
__nv_bfloat16_4 * const v247 = &(*v61)[v246];
nvcuda::wmma::load_matrix_sync(*v245, reinterpret_cast<__nv_bfloat16 *>(v247), v217);uint32_t const v248 = v242 * v221;
uint32_t const v249 = v220 + v248;
uint32_t const v250 = v249 + v224;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v251_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v251 = &v251_store;nvcuda::wmma::fill_fragment(*v251, v215);uint32_t const v252 = uint32_t(v250);
__nv_bfloat16_4 * const v253 = &(*v62)[v252];
nvcuda::wmma::load_matrix_sync(*v251, reinterpret_cast<__nv_bfloat16 *>(v253), v228);nvcuda::wmma::mma_sync(*v76, *v245, *v251, *v76);uint32_t const v254 = 48;
uint32_t const v255 = v206 + v254;
uint32_t const v256 = v255 / v27;
uint32_t const v257 = v211 + v256;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v258_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v258 = &v258_store;nvcuda::wmma::fill_fragment(*v258, v215);uint32_t const v259 = uint32_t(v257);
__nv_bfloat16_4 * const v260 = &(*v61)[v259];
nvcuda::wmma::load_matrix_sync(*v258, reinterpret_cast<__nv_bfloat16 *>(v260), v217);uint32_t const v261 = v255 * v221;
uint32_t const v262 = v220 + v261;
uint32_t const v263 = v262 + v224;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v264_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v264 = &v264_store;nvcuda::wmma::fill_fragment(*v264, v215);uint32_t const v265 = uint32_t(v263);
__nv_bfloat16_4 * const v266 = &(*v62)[v265];
nvcuda::wmma::load_matrix_sync(*v264, reinterpret_cast<__nv_bfloat16 *>(v266), v228);nvcuda::wmma::mma_sync(*v76, *v258, *v264, *v76);}
if(v83) {
uint32_t const v267 = v82 % v55;
uint32_t const v268 = 1088;
uint32_t const v269 = v267 * v268;
uint32_t const v270 = 34;
uint32_t const v271 = v26 * v270;
uint32_t const v272 = v269 + v271;
uint32_t const v273 = v21 % v25;
uint32_t const v274 = v272 + v273;
float_4 const v275 = *v67;
float const v276 = v275.i_0;
__nv_bfloat16 const v277 = __nv_bfloat16(v276);
float const v278 = v275.i_1;
__nv_bfloat16 const v279 = __nv_bfloat16(v278);
float const v280 = v275.i_2;
__nv_bfloat16 const v281 = __nv_bfloat16(v280);
float const v282 = v275.i_3;
__nv_bfloat16 const v283 = __nv_bfloat16(v282);
__nv_bfloat16_4 const v284 = __nv_bfloat16_4{v277, v279, v281, v283};
uint32_t const v285 = uint32_t(v274);
__nv_bfloat16_4 * const v286 = &(*v61)[v285];
*v286 = v284;
uint32_t const v287 = v21 + v23;
uint32_t const v288 = v287 / v25;
uint32_t const v289 = v288 * v270;
uint32_t const v290 = v269 + v289;
uint32_t const v291 = v287 % v25;
uint32_t const v292 = v290 + v291;
float_4 const v293 = *v68;
float const v294 = v293.i_0;
__nv_bfloat16 const v295 = __nv_bfloat16(v294);
float const v296 = v293.i_1;
__nv_bfloat16 const v297 = __nv_bfloat16(v296);
float const v298 = v293.i_2;
__nv_bfloat16 const v299 = __nv_bfloat16(v298);
float const v300 = v293.i_3;
__nv_bfloat16 const v301 = __nv_bfloat16(v300);
__nv_bfloat16_4 const v302 = __nv_bfloat16_4{v295, v297, v299, v301};
uint32_t const v303 = uint32_t(v292);
__nv_bfloat16_4 * const v304 = &(*v61)[v303];
*v304 = v302;
uint32_t const v305 = 512;
uint32_t const v306 = v21 + v305;
uint32_t const v307 = v306 / v25;
uint32_t const v308 = v307 * v270;
uint32_t const v309 = v269 + v308;
uint32_t const v310 = v306 % v25;
uint32_t const v311 = v309 + v310;
float_4 const v312 = *v69;
float const v313 = v312.i_0;
__nv_bfloat16 const v314 = __nv_bfloat16(v313);
float const v315 = v312.i_1;
__nv_bfloat16 const v316 = __nv_bfloat16(v315);
float const v317 = v312.i_2;
__nv_bfloat16 const v318 = __nv_bfloat16(v317);
float const v319 = v312.i_3;
__nv_bfloat16 const v320 = __nv_bfloat16(v319);
__nv_bfloat16_4 const v321 = __nv_bfloat16_4{v314, v316, v318, v320};
uint32_t const v322 = uint32_t(v311);
__nv_bfloat16_4 * const v323 = &(*v61)[v322];
*v323 = v321;
uint32_t const v324 = 768;
uint32_t const v325 = v21 + v324;
uint32_t const v326 = v325 / v25;
uint32_t const v327 = v326 * v270;
uint32_t const v328 = v269 + v327;
uint32_t const v329 = v325 % v25;
uint32_t const v330 = v328 + v329;
float_4 const v331 = *v70;
float const v332 = v331.i_0;
__nv_bfloat16 const v333 = __nv_bfloat16(v332);
float const v334 = v331.i_1;
__nv_bfloat16 const v335 = __nv_bfloat16(v334);
float const v336 = v331.i_2;
__nv_bfloat16 const v337 = __nv_bfloat16(v336);
float const v338 = v331.i_3;
__nv_bfloat16 const v339 = __nv_bfloat16(v338);
__nv_bfloat16_4 const v340 = __nv_bfloat16_4{v333, v335, v337, v339};
uint32_t const v341 = uint32_t(v330);
__nv_bfloat16_4 * const v342 = &(*v61)[v341];
*v342 = v340;
uint32_t const v343 = 1280;
uint32_t const v344 = v267 * v343;
uint32_t const v345 = v21 / v51;
uint32_t const v346 = 10;
uint32_t const v347 = v345 * v346;
uint32_t const v348 = v344 + v347;
uint32_t const v349 = v21 % v51;
uint32_t const v350 = v348 + v349;
uint32_t_2 const v351 = *v72;
__nv_bfloat16_4 const v352 = reinterpret_cast<const __nv_bfloat16_4&>(v351);
uint32_t const v353 = uint32_t(v350);
__nv_bfloat16_4 * const v354 = &(*v62)[v353];
*v354 = v352;
uint32_t const v355 = v287 / v51;
uint32_t const v356 = v355 * v346;
uint32_t const v357 = v344 + v356;
uint32_t const v358 = v287 % v51;
uint32_t const v359 = v357 + v358;
uint32_t_2 const v360 = *v73;
__nv_bfloat16_4 const v361 = reinterpret_cast<const __nv_bfloat16_4&>(v360);
uint32_t const v362 = uint32_t(v359);
__nv_bfloat16_4 * const v363 = &(*v62)[v362];
*v363 = v361;
uint32_t const v364 = v306 / v51;
uint32_t const v365 = v364 * v346;
uint32_t const v366 = v344 + v365;
uint32_t const v367 = v306 % v51;
uint32_t const v368 = v366 + v367;
uint32_t_2 const v369 = *v74;
__nv_bfloat16_4 const v370 = reinterpret_cast<const __nv_bfloat16_4&>(v369);
uint32_t const v371 = uint32_t(v368);
__nv_bfloat16_4 * const v372 = &(*v62)[v371];
*v372 = v370;
uint32_t const v373 = v325 / v51;
uint32_t const v374 = v373 * v346;
uint32_t const v375 = v344 + v374;
uint32_t const v376 = v325 % v51;
uint32_t const v377 = v375 + v376;
uint32_t_2 const v378 = *v75;
__nv_bfloat16_4 const v379 = reinterpret_cast<const __nv_bfloat16_4&>(v378);
uint32_t const v380 = uint32_t(v377);
__nv_bfloat16_4 * const v381 = &(*v62)[v380];
*v381 = v379;
}
__syncthreads();
}
array<float_4, 640> * const v382 = reinterpret_cast<array<float_4, 640> *>(&v5[37888]);
uint32_t const v383 = 80;
uint32_t const v384 = v26 * v383;
uint32_t const v385 = uint32_t(v384);
uint32_t const v386 = 20;
float_4 * const v387 = &(*v382)[v385];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v387), *v76, v386, nvcuda::wmma::mem_row_major);__syncthreads();
uint32_t const v388 = 64;
uint32_t const v389 = v21 / v388;
bool const v390 = v389 < v27;
if(v390) {
uint32_t const v391 = v21 % v388;
uint32_t const v392 = v391 / v27;
uint32_t const v393 = v21 % v27;
uint32_t const v394 = v389 * v383;
uint32_t const v395 = 5;
uint32_t const v396 = v392 * v395;
uint32_t const v397 = v394 + v396;
uint32_t const v398 = v397 + v393;
uint32_t const v399 = uint32_t(v398);
float_4 * const v400 = &(*v382)[v399];
float_4 const v401 = *v400;
float_4 v402_store;
float_4 * v402 = &v402_store;
*v402 = v401;
uint32_t const v403 = v389 + v27;
uint32_t const v404 = v403 * v383;
uint32_t const v405 = v404 + v396;
uint32_t const v406 = v405 + v393;
uint32_t const v407 = uint32_t(v406);
float_4 * const v408 = &(*v382)[v407];
float_4 const v409 = *v408;
float_4 const v410 = *v402;
float const v411 = v410.i_0;
float const v412 = v409.i_0;
float const v413 = v411 + v412;
float const v414 = v410.i_1;
float const v415 = v409.i_1;
float const v416 = v414 + v415;
float const v417 = v410.i_2;
float const v418 = v409.i_2;
float const v419 = v417 + v418;
float const v420 = v410.i_3;
float const v421 = v409.i_3;
float const v422 = v420 + v421;
float_4 const v423 = float_4{v413, v416, v419, v422};
*v402 = v423;
uint32_t const v424 = v389 / v55;
uint32_t const v425 = v424 * v57;
uint32_t const v426 = v49 + v425;
uint32_t const v427 = v426 + v392;
uint32_t const v428 = v389 % v55;
uint32_t const v429 = v428 * v27;
uint32_t const v430 = v52 + v429;
uint32_t const v431 = v430 + v393;
bool const v432 = v427 < v8;
bool const v433 = v431 < v14;
bool const v434 = v432 && v433;
if(v434) {
uint32_t const v435 = v427 * v14;
uint32_t const v436 = v435 + v431;
uint32_t const v437 = uint32_t(v431);
float_4 const* const v438 = &v2[v437];
float_4 const v439 = *v438;
float_4 const v440 = *v402;
float const v441 = v440.i_0;
float const v442 = v439.i_0;
float const v443 = v441 + v442;
float const v444 = v440.i_1;
float const v445 = v439.i_1;
float const v446 = v444 + v445;
float const v447 = v440.i_2;
float const v448 = v439.i_2;
float const v449 = v447 + v448;
float const v450 = v440.i_3;
float const v451 = v439.i_3;
float const v452 = v450 + v451;
float_4 const v453 = float_4{v443, v446, v449, v452};
float_4 v454_store;
float_4 * v454 = &v454_store;
*v454 = v453;
uint32_t const v455 = v20 & v24;
bool const v456 = v455 != v22;
if(v456) {
float_4 const v457 = *v454;
float const v458 = v457.i_0;
float const v459 = v66.i_0;
float const v460 = max(v458, v459);
float const v461 = v457.i_1;
float const v462 = v66.i_1;
float const v463 = max(v461, v462);
float const v464 = v457.i_2;
float const v465 = v66.i_2;
float const v466 = max(v464, v465);
float const v467 = v457.i_3;
float const v468 = v66.i_3;
float const v469 = max(v467, v468);
float_4 const v470 = float_4{v460, v463, v466, v469};
*v454 = v470;
}
uint32_t const v471 = v20 & v55;
bool const v472 = v471 == v22;
if(v472) {
float_4 const v473 = *v454;
float const v474 = v473.i_0;
uint32_t const v475 = reinterpret_cast<const uint32_t&>(v474);
uint32_t_2 const v476 = {v475, v71.i_1};
float const v477 = v473.i_1;
uint32_t const v478 = reinterpret_cast<const uint32_t&>(v477);
uint32_t_2 const v479 = {v476.i_0, v478};
uint32_t const v480 = uint32_t(v436);
uint32_t const v481 = v12 * v480;
uint32_t_2 * const v482 = &v3[v481];
*v482 = v479;
float const v483 = v473.i_2;
uint32_t const v484 = reinterpret_cast<const uint32_t&>(v483);
uint32_t_2 const v485 = {v484, v71.i_1};
float const v486 = v473.i_3;
uint32_t const v487 = reinterpret_cast<const uint32_t&>(v486);
uint32_t_2 const v488 = {v485.i_0, v487};
uint32_t const v489 = v481 + v9;
uint32_t_2 * const v490 = &v3[v489];
*v490 = v488;
}
 else {
float_4 const v491 = *v454;
float const v492 = v491.i_0;
__nv_bfloat16 const v493 = __nv_bfloat16(v492);
float const v494 = v491.i_1;
__nv_bfloat16 const v495 = __nv_bfloat16(v494);
float const v496 = v491.i_2;
__nv_bfloat16 const v497 = __nv_bfloat16(v496);
float const v498 = v491.i_3;
__nv_bfloat16 const v499 = __nv_bfloat16(v498);
__nv_bfloat16_4 const v500 = __nv_bfloat16_4{v493, v495, v497, v499};
uint32_t_2 const v501 = reinterpret_cast<const uint32_t_2&>(v500);
uint32_t const v502 = uint32_t(v436);
uint32_t_2 * const v503 = &v3[v502];
*v503 = v501;
}
}
}
__syncthreads();
return;
}
