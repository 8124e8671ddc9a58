"""What a person must mend before the stack can run."""


class Problem(Exception):
    """Something only a person can mend, said in one line with how to mend it."""
