#ifndef SESSIONIZER_CLZMA_H
#define SESSIONIZER_CLZMA_H
#include <lzma.h>

// LZMA_STREAM_INIT is a macro, which Swift cannot import.
static inline lzma_stream sessionizer_lzma_stream(void) {
  lzma_stream stream = LZMA_STREAM_INIT;
  return stream;
}
#endif
