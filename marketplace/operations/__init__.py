"""What an operator needs: commands, the doctor, the check of the data."""
