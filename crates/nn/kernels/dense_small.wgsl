// Written by `cargo run -p kernels` from crates/kernels/src/dense.rs: edit that.
var<workgroup> shared_v0: array<vec4<f32>, 1024>;
@group(0) @binding(4) var<storage, read> v1: array<u32>;
@group(0) @binding(3) var<storage, read_write> v2: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v3: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> v4: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> v5: array<vec4<f32>>;
@compute @workgroup_size(256, 1, 1)
fn dense_small(@builtin(local_invocation_index) v6: u32, @builtin(workgroup_id) v7: vec3<u32>, @builtin(num_workgroups) v8: vec3<u32>) {
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
let v26 = u32(4);
let v27 = &(*v9)[v26];
let v28 = *v27;
let v29 = v6;
let v30 = v7[2];
let v31 = u32(v30);
let v32 = v8[1];
let v33 = u32(v32);
let v34 = v31 * v33;
let v35 = v8[0];
let v36 = u32(v35);
let v37 = v34 * v36;
let v38 = v7[1];
let v39 = u32(v38);
let v40 = v39 * v36;
let v41 = v37 + v40;
let v42 = v7[0];
let v43 = u32(v42);
let v44 = v41 + v43;
let v45 = u32(v44);
let v46 = u32(7);
let v47 = v22 + v46;
let v48 = u32(8);
let v49 = v47 / v48;
let v50 = v45 / v49;
let v51 = u32(32);
let v52 = v50 * v51;
let v53 = v45 % v49;
let v54 = v53 * v48;
let v55 = u32(64);
let v56 = v29 / v55;
let v57 = v29 % v55;
let v58 = v57 / v48;
let v59 = v57 % v48;
let v60 = &shared_v0;
var<function> v61_store: array<vec4<f32>, 4>= array<vec4<f32>, 4>();
let v61 = &v61_store;
var<function> v62_store: array<vec4<f32>, 4>= array<vec4<f32>, 4>();
let v62 = &v62_store;
let v63 = f32(0.0);
let v64 = vec4<f32>(v63);
let v65 = &(*v61)[v14];
*v65 = v64;
let v66 = &(*v62)[v14];
*v66 = v64;
let v67 = &(*v61)[v17];
*v67 = v64;
let v68 = &(*v62)[v17];
*v68 = v64;
let v69 = &(*v61)[v20];
*v69 = v64;
let v70 = &(*v62)[v20];
*v70 = v64;
let v71 = &(*v61)[v23];
*v71 = v64;
let v72 = &(*v62)[v23];
*v72 = v64;
let v73 = u32(128);
let v74 = v29 < v73;
let v75 = v29 % v73;
let v76 = u32(63);
let v77 = v19 + v76;
let v78 = v77 / v55;
let v79 = u32(1);
let v80 = v78 + v79;
let v81 = u32(0);
for(var v82: u32 = v81; v82 < v80; v82 += v79) {
let v83 = v82 > v81;
if v83 {
workgroupBarrier();
if v74 {
let v84 = u32(16);
let v85 = v75 % v84;
let v86 = v75 / v84;
var<function> v87_store: vec4<f32>;
let v87 = &v87_store;
*v87 = v64;
let v88 = *v66;
let v89 = v88[0];
let v90 = *v87;
let v91 = vec4<f32>(v89, v90[1], v90[2], v90[3]);
*v87 = v91;
let v92 = *v68;
let v93 = v92[0];
let v94 = *v87;
let v95 = vec4<f32>(v94[0], v93, v94[2], v94[3]);
*v87 = v95;
let v96 = *v70;
let v97 = v96[0];
let v98 = *v87;
let v99 = vec4<f32>(v98[0], v98[1], v97, v98[3]);
*v87 = v99;
let v100 = *v72;
let v101 = v100[0];
let v102 = *v87;
let v103 = vec4<f32>(v102[0], v102[1], v102[2], v101);
*v87 = v103;
let v104 = u32(4);
let v105 = v85 * v104;
let v106 = v105 * v48;
let v107 = v85 & v46;
let v108 = v86 ^ v107;
let v109 = v106 + v108;
let v110 = u32(v109);
let v111 = &(*v60)[v110];
let v112 = *v87;
*v111 = v112;
var<function> v113_store: vec4<f32>;
let v113 = &v113_store;
*v113 = v64;
let v114 = *v66;
let v115 = v114[1];
let v116 = *v113;
let v117 = vec4<f32>(v115, v116[1], v116[2], v116[3]);
*v113 = v117;
let v118 = *v68;
let v119 = v118[1];
let v120 = *v113;
let v121 = vec4<f32>(v120[0], v119, v120[2], v120[3]);
*v113 = v121;
let v122 = *v70;
let v123 = v122[1];
let v124 = *v113;
let v125 = vec4<f32>(v124[0], v124[1], v123, v124[3]);
*v113 = v125;
let v126 = *v72;
let v127 = v126[1];
let v128 = *v113;
let v129 = vec4<f32>(v128[0], v128[1], v128[2], v127);
*v113 = v129;
let v130 = v105 + v79;
let v131 = v130 * v48;
let v132 = v131 + v108;
let v133 = u32(v132);
let v134 = &(*v60)[v133];
let v135 = *v113;
*v134 = v135;
var<function> v136_store: vec4<f32>;
let v136 = &v136_store;
*v136 = v64;
let v137 = *v66;
let v138 = v137[2];
let v139 = *v136;
let v140 = vec4<f32>(v138, v139[1], v139[2], v139[3]);
*v136 = v140;
let v141 = *v68;
let v142 = v141[2];
let v143 = *v136;
let v144 = vec4<f32>(v143[0], v142, v143[2], v143[3]);
*v136 = v144;
let v145 = *v70;
let v146 = v145[2];
let v147 = *v136;
let v148 = vec4<f32>(v147[0], v147[1], v146, v147[3]);
*v136 = v148;
let v149 = *v72;
let v150 = v149[2];
let v151 = *v136;
let v152 = vec4<f32>(v151[0], v151[1], v151[2], v150);
*v136 = v152;
let v153 = u32(2);
let v154 = v105 + v153;
let v155 = v154 * v48;
let v156 = v155 + v108;
let v157 = u32(v156);
let v158 = &(*v60)[v157];
let v159 = *v136;
*v158 = v159;
var<function> v160_store: vec4<f32>;
let v160 = &v160_store;
*v160 = v64;
let v161 = *v66;
let v162 = v161[3];
let v163 = *v160;
let v164 = vec4<f32>(v162, v163[1], v163[2], v163[3]);
*v160 = v164;
let v165 = *v68;
let v166 = v165[3];
let v167 = *v160;
let v168 = vec4<f32>(v167[0], v166, v167[2], v167[3]);
*v160 = v168;
let v169 = *v70;
let v170 = v169[3];
let v171 = *v160;
let v172 = vec4<f32>(v171[0], v171[1], v170, v171[3]);
*v160 = v172;
let v173 = *v72;
let v174 = v173[3];
let v175 = *v160;
let v176 = vec4<f32>(v175[0], v175[1], v175[2], v174);
*v160 = v176;
let v177 = u32(3);
let v178 = v105 + v177;
let v179 = v178 * v48;
let v180 = v179 + v108;
let v181 = u32(v180);
let v182 = &(*v60)[v181];
let v183 = *v160;
*v182 = v183;

} else {
let v184 = *v66;
let v185 = u32(512);
let v186 = v185 + v75;
let v187 = u32(v186);
let v188 = &(*v60)[v187];
*v188 = v184;
let v189 = *v68;
let v190 = v186 + v73;
let v191 = u32(v190);
let v192 = &(*v60)[v191];
*v192 = v189;
let v193 = *v70;
let v194 = u32(256);
let v195 = v186 + v194;
let v196 = u32(v195);
let v197 = &(*v60)[v196];
*v197 = v193;
let v198 = *v72;
let v199 = u32(384);
let v200 = v186 + v199;
let v201 = u32(v200);
let v202 = &(*v60)[v201];
*v202 = v198;

}
workgroupBarrier();

}
let v203 = v82 < v78;
if v203 {
let v204 = v82 * v55;
if v74 {
let v205 = u32(16);
let v206 = v75 / v205;
let v207 = u32(4);
let v208 = v206 * v207;
let v209 = v52 + v208;
let v210 = v204 / v207;
let v211 = v75 % v205;
let v212 = v210 + v211;
var<function> v213_store: vec4<f32>;
let v213 = &v213_store;
*v213 = v64;
let v214 = v209 < v16;
let v215 = v212 < v25;
let v216 = v214 && v215;
if v216 {
let v217 = v209 * v25;
let v218 = v217 + v212;
let v219 = u32(v218);
let v220 = &(*v13)[v219];
let v221 = *v220;
*v213 = v221;

}
let v222 = *v213;
*v66 = v222;
let v223 = v209 + v79;
var<function> v224_store: vec4<f32>;
let v224 = &v224_store;
*v224 = v64;
let v225 = v223 < v16;
let v226 = v225 && v215;
if v226 {
let v227 = v223 * v25;
let v228 = v227 + v212;
let v229 = u32(v228);
let v230 = &(*v13)[v229];
let v231 = *v230;
*v224 = v231;

}
let v232 = *v224;
*v68 = v232;
let v233 = u32(2);
let v234 = v209 + v233;
var<function> v235_store: vec4<f32>;
let v235 = &v235_store;
*v235 = v64;
let v236 = v234 < v16;
let v237 = v236 && v215;
if v237 {
let v238 = v234 * v25;
let v239 = v238 + v212;
let v240 = u32(v239);
let v241 = &(*v13)[v240];
let v242 = *v241;
*v235 = v242;

}
let v243 = *v235;
*v70 = v243;
let v244 = u32(3);
let v245 = v209 + v244;
var<function> v246_store: vec4<f32>;
let v246 = &v246_store;
*v246 = v64;
let v247 = v245 < v16;
let v248 = v247 && v215;
if v248 {
let v249 = v245 * v25;
let v250 = v249 + v212;
let v251 = u32(v250);
let v252 = &(*v13)[v251];
let v253 = *v252;
*v246 = v253;

}
let v254 = *v246;
*v72 = v254;

} else {
let v255 = v75 / v48;
let v256 = v204 + v255;
let v257 = v75 % v48;
let v258 = v54 + v257;
var<function> v259_store: vec4<f32>;
let v259 = &v259_store;
*v259 = v64;
let v260 = v256 < v19;
let v261 = v258 < v22;
let v262 = v260 && v261;
if v262 {
let v263 = v256 * v22;
let v264 = v263 + v258;
let v265 = u32(v264);
let v266 = &(*v12)[v265];
let v267 = *v266;
*v259 = v267;

}
let v268 = *v259;
*v66 = v268;
let v269 = v75 + v73;
let v270 = v269 / v48;
let v271 = v204 + v270;
let v272 = v269 % v48;
let v273 = v54 + v272;
var<function> v274_store: vec4<f32>;
let v274 = &v274_store;
*v274 = v64;
let v275 = v271 < v19;
let v276 = v273 < v22;
let v277 = v275 && v276;
if v277 {
let v278 = v271 * v22;
let v279 = v278 + v273;
let v280 = u32(v279);
let v281 = &(*v12)[v280];
let v282 = *v281;
*v274 = v282;

}
let v283 = *v274;
*v68 = v283;
let v284 = u32(256);
let v285 = v75 + v284;
let v286 = v285 / v48;
let v287 = v204 + v286;
let v288 = v285 % v48;
let v289 = v54 + v288;
var<function> v290_store: vec4<f32>;
let v290 = &v290_store;
*v290 = v64;
let v291 = v287 < v19;
let v292 = v289 < v22;
let v293 = v291 && v292;
if v293 {
let v294 = v287 * v22;
let v295 = v294 + v289;
let v296 = u32(v295);
let v297 = &(*v12)[v296];
let v298 = *v297;
*v290 = v298;

}
let v299 = *v290;
*v70 = v299;
let v300 = u32(384);
let v301 = v75 + v300;
let v302 = v301 / v48;
let v303 = v204 + v302;
let v304 = v301 % v48;
let v305 = v54 + v304;
var<function> v306_store: vec4<f32>;
let v306 = &v306_store;
*v306 = v64;
let v307 = v303 < v19;
let v308 = v305 < v22;
let v309 = v307 && v308;
if v309 {
let v310 = v303 * v22;
let v311 = v310 + v305;
let v312 = u32(v311);
let v313 = &(*v12)[v312];
let v314 = *v313;
*v306 = v314;

}
let v315 = *v306;
*v72 = v315;

}

}
if v83 {
let v316 = u32(16);
for(var v317: u32 = v81; v317 < v316; v317 += v79) {
let v318 = v56 * v316;
let v319 = v318 + v317;
let v320 = v319 * v48;
let v321 = u32(2);
let v322 = v319 >> u32(v321);
let v323 = v322 & v46;
let v324 = v58 ^ v323;
let v325 = v320 + v324;
let v326 = u32(v325);
let v327 = &(*v60)[v326];
let v328 = *v327;
var<function> v329_store: u32;
let v329 = &v329_store;
*v329 = v59;
let v330 = u32(512);
let v331 = v330 + v320;
let v332 = *v329;
let v333 = v331 + v332;
let v334 = u32(v333);
let v335 = &(*v60)[v334];
let v336 = *v335;
let v337 = v328[0];
let v338 = vec4<f32>(v337);
let v339 = *v65;
let v340 = fma(v338, v336, v339);
*v65 = v340;
let v341 = v328[1];
let v342 = vec4<f32>(v341);
let v343 = *v67;
let v344 = fma(v342, v336, v343);
*v67 = v344;
let v345 = v328[2];
let v346 = vec4<f32>(v345);
let v347 = *v69;
let v348 = fma(v346, v336, v347);
*v69 = v348;
let v349 = v328[3];
let v350 = vec4<f32>(v349);
let v351 = *v71;
let v352 = fma(v350, v336, v351);
*v71 = v352;

}

}

}
workgroupBarrier();
let v353 = *v65;
let v354 = v56 * v51;
let v355 = u32(4);
let v356 = v58 * v355;
let v357 = v354 + v356;
let v358 = v357 * v48;
let v359 = v358 + v59;
let v360 = u32(v359);
let v361 = &(*v60)[v360];
*v361 = v353;
let v362 = *v67;
let v363 = v357 + v79;
let v364 = v363 * v48;
let v365 = v364 + v59;
let v366 = u32(v365);
let v367 = &(*v60)[v366];
*v367 = v362;
let v368 = *v69;
let v369 = u32(2);
let v370 = v357 + v369;
let v371 = v370 * v48;
let v372 = v371 + v59;
let v373 = u32(v372);
let v374 = &(*v60)[v373];
*v374 = v368;
let v375 = *v71;
let v376 = u32(3);
let v377 = v357 + v376;
let v378 = v377 * v48;
let v379 = v378 + v59;
let v380 = u32(v379);
let v381 = &(*v60)[v380];
*v381 = v375;
workgroupBarrier();
let v382 = v29 / v48;
let v383 = v29 % v48;
let v384 = v52 + v382;
let v385 = v384 < v16;
let v386 = v54 + v383;
let v387 = v386 < v22;
let v388 = v385 && v387;
if v388 {
let v389 = u32(v29);
let v390 = &(*v60)[v389];
let v391 = *v390;
var<function> v392_store: vec4<f32>;
let v392 = &v392_store;
*v392 = v391;
let v393 = u32(256);
let v394 = v393 + v29;
let v395 = u32(v394);
let v396 = &(*v60)[v395];
let v397 = *v396;
let v398 = *v392;
let v399 = v398 + v397;
*v392 = v399;
let v400 = u32(512);
let v401 = v400 + v29;
let v402 = u32(v401);
let v403 = &(*v60)[v402];
let v404 = *v403;
let v405 = *v392;
let v406 = v405 + v404;
*v392 = v406;
let v407 = u32(768);
let v408 = v407 + v29;
let v409 = u32(v408);
let v410 = &(*v60)[v409];
let v411 = *v410;
let v412 = *v392;
let v413 = v412 + v411;
*v392 = v413;
let v414 = v384 * v22;
let v415 = v414 + v54;
let v416 = v415 + v383;
let v417 = u32(v416);
let v418 = u32(v386);
let v419 = &(*v11)[v418];
let v420 = *v419;
var<function> v421_store: vec4<f32>;
let v421 = &v421_store;
let v422 = *v392;
*v421 = v422;
let v423 = *v392;
let v424 = v423 + v420;
*v421 = v424;
let v425 = v28 & v79;
let v426 = v425 != v81;
if v426 {
let v427 = *v421;
let v428 = max(v427, v64);
*v421 = v428;

}
let v429 = &(*v10)[v417];
let v430 = *v421;
*v429 = v430;

}
return;

}
