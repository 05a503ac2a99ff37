// Matrix products of a few rows, as in a decode step: bounded by the reading of the weights, which pass once.
#include "Kernels.h"
#include "vector.h"

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
BODY void laq_few_products_body PARAMETERS { ALL_BLOCKS(few_block, LANES, CASES(few_block)) }
CHOOSE(void, laq_few_products, PARAMETERS, (w, outputs, inputs, x, rows, y, stride))
