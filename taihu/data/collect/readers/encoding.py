"""Finds the encoding of a text by reading all of it: UTF-8, gb18030 or UTF-16, never two in one file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from taihu.terms import problem

CHUNK = 1 << 20
BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8(带 BOM)"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16（小端）"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16（大端）"),
)
# Two Chinese characters side by side in UTF-8; in gb18030 these bytes make characters that nobody writes.
UTF8_CHINESE = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbd][\x80-\xbf]){2}")
ONE_CHINESE = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
GARBLED_SHARE = 0.01
END = "\x1a"  # old programs write it behind the last line


class TwoEncodings(problem.Problem):
    """Some lines are UTF-8 and others gb18030."""

    code = "C-020"


class NotText(problem.Problem):
    """The bytes are text in no encoding that is read here."""

    code = "C-021"


class NulByte(problem.Problem):
    """A text file holds a NUL byte."""

    code = "C-033"


@dataclass(frozen=True)
class Encoding:
    """How to decode a file: the codec, its name for people, bytes to leave out in front, lines that are damaged.

    `is_cut` says that the file ends inside a character.
    """

    codec: str
    title: str
    bom: int = 0
    garbled: frozenset[int] = frozenset()
    is_cut: bool = False


def detect(path: Path) -> Encoding:
    """The encoding of the whole file; raises TwoEncodings, NulByte or NotText with the line."""
    with path.open("rb") as file:
        head = file.read(CHUNK)
    for bom, codec, title in BOMS:
        if head.startswith(bom):
            return _check_wide(path, Encoding(codec, title, len(bom))) if codec != "utf-8" else _detect(path, len(bom))
    wide = _guess_wide(head)
    return _check_wide(path, wide) if wide else _detect(path, 0)


def read_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """The lines decoded, each with its own line end; damaged characters become U+FFFD, a mark of the file's end nothing."""
    with path.open(encoding=encoding.codec, errors="replace", newline="") as file:
        if encoding.bom:
            file.seek(encoding.bom)
        for line in file:
            plain = line.rstrip(END) if line.endswith(END) else line
            if plain:
                yield plain


def _guess_wide(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: the upper halves of digits, commas and line ends are NUL, all on one side."""
    sample = head[: len(head) // 2 * 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd > 0.05 * half and even < odd / 50:
        return Encoding("utf-16-le", "UTF-16（小端，无 BOM）")
    if even > 0.05 * half and odd < even / 50:
        return Encoding("utf-16-be", "UTF-16（大端，无 BOM）")
    return None


def _check_wide(path: Path, encoding: Encoding) -> Encoding:
    """Decodes a UTF-16 or UTF-32 file to its end; raises NotText, or notes that it ends inside a character."""
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    line = 1
    with path.open("rb") as file:
        file.seek(encoding.bom)
        try:
            while chunk := file.read(CHUNK):
                line += decoder.decode(chunk).count("\n")
        except UnicodeDecodeError:
            raise NotText(
                f"文件标明是 {encoding.title}，但内容不是。",
                where=f"第 {line} 行附近",
                help="请另存为 UTF-8 后重新报送。",
            ) from None
    is_cut = bool(decoder.getstate()[0])
    return Encoding(encoding.codec, encoding.title, encoding.bom, is_cut=is_cut)


def _detect(path: Path, bom: int) -> Encoding:
    """UTF-8 where all of it is, else what the lines say."""
    title = "UTF-8(带 BOM)" if bom else "UTF-8"
    if _is_utf8(path):
        return Encoding("utf-8", title, bom)
    survey = _Survey()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            survey.look(number, line)
    return survey.decide(bom)


def _is_utf8(path: Path) -> bool:
    """True where the whole file is UTF-8; raises NulByte on the way."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    is_utf8 = True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if b"\0" in chunk:
                line += chunk[: chunk.index(b"\0")].count(b"\n")
                raise NulByte(
                    "文件含有空字符（NUL）。", where=f"第 {line} 行", help="请从源系统重新导出为文本文件后报送。"
                )
            line += chunk.count(b"\n")
            is_utf8 = is_utf8 and _feeds(decoder, chunk)
    return is_utf8 and _feeds(decoder, b"", final=True)


def _feeds(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


class _Survey:
    """Counts lines by encoding and remembers where each was first seen."""

    def __init__(self) -> None:
        self.lines = 0
        self.first: dict[str, int] = {}
        self.counts = {"utf8": 0, "gb": 0}
        self.bad_in_utf8: list[int] = []
        self.bad_in_gb: list[int] = []
        self.tail: tuple[int, bytes] | None = None

    def look(self, number: int, line: bytes) -> None:
        """Sorts one line by what it can be; plain ASCII says nothing."""
        self.lines = number
        if line.isascii():
            return
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as why:
            self._look_at_other(number, line, why)
            return
        if _is_surely_utf8(line):
            self._count("utf8", number)

    def _look_at_other(self, number: int, line: bytes, why: UnicodeDecodeError) -> None:
        """A line that is not UTF-8: gb18030, or UTF-8 that was damaged, or neither."""
        if why.end == len(line) and why.reason == "unexpected end of data":
            self.tail = (number, line)  # the file may end inside a character: the other lines decide
            return
        self.bad_in_utf8.append(number)
        if ONE_CHINESE.search(line) and _is_surely_utf8(line[: why.start] + line[why.end :]):
            return
        self._count("gb", number)
        try:
            line.decode("gb18030")
        except UnicodeDecodeError:
            self.bad_in_gb.append(number)

    def _count(self, kind: str, number: int) -> None:
        self.counts[kind] += 1
        self.first.setdefault(kind, number)

    def decide(self, bom: int) -> Encoding:
        """The encoding; raises TwoEncodings or NotText."""
        if self.counts["gb"] and self.counts["utf8"]:
            minority = min(self.counts, key=lambda kind: self.counts[kind])
            names = {"utf8": "UTF-8", "gb": "GB18030"}
            other = names["gb" if minority == "utf8" else "utf8"]
            raise TwoEncodings(
                f"文件混用了两种编码：多数行是 {other}，该行起有 {self.counts[minority]} 行是 {names[minority]}。",
                where=f"第 {self.first[minority]} 行",
                help="请不要用文本编辑器拼接不同来源的文件；从源系统用同一种编码重新导出。",
            )
        if self.counts["gb"]:
            return self._settle(self._end(Encoding("gb18030", "GB18030", 0, frozenset(self.bad_in_gb))))
        title = "UTF-8(带 BOM)" if bom else "UTF-8"
        return self._settle(self._end(Encoding("utf-8", title, bom, frozenset(self.bad_in_utf8))))

    def _end(self, encoding: Encoding) -> Encoding:
        """The encoding with what it makes of a last line that ends inside a character of UTF-8."""
        if self.tail is None:
            return encoding
        number, line = self.tail
        if encoding.codec == "gb18030" or not self.counts["utf8"]:
            try:
                line.decode("gb18030")
                return Encoding("gb18030", "GB18030", 0, encoding.garbled - {number})
            except UnicodeDecodeError:
                pass
        return replace(encoding, garbled=encoding.garbled | {number}, is_cut=True)

    def _settle(self, encoding: Encoding) -> Encoding:
        """Refuses a file with more than a few damaged lines: it is no text."""
        if len(encoding.garbled) > max(1, GARBLED_SHARE * self.lines):
            raise NotText(
                "文件不是 UTF-8、GB18030 或 UTF-16 编码的文本，或已损坏。",
                where=f"第 {min(encoding.garbled)} 行",
                help="请从源系统导出为 UTF-8 编码的 CSV 后重新报送。",
            )
        return encoding


def _is_surely_utf8(line: bytes) -> bool:
    """True where a line has Chinese in UTF-8 that read as gb18030 would be characters outside GB 2312."""
    found = UTF8_CHINESE.search(line)
    if not found:
        return False
    try:
        line.decode("gb18030").encode("gb2312")
    except UnicodeError:
        return True
    return False
