// Weights as they lie in a file, as floats.
#include "stored_blocks.h"

size_t laq_stored_row_bytes(laq_format format, int inputs) {
  // Only formats whose blocks are made up have rows that are no whole blocks.
  return (size_t)inputs * (size_t)block_bytes(format) / (size_t)block_length(format);
}

int laq_stored_row(int output, int head) {
  if (head < 2) return output;
  int half = head / 2, within = output % head;
  return output - within + within % half * 2 + within / half;
}

BODY void widened_row(const laq_format format, const int has_halves, const uint8_t *block, int inputs, float *y) {
  const int length = block_length(format), bytes = block_bytes(format);
  block_scales s = {{0}, {0}};
  int i = 0;
  for (; i + length <= inputs; i += length, block += bytes) {
    read_scales(format, block, has_halves, &s);
    _Pragma("clang loop unroll(disable)") for (unsigned part = 0; part < (unsigned)length / UNIT; part++) {
      float *numbers = y + (unsigned)i + part * UNIT;
      store16(numbers, decoded(format, block, part, 0, has_halves, &s));
      store16(numbers + 16, decoded(format, block, part, 1, has_halves, &s));
    }
  }
  if (i == inputs) return;
  uint8_t padded[2 * UNIT] = {0};
  float numbers[UNIT];
  memcpy(padded, block, 2 * (size_t)(inputs - i));
  store16(numbers, decoded(format, padded, 0, 0, has_halves, &s));
  store16(numbers + 16, decoded(format, padded, 0, 1, has_halves, &s));
  memcpy(y + i, numbers, sizeof(float) * (size_t)(inputs - i));
}

#define FORMAT_CASE(name, lower, length, bytes) \
  case LAQ_##name: widened_row(LAQ_##name, has_halves, row, w->inputs, y); break;
BODY void rows_body(const int has_halves, const laq_stored *w, int first, int count, float *y) {
  size_t bytes = laq_stored_row_bytes(w->format, w->inputs);
  for (int o = first; o < first + count; o++, y += w->inputs) {
    const uint8_t *row = w->start + (size_t)laq_stored_row(o, w->head) * bytes;
    switch (w->format) { STORED_FORMATS(FORMAT_CASE) }
  }
}

DISPATCH(void, laq_widen_stored, (const laq_stored *w, int first, int count, float *y), (w, first, count, y),
         rows_body(1, w, first, count, y), rows_body(1, w, first, count, y), rows_body(PLAIN_HAS_HALVES, w, first, count, y))
