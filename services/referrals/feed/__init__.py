"""The feed of INTERPOL notices: which questions give the whole of a list, who is asked, what becomes of it."""
