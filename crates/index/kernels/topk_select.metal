// Written by `cargo run -p kernels` from crates/kernels/src/topk.rs: edit that.
#include <metal_stdlib>
using namespace metal;
typedef unsigned int uint32_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned long int uint64_t;
typedef signed char int8_t;
typedef signed short int16_t;
typedef signed int int32_t;
typedef signed long int int64_t;

[[max_total_threads_per_threadgroup(256)]] [[kernel]] void topk_select(device float const* const v0 [[buffer(0)]], device float const* const v1 [[buffer(1)]], device uint32_t * const v2 [[buffer(2)]], device uint32_t const* const v3 [[buffer(3)]], uint32_t const thread_index_in_threadgroup_v4 [[thread_index_in_threadgroup]], uint3 const threadgroup_position_in_grid_v5 [[threadgroup_position_in_grid]], uint3 const threadgroups_per_grid_v6 [[threadgroups_per_grid]]) {
alignas(4) threadgroup char v7[3072];
uint32_t const v8 = 0;
device uint32_t const* const v9 = &v3[v8];
uint32_t const v10 = *v9;
uint32_t const v11 = uint32_t(v10);
uint32_t const v12 = 1;
device uint32_t const* const v13 = &v3[v12];
uint32_t const v14 = *v13;
uint32_t const v15 = uint32_t(v14);
uint32_t const v16 = 2;
device uint32_t const* const v17 = &v3[v16];
uint32_t const v18 = *v17;
uint32_t const v19 = uint32_t(v18);
uint32_t const v20 = 3;
device uint32_t const* const v21 = &v3[v20];
uint32_t const v22 = *v21;
uint32_t const v23 = uint32_t(v22);
uint32_t const v24 = 4;
device uint32_t const* const v25 = &v3[v24];
uint32_t const v26 = *v25;
uint32_t const v27 = uint32_t(v26);
uint32_t const v28 = 5;
device uint32_t const* const v29 = &v3[v28];
uint32_t const v30 = *v29;
uint32_t const v31 = uint32_t(v30);
uint32_t const v32 = uint32_t(thread_index_in_threadgroup_v4);
uint32_t const v33 = threadgroup_position_in_grid_v5[2];
uint32_t const v34 = uint32_t(v33);
uint32_t const v35 = threadgroups_per_grid_v6[1];
uint32_t const v36 = uint32_t(v35);
uint32_t const v37 = v34 * v36;
uint32_t const v38 = threadgroups_per_grid_v6[0];
uint32_t const v39 = uint32_t(v38);
uint32_t const v40 = v37 * v39;
uint32_t const v41 = threadgroup_position_in_grid_v5[1];
uint32_t const v42 = uint32_t(v41);
uint32_t const v43 = v42 * v39;
uint32_t const v44 = v40 + v43;
uint32_t const v45 = threadgroup_position_in_grid_v5[0];
uint32_t const v46 = uint32_t(v45);
uint32_t const v47 = v44 + v46;
uint32_t const v48 = v31 - v12;
uint32_t const v49 = min(v47, v48);
bool const v50 = v32 == v8;
bool const v51 = v47 < v31;
bool const v52 = v50 && v51;
threadgroup array<float, 256> * const v53 = reinterpret_cast<threadgroup array<float, 256> *>(&v7[0]);
uint32_t const v54 = 256;
threadgroup array<uint32_t, 256> * const v55 = reinterpret_cast<threadgroup array<uint32_t, 256> *>(&v7[1024]);
threadgroup array<uint32_t, 256> * const v56 = reinterpret_cast<threadgroup array<uint32_t, 256> *>(&v7[2048]);
uint32_t const v57 = v49 * v15;
uint32_t const v58 = 255;
uint32_t const v59 = v11 + v58;
uint32_t const v60 = v59 / v54;
float const v61 = 3.399999950e+38;
float v62_store;
thread float * v62 = &v62_store;
*v62 = v61;
uint32_t const v63 = 0;
uint32_t v64_store;
thread uint32_t * v64 = &v64_store;
*v64 = v63;
float const v65 = -3.399999950e+38;
float v66_store;
thread float * v66 = &v66_store;
*v66 = v65;
uint32_t const v67 = 4294967295;
uint32_t v68_store;
thread uint32_t * v68 = &v68_store;
*v68 = v67;
bool const v69 = true;
bool v70_store;
thread bool * v70 = &v70_store;
*v70 = v69;
for(uint32_t v71 = v8; v71 < v23; v71 += v12) {
bool const v72 = *v70;
if(v72) {
*v66 = v65;
*v68 = v67;
for(uint32_t v73 = v8; v73 < v60; v73 += v12) {
uint32_t const v74 = v73 * v54;
uint32_t const v75 = v74 + v32;
bool const v76 = v75 < v11;
if(v76) {
uint32_t const v77 = v57 + v75;
device float const* const v78 = &v1[v77];
float const v79 = *v78;
uint32_t const v80 = uint32_t(v75);
float const v81 = *v62;
bool const v82 = v81 > v79;
bool const v83 = v81 == v79;
uint32_t const v84 = *v64;
bool const v85 = v84 < v80;
bool const v86 = v83 && v85;
bool const v87 = v82 || v86;
bool v88_store;
thread bool * v88 = &v88_store;if(v87) {
float const v89 = *v66;
bool const v90 = v79 > v89;
bool const v91 = v79 == v89;
uint32_t const v92 = *v68;
bool const v93 = v80 < v92;
bool const v94 = v91 && v93;
bool const v95 = v90 || v94;
*v88 = v95;
}
 else {
bool const v96 = false;
*v88 = v96;
}
bool const v97 = *v88;
float const v98 = *v66;
float const v99 = v97 ? v79 : v98;
*v66 = v99;
uint32_t const v100 = *v68;
uint32_t const v101 = v97 ? v80 : v100;
*v68 = v101;
}
}
}
float v102_store;
thread float * v102 = &v102_store;
float const v103 = *v66;
*v102 = v103;
uint32_t v104_store;
thread uint32_t * v104 = &v104_store;uint32_t const v105 = *v68;
*v104 = v105;
threadgroup float * const v106 = &(*v53)[v32];
float const v107 = *v102;
*v106 = v107;
threadgroup uint32_t * const v108 = &(*v55)[v32];
uint32_t const v109 = *v104;
*v108 = v109;
threadgroup_barrier(mem_flags::mem_threadgroup);
uint32_t const v110 = 16;
bool const v111 = v32 < v110;
if(v111) {
for(uint32_t v112 = v12; v112 < v110; v112 += v12) {
uint32_t const v113 = v110 * v112;
uint32_t const v114 = v32 + v113;
threadgroup float * const v115 = &(*v53)[v114];
float const v116 = *v115;
threadgroup uint32_t * const v117 = &(*v55)[v114];
uint32_t const v118 = *v117;
float const v119 = *v102;
bool const v120 = v116 > v119;
bool const v121 = v116 == v119;
uint32_t const v122 = *v104;
bool const v123 = v118 < v122;
bool const v124 = v121 && v123;
bool const v125 = v120 || v124;
float const v126 = v125 ? v116 : v119;
*v102 = v126;
uint32_t const v127 = v125 ? v118 : v122;
*v104 = v127;
}
float const v128 = *v102;
*v106 = v128;
uint32_t const v129 = *v104;
*v108 = v129;
}
threadgroup_barrier(mem_flags::mem_threadgroup);
threadgroup float * const v130 = &(*v53)[v8];
float const v131 = *v130;
*v102 = v131;
threadgroup uint32_t * const v132 = &(*v55)[v8];
uint32_t const v133 = *v132;
*v104 = v133;
for(uint32_t v134 = v12; v134 < v110; v134 += v12) {
threadgroup float * const v135 = &(*v53)[v134];
float const v136 = *v135;
threadgroup uint32_t * const v137 = &(*v55)[v134];
uint32_t const v138 = *v137;
float const v139 = *v102;
bool const v140 = v136 > v139;
bool const v141 = v136 == v139;
uint32_t const v142 = *v104;
bool const v143 = v138 < v142;
bool const v144 = v141 && v143;
bool const v145 = v140 || v144;
float const v146 = v145 ? v136 : v139;
*v102 = v146;
uint32_t const v147 = v145 ? v138 : v142;
*v104 = v147;
}
threadgroup_barrier(mem_flags::mem_threadgroup);
uint32_t const v148 = *v104;
uint32_t const v149 = *v68;
bool const v150 = v148 == v149;
*v70 = v150;
float const v151 = *v102;
*v62 = v151;
*v64 = v148;
if(v50) {
threadgroup uint32_t * const v152 = &(*v56)[v71];
*v152 = v148;
}
}
threadgroup_barrier(mem_flags::mem_threadgroup);
uint32_t const v153 = v49 * v19;
*v62 = v61;
*v64 = v63;
*v70 = v69;
for(uint32_t v154 = v8; v154 < v23; v154 += v12) {
bool const v155 = *v70;
if(v155) {
*v66 = v65;
*v68 = v67;
for(uint32_t v156 = v8; v156 < v23; v156 += v12) {
threadgroup uint32_t * const v157 = &(*v56)[v156];
uint32_t const v158 = *v157;
bool const v159 = v158 != v67;
if(v159) {
uint32_t const v160 = uint32_t(v158);
uint32_t const v161 = v160 * v54;
uint32_t const v162 = v161 + v32;
uint32_t const v163 = v153 + v162;
device float const* const v164 = &v0[v163];
float const v165 = *v164;
uint32_t const v166 = uint32_t(v162);
float const v167 = *v62;
bool const v168 = v167 > v165;
bool const v169 = v167 == v165;
uint32_t const v170 = *v64;
bool const v171 = v170 < v166;
bool const v172 = v169 && v171;
bool const v173 = v168 || v172;
bool v174_store;
thread bool * v174 = &v174_store;if(v173) {
float const v175 = *v66;
bool const v176 = v165 > v175;
bool const v177 = v165 == v175;
uint32_t const v178 = *v68;
bool const v179 = v166 < v178;
bool const v180 = v177 && v179;
bool const v181 = v176 || v180;
*v174 = v181;
}
 else {
bool const v182 = false;
*v174 = v182;
}
bool const v183 = *v174;
float const v184 = *v66;
float const v185 = v183 ? v165 : v184;
*v66 = v185;
uint32_t const v186 = *v68;
uint32_t const v187 = v183 ? v166 : v186;
*v68 = v187;
}
}
}
float v188_store;
thread float * v188 = &v188_store;
float const v189 = *v66;
*v188 = v189;
uint32_t v190_store;
thread uint32_t * v190 = &v190_store;uint32_t const v191 = *v68;
*v190 = v191;
threadgroup float * const v192 = &(*v53)[v32];
float const v193 = *v188;
*v192 = v193;
threadgroup uint32_t * const v194 = &(*v55)[v32];
uint32_t const v195 = *v190;
*v194 = v195;
threadgroup_barrier(mem_flags::mem_threadgroup);
uint32_t const v196 = 16;
bool const v197 = v32 < v196;
if(v197) {
for(uint32_t v198 = v12; v198 < v196; v198 += v12) {
uint32_t const v199 = v196 * v198;
uint32_t const v200 = v32 + v199;
threadgroup float * const v201 = &(*v53)[v200];
float const v202 = *v201;
threadgroup uint32_t * const v203 = &(*v55)[v200];
uint32_t const v204 = *v203;
float const v205 = *v188;
bool const v206 = v202 > v205;
bool const v207 = v202 == v205;
uint32_t const v208 = *v190;
bool const v209 = v204 < v208;
bool const v210 = v207 && v209;
bool const v211 = v206 || v210;
float const v212 = v211 ? v202 : v205;
*v188 = v212;
uint32_t const v213 = v211 ? v204 : v208;
*v190 = v213;
}
float const v214 = *v188;
*v192 = v214;
uint32_t const v215 = *v190;
*v194 = v215;
}
threadgroup_barrier(mem_flags::mem_threadgroup);
threadgroup float * const v216 = &(*v53)[v8];
float const v217 = *v216;
*v188 = v217;
threadgroup uint32_t * const v218 = &(*v55)[v8];
uint32_t const v219 = *v218;
*v190 = v219;
for(uint32_t v220 = v12; v220 < v196; v220 += v12) {
threadgroup float * const v221 = &(*v53)[v220];
float const v222 = *v221;
threadgroup uint32_t * const v223 = &(*v55)[v220];
uint32_t const v224 = *v223;
float const v225 = *v188;
bool const v226 = v222 > v225;
bool const v227 = v222 == v225;
uint32_t const v228 = *v190;
bool const v229 = v224 < v228;
bool const v230 = v227 && v229;
bool const v231 = v226 || v230;
float const v232 = v231 ? v222 : v225;
*v188 = v232;
uint32_t const v233 = v231 ? v224 : v228;
*v190 = v233;
}
threadgroup_barrier(mem_flags::mem_threadgroup);
uint32_t const v234 = *v190;
uint32_t const v235 = *v68;
bool const v236 = v234 == v235;
*v70 = v236;
float const v237 = *v188;
*v62 = v237;
*v64 = v234;
if(v52) {
float const v238 = -3.199999980e+38;
bool const v239 = v237 < v238;
uint32_t const v240 = v49 * v23;
uint32_t const v241 = v27 + v240;
uint32_t const v242 = v241 + v154;
uint32_t const v243 = v16 * v242;
uint32_t const v244 = v239 ? v67 : v234;
device uint32_t * const v245 = &v2[v243];
*v245 = v244;
uint32_t const v246 = reinterpret_cast<const thread uint32_t&>(v237);
uint32_t const v247 = v243 + v12;
device uint32_t * const v248 = &v2[v247];
*v248 = v246;
}
}
return;
}
