// Prefill attention: blocks of queries against tiles of packed keys, everything in cache.
#include "Kernels.h"
#include "tile.h"

#include <math.h>

size_t laq_packed_keys_count(int count, int dimension) {
  return (size_t)((count + LAQ_TILE - 1) / LAQ_TILE) * LAQ_TILE * (size_t)dimension;
}

void laq_pack_keys(const float *keys, int count, int dimension, float *packed) {
  for (int tile = 0; tile * LAQ_TILE < count; tile++)
    for (int i = 0; i < dimension; i++)
      for (int j = 0; j < LAQ_TILE; j++) {
        int key = tile * LAQ_TILE + j;
        *packed++ = key < count ? keys[(size_t)key * (size_t)dimension + (size_t)i] : 0;
      }
}

// out[row] += weights[row][key] · value[key], 16 dimensions of BLOCK rows at a time.
BODY void add_values(const float *weights, const float *values, int keys, int dimension, float *out, int stride) {
  int d = 0;
  for (; d + 16 <= dimension; d += 16) {
    v16 sums[BLOCK];
    for (int r = 0; r < BLOCK; r++) sums[r] = load16(out + (size_t)r * (size_t)stride + (size_t)d);
    for (int j = 0; j < keys; j++) {
      v16 value = load16(values + (size_t)j * (size_t)dimension + (size_t)d);
      for (int r = 0; r < BLOCK; r++) sums[r] += splat(weights[r * LAQ_TILE + j]) * value;
    }
    for (int r = 0; r < BLOCK; r++) store16(out + (size_t)r * (size_t)stride + (size_t)d, sums[r]);
  }
  for (; d < dimension; d++)
    for (int r = 0; r < BLOCK; r++)
      for (int j = 0; j < keys; j++)
        out[(size_t)r * (size_t)stride + (size_t)d] += weights[r * LAQ_TILE + j] * values[(size_t)j * (size_t)dimension + (size_t)d];
}

// BLOCK rows with the running maximum and sum of the flash recurrence, over the first `available` keys at most.
BODY void attend_block(const int held, const float *q, int stride, int first, int available, const float *packed, const float *values, int dimension,
                       laq_attention_rule rule, float *out, int out_stride, float *log_sum_exp) {
  float maximum[BLOCK], total[BLOCK], scores[BLOCK * LAQ_TILE];
  for (int r = 0; r < BLOCK; r++) {
    maximum[r] = -INFINITY;
    total[r] = 0;
    for (int d = 0; d < dimension; d++) out[(size_t)r * (size_t)out_stride + (size_t)d] = 0;
  }
  int last = first + BLOCK <= available ? first + BLOCK - 1 : available - 1;
  for (int start = first_visible(first, rule) / LAQ_TILE * LAQ_TILE; start <= last; start += LAQ_TILE) {
    tile_scores(held, q, stride, packed + (size_t)start * (size_t)dimension, dimension, rule, scores, LAQ_TILE);
    int keys = last + 1 - start < LAQ_TILE ? last + 1 - start : LAQ_TILE;
    for (int r = 0; r < BLOCK; r++) {
      float *row = scores + r * LAQ_TILE;
      for (int j = first + r + 1 - start > 0 ? first + r + 1 - start : 0; j < LAQ_TILE; j++) row[j] = -INFINITY;
      for (int j = 0, hidden = first_visible(first + r, rule) - start; j < hidden && j < LAQ_TILE; j++) row[j] = -INFINITY;
      v16 high = load16(row);
      for (int v = 1; v < VECTORS; v++) high = max16(high, load16(row + 16 * v));
      float larger = largest(high);
      if (larger <= maximum[r]) larger = maximum[r];
      else if (total[r] > 0) {
        float factor = expf(maximum[r] - larger);
        total[r] *= factor;
        for (int d = 0; d < dimension; d++) out[(size_t)r * (size_t)out_stride + (size_t)d] *= factor;
      }
      maximum[r] = larger;
      // A row that sees nothing of its first tile has no maximum yet.
      if (larger == -INFINITY) larger = 0;
      v16 sums = splat(0);
      for (int v = 0; v < VECTORS; v++) {
        v16 e = exp16(load16(row + 16 * v) - splat(larger));
        store16(row + 16 * v, e);
        sums += e;
      }
      total[r] += sum16(sums);
    }
    add_values(scores, values + (size_t)start * (size_t)dimension, keys, dimension, out, out_stride);
  }
  for (int r = 0; r < BLOCK; r++) {
    float factor = 1.0f / total[r];
    for (int d = 0; d < dimension; d++) out[(size_t)r * (size_t)out_stride + (size_t)d] *= factor;
    log_sum_exp[r] = maximum[r] + logf(total[r]);
  }
}

#define PARAMETERS                                                                                             \
  (const float *q, int stride, int rows, int first, const float *packed, const float *values, int dimension,   \
   laq_attention_rule rule, float *out, int out_stride, float *log_sum_exp)

TILES(void, laq_attend_causal, PARAMETERS) {
  int available = first + rows, r = 0;
  for (; r + BLOCK <= rows; r += BLOCK)
    attend_block(held, q + (size_t)r * (size_t)stride, stride, first + r, available, packed, values, dimension, rule,
                 out + (size_t)r * (size_t)out_stride, out_stride, log_sum_exp + r);
  if (r == rows) return;
  // The remainder goes through a full block whose missing rows repeat the last one and are dropped.
  float queries[BLOCK * LAQ_MAX_DIMENSION], results[BLOCK * LAQ_MAX_DIMENSION], sums[BLOCK];
  for (int i = 0; i < BLOCK; i++) {
    int row = r + i < rows ? r + i : rows - 1;
    for (int d = 0; d < dimension; d++) queries[i * dimension + d] = q[(size_t)row * (size_t)stride + (size_t)d];
  }
  attend_block(held, queries, dimension, first + r, available, packed, values, dimension, rule, results, dimension, sums);
  for (int i = 0; r + i < rows; i++) {
    for (int d = 0; d < dimension; d++) out[(size_t)(r + i) * (size_t)out_stride + (size_t)d] = results[i * dimension + d];
    log_sum_exp[r + i] = sums[i];
  }
}
CHOOSE_TILES(void, laq_attend_causal, PARAMETERS,
       (q, stride, rows, first, packed, values, dimension, rule, out, out_stride, log_sum_exp))

#define RECEIVED_PARAMETERS                                                                                         \
  (const float *q, int count, const float *packed, const float *log_sum_exp, int dimension, laq_attention_rule rule, \
   float *sums)

TILES(void, laq_received_attention, RECEIVED_PARAMETERS) {
  float queries[BLOCK * LAQ_MAX_DIMENSION], scores[BLOCK * LAQ_TILE];
  for (int first = 0; first < count; first += BLOCK) {
    int rows = count - first < BLOCK ? count - first : BLOCK;
    const float *block = q + (size_t)first * (size_t)dimension;
    if (rows < BLOCK) {
      for (int i = 0; i < BLOCK * dimension; i++) queries[i] = i < rows * dimension ? block[i] : 0;
      block = queries;
    }
    for (int start = first_visible(first, rule) / LAQ_TILE * LAQ_TILE; start < first + rows; start += LAQ_TILE) {
      tile_scores(held, block, dimension, packed + (size_t)start * (size_t)dimension, dimension, rule, scores, LAQ_TILE);
      for (int r = 0; r < rows; r++) {
        float *row = scores + r * LAQ_TILE;
        for (int v = 0; v < VECTORS; v++) store16(row + 16 * v, exp16(load16(row + 16 * v) - splat(log_sum_exp[first + r])));
        int visible = first + r + 1 - start < LAQ_TILE ? first + r + 1 - start : LAQ_TILE;
        int hidden = first_visible(first + r, rule) - start;
        for (int j = hidden > 0 ? hidden : 0; j < visible; j++) sums[start + j] += row[j];
      }
    }
  }
}
CHOOSE_TILES(void, laq_received_attention, RECEIVED_PARAMETERS, (q, count, packed, log_sum_exp, dimension, rule, sums))
