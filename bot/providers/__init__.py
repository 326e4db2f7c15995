"""Upstreams: one file per dialect, behind one protocol."""
