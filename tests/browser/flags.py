"""How Chromium is started in tests: headless, and asking nothing of the network.

Leaves out finding it (`tests/needs.py`). Always: nothing is asked of any other machine.
"""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
