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

// Vectors of 16 outputs of a tile; rows whose sums are in registers together; inputs that two groups of rows take in turn
// while their weights are in the first-level cache; bytes that are fetched ahead from memory, to the second level: what goes
// to the first keeps the loads of the products waiting (300 cycles instead of 170 for 512 weights and nine rows).
enum { VECTORS = LAQ_TILE / 16, LANES = 6, PART = 64, AHEAD = 8192 };

#define UNROLLED _Pragma("clang loop unroll(full)")

// Adds the products of a pair of inputs of each row; of a last one that has no second, where `whole` is zero. Fetches the
// lines from `first` to below `last` of the four that lie some bytes ahead.
INLINE void add_pair(const uint16_t *tile, const int first, const int last, const uint16_t *x, size_t width, const int rows,
                     const int whole, __m512 sums[LANES][VECTORS]) {
  __m512bh held[VECTORS];
  UNROLLED for (int v = 0; v < VECTORS; v++) {
    if (v >= first && v < last) _mm_prefetch((const char *)(tile + 32 * v) + AHEAD, _MM_HINT_T1);
    held[v] = load_pairs(tile + 32 * v);
  }
  UNROLLED for (int r = 0; r < rows; r++) {
    const uint16_t *pair = x + (size_t)r * width;
    __m512bh element = whole ? splat_pair(pair) : (__m512bh)_mm512_set1_epi32(*pair);
    UNROLLED for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], held[v], element);
  }
}

// A tile's products with a fixed number of rows and the inputs of a part, added to `y` unless it is the first one. A
// sum's order depends neither on that number nor on the parts.
INLINE void tile_products(const uint16_t *tile, const int first, const int last, int outputs, int begin, int end, int inputs,
                          const uint16_t *x, const int rows, float *y, int stride) {
  __m512 sums[LANES][VECTORS];
  size_t width = (size_t)inputs;
  tile += (size_t)begin * LAQ_TILE;
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int v = 0; v < VECTORS; v++)
      sums[r][v] = begin > 0 ? load_first(y + (size_t)r * (size_t)stride + 16 * v, outputs - 16 * v) : _mm512_setzero_ps();
  _Pragma("clang loop unroll_count(2)") for (int i = begin; i + 1 < end; i += 2, tile += 2 * LAQ_TILE)
    add_pair(tile, first, last, x + i, width, rows, 1, sums);
  if (end % 2 != 0) add_pair(tile, first, last, x + end - 1, width, rows, 0, sums);
  UNROLLED for (int r = 0; r < rows; r++)
    UNROLLED for (int v = 0; v < VECTORS; v++) store_first(y + (size_t)r * (size_t)stride + 16 * v, outputs - 16 * v, sums[r][v]);
}

// A tile's products with one group of rows, whose number is known when each case is compiled.
#define CASE(number) case number: tile_products(tile, first, last, count, begin, end, inputs, from, number, to, stride); break;
INLINE void group(const uint16_t *tile, const int first, const int last, int count, int begin, int end, int inputs,
                  const uint16_t *from, int rows, float *to, int stride) {
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5)
    default: tile_products(tile, first, last, count, begin, end, inputs, from, LANES, to, stride);
  }
}

FAST void laq_products_packed(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  // Nine lanes are two groups of five and four, not one that is full and one that is all but empty.
  const int isPair = rows > LANES && rows <= 2 * LANES, size = isPair ? (rows + 1) / 2 : LANES;
  for (int o = 0; o < outputs; o += LAQ_TILE, w += tile_size(inputs)) {
    int count = outputs - o < LAQ_TILE ? outputs - o : LAQ_TILE;
    if (isPair) {
      // Memory is read while both groups multiply, not by the first alone.
      const uint16_t *second = x + (size_t)size * (size_t)inputs;
      for (int begin = 0; begin < inputs; begin += PART) {
        int end = inputs - begin < PART ? inputs : begin + PART;
        group(w, 0, VECTORS / 2, count, begin, end, inputs, x, size, y + o, stride);
        group(w, VECTORS / 2, VECTORS, count, begin, end, inputs, second, rows - size, y + (size_t)size * (size_t)stride + o, stride);
      }
      continue;
    }
    for (int r = 0; r < rows; r += size) {
      const uint16_t *from = x + (size_t)r * (size_t)inputs;
      float *to = y + (size_t)r * (size_t)stride + o;
      int lanes = rows - r < size ? rows - r : size;
      // The first rows bring the tile.
      if (r == 0) group(w, 0, VECTORS, count, 0, inputs, inputs, from, lanes, to, stride);
      else group(w, 0, 0, count, 0, inputs, inputs, from, lanes, to, stride);
    }
  }
}
#else
void laq_products_packed(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  (void)w; (void)outputs; (void)inputs; (void)x; (void)rows; (void)y; (void)stride;
}
#endif
