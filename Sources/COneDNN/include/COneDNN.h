#pragma once
#include <stddef.h>
#include <stdint.h>

/// A matrix product `y[rows][outputs] = x[rows][inputs] · weightsᵀ`.
///
/// Weights lie in memory like this: floats are row-major, `[outputs][inputs]`; numbers in bfloat16 are packed
/// as the CPU's dot products of pairs want them (`laq_pack_weights` of Kernels): `[outputs / 64][inputs / 2][64][2]`, zero
/// where there is no weight, the outputs rounded up to 64 and the inputs to 16.
typedef struct {
  int rows, outputs, inputs;
  /// Nonzero for weights and `x` in bfloat16 (sums are f32), zero for f32.
  int bf16;
} laq_product;

/// Nonzero when this CPU (and `ONEDNN_MAX_CPU_ISA`) offers bf16 dot products.
int laq_bf16_is_fast(void);

/// Nonzero when oneDNN has the product on this machine.
int laq_product_exists(laq_product product);

/// Computes a product on the calling thread alone. Any number of threads may do so at once: each keeps the products that
/// it has prepared for itself.
/// @return 0, or oneDNN's status.
int laq_product_apply(laq_product product, const void *weights, const void *x, float *y);
