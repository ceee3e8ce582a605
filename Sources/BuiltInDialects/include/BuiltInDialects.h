#ifndef SESSIONIZER_BUILT_IN_DIALECTS_H
#define SESSIONIZER_BUILT_IN_DIALECTS_H

#include <stddef.h>

/// A dialect file inside the binary.
struct BuiltInDialect {
  const char *_Nonnull name;
  const unsigned char *_Nonnull bytes;
  size_t count;
};

/// All of them; `builtInDialectCount` entries.
extern const struct BuiltInDialect *_Nonnull const builtInDialects;
extern const size_t builtInDialectCount;

#endif
