"""After a restore: what must not come back goes again, and nobody is told anything before somebody has looked."""
