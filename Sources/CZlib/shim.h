#ifndef SESSIONIZER_CZLIB_H
#define SESSIONIZER_CZLIB_H
#include <zlib.h>

// inflateInit2 is a macro, which Swift cannot import.
static inline int sessionizer_inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}
#endif
