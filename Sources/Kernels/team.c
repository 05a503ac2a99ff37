// Threads for short parallel regions: a decode step has hundreds of a few microseconds each. They spin for a
// moment after a region and then sleep; one that the system does not run is not waited for.
#define _GNU_SOURCE
#include "Kernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MOST_WORKERS = 63, SPINS = 4000 };

static struct {
  pthread_mutex_t use;  // one region at a time; another thread's region then runs without the team
  pthread_mutex_t lock; // of those who sleep
  pthread_cond_t wake;
  atomic_ulong generation;
  atomic_int sleepers;
  atomic_ulong gate; // bit 0: the region takes workers; above: how many are inside
  atomic_int next;
  int count, workers;
  void (*body)(void *, int);
  void *context;
} team = {.use = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static void rest(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
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

static void *work(void *unused) {
  (void)unused;
  for (unsigned long seen = 0;;) {
    seen = await(seen);
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
    if (pthread_create(&thread, NULL, work, NULL) != 0) return;
    pthread_detach(thread);
  }
}

void laq_team_run(int threads, int count, void (*body)(void *context, int index), void *context) {
  if (threads < 2 || count < 2 || pthread_mutex_trylock(&team.use) != 0) {
    for (int i = 0; i < count; i++) body(context, i);
    return;
  }
  grow(threads - 1);
  team.count = count;
  team.body = body;
  team.context = context;
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
