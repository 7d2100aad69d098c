"""The drill: an instance under load loses its machine, and comes back from its backups."""
