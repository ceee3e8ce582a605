-- create_query.sql for MySQL 8 (dialect mysql); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 49 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  mysql my_database < create_query.sql

SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
SET SESSION time_zone = '+00:00';
SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin;
SET SESSION max_sort_length = 262144, sort_buffer_size = 67108864;

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  arrival_id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  page_view_at datetime(6),
  sequence bigint,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- pageviews by event: Finds copies of an event.
SET @sessionizer_sql = IF(
  (
    SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = database() AND table_name = replace('pageviews', '`', '')
      AND index_name = replace('pageviews_by_event_id', '`', '')
  ) = 0, 'CREATE INDEX pageviews_by_event_id ON pageviews (event_id(255))', 'DO 0');
PREPARE sessionizer_statement FROM @sessionizer_sql;
EXECUTE sessionizer_statement;
DEALLOCATE PREPARE sessionizer_statement;

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id varbinary(1024) NOT NULL,
  session_id varbinary(1024) NOT NULL,
  user_id varbinary(1024) NOT NULL,
  page_view_at datetime(6) NOT NULL,
  sequence bigint,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  run_id bigint NOT NULL,
  PRIMARY KEY (event_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id varbinary(1024) NOT NULL,
  became varbinary(1024) NOT NULL,
  run_id bigint NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor varbinary(1024) NOT NULL,
  run_id bigint NOT NULL,
  session_id varbinary(1024) NOT NULL,
  user_id varbinary(1024) NOT NULL,
  started_at datetime(6) NOT NULL,
  ended_at datetime(6) NOT NULL,
  last_event_id varbinary(1024) NOT NULL,
  first_sequence bigint,
  last_sequence bigint,
  pageviews bigint NOT NULL,
  anchors bigint NOT NULL,
  entry_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  exit_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  PRIMARY KEY (anchor, run_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id bigint NOT NULL,
  state varbinary(1024) NOT NULL,
  recorded_at datetime(6) NOT NULL,
  job longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  mode longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  window_from datetime(6),
  window_to datetime(6),
  arrival_mark bigint,
  arrival_mark_at datetime(6),
  pageviews bigint,
  sessions bigint,
  lineage_rows bigint,
  quarantined bigint,
  layout bigint,
  engine longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  tool_version longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL,
  PRIMARY KEY (run_id, state)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason varbinary(1024) NOT NULL,
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  page_view_at longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  source_file longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  line bigint,
  run_id bigint,
  row_key varbinary(1024) NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- session_table_by_user_id: Keeps a run's cost with the new data.
SET @sessionizer_sql = IF(
  (
    SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = database() AND table_name = replace('session_table', '`', '')
      AND index_name = replace('session_table_by_user_id', '`', '')
  ) = 0, 'CREATE INDEX session_table_by_user_id ON session_table (user_id, page_view_at, event_id)', 'DO 0');
PREPARE sessionizer_statement FROM @sessionizer_sql;
EXECUTE sessionizer_statement;
DEALLOCATE PREPARE sessionizer_statement;

-- session_versions_by_user_id: Keeps a run's cost with the new data.
SET @sessionizer_sql = IF(
  (
    SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = database() AND table_name = replace('session_versions', '`', '')
      AND index_name = replace('session_versions_by_user_id', '`', '')
  ) = 0, 'CREATE INDEX session_versions_by_user_id ON session_versions (user_id, started_at)', 'DO 0');
PREPARE sessionizer_statement FROM @sessionizer_sql;
EXECUTE sessionizer_statement;
DEALLOCATE PREPARE sessionizer_statement;

-- session_versions_by_session_id: Keeps a run's cost with the new data.
SET @sessionizer_sql = IF(
  (
    SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = database() AND table_name = replace('session_versions', '`', '')
      AND index_name = replace('session_versions_by_session_id', '`', '')
  ) = 0, 'CREATE INDEX session_versions_by_session_id ON session_versions (session_id, run_id)', 'DO 0');
PREPARE sessionizer_statement FROM @sessionizer_sql;
EXECUTE sessionizer_statement;
DEALLOCATE PREPARE sessionizer_statement;

-- session_lineage_by_session_id: Keeps a run's cost with the new data.
SET @sessionizer_sql = IF(
  (
    SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = database() AND table_name = replace('session_lineage', '`', '')
      AND index_name = replace('session_lineage_by_session_id', '`', '')
  ) = 0, 'CREATE INDEX session_lineage_by_session_id ON session_lineage (session_id, run_id)', 'DO 0');
PREPARE sessionizer_statement FROM @sessionizer_sql;
EXECUTE sessionizer_statement;
DEALLOCATE PREPARE sessionizer_statement;

-- session_lineage_by_became: Keeps a run's cost with the new data.
SET @sessionizer_sql = IF(
  (
    SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = database() AND table_name = replace('session_lineage', '`', '')
      AND index_name = replace('session_lineage_by_became', '`', '')
  ) = 0, 'CREATE INDEX session_lineage_by_became ON session_lineage (became, session_id)', 'DO 0');
PREPARE sessionizer_statement FROM @sessionizer_sql;
EXECUTE sessionizer_statement;
DEALLOCATE PREPARE sessionizer_statement;

-- session_quarantine_by_row_key: Keeps a run's cost with the new data.
SET @sessionizer_sql = IF(
  (
    SELECT count(*) FROM information_schema.statistics
    WHERE table_schema = database() AND table_name = replace('session_quarantine', '`', '')
      AND index_name = replace('session_quarantine_by_row_key', '`', '')
  ) = 0, 'CREATE INDEX session_quarantine_by_row_key ON session_quarantine (row_key, reason)', 'DO 0');
PREPARE sessionizer_statement FROM @sessionizer_sql;
EXECUTE sessionizer_statement;
DEALLOCATE PREPARE sessionizer_statement;

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW session_events AS
WITH anchored AS (
  SELECT event_id, user_id, page_view_at, sequence, page, run_id,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM session_table AS t
)
SELECT CONVERT(event_id USING utf8mb4) AS event_id,
  CONVERT(coalesce((
    SELECT v.session_id FROM session_versions AS v WHERE v.anchor = anchored.anchor
    ORDER BY v.run_id DESC LIMIT 1
  ), anchor) USING utf8mb4) AS session_id,
  CONVERT(user_id USING utf8mb4) AS user_id, page_view_at, sequence,
  CONVERT(page USING utf8mb4) AS page, run_id
FROM anchored;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW sessions AS
SELECT CONVERT(session_id USING utf8mb4) AS session_id, CONVERT(user_id USING utf8mb4) AS user_id,
  started_at, ended_at, (timestampdiff(MICROSECOND, started_at, ended_at)) * 0.000001 AS `duration`,
  timestampdiff(MICROSECOND, started_at, ended_at) AS duration_microseconds, pageviews,
  CONVERT(entry_page USING utf8mb4) AS entry_page, CONVERT(exit_page USING utf8mb4) AS exit_page,
  CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM session_versions AS v
WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor);
