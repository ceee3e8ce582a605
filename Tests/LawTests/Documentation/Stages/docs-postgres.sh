cp docs/five.csv pageviews.csv
