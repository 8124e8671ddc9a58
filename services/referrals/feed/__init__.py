"""The feed of INTERPOL notices: how the whole of a list is asked for, who is asked, and what becomes of it."""
