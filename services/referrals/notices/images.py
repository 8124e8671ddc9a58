"""The list of the pictures of a notice: their ids, never their addresses and never the pictures."""

from services.referrals.notices.fields import Fields
from services.referrals.notices.opening import open_object
from services.referrals.notices.unreadable import Faults
from services.referrals.notices.values import read_picture_id

MOST_IMAGES_BYTES = 128 * 1024
MOST_IMAGES = 200


def read_images(raw: bytes, *, most_bytes: int = MOST_IMAGES_BYTES) -> tuple[str, ...]:
    """Read the ids of the pictures, in their order and each once; what is no such list raises UnreadableNotice."""
    faults = Faults()
    whole = Fields(open_object(raw, most_bytes), faults)
    whole.part("_links")
    embedded = whole.part("_embedded")
    # A notice without pictures has an empty list; no list at all is not the answer that was asked for.
    if embedded.given.get("images") is None:
        faults.add("missing", "/_embedded/images")
    found = [image.needed("picture_id", read_picture_id) for image in embedded.parts("images", MOST_IMAGES)]
    faults.refuse_if_any()
    return tuple(dict.fromkeys(picture_id for picture_id in found if picture_id is not None))
