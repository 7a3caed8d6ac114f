// What the generated CUDA texts use beyond C++, in plain C++; invocations take turns, so there is one `threadIdx` at a time.
#pragma once
#include "harness.h"
#define __global__
#define __device__
#define __launch_bounds__(n)
static uint3 blockIdx, gridDim, threadIdx;
static inline void __syncthreads() {
    const uint3 own = threadIdx;
    wait_for_the_others();
    threadIdx = own;
}
// Those of a group wait for each other; here all do.
static inline void __syncwarp() { __syncthreads(); }
static inline uint32_t __umulhi(uint32_t a, uint32_t b) { return uint32_t((uint64_t(a) * b) >> 32); }
static inline uint32_t __brev(uint32_t x) {
    uint32_t y = 0;
    for (int i = 0; i < 32; i++) y = y << 1 | (x >> i & 1);
    return y;
}
static inline float abs(float x) { return std::fabs(x); }
static inline float fabs(float x) { return std::fabs(x); }
static inline float exp(float x) { return std::exp(x); }
static inline float log(float x) { return std::log(x); }
static inline float sqrt(float x) { return std::sqrt(x); }
static inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline float min(float a, float b) { return b < a ? b : a; }
static inline float max(float a, float b) { return a < b ? b : a; }
static inline uint32_t min(uint32_t a, uint32_t b) { return b < a ? b : a; }
static inline uint32_t max(uint32_t a, uint32_t b) { return a < b ? b : a; }
static inline int32_t min(int32_t a, int32_t b) { return b < a ? b : a; }
static inline int32_t max(int32_t a, int32_t b) { return a < b ? b : a; }
