#pragma once
// Each kernel is written once, as an always-inlined body over vectors of 16 floats, and compiled for
// three instruction sets. `CHOOSE` defines the public function that picks one when it is called.

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma,avx2")))
#define MIDDLE __attribute__((target("avx2,fma")))
#define HAS_WIDE (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && \
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
#define HAS_MIDDLE (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#define CHOOSE(type, name, parameters, arguments)                              \
  WIDE static type name##_wide parameters { return name##_body arguments; }     \
  MIDDLE static type name##_middle parameters { return name##_body arguments; } \
  static type name##_plain parameters { return name##_body arguments; }         \
  type name parameters {                                                       \
    if (HAS_WIDE) return name##_wide arguments;                                \
    if (HAS_MIDDLE) return name##_middle arguments;                            \
    return name##_plain arguments;                                             \
  }
#else
#define CHOOSE(type, name, parameters, arguments) \
  type name parameters { return name##_body arguments; }
#endif

#define BODY static inline __attribute__((always_inline))
#pragma clang fp contract(fast)
