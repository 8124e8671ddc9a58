"""Data about notices that several tests are held to; every person in it is invented."""
