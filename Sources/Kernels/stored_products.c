// Products of a few rows with weights as they lie in a file. A decode step is bounded by the reading of the weights: each
// block is read and decoded once for several rows, and no copy of it is made.
//
// Arithmetic: floats times the exact numbers that the blocks stand for, in fused multiplications where the CPU has them.
// Input i goes to the sum of i % 16, in ascending order, and the 16 sums are added as a tree: a row's result depends
// neither on the rows beside it nor on threads.
#include "stored_blocks.h"

// Bytes that are fetched ahead; rows of weights that stay in a cache while groups of rows take them in turn.
enum { AHEAD = 2048, BAND = 16 };

// One or two neighbouring rows of weights, `y[output]`, for a fixed number of rows.
BODY void products_of(const laq_format format, const int has_halves, const uint8_t *w, size_t row_bytes, int inputs,
                      const int outputs, const float *x, const int rows, float *const y[2], int stride) {
  const int length = block_length(format), bytes = block_bytes(format);
  v16 sums[2][MOST_ROWS];
  UNROLLED for (int o = 0; o < outputs; o++)
    UNROLLED for (int r = 0; r < rows; r++) sums[o][r] = splat(0);
  int i = 0;
  for (; i + length <= inputs; i += length, w += bytes)
    UNROLLED for (int o = 0; o < outputs; o++) {
      const uint8_t *block = w + (size_t)o * row_bytes;
      UNROLLED for (int line = 0; line < bytes; line += 64) __builtin_prefetch(block + AHEAD + line);
      block_scales s;
      read_scales(format, block, has_halves, &s);
      // Not unrolled: a compiler that sees several parts keeps the bytes of all of them, in memory.
      _Pragma("clang loop unroll(disable)") for (unsigned part = 0; part < (unsigned)length / UNIT; part++) {
        UNROLLED for (unsigned half = 0; half < 2; half++) {
          v16 weights = decoded(format, block, part, half, has_halves, &s);
          const float *elements = x + ((size_t)i + part * UNIT + half * 16);
          UNROLLED for (int r = 0; r < rows; r++) sums[o][r] += weights * load16(elements + (size_t)r * (size_t)inputs);
        }
      }
    }
  // Rows that are no whole blocks are of numbers of 16 bits: what is missing is zero.
  if (i < inputs)
    UNROLLED for (int o = 0; o < outputs; o++) {
      uint8_t padded[2 * UNIT] = {0};
      memcpy(padded, w + (size_t)o * row_bytes, 2 * (size_t)(inputs - i));
      const block_scales none = {{0}, {0}};
      v16 low = decoded(format, padded, 0, 0, has_halves, &none), high = decoded(format, padded, 0, 1, has_halves, &none);
      UNROLLED for (int r = 0; r < rows; r++) {
        float element[UNIT] = {0};
        memcpy(element, x + (size_t)r * (size_t)inputs + (size_t)i, sizeof(float) * (size_t)(inputs - i));
        sums[o][r] += low * load16(element);
        sums[o][r] += high * load16(element + 16);
      }
    }
  UNROLLED for (int o = 0; o < outputs; o++)
    UNROLLED for (int r = 0; r < rows; r++) y[o][(size_t)r * (size_t)stride] = sum16(sums[o][r]);
}

// The output that a row of the file is.
BODY int output_of(const laq_stored *w, int row) {
  if (w->head < 2) return row;
  int within = row % w->head;
  return row - within + within % 2 * (w->head / 2) + within / 2;
}

// Each number of rows is compiled on its own, so that its sums are registers; of one row, two outputs: one's would wait for each
// other.
#define PRODUCTS(outputs, rows) products_of(format, has_halves, row, bytes, w->inputs, outputs, x, rows, targets, stride)
#define CASE(number) case number: if (number <= most) PRODUCTS(1, number); break;
BODY void group_of(const laq_format format, const int has_halves, const int most, const laq_stored *w, int first, int last,
                   const float *x, int rows, float *y, int stride) {
  size_t bytes = laq_stored_row_bytes(format, w->inputs);
  for (int o = first; o < last; o++) {
    const uint8_t *row = w->start + (size_t)o * bytes;
    float *targets[2] = {y + output_of(w, o), NULL};
    if (rows == 1 && o + 1 < last) {
      targets[1] = y + output_of(w, ++o);
      PRODUCTS(2, 1);
      continue;
    }
    switch (rows) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) }
  }
}

#define FORMAT_CASE(name, lower, length, bytes) \
  case LAQ_##name: group_of(LAQ_##name, has_halves, most, w, o, end, x + from, lanes, y + to, stride); break;
BODY void products_body(const int has_halves, const int most, const laq_stored *w, int first, int count, const float *x,
                        int rows, float *y, int stride) {
  // Groups of about the same size, as weights are decoded once for each.
  int groups = (rows + most - 1) / most, size = groups > 0 ? (rows + groups - 1) / groups : 1, last = first + count;
  for (int o = first; o < last; o += BAND) {
    int end = last - o < BAND ? last : o + BAND;
    for (int r = 0; r < rows; r += size) {
      int lanes = rows - r < size ? rows - r : size;
      size_t from = (size_t)r * (size_t)w->inputs, to = (size_t)r * (size_t)stride;
      switch (w->format) { STORED_FORMATS(FORMAT_CASE) }
    }
  }
}

#define PARAMETERS (const laq_stored *w, int first, int count, const float *x, int rows, float *y, int stride)
#define ARGUMENTS w, first, count, x, rows, y, stride
#if defined(__x86_64__)
// Rows whose sums are registers: 9 of 32, or two halves of 5 of 16. In blocks of 256, whose parts have scales of their own,
// some of those go to memory with five rows.
WIDE static void products_wide PARAMETERS { products_body(1, MOST_ROWS, ARGUMENTS); }
MIDDLE static void products_middle PARAMETERS { products_body(1, 5, ARGUMENTS); }
#endif
static void products_plain PARAMETERS { products_body(0, 2, ARGUMENTS); }

void laq_few_products_stored PARAMETERS {
#if defined(__x86_64__)
  laq_cpu level = laq_cpu_level();
  if (level >= LAQ_CPU_AVX512) return products_wide(ARGUMENTS);
  if (level >= LAQ_CPU_AVX2) return products_middle(ARGUMENTS);
#endif
  products_plain(ARGUMENTS);
}
