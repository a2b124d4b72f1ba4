"""Chapters 1 to 3 of the book: calculation sheets that are no network."""
