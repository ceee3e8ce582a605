#ifndef SESSIONIZER_BUILT_IN_PRESETS_H
#define SESSIONIZER_BUILT_IN_PRESETS_H

#include <stddef.h>

// One preset: its name, and its file.
typedef struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} sessionizer_preset;

// All presets, sorted by name.
const sessionizer_preset *sessionizer_presets(int *count);

#endif
