"""Typical mistakes: rules that are wrong in a known way."""
