"""Gate: the last look at a release before it is opened; it says everything that stands against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from taihu.data.guard.declassify import difference, identify, judge, reasons
from taihu.data.guard.declassify.criteria import Criteria
from taihu.data.guard.declassify.difference import Members
from taihu.terms.problem import Shape

Weights = Mapping[int, float]
Attack = Callable[[pa.Table, pa.Table], Sequence[Weights]]


@dataclass(frozen=True)
class Planted:
    """Persons of our own base whose rows we know: what an attacker knows of each, and the released row of each.

    `known` has one row per person and the identifying columns in the clear; `rows` are places in the release.
    """

    known: pa.Table
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Candidate:
    """A release that asks to be opened, with what only the guard knows of it.

    `standards` names the standard of a column where it has one. `members` says who stands behind it; a candidate
    without is compared with no earlier release, and says so where there are any. Cells without identifying columns
    (tables) are not judged as rows.
    """

    name: str
    table: pa.Table
    criteria: Criteria
    identifying: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    standards: Mapping[str, str] = field(default_factory=dict)
    members: Members | None = None
    planted: Planted | None = None


@dataclass(frozen=True)
class Verdict:
    """May it be opened? Every reason against it, in the one shape of a problem, and the figures that were found."""

    reasons: tuple[Shape, ...]
    figures: Mapping[str, float]

    @property
    def may_open(self) -> bool:
        """True where nothing stands against it."""
        return not self.reasons


def check_release(
    candidate: Candidate, *, earlier: Sequence[Members] = (), attacks: Mapping[str, Attack] | None = None
) -> Verdict:
    """Direct identifiers, uniqueness, k, l and t, differences to earlier releases, and what attackers recover.

    An attack gets the released rows and what is known of the planted persons; for each it answers with the rows
    that may be theirs and how likely each is. What it recovers is the weight that it puts on the right rows; the
    bound is 1 / k. `attacks` are named, because the gate lies below the linker and is handed it.
    """
    found = _Finding(candidate)
    found.look_for_identifiers()
    if candidate.identifying:
        found.judge()
    found.compare(earlier)
    for name, attack in (attacks or {}).items():
        found.let(name, attack)
    return Verdict(tuple(found.reasons), found.figures)


class _Finding:
    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.reasons: list[Shape] = []
        self.figures: dict[str, float] = {"rows": candidate.table.num_rows}

    def say(self, kind: type[reasons.NotOpened], message: str, where: str, remedy: str) -> None:
        """Notes a reason against the release."""
        self.reasons.append(kind(message, where=where, help=remedy).to_shape())

    def look_for_identifiers(self) -> None:
        """Direct identifiers, by declaration and by content."""
        for found in identify.find_direct(self.candidate.table, self.candidate.standards):
            self.say(
                reasons.HasIdentifier,
                f"数据项 {found.column} 含直接标识（{found.title}），共 {found.cells} 格",
                f"{self.candidate.name}.{found.column}",
                "请去掉该数据项，或以令牌、脱敏形式替换后重新检查",
            )

    def judge(self) -> None:
        """Uniqueness and the criteria, by the definitions."""
        candidate, asked = self.candidate, self.candidate.criteria
        found = judge.judge(candidate.table, candidate.identifying, candidate.sensitive, tuple(asked.ordered))
        self.figures |= {"unique": found.unique, "k": found.k, "classes": found.classes}
        where = f"{candidate.name}({'、'.join(candidate.identifying)})"
        if found.unique:
            self.say(
                reasons.HasUniqueRow,
                f"有 {found.unique} 行独一无二，可被单独认出",
                where,
                "请以微观数据匿名方法重新生成",
            )
        if found.k < asked.k:
            self.say(reasons.BelowK, f"最小同类只有 {found.k} 行，要求至少 {asked.k} 行", where, "请提高泛化程度")
        for name in candidate.sensitive:
            self._judge_secret(name, found.l[name], found.t[name])

    def _judge_secret(self, name: str, kinds: int, apart: float) -> None:
        asked, where = self.candidate.criteria, f"{self.candidate.name}.{name}"
        self.figures |= {f"l.{name}": kinds, f"t.{name}": round(apart, 6)}
        if kinds < asked.l:
            self.say(
                reasons.BelowL, f"有同类只含 {kinds} 种敏感值，要求至少 {asked.l} 种", where, "请提高 l 后重新生成"
            )
        if asked.t < 1 and apart > asked.t + 1e-9:
            self.say(
                reasons.AboveT, f"有同类的分布与总体相差 {apart:.3f}，要求不超过 {asked.t}", where, "请按 t 重新生成"
            )

    def compare(self, earlier: Sequence[Members]) -> None:
        """What differences to earlier releases set apart."""
        if not earlier:
            return
        if self.candidate.members is None:
            self.say(
                reasons.NotComparable,
                "未提供本次发布的成员，不能与以往发布比对",
                self.candidate.name,
                "请由守卫重新生成本次发布",
            )
            return
        breaches = list(difference.find_breaches(self.candidate.members, earlier, self.candidate.criteria.k))
        self.figures["differences"] = sum(breach.count for breach in breaches)
        for breach in breaches:
            self.say(
                reasons.TellsByDifference,
                f"与以往发布「{breach.other}」相减，可分出 {breach.count} 组不足 {self.candidate.criteria.k} 人的人群"
                f"（最小 {breach.smallest} 人）",
                self.candidate.name,
                "请沿用以往发布的口径，或合并变动后再发布",
            )

    def let(self, name: str, attack: Attack) -> None:
        """Lets an attacker try, and bounds what is recovered."""
        planted = self.candidate.planted
        if planted is None or not planted.rows:
            self.say(
                reasons.NotTried, f"未设对照人员，不能以「{name}」试攻", self.candidate.name, "请从基础库抽取对照人员"
            )
            return
        guesses = attack(self.candidate.table, planted.known)
        hits = [guess.get(row, 0.0) for guess, row in zip(guesses, planted.rows, strict=True)]
        share, certain = sum(hits) / len(hits), sum(hit > 1 - 1e-9 for hit in hits)
        self.figures |= {f"recovered.{name}": round(share, 6), f"certain.{name}": certain}
        bound = 1 / self.candidate.criteria.k
        if share > bound or certain:
            self.say(
                reasons.Recovered,
                f"试攻「{name}」认出对照人员的比例为 {share:.3f}（上限 {bound:.3f}），其中确定认出 {certain} 人",
                self.candidate.name,
                "请提高泛化程度或减少数据项",
            )
