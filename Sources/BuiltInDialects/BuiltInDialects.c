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
static const unsigned char mariadb[] = {
#embed "../../Backends/ODBC/Dialects/mariadb.yaml"
};
static const unsigned char mysql[] = {
#embed "../../Backends/ODBC/Dialects/mysql.yaml"
};
static const unsigned char duckdb[] = {
#embed "../../Backends/ODBC/Dialects/duckdb.yaml"
};
static const unsigned char clickhouse[] = {
#embed "../../Backends/ODBC/Dialects/clickhouse.yaml"
};
static const unsigned char spark[] = {
#embed "../../Backends/ODBC/Dialects/spark.yaml"
};
static const unsigned char databricks[] = {
#embed "../../Backends/ODBC/Dialects/databricks.yaml"
};
static const unsigned char snowflake[] = {
#embed "../../Backends/ODBC/Dialects/snowflake.yaml"
};
static const unsigned char bigquery[] = {
#embed "../../Backends/ODBC/Dialects/bigquery.yaml"
};
static const unsigned char redshift[] = {
#embed "../../Backends/ODBC/Dialects/redshift.yaml"
};
static const unsigned char sqlserver[] = {
#embed "../../Backends/ODBC/Dialects/sqlserver.yaml"
};
static const unsigned char synapse[] = {
#embed "../../Backends/ODBC/Dialects/synapse.yaml"
};
static const unsigned char fabric[] = {
#embed "../../Backends/ODBC/Dialects/fabric.yaml"
};
static const unsigned char oracle[] = {
#embed "../../Backends/ODBC/Dialects/oracle.yaml"
};
static const unsigned char trino[] = {
#embed "../../Backends/ODBC/Dialects/trino.yaml"
};
static const unsigned char vertica[] = {
#embed "../../Backends/ODBC/Dialects/vertica.yaml"
};
static const unsigned char teradata[] = {
#embed "../../Backends/ODBC/Dialects/teradata.yaml"
};
static const unsigned char db2[] = {
#embed "../../Backends/ODBC/Dialects/db2.yaml"
};
static const unsigned char exasol[] = {
#embed "../../Backends/ODBC/Dialects/exasol.yaml"
};
static const unsigned char greenplum[] = {
#embed "../../Backends/ODBC/Dialects/greenplum.yaml"
};

// In the order in which they are listed.
static const struct BuiltInDialect all[] = {
    ENTRY("sqlite", sqlite),
    ENTRY("sqlite-embedded", sqlite_embedded),
    ENTRY("postgres", postgres),
    ENTRY("mariadb", mariadb),
    ENTRY("mysql", mysql),
    ENTRY("duckdb", duckdb),
    ENTRY("clickhouse", clickhouse),
    ENTRY("spark", spark),
    ENTRY("databricks", databricks),
    ENTRY("snowflake", snowflake),
    ENTRY("bigquery", bigquery),
    ENTRY("redshift", redshift),
    ENTRY("sqlserver", sqlserver),
    ENTRY("synapse", synapse),
    ENTRY("fabric", fabric),
    ENTRY("oracle", oracle),
    ENTRY("trino", trino),
    ENTRY("vertica", vertica),
    ENTRY("teradata", teradata),
    ENTRY("db2", db2),
    ENTRY("exasol", exasol),
    ENTRY("greenplum", greenplum),
    ENTRY("ansi", ansi),
};

const struct BuiltInDialect *const builtInDialects = all;
const size_t builtInDialectCount = sizeof all / sizeof *all;
