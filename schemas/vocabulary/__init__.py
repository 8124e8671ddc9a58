"""The closed lists that every service shares, by subject: the desk's own words, with their sources.

Everything that belongs to a code (its area, its dates, its source) is data of the service that uses it; here is only
what may be said.
"""
