"""Confines this process before foreign code runs in it: no network, no programs, no files but those named."""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# Numbers of socket, connect, socketpair, sendto, execve, execveat, ptrace, io_uring_setup, process_vm_readv,
# process_vm_writev, bpf, unshare, mount. The architecture number guards against calls in another ABI.
ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 42, 53, 44, 59, 322, 101, 425, 310, 311, 321, 272, 165)),
    "aarch64": (0xC00000B7, (198, 203, 199, 206, 221, 281, 117, 425, 270, 271, 280, 97, 40)),
}
LOAD, JUMP_EQUAL, JUMP_GREATER, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # REFUSE answers EPERM
X32_BIT = 0x40000000
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER_MODE = 38, 22, 2
REFUSED_EVENTS = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.kill",
    "ctypes.",
    "pty.",
    "ftplib.",
    "urllib.",
)
WRITING_EVENTS = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.chown",
    "os.truncate",
    "shutil.",
)


class Confined(PermissionError):
    """The method tried something that methods may not do."""


def limit(*, seconds: int, megabytes: int) -> None:
    """Sets the limits of the kernel: processor time, memory, no written bytes, no cores."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))


def shut(*, readable: Sequence[Path]) -> tuple[str, ...]:
    """Shuts the doors for good and names what holds them: the kernel's filter where there is one, and the interpreter's audit."""
    held = ["audit"]
    if _filter_calls():
        held.insert(0, "seccomp")
    roots = tuple(str(path.resolve()) for path in readable)
    sys.addaudithook(_make_hook(roots))
    return tuple(held)


def _make_hook(roots: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(REFUSED_EVENTS) or event.startswith(WRITING_EVENTS):
            raise Confined(f"methods may not: {event}")
        if event == "open" and not _may_open(arguments, roots):
            raise Confined("methods may not open files; inputs are declared in methods.yaml")

    return hook


def _may_open(arguments: tuple[object, ...], roots: tuple[str, ...]) -> bool:
    path, mode = arguments[0], arguments[1]
    if isinstance(path, int):
        return True
    if isinstance(mode, str) and set(mode) & set("wax+"):
        return False
    text = path.decode(errors="replace") if isinstance(path, bytes) else str(path)
    absolute = str(Path(text).resolve())
    return absolute.startswith(tuple(f"{root}/" for root in roots)) or absolute in roots


def _filter_calls() -> bool:
    """Installs the filter of the kernel; False where the platform has none."""
    known = ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    program = _write_program(*known)
    library = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    descriptor = ctypes.create_string_buffer(head, len(head))
    if library.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(SET_SECCOMP, FILTER_MODE, ctypes.byref(descriptor), 0, 0) == 0)


def _write_program(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Classic BPF: kill calls of another architecture, refuse the listed calls and the x32 ones, allow the rest."""
    count = len(calls)
    steps = [
        (LOAD, 0, 0, 4),
        (JUMP_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),
        (JUMP_GREATER, count + 1, 0, X32_BIT),
        *((JUMP_EQUAL, count - index, 0, call) for index, call in enumerate(calls)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    return b"".join(struct.pack("HBBI", code, if_true, if_false, value) for code, if_true, if_false, value in steps)
