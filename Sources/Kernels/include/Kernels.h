#pragma once
#include <stddef.h>
#include <stdint.h>

// The vector loops that oneDNN has no primitive for, and all products in bf16. Loops that count are compiled for AVX-512,
// AVX2 and the plain instruction set and chosen when the program runs, those in bf16 for AVX512-BF16 alone; all sums have a
// fixed order on one CPU.

/// Sets of instructions that the kernels are compiled for, each with all before it; on other architectures than x86-64
/// there is the portable one alone.
typedef enum { LAQ_CPU_PORTABLE, LAQ_CPU_AVX2, LAQ_CPU_AVX512, LAQ_CPU_AVX512_BF16 } laq_cpu;

/// The level that this CPU has.
laq_cpu laq_detected_cpu(void);

/// The level that kernels called from this thread use: the CPU's, or a lower one by the environment's
/// `LAQ_CPU` (`portable`, `avx2`, `avx512`), which is read once, or by `laq_lower_cpu_of_thread`.
laq_cpu laq_cpu_level(void);

/// A level as `LAQ_CPU` names it.
const char *laq_cpu_name(laq_cpu level);

/// The value of `LAQ_CPU` where it names no level, and is therefore not obeyed; otherwise NULL.
const char *laq_unknown_cpu_setting(void);

/// Lowers the level of this thread alone, so that tests can compare levels; a negative one takes that back. What runs on
/// the program's other threads, and what is decided once for a model, keeps the level of the process.
void laq_lower_cpu_of_thread(int level);

/// Keys per packed tile, see `laq_pack_keys`.
enum { LAQ_TILE = 64 };

/// The largest head dimension that `laq_attend_causal` takes.
enum { LAQ_MAX_DIMENSION = 512 };

/// How scores become attention: `scale · q·k`, then `soft_cap · tanh(score / soft_cap)` unless the cap is 0;
/// a query sees the newest `window` keys, its own included, or all where that is 0.
typedef struct {
  float scale;
  float soft_cap;
  int window;
} laq_attention_rule;

/// Runs `body(context, index)` for every index in `0 ..< count` on the program's threads, this one among them, and
/// returns when all are done; one after the other within another region. Which thread runs an index is unspecified.
///
/// The threads stay awake between neighbouring regions, so that regions may last microseconds; one that has not taken an
/// index is never waited for, so that on a busy machine work goes on without it.
void laq_parallel(int count, void (*body)(void *context, int index), void *context);

/// How many threads run a region at most: the processors that this process may use, `OMP_NUM_THREADS` if that is set,
/// or what `laq_set_thread_count` said.
int laq_thread_count(void);

/// Sets how many threads the next regions use; 0: as many as there would be without this.
void laq_set_thread_count(int count);

/// A number that the calling thread shares with no other thread of its region, and below `laq_slot_count()`: buffers that
/// an index needs while it runs can be one per slot.
int laq_slot(void);

/// More than any slot of a region that begins now.
int laq_slot_count(void);

/// Asks the system to hold memory that has been allocated and not yet written in large pages, unless it is small.
void laq_advise_large_pages(void *start, size_t bytes);

/// `y[row][output] = Σ_i x[row][i] · w[output][i]` for a few rows; `x` is `[rows][inputs]`, `w` is
/// `[outputs][inputs]`, `y` has rows of `stride`. A result does not depend on how many rows or outputs there are.
void laq_few_products(const float *w, int outputs, int inputs, const float *x, int rows, float *y, int stride);

/// Elements of packed weights in bf16: `[outputs / LAQ_TILE][inputs / 2][LAQ_TILE][2]`, the outputs rounded up to a tile
/// and the inputs to 16.
size_t laq_packed_weights_count(int outputs, int inputs);

/// Rounds weights `[outputs][inputs]` to bf16 and packs them; zero where there is no weight.
void laq_pack_weights(const float *w, int outputs, int inputs, uint16_t *packed);

/// The weights of one output as floats.
void laq_copy_packed_weights(const uint16_t *packed, int output, int inputs, float *row);

/// As `laq_few_products` with packed weights that begin at a tile, and `x` in bf16, for few rows or many; where
/// `laq_bf16_is_multiplied`.
void laq_products_packed(const uint16_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride);

/// Weights in GGUF's Q8_0: blocks of a scale (half precision) and 32 signed bytes.
enum { LAQ_Q8_LENGTH = 32, LAQ_Q8_BYTES = 34 };

/// Outputs whose weights in Q8_0 lie together when they are packed.
enum { LAQ_Q8_OUTPUTS = 16 };

/// Bytes of weights in Q8_0 packed for dot products in bf16, the outputs rounded up to `LAQ_Q8_OUTPUTS`.
size_t laq_packed_q8_bytes(int outputs, int inputs);

/// Packs blocks of Q8_0, `[outputs][inputs / 32]`; zero where there is no weight.
void laq_pack_q8(const uint8_t *w, int outputs, int inputs, uint8_t *packed);

/// The weights of one output as floats.
void laq_copy_packed_q8(const uint8_t *packed, int output, int inputs, float *row);

/// What `laq_pack_weights` makes of the floats that packed blocks stand for; where
/// `laq_bf16_is_multiplied`.
void laq_expand_packed_q8(const uint8_t *packed, int outputs, int inputs, uint16_t *weights);

/// As `laq_few_products` with packed weights of eight bits and `x` in bf16; where `laq_bf16_is_multiplied`.
void laq_few_products_packed_q8(const uint8_t *w, int outputs, int inputs, const uint16_t *x, int rows, float *y, int stride);

/// Formats of weights that are multiplied as they lie in a file, by GGUF's numbers.
typedef enum {
  LAQ_F16 = 1, LAQ_Q4_0 = 2, LAQ_Q4_1 = 3, LAQ_Q5_0 = 6, LAQ_Q5_1 = 7, LAQ_Q8_0 = 8,
  LAQ_Q2_K = 10, LAQ_Q3_K = 11, LAQ_Q4_K = 12, LAQ_Q5_K = 13, LAQ_Q6_K = 14, LAQ_IQ4_NL = 20, LAQ_IQ4_XS = 23,
  LAQ_BF16 = 30, LAQ_MXFP4 = 39
} laq_format;

/// A matrix of weights in a file, `[outputs][inputs]` in whole blocks; nothing need be aligned.
typedef struct {
  const uint8_t *start;
  laq_format format;
  int outputs, inputs;
  /// The rows of a head, an even number, whose neighbours are outputs half a head apart; 0 where each row is the output
  /// of its own number.
  int head;
} laq_stored;

/// Bytes of a row.
size_t laq_stored_row_bytes(laq_format format, int inputs);

/// The row of the file that is an output, for the `head` of `laq_stored`.
int laq_stored_row(int output, int head);

/// As `laq_few_products`, for rows `first ..< first + count` of the file; `y` is where a row of all outputs begins.
void laq_few_products_stored(const laq_stored *w, int first, int count, const float *x, int rows, float *y, int stride);

/// The exact weights of outputs `first ..< first + count` as floats, `[count][inputs]`.
void laq_widen_stored(const laq_stored *w, int first, int count, float *y);

/// Root-mean-square norm: `y[i] = x[i] / sqrt(mean(x²) + epsilon) · weight[i]`.
void laq_rms_norm(const float *x, const float *weight, float epsilon, int count, float *y);

/// Rotary embedding in place, half-split pairs `(i, i + dimension/2)` as in Hugging Face's Llama;
/// `cosine` and `sine` hold `dimension/2` values for the vector's position.
void laq_rope(float *x, const float *cosine, const float *sine, int dimension);

/// SwiGLU: `y[i] = silu(gate[i]) · up[i]`.
void laq_swiglu(const float *gate, const float *up, int count, float *y);

/// GeGLU with the tanh form: `y[i] = gelu(gate[i]) · up[i]`.
void laq_geglu(const float *gate, const float *up, int count, float *y);

/// `x[i] = cap · tanh(x[i] / cap)`; `cap` is positive.
void laq_soft_cap(float *x, int count, float cap);

/// Scales and caps `count` products of queries and keys in place.
void laq_finish_scores(float *scores, int count, laq_attention_rule rule);

/// The scaled and capped scores of one query for `count` keys `[count][dimension]`.
void laq_key_scores(const float *q, const float *keys, int count, int dimension, laq_attention_rule rule,
                    float *scores);

/// As `laq_key_scores` for keys in bf16.
void laq_key_scores_bf16(const float *q, const uint16_t *keys, int count, int dimension, laq_attention_rule rule,
                         float *scores);

/// `x[i] = exp(x[i] + shift)` in place (accurate to 3e-7 relative; below -87 gives 0); returns the sum.
float laq_exponentials(float *x, int count, float shift);

/// `accumulated[i] += factor · x[i]`.
void laq_add_scaled(float *accumulated, const float *x, float factor, int count);

/// `accumulated[i] += |x[i]|`.
void laq_add_magnitudes(float *accumulated, const float *x, int count);

/// `accumulated[i] += x[i]²`.
void laq_add_squares(float *accumulated, const float *x, int count);

/// One query against `count` (at least 1) keys and values, without normalising: `out` is the sum of values times
/// `2^(score − *maximum)`, `*total` that of the weights alone; scores and maxima are in powers of two, so that parts of a
/// cache can be joined. It sees all of them: leaving out what lies before a window is the caller's part. `scratch` holds
/// `count` floats.
void laq_attend_part(const float *q, const float *keys, const float *values, int count, int dimension,
                     laq_attention_rule rule, float *scratch, float *out, float *maximum, float *total);

/// Floats of `laq_pack_keys`' output.
size_t laq_packed_keys_count(int count, int dimension);

/// Packs keys `[count][dimension]` as tiles `[tile][dimension][LAQ_TILE]`, zero-padded.
void laq_pack_keys(const float *keys, int count, int dimension, float *packed);

/// Causal attention of `rows` consecutive queries `[rows][stride]` of one head, the first at position
/// `first`, over keys `0 ... first + rows - 1` (flash style: running maximum, no row of scores kept).
///
/// @param packed keys as `laq_pack_keys` makes them; @param values `[position][dimension]`.
/// @param out `[rows][out_stride]`; @param log_sum_exp `[rows]`.
void laq_attend_causal(const float *q, int stride, int rows, int first, const float *packed, const float *values,
                       int dimension, laq_attention_rule rule, float *out, int out_stride, float *log_sum_exp);

/// `sums[key] += Σ_row exp(score[row][key] − log_sum_exp[row])` over the causal pairs of `count`
/// queries `[count][dimension]` and their `count` packed keys: the column sums of causal attention.
void laq_received_attention(const float *q, int count, const float *packed, const float *log_sum_exp, int dimension,
                            laq_attention_rule rule, float *sums);

/// The scaled and capped scores of `rows` queries `[rows][dimension]` for packed keys, whatever a query may see:
/// `scores[row][key]`, rows of `stride`, which is at least `count` rounded up to whole tiles. Each score is one sum in
/// order of dimension.
void laq_row_scores(const float *q, int rows, const float *packed, int count, int dimension, laq_attention_rule rule,
                    float *scores, int stride);

/// `−Σ x ln(x + 1e-10)` of weights that are not negative.
float laq_entropy(const float *x, int count);

/// `ln Σ exp(x)` of a vocabulary's logits (within 1e-6 of their exact one): floats are summed in pieces, the pieces in
/// doubles. What is largest, where that is not finite; 0 of none.
double laq_log_sum_exp(const float *x, int count);

/// `Σ P (ln P − ln Q)` of two distributions given by their logits and the `laq_log_sum_exp` of each.
double laq_divergence(const float *p, double p_sum, const float *q, double q_sum, int count);

/// The ids of the `wanted` highest logits, the highest first, equal ones by id; returns how many there are. `ids` holds
/// one more than `wanted`.
int laq_highest(const float *x, int count, int wanted, int *ids);

/// `−Σ x log2(x)` of the weights that are positive.
double laq_bits(const float *x, int count);

/// The cosine of two vectors; 0 where one is all zeros. Four sums run side by side, always the same way.
double laq_cosine(const float *a, const float *b, int count);

/// `products[i][j] = Σ_n x[n][i] · x[n][j]` of `count` vectors `[count][dimension]`, in their order.
void laq_second_moments(const float *x, int count, int dimension, float *products);

/// `forms[n] = x_nᵀ M x_n` of packed vectors, for a matrix `[dimension][dimension]`.
void laq_quadratic_forms(const float *matrix, const float *packed, int count, int dimension, float *forms);

/// Adds keys to the normalisers of `rows` consecutive queries `[rows][dimension]`, the first at position `first`: row r
/// takes in the keys of `from ..< to` that it sees. `log_sum_exp` is `[rows]`, minus infinity where there is nothing yet.
void laq_add_log_sum_exp(const float *q, int rows, int first, const float *packed, int from, int to, int dimension,
                         laq_attention_rule rule, float *log_sum_exp);

/// `highest[key − from]` becomes the largest `score − log_sum_exp[row]` so far, the logarithm of a weight, over the rows
/// that see the key; all keys of `from ..< to` lie before position `first`.
void laq_highest_attention(const float *q, int rows, int first, const float *packed, int from, int to, int dimension,
                           laq_attention_rule rule, const float *log_sum_exp, float *highest);

/// Query rows that `laq_attend_causal_bf16` takes through a tile together.
enum { LAQ_BF16_ROWS = 64 };

/// Rounds to bfloat16, to nearest even; NaN stays NaN.
void laq_round_to_bf16(const float *x, uint16_t *y, size_t count);

/// The floats that bfloat16 numbers are.
void laq_widen_bf16(const uint16_t *x, float *y, size_t count);

/// Nonzero where the CPU multiplies pairs of bf16 (AVX512-BF16); the functions below are for such CPUs only.
int laq_bf16_is_multiplied(void);

/// Elements of packed keys, and of packed values, for `count` tokens; to be zeroed before they are filled.
size_t laq_packed_bf16_count(int count, int dimension);

/// Packs `count` keys `[key][dimension]`, which follow on the first `first` ones; an even `dimension`.
void laq_pack_keys_bf16(const uint16_t *keys, int first, int count, int dimension, uint16_t *packed);

/// Packs values like `laq_pack_keys_bf16`, in their own layout.
void laq_pack_values_bf16(const uint16_t *values, int first, int count, int dimension, uint16_t *packed);

/// As `laq_attend_causal`, with queries `[row][dimension]`, packed keys and packed values in bf16; weights are
/// rounded to bf16 before they meet the values, and their sum is of the unrounded ones.
void laq_attend_causal_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, const uint16_t *values,
                            int dimension, laq_attention_rule rule, float *out, int out_stride, float *log_sum_exp);

/// As `laq_row_scores`, with queries and packed keys in bf16.
void laq_row_scores_bf16(const uint16_t *q, int rows, const uint16_t *packed, int count, int dimension,
                         laq_attention_rule rule, float *scores, int stride);

/// As `laq_received_attention`, with queries and packed keys in bf16.
void laq_received_attention_bf16(const uint16_t *q, int count, const uint16_t *packed, const float *log_sum_exp,
                                 int dimension, laq_attention_rule rule, float *sums);

/// A few queries of one position against packed keys and values `first ..< first + count`, without normalising:
/// `out[query]` (rows of `dimension`) is the sum of values times `2^(score − maximum[query])`, `total[query]` that of the
/// weights alone; scores and maxima are in powers of two. `queries` is at most `LAQ_BF16_ROWS`; `q` has rows of `dimension` floats and is rounded to bf16.
void laq_attend_part_bf16(const float *q, int queries, const uint16_t *keys, const uint16_t *values, int first, int count,
                          int dimension, laq_attention_rule rule, float *out, float *maximum, float *total);

/// As `laq_add_log_sum_exp`, with queries and packed keys in bf16.
void laq_add_log_sum_exp_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, int from, int to, int dimension,
                              laq_attention_rule rule, float *log_sum_exp);

/// As `laq_highest_attention`, with queries and packed keys in bf16.
void laq_highest_attention_bf16(const uint16_t *q, int rows, int first, const uint16_t *keys, int from, int to, int dimension,
                                laq_attention_rule rule, const float *log_sum_exp, float *highest);
