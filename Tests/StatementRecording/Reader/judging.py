"""One text of a phase: read, and held against what the phase may send."""

from dataclasses import dataclass

import phases
import reading
import words


@dataclass
class Verdict:
    """What is known of one statement."""

    kind: str
    by: str
    reason: str
    fault: str | None


def judge(sql: str, dialect: str, phase: str | None, is_live: bool, scratch: set[str] | None = None) -> list[Verdict]:
    """What the statements of a text do, and what is wrong with each.

    `is_live`: what the parser does not know is a fault, unless its shape is known; elsewhere the words decide.
    `scratch`: names of scratch tables that the statements before it have made, where their names alone do not tell.
    """
    try:
        facts = reading.read(sql, dialect)
    except reading.Unreadable as error:
        if is_live:
            return [Verdict("unreadable", "", str(error), f"it cannot be read: {error}")]
        facts = [words.read(sql, str(error))]
    verdicts = []
    for fact in facts:
        for target in fact.targets:
            if scratch is not None and fact.kind == "CREATE TABLE" and target.is_scratch:
                scratch.add(target.last)
            target.is_scratch = target.is_scratch or scratch is not None and target.last in scratch
        verdicts.append(Verdict(shown(fact), fact.by, fact.reason, phases.fault(fact, phase)))
    return verdicts


def shown(fact: reading.Fact) -> str:
    """The kind of a statement with what it writes to: `INSERT session_table`, `CREATE scratch TABLE`."""
    if not fact.targets or fact.kind in phases.ALWAYS or fact.kind == "CREATE TRIGGER":
        return fact.kind
    if any(target.is_scratch for target in fact.targets):
        first, *rest = fact.kind.split()
        return " ".join([first, "scratch", *rest])
    last = fact.targets[0].last.lower()
    known = next((own for own in phases.OWN if last.endswith(own)), None)
    return f"{fact.kind} {known or ('of the kit' if phases.KIT.match(last) else 'other')}"
