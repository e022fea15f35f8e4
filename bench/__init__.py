"""Measurements of the real product on this machine."""
