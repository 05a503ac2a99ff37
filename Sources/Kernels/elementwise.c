#include "Kernels.h"
#include "vector.h"

#include <math.h>

BODY void laq_rms_norm_body(const float *x, const float *weight, float epsilon, int count, float *y) {
  v16 squares = splat(0);
  int i = 0;
  for (; i + 16 <= count; i += 16) { v16 v = load16(x + i); squares += v * v; }
  float total = sum16(squares);
  for (; i < count; i++) total += x[i] * x[i];
  float factor = 1.0f / sqrtf(total / (float)count + epsilon);
  for (i = 0; i + 16 <= count; i += 16) store16(y + i, load16(x + i) * splat(factor) * load16(weight + i));
  for (; i < count; i++) y[i] = x[i] * factor * weight[i];
}
CHOOSE(void, laq_rms_norm, (const float *x, const float *weight, float epsilon, int count, float *y),
       (x, weight, epsilon, count, y))

BODY void laq_rope_body(float *x, const float *cosine, const float *sine, int dimension) {
  int half = dimension / 2;
  for (int i = 0; i < half; i++) {
    float a = x[i], b = x[i + half];
    x[i] = a * cosine[i] - b * sine[i];
    x[i + half] = b * cosine[i] + a * sine[i];
  }
}
CHOOSE(void, laq_rope, (float *x, const float *cosine, const float *sine, int dimension), (x, cosine, sine, dimension))

BODY void laq_swiglu_body(const float *gate, const float *up, int count, float *y) {
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    v16 g = load16(gate + i);
    store16(y + i, g / (splat(1) + exp16(-g)) * load16(up + i));
  }
  for (; i < count; i++) y[i] = gate[i] / (1.0f + expf(-gate[i])) * up[i];
}
CHOOSE(void, laq_swiglu, (const float *gate, const float *up, int count, float *y), (gate, up, count, y))

// 0.5 (1 + tanh(u)) = 1 / (1 + exp(-2u)) with u = √(2/π) (g + 0.044715 g³).
BODY void laq_geglu_body(const float *gate, const float *up, int count, float *y) {
  const float slope = -1.5957691216057308f;
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    v16 g = load16(gate + i);
    v16 exponent = splat(slope) * (g + splat(0.044715f) * g * g * g);
    store16(y + i, g / (splat(1) + exp16(exponent)) * load16(up + i));
  }
  for (; i < count; i++) {
    float g = gate[i];
    y[i] = g / (1.0f + expf(slope * (g + 0.044715f * g * g * g))) * up[i];
  }
}
CHOOSE(void, laq_geglu, (const float *gate, const float *up, int count, float *y), (gate, up, count, y))

BODY void laq_soft_cap_body(float *x, int count, float cap) {
  int i = 0;
  for (; i + 16 <= count; i += 16) store16(x + i, capped16(load16(x + i), cap));
  for (; i < count; i++) x[i] = cap * tanhf(x[i] / cap);
}
CHOOSE(void, laq_soft_cap, (float *x, int count, float cap), (x, count, cap))

BODY float laq_exponentials_body(float *x, int count, float shift) {
  v16 sums = splat(0);
  int i = 0;
  for (; i + 16 <= count; i += 16) { v16 e = exp16(load16(x + i) + splat(shift)); store16(x + i, e); sums += e; }
  float total = sum16(sums);
  if (i < count) {
    float tail[16];
    for (int j = 0; j < 16; j++) tail[j] = i + j < count ? x[i + j] : -INFINITY;
    v16 e = exp16(load16(tail) + splat(shift));
    store16(tail, e);
    for (int j = 0; i + j < count; j++) { x[i + j] = tail[j]; total += tail[j]; }
  }
  return total;
}
CHOOSE(float, laq_exponentials, (float *x, int count, float shift), (x, count, shift))

BODY void laq_add_scaled_body(float *accumulated, const float *x, float factor, int count) {
  int i = 0;
  for (; i + 16 <= count; i += 16) store16(accumulated + i, load16(accumulated + i) + splat(factor) * load16(x + i));
  for (; i < count; i++) accumulated[i] += factor * x[i];
}
CHOOSE(void, laq_add_scaled, (float *accumulated, const float *x, float factor, int count),
       (accumulated, x, factor, count))

void laq_add_magnitudes(float *accumulated, const float *x, int count) {
  for (int i = 0; i < count; i++) accumulated[i] += fabsf(x[i]);
}

void laq_add_squares(float *accumulated, const float *x, int count) {
  for (int i = 0; i < count; i++) accumulated[i] += x[i] * x[i];
}
