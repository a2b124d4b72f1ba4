"""What is wrong on a sheet, and why."""
