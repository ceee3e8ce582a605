# A job with a user 4711, and with sessions that ended long ago.
printf 'targets:\n  prod: sqlite:prod.db\n' >sessionizer.yml
sessionizer create --target prod
printf 'event_id,user_id,page_view_at,page\n1,4711,2025-03-01 10:00:00,/\n2,u,2024-02-01 10:00:00,/\n3,u,2025-02-01 10:00:00,/\n' >views.csv
sessionizer load views.csv --target prod
sessionizer run --target prod
