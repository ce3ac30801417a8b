"""Findings to edits: each remedy becomes a fix, and fixes are applied as far as they prove good."""
