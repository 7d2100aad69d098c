"""What this process counts of itself, and where its time goes: for whoever runs it, and of nobody who uses it."""
