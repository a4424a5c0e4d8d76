"""Reasons: what can stand against opening a release, each with its code."""

from __future__ import annotations

from taihu.terms.problem import Problem


class NotOpened(Problem):
    """A release is not opened."""

    code = "G-OPEN-00"
    status = 409


class HasIdentifier(NotOpened):
    """A column is a direct identifier, or cells hold some."""

    code = "G-OPEN-01"


class HasUniqueRow(NotOpened):
    """Rows stand alone by their identifying columns."""

    code = "G-OPEN-02"


class BelowK(NotOpened):
    """A class has fewer rows than asked."""

    code = "G-OPEN-03"


class BelowL(NotOpened):
    """A class has fewer sensitive values than asked."""

    code = "G-OPEN-04"


class AboveT(NotOpened):
    """A class is distributed unlike the whole."""

    code = "G-OPEN-05"


class NotComparable(NotOpened):
    """Nobody says who stands behind the release, so it cannot be laid beside earlier ones."""

    code = "G-OPEN-06"


class TellsByDifference(NotOpened):
    """Subtracted from an earlier release, or from several, it sets a few persons apart."""

    code = "G-OPEN-07"


class NotTried(NotOpened):
    """An attack without planted persons proves nothing."""

    code = "G-OPEN-08"


class Recovered(NotOpened):
    """An attacker finds more of the planted persons than one in k, or one for certain."""

    code = "G-OPEN-09"
