#pragma once
// Formats whose four bits stand for one of 16 numbers of a table, which is a register: on x86, from SSSE3 on, an
// instruction looks all of them up.
#include "stored_formats.h"

typedef int8_t s16 __attribute__((vector_size(16)));

// Low halves of 16 bytes, or high ones, as the numbers that they stand for, times a scale. Nothing is added: zero keeps
// its sign.
BODY v16 looked_up16(const s16 table, const uint8_t *start, const unsigned half, const float scale) {
  b16 bytes = *(const b16u *)start, places = half ? bytes >> 4 : bytes & 15;
  return __builtin_convertvector(__builtin_shufflevector(table, (s16)places), v16) * splat(scale);
}

// Closer together around zero, as weights are.
BODY v16 unevenly_spaced16(const uint8_t *start, const unsigned half, const float scale) {
  const s16 table = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
  return looked_up16(table, start, half, scale);
}

// Scale (f16), 16 bytes.
SCALES_OF(iq4_nl) { s->scale[0] = half_at(block, has_halves); }
DECODE(iq4_nl) { return unevenly_spaced16(block + 2, half, s->scale[0]); }

// Scale (f16), two high bits of each part's scale, four low bits of each, 128 bytes of which each part has 16; the scales'
// zero is at 32.
SCALES_OF(iq4_xs) {
  const u16 fours = {0, 4, 8, 12, 16, 20, 24, 28}, twos = {0, 2, 4, 6, 8, 10, 12, 14};
  uint32_t lows = word_at(block + 4), highs = word_at(block + 2) & 0xFFFF;
  u16 scales = (((lows - (u16){0}) >> fours) & 15) | (((highs - (u16){0}) >> twos) & 3) << 4;
  store16(s->scale, (floats16(scales) - splat(32)) * splat(half_at(block, has_halves)));
}
DECODE(iq4_xs) { return unevenly_spaced16(block + 8 + 16 * part, half, s->scale[part]); }

// A power of two, whose exponent is the first byte, 16 bytes: floats of a sign, two bits of exponent and one of fraction,
// twice what they are in the table, so that half the power is their scale.
SCALES_OF(mxfp4) {
  // The two lowest are subnormal.
  uint32_t exponent = *block, bits = exponent < 2 ? 0x200000u << exponent : (exponent - 1) << 23;
  memcpy(&s->scale[0], &bits, sizeof bits);
}
DECODE(mxfp4) {
  const s16 table = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  return looked_up16(table, block + 1, half, s->scale[0]);
}
