#ifndef OWN_BACKEND_CSQLITE3_H
#define OWN_BACKEND_CSQLITE3_H
#include <sqlite3.h>

// A cast of an integer to a function pointer, which Swift cannot import.
static inline int own_bind_text(sqlite3_stmt *statement, int index, const char *text, int count) {
  return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}
#endif
