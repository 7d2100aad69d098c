"""What is made anew after a change: what an old secret key had sealed or hashed, and what is derived and kept."""
