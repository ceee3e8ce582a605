/// What a job is being carried out for: which statements it may send.
///
/// The work on a job says it for everything below it, so that whoever is told of a statement as it is sent
/// (`ConnectionOptions.onSend`) knows why: the connection's own BEGIN, lock and catalog reads have no plan, but a phase.
public enum WorkPhase: String, Sendable {
  /// Makes tables, views and indexes, and gives rights.
  case create
  /// Adds to ledgers of an older layout, and makes their views anew.
  case upgrade
  /// Adds the columns of new attributes, makes the views anew, and notes the settings that hold from there on.
  case adopt
  /// Fills the source and quarantine.
  case load
  /// Removes one user's rows, or those of sessions that ended long ago, and notes that it did: `erase` and `retain`.
  case erase
  /// Reads, keeps its steps in scratch tables, and inserts into the ledgers.
  case run
  /// Reads only; long results may stay in scratch tables meanwhile.
  case read
  /// Where a comparison did not end: drops the tables and views that it has made itself, of the job's names.
  case takeBack = "take-back"
  /// The conformance kit's alone: drops what the kit has made.
  case cleanUp = "clean-up"

  /// The innermost phase of the present task; nil outside of any, as while a connection is opened.
  @TaskLocal public static var current: WorkPhase?
}
