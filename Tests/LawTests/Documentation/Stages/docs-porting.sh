# A shell of an engine that the tool has no driver for.
cat >duck <<'END'
#!.build-python/bin/python3
import sys
import duckdb

connection = duckdb.connect("my.duckdb")
try:
    for statement in connection.extract_statements(sys.stdin.read()):
        result = connection.execute(statement)
        if result.description and statement.type == duckdb.StatementType.SELECT:
            for row in result.fetchall():
                print("|".join(str(value) for value in row))
except duckdb.Error as error:
    print(str(error).split("\n")[0])
    sys.exit(1)
END
chmod +x duck
# Writes answers into a dialect's file, each in its section.
answers() {
  .build-python/bin/python3 - "$1" <<END
import sys, yaml

with open(sys.argv[1]) as file:
    dialect = yaml.safe_load(file)
for section, answers in yaml.safe_load("""$(cat)""").items():
    dialect[section] = {**(dialect.get(section) or {}), **answers}
with open(sys.argv[1], "w") as file:
    yaml.safe_dump(dialect, file, allow_unicode=True, sort_keys=False)
END
}
