#pragma once
// Blocks of 256 weights, whose 8 or 16 parts have small whole scales, all times one or two in half precision.
#include "stored_formats.h"

// Two bits of 16 weights: 32 bytes serve 128 weights, their lowest bits the first 32 of them, and so on.
BODY u16 two_bits16(const uint8_t *start, const unsigned part) {
  return bytes16(start + part / 8 * 32 + part % 2 * 16) >> (part / 2 % 4 * 2) & 3;
}

// Parts of 16 weights, which have scales of their own.
#define SIXTEENTH const unsigned p = 2 * part + half

// 16 bytes of scale and minimum, 64 bytes of two bits, scale, scale of the minima (f16).
SCALES_OF(q2_k) {
  u16 bytes = bytes16(block);
  store16(s->scale, floats16(bytes & 15) * splat(half_at(block + 80, has_halves)));
  store16(s->offset, floats16(bytes >> 4) * splat(-half_at(block + 82, has_halves)));
}
DECODE(q2_k) {
  SIXTEENTH;
  return weights16(two_bits16(block + 16, p), s, p);
}

// 32 bytes of third bits, 64 bytes of two bits, 12 bytes of 6-bit scales, scale (f16); without its third bit a weight is
// less by 4.
SCALES_OF(q3_k) {
  const uint64_t four = 0x0F0F0F0F0F0F0F0F;
  uint64_t lows = long_at(block + 96);
  uint32_t highs = word_at(block + 104), two = 0x03030303;
  uint64_t first = highs & two, second = highs >> 2 & two, third = highs >> 4 & two, fourth = highs >> 6 & two;
  uint64_t scales[2] = {(first | second << 32) << 4 | (lows & four), (third | fourth << 32) << 4 | (lows >> 4 & four)};
  b16 bytes;
  memcpy(&bytes, scales, sizeof bytes);
  v16 scale = (floats_of_bytes16(bytes) - splat(32)) * splat(half_at(block + 108, has_halves));
  store16(s->scale, scale);
  store16(s->offset, scale * splat(-4));
}
DECODE(q3_k) {
  SIXTEENTH;
  return weights16(two_bits16(block + 32, p) | (bytes16(block + 16 * half) >> part & 1) << 2, s, p);
}

// Of 12 bytes, four have the first four scales and four the first four minima in six bits; the two bits left over in each
// complete the last four bytes, which have the other ones' four low bits.
SCALES_OF(q4_k) {
  const uint32_t six = 0x3F3F3F3F, four = 0x0F0F0F0F, two = 0x03030303;
  uint32_t a = word_at(block + 4), b = word_at(block + 8), c = word_at(block + 12);
  uint32_t packed[4] = {a & six, (c & four) | (a >> 6 & two) << 4, b & six, (c >> 4 & four) | (b >> 6 & two) << 4};
  b16 bytes;
  memcpy(&bytes, packed, sizeof bytes);
  float d = half_at(block, has_halves), m = -half_at(block + 2, has_halves);
  float both[16];
  store16(both, floats_of_bytes16(bytes) * (v16){d, d, d, d, d, d, d, d, m, m, m, m, m, m, m, m});
  memcpy(s->scale, both, 8 * sizeof *both);
  memcpy(s->offset, both + 8, 8 * sizeof *both);
}
// 32 bytes serve two parts: low halves the first one.
BODY u16 four_bits16(const uint8_t *start, const unsigned part, const unsigned half) {
  return bytes16(start + part / 2 * 32 + half * 16) >> (part % 2 * 4) & 15;
}
// Scale, scale of the minima (f16), 12 bytes of 6-bit scales and minima, 128 bytes of four bits.
DECODE(q4_k) { return weights16(four_bits16(block + 16, part, half), s, part); }

// As the one above, with 32 bytes of fifth bits before the four bits.
SCALES_OF(q5_k) { q4_k_scales(block, has_halves, s); }
BODY u16 five_bits16(const uint8_t *block, const unsigned part, const unsigned half) {
  return four_bits16(block + 48, part, half) | (bytes16(block + 16 + half * 16) >> part & 1) << 4;
}
DECODE(q5_k) { return weights16(five_bits16(block, part, half), s, part); }

// 128 bytes of four bits, 64 bytes of two higher bits, 16 signed scales, scale (f16); zero is at 32.
SCALES_OF(q6_k) {
  v16 scale = __builtin_convertvector(*(const s16u *)(block + 192), v16) * splat(half_at(block + 208, has_halves));
  store16(s->scale, scale);
  store16(s->offset, scale * splat(-32));
}
// Each half of the block has 64 bytes of four bits, whose low halves come first.
BODY u16 six_bits16(const uint8_t *block, const unsigned part) {
  u16 lows = bytes16(block + part / 8 * 64 + part % 4 * 16);
  return (lows >> (part % 8 / 4 * 4) & 15) | two_bits16(block + 128, part) << 4;
}
DECODE(q6_k) {
  SIXTEENTH;
  return weights16(six_bits16(block, p), s, p);
}
