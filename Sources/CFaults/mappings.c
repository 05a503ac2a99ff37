// Which file a faulting address belongs to: a file that somebody cuts while it is mapped has no pages there
// any more, and the system answers a read of them with SIGBUS.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "CFaults.h"

// Nodes are used again and never freed: a handler may stand on any of them.
struct mapping {
  _Atomic(uintptr_t) start; // 0 while it is free
  size_t length;
  char *path;
  struct mapping *next;
};

static _Atomic(struct mapping *) first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void fault_mapping_add(const void *start, size_t length, const char *path) {
  char *copy = strdup(path);
  pthread_mutex_lock(&lock);
  struct mapping *node = atomic_load(&first);
  while (node && atomic_load(&node->start)) node = node->next;
  if (!node && (node = calloc(1, sizeof *node))) {
    node->next = atomic_load(&first);
    atomic_store(&first, node);
  }
  if (node) {
    node->length = length;
    node->path = copy;
    atomic_store(&node->start, (uintptr_t)start);
  } else {
    free(copy);
  }
  pthread_mutex_unlock(&lock);
}

void fault_mapping_remove(const void *start) {
  pthread_mutex_lock(&lock);
  for (struct mapping *node = atomic_load(&first); node; node = node->next) {
    if (atomic_load(&node->start) != (uintptr_t)start) continue;
    atomic_store(&node->start, 0);
    free(node->path);
    node->path = NULL;
    break;
  }
  pthread_mutex_unlock(&lock);
}

static size_t append(char *text, size_t size, size_t used, const char *more) {
  for (; *more && used < size; more++) {
    unsigned char byte = (unsigned char)*more;
    // A name may hold what steers a terminal.
    text[used++] = byte < 0x20 || byte == 0x7f ? '?' : *more;
  }
  return used;
}

size_t fault_sentence(const void *address, char *text, size_t size) {
  uintptr_t at = (uintptr_t)address;
  for (struct mapping *node = atomic_load(&first); node; node = node->next) {
    uintptr_t start = atomic_load(&node->start);
    if (!start || at < start || at - start >= node->length || !node->path || size < 2) continue;
    struct stat now;
    int is_cut = stat(node->path, &now) != 0 || (size_t)now.st_size < node->length;
    size_t used = append(text, size - 1, 0, "laq-tui: ");
    used = append(text, size - 1, used, node->path);
    used = append(text, size - 1, used, is_cut
      ? ": this file became shorter while it was open; leave it as it is while the program runs, "
        "and open it again"
      : ": this file can no longer be read from its disk");
    text[used++] = '\n';
    return used;
  }
  return 0;
}

static void faulted(int number, siginfo_t *info, void *context) {
  (void)context;
  char text[1024];
  size_t length = info->si_code > 0 ? fault_sentence(info->si_addr, text, sizeof text) : 0;
  if (length) {
    if (write(2, text, length) < 0) {}
    _exit(1);
  }
  struct sigaction usual = {.sa_handler = SIG_DFL};
  sigaction(number, &usual, NULL);
  raise(number);
}

void fault_handle(void) {
  fault_stack();
  struct sigaction action = {.sa_sigaction = faulted, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, NULL);
}
