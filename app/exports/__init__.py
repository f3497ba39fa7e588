"""Exports: a workshop laid out as tables, and tables written as files."""
