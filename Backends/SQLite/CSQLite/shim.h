#ifndef SESSIONIZER_CSQLITE_H
#define SESSIONIZER_CSQLITE_H
#include <sqlite3.h>

// SQLITE_STATIC and SQLITE_TRANSIENT are casts of integers to function pointers, which Swift cannot import.
static inline sqlite3_destructor_type sessionizer_sqlite_static(void) { return SQLITE_STATIC; }
static inline sqlite3_destructor_type sessionizer_sqlite_transient(void) { return SQLITE_TRANSIENT; }

// sqlite3_db_config takes variable arguments, which Swift cannot call.
static inline int sessionizer_sqlite_configure(sqlite3 *database, int option, int on) {
  return sqlite3_db_config(database, option, on, (int *)0);
}

// So does sqlite3_config.
static inline int sessionizer_sqlite_forgo_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
#endif
