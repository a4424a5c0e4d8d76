"""Sends deliveries down the road and judges what came of each row against what the delivery knows."""

import collections
import datetime
import decimal
import io
import re
import unicodedata

import duckdb

from taihu.data.collect import batches, receive
from taihu.data.refine import refine
from taihu.terms.problem import Problem
from taihu.terms.zone import Zone
from tests.foreign.grids import REFUSE
from tests.foreign.spellings import ANY, BAD, EITHER, GOOD

AT = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
LOCAL = datetime.timezone(datetime.timedelta(hours=8))
MARK = re.compile(r"H(\d{6})")
NEAR = decimal.Decimal("0.00002")


class Tally:
    """Counts of rows and files by verdict and fate, and one line per surprise."""

    def __init__(self):
        self.rows = collections.Counter()
        self.files = collections.Counter()
        self.surprises = collections.defaultdict(list)
        self.messages = collections.Counter()

    def note(self, what, label, told):
        """A surprise, by what it is and by which dirt."""
        self.surprises[what, label].append(told)

    def count(self, what):
        """How often something happened."""
        return sum(len(told) for (kind, _), told in self.surprises.items() if kind == what)

    def rate(self, verdict, fate):
        """The share of rows of a verdict that met a fate."""
        whole = sum(n for (said, _), n in self.rows.items() if said == verdict)
        return self.rows[verdict, fate] / whole if whole else 1.0

    def lines(self):
        """The report, most frequent first."""
        yield f"files {dict(self.files)}"
        yield f"rows {dict(self.rows)}"
        yield f"good rows accepted {self.rate(GOOD, 'accepted'):.4%}; bad rows caught {self.rate(BAD, 'returned'):.4%}"
        for (what, label), told in sorted(self.surprises.items(), key=lambda item: (item[0][0], -len(item[1]))):
            yield f"{what} · {label} · {len(told)} · {told[0]}"


def drive(delivery, stores, tally):
    """One delivery from receipt to rows, judged."""
    grid = delivery.grid
    try:
        receipt = receive.receive(
            delivery=receive.Delivered(io.BytesIO(delivery.data), delivery.name),
            dataset=grid.dataset,
            stores=stores,
            by="test",
            at=AT,
        )
        if receipt.batch.state == batches.REFUSED:
            return refused(delivery, receipt.batch.problem, tally)
        refined = refine.refine(batch=receipt.batch, stores=stores, by="test", at=AT)
    except Problem as problem:
        return refused(delivery, problem.to_shape(), tally)
    except Exception as crash:
        tally.note("CRASH", f"{type(crash).__name__}: {crash}"[:300], delivery.told)
        return None
    batches.settle(
        stores=stores, batch=receipt.batch, accepted=refined.accepted, returned=refined.returned, by="test", at=AT
    )
    for reason in refined.reasons:
        tally.messages[reason.code, reason.text] += reason.rows
    return judge(delivery, refined, receipt.batch.id, stores, tally)


def refused(delivery, problem, tally):
    """The whole file went back."""
    verdict = delivery.grid.verdict
    tally.files[verdict, "refused"] += 1
    tally.messages[problem["code"], problem["message"] + " / " + problem["help"]] += 1
    if verdict == GOOD:
        tally.note("FILE REFUSED", f"{problem['code']} {problem['message']}", delivery.told)


def read(stores, zone, table, batch):
    """The rows of a batch in a table as mappings."""
    snapshot = stores.lake.snapshot(zone, table)
    if snapshot is None:
        return []
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Shanghai'")
    found = connection.execute(f"SELECT * FROM {snapshot.to_sql()} WHERE _batch = ?", [batch])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def by_mark(records, known):
    """Records by the mark in them; those without under the empty mark."""
    found = collections.defaultdict(list)
    for record in records:
        texts = (str(v) for k, v in record.items() if not k.startswith("_") and v is not None)
        marks = [mark for text in texts for mark in MARK.findall(text) if mark in known]
        found[marks[0] if marks else ""].append(record)
    return found


def judge(delivery, refined, batch, stores, tally):
    """Each row of the delivery, then the equation."""
    grid = delivery.grid
    tally.files[grid.verdict, "read"] += 1
    accepted = read(stores, Zone.GOVERNED, grid.dataset.id, batch)
    returned = read(stores, Zone.COLLECTED, f"{grid.dataset.id}.returned", batch)
    if refined.rows_in != refined.accepted + refined.returned or (len(accepted), len(returned)) != (
        refined.accepted,
        refined.returned,
    ):
        tally.note(
            "EQUATION",
            "rows in",
            f"{refined.rows_in} {refined.accepted} {refined.returned} {len(accepted)} {len(returned)} {delivery.told}",
        )
    if grid.verdict == REFUSE:
        if accepted:
            tally.note("FILE TAKEN", ", ".join(grid.labels), delivery.told)
        return
    if not len(grid.rows) <= refined.rows_in <= len(grid.rows) + grid.junk:
        tally.note("ROW COUNT", grid.verdict, f"{len(grid.rows)} +{grid.junk} but {refined.rows_in}: {delivery.told}")
    known = {row.mark for row in grid.rows}
    taken, back = by_mark(accepted, known), by_mark(returned, known)
    for record in taken.pop("", []):
        tally.note("JUNK ACCEPTED", "no mark", f"{record} {delivery.told}")
    for row in grid.rows:
        judge_row(row, taken[row.mark], back[row.mark], delivery, stores, tally)


def judge_row(row, taken, back, delivery, stores, tally):
    """One row: its fate, the values it became, the columns that its reasons name."""
    fate = "accepted" if taken else "returned" if back else "lost"
    verdict = row.verdict if delivery.grid.verdict == GOOD else EITHER
    tally.rows[verdict, fate] += 1
    if fate == "lost" and verdict == GOOD:
        tally.note("ROW LOST", str(row.labels), delivery.told)
    if verdict == GOOD and fate == "returned":
        for pair in str(back[0]["_codes"]).split():
            column = pair.partition(":")[2]
            tally.note(
                "GOOD RETURNED",
                f"{pair} {row.labels.get(column, '?')}",
                f"{row.cells.get(column)!r} {row.labels} {delivery.told}",
            )
    if verdict == BAD and fate == "accepted":
        bad = {c: (row.labels.get(c), row.cells.get(c)) for c in row.blame if c in row.labels}
        tally.note("BAD ACCEPTED", str(sorted(str(b[0]) for b in bad.values())), f"{bad} {delivery.told}")
    if verdict == BAD and fate == "returned":
        named = set(str(back[0]["_columns"] or "").split(","))
        if not named & (row.blame | {""}) and "_" not in named:
            tally.note(
                "WRONG COLUMN",
                f"{sorted(named)} for {sorted(row.blame)}",
                f"{row.labels} {back[0]['_codes']} {delivery.told}",
            )
    if fate == "accepted" and "" not in row.labels and verdict != BAD:
        compare(row, taken[0], delivery, stores, tally)


def compare(row, record, delivery, stores, tally):
    """The values as kept against the values that they may be."""
    for column in delivery.grid.dataset.columns:
        options = row.options[column.name]
        if options in (ANY, ...):
            continue
        kept = record[column.name]
        wanted = [stores.vault.token(o) if column.is_vaulted and o else o for o in options]
        if not any(is_same(kept, o) for o in wanted):
            written = row.cells[column.name]
            tally.note(
                "WRONG VALUE",
                f"{column.name} {row.labels.get(column.name, '?')}",
                f"{written!r} → {kept!r}, not {options}: {delivery.told}",
            )


def is_same(kept, wanted):
    """True for the same value in another dress of Python's types."""
    if kept is None or wanted is None:
        return kept is wanted
    if isinstance(wanted, datetime.datetime):
        kept = kept.astimezone(LOCAL).replace(tzinfo=None) if kept.tzinfo else kept
        return kept == wanted
    if isinstance(wanted, tuple):
        numbers = [decimal.Decimal(n) for n in re.findall(r"\d+\.?\d*", str(kept))]
        return len(numbers) >= 2 and all(
            abs(a - decimal.Decimal(str(b))) < NEAR for a, b in zip(numbers, wanted, strict=False)
        )
    if isinstance(wanted, str):
        return kept in (wanted, unicodedata.normalize("NFKC", wanted))
    return kept == wanted
