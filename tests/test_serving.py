"""Serving: how the process ends, and what the kernel keeps for each connection.

Leaves out the command line that starts it (`test_cli.py`). Always: a real process, and
real sockets.
"""

import signal
import socket
from pathlib import Path

import pytest

from app.serving import TAKES_NOTHING_SECONDS, UNSENT_BYTES, _listen
from app.settings import Settings
from tests.served import free_port, served


def test_what_nobody_takes_is_bounded_on_every_connection() -> None:
    """Also on those accepted later, which is what it is for."""
    with _listen(Settings(secret_key="-" * 32, port=free_port())) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                for option, value in (
                    (socket.TCP_USER_TIMEOUT, TAKES_NOTHING_SECONDS * 1000),
                    (socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES),
                ):
                    assert accepted.getsockopt(socket.IPPROTO_TCP, option) == value


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_closes_its_database(
    tmp_path: Path, number: signal.Signals
) -> None:
    with served(tmp_path) as server:
        code = server.open()
        server.join(code, "Ann")
        database = tmp_path / "data" / "moments.db"
        assert Path(f"{database}-wal").exists()
        server.process.send_signal(number)
        assert server.process.wait(20) == 0
        # SQLite takes the write-ahead file away when its last connection is closed.
        assert not Path(f"{database}-wal").exists()
        assert "Traceback" not in server.log.read_text()
