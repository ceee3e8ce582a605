import Foundation
import PrivateServer
import TestNeeds
import Testing
import WarehouseDriver

@testable import ADBCBackend

/// Drivers are found as ADBC's driver manager finds them, and what is none is told in one line that says all that was tried.
@Suite struct DriverSearchTests {
  private func says(
    _ target: String, _ code: DriverError.Code, _ words: String..., variables: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    let error = await expect(code, sourceLocation: sourceLocation) {
      _ = try await connect(target, variables: variables)
    }
    for word in words {
      #expect(
        error?.description.contains(word) ?? false, "\(error?.description ?? "nothing"), not \(word)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func aDriverThatIsNotThere() async throws {
    let folder = try Folder()
    await says(
      "adbc+duckdb::memory:?driver=\(folder.path)/none.so", .badTarget, "no ADBC driver", "none.so",
      "sessionizer backends")
    await says(
      "adbc:driver=moon;uri=x", .badTarget, "\(folder.path)/moon.toml", "libadbc_driver_moon.", "libmoon.",
      variables: ["ADBC_DRIVER_PATH": folder.path, "HOME": folder.path])
    await says("adbc:uri=x", .badTarget, "names no driver")
    await says("adbc+mariadb:x", .badTarget, "mariadb names no ADBC driver")
    await says("adbc+nosuch:x", .badTarget, "no dialect")
  }

  @Test func aLibraryThatIsNoDriver() async throws {
    let folder = try Folder()
    try folder.write("no library", "text.so")
    await says("adbc+duckdb::memory:?driver=\(folder.path)/text.so", .connection, "cannot be loaded", "text.so")
    // Some library of the system's, which has no entry point.
    let other = ["/usr/lib/x86_64-linux-gnu/libz.so", "/usr/lib/aarch64-linux-gnu/libz.so", "/usr/lib/libz.dylib"]
      .first { FileManager.default.fileExists(atPath: $0) }
    if let other {
      await says("adbc:driver=\(other);uri=x", .connection, "it has none of the entry points AdbcDriverZInit")
    }
  }

  @Test(.needs(FaultyDriver.absence)) func versionsAndEntryPoints() async throws {
    await says("adbc+duckdb::memory:?driver=\(try FaultyDriver.library(.none))", .connection, "no entry point")
    await says(
      "adbc+duckdb::memory:?driver=\(try FaultyDriver.library(.none))&entrypoint=AdbcDriverInit", .connection,
      "it does not start for ADBC 1.1 or 1.0", "only ADBC 9.0")
    await says(
      "adbc+duckdb::memory:?driver=\(try FaultyDriver.library(.incomplete))&entrypoint=AdbcDriverInit", .connection,
      "it lacks functions")
    // A driver of ADBC 1.0 is started as one; its database gives no name of a product.
    await says("adbc:driver=\(try FaultyDriver.library(.only10));uri=x", .unsupported, "something without a name")
  }

  @Test(.needs(FaultyDriver.absence)) func manifests() async throws {
    let folder = try Folder()
    let library = try FaultyDriver.library()
    func manifest(_ name: String, _ text: String) throws { try folder.write(text, name + ".toml") }
    try manifest("good", "manifest_version = 1\n[Driver]\nshared = '\(library)'\n")
    try manifest("here", "[Driver.shared]\n\(DriverManifest.platform) = '\(library)'\n")
    try manifest("wrong", "manifest_version = \n")
    try manifest("future", "manifest_version = 7\n[Driver]\nshared = '\(library)'\n")
    try manifest("elsewhere", "[Driver.shared]\nplan9_mips = '/x.so'\n")
    try manifest("circle", "[Driver]\nshared = '\(folder.path)/circle.toml'\n")
    try manifest("empty", "")
    try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: folder.path + "/binary.toml"))
    let variables = ["ADBC_DRIVER_PATH": folder.path]
    func says(_ name: String, _ words: String) async {
      await self.says("adbc:driver=\(name);uri=x", .connection, words, "\(name).toml", variables: variables)
    }
    await says("wrong", "line 1, column")
    await says("future", "manifest_version is")
    await says("elsewhere", "has no \(DriverManifest.platform), but plan9_mips")
    await says("circle", "names another manifest")
    await says("empty", "no table [Driver]")
    await says("binary", "cannot be read")
    for name in ["good", "here", folder.path + "/good.toml"] {
      let backend = ADBCBackend(variables: variables)
      await expect(.unsupported) {
        _ = try await backend.connect(to: Target(url: "adbc:driver=\(name);uri=x"), options: ConnectionOptions())
      }
    }
    let findings = ADBCBackend(variables: variables).findings()
    #expect(findings.contains { $0.target == "adbc:driver=good;…" && $0.isFound })
    #expect(
      findings.contains { $0.target == "adbc:driver=circle;…" && !$0.isFound && $0.detail.contains("circle.toml") })
  }

  @Test func entryPointsGoByTheName() {
    #expect(
      DriverLibrary.entryPoints(of: "/opt/libadbc_driver_postgresql.so.1") == [
        "AdbcDriverPostgresqlInit", "AdbcDriverInit",
      ])
    #expect(DriverLibrary.entryPoints(of: "my-engine.dylib") == ["AdbcDriverMyEngineInit", "AdbcDriverInit"])
  }

  @Test func targetsAreRead() throws {
    let first = try ADBCTarget("shop 1%.duckdb?threads=4&driver=/x/y.so&motto=a%26b%3D%25")
    #expect(first.location == "shop 1%.duckdb" && first.driver == "/x/y.so")
    #expect(first.options.map(\.name) == ["threads", "motto"] && first.options.map(\.value) == ["4", "a&b=%"])
    let url = try ADBCTarget("postgresql://me:S3cr3t@host/shop?sslmode=require&password=oth3r")
    #expect(url.location?.hasSuffix("oth3r") == true && url.options.isEmpty)
    #expect(url.secrets == ["S3cr3t", "S3cr3t", "oth3r"])
    let list = try ADBCTarget("driver=spark;uri={sc://host:1/;token=x};adbc.token=y")
    #expect(list.driver == "spark" && list.options.map(\.value) == ["sc://host:1/;token=x", "y"])
    #expect(list.secrets.contains("y") && list.secrets.contains("x"))
    for wrong in ["a=1;b", "x?y", "x?=1", "x?a=%ZZ", "a=1;{"] {
      #expect(throws: DriverError.self, "\(wrong)") { try ADBCTarget(wrong) }
    }
  }
}
