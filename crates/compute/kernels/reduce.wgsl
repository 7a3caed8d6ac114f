// Written by `cargo run -p kernels` from crates/kernels/src/reduce.rs: edit that.
@group(0) @binding(4) var<storage, read> v0: array<u32>;
@group(0) @binding(3) var<storage, read_write> v1: array<f32>;
@group(0) @binding(2) var<storage, read_write> v2: array<f32>;
@group(0) @binding(1) var<storage, read_write> v3: array<f32>;
@group(0) @binding(0) var<storage, read> v4: array<f32>;
@compute @workgroup_size(256, 1, 1)
fn reduce(@builtin(workgroup_id) v5: vec3<u32>, @builtin(num_workgroups) v6: vec3<u32>, @builtin(local_invocation_index) v7: u32) {
let v8 = &v0;
let v9 = &v1;
let v10 = &v2;
let v11 = &v3;
let v12 = &v4;
let v13 = u32(0);
let v14 = v5[2];
let v15 = u32(v14);
let v16 = v6[1];
let v17 = u32(v16);
let v18 = v15 * v17;
let v19 = v6[0];
let v20 = u32(v19);
let v21 = v18 * v20;
let v22 = v5[1];
let v23 = u32(v22);
let v24 = v23 * v20;
let v25 = v21 + v24;
let v26 = v5[0];
let v27 = u32(v26);
let v28 = v25 + v27;
let v29 = u32(256);
let v30 = v28 * v29;
let v31 = v7;
let v32 = u32(v31);
let v33 = v30 + v32;
let v34 = u32(v33);
let v35 = &(*v8)[v13];
let v36 = *v35;
let v37 = u32(1);
let v38 = &(*v8)[v37];
let v39 = *v38;
let v40 = v34 < v39;
if v40 {
let v41 = f32(0.0);
var<function> v42_store: f32;
let v42 = &v42_store;
*v42 = v41;
let v43 = f32(3.0000000054977558e38);
var<function> v44_store: f32;
let v44 = &v44_store;
*v44 = v43;
let v45 = f32(-3.0000000054977558e38);
var<function> v46_store: f32;
let v46 = &v46_store;
*v46 = v45;
let v47 = v36 / v39;
let v48 = u32(1);
let v49 = v47 + v48;
let v50 = u32(0);
for(var v51: u32 = v50; v51 < v49; v51 += v48) {
let v52 = v51 * v39;
let v53 = v52 + v34;
let v54 = v53 < v36;
if v54 {
let v55 = u32(v53);
let v56 = &(*v12)[v55];
let v57 = *v56;
let v58 = *v42;
let v59 = v58 + v57;
*v42 = v59;
let v60 = *v44;
let v61 = min(v60, v57);
*v44 = v61;
let v62 = *v46;
let v63 = max(v62, v57);
*v46 = v63;

}

}
let v64 = u32(v34);
let v65 = &(*v11)[v64];
let v66 = *v42;
*v65 = v66;
let v67 = &(*v10)[v64];
let v68 = *v44;
*v67 = v68;
let v69 = &(*v9)[v64];
let v70 = *v46;
*v69 = v70;

}
return;

}
