-- loaded: Room for the rows of a file.
CREATE TEMPORARY TABLE `sessionizer_scratch_loaded` (
  `position` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` datetime(6),
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_loaded` (`event_id`, `user_id`, `page_view_at`, `page`)
SELECT
  NULL AS `event_id`,
  NULL AS `user_id`,
  NULL AS `page_view_at`,
  NULL AS `page`
FROM (SELECT 1 AS `one`) AS `o`
WHERE (1 = 0)
ORDER BY `event_id`;

-- rows: Those that are not there yet.
INSERT INTO `pageviews` (`event_id`, `user_id`, `page_view_at`, `page`)
SELECT
  `n`.`event_id` AS `event_id`,
  `n`.`user_id` AS `user_id`,
  `n`.`page_view_at` AS `page_view_at`,
  `n`.`page` AS `page`
FROM (
  SELECT
    `l`.`event_id` AS `event_id`,
    `l`.`user_id` AS `user_id`,
    `l`.`page_view_at` AS `page_view_at`,
    `l`.`page` AS `page`,
    `l`.`position` AS `position`
  FROM `sessionizer_scratch_loaded` AS `l`
  WHERE `l`.`event_id` IS NOT NULL
    AND NOT EXISTS (
      SELECT 1
      FROM `pageviews` AS `p`
      WHERE `p`.`event_id` = `l`.`event_id`
        AND `p`.`user_id` <=> `l`.`user_id`
        AND `p`.`page_view_at` <=> `l`.`page_view_at`
        AND `p`.`page` <=> `l`.`page`
    )
  UNION ALL
  SELECT
    `l`.`event_id` AS `event_id`,
    `l`.`user_id` AS `user_id`,
    `l`.`page_view_at` AS `page_view_at`,
    `l`.`page` AS `page`,
    `l`.`position` AS `position`
  FROM `sessionizer_scratch_loaded` AS `l`
  WHERE `l`.`event_id` IS NULL
    AND NOT EXISTS (
      SELECT 1
      FROM `pageviews` AS `p`
      WHERE `p`.`event_id` IS NULL
        AND `p`.`user_id` <=> `l`.`user_id`
        AND `p`.`page_view_at` <=> `l`.`page_view_at`
        AND `p`.`page` <=> `l`.`page`
    )
) AS `n`;

-- faults: Room for the lines that are no pageviews.
CREATE TEMPORARY TABLE `sessionizer_scratch_faults` (
  `position` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `source_file` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `line` bigint
) ENGINE = InnoDB;
INSERT INTO `sessionizer_scratch_faults` (
  `reason`, `event_id`, `user_id`, `page_view_at`, `page`, `source_file`, `line`
)
SELECT
  NULL AS `reason`,
  NULL AS `event_id`,
  NULL AS `user_id`,
  NULL AS `page_view_at`,
  NULL AS `page`,
  NULL AS `source_file`,
  NULL AS `line`
FROM (SELECT 1 AS `one`) AS `o`
WHERE (1 = 0)
ORDER BY `reason`;

-- quarantine: Those that are not there yet.
INSERT INTO `session_quarantine` (
  `reason`, `event_id`, `user_id`, `page_view_at`, `page`, `source_file`, `line`
)
SELECT
  `f`.`reason` AS `reason`,
  `f`.`event_id` AS `event_id`,
  `f`.`user_id` AS `user_id`,
  `f`.`page_view_at` AS `page_view_at`,
  `f`.`page` AS `page`,
  `f`.`source_file` AS `source_file`,
  `f`.`line` AS `line`
FROM `sessionizer_scratch_faults` AS `f`
WHERE NOT EXISTS (
    SELECT 1
    FROM `session_quarantine` AS `q`
    WHERE `q`.`reason` <=> `f`.`reason`
      AND `q`.`event_id` <=> `f`.`event_id`
      AND `q`.`user_id` <=> `f`.`user_id`
      AND `q`.`page_view_at` <=> `f`.`page_view_at`
      AND `q`.`page` <=> `f`.`page`
      AND `q`.`source_file` <=> `f`.`source_file`
      AND `q`.`line` <=> `f`.`line`
  );
