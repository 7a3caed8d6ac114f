// Written by `cargo run -p kernels` from crates/kernels/src/topk.rs: edit that.
var<workgroup> shared_v0: array<f32, 256>;
var<workgroup> shared_v1: array<u32, 256>;
var<workgroup> shared_v2: array<u32, 256>;
@group(0) @binding(3) var<storage, read> v3: array<u32>;
@group(0) @binding(2) var<storage, read_write> v4: array<u32>;
@group(0) @binding(1) var<storage, read> v5: array<f32>;
@group(0) @binding(0) var<storage, read> v6: array<f32>;
@compute @workgroup_size(256, 1, 1)
fn topk_select(@builtin(local_invocation_index) v7: u32, @builtin(workgroup_id) v8: vec3<u32>, @builtin(num_workgroups) v9: vec3<u32>) {
let v10 = &v3;
let v11 = &v4;
let v12 = &v5;
let v13 = &v6;
let v14 = u32(0);
let v15 = &(*v10)[v14];
let v16 = *v15;
let v17 = u32(v16);
let v18 = u32(1);
let v19 = &(*v10)[v18];
let v20 = *v19;
let v21 = u32(v20);
let v22 = u32(2);
let v23 = &(*v10)[v22];
let v24 = *v23;
let v25 = u32(v24);
let v26 = u32(3);
let v27 = &(*v10)[v26];
let v28 = *v27;
let v29 = u32(v28);
let v30 = u32(4);
let v31 = &(*v10)[v30];
let v32 = *v31;
let v33 = u32(v32);
let v34 = u32(5);
let v35 = &(*v10)[v34];
let v36 = *v35;
let v37 = u32(v36);
let v38 = v7;
let v39 = u32(v38);
let v40 = v8[2];
let v41 = u32(v40);
let v42 = v9[1];
let v43 = u32(v42);
let v44 = v41 * v43;
let v45 = v9[0];
let v46 = u32(v45);
let v47 = v44 * v46;
let v48 = v8[1];
let v49 = u32(v48);
let v50 = v49 * v46;
let v51 = v47 + v50;
let v52 = v8[0];
let v53 = u32(v52);
let v54 = v51 + v53;
let v55 = v37 - v18;
let v56 = min(v54, v55);
let v57 = v39 == v14;
let v58 = v54 < v37;
let v59 = v57 && v58;
let v60 = &shared_v0;
let v61 = u32(256);
let v62 = &shared_v1;
let v63 = &shared_v2;
let v64 = v56 * v21;
let v65 = u32(255);
let v66 = v17 + v65;
let v67 = v66 / v61;
let v68 = f32(3.3999999521443642e38);
var<function> v69_store: f32;
let v69 = &v69_store;
*v69 = v68;
let v70 = u32(0);
var<function> v71_store: u32;
let v71 = &v71_store;
*v71 = v70;
let v72 = f32(-3.3999999521443642e38);
var<function> v73_store: f32;
let v73 = &v73_store;
*v73 = v72;
let v74 = u32(4294967295);
var<function> v75_store: u32;
let v75 = &v75_store;
*v75 = v74;
let v76 = true;
var<function> v77_store: bool;
let v77 = &v77_store;
*v77 = v76;
for(var v78: u32 = v14; v78 < v29; v78 += v18) {
let v79 = *v77;
if v79 {
*v73 = v72;
*v75 = v74;
for(var v80: u32 = v14; v80 < v67; v80 += v18) {
let v81 = v80 * v61;
let v82 = v81 + v39;
let v83 = v82 < v17;
if v83 {
let v84 = v64 + v82;
let v85 = &(*v12)[v84];
let v86 = *v85;
let v87 = u32(v82);
let v88 = *v69;
let v89 = v88 > v86;
let v90 = v88 == v86;
let v91 = *v71;
let v92 = v91 < v87;
let v93 = v90 && v92;
let v94 = v89 || v93;
var<function> v95_store: bool;
let v95 = &v95_store;
if v94 {
let v96 = *v73;
let v97 = v86 > v96;
let v98 = v86 == v96;
let v99 = *v75;
let v100 = v87 < v99;
let v101 = v98 && v100;
let v102 = v97 || v101;
*v95 = v102;

} else {
let v103 = false;
*v95 = v103;

}
let v104 = *v95;
let v105 = *v73;
let v106 = select(v105, v86, v104);
*v73 = v106;
let v107 = *v95;
let v108 = *v75;
let v109 = select(v108, v87, v107);
*v75 = v109;

}

}

}
var<function> v110_store: f32;
let v110 = &v110_store;
let v111 = *v73;
*v110 = v111;
var<function> v112_store: u32;
let v112 = &v112_store;
let v113 = *v75;
*v112 = v113;
let v114 = &(*v60)[v39];
let v115 = *v110;
*v114 = v115;
let v116 = &(*v62)[v39];
let v117 = *v112;
*v116 = v117;
workgroupBarrier();
let v118 = u32(16);
let v119 = v39 < v118;
if v119 {
for(var v120: u32 = v18; v120 < v118; v120 += v18) {
let v121 = v118 * v120;
let v122 = v39 + v121;
let v123 = &(*v60)[v122];
let v124 = *v123;
let v125 = &(*v62)[v122];
let v126 = *v125;
let v127 = *v110;
let v128 = v124 > v127;
let v129 = v124 == v127;
let v130 = *v112;
let v131 = v126 < v130;
let v132 = v129 && v131;
let v133 = v128 || v132;
let v134 = select(v127, v124, v133);
*v110 = v134;
let v135 = *v112;
let v136 = select(v135, v126, v133);
*v112 = v136;

}
let v137 = *v110;
*v114 = v137;
let v138 = *v112;
*v116 = v138;

}
workgroupBarrier();
let v139 = &(*v60)[v14];
let v140 = *v139;
*v110 = v140;
let v141 = &(*v62)[v14];
let v142 = *v141;
*v112 = v142;
for(var v143: u32 = v18; v143 < v118; v143 += v18) {
let v144 = &(*v60)[v143];
let v145 = *v144;
let v146 = &(*v62)[v143];
let v147 = *v146;
let v148 = *v110;
let v149 = v145 > v148;
let v150 = v145 == v148;
let v151 = *v112;
let v152 = v147 < v151;
let v153 = v150 && v152;
let v154 = v149 || v153;
let v155 = select(v148, v145, v154);
*v110 = v155;
let v156 = *v112;
let v157 = select(v156, v147, v154);
*v112 = v157;

}
workgroupBarrier();
let v158 = *v112;
let v159 = *v75;
let v160 = v158 == v159;
*v77 = v160;
let v161 = *v110;
*v69 = v161;
let v162 = *v112;
*v71 = v162;
if v57 {
let v163 = &(*v63)[v78];
let v164 = *v112;
*v163 = v164;

}

}
workgroupBarrier();
let v165 = v56 * v25;
*v69 = v68;
*v71 = v70;
*v77 = v76;
for(var v166: u32 = v14; v166 < v29; v166 += v18) {
let v167 = *v77;
if v167 {
*v73 = v72;
*v75 = v74;
for(var v168: u32 = v14; v168 < v29; v168 += v18) {
let v169 = &(*v63)[v168];
let v170 = *v169;
let v171 = v170 != v74;
if v171 {
let v172 = u32(v170);
let v173 = v172 * v61;
let v174 = v173 + v39;
let v175 = v165 + v174;
let v176 = &(*v13)[v175];
let v177 = *v176;
let v178 = u32(v174);
let v179 = *v69;
let v180 = v179 > v177;
let v181 = v179 == v177;
let v182 = *v71;
let v183 = v182 < v178;
let v184 = v181 && v183;
let v185 = v180 || v184;
var<function> v186_store: bool;
let v186 = &v186_store;
if v185 {
let v187 = *v73;
let v188 = v177 > v187;
let v189 = v177 == v187;
let v190 = *v75;
let v191 = v178 < v190;
let v192 = v189 && v191;
let v193 = v188 || v192;
*v186 = v193;

} else {
let v194 = false;
*v186 = v194;

}
let v195 = *v186;
let v196 = *v73;
let v197 = select(v196, v177, v195);
*v73 = v197;
let v198 = *v186;
let v199 = *v75;
let v200 = select(v199, v178, v198);
*v75 = v200;

}

}

}
var<function> v201_store: f32;
let v201 = &v201_store;
let v202 = *v73;
*v201 = v202;
var<function> v203_store: u32;
let v203 = &v203_store;
let v204 = *v75;
*v203 = v204;
let v205 = &(*v60)[v39];
let v206 = *v201;
*v205 = v206;
let v207 = &(*v62)[v39];
let v208 = *v203;
*v207 = v208;
workgroupBarrier();
let v209 = u32(16);
let v210 = v39 < v209;
if v210 {
for(var v211: u32 = v18; v211 < v209; v211 += v18) {
let v212 = v209 * v211;
let v213 = v39 + v212;
let v214 = &(*v60)[v213];
let v215 = *v214;
let v216 = &(*v62)[v213];
let v217 = *v216;
let v218 = *v201;
let v219 = v215 > v218;
let v220 = v215 == v218;
let v221 = *v203;
let v222 = v217 < v221;
let v223 = v220 && v222;
let v224 = v219 || v223;
let v225 = select(v218, v215, v224);
*v201 = v225;
let v226 = *v203;
let v227 = select(v226, v217, v224);
*v203 = v227;

}
let v228 = *v201;
*v205 = v228;
let v229 = *v203;
*v207 = v229;

}
workgroupBarrier();
let v230 = &(*v60)[v14];
let v231 = *v230;
*v201 = v231;
let v232 = &(*v62)[v14];
let v233 = *v232;
*v203 = v233;
for(var v234: u32 = v18; v234 < v209; v234 += v18) {
let v235 = &(*v60)[v234];
let v236 = *v235;
let v237 = &(*v62)[v234];
let v238 = *v237;
let v239 = *v201;
let v240 = v236 > v239;
let v241 = v236 == v239;
let v242 = *v203;
let v243 = v238 < v242;
let v244 = v241 && v243;
let v245 = v240 || v244;
let v246 = select(v239, v236, v245);
*v201 = v246;
let v247 = *v203;
let v248 = select(v247, v238, v245);
*v203 = v248;

}
workgroupBarrier();
let v249 = *v203;
let v250 = *v75;
let v251 = v249 == v250;
*v77 = v251;
let v252 = *v201;
*v69 = v252;
let v253 = *v203;
*v71 = v253;
if v59 {
let v254 = *v201;
let v255 = f32(-3.19999997882106e38);
let v256 = v254 < v255;
let v257 = v56 * v29;
let v258 = v33 + v257;
let v259 = v258 + v166;
let v260 = v22 * v259;
let v261 = *v203;
let v262 = select(v261, v74, v256);
let v263 = &(*v11)[v260];
*v263 = v262;
let v264 = bitcast<u32>(v254);
let v265 = v260 + v18;
let v266 = &(*v11)[v265];
*v266 = v264;

}

}
return;

}
