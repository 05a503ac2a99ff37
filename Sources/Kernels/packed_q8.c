// Weights of eight bits, packed for dot products of pairs in bf16: [output / 16][block of 32 inputs], a block being 16
// scales in half precision and bytes [input / 2][output][2]. One load of scales serves 16 outputs, and what the bytes
// become serves all rows.
#include "Kernels.h"

#include <string.h>

enum { VECTOR = LAQ_Q8_OUTPUTS, SCALES = 2 * VECTOR, PACKED_BLOCK = VECTOR * LAQ_Q8_BYTES };

static size_t vector_bytes(int inputs) { return (size_t)(inputs / LAQ_Q8_LENGTH) * PACKED_BLOCK; }

size_t laq_packed_q8_bytes(int outputs, int inputs) {
  return (size_t)(outputs + VECTOR - 1) / VECTOR * vector_bytes(inputs);
}

void laq_pack_q8(const uint8_t *w, int outputs, int inputs, uint8_t *packed) {
  memset(packed, 0, laq_packed_q8_bytes(outputs, inputs));
  for (int o = 0; o < outputs; o++) {
    uint8_t *to = packed + (size_t)(o / VECTOR) * vector_bytes(inputs);
    int place = 2 * (o % VECTOR);
    for (int b = 0; b < inputs / LAQ_Q8_LENGTH; b++, w += LAQ_Q8_BYTES, to += PACKED_BLOCK) {
      memcpy(to + place, w, 2);
      for (int i = 0; i < LAQ_Q8_LENGTH; i += 2) memcpy(to + SCALES + i * VECTOR + place, w + 2 + i, 2);
    }
  }
}

void laq_copy_packed_q8(const uint8_t *packed, int output, int inputs, float *row) {
  const uint8_t *from = packed + (size_t)(output / VECTOR) * vector_bytes(inputs);
  int place = 2 * (output % VECTOR);
  for (int b = 0; b < inputs / LAQ_Q8_LENGTH; b++, from += PACKED_BLOCK, row += LAQ_Q8_LENGTH) {
    uint8_t block[LAQ_Q8_BYTES];
    memcpy(block, from + place, 2);
    for (int i = 0; i < LAQ_Q8_LENGTH; i += 2) memcpy(block + 2 + i, from + SCALES + i * VECTOR + place, 2);
    laq_widen_stored(&(laq_stored){block, LAQ_Q8_0, 1, LAQ_Q8_LENGTH, 0}, 0, 1, row);
  }
}

#if defined(__x86_64__)
#include "pairs.h"

// Rows whose sums, of a block and of all, are in registers together; bytes that are fetched ahead.
enum { LANES = 10, AHEAD = 4096 };

#define UNROLLED _Pragma("clang loop unroll(full)")

INLINE __m512 floats_of_bytes(const uint8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}

INLINE __m512 scales_of(const uint8_t *block) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)block)); }

// Sixteen outputs' products with a fixed number of rows. A byte is a bf16 number as it is, so that the products of a
// block are exact before its scale multiplies their sum. A sum's order does not depend on the number of rows.
INLINE void vector_products(const uint8_t *w, int outputs, int inputs, const uint16_t *x, const int rows, float *y, int stride) {
  __m512 sums[LANES];
  UNROLLED for (int r = 0; r < rows; r++) sums[r] = _mm512_setzero_ps();
  for (int i = 0; i < inputs; i += LAQ_Q8_LENGTH, w += PACKED_BLOCK) {
    __m512 block[LANES];
    UNROLLED for (int r = 0; r < rows; r++) block[r] = _mm512_setzero_ps();
    UNROLLED for (int j = 0; j < LAQ_Q8_LENGTH; j += 2) {
      const uint8_t *bytes = w + SCALES + j * VECTOR;
      if (j % 4 == 0) _mm_prefetch((const char *)bytes + AHEAD, _MM_HINT_T0);
      __m512bh held = _mm512_cvtne2ps_pbh(floats_of_bytes(bytes + VECTOR), floats_of_bytes(bytes));
      UNROLLED for (int r = 0; r < rows; r++) {
        int pair;
        memcpy(&pair, x + (size_t)r * (size_t)inputs + (size_t)(i + j), sizeof pair);
        block[r] = _mm512_dpbf16_ps(block[r], held, (__m512bh)_mm512_set1_epi32(pair));
      }
    }
    __m512 scales = scales_of(w);
    UNROLLED for (int r = 0; r < rows; r++) sums[r] = _mm512_fmadd_ps(scales, block[r], sums[r]);
  }
  UNROLLED for (int r = 0; r < rows; r++) store_first(y + (size_t)r * (size_t)stride, outputs, sums[r]);
}

// Each number of rows is compiled on its own, so that its sums are registers.
#define CASE(number) case number: vector_products(w, outputs - o, inputs, from, number, to, stride); break;
FAST void laq_few_products_packed_q8(const uint8_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  // Groups of about the same size, as bytes become numbers once for each.
  int groups = (rows + LANES - 1) / LANES, size = groups > 0 ? (rows + groups - 1) / groups : 0;
  for (int o = 0; o < outputs; o += VECTOR, w += vector_bytes(inputs))
    for (int r = 0; r < rows; r += size) {
      const uint16_t *from = x + (size_t)r * (size_t)inputs;
      float *to = y + (size_t)r * (size_t)stride + o;
      switch (rows - r < size ? rows - r : size) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9)
        default: vector_products(w, outputs - o, inputs, from, LANES, to, stride);
      }
    }
}

FAST void laq_expand_packed_q8(const uint8_t *packed, int outputs, int inputs, uint16_t *weights) {
  const __m512i lower = _mm512_set_epi32(7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0);
  const __m512i upper = _mm512_add_epi32(lower, _mm512_set1_epi32(8));
  for (int first = 0; first < outputs; first += LAQ_TILE, weights += (size_t)inputs * LAQ_TILE) {
    if (outputs - first < LAQ_TILE) memset(weights, 0, (size_t)inputs * LAQ_TILE * sizeof *weights);
    for (int v = 0; v < LAQ_TILE && first + v < outputs; v += VECTOR)
      for (int i = 0; i < inputs; i += LAQ_Q8_LENGTH, packed += PACKED_BLOCK) {
        __m512 scales = scales_of(packed);
        __m512 low = _mm512_permutexvar_ps(lower, scales), high = _mm512_permutexvar_ps(upper, scales);
        for (int j = 0; j < LAQ_Q8_LENGTH; j += 2) {
          const uint8_t *bytes = packed + SCALES + j * VECTOR;
          __m512bh pairs = _mm512_cvtne2ps_pbh(
              _mm512_mul_ps(high, floats_of_bytes(bytes + VECTOR)), _mm512_mul_ps(low, floats_of_bytes(bytes)));
          memcpy(weights + (size_t)(i + j) * LAQ_TILE + 2 * v, &pairs, sizeof pairs);
        }
      }
  }
}
#else
void laq_few_products_packed_q8(const uint8_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  (void)w; (void)outputs; (void)inputs; (void)x; (void)rows; (void)y; (void)stride;
}
void laq_expand_packed_q8(const uint8_t *packed, int outputs, int inputs, uint16_t *weights) {
  (void)packed; (void)outputs; (void)inputs; (void)weights;
}
#endif
