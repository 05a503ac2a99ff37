// What a program says when a file that is mapped into its memory cannot be read any more, and stacks for
// signal handlers.
#ifndef CFAULTS_H
#define CFAULTS_H
#include <stddef.h>

/// Gives the calling thread a stack for its signal handlers, unless it has one: where its own is used up, a
/// handler can run nowhere else. It goes with the thread.
void fault_stack(void);

/// From here on a fault between `start` and `start + length` is the file's.
void fault_mapping_add(const void *start, size_t length, const char *path);
/// Call before the memory is given back.
void fault_mapping_remove(const void *start);

/// The sentence about the file that an address belongs to, in `text`; its length, 0 for any other address.
/// Async-signal-safe.
size_t fault_sentence(const void *address, char *text, size_t size);

/// Has a file that shrinks while it is mapped end the program with that sentence on standard error and status
/// 1.
void fault_handle(void);
#endif
