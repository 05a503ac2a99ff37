#pragma once
#include "Kernels.h"

// Each kernel is written once, as an always-inlined body over vectors of 16 floats, and compiled for
// three instruction sets. `DISPATCH` defines the public function that picks one when it is called; each is the call of a
// body, which may tell it what its set of registers holds.

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,avx2")))
#define MIDDLE __attribute__((target("avx2,fma,f16c")))
#define DISPATCH(type, name, parameters, arguments, wide, middle, plain) \
  WIDE static type name##_wide parameters { return wide; }              \
  MIDDLE static type name##_middle parameters { return middle; }        \
  static type name##_plain parameters { return plain; }                 \
  type name parameters {                                                \
    laq_cpu level = laq_cpu_level();                                    \
    if (level >= LAQ_CPU_AVX512) return name##_wide arguments;          \
    if (level >= LAQ_CPU_AVX2) return name##_middle arguments;          \
    return name##_plain arguments;                                      \
  }
#else
#define DISPATCH(type, name, parameters, arguments, wide, middle, plain) \
  type name parameters { return plain; }
#endif

// The same for a body, `name##_body`, that suits all of them as it is.
#define CHOOSE(type, name, parameters, arguments) \
  DISPATCH(type, name, parameters, arguments, name##_body arguments, name##_body arguments, name##_body arguments)

// Parameters or arguments in brackets, behind others.
#define LISTED(...) __VA_ARGS__

// Whether plain code may use half precision, and whether it has 32 registers of four numbers, as all CPUs of that name.
#if defined(__aarch64__)
enum { PLAIN_HAS_HALVES = 1, PLAIN_HAS_NEON = 1 };
#else
enum { PLAIN_HAS_HALVES = 0, PLAIN_HAS_NEON = 0 };
#endif

#define BODY static inline __attribute__((always_inline))
#pragma clang fp contract(fast)
