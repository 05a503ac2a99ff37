// Matrix products of a few rows, as in a decode step: bounded by the reading of the weights, which pass once.
#include "Kernels.h"
#include "vector.h"

#include <string.h>

// Outputs, and rows, whose sums are in registers together.
enum { OUTPUTS = 4, LANES = 4 };

BODY void few_block(const float *w, int outputs, int inputs, const float *x, int rows, float *y, int stride) {
  v16 sums[LANES][OUTPUTS];
  for (int r = 0; r < LANES; r++) for (int o = 0; o < OUTPUTS; o++) sums[r][o] = splat(0);
  int i = 0;
  for (; i + 16 <= inputs; i += 16) {
    v16 weights[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++) weights[o] = load16(w + (size_t)(o < outputs ? o : 0) * (size_t)inputs + (size_t)i);
    for (int r = 0; r < rows; r++) {
      v16 element = load16(x + (size_t)r * (size_t)inputs + (size_t)i);
      for (int o = 0; o < OUTPUTS; o++) sums[r][o] += weights[o] * element;
    }
  }
  for (int r = 0; r < rows; r++)
    for (int o = 0; o < outputs; o++) {
      float total = sum16(sums[r][o]);
      for (int j = i; j < inputs; j++) total += w[(size_t)o * (size_t)inputs + (size_t)j] * x[(size_t)r * (size_t)inputs + (size_t)j];
      y[(size_t)r * (size_t)stride + (size_t)o] = total;
    }
}

#define PARAMETERS (const float *w, int outputs, int inputs, const float *x, int rows, float *y, int stride)
#define ALL_BLOCKS(block)                                                                                  \
  for (int o = 0; o < outputs; o += OUTPUTS)                                                               \
    for (int r = 0; r < rows; r += LANES) {                                                                \
      int some = outputs - o < OUTPUTS ? outputs - o : OUTPUTS, lanes = rows - r < LANES ? rows - r : LANES; \
      size_t from = (size_t)o * (size_t)inputs, row = (size_t)r * (size_t)inputs;                          \
      float *to = y + (size_t)r * (size_t)stride + (size_t)o;                                              \
      /* The common numbers of rows are compiled on their own. */                                          \
      if (lanes == LANES) block(w + from, some, inputs, x + row, LANES, to, stride);                       \
      else if (lanes == 1) block(w + from, some, inputs, x + row, 1, to, stride);                          \
      else block(w + from, some, inputs, x + row, lanes, to, stride);                                      \
    }

BODY void laq_few_products_body PARAMETERS { ALL_BLOCKS(few_block) }
CHOOSE(void, laq_few_products, PARAMETERS, (w, outputs, inputs, x, rows, y, stride))

#if defined(__x86_64__)
#include <immintrin.h>

#define FAST __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2")))

static inline __attribute__((always_inline)) FAST __m512bh load_pairs(const uint16_t *p, int left) {
  __mmask32 mask = left >= 32 ? 0xFFFFFFFFu : (1u << left) - 1;
  return (__m512bh)_mm512_maskz_loadu_epi16(mask, p);
}

static inline __attribute__((always_inline)) FAST void few_block_bf16(
    const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  __m512 sums[LANES][OUTPUTS];
  for (int r = 0; r < LANES; r++) for (int o = 0; o < OUTPUTS; o++) sums[r][o] = _mm512_setzero_ps();
  for (int i = 0; i < inputs; i += 32) {
    __m512bh weights[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++)
      weights[o] = load_pairs(w + (size_t)(o < outputs ? o : 0) * (size_t)inputs + (size_t)i, inputs - i);
    for (int r = 0; r < rows; r++) {
      __m512bh element = load_pairs(x + (size_t)r * (size_t)inputs + (size_t)i, inputs - i);
      for (int o = 0; o < OUTPUTS; o++) sums[r][o] = _mm512_dpbf16_ps(sums[r][o], weights[o], element);
    }
  }
  for (int r = 0; r < rows; r++)
    for (int o = 0; o < outputs; o++) y[(size_t)r * (size_t)stride + (size_t)o] = _mm512_reduce_add_ps(sums[r][o]);
}

FAST void laq_few_products_bf16(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  ALL_BLOCKS(few_block_bf16)
}
#else
void laq_few_products_bf16(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  (void)w; (void)outputs; (void)inputs; (void)x; (void)rows; (void)y; (void)stride;
}
#endif
