// Which of this CPU's instruction sets the kernels use: all that it has, or fewer where `LAQ_CPU` says so, so that one
// machine can run what an older one would.
#include "Kernels.h"
#include "dispatch.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"portable", "avx2", "avx512", "avx512-bf16"};
static laq_cpu detected, allowed;
static const char *unknown; // a value of the variable that names no level
static _Thread_local int thread_level = -1;

// Before main, so that whoever asks finds it decided: kernels ask at each call.
__attribute__((constructor)) static void look(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
    detected = LAQ_CPU_AVX2;
  if (detected == LAQ_CPU_AVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    detected = __builtin_cpu_supports("avx512bf16") ? LAQ_CPU_AVX512_BF16 : LAQ_CPU_AVX512;
#endif
  allowed = detected;
  const char *text = getenv("LAQ_CPU");
  if (!text || !*text) return;
  for (int level = 0; level <= LAQ_CPU_AVX512_BF16; level++)
    if (strcmp(text, names[level]) == 0) {
      if (level < (int)allowed) allowed = (laq_cpu)level;
      return;
    }
  unknown = strdup(text);
}

laq_cpu laq_detected_cpu(void) { return detected; }

laq_cpu laq_cpu_level(void) {
  int own = thread_level;
  return own >= 0 && own < (int)allowed ? (laq_cpu)own : allowed;
}

const char *laq_cpu_name(laq_cpu level) { return names[level]; }

const char *laq_unknown_cpu_setting(void) { return unknown; }

void laq_lower_cpu_of_thread(int level) { thread_level = level; }
