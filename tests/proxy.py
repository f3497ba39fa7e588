"""A TCP proxy of our own, to cut somebody's network in the middle of a test."""

import asyncio
import contextlib


class Proxy:
    """Passes bytes between a port of its own and the server's, until it is cut."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> "Proxy":
        """Listen on `port`."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.port = port
        return self

    async def cut(self) -> None:
        """Everything that is open breaks, and nothing new gets through."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def mend(self) -> None:
        """The network is back, at the same place."""
        await self.start(self.port)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection("127.0.0.1", self.target)
                self._open.add(back)
                try:
                    await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
                finally:
                    back.transport.abort()
                    self._open.discard(back)
        finally:
            writer.transport.abort()
            self._open.discard(writer)
            self._tasks.discard(task)

    def altered(self, data: bytes) -> bytes:
        """What becomes of bytes on their way."""
        return data

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(self.altered(data))
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()
