"""Backups of an instance and the way back: copies of the cluster, its streamed log, dumps, and the counting keys."""
