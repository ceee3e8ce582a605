# Targets for people and for CI. Everything else is `swift build`, `swift test`.
SOURCES := Package.swift Sources Tests Backends docs/examples

# Where `make demo` works: sqlite, postgres, duckdb, or the URL of a target.
TARGET ?= sqlite

# How long `make soak` plays.
SECONDS ?= 600

.PHONY: demo check test soak bench bench-reading bench-postgres bench-duckdb bench-odbc bench-compare build release format lint prepare prepare-test

demo: prepare ## builds, and shows the whole way on generated pageviews
	swift build -c release --product sessionizer
	./scripts/demo.sh $(if $(filter sqlite,$(TARGET)),,"$(TARGET)")

# As it is shipped, optimized: the same tests take five times as long in debug (`swift test`).
test: prepare-test ## every test, on private servers that are started for it
	./scripts/test.sh

check: prepare ## units, golden files, cases and 200 histories on SQLite; under four minutes from a built tree
	./scripts/check.sh

soak: prepare-test ## fresh histories on every engine, for SECONDS=600
	./scripts/soak.sh $(SECONDS)

bench: prepare ## measures the tool on SQLite against plain SQL; about ten minutes
	swift build -c release --product sessionizer
	./Benchmarks/bench.py

bench-reading: prepare ## measures reading without a database, and its memory; about ten minutes
	swift build -c release --product reading-speed
	./Benchmarks/bench_reading.py --memory 50000000

bench-postgres: prepare-test ## measures the tool on PostgreSQL against plain SQL; about fifteen minutes
	swift build -c release --product sessionizer
	./Benchmarks/bench_postgres.py

bench-duckdb: prepare-test ## measures the tool on DuckDB against plain SQL; COPIES=160 for 10.2 M pageviews
	swift build -c release --product sessionizer
	./Benchmarks/bench_duckdb.py

bench-odbc: prepare-test ## measures bulk inserts through ODBC drivers against single rows; about ten minutes
	swift build -c release --product sessionizer
	./Benchmarks/bench_odbc.py

bench-compare: prepare-test ## measures compare of 1.0 M sessions against the plain exports; about ten minutes
	swift build -c release --product sessionizer
	./Benchmarks/bench_compare.py

build: prepare
	swift build

release: prepare ## as it is shipped; a warning in our own code is a failure
	@log=$$(mktemp); swift build -c release 2>&1 | tee $$log; \
	  if grep -E '(Sources|Backends)/.*(warning|error):' $$log; then rm $$log; exit 1; fi; rm $$log

format:
	swift format format --in-place --parallel --recursive $(SOURCES)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

prepare:
	@./scripts/prepare.sh

prepare-test:
	@./scripts/prepare.sh test
	@./scripts/python-engines.sh
	@./scripts/adbc-drivers.sh
	@./scripts/sail.sh
