"""The feed of INTERPOL notices: which questions give the whole of a list, who is asked, and what becomes of the answers."""
