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

extern "C" __global__ void __launch_bounds__(256)  bf16_first_wide(float_4 const* const __restrict__ v0, uint32_t_2 const* const __restrict__ v1, float_4 const* const __restrict__ v2, uint32_t_2 * const __restrict__ v3, uint32_t const* const __restrict__ v4) {
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
nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v76_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v76 = &v76_store;nvcuda::wmma::fill_fragment(*v76, v65);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v77_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v77 = &v77_store;nvcuda::wmma::fill_fragment(*v77, v65);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v78_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v78 = &v78_store;nvcuda::wmma::fill_fragment(*v78, v65);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v79_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v79 = &v79_store;nvcuda::wmma::fill_fragment(*v79, v65);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v80_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v80 = &v80_store;nvcuda::wmma::fill_fragment(*v80, v65);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v81_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v81 = &v81_store;nvcuda::wmma::fill_fragment(*v81, v65);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v82_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v82 = &v82_store;nvcuda::wmma::fill_fragment(*v82, v65);nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> v83_store; nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float> * v83 = &v83_store;nvcuda::wmma::fill_fragment(*v83, v65);uint32_t const v84 = 31;
uint32_t const v85 = v11 + v84;
uint32_t const v86 = v85 / v25;
uint32_t const v87 = v86 + v24;
for(uint32_t v88 = v22; v88 < v87; v88 += v24) {
bool const v89 = v88 < v86;
if(v89) {
uint32_t const v90 = v21 / v53;
uint32_t const v91 = v50 + v90;
uint32_t const v92 = v88 * v53;
uint32_t const v93 = v21 % v53;
uint32_t const v94 = v92 + v93;
float_4 v95_store;
float_4 * v95 = &v95_store;
*v95 = v66;
bool const v96 = v91 < v8;
bool const v97 = v94 < v17;
bool const v98 = v96 && v97;
if(v98) {
uint32_t const v99 = v91 * v17;
uint32_t const v100 = v99 + v94;
uint32_t const v101 = uint32_t(v100);
float_4 const* const v102 = &v0[v101];
float_4 const v103 = *v102;
*v95 = v103;
}
float_4 const v104 = *v95;
*v67 = v104;
uint32_t const v105 = v21 + v23;
uint32_t const v106 = v105 / v53;
uint32_t const v107 = v50 + v106;
uint32_t const v108 = v105 % v53;
uint32_t const v109 = v92 + v108;
float_4 v110_store;
float_4 * v110 = &v110_store;
*v110 = v66;
bool const v111 = v107 < v8;
bool const v112 = v109 < v17;
bool const v113 = v111 && v112;
if(v113) {
uint32_t const v114 = v107 * v17;
uint32_t const v115 = v114 + v109;
uint32_t const v116 = uint32_t(v115);
float_4 const* const v117 = &v0[v116];
float_4 const v118 = *v117;
*v110 = v118;
}
float_4 const v119 = *v110;
*v68 = v119;
uint32_t const v120 = 512;
uint32_t const v121 = v21 + v120;
uint32_t const v122 = v121 / v53;
uint32_t const v123 = v50 + v122;
uint32_t const v124 = v121 % v53;
uint32_t const v125 = v92 + v124;
float_4 v126_store;
float_4 * v126 = &v126_store;
*v126 = v66;
bool const v127 = v123 < v8;
bool const v128 = v125 < v17;
bool const v129 = v127 && v128;
if(v129) {
uint32_t const v130 = v123 * v17;
uint32_t const v131 = v130 + v125;
uint32_t const v132 = uint32_t(v131);
float_4 const* const v133 = &v0[v132];
float_4 const v134 = *v133;
*v126 = v134;
}
float_4 const v135 = *v126;
*v69 = v135;
uint32_t const v136 = 768;
uint32_t const v137 = v21 + v136;
uint32_t const v138 = v137 / v53;
uint32_t const v139 = v50 + v138;
uint32_t const v140 = v137 % v53;
uint32_t const v141 = v92 + v140;
float_4 v142_store;
float_4 * v142 = &v142_store;
*v142 = v66;
bool const v143 = v139 < v8;
bool const v144 = v141 < v17;
bool const v145 = v143 && v144;
if(v145) {
uint32_t const v146 = v139 * v17;
uint32_t const v147 = v146 + v141;
uint32_t const v148 = uint32_t(v147);
float_4 const* const v149 = &v0[v148];
float_4 const v150 = *v149;
*v142 = v150;
}
float_4 const v151 = *v142;
*v70 = v151;
uint32_t const v152 = v88 * v25;
uint32_t const v153 = v152 + v26;
uint32_t const v154 = v21 % v25;
uint32_t const v155 = v52 + v154;
uint32_t_2 v156_store;
uint32_t_2 * v156 = &v156_store;
*v156 = v71;
bool const v157 = v153 < v11;
bool const v158 = v155 < v14;
bool const v159 = v157 && v158;
if(v159) {
uint32_t const v160 = v153 * v14;
uint32_t const v161 = v160 + v155;
uint32_t const v162 = uint32_t(v161);
uint32_t_2 const* const v163 = &v1[v162];
uint32_t_2 const v164 = *v163;
*v156 = v164;
}
uint32_t_2 const v165 = *v156;
*v72 = v165;
uint32_t const v166 = v105 / v25;
uint32_t const v167 = v152 + v166;
uint32_t const v168 = v105 % v25;
uint32_t const v169 = v52 + v168;
uint32_t_2 v170_store;
uint32_t_2 * v170 = &v170_store;
*v170 = v71;
bool const v171 = v167 < v11;
bool const v172 = v169 < v14;
bool const v173 = v171 && v172;
if(v173) {
uint32_t const v174 = v167 * v14;
uint32_t const v175 = v174 + v169;
uint32_t const v176 = uint32_t(v175);
uint32_t_2 const* const v177 = &v1[v176];
uint32_t_2 const v178 = *v177;
*v170 = v178;
}
uint32_t_2 const v179 = *v170;
*v73 = v179;
uint32_t const v180 = v121 / v25;
uint32_t const v181 = v152 + v180;
uint32_t const v182 = v121 % v25;
uint32_t const v183 = v52 + v182;
uint32_t_2 v184_store;
uint32_t_2 * v184 = &v184_store;
*v184 = v71;
bool const v185 = v181 < v11;
bool const v186 = v183 < v14;
bool const v187 = v185 && v186;
if(v187) {
uint32_t const v188 = v181 * v14;
uint32_t const v189 = v188 + v183;
uint32_t const v190 = uint32_t(v189);
uint32_t_2 const* const v191 = &v1[v190];
uint32_t_2 const v192 = *v191;
*v184 = v192;
}
uint32_t_2 const v193 = *v184;
*v74 = v193;
uint32_t const v194 = v137 / v25;
uint32_t const v195 = v152 + v194;
uint32_t const v196 = v137 % v25;
uint32_t const v197 = v52 + v196;
uint32_t_2 v198_store;
uint32_t_2 * v198 = &v198_store;
*v198 = v71;
bool const v199 = v195 < v11;
bool const v200 = v197 < v14;
bool const v201 = v199 && v200;
if(v201) {
uint32_t const v202 = v195 * v14;
uint32_t const v203 = v202 + v197;
uint32_t const v204 = uint32_t(v203);
uint32_t_2 const* const v205 = &v1[v204];
uint32_t_2 const v206 = *v205;
*v198 = v206;
}
uint32_t_2 const v207 = *v198;
*v75 = v207;
}
bool const v208 = v88 > v22;
if(v208) {
uint32_t const v209 = v88 + v24;
uint32_t const v210 = 2;
uint32_t const v211 = v209 % v210;
uint32_t const v212 = v55 * v25;
uint32_t const v213 = 1280;
uint32_t const v214 = v211 * v213;
uint32_t const v215 = 10;
uint32_t const v216 = v58 * v215;
uint32_t const v217 = v214 + v216;
uint32_t const v218 = v212 / v27;
uint32_t const v219 = v217 + v218;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v220_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v220 = &v220_store;__nv_bfloat16 const v221 = 0;
nvcuda::wmma::fill_fragment(*v220, v221);uint32_t const v222 = uint32_t(v219);
uint32_t const v223 = 40;
__nv_bfloat16_4 * const v224 = &(*v61)[v222];
nvcuda::wmma::load_matrix_sync(*v220, reinterpret_cast<__nv_bfloat16 *>(v224), v223);uint32_t const v225 = 16;
uint32_t const v226 = v58 + v225;
uint32_t const v227 = v226 * v215;
uint32_t const v228 = v214 + v227;
uint32_t const v229 = v228 + v218;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v230_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v230 = &v230_store;nvcuda::wmma::fill_fragment(*v230, v221);uint32_t const v231 = uint32_t(v229);
__nv_bfloat16_4 * const v232 = &(*v61)[v231];
nvcuda::wmma::load_matrix_sync(*v230, reinterpret_cast<__nv_bfloat16 *>(v232), v223);uint32_t const v233 = v58 + v25;
uint32_t const v234 = v233 * v215;
uint32_t const v235 = v214 + v234;
uint32_t const v236 = v235 + v218;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v237_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v237 = &v237_store;nvcuda::wmma::fill_fragment(*v237, v221);uint32_t const v238 = uint32_t(v236);
__nv_bfloat16_4 * const v239 = &(*v61)[v238];
nvcuda::wmma::load_matrix_sync(*v237, reinterpret_cast<__nv_bfloat16 *>(v239), v223);uint32_t const v240 = 48;
uint32_t const v241 = v58 + v240;
uint32_t const v242 = v241 * v215;
uint32_t const v243 = v214 + v242;
uint32_t const v244 = v243 + v218;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v245_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v245 = &v245_store;nvcuda::wmma::fill_fragment(*v245, v221);uint32_t const v246 = uint32_t(v244);
__nv_bfloat16_4 * const v247 = &(*v61)[v246];
nvcuda::wmma::load_matrix_sync(*v245, reinterpret_cast<__nv_bfloat16 *>(v247), v223);uint32_t const v248 = 1088;
uint32_t const v249 = v211 * v248;
uint32_t const v250 = 34;
uint32_t const v251 = v212 * v250;
uint32_t const v252 = v249 + v251;
uint32_t const v253 = v60 / v27;
uint32_t const v254 = v252 + v253;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v255_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v255 = &v255_store;nvcuda::wmma::fill_fragment(*v255, v221);uint32_t const v256 = uint32_t(v254);
uint32_t const v257 = 136;
__nv_bfloat16_4 * const v258 = &(*v62)[v256];
nvcuda::wmma::load_matrix_sync(*v255, reinterpret_cast<__nv_bfloat16 *>(v258), v257);nvcuda::wmma::mma_sync(*v76, *v220, *v255, *v76);nvcuda::wmma::mma_sync(*v78, *v230, *v255, *v78);nvcuda::wmma::mma_sync(*v80, *v237, *v255, *v80);nvcuda::wmma::mma_sync(*v82, *v245, *v255, *v82);uint32_t const v259 = v60 + v225;
uint32_t const v260 = v259 / v27;
uint32_t const v261 = v252 + v260;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v262_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v262 = &v262_store;nvcuda::wmma::fill_fragment(*v262, v221);uint32_t const v263 = uint32_t(v261);
__nv_bfloat16_4 * const v264 = &(*v62)[v263];
nvcuda::wmma::load_matrix_sync(*v262, reinterpret_cast<__nv_bfloat16 *>(v264), v257);nvcuda::wmma::mma_sync(*v77, *v220, *v262, *v77);nvcuda::wmma::mma_sync(*v79, *v230, *v262, *v79);nvcuda::wmma::mma_sync(*v81, *v237, *v262, *v81);nvcuda::wmma::mma_sync(*v83, *v245, *v262, *v83);uint32_t const v265 = v212 + v225;
uint32_t const v266 = v265 / v27;
uint32_t const v267 = v217 + v266;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v268_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v268 = &v268_store;nvcuda::wmma::fill_fragment(*v268, v221);uint32_t const v269 = uint32_t(v267);
__nv_bfloat16_4 * const v270 = &(*v61)[v269];
nvcuda::wmma::load_matrix_sync(*v268, reinterpret_cast<__nv_bfloat16 *>(v270), v223);uint32_t const v271 = v228 + v266;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v272_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v272 = &v272_store;nvcuda::wmma::fill_fragment(*v272, v221);uint32_t const v273 = uint32_t(v271);
__nv_bfloat16_4 * const v274 = &(*v61)[v273];
nvcuda::wmma::load_matrix_sync(*v272, reinterpret_cast<__nv_bfloat16 *>(v274), v223);uint32_t const v275 = v235 + v266;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v276_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v276 = &v276_store;nvcuda::wmma::fill_fragment(*v276, v221);uint32_t const v277 = uint32_t(v275);
__nv_bfloat16_4 * const v278 = &(*v61)[v277];
nvcuda::wmma::load_matrix_sync(*v276, reinterpret_cast<__nv_bfloat16 *>(v278), v223);uint32_t const v279 = v243 + v266;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v280_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v280 = &v280_store;nvcuda::wmma::fill_fragment(*v280, v221);uint32_t const v281 = uint32_t(v279);
__nv_bfloat16_4 * const v282 = &(*v61)[v281];
nvcuda::wmma::load_matrix_sync(*v280, reinterpret_cast<__nv_bfloat16 *>(v282), v223);uint32_t const v283 = v265 * v250;
uint32_t const v284 = v249 + v283;
uint32_t const v285 = v284 + v253;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v286_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v286 = &v286_store;nvcuda::wmma::fill_fragment(*v286, v221);uint32_t const v287 = uint32_t(v285);
__nv_bfloat16_4 * const v288 = &(*v62)[v287];
nvcuda::wmma::load_matrix_sync(*v286, reinterpret_cast<__nv_bfloat16 *>(v288), v257);nvcuda::wmma::mma_sync(*v76, *v268, *v286, *v76);nvcuda::wmma::mma_sync(*v78, *v272, *v286, *v78);nvcuda::wmma::mma_sync(*v80, *v276, *v286, *v80);nvcuda::wmma::mma_sync(*v82, *v280, *v286, *v82);uint32_t const v289 = v284 + v260;
nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> v290_store; nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major> * v290 = &v290_store;nvcuda::wmma::fill_fragment(*v290, v221);uint32_t const v291 = uint32_t(v289);
__nv_bfloat16_4 * const v292 = &(*v62)[v291];
nvcuda::wmma::load_matrix_sync(*v290, reinterpret_cast<__nv_bfloat16 *>(v292), v257);nvcuda::wmma::mma_sync(*v77, *v268, *v290, *v77);nvcuda::wmma::mma_sync(*v79, *v272, *v290, *v79);nvcuda::wmma::mma_sync(*v81, *v276, *v290, *v81);nvcuda::wmma::mma_sync(*v83, *v280, *v290, *v83);}
if(v89) {
uint32_t const v293 = 2;
uint32_t const v294 = v88 % v293;
uint32_t const v295 = 1280;
uint32_t const v296 = v294 * v295;
uint32_t const v297 = v21 / v53;
uint32_t const v298 = 10;
uint32_t const v299 = v297 * v298;
uint32_t const v300 = v296 + v299;
uint32_t const v301 = v21 % v53;
uint32_t const v302 = v300 + v301;
float_4 const v303 = *v67;
float const v304 = v303.i_0;
__nv_bfloat16 const v305 = __nv_bfloat16(v304);
float const v306 = v303.i_1;
__nv_bfloat16 const v307 = __nv_bfloat16(v306);
float const v308 = v303.i_2;
__nv_bfloat16 const v309 = __nv_bfloat16(v308);
float const v310 = v303.i_3;
__nv_bfloat16 const v311 = __nv_bfloat16(v310);
__nv_bfloat16_4 const v312 = __nv_bfloat16_4{v305, v307, v309, v311};
uint32_t const v313 = uint32_t(v302);
__nv_bfloat16_4 * const v314 = &(*v61)[v313];
*v314 = v312;
uint32_t const v315 = v21 + v23;
uint32_t const v316 = v315 / v53;
uint32_t const v317 = v316 * v298;
uint32_t const v318 = v296 + v317;
uint32_t const v319 = v315 % v53;
uint32_t const v320 = v318 + v319;
float_4 const v321 = *v68;
float const v322 = v321.i_0;
__nv_bfloat16 const v323 = __nv_bfloat16(v322);
float const v324 = v321.i_1;
__nv_bfloat16 const v325 = __nv_bfloat16(v324);
float const v326 = v321.i_2;
__nv_bfloat16 const v327 = __nv_bfloat16(v326);
float const v328 = v321.i_3;
__nv_bfloat16 const v329 = __nv_bfloat16(v328);
__nv_bfloat16_4 const v330 = __nv_bfloat16_4{v323, v325, v327, v329};
uint32_t const v331 = uint32_t(v320);
__nv_bfloat16_4 * const v332 = &(*v61)[v331];
*v332 = v330;
uint32_t const v333 = 512;
uint32_t const v334 = v21 + v333;
uint32_t const v335 = v334 / v53;
uint32_t const v336 = v335 * v298;
uint32_t const v337 = v296 + v336;
uint32_t const v338 = v334 % v53;
uint32_t const v339 = v337 + v338;
float_4 const v340 = *v69;
float const v341 = v340.i_0;
__nv_bfloat16 const v342 = __nv_bfloat16(v341);
float const v343 = v340.i_1;
__nv_bfloat16 const v344 = __nv_bfloat16(v343);
float const v345 = v340.i_2;
__nv_bfloat16 const v346 = __nv_bfloat16(v345);
float const v347 = v340.i_3;
__nv_bfloat16 const v348 = __nv_bfloat16(v347);
__nv_bfloat16_4 const v349 = __nv_bfloat16_4{v342, v344, v346, v348};
uint32_t const v350 = uint32_t(v339);
__nv_bfloat16_4 * const v351 = &(*v61)[v350];
*v351 = v349;
uint32_t const v352 = 768;
uint32_t const v353 = v21 + v352;
uint32_t const v354 = v353 / v53;
uint32_t const v355 = v354 * v298;
uint32_t const v356 = v296 + v355;
uint32_t const v357 = v353 % v53;
uint32_t const v358 = v356 + v357;
float_4 const v359 = *v70;
float const v360 = v359.i_0;
__nv_bfloat16 const v361 = __nv_bfloat16(v360);
float const v362 = v359.i_1;
__nv_bfloat16 const v363 = __nv_bfloat16(v362);
float const v364 = v359.i_2;
__nv_bfloat16 const v365 = __nv_bfloat16(v364);
float const v366 = v359.i_3;
__nv_bfloat16 const v367 = __nv_bfloat16(v366);
__nv_bfloat16_4 const v368 = __nv_bfloat16_4{v361, v363, v365, v367};
uint32_t const v369 = uint32_t(v358);
__nv_bfloat16_4 * const v370 = &(*v61)[v369];
*v370 = v368;
uint32_t const v371 = 1088;
uint32_t const v372 = v294 * v371;
uint32_t const v373 = 34;
uint32_t const v374 = v26 * v373;
uint32_t const v375 = v372 + v374;
uint32_t const v376 = v21 % v25;
uint32_t const v377 = v375 + v376;
uint32_t_2 const v378 = *v72;
__nv_bfloat16_4 const v379 = reinterpret_cast<const __nv_bfloat16_4&>(v378);
uint32_t const v380 = uint32_t(v377);
__nv_bfloat16_4 * const v381 = &(*v62)[v380];
*v381 = v379;
uint32_t const v382 = v315 / v25;
uint32_t const v383 = v382 * v373;
uint32_t const v384 = v372 + v383;
uint32_t const v385 = v315 % v25;
uint32_t const v386 = v384 + v385;
uint32_t_2 const v387 = *v73;
__nv_bfloat16_4 const v388 = reinterpret_cast<const __nv_bfloat16_4&>(v387);
uint32_t const v389 = uint32_t(v386);
__nv_bfloat16_4 * const v390 = &(*v62)[v389];
*v390 = v388;
uint32_t const v391 = v334 / v25;
uint32_t const v392 = v391 * v373;
uint32_t const v393 = v372 + v392;
uint32_t const v394 = v334 % v25;
uint32_t const v395 = v393 + v394;
uint32_t_2 const v396 = *v74;
__nv_bfloat16_4 const v397 = reinterpret_cast<const __nv_bfloat16_4&>(v396);
uint32_t const v398 = uint32_t(v395);
__nv_bfloat16_4 * const v399 = &(*v62)[v398];
*v399 = v397;
uint32_t const v400 = v353 / v25;
uint32_t const v401 = v400 * v373;
uint32_t const v402 = v372 + v401;
uint32_t const v403 = v353 % v25;
uint32_t const v404 = v402 + v403;
uint32_t_2 const v405 = *v75;
__nv_bfloat16_4 const v406 = reinterpret_cast<const __nv_bfloat16_4&>(v405);
uint32_t const v407 = uint32_t(v404);
__nv_bfloat16_4 * const v408 = &(*v62)[v407];
*v408 = v406;
}
__syncthreads();
}
array<float_4, 640> * const v409 = reinterpret_cast<array<float_4, 640> *>(&v5[37888]);
uint32_t const v410 = 80;
uint32_t const v411 = v26 * v410;
uint32_t const v412 = uint32_t(v411);
uint32_t const v413 = 20;
float_4 * const v414 = &(*v409)[v412];
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v76, v413, nvcuda::wmma::mem_row_major);__syncthreads();
uint32_t const v415 = v21 / v57;
bool const v416 = v415 < v53;
if(v416) {
uint32_t const v417 = v21 % v57;
uint32_t const v418 = v417 / v27;
uint32_t const v419 = v21 % v27;
uint32_t const v420 = v415 * v410;
uint32_t const v421 = 5;
uint32_t const v422 = v418 * v421;
uint32_t const v423 = v420 + v422;
uint32_t const v424 = v423 + v419;
uint32_t const v425 = uint32_t(v424);
float_4 * const v426 = &(*v409)[v425];
float_4 const v427 = *v426;
float_4 v428_store;
float_4 * v428 = &v428_store;
*v428 = v427;
uint32_t const v429 = v415 / v27;
uint32_t const v430 = v429 * v57;
uint32_t const v431 = v50 + v430;
uint32_t const v432 = v431 + v418;
uint32_t const v433 = v415 % v27;
uint32_t const v434 = v433 * v53;
uint32_t const v435 = v52 + v434;
uint32_t const v436 = v435 + v419;
bool const v437 = v432 < v8;
bool const v438 = v436 < v14;
bool const v439 = v437 && v438;
if(v439) {
uint32_t const v440 = v432 * v14;
uint32_t const v441 = v440 + v436;
uint32_t const v442 = uint32_t(v436);
float_4 const* const v443 = &v2[v442];
float_4 const v444 = *v443;
float_4 const v445 = *v428;
float const v446 = v445.i_0;
float const v447 = v444.i_0;
float const v448 = v446 + v447;
float const v449 = v445.i_1;
float const v450 = v444.i_1;
float const v451 = v449 + v450;
float const v452 = v445.i_2;
float const v453 = v444.i_2;
float const v454 = v452 + v453;
float const v455 = v445.i_3;
float const v456 = v444.i_3;
float const v457 = v455 + v456;
float_4 const v458 = float_4{v448, v451, v454, v457};
float_4 v459_store;
float_4 * v459 = &v459_store;
*v459 = v458;
uint32_t const v460 = v20 & v24;
bool const v461 = v460 != v22;
if(v461) {
float_4 const v462 = *v459;
float const v463 = v462.i_0;
float const v464 = v66.i_0;
float const v465 = max(v463, v464);
float const v466 = v462.i_1;
float const v467 = v66.i_1;
float const v468 = max(v466, v467);
float const v469 = v462.i_2;
float const v470 = v66.i_2;
float const v471 = max(v469, v470);
float const v472 = v462.i_3;
float const v473 = v66.i_3;
float const v474 = max(v472, v473);
float_4 const v475 = float_4{v465, v468, v471, v474};
*v459 = v475;
}
uint32_t const v476 = 2;
uint32_t const v477 = v20 & v476;
bool const v478 = v477 == v22;
if(v478) {
float_4 const v479 = *v459;
float const v480 = v479.i_0;
uint32_t const v481 = reinterpret_cast<const uint32_t&>(v480);
uint32_t_2 const v482 = {v481, v71.i_1};
float const v483 = v479.i_1;
uint32_t const v484 = reinterpret_cast<const uint32_t&>(v483);
uint32_t_2 const v485 = {v482.i_0, v484};
uint32_t const v486 = uint32_t(v441);
uint32_t const v487 = v12 * v486;
uint32_t_2 * const v488 = &v3[v487];
*v488 = v485;
float const v489 = v479.i_2;
uint32_t const v490 = reinterpret_cast<const uint32_t&>(v489);
uint32_t_2 const v491 = {v490, v71.i_1};
float const v492 = v479.i_3;
uint32_t const v493 = reinterpret_cast<const uint32_t&>(v492);
uint32_t_2 const v494 = {v491.i_0, v493};
uint32_t const v495 = v487 + v9;
uint32_t_2 * const v496 = &v3[v495];
*v496 = v494;
}
 else {
float_4 const v497 = *v459;
float const v498 = v497.i_0;
__nv_bfloat16 const v499 = __nv_bfloat16(v498);
float const v500 = v497.i_1;
__nv_bfloat16 const v501 = __nv_bfloat16(v500);
float const v502 = v497.i_2;
__nv_bfloat16 const v503 = __nv_bfloat16(v502);
float const v504 = v497.i_3;
__nv_bfloat16 const v505 = __nv_bfloat16(v504);
__nv_bfloat16_4 const v506 = __nv_bfloat16_4{v499, v501, v503, v505};
uint32_t_2 const v507 = reinterpret_cast<const uint32_t_2&>(v506);
uint32_t const v508 = uint32_t(v441);
uint32_t_2 * const v509 = &v3[v508];
*v509 = v507;
}
}
}
uint32_t const v510 = v21 + v23;
uint32_t const v511 = v510 / v57;
bool const v512 = v511 < v53;
if(v512) {
uint32_t const v513 = v510 % v57;
uint32_t const v514 = v513 / v27;
uint32_t const v515 = v510 % v27;
uint32_t const v516 = v511 * v410;
uint32_t const v517 = 5;
uint32_t const v518 = v514 * v517;
uint32_t const v519 = v516 + v518;
uint32_t const v520 = v519 + v515;
uint32_t const v521 = uint32_t(v520);
float_4 * const v522 = &(*v409)[v521];
float_4 const v523 = *v522;
float_4 v524_store;
float_4 * v524 = &v524_store;
*v524 = v523;
uint32_t const v525 = v511 / v27;
uint32_t const v526 = v525 * v57;
uint32_t const v527 = v50 + v526;
uint32_t const v528 = v527 + v514;
uint32_t const v529 = v511 % v27;
uint32_t const v530 = v529 * v53;
uint32_t const v531 = v52 + v530;
uint32_t const v532 = v531 + v515;
bool const v533 = v528 < v8;
bool const v534 = v532 < v14;
bool const v535 = v533 && v534;
if(v535) {
uint32_t const v536 = v528 * v14;
uint32_t const v537 = v536 + v532;
uint32_t const v538 = uint32_t(v532);
float_4 const* const v539 = &v2[v538];
float_4 const v540 = *v539;
float_4 const v541 = *v524;
float const v542 = v541.i_0;
float const v543 = v540.i_0;
float const v544 = v542 + v543;
float const v545 = v541.i_1;
float const v546 = v540.i_1;
float const v547 = v545 + v546;
float const v548 = v541.i_2;
float const v549 = v540.i_2;
float const v550 = v548 + v549;
float const v551 = v541.i_3;
float const v552 = v540.i_3;
float const v553 = v551 + v552;
float_4 const v554 = float_4{v544, v547, v550, v553};
float_4 v555_store;
float_4 * v555 = &v555_store;
*v555 = v554;
uint32_t const v556 = v20 & v24;
bool const v557 = v556 != v22;
if(v557) {
float_4 const v558 = *v555;
float const v559 = v558.i_0;
float const v560 = v66.i_0;
float const v561 = max(v559, v560);
float const v562 = v558.i_1;
float const v563 = v66.i_1;
float const v564 = max(v562, v563);
float const v565 = v558.i_2;
float const v566 = v66.i_2;
float const v567 = max(v565, v566);
float const v568 = v558.i_3;
float const v569 = v66.i_3;
float const v570 = max(v568, v569);
float_4 const v571 = float_4{v561, v564, v567, v570};
*v555 = v571;
}
uint32_t const v572 = 2;
uint32_t const v573 = v20 & v572;
bool const v574 = v573 == v22;
if(v574) {
float_4 const v575 = *v555;
float const v576 = v575.i_0;
uint32_t const v577 = reinterpret_cast<const uint32_t&>(v576);
uint32_t_2 const v578 = {v577, v71.i_1};
float const v579 = v575.i_1;
uint32_t const v580 = reinterpret_cast<const uint32_t&>(v579);
uint32_t_2 const v581 = {v578.i_0, v580};
uint32_t const v582 = uint32_t(v537);
uint32_t const v583 = v12 * v582;
uint32_t_2 * const v584 = &v3[v583];
*v584 = v581;
float const v585 = v575.i_2;
uint32_t const v586 = reinterpret_cast<const uint32_t&>(v585);
uint32_t_2 const v587 = {v586, v71.i_1};
float const v588 = v575.i_3;
uint32_t const v589 = reinterpret_cast<const uint32_t&>(v588);
uint32_t_2 const v590 = {v587.i_0, v589};
uint32_t const v591 = v583 + v9;
uint32_t_2 * const v592 = &v3[v591];
*v592 = v590;
}
 else {
float_4 const v593 = *v555;
float const v594 = v593.i_0;
__nv_bfloat16 const v595 = __nv_bfloat16(v594);
float const v596 = v593.i_1;
__nv_bfloat16 const v597 = __nv_bfloat16(v596);
float const v598 = v593.i_2;
__nv_bfloat16 const v599 = __nv_bfloat16(v598);
float const v600 = v593.i_3;
__nv_bfloat16 const v601 = __nv_bfloat16(v600);
__nv_bfloat16_4 const v602 = __nv_bfloat16_4{v595, v597, v599, v601};
uint32_t_2 const v603 = reinterpret_cast<const uint32_t_2&>(v602);
uint32_t const v604 = uint32_t(v537);
uint32_t_2 * const v605 = &v3[v604];
*v605 = v603;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v77, v413, nvcuda::wmma::mem_row_major);__syncthreads();
if(v416) {
uint32_t const v606 = v21 % v57;
uint32_t const v607 = v606 / v27;
uint32_t const v608 = v21 % v27;
uint32_t const v609 = v415 * v410;
uint32_t const v610 = 5;
uint32_t const v611 = v607 * v610;
uint32_t const v612 = v609 + v611;
uint32_t const v613 = v612 + v608;
uint32_t const v614 = uint32_t(v613);
float_4 * const v615 = &(*v409)[v614];
float_4 const v616 = *v615;
float_4 v617_store;
float_4 * v617 = &v617_store;
*v617 = v616;
uint32_t const v618 = v415 / v27;
uint32_t const v619 = v618 * v57;
uint32_t const v620 = v50 + v619;
uint32_t const v621 = v620 + v607;
uint32_t const v622 = v415 % v27;
uint32_t const v623 = v622 * v53;
uint32_t const v624 = v52 + v623;
uint32_t const v625 = v624 + v27;
uint32_t const v626 = v625 + v608;
bool const v627 = v621 < v8;
bool const v628 = v626 < v14;
bool const v629 = v627 && v628;
if(v629) {
uint32_t const v630 = v621 * v14;
uint32_t const v631 = v630 + v626;
uint32_t const v632 = uint32_t(v626);
float_4 const* const v633 = &v2[v632];
float_4 const v634 = *v633;
float_4 const v635 = *v617;
float const v636 = v635.i_0;
float const v637 = v634.i_0;
float const v638 = v636 + v637;
float const v639 = v635.i_1;
float const v640 = v634.i_1;
float const v641 = v639 + v640;
float const v642 = v635.i_2;
float const v643 = v634.i_2;
float const v644 = v642 + v643;
float const v645 = v635.i_3;
float const v646 = v634.i_3;
float const v647 = v645 + v646;
float_4 const v648 = float_4{v638, v641, v644, v647};
float_4 v649_store;
float_4 * v649 = &v649_store;
*v649 = v648;
uint32_t const v650 = v20 & v24;
bool const v651 = v650 != v22;
if(v651) {
float_4 const v652 = *v649;
float const v653 = v652.i_0;
float const v654 = v66.i_0;
float const v655 = max(v653, v654);
float const v656 = v652.i_1;
float const v657 = v66.i_1;
float const v658 = max(v656, v657);
float const v659 = v652.i_2;
float const v660 = v66.i_2;
float const v661 = max(v659, v660);
float const v662 = v652.i_3;
float const v663 = v66.i_3;
float const v664 = max(v662, v663);
float_4 const v665 = float_4{v655, v658, v661, v664};
*v649 = v665;
}
uint32_t const v666 = 2;
uint32_t const v667 = v20 & v666;
bool const v668 = v667 == v22;
if(v668) {
float_4 const v669 = *v649;
float const v670 = v669.i_0;
uint32_t const v671 = reinterpret_cast<const uint32_t&>(v670);
uint32_t_2 const v672 = {v671, v71.i_1};
float const v673 = v669.i_1;
uint32_t const v674 = reinterpret_cast<const uint32_t&>(v673);
uint32_t_2 const v675 = {v672.i_0, v674};
uint32_t const v676 = uint32_t(v631);
uint32_t const v677 = v12 * v676;
uint32_t_2 * const v678 = &v3[v677];
*v678 = v675;
float const v679 = v669.i_2;
uint32_t const v680 = reinterpret_cast<const uint32_t&>(v679);
uint32_t_2 const v681 = {v680, v71.i_1};
float const v682 = v669.i_3;
uint32_t const v683 = reinterpret_cast<const uint32_t&>(v682);
uint32_t_2 const v684 = {v681.i_0, v683};
uint32_t const v685 = v677 + v9;
uint32_t_2 * const v686 = &v3[v685];
*v686 = v684;
}
 else {
float_4 const v687 = *v649;
float const v688 = v687.i_0;
__nv_bfloat16 const v689 = __nv_bfloat16(v688);
float const v690 = v687.i_1;
__nv_bfloat16 const v691 = __nv_bfloat16(v690);
float const v692 = v687.i_2;
__nv_bfloat16 const v693 = __nv_bfloat16(v692);
float const v694 = v687.i_3;
__nv_bfloat16 const v695 = __nv_bfloat16(v694);
__nv_bfloat16_4 const v696 = __nv_bfloat16_4{v689, v691, v693, v695};
uint32_t_2 const v697 = reinterpret_cast<const uint32_t_2&>(v696);
uint32_t const v698 = uint32_t(v631);
uint32_t_2 * const v699 = &v3[v698];
*v699 = v697;
}
}
}
if(v512) {
uint32_t const v700 = v510 % v57;
uint32_t const v701 = v700 / v27;
uint32_t const v702 = v510 % v27;
uint32_t const v703 = v511 * v410;
uint32_t const v704 = 5;
uint32_t const v705 = v701 * v704;
uint32_t const v706 = v703 + v705;
uint32_t const v707 = v706 + v702;
uint32_t const v708 = uint32_t(v707);
float_4 * const v709 = &(*v409)[v708];
float_4 const v710 = *v709;
float_4 v711_store;
float_4 * v711 = &v711_store;
*v711 = v710;
uint32_t const v712 = v511 / v27;
uint32_t const v713 = v712 * v57;
uint32_t const v714 = v50 + v713;
uint32_t const v715 = v714 + v701;
uint32_t const v716 = v511 % v27;
uint32_t const v717 = v716 * v53;
uint32_t const v718 = v52 + v717;
uint32_t const v719 = v718 + v27;
uint32_t const v720 = v719 + v702;
bool const v721 = v715 < v8;
bool const v722 = v720 < v14;
bool const v723 = v721 && v722;
if(v723) {
uint32_t const v724 = v715 * v14;
uint32_t const v725 = v724 + v720;
uint32_t const v726 = uint32_t(v720);
float_4 const* const v727 = &v2[v726];
float_4 const v728 = *v727;
float_4 const v729 = *v711;
float const v730 = v729.i_0;
float const v731 = v728.i_0;
float const v732 = v730 + v731;
float const v733 = v729.i_1;
float const v734 = v728.i_1;
float const v735 = v733 + v734;
float const v736 = v729.i_2;
float const v737 = v728.i_2;
float const v738 = v736 + v737;
float const v739 = v729.i_3;
float const v740 = v728.i_3;
float const v741 = v739 + v740;
float_4 const v742 = float_4{v732, v735, v738, v741};
float_4 v743_store;
float_4 * v743 = &v743_store;
*v743 = v742;
uint32_t const v744 = v20 & v24;
bool const v745 = v744 != v22;
if(v745) {
float_4 const v746 = *v743;
float const v747 = v746.i_0;
float const v748 = v66.i_0;
float const v749 = max(v747, v748);
float const v750 = v746.i_1;
float const v751 = v66.i_1;
float const v752 = max(v750, v751);
float const v753 = v746.i_2;
float const v754 = v66.i_2;
float const v755 = max(v753, v754);
float const v756 = v746.i_3;
float const v757 = v66.i_3;
float const v758 = max(v756, v757);
float_4 const v759 = float_4{v749, v752, v755, v758};
*v743 = v759;
}
uint32_t const v760 = 2;
uint32_t const v761 = v20 & v760;
bool const v762 = v761 == v22;
if(v762) {
float_4 const v763 = *v743;
float const v764 = v763.i_0;
uint32_t const v765 = reinterpret_cast<const uint32_t&>(v764);
uint32_t_2 const v766 = {v765, v71.i_1};
float const v767 = v763.i_1;
uint32_t const v768 = reinterpret_cast<const uint32_t&>(v767);
uint32_t_2 const v769 = {v766.i_0, v768};
uint32_t const v770 = uint32_t(v725);
uint32_t const v771 = v12 * v770;
uint32_t_2 * const v772 = &v3[v771];
*v772 = v769;
float const v773 = v763.i_2;
uint32_t const v774 = reinterpret_cast<const uint32_t&>(v773);
uint32_t_2 const v775 = {v774, v71.i_1};
float const v776 = v763.i_3;
uint32_t const v777 = reinterpret_cast<const uint32_t&>(v776);
uint32_t_2 const v778 = {v775.i_0, v777};
uint32_t const v779 = v771 + v9;
uint32_t_2 * const v780 = &v3[v779];
*v780 = v778;
}
 else {
float_4 const v781 = *v743;
float const v782 = v781.i_0;
__nv_bfloat16 const v783 = __nv_bfloat16(v782);
float const v784 = v781.i_1;
__nv_bfloat16 const v785 = __nv_bfloat16(v784);
float const v786 = v781.i_2;
__nv_bfloat16 const v787 = __nv_bfloat16(v786);
float const v788 = v781.i_3;
__nv_bfloat16 const v789 = __nv_bfloat16(v788);
__nv_bfloat16_4 const v790 = __nv_bfloat16_4{v783, v785, v787, v789};
uint32_t_2 const v791 = reinterpret_cast<const uint32_t_2&>(v790);
uint32_t const v792 = uint32_t(v725);
uint32_t_2 * const v793 = &v3[v792];
*v793 = v791;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v78, v413, nvcuda::wmma::mem_row_major);__syncthreads();
if(v416) {
uint32_t const v794 = v21 % v57;
uint32_t const v795 = v794 / v27;
uint32_t const v796 = v21 % v27;
uint32_t const v797 = v415 * v410;
uint32_t const v798 = 5;
uint32_t const v799 = v795 * v798;
uint32_t const v800 = v797 + v799;
uint32_t const v801 = v800 + v796;
uint32_t const v802 = uint32_t(v801);
float_4 * const v803 = &(*v409)[v802];
float_4 const v804 = *v803;
float_4 v805_store;
float_4 * v805 = &v805_store;
*v805 = v804;
uint32_t const v806 = v415 / v27;
uint32_t const v807 = v806 * v57;
uint32_t const v808 = v50 + v807;
uint32_t const v809 = 16;
uint32_t const v810 = v808 + v809;
uint32_t const v811 = v810 + v795;
uint32_t const v812 = v415 % v27;
uint32_t const v813 = v812 * v53;
uint32_t const v814 = v52 + v813;
uint32_t const v815 = v814 + v796;
bool const v816 = v811 < v8;
bool const v817 = v815 < v14;
bool const v818 = v816 && v817;
if(v818) {
uint32_t const v819 = v811 * v14;
uint32_t const v820 = v819 + v815;
uint32_t const v821 = uint32_t(v815);
float_4 const* const v822 = &v2[v821];
float_4 const v823 = *v822;
float_4 const v824 = *v805;
float const v825 = v824.i_0;
float const v826 = v823.i_0;
float const v827 = v825 + v826;
float const v828 = v824.i_1;
float const v829 = v823.i_1;
float const v830 = v828 + v829;
float const v831 = v824.i_2;
float const v832 = v823.i_2;
float const v833 = v831 + v832;
float const v834 = v824.i_3;
float const v835 = v823.i_3;
float const v836 = v834 + v835;
float_4 const v837 = float_4{v827, v830, v833, v836};
float_4 v838_store;
float_4 * v838 = &v838_store;
*v838 = v837;
uint32_t const v839 = v20 & v24;
bool const v840 = v839 != v22;
if(v840) {
float_4 const v841 = *v838;
float const v842 = v841.i_0;
float const v843 = v66.i_0;
float const v844 = max(v842, v843);
float const v845 = v841.i_1;
float const v846 = v66.i_1;
float const v847 = max(v845, v846);
float const v848 = v841.i_2;
float const v849 = v66.i_2;
float const v850 = max(v848, v849);
float const v851 = v841.i_3;
float const v852 = v66.i_3;
float const v853 = max(v851, v852);
float_4 const v854 = float_4{v844, v847, v850, v853};
*v838 = v854;
}
uint32_t const v855 = 2;
uint32_t const v856 = v20 & v855;
bool const v857 = v856 == v22;
if(v857) {
float_4 const v858 = *v838;
float const v859 = v858.i_0;
uint32_t const v860 = reinterpret_cast<const uint32_t&>(v859);
uint32_t_2 const v861 = {v860, v71.i_1};
float const v862 = v858.i_1;
uint32_t const v863 = reinterpret_cast<const uint32_t&>(v862);
uint32_t_2 const v864 = {v861.i_0, v863};
uint32_t const v865 = uint32_t(v820);
uint32_t const v866 = v12 * v865;
uint32_t_2 * const v867 = &v3[v866];
*v867 = v864;
float const v868 = v858.i_2;
uint32_t const v869 = reinterpret_cast<const uint32_t&>(v868);
uint32_t_2 const v870 = {v869, v71.i_1};
float const v871 = v858.i_3;
uint32_t const v872 = reinterpret_cast<const uint32_t&>(v871);
uint32_t_2 const v873 = {v870.i_0, v872};
uint32_t const v874 = v866 + v9;
uint32_t_2 * const v875 = &v3[v874];
*v875 = v873;
}
 else {
float_4 const v876 = *v838;
float const v877 = v876.i_0;
__nv_bfloat16 const v878 = __nv_bfloat16(v877);
float const v879 = v876.i_1;
__nv_bfloat16 const v880 = __nv_bfloat16(v879);
float const v881 = v876.i_2;
__nv_bfloat16 const v882 = __nv_bfloat16(v881);
float const v883 = v876.i_3;
__nv_bfloat16 const v884 = __nv_bfloat16(v883);
__nv_bfloat16_4 const v885 = __nv_bfloat16_4{v878, v880, v882, v884};
uint32_t_2 const v886 = reinterpret_cast<const uint32_t_2&>(v885);
uint32_t const v887 = uint32_t(v820);
uint32_t_2 * const v888 = &v3[v887];
*v888 = v886;
}
}
}
if(v512) {
uint32_t const v889 = v510 % v57;
uint32_t const v890 = v889 / v27;
uint32_t const v891 = v510 % v27;
uint32_t const v892 = v511 * v410;
uint32_t const v893 = 5;
uint32_t const v894 = v890 * v893;
uint32_t const v895 = v892 + v894;
uint32_t const v896 = v895 + v891;
uint32_t const v897 = uint32_t(v896);
float_4 * const v898 = &(*v409)[v897];
float_4 const v899 = *v898;
float_4 v900_store;
float_4 * v900 = &v900_store;
*v900 = v899;
uint32_t const v901 = v511 / v27;
uint32_t const v902 = v901 * v57;
uint32_t const v903 = v50 + v902;
uint32_t const v904 = 16;
uint32_t const v905 = v903 + v904;
uint32_t const v906 = v905 + v890;
uint32_t const v907 = v511 % v27;
uint32_t const v908 = v907 * v53;
uint32_t const v909 = v52 + v908;
uint32_t const v910 = v909 + v891;
bool const v911 = v906 < v8;
bool const v912 = v910 < v14;
bool const v913 = v911 && v912;
if(v913) {
uint32_t const v914 = v906 * v14;
uint32_t const v915 = v914 + v910;
uint32_t const v916 = uint32_t(v910);
float_4 const* const v917 = &v2[v916];
float_4 const v918 = *v917;
float_4 const v919 = *v900;
float const v920 = v919.i_0;
float const v921 = v918.i_0;
float const v922 = v920 + v921;
float const v923 = v919.i_1;
float const v924 = v918.i_1;
float const v925 = v923 + v924;
float const v926 = v919.i_2;
float const v927 = v918.i_2;
float const v928 = v926 + v927;
float const v929 = v919.i_3;
float const v930 = v918.i_3;
float const v931 = v929 + v930;
float_4 const v932 = float_4{v922, v925, v928, v931};
float_4 v933_store;
float_4 * v933 = &v933_store;
*v933 = v932;
uint32_t const v934 = v20 & v24;
bool const v935 = v934 != v22;
if(v935) {
float_4 const v936 = *v933;
float const v937 = v936.i_0;
float const v938 = v66.i_0;
float const v939 = max(v937, v938);
float const v940 = v936.i_1;
float const v941 = v66.i_1;
float const v942 = max(v940, v941);
float const v943 = v936.i_2;
float const v944 = v66.i_2;
float const v945 = max(v943, v944);
float const v946 = v936.i_3;
float const v947 = v66.i_3;
float const v948 = max(v946, v947);
float_4 const v949 = float_4{v939, v942, v945, v948};
*v933 = v949;
}
uint32_t const v950 = 2;
uint32_t const v951 = v20 & v950;
bool const v952 = v951 == v22;
if(v952) {
float_4 const v953 = *v933;
float const v954 = v953.i_0;
uint32_t const v955 = reinterpret_cast<const uint32_t&>(v954);
uint32_t_2 const v956 = {v955, v71.i_1};
float const v957 = v953.i_1;
uint32_t const v958 = reinterpret_cast<const uint32_t&>(v957);
uint32_t_2 const v959 = {v956.i_0, v958};
uint32_t const v960 = uint32_t(v915);
uint32_t const v961 = v12 * v960;
uint32_t_2 * const v962 = &v3[v961];
*v962 = v959;
float const v963 = v953.i_2;
uint32_t const v964 = reinterpret_cast<const uint32_t&>(v963);
uint32_t_2 const v965 = {v964, v71.i_1};
float const v966 = v953.i_3;
uint32_t const v967 = reinterpret_cast<const uint32_t&>(v966);
uint32_t_2 const v968 = {v965.i_0, v967};
uint32_t const v969 = v961 + v9;
uint32_t_2 * const v970 = &v3[v969];
*v970 = v968;
}
 else {
float_4 const v971 = *v933;
float const v972 = v971.i_0;
__nv_bfloat16 const v973 = __nv_bfloat16(v972);
float const v974 = v971.i_1;
__nv_bfloat16 const v975 = __nv_bfloat16(v974);
float const v976 = v971.i_2;
__nv_bfloat16 const v977 = __nv_bfloat16(v976);
float const v978 = v971.i_3;
__nv_bfloat16 const v979 = __nv_bfloat16(v978);
__nv_bfloat16_4 const v980 = __nv_bfloat16_4{v973, v975, v977, v979};
uint32_t_2 const v981 = reinterpret_cast<const uint32_t_2&>(v980);
uint32_t const v982 = uint32_t(v915);
uint32_t_2 * const v983 = &v3[v982];
*v983 = v981;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v79, v413, nvcuda::wmma::mem_row_major);__syncthreads();
if(v416) {
uint32_t const v984 = v21 % v57;
uint32_t const v985 = v984 / v27;
uint32_t const v986 = v21 % v27;
uint32_t const v987 = v415 * v410;
uint32_t const v988 = 5;
uint32_t const v989 = v985 * v988;
uint32_t const v990 = v987 + v989;
uint32_t const v991 = v990 + v986;
uint32_t const v992 = uint32_t(v991);
float_4 * const v993 = &(*v409)[v992];
float_4 const v994 = *v993;
float_4 v995_store;
float_4 * v995 = &v995_store;
*v995 = v994;
uint32_t const v996 = v415 / v27;
uint32_t const v997 = v996 * v57;
uint32_t const v998 = v50 + v997;
uint32_t const v999 = 16;
uint32_t const v1000 = v998 + v999;
uint32_t const v1001 = v1000 + v985;
uint32_t const v1002 = v415 % v27;
uint32_t const v1003 = v1002 * v53;
uint32_t const v1004 = v52 + v1003;
uint32_t const v1005 = v1004 + v27;
uint32_t const v1006 = v1005 + v986;
bool const v1007 = v1001 < v8;
bool const v1008 = v1006 < v14;
bool const v1009 = v1007 && v1008;
if(v1009) {
uint32_t const v1010 = v1001 * v14;
uint32_t const v1011 = v1010 + v1006;
uint32_t const v1012 = uint32_t(v1006);
float_4 const* const v1013 = &v2[v1012];
float_4 const v1014 = *v1013;
float_4 const v1015 = *v995;
float const v1016 = v1015.i_0;
float const v1017 = v1014.i_0;
float const v1018 = v1016 + v1017;
float const v1019 = v1015.i_1;
float const v1020 = v1014.i_1;
float const v1021 = v1019 + v1020;
float const v1022 = v1015.i_2;
float const v1023 = v1014.i_2;
float const v1024 = v1022 + v1023;
float const v1025 = v1015.i_3;
float const v1026 = v1014.i_3;
float const v1027 = v1025 + v1026;
float_4 const v1028 = float_4{v1018, v1021, v1024, v1027};
float_4 v1029_store;
float_4 * v1029 = &v1029_store;
*v1029 = v1028;
uint32_t const v1030 = v20 & v24;
bool const v1031 = v1030 != v22;
if(v1031) {
float_4 const v1032 = *v1029;
float const v1033 = v1032.i_0;
float const v1034 = v66.i_0;
float const v1035 = max(v1033, v1034);
float const v1036 = v1032.i_1;
float const v1037 = v66.i_1;
float const v1038 = max(v1036, v1037);
float const v1039 = v1032.i_2;
float const v1040 = v66.i_2;
float const v1041 = max(v1039, v1040);
float const v1042 = v1032.i_3;
float const v1043 = v66.i_3;
float const v1044 = max(v1042, v1043);
float_4 const v1045 = float_4{v1035, v1038, v1041, v1044};
*v1029 = v1045;
}
uint32_t const v1046 = 2;
uint32_t const v1047 = v20 & v1046;
bool const v1048 = v1047 == v22;
if(v1048) {
float_4 const v1049 = *v1029;
float const v1050 = v1049.i_0;
uint32_t const v1051 = reinterpret_cast<const uint32_t&>(v1050);
uint32_t_2 const v1052 = {v1051, v71.i_1};
float const v1053 = v1049.i_1;
uint32_t const v1054 = reinterpret_cast<const uint32_t&>(v1053);
uint32_t_2 const v1055 = {v1052.i_0, v1054};
uint32_t const v1056 = uint32_t(v1011);
uint32_t const v1057 = v12 * v1056;
uint32_t_2 * const v1058 = &v3[v1057];
*v1058 = v1055;
float const v1059 = v1049.i_2;
uint32_t const v1060 = reinterpret_cast<const uint32_t&>(v1059);
uint32_t_2 const v1061 = {v1060, v71.i_1};
float const v1062 = v1049.i_3;
uint32_t const v1063 = reinterpret_cast<const uint32_t&>(v1062);
uint32_t_2 const v1064 = {v1061.i_0, v1063};
uint32_t const v1065 = v1057 + v9;
uint32_t_2 * const v1066 = &v3[v1065];
*v1066 = v1064;
}
 else {
float_4 const v1067 = *v1029;
float const v1068 = v1067.i_0;
__nv_bfloat16 const v1069 = __nv_bfloat16(v1068);
float const v1070 = v1067.i_1;
__nv_bfloat16 const v1071 = __nv_bfloat16(v1070);
float const v1072 = v1067.i_2;
__nv_bfloat16 const v1073 = __nv_bfloat16(v1072);
float const v1074 = v1067.i_3;
__nv_bfloat16 const v1075 = __nv_bfloat16(v1074);
__nv_bfloat16_4 const v1076 = __nv_bfloat16_4{v1069, v1071, v1073, v1075};
uint32_t_2 const v1077 = reinterpret_cast<const uint32_t_2&>(v1076);
uint32_t const v1078 = uint32_t(v1011);
uint32_t_2 * const v1079 = &v3[v1078];
*v1079 = v1077;
}
}
}
if(v512) {
uint32_t const v1080 = v510 % v57;
uint32_t const v1081 = v1080 / v27;
uint32_t const v1082 = v510 % v27;
uint32_t const v1083 = v511 * v410;
uint32_t const v1084 = 5;
uint32_t const v1085 = v1081 * v1084;
uint32_t const v1086 = v1083 + v1085;
uint32_t const v1087 = v1086 + v1082;
uint32_t const v1088 = uint32_t(v1087);
float_4 * const v1089 = &(*v409)[v1088];
float_4 const v1090 = *v1089;
float_4 v1091_store;
float_4 * v1091 = &v1091_store;
*v1091 = v1090;
uint32_t const v1092 = v511 / v27;
uint32_t const v1093 = v1092 * v57;
uint32_t const v1094 = v50 + v1093;
uint32_t const v1095 = 16;
uint32_t const v1096 = v1094 + v1095;
uint32_t const v1097 = v1096 + v1081;
uint32_t const v1098 = v511 % v27;
uint32_t const v1099 = v1098 * v53;
uint32_t const v1100 = v52 + v1099;
uint32_t const v1101 = v1100 + v27;
uint32_t const v1102 = v1101 + v1082;
bool const v1103 = v1097 < v8;
bool const v1104 = v1102 < v14;
bool const v1105 = v1103 && v1104;
if(v1105) {
uint32_t const v1106 = v1097 * v14;
uint32_t const v1107 = v1106 + v1102;
uint32_t const v1108 = uint32_t(v1102);
float_4 const* const v1109 = &v2[v1108];
float_4 const v1110 = *v1109;
float_4 const v1111 = *v1091;
float const v1112 = v1111.i_0;
float const v1113 = v1110.i_0;
float const v1114 = v1112 + v1113;
float const v1115 = v1111.i_1;
float const v1116 = v1110.i_1;
float const v1117 = v1115 + v1116;
float const v1118 = v1111.i_2;
float const v1119 = v1110.i_2;
float const v1120 = v1118 + v1119;
float const v1121 = v1111.i_3;
float const v1122 = v1110.i_3;
float const v1123 = v1121 + v1122;
float_4 const v1124 = float_4{v1114, v1117, v1120, v1123};
float_4 v1125_store;
float_4 * v1125 = &v1125_store;
*v1125 = v1124;
uint32_t const v1126 = v20 & v24;
bool const v1127 = v1126 != v22;
if(v1127) {
float_4 const v1128 = *v1125;
float const v1129 = v1128.i_0;
float const v1130 = v66.i_0;
float const v1131 = max(v1129, v1130);
float const v1132 = v1128.i_1;
float const v1133 = v66.i_1;
float const v1134 = max(v1132, v1133);
float const v1135 = v1128.i_2;
float const v1136 = v66.i_2;
float const v1137 = max(v1135, v1136);
float const v1138 = v1128.i_3;
float const v1139 = v66.i_3;
float const v1140 = max(v1138, v1139);
float_4 const v1141 = float_4{v1131, v1134, v1137, v1140};
*v1125 = v1141;
}
uint32_t const v1142 = 2;
uint32_t const v1143 = v20 & v1142;
bool const v1144 = v1143 == v22;
if(v1144) {
float_4 const v1145 = *v1125;
float const v1146 = v1145.i_0;
uint32_t const v1147 = reinterpret_cast<const uint32_t&>(v1146);
uint32_t_2 const v1148 = {v1147, v71.i_1};
float const v1149 = v1145.i_1;
uint32_t const v1150 = reinterpret_cast<const uint32_t&>(v1149);
uint32_t_2 const v1151 = {v1148.i_0, v1150};
uint32_t const v1152 = uint32_t(v1107);
uint32_t const v1153 = v12 * v1152;
uint32_t_2 * const v1154 = &v3[v1153];
*v1154 = v1151;
float const v1155 = v1145.i_2;
uint32_t const v1156 = reinterpret_cast<const uint32_t&>(v1155);
uint32_t_2 const v1157 = {v1156, v71.i_1};
float const v1158 = v1145.i_3;
uint32_t const v1159 = reinterpret_cast<const uint32_t&>(v1158);
uint32_t_2 const v1160 = {v1157.i_0, v1159};
uint32_t const v1161 = v1153 + v9;
uint32_t_2 * const v1162 = &v3[v1161];
*v1162 = v1160;
}
 else {
float_4 const v1163 = *v1125;
float const v1164 = v1163.i_0;
__nv_bfloat16 const v1165 = __nv_bfloat16(v1164);
float const v1166 = v1163.i_1;
__nv_bfloat16 const v1167 = __nv_bfloat16(v1166);
float const v1168 = v1163.i_2;
__nv_bfloat16 const v1169 = __nv_bfloat16(v1168);
float const v1170 = v1163.i_3;
__nv_bfloat16 const v1171 = __nv_bfloat16(v1170);
__nv_bfloat16_4 const v1172 = __nv_bfloat16_4{v1165, v1167, v1169, v1171};
uint32_t_2 const v1173 = reinterpret_cast<const uint32_t_2&>(v1172);
uint32_t const v1174 = uint32_t(v1107);
uint32_t_2 * const v1175 = &v3[v1174];
*v1175 = v1173;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v80, v413, nvcuda::wmma::mem_row_major);__syncthreads();
if(v416) {
uint32_t const v1176 = v21 % v57;
uint32_t const v1177 = v1176 / v27;
uint32_t const v1178 = v21 % v27;
uint32_t const v1179 = v415 * v410;
uint32_t const v1180 = 5;
uint32_t const v1181 = v1177 * v1180;
uint32_t const v1182 = v1179 + v1181;
uint32_t const v1183 = v1182 + v1178;
uint32_t const v1184 = uint32_t(v1183);
float_4 * const v1185 = &(*v409)[v1184];
float_4 const v1186 = *v1185;
float_4 v1187_store;
float_4 * v1187 = &v1187_store;
*v1187 = v1186;
uint32_t const v1188 = v415 / v27;
uint32_t const v1189 = v1188 * v57;
uint32_t const v1190 = v50 + v1189;
uint32_t const v1191 = v1190 + v25;
uint32_t const v1192 = v1191 + v1177;
uint32_t const v1193 = v415 % v27;
uint32_t const v1194 = v1193 * v53;
uint32_t const v1195 = v52 + v1194;
uint32_t const v1196 = v1195 + v1178;
bool const v1197 = v1192 < v8;
bool const v1198 = v1196 < v14;
bool const v1199 = v1197 && v1198;
if(v1199) {
uint32_t const v1200 = v1192 * v14;
uint32_t const v1201 = v1200 + v1196;
uint32_t const v1202 = uint32_t(v1196);
float_4 const* const v1203 = &v2[v1202];
float_4 const v1204 = *v1203;
float_4 const v1205 = *v1187;
float const v1206 = v1205.i_0;
float const v1207 = v1204.i_0;
float const v1208 = v1206 + v1207;
float const v1209 = v1205.i_1;
float const v1210 = v1204.i_1;
float const v1211 = v1209 + v1210;
float const v1212 = v1205.i_2;
float const v1213 = v1204.i_2;
float const v1214 = v1212 + v1213;
float const v1215 = v1205.i_3;
float const v1216 = v1204.i_3;
float const v1217 = v1215 + v1216;
float_4 const v1218 = float_4{v1208, v1211, v1214, v1217};
float_4 v1219_store;
float_4 * v1219 = &v1219_store;
*v1219 = v1218;
uint32_t const v1220 = v20 & v24;
bool const v1221 = v1220 != v22;
if(v1221) {
float_4 const v1222 = *v1219;
float const v1223 = v1222.i_0;
float const v1224 = v66.i_0;
float const v1225 = max(v1223, v1224);
float const v1226 = v1222.i_1;
float const v1227 = v66.i_1;
float const v1228 = max(v1226, v1227);
float const v1229 = v1222.i_2;
float const v1230 = v66.i_2;
float const v1231 = max(v1229, v1230);
float const v1232 = v1222.i_3;
float const v1233 = v66.i_3;
float const v1234 = max(v1232, v1233);
float_4 const v1235 = float_4{v1225, v1228, v1231, v1234};
*v1219 = v1235;
}
uint32_t const v1236 = 2;
uint32_t const v1237 = v20 & v1236;
bool const v1238 = v1237 == v22;
if(v1238) {
float_4 const v1239 = *v1219;
float const v1240 = v1239.i_0;
uint32_t const v1241 = reinterpret_cast<const uint32_t&>(v1240);
uint32_t_2 const v1242 = {v1241, v71.i_1};
float const v1243 = v1239.i_1;
uint32_t const v1244 = reinterpret_cast<const uint32_t&>(v1243);
uint32_t_2 const v1245 = {v1242.i_0, v1244};
uint32_t const v1246 = uint32_t(v1201);
uint32_t const v1247 = v12 * v1246;
uint32_t_2 * const v1248 = &v3[v1247];
*v1248 = v1245;
float const v1249 = v1239.i_2;
uint32_t const v1250 = reinterpret_cast<const uint32_t&>(v1249);
uint32_t_2 const v1251 = {v1250, v71.i_1};
float const v1252 = v1239.i_3;
uint32_t const v1253 = reinterpret_cast<const uint32_t&>(v1252);
uint32_t_2 const v1254 = {v1251.i_0, v1253};
uint32_t const v1255 = v1247 + v9;
uint32_t_2 * const v1256 = &v3[v1255];
*v1256 = v1254;
}
 else {
float_4 const v1257 = *v1219;
float const v1258 = v1257.i_0;
__nv_bfloat16 const v1259 = __nv_bfloat16(v1258);
float const v1260 = v1257.i_1;
__nv_bfloat16 const v1261 = __nv_bfloat16(v1260);
float const v1262 = v1257.i_2;
__nv_bfloat16 const v1263 = __nv_bfloat16(v1262);
float const v1264 = v1257.i_3;
__nv_bfloat16 const v1265 = __nv_bfloat16(v1264);
__nv_bfloat16_4 const v1266 = __nv_bfloat16_4{v1259, v1261, v1263, v1265};
uint32_t_2 const v1267 = reinterpret_cast<const uint32_t_2&>(v1266);
uint32_t const v1268 = uint32_t(v1201);
uint32_t_2 * const v1269 = &v3[v1268];
*v1269 = v1267;
}
}
}
if(v512) {
uint32_t const v1270 = v510 % v57;
uint32_t const v1271 = v1270 / v27;
uint32_t const v1272 = v510 % v27;
uint32_t const v1273 = v511 * v410;
uint32_t const v1274 = 5;
uint32_t const v1275 = v1271 * v1274;
uint32_t const v1276 = v1273 + v1275;
uint32_t const v1277 = v1276 + v1272;
uint32_t const v1278 = uint32_t(v1277);
float_4 * const v1279 = &(*v409)[v1278];
float_4 const v1280 = *v1279;
float_4 v1281_store;
float_4 * v1281 = &v1281_store;
*v1281 = v1280;
uint32_t const v1282 = v511 / v27;
uint32_t const v1283 = v1282 * v57;
uint32_t const v1284 = v50 + v1283;
uint32_t const v1285 = v1284 + v25;
uint32_t const v1286 = v1285 + v1271;
uint32_t const v1287 = v511 % v27;
uint32_t const v1288 = v1287 * v53;
uint32_t const v1289 = v52 + v1288;
uint32_t const v1290 = v1289 + v1272;
bool const v1291 = v1286 < v8;
bool const v1292 = v1290 < v14;
bool const v1293 = v1291 && v1292;
if(v1293) {
uint32_t const v1294 = v1286 * v14;
uint32_t const v1295 = v1294 + v1290;
uint32_t const v1296 = uint32_t(v1290);
float_4 const* const v1297 = &v2[v1296];
float_4 const v1298 = *v1297;
float_4 const v1299 = *v1281;
float const v1300 = v1299.i_0;
float const v1301 = v1298.i_0;
float const v1302 = v1300 + v1301;
float const v1303 = v1299.i_1;
float const v1304 = v1298.i_1;
float const v1305 = v1303 + v1304;
float const v1306 = v1299.i_2;
float const v1307 = v1298.i_2;
float const v1308 = v1306 + v1307;
float const v1309 = v1299.i_3;
float const v1310 = v1298.i_3;
float const v1311 = v1309 + v1310;
float_4 const v1312 = float_4{v1302, v1305, v1308, v1311};
float_4 v1313_store;
float_4 * v1313 = &v1313_store;
*v1313 = v1312;
uint32_t const v1314 = v20 & v24;
bool const v1315 = v1314 != v22;
if(v1315) {
float_4 const v1316 = *v1313;
float const v1317 = v1316.i_0;
float const v1318 = v66.i_0;
float const v1319 = max(v1317, v1318);
float const v1320 = v1316.i_1;
float const v1321 = v66.i_1;
float const v1322 = max(v1320, v1321);
float const v1323 = v1316.i_2;
float const v1324 = v66.i_2;
float const v1325 = max(v1323, v1324);
float const v1326 = v1316.i_3;
float const v1327 = v66.i_3;
float const v1328 = max(v1326, v1327);
float_4 const v1329 = float_4{v1319, v1322, v1325, v1328};
*v1313 = v1329;
}
uint32_t const v1330 = 2;
uint32_t const v1331 = v20 & v1330;
bool const v1332 = v1331 == v22;
if(v1332) {
float_4 const v1333 = *v1313;
float const v1334 = v1333.i_0;
uint32_t const v1335 = reinterpret_cast<const uint32_t&>(v1334);
uint32_t_2 const v1336 = {v1335, v71.i_1};
float const v1337 = v1333.i_1;
uint32_t const v1338 = reinterpret_cast<const uint32_t&>(v1337);
uint32_t_2 const v1339 = {v1336.i_0, v1338};
uint32_t const v1340 = uint32_t(v1295);
uint32_t const v1341 = v12 * v1340;
uint32_t_2 * const v1342 = &v3[v1341];
*v1342 = v1339;
float const v1343 = v1333.i_2;
uint32_t const v1344 = reinterpret_cast<const uint32_t&>(v1343);
uint32_t_2 const v1345 = {v1344, v71.i_1};
float const v1346 = v1333.i_3;
uint32_t const v1347 = reinterpret_cast<const uint32_t&>(v1346);
uint32_t_2 const v1348 = {v1345.i_0, v1347};
uint32_t const v1349 = v1341 + v9;
uint32_t_2 * const v1350 = &v3[v1349];
*v1350 = v1348;
}
 else {
float_4 const v1351 = *v1313;
float const v1352 = v1351.i_0;
__nv_bfloat16 const v1353 = __nv_bfloat16(v1352);
float const v1354 = v1351.i_1;
__nv_bfloat16 const v1355 = __nv_bfloat16(v1354);
float const v1356 = v1351.i_2;
__nv_bfloat16 const v1357 = __nv_bfloat16(v1356);
float const v1358 = v1351.i_3;
__nv_bfloat16 const v1359 = __nv_bfloat16(v1358);
__nv_bfloat16_4 const v1360 = __nv_bfloat16_4{v1353, v1355, v1357, v1359};
uint32_t_2 const v1361 = reinterpret_cast<const uint32_t_2&>(v1360);
uint32_t const v1362 = uint32_t(v1295);
uint32_t_2 * const v1363 = &v3[v1362];
*v1363 = v1361;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v81, v413, nvcuda::wmma::mem_row_major);__syncthreads();
if(v416) {
uint32_t const v1364 = v21 % v57;
uint32_t const v1365 = v1364 / v27;
uint32_t const v1366 = v21 % v27;
uint32_t const v1367 = v415 * v410;
uint32_t const v1368 = 5;
uint32_t const v1369 = v1365 * v1368;
uint32_t const v1370 = v1367 + v1369;
uint32_t const v1371 = v1370 + v1366;
uint32_t const v1372 = uint32_t(v1371);
float_4 * const v1373 = &(*v409)[v1372];
float_4 const v1374 = *v1373;
float_4 v1375_store;
float_4 * v1375 = &v1375_store;
*v1375 = v1374;
uint32_t const v1376 = v415 / v27;
uint32_t const v1377 = v1376 * v57;
uint32_t const v1378 = v50 + v1377;
uint32_t const v1379 = v1378 + v25;
uint32_t const v1380 = v1379 + v1365;
uint32_t const v1381 = v415 % v27;
uint32_t const v1382 = v1381 * v53;
uint32_t const v1383 = v52 + v1382;
uint32_t const v1384 = v1383 + v27;
uint32_t const v1385 = v1384 + v1366;
bool const v1386 = v1380 < v8;
bool const v1387 = v1385 < v14;
bool const v1388 = v1386 && v1387;
if(v1388) {
uint32_t const v1389 = v1380 * v14;
uint32_t const v1390 = v1389 + v1385;
uint32_t const v1391 = uint32_t(v1385);
float_4 const* const v1392 = &v2[v1391];
float_4 const v1393 = *v1392;
float_4 const v1394 = *v1375;
float const v1395 = v1394.i_0;
float const v1396 = v1393.i_0;
float const v1397 = v1395 + v1396;
float const v1398 = v1394.i_1;
float const v1399 = v1393.i_1;
float const v1400 = v1398 + v1399;
float const v1401 = v1394.i_2;
float const v1402 = v1393.i_2;
float const v1403 = v1401 + v1402;
float const v1404 = v1394.i_3;
float const v1405 = v1393.i_3;
float const v1406 = v1404 + v1405;
float_4 const v1407 = float_4{v1397, v1400, v1403, v1406};
float_4 v1408_store;
float_4 * v1408 = &v1408_store;
*v1408 = v1407;
uint32_t const v1409 = v20 & v24;
bool const v1410 = v1409 != v22;
if(v1410) {
float_4 const v1411 = *v1408;
float const v1412 = v1411.i_0;
float const v1413 = v66.i_0;
float const v1414 = max(v1412, v1413);
float const v1415 = v1411.i_1;
float const v1416 = v66.i_1;
float const v1417 = max(v1415, v1416);
float const v1418 = v1411.i_2;
float const v1419 = v66.i_2;
float const v1420 = max(v1418, v1419);
float const v1421 = v1411.i_3;
float const v1422 = v66.i_3;
float const v1423 = max(v1421, v1422);
float_4 const v1424 = float_4{v1414, v1417, v1420, v1423};
*v1408 = v1424;
}
uint32_t const v1425 = 2;
uint32_t const v1426 = v20 & v1425;
bool const v1427 = v1426 == v22;
if(v1427) {
float_4 const v1428 = *v1408;
float const v1429 = v1428.i_0;
uint32_t const v1430 = reinterpret_cast<const uint32_t&>(v1429);
uint32_t_2 const v1431 = {v1430, v71.i_1};
float const v1432 = v1428.i_1;
uint32_t const v1433 = reinterpret_cast<const uint32_t&>(v1432);
uint32_t_2 const v1434 = {v1431.i_0, v1433};
uint32_t const v1435 = uint32_t(v1390);
uint32_t const v1436 = v12 * v1435;
uint32_t_2 * const v1437 = &v3[v1436];
*v1437 = v1434;
float const v1438 = v1428.i_2;
uint32_t const v1439 = reinterpret_cast<const uint32_t&>(v1438);
uint32_t_2 const v1440 = {v1439, v71.i_1};
float const v1441 = v1428.i_3;
uint32_t const v1442 = reinterpret_cast<const uint32_t&>(v1441);
uint32_t_2 const v1443 = {v1440.i_0, v1442};
uint32_t const v1444 = v1436 + v9;
uint32_t_2 * const v1445 = &v3[v1444];
*v1445 = v1443;
}
 else {
float_4 const v1446 = *v1408;
float const v1447 = v1446.i_0;
__nv_bfloat16 const v1448 = __nv_bfloat16(v1447);
float const v1449 = v1446.i_1;
__nv_bfloat16 const v1450 = __nv_bfloat16(v1449);
float const v1451 = v1446.i_2;
__nv_bfloat16 const v1452 = __nv_bfloat16(v1451);
float const v1453 = v1446.i_3;
__nv_bfloat16 const v1454 = __nv_bfloat16(v1453);
__nv_bfloat16_4 const v1455 = __nv_bfloat16_4{v1448, v1450, v1452, v1454};
uint32_t_2 const v1456 = reinterpret_cast<const uint32_t_2&>(v1455);
uint32_t const v1457 = uint32_t(v1390);
uint32_t_2 * const v1458 = &v3[v1457];
*v1458 = v1456;
}
}
}
if(v512) {
uint32_t const v1459 = v510 % v57;
uint32_t const v1460 = v1459 / v27;
uint32_t const v1461 = v510 % v27;
uint32_t const v1462 = v511 * v410;
uint32_t const v1463 = 5;
uint32_t const v1464 = v1460 * v1463;
uint32_t const v1465 = v1462 + v1464;
uint32_t const v1466 = v1465 + v1461;
uint32_t const v1467 = uint32_t(v1466);
float_4 * const v1468 = &(*v409)[v1467];
float_4 const v1469 = *v1468;
float_4 v1470_store;
float_4 * v1470 = &v1470_store;
*v1470 = v1469;
uint32_t const v1471 = v511 / v27;
uint32_t const v1472 = v1471 * v57;
uint32_t const v1473 = v50 + v1472;
uint32_t const v1474 = v1473 + v25;
uint32_t const v1475 = v1474 + v1460;
uint32_t const v1476 = v511 % v27;
uint32_t const v1477 = v1476 * v53;
uint32_t const v1478 = v52 + v1477;
uint32_t const v1479 = v1478 + v27;
uint32_t const v1480 = v1479 + v1461;
bool const v1481 = v1475 < v8;
bool const v1482 = v1480 < v14;
bool const v1483 = v1481 && v1482;
if(v1483) {
uint32_t const v1484 = v1475 * v14;
uint32_t const v1485 = v1484 + v1480;
uint32_t const v1486 = uint32_t(v1480);
float_4 const* const v1487 = &v2[v1486];
float_4 const v1488 = *v1487;
float_4 const v1489 = *v1470;
float const v1490 = v1489.i_0;
float const v1491 = v1488.i_0;
float const v1492 = v1490 + v1491;
float const v1493 = v1489.i_1;
float const v1494 = v1488.i_1;
float const v1495 = v1493 + v1494;
float const v1496 = v1489.i_2;
float const v1497 = v1488.i_2;
float const v1498 = v1496 + v1497;
float const v1499 = v1489.i_3;
float const v1500 = v1488.i_3;
float const v1501 = v1499 + v1500;
float_4 const v1502 = float_4{v1492, v1495, v1498, v1501};
float_4 v1503_store;
float_4 * v1503 = &v1503_store;
*v1503 = v1502;
uint32_t const v1504 = v20 & v24;
bool const v1505 = v1504 != v22;
if(v1505) {
float_4 const v1506 = *v1503;
float const v1507 = v1506.i_0;
float const v1508 = v66.i_0;
float const v1509 = max(v1507, v1508);
float const v1510 = v1506.i_1;
float const v1511 = v66.i_1;
float const v1512 = max(v1510, v1511);
float const v1513 = v1506.i_2;
float const v1514 = v66.i_2;
float const v1515 = max(v1513, v1514);
float const v1516 = v1506.i_3;
float const v1517 = v66.i_3;
float const v1518 = max(v1516, v1517);
float_4 const v1519 = float_4{v1509, v1512, v1515, v1518};
*v1503 = v1519;
}
uint32_t const v1520 = 2;
uint32_t const v1521 = v20 & v1520;
bool const v1522 = v1521 == v22;
if(v1522) {
float_4 const v1523 = *v1503;
float const v1524 = v1523.i_0;
uint32_t const v1525 = reinterpret_cast<const uint32_t&>(v1524);
uint32_t_2 const v1526 = {v1525, v71.i_1};
float const v1527 = v1523.i_1;
uint32_t const v1528 = reinterpret_cast<const uint32_t&>(v1527);
uint32_t_2 const v1529 = {v1526.i_0, v1528};
uint32_t const v1530 = uint32_t(v1485);
uint32_t const v1531 = v12 * v1530;
uint32_t_2 * const v1532 = &v3[v1531];
*v1532 = v1529;
float const v1533 = v1523.i_2;
uint32_t const v1534 = reinterpret_cast<const uint32_t&>(v1533);
uint32_t_2 const v1535 = {v1534, v71.i_1};
float const v1536 = v1523.i_3;
uint32_t const v1537 = reinterpret_cast<const uint32_t&>(v1536);
uint32_t_2 const v1538 = {v1535.i_0, v1537};
uint32_t const v1539 = v1531 + v9;
uint32_t_2 * const v1540 = &v3[v1539];
*v1540 = v1538;
}
 else {
float_4 const v1541 = *v1503;
float const v1542 = v1541.i_0;
__nv_bfloat16 const v1543 = __nv_bfloat16(v1542);
float const v1544 = v1541.i_1;
__nv_bfloat16 const v1545 = __nv_bfloat16(v1544);
float const v1546 = v1541.i_2;
__nv_bfloat16 const v1547 = __nv_bfloat16(v1546);
float const v1548 = v1541.i_3;
__nv_bfloat16 const v1549 = __nv_bfloat16(v1548);
__nv_bfloat16_4 const v1550 = __nv_bfloat16_4{v1543, v1545, v1547, v1549};
uint32_t_2 const v1551 = reinterpret_cast<const uint32_t_2&>(v1550);
uint32_t const v1552 = uint32_t(v1485);
uint32_t_2 * const v1553 = &v3[v1552];
*v1553 = v1551;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v82, v413, nvcuda::wmma::mem_row_major);__syncthreads();
if(v416) {
uint32_t const v1554 = v21 % v57;
uint32_t const v1555 = v1554 / v27;
uint32_t const v1556 = v21 % v27;
uint32_t const v1557 = v415 * v410;
uint32_t const v1558 = 5;
uint32_t const v1559 = v1555 * v1558;
uint32_t const v1560 = v1557 + v1559;
uint32_t const v1561 = v1560 + v1556;
uint32_t const v1562 = uint32_t(v1561);
float_4 * const v1563 = &(*v409)[v1562];
float_4 const v1564 = *v1563;
float_4 v1565_store;
float_4 * v1565 = &v1565_store;
*v1565 = v1564;
uint32_t const v1566 = v415 / v27;
uint32_t const v1567 = v1566 * v57;
uint32_t const v1568 = v50 + v1567;
uint32_t const v1569 = 48;
uint32_t const v1570 = v1568 + v1569;
uint32_t const v1571 = v1570 + v1555;
uint32_t const v1572 = v415 % v27;
uint32_t const v1573 = v1572 * v53;
uint32_t const v1574 = v52 + v1573;
uint32_t const v1575 = v1574 + v1556;
bool const v1576 = v1571 < v8;
bool const v1577 = v1575 < v14;
bool const v1578 = v1576 && v1577;
if(v1578) {
uint32_t const v1579 = v1571 * v14;
uint32_t const v1580 = v1579 + v1575;
uint32_t const v1581 = uint32_t(v1575);
float_4 const* const v1582 = &v2[v1581];
float_4 const v1583 = *v1582;
float_4 const v1584 = *v1565;
float const v1585 = v1584.i_0;
float const v1586 = v1583.i_0;
float const v1587 = v1585 + v1586;
float const v1588 = v1584.i_1;
float const v1589 = v1583.i_1;
float const v1590 = v1588 + v1589;
float const v1591 = v1584.i_2;
float const v1592 = v1583.i_2;
float const v1593 = v1591 + v1592;
float const v1594 = v1584.i_3;
float const v1595 = v1583.i_3;
float const v1596 = v1594 + v1595;
float_4 const v1597 = float_4{v1587, v1590, v1593, v1596};
float_4 v1598_store;
float_4 * v1598 = &v1598_store;
*v1598 = v1597;
uint32_t const v1599 = v20 & v24;
bool const v1600 = v1599 != v22;
if(v1600) {
float_4 const v1601 = *v1598;
float const v1602 = v1601.i_0;
float const v1603 = v66.i_0;
float const v1604 = max(v1602, v1603);
float const v1605 = v1601.i_1;
float const v1606 = v66.i_1;
float const v1607 = max(v1605, v1606);
float const v1608 = v1601.i_2;
float const v1609 = v66.i_2;
float const v1610 = max(v1608, v1609);
float const v1611 = v1601.i_3;
float const v1612 = v66.i_3;
float const v1613 = max(v1611, v1612);
float_4 const v1614 = float_4{v1604, v1607, v1610, v1613};
*v1598 = v1614;
}
uint32_t const v1615 = 2;
uint32_t const v1616 = v20 & v1615;
bool const v1617 = v1616 == v22;
if(v1617) {
float_4 const v1618 = *v1598;
float const v1619 = v1618.i_0;
uint32_t const v1620 = reinterpret_cast<const uint32_t&>(v1619);
uint32_t_2 const v1621 = {v1620, v71.i_1};
float const v1622 = v1618.i_1;
uint32_t const v1623 = reinterpret_cast<const uint32_t&>(v1622);
uint32_t_2 const v1624 = {v1621.i_0, v1623};
uint32_t const v1625 = uint32_t(v1580);
uint32_t const v1626 = v12 * v1625;
uint32_t_2 * const v1627 = &v3[v1626];
*v1627 = v1624;
float const v1628 = v1618.i_2;
uint32_t const v1629 = reinterpret_cast<const uint32_t&>(v1628);
uint32_t_2 const v1630 = {v1629, v71.i_1};
float const v1631 = v1618.i_3;
uint32_t const v1632 = reinterpret_cast<const uint32_t&>(v1631);
uint32_t_2 const v1633 = {v1630.i_0, v1632};
uint32_t const v1634 = v1626 + v9;
uint32_t_2 * const v1635 = &v3[v1634];
*v1635 = v1633;
}
 else {
float_4 const v1636 = *v1598;
float const v1637 = v1636.i_0;
__nv_bfloat16 const v1638 = __nv_bfloat16(v1637);
float const v1639 = v1636.i_1;
__nv_bfloat16 const v1640 = __nv_bfloat16(v1639);
float const v1641 = v1636.i_2;
__nv_bfloat16 const v1642 = __nv_bfloat16(v1641);
float const v1643 = v1636.i_3;
__nv_bfloat16 const v1644 = __nv_bfloat16(v1643);
__nv_bfloat16_4 const v1645 = __nv_bfloat16_4{v1638, v1640, v1642, v1644};
uint32_t_2 const v1646 = reinterpret_cast<const uint32_t_2&>(v1645);
uint32_t const v1647 = uint32_t(v1580);
uint32_t_2 * const v1648 = &v3[v1647];
*v1648 = v1646;
}
}
}
if(v512) {
uint32_t const v1649 = v510 % v57;
uint32_t const v1650 = v1649 / v27;
uint32_t const v1651 = v510 % v27;
uint32_t const v1652 = v511 * v410;
uint32_t const v1653 = 5;
uint32_t const v1654 = v1650 * v1653;
uint32_t const v1655 = v1652 + v1654;
uint32_t const v1656 = v1655 + v1651;
uint32_t const v1657 = uint32_t(v1656);
float_4 * const v1658 = &(*v409)[v1657];
float_4 const v1659 = *v1658;
float_4 v1660_store;
float_4 * v1660 = &v1660_store;
*v1660 = v1659;
uint32_t const v1661 = v511 / v27;
uint32_t const v1662 = v1661 * v57;
uint32_t const v1663 = v50 + v1662;
uint32_t const v1664 = 48;
uint32_t const v1665 = v1663 + v1664;
uint32_t const v1666 = v1665 + v1650;
uint32_t const v1667 = v511 % v27;
uint32_t const v1668 = v1667 * v53;
uint32_t const v1669 = v52 + v1668;
uint32_t const v1670 = v1669 + v1651;
bool const v1671 = v1666 < v8;
bool const v1672 = v1670 < v14;
bool const v1673 = v1671 && v1672;
if(v1673) {
uint32_t const v1674 = v1666 * v14;
uint32_t const v1675 = v1674 + v1670;
uint32_t const v1676 = uint32_t(v1670);
float_4 const* const v1677 = &v2[v1676];
float_4 const v1678 = *v1677;
float_4 const v1679 = *v1660;
float const v1680 = v1679.i_0;
float const v1681 = v1678.i_0;
float const v1682 = v1680 + v1681;
float const v1683 = v1679.i_1;
float const v1684 = v1678.i_1;
float const v1685 = v1683 + v1684;
float const v1686 = v1679.i_2;
float const v1687 = v1678.i_2;
float const v1688 = v1686 + v1687;
float const v1689 = v1679.i_3;
float const v1690 = v1678.i_3;
float const v1691 = v1689 + v1690;
float_4 const v1692 = float_4{v1682, v1685, v1688, v1691};
float_4 v1693_store;
float_4 * v1693 = &v1693_store;
*v1693 = v1692;
uint32_t const v1694 = v20 & v24;
bool const v1695 = v1694 != v22;
if(v1695) {
float_4 const v1696 = *v1693;
float const v1697 = v1696.i_0;
float const v1698 = v66.i_0;
float const v1699 = max(v1697, v1698);
float const v1700 = v1696.i_1;
float const v1701 = v66.i_1;
float const v1702 = max(v1700, v1701);
float const v1703 = v1696.i_2;
float const v1704 = v66.i_2;
float const v1705 = max(v1703, v1704);
float const v1706 = v1696.i_3;
float const v1707 = v66.i_3;
float const v1708 = max(v1706, v1707);
float_4 const v1709 = float_4{v1699, v1702, v1705, v1708};
*v1693 = v1709;
}
uint32_t const v1710 = 2;
uint32_t const v1711 = v20 & v1710;
bool const v1712 = v1711 == v22;
if(v1712) {
float_4 const v1713 = *v1693;
float const v1714 = v1713.i_0;
uint32_t const v1715 = reinterpret_cast<const uint32_t&>(v1714);
uint32_t_2 const v1716 = {v1715, v71.i_1};
float const v1717 = v1713.i_1;
uint32_t const v1718 = reinterpret_cast<const uint32_t&>(v1717);
uint32_t_2 const v1719 = {v1716.i_0, v1718};
uint32_t const v1720 = uint32_t(v1675);
uint32_t const v1721 = v12 * v1720;
uint32_t_2 * const v1722 = &v3[v1721];
*v1722 = v1719;
float const v1723 = v1713.i_2;
uint32_t const v1724 = reinterpret_cast<const uint32_t&>(v1723);
uint32_t_2 const v1725 = {v1724, v71.i_1};
float const v1726 = v1713.i_3;
uint32_t const v1727 = reinterpret_cast<const uint32_t&>(v1726);
uint32_t_2 const v1728 = {v1725.i_0, v1727};
uint32_t const v1729 = v1721 + v9;
uint32_t_2 * const v1730 = &v3[v1729];
*v1730 = v1728;
}
 else {
float_4 const v1731 = *v1693;
float const v1732 = v1731.i_0;
__nv_bfloat16 const v1733 = __nv_bfloat16(v1732);
float const v1734 = v1731.i_1;
__nv_bfloat16 const v1735 = __nv_bfloat16(v1734);
float const v1736 = v1731.i_2;
__nv_bfloat16 const v1737 = __nv_bfloat16(v1736);
float const v1738 = v1731.i_3;
__nv_bfloat16 const v1739 = __nv_bfloat16(v1738);
__nv_bfloat16_4 const v1740 = __nv_bfloat16_4{v1733, v1735, v1737, v1739};
uint32_t_2 const v1741 = reinterpret_cast<const uint32_t_2&>(v1740);
uint32_t const v1742 = uint32_t(v1675);
uint32_t_2 * const v1743 = &v3[v1742];
*v1743 = v1741;
}
}
}
__syncthreads();
nvcuda::wmma::store_matrix_sync(reinterpret_cast<float *>(v414), *v83, v413, nvcuda::wmma::mem_row_major);__syncthreads();
if(v416) {
uint32_t const v1744 = v21 % v57;
uint32_t const v1745 = v1744 / v27;
uint32_t const v1746 = v21 % v27;
uint32_t const v1747 = v415 * v410;
uint32_t const v1748 = 5;
uint32_t const v1749 = v1745 * v1748;
uint32_t const v1750 = v1747 + v1749;
uint32_t const v1751 = v1750 + v1746;
uint32_t const v1752 = uint32_t(v1751);
float_4 * const v1753 = &(*v409)[v1752];
float_4 const v1754 = *v1753;
float_4 v1755_store;
float_4 * v1755 = &v1755_store;
*v1755 = v1754;
uint32_t const v1756 = v415 / v27;
uint32_t const v1757 = v1756 * v57;
uint32_t const v1758 = v50 + v1757;
uint32_t const v1759 = 48;
uint32_t const v1760 = v1758 + v1759;
uint32_t const v1761 = v1760 + v1745;
uint32_t const v1762 = v415 % v27;
uint32_t const v1763 = v1762 * v53;
uint32_t const v1764 = v52 + v1763;
uint32_t const v1765 = v1764 + v27;
uint32_t const v1766 = v1765 + v1746;
bool const v1767 = v1761 < v8;
bool const v1768 = v1766 < v14;
bool const v1769 = v1767 && v1768;
if(v1769) {
uint32_t const v1770 = v1761 * v14;
uint32_t const v1771 = v1770 + v1766;
uint32_t const v1772 = uint32_t(v1766);
float_4 const* const v1773 = &v2[v1772];
float_4 const v1774 = *v1773;
float_4 const v1775 = *v1755;
float const v1776 = v1775.i_0;
float const v1777 = v1774.i_0;
float const v1778 = v1776 + v1777;
float const v1779 = v1775.i_1;
float const v1780 = v1774.i_1;
float const v1781 = v1779 + v1780;
float const v1782 = v1775.i_2;
float const v1783 = v1774.i_2;
float const v1784 = v1782 + v1783;
float const v1785 = v1775.i_3;
float const v1786 = v1774.i_3;
float const v1787 = v1785 + v1786;
float_4 const v1788 = float_4{v1778, v1781, v1784, v1787};
float_4 v1789_store;
float_4 * v1789 = &v1789_store;
*v1789 = v1788;
uint32_t const v1790 = v20 & v24;
bool const v1791 = v1790 != v22;
if(v1791) {
float_4 const v1792 = *v1789;
float const v1793 = v1792.i_0;
float const v1794 = v66.i_0;
float const v1795 = max(v1793, v1794);
float const v1796 = v1792.i_1;
float const v1797 = v66.i_1;
float const v1798 = max(v1796, v1797);
float const v1799 = v1792.i_2;
float const v1800 = v66.i_2;
float const v1801 = max(v1799, v1800);
float const v1802 = v1792.i_3;
float const v1803 = v66.i_3;
float const v1804 = max(v1802, v1803);
float_4 const v1805 = float_4{v1795, v1798, v1801, v1804};
*v1789 = v1805;
}
uint32_t const v1806 = 2;
uint32_t const v1807 = v20 & v1806;
bool const v1808 = v1807 == v22;
if(v1808) {
float_4 const v1809 = *v1789;
float const v1810 = v1809.i_0;
uint32_t const v1811 = reinterpret_cast<const uint32_t&>(v1810);
uint32_t_2 const v1812 = {v1811, v71.i_1};
float const v1813 = v1809.i_1;
uint32_t const v1814 = reinterpret_cast<const uint32_t&>(v1813);
uint32_t_2 const v1815 = {v1812.i_0, v1814};
uint32_t const v1816 = uint32_t(v1771);
uint32_t const v1817 = v12 * v1816;
uint32_t_2 * const v1818 = &v3[v1817];
*v1818 = v1815;
float const v1819 = v1809.i_2;
uint32_t const v1820 = reinterpret_cast<const uint32_t&>(v1819);
uint32_t_2 const v1821 = {v1820, v71.i_1};
float const v1822 = v1809.i_3;
uint32_t const v1823 = reinterpret_cast<const uint32_t&>(v1822);
uint32_t_2 const v1824 = {v1821.i_0, v1823};
uint32_t const v1825 = v1817 + v9;
uint32_t_2 * const v1826 = &v3[v1825];
*v1826 = v1824;
}
 else {
float_4 const v1827 = *v1789;
float const v1828 = v1827.i_0;
__nv_bfloat16 const v1829 = __nv_bfloat16(v1828);
float const v1830 = v1827.i_1;
__nv_bfloat16 const v1831 = __nv_bfloat16(v1830);
float const v1832 = v1827.i_2;
__nv_bfloat16 const v1833 = __nv_bfloat16(v1832);
float const v1834 = v1827.i_3;
__nv_bfloat16 const v1835 = __nv_bfloat16(v1834);
__nv_bfloat16_4 const v1836 = __nv_bfloat16_4{v1829, v1831, v1833, v1835};
uint32_t_2 const v1837 = reinterpret_cast<const uint32_t_2&>(v1836);
uint32_t const v1838 = uint32_t(v1771);
uint32_t_2 * const v1839 = &v3[v1838];
*v1839 = v1837;
}
}
}
if(v512) {
uint32_t const v1840 = v510 % v57;
uint32_t const v1841 = v1840 / v27;
uint32_t const v1842 = v510 % v27;
uint32_t const v1843 = v511 * v410;
uint32_t const v1844 = 5;
uint32_t const v1845 = v1841 * v1844;
uint32_t const v1846 = v1843 + v1845;
uint32_t const v1847 = v1846 + v1842;
uint32_t const v1848 = uint32_t(v1847);
float_4 * const v1849 = &(*v409)[v1848];
float_4 const v1850 = *v1849;
float_4 v1851_store;
float_4 * v1851 = &v1851_store;
*v1851 = v1850;
uint32_t const v1852 = v511 / v27;
uint32_t const v1853 = v1852 * v57;
uint32_t const v1854 = v50 + v1853;
uint32_t const v1855 = 48;
uint32_t const v1856 = v1854 + v1855;
uint32_t const v1857 = v1856 + v1841;
uint32_t const v1858 = v511 % v27;
uint32_t const v1859 = v1858 * v53;
uint32_t const v1860 = v52 + v1859;
uint32_t const v1861 = v1860 + v27;
uint32_t const v1862 = v1861 + v1842;
bool const v1863 = v1857 < v8;
bool const v1864 = v1862 < v14;
bool const v1865 = v1863 && v1864;
if(v1865) {
uint32_t const v1866 = v1857 * v14;
uint32_t const v1867 = v1866 + v1862;
uint32_t const v1868 = uint32_t(v1862);
float_4 const* const v1869 = &v2[v1868];
float_4 const v1870 = *v1869;
float_4 const v1871 = *v1851;
float const v1872 = v1871.i_0;
float const v1873 = v1870.i_0;
float const v1874 = v1872 + v1873;
float const v1875 = v1871.i_1;
float const v1876 = v1870.i_1;
float const v1877 = v1875 + v1876;
float const v1878 = v1871.i_2;
float const v1879 = v1870.i_2;
float const v1880 = v1878 + v1879;
float const v1881 = v1871.i_3;
float const v1882 = v1870.i_3;
float const v1883 = v1881 + v1882;
float_4 const v1884 = float_4{v1874, v1877, v1880, v1883};
float_4 v1885_store;
float_4 * v1885 = &v1885_store;
*v1885 = v1884;
uint32_t const v1886 = v20 & v24;
bool const v1887 = v1886 != v22;
if(v1887) {
float_4 const v1888 = *v1885;
float const v1889 = v1888.i_0;
float const v1890 = v66.i_0;
float const v1891 = max(v1889, v1890);
float const v1892 = v1888.i_1;
float const v1893 = v66.i_1;
float const v1894 = max(v1892, v1893);
float const v1895 = v1888.i_2;
float const v1896 = v66.i_2;
float const v1897 = max(v1895, v1896);
float const v1898 = v1888.i_3;
float const v1899 = v66.i_3;
float const v1900 = max(v1898, v1899);
float_4 const v1901 = float_4{v1891, v1894, v1897, v1900};
*v1885 = v1901;
}
uint32_t const v1902 = 2;
uint32_t const v1903 = v20 & v1902;
bool const v1904 = v1903 == v22;
if(v1904) {
float_4 const v1905 = *v1885;
float const v1906 = v1905.i_0;
uint32_t const v1907 = reinterpret_cast<const uint32_t&>(v1906);
uint32_t_2 const v1908 = {v1907, v71.i_1};
float const v1909 = v1905.i_1;
uint32_t const v1910 = reinterpret_cast<const uint32_t&>(v1909);
uint32_t_2 const v1911 = {v1908.i_0, v1910};
uint32_t const v1912 = uint32_t(v1867);
uint32_t const v1913 = v12 * v1912;
uint32_t_2 * const v1914 = &v3[v1913];
*v1914 = v1911;
float const v1915 = v1905.i_2;
uint32_t const v1916 = reinterpret_cast<const uint32_t&>(v1915);
uint32_t_2 const v1917 = {v1916, v71.i_1};
float const v1918 = v1905.i_3;
uint32_t const v1919 = reinterpret_cast<const uint32_t&>(v1918);
uint32_t_2 const v1920 = {v1917.i_0, v1919};
uint32_t const v1921 = v1913 + v9;
uint32_t_2 * const v1922 = &v3[v1921];
*v1922 = v1920;
}
 else {
float_4 const v1923 = *v1885;
float const v1924 = v1923.i_0;
__nv_bfloat16 const v1925 = __nv_bfloat16(v1924);
float const v1926 = v1923.i_1;
__nv_bfloat16 const v1927 = __nv_bfloat16(v1926);
float const v1928 = v1923.i_2;
__nv_bfloat16 const v1929 = __nv_bfloat16(v1928);
float const v1930 = v1923.i_3;
__nv_bfloat16 const v1931 = __nv_bfloat16(v1930);
__nv_bfloat16_4 const v1932 = __nv_bfloat16_4{v1925, v1927, v1929, v1931};
uint32_t_2 const v1933 = reinterpret_cast<const uint32_t_2&>(v1932);
uint32_t const v1934 = uint32_t(v1867);
uint32_t_2 * const v1935 = &v3[v1934];
*v1935 = v1933;
}
}
}
__syncthreads();
return;
}
