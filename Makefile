# Targets for people and for CI. Everything else is `swift build`, `swift test`.
SOURCES := Package.swift Sources Tests Backends

.PHONY: demo test build release format lint prepare

demo: prepare ## builds, and shows the whole way on generated pageviews
	swift build -c release --product sessionizer
	./scripts/demo.sh

test: prepare ## every test
	swift test

build: prepare
	swift build

release: prepare ## as it is shipped; a warning is a failure
	swift build -c release --product sessionizer -Xswiftc -warnings-as-errors

format:
	swift format format --in-place --parallel --recursive $(SOURCES)

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

prepare:
	@./scripts/prepare.sh
