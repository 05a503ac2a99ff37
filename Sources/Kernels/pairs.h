#pragma once
// What the kernels for CPUs that multiply pairs of bf16 have in common.
#include <stdint.h>
#include <string.h>

#include <immintrin.h>

#define FAST __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2")))
#define INLINE static inline __attribute__((always_inline)) FAST

INLINE __m512bh load_pairs(const uint16_t *p) {
  __m512bh pairs;
  memcpy(&pairs, p, sizeof pairs);
  return pairs;
}

// A pair in every place, by an instruction that reads it from memory so.
INLINE __m512bh splat_pair(const uint16_t *p) {
  float pair;
  memcpy(&pair, p, sizeof pair);
  return (__m512bh)_mm512_set1_ps(pair);
}

// Stores the first `count` of 16 numbers; only where some are missing by a mask, which takes longer.
INLINE void store_first(float *p, int count, __m512 numbers) {
  if (count >= 16) _mm512_storeu_ps(p, numbers);
  else if (count > 0) _mm512_mask_storeu_ps(p, (__mmask16)((1 << count) - 1), numbers);
}

// What `store_first` has stored.
INLINE __m512 load_first(const float *p, int count) {
  if (count >= 16) return _mm512_loadu_ps(p);
  return _mm512_maskz_loadu_ps(count > 0 ? (__mmask16)((1 << count) - 1) : 0, p);
}
