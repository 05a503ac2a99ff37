// One query at a time: decode steps, and scorers that recompute a few rows.
#include "Kernels.h"
#include "vector.h"

#include <math.h>
#include <string.h>

BODY float dot(const float *a, const float *b, int count) {
  v16 sums = splat(0);
  int i = 0;
  for (; i + 16 <= count; i += 16) sums += load16(a + i) * load16(b + i);
  float total = sum16(sums);
  for (; i < count; i++) total += a[i] * b[i];
  return total;
}

void laq_finish_scores(float *scores, int count, laq_attention_rule rule) {
  for (int j = 0; j < count; j++) scores[j] *= rule.scale;
  if (rule.soft_cap > 0) laq_soft_cap(scores, count, rule.soft_cap);
}

BODY void laq_key_scores_body(const float *q, const float *keys, int count, int dimension, laq_attention_rule rule,
                              float *scores) {
  for (int j = 0; j < count; j++) scores[j] = dot(q, keys + (size_t)j * (size_t)dimension, dimension);
  laq_finish_scores(scores, count, rule);
}
CHOOSE(void, laq_key_scores,
       (const float *q, const float *keys, int count, int dimension, laq_attention_rule rule, float *scores),
       (q, keys, count, dimension, rule, scores))

BODY void laq_key_scores_bf16_body(const float *q, const uint16_t *keys, int count, int dimension, laq_attention_rule rule,
                                   float *scores) {
  for (int j = 0; j < count; j++) {
    const uint16_t *key = keys + (size_t)j * (size_t)dimension;
    v16 sums = splat(0);
    int i = 0;
    for (; i + 16 <= dimension; i += 16) sums += load16(q + i) * widened16(key + i);
    float total = sum16(sums);
    for (; i < dimension; i++) {
      uint32_t bits = (uint32_t)key[i] << 16;
      float element;
      memcpy(&element, &bits, 4);
      total += q[i] * element;
    }
    scores[j] = total;
  }
  laq_finish_scores(scores, count, rule);
}
CHOOSE(void, laq_key_scores_bf16,
       (const float *q, const uint16_t *keys, int count, int dimension, laq_attention_rule rule, float *scores),
       (q, keys, count, dimension, rule, scores))

BODY void laq_attend_part_body(const float *q, const float *keys, const float *values, int count, int dimension,
                               laq_attention_rule rule, float *scratch, float *out, float *maximum, float *total) {
  laq_key_scores_body(q, keys, count, dimension, rule, scratch);
  float largest_score = scratch[0];
  for (int j = 1; j < count; j++) largest_score = scratch[j] > largest_score ? scratch[j] : largest_score;
  *total = laq_exponentials(scratch, count, -largest_score);
  *maximum = largest_score * 1.44269504088896341f;
  int d = 0;
  for (; d + 16 <= dimension; d += 16) {
    v16 sums = splat(0);
    for (int j = 0; j < count; j++) sums += splat(scratch[j]) * load16(values + (size_t)j * (size_t)dimension + (size_t)d);
    store16(out + d, sums);
  }
  for (; d < dimension; d++) {
    out[d] = 0;
    for (int j = 0; j < count; j++) out[d] += scratch[j] * values[(size_t)j * (size_t)dimension + (size_t)d];
  }
}
CHOOSE(void, laq_attend_part,
       (const float *q, const float *keys, const float *values, int count, int dimension, laq_attention_rule rule,
        float *scratch, float *out, float *maximum, float *total),
       (q, keys, values, count, dimension, rule, scratch, out, maximum, total))
