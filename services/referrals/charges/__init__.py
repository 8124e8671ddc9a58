"""Reads charge text in five languages into categories that explain themselves."""

from services.referrals.charges.reading import FLOOR, Reading, load_tables, read_charge
from services.referrals.charges.statutes import Statute
from services.referrals.charges.weighing import Label

__all__ = ["FLOOR", "Label", "Reading", "Statute", "load_tables", "read_charge"]
