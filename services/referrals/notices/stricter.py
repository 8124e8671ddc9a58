"""The marks of a referral whose notice has come under others: they keep to both, for nothing here lowers a mark."""

from schemas.marks import Condition
from schemas.strictness import combined
from services.referrals.model.marks import PURPOSES, GivenMarks

NONE_IN_COMMON = "none_in_common"
"""Stands for purposes when two lists of them share none: unknown everywhere, and so read as the strictest."""


def stricter_marks(before: GivenMarks, after: GivenMarks) -> GivenMarks | None:
    """Give the marks that keep to both; None if those that stand do so already."""
    standing = before.read()
    both = combined(standing, after.read())
    if both == combined(standing, standing):
        return None
    given = both.model_dump(mode="json", exclude_none=True)
    if "interpol" in given:
        purposes = given["interpol"]["purposes"]
        given["interpol"]["purposes"] = [one if one in PURPOSES else NONE_IN_COMMON for one in purposes]
    texts = dict.fromkeys(text for text in (before.restriction_text, after.restriction_text) if text)
    if texts:
        given["restriction_text"] = "\n\n".join(texts)[:4_000]
    elif Condition.SEE_RESTRICTION_TEXT in both.conditions or "H3" in given["handling"]:
        given["restriction_text"] = "A restriction that is not known here."
    return GivenMarks.model_validate(given, strict=False)
