#pragma once
#include <stddef.h>
#include <stdint.h>

/// A matrix product `y[rows][outputs] = x[rows][inputs] · weightsᵀ` of floats, the weights row-major, `[outputs][inputs]`.
typedef struct {
  int rows, outputs, inputs;
} laq_product;

/// Nonzero when oneDNN has the product on this machine.
int laq_product_exists(laq_product product);

/// Computes a product on the calling thread alone. Any number of threads may do so at once: each keeps the products that
/// it has prepared for itself.
/// @return 0, or oneDNN's status.
int laq_product_apply(laq_product product, const void *weights, const void *x, float *y);
