#ifndef SESSIONIZER_CONFORMANCE_CASE_FILES_H
#define SESSIONIZER_CONFORMANCE_CASE_FILES_H

#include <stddef.h>

/// A file of cases, or of expected failures, inside the binary.
struct ConformanceFile {
  const char *_Nonnull name;
  const unsigned char *_Nonnull bytes;
  size_t count;
};

/// All files of cases; `conformanceCaseFileCount` entries.
extern const struct ConformanceFile *_Nonnull const conformanceCaseFiles;
extern const size_t conformanceCaseFileCount;

/// What is known to fail in a dialect, each named as the dialect; `conformanceOverlayCount` entries.
extern const struct ConformanceFile *_Nonnull const conformanceOverlays;
extern const size_t conformanceOverlayCount;

#endif
