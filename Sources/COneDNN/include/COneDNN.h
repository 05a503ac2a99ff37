#pragma once
#include <stddef.h>

/// A weight matrix, and the products that have been prepared for it.
typedef struct laq_linear laq_linear;

/// Nonzero when this CPU (and `ONEDNN_MAX_CPU_ISA`) offers bf16 dot products.
int laq_bf16_is_fast(void);

/// Prepares products with row-major weights `[outputs][inputs]`.
///
/// @param bf16 nonzero for weights and activations in bfloat16 (sums are f32), zero for f32.
/// @return NULL when oneDNN has no such product on this machine or memory ran out.
laq_linear *laq_linear_create(int outputs, int inputs, int bf16);

/// Releases what `laq_linear_create` made; NULL is allowed.
void laq_linear_destroy(laq_linear *linear);

/// `y[rows][outputs] = x[rows][inputs] · weightsᵀ`, with `weights` and `x` in bfloat16 or in f32. Not reentrant
/// for one `linear`.
/// @return 0, or oneDNN's status.
int laq_linear_apply(laq_linear *linear, const void *weights, const void *x, int rows, float *y);

/// Sets how many threads the next products and parallel loops of this thread use; returns what it was
/// (0 where oneDNN was built without OpenMP, and nothing was set).
int laq_set_threads(int count);

/// How many threads there are for parallel work: oneDNN's, which `OMP_NUM_THREADS` limits.
int laq_thread_count(void);

/// Runs `body(context, index)` for every index in `0 ..< count`, on the threads that oneDNN uses
/// (the machine's OpenMP pool), so that two pools never spin against each other; one after the
/// other where oneDNN was built without OpenMP. Which thread runs an index is unspecified.
void laq_parallel(int count, void (*body)(void *context, int index), void *context);
