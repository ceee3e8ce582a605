import SQLRendering
import SessionPlan

/// Every token is absurd, so that one that is hard-coded in the renderer shows.
enum AbsurdDialect {
  static func dialect(_ profile: PlanProfile, placement: Dialect.SubqueryPlacement = .insideInsert) -> Dialect {
    var dialect = Dialect(
      name: "absurd", title: "Absurd 9", evidence: .assumed, steps: .inline, islands: .windows, capabilities: [:],
      identifiers: .init(openQuote: "⟪", closeQuote: "⟫⟫", longest: 400),
      literals: .init(escapesBackslash: true, timestamp: "MOMENT<{a}>", null: "VOID<{type}>", text: "SPRUCH<{a}>"),
      types: .init(
        integer: "ZAHL", text: "WORT", key: "SCHLOSS", timestamp: "UHR", instant: "TICK", flag: "FAHNE",
        castInteger: "NURZAHL", castText: "NURWORT", castTimestamp: "NURUHR"),
      tables: .init(
        createTable: "BAUE TISCH {name} [{columns}]{clustering}",
        createIndex: "BAUE REGISTER {name} ZU {table} [{columns}]",
        createLongIndex: "BAUE LANGREGISTER {name} ZU {table} [{columns}]",
        createKey: "GIB {table} SCHLOSS [{columns}]",
        createView: "BAUE FENSTER {name} ZEIGT {query}", growingColumn: "{name} WACHSEND",
        primaryKey: "HAUPTSCHLOSS [{columns}]", indexNameHasSchema: false,
        createScratch: "BAUE ZETTEL {name} [{columns}]",
        scratchName: "zettel!{name}", positionColumn: "{name} GEZAEHLT",
        scratchIndex: "BAUE ZETTELREGISTER {name} ZU {table} [{columns}]", analyzeScratch: "MISS {name}",
        dropScratch: "WIRF {name} WEG", scratchPrefix: "%", clustered: " SORTIERT NACH {columns}",
        unclustered: " UNSORTIERT", requiredColumn: "{name} PFLICHT {type}", nullableColumn: "{name} KANN {type}",
        addColumn: "HAENGE {column} AN {table}", dropView: "WIRF AUSSICHT {name} WEG"),
      rights: .init(
        grantOnTable: "GIB {rights} AN {table} FUER {role}", grantOnSchema: "GIB HAUS {schema} FUER {role}",
        grantScratchTables: "GIB ZETTEL FUER {role}", guardTable: ["BEWACHE {table} MIT {message}"]),
      queries: .init(
        subqueriesInInsert: placement, namedSubquery: "NAMENS", lookupJoin: "SUCHVERBUND", lookupSubquery: nil,
        leftLookupSubquery: "LINKSSUCHE {rows} ALIAS {alias}",
        computedOnceSuffix: "EINMAL", computedOnceCondition: "JA", limit: "NUR {n}", nullsFirst: "LEERE VORAN",
        nullsLast: "LEERE ZULETZT", byteOrder: "NACH BYTES", sum: "SUMME({a})",
        tableAlias: "{rows} GENANNT {alias}", fromNothing: "AUS DEM NICHTS", limitBeforeColumns: "HOECHSTENS {n}",
        previous: "DAVOR({a})", next: "DANACH({a})", first: "ERSTER({a})", count: "ANZAHL",
        countDistinct: "SORTEN({a})",
        minimum: "KLEINSTES({a})", maximum: "GROESSTES({a})", byteKey: "ROH({a})", equalBytes: "EINERLEI({a}; {b})",
        semiJoin: "HALBVERBUND", antiJoin: "GEGENVERBUND"),
      scripts: .init(
        begin: "ANFANG", commit: "SCHLUSS", shellCommand: "absurd {file}", opening: ["MOIN"], terminator: " UND AUS",
        scratchBeforeTransaction: true),
      templates: templates, traps: [:])
    dialect.profile = profile
    return dialect
  }

  static let profiles: [PlanProfile] = [PlanProfile.Steps.scratchTables, .inline].flatMap { steps in
    [PlanProfile.Islands.positions, .windows].flatMap { islands in
      [true, false].map { can in
        PlanProfile(
          steps: steps, islands: islands, hasCorrelatedLookup: can, enforcesKeys: can, hasSHA256: can,
          hasArrivalColumn: can, hasNamedTimeZones: can, hasStrictTypes: can,
          buildsKeysLate: can)
      }
    }
  }

  static let templates: [Intent: String] = [
    .compareBytes: "WIEGE({a} {op} {b})", .isSame: "GLEICH({a}; {b})", .isSameBytes: "GENAU({a}; {b})",
    .gapExceeds: "LUECKE({previous}; {current}; {op}; {microseconds})", .instant: "QTICK({a})",
    .timestamp: "UHRZEIT({a})", .shift: "RUECKE({a}; {microseconds})", .durationMicroseconds: "DAUER({from}; {to})",
    .day: "KALENDER({a})", .serverNow: "JETZT", .sourceTextTime: "LIES({a}; {offset_seconds})",
    .sourceLocalTime: "STELLE({a}; {offset_seconds})", .sourceLocalTimeUTC: "STELLEUTC({a})",
    .sourceLocalTimeZone: "STELLEZONE({a}; {zone})", .sourceZonedTime: "ZONIG({a})",
    .isTypedTimeOutOfRange: "JENSEITS({a})",
    .sourceFlag: "FLAGGE({a})", .zoned: "MITZONE({a})",
    .sourceTextTimeUTC: "LIESUTC({a})", .sourceTextTimeZone: "LIESZONE({a}; {zone})",
    .sourceEpochSeconds: "QSEK({a})",
    .sourceEpochMilliseconds: "QMILLI({a})", .sourceEpochMicroseconds: "QMIKRO({a})",
    .isTextTimeOutOfRange: "WEITFORT({a})",
    .isEpochOutOfRange: "ZAHLFORT({a})", .divide: "TEILE({a}; {b})", .seconds: "SEKUNDEN({a})",
    .concatenate: "KLEBE({a}; {b})", .byteLength: "LAENGE({a})", .sha256: "HACK({a})", .decimalText: "ZIFFERN({a})",
    .timestampText: "UHRSPRUCH({a})", .sourceText: "ALSWORT({a})", .sourceInteger: "ALSZAHL({a})",
  ]
}
