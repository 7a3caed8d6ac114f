// 4,096 fused multiply-adds an invocation on sixteen numbers that stay in registers; then their sum.
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> counts: array<u32>;

@compute @workgroup_size(256)
fn fma_peak(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 256u + lane;
  if at < counts[0] {
    let x = source[at];
    var a = vec4<f32>(x, x + 1.0, x + 2.0, x + 3.0);
    var b = a + 4.0;
    var c = a + 8.0;
    var d = a + 12.0;
    let k = vec4<f32>(0.9990234375);
    let m = vec4<f32>(0.5);
    for (var i = 0u; i < 256u; i++) {
      a = fma(a, k, m);
      b = fma(b, k, m);
      c = fma(c, k, m);
      d = fma(d, k, m);
    }
    let s = (a + b) + (c + d);
    sums[at] = (s.x + s.y) + (s.z + s.w);
  }
}
