"""A problem read from a workbook, a result written into one."""
