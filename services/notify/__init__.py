"""Keeps the queues of offices, desks and programmes, and tells them what is in there."""
