#pragma once
// How weights lie in files, as numbers in registers: each format decodes 32 weights of a block at a time. Every product of
// a scale and a whole number is exact in a float, and what is added to it is rounded once: the numbers are those of the
// `gguf` package, with fused multiplications or without.
#include "vector.h"

#include <string.h>

typedef uint8_t b16u __attribute__((vector_size(16), aligned(1)));
typedef int8_t s16u __attribute__((vector_size(16), aligned(1)));
typedef uint8_t b16 __attribute__((vector_size(16)));
typedef _Float16 f16u __attribute__((vector_size(32), aligned(2)));
typedef _Float16 f4 __attribute__((vector_size(8)));
typedef float v4 __attribute__((vector_size(16)));

/// What the parts of a block are multiplied by, and what is then added: a block of 32 has one of each.
typedef struct { float scale[16], offset[16]; } block_scales;

BODY u16 bytes16(const uint8_t *p) { return __builtin_convertvector(*(const b16u *)p, u16); }
// Of small unsigned numbers, for which CPUs have the signed conversion alone.
BODY v16 floats16(u16 x) { return __builtin_convertvector((i16)x, v16); }
BODY v16 floats_of_bytes16(b16 bytes) { return floats16(__builtin_convertvector(bytes, u16)); }

BODY uint32_t word_at(const uint8_t *p) { uint32_t w; memcpy(&w, p, sizeof w); return w; }
BODY uint64_t long_at(const uint8_t *p) { uint64_t w; memcpy(&w, p, sizeof w); return w; }

// Half precision, by the CPU's instruction from AVX2 on, else by its bits.
BODY v16 halves16(const uint8_t *p, const int has_halves) {
  if (has_halves) return __builtin_convertvector(*(const f16u *)p, v16);
  u16 bits = __builtin_convertvector(*(const h16u *)p, u16);
  u16 magnitude = bits & 0x7FFF;
  // Infinity, and what is not a number, keep the largest exponent.
  u16 special = (u16)(magnitude >= 0x7C00) & 0x7F800000u;
  v16 finite = (v16)(magnitude << 13) * splat(0x1p112f);
  return (v16)((u16)finite | special | (bits & 0x8000) << 16);
}

BODY float half_at(const uint8_t *p, const int has_halves) {
  uint16_t half;
  memcpy(&half, p, sizeof half);
  // By way of a whole register, which the compiler must not see through: its instruction that sets 16 bits alone waits
  // for what was in the others, and that may be a sum.
  if (has_halves) {
    uint64_t whole = half;
    __asm__("" : "+r"(whole));
    f4 halves;
    memcpy(&halves, &whole, sizeof halves);
    return __builtin_convertvector(halves, v4)[0];
  }
  uint32_t bits = (uint32_t)(half & 0x7FFF) << 13;
  float magnitude;
  memcpy(&magnitude, &bits, sizeof bits);
  magnitude *= 0x1p112f;
  memcpy(&bits, &magnitude, sizeof bits);
  bits |= ((half & 0x7FFF) >= 0x7C00 ? 0x7F800000u : 0) | (uint32_t)(half & 0x8000) << 16;
  memcpy(&magnitude, &bits, sizeof bits);
  return magnitude;
}

// Two halves that lie beside each other.
BODY void half_pair_at(const uint8_t *p, const int has_halves, float *first, float *second) {
  if (has_halves) {
    uint64_t whole = word_at(p);
    f4 halves;
    memcpy(&halves, &whole, sizeof halves);
    v4 both = __builtin_convertvector(halves, v4);
    *first = both[0], *second = both[1];
  } else {
    *first = half_at(p, 0), *second = half_at(p + 2, 0);
  }
}

// Sixteen weights from their whole numbers and the numbers of their part.
BODY v16 weights16(u16 q, const block_scales *s, const unsigned part) {
  return floats16(q) * splat(s->scale[part]) + splat(s->offset[part]);
}

#define SCALES_OF(format) BODY void format##_scales(const uint8_t *block, const int has_halves, block_scales *s)
// Sixteen of a part's 32 weights: `half` is 0 or 1, so that sums are added to before the others need registers.
#define DECODE(format)                                                                                              \
  BODY v16 format##_decode(const uint8_t *block, const unsigned part, const unsigned half, const int has_halves, \
                           const block_scales *s)

// Blocks of 32: low halves of the bytes are the first 16 weights, high halves the others; a fifth bit is in a word of its
// own.

// Scale (f16), 16 bytes; zero is at 8.
SCALES_OF(q4_0) { s->scale[0] = half_at(block, has_halves); s->offset[0] = -8 * s->scale[0]; }
BODY u16 four_bits(const uint8_t *start, const unsigned half) {
  u16 bytes = bytes16(start);
  return half ? bytes >> 4 : bytes & 15;
}
DECODE(q4_0) { return weights16(four_bits(block + 2, half), s, 0); }

// Scale, minimum (f16), 16 bytes.
SCALES_OF(q4_1) { half_pair_at(block, has_halves, &s->scale[0], &s->offset[0]); }
DECODE(q4_1) { return weights16(four_bits(block + 4, half), s, 0); }

// Fifth bits of 16 weights, in their place: that of the first one is the lowest of `word`'s bits from 4 on.
BODY u16 fifths16(uint32_t word) {
  const u16 places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return ((word - (u16){0}) >> places) & 16;
}
BODY v16 five_bits(const uint8_t *start, const unsigned half, const block_scales *s) {
  uint32_t fifths = word_at(start);
  return weights16(four_bits(start + 4, half) | fifths16(half ? fifths >> 12 : fifths << 4), s, 0);
}

// Scale (f16), 32 fifth bits, 16 bytes; zero is at 16.
SCALES_OF(q5_0) { s->scale[0] = half_at(block, has_halves); s->offset[0] = -16 * s->scale[0]; }
DECODE(q5_0) { return five_bits(block + 2, half, s); }

// Scale, minimum (f16), 32 fifth bits, 16 bytes.
SCALES_OF(q5_1) { q4_1_scales(block, has_halves, s); }
DECODE(q5_1) { return five_bits(block + 4, half, s); }

// Scale (f16), 32 signed bytes.
SCALES_OF(q8_0) { s->scale[0] = half_at(block, has_halves); }
DECODE(q8_0) { return __builtin_convertvector(*(const s16u *)(block + 2 + 16 * half), v16) * splat(s->scale[0]); }

// Numbers without blocks.
SCALES_OF(f16) {}
DECODE(f16) { return halves16(block + 64 * part + 32 * half, has_halves); }
SCALES_OF(bf16) {}
DECODE(bf16) { return widened16((const uint16_t *)(const void *)(block + 64 * part + 32 * half)); }
