-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  arrival_id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page_view_at datetime(6),
  sequence bigint,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- pageviews by event: Finds copies of an event.
CREATE INDEX IF NOT EXISTS pageviews_by_event_id ON pageviews (event_id(255));

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id varbinary(1024) NOT NULL,
  session_id varbinary(1024) NOT NULL,
  user_id varbinary(1024) NOT NULL,
  page_view_at datetime(6) NOT NULL,
  sequence bigint,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  run_id bigint NOT NULL,
  PRIMARY KEY (event_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id varbinary(1024) NOT NULL,
  became varbinary(1024) NOT NULL,
  run_id bigint NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

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
  entry_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  exit_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  PRIMARY KEY (anchor, run_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id bigint NOT NULL,
  state varbinary(1024) NOT NULL,
  recorded_at datetime(6) NOT NULL,
  job longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  mode longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  window_from datetime(6),
  window_to datetime(6),
  arrival_mark bigint,
  arrival_mark_at datetime(6),
  pageviews bigint,
  sessions bigint,
  lineage_rows bigint,
  quarantined bigint,
  layout bigint,
  engine longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  tool_version longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  PRIMARY KEY (run_id, state)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason varbinary(1024) NOT NULL,
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page_view_at longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  source_file longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  line bigint,
  run_id bigint,
  row_key varbinary(1024) NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC STATS_PERSISTENT = 0 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_table_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_table_by_user_id ON session_table (user_id, page_view_at, event_id);

-- session_versions_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_versions_by_user_id ON session_versions (user_id, started_at);

-- session_versions_by_session_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_versions_by_session_id ON session_versions (session_id, run_id);

-- session_lineage_by_session_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_lineage_by_session_id ON session_lineage (session_id, run_id);

-- session_lineage_by_became: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_lineage_by_became ON session_lineage (became, session_id);

-- session_quarantine_by_row_key: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_quarantine_by_row_key ON session_quarantine (row_key, reason);

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

-- guard session_table: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_table_no_update BEFORE UPDATE ON session_table FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';
CREATE TRIGGER IF NOT EXISTS session_table_no_delete BEFORE DELETE ON session_table FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';

-- guard session_lineage: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_lineage_no_update BEFORE UPDATE ON session_lineage FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';
CREATE TRIGGER IF NOT EXISTS session_lineage_no_delete BEFORE DELETE ON session_lineage FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';

-- guard session_versions: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_versions_no_update BEFORE UPDATE ON session_versions FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';
CREATE TRIGGER IF NOT EXISTS session_versions_no_delete BEFORE DELETE ON session_versions FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';

-- guard session_runs: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_runs_no_update BEFORE UPDATE ON session_runs FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';
CREATE TRIGGER IF NOT EXISTS session_runs_no_delete BEFORE DELETE ON session_runs FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';

-- guard session_quarantine: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_quarantine_no_update BEFORE UPDATE ON session_quarantine FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';
CREATE TRIGGER IF NOT EXISTS session_quarantine_no_delete BEFORE DELETE ON session_quarantine FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this table is a ledger of sessionizer: rows are only ever inserted';

-- grant on schema: Finds the tables.


-- grant on source: Reads.
GRANT SELECT ON TABLE pageviews TO analyst;

-- grant on session_table: Reads, and inserts rows.
GRANT SELECT, INSERT ON TABLE session_table TO analyst;

-- grant on session_lineage: Reads, and inserts rows.
GRANT SELECT, INSERT ON TABLE session_lineage TO analyst;

-- grant on session_versions: Reads, and inserts rows.
GRANT SELECT, INSERT ON TABLE session_versions TO analyst;

-- grant on session_runs: Reads, and inserts rows.
GRANT SELECT, INSERT ON TABLE session_runs TO analyst;

-- grant on session_quarantine: Reads, and inserts rows.
GRANT SELECT, INSERT ON TABLE session_quarantine TO analyst;

-- grant scratch tables: Keeps the steps of a run.
GRANT CREATE TEMPORARY TABLES ON * TO 'analyst';
