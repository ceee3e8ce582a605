#ifndef SESSIONIZER_CODBC_H
#define SESSIONIZER_CODBC_H
#include <sql.h>
#include <sqlext.h>

// What is a cast in ODBC's headers cannot be seen from Swift.

static inline SQLRETURN sessionizer_odbc_use_version_3(SQLHENV environment) {
  return SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
}

// Sets an attribute whose value is a number in place of the pointer.
static inline SQLRETURN sessionizer_odbc_set_statement(SQLHSTMT statement, SQLINTEGER attribute, SQLULEN value) {
  return SQLSetStmtAttr(statement, attribute, (SQLPOINTER)value, SQL_IS_UINTEGER);
}

static inline SQLRETURN sessionizer_odbc_set_connection(SQLHDBC connection, SQLINTEGER attribute, SQLULEN value) {
  return SQLSetConnectAttr(connection, attribute, (SQLPOINTER)value, SQL_IS_UINTEGER);
}

#endif
