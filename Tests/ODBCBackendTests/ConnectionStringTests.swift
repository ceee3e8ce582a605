import TestNeeds
import Testing
import WarehouseDriver

@testable import ConnectionCore
@testable import ODBCBackend

@Suite struct ConnectionStringTests {
  @Test(arguments: [
    ("DSN=shop", ["DSN": "shop"]),
    (" Driver = {My Driver} ; Server=h;;PWD={a;b}}c};", ["driver": "My Driver", "Server": "h", "pwd": "a;b}c"]),
    ("A=1;a=2", ["A": "1"]),
    ("PWD=a=b", ["PWD": "a=b"]),
    ("PWD=", ["PWD": ""]),
    ("UID=ü;PWD={ }", ["UID": "ü", "PWD": " "]),
  ])
  func reads(text: String, expected: [String: String]) throws {
    let string = try ConnectionString(text)
    for (key, value) in expected { #expect(string[key] == value) }
    // What is written reads the same.
    let again = try ConnectionString(string.text)
    #expect(again.attributes.map(\.value) == string.attributes.map(\.value))
  }

  @Test(arguments: ["", ";;", "shop", "=x", "PWD={secret", "PWD={secret}x", "DSN=a\0b"])
  func refuses(text: String) async {
    let error = await expect(.badTarget) { _ = try ConnectionString(text) }
    #expect(error?.description.contains("secret") == false)
  }

  @Test func addsWhatIsMissing() throws {
    let string = try ConnectionString("Driver=x;fetch=7").adding(["Fetch=100", "UseDeclareFetch=1"])
    #expect(string["Fetch"] == "7" && string["UseDeclareFetch"] == "1")
  }

  @Test func findsSecrets() throws {
    let string = try ConnectionString(
      "UID=user;PWD=one;Password={two};SSLKeyPassword=three;AccessToken=four;PRIV_KEY_FILE_PWD=five;TLSKEYPWD=six")
    #expect(Set(string.secrets) == ["one", "two", "three", "four", "five", "six"])
  }

  @Test func driverFile() throws {
    #expect(try ConnectionString("Driver=/usr/lib/odbc/psqlodbcw.so;x=1").driverFile == "psqlodbcw.so")
    #expect(try ConnectionString("Driver={PostgreSQL Unicode}").driverFile == nil)
  }

  /// What is read and written reads the same; what is refused is refused in one line that tells no secret.
  @Test func anyText() {
    let texts = FuzzedTexts(
      [
        "Driver={My Driver};Server=h;PWD={hunter2};Port=1", "DSN=shop;UID=ü;Password=hunter2", "A=1;a=2;B={x}}y}",
        " Driver = /usr/lib/a.so ;;pqopt={options=-csearch_path=a}",
      ], pieces: [";", "=", "{", "}", "}}", "hunter2", "PWD=", "DSN", "{;", "=}"])
    let faults = texts.read { text in
      let string: ConnectionString
      do { string = try ConnectionString(text) } catch {
        try WrongAnswer.check(error)
        if "\(error)".contains("hunter2") { throw WrongAnswer("a secret is told: \(error)") }
        return
      }
      let again = try ConnectionString(string.text)
      let same = again.attributes.elementsEqual(string.attributes) { $0.key == $1.key && $0.value == $1.value }
      if !same { throw WrongAnswer("it reads otherwise: \(again.text)") }
      _ = (string.secrets, string.driverFile)
    }
    #expect(faults.isEmpty, "\(faults)")
  }
}
