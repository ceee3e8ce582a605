# A database on PostgreSQL that has the five pageviews, and a late one.
{
  sessionizer create --target "$POSTGRES"
  sessionizer load docs/five.csv --target "$POSTGRES"
  printf 'event_id,user_id,page_view_at,page\nx1,123,2020-02-02 13:10:00,/late\n' >late.csv
  sessionizer load late.csv --target "$POSTGRES"
  sessionizer run --target "$POSTGRES"
}
