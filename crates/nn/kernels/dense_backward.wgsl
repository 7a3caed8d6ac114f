// Written by `cargo run -p kernels` from crates/kernels/src/dense.rs: edit that.
var<workgroup> shared_v0: array<vec4<f32>, 1024>;
@group(0) @binding(4) var<storage, read> v1: array<u32>;
@group(0) @binding(3) var<storage, read_write> v2: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v3: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> v4: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> v5: array<vec4<f32>>;
@compute @workgroup_size(256, 1, 1)
fn dense_backward(@builtin(local_invocation_index) v6: u32, @builtin(workgroup_id) v7: vec3<u32>, @builtin(num_workgroups) v8: vec3<u32>) {
let v9 = &v1;
let v10 = &v2;
let v11 = &v3;
let v12 = &v4;
let v13 = &v5;
let v14 = u32(0);
let v15 = &(*v9)[v14];
let v16 = *v15;
let v17 = u32(1);
let v18 = &(*v9)[v17];
let v19 = *v18;
let v20 = u32(2);
let v21 = &(*v9)[v20];
let v22 = *v21;
let v23 = u32(3);
let v24 = &(*v9)[v23];
let v25 = *v24;
let v26 = v6;
let v27 = v7[2];
let v28 = u32(v27);
let v29 = v8[1];
let v30 = u32(v29);
let v31 = v28 * v30;
let v32 = v8[0];
let v33 = u32(v32);
let v34 = v31 * v33;
let v35 = v7[1];
let v36 = u32(v35);
let v37 = v36 * v33;
let v38 = v34 + v37;
let v39 = v7[0];
let v40 = u32(v39);
let v41 = v38 + v40;
let v42 = u32(v41);
let v43 = u32(7);
let v44 = v22 + v43;
let v45 = u32(8);
let v46 = v44 / v45;
let v47 = v42 / v46;
let v48 = u32(32);
let v49 = v47 * v48;
let v50 = v42 % v46;
let v51 = v50 * v45;
let v52 = u32(64);
let v53 = v26 / v52;
let v54 = v26 % v52;
let v55 = v54 / v45;
let v56 = v54 % v45;
let v57 = &shared_v0;
var<function> v58_store: array<vec4<f32>, 4>= array<vec4<f32>, 4>();
let v58 = &v58_store;
var<function> v59_store: array<vec4<f32>, 4>= array<vec4<f32>, 4>();
let v59 = &v59_store;
let v60 = f32(0.0);
let v61 = vec4<f32>(v60);
let v62 = &(*v58)[v14];
*v62 = v61;
let v63 = &(*v59)[v14];
*v63 = v61;
let v64 = &(*v58)[v17];
*v64 = v61;
let v65 = &(*v59)[v17];
*v65 = v61;
let v66 = &(*v58)[v20];
*v66 = v61;
let v67 = &(*v59)[v20];
*v67 = v61;
let v68 = &(*v58)[v23];
*v68 = v61;
let v69 = &(*v59)[v23];
*v69 = v61;
let v70 = u32(128);
let v71 = v26 < v70;
let v72 = v26 % v70;
let v73 = u32(63);
let v74 = v19 + v73;
let v75 = v74 / v52;
let v76 = u32(1);
let v77 = v75 + v76;
let v78 = u32(0);
for(var v79: u32 = v78; v79 < v77; v79 += v76) {
let v80 = v79 > v78;
if v80 {
workgroupBarrier();
if v71 {
let v81 = u32(16);
let v82 = v72 % v81;
let v83 = v72 / v81;
var<function> v84_store: vec4<f32>;
let v84 = &v84_store;
*v84 = v61;
let v85 = *v63;
let v86 = v85[0];
let v87 = *v84;
let v88 = vec4<f32>(v86, v87[1], v87[2], v87[3]);
*v84 = v88;
let v89 = *v65;
let v90 = v89[0];
let v91 = *v84;
let v92 = vec4<f32>(v91[0], v90, v91[2], v91[3]);
*v84 = v92;
let v93 = *v67;
let v94 = v93[0];
let v95 = *v84;
let v96 = vec4<f32>(v95[0], v95[1], v94, v95[3]);
*v84 = v96;
let v97 = *v69;
let v98 = v97[0];
let v99 = *v84;
let v100 = vec4<f32>(v99[0], v99[1], v99[2], v98);
*v84 = v100;
let v101 = u32(4);
let v102 = v82 * v101;
let v103 = v102 * v45;
let v104 = v82 & v43;
let v105 = v83 ^ v104;
let v106 = v103 + v105;
let v107 = u32(v106);
let v108 = &(*v57)[v107];
let v109 = *v84;
*v108 = v109;
var<function> v110_store: vec4<f32>;
let v110 = &v110_store;
*v110 = v61;
let v111 = *v63;
let v112 = v111[1];
let v113 = *v110;
let v114 = vec4<f32>(v112, v113[1], v113[2], v113[3]);
*v110 = v114;
let v115 = *v65;
let v116 = v115[1];
let v117 = *v110;
let v118 = vec4<f32>(v117[0], v116, v117[2], v117[3]);
*v110 = v118;
let v119 = *v67;
let v120 = v119[1];
let v121 = *v110;
let v122 = vec4<f32>(v121[0], v121[1], v120, v121[3]);
*v110 = v122;
let v123 = *v69;
let v124 = v123[1];
let v125 = *v110;
let v126 = vec4<f32>(v125[0], v125[1], v125[2], v124);
*v110 = v126;
let v127 = v102 + v76;
let v128 = v127 * v45;
let v129 = v128 + v105;
let v130 = u32(v129);
let v131 = &(*v57)[v130];
let v132 = *v110;
*v131 = v132;
var<function> v133_store: vec4<f32>;
let v133 = &v133_store;
*v133 = v61;
let v134 = *v63;
let v135 = v134[2];
let v136 = *v133;
let v137 = vec4<f32>(v135, v136[1], v136[2], v136[3]);
*v133 = v137;
let v138 = *v65;
let v139 = v138[2];
let v140 = *v133;
let v141 = vec4<f32>(v140[0], v139, v140[2], v140[3]);
*v133 = v141;
let v142 = *v67;
let v143 = v142[2];
let v144 = *v133;
let v145 = vec4<f32>(v144[0], v144[1], v143, v144[3]);
*v133 = v145;
let v146 = *v69;
let v147 = v146[2];
let v148 = *v133;
let v149 = vec4<f32>(v148[0], v148[1], v148[2], v147);
*v133 = v149;
let v150 = u32(2);
let v151 = v102 + v150;
let v152 = v151 * v45;
let v153 = v152 + v105;
let v154 = u32(v153);
let v155 = &(*v57)[v154];
let v156 = *v133;
*v155 = v156;
var<function> v157_store: vec4<f32>;
let v157 = &v157_store;
*v157 = v61;
let v158 = *v63;
let v159 = v158[3];
let v160 = *v157;
let v161 = vec4<f32>(v159, v160[1], v160[2], v160[3]);
*v157 = v161;
let v162 = *v65;
let v163 = v162[3];
let v164 = *v157;
let v165 = vec4<f32>(v164[0], v163, v164[2], v164[3]);
*v157 = v165;
let v166 = *v67;
let v167 = v166[3];
let v168 = *v157;
let v169 = vec4<f32>(v168[0], v168[1], v167, v168[3]);
*v157 = v169;
let v170 = *v69;
let v171 = v170[3];
let v172 = *v157;
let v173 = vec4<f32>(v172[0], v172[1], v172[2], v171);
*v157 = v173;
let v174 = u32(3);
let v175 = v102 + v174;
let v176 = v175 * v45;
let v177 = v176 + v105;
let v178 = u32(v177);
let v179 = &(*v57)[v178];
let v180 = *v157;
*v179 = v180;

} else {
let v181 = *v63;
let v182 = u32(512);
let v183 = v182 + v72;
let v184 = u32(v183);
let v185 = &(*v57)[v184];
*v185 = v181;
let v186 = *v65;
let v187 = v183 + v70;
let v188 = u32(v187);
let v189 = &(*v57)[v188];
*v189 = v186;
let v190 = *v67;
let v191 = u32(256);
let v192 = v183 + v191;
let v193 = u32(v192);
let v194 = &(*v57)[v193];
*v194 = v190;
let v195 = *v69;
let v196 = u32(384);
let v197 = v183 + v196;
let v198 = u32(v197);
let v199 = &(*v57)[v198];
*v199 = v195;

}
workgroupBarrier();

}
let v200 = v79 < v75;
if v200 {
let v201 = v79 * v52;
if v71 {
let v202 = u32(16);
let v203 = v72 / v202;
let v204 = u32(4);
let v205 = v203 * v204;
let v206 = v49 + v205;
let v207 = v201 / v204;
let v208 = v72 % v202;
let v209 = v207 + v208;
var<function> v210_store: vec4<f32>;
let v210 = &v210_store;
*v210 = v61;
let v211 = v206 < v16;
let v212 = v209 < v25;
let v213 = v211 && v212;
if v213 {
let v214 = v206 * v25;
let v215 = v214 + v209;
let v216 = u32(v215);
let v217 = &(*v13)[v216];
let v218 = *v217;
*v210 = v218;

}
let v219 = *v210;
*v63 = v219;
let v220 = v206 + v76;
var<function> v221_store: vec4<f32>;
let v221 = &v221_store;
*v221 = v61;
let v222 = v220 < v16;
let v223 = v222 && v212;
if v223 {
let v224 = v220 * v25;
let v225 = v224 + v209;
let v226 = u32(v225);
let v227 = &(*v13)[v226];
let v228 = *v227;
*v221 = v228;

}
let v229 = *v221;
*v65 = v229;
let v230 = u32(2);
let v231 = v206 + v230;
var<function> v232_store: vec4<f32>;
let v232 = &v232_store;
*v232 = v61;
let v233 = v231 < v16;
let v234 = v233 && v212;
if v234 {
let v235 = v231 * v25;
let v236 = v235 + v209;
let v237 = u32(v236);
let v238 = &(*v13)[v237];
let v239 = *v238;
*v232 = v239;

}
let v240 = *v232;
*v67 = v240;
let v241 = u32(3);
let v242 = v206 + v241;
var<function> v243_store: vec4<f32>;
let v243 = &v243_store;
*v243 = v61;
let v244 = v242 < v16;
let v245 = v244 && v212;
if v245 {
let v246 = v242 * v25;
let v247 = v246 + v209;
let v248 = u32(v247);
let v249 = &(*v13)[v248];
let v250 = *v249;
*v243 = v250;

}
let v251 = *v243;
*v69 = v251;

} else {
let v252 = v72 / v45;
let v253 = v201 + v252;
let v254 = v72 % v45;
let v255 = v51 + v254;
var<function> v256_store: vec4<f32>;
let v256 = &v256_store;
*v256 = v61;
let v257 = v253 < v19;
let v258 = v255 < v22;
let v259 = v257 && v258;
if v259 {
let v260 = v253 * v22;
let v261 = v260 + v255;
let v262 = u32(v261);
let v263 = &(*v12)[v262];
let v264 = *v263;
*v256 = v264;

}
let v265 = *v256;
*v63 = v265;
let v266 = v72 + v70;
let v267 = v266 / v45;
let v268 = v201 + v267;
let v269 = v266 % v45;
let v270 = v51 + v269;
var<function> v271_store: vec4<f32>;
let v271 = &v271_store;
*v271 = v61;
let v272 = v268 < v19;
let v273 = v270 < v22;
let v274 = v272 && v273;
if v274 {
let v275 = v268 * v22;
let v276 = v275 + v270;
let v277 = u32(v276);
let v278 = &(*v12)[v277];
let v279 = *v278;
*v271 = v279;

}
let v280 = *v271;
*v65 = v280;
let v281 = u32(256);
let v282 = v72 + v281;
let v283 = v282 / v45;
let v284 = v201 + v283;
let v285 = v282 % v45;
let v286 = v51 + v285;
var<function> v287_store: vec4<f32>;
let v287 = &v287_store;
*v287 = v61;
let v288 = v284 < v19;
let v289 = v286 < v22;
let v290 = v288 && v289;
if v290 {
let v291 = v284 * v22;
let v292 = v291 + v286;
let v293 = u32(v292);
let v294 = &(*v12)[v293];
let v295 = *v294;
*v287 = v295;

}
let v296 = *v287;
*v67 = v296;
let v297 = u32(384);
let v298 = v72 + v297;
let v299 = v298 / v45;
let v300 = v201 + v299;
let v301 = v298 % v45;
let v302 = v51 + v301;
var<function> v303_store: vec4<f32>;
let v303 = &v303_store;
*v303 = v61;
let v304 = v300 < v19;
let v305 = v302 < v22;
let v306 = v304 && v305;
if v306 {
let v307 = v300 * v22;
let v308 = v307 + v302;
let v309 = u32(v308);
let v310 = &(*v12)[v309];
let v311 = *v310;
*v303 = v311;

}
let v312 = *v303;
*v69 = v312;

}

}
if v80 {
let v313 = u32(16);
for(var v314: u32 = v78; v314 < v313; v314 += v76) {
let v315 = v53 * v313;
let v316 = v315 + v314;
let v317 = v316 * v45;
let v318 = u32(2);
let v319 = v316 >> u32(v318);
let v320 = v319 & v43;
let v321 = v55 ^ v320;
let v322 = v317 + v321;
let v323 = u32(v322);
let v324 = &(*v57)[v323];
let v325 = *v324;
var<function> v326_store: u32;
let v326 = &v326_store;
*v326 = v56;
let v327 = u32(512);
let v328 = v327 + v317;
let v329 = *v326;
let v330 = v328 + v329;
let v331 = u32(v330);
let v332 = &(*v57)[v331];
let v333 = *v332;
let v334 = v325[0];
let v335 = vec4<f32>(v334);
let v336 = *v62;
let v337 = fma(v335, v333, v336);
*v62 = v337;
let v338 = v325[1];
let v339 = vec4<f32>(v338);
let v340 = *v64;
let v341 = fma(v339, v333, v340);
*v64 = v341;
let v342 = v325[2];
let v343 = vec4<f32>(v342);
let v344 = *v66;
let v345 = fma(v343, v333, v344);
*v66 = v345;
let v346 = v325[3];
let v347 = vec4<f32>(v346);
let v348 = *v68;
let v349 = fma(v347, v333, v348);
*v68 = v349;

}

}

}
workgroupBarrier();
let v350 = *v62;
let v351 = v53 * v48;
let v352 = u32(4);
let v353 = v55 * v352;
let v354 = v351 + v353;
let v355 = v354 * v45;
let v356 = v355 + v56;
let v357 = u32(v356);
let v358 = &(*v57)[v357];
*v358 = v350;
let v359 = *v64;
let v360 = v354 + v76;
let v361 = v360 * v45;
let v362 = v361 + v56;
let v363 = u32(v362);
let v364 = &(*v57)[v363];
*v364 = v359;
let v365 = *v66;
let v366 = u32(2);
let v367 = v354 + v366;
let v368 = v367 * v45;
let v369 = v368 + v56;
let v370 = u32(v369);
let v371 = &(*v57)[v370];
*v371 = v365;
let v372 = *v68;
let v373 = u32(3);
let v374 = v354 + v373;
let v375 = v374 * v45;
let v376 = v375 + v56;
let v377 = u32(v376);
let v378 = &(*v57)[v377];
*v378 = v372;
workgroupBarrier();
let v379 = v26 / v45;
let v380 = v26 % v45;
let v381 = v49 + v379;
let v382 = v381 < v16;
let v383 = v51 + v380;
let v384 = v383 < v22;
let v385 = v382 && v384;
if v385 {
let v386 = u32(v26);
let v387 = &(*v57)[v386];
let v388 = *v387;
var<function> v389_store: vec4<f32>;
let v389 = &v389_store;
*v389 = v388;
let v390 = u32(256);
let v391 = v390 + v26;
let v392 = u32(v391);
let v393 = &(*v57)[v392];
let v394 = *v393;
let v395 = *v389;
let v396 = v395 + v394;
*v389 = v396;
let v397 = u32(512);
let v398 = v397 + v26;
let v399 = u32(v398);
let v400 = &(*v57)[v399];
let v401 = *v400;
let v402 = *v389;
let v403 = v402 + v401;
*v389 = v403;
let v404 = u32(768);
let v405 = v404 + v26;
let v406 = u32(v405);
let v407 = &(*v57)[v406];
let v408 = *v407;
let v409 = *v389;
let v410 = v409 + v408;
*v389 = v410;
let v411 = v381 * v22;
let v412 = v411 + v51;
let v413 = v412 + v380;
let v414 = u32(v413);
let v415 = &(*v11)[v414];
let v416 = *v415;
var<function> v417_store: vec4<f32>;
let v417 = &v417_store;
let v418 = *v389;
*v417 = v418;
let v419 = v416 > v61;
let v420 = *v389;
let v421 = select(v61, v420, v419);
*v417 = v421;
let v422 = &(*v10)[v414];
let v423 = *v417;
*v422 = v423;

}
return;

}
