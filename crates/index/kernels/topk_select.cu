// Written by `cargo run -p kernels` from crates/kernels/src/topk.rs: edit that.
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


extern "C" __global__ void __launch_bounds__(256)  topk_select(float const* const __restrict__ v0, float const* const __restrict__ v1, uint32_t * const __restrict__ v2, uint32_t const* const __restrict__ v3) {
__shared__ __align__(4) char v4[3072];
uint32_t const v5 = 0;
uint32_t const* const v6 = &v3[v5];
uint32_t const v7 = *v6;
uint32_t const v8 = uint32_t(v7);
uint32_t const v9 = 1;
uint32_t const* const v10 = &v3[v9];
uint32_t const v11 = *v10;
uint32_t const v12 = uint32_t(v11);
uint32_t const v13 = 2;
uint32_t const* const v14 = &v3[v13];
uint32_t const v15 = *v14;
uint32_t const v16 = uint32_t(v15);
uint32_t const v17 = 3;
uint32_t const* const v18 = &v3[v17];
uint32_t const v19 = *v18;
uint32_t const v20 = uint32_t(v19);
uint32_t const v21 = 4;
uint32_t const* const v22 = &v3[v21];
uint32_t const v23 = *v22;
uint32_t const v24 = uint32_t(v23);
uint32_t const v25 = 5;
uint32_t const* const v26 = &v3[v25];
uint32_t const v27 = *v26;
uint32_t const v28 = uint32_t(v27);
uint32_t const v29 = threadIdx.x;
uint32_t const v30 = 0;
uint32_t const v31 = uint32_t(v29);
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
uint32_t const v47 = v28 - v9;
uint32_t const v48 = min(v46, v47);
bool const v49 = v31 == v5;
bool const v50 = v46 < v28;
bool const v51 = v49 && v50;
array<float, 256> * const v52 = reinterpret_cast<array<float, 256> *>(&v4[0]);
uint32_t const v53 = 256;
array<uint32_t, 256> * const v54 = reinterpret_cast<array<uint32_t, 256> *>(&v4[1024]);
array<uint32_t, 256> * const v55 = reinterpret_cast<array<uint32_t, 256> *>(&v4[2048]);
uint32_t const v56 = v48 * v12;
uint32_t const v57 = 255;
uint32_t const v58 = v8 + v57;
uint32_t const v59 = v58 / v53;
float const v60 = 3.399999950e+38;
float v61_store;
float * v61 = &v61_store;
*v61 = v60;
uint32_t v62_store;
uint32_t * v62 = &v62_store;
*v62 = v30;
float const v63 = -3.399999950e+38;
float v64_store;
float * v64 = &v64_store;
*v64 = v63;
uint32_t const v65 = 4294967295;
uint32_t v66_store;
uint32_t * v66 = &v66_store;
*v66 = v65;
bool const v67 = true;
bool v68_store;
bool * v68 = &v68_store;
*v68 = v67;
for(uint32_t v69 = v5; v69 < v20; v69 += v9) {
bool const v70 = *v68;
if(v70) {
*v64 = v63;
*v66 = v65;
for(uint32_t v71 = v5; v71 < v59; v71 += v9) {
uint32_t const v72 = v71 * v53;
uint32_t const v73 = v72 + v31;
bool const v74 = v73 < v8;
if(v74) {
uint32_t const v75 = v56 + v73;
float const* const v76 = &v1[v75];
float const v77 = *v76;
uint32_t const v78 = uint32_t(v73);
float const v79 = *v61;
bool const v80 = v79 > v77;
bool const v81 = v79 == v77;
uint32_t const v82 = *v62;
bool const v83 = v82 < v78;
bool const v84 = v81 && v83;
bool const v85 = v80 || v84;
bool v86_store;
bool * v86 = &v86_store;if(v85) {
float const v87 = *v64;
bool const v88 = v77 > v87;
bool const v89 = v77 == v87;
uint32_t const v90 = *v66;
bool const v91 = v78 < v90;
bool const v92 = v89 && v91;
bool const v93 = v88 || v92;
*v86 = v93;
}
 else {
bool const v94 = false;
*v86 = v94;
}
bool const v95 = *v86;
float const v96 = *v64;
float const v97 = v95 ? v77 : v96;
*v64 = v97;
uint32_t const v98 = *v66;
uint32_t const v99 = v95 ? v78 : v98;
*v66 = v99;
}
}
}
float v100_store;
float * v100 = &v100_store;
float const v101 = *v64;
*v100 = v101;
uint32_t v102_store;
uint32_t * v102 = &v102_store;uint32_t const v103 = *v66;
*v102 = v103;
float * const v104 = &(*v52)[v31];
float const v105 = *v100;
*v104 = v105;
uint32_t * const v106 = &(*v54)[v31];
uint32_t const v107 = *v102;
*v106 = v107;
__syncthreads();
uint32_t const v108 = 16;
bool const v109 = v31 < v108;
if(v109) {
for(uint32_t v110 = v9; v110 < v108; v110 += v9) {
uint32_t const v111 = v108 * v110;
uint32_t const v112 = v31 + v111;
float * const v113 = &(*v52)[v112];
float const v114 = *v113;
uint32_t * const v115 = &(*v54)[v112];
uint32_t const v116 = *v115;
float const v117 = *v100;
bool const v118 = v114 > v117;
bool const v119 = v114 == v117;
uint32_t const v120 = *v102;
bool const v121 = v116 < v120;
bool const v122 = v119 && v121;
bool const v123 = v118 || v122;
float const v124 = v123 ? v114 : v117;
*v100 = v124;
uint32_t const v125 = v123 ? v116 : v120;
*v102 = v125;
}
float const v126 = *v100;
*v104 = v126;
uint32_t const v127 = *v102;
*v106 = v127;
}
__syncthreads();
float * const v128 = &(*v52)[v5];
float const v129 = *v128;
*v100 = v129;
uint32_t * const v130 = &(*v54)[v5];
uint32_t const v131 = *v130;
*v102 = v131;
for(uint32_t v132 = v9; v132 < v108; v132 += v9) {
float * const v133 = &(*v52)[v132];
float const v134 = *v133;
uint32_t * const v135 = &(*v54)[v132];
uint32_t const v136 = *v135;
float const v137 = *v100;
bool const v138 = v134 > v137;
bool const v139 = v134 == v137;
uint32_t const v140 = *v102;
bool const v141 = v136 < v140;
bool const v142 = v139 && v141;
bool const v143 = v138 || v142;
float const v144 = v143 ? v134 : v137;
*v100 = v144;
uint32_t const v145 = v143 ? v136 : v140;
*v102 = v145;
}
__syncthreads();
uint32_t const v146 = *v102;
uint32_t const v147 = *v66;
bool const v148 = v146 == v147;
*v68 = v148;
float const v149 = *v100;
*v61 = v149;
*v62 = v146;
if(v49) {
uint32_t * const v150 = &(*v55)[v69];
*v150 = v146;
}
}
__syncthreads();
uint32_t const v151 = v48 * v16;
*v61 = v60;
*v62 = v30;
*v68 = v67;
for(uint32_t v152 = v5; v152 < v20; v152 += v9) {
bool const v153 = *v68;
if(v153) {
*v64 = v63;
*v66 = v65;
for(uint32_t v154 = v5; v154 < v20; v154 += v9) {
uint32_t * const v155 = &(*v55)[v154];
uint32_t const v156 = *v155;
bool const v157 = v156 != v65;
if(v157) {
uint32_t const v158 = uint32_t(v156);
uint32_t const v159 = v158 * v53;
uint32_t const v160 = v159 + v31;
uint32_t const v161 = v151 + v160;
float const* const v162 = &v0[v161];
float const v163 = *v162;
uint32_t const v164 = uint32_t(v160);
float const v165 = *v61;
bool const v166 = v165 > v163;
bool const v167 = v165 == v163;
uint32_t const v168 = *v62;
bool const v169 = v168 < v164;
bool const v170 = v167 && v169;
bool const v171 = v166 || v170;
bool v172_store;
bool * v172 = &v172_store;if(v171) {
float const v173 = *v64;
bool const v174 = v163 > v173;
bool const v175 = v163 == v173;
uint32_t const v176 = *v66;
bool const v177 = v164 < v176;
bool const v178 = v175 && v177;
bool const v179 = v174 || v178;
*v172 = v179;
}
 else {
bool const v180 = false;
*v172 = v180;
}
bool const v181 = *v172;
float const v182 = *v64;
float const v183 = v181 ? v163 : v182;
*v64 = v183;
uint32_t const v184 = *v66;
uint32_t const v185 = v181 ? v164 : v184;
*v66 = v185;
}
}
}
float v186_store;
float * v186 = &v186_store;
float const v187 = *v64;
*v186 = v187;
uint32_t v188_store;
uint32_t * v188 = &v188_store;uint32_t const v189 = *v66;
*v188 = v189;
float * const v190 = &(*v52)[v31];
float const v191 = *v186;
*v190 = v191;
uint32_t * const v192 = &(*v54)[v31];
uint32_t const v193 = *v188;
*v192 = v193;
__syncthreads();
uint32_t const v194 = 16;
bool const v195 = v31 < v194;
if(v195) {
for(uint32_t v196 = v9; v196 < v194; v196 += v9) {
uint32_t const v197 = v194 * v196;
uint32_t const v198 = v31 + v197;
float * const v199 = &(*v52)[v198];
float const v200 = *v199;
uint32_t * const v201 = &(*v54)[v198];
uint32_t const v202 = *v201;
float const v203 = *v186;
bool const v204 = v200 > v203;
bool const v205 = v200 == v203;
uint32_t const v206 = *v188;
bool const v207 = v202 < v206;
bool const v208 = v205 && v207;
bool const v209 = v204 || v208;
float const v210 = v209 ? v200 : v203;
*v186 = v210;
uint32_t const v211 = v209 ? v202 : v206;
*v188 = v211;
}
float const v212 = *v186;
*v190 = v212;
uint32_t const v213 = *v188;
*v192 = v213;
}
__syncthreads();
float * const v214 = &(*v52)[v5];
float const v215 = *v214;
*v186 = v215;
uint32_t * const v216 = &(*v54)[v5];
uint32_t const v217 = *v216;
*v188 = v217;
for(uint32_t v218 = v9; v218 < v194; v218 += v9) {
float * const v219 = &(*v52)[v218];
float const v220 = *v219;
uint32_t * const v221 = &(*v54)[v218];
uint32_t const v222 = *v221;
float const v223 = *v186;
bool const v224 = v220 > v223;
bool const v225 = v220 == v223;
uint32_t const v226 = *v188;
bool const v227 = v222 < v226;
bool const v228 = v225 && v227;
bool const v229 = v224 || v228;
float const v230 = v229 ? v220 : v223;
*v186 = v230;
uint32_t const v231 = v229 ? v222 : v226;
*v188 = v231;
}
__syncthreads();
uint32_t const v232 = *v188;
uint32_t const v233 = *v66;
bool const v234 = v232 == v233;
*v68 = v234;
float const v235 = *v186;
*v61 = v235;
*v62 = v232;
if(v51) {
float const v236 = -3.199999980e+38;
bool const v237 = v235 < v236;
uint32_t const v238 = v48 * v20;
uint32_t const v239 = v24 + v238;
uint32_t const v240 = v239 + v152;
uint32_t const v241 = v13 * v240;
uint32_t const v242 = v237 ? v65 : v232;
uint32_t * const v243 = &v2[v241];
*v243 = v242;
uint32_t const v244 = reinterpret_cast<const uint32_t&>(v235);
uint32_t const v245 = v241 + v9;
uint32_t * const v246 = &v2[v245];
*v246 = v244;
}
}
return;
}
