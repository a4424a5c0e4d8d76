"""Reads what a pack shows: registers, maps, pages, and the methods that it declares."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taihu.terms import entry, placed
from taihu.terms.dataset import Kind
from taihu.terms.pack import Input, Method, Output, Setting
from taihu.terms.read_rules import check_value, read_kinds
from taihu.terms.view import KeyFigure, Layer, Listing, Map, Page, Reader, Register, Tone

TEXT = Kind("text")
COLOURS = (
    "ok",
    "info",
    "warn",
    "bad",
    "none",
    *(f"series-{number}" for number in range(1, 9)),
    *(f"step-{n}" for n in range(1, 6)),
)
SHOWS = ("table", "bars", "lines", "timeline", "list", "figure", "graph")
READERS = {reader.value: reader for reader in Reader}


def read_registers(node: placed.Node, pack: str, faults: placed.Faults) -> tuple[Register, ...]:
    """The registers of `registers.yaml`."""
    keys = ("label", "policy", "dataset", "columns", "search", "heading", "entry", "exit")
    return tuple(
        Register(
            name=inner.name,
            pack=pack,
            title=inner.need_text("label"),
            dataset=inner.need("dataset", entry.read_name, ""),
            columns=inner.texts("columns", entry.read_name),
            search=inner.texts("search", entry.read_name),
            heading=inner.text("heading"),
            entry=inner.text("entry"),
            exit=inner.text("exit"),
            policy=inner.text("policy"),
        )
        for inner in entry.named_entries(node, faults, keys)
    )


def read_maps(node: placed.Node, pack: str, faults: placed.Faults) -> tuple[Map, ...]:
    """The maps of `maps.yaml`."""
    maps = []
    for inner in entry.named_entries(node, faults, ("label", "readers", "note", "layers")):
        layers = tuple(_read_layer(layer) for layer in inner.entries("layers", LAYER_KEYS))
        if not layers:
            inner.fault("layers", "is missing", "a map has at least one layer")
        readers = inner.read("readers", entry.one_of(READERS), Reader.OFFICIALS)
        maps.append(Map(inner.name, pack, inner.need_text("label"), layers, readers, inner.text("note")))
    return tuple(maps)


LAYER_KEYS = ("label", "query", "with", "place", "heading", "colour", "columns")


def _read_layer(inner: entry.Entry) -> Layer:
    colour = inner.entry("colour", ("by", "values"))
    tones: Sequence[Tone] = ()
    if colour is not None:
        tones = [_read_tone(colour, value, text) for value, text in colour.pairs("values").items()]
    return Layer(
        name=inner.name,
        title=inner.need_text("label"),
        source=inner.need("query", entry.read_name, ""),
        place=inner.need("place", entry.read_name, ""),
        heading=inner.need("heading", entry.read_name, ""),
        colour_by=colour.need("by", entry.read_name, "") if colour else "",
        tones=tuple(tones),
        columns=inner.texts("columns", entry.read_name),
        values=inner.pairs("with"),
    )


def _read_tone(colour: entry.Entry, value: str, text: str) -> Tone:
    """`逾期: bad 逾期未巡`: the colour by its meaning, then the words of the legend (else the value itself)."""
    name, _, title = text.partition(" ")
    if name not in COLOURS:
        colour.fault("values", f"has the colour {name!r} for {value!r}", f"colours are {', '.join(COLOURS)}")
    return Tone(value, title.strip() or value, name)


def read_pages(node: placed.Node, pack: str, faults: placed.Faults) -> tuple[Page, ...]:
    """The pages of `pages.yaml`: what is wrong, map, figures, lists, data."""
    keys = ("label", "summary", "readers", "wrong", "map", "figures", "lists", "registers", "data")
    return tuple(_read_page(inner, pack) for inner in entry.named_entries(node, faults, keys))


def _read_page(inner: entry.Entry, pack: str) -> Page:
    wrong = inner.entry("wrong", ("watch", "cases"))
    return Page(
        name=inner.name,
        pack=pack,
        title=inner.need_text("label"),
        summary=inner.text("summary"),
        readers=inner.read("readers", entry.one_of(READERS), Reader.OFFICIALS),
        watches=wrong.texts("watch", entry.read_name) if wrong else (),
        cases=wrong.texts("cases", entry.read_name) if wrong else (),
        map=inner.text("map"),
        figures=tuple(_read_figure(figure) for figure in inner.entries("figures", FIGURE_KEYS)),
        lists=tuple(_read_listing(listing) for listing in inner.entries("lists", LISTING_KEYS)),
        registers=inner.texts("registers", entry.read_name),
        data=inner.texts("data"),
    )


FIGURE_KEYS = ("label", "query", "value", "rows", "unit", "trend", "better")
LISTING_KEYS = ("label", "query", "show", "x", "y", "columns", "limit")


def _read_figure(inner: entry.Entry) -> KeyFigure:
    trend = inner.entry("trend", ("query", "x", "y"))
    return KeyFigure(
        name=inner.name,
        title=inner.need_text("label"),
        query=inner.need("query", entry.read_name, ""),
        value=inner.need("value", entry.read_name, ""),
        rows=inner.need("rows", entry.read_name, ""),
        unit=inner.text("unit"),
        trend=trend.need("query", entry.read_name, "") if trend else "",
        trend_x=trend.need("x", entry.read_name, "") if trend else "",
        trend_y=trend.need("y", entry.read_name, "") if trend else "",
        better=inner.read("better", entry.one_of(("up", "down")), ""),
    )


def _read_listing(inner: entry.Entry) -> Listing:
    show = inner.read("show", entry.one_of(SHOWS), "table")
    if show in ("bars", "lines") and not (inner.has("x") and inner.has("y")):
        inner.fault("show", f"is {show}, but x or y is missing", "a chart names its x and y columns")
    limit = inner.read("limit", entry.read_whole, 10)
    if not 1 <= limit <= 200:
        inner.fault("limit", f"is {limit}", "from 1 to 200; the rows page shows all")
    return Listing(
        name=inner.name,
        title=inner.need_text("label"),
        query=inner.need("query", entry.read_name, ""),
        show=show,
        x=inner.text("x"),
        y=inner.texts("y", entry.read_name),
        columns=inner.texts("columns", entry.read_name),
        limit=limit,
    )


METHOD_KEYS = ("label", "summary", "libraries", "inputs", "settings", "outputs", "seconds", "megabytes")


def read_methods(node: placed.Node, folder: Path, pack: str, faults: placed.Faults) -> tuple[Method, ...]:
    """The methods of `methods.yaml`; the functions of these names stand in `methods.py`."""
    methods = []
    for inner in entry.named_entries(node, faults, METHOD_KEYS):
        inputs = tuple(
            Input(i.name, tuple(read_kinds(i, "columns").items()), i.text("query"))
            for i in inner.entries("inputs", ("columns", "query"))
        )
        outputs = tuple(_read_output(output) for output in inner.entries("outputs", ("label", "kind", "unit")))
        if not inputs or not outputs:
            inner.fault(
                "inputs" if not inputs else "outputs",
                "is missing",
                "a method declares what it reads and what it writes",
            )
        method = Method(
            name=inner.name,
            pack=pack,
            title=inner.need_text("label"),
            folder=folder,
            libraries=inner.texts("libraries"),
            inputs=inputs,
            settings=tuple(
                _read_setting(setting) for setting in inner.entries("settings", ("label", "kind", "default"))
            ),
            outputs=outputs,
            seconds=inner.read("seconds", entry.read_whole, 60),
            megabytes=inner.read("megabytes", entry.read_whole, 1024),
            summary=inner.text("summary"),
        )
        methods.append(method)
    return tuple(methods)


def _read_output(inner: entry.Entry) -> Output:
    def read(text: str) -> Kind | None:
        return None if text == "figure" else Kind.read(text)

    return Output(inner.name, inner.need_text("label"), inner.need("kind", read, TEXT), inner.text("unit"))


def _read_setting(inner: entry.Entry) -> Setting:
    kind = inner.need("kind", Kind.read, TEXT)
    default = inner.need_text("default")
    try:
        check_value(default, kind)
    except ValueError as caught:
        inner.fault("default", f"is {default!r}", str(caught))
    return Setting(inner.name, inner.need_text("label"), kind, default)
