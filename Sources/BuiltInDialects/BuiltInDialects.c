// The built-in dialect files as bytes, so that the binary can be moved. C, because Swift takes a minute for as many
// bytes in an array, and #embed no time. A new file is three lines here and its name in the list below; a test looks
// whether one is missing.
#include "BuiltInDialects.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define ENTRY(name, bytes) {name, bytes, sizeof bytes}

static const unsigned char ansi[] = {
#embed "../DialectFiles/Dialects/ansi.yaml"
};
static const unsigned char sqlite[] = {
#embed "../../Backends/SQLite/Dialects/sqlite.yaml"
};
static const unsigned char sqlite_embedded[] = {
#embed "../../Backends/SQLite/Dialects/sqlite-embedded.yaml"
};
static const unsigned char postgres[] = {
#embed "../../Backends/Postgres/Dialects/postgres.yaml"
};

// In the order in which they are listed.
static const struct BuiltInDialect all[] = {
    ENTRY("sqlite", sqlite),
    ENTRY("sqlite-embedded", sqlite_embedded),
    ENTRY("postgres", postgres),
    ENTRY("ansi", ansi),
};

const struct BuiltInDialect *const builtInDialects = all;
const size_t builtInDialectCount = sizeof all / sizeof *all;
