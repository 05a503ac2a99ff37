// The system's zlib, for what NumPy's savez_compressed has deflated.
#include <zlib.h>
