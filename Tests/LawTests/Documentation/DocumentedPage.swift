import Foundation
import PrivateServer
import Testing

/// A page whose commands are carried out.
enum DocumentedPage: String, CaseIterable, CustomTestStringConvertible {
  case readme = "README.md"
  case tutorial = "docs/tutorial.md"
  case compare = "docs/compare.md"
  case conformance = "docs/conformance.md"
  case dialects = "docs/dialects.md"
  case duckdb = "docs/duckdb.md"
  case jobFile = "docs/job-file.md"
  case loading = "docs/loading.md"
  case mariadb = "docs/mariadb.md"
  case operations = "docs/operations.md"
  case porting = "docs/porting.md"
  case postgres = "docs/postgres.md"
  case privacy = "docs/privacy.md"
  case scripts = "queries/README.md"

  var path: String { rawValue }
  var testDescription: String { path }

  /// The file that sets the stage: what a reader of the page has already.
  var stage: String {
    path.replacing("/", with: "-").replacing(".md", with: "").lowercased()
  }

  /// What must be there to carry it out; nil where all is.
  var absence: String? {
    switch self {
    case .readme: Engine.postgresC.absence ?? Place.sqliteShellAbsence
    case .postgres: Engine.postgresC.absence
    case .mariadb: Engine.mariadb.absence
    case .duckdb: ADBCLibrary.duckdb.absence
    case .tutorial, .scripts: Place.sqliteShellAbsence
    case .jobFile: Place.sqliteShellAbsence
    case .porting: Self.pythonAbsence
    default: nil
    }
  }

  private static let pythonAbsence: String? = {
    let python = Repository.root.appending(path: ".build-python/bin/python3").path
    let hasDuckDB = (try? Command.run([python, "-c", "import duckdb, yaml"])) != nil
    return hasDuckDB ? nil : "there is no Python with duckdb in .build-python: run make prepare-test"
  }()

  /// The pages that cannot be carried out here, with the reasons; nil where all can.
  static let absences: String? = {
    let absent = allCases.compactMap { page in page.absence.map { "\(page.path): \($0)" } }
    return absent.isEmpty ? nil : absent.joined(separator: "; ")
  }()
}

/// The files beside these tests.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
}
