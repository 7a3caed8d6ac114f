// Written by `cargo run -p kernels` from crates/kernels/src/dense.rs: edit that.
var<workgroup> shared_v0: array<vec4<f32>, 1024>;
@group(0) @binding(4) var<storage, read> v1: array<u32>;
@group(0) @binding(3) var<storage, read_write> v2: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v3: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> v4: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> v5: array<vec4<f32>>;
@compute @workgroup_size(256, 1, 1)
fn dense_wide(@builtin(local_invocation_index) v6: u32, @builtin(workgroup_id) v7: vec3<u32>, @builtin(num_workgroups) v8: vec3<u32>) {
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
let v46 = u32(31);
let v47 = v22 + v46;
let v48 = u32(32);
let v49 = v47 / v48;
let v50 = v45 / v49;
let v51 = u32(128);
let v52 = v50 * v51;
let v53 = v45 % v49;
let v54 = v53 * v48;
let v55 = u32(16);
let v56 = v29 / v55;
let v57 = v29 % v55;
let v58 = &shared_v0;
var<function> v59_store: array<vec4<f32>, 16>= array<vec4<f32>, 16>();
let v59 = &v59_store;
var<function> v60_store: array<vec4<f32>, 4>= array<vec4<f32>, 4>();
let v60 = &v60_store;
let v61 = f32(0.0);
let v62 = vec4<f32>(v61);
let v63 = &(*v59)[v14];
*v63 = v62;
let v64 = &(*v59)[v17];
*v64 = v62;
let v65 = &(*v59)[v20];
*v65 = v62;
let v66 = &(*v59)[v23];
*v66 = v62;
let v67 = &(*v59)[v26];
*v67 = v62;
let v68 = u32(5);
let v69 = &(*v59)[v68];
*v69 = v62;
let v70 = u32(6);
let v71 = &(*v59)[v70];
*v71 = v62;
let v72 = u32(7);
let v73 = &(*v59)[v72];
*v73 = v62;
let v74 = u32(8);
let v75 = &(*v59)[v74];
*v75 = v62;
let v76 = u32(9);
let v77 = &(*v59)[v76];
*v77 = v62;
let v78 = u32(10);
let v79 = &(*v59)[v78];
*v79 = v62;
let v80 = u32(11);
let v81 = &(*v59)[v80];
*v81 = v62;
let v82 = u32(12);
let v83 = &(*v59)[v82];
*v83 = v62;
let v84 = u32(13);
let v85 = &(*v59)[v84];
*v85 = v62;
let v86 = u32(14);
let v87 = &(*v59)[v86];
*v87 = v62;
let v88 = u32(15);
let v89 = &(*v59)[v88];
*v89 = v62;
let v90 = &(*v60)[v14];
*v90 = v62;
let v91 = &(*v60)[v17];
*v91 = v62;
let v92 = &(*v60)[v20];
*v92 = v62;
let v93 = &(*v60)[v23];
*v93 = v62;
let v94 = v29 < v51;
let v95 = v29 % v51;
let v96 = u32(15);
let v97 = v19 + v96;
let v98 = v97 / v55;
let v99 = u32(1);
let v100 = v98 + v99;
let v101 = u32(0);
for(var v102: u32 = v101; v102 < v100; v102 += v99) {
let v103 = v102 > v101;
if v103 {
workgroupBarrier();
if v94 {
let v104 = u32(4);
let v105 = v95 % v104;
let v106 = v95 / v104;
var<function> v107_store: vec4<f32>;
let v107 = &v107_store;
*v107 = v62;
let v108 = *v90;
let v109 = v108[0];
let v110 = *v107;
let v111 = vec4<f32>(v109, v110[1], v110[2], v110[3]);
*v107 = v111;
let v112 = *v91;
let v113 = v112[0];
let v114 = *v107;
let v115 = vec4<f32>(v114[0], v113, v114[2], v114[3]);
*v107 = v115;
let v116 = *v92;
let v117 = v116[0];
let v118 = *v107;
let v119 = vec4<f32>(v118[0], v118[1], v117, v118[3]);
*v107 = v119;
let v120 = *v93;
let v121 = v120[0];
let v122 = *v107;
let v123 = vec4<f32>(v122[0], v122[1], v122[2], v121);
*v107 = v123;
let v124 = v105 * v104;
let v125 = v124 * v48;
let v126 = u32(2);
let v127 = v105 * v126;
let v128 = v106 ^ v127;
let v129 = v125 + v128;
let v130 = u32(v129);
let v131 = &(*v58)[v130];
let v132 = *v107;
*v131 = v132;
var<function> v133_store: vec4<f32>;
let v133 = &v133_store;
*v133 = v62;
let v134 = *v90;
let v135 = v134[1];
let v136 = *v133;
let v137 = vec4<f32>(v135, v136[1], v136[2], v136[3]);
*v133 = v137;
let v138 = *v91;
let v139 = v138[1];
let v140 = *v133;
let v141 = vec4<f32>(v140[0], v139, v140[2], v140[3]);
*v133 = v141;
let v142 = *v92;
let v143 = v142[1];
let v144 = *v133;
let v145 = vec4<f32>(v144[0], v144[1], v143, v144[3]);
*v133 = v145;
let v146 = *v93;
let v147 = v146[1];
let v148 = *v133;
let v149 = vec4<f32>(v148[0], v148[1], v148[2], v147);
*v133 = v149;
let v150 = v124 + v99;
let v151 = v150 * v48;
let v152 = v151 + v128;
let v153 = u32(v152);
let v154 = &(*v58)[v153];
let v155 = *v133;
*v154 = v155;
var<function> v156_store: vec4<f32>;
let v156 = &v156_store;
*v156 = v62;
let v157 = *v90;
let v158 = v157[2];
let v159 = *v156;
let v160 = vec4<f32>(v158, v159[1], v159[2], v159[3]);
*v156 = v160;
let v161 = *v91;
let v162 = v161[2];
let v163 = *v156;
let v164 = vec4<f32>(v163[0], v162, v163[2], v163[3]);
*v156 = v164;
let v165 = *v92;
let v166 = v165[2];
let v167 = *v156;
let v168 = vec4<f32>(v167[0], v167[1], v166, v167[3]);
*v156 = v168;
let v169 = *v93;
let v170 = v169[2];
let v171 = *v156;
let v172 = vec4<f32>(v171[0], v171[1], v171[2], v170);
*v156 = v172;
let v173 = v124 + v126;
let v174 = v173 * v48;
let v175 = v174 + v128;
let v176 = u32(v175);
let v177 = &(*v58)[v176];
let v178 = *v156;
*v177 = v178;
var<function> v179_store: vec4<f32>;
let v179 = &v179_store;
*v179 = v62;
let v180 = *v90;
let v181 = v180[3];
let v182 = *v179;
let v183 = vec4<f32>(v181, v182[1], v182[2], v182[3]);
*v179 = v183;
let v184 = *v91;
let v185 = v184[3];
let v186 = *v179;
let v187 = vec4<f32>(v186[0], v185, v186[2], v186[3]);
*v179 = v187;
let v188 = *v92;
let v189 = v188[3];
let v190 = *v179;
let v191 = vec4<f32>(v190[0], v190[1], v189, v190[3]);
*v179 = v191;
let v192 = *v93;
let v193 = v192[3];
let v194 = *v179;
let v195 = vec4<f32>(v194[0], v194[1], v194[2], v193);
*v179 = v195;
let v196 = u32(3);
let v197 = v124 + v196;
let v198 = v197 * v48;
let v199 = v198 + v128;
let v200 = u32(v199);
let v201 = &(*v58)[v200];
let v202 = *v179;
*v201 = v202;

} else {
let v203 = *v90;
let v204 = u32(512);
let v205 = v204 + v95;
let v206 = u32(v205);
let v207 = &(*v58)[v206];
*v207 = v203;
let v208 = *v91;
let v209 = v205 + v51;
let v210 = u32(v209);
let v211 = &(*v58)[v210];
*v211 = v208;
let v212 = *v92;
let v213 = u32(256);
let v214 = v205 + v213;
let v215 = u32(v214);
let v216 = &(*v58)[v215];
*v216 = v212;
let v217 = *v93;
let v218 = u32(384);
let v219 = v205 + v218;
let v220 = u32(v219);
let v221 = &(*v58)[v220];
*v221 = v217;

}
workgroupBarrier();

}
let v222 = v102 < v98;
if v222 {
let v223 = v102 * v55;
if v94 {
let v224 = u32(4);
let v225 = v95 / v224;
let v226 = v225 * v224;
let v227 = v52 + v226;
let v228 = v223 / v224;
let v229 = v95 % v224;
let v230 = v228 + v229;
var<function> v231_store: vec4<f32>;
let v231 = &v231_store;
*v231 = v62;
let v232 = v227 < v16;
let v233 = v230 < v25;
let v234 = v232 && v233;
if v234 {
let v235 = v227 * v25;
let v236 = v235 + v230;
let v237 = u32(v236);
let v238 = &(*v13)[v237];
let v239 = *v238;
*v231 = v239;

}
let v240 = *v231;
*v90 = v240;
let v241 = v227 + v99;
var<function> v242_store: vec4<f32>;
let v242 = &v242_store;
*v242 = v62;
let v243 = v241 < v16;
let v244 = v243 && v233;
if v244 {
let v245 = v241 * v25;
let v246 = v245 + v230;
let v247 = u32(v246);
let v248 = &(*v13)[v247];
let v249 = *v248;
*v242 = v249;

}
let v250 = *v242;
*v91 = v250;
let v251 = u32(2);
let v252 = v227 + v251;
var<function> v253_store: vec4<f32>;
let v253 = &v253_store;
*v253 = v62;
let v254 = v252 < v16;
let v255 = v254 && v233;
if v255 {
let v256 = v252 * v25;
let v257 = v256 + v230;
let v258 = u32(v257);
let v259 = &(*v13)[v258];
let v260 = *v259;
*v253 = v260;

}
let v261 = *v253;
*v92 = v261;
let v262 = u32(3);
let v263 = v227 + v262;
var<function> v264_store: vec4<f32>;
let v264 = &v264_store;
*v264 = v62;
let v265 = v263 < v16;
let v266 = v265 && v233;
if v266 {
let v267 = v263 * v25;
let v268 = v267 + v230;
let v269 = u32(v268);
let v270 = &(*v13)[v269];
let v271 = *v270;
*v264 = v271;

}
let v272 = *v264;
*v93 = v272;

} else {
let v273 = v95 / v48;
let v274 = v223 + v273;
let v275 = v95 % v48;
let v276 = v54 + v275;
var<function> v277_store: vec4<f32>;
let v277 = &v277_store;
*v277 = v62;
let v278 = v274 < v19;
let v279 = v276 < v22;
let v280 = v278 && v279;
if v280 {
let v281 = v274 * v22;
let v282 = v281 + v276;
let v283 = u32(v282);
let v284 = &(*v12)[v283];
let v285 = *v284;
*v277 = v285;

}
let v286 = *v277;
*v90 = v286;
let v287 = v95 + v51;
let v288 = v287 / v48;
let v289 = v223 + v288;
let v290 = v287 % v48;
let v291 = v54 + v290;
var<function> v292_store: vec4<f32>;
let v292 = &v292_store;
*v292 = v62;
let v293 = v289 < v19;
let v294 = v291 < v22;
let v295 = v293 && v294;
if v295 {
let v296 = v289 * v22;
let v297 = v296 + v291;
let v298 = u32(v297);
let v299 = &(*v12)[v298];
let v300 = *v299;
*v292 = v300;

}
let v301 = *v292;
*v91 = v301;
let v302 = u32(256);
let v303 = v95 + v302;
let v304 = v303 / v48;
let v305 = v223 + v304;
let v306 = v303 % v48;
let v307 = v54 + v306;
var<function> v308_store: vec4<f32>;
let v308 = &v308_store;
*v308 = v62;
let v309 = v305 < v19;
let v310 = v307 < v22;
let v311 = v309 && v310;
if v311 {
let v312 = v305 * v22;
let v313 = v312 + v307;
let v314 = u32(v313);
let v315 = &(*v12)[v314];
let v316 = *v315;
*v308 = v316;

}
let v317 = *v308;
*v92 = v317;
let v318 = u32(384);
let v319 = v95 + v318;
let v320 = v319 / v48;
let v321 = v223 + v320;
let v322 = v319 % v48;
let v323 = v54 + v322;
var<function> v324_store: vec4<f32>;
let v324 = &v324_store;
*v324 = v62;
let v325 = v321 < v19;
let v326 = v323 < v22;
let v327 = v325 && v326;
if v327 {
let v328 = v321 * v22;
let v329 = v328 + v323;
let v330 = u32(v329);
let v331 = &(*v12)[v330];
let v332 = *v331;
*v324 = v332;

}
let v333 = *v324;
*v93 = v333;

}

}
if v103 {
for(var v334: u32 = v101; v334 < v55; v334 += v99) {
let v335 = u32(2);
let v336 = v334 >> u32(v335);
let v337 = v336 * v335;
let v338 = v56 ^ v337;
let v339 = v334 * v48;
let v340 = v339 + v338;
let v341 = u32(v340);
let v342 = &(*v58)[v341];
let v343 = *v342;
let v344 = v339 + v55;
let v345 = v344 + v338;
let v346 = u32(v345);
let v347 = &(*v58)[v346];
let v348 = *v347;
let v349 = u32(512);
let v350 = v349 + v339;
let v351 = v350 + v57;
let v352 = u32(v351);
let v353 = &(*v58)[v352];
let v354 = *v353;
let v355 = u32(528);
let v356 = v355 + v339;
let v357 = v356 + v57;
let v358 = u32(v357);
let v359 = &(*v58)[v358];
let v360 = *v359;
let v361 = v343[0];
let v362 = vec4<f32>(v361);
let v363 = v348[0];
let v364 = vec4<f32>(v363);
let v365 = *v63;
let v366 = fma(v362, v354, v365);
*v63 = v366;
let v367 = *v64;
let v368 = fma(v362, v360, v367);
*v64 = v368;
let v369 = *v75;
let v370 = fma(v364, v354, v369);
*v75 = v370;
let v371 = *v77;
let v372 = fma(v364, v360, v371);
*v77 = v372;
let v373 = v343[1];
let v374 = vec4<f32>(v373);
let v375 = v348[1];
let v376 = vec4<f32>(v375);
let v377 = *v65;
let v378 = fma(v374, v354, v377);
*v65 = v378;
let v379 = *v66;
let v380 = fma(v374, v360, v379);
*v66 = v380;
let v381 = *v79;
let v382 = fma(v376, v354, v381);
*v79 = v382;
let v383 = *v81;
let v384 = fma(v376, v360, v383);
*v81 = v384;
let v385 = v343[2];
let v386 = vec4<f32>(v385);
let v387 = v348[2];
let v388 = vec4<f32>(v387);
let v389 = *v67;
let v390 = fma(v386, v354, v389);
*v67 = v390;
let v391 = *v69;
let v392 = fma(v386, v360, v391);
*v69 = v392;
let v393 = *v83;
let v394 = fma(v388, v354, v393);
*v83 = v394;
let v395 = *v85;
let v396 = fma(v388, v360, v395);
*v85 = v396;
let v397 = v343[3];
let v398 = vec4<f32>(v397);
let v399 = v348[3];
let v400 = vec4<f32>(v399);
let v401 = *v71;
let v402 = fma(v398, v354, v401);
*v71 = v402;
let v403 = *v73;
let v404 = fma(v398, v360, v403);
*v73 = v404;
let v405 = *v87;
let v406 = fma(v400, v354, v405);
*v87 = v406;
let v407 = *v89;
let v408 = fma(v400, v360, v407);
*v89 = v408;

}

}

}
let v409 = u32(4);
let v410 = v56 * v409;
let v411 = v52 + v410;
let v412 = v54 + v57;
let v413 = v411 < v16;
let v414 = v412 < v22;
let v415 = v413 && v414;
if v415 {
let v416 = *v63;
let v417 = u32(v412);
let v418 = &(*v11)[v417];
let v419 = *v418;
var<function> v420_store: vec4<f32>;
let v420 = &v420_store;
*v420 = v416;
let v421 = v416 + v419;
*v420 = v421;
let v422 = v28 & v99;
let v423 = v422 != v101;
if v423 {
let v424 = *v420;
let v425 = max(v424, v62);
*v420 = v425;

}
let v426 = v411 * v22;
let v427 = v426 + v412;
let v428 = u32(v427);
let v429 = &(*v10)[v428];
let v430 = *v420;
*v429 = v430;

}
let v431 = v412 + v55;
let v432 = v431 < v22;
let v433 = v413 && v432;
if v433 {
let v434 = *v64;
let v435 = u32(v431);
let v436 = &(*v11)[v435];
let v437 = *v436;
var<function> v438_store: vec4<f32>;
let v438 = &v438_store;
*v438 = v434;
let v439 = v434 + v437;
*v438 = v439;
let v440 = v28 & v99;
let v441 = v440 != v101;
if v441 {
let v442 = *v438;
let v443 = max(v442, v62);
*v438 = v443;

}
let v444 = v411 * v22;
let v445 = v444 + v431;
let v446 = u32(v445);
let v447 = &(*v10)[v446];
let v448 = *v438;
*v447 = v448;

}
let v449 = v411 + v99;
let v450 = v449 < v16;
let v451 = v450 && v414;
if v451 {
let v452 = *v65;
let v453 = u32(v412);
let v454 = &(*v11)[v453];
let v455 = *v454;
var<function> v456_store: vec4<f32>;
let v456 = &v456_store;
*v456 = v452;
let v457 = v452 + v455;
*v456 = v457;
let v458 = v28 & v99;
let v459 = v458 != v101;
if v459 {
let v460 = *v456;
let v461 = max(v460, v62);
*v456 = v461;

}
let v462 = v449 * v22;
let v463 = v462 + v412;
let v464 = u32(v463);
let v465 = &(*v10)[v464];
let v466 = *v456;
*v465 = v466;

}
let v467 = v450 && v432;
if v467 {
let v468 = *v66;
let v469 = u32(v431);
let v470 = &(*v11)[v469];
let v471 = *v470;
var<function> v472_store: vec4<f32>;
let v472 = &v472_store;
*v472 = v468;
let v473 = v468 + v471;
*v472 = v473;
let v474 = v28 & v99;
let v475 = v474 != v101;
if v475 {
let v476 = *v472;
let v477 = max(v476, v62);
*v472 = v477;

}
let v478 = v449 * v22;
let v479 = v478 + v431;
let v480 = u32(v479);
let v481 = &(*v10)[v480];
let v482 = *v472;
*v481 = v482;

}
let v483 = u32(2);
let v484 = v411 + v483;
let v485 = v484 < v16;
let v486 = v485 && v414;
if v486 {
let v487 = *v67;
let v488 = u32(v412);
let v489 = &(*v11)[v488];
let v490 = *v489;
var<function> v491_store: vec4<f32>;
let v491 = &v491_store;
*v491 = v487;
let v492 = v487 + v490;
*v491 = v492;
let v493 = v28 & v99;
let v494 = v493 != v101;
if v494 {
let v495 = *v491;
let v496 = max(v495, v62);
*v491 = v496;

}
let v497 = v484 * v22;
let v498 = v497 + v412;
let v499 = u32(v498);
let v500 = &(*v10)[v499];
let v501 = *v491;
*v500 = v501;

}
let v502 = v485 && v432;
if v502 {
let v503 = *v69;
let v504 = u32(v431);
let v505 = &(*v11)[v504];
let v506 = *v505;
var<function> v507_store: vec4<f32>;
let v507 = &v507_store;
*v507 = v503;
let v508 = v503 + v506;
*v507 = v508;
let v509 = v28 & v99;
let v510 = v509 != v101;
if v510 {
let v511 = *v507;
let v512 = max(v511, v62);
*v507 = v512;

}
let v513 = v484 * v22;
let v514 = v513 + v431;
let v515 = u32(v514);
let v516 = &(*v10)[v515];
let v517 = *v507;
*v516 = v517;

}
let v518 = u32(3);
let v519 = v411 + v518;
let v520 = v519 < v16;
let v521 = v520 && v414;
if v521 {
let v522 = *v71;
let v523 = u32(v412);
let v524 = &(*v11)[v523];
let v525 = *v524;
var<function> v526_store: vec4<f32>;
let v526 = &v526_store;
*v526 = v522;
let v527 = v522 + v525;
*v526 = v527;
let v528 = v28 & v99;
let v529 = v528 != v101;
if v529 {
let v530 = *v526;
let v531 = max(v530, v62);
*v526 = v531;

}
let v532 = v519 * v22;
let v533 = v532 + v412;
let v534 = u32(v533);
let v535 = &(*v10)[v534];
let v536 = *v526;
*v535 = v536;

}
let v537 = v520 && v432;
if v537 {
let v538 = *v73;
let v539 = u32(v431);
let v540 = &(*v11)[v539];
let v541 = *v540;
var<function> v542_store: vec4<f32>;
let v542 = &v542_store;
*v542 = v538;
let v543 = v538 + v541;
*v542 = v543;
let v544 = v28 & v99;
let v545 = v544 != v101;
if v545 {
let v546 = *v542;
let v547 = max(v546, v62);
*v542 = v547;

}
let v548 = v519 * v22;
let v549 = v548 + v431;
let v550 = u32(v549);
let v551 = &(*v10)[v550];
let v552 = *v542;
*v551 = v552;

}
let v553 = u32(64);
let v554 = v52 + v553;
let v555 = v554 + v410;
let v556 = v555 < v16;
let v557 = v556 && v414;
if v557 {
let v558 = *v75;
let v559 = u32(v412);
let v560 = &(*v11)[v559];
let v561 = *v560;
var<function> v562_store: vec4<f32>;
let v562 = &v562_store;
*v562 = v558;
let v563 = v558 + v561;
*v562 = v563;
let v564 = v28 & v99;
let v565 = v564 != v101;
if v565 {
let v566 = *v562;
let v567 = max(v566, v62);
*v562 = v567;

}
let v568 = v555 * v22;
let v569 = v568 + v412;
let v570 = u32(v569);
let v571 = &(*v10)[v570];
let v572 = *v562;
*v571 = v572;

}
let v573 = v556 && v432;
if v573 {
let v574 = *v77;
let v575 = u32(v431);
let v576 = &(*v11)[v575];
let v577 = *v576;
var<function> v578_store: vec4<f32>;
let v578 = &v578_store;
*v578 = v574;
let v579 = v574 + v577;
*v578 = v579;
let v580 = v28 & v99;
let v581 = v580 != v101;
if v581 {
let v582 = *v578;
let v583 = max(v582, v62);
*v578 = v583;

}
let v584 = v555 * v22;
let v585 = v584 + v431;
let v586 = u32(v585);
let v587 = &(*v10)[v586];
let v588 = *v578;
*v587 = v588;

}
let v589 = v555 + v99;
let v590 = v589 < v16;
let v591 = v590 && v414;
if v591 {
let v592 = *v79;
let v593 = u32(v412);
let v594 = &(*v11)[v593];
let v595 = *v594;
var<function> v596_store: vec4<f32>;
let v596 = &v596_store;
*v596 = v592;
let v597 = v592 + v595;
*v596 = v597;
let v598 = v28 & v99;
let v599 = v598 != v101;
if v599 {
let v600 = *v596;
let v601 = max(v600, v62);
*v596 = v601;

}
let v602 = v589 * v22;
let v603 = v602 + v412;
let v604 = u32(v603);
let v605 = &(*v10)[v604];
let v606 = *v596;
*v605 = v606;

}
let v607 = v590 && v432;
if v607 {
let v608 = *v81;
let v609 = u32(v431);
let v610 = &(*v11)[v609];
let v611 = *v610;
var<function> v612_store: vec4<f32>;
let v612 = &v612_store;
*v612 = v608;
let v613 = v608 + v611;
*v612 = v613;
let v614 = v28 & v99;
let v615 = v614 != v101;
if v615 {
let v616 = *v612;
let v617 = max(v616, v62);
*v612 = v617;

}
let v618 = v589 * v22;
let v619 = v618 + v431;
let v620 = u32(v619);
let v621 = &(*v10)[v620];
let v622 = *v612;
*v621 = v622;

}
let v623 = v555 + v483;
let v624 = v623 < v16;
let v625 = v624 && v414;
if v625 {
let v626 = *v83;
let v627 = u32(v412);
let v628 = &(*v11)[v627];
let v629 = *v628;
var<function> v630_store: vec4<f32>;
let v630 = &v630_store;
*v630 = v626;
let v631 = v626 + v629;
*v630 = v631;
let v632 = v28 & v99;
let v633 = v632 != v101;
if v633 {
let v634 = *v630;
let v635 = max(v634, v62);
*v630 = v635;

}
let v636 = v623 * v22;
let v637 = v636 + v412;
let v638 = u32(v637);
let v639 = &(*v10)[v638];
let v640 = *v630;
*v639 = v640;

}
let v641 = v624 && v432;
if v641 {
let v642 = *v85;
let v643 = u32(v431);
let v644 = &(*v11)[v643];
let v645 = *v644;
var<function> v646_store: vec4<f32>;
let v646 = &v646_store;
*v646 = v642;
let v647 = v642 + v645;
*v646 = v647;
let v648 = v28 & v99;
let v649 = v648 != v101;
if v649 {
let v650 = *v646;
let v651 = max(v650, v62);
*v646 = v651;

}
let v652 = v623 * v22;
let v653 = v652 + v431;
let v654 = u32(v653);
let v655 = &(*v10)[v654];
let v656 = *v646;
*v655 = v656;

}
let v657 = v555 + v518;
let v658 = v657 < v16;
let v659 = v658 && v414;
if v659 {
let v660 = *v87;
let v661 = u32(v412);
let v662 = &(*v11)[v661];
let v663 = *v662;
var<function> v664_store: vec4<f32>;
let v664 = &v664_store;
*v664 = v660;
let v665 = v660 + v663;
*v664 = v665;
let v666 = v28 & v99;
let v667 = v666 != v101;
if v667 {
let v668 = *v664;
let v669 = max(v668, v62);
*v664 = v669;

}
let v670 = v657 * v22;
let v671 = v670 + v412;
let v672 = u32(v671);
let v673 = &(*v10)[v672];
let v674 = *v664;
*v673 = v674;

}
let v675 = v658 && v432;
if v675 {
let v676 = *v89;
let v677 = u32(v431);
let v678 = &(*v11)[v677];
let v679 = *v678;
var<function> v680_store: vec4<f32>;
let v680 = &v680_store;
*v680 = v676;
let v681 = v676 + v679;
*v680 = v681;
let v682 = v28 & v99;
let v683 = v682 != v101;
if v683 {
let v684 = *v680;
let v685 = max(v684, v62);
*v680 = v685;

}
let v686 = v657 * v22;
let v687 = v686 + v431;
let v688 = u32(v687);
let v689 = &(*v10)[v688];
let v690 = *v680;
*v689 = v690;

}
return;

}
