// Matrix products of a few rows in bf16 with weights of eight bits.
#include "Kernels.h"

#if defined(__x86_64__)
#include "pairs.h"

// Outputs that are summed up together; rows whose sums are in registers together; bytes that are fetched ahead.
enum { OUTPUTS = 4, LANES = 10, AHEAD = 4096 };

#define UNROLLED _Pragma("clang loop unroll(full)")

static size_t row_size(int inputs) { return (size_t)(inputs / LAQ_Q8_LENGTH) * LAQ_Q8_BYTES; }

// The sixteen-lane sums of four vectors, side by side.
INLINE __m128 sums_of(__m512 a, __m512 b, __m512 c, __m512 d) {
  __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  __m512 all = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xEE));
  __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
  return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

// One output's sums for a fixed number of rows. They are locals that no pointer is made to: registers.
// A byte b is, exactly, 128 + (b & 127) less 128, or less 256 if it is negative: both parts are bf16 numbers whose bits
// are those of the byte but for constants.
INLINE void sums_q8(const uint8_t *w, int inputs, const uint16_t *x, const int rows, __m512 *out) {
  __m512 sums[LANES];
  const __m512i seven = _mm512_set1_epi16(0x7F), eighth = _mm512_set1_epi16(0x80);
  const __m512i above = _mm512_set1_epi16(0x4300), below = _mm512_set1_epi16((short)0xC300);
  UNROLLED for (int r = 0; r < rows; r++) sums[r] = _mm512_setzero_ps();
  for (int i = 0; i < inputs; i += LAQ_Q8_LENGTH, w += LAQ_Q8_BYTES) {
    _mm_prefetch((const char *)w + AHEAD, _MM_HINT_T0);
    __m512i bytes = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(w + 2)));
    // (bytes & mask) | constant
    __m512bh upper = (__m512bh)_mm512_ternarylogic_epi32(bytes, seven, above, 0xEA);
    __m512bh lower = (__m512bh)_mm512_ternarylogic_epi32(bytes, eighth, below, 0xEA);
    uint16_t half;
    memcpy(&half, w, sizeof half);
    __m512 scale = _mm512_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
    UNROLLED for (int r = 0; r < rows; r++) {
      __m512bh element = load_pairs(x + (size_t)r * (size_t)inputs + (size_t)i);
      __m512 block = _mm512_dpbf16_ps(_mm512_dpbf16_ps(_mm512_setzero_ps(), upper, element), lower, element);
      sums[r] = _mm512_fmadd_ps(scale, block, sums[r]);
    }
  }
  UNROLLED for (int r = 0; r < rows; r++) out[r] = sums[r];
}

// A group of outputs with a fixed number of rows, an output after the other: memory is read in its own order.
INLINE void group(const uint8_t *w, int outputs, int inputs, const uint16_t *x, const int rows, float *y, int stride) {
  __m512 sums[OUTPUTS][LANES];
  UNROLLED for (int o = 0; o < OUTPUTS; o++) sums_q8(w + row_size(inputs) * (size_t)(o < outputs ? o : 0), inputs, x, rows, sums[o]);
  for (int r = 0; r < rows; r++) {
    __m128 totals = sums_of(sums[0][r], sums[1][r], sums[2][r], sums[3][r]);
    _mm_mask_storeu_ps(y + (size_t)r * (size_t)stride, (__mmask8)((1 << outputs) - 1), totals);
  }
}

// Each number of rows is compiled on its own, so that its sums are registers.
#define CASE(number) case number: group(from, count, inputs, row, number, to, stride); break;
FAST void laq_few_products_q8_bf16(const uint8_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  for (int o = 0; o < outputs; o += OUTPUTS)
    for (int r = 0; r < rows; r += LANES) {
      const uint8_t *from = w + row_size(inputs) * (size_t)o;
      const uint16_t *row = x + (size_t)r * (size_t)inputs;
      float *to = y + (size_t)r * (size_t)stride + o;
      int count = outputs - o < OUTPUTS ? outputs - o : OUTPUTS;
      switch (rows - r) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9)
        default: group(from, count, inputs, row, LANES, to, stride);
      }
    }
}
#else
void laq_few_products_q8_bf16(const uint8_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride) {
  (void)w; (void)outputs; (void)inputs; (void)x; (void)rows; (void)y; (void)stride;
}
#endif
