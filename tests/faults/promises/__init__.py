"""The promises that are kept by trying them, a file each: see `tests/faults/promise.py`."""
