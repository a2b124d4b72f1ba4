"""Where numbers lie on a sheet, and how a formula is spelled there. Knows no mathematics and no file."""
