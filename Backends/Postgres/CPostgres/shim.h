#ifndef SESSIONIZER_CPOSTGRES_H
#define SESSIONIZER_CPOSTGRES_H
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

/* A cancel request that another thread may send: libpq 17's own connection for it, with the encryption and the time
   limit of the connection that it is for, or what was there before, in clear. */
#ifdef LIBPQ_HAS_ASYNC_CANCEL
typedef PGcancelConn sessionizer_pg_cancel;

static inline sessionizer_pg_cancel *sessionizer_pg_cancel_make(PGconn *connection) {
  return PQcancelCreate(connection);
}
static inline int sessionizer_pg_cancel_send(sessionizer_pg_cancel *cancel) { return PQcancelBlocking(cancel); }
static inline void sessionizer_pg_cancel_free(sessionizer_pg_cancel *cancel) { PQcancelFinish(cancel); }
#else
typedef PGcancel sessionizer_pg_cancel;

static inline sessionizer_pg_cancel *sessionizer_pg_cancel_make(PGconn *connection) { return PQgetCancel(connection); }
static inline int sessionizer_pg_cancel_send(sessionizer_pg_cancel *cancel) {
  char problem[256];
  return PQcancel(cancel, problem, sizeof problem);
}
static inline void sessionizer_pg_cancel_free(sessionizer_pg_cancel *cancel) { PQfreeCancel(cancel); }
#endif
#endif
