import Foundation
import Testing
import WarehouseDriver

@testable import SessionizerCLI

/// A job file that was found, and not named, needs consent for what its user may not expect.
@Suite struct TrustTests {
  private func file(_ target: String, isFound: Bool = true) throws -> JobFile {
    let text = "targets:\n  a: '\(target)'\n"
    var file = try JobFile(yaml: text, path: "sessionizer.yml")
    if isFound { file.foundText = text }
    return file
  }

  private static let environment = ["OTHER": "x", "SESSIONIZER_PW": "x", "PGPASSWORD": "x"]

  @Test(arguments: [
    ("odbc+postgres:Driver=/tmp/evil.so;Server=x", "loads a driver by its path"),
    ("odbc+postgres:Driver={/tmp/evil.so}", "loads a driver by its path"),
    ("odbc+postgres:driver = ./evil.so", "loads a driver by its path"),
    ("odbc+postgres:FILEDSN=/tmp/evil.dsn", "settings"), ("odbc+mariadb:DSN=x;INITSTMT=DELETE", "settings"),
    ("odbc+mariadb:DSN=x;PLUGIN_DIR=/tmp", "settings"), ("odbc:DSN=x;PWD=${OTHER}", "gives the variable OTHER"),
    ("postgres://me:${OTHER}@evil/x", "gives the variable OTHER"), ("sqlite:${OTHER}", "gives the variable OTHER"),
    ("postgres://evil/x", "sends PGPASSWORD"), ("postgres:host=evil", "sends PGPASSWORD"),
    ("postgres:///x?host=evil", "sends PGPASSWORD"),
  ])
  func whatNeedsConsent(target: String, reason: String) throws {
    let error = #expect(throws: JobFileError.self) { try file(target).target("a", environment: Self.environment) }
    let line = error?.description ?? ""
    #expect(line.hasPrefix("sessionizer.yml:2:6: targets.a: this target "), "\(line)")
    #expect(line.contains(reason) && line.contains("sessionizer trust") && !line.contains("evil"), "\(line)")
    // One that was named is the user's.
    #expect(throws: Never.self) { try file(target, isFound: false).target("a", environment: Self.environment) }
  }

  @Test(arguments: [
    "sqlite:web.db", "odbc+postgres:DSN=shop", "odbc+postgres:Driver=PostgreSQL;Server=x;PWD=${SESSIONIZER_PW}",
    "postgres://me:${SESSIONIZER_PW}@/web", "postgres:///web", "postgres:dbname=web",
  ])
  func whatDoesNot(target: String) throws {
    #expect(throws: Never.self) { try file(target).target("a", environment: Self.environment) }
  }

  /// Once given, it holds until the file changes.
  @Test func consentIsForTheFileAsItIs() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("sessionizer.yml", "targets: {a: 'sqlite:${OTHER}'}\n")
    let environment = ["XDG_CONFIG_HOME": folder.path + "/config", "OTHER": folder.path + "/a.db"]
    func found() throws -> JobFile {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      var file = try JobFile(yaml: text, path: path)
      file.foundText = text
      return file
    }
    #expect(throws: JobFileError.self) { try found().target("a", environment: environment) }
    let trusted = await ToolRun(["trust", path], variables: environment)
    #expect(trusted.code == 0 && trusted.errors.contains("targets.a: gives the variable OTHER"), "\(trusted.errors)")
    #expect(throws: Never.self) { try found().target("a", environment: environment) }
    _ = try folder.file("sessionizer.yml", "targets: {a: 'sqlite:${OTHER}', b: 'sqlite:x'}\n")
    #expect(throws: JobFileError.self) { try found().target("a", environment: environment) }
    #expect(await ToolRun(["trust", path], variables: environment).code == 0)
    #expect(throws: Never.self) { try found().target("a", environment: environment) }
    #expect(await ToolRun(["trust", "--remove", path], variables: environment).code == 0)
    #expect(throws: JobFileError.self) { try found().target("a", environment: environment) }
    // Variables that any job file may have.
    _ = try folder.file("config/sessionizer/variables", "# mine\nOTHER\n")
    #expect(throws: Never.self) { try found().target("a", environment: environment) }
  }
}
