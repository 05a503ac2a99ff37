#pragma once
#include "Kernels.h"

// Each kernel is written once, as an always-inlined body over vectors of 16 floats, and compiled for
// three instruction sets. `CHOOSE` defines the public function that picks one when it is called.

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,avx2")))
#define MIDDLE __attribute__((target("avx2,fma,f16c")))
#define CHOOSE(type, name, parameters, arguments)                              \
  WIDE static type name##_wide parameters { return name##_body arguments; }     \
  MIDDLE static type name##_middle parameters { return name##_body arguments; } \
  static type name##_plain parameters { return name##_body arguments; }         \
  type name parameters {                                                       \
    laq_cpu level = laq_cpu_level();                                           \
    if (level >= LAQ_CPU_AVX512) return name##_wide arguments;                 \
    if (level >= LAQ_CPU_AVX2) return name##_middle arguments;                 \
    return name##_plain arguments;                                             \
  }
#else
#define CHOOSE(type, name, parameters, arguments) \
  type name parameters { return name##_body arguments; }
#endif

// Whether plain code may use half precision, and whether it has 32 registers of four numbers, as all CPUs of that name.
#if defined(__aarch64__)
enum { PLAIN_HAS_HALVES = 1, PLAIN_HAS_NEON = 1 };
#else
enum { PLAIN_HAS_HALVES = 0, PLAIN_HAS_NEON = 0 };
#endif

#define BODY static inline __attribute__((always_inline))
#pragma clang fp contract(fast)
