"""Imports every module that registers facts, so that all are told."""

from marketplace.operations.ready import around, backups, booking

__all__ = ["around", "backups", "booking"]
