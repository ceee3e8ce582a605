// A driver that fails where it is told to: by the database option "fault". Built by the tests with the C compiler.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "adbc.h"

#ifndef FAULTY_VERSION
#define FAULTY_VERSION 2
#endif

struct state {
  char fault[32];
};

static void release_error(struct AdbcError* error) {
  free(error->message);
  error->message = NULL;
  error->release = NULL;
}

static AdbcStatusCode fail(struct AdbcError* error, AdbcStatusCode status, const char* message, const char* sqlstate) {
  if (error) {
    error->message = strdup(message);
    error->vendor_code = 0;
    if (sqlstate) memcpy(error->sqlstate, sqlstate, 5);
    error->release = release_error;
  }
  return status;
}

static int is(struct state* state, const char* fault) { return strcmp(state->fault, fault) == 0; }

static AdbcStatusCode database_new(struct AdbcDatabase* database, struct AdbcError* error) {
  database->private_data = calloc(1, sizeof(struct state));
  return ADBC_STATUS_OK;
}

static AdbcStatusCode database_option(struct AdbcDatabase* database, const char* name, const char* value,
                                      struct AdbcError* error) {
  struct state* state = database->private_data;
  if (strcmp(name, "fault") == 0) {
    strncpy(state->fault, value, sizeof state->fault - 1);
    return ADBC_STATUS_OK;
  }
  if (strcmp(name, "uri") == 0 || strcmp(name, "password") == 0) return ADBC_STATUS_OK;
  return fail(error, ADBC_STATUS_NOT_IMPLEMENTED, "unknown option", NULL);
}

static AdbcStatusCode database_init(struct AdbcDatabase* database, struct AdbcError* error) {
  if (is(database->private_data, "login"))
    return fail(error, ADBC_STATUS_UNAUTHENTICATED, "password S3cr3t-word is wrong", "28000");
  return ADBC_STATUS_OK;
}

static AdbcStatusCode database_release(struct AdbcDatabase* database, struct AdbcError* error) {
  free(database->private_data);
  database->private_data = NULL;
  return ADBC_STATUS_OK;
}

static AdbcStatusCode connection_new(struct AdbcConnection* connection, struct AdbcError* error) {
  return ADBC_STATUS_OK;
}

static AdbcStatusCode connection_init(struct AdbcConnection* connection, struct AdbcDatabase* database,
                                      struct AdbcError* error) {
  connection->private_data = database->private_data;
  return ADBC_STATUS_OK;
}

static AdbcStatusCode connection_release(struct AdbcConnection* connection, struct AdbcError* error) {
  return ADBC_STATUS_OK;
}

static AdbcStatusCode statement_new(struct AdbcConnection* connection, struct AdbcStatement* statement,
                                    struct AdbcError* error) {
  statement->private_data = connection->private_data;
  return ADBC_STATUS_OK;
}

static AdbcStatusCode statement_query(struct AdbcStatement* statement, const char* query, struct AdbcError* error) {
  return ADBC_STATUS_OK;
}

static AdbcStatusCode statement_option(struct AdbcStatement* statement, const char* name, const char* value,
                                       struct AdbcError* error) {
  return ADBC_STATUS_OK;
}

static AdbcStatusCode statement_bind(struct AdbcStatement* statement, struct ArrowArray* array,
                                     struct ArrowSchema* schema, struct AdbcError* error) {
  array->release(array);
  schema->release(schema);
  return ADBC_STATUS_OK;
}

static AdbcStatusCode statement_release(struct AdbcStatement* statement, struct AdbcError* error) {
  return ADBC_STATUS_OK;
}

// One column of two integers, three times.
struct stream {
  struct state* state;
  int batches;
};

static void release_schema(struct ArrowSchema* schema) {
  if (schema->children) {
    schema->children[0]->release = NULL;
    free(schema->children[0]);
    free(schema->children);
  }
  schema->release = NULL;
}

static int stream_schema(struct ArrowArrayStream* stream, struct ArrowSchema* out) {
  struct stream* self = stream->private_data;
  memset(out, 0, sizeof *out);
  out->format = "+s";
  out->n_children = 1;
  out->children = malloc(sizeof(struct ArrowSchema*));
  out->children[0] = calloc(1, sizeof(struct ArrowSchema));
  out->children[0]->format = is(self->state, "type") ? "+l" : "l";
  out->children[0]->name = "n";
  out->children[0]->release = release_schema;
  out->release = release_schema;
  return 0;
}

static void release_array(struct ArrowArray* array) {
  if (array->children) {
    free((void*)array->children[0]->buffers[1]);
    free((void*)array->children[0]->buffers);
    free(array->children[0]);
    free(array->children);
  }
  free((void*)array->buffers);
  array->release = NULL;
}

static int stream_next(struct ArrowArrayStream* stream, struct ArrowArray* out) {
  struct stream* self = stream->private_data;
  memset(out, 0, sizeof *out);
  if (self->batches == 3) return 0;
  if (self->batches == 1 && is(self->state, "stream")) return EIO;
  self->batches++;
  int64_t* values = malloc(16);
  values[0] = self->batches;
  values[1] = -self->batches;
  out->length = 2;
  out->n_buffers = 1;
  out->buffers = calloc(1, sizeof(void*));
  // A batch with another schema than the stream's.
  out->n_children = self->batches == 2 && is(self->state, "batch") ? 0 : 1;
  out->children = malloc(sizeof(struct ArrowArray*));
  out->children[0] = calloc(1, sizeof(struct ArrowArray));
  out->children[0]->length = 2;
  out->children[0]->n_buffers = 2;
  out->children[0]->buffers = calloc(2, sizeof(void*));
  out->children[0]->buffers[1] = values;
  out->release = release_array;
  return 0;
}

static const char* stream_error(struct ArrowArrayStream* stream) { return "the line to the moon was cut"; }

static void stream_release(struct ArrowArrayStream* stream) {
  free(stream->private_data);
  stream->release = NULL;
}

static AdbcStatusCode statement_execute(struct AdbcStatement* statement, struct ArrowArrayStream* out, int64_t* rows,
                                        struct AdbcError* error) {
  struct state* state = statement->private_data;
  if (is(state, "execute")) return fail(error, ADBC_STATUS_INTERNAL, "no\nidea", "XX000");
  if (is(state, "silent")) return ADBC_STATUS_INTERNAL;
  if (rows) *rows = is(state, "ingest") ? 1 : -1;
  if (out) {
    struct stream* stream = calloc(1, sizeof *stream);
    stream->state = state;
    out->get_schema = stream_schema;
    out->get_next = stream_next;
    out->get_last_error = stream_error;
    out->release = stream_release;
    out->private_data = stream;
  }
  return ADBC_STATUS_OK;
}

AdbcStatusCode AdbcDriverInit(int version, void* raw, struct AdbcError* error) {
  struct AdbcDriver* driver = raw;
  if (FAULTY_VERSION == 0) return fail(error, ADBC_STATUS_NOT_IMPLEMENTED, "only ADBC 9.0", NULL);
  if (FAULTY_VERSION == 1 && version != ADBC_VERSION_1_0_0)
    return fail(error, ADBC_STATUS_NOT_IMPLEMENTED, "only ADBC 1.0", NULL);
  driver->DatabaseNew = database_new;
  driver->DatabaseSetOption = database_option;
  driver->DatabaseInit = database_init;
  driver->DatabaseRelease = database_release;
  driver->ConnectionNew = connection_new;
  driver->ConnectionInit = connection_init;
  driver->ConnectionRelease = connection_release;
  if (FAULTY_VERSION == 3) return ADBC_STATUS_OK;
  driver->StatementNew = statement_new;
  driver->StatementSetSqlQuery = statement_query;
  driver->StatementSetOption = statement_option;
  driver->StatementBind = statement_bind;
  driver->StatementExecuteQuery = statement_execute;
  driver->StatementRelease = statement_release;
  return ADBC_STATUS_OK;
}
