"""The command line: parses, calls the library, prints. Only this folder knows click."""
