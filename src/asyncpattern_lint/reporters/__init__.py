"""Findings to text, one module per format.

Every format's module has ``render(report, style)``, which yields the report's lines without
line ends.
"""
