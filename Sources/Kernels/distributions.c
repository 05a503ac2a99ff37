// Distributions over tokens: of a vocabulary, from its logits; of attention, over a prompt.
#include "Kernels.h"
#include "vector.h"

#include <math.h>
#include <string.h>

// Logits that are summed in floats before their sum goes on in doubles: few enough that no digit is lost.
enum { PIECE = 512 };

BODY float largest_of(const float *x, int count) {
  v16 most = splat(-INFINITY);
  int i = 0;
  for (; i + 16 <= count; i += 16) most = max16(load16(x + i), most);
  float result = largest(most);
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

// Σ of 16 terms from `i` on, those beyond the end left out by exp(-∞) = 0.
BODY v16 piece16(const float *x, int i, int count) {
  if (i + 16 <= count) return load16(x + i);
  float rest[16];
  for (int j = 0; j < 16; j++) rest[j] = i + j < count ? x[i + j] : -INFINITY;
  return load16(rest);
}

BODY double laq_log_sum_exp_body(const float *x, int count) {
  if (count <= 0) return 0;
  float most = largest_of(x, count);
  // Where nothing is finite there is nothing to scale by.
  if (!isfinite(most)) return most;
  double total = 0;
  for (int start = 0; start < count; start += PIECE) {
    int end = start + PIECE < count ? start + PIECE : count;
    v16 sums = splat(0);
    for (int i = start; i < end; i += 16) sums += exp16(piece16(x, i, end) - splat(most));
    total += sum16(sums);
  }
  return most + log(total);
}
CHOOSE(double, laq_log_sum_exp, (const float *x, int count), (x, count))

typedef double d8 __attribute__((vector_size(64)));
typedef float v8u __attribute__((vector_size(32), aligned(4)));

BODY d8 doubles8(const float *x) { return __builtin_convertvector(*(const v8u *)x, d8); }

BODY double laq_divergence_body(const float *p, double p_sum, const float *q, double q_sum, int count) {
  d8 sums = {0};
  double shift = q_sum - p_sum;
  float weights[16];
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    // Weights are rounded to floats, their logarithms' difference is not: where p and q are nearly the same it is
    // what is left.
    store16(weights, exp16(load16(p + i) - splat((float)p_sum)));
    for (int half = 0; half < 16; half += 8) {
      d8 difference = doubles8(p + i + half) - doubles8(q + i + half);
      for (int j = 0; j < 8; j++) difference[j] += shift;
      sums += doubles8(weights + half) * difference;
    }
  }
  double total = 0;
  for (int j = 0; j < 8; j++) total += sums[j];
  for (; i < count; i++) total += exp((double)p[i] - p_sum) * ((double)p[i] - (double)q[i] + shift);
  return total;
}
CHOOSE(double, laq_divergence, (const float *p, double p_sum, const float *q, double q_sum, int count),
       (p, p_sum, q, q_sum, count))

int laq_highest(const float *x, int count, int wanted, int *ids) {
  int known = 0;
  for (int id = 0; id < count; id++) {
    if (known == wanted && !(known > 0 && x[id] > x[ids[known - 1]])) continue;
    if (known == wanted) known--;
    int place = known;
    while (place > 0 && !(x[ids[place - 1]] >= x[id])) place--;
    memmove(ids + place + 1, ids + place, (size_t)(known - place) * sizeof *ids);
    ids[place] = id;
    known++;
  }
  return known;
}

double laq_bits(const float *x, int count) {
  double sum = 0;
  // Logarithms of floats are a third of the time of those of doubles, and their error is the weights' own.
  for (int i = 0; i < count; i++)
    if (x[i] > 0) sum -= (double)(x[i] * log2f(x[i]));
  return sum;
}

typedef double d4 __attribute__((vector_size(32)));
typedef float v4u __attribute__((vector_size(16), aligned(4)));

BODY d4 doubles4(const float *x) { return __builtin_convertvector(*(const v4u *)x, d4); }

BODY double sum4(d4 v) { return (v[0] + v[2]) + (v[1] + v[3]); }

// Products are rounded before they are added, so that the sums have the same bytes on every CPU.
BODY double laq_cosine_body(const float *a, const float *b, int count) {
#pragma clang fp contract(off)
  d4 dots = {0}, squares = {0}, others = {0};
  for (int i = 0; i < count; i += 4) {
    float x[4] = {0}, y[4] = {0};
    int rest = count - i < 4 ? count - i : 4;
    memcpy(x, a + i, (size_t)rest * sizeof *x);
    memcpy(y, b + i, (size_t)rest * sizeof *y);
    d4 left = doubles4(x), right = doubles4(y);
    dots += left * right;
    squares += left * left;
    others += right * right;
  }
  double product = sum4(squares) * sum4(others);
  return sum4(squares) > 0 && sum4(others) > 0 ? sum4(dots) / sqrt(product) : 0;
}
CHOOSE(double, laq_cosine, (const float *a, const float *b, int count), (a, b, count))
