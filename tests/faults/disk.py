"""The disk: system calls of a server that really fail, when and how a test wants it.

The server asks the kernel to hand some of its calls to us first (a seccomp listener);
each is then let through, or comes back with an error of the operating system, so that
SQLite and everything above meet what a full or broken disk gives them. It needs no root,
no compiler and no package. Where the kernel does not allow it, a limit on the size of
files (RLIMIT_FSIZE) makes writes fail instead (EFBIG), and `how` says so. Leaves out power cuts.
Always: only calls on the database's own files are made to fail.
"""

import array
import contextlib
import ctypes
import errno
import fcntl
import os
import platform
import resource
import select
import signal
import socket
import struct
import threading
import time
from collections import Counter
from pathlib import Path

# Numbers of system calls, by machine.
CALLS = {
    "x86_64": {"seccomp": 317, "pwrite64": 18, "fdatasync": 75, "fsync": 74, "ftruncate": 77},
    "aarch64": {"seccomp": 277, "pwrite64": 68, "fdatasync": 83, "fsync": 82, "ftruncate": 46},
}.get(platform.machine(), {})
NUMBERS = {number: name for name, number in CALLS.items() if name != "seccomp"}
WRITING = frozenset({"pwrite64", "fdatasync", "ftruncate"})

NO_NEW_PRIVILEGES, SET_MODE_FILTER, NEW_LISTENER = 38, 1, 8
ALLOW, ASK = 0x7FFF0000, 0x7FC00000
NOTIFICATION, ANSWER = 80, 24
RECEIVE, SEND = 0xC0502100, 0xC0182101
GO_ON = 1

LIMIT = "a limit on the size of files"

LISTENER = "FAULTS_DISK"
"""In the environment of the server: the socket over which it hands us its listener."""


def hand_over(to: int) -> None:
    """In the server, before it opens anything: from now on its calls on files are asked about."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = [(0x20, 0, 0, 0)]  # load the number of the call
    asked = list(NUMBERS)
    code += [(0x15, len(asked) - at, 0, number) for at, number in enumerate(asked)]
    code += [(0x06, 0, 0, ALLOW), (0x06, 0, 0, ASK)]
    packed = b"".join(struct.pack("HBBI", *each) for each in code)
    held = ctypes.create_string_buffer(packed, len(packed))
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(held))
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    listener = libc.syscall(CALLS["seccomp"], SET_MODE_FILTER, NEW_LISTENER, program)
    with socket.socket(fileno=to) as there:
        if listener < 0:
            there.send(b"-")
            return
        socket.send_fds(there, [b"+"], [listener])
    os.close(listener)


class Disk:
    """The disk of one server after another, as a test wants it."""

    def __init__(self, *, by_limit: bool = not CALLS) -> None:
        self.how = LIMIT if by_limit else "a system call that fails"
        self.injected: Counter[str] = Counter()
        self.process: int | None = None
        self._lock = threading.Lock()
        self._fail: tuple[frozenset[str], int] | None = None
        self._after = self._times = 0
        self._kill_after: int | None = None
        self._failing_since = 0.0

    # Around the start of a server

    def offer(self) -> socket.socket:
        """The end of a socket that the server inherits."""
        self._ours, theirs = socket.socketpair()
        return theirs

    def take(self, process: int) -> None:
        """The server of this process has started."""
        self.process = process
        self._ours.settimeout(120)
        with self._ours:
            said, fds, _, _ = socket.recv_fds(self._ours, 1, 1)
        if said == b"+":
            threading.Thread(target=self._answer, args=(fds[0],), daemon=True).start()
        else:
            self.how = LIMIT

    # What a test wants

    def fail(
        self, calls: frozenset[str], error: int, *, after: int = 0, times: int = 10**9
    ) -> None:
        """After so many more calls, so many calls of these kinds come back with `error`."""
        with self._lock:
            self._fail, self._after, self._times = (calls, error), after, times
        self._failing_since = time.monotonic()
        if self.how == LIMIT:
            self._limit(0)
            self.injected["writes EFBIG"] += 1

    def heal(self) -> None:
        """Everything goes through again."""
        with self._lock:
            self._fail = None
        if self.how == LIMIT:
            self._limit(None)

    def _limit(self, size: int | None) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            _, hard = resource.prlimit(self.process, resource.RLIMIT_FSIZE)
            soft = hard if size is None else size
            resource.prlimit(self.process, resource.RLIMIT_FSIZE, (soft, hard))

    def kill_after(self, calls: int) -> bool:
        """Kill the server on the threshold of its so-many-eth call; False where that cannot be."""
        with self._lock:
            self._kill_after = calls
        return self.how != LIMIT

    @property
    def spent(self) -> bool:
        """Whether all that was to fail has failed; a limit is given a moment."""
        if self.how == LIMIT:
            return time.monotonic() - self._failing_since > 0.3
        return self._fail is None

    # The thread that answers

    def _answer(self, listener: int) -> None:
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        with contextlib.suppress(OSError):
            while True:
                ready = waiting.poll(1000)
                if ready and ready[0][1] & select.POLLHUP:
                    break
                if ready:
                    self._one(listener)
        os.close(listener)

    def _one(self, listener: int) -> None:
        asked = bytearray(NOTIFICATION)
        try:
            fcntl.ioctl(listener, RECEIVE, asked)
        except FileNotFoundError:
            return  # it was killed meanwhile
        ident, thread, _, number = struct.unpack_from("QIIi", asked)
        (descriptor,) = struct.unpack_from("Q", asked, 32)
        error = self._error(NUMBERS[number], thread, descriptor)
        answer = struct.pack("QqiI", ident, 0, -error, 0 if error else GO_ON)
        with contextlib.suppress(FileNotFoundError):
            fcntl.ioctl(listener, SEND, array.array("B", answer))

    def _error(self, call: str, thread: int, descriptor: int) -> int:
        """What this call is to come back with; 0 where it is let through."""
        with self._lock:
            if self._kill_after is not None and self._of_the_database(thread, descriptor):
                self._kill_after -= 1
                if self._kill_after < 0:
                    self._kill_after = None
                    if self.process:
                        os.kill(self.process, signal.SIGKILL)
                    return errno.EIO
            if self._fail is None or call not in self._fail[0]:
                return 0
            if not self._of_the_database(thread, descriptor):
                return 0
            if self._after > 0:
                self._after -= 1
                return 0
            error = self._fail[1]
            self.injected[f"{call} {errno.errorcode[error]}"] += 1
            self._times -= 1
            if self._times <= 0:
                self._fail = None
            return error

    @staticmethod
    def _of_the_database(thread: int, descriptor: int) -> bool:
        try:
            return ".db" in Path(f"/proc/{thread}/fd/{descriptor}").readlink().name
        except OSError:
            return False
