#pragma once
#include "dispatch.h"
#include <stdint.h>

// Wide vectors never cross a call: every body is inlined into the function that has the target.
#pragma clang diagnostic ignored "-Wpsabi"

// Sixteen lanes: one AVX-512 register, two of AVX2, four of SSE or NEON.
typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4)));

BODY v16 load16(const float *p) { return *(const v16u *)p; }
BODY void store16(float *p, v16 v) { *(v16u *)p = v; }
BODY v16 splat(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

typedef uint16_t h16u __attribute__((vector_size(32), aligned(2)));
typedef uint32_t u16 __attribute__((vector_size(64)));

// Sixteen bf16 numbers as floats.
BODY v16 widened16(const uint16_t *p) { return (v16)(__builtin_convertvector(*(const h16u *)p, u16) << 16); }

// A fixed tree, so that the sum has the same bytes on every instruction set that adds pairwise.
BODY float sum16(v16 v) {
  float a = (v[0] + v[8]) + (v[4] + v[12]), b = (v[1] + v[9]) + (v[5] + v[13]);
  float c = (v[2] + v[10]) + (v[6] + v[14]), d = (v[3] + v[11]) + (v[7] + v[15]);
  return (a + c) + (b + d);
}

BODY v16 max16(v16 a, v16 b) {
  i16 greater = a > b;
  return (v16)(((i16)a & greater) | ((i16)b & ~greater));
}

// The lanes of a vector, turned by some places.
#define TURNED(v, n) __builtin_shufflevector(v, v, n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, (n + 8) % 16, \
  (n + 9) % 16, (n + 10) % 16, (n + 11) % 16, (n + 12) % 16, (n + 13) % 16, (n + 14) % 16, (n + 15) % 16)

BODY float largest(v16 v) {
  v = max16(v, TURNED(v, 8));
  v = max16(v, TURNED(v, 4));
  v = max16(v, TURNED(v, 2));
  v = max16(v, TURNED(v, 1));
  return v[0];
}

// exp(x): x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for exp(r), the exponent field for 2^n.
BODY v16 exp16(v16 x) {
  // Where they do not compare, the second argument stays: what is not a number does.
  x = max16(splat(-87.5f), x);
  x = -max16(splat(-88.0f), -x);
  v16 magic = splat(12582912.0f);
  v16 n = (x * splat(1.44269504088896341f) + magic) - magic;
  v16 r = x - n * splat(0.693359375f);
  r = r - n * splat(-2.12194440e-4f);
  v16 p = splat(1.9875691500e-4f);
  p = p * r + splat(1.3981999507e-3f);
  p = p * r + splat(8.3334519073e-3f);
  p = p * r + splat(4.1665795894e-2f);
  p = p * r + splat(1.6666665459e-1f);
  p = p * r + splat(5.0000001201e-1f);
  p = p * (r * r) + r + splat(1.0f);
  i16 exponent = (__builtin_convertvector(n, i16) + 127) << 23;
  v16 result = p * (v16)exponent;
  return (v16)((i16)result & ~(x <= splat(-87.4f)));
}

// ln(x) of positive, normal numbers: x = 2^n m with 1/√2 <= m < √2, a polynomial for ln(m).
BODY v16 log16(v16 x) {
  i16 bits = (i16)x - 0x3f3504f3;
  v16 n = __builtin_convertvector(bits >> 23, v16);
  v16 f = (v16)((bits & 0x7fffff) + 0x3f3504f3) - splat(1.0f);
  v16 p = splat(7.0376836292e-2f);
  p = p * f + splat(-1.1514610310e-1f);
  p = p * f + splat(1.1676998740e-1f);
  p = p * f + splat(-1.2420140846e-1f);
  p = p * f + splat(1.4249322787e-1f);
  p = p * f + splat(-1.6668057665e-1f);
  p = p * f + splat(2.0000714765e-1f);
  p = p * f + splat(-2.4999993993e-1f);
  p = p * f + splat(3.3333331174e-1f);
  v16 square = f * f;
  p = p * f * square + n * splat(-2.12194440e-4f) - splat(0.5f) * square;
  return f + p + n * splat(0.693359375f);
}

// cap · tanh(x / cap) = cap · (1 − 2 / (exp(2x / cap) + 1)); a cap of 0 is none.
BODY v16 capped16(v16 x, float cap) {
  if (cap <= 0) return x;
  return splat(cap) - splat(2 * cap) / (exp16(x * splat(2 / cap)) + splat(1));
}
