// Written by `cargo run -p kernels` from crates/kernels/src/dense.rs: edit that.
var<workgroup> shared_v0: array<vec4<f32>, 1024>;
@group(0) @binding(4) var<storage, read> v1: array<u32>;
@group(0) @binding(3) var<storage, read_write> v2: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v3: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> v4: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> v5: array<vec4<f32>>;
@compute @workgroup_size(256, 1, 1)
fn dense_gradient(@builtin(local_invocation_index) v6: u32, @builtin(workgroup_id) v7: vec3<u32>, @builtin(num_workgroups) v8: vec3<u32>) {
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
let v81 = v72 / v45;
let v82 = *v63;
let v83 = v81 * v45;
let v84 = v72 % v45;
let v85 = u32(2);
let v86 = v81 >> u32(v85);
let v87 = v86 & v43;
let v88 = v84 ^ v87;
let v89 = v83 + v88;
let v90 = u32(v89);
let v91 = &(*v57)[v90];
*v91 = v82;
let v92 = v72 + v70;
let v93 = v92 / v45;
let v94 = *v65;
let v95 = v93 * v45;
let v96 = v92 % v45;
let v97 = v93 >> u32(v85);
let v98 = v97 & v43;
let v99 = v96 ^ v98;
let v100 = v95 + v99;
let v101 = u32(v100);
let v102 = &(*v57)[v101];
*v102 = v94;
let v103 = u32(256);
let v104 = v72 + v103;
let v105 = v104 / v45;
let v106 = *v67;
let v107 = v105 * v45;
let v108 = v104 % v45;
let v109 = v105 >> u32(v85);
let v110 = v109 & v43;
let v111 = v108 ^ v110;
let v112 = v107 + v111;
let v113 = u32(v112);
let v114 = &(*v57)[v113];
*v114 = v106;
let v115 = u32(384);
let v116 = v72 + v115;
let v117 = v116 / v45;
let v118 = *v69;
let v119 = v117 * v45;
let v120 = v116 % v45;
let v121 = v117 >> u32(v85);
let v122 = v121 & v43;
let v123 = v120 ^ v122;
let v124 = v119 + v123;
let v125 = u32(v124);
let v126 = &(*v57)[v125];
*v126 = v118;

} else {
let v127 = *v63;
let v128 = u32(512);
let v129 = v128 + v72;
let v130 = u32(v129);
let v131 = &(*v57)[v130];
*v131 = v127;
let v132 = *v65;
let v133 = v129 + v70;
let v134 = u32(v133);
let v135 = &(*v57)[v134];
*v135 = v132;
let v136 = *v67;
let v137 = u32(256);
let v138 = v129 + v137;
let v139 = u32(v138);
let v140 = &(*v57)[v139];
*v140 = v136;
let v141 = *v69;
let v142 = u32(384);
let v143 = v129 + v142;
let v144 = u32(v143);
let v145 = &(*v57)[v144];
*v145 = v141;

}
workgroupBarrier();

}
let v146 = v79 < v75;
if v146 {
let v147 = v79 * v52;
if v71 {
let v148 = v72 / v45;
let v149 = v147 + v148;
let v150 = u32(4);
let v151 = v49 / v150;
let v152 = v72 % v45;
let v153 = v151 + v152;
var<function> v154_store: vec4<f32>;
let v154 = &v154_store;
*v154 = v61;
let v155 = v149 < v19;
let v156 = v153 < v25;
let v157 = v155 && v156;
if v157 {
let v158 = v149 * v25;
let v159 = v158 + v153;
let v160 = u32(v159);
let v161 = &(*v13)[v160];
let v162 = *v161;
*v154 = v162;

}
let v163 = *v154;
*v63 = v163;
let v164 = v72 + v70;
let v165 = v164 / v45;
let v166 = v147 + v165;
let v167 = v164 % v45;
let v168 = v151 + v167;
var<function> v169_store: vec4<f32>;
let v169 = &v169_store;
*v169 = v61;
let v170 = v166 < v19;
let v171 = v168 < v25;
let v172 = v170 && v171;
if v172 {
let v173 = v166 * v25;
let v174 = v173 + v168;
let v175 = u32(v174);
let v176 = &(*v13)[v175];
let v177 = *v176;
*v169 = v177;

}
let v178 = *v169;
*v65 = v178;
let v179 = u32(256);
let v180 = v72 + v179;
let v181 = v180 / v45;
let v182 = v147 + v181;
let v183 = v180 % v45;
let v184 = v151 + v183;
var<function> v185_store: vec4<f32>;
let v185 = &v185_store;
*v185 = v61;
let v186 = v182 < v19;
let v187 = v184 < v25;
let v188 = v186 && v187;
if v188 {
let v189 = v182 * v25;
let v190 = v189 + v184;
let v191 = u32(v190);
let v192 = &(*v13)[v191];
let v193 = *v192;
*v185 = v193;

}
let v194 = *v185;
*v67 = v194;
let v195 = u32(384);
let v196 = v72 + v195;
let v197 = v196 / v45;
let v198 = v147 + v197;
let v199 = v196 % v45;
let v200 = v151 + v199;
var<function> v201_store: vec4<f32>;
let v201 = &v201_store;
*v201 = v61;
let v202 = v198 < v19;
let v203 = v200 < v25;
let v204 = v202 && v203;
if v204 {
let v205 = v198 * v25;
let v206 = v205 + v200;
let v207 = u32(v206);
let v208 = &(*v13)[v207];
let v209 = *v208;
*v201 = v209;

}
let v210 = *v201;
*v69 = v210;

} else {
let v211 = v72 / v45;
let v212 = v147 + v211;
let v213 = v72 % v45;
let v214 = v51 + v213;
var<function> v215_store: vec4<f32>;
let v215 = &v215_store;
*v215 = v61;
let v216 = v212 < v19;
let v217 = v214 < v22;
let v218 = v216 && v217;
if v218 {
let v219 = v212 * v22;
let v220 = v219 + v214;
let v221 = u32(v220);
let v222 = &(*v12)[v221];
let v223 = *v222;
*v215 = v223;

}
let v224 = *v215;
*v63 = v224;
let v225 = v72 + v70;
let v226 = v225 / v45;
let v227 = v147 + v226;
let v228 = v225 % v45;
let v229 = v51 + v228;
var<function> v230_store: vec4<f32>;
let v230 = &v230_store;
*v230 = v61;
let v231 = v227 < v19;
let v232 = v229 < v22;
let v233 = v231 && v232;
if v233 {
let v234 = v227 * v22;
let v235 = v234 + v229;
let v236 = u32(v235);
let v237 = &(*v12)[v236];
let v238 = *v237;
*v230 = v238;

}
let v239 = *v230;
*v65 = v239;
let v240 = u32(256);
let v241 = v72 + v240;
let v242 = v241 / v45;
let v243 = v147 + v242;
let v244 = v241 % v45;
let v245 = v51 + v244;
var<function> v246_store: vec4<f32>;
let v246 = &v246_store;
*v246 = v61;
let v247 = v243 < v19;
let v248 = v245 < v22;
let v249 = v247 && v248;
if v249 {
let v250 = v243 * v22;
let v251 = v250 + v245;
let v252 = u32(v251);
let v253 = &(*v12)[v252];
let v254 = *v253;
*v246 = v254;

}
let v255 = *v246;
*v67 = v255;
let v256 = u32(384);
let v257 = v72 + v256;
let v258 = v257 / v45;
let v259 = v147 + v258;
let v260 = v257 % v45;
let v261 = v51 + v260;
var<function> v262_store: vec4<f32>;
let v262 = &v262_store;
*v262 = v61;
let v263 = v259 < v19;
let v264 = v261 < v22;
let v265 = v263 && v264;
if v265 {
let v266 = v259 * v22;
let v267 = v266 + v261;
let v268 = u32(v267);
let v269 = &(*v12)[v268];
let v270 = *v269;
*v262 = v270;

}
let v271 = *v262;
*v69 = v271;

}

}
if v80 {
let v272 = u32(16);
for(var v273: u32 = v78; v273 < v272; v273 += v76) {
let v274 = v53 * v272;
let v275 = v274 + v273;
let v276 = v275 * v45;
let v277 = u32(2);
let v278 = v275 >> u32(v277);
let v279 = v278 & v43;
let v280 = v55 ^ v279;
let v281 = v276 + v280;
let v282 = u32(v281);
let v283 = &(*v57)[v282];
let v284 = *v283;
var<function> v285_store: u32;
let v285 = &v285_store;
*v285 = v56;
let v286 = u32(512);
let v287 = v286 + v276;
let v288 = *v285;
let v289 = v287 + v288;
let v290 = u32(v289);
let v291 = &(*v57)[v290];
let v292 = *v291;
let v293 = v284[0];
let v294 = vec4<f32>(v293);
let v295 = *v62;
let v296 = fma(v294, v292, v295);
*v62 = v296;
let v297 = v284[1];
let v298 = vec4<f32>(v297);
let v299 = *v64;
let v300 = fma(v298, v292, v299);
*v64 = v300;
let v301 = v284[2];
let v302 = vec4<f32>(v301);
let v303 = *v66;
let v304 = fma(v302, v292, v303);
*v66 = v304;
let v305 = v284[3];
let v306 = vec4<f32>(v305);
let v307 = *v68;
let v308 = fma(v306, v292, v307);
*v68 = v308;

}

}

}
workgroupBarrier();
let v309 = *v62;
let v310 = v53 * v48;
let v311 = u32(4);
let v312 = v55 * v311;
let v313 = v310 + v312;
let v314 = v313 * v45;
let v315 = v314 + v56;
let v316 = u32(v315);
let v317 = &(*v57)[v316];
*v317 = v309;
let v318 = *v64;
let v319 = v313 + v76;
let v320 = v319 * v45;
let v321 = v320 + v56;
let v322 = u32(v321);
let v323 = &(*v57)[v322];
*v323 = v318;
let v324 = *v66;
let v325 = u32(2);
let v326 = v313 + v325;
let v327 = v326 * v45;
let v328 = v327 + v56;
let v329 = u32(v328);
let v330 = &(*v57)[v329];
*v330 = v324;
let v331 = *v68;
let v332 = u32(3);
let v333 = v313 + v332;
let v334 = v333 * v45;
let v335 = v334 + v56;
let v336 = u32(v335);
let v337 = &(*v57)[v336];
*v337 = v331;
workgroupBarrier();
let v338 = v26 / v45;
let v339 = v26 % v45;
let v340 = v49 + v338;
let v341 = v340 < v16;
let v342 = v51 + v339;
let v343 = v342 < v22;
let v344 = v341 && v343;
if v344 {
let v345 = u32(v26);
let v346 = &(*v57)[v345];
let v347 = *v346;
var<function> v348_store: vec4<f32>;
let v348 = &v348_store;
*v348 = v347;
let v349 = u32(256);
let v350 = v349 + v26;
let v351 = u32(v350);
let v352 = &(*v57)[v351];
let v353 = *v352;
let v354 = *v348;
let v355 = v354 + v353;
*v348 = v355;
let v356 = u32(512);
let v357 = v356 + v26;
let v358 = u32(v357);
let v359 = &(*v57)[v358];
let v360 = *v359;
let v361 = *v348;
let v362 = v361 + v360;
*v348 = v362;
let v363 = u32(768);
let v364 = v363 + v26;
let v365 = u32(v364);
let v366 = &(*v57)[v365];
let v367 = *v366;
let v368 = *v348;
let v369 = v368 + v367;
*v348 = v369;
let v370 = v340 * v22;
let v371 = v370 + v51;
let v372 = v371 + v339;
let v373 = u32(v372);
let v374 = &(*v11)[v14];
let v375 = *v374;
var<function> v376_store: vec4<f32>;
let v376 = &v376_store;
let v377 = *v348;
*v376 = v377;
let v378 = *v348;
let v379 = v378 * v375;
*v376 = v379;
let v380 = &(*v10)[v373];
let v381 = *v376;
*v380 = v381;

}
return;

}
