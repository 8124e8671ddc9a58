"""A server of invented notices that behaves as the public service was seen to behave, its faults included.

Nobody in it exists: names are syllables drawn by lot, places are called after tests, and every file number is of a year
that has not come.
"""
