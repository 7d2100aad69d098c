"""What a municipality calls itself, who helps its residents, and the host name that leads to it."""
