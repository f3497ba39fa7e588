"""Moments of Change: live workshops on behavioural insights."""

__version__ = "0.1.0"
