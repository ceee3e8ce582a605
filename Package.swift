// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "sessionizer",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "sessionizer", targets: ["sessionizer"]),
    .library(name: "SessionPlan", targets: ["SessionPlan"]),
    .library(name: "SQLRendering", targets: ["SQLRendering"]),
    .library(name: "WarehouseDriver", targets: ["WarehouseDriver"]),
    .library(name: "SessionRunner", targets: ["SessionRunner"]),
    .library(name: "DialectFiles", targets: ["DialectFiles"]),
    .library(name: "ConnectionCore", targets: ["ConnectionCore"]),
    .library(
      name: "Backends", targets: ["ADBCBackend", "ODBCBackend", "PostgresBackend", "SQLiteBackend"]),
    .library(name: "BackendConformance", targets: ["BackendConformance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // The core planner. Pure: no I/O, no SQL text, no clock; imports none of ours.
    .target(name: "SessionPlan", swiftSettings: strict),
    // Dialect values and the one renderer that reads them.
    .target(name: "SQLRendering", dependencies: ["SessionPlan"], swiftSettings: strict),
    // Reading of YAML files that people write: places, hints, errors of one line.
    .target(name: "YAMLReading", dependencies: [yams], swiftSettings: strict),
    // Dialects as files: the table of their keys, reading, the library. The built-in files are bytes in a C target.
    .target(name: "BuiltInDialects"),
    .target(
      name: "DialectFiles", dependencies: ["BuiltInDialects", "SQLRendering", "SessionPlan", "YAMLReading", yams],
      exclude: ["Dialects"], swiftSettings: strict),
    // The protocol that every backend implements.
    .target(name: "WarehouseDriver", dependencies: ["SessionPlan"], swiftSettings: strict),
    // What every connection needs that speaks an engine's dialect through a C client: order, locks, guard, catalog, words.
    .target(
      name: "ConnectionCore", dependencies: ["DialectFiles", "SQLRendering", "SessionPlan", "WarehouseDriver"],
      swiftSettings: strict),

    // Pageview files (CSV, JSON lines, access logs) as column batches, and the random generator.
    .systemLibrary(
      name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CZstd", path: "Sources/CZstd", pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(
      name: "CBzip2", path: "Sources/CBzip2", providers: [.apt(["libbz2-dev"]), .brew(["bzip2"])]),
    .systemLibrary(
      name: "CLzma", path: "Sources/CLzma", pkgConfig: "liblzma",
      providers: [.apt(["liblzma-dev"]), .brew(["xz"])]),
    .target(
      name: "PageviewFiles",
      dependencies: ["CBzip2", "CLzma", "CZlib", "CZstd", "SessionPlan", "WarehouseDriver", crypto],
      swiftSettings: strict),
    .target(
      name: "PageviewGenerator", dependencies: ["PageviewFiles", "SessionPlan", "WarehouseDriver"],
      swiftSettings: strict),

    // What happens, in order. Knows plans and drivers, no engine.
    .target(
      name: "SessionRunner",
      dependencies: ["PageviewFiles", "PageviewGenerator", "SessionPlan", "WarehouseDriver", logging],
      swiftSettings: strict),

    // The kit that any backend is judged by: cases, oracle, random histories, checks. The cases are bytes in a C target.
    .target(name: "ConformanceCaseFiles"),
    .target(
      name: "BackendConformance",
      dependencies: [
        "ConformanceCaseFiles", "PageviewFiles", "SQLRendering", "SessionPlan", "SessionRunner", "WarehouseDriver",
        logging,
      ],
      exclude: ["Cases/Files", "Cases/Overlays"], swiftSettings: strict),

    // SQLite.
    .systemLibrary(
      name: "CSQLite", path: "Backends/SQLite/CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .target(
      name: "SQLiteBackend", dependencies: ["CSQLite", "DialectFiles", "SQLRendering", "WarehouseDriver", crypto],
      path: "Backends/SQLite/Sources", swiftSettings: strict),

    // PostgreSQL.
    .systemLibrary(
      name: "CPostgres", path: "Backends/Postgres/CPostgres", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .target(
      name: "PostgresBackend",
      dependencies: ["CPostgres", "DialectFiles", "SQLRendering", "SessionPlan", "WarehouseDriver"],
      path: "Backends/Postgres/Sources", swiftSettings: strict),

    // Whatever has an ODBC driver, through unixODBC.
    .systemLibrary(
      name: "CODBC", path: "Backends/ODBC/CODBC", pkgConfig: "odbc",
      providers: [.apt(["unixodbc-dev"]), .brew(["unixodbc"])]),
    .target(
      name: "ODBCBackend",
      dependencies: ["CODBC", "ConnectionCore", "DialectFiles", "SQLRendering", "SessionPlan", "WarehouseDriver"],
      path: "Backends/ODBC/Sources", swiftSettings: strict),

    // Whatever has an ADBC driver: a shared library that is found when it is asked for. The header is Apache Arrow's.
    .target(name: "CADBC", path: "Backends/ADBC/CADBC"),
    .target(
      name: "ADBCBackend",
      dependencies: [
        "CADBC", "ConnectionCore", "DialectFiles", "SQLRendering", "SessionPlan", "WarehouseDriver", toml,
      ],
      path: "Backends/ADBC/Sources", swiftSettings: strict),

    // Presets for exports, as bytes in a C target.
    .target(name: "BuiltInPresets", exclude: ["Presets"]),
    // The command line.
    .target(
      name: "SessionizerCLI",
      dependencies: [
        "BackendConformance", "BuiltInPresets", "DialectFiles", "PageviewFiles", "PageviewGenerator", "SQLRendering",
        "SessionPlan", "SessionRunner", "WarehouseDriver", "YAMLReading", argumentParser, crypto, logging,
      ],
      swiftSettings: strict),
    // The executable; the only target that names all backends.
    .executableTarget(
      name: "sessionizer",
      dependencies: [
        "ADBCBackend", "DialectFiles", "ODBCBackend", "PostgresBackend", "SQLiteBackend", "SessionizerCLI",
        "WarehouseDriver",
      ],
      swiftSettings: strict),
    // Measures reading without a database: `make bench-reading`.
    .executableTarget(
      name: "reading-speed", dependencies: ["PageviewFiles", "SessionPlan"], path: "Benchmarks/Reading",
      swiftSettings: strict),

    // Tests.
    // A record of what the tests' connections send; its reader is in Python.
    .target(
      name: "StatementRecording", dependencies: ["WarehouseDriver"], path: "Tests/StatementRecording",
      exclude: ["Reader"], swiftSettings: strict),
    .target(name: "PlanSamples", dependencies: ["SessionPlan"], path: "Tests/PlanSamples", swiftSettings: strict),
    .testTarget(name: "SessionPlanTests", dependencies: ["PlanSamples", "SessionPlan"], swiftSettings: strict),
    .testTarget(
      name: "SQLRenderingTests",
      dependencies: [
        "DialectFiles", "PlanSamples", "PostgresBackend", "PrivateServer", "SQLRendering", "SQLiteBackend",
        "SessionPlan",
        "SessionRunner", "StatementRecording", "TestNeeds", "WarehouseDriver", logging,
      ],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "DialectFilesTests",
      dependencies: ["DialectFiles", "SQLRendering", "SessionPlan", "TestNeeds", "YAMLReading"],
      swiftSettings: strict),
    .testTarget(
      name: "PageviewFilesTests",
      dependencies: [
        "CZlib", "PageviewFiles", "SessionPlan", "TestFixtures", "TestNeeds", "WarehouseDriver", crypto,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PageviewGeneratorTests",
      dependencies: ["PageviewFiles", "PageviewGenerator", "SessionPlan", "WarehouseDriver"], swiftSettings: strict),
    // Skips by name, and files beside the package.
    .target(name: "TestNeeds", path: "Tests/TestNeeds", swiftSettings: strict),
    .target(
      name: "TestFixtures", dependencies: ["BackendConformance", "SessionPlan"], path: "Tests/TestFixtures",
      swiftSettings: strict),
    .target(
      name: "AggregateOracle", dependencies: ["BackendConformance"], path: "Tests/AggregateOracle",
      swiftSettings: strict),
    // The algorithm in memory, and mistakes to be planted in it: the test of the histories.
    .target(
      name: "HistoryMutants", dependencies: ["BackendConformance"], path: "Tests/HistoryMutants",
      swiftSettings: strict),
    .testTarget(
      name: "BackendConformanceTests",
      dependencies: [
        "AggregateOracle", "BackendConformance", "HistoryMutants", "SessionPlan", "TestFixtures", "TestNeeds",
      ], swiftSettings: strict),
    .testTarget(
      name: "SQLiteBackendTests",
      dependencies: ["CSQLite", "SQLiteBackend", "SessionPlan", "TestNeeds", "WarehouseDriver", crypto],
      swiftSettings: strict),
    .testTarget(
      name: "SessionRunnerTests", dependencies: ["SessionRunner", "WarehouseDriver"], swiftSettings: strict),
    // Private servers, for the tests.
    .target(name: "PrivateServer", path: "Tests/PrivateServer", swiftSettings: strict),
    .target(
      name: "PostgresServer", dependencies: ["PrivateServer"], path: "Tests/PostgresServer", swiftSettings: strict),
    .testTarget(
      name: "PostgresServerTests", dependencies: ["PostgresServer", "PrivateServer", "TestNeeds"], swiftSettings: strict
    ),
    .target(
      name: "MariaDBServer", dependencies: ["PrivateServer"], path: "Tests/MariaDBServer", swiftSettings: strict),
    .testTarget(
      name: "MariaDBServerTests", dependencies: ["MariaDBServer", "PrivateServer", "TestNeeds"], swiftSettings: strict),
    .testTarget(
      name: "PostgresBackendTests",
      dependencies: [
        "CPostgres", "PostgresBackend", "PostgresServer", "PrivateServer", "SQLRendering", "SessionPlan", "TestNeeds",
        "WarehouseDriver",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ODBCBackendTests",
      dependencies: [
        "CODBC", "ConnectionCore", "DialectFiles", "MariaDBServer", "ODBCBackend", "PostgresBackend", "PostgresServer",
        "PrivateServer",
        "SQLRendering", "SQLiteBackend", "SessionPlan", "TestNeeds", "WarehouseDriver",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ADBCBackendTests",
      dependencies: [
        "ADBCBackend", "ConnectionCore", "DialectFiles", "PrivateServer", "SQLRendering", "SessionPlan", "TestNeeds",
        "WarehouseDriver",
      ],
      exclude: ["faulty_driver.c"], swiftSettings: strict),
    .testTarget(
      name: "SessionizerCLITests",
      dependencies: [
        "DialectFiles", "PageviewFiles", "PageviewGenerator", "PrivateServer", "SQLiteBackend", "SessionPlan",
        "SessionRunner",
        "SessionizerCLI", "StatementRecording", "TestNeeds", "WarehouseDriver", "YAMLReading", argumentParser, logging,
      ],
      swiftSettings: strict),
    // A run in a process of its own, which tests kill.
    .executableTarget(
      name: "RunHelper",
      dependencies: [
        "ADBCBackend", "ODBCBackend", "PostgresBackend", "PrivateServer", "SQLiteBackend", "SessionPlan",
        "SessionRunner", "StatementRecording", "WarehouseDriver", logging,
      ],
      path: "Tests/RunHelper", swiftSettings: strict),
    // The scripts of dialects on engines that run inside Python, where the set-up of the tests made room for them.
    .testTarget(
      name: "DialectScriptTests",
      dependencies: [
        "BackendConformance", "DialectFiles", "PrivateServer", "SQLRendering", "SessionPlan", "TestFixtures",
        "TestNeeds",
      ],
      exclude: [
        "corrections.py", "parsers.py", "requirements.txt", "run_scripts.py", "translation.py", "zetasql_engine.py",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "LawTests",
      dependencies: [
        "ADBCBackend", "AggregateOracle", "BackendConformance", "DialectFiles", "HistoryMutants", "MariaDBServer",
        "ODBCBackend", "PageviewFiles", "PostgresBackend", "PostgresServer", "PrivateServer", "RunHelper",
        "SQLRendering",
        "SQLiteBackend", "SessionPlan", "SessionRunner", "StatementRecording", "TestFixtures", "TestNeeds",
        "WarehouseDriver", logging, "sessionizer",
      ],
      exclude: ["Documentation/Stages", "Layout1"], swiftSettings: strict),
  ]
)
