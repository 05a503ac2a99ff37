// Products of a few rows with weights of eight bits, as GGUF's Q8_0 has them: blocks of 32 signed bytes behind one
// scale in half precision. Decode steps are bounded by the reading of the weights, and these are half of bf16's.
#include "Kernels.h"
#include "vector.h"

#include <string.h>

enum { LANES = 10, PREFETCHED = 1024 /* bytes */ };

typedef int8_t b16u __attribute__((vector_size(16), aligned(1)));

BODY v16 bytes16(const uint8_t *p) { return __builtin_convertvector(*(const b16u *)p, v16); }

// A half as a float, by its bits: exact for all finite ones.
BODY float half_at(const uint8_t *p) {
  uint16_t half;
  memcpy(&half, p, sizeof half);
  uint32_t bits = (uint32_t)(half & 0x7FFF) << 13;
  float magnitude;
  memcpy(&magnitude, &bits, sizeof bits);
  magnitude *= 0x1p112f;
  return half & 0x8000 ? -magnitude : magnitude;
}

// One output for a fixed number of rows: the two halves of a block have sums of their own.
BODY void q8_output(const uint8_t *w, int inputs, const float *x, const int rows, float *y, int stride) {
  v16 low[LANES], high[LANES];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) low[r] = high[r] = splat(0);
  for (int i = 0; i < inputs; i += LAQ_Q8_LENGTH, w += LAQ_Q8_BYTES) {
    __builtin_prefetch(w + PREFETCHED);
    v16 scale = splat(half_at(w));
    v16 first = bytes16(w + 2) * scale, second = bytes16(w + 18) * scale;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const float *element = x + (size_t)r * (size_t)inputs + (size_t)i;
      low[r] += first * load16(element);
      high[r] += second * load16(element + 16);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) y[(size_t)r * (size_t)stride] = sum16(low[r] + high[r]);
}

#define ROWS_CASE(number) \
  case number: q8_output(row, inputs, x + (size_t)r * (size_t)inputs, number, y + (size_t)r * (size_t)stride + o, stride); break

BODY void laq_few_products_q8_body(const uint8_t *w, int outputs, int inputs, const float *x, int rows, float *y, int stride) {
  for (int o = 0; o < outputs; o++) {
    const uint8_t *row = w + (size_t)o * (size_t)(inputs / LAQ_Q8_LENGTH) * LAQ_Q8_BYTES;
    // Each number of rows is compiled on its own, so that its sums are registers.
    for (int r = 0; r < rows; r += LANES)
      switch (rows - r) {
        ROWS_CASE(1); ROWS_CASE(2); ROWS_CASE(3); ROWS_CASE(4); ROWS_CASE(5);
        ROWS_CASE(6); ROWS_CASE(7); ROWS_CASE(8); ROWS_CASE(9);
        default: q8_output(row, inputs, x + (size_t)r * (size_t)inputs, LANES, y + (size_t)r * (size_t)stride + o, stride);
      }
  }
}
CHOOSE(void, laq_few_products_q8, (const uint8_t *w, int outputs, int inputs, const float *x, int rows, float *y, int stride),
       (w, outputs, inputs, x, rows, y, stride))

BODY void laq_widen_q8_body(const uint8_t *w, float *y, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, w += LAQ_Q8_BYTES, y += LAQ_Q8_LENGTH) {
    v16 scale = splat(half_at(w));
    store16(y, bytes16(w + 2) * scale);
    store16(y + 16, bytes16(w + 18) * scale);
  }
}
CHOOSE(void, laq_widen_q8, (const uint8_t *w, float *y, size_t blocks), (w, y, blocks))
