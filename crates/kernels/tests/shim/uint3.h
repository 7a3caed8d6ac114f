// Three unsigned numbers, as both languages know them.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
struct uint3 {
    uint32_t x, y, z;
    uint32_t operator[](int i) const { return i == 0 ? x : i == 1 ? y : z; }
};
