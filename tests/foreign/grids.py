"""Lays rows out as offices do: titles above, notes below, columns in another order, decorated headings."""

from dataclasses import dataclass, field

from tests.foreign import rows as made
from tests.foreign.spellings import EITHER, GOOD

REFUSE = "refuse"
LETTERED = {
    "police": "公安局", "civil": "民政局", "health": "卫生健康委", "market": "市场监管局", "plan": "自然资源局", "water": "水利局",
}  # fmt: skip


@dataclass
class Grid:
    """Lines of cells with the heading among them; `rows` are the rows of data in order."""

    dataset: object
    columns: list
    headings: list
    rows: list
    above: list = field(default_factory=list)
    below: list = field(default_factory=list)
    between: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict)
    heads: list | None = None
    verdict: str = GOOD
    labels: list = field(default_factory=list)
    # Of the rows, how many lines of no data a reader may count as rows (and must return).
    junk: int = 0

    def cells(self, row):
        """The cells of one row in the order of the headings."""
        return [self.extra[c](row) if c in self.extra else row.cells.get(c, "") for c in self.columns]

    def lines(self):
        """Every line of the file."""
        yield from self.above
        yield from (self.heads or [self.headings])
        for place, row in enumerate(self.rows):
            yield from self.between.get(place, ())
            yield self.cells(row)
        yield from self.below

    def doubt(self):
        """What comes of every row may be argued about."""
        for row in self.rows:
            if row.verdict == GOOD:
                row.verdict = EITHER


def a_grid(dataset, rng, first_mark, count, **rates):
    """A grid with the headings of the dataset, columns in its order."""
    rows = [made.a_row(dataset.id, rng, f"{first_mark + place:06d}", **rates) for place in range(count)]
    columns = [c.name for c in dataset.columns]
    grid = Grid(dataset, columns, [], rows)
    grid.headings = [a_heading(dataset.column(name), rng) for name in columns]
    return grid


def a_heading(column, rng):
    """A heading by title or alias; money says its unit."""
    if column.unit == "fen":
        return {"monthly_fen": "月救助金额(元)", "capital_fen": "注册资本（元）"}[column.name]
    return rng.choice((column.title, column.title, column.title, *column.aliases))


def shuffle(grid, rng):
    """Columns in another order."""
    order = list(range(len(grid.columns)))
    rng.shuffle(order)
    grid.columns = [grid.columns[i] for i in order]
    grid.headings = [grid.headings[i] for i in order]


def add_extra(grid, rng):
    """Columns that nobody declared."""
    for heading, say in (
        ("序号", lambda row: str(int(row.mark))),
        ("备注", lambda row: "无"),
        ("_id", lambda row: "x" + row.mark),
    ):
        if rng.random() < 0.6:
            place = 0 if heading == "序号" else len(grid.columns)
            grid.columns.insert(place, heading)
            grid.headings.insert(place, heading)
            grid.extra[heading] = say


def decorate(grid, rng):
    """Headings with what people hang on to them."""
    marks = (
        lambda h: h + "*", lambda h: "*" + h, lambda h: h + "（必填）", lambda h: f" {h} ", lambda h: h + "\n(必填)",
        lambda h: h + ":", lambda h: f"【{h}】", lambda h: "\u3000" + h, lambda h: h[:2] + "\u200b" + h[2:], lambda h: h[:2] + " " + h[2:],
    )  # fmt: skip
    mark = rng.choice(marks)
    grid.headings = [mark(h) if len(h) > 2 and "元" not in h and rng.random() < 0.7 else h for h in grid.headings]


def use_names(grid, rng):
    """The column's own names as headings, as a database writes them."""
    del rng
    keep = {i for i, c in enumerate(grid.columns) if c in grid.extra}
    units = {"monthly_fen", "capital_fen"}
    upper = [c if c in units else c.upper() for c in grid.columns]
    grid.headings = [
        h if i in keep or grid.columns[i] in units else u
        for i, (h, u) in enumerate(zip(grid.headings, upper, strict=True))
    ]


def title(grid, rng):
    """A title row, and who sent it."""
    grid.above.append([f"湖州市{grid.dataset.title}信息表"])
    if rng.random() < 0.5:
        office = LETTERED.get(grid.dataset.department, "局")
        grid.above.append([f"填报单位：湖州市{office}　　填报时间：2026年11月20日　　单位：人、元"])
    if rng.random() < 0.4:
        grid.above.append([])


def total(grid, rng):
    """A sum at the end."""
    line = ["合计"] + [""] * (len(grid.columns) - 1)
    if rng.random() < 0.5:
        line[-1] = str(len(grid.rows))
    grid.below.append(line)
    grid.junk += 1


def signature(grid, rng):
    """Who filled it in."""
    grid.below += [[], ["填表人：张三", "", "审核人：李四"] if rng.random() < 0.5 else ["注：以上数据截至2026年11月。"]]
    grid.junk += 1


def repeat(grid, rng):
    """The heading again, as on every printed page."""
    grid.between.setdefault(rng.randrange(1, len(grid.rows)), []).append(list(grid.headings))
    grid.junk += 1


def empty_lines(grid, rng):
    """Lines with nothing in them."""
    for _ in range(3):
        grid.between.setdefault(rng.randrange(len(grid.rows)), []).append([""] * len(grid.columns))


def subtotal(grid, rng):
    """A sum per town in the middle."""
    line = ["小计"] + [""] * (len(grid.columns) - 1)
    grid.between.setdefault(rng.randrange(1, len(grid.rows)), []).append(line)
    grid.junk += 1


def drop_optional(grid, rng):
    """A column that is not required is missing."""
    spare = [
        c
        for c in grid.columns
        if c not in grid.extra and not grid.dataset.column(c).is_required and c not in grid.dataset.key
    ]
    lost = rng.choice(spare)
    if any(row.cells[lost].startswith("H") or f"H{row.mark}" in row.cells[lost] for row in grid.rows):
        return
    place = grid.columns.index(lost)
    del grid.columns[place], grid.headings[place]
    for row in grid.rows:
        row.options[lost] = (None,)
        if lost in row.blame:
            row.verdict = GOOD if row.labels.keys() >= {lost} and len(row.blame) == 1 else EITHER


def drop_required(grid, rng):
    """A column that is required is missing: nobody can take the file."""
    lost = rng.choice(made.REQUIRED[grid.dataset.id])
    place = grid.columns.index(lost)
    del grid.columns[place], grid.headings[place]
    grid.verdict = REFUSE


def two_headings(grid, rng):
    """Groups of columns above the heading."""
    wide = len(grid.columns)
    cut = rng.randrange(2, wide - 1)
    grid.heads = [["基本信息", *[""] * (cut - 1), "其他信息", *[""] * (wide - cut - 1)], list(grid.headings)]


def same_rows(grid, rng):
    """Rows twice: equal ones of which one stays, and ones that contradict, of which at most one may stay."""
    good = [row for row in grid.rows if row.verdict == GOOD]
    for row in rng.sample(good, min(2, len(good))):
        twin = made.Row(row.mark, dict(row.cells), dict(row.options), row.plain, EITHER, {""}, {"": "exact duplicate"})
        row.verdict = EITHER
        row.labels[""] = "exact duplicate"
        grid.rows.insert(rng.randrange(len(grid.rows)), twin)


LAYOUTS = {
    "shuffle": shuffle, "extra": add_extra, "decorate": decorate, "names": use_names, "title": title, "total": total,
    "signature": signature, "repeat": repeat, "empty lines": empty_lines, "subtotal": subtotal, "drop optional": drop_optional,
    "two headings": two_headings, "same rows": same_rows, "drop required": drop_required,
}  # fmt: skip
ORDER = (
    "names", "drop required", "drop optional", "extra", "shuffle", "decorate", "two headings", "same rows", "title", "empty lines",
    "repeat", "subtotal", "total", "signature",
)  # fmt: skip
CHANCES = {
    "names": 0.06, "drop required": 0.03, "drop optional": 0.1, "extra": 0.3, "shuffle": 0.3, "decorate": 0.15, "two headings": 0.08,
    "same rows": 0.15, "title": 0.25, "empty lines": 0.12, "repeat": 0.1, "subtotal": 0.06, "total": 0.15, "signature": 0.12,
}  # fmt: skip


def lay_out(grid, rng, *, without=()):
    """Some of the layouts, each with its chance."""
    for name in ORDER:
        if name not in without and rng.random() < CHANCES[name]:
            LAYOUTS[name](grid, rng)
            grid.labels.append(name)
    return grid
