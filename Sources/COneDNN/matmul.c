// Matrix products of many rows. The difference between oneDNN's 2.x and 3.x C API is kept in the two functions
// below `#if DNNL_VERSION_MAJOR`. Weights stay row-major: in a product of hundreds of rows oneDNN's own layouts gain
// a few per cent, and a second copy would be needed for decode steps.
#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// A prefill has chunks and a remainder: few numbers of rows recur.
enum { CACHED_SIZES = 12 };

typedef struct {
  int rows;
  unsigned long used;
  dnnl_primitive_t primitive;
  dnnl_memory_t source, destination;
} product;

struct laq_linear {
  int outputs, inputs, bf16;
  dnnl_memory_t weights;
  unsigned long clock;
  product products[CACHED_SIZES];
};

static dnnl_engine_t engine;
static dnnl_stream_t stream;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void) {
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) { engine = NULL; return; }
  if (dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success) stream = NULL;
}

int laq_bf16_is_fast(void) {
#if defined(__x86_64__)
  const int wanted = dnnl_cpu_isa_avx512_core_bf16;
  return ((int)dnnl_get_effective_cpu_isa() & wanted) == wanted;
#else
  return 0;
#endif
}

#if DNNL_VERSION_MAJOR < 3
// An inner product's primitive descriptor; every matrix is row-major.
static dnnl_status_t describe(const laq_linear *l, int rows, dnnl_primitive_desc_t *out) {
  dnnl_data_type_t type = l->bf16 ? dnnl_bf16 : dnnl_f32;
  dnnl_memory_desc_t s, w, d;
  dnnl_dims_t sd = {rows, l->inputs}, wd = {l->outputs, l->inputs}, dd = {rows, l->outputs};
  dnnl_memory_desc_init_by_tag(&s, 2, sd, type, dnnl_ab);
  dnnl_memory_desc_init_by_tag(&w, 2, wd, type, dnnl_ab);
  dnnl_memory_desc_init_by_tag(&d, 2, dd, dnnl_f32, dnnl_ab);
  dnnl_inner_product_desc_t operation;
  dnnl_status_t status = dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_inference, &s, &w, NULL, &d);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &operation, NULL, engine, NULL);
}

static dnnl_status_t plain_memory(dnnl_memory_t *out, int rows, int columns, dnnl_data_type_t type, void *data) {
  dnnl_memory_desc_t md;
  dnnl_dims_t dims = {rows, columns};
  dnnl_status_t status = dnnl_memory_desc_init_by_tag(&md, 2, dims, type, dnnl_ab);
  return status != dnnl_success ? status : dnnl_memory_create(out, &md, engine, data);
}
#else
static void release(dnnl_memory_desc_t md) { dnnl_memory_desc_destroy(md); }

static dnnl_status_t describe(const laq_linear *l, int rows, dnnl_primitive_desc_t *out) {
  dnnl_data_type_t type = l->bf16 ? dnnl_bf16 : dnnl_f32;
  dnnl_memory_desc_t s = NULL, w = NULL, d = NULL;
  dnnl_dims_t sd = {rows, l->inputs}, wd = {l->outputs, l->inputs}, dd = {rows, l->outputs};
  dnnl_memory_desc_create_with_tag(&s, 2, sd, type, dnnl_ab);
  dnnl_memory_desc_create_with_tag(&w, 2, wd, type, dnnl_ab);
  dnnl_memory_desc_create_with_tag(&d, 2, dd, dnnl_f32, dnnl_ab);
  dnnl_status_t status =
      dnnl_inner_product_forward_primitive_desc_create(out, engine, dnnl_forward_inference, s, w, NULL, d, NULL);
  release(s); release(w); release(d);
  return status;
}

static dnnl_status_t plain_memory(dnnl_memory_t *out, int rows, int columns, dnnl_data_type_t type, void *data) {
  dnnl_memory_desc_t md = NULL;
  dnnl_dims_t dims = {rows, columns};
  dnnl_status_t status = dnnl_memory_desc_create_with_tag(&md, 2, dims, type, dnnl_ab);
  if (status == dnnl_success) status = dnnl_memory_create(out, md, engine, data);
  release(md);
  return status;
}
#endif

static void forget(product *p) {
  if (p->primitive) dnnl_primitive_destroy(p->primitive);
  if (p->source) dnnl_memory_destroy(p->source);
  if (p->destination) dnnl_memory_destroy(p->destination);
  memset(p, 0, sizeof *p);
}

laq_linear *laq_linear_create(int outputs, int inputs, int bf16) {
  pthread_once(&once, start);
  if (!engine || !stream) return NULL;
  laq_linear *l = calloc(1, sizeof *l);
  if (!l) return NULL;
  l->outputs = outputs;
  l->inputs = inputs;
  l->bf16 = bf16;
  dnnl_data_type_t type = bf16 ? dnnl_bf16 : dnnl_f32;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t status = plain_memory(&l->weights, outputs, inputs, type, DNNL_MEMORY_NONE);
  // Whether there is such a product here shows when one is described.
  if (status == dnnl_success) status = describe(l, 512, &pd);
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (status != dnnl_success) { laq_linear_destroy(l); return NULL; }
  return l;
}

void laq_linear_destroy(laq_linear *l) {
  if (!l) return;
  for (int i = 0; i < CACHED_SIZES; i++) forget(&l->products[i]);
  if (l->weights) dnnl_memory_destroy(l->weights);
  free(l);
}

// The product for a number of rows: cached, or made in the place of the least recently used one.
static dnnl_status_t product_for(laq_linear *l, int rows, product **out) {
  product *oldest = &l->products[0];
  for (int i = 0; i < CACHED_SIZES; i++) {
    product *p = &l->products[i];
    if (p->rows == rows) { *out = p; return dnnl_success; }
    if (p->used < oldest->used) oldest = p;
  }
  forget(oldest);
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t status = describe(l, rows, &pd);
  if (status == dnnl_success) status = dnnl_primitive_create(&oldest->primitive, pd);
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (status == dnnl_success) status = plain_memory(&oldest->source, rows, l->inputs, l->bf16 ? dnnl_bf16 : dnnl_f32, DNNL_MEMORY_NONE);
  if (status == dnnl_success) status = plain_memory(&oldest->destination, rows, l->outputs, dnnl_f32, DNNL_MEMORY_NONE);
  if (status != dnnl_success) { forget(oldest); return status; }
  oldest->rows = rows;
  *out = oldest;
  return dnnl_success;
}

// Below this many multiplications a second thread costs more than it saves, and far more on a busy
// machine, where the threads of a region wait for the one that is not running.
static const long SMALL = 4L << 20;

static int apply(laq_linear *l, const void *weights, const void *x, int rows, float *y) {
  product *p = NULL;
  dnnl_status_t status = product_for(l, rows, &p);
  if (status != dnnl_success) return (int)status;
  p->used = ++l->clock;
  dnnl_memory_set_data_handle(l->weights, (void *)weights);
  dnnl_memory_set_data_handle(p->source, (void *)x);
  dnnl_memory_set_data_handle(p->destination, y);
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, p->source}, {DNNL_ARG_WEIGHTS, l->weights}, {DNNL_ARG_DST, p->destination}};
  status = dnnl_primitive_execute(p->primitive, stream, 3, arguments);
  if (status == dnnl_success) status = dnnl_stream_wait(stream);
  return (int)status;
}

int laq_linear_apply(laq_linear *l, const void *weights, const void *x, int rows, float *y) {
  if ((long)rows * l->outputs * l->inputs >= SMALL) return apply(l, weights, x, rows, y);
  // A product is always made and run with the same number of threads: its size decides.
  int before = laq_set_threads(1);
  int status = apply(l, weights, x, rows, y);
  if (before > 0) laq_set_threads(before);
  return status;
}
