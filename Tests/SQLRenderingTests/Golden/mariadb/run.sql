-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO `session_runs` (
  `run_id`, `state`, `recorded_at`, `job`, `mode`, `window_from`, `window_to`, `arrival_mark`,
  `arrival_mark_at`, `pageviews`, `sessions`, `lineage_rows`, `quarantined`, `layout`, `engine`,
  `tool_version`
)
SELECT
  coalesce((SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) + 1, 1) AS `run_id`,
  'started' AS `state`,
  utc_timestamp(6) AS `recorded_at`,
  '{…}' AS `job`,
  'whole' AS `mode`,
  NULL AS `window_from`,
  NULL AS `window_to`,
  (SELECT max(`p`.`arrival_id`) AS `mark` FROM `pageviews` AS `p`) AS `arrival_mark`,
  NULL AS `arrival_mark_at`,
  NULL AS `pageviews`,
  NULL AS `sessions`,
  NULL AS `lineage_rows`,
  NULL AS `quarantined`,
  2 AS `layout`,
  'MariaDB 10.11' AS `engine`,
  '1' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;

-- picked: Source rows that the ledger does not simply know.
CREATE TEMPORARY TABLE `sessionizer_scratch_picked` (
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` datetime(6),
  `sequence` bigint,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_raw_event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_raw_time` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_picked` (
  `event_id`, `user_id`, `page_view_at`, `sequence`, `page`, `reason`, `sz_raw_event_id`,
  `sz_raw_time`
)
SELECT
  `s`.`event_id` AS `event_id`,
  `s`.`user_id` AS `user_id`,
  `s`.`page_view_at` AS `page_view_at`,
  `s`.`sequence` AS `sequence`,
  `s`.`page` AS `page`,
  CASE
    WHEN `s`.`reason` IS NOT NULL THEN `s`.`reason`
    WHEN `t`.`run_id` IS NOT NULL THEN 'duplicate_event_id'
    ELSE NULL
  END AS `reason`,
  `s`.`sz_raw_event_id` AS `sz_raw_event_id`,
  `s`.`sz_raw_time` AS `sz_raw_time`
FROM (
  SELECT
    `j`.`event_id` AS `event_id`,
    `j`.`user_id` AS `user_id`,
    `j`.`page_view_at` AS `page_view_at`,
    `j`.`sequence` AS `sequence`,
    `j`.`page` AS `page`,
    `j`.`reason` AS `reason`,
    CASE WHEN `j`.`reason` IS NOT NULL THEN `j`.`sz_source_event_id` ELSE NULL END AS `sz_raw_event_id`,
    CASE
      WHEN `j`.`reason` IS NOT NULL THEN CAST(CONVERT(`j`.`sz_source_time` USING utf8mb4) AS BINARY)
      ELSE NULL
    END AS `sz_raw_time`
  FROM (
    SELECT
      `m`.`event_id` AS `event_id`,
      `m`.`user_id` AS `user_id`,
      `m`.`page_view_at` AS `page_view_at`,
      `m`.`sequence` AS `sequence`,
      `m`.`page` AS `page`,
      `m`.`sz_source_event_id` AS `sz_source_event_id`,
      `m`.`sz_source_time` AS `sz_source_time`,
      CASE
        WHEN `m`.`event_id` IS NULL OR `m`.`event_id` = '' THEN 'null_event_id'
        WHEN `m`.`user_id` IS NULL OR `m`.`user_id` = '' THEN 'null_user'
        WHEN `m`.`page_view_at` IS NULL THEN CASE
            WHEN CAST(CONVERT(`m`.`sz_source_time` USING utf8mb4) AS BINARY) IS NULL
                OR CAST(CONVERT(`m`.`sz_source_time` USING utf8mb4) AS BINARY) = '' THEN 'null_time'
            WHEN (month(`m`.`sz_source_time`) > 0 AND day(`m`.`sz_source_time`) > 0 AND day(`m`.`sz_source_time`) <= day(last_day(`m`.`sz_source_time`))) THEN 'time_out_of_range'
            ELSE 'bad_time'
          END
        WHEN octet_length(`m`.`event_id`) > 1024 OR octet_length(`m`.`user_id`) > 1024 THEN 'key_too_long'
        ELSE NULL
      END AS `reason`
    FROM (
      SELECT
        CAST(CONVERT(`p`.`user_id` USING utf8mb4) AS BINARY) AS `user_id`,
        CASE
          WHEN `p`.`page_view_at` >= '0001-01-02' AND `p`.`page_view_at` < '9999-12-31' AND month(`p`.`page_view_at`) > 0 AND day(`p`.`page_view_at`) > 0 AND day(`p`.`page_view_at`) <= day(last_day(`p`.`page_view_at`))
          THEN CAST(`p`.`page_view_at` AS DATETIME(6))
        END AS `page_view_at`,
        CAST(CONVERT(`p`.`page` USING utf8mb4) AS BINARY) AS `page`,
        `p`.`page_view_at` AS `sz_source_time`,
        CASE WHEN `p`.`sequence` BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(`p`.`sequence` AS SIGNED) END AS `sequence`,
        CAST(CONVERT(`p`.`event_id` USING utf8mb4) AS BINARY) AS `event_id`,
        NULL AS `sz_source_event_id`,
        `p`.`arrival_id` AS `sz_arrival`
      FROM `pageviews` AS `p`
    ) AS `m`
    LIMIT 9223372036854775807
  ) AS `j`
) AS `s`
LEFT JOIN `session_table` AS `t` ON `s`.`reason` IS NULL AND `t`.`event_id` = `s`.`event_id`
WHERE (`t`.`run_id` IS NULL
    OR NOT (`t`.`user_id` = `s`.`user_id`
      AND `t`.`page_view_at` = `s`.`page_view_at`
      AND `t`.`page` <=> `s`.`page`));

-- repeated: Event ids that came more than once.
CREATE TEMPORARY TABLE `sessionizer_scratch_repeated` (
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  KEY `repeated_by_event_id` (`event_id`)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_repeated` (`event_id`)
SELECT `g`.`event_id` AS `event_id`
FROM (
  SELECT `k`.`event_id` AS `event_id`, count(*) AS `sz_duplicates`
  FROM `sessionizer_scratch_picked` AS `k`
  WHERE `k`.`reason` IS NULL
  GROUP BY `k`.`event_id`
) AS `g`
WHERE `g`.`sz_duplicates` > 1;

-- duplicates: Their rows; the first counts.
CREATE TEMPORARY TABLE `sessionizer_scratch_duplicates` (
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` datetime(6),
  `sequence` bigint,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_rank` bigint,
  `sz_first_user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_first_page_view_at` datetime(6),
  `sz_first_page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  KEY `duplicates_by_event_id` (`event_id`)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_duplicates` (
  `event_id`, `user_id`, `page_view_at`, `sequence`, `page`, `sz_rank`, `sz_first_user_id`,
  `sz_first_page_view_at`, `sz_first_page`
)
SELECT
  `w`.`event_id` AS `event_id`,
  `w`.`user_id` AS `user_id`,
  `w`.`page_view_at` AS `page_view_at`,
  `w`.`sequence` AS `sequence`,
  `w`.`page` AS `page`,
  `w`.`sz_rank` AS `sz_rank`,
  `w`.`sz_first_user_id` AS `sz_first_user_id`,
  `w`.`sz_first_page_view_at` AS `sz_first_page_view_at`,
  `w`.`sz_first_page` AS `sz_first_page`
FROM (
  SELECT
    `k`.`event_id` AS `event_id`,
    `k`.`user_id` AS `user_id`,
    `k`.`page_view_at` AS `page_view_at`,
    `k`.`sequence` AS `sequence`,
    `k`.`page` AS `page`,
    `k`.`reason` AS `reason`,
    `k`.`sz_raw_event_id` AS `sz_raw_event_id`,
    `k`.`sz_raw_time` AS `sz_raw_time`,
    row_number() OVER (PARTITION BY `k`.`event_id` ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`, `k`.`sequence`) AS `sz_rank`,
    first_value(`k`.`user_id`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`, `k`.`sequence`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `sz_first_user_id`,
    first_value(`k`.`page_view_at`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`, `k`.`sequence`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `sz_first_page_view_at`,
    first_value(`k`.`page`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page`, `k`.`sequence`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `sz_first_page`
  FROM `sessionizer_scratch_picked` AS `k`
  WHERE `k`.`reason` IS NULL
    AND EXISTS (SELECT 1 FROM `sessionizer_scratch_repeated` AS `d` WHERE `d`.`event_id` = `k`.`event_id`)
) AS `w`;

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMPORARY TABLE `sessionizer_scratch_fresh` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `sequence` bigint,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_instant` bigint
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_fresh` (
  `event_id`, `user_id`, `page_view_at`, `sequence`, `page`, `sz_instant`
)
SELECT
  `f`.`event_id` AS `event_id`,
  `f`.`user_id` AS `user_id`,
  `f`.`page_view_at` AS `page_view_at`,
  `f`.`sequence` AS `sequence`,
  `f`.`page` AS `page`,
  `f`.`sz_instant` AS `sz_instant`
FROM (
  SELECT
    `k`.`event_id` AS `event_id`,
    `k`.`user_id` AS `user_id`,
    `k`.`page_view_at` AS `page_view_at`,
    `k`.`sequence` AS `sequence`,
    `k`.`page` AS `page`,
    timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', `k`.`page_view_at`) AS `sz_instant`
  FROM `sessionizer_scratch_picked` AS `k`
  WHERE `k`.`reason` IS NULL
    AND NOT EXISTS (SELECT 1 FROM `sessionizer_scratch_duplicates` AS `d` WHERE `d`.`event_id` = `k`.`event_id`)
  UNION ALL
  SELECT
    `c`.`event_id` AS `event_id`,
    `c`.`user_id` AS `user_id`,
    `c`.`page_view_at` AS `page_view_at`,
    `c`.`sequence` AS `sequence`,
    `c`.`page` AS `page`,
    timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', `c`.`page_view_at`) AS `sz_instant`
  FROM `sessionizer_scratch_duplicates` AS `c`
  WHERE `c`.`sz_rank` = 1
) AS `f`;

-- ranges: Where in time the new rows may touch the ledger.
CREATE TEMPORARY TABLE `sessionizer_scratch_ranges` (
  `user_id` varbinary(1024),
  `sz_from_at` datetime(6),
  `sz_to_at` datetime(6)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_ranges` (`user_id`, `sz_from_at`, `sz_to_at`)
SELECT
  `k`.`user_id` AS `user_id`,
  TIMESTAMP '1970-01-01 00:00:00.000000' + INTERVAL (`k`.`sz_from_at` + (-1800000000)) MICROSECOND AS `sz_from_at`,
  TIMESTAMP '1970-01-01 00:00:00.000000' + INTERVAL (`k`.`sz_to_at` + (1800000000)) MICROSECOND AS `sz_to_at`
FROM (
  SELECT
    `n`.`user_id` AS `user_id`,
    `n`.`sz_cluster` AS `sz_cluster`,
    min(`n`.`sz_instant`) AS `sz_from_at`,
    max(`n`.`sz_instant`) AS `sz_to_at`
  FROM (
    SELECT
      `q`.`event_id` AS `event_id`,
      `q`.`user_id` AS `user_id`,
      `q`.`page_view_at` AS `page_view_at`,
      `q`.`sequence` AS `sequence`,
      `q`.`sz_instant` AS `sz_instant`,
      `q`.`sz_starts` AS `sz_starts`,
      sum(`q`.`sz_starts`) OVER (
        PARTITION BY `q`.`user_id`
        ORDER BY `q`.`user_id`, `q`.`page_view_at`, `q`.`sequence`, `q`.`event_id`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `sz_cluster`
    FROM (
      SELECT
        `h`.`event_id` AS `event_id`,
        `h`.`user_id` AS `user_id`,
        `h`.`page_view_at` AS `page_view_at`,
        `h`.`sequence` AS `sequence`,
        `h`.`sz_instant` AS `sz_instant`,
        CASE
          WHEN `h`.`sz_before` IS NULL OR (`h`.`sz_instant` + (-1800000000)) > (`h`.`sz_before` + (1800000000)) THEN 1
          ELSE 0
        END AS `sz_starts`
      FROM (
        SELECT
          `f`.`event_id` AS `event_id`,
          `f`.`user_id` AS `user_id`,
          `f`.`page_view_at` AS `page_view_at`,
          `f`.`sequence` AS `sequence`,
          `f`.`page` AS `page`,
          `f`.`sz_instant` AS `sz_instant`,
          lag(`f`.`sz_instant`) OVER (
            PARTITION BY `f`.`user_id`
            ORDER BY `f`.`user_id`, `f`.`page_view_at`, `f`.`sequence`, `f`.`event_id`
          ) AS `sz_before`
        FROM `sessionizer_scratch_fresh` AS `f`
      ) AS `h`
    ) AS `q`
  ) AS `n`
  GROUP BY `n`.`user_id`, `n`.`sz_cluster`
) AS `k`;

-- context: The ledger's rows there, each with its current anchor.
CREATE TEMPORARY TABLE `sessionizer_scratch_context` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `sequence` bigint,
  `sz_instant` bigint,
  `anchor` varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_context` (
  `event_id`, `user_id`, `page_view_at`, `sequence`, `sz_instant`, `anchor`
)
SELECT
  `t`.`event_id` AS `event_id`,
  `t`.`user_id` AS `user_id`,
  `t`.`page_view_at` AS `page_view_at`,
  `t`.`sequence` AS `sequence`,
  timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', `t`.`page_view_at`) AS `sz_instant`,
  coalesce((
    SELECT `l`.`became`
    FROM `session_lineage` AS `l`
    WHERE `l`.`session_id` = `t`.`session_id`
    ORDER BY `l`.`run_id` DESC
    LIMIT 1
  ), `t`.`session_id`) AS `anchor`
FROM `sessionizer_scratch_ranges` AS `g`
STRAIGHT_JOIN `session_table` AS `t`
  ON `t`.`user_id` >= `g`.`user_id` AND `t`.`user_id` <= `g`.`user_id`
  AND `t`.`page_view_at` >= `g`.`sz_from_at`
  AND `t`.`page_view_at` <= `g`.`sz_to_at`;

-- neighbours: New rows and context together.
CREATE TEMPORARY TABLE `sessionizer_scratch_neighbours` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `sequence` bigint,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_instant` bigint,
  `sz_is_new` tinyint,
  `anchor` varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_neighbours` (
  `event_id`, `user_id`, `page_view_at`, `sequence`, `page`, `sz_instant`, `sz_is_new`, `anchor`
)
SELECT
  `u`.`event_id` AS `event_id`,
  `u`.`user_id` AS `user_id`,
  `u`.`page_view_at` AS `page_view_at`,
  `u`.`sequence` AS `sequence`,
  `u`.`page` AS `page`,
  `u`.`sz_instant` AS `sz_instant`,
  `u`.`sz_is_new` AS `sz_is_new`,
  `u`.`anchor` AS `anchor`
FROM (
  SELECT
    `f`.`event_id` AS `event_id`,
    `f`.`user_id` AS `user_id`,
    `f`.`page_view_at` AS `page_view_at`,
    `f`.`sequence` AS `sequence`,
    `f`.`page` AS `page`,
    `f`.`sz_instant` AS `sz_instant`,
    1 AS `sz_is_new`,
    NULL AS `anchor`
  FROM `sessionizer_scratch_fresh` AS `f`
  UNION ALL
  SELECT
    `c`.`event_id` AS `event_id`,
    `c`.`user_id` AS `user_id`,
    `c`.`page_view_at` AS `page_view_at`,
    `c`.`sequence` AS `sequence`,
    NULL AS `page`,
    `c`.`sz_instant` AS `sz_instant`,
    0 AS `sz_is_new`,
    `c`.`anchor` AS `anchor`
  FROM `sessionizer_scratch_context` AS `c`
) AS `u`;

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMPORARY TABLE `sessionizer_scratch_islands` (
  `event_id` varbinary(1024),
  `user_id` varbinary(1024),
  `page_view_at` datetime(6),
  `sequence` bigint,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_is_new` tinyint,
  `anchor` varbinary(1024),
  `sz_island` varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_islands` (
  `event_id`, `user_id`, `page_view_at`, `sequence`, `page`, `sz_is_new`, `anchor`, `sz_island`
)
SELECT
  `i`.`event_id` AS `event_id`,
  `i`.`user_id` AS `user_id`,
  `i`.`page_view_at` AS `page_view_at`,
  `i`.`sequence` AS `sequence`,
  `i`.`page` AS `page`,
  `i`.`sz_is_new` AS `sz_is_new`,
  `i`.`anchor` AS `anchor`,
  `i`.`sz_island` AS `sz_island`
FROM (
  SELECT
    `n`.`event_id` AS `event_id`,
    `n`.`user_id` AS `user_id`,
    `n`.`page_view_at` AS `page_view_at`,
    `n`.`sequence` AS `sequence`,
    `n`.`page` AS `page`,
    `n`.`sz_is_new` AS `sz_is_new`,
    `n`.`anchor` AS `anchor`,
    `n`.`sz_starts` AS `sz_starts`,
    `n`.`sz_number` AS `sz_number`,
    first_value(`n`.`event_id`) OVER (
      PARTITION BY `n`.`user_id`, `n`.`sz_number`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`sequence`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `sz_island`
  FROM (
    SELECT
      `q`.`event_id` AS `event_id`,
      `q`.`user_id` AS `user_id`,
      `q`.`page_view_at` AS `page_view_at`,
      `q`.`sequence` AS `sequence`,
      `q`.`page` AS `page`,
      `q`.`sz_is_new` AS `sz_is_new`,
      `q`.`anchor` AS `anchor`,
      `q`.`sz_starts` AS `sz_starts`,
      sum(`q`.`sz_starts`) OVER (
        PARTITION BY `q`.`user_id`
        ORDER BY `q`.`user_id`, `q`.`page_view_at`, `q`.`sequence`, `q`.`event_id`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `sz_number`
    FROM (
      SELECT
        `h`.`event_id` AS `event_id`,
        `h`.`user_id` AS `user_id`,
        `h`.`page_view_at` AS `page_view_at`,
        `h`.`sequence` AS `sequence`,
        `h`.`page` AS `page`,
        `h`.`sz_is_new` AS `sz_is_new`,
        `h`.`anchor` AS `anchor`,
        CASE
          WHEN `h`.`sz_before` IS NULL THEN 1
          WHEN `h`.`sz_anchor_before` = `h`.`anchor` THEN 0
          WHEN `h`.`sz_instant` >= `h`.`sz_before` + 1800000000 THEN 1
          ELSE 0
        END AS `sz_starts`
      FROM (
        SELECT
          `r`.`event_id` AS `event_id`,
          `r`.`user_id` AS `user_id`,
          `r`.`page_view_at` AS `page_view_at`,
          `r`.`sequence` AS `sequence`,
          `r`.`page` AS `page`,
          `r`.`sz_instant` AS `sz_instant`,
          `r`.`sz_is_new` AS `sz_is_new`,
          `r`.`anchor` AS `anchor`,
          lag(`r`.`sz_instant`) OVER (
            PARTITION BY `r`.`user_id`
            ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`sequence`, `r`.`event_id`
          ) AS `sz_before`,
          lag(`r`.`anchor`) OVER (
            PARTITION BY `r`.`user_id`
            ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`sequence`, `r`.`event_id`
          ) AS `sz_anchor_before`
        FROM `sessionizer_scratch_neighbours` AS `r`
      ) AS `h`
    ) AS `q`
  ) AS `n`
) AS `i`;

-- united: For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
CREATE TEMPORARY TABLE `sessionizer_scratch_united` (
  `sz_island` varbinary(1024),
  `anchor` varbinary(1024),
  `anchors` bigint,
  `user_id` varbinary(1024),
  `started_at` datetime(6),
  `session_id` varbinary(1024),
  `first_sequence` bigint,
  `last_sequence` bigint,
  `ended_at` datetime(6),
  `last_event_id` varbinary(1024),
  `pageviews` bigint,
  `entry_page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `exit_page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_united` (
  `sz_island`, `anchor`, `anchors`, `user_id`, `started_at`, `session_id`, `first_sequence`,
  `last_sequence`, `ended_at`, `last_event_id`, `pageviews`, `entry_page`, `exit_page`
)
SELECT
  `u`.`sz_island` AS `sz_island`,
  `u`.`anchor` AS `anchor`,
  `u`.`anchors` AS `anchors`,
  `u`.`user_id` AS `user_id`,
  `u`.`started_at` AS `started_at`,
  `u`.`session_id` AS `session_id`,
  `u`.`first_sequence` AS `first_sequence`,
  `u`.`last_sequence` AS `last_sequence`,
  `u`.`ended_at` AS `ended_at`,
  `u`.`last_event_id` AS `last_event_id`,
  `u`.`pageviews` AS `pageviews`,
  `u`.`entry_page` AS `entry_page`,
  `u`.`exit_page` AS `exit_page`
FROM (
  SELECT
    `a`.`sz_island` AS `sz_island`,
    `v`.`anchor` AS `anchor`,
    `v`.`anchors` AS `anchors`,
    `v`.`user_id` AS `user_id`,
    `v`.`started_at` AS `started_at`,
    `v`.`session_id` AS `session_id`,
    `v`.`first_sequence` AS `first_sequence`,
    `v`.`last_sequence` AS `last_sequence`,
    `v`.`ended_at` AS `ended_at`,
    `v`.`last_event_id` AS `last_event_id`,
    `v`.`pageviews` AS `pageviews`,
    `v`.`entry_page` AS `entry_page`,
    `v`.`exit_page` AS `exit_page`
  FROM (
    SELECT DISTINCT `gaining`.`sz_island` AS `sz_island`, `gaining`.`anchor` AS `anchor`
    FROM (
      SELECT
        `n`.`event_id` AS `event_id`,
        `n`.`user_id` AS `user_id`,
        `n`.`page_view_at` AS `page_view_at`,
        `n`.`sequence` AS `sequence`,
        `n`.`page` AS `page`,
        `n`.`sz_is_new` AS `sz_is_new`,
        `n`.`anchor` AS `anchor`,
        `n`.`sz_island` AS `sz_island`,
        first_value(CASE WHEN `n`.`sz_is_new` = 1 THEN 1 ELSE 0 END) OVER (
          PARTITION BY `n`.`sz_island`
          ORDER BY CASE WHEN `n`.`sz_is_new` = 1 THEN 1 ELSE 0 END DESC
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS `sz_gained`
      FROM `sessionizer_scratch_islands` AS `n`
    ) AS `gaining`
    WHERE `gaining`.`sz_gained` = 1
      AND `gaining`.`anchor` IS NOT NULL
  ) AS `a`
  STRAIGHT_JOIN `session_versions` AS `v`
    ON `v`.`anchor` = `a`.`anchor`
    AND `v`.`run_id` = (
      SELECT `w`.`run_id`
      FROM `session_versions` AS `w`
      WHERE `w`.`anchor` = `a`.`anchor`
      ORDER BY `w`.`run_id` DESC
      LIMIT 1
    )
  UNION ALL
  SELECT
    `i`.`sz_island` AS `sz_island`,
    NULL AS `anchor`,
    0 AS `anchors`,
    `i`.`user_id` AS `user_id`,
    `i`.`page_view_at` AS `started_at`,
    `i`.`event_id` AS `session_id`,
    `i`.`sequence` AS `first_sequence`,
    `i`.`sequence` AS `last_sequence`,
    `i`.`page_view_at` AS `ended_at`,
    `i`.`event_id` AS `last_event_id`,
    1 AS `pageviews`,
    `i`.`page` AS `entry_page`,
    `i`.`page` AS `exit_page`
  FROM `sessionizer_scratch_islands` AS `i`
  WHERE `i`.`sz_is_new` = 1
) AS `u`;

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TEMPORARY TABLE `sessionizer_scratch_merged` (
  `sz_island` varbinary(1024),
  `anchor` varbinary(1024),
  `anchors` bigint,
  `user_id` varbinary(1024),
  `started_at` datetime(6),
  `session_id` varbinary(1024),
  `first_sequence` bigint,
  `last_sequence` bigint,
  `ended_at` datetime(6),
  `last_event_id` varbinary(1024),
  `pageviews` bigint,
  `entry_page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `exit_page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `sz_first_rank` bigint,
  `sz_last_rank` bigint,
  `sz_survivor` varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_merged` (
  `sz_island`, `anchor`, `anchors`, `user_id`, `started_at`, `session_id`, `first_sequence`,
  `last_sequence`, `ended_at`, `last_event_id`, `pageviews`, `entry_page`, `exit_page`,
  `sz_first_rank`, `sz_last_rank`, `sz_survivor`
)
SELECT
  `u`.`sz_island` AS `sz_island`,
  `u`.`anchor` AS `anchor`,
  `u`.`anchors` AS `anchors`,
  `u`.`user_id` AS `user_id`,
  `u`.`started_at` AS `started_at`,
  `u`.`session_id` AS `session_id`,
  `u`.`first_sequence` AS `first_sequence`,
  `u`.`last_sequence` AS `last_sequence`,
  `u`.`ended_at` AS `ended_at`,
  `u`.`last_event_id` AS `last_event_id`,
  `u`.`pageviews` AS `pageviews`,
  `u`.`entry_page` AS `entry_page`,
  `u`.`exit_page` AS `exit_page`,
  row_number() OVER (PARTITION BY `u`.`sz_island` ORDER BY `u`.`started_at`, `u`.`first_sequence`, `u`.`session_id`) AS `sz_first_rank`,
  row_number() OVER (
    PARTITION BY `u`.`sz_island`
    ORDER BY `u`.`ended_at` DESC, CASE WHEN `u`.`last_sequence` IS NULL THEN 0 ELSE 1 END DESC, `u`.`last_sequence` DESC, `u`.`last_event_id` DESC
  ) AS `sz_last_rank`,
  first_value(coalesce(`u`.`anchor`, `u`.`session_id`)) OVER (
    PARTITION BY `u`.`sz_island`
    ORDER BY `u`.`anchors` DESC, `u`.`started_at`, `u`.`first_sequence`, `u`.`session_id`
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS `sz_survivor`
FROM `sessionizer_scratch_united` AS `u`;

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TEMPORARY TABLE `sessionizer_scratch_superseded` (
  `session_id` varbinary(1024),
  `became` varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_superseded` (`session_id`, `became`)
SELECT
  `superseded`.`session_id` AS `session_id`,
  `superseded`.`became` AS `became`
FROM (
  SELECT `m`.`anchor` AS `session_id`, `m`.`sz_survivor` AS `became`
  FROM `sessionizer_scratch_merged` AS `m`
  WHERE `m`.`anchor` IS NOT NULL
    AND `m`.`anchor` <> `m`.`sz_survivor`
  UNION ALL
  SELECT `l`.`session_id` AS `session_id`, `m`.`sz_survivor` AS `became`
  FROM `sessionizer_scratch_merged` AS `m`
  STRAIGHT_JOIN `session_lineage` AS `l` ON `l`.`became` = `m`.`anchor`
  WHERE `m`.`anchor` IS NOT NULL
    AND `m`.`anchor` <> `m`.`sz_survivor`
) AS `superseded`;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE `sessionizer_scratch_rejected` (
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `row_key` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_rejected` (
  `reason`, `event_id`, `user_id`, `page_view_at`, `page`, `row_key`
)
SELECT
  `k`.`reason` AS `reason`,
  `k`.`event_id` AS `event_id`,
  `k`.`user_id` AS `user_id`,
  `k`.`page_view_at` AS `page_view_at`,
  `k`.`page` AS `page`,
  `k`.`row_key` AS `row_key`
FROM (
  SELECT
    `b`.`reason` AS `reason`,
    `b`.`event_id` AS `event_id`,
    `b`.`user_id` AS `user_id`,
    `b`.`page_view_at` AS `page_view_at`,
    `b`.`page` AS `page`,
    concat(concat(concat(concat(concat(concat(concat(concat(CASE
      WHEN `b`.`reason` IS NULL THEN '-'
      ELSE concat(concat(CAST(octet_length(`b`.`reason`) AS CHAR), ':'), CASE WHEN octet_length(`b`.`reason`) <= 180 THEN `b`.`reason` ELSE '#' END)
    END, '|'), CASE
      WHEN `b`.`event_id` IS NULL THEN '-'
      ELSE concat(concat(CAST(octet_length(`b`.`event_id`) AS CHAR), ':'), CASE WHEN octet_length(`b`.`event_id`) <= 180 THEN `b`.`event_id` ELSE '#' END)
    END), '|'), CASE
      WHEN `b`.`user_id` IS NULL THEN '-'
      ELSE concat(concat(CAST(octet_length(`b`.`user_id`) AS CHAR), ':'), CASE WHEN octet_length(`b`.`user_id`) <= 180 THEN `b`.`user_id` ELSE '#' END)
    END), '|'), CASE
      WHEN `b`.`page_view_at` IS NULL THEN '-'
      ELSE concat(concat(CAST(octet_length(`b`.`page_view_at`) AS CHAR), ':'), CASE WHEN octet_length(`b`.`page_view_at`) <= 180 THEN `b`.`page_view_at` ELSE '#' END)
    END), '|'), CASE
      WHEN `b`.`page` IS NULL THEN '-'
      ELSE concat(concat(CAST(octet_length(`b`.`page`) AS CHAR), ':'), CASE WHEN octet_length(`b`.`page`) <= 180 THEN `b`.`page` ELSE '#' END)
    END) AS `row_key`
  FROM (
    SELECT DISTINCT
      `b`.`reason` AS `reason`,
      `b`.`event_id` AS `event_id`,
      `b`.`user_id` AS `user_id`,
      `b`.`page_view_at` AS `page_view_at`,
      `b`.`page` AS `page`
    FROM (
      SELECT
        `k`.`reason` AS `reason`,
        CASE WHEN `k`.`event_id` IS NOT NULL AND `k`.`event_id` <> '' THEN `k`.`event_id` ELSE NULL END AS `event_id`,
        CASE WHEN `k`.`user_id` IS NOT NULL AND `k`.`user_id` <> '' THEN `k`.`user_id` ELSE NULL END AS `user_id`,
        CASE
          WHEN `k`.`page_view_at` IS NOT NULL THEN date_format(`k`.`page_view_at`, '%Y-%m-%d %H:%i:%s.%f')
          ELSE CASE
              WHEN `k`.`sz_raw_time` IS NOT NULL AND `k`.`sz_raw_time` <> '' THEN `k`.`sz_raw_time`
              ELSE NULL
            END
        END AS `page_view_at`,
        `k`.`page` AS `page`
      FROM `sessionizer_scratch_picked` AS `k`
      WHERE `k`.`reason` IS NOT NULL
      UNION ALL
      SELECT
        'duplicate_event_id' AS `reason`,
        `c`.`event_id` AS `event_id`,
        `c`.`user_id` AS `user_id`,
        date_format(`c`.`page_view_at`, '%Y-%m-%d %H:%i:%s.%f') AS `page_view_at`,
        `c`.`page` AS `page`
      FROM `sessionizer_scratch_duplicates` AS `c`
      WHERE NOT (`c`.`user_id` = `c`.`sz_first_user_id`
          AND `c`.`page_view_at` = `c`.`sz_first_page_view_at`
          AND `c`.`page` <=> `c`.`sz_first_page`)
    ) AS `b`
  ) AS `b`
  LIMIT 9223372036854775807
) AS `k`
WHERE NOT EXISTS (
    SELECT 1
    FROM `session_quarantine` AS `q`
    WHERE `q`.`row_key` = `k`.`row_key`
      AND `q`.`reason` = `k`.`reason`
      AND `q`.`event_id` <=> `k`.`event_id`
      AND `q`.`user_id` <=> `k`.`user_id`
      AND `q`.`page_view_at` <=> `k`.`page_view_at`
      AND `q`.`page` <=> `k`.`page`
  );

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO `session_lineage` (`session_id`, `became`, `run_id`)
SELECT
  `x`.`session_id` AS `session_id`,
  `x`.`became` AS `became`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM (
  SELECT `s`.`session_id` AS `session_id`, `s`.`became` AS `became`
  FROM `sessionizer_scratch_superseded` AS `s`
) AS `x`;

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO `session_table` (
  `event_id`, `session_id`, `user_id`, `page_view_at`, `sequence`, `page`, `run_id`
)
SELECT
  `x`.`event_id` AS `event_id`,
  `x`.`session_id` AS `session_id`,
  `x`.`user_id` AS `user_id`,
  `x`.`page_view_at` AS `page_view_at`,
  `x`.`sequence` AS `sequence`,
  `x`.`page` AS `page`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM (
  SELECT
    `i`.`event_id` AS `event_id`,
    `i`.`user_id` AS `user_id`,
    `i`.`page_view_at` AS `page_view_at`,
    `i`.`sequence` AS `sequence`,
    `i`.`page` AS `page`,
    `m`.`sz_survivor` AS `session_id`
  FROM `sessionizer_scratch_islands` AS `i`
  JOIN (
    SELECT `m`.`sz_island` AS `sz_island`, `m`.`sz_survivor` AS `sz_survivor`
    FROM `sessionizer_scratch_merged` AS `m`
    WHERE `m`.`sz_first_rank` = 1
  ) AS `m` ON `m`.`sz_island` = `i`.`sz_island`
  WHERE `i`.`sz_is_new` = 1
) AS `x`;

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO `session_versions` (
  `anchor`, `run_id`, `session_id`, `user_id`, `started_at`, `ended_at`, `last_event_id`,
  `first_sequence`, `last_sequence`, `pageviews`, `anchors`, `entry_page`, `exit_page`
)
SELECT
  `x`.`anchor` AS `anchor`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`,
  `x`.`session_id` AS `session_id`,
  `x`.`user_id` AS `user_id`,
  `x`.`started_at` AS `started_at`,
  `x`.`ended_at` AS `ended_at`,
  `x`.`last_event_id` AS `last_event_id`,
  `x`.`first_sequence` AS `first_sequence`,
  `x`.`last_sequence` AS `last_sequence`,
  `x`.`pageviews` AS `pageviews`,
  `x`.`anchors` AS `anchors`,
  `x`.`entry_page` AS `entry_page`,
  `x`.`exit_page` AS `exit_page`
FROM (
  SELECT
    `g`.`sz_survivor` AS `anchor`,
    `g`.`user_id` AS `user_id`,
    `g`.`pageviews` AS `pageviews`,
    CASE WHEN `g`.`anchors` = 0 THEN 1 ELSE `g`.`anchors` END AS `anchors`,
    `g`.`session_id` AS `session_id`,
    `g`.`started_at` AS `started_at`,
    `g`.`first_sequence` AS `first_sequence`,
    `g`.`entry_page` AS `entry_page`,
    `g`.`ended_at` AS `ended_at`,
    `g`.`last_event_id` AS `last_event_id`,
    `g`.`last_sequence` AS `last_sequence`,
    `g`.`exit_page` AS `exit_page`
  FROM (
    SELECT
      `m`.`sz_island` AS `sz_island`,
      `m`.`sz_survivor` AS `sz_survivor`,
      `m`.`user_id` AS `user_id`,
      max(CASE WHEN `m`.`sz_first_rank` = 1 THEN `m`.`session_id` ELSE NULL END) AS `session_id`,
      max(CASE WHEN `m`.`sz_first_rank` = 1 THEN `m`.`started_at` ELSE NULL END) AS `started_at`,
      max(CASE WHEN `m`.`sz_first_rank` = 1 THEN `m`.`first_sequence` ELSE NULL END) AS `first_sequence`,
      max(CASE WHEN `m`.`sz_first_rank` = 1 THEN `m`.`entry_page` ELSE NULL END) AS `entry_page`,
      max(CASE WHEN `m`.`sz_last_rank` = 1 THEN `m`.`ended_at` ELSE NULL END) AS `ended_at`,
      max(CASE WHEN `m`.`sz_last_rank` = 1 THEN `m`.`last_event_id` ELSE NULL END) AS `last_event_id`,
      max(CASE WHEN `m`.`sz_last_rank` = 1 THEN `m`.`last_sequence` ELSE NULL END) AS `last_sequence`,
      max(CASE WHEN `m`.`sz_last_rank` = 1 THEN `m`.`exit_page` ELSE NULL END) AS `exit_page`,
      CAST(coalesce(sum(`m`.`pageviews`), 0) AS SIGNED) AS `pageviews`,
      CAST(coalesce(sum(`m`.`anchors`), 0) AS SIGNED) AS `anchors`
    FROM `sessionizer_scratch_merged` AS `m`
    GROUP BY `m`.`sz_island`, `m`.`sz_survivor`, `m`.`user_id`
  ) AS `g`
) AS `x`;

-- quarantine: What cannot be sessionized, and why.
INSERT INTO `session_quarantine` (
  `reason`, `event_id`, `user_id`, `page_view_at`, `page`, `source_file`, `line`, `run_id`, `row_key`
)
SELECT
  `x`.`reason` AS `reason`,
  `x`.`event_id` AS `event_id`,
  `x`.`user_id` AS `user_id`,
  `x`.`page_view_at` AS `page_view_at`,
  `x`.`page` AS `page`,
  NULL AS `source_file`,
  NULL AS `line`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`,
  `x`.`row_key` AS `row_key`
FROM `sessionizer_scratch_rejected` AS `x`;

-- finished: Closes the run.
INSERT INTO `session_runs` (
  `run_id`, `state`, `recorded_at`, `job`, `mode`, `window_from`, `window_to`, `arrival_mark`,
  `arrival_mark_at`, `pageviews`, `sessions`, `lineage_rows`, `quarantined`, `layout`, `engine`,
  `tool_version`
)
SELECT
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`,
  'finished' AS `state`,
  utc_timestamp(6) AS `recorded_at`,
  '{…}' AS `job`,
  'whole' AS `mode`,
  NULL AS `window_from`,
  NULL AS `window_to`,
  (
    SELECT
      `started_run`.`arrival_mark` AS `arrival_mark`
    FROM `session_runs` AS `started_run`
    WHERE `started_run`.`run_id` = (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`)
      AND `started_run`.`state` = 'started'
  ) AS `arrival_mark`,
  (
    SELECT
      `started_run`.`arrival_mark_at` AS `arrival_mark_at`
    FROM `session_runs` AS `started_run`
    WHERE `started_run`.`run_id` = (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`)
      AND `started_run`.`state` = 'started'
  ) AS `arrival_mark_at`,
  (
    SELECT
      CAST(coalesce(sum(`x`.`pageviews`), 0) AS SIGNED) AS `n`
    FROM `sessionizer_scratch_merged` AS `x`
    WHERE `x`.`anchor` IS NULL
  ) AS `pageviews`,
  (SELECT count(*) AS `n` FROM `sessionizer_scratch_merged` AS `x` WHERE `x`.`sz_first_rank` = 1) AS `sessions`,
  (SELECT count(*) AS `n` FROM `sessionizer_scratch_superseded` AS `x`) AS `lineage_rows`,
  (SELECT count(*) AS `n` FROM `sessionizer_scratch_rejected` AS `x`) AS `quarantined`,
  2 AS `layout`,
  'MariaDB 10.11' AS `engine`,
  '1' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;
