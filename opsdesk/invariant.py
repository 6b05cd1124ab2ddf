from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """`bad` finds offenders, `looked` counts what was looked at. Parameters: see trust.parameters."""

    name: str
    group: str
    label: str
    why: str
    unit: str
    looked: str
    bad: str
