"""A result as one HTML file to be read and one JSON file to be reckoned with."""

from rag.evaluate.report.writing import write_report

__all__ = ["write_report"]
