// 4,096 fused multiply-adds an invocation on sixteen numbers that stay in registers; then their sum.
extern "C" __global__ void __launch_bounds__(256) fma_peak(const float* __restrict__ source, float* __restrict__ sums, const unsigned int* __restrict__ counts) {
  unsigned int at = (blockIdx.y * gridDim.x + blockIdx.x) * 256u + threadIdx.x;
  if (at < counts[0]) {
    float v[16];
    #pragma unroll
    for (int j = 0; j < 16; j++) v[j] = source[at] + (float)j;
    for (int i = 0; i < 256; i++) {
      #pragma unroll
      for (int j = 0; j < 16; j++) v[j] = fmaf(v[j], 0.9990234375f, 0.5f);
    }
    float s = 0.0f;
    #pragma unroll
    for (int j = 0; j < 16; j++) s += v[j];
    sums[at] = s;
  }
}
