#ifndef SESSIONIZER_CPOSTGRES_H
#define SESSIONIZER_CPOSTGRES_H
#include <libpq-fe.h>
#endif
