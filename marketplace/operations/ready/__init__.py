"""/health/ready: whether this process can take a booking, and how what stands around it is."""
