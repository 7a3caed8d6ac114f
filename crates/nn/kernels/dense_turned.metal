// Written by `cargo run -p kernels` from crates/kernels/src/dense.rs: edit that.
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
struct alignas(16) float_4 { float i_0; float i_1; float i_2; float i_3; };

[[max_total_threads_per_threadgroup(256)]] [[kernel]] void dense_turned(device float_4 const* const v0 [[buffer(0)]], device float_4 const* const v1 [[buffer(1)]], device float_4 const* const v2 [[buffer(2)]], device float_4 * const v3 [[buffer(3)]], device uint32_t const* const v4 [[buffer(4)]], uint32_t const thread_index_in_threadgroup_v5 [[thread_index_in_threadgroup]], uint3 const threadgroup_position_in_grid_v6 [[threadgroup_position_in_grid]], uint3 const threadgroups_per_grid_v7 [[threadgroups_per_grid]]) {
alignas(16) threadgroup char v8[16384];
uint32_t const v9 = 0;
device uint32_t const* const v10 = &v4[v9];
uint32_t const v11 = *v10;
uint32_t const v12 = 1;
device uint32_t const* const v13 = &v4[v12];
uint32_t const v14 = *v13;
uint32_t const v15 = 2;
device uint32_t const* const v16 = &v4[v15];
uint32_t const v17 = *v16;
uint32_t const v18 = 3;
device uint32_t const* const v19 = &v4[v18];
uint32_t const v20 = *v19;
uint32_t const v21 = 4;
device uint32_t const* const v22 = &v4[v21];
uint32_t const v23 = *v22;
uint32_t const v24 = threadgroup_position_in_grid_v6[2];
uint32_t const v25 = uint32_t(v24);
uint32_t const v26 = threadgroups_per_grid_v7[1];
uint32_t const v27 = uint32_t(v26);
uint32_t const v28 = v25 * v27;
uint32_t const v29 = threadgroups_per_grid_v7[0];
uint32_t const v30 = uint32_t(v29);
uint32_t const v31 = v28 * v30;
uint32_t const v32 = threadgroup_position_in_grid_v6[1];
uint32_t const v33 = uint32_t(v32);
uint32_t const v34 = v33 * v30;
uint32_t const v35 = v31 + v34;
uint32_t const v36 = threadgroup_position_in_grid_v6[0];
uint32_t const v37 = uint32_t(v36);
uint32_t const v38 = v35 + v37;
uint32_t const v39 = uint32_t(v38);
uint32_t const v40 = 7;
uint32_t const v41 = v17 + v40;
uint32_t const v42 = 8;
uint32_t const v43 = v41 / v42;
uint32_t const v44 = v39 / v43;
uint32_t const v45 = 32;
uint32_t const v46 = v44 * v45;
uint32_t const v47 = v39 % v43;
uint32_t const v48 = v47 * v42;
uint32_t const v49 = 64;
uint32_t const v50 = thread_index_in_threadgroup_v5 / v49;
uint32_t const v51 = thread_index_in_threadgroup_v5 % v49;
uint32_t const v52 = v51 / v42;
uint32_t const v53 = v51 % v42;
threadgroup array<float_4, 1024> * const v54 = reinterpret_cast<threadgroup array<float_4, 1024> *>(&v8[0]);
array<float_4, 4> v55_store = {};
thread array<float_4, 4> * v55 = &v55_store;array<float_4, 4> v56_store = {};
thread array<float_4, 4> * v56 = &v56_store;
float const v57 = 0;
float_4 const v58 = float_4{v57, v57, v57, v57};
thread float_4 * const v59 = &(*v55)[v9];
*v59 = v58;
thread float_4 * const v60 = &(*v56)[v9];
*v60 = v58;
thread float_4 * const v61 = &(*v55)[v12];
*v61 = v58;
thread float_4 * const v62 = &(*v56)[v12];
*v62 = v58;
thread float_4 * const v63 = &(*v55)[v15];
*v63 = v58;
thread float_4 * const v64 = &(*v56)[v15];
*v64 = v58;
thread float_4 * const v65 = &(*v55)[v18];
*v65 = v58;
thread float_4 * const v66 = &(*v56)[v18];
*v66 = v58;
uint32_t const v67 = 128;
bool const v68 = thread_index_in_threadgroup_v5 < v67;
uint32_t const v69 = thread_index_in_threadgroup_v5 % v67;
uint32_t const v70 = 63;
uint32_t const v71 = v14 + v70;
uint32_t const v72 = v71 / v49;
uint32_t const v73 = 1;
uint32_t const v74 = v72 + v73;
uint32_t const v75 = 0;
for(uint32_t v76 = v75; v76 < v74; v76 += v73) {
bool const v77 = v76 > v75;
if(v77) {
threadgroup_barrier(mem_flags::mem_threadgroup);
if(v68) {
uint32_t const v78 = 16;
uint32_t const v79 = v69 % v78;
uint32_t const v80 = v69 / v78;
float_4 const v81 = *v60;
float const v82 = v81.i_0;
float_4 const v83 = [&]{
float_4 tmp = v58;
tmp.i_0 = v82;
return tmp;
}();
float_4 const v84 = *v62;
float const v85 = v84.i_0;
float_4 const v86 = [&]{
float_4 tmp = v83;
tmp.i_1 = v85;
return tmp;
}();
float_4 const v87 = *v64;
float const v88 = v87.i_0;
float_4 const v89 = [&]{
float_4 tmp = v86;
tmp.i_2 = v88;
return tmp;
}();
float_4 const v90 = *v66;
float const v91 = v90.i_0;
float_4 const v92 = [&]{
float_4 tmp = v89;
tmp.i_3 = v91;
return tmp;
}();
uint32_t const v93 = 4;
uint32_t const v94 = v79 * v93;
uint32_t const v95 = v94 * v42;
uint32_t const v96 = v79 & v40;
uint32_t const v97 = v80 ^ v96;
uint32_t const v98 = v95 + v97;
uint32_t const v99 = uint32_t(v98);
threadgroup float_4 * const v100 = &(*v54)[v99];
*v100 = v92;
float const v101 = v81.i_1;
float_4 const v102 = [&]{
float_4 tmp = v58;
tmp.i_0 = v101;
return tmp;
}();
float const v103 = v84.i_1;
float_4 const v104 = [&]{
float_4 tmp = v102;
tmp.i_1 = v103;
return tmp;
}();
float const v105 = v87.i_1;
float_4 const v106 = [&]{
float_4 tmp = v104;
tmp.i_2 = v105;
return tmp;
}();
float const v107 = v90.i_1;
float_4 const v108 = [&]{
float_4 tmp = v106;
tmp.i_3 = v107;
return tmp;
}();
uint32_t const v109 = v94 + v73;
uint32_t const v110 = v109 * v42;
uint32_t const v111 = v110 + v97;
uint32_t const v112 = uint32_t(v111);
threadgroup float_4 * const v113 = &(*v54)[v112];
*v113 = v108;
float const v114 = v81.i_2;
float_4 const v115 = [&]{
float_4 tmp = v58;
tmp.i_0 = v114;
return tmp;
}();
float const v116 = v84.i_2;
float_4 const v117 = [&]{
float_4 tmp = v115;
tmp.i_1 = v116;
return tmp;
}();
float const v118 = v87.i_2;
float_4 const v119 = [&]{
float_4 tmp = v117;
tmp.i_2 = v118;
return tmp;
}();
float const v120 = v90.i_2;
float_4 const v121 = [&]{
float_4 tmp = v119;
tmp.i_3 = v120;
return tmp;
}();
uint32_t const v122 = 2;
uint32_t const v123 = v94 + v122;
uint32_t const v124 = v123 * v42;
uint32_t const v125 = v124 + v97;
uint32_t const v126 = uint32_t(v125);
threadgroup float_4 * const v127 = &(*v54)[v126];
*v127 = v121;
float const v128 = v81.i_3;
float_4 const v129 = [&]{
float_4 tmp = v58;
tmp.i_0 = v128;
return tmp;
}();
float const v130 = v84.i_3;
float_4 const v131 = [&]{
float_4 tmp = v129;
tmp.i_1 = v130;
return tmp;
}();
float const v132 = v87.i_3;
float_4 const v133 = [&]{
float_4 tmp = v131;
tmp.i_2 = v132;
return tmp;
}();
float const v134 = v90.i_3;
float_4 const v135 = [&]{
float_4 tmp = v133;
tmp.i_3 = v134;
return tmp;
}();
uint32_t const v136 = 3;
uint32_t const v137 = v94 + v136;
uint32_t const v138 = v137 * v42;
uint32_t const v139 = v138 + v97;
uint32_t const v140 = uint32_t(v139);
threadgroup float_4 * const v141 = &(*v54)[v140];
*v141 = v135;
}
 else {
uint32_t const v142 = 16;
uint32_t const v143 = v69 % v142;
uint32_t const v144 = v69 / v142;
float_4 const v145 = *v60;
float const v146 = v145.i_0;
float_4 const v147 = [&]{
float_4 tmp = v58;
tmp.i_0 = v146;
return tmp;
}();
float_4 const v148 = *v62;
float const v149 = v148.i_0;
float_4 const v150 = [&]{
float_4 tmp = v147;
tmp.i_1 = v149;
return tmp;
}();
float_4 const v151 = *v64;
float const v152 = v151.i_0;
float_4 const v153 = [&]{
float_4 tmp = v150;
tmp.i_2 = v152;
return tmp;
}();
float_4 const v154 = *v66;
float const v155 = v154.i_0;
float_4 const v156 = [&]{
float_4 tmp = v153;
tmp.i_3 = v155;
return tmp;
}();
uint32_t const v157 = 4;
uint32_t const v158 = v143 * v157;
uint32_t const v159 = v158 * v42;
uint32_t const v160 = 512;
uint32_t const v161 = v160 + v159;
uint32_t const v162 = v143 & v40;
uint32_t const v163 = v144 ^ v162;
uint32_t const v164 = v161 + v163;
uint32_t const v165 = uint32_t(v164);
threadgroup float_4 * const v166 = &(*v54)[v165];
*v166 = v156;
float const v167 = v145.i_1;
float_4 const v168 = [&]{
float_4 tmp = v58;
tmp.i_0 = v167;
return tmp;
}();
float const v169 = v148.i_1;
float_4 const v170 = [&]{
float_4 tmp = v168;
tmp.i_1 = v169;
return tmp;
}();
float const v171 = v151.i_1;
float_4 const v172 = [&]{
float_4 tmp = v170;
tmp.i_2 = v171;
return tmp;
}();
float const v173 = v154.i_1;
float_4 const v174 = [&]{
float_4 tmp = v172;
tmp.i_3 = v173;
return tmp;
}();
uint32_t const v175 = v158 + v73;
uint32_t const v176 = v175 * v42;
uint32_t const v177 = v160 + v176;
uint32_t const v178 = v177 + v163;
uint32_t const v179 = uint32_t(v178);
threadgroup float_4 * const v180 = &(*v54)[v179];
*v180 = v174;
float const v181 = v145.i_2;
float_4 const v182 = [&]{
float_4 tmp = v58;
tmp.i_0 = v181;
return tmp;
}();
float const v183 = v148.i_2;
float_4 const v184 = [&]{
float_4 tmp = v182;
tmp.i_1 = v183;
return tmp;
}();
float const v185 = v151.i_2;
float_4 const v186 = [&]{
float_4 tmp = v184;
tmp.i_2 = v185;
return tmp;
}();
float const v187 = v154.i_2;
float_4 const v188 = [&]{
float_4 tmp = v186;
tmp.i_3 = v187;
return tmp;
}();
uint32_t const v189 = 2;
uint32_t const v190 = v158 + v189;
uint32_t const v191 = v190 * v42;
uint32_t const v192 = v160 + v191;
uint32_t const v193 = v192 + v163;
uint32_t const v194 = uint32_t(v193);
threadgroup float_4 * const v195 = &(*v54)[v194];
*v195 = v188;
float const v196 = v145.i_3;
float_4 const v197 = [&]{
float_4 tmp = v58;
tmp.i_0 = v196;
return tmp;
}();
float const v198 = v148.i_3;
float_4 const v199 = [&]{
float_4 tmp = v197;
tmp.i_1 = v198;
return tmp;
}();
float const v200 = v151.i_3;
float_4 const v201 = [&]{
float_4 tmp = v199;
tmp.i_2 = v200;
return tmp;
}();
float const v202 = v154.i_3;
float_4 const v203 = [&]{
float_4 tmp = v201;
tmp.i_3 = v202;
return tmp;
}();
uint32_t const v204 = 3;
uint32_t const v205 = v158 + v204;
uint32_t const v206 = v205 * v42;
uint32_t const v207 = v160 + v206;
uint32_t const v208 = v207 + v163;
uint32_t const v209 = uint32_t(v208);
threadgroup float_4 * const v210 = &(*v54)[v209];
*v210 = v203;
}
threadgroup_barrier(mem_flags::mem_threadgroup);
}
bool const v211 = v76 < v72;
if(v211) {
uint32_t const v212 = v76 * v49;
if(v68) {
uint32_t const v213 = 16;
uint32_t const v214 = v69 / v213;
uint32_t const v215 = 4;
uint32_t const v216 = v214 * v215;
uint32_t const v217 = v46 + v216;
uint32_t const v218 = v212 / v215;
uint32_t const v219 = v69 % v213;
uint32_t const v220 = v218 + v219;
float_4 v221_store;
thread float_4 * v221 = &v221_store;
*v221 = v58;
bool const v222 = v217 < v11;
bool const v223 = v220 < v20;
bool const v224 = v222 && v223;
if(v224) {
uint32_t const v225 = v217 * v20;
uint32_t const v226 = v225 + v220;
uint32_t const v227 = uint32_t(v226);
device float_4 const* const v228 = &v0[v227];
float_4 const v229 = *v228;
*v221 = v229;
}
float_4 const v230 = *v221;
*v60 = v230;
uint32_t const v231 = v217 + v73;
float_4 v232_store;
thread float_4 * v232 = &v232_store;
*v232 = v58;
bool const v233 = v231 < v11;
bool const v234 = v233 && v223;
if(v234) {
uint32_t const v235 = v231 * v20;
uint32_t const v236 = v235 + v220;
uint32_t const v237 = uint32_t(v236);
device float_4 const* const v238 = &v0[v237];
float_4 const v239 = *v238;
*v232 = v239;
}
float_4 const v240 = *v232;
*v62 = v240;
uint32_t const v241 = 2;
uint32_t const v242 = v217 + v241;
float_4 v243_store;
thread float_4 * v243 = &v243_store;
*v243 = v58;
bool const v244 = v242 < v11;
bool const v245 = v244 && v223;
if(v245) {
uint32_t const v246 = v242 * v20;
uint32_t const v247 = v246 + v220;
uint32_t const v248 = uint32_t(v247);
device float_4 const* const v249 = &v0[v248];
float_4 const v250 = *v249;
*v243 = v250;
}
float_4 const v251 = *v243;
*v64 = v251;
uint32_t const v252 = 3;
uint32_t const v253 = v217 + v252;
float_4 v254_store;
thread float_4 * v254 = &v254_store;
*v254 = v58;
bool const v255 = v253 < v11;
bool const v256 = v255 && v223;
if(v256) {
uint32_t const v257 = v253 * v20;
uint32_t const v258 = v257 + v220;
uint32_t const v259 = uint32_t(v258);
device float_4 const* const v260 = &v0[v259];
float_4 const v261 = *v260;
*v254 = v261;
}
float_4 const v262 = *v254;
*v66 = v262;
}
 else {
uint32_t const v263 = 4;
uint32_t const v264 = v48 * v263;
uint32_t const v265 = 16;
uint32_t const v266 = v69 / v265;
uint32_t const v267 = v266 * v263;
uint32_t const v268 = v264 + v267;
uint32_t const v269 = v17 * v263;
uint32_t const v270 = v212 / v263;
uint32_t const v271 = v69 % v265;
uint32_t const v272 = v270 + v271;
float_4 v273_store;
thread float_4 * v273 = &v273_store;
*v273 = v58;
bool const v274 = v268 < v269;
bool const v275 = v272 < v20;
bool const v276 = v274 && v275;
if(v276) {
uint32_t const v277 = v268 * v20;
uint32_t const v278 = v277 + v272;
uint32_t const v279 = uint32_t(v278);
device float_4 const* const v280 = &v1[v279];
float_4 const v281 = *v280;
*v273 = v281;
}
float_4 const v282 = *v273;
*v60 = v282;
uint32_t const v283 = v268 + v73;
float_4 v284_store;
thread float_4 * v284 = &v284_store;
*v284 = v58;
bool const v285 = v283 < v269;
bool const v286 = v285 && v275;
if(v286) {
uint32_t const v287 = v283 * v20;
uint32_t const v288 = v287 + v272;
uint32_t const v289 = uint32_t(v288);
device float_4 const* const v290 = &v1[v289];
float_4 const v291 = *v290;
*v284 = v291;
}
float_4 const v292 = *v284;
*v62 = v292;
uint32_t const v293 = 2;
uint32_t const v294 = v268 + v293;
float_4 v295_store;
thread float_4 * v295 = &v295_store;
*v295 = v58;
bool const v296 = v294 < v269;
bool const v297 = v296 && v275;
if(v297) {
uint32_t const v298 = v294 * v20;
uint32_t const v299 = v298 + v272;
uint32_t const v300 = uint32_t(v299);
device float_4 const* const v301 = &v1[v300];
float_4 const v302 = *v301;
*v295 = v302;
}
float_4 const v303 = *v295;
*v64 = v303;
uint32_t const v304 = 3;
uint32_t const v305 = v268 + v304;
float_4 v306_store;
thread float_4 * v306 = &v306_store;
*v306 = v58;
bool const v307 = v305 < v269;
bool const v308 = v307 && v275;
if(v308) {
uint32_t const v309 = v305 * v20;
uint32_t const v310 = v309 + v272;
uint32_t const v311 = uint32_t(v310);
device float_4 const* const v312 = &v1[v311];
float_4 const v313 = *v312;
*v306 = v313;
}
float_4 const v314 = *v306;
*v66 = v314;
}
}
if(v77) {
uint32_t const v315 = 16;
for(uint32_t v316 = v75; v316 < v315; v316 += v73) {
uint32_t const v317 = v50 * v315;
uint32_t const v318 = v317 + v316;
uint32_t const v319 = v318 * v42;
uint32_t const v320 = 2;
uint32_t const v321 = v318 >> v320;
uint32_t const v322 = v321 & v40;
uint32_t const v323 = v52 ^ v322;
uint32_t const v324 = v319 + v323;
uint32_t const v325 = uint32_t(v324);
threadgroup float_4 * const v326 = &(*v54)[v325];
float_4 const v327 = *v326;
uint32_t const v328 = v53 ^ v322;
uint32_t const v329 = 512;
uint32_t const v330 = v329 + v319;
uint32_t const v331 = v330 + v328;
uint32_t const v332 = uint32_t(v331);
threadgroup float_4 * const v333 = &(*v54)[v332];
float_4 const v334 = *v333;
float const v335 = v327.i_0;
float_4 const v336 = *v59;
float const v337 = v334.i_0;
float const v338 = v336.i_0;
float const v339 = fma(v335, v337, v338);
float const v340 = v334.i_1;
float const v341 = v336.i_1;
float const v342 = fma(v335, v340, v341);
float const v343 = v334.i_2;
float const v344 = v336.i_2;
float const v345 = fma(v335, v343, v344);
float const v346 = v334.i_3;
float const v347 = v336.i_3;
float const v348 = fma(v335, v346, v347);
float_4 const v349 = float_4{v339, v342, v345, v348};
*v59 = v349;
float const v350 = v327.i_1;
float_4 const v351 = *v61;
float const v352 = v351.i_0;
float const v353 = fma(v350, v337, v352);
float const v354 = v351.i_1;
float const v355 = fma(v350, v340, v354);
float const v356 = v351.i_2;
float const v357 = fma(v350, v343, v356);
float const v358 = v351.i_3;
float const v359 = fma(v350, v346, v358);
float_4 const v360 = float_4{v353, v355, v357, v359};
*v61 = v360;
float const v361 = v327.i_2;
float_4 const v362 = *v63;
float const v363 = v362.i_0;
float const v364 = fma(v361, v337, v363);
float const v365 = v362.i_1;
float const v366 = fma(v361, v340, v365);
float const v367 = v362.i_2;
float const v368 = fma(v361, v343, v367);
float const v369 = v362.i_3;
float const v370 = fma(v361, v346, v369);
float_4 const v371 = float_4{v364, v366, v368, v370};
*v63 = v371;
float const v372 = v327.i_3;
float_4 const v373 = *v65;
float const v374 = v373.i_0;
float const v375 = fma(v372, v337, v374);
float const v376 = v373.i_1;
float const v377 = fma(v372, v340, v376);
float const v378 = v373.i_2;
float const v379 = fma(v372, v343, v378);
float const v380 = v373.i_3;
float const v381 = fma(v372, v346, v380);
float_4 const v382 = float_4{v375, v377, v379, v381};
*v65 = v382;
}
}
}
threadgroup_barrier(mem_flags::mem_threadgroup);
float_4 const v383 = *v59;
uint32_t const v384 = v50 * v45;
uint32_t const v385 = 4;
uint32_t const v386 = v52 * v385;
uint32_t const v387 = v384 + v386;
uint32_t const v388 = v387 * v42;
uint32_t const v389 = v388 + v53;
uint32_t const v390 = uint32_t(v389);
threadgroup float_4 * const v391 = &(*v54)[v390];
*v391 = v383;
float_4 const v392 = *v61;
uint32_t const v393 = v387 + v73;
uint32_t const v394 = v393 * v42;
uint32_t const v395 = v394 + v53;
uint32_t const v396 = uint32_t(v395);
threadgroup float_4 * const v397 = &(*v54)[v396];
*v397 = v392;
float_4 const v398 = *v63;
uint32_t const v399 = 2;
uint32_t const v400 = v387 + v399;
uint32_t const v401 = v400 * v42;
uint32_t const v402 = v401 + v53;
uint32_t const v403 = uint32_t(v402);
threadgroup float_4 * const v404 = &(*v54)[v403];
*v404 = v398;
float_4 const v405 = *v65;
uint32_t const v406 = 3;
uint32_t const v407 = v387 + v406;
uint32_t const v408 = v407 * v42;
uint32_t const v409 = v408 + v53;
uint32_t const v410 = uint32_t(v409);
threadgroup float_4 * const v411 = &(*v54)[v410];
*v411 = v405;
threadgroup_barrier(mem_flags::mem_threadgroup);
uint32_t const v412 = thread_index_in_threadgroup_v5 / v42;
uint32_t const v413 = thread_index_in_threadgroup_v5 % v42;
uint32_t const v414 = v46 + v412;
bool const v415 = v414 < v11;
uint32_t const v416 = v48 + v413;
bool const v417 = v416 < v17;
bool const v418 = v415 && v417;
if(v418) {
uint32_t const v419 = uint32_t(thread_index_in_threadgroup_v5);
threadgroup float_4 * const v420 = &(*v54)[v419];
float_4 const v421 = *v420;
uint32_t const v422 = 256;
uint32_t const v423 = v422 + thread_index_in_threadgroup_v5;
uint32_t const v424 = uint32_t(v423);
threadgroup float_4 * const v425 = &(*v54)[v424];
float_4 const v426 = *v425;
float const v427 = v421.i_0;
float const v428 = v426.i_0;
float const v429 = v427 + v428;
float const v430 = v421.i_1;
float const v431 = v426.i_1;
float const v432 = v430 + v431;
float const v433 = v421.i_2;
float const v434 = v426.i_2;
float const v435 = v433 + v434;
float const v436 = v421.i_3;
float const v437 = v426.i_3;
float const v438 = v436 + v437;
uint32_t const v439 = 512;
uint32_t const v440 = v439 + thread_index_in_threadgroup_v5;
uint32_t const v441 = uint32_t(v440);
threadgroup float_4 * const v442 = &(*v54)[v441];
float_4 const v443 = *v442;
float const v444 = v443.i_0;
float const v445 = v429 + v444;
float const v446 = v443.i_1;
float const v447 = v432 + v446;
float const v448 = v443.i_2;
float const v449 = v435 + v448;
float const v450 = v443.i_3;
float const v451 = v438 + v450;
uint32_t const v452 = 768;
uint32_t const v453 = v452 + thread_index_in_threadgroup_v5;
uint32_t const v454 = uint32_t(v453);
threadgroup float_4 * const v455 = &(*v54)[v454];
float_4 const v456 = *v455;
float const v457 = v456.i_0;
float const v458 = v445 + v457;
float const v459 = v456.i_1;
float const v460 = v447 + v459;
float const v461 = v456.i_2;
float const v462 = v449 + v461;
float const v463 = v456.i_3;
float const v464 = v451 + v463;
float_4 const v465 = float_4{v458, v460, v462, v464};
uint32_t const v466 = v414 * v17;
uint32_t const v467 = v466 + v48;
uint32_t const v468 = v467 + v413;
uint32_t const v469 = uint32_t(v468);
uint32_t const v470 = uint32_t(v416);
device float_4 const* const v471 = &v2[v470];
float_4 const v472 = *v471;
float_4 v473_store;
thread float_4 * v473 = &v473_store;
*v473 = v465;
float const v474 = v465.i_0;
float const v475 = v472.i_0;
float const v476 = v474 + v475;
float const v477 = v465.i_1;
float const v478 = v472.i_1;
float const v479 = v477 + v478;
float const v480 = v465.i_2;
float const v481 = v472.i_2;
float const v482 = v480 + v481;
float const v483 = v465.i_3;
float const v484 = v472.i_3;
float const v485 = v483 + v484;
float_4 const v486 = float_4{v476, v479, v482, v485};
*v473 = v486;
uint32_t const v487 = v23 & v73;
bool const v488 = v487 != v75;
if(v488) {
float_4 const v489 = *v473;
float const v490 = v489.i_0;
float const v491 = v58.i_0;
float const v492 = max(v490, v491);
float const v493 = v489.i_1;
float const v494 = v58.i_1;
float const v495 = max(v493, v494);
float const v496 = v489.i_2;
float const v497 = v58.i_2;
float const v498 = max(v496, v497);
float const v499 = v489.i_3;
float const v500 = v58.i_3;
float const v501 = max(v499, v500);
float_4 const v502 = float_4{v492, v495, v498, v501};
*v473 = v502;
}
device float_4 * const v503 = &v3[v469];
float_4 const v504 = *v473;
*v503 = v504;
}
return;
}
