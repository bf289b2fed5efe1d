// Elements of float32 or bfloat16, for loops with one body: `is_bf16` is a constant where these are called, so that
// each type gets a loop of its own.
#pragma once
#include "vector16.h"
#include <stddef.h>

typedef uint16_t u16_half __attribute__((vector_size(32)));
typedef uint16_t u16_half_unaligned __attribute__((vector_size(32), aligned(2)));
typedef uint32_t u16_whole __attribute__((vector_size(64)));

RK_INLINE float rk_widen(uint16_t x) { return rk_from_bits((uint32_t)x << 16); }

/// The nearest bfloat16, halves to even; a NaN stays one.
RK_INLINE uint16_t rk_narrow(float x) {
    const uint32_t u = rk_bits(x), rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    return (u & 0x7fffffffu) > 0x7f800000u ? (uint16_t)((u >> 16) | 0x40u) : (uint16_t)rounded;
}

RK_INLINE float read1(const void *x, size_t at, int is_bf16) {
    return is_bf16 ? rk_widen(((const uint16_t *)x)[at]) : ((const float *)x)[at];
}

RK_INLINE void write1(void *y, size_t at, float value, int is_bf16) {
    if (is_bf16) ((uint16_t *)y)[at] = rk_narrow(value);
    else ((float *)y)[at] = value;
}

/// Sixteen elements, or the first `lanes` of them and zeros.
RK_INLINE v16 read16(const void *x, size_t at, size_t lanes, int is_bf16) {
    if (lanes < 16) {
        float part[16] = {0};
        for (size_t l = 0; l < lanes; l++) part[l] = read1(x, at + l, is_bf16);
        return load16(part);
    }
    if (!is_bf16) return load16((const float *)x + at);
    const u16_half half = *(const u16_half_unaligned *)((const uint16_t *)x + at);
    return (v16)(__builtin_convertvector(half, u16_whole) << 16);
}

RK_INLINE void write16(void *y, size_t at, size_t lanes, v16 value, int is_bf16) {
    if (lanes < 16) {
        for (size_t l = 0; l < lanes; l++) write1(y, at + l, value[l], is_bf16);
        return;
    }
    if (!is_bf16) { store16((float *)y + at, value); return; }
    const u16_whole u = (u16_whole)value, odd = (u >> 16) & 1u, rounded = (u + 0x7fffu + odd) >> 16;
    const u16_whole nan = (u16_whole)(value != value), kept = (u >> 16) | 0x40u;
    const u16_whole chosen = (kept & nan) | (rounded & ~nan);
    *(u16_half_unaligned *)((uint16_t *)y + at) = __builtin_convertvector(chosen, u16_half);
}
