#pragma once
// What the bf16 kernels over tiles of packed keys have in common.
#include "Kernels.h"
#include "pairs.h"

#include <math.h>

// A tile's rows that stay in registers, and the vectors of 16 scores of each.
enum { BLOCK = 4, VECTORS = LAQ_TILE / 16 };

// Queries that pass a tile of keys and values while it is in the first-level cache.
enum { ROWS = LAQ_BF16_ROWS };

static int rounded_up(int count, int multiple) { return (count + multiple - 1) / multiple * multiple; }

// 2^x for x <= 0, to 2e-7: x = n + f with |f| <= 1/2, a polynomial for 2^f, the exponent field for 2^n.
INLINE __m512 power_of_two(__m512 x) {
  __m512 n = _mm512_roundscale_ps(x, 8);
  __m512 f = _mm512_sub_ps(x, n);
  __m512 p = _mm512_set1_ps(1.3333558e-3f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.6181291e-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.5504109e-2f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.4022651e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.9314718e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, n);
}

// The unscaled scores of BLOCK rows against one tile.
INLINE void tile_products(const uint16_t *q, int width, const uint16_t *tile, __m512 sums[BLOCK][VECTORS]) {
  for (int r = 0; r < BLOCK; r++) for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_setzero_ps();
  for (int i = 0; i < width / 2; i++) {
    __m512bh k[VECTORS];
    for (int v = 0; v < VECTORS; v++) k[v] = load_pairs(tile + (size_t)i * 2 * LAQ_TILE + 32 * v);
    for (int r = 0; r < BLOCK; r++) {
      __m512bh element = splat_pair(q + (size_t)r * (size_t)width + 2 * i);
      for (int v = 0; v < VECTORS; v++) sums[r][v] = _mm512_dpbf16_ps(sums[r][v], element, k[v]);
    }
  }
}

// The scores of BLOCK rows against one tile, in powers of two: `factor` is the scale times log2(e).
INLINE void tile_scores(const uint16_t *q, int width, const uint16_t *tile, float factor, float cap, __m512 s[BLOCK][VECTORS]) {
  tile_products(q, width, tile, s);
  for (int r = 0; r < BLOCK; r++)
    for (int v = 0; v < VECTORS; v++) {
      if (cap <= 0) {
        s[r][v] = _mm512_mul_ps(s[r][v], _mm512_set1_ps(factor));
        continue;
      }
      // cap · tanh(x / cap) with x = score · scale.
      __m512 e = power_of_two(_mm512_min_ps(_mm512_mul_ps(s[r][v], _mm512_set1_ps(2 * factor / cap)), _mm512_set1_ps(60)));
      __m512 t = _mm512_sub_ps(_mm512_set1_ps(1), _mm512_div_ps(_mm512_set1_ps(2), _mm512_add_ps(e, _mm512_set1_ps(1))));
      s[r][v] = _mm512_mul_ps(t, _mm512_set1_ps(cap * 1.44269504088896341f));
    }
}

// A row's scores without the keys before `low` and from `high` on.
INLINE void hide_keys(__m512 s[VECTORS], int low, int high) {
  if (low <= 0 && high >= LAQ_TILE) return;
  for (int v = 0; v < VECTORS; v++) {
    __m512i key = _mm512_add_epi32(_mm512_set1_epi32(16 * v), _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    __mmask16 seen = _mm512_cmp_epi32_mask(key, _mm512_set1_epi32(low), _MM_CMPINT_NLT) &
                     _mm512_cmp_epi32_mask(key, _mm512_set1_epi32(high), _MM_CMPINT_LT);
    s[v] = _mm512_mask_mov_ps(_mm512_set1_ps(-INFINITY), seen, s[v]);
  }
}
