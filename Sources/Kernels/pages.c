// What the program asks the system for in larger pages: fewer entries are missed while memory is read as a stream, and
// fresh memory costs one fault for 2 MiB instead of 512.
#define _GNU_SOURCE
#include "Kernels.h"

#include <stdint.h>
#include <sys/mman.h>

void laq_advise_large_pages(void *start, size_t bytes) {
#if defined(MADV_HUGEPAGE)
  const uintptr_t page = 4096, most = ~(page - 1);
  // Whole pages, the allocator's header among them, so that neighbouring allocations are one area to the system.
  uintptr_t from = (uintptr_t)start & most, to = ((uintptr_t)start + bytes + page - 1) & most;
  // Advice: nothing depends on whether it is taken.
  if (bytes >= 1 << 18) (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
  (void)start; (void)bytes;
#endif
}
