"""Bytes of a file to documents."""
