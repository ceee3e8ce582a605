# A data source `shop`, and the client, as a reader has them who may log in.
sudo() { :; }
echo "[shop]" >odbc.ini
printf '%s\n' "$MARIADB" | tr ';' '\n' | tr -d '{}' >>odbc.ini
ODBCINI=$PWD/odbc.ini
MYSQL_PWD=$(sed -n 's/^Password=//p' odbc.ini)
export ODBCINI MYSQL_PWD
mariadb() { command mariadb --no-defaults --host=127.0.0.1 --port="$MARIADB_PORT" --user=root "$@"; }
cp docs/five.csv hits.csv
cp queries/mariadb/*.sql .
