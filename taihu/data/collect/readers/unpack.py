"""Takes the one file out of an archive without trusting it."""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from taihu.data.collect.readers import look as looks
from taihu.data.objects.reading import Fact
from taihu.terms import fault, problem

CHUNK = 1 << 20
MOST_BYTES = 8_000_000_000
RATIO = 200  # real tables inflate up to about 40 times
FREE_BYTES = 100_000_000  # below this a ratio harms nobody
MOST_MEMBERS = 1_000
WORKBOOK_BYTES = 1_500_000_000


class Broken(problem.Problem):
    """An archive or compressed file ends too early or contradicts itself."""

    code = "C-012"


class Bomb(problem.Problem):
    """A compressed file grows beyond all measure."""

    code = "C-013"


class PathTrick(problem.Problem):
    """An archive holds names that lead outside of it, links or devices."""

    code = "C-014"


class SeveralFiles(problem.Problem):
    """An archive holds no table or more than one."""

    code = "C-015"


class Locked(problem.Problem):
    """A file is protected by a password."""

    code = "C-016"


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


@dataclass(frozen=True)
class Found:
    """A file ready to be read: where it lies, what it is, and what was found on the way."""

    path: Path
    form: str
    facts: tuple[Fact, ...] = ()


def unpack(path: Path, filename: str, inner: Path) -> Found:
    """What a delivery is; the file inside an archive is written to `inner`. Raises what this module names."""
    form = looks.look(path)
    if form == "gzip":
        _inflate(path, inner)
        return _look_inside(inner, "gzip", filename)
    if form == "zip":
        return _open_zip(path, inner)
    return Found(path, form, (_say_format(form),))


def _say_format(form: str) -> Fact:
    return Fact("format", "格式", looks.FORMS[form])


def _look_inside(inner: Path, wrapper: str, name: str) -> Found:
    """What was inside; an archive in an archive is refused, a workbook (a zip too) is not."""
    form = looks.look(inner)
    if form == "gzip" or (form == "zip" and not _is_workbook(inner)):
        raise SeveralFiles("压缩包里还是压缩包。", where=show(name), help="请只压缩一层后重新报送。")
    form = "workbook" if form == "zip" else form
    return Found(inner, form, (Fact("packed", "压缩", f"{wrapper}，内含 {show(name)}"), _say_format(form)))


def _inflate(path: Path, inner: Path) -> None:
    """Writes out a gzip file; raises Broken where it is cut or damaged."""
    try:
        with gzip.open(path) as stream:
            _pour(stream, inner, path.stat().st_size)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Broken(
            "gzip 文件不完整或已损坏，可能在传输中被截断。",
            where="压缩数据的末尾",
            help="请重新压缩、核对文件大小后再次报送。",
        ) from None


def _open_zip(path: Path, inner: Path) -> Found:
    """A workbook as it stands, or the single table inside a zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = list(_list_members(archive))
            if _holds_workbook(archive):
                _check_workbook(archive)
                return Found(path, "workbook", (_say_format("workbook"),))
            member = _choose(members)
            if member.flag_bits & 1:
                raise Locked("压缩包设有密码。", where=show(_name(member)), help="请去掉密码后重新报送。")
            with archive.open(member) as stream:
                _pour(stream, inner, member.compress_size)
            return _look_inside(inner, "zip", _name(member))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, UnicodeDecodeError):
        raise Broken(
            "压缩包或工作簿不完整、已损坏，或使用了不支持的压缩方法。",
            where="压缩数据",
            help="请重新保存或压缩后再次报送。",
        ) from None


def _list_members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The files of an archive; raises PathTrick for any name that leads outside, Bomb for too many."""
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise Bomb(f"压缩包内有 {len(infos):,} 个文件。", where="压缩包目录", help="请只放入一个数据文件。")
    for info in infos:
        name = info.orig_filename
        path = PurePosixPath(name.replace("\\", "/"))
        mode = info.external_attr >> 16
        odd = mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and stat.S_IFMT(mode)
        if path.is_absolute() or ".." in path.parts or "\0" in name or name[1:2] == ":" or odd:
            raise PathTrick(
                "压缩包内的文件名指向包外，或是链接、设备文件。",
                where=show(name),
                help="请用普通的压缩软件，只压缩数据文件本身。",
            )
        if not info.is_dir():
            yield info


def _choose(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The one table; what Mac and Windows add of themselves does not count."""
    tables = [
        m
        for m in members
        if not m.orig_filename.startswith("__MACOSX/")
        and not PurePosixPath(m.orig_filename).name.startswith((".", "~$", "Thumbs.db", "desktop.ini"))
    ]
    if len(tables) != 1:
        names = "、".join(show(_name(m)) for m in tables[:10]) or "没有文件"
        raise SeveralFiles(
            f"压缩包内应当只有一个数据文件，现有 {len(tables)} 个：{names}。",
            where="压缩包目录",
            help="请将每个数据文件单独压缩、单独报送。",
        )
    return tables[0]


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name; Chinese Windows writes gb18030 without saying so."""
    if member.flag_bits & 0x800:
        return member.orig_filename
    try:
        return member.orig_filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.orig_filename


def show(name: str) -> str:
    """A foreign file name that is safe to show: without control characters, direction marks or folders."""
    base = PurePosixPath(name.replace("\\", "/")).name or name
    return "".join(c if c.isprintable() else "�" for c in base)[:80]


def _pour(stream: Readable, inner: Path, packed: int) -> None:
    """Copies a stream that inflates, counting; raises Bomb."""
    fault.point("collect.unpack.write")
    size = 0
    with inner.open("wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > MOST_BYTES or (size > FREE_BYTES and size > RATIO * max(packed, 1)):
                raise Bomb(
                    "压缩文件解开后大得反常，已停止。",
                    where="压缩数据",
                    help="请核对文件内容；确有大量数据请分批报送。",
                )
            file.write(chunk)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            list(_list_members(archive))
            if _holds_workbook(archive):
                _check_workbook(archive)
                return True
            return False
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError):
        raise Broken("压缩包不完整或已损坏。", where="压缩数据", help="请重新压缩后再次报送。") from None


def _holds_workbook(archive: zipfile.ZipFile) -> bool:
    """True for xlsx, xlsm, xlsb and ods."""
    names = set(archive.namelist())
    if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        return True
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise looks.WrongFormat("这是 Word 或 PowerPoint 文档，不是数据表。", where="文件内容", help=looks.HELP)
    return False


def _check_workbook(archive: zipfile.ZipFile) -> None:
    """Raises Bomb where a workbook declares to be much larger inside."""
    inside = sum(info.file_size for info in archive.infolist())
    if inside > WORKBOOK_BYTES:
        raise Bomb(
            f"工作簿解开后有 {inside // 1_000_000:,} MB，超过上限。",
            where="工作簿",
            help="请改用 CSV 报送，或拆成几个工作簿。",
        )
