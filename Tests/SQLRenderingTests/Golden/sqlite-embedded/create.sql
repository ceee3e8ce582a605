-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS pageviews (
  arrival_id INTEGER PRIMARY KEY,
  event_id TEXT,
  user_id TEXT,
  page_view_at TEXT,
  sequence INTEGER,
  page TEXT
);

-- pageviews by event: Finds copies of an event.
CREATE INDEX IF NOT EXISTS pageviews_by_event_id ON pageviews (event_id);

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS session_table (
  event_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  page_view_at TEXT NOT NULL,
  sequence INTEGER,
  page TEXT,
  run_id INTEGER NOT NULL,
  PRIMARY KEY (event_id)
);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS session_lineage (
  session_id TEXT NOT NULL,
  became TEXT NOT NULL,
  run_id INTEGER NOT NULL
);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS session_versions (
  anchor TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT NOT NULL,
  last_event_id TEXT NOT NULL,
  first_sequence INTEGER,
  last_sequence INTEGER,
  pageviews INTEGER NOT NULL,
  anchors INTEGER NOT NULL,
  entry_page TEXT,
  exit_page TEXT,
  PRIMARY KEY (anchor, run_id)
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS session_runs (
  run_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  job TEXT NOT NULL,
  mode TEXT NOT NULL,
  window_from TEXT,
  window_to TEXT,
  arrival_mark INTEGER,
  arrival_mark_at TEXT,
  pageviews INTEGER,
  sessions INTEGER,
  lineage_rows INTEGER,
  quarantined INTEGER,
  layout INTEGER,
  engine TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  PRIMARY KEY (run_id, state)
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS session_quarantine (
  reason TEXT NOT NULL,
  event_id TEXT,
  user_id TEXT,
  page_view_at TEXT,
  page TEXT,
  source_file TEXT,
  line INTEGER,
  run_id INTEGER,
  row_key TEXT NOT NULL
);

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
CREATE VIEW IF NOT EXISTS session_events AS
WITH anchored AS (
  SELECT event_id, user_id, page_view_at, sequence, page, run_id,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM session_table AS t
)
SELECT event_id,
  coalesce((
    SELECT v.session_id FROM session_versions AS v WHERE v.anchor = anchored.anchor
    ORDER BY v.run_id DESC LIMIT 1
  ), anchor) AS session_id,
  user_id, page_view_at, sequence, page, run_id
FROM anchored;

-- sessions: One row for each current session.
CREATE VIEW IF NOT EXISTS sessions AS
SELECT session_id, user_id, started_at, ended_at,
  ((unixepoch(substr(ended_at, 1, 19)) * 1000000 + substr(ended_at, 21)) - (unixepoch(substr(started_at, 1, 19)) * 1000000 + substr(started_at, 21))) / 1000000.0 AS "duration",
  (unixepoch(substr(ended_at, 1, 19)) * 1000000 + substr(ended_at, 21)) - (unixepoch(substr(started_at, 1, 19)) * 1000000 + substr(started_at, 21)) AS duration_microseconds,
  pageviews, entry_page, exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM session_versions AS v
WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor);

-- guard session_table: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_table_no_update BEFORE UPDATE ON session_table BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;
CREATE TRIGGER IF NOT EXISTS session_table_no_delete BEFORE DELETE ON session_table BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;

-- guard session_lineage: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_lineage_no_update BEFORE UPDATE ON session_lineage BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;
CREATE TRIGGER IF NOT EXISTS session_lineage_no_delete BEFORE DELETE ON session_lineage BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;

-- guard session_versions: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_versions_no_update BEFORE UPDATE ON session_versions BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;
CREATE TRIGGER IF NOT EXISTS session_versions_no_delete BEFORE DELETE ON session_versions BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;

-- guard session_runs: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_runs_no_update BEFORE UPDATE ON session_runs BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;
CREATE TRIGGER IF NOT EXISTS session_runs_no_delete BEFORE DELETE ON session_runs BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;

-- guard session_quarantine: Refuses UPDATE and DELETE to everybody.
CREATE TRIGGER IF NOT EXISTS session_quarantine_no_update BEFORE UPDATE ON session_quarantine BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;
CREATE TRIGGER IF NOT EXISTS session_quarantine_no_delete BEFORE DELETE ON session_quarantine BEGIN SELECT RAISE(ABORT, 'this table is a ledger of sessionizer: rows are only ever inserted'); END;
