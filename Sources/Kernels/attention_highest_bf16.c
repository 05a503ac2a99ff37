// As attention_highest.c on keys and queries in bf16; scores are powers of two within, natural logarithms outside.
#include "Kernels.h"

#include <math.h>

#if defined(__x86_64__)
#include "tile_bf16.h"

static const float log2_e = 1.44269504088896341f, ln_2 = 0.69314718055994531f;

// Copies up to ROWS rows with zeros behind each, and repeats the last one up to whole blocks; returns their number.
INLINE int padded_rows(const uint16_t *q, int rows, int dimension, int width, uint16_t *copy) {
  int count = rows < ROWS ? rows : ROWS, padded = rounded_up(count, BLOCK);
  memset(copy, 0, (size_t)(padded * width) * sizeof *copy);
  for (int r = 0; r < padded; r++)
    memcpy(copy + r * width, q + (size_t)(r < count ? r : count - 1) * (size_t)dimension, (size_t)dimension * sizeof *q);
  return count;
}

INLINE int first_visible(int position, laq_attention_rule rule) {
  return rule.window > 0 && position >= rule.window ? position - rule.window + 1 : 0;
}

FAST void laq_add_log_sum_exp_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, int from, int to, int dimension,
                                   laq_attention_rule rule, float *log_sum_exp) {
  int width = rounded_up(dimension, 16);
  uint16_t queries[(ROWS + BLOCK) * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  float maximum[ROWS + BLOCK], total[16 * (ROWS + BLOCK)];
  for (int begin = 0; begin < rows; begin += ROWS) {
    int count = padded_rows(q + (size_t)begin * (size_t)dimension, rows - begin, dimension, width, queries);
    for (int r = 0; r < ROWS + BLOCK; r++) maximum[r] = -INFINITY;
    memset(total, 0, sizeof total);
    int end = first + begin + count < to ? first + begin + count : to;
    for (int start = from / LAQ_TILE * LAQ_TILE; start < end; start += LAQ_TILE)
      for (int b = 0; b < count; b += BLOCK) {
        int last = first + begin + (b + BLOCK < count ? b + BLOCK : count) - 1;
        if (last < start) continue;
        __m512 s[BLOCK][VECTORS];
        tile_scores(queries + b * width, width, keys + (size_t)start * (size_t)width, rule.scale * log2_e, rule.soft_cap, s);
        for (int r = b; r < b + BLOCK && r < count; r++) {
          int position = first + begin + r, visible = first_visible(position, rule);
          hide_keys(s[r - b], (visible > from ? visible : from) - start, (position + 1 < to ? position + 1 : to) - start);
          __m512 *row = s[r - b];
          __m512 greatest = _mm512_max_ps(_mm512_max_ps(row[0], row[1]), _mm512_max_ps(row[2], row[3]));
          if (_mm512_cmp_ps_mask(greatest, _mm512_set1_ps(maximum[r]), _CMP_GT_OQ)) {
            float larger = _mm512_reduce_max_ps(greatest);
            __m512 shrink = _mm512_set1_ps(exp2f(maximum[r] - larger));
            _mm512_storeu_ps(total + 16 * r, _mm512_mul_ps(_mm512_loadu_ps(total + 16 * r), shrink));
            maximum[r] = larger;
          }
          if (maximum[r] == -INFINITY) continue;
          __m512 shift = _mm512_set1_ps(maximum[r]), sum = _mm512_loadu_ps(total + 16 * r);
          for (int v = 0; v < VECTORS; v++) sum = _mm512_add_ps(sum, power_of_two(_mm512_sub_ps(row[v], shift)));
          _mm512_storeu_ps(total + 16 * r, sum);
        }
      }
    for (int r = 0; r < count; r++) {
      if (maximum[r] == -INFINITY) continue;
      float here = maximum[r] * ln_2 + logf(_mm512_reduce_add_ps(_mm512_loadu_ps(total + 16 * r)));
      float known = log_sum_exp[begin + r], high = here > known ? here : known, low = here > known ? known : here;
      log_sum_exp[begin + r] = high + log1pf(expf(low - high));
    }
  }
}

FAST void laq_highest_attention_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, int from, int to, int dimension,
                                     laq_attention_rule rule, const float *log_sum_exp, float *highest) {
  int width = rounded_up(dimension, 16);
  uint16_t queries[(ROWS + BLOCK) * LAQ_MAX_DIMENSION] __attribute__((aligned(64)));
  for (int begin = 0; begin < rows; begin += ROWS) {
    int count = padded_rows(q + (size_t)begin * (size_t)dimension, rows - begin, dimension, width, queries);
    for (int start = from / LAQ_TILE * LAQ_TILE; start < to; start += LAQ_TILE) {
      __m512 greatest[VECTORS];
      for (int v = 0; v < VECTORS; v++) greatest[v] = _mm512_set1_ps(-INFINITY);
      for (int b = 0; b < count; b += BLOCK) {
        if (first_visible(first + begin + b, rule) >= start + LAQ_TILE) break;
        __m512 s[BLOCK][VECTORS];
        tile_scores(queries + b * width, width, keys + (size_t)start * (size_t)width, rule.scale * log2_e, rule.soft_cap, s);
        for (int r = b; r < b + BLOCK && r < count; r++) {
          hide_keys(s[r - b], first_visible(first + begin + r, rule) - start, LAQ_TILE);
          __m512 shift = _mm512_set1_ps(log_sum_exp[begin + r] * log2_e);
          for (int v = 0; v < VECTORS; v++) greatest[v] = _mm512_max_ps(greatest[v], _mm512_sub_ps(s[r - b][v], shift));
        }
      }
      float found[LAQ_TILE];
      for (int v = 0; v < VECTORS; v++) _mm512_storeu_ps(found + 16 * v, _mm512_mul_ps(greatest[v], _mm512_set1_ps(ln_2)));
      for (int j = from > start ? from - start : 0; j < LAQ_TILE && start + j < to; j++)
        if (found[j] > highest[start + j - from]) highest[start + j - from] = found[j];
    }
  }
}

#else
void laq_add_log_sum_exp_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, int from, int to, int dimension,
                              laq_attention_rule rule, float *log_sum_exp) {
  (void)q; (void)rows; (void)first; (void)keys; (void)from; (void)to; (void)dimension; (void)rule; (void)log_sum_exp;
}
void laq_highest_attention_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, int from, int to, int dimension,
                                laq_attention_rule rule, const float *log_sum_exp, float *highest) {
  (void)q; (void)rows; (void)first; (void)keys; (void)from; (void)to; (void)dimension; (void)rule; (void)log_sum_exp;
  (void)highest;
}
#endif
