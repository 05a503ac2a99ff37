// Matrix products of a few rows, as in a decode step: bounded by the reading of the weights, which pass once.
#include "Kernels.h"
#include "vector.h"

#include <string.h>

// Outputs, and rows, whose sums are in registers together.
enum { OUTPUTS = 4, LANES = 4 };

// One group of outputs for a fixed number of rows; outputs that are missing repeat the first one and are dropped.
BODY void few_block(const float *w, int outputs, int inputs, const float *x, const int rows, float *y, int stride) {
  const float *weights[OUTPUTS];
  for (int o = 0; o < OUTPUTS; o++) weights[o] = w + (size_t)(o < outputs ? o : 0) * (size_t)inputs;
  v16 sums[LANES][OUTPUTS];
  for (int r = 0; r < rows; r++) for (int o = 0; o < OUTPUTS; o++) sums[r][o] = splat(0);
  int i = 0;
  for (; i + 16 <= inputs; i += 16) {
    v16 held[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++) held[o] = load16(weights[o] + i);
    for (int r = 0; r < rows; r++) {
      v16 element = load16(x + (size_t)r * (size_t)inputs + (size_t)i);
      for (int o = 0; o < OUTPUTS; o++) sums[r][o] += held[o] * element;
    }
  }
  for (int r = 0; r < rows; r++) {
    float totals[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++) {
      totals[o] = sum16(sums[r][o]);
      for (int j = i; j < inputs; j++) totals[o] += weights[o][j] * x[(size_t)r * (size_t)inputs + (size_t)j];
    }
    for (int o = 0; o < outputs; o++) y[(size_t)r * (size_t)stride + (size_t)o] = totals[o];
  }
}

#define PARAMETERS (const float *w, int outputs, int inputs, const float *x, int rows, float *y, int stride)
#define BLOCK_OF(block, number)                                                                         \
  block(w + (size_t)o * (size_t)inputs, outputs - o < OUTPUTS ? outputs - o : OUTPUTS, inputs,          \
        x + (size_t)r * (size_t)inputs, number, y + (size_t)r * (size_t)stride + (size_t)o, stride)
#define CASE(block, number) case number: BLOCK_OF(block, number); break
// Each number of rows is compiled on its own, so that its sums are registers.
#define ALL_BLOCKS(block, most, cases)               \
  for (int o = 0; o < outputs; o += OUTPUTS)         \
    for (int r = 0; r < rows; r += most)             \
      switch (rows - r) {                            \
        cases                                        \
        default: BLOCK_OF(block, most); break;       \
      }
#define CASES(block) CASE(block, 1); CASE(block, 2); CASE(block, 3);
#define MANY_CASES(block)                                                                                 \
  CASES(block) CASE(block, 4); CASE(block, 5); CASE(block, 6); CASE(block, 7); CASE(block, 8); CASE(block, 9);

BODY void laq_few_products_body PARAMETERS { ALL_BLOCKS(few_block, LANES, CASES(few_block)) }
CHOOSE(void, laq_few_products, PARAMETERS, (w, outputs, inputs, x, rows, y, stride))

#if defined(__x86_64__)
#include <immintrin.h>

#define FAST __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2")))
enum { AHEAD = 1024 /* bytes */, MANY_LANES = 10 };
#define INLINE static inline __attribute__((always_inline)) FAST

INLINE __m512bh load_pairs(const uint16_t *p) {
  __m512bh pairs;
  memcpy(&pairs, p, sizeof pairs);
  return pairs;
}

// The sixteen-lane sums of four vectors, side by side.
INLINE __m128 sums_of(__m512 a, __m512 b, __m512 c, __m512 d) {
  __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  __m512 all = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xEE));
  __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
  return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

INLINE void few_block_bf16(const uint16_t *w, int outputs, int inputs, const uint16_t *x, const int rows, float *y, int stride) {
  const uint16_t *weights[OUTPUTS];
  for (int o = 0; o < OUTPUTS; o++) weights[o] = w + (size_t)(o < outputs ? o : 0) * (size_t)inputs;
  __m512 sums[MANY_LANES][OUTPUTS];
  const int whole = inputs / 32 * 32;
  __mmask32 rest = (1u << (inputs - whole)) - 1;
  // An output after the other: memory is read in its own order, and ahead.
  for (int o = 0; o < OUTPUTS; o++) {
    for (int r = 0; r < rows; r++) sums[r][o] = _mm512_setzero_ps();
    for (int i = 0; i < whole; i += 32) {
      _mm_prefetch((const char *)(weights[o] + i) + AHEAD, _MM_HINT_T0);
      __m512bh held = load_pairs(weights[o] + i);
      for (int r = 0; r < rows; r++)
        sums[r][o] = _mm512_dpbf16_ps(sums[r][o], held, load_pairs(x + (size_t)r * (size_t)inputs + (size_t)i));
    }
    if (rest) {
      __m512bh held = (__m512bh)_mm512_maskz_loadu_epi16(rest, weights[o] + whole);
      for (int r = 0; r < rows; r++) {
        __m512bh element = (__m512bh)_mm512_maskz_loadu_epi16(rest, x + (size_t)r * (size_t)inputs + (size_t)whole);
        sums[r][o] = _mm512_dpbf16_ps(sums[r][o], held, element);
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    __m128 totals = sums_of(sums[r][0], sums[r][1], sums[r][2], sums[r][3]);
    _mm_mask_storeu_ps(y + (size_t)r * (size_t)stride, (__mmask8)((1 << outputs) - 1), totals);
  }
}

FAST void laq_few_products_bf16(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  ALL_BLOCKS(few_block_bf16, MANY_LANES, MANY_CASES(few_block_bf16))
}
#else
void laq_few_products_bf16(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  (void)w; (void)outputs; (void)inputs; (void)x; (void)rows; (void)y; (void)stride;
}
#endif
