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

extern "C" __global__ void __launch_bounds__(256)  bf16_wide(uint32_t_2 const* const __restrict__ v0, uint32_t_2 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
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
uint32_t const v29 = 127;
uint32_t const v30 = v28 + v29;
uint32_t const v31 = 128;
uint32_t const v32 = v30 / v31;
uint32_t const v33 = blockIdx.z;
uint32_t const v34 = uint32_t(v33);
uint32_t const v35 = gridDim.y;
uint32_t const v36 = uint32_t(v35);
uint32_t const v37 = v34 * v36;
uint32_t const v38 = gridDim.x;
uint32_t const v39 = uint32_t(v38);
uint32_t const v40 = v37 * v39;
uint32_t const v41 = blockIdx.y;
uint32_t const v42 = uint32_t(v41);
uint32_t const v43 = v42 * v39;
uint32_t const v44 = v40 + v43;
uint32_t const v45 = blockIdx.x;
uint32_t const v46 = uint32_t(v45);
uint32_t const v47 = v44 + v46;
uint32_t const v48 = uint32_t(v47);
uint32_t const v49 = v48 / v32;
uint32_t const v50 = v49 * v31;
uint32_t const v51 = v48 % v32;
uint32_t const v52 = v51 * v25;
uint32_t const v53 = 8;
uint32_t const v54 = v26 % v53;
uint32_t const v55 = v26 / v53;
uint32_t const v56 = v54 / v27;
uint32_t const v57 = 64;
uint32_t const v58 = v56 * v57;
uint32_t const v59 = v54 % v27;
uint32_t const v60 = v59 * v25;
array<__nv_bfloat16_4, 2560> * const v61 = reinterpret_cast<array<__nv_bfloat16_4, 2560> *>(&v5[0]);
array<__nv_bfloat16_4, 2176> * const v62 = reinterpret_cast<array<__nv_bfloat16_4, 2176> *>(&v5[20480]);
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
nvcuda::wmma::fill_fragment(*v74, v75);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v76_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v76 = &v76_store;nvcuda::wmma::fill_fragment(*v76, v75);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v77_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v77 = &v77_store;nvcuda::wmma::fill_fragment(*v77, v75);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v78_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v78 = &v78_store;nvcuda::wmma::fill_fragment(*v78, v75);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v79_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v79 = &v79_store;nvcuda::wmma::fill_fragment(*v79, v75);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v80_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v80 = &v80_store;nvcuda::wmma::fill_fragment(*v80, v75);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v81_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v81 = &v81_store;nvcuda::wmma::fill_fragment(*v81, v75);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v82_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v82 = &v82_store;nvcuda::wmma::fill_fragment(*v82, v75);uint32_t const v83 = 31;
uint32_t const v84 = v11 + v83;
uint32_t const v85 = v84 / v25;
uint32_t const v86 = v85 + v24;
for(uint32_t v87 = v22; v87 < v86; v87 += v24) {
bool const v88 = v87 < v85;
if(v88) {
uint32_t const v89 = v21 / v53;
uint32_t const v90 = v50 + v89;
uint32_t const v91 = v87 * v53;
uint32_t const v92 = v21 % v53;
uint32_t const v93 = v91 + v92;
uint32_t_2 v94_store;
uint32_t_2 * v94 = &v94_store;
*v94 = v65;
bool const v95 = v90 < v8;
bool const v96 = v93 < v17;
bool const v97 = v95 && v96;
if(v97) {
uint32_t const v98 = v90 * v17;
uint32_t const v99 = v98 + v93;
uint32_t const v100 = uint32_t(v99);
uint32_t_2 const* const v101 = &v0[v100];
uint32_t_2 const v102 = *v101;
*v94 = v102;
}
uint32_t_2 const v103 = *v94;
*v66 = v103;
uint32_t const v104 = v21 + v23;
uint32_t const v105 = v104 / v53;
uint32_t const v106 = v50 + v105;
uint32_t const v107 = v104 % v53;
uint32_t const v108 = v91 + v107;
uint32_t_2 v109_store;
uint32_t_2 * v109 = &v109_store;
*v109 = v65;
bool const v110 = v106 < v8;
bool const v111 = v108 < v17;
bool const v112 = v110 && v111;
if(v112) {
uint32_t const v113 = v106 * v17;
uint32_t const v114 = v113 + v108;
uint32_t const v115 = uint32_t(v114);
uint32_t_2 const* const v116 = &v0[v115];
uint32_t_2 const v117 = *v116;
*v109 = v117;
}
uint32_t_2 const v118 = *v109;
*v67 = v118;
uint32_t const v119 = 512;
uint32_t const v120 = v21 + v119;
uint32_t const v121 = v120 / v53;
uint32_t const v122 = v50 + v121;
uint32_t const v123 = v120 % v53;
uint32_t const v124 = v91 + v123;
uint32_t_2 v125_store;
uint32_t_2 * v125 = &v125_store;
*v125 = v65;
bool const v126 = v122 < v8;
bool const v127 = v124 < v17;
bool const v128 = v126 && v127;
if(v128) {
uint32_t const v129 = v122 * v17;
uint32_t const v130 = v129 + v124;
uint32_t const v131 = uint32_t(v130);
uint32_t_2 const* const v132 = &v0[v131];
uint32_t_2 const v133 = *v132;
*v125 = v133;
}
uint32_t_2 const v134 = *v125;
*v68 = v134;
uint32_t const v135 = 768;
uint32_t const v136 = v21 + v135;
uint32_t const v137 = v136 / v53;
uint32_t const v138 = v50 + v137;
uint32_t const v139 = v136 % v53;
uint32_t const v140 = v91 + v139;
uint32_t_2 v141_store;
uint32_t_2 * v141 = &v141_store;
*v141 = v65;
bool const v142 = v138 < v8;
bool const v143 = v140 < v17;
bool const v144 = v142 && v143;
if(v144) {
uint32_t const v145 = v138 * v17;
uint32_t const v146 = v145 + v140;
uint32_t const v147 = uint32_t(v146);
uint32_t_2 const* const v148 = &v0[v147];
uint32_t_2 const v149 = *v148;
*v141 = v149;
}
uint32_t_2 const v150 = *v141;
*v69 = v150;
uint32_t const v151 = v87 * v25;
uint32_t const v152 = v151 + v26;
uint32_t const v153 = v21 % v25;
uint32_t const v154 = v52 + v153;
uint32_t_2 v155_store;
uint32_t_2 * v155 = &v155_store;
*v155 = v65;
bool const v156 = v152 < v11;
bool const v157 = v154 < v14;
bool const v158 = v156 && v157;
if(v158) {
uint32_t const v159 = v152 * v14;
uint32_t const v160 = v159 + v154;
uint32_t const v161 = uint32_t(v160);
uint32_t_2 const* const v162 = &v1[v161];
uint32_t_2 const v163 = *v162;
*v155 = v163;
}
uint32_t_2 const v164 = *v155;
*v70 = v164;
uint32_t const v165 = v104 / v25;
uint32_t const v166 = v151 + v165;
uint32_t const v167 = v104 % v25;
uint32_t const v168 = v52 + v167;
uint32_t_2 v169_store;
uint32_t_2 * v169 = &v169_store;
*v169 = v65;
bool const v170 = v166 < v11;
bool const v171 = v168 < v14;
bool const v172 = v170 && v171;
if(v172) {
uint32_t const v173 = v166 * v14;
uint32_t const v174 = v173 + v168;
uint32_t const v175 = uint32_t(v174);
uint32_t_2 const* const v176 = &v1[v175];
uint32_t_2 const v177 = *v176;
*v169 = v177;
}
uint32_t_2 const v178 = *v169;
*v71 = v178;
uint32_t const v179 = v120 / v25;
uint32_t const v180 = v151 + v179;
uint32_t const v181 = v120 % v25;
uint32_t const v182 = v52 + v181;
uint32_t_2 v183_store;
uint32_t_2 * v183 = &v183_store;
*v183 = v65;
bool const v184 = v180 < v11;
bool const v185 = v182 < v14;
bool const v186 = v184 && v185;
if(v186) {
uint32_t const v187 = v180 * v14;
uint32_t const v188 = v187 + v182;
uint32_t const v189 = uint32_t(v188);
uint32_t_2 const* const v190 = &v1[v189];
uint32_t_2 const v191 = *v190;
*v183 = v191;
}
uint32_t_2 const v192 = *v183;
*v72 = v192;
uint32_t const v193 = v136 / v25;
uint32_t const v194 = v151 + v193;
uint32_t const v195 = v136 % v25;
uint32_t const v196 = v52 + v195;
uint32_t_2 v197_store;
uint32_t_2 * v197 = &v197_store;
*v197 = v65;
bool const v198 = v194 < v11;
bool const v199 = v196 < v14;
bool const v200 = v198 && v199;
if(v200) {
uint32_t const v201 = v194 * v14;
uint32_t const v202 = v201 + v196;
uint32_t const v203 = uint32_t(v202);
uint32_t_2 const* const v204 = &v1[v203];
uint32_t_2 const v205 = *v204;
*v197 = v205;
}
uint32_t_2 const v206 = *v197;
*v73 = v206;
}
bool const v207 = v87 > v22;
if(v207) {
uint32_t const v208 = v87 + v24;
uint32_t const v209 = 2;
uint32_t const v210 = v208 % v209;
uint32_t const v211 = v55 * v25;
uint32_t const v212 = 1280;
uint32_t const v213 = v210 * v212;
uint32_t const v214 = 10;
uint32_t const v215 = v58 * v214;
uint32_t const v216 = v213 + v215;
uint32_t const v217 = v211 / v27;
uint32_t const v218 = v216 + v217;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v219_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v219 = &v219_store;__nv_bfloat16 const v220 = 0;
nvcuda::wmma::fill_fragment(*v219, v220);uint32_t const v221 = uint32_t(v218);
uint32_t const v222 = 40;
__nv_bfloat16_4 * const v223 = &(*v61)[v221];
nvcuda::wmma::load_matrix_sync(*v219, reinterpret_cast<__nv_bfloat16 *>(v223), v222);uint32_t const v224 = 16;
uint32_t const v225 = v58 + v224;
uint32_t const v226 = v225 * v214;
uint32_t const v227 = v213 + v226;
uint32_t const v228 = v227 + v217;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v229_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v229 = &v229_store;nvcuda::wmma::fill_fragment(*v229, v220);uint32_t const v230 = uint32_t(v228);
__nv_bfloat16_4 * const v231 = &(*v61)[v230];
nvcuda::wmma::load_matrix_sync(*v229, reinterpret_cast<__nv_bfloat16 *>(v231), v222);uint32_t const v232 = v58 + v25;
uint32_t const v233 = v232 * v214;
uint32_t const v234 = v213 + v233;
uint32_t const v235 = v234 + v217;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v236_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v236 = &v236_store;nvcuda::wmma::fill_fragment(*v236, v220);uint32_t const v237 = uint32_t(v235);
__nv_bfloat16_4 * const v238 = &(*v61)[v237];
nvcuda::wmma::load_matrix_sync(*v236, reinterpret_cast<__nv_bfloat16 *>(v238), v222);uint32_t const v239 = 48;
uint32_t const v240 = v58 + v239;
uint32_t const v241 = v240 * v214;
uint32_t const v242 = v213 + v241;
uint32_t const v243 = v242 + v217;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v244_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v244 = &v244_store;nvcuda::wmma::fill_fragment(*v244, v220);uint32_t const v245 = uint32_t(v243);
__nv_bfloat16_4 * const v246 = &(*v61)[v245];
nvcuda::wmma::load_matrix_sync(*v244, reinterpret_cast<__nv_bfloat16 *>(v246), v222);uint32_t const v247 = 1088;
uint32_t const v248 = v210 * v247;
uint32_t const v249 = 34;
uint32_t const v250 = v211 * v249;
uint32_t const v251 = v248 + v250;
uint32_t const v252 = v60 / v27;
uint32_t const v253 = v251 + v252;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v254_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v254 = &v254_store;nvcuda::wmma::fill_fragment(*v254, v220);uint32_t const v255 = uint32_t(v253);
uint32_t const v256 = 136;
__nv_bfloat16_4 * const v257 = &(*v62)[v255];
nvcuda::wmma::load_matrix_sync(*v254, reinterpret_cast<__nv_bfloat16 *>(v257), v256);nvcuda::wmma::mma_sync(*v74, *v219, *v254, *v74);nvcuda::wmma::mma_sync(*v77, *v229, *v254, *v77);nvcuda::wmma::mma_sync(*v79, *v236, *v254, *v79);nvcuda::wmma::mma_sync(*v81, *v244, *v254, *v81);uint32_t const v258 = v60 + v224;
uint32_t const v259 = v258 / v27;
uint32_t const v260 = v251 + v259;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v261_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v261 = &v261_store;nvcuda::wmma::fill_fragment(*v261, v220);uint32_t const v262 = uint32_t(v260);
__nv_bfloat16_4 * const v263 = &(*v62)[v262];
nvcuda::wmma::load_matrix_sync(*v261, reinterpret_cast<__nv_bfloat16 *>(v263), v256);nvcuda::wmma::mma_sync(*v76, *v219, *v261, *v76);nvcuda::wmma::mma_sync(*v78, *v229, *v261, *v78);nvcuda::wmma::mma_sync(*v80, *v236, *v261, *v80);nvcuda::wmma::mma_sync(*v82, *v244, *v261, *v82);uint32_t const v264 = v211 + v224;
uint32_t const v265 = v264 / v27;
uint32_t const v266 = v216 + v265;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v267_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v267 = &v267_store;nvcuda::wmma::fill_fragment(*v267, v220);uint32_t const v268 = uint32_t(v266);
__nv_bfloat16_4 * const v269 = &(*v61)[v268];
nvcuda::wmma::load_matrix_sync(*v267, reinterpret_cast<__nv_bfloat16 *>(v269), v222);uint32_t const v270 = v227 + v265;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v271_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v271 = &v271_store;nvcuda::wmma::fill_fragment(*v271, v220);uint32_t const v272 = uint32_t(v270);
__nv_bfloat16_4 * const v273 = &(*v61)[v272];
nvcuda::wmma::load_matrix_sync(*v271, reinterpret_cast<__nv_bfloat16 *>(v273), v222);uint32_t const v274 = v234 + v265;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v275_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v275 = &v275_store;nvcuda::wmma::fill_fragment(*v275, v220);uint32_t const v276 = uint32_t(v274);
__nv_bfloat16_4 * const v277 = &(*v61)[v276];
nvcuda::wmma::load_matrix_sync(*v275, reinterpret_cast<__nv_bfloat16 *>(v277), v222);uint32_t const v278 = v242 + v265;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v279_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v279 = &v279_store;nvcuda::wmma::fill_fragment(*v279, v220);uint32_t const v280 = uint32_t(v278);
__nv_bfloat16_4 * const v281 = &(*v61)[v280];
nvcuda::wmma::load_matrix_sync(*v279, reinterpret_cast<__nv_bfloat16 *>(v281), v222);uint32_t const v282 = v264 * v249;
uint32_t const v283 = v248 + v282;
uint32_t const v284 = v283 + v252;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v285_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v285 = &v285_store;nvcuda::wmma::fill_fragment(*v285, v220);uint32_t const v286 = uint32_t(v284);
__nv_bfloat16_4 * const v287 = &(*v62)[v286];
nvcuda::wmma::load_matrix_sync(*v285, reinterpret_cast<__nv_bfloat16 *>(v287), v256);nvcuda::wmma::mma_sync(*v74, *v267, *v285, *v74);nvcuda::wmma::mma_sync(*v77, *v271, *v285, *v77);nvcuda::wmma::mma_sync(*v79, *v275, *v285, *v79);nvcuda::wmma::mma_sync(*v81, *v279, *v285, *v81);uint32_t const v288 = v283 + v259;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v289_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v289 = &v289_store;nvcuda::wmma::fill_fragment(*v289, v220);uint32_t const v290 = uint32_t(v288);
__nv_bfloat16_4 * const v291 = &(*v62)[v290];
nvcuda::wmma::load_matrix_sync(*v289, reinterpret_cast<__nv_bfloat16 *>(v291), v256);nvcuda::wmma::mma_sync(*v76, *v267, *v289, *v76);nvcuda::wmma::mma_sync(*v78, *v271, *v289, *v78);nvcuda::wmma::mma_sync(*v80, *v275, *v289, *v80);nvcuda::wmma::mma_sync(*v82, *v279, *v289, *v82);}
if(v88) {
uint32_t const v292 = 2;
uint32_t const v293 = v87 % v292;
uint32_t const v294 = 1280;
uint32_t const v295 = v293 * v294;
uint32_t const v296 = v21 / v53;
uint32_t const v297 = 10;
uint32_t const v298 = v296 * v297;
uint32_t const v299 = v295 + v298;
uint32_t const v300 = v21 % v53;
uint32_t const v301 = v299 + v300;
uint32_t_2 const v302 = *v66;
__nv_bfloat16_4 const v303 = reinterpret_cast<const __nv_bfloat16_4&>(v302);
uint32_t const v304 = uint32_t(v301);
__nv_bfloat16_4 * const v305 = &(*v61)[v304];
*v305 = v303;
uint32_t const v306 = v21 + v23;
uint32_t const v307 = v306 / v53;
uint32_t const v308 = v307 * v297;
uint32_t const v309 = v295 + v308;
uint32_t const v310 = v306 % v53;
uint32_t const v311 = v309 + v310;
uint32_t_2 const v312 = *v67;
__nv_bfloat16_4 const v313 = reinterpret_cast<const __nv_bfloat16_4&>(v312);
uint32_t const v314 = uint32_t(v311);
__nv_bfloat16_4 * const v315 = &(*v61)[v314];
*v315 = v313;
uint32_t const v316 = 512;
uint32_t const v317 = v21 + v316;
uint32_t const v318 = v317 / v53;
uint32_t const v319 = v318 * v297;
uint32_t const v320 = v295 + v319;
uint32_t const v321 = v317 % v53;
uint32_t const v322 = v320 + v321;
uint32_t_2 const v323 = *v68;
__nv_bfloat16_4 const v324 = reinterpret_cast<const __nv_bfloat16_4&>(v323);
uint32_t const v325 = uint32_t(v322);
__nv_bfloat16_4 * const v326 = &(*v61)[v325];
*v326 = v324;
uint32_t const v327 = 768;
uint32_t const v328 = v21 + v327;
uint32_t const v329 = v328 / v53;
uint32_t const v330 = v329 * v297;
uint32_t const v331 = v295 + v330;
uint32_t const v332 = v328 % v53;
uint32_t const v333 = v331 + v332;
uint32_t_2 const v334 = *v69;
__nv_bfloat16_4 const v335 = reinterpret_cast<const __nv_bfloat16_4&>(v334);
uint32_t const v336 = uint32_t(v333);
__nv_bfloat16_4 * const v337 = &(*v61)[v336];
*v337 = v335;
uint32_t const v338 = 1088;
uint32_t const v339 = v293 * v338;
uint32_t const v340 = 34;
uint32_t const v341 = v26 * v340;
uint32_t const v342 = v339 + v341;
uint32_t const v343 = v21 % v25;
uint32_t const v344 = v342 + v343;
uint32_t_2 const v345 = *v70;
__nv_bfloat16_4 const v346 = reinterpret_cast<const __nv_bfloat16_4&>(v345);
uint32_t const v347 = uint32_t(v344);
__nv_bfloat16_4 * const v348 = &(*v62)[v347];
*v348 = v346;
uint32_t const v349 = v306 / v25;
uint32_t const v350 = v349 * v340;
uint32_t const v351 = v339 + v350;
uint32_t const v352 = v306 % v25;
uint32_t const v353 = v351 + v352;
uint32_t_2 const v354 = *v71;
__nv_bfloat16_4 const v355 = reinterpret_cast<const __nv_bfloat16_4&>(v354);
uint32_t const v356 = uint32_t(v353);
__nv_bfloat16_4 * const v357 = &(*v62)[v356];
*v357 = v355;
uint32_t const v358 = v317 / v25;
uint32_t const v359 = v358 * v340;
uint32_t const v360 = v339 + v359;
uint32_t const v361 = v317 % v25;
uint32_t const v362 = v360 + v361;
uint32_t_2 const v363 = *v72;
__nv_bfloat16_4 const v364 = reinterpret_cast<const __nv_bfloat16_4&>(v363);
uint32_t const v365 = uint32_t(v362);
__nv_bfloat16_4 * const v366 = &(*v62)[v365];
*v366 = v364;
uint32_t const v367 = v328 / v25;
uint32_t const v368 = v367 * v340;
uint32_t const v369 = v339 + v368;
uint32_t const v370 = v328 % v25;
uint32_t const v371 = v369 + v370;
uint32_t_2 const v372 = *v73;
__nv_bfloat16_4 const v373 = reinterpret_cast<const __nv_bfloat16_4&>(v372);
uint32_t const v374 = uint32_t(v371);
__nv_bfloat16_4 * const v375 = &(*v62)[v374];
*v375 = v373;
}
__syncthreads();
}
array<float_4, 640> * const v376 = reinterpret_cast<array<float_4, 640> *>(&v5[37888]);
uint32_t const v377 = 80;
uint32_t const v378 = v26 * v377;
uint32_t const v379 = uint32_t(v378);
uint32_t const v380 = 20;
float_4 * const v381 = &(*v376)[v379];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v74, v380, nvcuda::wmma::mem_row_major);__syncthreads();
uint32_t const v382 = v21 / v57;
bool const v383 = v382 < v53;
if(v383) {
uint32_t const v384 = v21 % v57;
uint32_t const v385 = v384 / v27;
uint32_t const v386 = v21 % v27;
uint32_t const v387 = v382 * v377;
uint32_t const v388 = 5;
uint32_t const v389 = v385 * v388;
uint32_t const v390 = v387 + v389;
uint32_t const v391 = v390 + v386;
uint32_t const v392 = uint32_t(v391);
float_4 * const v393 = &(*v376)[v392];
float_4 const v394 = *v393;
float_4 v395_store;
float_4 * v395 = &v395_store;
*v395 = v394;
uint32_t const v396 = v382 / v27;
uint32_t const v397 = v396 * v57;
uint32_t const v398 = v50 + v397;
uint32_t const v399 = v398 + v385;
uint32_t const v400 = v382 % v27;
uint32_t const v401 = v400 * v53;
uint32_t const v402 = v52 + v401;
uint32_t const v403 = v402 + v386;
bool const v404 = v399 < v8;
bool const v405 = v403 < v14;
bool const v406 = v404 && v405;
if(v406) {
uint32_t const v407 = v399 * v14;
uint32_t const v408 = v407 + v403;
uint32_t const v409 = uint32_t(v403);
float_4 const* const v410 = &v2[v409];
float_4 const v411 = *v410;
float_4 const v412 = *v395;
float const v413 = v412.i_0;
float const v414 = v411.i_0;
float const v415 = v413 + v414;
float const v416 = v412.i_1;
float const v417 = v411.i_1;
float const v418 = v416 + v417;
float const v419 = v412.i_2;
float const v420 = v411.i_2;
float const v421 = v419 + v420;
float const v422 = v412.i_3;
float const v423 = v411.i_3;
float const v424 = v422 + v423;
float_4 const v425 = float_4{v415, v418, v421, v424};
float_4 v426_store;
float_4 * v426 = &v426_store;
*v426 = v425;
uint32_t const v427 = v20 & v24;
bool const v428 = v427 != v22;
if(v428) {
float_4 const v429 = *v426;
float const v430 = v429.i_0;
float const v431 = max(v430, v75);
float const v432 = v429.i_1;
float const v433 = max(v432, v75);
float const v434 = v429.i_2;
float const v435 = max(v434, v75);
float const v436 = v429.i_3;
float const v437 = max(v436, v75);
float_4 const v438 = float_4{v431, v433, v435, v437};
*v426 = v438;
}
uint32_t const v439 = 2;
uint32_t const v440 = v20 & v439;
bool const v441 = v440 == v22;
if(v441) {
float_4 const v442 = *v426;
float const v443 = v442.i_0;
uint32_t const v444 = reinterpret_cast<const uint32_t&>(v443);
uint32_t_2 const v445 = {v444, v65.i_1};
float const v446 = v442.i_1;
uint32_t const v447 = reinterpret_cast<const uint32_t&>(v446);
uint32_t_2 const v448 = {v445.i_0, v447};
uint32_t const v449 = uint32_t(v408);
uint32_t const v450 = v12 * v449;
uint32_t_2 * const v451 = &v3[v450];
*v451 = v448;
float const v452 = v442.i_2;
uint32_t const v453 = reinterpret_cast<const uint32_t&>(v452);
uint32_t_2 const v454 = {v453, v65.i_1};
float const v455 = v442.i_3;
uint32_t const v456 = reinterpret_cast<const uint32_t&>(v455);
uint32_t_2 const v457 = {v454.i_0, v456};
uint32_t const v458 = v450 + v9;
uint32_t_2 * const v459 = &v3[v458];
*v459 = v457;
}
 else {
float_4 const v460 = *v426;
float const v461 = v460.i_0;
__nv_bfloat16 const v462 = __nv_bfloat16(v461);
float const v463 = v460.i_1;
__nv_bfloat16 const v464 = __nv_bfloat16(v463);
float const v465 = v460.i_2;
__nv_bfloat16 const v466 = __nv_bfloat16(v465);
float const v467 = v460.i_3;
__nv_bfloat16 const v468 = __nv_bfloat16(v467);
__nv_bfloat16_4 const v469 = __nv_bfloat16_4{v462, v464, v466, v468};
uint32_t_2 const v470 = reinterpret_cast<const uint32_t_2&>(v469);
uint32_t const v471 = uint32_t(v408);
uint32_t_2 * const v472 = &v3[v471];
*v472 = v470;
}
}
}
uint32_t const v473 = v21 + v23;
uint32_t const v474 = v473 / v57;
bool const v475 = v474 < v53;
if(v475) {
uint32_t const v476 = v473 % v57;
uint32_t const v477 = v476 / v27;
uint32_t const v478 = v473 % v27;
uint32_t const v479 = v474 * v377;
uint32_t const v480 = 5;
uint32_t const v481 = v477 * v480;
uint32_t const v482 = v479 + v481;
uint32_t const v483 = v482 + v478;
uint32_t const v484 = uint32_t(v483);
float_4 * const v485 = &(*v376)[v484];
float_4 const v486 = *v485;
float_4 v487_store;
float_4 * v487 = &v487_store;
*v487 = v486;
uint32_t const v488 = v474 / v27;
uint32_t const v489 = v488 * v57;
uint32_t const v490 = v50 + v489;
uint32_t const v491 = v490 + v477;
uint32_t const v492 = v474 % v27;
uint32_t const v493 = v492 * v53;
uint32_t const v494 = v52 + v493;
uint32_t const v495 = v494 + v478;
bool const v496 = v491 < v8;
bool const v497 = v495 < v14;
bool const v498 = v496 && v497;
if(v498) {
uint32_t const v499 = v491 * v14;
uint32_t const v500 = v499 + v495;
uint32_t const v501 = uint32_t(v495);
float_4 const* const v502 = &v2[v501];
float_4 const v503 = *v502;
float_4 const v504 = *v487;
float const v505 = v504.i_0;
float const v506 = v503.i_0;
float const v507 = v505 + v506;
float const v508 = v504.i_1;
float const v509 = v503.i_1;
float const v510 = v508 + v509;
float const v511 = v504.i_2;
float const v512 = v503.i_2;
float const v513 = v511 + v512;
float const v514 = v504.i_3;
float const v515 = v503.i_3;
float const v516 = v514 + v515;
float_4 const v517 = float_4{v507, v510, v513, v516};
float_4 v518_store;
float_4 * v518 = &v518_store;
*v518 = v517;
uint32_t const v519 = v20 & v24;
bool const v520 = v519 != v22;
if(v520) {
float_4 const v521 = *v518;
float const v522 = v521.i_0;
float const v523 = max(v522, v75);
float const v524 = v521.i_1;
float const v525 = max(v524, v75);
float const v526 = v521.i_2;
float const v527 = max(v526, v75);
float const v528 = v521.i_3;
float const v529 = max(v528, v75);
float_4 const v530 = float_4{v523, v525, v527, v529};
*v518 = v530;
}
uint32_t const v531 = 2;
uint32_t const v532 = v20 & v531;
bool const v533 = v532 == v22;
if(v533) {
float_4 const v534 = *v518;
float const v535 = v534.i_0;
uint32_t const v536 = reinterpret_cast<const uint32_t&>(v535);
uint32_t_2 const v537 = {v536, v65.i_1};
float const v538 = v534.i_1;
uint32_t const v539 = reinterpret_cast<const uint32_t&>(v538);
uint32_t_2 const v540 = {v537.i_0, v539};
uint32_t const v541 = uint32_t(v500);
uint32_t const v542 = v12 * v541;
uint32_t_2 * const v543 = &v3[v542];
*v543 = v540;
float const v544 = v534.i_2;
uint32_t const v545 = reinterpret_cast<const uint32_t&>(v544);
uint32_t_2 const v546 = {v545, v65.i_1};
float const v547 = v534.i_3;
uint32_t const v548 = reinterpret_cast<const uint32_t&>(v547);
uint32_t_2 const v549 = {v546.i_0, v548};
uint32_t const v550 = v542 + v9;
uint32_t_2 * const v551 = &v3[v550];
*v551 = v549;
}
 else {
float_4 const v552 = *v518;
float const v553 = v552.i_0;
__nv_bfloat16 const v554 = __nv_bfloat16(v553);
float const v555 = v552.i_1;
__nv_bfloat16 const v556 = __nv_bfloat16(v555);
float const v557 = v552.i_2;
__nv_bfloat16 const v558 = __nv_bfloat16(v557);
float const v559 = v552.i_3;
__nv_bfloat16 const v560 = __nv_bfloat16(v559);
__nv_bfloat16_4 const v561 = __nv_bfloat16_4{v554, v556, v558, v560};
uint32_t_2 const v562 = reinterpret_cast<const uint32_t_2&>(v561);
uint32_t const v563 = uint32_t(v500);
uint32_t_2 * const v564 = &v3[v563];
*v564 = v562;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v76, v380, nvcuda::wmma::mem_row_major);__syncthreads();
if(v383) {
uint32_t const v565 = v21 % v57;
uint32_t const v566 = v565 / v27;
uint32_t const v567 = v21 % v27;
uint32_t const v568 = v382 * v377;
uint32_t const v569 = 5;
uint32_t const v570 = v566 * v569;
uint32_t const v571 = v568 + v570;
uint32_t const v572 = v571 + v567;
uint32_t const v573 = uint32_t(v572);
float_4 * const v574 = &(*v376)[v573];
float_4 const v575 = *v574;
float_4 v576_store;
float_4 * v576 = &v576_store;
*v576 = v575;
uint32_t const v577 = v382 / v27;
uint32_t const v578 = v577 * v57;
uint32_t const v579 = v50 + v578;
uint32_t const v580 = v579 + v566;
uint32_t const v581 = v382 % v27;
uint32_t const v582 = v581 * v53;
uint32_t const v583 = v52 + v582;
uint32_t const v584 = v583 + v27;
uint32_t const v585 = v584 + v567;
bool const v586 = v580 < v8;
bool const v587 = v585 < v14;
bool const v588 = v586 && v587;
if(v588) {
uint32_t const v589 = v580 * v14;
uint32_t const v590 = v589 + v585;
uint32_t const v591 = uint32_t(v585);
float_4 const* const v592 = &v2[v591];
float_4 const v593 = *v592;
float_4 const v594 = *v576;
float const v595 = v594.i_0;
float const v596 = v593.i_0;
float const v597 = v595 + v596;
float const v598 = v594.i_1;
float const v599 = v593.i_1;
float const v600 = v598 + v599;
float const v601 = v594.i_2;
float const v602 = v593.i_2;
float const v603 = v601 + v602;
float const v604 = v594.i_3;
float const v605 = v593.i_3;
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
float const v613 = max(v612, v75);
float const v614 = v611.i_1;
float const v615 = max(v614, v75);
float const v616 = v611.i_2;
float const v617 = max(v616, v75);
float const v618 = v611.i_3;
float const v619 = max(v618, v75);
float_4 const v620 = float_4{v613, v615, v617, v619};
*v608 = v620;
}
uint32_t const v621 = 2;
uint32_t const v622 = v20 & v621;
bool const v623 = v622 == v22;
if(v623) {
float_4 const v624 = *v608;
float const v625 = v624.i_0;
uint32_t const v626 = reinterpret_cast<const uint32_t&>(v625);
uint32_t_2 const v627 = {v626, v65.i_1};
float const v628 = v624.i_1;
uint32_t const v629 = reinterpret_cast<const uint32_t&>(v628);
uint32_t_2 const v630 = {v627.i_0, v629};
uint32_t const v631 = uint32_t(v590);
uint32_t const v632 = v12 * v631;
uint32_t_2 * const v633 = &v3[v632];
*v633 = v630;
float const v634 = v624.i_2;
uint32_t const v635 = reinterpret_cast<const uint32_t&>(v634);
uint32_t_2 const v636 = {v635, v65.i_1};
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
uint32_t const v653 = uint32_t(v590);
uint32_t_2 * const v654 = &v3[v653];
*v654 = v652;
}
}
}
if(v475) {
uint32_t const v655 = v473 % v57;
uint32_t const v656 = v655 / v27;
uint32_t const v657 = v473 % v27;
uint32_t const v658 = v474 * v377;
uint32_t const v659 = 5;
uint32_t const v660 = v656 * v659;
uint32_t const v661 = v658 + v660;
uint32_t const v662 = v661 + v657;
uint32_t const v663 = uint32_t(v662);
float_4 * const v664 = &(*v376)[v663];
float_4 const v665 = *v664;
float_4 v666_store;
float_4 * v666 = &v666_store;
*v666 = v665;
uint32_t const v667 = v474 / v27;
uint32_t const v668 = v667 * v57;
uint32_t const v669 = v50 + v668;
uint32_t const v670 = v669 + v656;
uint32_t const v671 = v474 % v27;
uint32_t const v672 = v671 * v53;
uint32_t const v673 = v52 + v672;
uint32_t const v674 = v673 + v27;
uint32_t const v675 = v674 + v657;
bool const v676 = v670 < v8;
bool const v677 = v675 < v14;
bool const v678 = v676 && v677;
if(v678) {
uint32_t const v679 = v670 * v14;
uint32_t const v680 = v679 + v675;
uint32_t const v681 = uint32_t(v675);
float_4 const* const v682 = &v2[v681];
float_4 const v683 = *v682;
float_4 const v684 = *v666;
float const v685 = v684.i_0;
float const v686 = v683.i_0;
float const v687 = v685 + v686;
float const v688 = v684.i_1;
float const v689 = v683.i_1;
float const v690 = v688 + v689;
float const v691 = v684.i_2;
float const v692 = v683.i_2;
float const v693 = v691 + v692;
float const v694 = v684.i_3;
float const v695 = v683.i_3;
float const v696 = v694 + v695;
float_4 const v697 = float_4{v687, v690, v693, v696};
float_4 v698_store;
float_4 * v698 = &v698_store;
*v698 = v697;
uint32_t const v699 = v20 & v24;
bool const v700 = v699 != v22;
if(v700) {
float_4 const v701 = *v698;
float const v702 = v701.i_0;
float const v703 = max(v702, v75);
float const v704 = v701.i_1;
float const v705 = max(v704, v75);
float const v706 = v701.i_2;
float const v707 = max(v706, v75);
float const v708 = v701.i_3;
float const v709 = max(v708, v75);
float_4 const v710 = float_4{v703, v705, v707, v709};
*v698 = v710;
}
uint32_t const v711 = 2;
uint32_t const v712 = v20 & v711;
bool const v713 = v712 == v22;
if(v713) {
float_4 const v714 = *v698;
float const v715 = v714.i_0;
uint32_t const v716 = reinterpret_cast<const uint32_t&>(v715);
uint32_t_2 const v717 = {v716, v65.i_1};
float const v718 = v714.i_1;
uint32_t const v719 = reinterpret_cast<const uint32_t&>(v718);
uint32_t_2 const v720 = {v717.i_0, v719};
uint32_t const v721 = uint32_t(v680);
uint32_t const v722 = v12 * v721;
uint32_t_2 * const v723 = &v3[v722];
*v723 = v720;
float const v724 = v714.i_2;
uint32_t const v725 = reinterpret_cast<const uint32_t&>(v724);
uint32_t_2 const v726 = {v725, v65.i_1};
float const v727 = v714.i_3;
uint32_t const v728 = reinterpret_cast<const uint32_t&>(v727);
uint32_t_2 const v729 = {v726.i_0, v728};
uint32_t const v730 = v722 + v9;
uint32_t_2 * const v731 = &v3[v730];
*v731 = v729;
}
 else {
float_4 const v732 = *v698;
float const v733 = v732.i_0;
__nv_bfloat16 const v734 = __nv_bfloat16(v733);
float const v735 = v732.i_1;
__nv_bfloat16 const v736 = __nv_bfloat16(v735);
float const v737 = v732.i_2;
__nv_bfloat16 const v738 = __nv_bfloat16(v737);
float const v739 = v732.i_3;
__nv_bfloat16 const v740 = __nv_bfloat16(v739);
__nv_bfloat16_4 const v741 = __nv_bfloat16_4{v734, v736, v738, v740};
uint32_t_2 const v742 = reinterpret_cast<const uint32_t_2&>(v741);
uint32_t const v743 = uint32_t(v680);
uint32_t_2 * const v744 = &v3[v743];
*v744 = v742;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v77, v380, nvcuda::wmma::mem_row_major);__syncthreads();
if(v383) {
uint32_t const v745 = v21 % v57;
uint32_t const v746 = v745 / v27;
uint32_t const v747 = v21 % v27;
uint32_t const v748 = v382 * v377;
uint32_t const v749 = 5;
uint32_t const v750 = v746 * v749;
uint32_t const v751 = v748 + v750;
uint32_t const v752 = v751 + v747;
uint32_t const v753 = uint32_t(v752);
float_4 * const v754 = &(*v376)[v753];
float_4 const v755 = *v754;
float_4 v756_store;
float_4 * v756 = &v756_store;
*v756 = v755;
uint32_t const v757 = v382 / v27;
uint32_t const v758 = v757 * v57;
uint32_t const v759 = v50 + v758;
uint32_t const v760 = 16;
uint32_t const v761 = v759 + v760;
uint32_t const v762 = v761 + v746;
uint32_t const v763 = v382 % v27;
uint32_t const v764 = v763 * v53;
uint32_t const v765 = v52 + v764;
uint32_t const v766 = v765 + v747;
bool const v767 = v762 < v8;
bool const v768 = v766 < v14;
bool const v769 = v767 && v768;
if(v769) {
uint32_t const v770 = v762 * v14;
uint32_t const v771 = v770 + v766;
uint32_t const v772 = uint32_t(v766);
float_4 const* const v773 = &v2[v772];
float_4 const v774 = *v773;
float_4 const v775 = *v756;
float const v776 = v775.i_0;
float const v777 = v774.i_0;
float const v778 = v776 + v777;
float const v779 = v775.i_1;
float const v780 = v774.i_1;
float const v781 = v779 + v780;
float const v782 = v775.i_2;
float const v783 = v774.i_2;
float const v784 = v782 + v783;
float const v785 = v775.i_3;
float const v786 = v774.i_3;
float const v787 = v785 + v786;
float_4 const v788 = float_4{v778, v781, v784, v787};
float_4 v789_store;
float_4 * v789 = &v789_store;
*v789 = v788;
uint32_t const v790 = v20 & v24;
bool const v791 = v790 != v22;
if(v791) {
float_4 const v792 = *v789;
float const v793 = v792.i_0;
float const v794 = max(v793, v75);
float const v795 = v792.i_1;
float const v796 = max(v795, v75);
float const v797 = v792.i_2;
float const v798 = max(v797, v75);
float const v799 = v792.i_3;
float const v800 = max(v799, v75);
float_4 const v801 = float_4{v794, v796, v798, v800};
*v789 = v801;
}
uint32_t const v802 = 2;
uint32_t const v803 = v20 & v802;
bool const v804 = v803 == v22;
if(v804) {
float_4 const v805 = *v789;
float const v806 = v805.i_0;
uint32_t const v807 = reinterpret_cast<const uint32_t&>(v806);
uint32_t_2 const v808 = {v807, v65.i_1};
float const v809 = v805.i_1;
uint32_t const v810 = reinterpret_cast<const uint32_t&>(v809);
uint32_t_2 const v811 = {v808.i_0, v810};
uint32_t const v812 = uint32_t(v771);
uint32_t const v813 = v12 * v812;
uint32_t_2 * const v814 = &v3[v813];
*v814 = v811;
float const v815 = v805.i_2;
uint32_t const v816 = reinterpret_cast<const uint32_t&>(v815);
uint32_t_2 const v817 = {v816, v65.i_1};
float const v818 = v805.i_3;
uint32_t const v819 = reinterpret_cast<const uint32_t&>(v818);
uint32_t_2 const v820 = {v817.i_0, v819};
uint32_t const v821 = v813 + v9;
uint32_t_2 * const v822 = &v3[v821];
*v822 = v820;
}
 else {
float_4 const v823 = *v789;
float const v824 = v823.i_0;
__nv_bfloat16 const v825 = __nv_bfloat16(v824);
float const v826 = v823.i_1;
__nv_bfloat16 const v827 = __nv_bfloat16(v826);
float const v828 = v823.i_2;
__nv_bfloat16 const v829 = __nv_bfloat16(v828);
float const v830 = v823.i_3;
__nv_bfloat16 const v831 = __nv_bfloat16(v830);
__nv_bfloat16_4 const v832 = __nv_bfloat16_4{v825, v827, v829, v831};
uint32_t_2 const v833 = reinterpret_cast<const uint32_t_2&>(v832);
uint32_t const v834 = uint32_t(v771);
uint32_t_2 * const v835 = &v3[v834];
*v835 = v833;
}
}
}
if(v475) {
uint32_t const v836 = v473 % v57;
uint32_t const v837 = v836 / v27;
uint32_t const v838 = v473 % v27;
uint32_t const v839 = v474 * v377;
uint32_t const v840 = 5;
uint32_t const v841 = v837 * v840;
uint32_t const v842 = v839 + v841;
uint32_t const v843 = v842 + v838;
uint32_t const v844 = uint32_t(v843);
float_4 * const v845 = &(*v376)[v844];
float_4 const v846 = *v845;
float_4 v847_store;
float_4 * v847 = &v847_store;
*v847 = v846;
uint32_t const v848 = v474 / v27;
uint32_t const v849 = v848 * v57;
uint32_t const v850 = v50 + v849;
uint32_t const v851 = 16;
uint32_t const v852 = v850 + v851;
uint32_t const v853 = v852 + v837;
uint32_t const v854 = v474 % v27;
uint32_t const v855 = v854 * v53;
uint32_t const v856 = v52 + v855;
uint32_t const v857 = v856 + v838;
bool const v858 = v853 < v8;
bool const v859 = v857 < v14;
bool const v860 = v858 && v859;
if(v860) {
uint32_t const v861 = v853 * v14;
uint32_t const v862 = v861 + v857;
uint32_t const v863 = uint32_t(v857);
float_4 const* const v864 = &v2[v863];
float_4 const v865 = *v864;
float_4 const v866 = *v847;
float const v867 = v866.i_0;
float const v868 = v865.i_0;
float const v869 = v867 + v868;
float const v870 = v866.i_1;
float const v871 = v865.i_1;
float const v872 = v870 + v871;
float const v873 = v866.i_2;
float const v874 = v865.i_2;
float const v875 = v873 + v874;
float const v876 = v866.i_3;
float const v877 = v865.i_3;
float const v878 = v876 + v877;
float_4 const v879 = float_4{v869, v872, v875, v878};
float_4 v880_store;
float_4 * v880 = &v880_store;
*v880 = v879;
uint32_t const v881 = v20 & v24;
bool const v882 = v881 != v22;
if(v882) {
float_4 const v883 = *v880;
float const v884 = v883.i_0;
float const v885 = max(v884, v75);
float const v886 = v883.i_1;
float const v887 = max(v886, v75);
float const v888 = v883.i_2;
float const v889 = max(v888, v75);
float const v890 = v883.i_3;
float const v891 = max(v890, v75);
float_4 const v892 = float_4{v885, v887, v889, v891};
*v880 = v892;
}
uint32_t const v893 = 2;
uint32_t const v894 = v20 & v893;
bool const v895 = v894 == v22;
if(v895) {
float_4 const v896 = *v880;
float const v897 = v896.i_0;
uint32_t const v898 = reinterpret_cast<const uint32_t&>(v897);
uint32_t_2 const v899 = {v898, v65.i_1};
float const v900 = v896.i_1;
uint32_t const v901 = reinterpret_cast<const uint32_t&>(v900);
uint32_t_2 const v902 = {v899.i_0, v901};
uint32_t const v903 = uint32_t(v862);
uint32_t const v904 = v12 * v903;
uint32_t_2 * const v905 = &v3[v904];
*v905 = v902;
float const v906 = v896.i_2;
uint32_t const v907 = reinterpret_cast<const uint32_t&>(v906);
uint32_t_2 const v908 = {v907, v65.i_1};
float const v909 = v896.i_3;
uint32_t const v910 = reinterpret_cast<const uint32_t&>(v909);
uint32_t_2 const v911 = {v908.i_0, v910};
uint32_t const v912 = v904 + v9;
uint32_t_2 * const v913 = &v3[v912];
*v913 = v911;
}
 else {
float_4 const v914 = *v880;
float const v915 = v914.i_0;
__nv_bfloat16 const v916 = __nv_bfloat16(v915);
float const v917 = v914.i_1;
__nv_bfloat16 const v918 = __nv_bfloat16(v917);
float const v919 = v914.i_2;
__nv_bfloat16 const v920 = __nv_bfloat16(v919);
float const v921 = v914.i_3;
__nv_bfloat16 const v922 = __nv_bfloat16(v921);
__nv_bfloat16_4 const v923 = __nv_bfloat16_4{v916, v918, v920, v922};
uint32_t_2 const v924 = reinterpret_cast<const uint32_t_2&>(v923);
uint32_t const v925 = uint32_t(v862);
uint32_t_2 * const v926 = &v3[v925];
*v926 = v924;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v78, v380, nvcuda::wmma::mem_row_major);__syncthreads();
if(v383) {
uint32_t const v927 = v21 % v57;
uint32_t const v928 = v927 / v27;
uint32_t const v929 = v21 % v27;
uint32_t const v930 = v382 * v377;
uint32_t const v931 = 5;
uint32_t const v932 = v928 * v931;
uint32_t const v933 = v930 + v932;
uint32_t const v934 = v933 + v929;
uint32_t const v935 = uint32_t(v934);
float_4 * const v936 = &(*v376)[v935];
float_4 const v937 = *v936;
float_4 v938_store;
float_4 * v938 = &v938_store;
*v938 = v937;
uint32_t const v939 = v382 / v27;
uint32_t const v940 = v939 * v57;
uint32_t const v941 = v50 + v940;
uint32_t const v942 = 16;
uint32_t const v943 = v941 + v942;
uint32_t const v944 = v943 + v928;
uint32_t const v945 = v382 % v27;
uint32_t const v946 = v945 * v53;
uint32_t const v947 = v52 + v946;
uint32_t const v948 = v947 + v27;
uint32_t const v949 = v948 + v929;
bool const v950 = v944 < v8;
bool const v951 = v949 < v14;
bool const v952 = v950 && v951;
if(v952) {
uint32_t const v953 = v944 * v14;
uint32_t const v954 = v953 + v949;
uint32_t const v955 = uint32_t(v949);
float_4 const* const v956 = &v2[v955];
float_4 const v957 = *v956;
float_4 const v958 = *v938;
float const v959 = v958.i_0;
float const v960 = v957.i_0;
float const v961 = v959 + v960;
float const v962 = v958.i_1;
float const v963 = v957.i_1;
float const v964 = v962 + v963;
float const v965 = v958.i_2;
float const v966 = v957.i_2;
float const v967 = v965 + v966;
float const v968 = v958.i_3;
float const v969 = v957.i_3;
float const v970 = v968 + v969;
float_4 const v971 = float_4{v961, v964, v967, v970};
float_4 v972_store;
float_4 * v972 = &v972_store;
*v972 = v971;
uint32_t const v973 = v20 & v24;
bool const v974 = v973 != v22;
if(v974) {
float_4 const v975 = *v972;
float const v976 = v975.i_0;
float const v977 = max(v976, v75);
float const v978 = v975.i_1;
float const v979 = max(v978, v75);
float const v980 = v975.i_2;
float const v981 = max(v980, v75);
float const v982 = v975.i_3;
float const v983 = max(v982, v75);
float_4 const v984 = float_4{v977, v979, v981, v983};
*v972 = v984;
}
uint32_t const v985 = 2;
uint32_t const v986 = v20 & v985;
bool const v987 = v986 == v22;
if(v987) {
float_4 const v988 = *v972;
float const v989 = v988.i_0;
uint32_t const v990 = reinterpret_cast<const uint32_t&>(v989);
uint32_t_2 const v991 = {v990, v65.i_1};
float const v992 = v988.i_1;
uint32_t const v993 = reinterpret_cast<const uint32_t&>(v992);
uint32_t_2 const v994 = {v991.i_0, v993};
uint32_t const v995 = uint32_t(v954);
uint32_t const v996 = v12 * v995;
uint32_t_2 * const v997 = &v3[v996];
*v997 = v994;
float const v998 = v988.i_2;
uint32_t const v999 = reinterpret_cast<const uint32_t&>(v998);
uint32_t_2 const v1000 = {v999, v65.i_1};
float const v1001 = v988.i_3;
uint32_t const v1002 = reinterpret_cast<const uint32_t&>(v1001);
uint32_t_2 const v1003 = {v1000.i_0, v1002};
uint32_t const v1004 = v996 + v9;
uint32_t_2 * const v1005 = &v3[v1004];
*v1005 = v1003;
}
 else {
float_4 const v1006 = *v972;
float const v1007 = v1006.i_0;
__nv_bfloat16 const v1008 = __nv_bfloat16(v1007);
float const v1009 = v1006.i_1;
__nv_bfloat16 const v1010 = __nv_bfloat16(v1009);
float const v1011 = v1006.i_2;
__nv_bfloat16 const v1012 = __nv_bfloat16(v1011);
float const v1013 = v1006.i_3;
__nv_bfloat16 const v1014 = __nv_bfloat16(v1013);
__nv_bfloat16_4 const v1015 = __nv_bfloat16_4{v1008, v1010, v1012, v1014};
uint32_t_2 const v1016 = reinterpret_cast<const uint32_t_2&>(v1015);
uint32_t const v1017 = uint32_t(v954);
uint32_t_2 * const v1018 = &v3[v1017];
*v1018 = v1016;
}
}
}
if(v475) {
uint32_t const v1019 = v473 % v57;
uint32_t const v1020 = v1019 / v27;
uint32_t const v1021 = v473 % v27;
uint32_t const v1022 = v474 * v377;
uint32_t const v1023 = 5;
uint32_t const v1024 = v1020 * v1023;
uint32_t const v1025 = v1022 + v1024;
uint32_t const v1026 = v1025 + v1021;
uint32_t const v1027 = uint32_t(v1026);
float_4 * const v1028 = &(*v376)[v1027];
float_4 const v1029 = *v1028;
float_4 v1030_store;
float_4 * v1030 = &v1030_store;
*v1030 = v1029;
uint32_t const v1031 = v474 / v27;
uint32_t const v1032 = v1031 * v57;
uint32_t const v1033 = v50 + v1032;
uint32_t const v1034 = 16;
uint32_t const v1035 = v1033 + v1034;
uint32_t const v1036 = v1035 + v1020;
uint32_t const v1037 = v474 % v27;
uint32_t const v1038 = v1037 * v53;
uint32_t const v1039 = v52 + v1038;
uint32_t const v1040 = v1039 + v27;
uint32_t const v1041 = v1040 + v1021;
bool const v1042 = v1036 < v8;
bool const v1043 = v1041 < v14;
bool const v1044 = v1042 && v1043;
if(v1044) {
uint32_t const v1045 = v1036 * v14;
uint32_t const v1046 = v1045 + v1041;
uint32_t const v1047 = uint32_t(v1041);
float_4 const* const v1048 = &v2[v1047];
float_4 const v1049 = *v1048;
float_4 const v1050 = *v1030;
float const v1051 = v1050.i_0;
float const v1052 = v1049.i_0;
float const v1053 = v1051 + v1052;
float const v1054 = v1050.i_1;
float const v1055 = v1049.i_1;
float const v1056 = v1054 + v1055;
float const v1057 = v1050.i_2;
float const v1058 = v1049.i_2;
float const v1059 = v1057 + v1058;
float const v1060 = v1050.i_3;
float const v1061 = v1049.i_3;
float const v1062 = v1060 + v1061;
float_4 const v1063 = float_4{v1053, v1056, v1059, v1062};
float_4 v1064_store;
float_4 * v1064 = &v1064_store;
*v1064 = v1063;
uint32_t const v1065 = v20 & v24;
bool const v1066 = v1065 != v22;
if(v1066) {
float_4 const v1067 = *v1064;
float const v1068 = v1067.i_0;
float const v1069 = max(v1068, v75);
float const v1070 = v1067.i_1;
float const v1071 = max(v1070, v75);
float const v1072 = v1067.i_2;
float const v1073 = max(v1072, v75);
float const v1074 = v1067.i_3;
float const v1075 = max(v1074, v75);
float_4 const v1076 = float_4{v1069, v1071, v1073, v1075};
*v1064 = v1076;
}
uint32_t const v1077 = 2;
uint32_t const v1078 = v20 & v1077;
bool const v1079 = v1078 == v22;
if(v1079) {
float_4 const v1080 = *v1064;
float const v1081 = v1080.i_0;
uint32_t const v1082 = reinterpret_cast<const uint32_t&>(v1081);
uint32_t_2 const v1083 = {v1082, v65.i_1};
float const v1084 = v1080.i_1;
uint32_t const v1085 = reinterpret_cast<const uint32_t&>(v1084);
uint32_t_2 const v1086 = {v1083.i_0, v1085};
uint32_t const v1087 = uint32_t(v1046);
uint32_t const v1088 = v12 * v1087;
uint32_t_2 * const v1089 = &v3[v1088];
*v1089 = v1086;
float const v1090 = v1080.i_2;
uint32_t const v1091 = reinterpret_cast<const uint32_t&>(v1090);
uint32_t_2 const v1092 = {v1091, v65.i_1};
float const v1093 = v1080.i_3;
uint32_t const v1094 = reinterpret_cast<const uint32_t&>(v1093);
uint32_t_2 const v1095 = {v1092.i_0, v1094};
uint32_t const v1096 = v1088 + v9;
uint32_t_2 * const v1097 = &v3[v1096];
*v1097 = v1095;
}
 else {
float_4 const v1098 = *v1064;
float const v1099 = v1098.i_0;
__nv_bfloat16 const v1100 = __nv_bfloat16(v1099);
float const v1101 = v1098.i_1;
__nv_bfloat16 const v1102 = __nv_bfloat16(v1101);
float const v1103 = v1098.i_2;
__nv_bfloat16 const v1104 = __nv_bfloat16(v1103);
float const v1105 = v1098.i_3;
__nv_bfloat16 const v1106 = __nv_bfloat16(v1105);
__nv_bfloat16_4 const v1107 = __nv_bfloat16_4{v1100, v1102, v1104, v1106};
uint32_t_2 const v1108 = reinterpret_cast<const uint32_t_2&>(v1107);
uint32_t const v1109 = uint32_t(v1046);
uint32_t_2 * const v1110 = &v3[v1109];
*v1110 = v1108;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v79, v380, nvcuda::wmma::mem_row_major);__syncthreads();
if(v383) {
uint32_t const v1111 = v21 % v57;
uint32_t const v1112 = v1111 / v27;
uint32_t const v1113 = v21 % v27;
uint32_t const v1114 = v382 * v377;
uint32_t const v1115 = 5;
uint32_t const v1116 = v1112 * v1115;
uint32_t const v1117 = v1114 + v1116;
uint32_t const v1118 = v1117 + v1113;
uint32_t const v1119 = uint32_t(v1118);
float_4 * const v1120 = &(*v376)[v1119];
float_4 const v1121 = *v1120;
float_4 v1122_store;
float_4 * v1122 = &v1122_store;
*v1122 = v1121;
uint32_t const v1123 = v382 / v27;
uint32_t const v1124 = v1123 * v57;
uint32_t const v1125 = v50 + v1124;
uint32_t const v1126 = v1125 + v25;
uint32_t const v1127 = v1126 + v1112;
uint32_t const v1128 = v382 % v27;
uint32_t const v1129 = v1128 * v53;
uint32_t const v1130 = v52 + v1129;
uint32_t const v1131 = v1130 + v1113;
bool const v1132 = v1127 < v8;
bool const v1133 = v1131 < v14;
bool const v1134 = v1132 && v1133;
if(v1134) {
uint32_t const v1135 = v1127 * v14;
uint32_t const v1136 = v1135 + v1131;
uint32_t const v1137 = uint32_t(v1131);
float_4 const* const v1138 = &v2[v1137];
float_4 const v1139 = *v1138;
float_4 const v1140 = *v1122;
float const v1141 = v1140.i_0;
float const v1142 = v1139.i_0;
float const v1143 = v1141 + v1142;
float const v1144 = v1140.i_1;
float const v1145 = v1139.i_1;
float const v1146 = v1144 + v1145;
float const v1147 = v1140.i_2;
float const v1148 = v1139.i_2;
float const v1149 = v1147 + v1148;
float const v1150 = v1140.i_3;
float const v1151 = v1139.i_3;
float const v1152 = v1150 + v1151;
float_4 const v1153 = float_4{v1143, v1146, v1149, v1152};
float_4 v1154_store;
float_4 * v1154 = &v1154_store;
*v1154 = v1153;
uint32_t const v1155 = v20 & v24;
bool const v1156 = v1155 != v22;
if(v1156) {
float_4 const v1157 = *v1154;
float const v1158 = v1157.i_0;
float const v1159 = max(v1158, v75);
float const v1160 = v1157.i_1;
float const v1161 = max(v1160, v75);
float const v1162 = v1157.i_2;
float const v1163 = max(v1162, v75);
float const v1164 = v1157.i_3;
float const v1165 = max(v1164, v75);
float_4 const v1166 = float_4{v1159, v1161, v1163, v1165};
*v1154 = v1166;
}
uint32_t const v1167 = 2;
uint32_t const v1168 = v20 & v1167;
bool const v1169 = v1168 == v22;
if(v1169) {
float_4 const v1170 = *v1154;
float const v1171 = v1170.i_0;
uint32_t const v1172 = reinterpret_cast<const uint32_t&>(v1171);
uint32_t_2 const v1173 = {v1172, v65.i_1};
float const v1174 = v1170.i_1;
uint32_t const v1175 = reinterpret_cast<const uint32_t&>(v1174);
uint32_t_2 const v1176 = {v1173.i_0, v1175};
uint32_t const v1177 = uint32_t(v1136);
uint32_t const v1178 = v12 * v1177;
uint32_t_2 * const v1179 = &v3[v1178];
*v1179 = v1176;
float const v1180 = v1170.i_2;
uint32_t const v1181 = reinterpret_cast<const uint32_t&>(v1180);
uint32_t_2 const v1182 = {v1181, v65.i_1};
float const v1183 = v1170.i_3;
uint32_t const v1184 = reinterpret_cast<const uint32_t&>(v1183);
uint32_t_2 const v1185 = {v1182.i_0, v1184};
uint32_t const v1186 = v1178 + v9;
uint32_t_2 * const v1187 = &v3[v1186];
*v1187 = v1185;
}
 else {
float_4 const v1188 = *v1154;
float const v1189 = v1188.i_0;
__nv_bfloat16 const v1190 = __nv_bfloat16(v1189);
float const v1191 = v1188.i_1;
__nv_bfloat16 const v1192 = __nv_bfloat16(v1191);
float const v1193 = v1188.i_2;
__nv_bfloat16 const v1194 = __nv_bfloat16(v1193);
float const v1195 = v1188.i_3;
__nv_bfloat16 const v1196 = __nv_bfloat16(v1195);
__nv_bfloat16_4 const v1197 = __nv_bfloat16_4{v1190, v1192, v1194, v1196};
uint32_t_2 const v1198 = reinterpret_cast<const uint32_t_2&>(v1197);
uint32_t const v1199 = uint32_t(v1136);
uint32_t_2 * const v1200 = &v3[v1199];
*v1200 = v1198;
}
}
}
if(v475) {
uint32_t const v1201 = v473 % v57;
uint32_t const v1202 = v1201 / v27;
uint32_t const v1203 = v473 % v27;
uint32_t const v1204 = v474 * v377;
uint32_t const v1205 = 5;
uint32_t const v1206 = v1202 * v1205;
uint32_t const v1207 = v1204 + v1206;
uint32_t const v1208 = v1207 + v1203;
uint32_t const v1209 = uint32_t(v1208);
float_4 * const v1210 = &(*v376)[v1209];
float_4 const v1211 = *v1210;
float_4 v1212_store;
float_4 * v1212 = &v1212_store;
*v1212 = v1211;
uint32_t const v1213 = v474 / v27;
uint32_t const v1214 = v1213 * v57;
uint32_t const v1215 = v50 + v1214;
uint32_t const v1216 = v1215 + v25;
uint32_t const v1217 = v1216 + v1202;
uint32_t const v1218 = v474 % v27;
uint32_t const v1219 = v1218 * v53;
uint32_t const v1220 = v52 + v1219;
uint32_t const v1221 = v1220 + v1203;
bool const v1222 = v1217 < v8;
bool const v1223 = v1221 < v14;
bool const v1224 = v1222 && v1223;
if(v1224) {
uint32_t const v1225 = v1217 * v14;
uint32_t const v1226 = v1225 + v1221;
uint32_t const v1227 = uint32_t(v1221);
float_4 const* const v1228 = &v2[v1227];
float_4 const v1229 = *v1228;
float_4 const v1230 = *v1212;
float const v1231 = v1230.i_0;
float const v1232 = v1229.i_0;
float const v1233 = v1231 + v1232;
float const v1234 = v1230.i_1;
float const v1235 = v1229.i_1;
float const v1236 = v1234 + v1235;
float const v1237 = v1230.i_2;
float const v1238 = v1229.i_2;
float const v1239 = v1237 + v1238;
float const v1240 = v1230.i_3;
float const v1241 = v1229.i_3;
float const v1242 = v1240 + v1241;
float_4 const v1243 = float_4{v1233, v1236, v1239, v1242};
float_4 v1244_store;
float_4 * v1244 = &v1244_store;
*v1244 = v1243;
uint32_t const v1245 = v20 & v24;
bool const v1246 = v1245 != v22;
if(v1246) {
float_4 const v1247 = *v1244;
float const v1248 = v1247.i_0;
float const v1249 = max(v1248, v75);
float const v1250 = v1247.i_1;
float const v1251 = max(v1250, v75);
float const v1252 = v1247.i_2;
float const v1253 = max(v1252, v75);
float const v1254 = v1247.i_3;
float const v1255 = max(v1254, v75);
float_4 const v1256 = float_4{v1249, v1251, v1253, v1255};
*v1244 = v1256;
}
uint32_t const v1257 = 2;
uint32_t const v1258 = v20 & v1257;
bool const v1259 = v1258 == v22;
if(v1259) {
float_4 const v1260 = *v1244;
float const v1261 = v1260.i_0;
uint32_t const v1262 = reinterpret_cast<const uint32_t&>(v1261);
uint32_t_2 const v1263 = {v1262, v65.i_1};
float const v1264 = v1260.i_1;
uint32_t const v1265 = reinterpret_cast<const uint32_t&>(v1264);
uint32_t_2 const v1266 = {v1263.i_0, v1265};
uint32_t const v1267 = uint32_t(v1226);
uint32_t const v1268 = v12 * v1267;
uint32_t_2 * const v1269 = &v3[v1268];
*v1269 = v1266;
float const v1270 = v1260.i_2;
uint32_t const v1271 = reinterpret_cast<const uint32_t&>(v1270);
uint32_t_2 const v1272 = {v1271, v65.i_1};
float const v1273 = v1260.i_3;
uint32_t const v1274 = reinterpret_cast<const uint32_t&>(v1273);
uint32_t_2 const v1275 = {v1272.i_0, v1274};
uint32_t const v1276 = v1268 + v9;
uint32_t_2 * const v1277 = &v3[v1276];
*v1277 = v1275;
}
 else {
float_4 const v1278 = *v1244;
float const v1279 = v1278.i_0;
__nv_bfloat16 const v1280 = __nv_bfloat16(v1279);
float const v1281 = v1278.i_1;
__nv_bfloat16 const v1282 = __nv_bfloat16(v1281);
float const v1283 = v1278.i_2;
__nv_bfloat16 const v1284 = __nv_bfloat16(v1283);
float const v1285 = v1278.i_3;
__nv_bfloat16 const v1286 = __nv_bfloat16(v1285);
__nv_bfloat16_4 const v1287 = __nv_bfloat16_4{v1280, v1282, v1284, v1286};
uint32_t_2 const v1288 = reinterpret_cast<const uint32_t_2&>(v1287);
uint32_t const v1289 = uint32_t(v1226);
uint32_t_2 * const v1290 = &v3[v1289];
*v1290 = v1288;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v80, v380, nvcuda::wmma::mem_row_major);__syncthreads();
if(v383) {
uint32_t const v1291 = v21 % v57;
uint32_t const v1292 = v1291 / v27;
uint32_t const v1293 = v21 % v27;
uint32_t const v1294 = v382 * v377;
uint32_t const v1295 = 5;
uint32_t const v1296 = v1292 * v1295;
uint32_t const v1297 = v1294 + v1296;
uint32_t const v1298 = v1297 + v1293;
uint32_t const v1299 = uint32_t(v1298);
float_4 * const v1300 = &(*v376)[v1299];
float_4 const v1301 = *v1300;
float_4 v1302_store;
float_4 * v1302 = &v1302_store;
*v1302 = v1301;
uint32_t const v1303 = v382 / v27;
uint32_t const v1304 = v1303 * v57;
uint32_t const v1305 = v50 + v1304;
uint32_t const v1306 = v1305 + v25;
uint32_t const v1307 = v1306 + v1292;
uint32_t const v1308 = v382 % v27;
uint32_t const v1309 = v1308 * v53;
uint32_t const v1310 = v52 + v1309;
uint32_t const v1311 = v1310 + v27;
uint32_t const v1312 = v1311 + v1293;
bool const v1313 = v1307 < v8;
bool const v1314 = v1312 < v14;
bool const v1315 = v1313 && v1314;
if(v1315) {
uint32_t const v1316 = v1307 * v14;
uint32_t const v1317 = v1316 + v1312;
uint32_t const v1318 = uint32_t(v1312);
float_4 const* const v1319 = &v2[v1318];
float_4 const v1320 = *v1319;
float_4 const v1321 = *v1302;
float const v1322 = v1321.i_0;
float const v1323 = v1320.i_0;
float const v1324 = v1322 + v1323;
float const v1325 = v1321.i_1;
float const v1326 = v1320.i_1;
float const v1327 = v1325 + v1326;
float const v1328 = v1321.i_2;
float const v1329 = v1320.i_2;
float const v1330 = v1328 + v1329;
float const v1331 = v1321.i_3;
float const v1332 = v1320.i_3;
float const v1333 = v1331 + v1332;
float_4 const v1334 = float_4{v1324, v1327, v1330, v1333};
float_4 v1335_store;
float_4 * v1335 = &v1335_store;
*v1335 = v1334;
uint32_t const v1336 = v20 & v24;
bool const v1337 = v1336 != v22;
if(v1337) {
float_4 const v1338 = *v1335;
float const v1339 = v1338.i_0;
float const v1340 = max(v1339, v75);
float const v1341 = v1338.i_1;
float const v1342 = max(v1341, v75);
float const v1343 = v1338.i_2;
float const v1344 = max(v1343, v75);
float const v1345 = v1338.i_3;
float const v1346 = max(v1345, v75);
float_4 const v1347 = float_4{v1340, v1342, v1344, v1346};
*v1335 = v1347;
}
uint32_t const v1348 = 2;
uint32_t const v1349 = v20 & v1348;
bool const v1350 = v1349 == v22;
if(v1350) {
float_4 const v1351 = *v1335;
float const v1352 = v1351.i_0;
uint32_t const v1353 = reinterpret_cast<const uint32_t&>(v1352);
uint32_t_2 const v1354 = {v1353, v65.i_1};
float const v1355 = v1351.i_1;
uint32_t const v1356 = reinterpret_cast<const uint32_t&>(v1355);
uint32_t_2 const v1357 = {v1354.i_0, v1356};
uint32_t const v1358 = uint32_t(v1317);
uint32_t const v1359 = v12 * v1358;
uint32_t_2 * const v1360 = &v3[v1359];
*v1360 = v1357;
float const v1361 = v1351.i_2;
uint32_t const v1362 = reinterpret_cast<const uint32_t&>(v1361);
uint32_t_2 const v1363 = {v1362, v65.i_1};
float const v1364 = v1351.i_3;
uint32_t const v1365 = reinterpret_cast<const uint32_t&>(v1364);
uint32_t_2 const v1366 = {v1363.i_0, v1365};
uint32_t const v1367 = v1359 + v9;
uint32_t_2 * const v1368 = &v3[v1367];
*v1368 = v1366;
}
 else {
float_4 const v1369 = *v1335;
float const v1370 = v1369.i_0;
__nv_bfloat16 const v1371 = __nv_bfloat16(v1370);
float const v1372 = v1369.i_1;
__nv_bfloat16 const v1373 = __nv_bfloat16(v1372);
float const v1374 = v1369.i_2;
__nv_bfloat16 const v1375 = __nv_bfloat16(v1374);
float const v1376 = v1369.i_3;
__nv_bfloat16 const v1377 = __nv_bfloat16(v1376);
__nv_bfloat16_4 const v1378 = __nv_bfloat16_4{v1371, v1373, v1375, v1377};
uint32_t_2 const v1379 = reinterpret_cast<const uint32_t_2&>(v1378);
uint32_t const v1380 = uint32_t(v1317);
uint32_t_2 * const v1381 = &v3[v1380];
*v1381 = v1379;
}
}
}
if(v475) {
uint32_t const v1382 = v473 % v57;
uint32_t const v1383 = v1382 / v27;
uint32_t const v1384 = v473 % v27;
uint32_t const v1385 = v474 * v377;
uint32_t const v1386 = 5;
uint32_t const v1387 = v1383 * v1386;
uint32_t const v1388 = v1385 + v1387;
uint32_t const v1389 = v1388 + v1384;
uint32_t const v1390 = uint32_t(v1389);
float_4 * const v1391 = &(*v376)[v1390];
float_4 const v1392 = *v1391;
float_4 v1393_store;
float_4 * v1393 = &v1393_store;
*v1393 = v1392;
uint32_t const v1394 = v474 / v27;
uint32_t const v1395 = v1394 * v57;
uint32_t const v1396 = v50 + v1395;
uint32_t const v1397 = v1396 + v25;
uint32_t const v1398 = v1397 + v1383;
uint32_t const v1399 = v474 % v27;
uint32_t const v1400 = v1399 * v53;
uint32_t const v1401 = v52 + v1400;
uint32_t const v1402 = v1401 + v27;
uint32_t const v1403 = v1402 + v1384;
bool const v1404 = v1398 < v8;
bool const v1405 = v1403 < v14;
bool const v1406 = v1404 && v1405;
if(v1406) {
uint32_t const v1407 = v1398 * v14;
uint32_t const v1408 = v1407 + v1403;
uint32_t const v1409 = uint32_t(v1403);
float_4 const* const v1410 = &v2[v1409];
float_4 const v1411 = *v1410;
float_4 const v1412 = *v1393;
float const v1413 = v1412.i_0;
float const v1414 = v1411.i_0;
float const v1415 = v1413 + v1414;
float const v1416 = v1412.i_1;
float const v1417 = v1411.i_1;
float const v1418 = v1416 + v1417;
float const v1419 = v1412.i_2;
float const v1420 = v1411.i_2;
float const v1421 = v1419 + v1420;
float const v1422 = v1412.i_3;
float const v1423 = v1411.i_3;
float const v1424 = v1422 + v1423;
float_4 const v1425 = float_4{v1415, v1418, v1421, v1424};
float_4 v1426_store;
float_4 * v1426 = &v1426_store;
*v1426 = v1425;
uint32_t const v1427 = v20 & v24;
bool const v1428 = v1427 != v22;
if(v1428) {
float_4 const v1429 = *v1426;
float const v1430 = v1429.i_0;
float const v1431 = max(v1430, v75);
float const v1432 = v1429.i_1;
float const v1433 = max(v1432, v75);
float const v1434 = v1429.i_2;
float const v1435 = max(v1434, v75);
float const v1436 = v1429.i_3;
float const v1437 = max(v1436, v75);
float_4 const v1438 = float_4{v1431, v1433, v1435, v1437};
*v1426 = v1438;
}
uint32_t const v1439 = 2;
uint32_t const v1440 = v20 & v1439;
bool const v1441 = v1440 == v22;
if(v1441) {
float_4 const v1442 = *v1426;
float const v1443 = v1442.i_0;
uint32_t const v1444 = reinterpret_cast<const uint32_t&>(v1443);
uint32_t_2 const v1445 = {v1444, v65.i_1};
float const v1446 = v1442.i_1;
uint32_t const v1447 = reinterpret_cast<const uint32_t&>(v1446);
uint32_t_2 const v1448 = {v1445.i_0, v1447};
uint32_t const v1449 = uint32_t(v1408);
uint32_t const v1450 = v12 * v1449;
uint32_t_2 * const v1451 = &v3[v1450];
*v1451 = v1448;
float const v1452 = v1442.i_2;
uint32_t const v1453 = reinterpret_cast<const uint32_t&>(v1452);
uint32_t_2 const v1454 = {v1453, v65.i_1};
float const v1455 = v1442.i_3;
uint32_t const v1456 = reinterpret_cast<const uint32_t&>(v1455);
uint32_t_2 const v1457 = {v1454.i_0, v1456};
uint32_t const v1458 = v1450 + v9;
uint32_t_2 * const v1459 = &v3[v1458];
*v1459 = v1457;
}
 else {
float_4 const v1460 = *v1426;
float const v1461 = v1460.i_0;
__nv_bfloat16 const v1462 = __nv_bfloat16(v1461);
float const v1463 = v1460.i_1;
__nv_bfloat16 const v1464 = __nv_bfloat16(v1463);
float const v1465 = v1460.i_2;
__nv_bfloat16 const v1466 = __nv_bfloat16(v1465);
float const v1467 = v1460.i_3;
__nv_bfloat16 const v1468 = __nv_bfloat16(v1467);
__nv_bfloat16_4 const v1469 = __nv_bfloat16_4{v1462, v1464, v1466, v1468};
uint32_t_2 const v1470 = reinterpret_cast<const uint32_t_2&>(v1469);
uint32_t const v1471 = uint32_t(v1408);
uint32_t_2 * const v1472 = &v3[v1471];
*v1472 = v1470;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v81, v380, nvcuda::wmma::mem_row_major);__syncthreads();
if(v383) {
uint32_t const v1473 = v21 % v57;
uint32_t const v1474 = v1473 / v27;
uint32_t const v1475 = v21 % v27;
uint32_t const v1476 = v382 * v377;
uint32_t const v1477 = 5;
uint32_t const v1478 = v1474 * v1477;
uint32_t const v1479 = v1476 + v1478;
uint32_t const v1480 = v1479 + v1475;
uint32_t const v1481 = uint32_t(v1480);
float_4 * const v1482 = &(*v376)[v1481];
float_4 const v1483 = *v1482;
float_4 v1484_store;
float_4 * v1484 = &v1484_store;
*v1484 = v1483;
uint32_t const v1485 = v382 / v27;
uint32_t const v1486 = v1485 * v57;
uint32_t const v1487 = v50 + v1486;
uint32_t const v1488 = 48;
uint32_t const v1489 = v1487 + v1488;
uint32_t const v1490 = v1489 + v1474;
uint32_t const v1491 = v382 % v27;
uint32_t const v1492 = v1491 * v53;
uint32_t const v1493 = v52 + v1492;
uint32_t const v1494 = v1493 + v1475;
bool const v1495 = v1490 < v8;
bool const v1496 = v1494 < v14;
bool const v1497 = v1495 && v1496;
if(v1497) {
uint32_t const v1498 = v1490 * v14;
uint32_t const v1499 = v1498 + v1494;
uint32_t const v1500 = uint32_t(v1494);
float_4 const* const v1501 = &v2[v1500];
float_4 const v1502 = *v1501;
float_4 const v1503 = *v1484;
float const v1504 = v1503.i_0;
float const v1505 = v1502.i_0;
float const v1506 = v1504 + v1505;
float const v1507 = v1503.i_1;
float const v1508 = v1502.i_1;
float const v1509 = v1507 + v1508;
float const v1510 = v1503.i_2;
float const v1511 = v1502.i_2;
float const v1512 = v1510 + v1511;
float const v1513 = v1503.i_3;
float const v1514 = v1502.i_3;
float const v1515 = v1513 + v1514;
float_4 const v1516 = float_4{v1506, v1509, v1512, v1515};
float_4 v1517_store;
float_4 * v1517 = &v1517_store;
*v1517 = v1516;
uint32_t const v1518 = v20 & v24;
bool const v1519 = v1518 != v22;
if(v1519) {
float_4 const v1520 = *v1517;
float const v1521 = v1520.i_0;
float const v1522 = max(v1521, v75);
float const v1523 = v1520.i_1;
float const v1524 = max(v1523, v75);
float const v1525 = v1520.i_2;
float const v1526 = max(v1525, v75);
float const v1527 = v1520.i_3;
float const v1528 = max(v1527, v75);
float_4 const v1529 = float_4{v1522, v1524, v1526, v1528};
*v1517 = v1529;
}
uint32_t const v1530 = 2;
uint32_t const v1531 = v20 & v1530;
bool const v1532 = v1531 == v22;
if(v1532) {
float_4 const v1533 = *v1517;
float const v1534 = v1533.i_0;
uint32_t const v1535 = reinterpret_cast<const uint32_t&>(v1534);
uint32_t_2 const v1536 = {v1535, v65.i_1};
float const v1537 = v1533.i_1;
uint32_t const v1538 = reinterpret_cast<const uint32_t&>(v1537);
uint32_t_2 const v1539 = {v1536.i_0, v1538};
uint32_t const v1540 = uint32_t(v1499);
uint32_t const v1541 = v12 * v1540;
uint32_t_2 * const v1542 = &v3[v1541];
*v1542 = v1539;
float const v1543 = v1533.i_2;
uint32_t const v1544 = reinterpret_cast<const uint32_t&>(v1543);
uint32_t_2 const v1545 = {v1544, v65.i_1};
float const v1546 = v1533.i_3;
uint32_t const v1547 = reinterpret_cast<const uint32_t&>(v1546);
uint32_t_2 const v1548 = {v1545.i_0, v1547};
uint32_t const v1549 = v1541 + v9;
uint32_t_2 * const v1550 = &v3[v1549];
*v1550 = v1548;
}
 else {
float_4 const v1551 = *v1517;
float const v1552 = v1551.i_0;
__nv_bfloat16 const v1553 = __nv_bfloat16(v1552);
float const v1554 = v1551.i_1;
__nv_bfloat16 const v1555 = __nv_bfloat16(v1554);
float const v1556 = v1551.i_2;
__nv_bfloat16 const v1557 = __nv_bfloat16(v1556);
float const v1558 = v1551.i_3;
__nv_bfloat16 const v1559 = __nv_bfloat16(v1558);
__nv_bfloat16_4 const v1560 = __nv_bfloat16_4{v1553, v1555, v1557, v1559};
uint32_t_2 const v1561 = reinterpret_cast<const uint32_t_2&>(v1560);
uint32_t const v1562 = uint32_t(v1499);
uint32_t_2 * const v1563 = &v3[v1562];
*v1563 = v1561;
}
}
}
if(v475) {
uint32_t const v1564 = v473 % v57;
uint32_t const v1565 = v1564 / v27;
uint32_t const v1566 = v473 % v27;
uint32_t const v1567 = v474 * v377;
uint32_t const v1568 = 5;
uint32_t const v1569 = v1565 * v1568;
uint32_t const v1570 = v1567 + v1569;
uint32_t const v1571 = v1570 + v1566;
uint32_t const v1572 = uint32_t(v1571);
float_4 * const v1573 = &(*v376)[v1572];
float_4 const v1574 = *v1573;
float_4 v1575_store;
float_4 * v1575 = &v1575_store;
*v1575 = v1574;
uint32_t const v1576 = v474 / v27;
uint32_t const v1577 = v1576 * v57;
uint32_t const v1578 = v50 + v1577;
uint32_t const v1579 = 48;
uint32_t const v1580 = v1578 + v1579;
uint32_t const v1581 = v1580 + v1565;
uint32_t const v1582 = v474 % v27;
uint32_t const v1583 = v1582 * v53;
uint32_t const v1584 = v52 + v1583;
uint32_t const v1585 = v1584 + v1566;
bool const v1586 = v1581 < v8;
bool const v1587 = v1585 < v14;
bool const v1588 = v1586 && v1587;
if(v1588) {
uint32_t const v1589 = v1581 * v14;
uint32_t const v1590 = v1589 + v1585;
uint32_t const v1591 = uint32_t(v1585);
float_4 const* const v1592 = &v2[v1591];
float_4 const v1593 = *v1592;
float_4 const v1594 = *v1575;
float const v1595 = v1594.i_0;
float const v1596 = v1593.i_0;
float const v1597 = v1595 + v1596;
float const v1598 = v1594.i_1;
float const v1599 = v1593.i_1;
float const v1600 = v1598 + v1599;
float const v1601 = v1594.i_2;
float const v1602 = v1593.i_2;
float const v1603 = v1601 + v1602;
float const v1604 = v1594.i_3;
float const v1605 = v1593.i_3;
float const v1606 = v1604 + v1605;
float_4 const v1607 = float_4{v1597, v1600, v1603, v1606};
float_4 v1608_store;
float_4 * v1608 = &v1608_store;
*v1608 = v1607;
uint32_t const v1609 = v20 & v24;
bool const v1610 = v1609 != v22;
if(v1610) {
float_4 const v1611 = *v1608;
float const v1612 = v1611.i_0;
float const v1613 = max(v1612, v75);
float const v1614 = v1611.i_1;
float const v1615 = max(v1614, v75);
float const v1616 = v1611.i_2;
float const v1617 = max(v1616, v75);
float const v1618 = v1611.i_3;
float const v1619 = max(v1618, v75);
float_4 const v1620 = float_4{v1613, v1615, v1617, v1619};
*v1608 = v1620;
}
uint32_t const v1621 = 2;
uint32_t const v1622 = v20 & v1621;
bool const v1623 = v1622 == v22;
if(v1623) {
float_4 const v1624 = *v1608;
float const v1625 = v1624.i_0;
uint32_t const v1626 = reinterpret_cast<const uint32_t&>(v1625);
uint32_t_2 const v1627 = {v1626, v65.i_1};
float const v1628 = v1624.i_1;
uint32_t const v1629 = reinterpret_cast<const uint32_t&>(v1628);
uint32_t_2 const v1630 = {v1627.i_0, v1629};
uint32_t const v1631 = uint32_t(v1590);
uint32_t const v1632 = v12 * v1631;
uint32_t_2 * const v1633 = &v3[v1632];
*v1633 = v1630;
float const v1634 = v1624.i_2;
uint32_t const v1635 = reinterpret_cast<const uint32_t&>(v1634);
uint32_t_2 const v1636 = {v1635, v65.i_1};
float const v1637 = v1624.i_3;
uint32_t const v1638 = reinterpret_cast<const uint32_t&>(v1637);
uint32_t_2 const v1639 = {v1636.i_0, v1638};
uint32_t const v1640 = v1632 + v9;
uint32_t_2 * const v1641 = &v3[v1640];
*v1641 = v1639;
}
 else {
float_4 const v1642 = *v1608;
float const v1643 = v1642.i_0;
__nv_bfloat16 const v1644 = __nv_bfloat16(v1643);
float const v1645 = v1642.i_1;
__nv_bfloat16 const v1646 = __nv_bfloat16(v1645);
float const v1647 = v1642.i_2;
__nv_bfloat16 const v1648 = __nv_bfloat16(v1647);
float const v1649 = v1642.i_3;
__nv_bfloat16 const v1650 = __nv_bfloat16(v1649);
__nv_bfloat16_4 const v1651 = __nv_bfloat16_4{v1644, v1646, v1648, v1650};
uint32_t_2 const v1652 = reinterpret_cast<const uint32_t_2&>(v1651);
uint32_t const v1653 = uint32_t(v1590);
uint32_t_2 * const v1654 = &v3[v1653];
*v1654 = v1652;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v381), *v82, v380, nvcuda::wmma::mem_row_major);__syncthreads();
if(v383) {
uint32_t const v1655 = v21 % v57;
uint32_t const v1656 = v1655 / v27;
uint32_t const v1657 = v21 % v27;
uint32_t const v1658 = v382 * v377;
uint32_t const v1659 = 5;
uint32_t const v1660 = v1656 * v1659;
uint32_t const v1661 = v1658 + v1660;
uint32_t const v1662 = v1661 + v1657;
uint32_t const v1663 = uint32_t(v1662);
float_4 * const v1664 = &(*v376)[v1663];
float_4 const v1665 = *v1664;
float_4 v1666_store;
float_4 * v1666 = &v1666_store;
*v1666 = v1665;
uint32_t const v1667 = v382 / v27;
uint32_t const v1668 = v1667 * v57;
uint32_t const v1669 = v50 + v1668;
uint32_t const v1670 = 48;
uint32_t const v1671 = v1669 + v1670;
uint32_t const v1672 = v1671 + v1656;
uint32_t const v1673 = v382 % v27;
uint32_t const v1674 = v1673 * v53;
uint32_t const v1675 = v52 + v1674;
uint32_t const v1676 = v1675 + v27;
uint32_t const v1677 = v1676 + v1657;
bool const v1678 = v1672 < v8;
bool const v1679 = v1677 < v14;
bool const v1680 = v1678 && v1679;
if(v1680) {
uint32_t const v1681 = v1672 * v14;
uint32_t const v1682 = v1681 + v1677;
uint32_t const v1683 = uint32_t(v1677);
float_4 const* const v1684 = &v2[v1683];
float_4 const v1685 = *v1684;
float_4 const v1686 = *v1666;
float const v1687 = v1686.i_0;
float const v1688 = v1685.i_0;
float const v1689 = v1687 + v1688;
float const v1690 = v1686.i_1;
float const v1691 = v1685.i_1;
float const v1692 = v1690 + v1691;
float const v1693 = v1686.i_2;
float const v1694 = v1685.i_2;
float const v1695 = v1693 + v1694;
float const v1696 = v1686.i_3;
float const v1697 = v1685.i_3;
float const v1698 = v1696 + v1697;
float_4 const v1699 = float_4{v1689, v1692, v1695, v1698};
float_4 v1700_store;
float_4 * v1700 = &v1700_store;
*v1700 = v1699;
uint32_t const v1701 = v20 & v24;
bool const v1702 = v1701 != v22;
if(v1702) {
float_4 const v1703 = *v1700;
float const v1704 = v1703.i_0;
float const v1705 = max(v1704, v75);
float const v1706 = v1703.i_1;
float const v1707 = max(v1706, v75);
float const v1708 = v1703.i_2;
float const v1709 = max(v1708, v75);
float const v1710 = v1703.i_3;
float const v1711 = max(v1710, v75);
float_4 const v1712 = float_4{v1705, v1707, v1709, v1711};
*v1700 = v1712;
}
uint32_t const v1713 = 2;
uint32_t const v1714 = v20 & v1713;
bool const v1715 = v1714 == v22;
if(v1715) {
float_4 const v1716 = *v1700;
float const v1717 = v1716.i_0;
uint32_t const v1718 = reinterpret_cast<const uint32_t&>(v1717);
uint32_t_2 const v1719 = {v1718, v65.i_1};
float const v1720 = v1716.i_1;
uint32_t const v1721 = reinterpret_cast<const uint32_t&>(v1720);
uint32_t_2 const v1722 = {v1719.i_0, v1721};
uint32_t const v1723 = uint32_t(v1682);
uint32_t const v1724 = v12 * v1723;
uint32_t_2 * const v1725 = &v3[v1724];
*v1725 = v1722;
float const v1726 = v1716.i_2;
uint32_t const v1727 = reinterpret_cast<const uint32_t&>(v1726);
uint32_t_2 const v1728 = {v1727, v65.i_1};
float const v1729 = v1716.i_3;
uint32_t const v1730 = reinterpret_cast<const uint32_t&>(v1729);
uint32_t_2 const v1731 = {v1728.i_0, v1730};
uint32_t const v1732 = v1724 + v9;
uint32_t_2 * const v1733 = &v3[v1732];
*v1733 = v1731;
}
 else {
float_4 const v1734 = *v1700;
float const v1735 = v1734.i_0;
__nv_bfloat16 const v1736 = __nv_bfloat16(v1735);
float const v1737 = v1734.i_1;
__nv_bfloat16 const v1738 = __nv_bfloat16(v1737);
float const v1739 = v1734.i_2;
__nv_bfloat16 const v1740 = __nv_bfloat16(v1739);
float const v1741 = v1734.i_3;
__nv_bfloat16 const v1742 = __nv_bfloat16(v1741);
__nv_bfloat16_4 const v1743 = __nv_bfloat16_4{v1736, v1738, v1740, v1742};
uint32_t_2 const v1744 = reinterpret_cast<const uint32_t_2&>(v1743);
uint32_t const v1745 = uint32_t(v1682);
uint32_t_2 * const v1746 = &v3[v1745];
*v1746 = v1744;
}
}
}
if(v475) {
uint32_t const v1747 = v473 % v57;
uint32_t const v1748 = v1747 / v27;
uint32_t const v1749 = v473 % v27;
uint32_t const v1750 = v474 * v377;
uint32_t const v1751 = 5;
uint32_t const v1752 = v1748 * v1751;
uint32_t const v1753 = v1750 + v1752;
uint32_t const v1754 = v1753 + v1749;
uint32_t const v1755 = uint32_t(v1754);
float_4 * const v1756 = &(*v376)[v1755];
float_4 const v1757 = *v1756;
float_4 v1758_store;
float_4 * v1758 = &v1758_store;
*v1758 = v1757;
uint32_t const v1759 = v474 / v27;
uint32_t const v1760 = v1759 * v57;
uint32_t const v1761 = v50 + v1760;
uint32_t const v1762 = 48;
uint32_t const v1763 = v1761 + v1762;
uint32_t const v1764 = v1763 + v1748;
uint32_t const v1765 = v474 % v27;
uint32_t const v1766 = v1765 * v53;
uint32_t const v1767 = v52 + v1766;
uint32_t const v1768 = v1767 + v27;
uint32_t const v1769 = v1768 + v1749;
bool const v1770 = v1764 < v8;
bool const v1771 = v1769 < v14;
bool const v1772 = v1770 && v1771;
if(v1772) {
uint32_t const v1773 = v1764 * v14;
uint32_t const v1774 = v1773 + v1769;
uint32_t const v1775 = uint32_t(v1769);
float_4 const* const v1776 = &v2[v1775];
float_4 const v1777 = *v1776;
float_4 const v1778 = *v1758;
float const v1779 = v1778.i_0;
float const v1780 = v1777.i_0;
float const v1781 = v1779 + v1780;
float const v1782 = v1778.i_1;
float const v1783 = v1777.i_1;
float const v1784 = v1782 + v1783;
float const v1785 = v1778.i_2;
float const v1786 = v1777.i_2;
float const v1787 = v1785 + v1786;
float const v1788 = v1778.i_3;
float const v1789 = v1777.i_3;
float const v1790 = v1788 + v1789;
float_4 const v1791 = float_4{v1781, v1784, v1787, v1790};
float_4 v1792_store;
float_4 * v1792 = &v1792_store;
*v1792 = v1791;
uint32_t const v1793 = v20 & v24;
bool const v1794 = v1793 != v22;
if(v1794) {
float_4 const v1795 = *v1792;
float const v1796 = v1795.i_0;
float const v1797 = max(v1796, v75);
float const v1798 = v1795.i_1;
float const v1799 = max(v1798, v75);
float const v1800 = v1795.i_2;
float const v1801 = max(v1800, v75);
float const v1802 = v1795.i_3;
float const v1803 = max(v1802, v75);
float_4 const v1804 = float_4{v1797, v1799, v1801, v1803};
*v1792 = v1804;
}
uint32_t const v1805 = 2;
uint32_t const v1806 = v20 & v1805;
bool const v1807 = v1806 == v22;
if(v1807) {
float_4 const v1808 = *v1792;
float const v1809 = v1808.i_0;
uint32_t const v1810 = reinterpret_cast<const uint32_t&>(v1809);
uint32_t_2 const v1811 = {v1810, v65.i_1};
float const v1812 = v1808.i_1;
uint32_t const v1813 = reinterpret_cast<const uint32_t&>(v1812);
uint32_t_2 const v1814 = {v1811.i_0, v1813};
uint32_t const v1815 = uint32_t(v1774);
uint32_t const v1816 = v12 * v1815;
uint32_t_2 * const v1817 = &v3[v1816];
*v1817 = v1814;
float const v1818 = v1808.i_2;
uint32_t const v1819 = reinterpret_cast<const uint32_t&>(v1818);
uint32_t_2 const v1820 = {v1819, v65.i_1};
float const v1821 = v1808.i_3;
uint32_t const v1822 = reinterpret_cast<const uint32_t&>(v1821);
uint32_t_2 const v1823 = {v1820.i_0, v1822};
uint32_t const v1824 = v1816 + v9;
uint32_t_2 * const v1825 = &v3[v1824];
*v1825 = v1823;
}
 else {
float_4 const v1826 = *v1792;
float const v1827 = v1826.i_0;
__nv_bfloat16 const v1828 = __nv_bfloat16(v1827);
float const v1829 = v1826.i_1;
__nv_bfloat16 const v1830 = __nv_bfloat16(v1829);
float const v1831 = v1826.i_2;
__nv_bfloat16 const v1832 = __nv_bfloat16(v1831);
float const v1833 = v1826.i_3;
__nv_bfloat16 const v1834 = __nv_bfloat16(v1833);
__nv_bfloat16_4 const v1835 = __nv_bfloat16_4{v1828, v1830, v1832, v1834};
uint32_t_2 const v1836 = reinterpret_cast<const uint32_t_2&>(v1835);
uint32_t const v1837 = uint32_t(v1774);
uint32_t_2 * const v1838 = &v3[v1837];
*v1838 = v1836;
}
}
}
__syncthreads();
return;
}
