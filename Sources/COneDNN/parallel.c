#define _GNU_SOURCE
#include "COneDNN.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

// libgomp's entry point behind `#pragma omp parallel`. oneDNN brings libgomp into the process; it is
// looked up rather than linked, so that the package needs no OpenMP flags and runs without it too.
typedef void (*gomp_parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);

static gomp_parallel parallel;
static int (*get_threads)(void);
static void (*set_threads)(int);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void) {
  parallel = (gomp_parallel)dlsym(RTLD_DEFAULT, "GOMP_parallel");
  get_threads = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_max_threads");
  set_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
}

int laq_set_threads(int count) {
  pthread_once(&once, look_up);
  if (!get_threads || !set_threads) return 0;
  int before = get_threads();
  set_threads(count);
  return before;
}

int laq_thread_count(void) {
  pthread_once(&once, look_up);
  if (get_threads) return get_threads();
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

typedef struct {
  atomic_int next;
  int count;
  void (*body)(void *, int);
  void *context;
} work;

static void share(void *data) {
  work *w = data;
  for (int i; (i = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed)) < w->count;) w->body(w->context, i);
}

void laq_parallel(int count, void (*body)(void *, int), void *context) {
  pthread_once(&once, look_up);
  work w = {.next = 0, .count = count, .body = body, .context = context};
  if (parallel && count > 1) parallel(share, &w, 0, 0);
  else share(&w);
}
