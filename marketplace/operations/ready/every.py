"""Imports every module that registers facts, so that all are told."""

from marketplace.operations.ready import around, booking

__all__ = ["around", "booking"]
