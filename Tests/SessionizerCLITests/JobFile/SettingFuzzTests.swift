import SessionPlan
import TestNeeds
import Testing
import WarehouseDriver

@testable import SessionizerCLI

/// Whatever stands in a job file or in a target: it is read, or refused in one line that tells no secret.
@Suite struct SettingFuzzTests {
  @Test func `any job file`() {
    let texts = FuzzedTexts(
      [
        TargetTests.yaml,
        """
        gap: 45m
        gap_boundary: same
        source:
          table: '"odd.schema".hits'
          event_id: id
          time_zone: Europe/Madrid
          filter: >-
            status < 400 and page like '/shop/%' or not (bot = 1)
          arrival: {column: loaded, kind: time, overlap: 1h}
        attributes: {country: geo, device: [a, b]}
        prefix: web_
        files: {format: csv, columns: {page: "a+b|c"}}
        """, "source: &a {user_id: x}\nnames: *a\nlock_timeout: 5s\n", "<<: [{gap: 1m}, {gap: 2m}]\ngap: !!int 30\n",
      ], pieces: [": ", "- ", "{", "[", "]", "&a ", "*a", "!!", "|", ">", "'", "\"", "#", "? ", "<<", "%", ","])
    let faults = texts.read { text in
      let file: JobFile
      do { file = try JobFile(yaml: text, path: "j.yml") } catch {
        if !"\(error)".hasPrefix("j.yml") { throw WrongAnswer("no place: \(error)") }
        return try WrongAnswer.check(error)
      }
      do { _ = try file.settings.job() } catch { try WrongAnswer.check(error) }
      for name in file.targetNames.map(Optional.some) + [nil] {
        do { _ = try file.target(name, environment: ["DIR": "a@/#%{}"]) } catch { try WrongAnswer.check(error) }
      }
      _ = file.risks(["DIR": "x"], allowed: [])
    }
    #expect(faults.isEmpty, "\(faults)")
  }

  @Test func `any target`() throws {
    let file = try JobFile(yaml: "targets: {dev: 'sqlite:x'}", path: "j.yml")
    let texts = FuzzedTexts(
      [
        "postgres://me:hunter2@db:5432/web?sslmode=require", "odbc+mariadb:Driver={My};Server=h;PWD={hunter2};Port=1",
        "sqlite:a b.db", "adbc+duckdb:x?driver=/a.so;uri=http://u:hunter2@h", "jdbc:mysql://u:hunter2@h/x",
        "DSN=x;PWD=hunter2",
      ], pieces: [":", "//", "@", "?", ";", "=", "{", "+", "%", "%4", "hunter2", "sqlite:", "[::1]"])
    let faults = texts.read { text in
      do { _ = try file.target(text, environment: [:]) } catch {
        try WrongAnswer.check(error)
        if "\(error)".contains("hunter2") { throw WrongAnswer("a secret is told: \(error)") }
      }
      do { _ = try TargetTemplate(text).resolved(["a": "b"]) } catch { try WrongAnswer.check(error) }
      if TargetText.redacted("x " + text, ["--target", text]).contains("hunter2"), TargetText.mayBeTarget(text),
        text.contains("hunter2"), text.count > 7
      {
        throw WrongAnswer("a secret is repeated")
      }
    }
    #expect(faults.isEmpty, "\(faults)")
  }
}
