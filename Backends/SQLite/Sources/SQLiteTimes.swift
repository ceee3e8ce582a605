/// Times in source tables as SQL expressions over `{a}`: ISO-8601 text in the forms that `Timestamp(text:)` reads.
///
/// SQLite's own date functions would take 30 February for 2 March and round fractions to milliseconds, so that only
/// their calendar is used.
enum SQLiteTimes {
  /// Whether a value is a time in the canonical form and in range, by its characters alone: the quick way for nearly
  /// all rows. Days after the 28th go the long way, which knows the months.
  static let isCanonical = [
    "{a} GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-2][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]'",
    "typeof({a}) = 'text' AND length(CAST({a} AS BLOB)) = 26",
    "substr({a}, 6, 2) BETWEEN '01' AND '12'",
    "substr({a}, 9, 2) BETWEEN '01' AND '28'",
    "substr({a}, 12, 2) < '24'",
    "{a} >= '0001-01-02'",
  ].joined(separator: "\n    AND ")

  /// The time in canonical form, NULL for what is no time or out of range. `{offset_seconds}` is how far east of UTC
  /// times without zone are.
  ///
  /// From the inside out: the text; its tail after the minutes; seconds, fraction and zone; the moment in seconds.
  static let parsed = """
    (
        SELECT CASE WHEN moment >= '0001-01-02' AND moment < '9999-12-31' THEN moment END
        FROM (
          SELECT strftime('%Y-%m-%d %H:%M:%S', unixepoch(day || ' ' || clock || ':' || second) - shift, 'unixepoch')
            || '.' || substr(fraction || '000000', 1, 6) AS moment
          FROM (
            SELECT day, clock, second, fraction,
              CASE
                WHEN zone = '' THEN {offset_seconds}
                WHEN zone IN ('Z', 'z') THEN 0
                WHEN zone GLOB '[+-][01][0-9]' OR zone GLOB '[+-][01][0-9][0-5][0-9]'
                  OR zone GLOB '[+-][01][0-9]:[0-5][0-9]'
                THEN
                  CASE
                    WHEN substr(zone, 2, 2) <= '15'
                    THEN (substr(zone, 2, 2) * 3600 + substr(replace(zone, ':', ''), 4) * 60)
                      * CASE substr(zone, 1, 1) WHEN '-' THEN -1 ELSE 1 END
                  END
              END AS shift
            FROM (
              SELECT day, clock, second,
                CASE
                  WHEN rest GLOB '.[0-9]*'
                  THEN substr(rest, 2, length(rest) - 1 - length(ltrim(substr(rest, 2), '0123456789')))
                  ELSE ''
                END AS fraction,
                CASE WHEN rest GLOB '.[0-9]*' THEN ltrim(substr(rest, 2), '0123456789') ELSE rest END AS zone
              FROM (
                SELECT substr(t, 1, 10) AS day,
                  CASE WHEN length(t) = 10 THEN '00:00' ELSE substr(t, 12, 5) END AS clock,
                  CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 18, 2) ELSE '00' END AS second,
                  CASE WHEN substr(t, 17, 1) = ':' THEN substr(t, 20) ELSE substr(t, 17) END AS rest,
                  t
                FROM (SELECT CAST({a} AS TEXT) AS t)
                WHERE length(t) = 10 OR substr(t, 11, 1) IN (' ', 'T', 't')
              )
              WHERE day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND date(day, '+0 days') = day
                AND clock GLOB '[0-2][0-9]:[0-5][0-9]' AND clock < '24' AND second GLOB '[0-5][0-9]'
                AND (substr(t, 17, 1) = ':' OR rest NOT GLOB '.*')
            )
          )
          WHERE shift IS NOT NULL
        )
      )
    """

  /// Whether a value that is no sessionizable time looks like one outside the range: BC, infinity, a year of five
  /// digits, or one of the days at the ends.
  static let isOutOfRange = """
    {a} GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
      OR {a} GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
      OR {a} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
      OR lower({a}) IN ('infinity', '-infinity')
      OR {a} GLOB '0000-[01][0-9]-[0-3][0-9]*' OR {a} GLOB '0001-01-0[12]*' OR {a} GLOB '9999-12-3[01]*'
    """
}
