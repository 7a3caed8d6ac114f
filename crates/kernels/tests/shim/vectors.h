// Small vectors for plain C++, as far as the generated kernels use them. Arithmetic goes component by component.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

template <class T, int N> struct vec;

#define SHIM_OPERATORS(N)                                                                                                      \
    T &operator[](size_t i) { return (&x)[i]; }                                                                              \
    const T &operator[](size_t i) const { return (&x)[i]; }                                                                   \
    vec operator-() const {                                                                                                    \
        vec r;                                                                                                                 \
        for (int i = 0; i < N; i++) r[i] = -(*this)[i];                                                                       \
        return r;                                                                                                              \
    }

template <class T> struct alignas(sizeof(T) * 2) vec<T, 2> {
    T x, y;
    vec() = default;
    explicit vec(T v) : x(v), y(v) {}
    vec(T a, T b) : x(a), y(b) {}
    template <class U> explicit vec(const vec<U, 2> &o) : x(T(o.x)), y(T(o.y)) {}
    SHIM_OPERATORS(2)
};

template <class T> struct vec<T, 3> {
    T x, y, z;
    vec() = default;
    vec(T a, T b, T c) : x(a), y(b), z(c) {}
    SHIM_OPERATORS(3)
};

template <class T> struct alignas(sizeof(T) * 4) vec<T, 4> {
    T x, y, z, w;
    vec() = default;
    explicit vec(T v) : x(v), y(v), z(v), w(v) {}
    vec(T a, T b, T c, T d) : x(a), y(b), z(c), w(d) {}
    template <class U> explicit vec(const vec<U, 4> &o) : x(T(o.x)), y(T(o.y)), z(T(o.z)), w(T(o.w)) {}
    SHIM_OPERATORS(4)
};

#define SHIM_BINARY(op)                                                                                                        \
    template <class T, int N> inline vec<T, N> operator op(const vec<T, N> &a, const vec<T, N> &b) {                         \
        vec<T, N> r;                                                                                                           \
        for (int i = 0; i < N; i++) r[i] = a[i] op b[i];                                                                      \
        return r;                                                                                                              \
    }
SHIM_BINARY(+)
SHIM_BINARY(-)
SHIM_BINARY(*)
SHIM_BINARY(/)
SHIM_BINARY(&)
SHIM_BINARY(|)
SHIM_BINARY(^)
SHIM_BINARY(<<)
SHIM_BINARY(>>)

#define SHIM_COMPARE(op)                                                                                                       \
    template <class T, int N> inline vec<bool, N> operator op(const vec<T, N> &a, const vec<T, N> &b) {                      \
        vec<bool, N> r;                                                                                                        \
        for (int i = 0; i < N; i++) r[i] = a[i] op b[i];                                                                      \
        return r;                                                                                                              \
    }
SHIM_COMPARE(<)
SHIM_COMPARE(<=)
SHIM_COMPARE(>)
SHIM_COMPARE(>=)
SHIM_COMPARE(==)
SHIM_COMPARE(!=)

typedef vec<float, 2> float2;
typedef vec<float, 4> float4;
typedef vec<int32_t, 2> int2;
typedef vec<int32_t, 4> int4;
typedef vec<uint32_t, 2> uint2;
typedef vec<uint32_t, 3> uint3;
typedef vec<uint32_t, 4> uint4;
typedef vec<bool, 2> bool2;
typedef vec<bool, 4> bool4;
