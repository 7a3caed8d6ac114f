// What the generated CUDA texts use beyond C++: invocations run one after the other, in plain C++.
#pragma once
#include "uint3.h"
#define __global__
#define __device__
#define __launch_bounds__(n)
static uint3 blockIdx, gridDim, threadIdx;
static inline uint32_t __umulhi(uint32_t a, uint32_t b) { return uint32_t((uint64_t(a) * b) >> 32); }
static inline float fabs(float x) { return std::fabs(x); }
static inline float exp(float x) { return std::exp(x); }
static inline float sqrt(float x) { return std::sqrt(x); }
static inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
static inline float min(float a, float b) { return b < a ? b : a; }
static inline float max(float a, float b) { return a < b ? b : a; }
