"""INTERPOL notices and diffusions: read, kept, compared with what was known, and never taken for a warrant."""
