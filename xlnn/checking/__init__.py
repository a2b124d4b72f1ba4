"""What is wrong in a sheet, and which change of which formula makes it right."""
