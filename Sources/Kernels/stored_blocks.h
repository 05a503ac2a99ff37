#pragma once
// All formats of weights, chosen by a number that is known when a loop is compiled.
#include "Kernels.h"
#include "stored_formats.h"
#include "stored_super_blocks.h"
#include "stored_tables.h"

// Weights that are decoded together; the most rows whose sums any CPU holds.
enum { UNIT = 32, MOST_ROWS = 9 };

#define UNROLLED _Pragma("clang loop unroll(full)")

// The weights and bytes of a block; numbers without blocks are taken 32 at a time.
#define STORED_FORMATS(X)                                                                                                  \
  X(F16, f16, 32, 64) X(BF16, bf16, 32, 64) X(Q4_0, q4_0, 32, 18) X(Q4_1, q4_1, 32, 20) X(Q5_0, q5_0, 32, 22)              \
  X(Q5_1, q5_1, 32, 24) X(Q8_0, q8_0, 32, 34) X(Q2_K, q2_k, 256, 84) X(Q3_K, q3_k, 256, 110) X(Q4_K, q4_k, 256, 144)       \
  X(Q5_K, q5_k, 256, 176) X(Q6_K, q6_k, 256, 210) X(IQ4_NL, iq4_nl, 32, 18) X(IQ4_XS, iq4_xs, 256, 136)                      \
  X(MXFP4, mxfp4, 32, 17)

BODY int block_length(laq_format format) {
#define LENGTH(name, lower, length, bytes) case LAQ_##name: return length;
  switch (format) { STORED_FORMATS(LENGTH) }
  return UNIT;
}

BODY int block_bytes(laq_format format) {
#define BYTES(name, lower, length, bytes) case LAQ_##name: return bytes;
  switch (format) { STORED_FORMATS(BYTES) }
  return 0;
}

BODY void read_scales(const laq_format format, const uint8_t *block, const int has_halves, block_scales *s) {
#define SCALES(name, lower, length, bytes) case LAQ_##name: lower##_scales(block, has_halves, s); return;
  switch (format) { STORED_FORMATS(SCALES) }
}

BODY v16 decoded(const laq_format format, const uint8_t *block, const unsigned part, const unsigned half,
                 const int has_halves, const block_scales *s) {
#define DECODED(name, lower, length, bytes) case LAQ_##name: return lower##_decode(block, part, half, has_halves, s);
  switch (format) { STORED_FORMATS(DECODED) }
  return splat(0);
}
