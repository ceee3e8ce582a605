"""Statements that must be found fault with, and some that must not: the reader's own test."""

from judging import judge

RUN = 'INSERT INTO "session_table" ("event_id") SELECT "event_id" FROM pg_temp."islands"'

# The dialect, the phase, the statement, and a word of the fault.
FAULTS = [
    ("postgres", "run", 'WITH "x" AS (UPDATE "session_table" SET "page" = 1 RETURNING "event_id") ' + RUN, "UPDATE"),
    ("postgres", "read", 'WITH "x" AS (DELETE FROM "session_table" RETURNING *) SELECT * FROM "x"', "DELETE"),
    ("postgres", "run", 'WITH "x" AS (INSERT INTO "pageviews" SELECT 1 RETURNING 1) ' + RUN, "pageviews"),
    ("postgres", "run", 'INSERT INTO "pageviews" ("event_id") SELECT 1', "pageviews"),
    ("postgres", "run", 'INSERT INTO "other" ("event_id") SELECT 1', "other"),
    ("postgres", "run", RUN + ' ON CONFLICT ("event_id") DO UPDATE SET "page" = 1', "UPDATE"),
    ("postgres", "run", RUN + '; DELETE FROM "session_table"', "DELETE"),
    ("postgres", "run", 'CREATE TABLE "picked" ("event_id" text)', "CREATE TABLE"),
    ("postgres", "run", 'CREATE TABLE "session_table" ("event_id" text)', "CREATE TABLE"),
    ("postgres", "run", 'SELECT "event_id" INTO "picked" FROM "pageviews"', "CREATE TABLE"),
    ("postgres", "run", 'CREATE INDEX "i" ON "pageviews" ("event_id")', "CREATE INDEX"),
    ("postgres", "run", 'ALTER TABLE "session_table" DROP COLUMN "page"', "ALTER"),
    ("postgres", "run", 'COPY "session_table" ("event_id") FROM STDIN (FORMAT binary)', "COPY"),
    ("postgres", "run", 'COPY "session_table" FROM PROGRAM \'cat\'', "COPY"),
    ("postgres", "run", "SELECT 1 FOR UPDATE", "lock"),
    ("postgres", "run", "DO $$ BEGIN DELETE FROM session_table; END $$", "read"),
    ("postgres", "run", "CALL p()", "read"),
    ("postgres", "run", 'MERGE INTO "session_table" USING "s" ON true WHEN MATCHED THEN DELETE', "MERGE"),
    ("postgres", "run", 'TRUNCATE "session_table"', "TRUNCATE"),
    ("postgres", "run", 'COPY (DELETE FROM "t" RETURNING *\n) TO STDOUT (FORMAT binary)', "DELETE"),
    ("postgres", "create", 'DROP TABLE "session_table"', "DROP"),
    ("postgres", "create", 'ALTER TABLE "session_runs" ADD COLUMN "layout" bigint', "ALTER"),
    ("postgres", "upgrade", 'DROP TABLE "session_table"', "DROP"),
    ("postgres", "upgrade", 'INSERT INTO "session_table" SELECT 1', "INSERT"),
    ("postgres", "upgrade", 'ALTER TABLE "session_runs" DROP COLUMN "job"', "ALTER"),
    ("postgres", "create", 'INSERT INTO "session_table" VALUES (1)', "INSERT"),
    ("postgres", "adopt", 'INSERT INTO "session_versions" SELECT 1', "INSERT"),
    ("postgres", "adopt", 'DROP TABLE "session_table"', "DROP"),
    ("postgres", "adopt", 'ALTER TABLE "session_table" DROP COLUMN "page"', "ALTER"),
    ("postgres", "adopt", 'UPDATE "session_runs" SET "job" = \'x\'', "UPDATE"),
    ("postgres", "create", 'CREATE TABLE "other" ("a" text)', "CREATE"),
    ("postgres", "load", 'INSERT INTO "session_table" VALUES (1)', "INSERT"),
    ("postgres", "load", 'COPY "session_table" ("event_id") FROM STDIN (FORMAT binary)', "COPY"),
    ("postgres", "load", 'GRANT SELECT ON "pageviews" TO "x"', "GRANT"),
    ("postgres", "clean-up", 'DROP TABLE "session_table"', "DROP"),
    ("postgres", "clean-up", 'DROP TABLE "szkit_0"', "DROP"),
    ("postgres", "clean-up", 'INSERT INTO "szkit_0a1b2c3d_1_session_table" VALUES (1)', "INSERT"),
    ("postgres", "take-back", 'DROP TABLE "other"', "DROP"),
    ("postgres", "run", 'LOCK TABLE "session_table" IN ACCESS EXCLUSIVE MODE', "table lock"),
    ("postgres", "take-back", 'INSERT INTO "session_table" VALUES (1)', "INSERT"),
    ("postgres", None, 'UPDATE "t" SET "a" = 1', "UPDATE"),
    ("postgres", None, 'DROP TABLE "t"', "DROP"),
    ("postgres", None, 'ALTER TABLE "t" ADD "a" text', "ALTER"),
    ("mysql", "run", "REPLACE INTO `session_table` VALUES (1)", "read"),
    ("mysql", "run", "INSERT INTO `session_table` VALUES (1) ON DUPLICATE KEY UPDATE `page` = 1", "UPDATE"),
    ("mysql", "run", "SELECT 1 /*! ; DELETE FROM `session_table` */", "comment"),
    ("mysql", "run", "SELECT 'it\\'s' /*! ; DELETE FROM `session_table` */", "comment"),
    ("mysql", "create", "SET @sessionizer_sql = if(1, 'DROP TABLE `session_table`', 'DO 0')", "DROP in a text"),
    ("mysql", "create", "CREATE OR REPLACE TABLE `session_table` (`a` int)", "REPLACE"),
    ("mysql", "run", "DROP TABLE `sessionizer_scratch_a`, `session_table`", "DROP"),
    ("mysql", "read", "BEGIN NOT ATOMIC FOR r IN (SELECT 1) DO INSERT INTO `session_table` (`a`) VALUES (r.`a`);"
                      " END FOR; END", "INSERT"),
    ("mysql", "read", "BEGIN NOT ATOMIC FOR r IN (SELECT 1) DO INSERT INTO `sessionizer_result_1` (`a`) VALUES (r.`a`);"
                      " DELETE FROM `t`; END FOR; END", "read"),
    ("mysql", "run", "RENAME TABLE `session_table` TO `t`", "read"),
    ("sqlite", "run", 'REPLACE INTO "session_table" VALUES (1)', "read"),
    ("sqlite", "run", 'INSERT OR REPLACE INTO "session_table" VALUES (1)', "REPLACE"),
    ("sqlite", "run", 'DELETE FROM "session_table"', "DELETE"),
    ("sqlite", "run", 'PRAGMA writable_schema = 1', "PRAGMA"),
    ("sqlite", "run", "ATTACH 'x' AS y", "read"),
    ("sqlite", "run", 'CREATE TRIGGER "t" AFTER INSERT ON "session_table" BEGIN DELETE FROM "a"; END', "read"),
    ("spark", "run", "INSERT OVERWRITE TABLE `session_table` SELECT 1", "REPLACE"),
    ("tsql", "run", "SELECT 1 AS a INTO [picked]", "CREATE TABLE"),
]

# The same for what only the words tell.
FAULTS_BY_WORDS = [
    ("oracle", "create", "BEGIN\n  EXECUTE IMMEDIATE 'DELETE FROM \"session_table\"';\nEND;", "DELETE"),
    ("oracle", "create", "BEGIN\n  EXECUTE IMMEDIATE 'CREATE TABLE \"other\" (a INTEGER)';\nEND;", "other"),
    ("mysql", "create", "SET @sessionizer_sql = if(1, 'DROP TABLE `session_table`', 'DO 0'); x", "DROP"),
    ("tsql", "run", "IF 1 = 1 CREATE TABLE [picked] ([a] int)", "CREATE TABLE"),
    ("tsql", "create", "IF 1 = 1 EXEC (N'CREATE OR ' + N'REPLACE TABLE [session_table]')", "REPLACE"),
    ("teradata", "run", 'INSERT INTO "pageviews" SELECT 1 (NAMED x) y z', "pageviews"),
    ("teradata", "run", 'LOCKING TABLE "a" FOR EXCLUSIVE UPDATE "a" SET x = 1 y z', "UPDATE"),
    ("", "run", "DECLARE TABLE picked (a INTEGER) NOT LOGGED", "CREATE TABLE"),
]

# What may be sent, and looks like something that may not.
HARMLESS = [
    ("postgres", "run", RUN),
    ("postgres", "run", "SELECT replace('UPDATE', 'DELETE', 'MERGE') AS \"update\""),
    ("postgres", "run", 'CREATE TEMPORARY TABLE "picked" (\n  "event_id" text COLLATE "C"\n) ON COMMIT DROP'),
    ("postgres", "run", 'ALTER TABLE "session_table" ADD PRIMARY KEY ("event_id")'),
    ("postgres", "create", 'CREATE OR REPLACE VIEW "sessions" AS SELECT 1'),
    ("postgres", "create", 'INSERT INTO "session_runs" VALUES (1)'),
    ("postgres", "adopt", 'ALTER TABLE "session_table" ADD COLUMN "campaign" text'),
    ("postgres", "adopt", 'DROP VIEW "sessions"'),
    ("postgres", "adopt", 'INSERT INTO "session_runs" VALUES (1)'),
    ("postgres", "load", 'COPY "pageviews" ("event_id") FROM STDIN (FORMAT binary)'),
    ("postgres", "clean-up", 'DROP TABLE "szkit_0a1b2c3d_1_session_table"'),
    ("postgres", "take-back", 'DROP VIEW "sessions"'),
    ("postgres", "upgrade", 'DROP VIEW "sessions"'),
    ("postgres", "upgrade", 'ALTER TABLE "session_runs" ADD COLUMN "layout" bigint'),
    ("sqlite", "upgrade", 'ALTER TABLE "session_quarantine" ADD COLUMN "row_key" TEXT'),
    ("postgres", "take-back",
     'BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE "pageviews", "session_runs" IN ACCESS EXCLUSIVE MODE'),
    ("mysql", "take-back", "LOCK TABLES `pageviews` WRITE, `session_runs` WRITE"),
    ("mysql", "take-back", "UNLOCK TABLES"),
    ("mysql", "read", "BEGIN NOT ATOMIC FOR r IN (SELECT 1) DO INSERT INTO `sessionizer_result_1` (`a`) VALUES (r.`a`);"
                      " END FOR; END"),
    ("mysql", "run", "INSERT INTO `session_table` VALUES ('/*! DELETE */')"),
    ("mysql", "run", "DROP TEMPORARY TABLE IF EXISTS `sessionizer_scratch_picked`"),
    ("mysql", "read", "SELECT /* sessionizer: run 1 of session_runs */ 1"),
    ("sqlite", "run", 'DROP TABLE temp."picked"'),
]


def complaints() -> list[str]:
    """Where the reader is wrong; empty where it is right about everything."""
    wrong = []
    planted = [(one, True) for one in FAULTS] + [(one, False) for one in FAULTS_BY_WORDS]
    for (dialect, phase, sql, word), is_live in planted:
        found = [verdict.fault for verdict in judge(sql, dialect, phase, is_live) if verdict.fault]
        if not any(word in fault for fault in found):
            wrong.append(f"{dialect}, {phase}: nothing of {word!r} was found in: {sql} ({found})")
    for dialect, phase, sql in HARMLESS:
        found = [verdict.fault for verdict in judge(sql, dialect, phase, is_live=True) if verdict.fault]
        wrong += [f"{dialect}, {phase}: {fault} was found in: {sql}" for fault in found]
    return wrong
