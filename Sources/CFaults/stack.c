// A stack for the signal handlers of each thread that asks for one.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include "CFaults.h"

// Above what any processor's registers take; pages that no handler touches cost nothing.
enum { STACK_BYTES = 1 << 16 };

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local int asked;

static void give_back(void *stack) {
  stack_t none = {.ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
  munmap(stack, STACK_BYTES);
}

static void make_key(void) { pthread_key_create(&key, give_back); }

void fault_stack(void) {
  if (asked) return;
  asked = 1;
  stack_t present;
  if (sigaltstack(NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE)) return;
  pthread_once(&once, make_key);
  int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK;
  void *memory = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, kind, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t own = {.ss_sp = memory, .ss_size = STACK_BYTES};
  if (sigaltstack(&own, NULL) != 0 || pthread_setspecific(key, memory) != 0) give_back(memory);
}
