// bfloat16: the upper half of a float, rounded to nearest even.
#include "Kernels.h"
#include "vector.h"

#include <string.h>

int laq_bf16_is_multiplied(void) { return laq_cpu_level() >= LAQ_CPU_AVX512_BF16; }

BODY void laq_widen_bf16_body(const uint16_t *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(y + i, &bits, 4);
  }
}
CHOOSE(void, laq_widen_bf16, (const uint16_t *x, float *y, size_t count), (x, y, count))

BODY void round_body(const float *x, uint16_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    y[i] = (uint16_t)((bits & 0x7FFFFFFFu) > 0x7F800000u ? (bits >> 16) | 0x40u : rounded);
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

// The instruction flushes subnormal numbers to zero, which the other paths keep: below 1e-38, no weight is one.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))) static void round_fast(
    const float *x, uint16_t *y, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m256bh half = _mm512_cvtneps_pbh(_mm512_loadu_ps(x + i));
    memcpy(y + i, &half, sizeof half);
  }
  // Only the rest is masked: such a store takes ten times as long.
  if (i < count) {
    __mmask16 mask = (__mmask16)((1u << (count - i)) - 1);
    _mm256_mask_storeu_epi16(y + i, mask, (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, x + i)));
  }
}
#endif

void laq_round_to_bf16(const float *x, uint16_t *y, size_t count) {
#if defined(__x86_64__)
  if (laq_bf16_is_multiplied()) { round_fast(x, y, count); return; }
#endif
  round_body(x, y, count);
}
