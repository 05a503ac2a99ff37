// Weights in bf16, packed in tiles of 64 outputs for dot products of pairs, [input / 2][output][2]: products of a few rows
// read them as a stream, and for those of many rows a tile stays in the second-level cache.
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

// Rows and vectors of 16 outputs whose sums are in registers together; bytes that are fetched ahead from memory.
enum { LANES = 6, VECTORS = LAQ_TILE / 16, AHEAD = 4096 };

#define UNROLLED _Pragma("clang loop unroll(full)")

// Adds the products of a pair of inputs, which `pairs` holds for each row.
INLINE void add_pair(const uint16_t *tile, const int ahead, const int rows, const uint32_t pairs[LANES], __m512 sums[LANES][VECTORS]) {
  __m512bh held[VECTORS];
  UNROLLED for (int v = 0; v < VECTORS; v++) {
    if (ahead) _mm_prefetch((const char *)(tile + 32 * v) + ahead, _MM_HINT_T0);
    held[v] = load_pairs(tile + 32 * v);
  }
  UNROLLED for (int r = 0; r < rows; r++) {
    __m512bh element = (__m512bh)_mm512_set1_epi32((int)pairs[r]);
    UNROLLED for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], held[v], element);
  }
}

// One tile's products with a fixed number of rows. A sum's order does not depend on that number.
INLINE void tile_products(const uint16_t *tile, const int ahead, int outputs, int inputs, const uint16_t *x, const int rows, float *y, int stride) {
  __m512 sums[LANES][VECTORS];
  uint32_t pairs[LANES];
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_setzero_ps();
  _Pragma("clang loop unroll_count(2)") for (int i = 0; i + 1 < inputs; i += 2, tile += 2 * LAQ_TILE) {
    UNROLLED for (int r = 0; r < rows; r++) memcpy(pairs + r, x + (size_t)r * (size_t)inputs + (size_t)i, sizeof *pairs);
    add_pair(tile, ahead, rows, pairs, sums);
  }
  if (inputs % 2 != 0) {
    UNROLLED for (int r = 0; r < rows; r++) pairs[r] = x[(size_t)(r + 1) * (size_t)inputs - 1];
    add_pair(tile, ahead, rows, pairs, sums);
  }
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int v = 0; v < VECTORS; v++) store_first(y + (size_t)r * (size_t)stride + 16 * v, outputs - 16 * v, sums[r][v]);
}

// A tile's products with one group of rows.
#define CASE(number) case number: tile_products(tile, ahead, count, inputs, from, number, to, stride); break;
INLINE void group(const uint16_t *tile, const int ahead, int count, int inputs, const uint16_t *from, int rows, float *to, int stride) {
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
    default: tile_products(tile, ahead, count, inputs, from, LANES, to, stride);
  }
}

FAST void laq_products_packed(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  // Nine lanes are two groups of five and four, not one that is full and one that is all but empty.
  int groups = (rows + LANES - 1) / LANES, size = groups > 0 ? (rows + groups - 1) / groups : 0;
  for (int o = 0; o < outputs; o += LAQ_TILE, w += tile_size(inputs)) {
    int count = outputs - o < LAQ_TILE ? outputs - o : LAQ_TILE;
    for (int r = 0; r < rows; r += size) {
      const uint16_t *from = x + (size_t)r * (size_t)inputs;
      float *to = y + (size_t)r * (size_t)stride + o;
      int lanes = rows - r < size ? rows - r : size;
      // The first rows bring the tile.
      if (r == 0) group(w, AHEAD, count, inputs, from, lanes, to, stride);
      else group(w, 0, count, inputs, from, lanes, to, stride);
    }
  }
}
#else
void laq_products_packed(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  (void)w; (void)outputs; (void)inputs; (void)x; (void)rows; (void)y; (void)stride;
}
#endif
