// The program's threads. A decode step has hundreds of regions of a few microseconds, so they spin for a moment after a
// region and then sleep. One that the system does not run is not waited for, unless it has taken an index.
#define _GNU_SOURCE
#include "CFaults.h"
#include "Kernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_WORKERS = 63, SPINS = 4000 };

static struct {
  pthread_mutex_t use;  // one region at a time; another thread's region then runs without the team
  pthread_mutex_t lock; // of those who sleep
  pthread_cond_t wake;
  atomic_ulong generation;
  atomic_int sleepers;
  atomic_ulong gate; // bit 0: the region takes workers; above: how many are inside
  atomic_int next, threads;
  int count, workers;
  void (*body)(void *, int);
  void *context;
} team = {.use = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static atomic_int wanted; // what `laq_set_thread_count` said
static int usual = 1;     // without it
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local int slot; // 0 for every thread that is no worker

static void look(void) {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) usual = CPU_COUNT(&usable);
  else if (sysconf(_SC_NPROCESSORS_ONLN) > 0) usual = (int)sysconf(_SC_NPROCESSORS_ONLN);
  // The setting that people use for all programs that compute.
  const char *text = getenv("OMP_NUM_THREADS");
  int limit = text ? atoi(text) : 0;
  if (limit > 0) usual = limit;
  if (usual > MOST_WORKERS + 1) usual = MOST_WORKERS + 1;
}

int laq_thread_count(void) {
  pthread_once(&once, look);
  int set = atomic_load(&wanted);
  return set > 0 ? set : usual;
}

void laq_set_thread_count(int count) { atomic_store(&wanted, count > MOST_WORKERS + 1 ? MOST_WORKERS + 1 : count); }

int laq_slot(void) { return slot; }

int laq_slot_count(void) { return MOST_WORKERS + 1; }

static void rest(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __builtin_arm_yield();
#endif
}

static void share(void) {
  for (int i; (i = atomic_fetch_add_explicit(&team.next, 1, memory_order_relaxed)) < team.count;) team.body(team.context, i);
}

static unsigned long await(unsigned long seen) {
  for (int i = 0; i < SPINS; i++) {
    unsigned long now = atomic_load_explicit(&team.generation, memory_order_acquire);
    if (now != seen) return now;
    rest();
  }
  pthread_mutex_lock(&team.lock);
  atomic_fetch_add(&team.sleepers, 1);
  while (atomic_load(&team.generation) == seen) pthread_cond_wait(&team.wake, &team.lock);
  atomic_fetch_sub(&team.sleepers, 1);
  pthread_mutex_unlock(&team.lock);
  return atomic_load(&team.generation);
}

static void *work(void *number) {
  slot = (int)(intptr_t)number;
  fault_stack();
  for (unsigned long seen = 0;;) {
    seen = await(seen);
    if (slot >= atomic_load(&team.threads)) continue;
    unsigned long gate = atomic_load(&team.gate);
    while ((gate & 1) && !atomic_compare_exchange_weak(&team.gate, &gate, gate + 2)) {}
    if (!(gate & 1)) continue;
    share();
    atomic_fetch_sub(&team.gate, 2);
  }
  return NULL;
}

static void grow(int workers) {
  if (workers > MOST_WORKERS) workers = MOST_WORKERS;
  for (; team.workers < workers; team.workers++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, (void *)(intptr_t)(team.workers + 1)) != 0) return;
    pthread_detach(thread);
  }
}

void laq_parallel(int count, void (*body)(void *context, int index), void *context) {
  int threads = laq_thread_count();
  if (threads < 2 || count < 2 || pthread_mutex_trylock(&team.use) != 0) {
    for (int i = 0; i < count; i++) body(context, i);
    return;
  }
  grow(threads - 1);
  team.count = count;
  team.body = body;
  team.context = context;
  atomic_store(&team.threads, threads);
  atomic_store(&team.next, 0);
  atomic_store(&team.gate, 1);
  atomic_fetch_add(&team.generation, 1);
  if (atomic_load(&team.sleepers) > 0) {
    pthread_mutex_lock(&team.lock);
    pthread_cond_broadcast(&team.wake);
    pthread_mutex_unlock(&team.lock);
  }
  share();
  atomic_fetch_and(&team.gate, ~1ul);
  for (int i = 0; atomic_load(&team.gate) != 0; i++) {
    if (i < SPINS) rest();
    else sched_yield();
  }
  pthread_mutex_unlock(&team.use);
}
