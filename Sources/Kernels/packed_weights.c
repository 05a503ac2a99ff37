// Weights in bf16, packed in tiles of 64 outputs for dot products of pairs, [input / 2][output][2]: what oneDNN
// multiplies by many rows, and the products of a few rows here read as a stream.
#include "Kernels.h"

#include <string.h>

static size_t tile_size(int inputs) { return (size_t)(inputs + 15) / 16 * 16 * LAQ_TILE; }

size_t laq_packed_weights_count(int outputs, int inputs) {
  return (size_t)(outputs + LAQ_TILE - 1) / LAQ_TILE * tile_size(inputs);
}

void laq_pack_weights(const float *w, int outputs, int inputs, uint16_t *packed) {
  for (int first = 0; first < outputs; first += LAQ_TILE, packed += tile_size(inputs)) {
    memset(packed, 0, tile_size(inputs) * sizeof *packed);
    for (int o = 0; o < LAQ_TILE && first + o < outputs; o++) {
      const float *row = w + (size_t)(first + o) * (size_t)inputs;
      for (int i = 0; i < inputs; i += 256) {
        uint16_t rounded[256];
        int count = inputs - i < 256 ? inputs - i : 256;
        laq_round_to_bf16(row + i, rounded, (size_t)count);
        for (int j = 0; j < count; j++) packed[(size_t)((i + j) / 2) * 2 * LAQ_TILE + 2 * (size_t)o + (size_t)((i + j) % 2)] = rounded[j];
      }
    }
  }
}

void laq_copy_packed_weights(const uint16_t *packed, int output, int inputs, float *row) {
  const uint16_t *tile = packed + (size_t)(output / LAQ_TILE) * tile_size(inputs) + 2 * (output % LAQ_TILE);
  for (int i = 0; i < inputs; i++) {
    uint32_t bits = (uint32_t)tile[(size_t)(i / 2) * 2 * LAQ_TILE + (size_t)(i % 2)] << 16;
    memcpy(row + i, &bits, sizeof bits);
  }
}

#if defined(__x86_64__)
#include "pairs.h"

// Rows and vectors of 16 outputs whose sums are in registers together; bytes that are fetched ahead.
enum { LANES = 6, VECTORS = LAQ_TILE / 16, AHEAD = 4096 };

#define UNROLLED _Pragma("clang loop unroll(full)")

// One tile's products with a fixed number of rows. A sum's order does not depend on that number.
INLINE void tile_products(const uint16_t *tile, int outputs, int inputs, const uint16_t *x, const int rows, float *y, int stride) {
  __m512 sums[LANES][VECTORS];
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_setzero_ps();
  for (int i = 0; i < inputs; i += 2, tile += 2 * LAQ_TILE) {
    __m512bh held[VECTORS];
    UNROLLED for (int v = 0; v < VECTORS; v++) {
      _mm_prefetch((const char *)(tile + 32 * v) + AHEAD, _MM_HINT_T0);
      held[v] = load_pairs(tile + 32 * v);
    }
    UNROLLED for (int r = 0; r < rows; r++) {
      uint32_t pair = x[(size_t)r * (size_t)inputs + (size_t)i];
      if (i + 1 < inputs) memcpy(&pair, x + (size_t)r * (size_t)inputs + (size_t)i, sizeof pair);
      __m512bh element = (__m512bh)_mm512_set1_epi32((int)pair);
      UNROLLED for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], held[v], element);
    }
  }
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int v = 0; v < VECTORS; v++) {
      int left = outputs - 16 * v;
      __mmask16 there = left >= 16 ? 0xFFFF : left > 0 ? (__mmask16)((1 << left) - 1) : 0;
      _mm512_mask_storeu_ps(y + (size_t)r * (size_t)stride + 16 * v, there, sums[r][v]);
    }
}

#define CASE(number) case number: tile_products(w, count, inputs, from, number, to, stride); break;
FAST void laq_few_products_packed(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  // Nine lanes are two groups of five and four, not one that is full and one that is all but empty.
  int groups = (rows + LANES - 1) / LANES, size = groups > 0 ? (rows + groups - 1) / groups : 0;
  for (int o = 0; o < outputs; o += LAQ_TILE, w += tile_size(inputs)) {
    int count = outputs - o < LAQ_TILE ? outputs - o : LAQ_TILE;
    for (int r = 0; r < rows; r += size) {
      const uint16_t *from = x + (size_t)r * (size_t)inputs;
      float *to = y + (size_t)r * (size_t)stride + o;
      switch (rows - r < size ? rows - r : size) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
        default: tile_products(w, count, inputs, from, LANES, to, stride);
      }
    }
  }
}
#else
void laq_few_products_packed(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  (void)w; (void)outputs; (void)inputs; (void)x; (void)rows; (void)y; (void)stride;
}
#endif
