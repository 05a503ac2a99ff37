// Matrix products of many rows of floats, each on the thread that asks for it: whoever has several cores gives them different
// rows. oneDNN's own threads are OpenMP's, which wait for each other by spinning; on a machine that does something else
// as well, one that is not running holds up all, and the program fell to a tenth of its speed.
// The difference between oneDNN's 2.x and 3.x C API is kept in the functions below `#if DNNL_VERSION_MAJOR`.
#define _GNU_SOURCE
#include "COneDNN.h"

#include "Kernels.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static dnnl_engine_t engine;
// Of the OpenMP library that oneDNN brings; looked up rather than linked, so that the package needs no OpenMP flags and
// runs with a oneDNN that was built without it.
static int (*get_threads)(void);
static void (*set_threads)(int);
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// What a thread has prepared: a prefill has few sizes, which recur. The handles of memory are set anew at each use.
enum { KEPT = 32 };
typedef struct {
  laq_product product;
  unsigned long used;
  dnnl_primitive_t primitive;
  dnnl_memory_t weights, source, destination, scratch;
} prepared;
typedef struct {
  dnnl_stream_t stream;
  unsigned long clock;
  prepared products[KEPT];
} thread_products;

static void forget(prepared *p) {
  if (p->primitive) dnnl_primitive_destroy(p->primitive);
  if (p->weights) dnnl_memory_destroy(p->weights);
  if (p->source) dnnl_memory_destroy(p->source);
  if (p->destination) dnnl_memory_destroy(p->destination);
  if (p->scratch) dnnl_memory_destroy(p->scratch);
  memset(p, 0, sizeof *p);
}

static void forget_all(void *products) {
  thread_products *own = products;
  for (int i = 0; i < KEPT; i++) forget(&own->products[i]);
  if (own->stream) dnnl_stream_destroy(own->stream);
  free(own);
}

// What limits the kernels (`LAQ_CPU`) limits oneDNN, which takes a limit before its first other call only. A lower one in
// its own `ONEDNN_MAX_CPU_ISA` gives way to this.
static void limit_instructions(void) {
  if (laq_cpu_level() == laq_detected_cpu()) return;
  switch (laq_cpu_level()) {
    case LAQ_CPU_PORTABLE: dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41); break;
    case LAQ_CPU_AVX2: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2); break;
    default: dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core);
  }
}

static void start(void) {
  get_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
  set_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (pthread_key_create(&key, forget_all) != 0) return;
  limit_instructions();
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

#if DNNL_VERSION_MAJOR < 3
typedef dnnl_memory_desc_t description;

static dnnl_status_t matrix(description *out, int rows, int columns) {
  dnnl_dims_t dims = {rows, columns};
  return dnnl_memory_desc_init_by_tag(out, 2, dims, dnnl_f32, dnnl_ab);
}

static dnnl_status_t inner_product(
    dnnl_primitive_desc_t *out, const description *s, const description *w, const description *d, dnnl_primitive_attr_t attributes) {
  dnnl_inner_product_desc_t operation;
  dnnl_status_t status = dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_inference, s, w, NULL, d);
  return status != dnnl_success ? status : dnnl_primitive_desc_create(out, &operation, attributes, engine, NULL);
}

static dnnl_status_t memory(dnnl_memory_t *out, const description *md) { return dnnl_memory_create(out, md, engine, DNNL_MEMORY_NONE); }
static void release(description *md) { (void)md; }

static dnnl_status_t scratch_memory(dnnl_memory_t *out, dnnl_primitive_desc_t pd) {
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
  return md && dnnl_memory_desc_get_size(md) > 0 ? dnnl_memory_create(out, md, engine, DNNL_MEMORY_ALLOCATE) : dnnl_success;
}
#else
typedef dnnl_memory_desc_t description;

static dnnl_status_t matrix(description *out, int rows, int columns) {
  dnnl_dims_t dims = {rows, columns};
  return dnnl_memory_desc_create_with_tag(out, 2, dims, dnnl_f32, dnnl_ab);
}

static dnnl_status_t inner_product(
    dnnl_primitive_desc_t *out, const description *s, const description *w, const description *d, dnnl_primitive_attr_t attributes) {
  return dnnl_inner_product_forward_primitive_desc_create(out, engine, dnnl_forward_inference, *s, *w, NULL, *d, attributes);
}

static dnnl_status_t memory(dnnl_memory_t *out, const description *md) { return dnnl_memory_create(out, *md, engine, DNNL_MEMORY_NONE); }
static void release(description *md) { if (*md) dnnl_memory_desc_destroy(*md); }

static dnnl_status_t scratch_memory(dnnl_memory_t *out, dnnl_primitive_desc_t pd) {
  const_dnnl_memory_desc_t md = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
  return md && dnnl_memory_desc_get_size(md) > 0 ? dnnl_memory_create(out, md, engine, DNNL_MEMORY_ALLOCATE) : dnnl_success;
}
#endif

// Describes a product; prepares it, too, where `p` is given.
static dnnl_status_t describe(laq_product product, prepared *p) {
  description s, w, d;
  memset(&s, 0, sizeof s); memset(&w, 0, sizeof w); memset(&d, 0, sizeof d);
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t status = matrix(&s, product.rows, product.inputs);
  if (status == dnnl_success) status = matrix(&w, product.outputs, product.inputs);
  if (status == dnnl_success) status = matrix(&d, product.rows, product.outputs);
  if (status == dnnl_success) status = dnnl_primitive_attr_create(&attributes);
  // oneDNN's own scratch memory is not meant for products that run side by side.
  if (status == dnnl_success) status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (status == dnnl_success) status = inner_product(&pd, &s, &w, &d, attributes);
  if (status == dnnl_success && p) {
    status = dnnl_primitive_create(&p->primitive, pd);
    if (status == dnnl_success) status = memory(&p->source, &s);
    if (status == dnnl_success) status = memory(&p->weights, &w);
    if (status == dnnl_success) status = memory(&p->destination, &d);
    if (status == dnnl_success) status = scratch_memory(&p->scratch, pd);
    p->product = product;
  }
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  release(&s); release(&w); release(&d);
  return status;
}

static thread_products *own_products(void) {
  thread_products *own = pthread_getspecific(key);
  if (own) return own;
  own = calloc(1, sizeof *own);
  if (!own) return NULL;
  if (dnnl_stream_create(&own->stream, engine, dnnl_stream_default_flags) != dnnl_success) own->stream = NULL;
  if (own->stream && pthread_setspecific(key, own) == 0) return own;
  forget_all(own);
  return NULL;
}

// A thread's product of the sizes: kept, or made in the place of the least recently used one.
static dnnl_status_t product_for(thread_products *own, laq_product product, prepared **out) {
  prepared *oldest = &own->products[0];
  for (int i = 0; i < KEPT; i++) {
    prepared *p = &own->products[i];
    if (p->primitive && memcmp(&p->product, &product, sizeof product) == 0) {
      p->used = ++own->clock;
      *out = p;
      return dnnl_success;
    }
    if (p->used < oldest->used) oldest = p;
  }
  forget(oldest);
  dnnl_status_t status = describe(product, oldest);
  if (status != dnnl_success) { forget(oldest); return status; }
  oldest->used = ++own->clock;
  *out = oldest;
  return dnnl_success;
}

static dnnl_status_t execute(laq_product product, const void *weights, const void *x, float *y) {
  thread_products *own = own_products();
  if (!own) return dnnl_out_of_memory;
  prepared *p = NULL;
  dnnl_status_t status = product_for(own, product, &p);
  if (status != dnnl_success) return status;
  dnnl_memory_set_data_handle(p->weights, (void *)weights);
  dnnl_memory_set_data_handle(p->source, (void *)x);
  dnnl_memory_set_data_handle(p->destination, y);
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, p->source}, {DNNL_ARG_WEIGHTS, p->weights},
                                 {DNNL_ARG_DST, p->destination}, {DNNL_ARG_SCRATCHPAD, p->scratch}};
  status = dnnl_primitive_execute(p->primitive, own->stream, p->scratch ? 4 : 3, arguments);
  return status == dnnl_success ? dnnl_stream_wait(own->stream) : status;
}

int laq_product_exists(laq_product product) {
  pthread_once(&once, start);
  return engine && describe(product, NULL) == dnnl_success;
}

int laq_product_apply(laq_product product, const void *weights, const void *x, float *y) {
  pthread_once(&once, start);
  if (!engine) return (int)dnnl_runtime_error;
  // The number of threads is the calling thread's own setting.
  int before = get_threads && set_threads ? get_threads() : 0;
  if (before > 1) set_threads(1);
  dnnl_status_t status = execute(product, weights, x, y);
  if (before > 1) set_threads(before);
  return (int)status;
}
