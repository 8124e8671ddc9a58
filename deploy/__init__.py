"""How Dragoman is run."""
