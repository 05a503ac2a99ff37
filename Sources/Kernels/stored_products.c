// Products of a few rows with weights as they lie in a file. A decode step is bounded by the reading of the weights: each
// block is read and decoded once for several rows, and no copy of it is made.
//
// Arithmetic: floats times the exact numbers that the blocks stand for, in fused multiplications where the CPU has them.
// Input i goes to the sum of i % 16, in ascending order, and the 16 sums are added as a tree: a row's result depends
// neither on the rows beside it nor on threads.
#include "stored_blocks.h"

// Bytes that are fetched ahead. Rows of weights that take one part of the inputs before the next, where many rows of
// inputs leave the first-level cache otherwise, and the inputs of a part: whole blocks of any format, and the distance
// of such rows, no power of two, as their lines would share a set of the cache.
enum { AHEAD = 2048, BAND = 32, PART = 768, PART_ROW = PART + 16, CACHED = 6144 };

// Sums of one output and all rows, between parts.
typedef struct { float of[MOST_ROWS][16]; } row_sums;

typedef float v8 __attribute__((vector_size(32)));
typedef float v8u __attribute__((vector_size(32), aligned(4)));
#define EIGHT_OF(v, first)                                        \
  ((first) == 0 ? __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) \
                : __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15))

// Which of the 16 sums of an output and a row are made: all of them, or those of one register of AVX2.
enum { ALL = -1, LOW = 0, HIGH = 8 };

// What becomes of the sums: the first part of the inputs begins them, the last one makes the rows' results of them, `y[output]`
// and `stride` apart. Rows that are missing are the first one once more.
typedef struct { int is_first, is_last, rows, stride; row_sums *sums; float *y[2]; } target;

// The products of one or two rows of weights with a part of the inputs, for a fixed number of rows, which are `width` apart.
BODY void products_of(const laq_format format, const int has_halves, const int which, const uint8_t *const w[2], int inputs,
                      const int outputs, const float *x, const int rows, size_t width, const target *to) {
  const int length = block_length(format), bytes = block_bytes(format);
  v16 sums[2][MOST_ROWS];
  v8 halves[MOST_ROWS];
  UNROLLED for (int r = 0; r < rows; r++) {
    if (which != ALL) halves[r] = to->is_first ? (v8){0} : *(const v8u *)(to->sums->of[r] + which);
    else UNROLLED for (int o = 0; o < outputs; o++) sums[o][r] = to->is_first ? splat(0) : load16(to->sums[o].of[r]);
  }
  int i = 0;
  size_t place = 0;
  for (; i + length <= inputs; i += length, place += (size_t)bytes)
    UNROLLED for (int o = 0; o < outputs; o++) {
      const uint8_t *block = w[o] + place;
      UNROLLED for (int line = 0; line < bytes; line += 64) if (which != HIGH) __builtin_prefetch(block + AHEAD + line);
      block_scales s;
      read_scales(format, block, has_halves, &s);
      // Not unrolled: a compiler that sees several parts keeps the bytes of all of them, in memory.
      _Pragma("clang loop unroll(disable)") for (unsigned part = 0; part < (unsigned)length / UNIT; part++) {
        UNROLLED for (unsigned half = 0; half < 2; half++) {
          v16 weights = decoded(format, block, part, half, has_halves, &s);
          const float *elements = x + ((size_t)i + part * UNIT + half * 16);
          UNROLLED for (int r = 0; r < rows; r++) {
            if (which == ALL) sums[o][r] += weights * load16(elements + (size_t)r * width);
            else halves[r] += EIGHT_OF(weights, which) * *(const v8u *)(elements + (size_t)r * width + which);
          }
        }
      }
    }
  // Rows that are no whole blocks are of numbers of 16 bits: what is missing is zero.
  if (i < inputs)
    UNROLLED for (int o = 0; o < outputs; o++) {
      uint8_t padded[2 * UNIT] = {0};
      memcpy(padded, w[o] + place, 2 * (size_t)(inputs - i));
      const block_scales none = {{0}, {0}};
      v16 weights[2] = {decoded(format, padded, 0, 0, has_halves, &none), decoded(format, padded, 0, 1, has_halves, &none)};
      UNROLLED for (int r = 0; r < rows; r++) {
        float element[UNIT] = {0};
        memcpy(element, x + (size_t)r * width + (size_t)i, sizeof(float) * (size_t)(inputs - i));
        UNROLLED for (int half = 0; half < 2; half++) {
          if (which == ALL) sums[o][r] += weights[half] * load16(element + 16 * half);
          else halves[r] += EIGHT_OF(weights[half], which) * *(const v8u *)(element + 16 * half + which);
        }
      }
    }
  UNROLLED for (int r = 0; r < rows; r++) {
    if (which != ALL) *(v8u *)(to->sums->of[r] + which) = halves[r];
    UNROLLED for (int o = 0; o < outputs; o++) {
      float *y = to->y[o] + (size_t)(r < to->rows ? r : 0) * (size_t)to->stride;
      if (which == ALL && to->is_last) *y = sum16(sums[o][r]);
      else if (which == ALL) store16(to->sums[o].of[r], sums[o][r]);
      else if (which == HIGH && to->is_last) *y = sum16(load16(to->sums->of[r]));
    }
  }
}

// The output that a row of the file is.
BODY int output_of(const laq_stored *w, int row) {
  if (w->head < 2) return row;
  int within = row % w->head;
  return row - within + within % 2 * (w->head / 2) + within / 2;
}

// The numbers of rows that are compiled on their own, so that their sums are registers: all of them would take a minute.
BODY int compiled_rows(int rows) { return rows <= 5 ? rows : rows <= 7 ? 7 : MOST_ROWS; }

// Of one row, two outputs: one's sums would wait for each other. Of more rows than have all their sums in registers, half of
// the sums and then the others: each weight is decoded once all the same.
#define PRODUCTS(which, outputs, rows, width) products_of(format, has_halves, which, row, p->inputs, outputs, p->x, rows, width, &to)
#define CASE(number)                                       \
  case number:                                             \
    if (number <= most) {                                  \
      PRODUCTS(ALL, number == 1 ? 2 : 1, number, p->width); \
    } else if (is_halved) {                                \
      PRODUCTS(LOW, 1, number, PART_ROW);                  \
      PRODUCTS(HIGH, 1, number, PART_ROW);                 \
    }                                                      \
    break;

// A part of the inputs, from `begin` on: of `rows` rows that are `width` apart, and then some that repeat the first one.
typedef struct { const float *x; size_t width; int rows, compiled, begin, inputs; } input_part;

BODY void part_of(const laq_format format, const int has_halves, const int is_halved, const int most, const laq_stored *w,
                  int first, int count, const input_part *p, row_sums *sums, float *y, int stride) {
  size_t bytes = laq_stored_row_bytes(format, w->inputs);
  const uint8_t *start = w->start + (size_t)first * bytes + laq_stored_row_bytes(format, p->begin);
  target to = {p->begin == 0, p->begin + p->inputs == w->inputs, p->rows, stride, sums, {NULL, NULL}};
  for (int o = 0; o < count; o += p->rows == 1 ? 2 : 1) {
    // An output that is missing repeats the first one.
    int next = p->rows == 1 && o + 1 < count ? o + 1 : o;
    const uint8_t *row[2] = {start + (size_t)o * bytes, start + (size_t)next * bytes};
    to.y[0] = y + output_of(w, first + o);
    to.y[1] = y + output_of(w, first + next);
    // Sums of the only part are needed no longer.
    if (!to.is_first || !to.is_last) to.sums = sums + o;
    switch (p->compiled) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(7) CASE(9) }
  }
}

#define FORMAT_CASE(name, lower, length, bytes) \
  case LAQ_##name: part_of(LAQ_##name, has_halves, is_halved, most, w, first, count, &part, sums, y, stride); break;
BODY void band_of(const int has_halves, const int is_halved, const int most, const laq_stored *w, int first, int count, const float *x,
                  int rows, float *y, int stride) {
  _Alignas(64) row_sums sums[BAND];
  _Alignas(64) float packed[MOST_ROWS * PART_ROW];
  const int compiled = compiled_rows(rows);
  const int is_whole = rows == 1 || (rows <= most && rows * w->inputs <= CACHED && rows == compiled);
  const int size = is_whole ? w->inputs : PART;
  for (int begin = 0; begin < w->inputs; begin += size) {
    input_part part = {x, (size_t)w->inputs, rows, compiled, begin, w->inputs - begin < size ? w->inputs - begin : size};
    if (!is_whole) {
      for (int r = 0; r < compiled; r++)
        memcpy(packed + r * PART_ROW, x + (size_t)(r < rows ? r : 0) * (size_t)w->inputs + (size_t)begin, sizeof *x * (size_t)part.inputs);
      part.x = packed, part.width = PART_ROW;
    }
    switch (w->format) { STORED_FORMATS(FORMAT_CASE) }
  }
}

BODY void products_body(const int has_halves, const int is_halved, const int most, const laq_stored *w, int first, int count,
                        const float *x, int rows, float *y, int stride) {
  // Groups of about the same size, as weights are decoded once for each.
  const int limit = is_halved ? MOST_ROWS : most;
  int groups = (rows + limit - 1) / limit, size = groups > 0 ? (rows + groups - 1) / groups : 1, last = first + count;
  for (int o = first; o < last; o += BAND)
    for (int r = 0; r < rows; r += size)
      band_of(has_halves, is_halved, most, w, o, last - o < BAND ? last - o : BAND, x + (size_t)r * (size_t)w->inputs,
              rows - r < size ? rows - r : size, y + (size_t)r * (size_t)stride, stride);
}

// Rows whose sums are registers: 9 of 32, or 5 of 16 that hold half as many numbers, and 9 for half of their sums. In
// blocks of 256, whose parts have scales of their own, some of those go to memory with five rows. NEON's 32 registers of
// four numbers hold as many as AVX2's 16 of eight.
#define ARGUMENTS w, first, count, x, rows, y, stride
DISPATCH(void, laq_few_products_stored,
         (const laq_stored *w, int first, int count, const float *x, int rows, float *y, int stride), (ARGUMENTS),
         products_body(1, 0, MOST_ROWS, ARGUMENTS), products_body(1, 1, 5, ARGUMENTS),
         products_body(PLAIN_HAS_HALVES, PLAIN_HAS_NEON, PLAIN_HAS_NEON ? 5 : 2, ARGUMENTS))
