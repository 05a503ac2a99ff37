// What rows of attention and vectors are like as a whole: entropies, second moments.
#include "Kernels.h"
#include "tile.h"

#include <string.h>

// products[row][column] += Σ x[row] · x[column] for BLOCK rows from `i` on and 16 · vectors columns from `j` on; rows
// beyond the last repeat it and are dropped.
BODY void outer_products(const float *x, int count, int dimension, int i, int j, const int vectors, float *products) {
  v16 sums[BLOCK][VECTORS];
  int rows[BLOCK];
  for (int r = 0; r < BLOCK; r++) {
    rows[r] = i + r < dimension ? i + r : dimension - 1;
    for (int v = 0; v < vectors; v++) sums[r][v] = splat(0);
  }
  for (int n = 0; n < count; n++) {
    const float *row = x + (size_t)n * (size_t)dimension;
    v16 columns[VECTORS];
    for (int v = 0; v < vectors; v++) columns[v] = load16(row + j + 16 * v);
    for (int r = 0; r < BLOCK; r++) {
      v16 element = splat(row[rows[r]]);
      for (int v = 0; v < vectors; v++) sums[r][v] += element * columns[v];
    }
  }
  for (int r = 0; r < BLOCK && i + r < dimension; r++)
    for (int v = 0; v < vectors; v++) store16(products + (size_t)(i + r) * (size_t)dimension + (size_t)(j + 16 * v), sums[r][v]);
}

#define MOMENT_PARAMETERS (const float *x, int count, int dimension, float *products)

TILES(void, laq_second_moments, MOMENT_PARAMETERS) {
  for (int i = 0; i < dimension; i += BLOCK) {
    int j = 0;
    for (; j + 16 * held <= dimension; j += 16 * held) outer_products(x, count, dimension, i, j, held, products);
    for (; j + 16 <= dimension; j += 16) outer_products(x, count, dimension, i, j, 1, products);
    for (; j < dimension; j++)
      for (int r = i; r < i + BLOCK && r < dimension; r++) {
        float sum = 0;
        for (int n = 0; n < count; n++) sum += x[(size_t)n * (size_t)dimension + (size_t)r] * x[(size_t)n * (size_t)dimension + (size_t)j];
        products[(size_t)r * (size_t)dimension + (size_t)j] = sum;
      }
  }
}
CHOOSE_TILES(void, laq_second_moments, MOMENT_PARAMETERS, (x, count, dimension, products))

#define FORM_PARAMETERS (const float *matrix, const float *packed, int count, int dimension, float *forms)

TILES(void, laq_quadratic_forms, FORM_PARAMETERS) {
  float products[BLOCK * LAQ_TILE], sums[LAQ_TILE];
  laq_attention_rule plain = {1, 0, 0};
  for (int start = 0; start < count; start += LAQ_TILE) {
    const float *tile = packed + (size_t)start * (size_t)dimension;
    memset(sums, 0, sizeof sums);
    for (int i = 0; i < dimension; i += BLOCK) {
      // The last rows may be fewer than a block: a stride of 0 takes them one by one.
      int rows = dimension - i < BLOCK ? 1 : BLOCK;
      for (int first = i; first < i + BLOCK && first < dimension; first += rows) {
        tile_scores(held, matrix + (size_t)first * (size_t)dimension, rows == 1 ? 0 : dimension, tile, dimension, plain, products, LAQ_TILE);
        for (int r = 0; r < rows; r++)
          for (int v = 0; v < VECTORS; v++)
            store16(sums + 16 * v, load16(sums + 16 * v) + load16(products + r * LAQ_TILE + 16 * v) *
                                                               load16(tile + (size_t)(first + r) * LAQ_TILE + 16 * v));
      }
    }
    int keys = count - start < LAQ_TILE ? count - start : LAQ_TILE;
    memcpy(forms + start, sums, (size_t)keys * sizeof *sums);
  }
}
CHOOSE_TILES(void, laq_quadratic_forms, FORM_PARAMETERS, (matrix, packed, count, dimension, forms))

BODY float laq_entropy_body(const float *x, int count) {
  v16 sums = splat(0), least = splat(1e-10f);
  float rest[16] = {0};
  int i = 0;
  for (; i + 16 <= count; i += 16) sums += load16(x + i) * log16(load16(x + i) + least);
  if (i < count) {
    memcpy(rest, x + i, (size_t)(count - i) * sizeof *rest);
    sums += load16(rest) * log16(load16(rest) + least);
  }
  return -sum16(sums);
}
CHOOSE(float, laq_entropy, (const float *x, int count), (x, count))
