// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "own-backend",
  platforms: [.macOS(.v15)],
  products: [.library(name: "OwnBackend", targets: ["OwnBackend"])],
  // In a package of yours: .package(url: …, from: …).
  dependencies: [.package(name: "sessionizer", path: "../../..")],
  targets: [
    .systemLibrary(
      name: "CSQLite3", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .target(
      name: "OwnBackend",
      dependencies: [
        "CSQLite3",
        .product(name: "DialectFiles", package: "sessionizer"),
        .product(name: "SQLRendering", package: "sessionizer"),
        .product(name: "SessionPlan", package: "sessionizer"),
        .product(name: "WarehouseDriver", package: "sessionizer"),
      ],
      resources: [.copy("own.yaml")]),
    .testTarget(
      name: "OwnBackendTests",
      dependencies: [
        "OwnBackend",
        .product(name: "BackendConformance", package: "sessionizer"),
        .product(name: "WarehouseDriver", package: "sessionizer"),
      ]),
  ]
)
