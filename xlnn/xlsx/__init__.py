"""A workbook's bytes in, a workbook's bytes out, nothing lost. Knows no network."""
