"""What may not be said about a referral that stands already: the fault of each case, and where it is."""

NEXUS = {"kind": "conveyance_arrival", "place": {"gateway": "JFK"}}

REFUSED_SUPPLEMENTS = [
    ("supplement", {}, "nothing_changed", "/changes"),
    ("supplement", {"narrative": "More.", "language": "de"}, "language_differs", "/changes/language"),
    ("correction", {"nexus": [NEXUS]}, "list_shorter", "/changes/nexus"),
    ("supplement", {"urgency": {"level": "U3"}}, "urgency_lowered", "/changes/urgency/level"),
    ("supplement", {"urgency": {"level": "U1"}}, "urgency_ground_missing", "/changes/urgency/ground"),
    ("supplement", {"nexus": [NEXUS, {"kind": "phone"}]}, "nexus_empty", "/changes/nexus/1"),
    ("supplement", {"nexus": [NEXUS] * 49}, "too_many", "/changes/nexus"),
    ("supplement", {"marks": {"tlp": "TLP:GREEN", "handling": ["H1"]}}, "marks_looser", "/changes/marks/tlp"),
]
"""Kind, changes, code of the fault, its place; against the sound body."""

REFUSED_ANSWERS = [
    ({"us": {"ldc": ["NOFORN"]}}, "mark_forbids_requester", "/marks/us/ldc/0"),
    ({"us": {"ldc": ["FED ONLY"]}}, "mark_forbids_requester", "/marks/us/ldc/0"),
    ({"us": {"ldc": ["REL TO GBR, DEU"]}}, "mark_forbids_requester", "/marks/us/ldc/0"),
    ({"us": {"ldc": ["EYES ONLY"]}}, "mark_forbids_requester", "/marks/us/ldc/0"),
    ({"us": {"protected_person": True}}, "mark_forbids_requester", "/marks/us/protected_person"),
    ({"interpol": {"denied_members": ["IT"]}}, "mark_forbids_requester", "/marks/interpol/denied_members"),
    ({"release_to": ["SAC-BOS"]}, "mark_forbids_requester", "/marks/release_to"),
    ({"conditions": ["named_recipients"]}, "mark_forbids_requester", "/marks/conditions"),
    ({"handling": ["H3"]}, "restriction_text_missing", "/marks/restriction_text"),
]
"""Marks of an answer to Italy, code of the fault, its place."""
