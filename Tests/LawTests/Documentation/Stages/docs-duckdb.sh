cp docs/five.csv hits.csv
