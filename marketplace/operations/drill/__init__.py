"""Drills: whether the backups can be restored, how much would be lost and how long it takes; told to everybody."""
