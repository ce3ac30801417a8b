"""Resolve async uses to their definitions and flag those that cannot work."""

__version__ = "0.1.0"
