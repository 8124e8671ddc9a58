"""What Kafka is told about itself."""

import uuid

from deploy.local import kafka


def test_a_clusters_id_never_begins_like_an_option(monkeypatch):
    like_an_option = uuid.UUID(bytes=b"\xf8" + bytes(15))
    ordinary = uuid.UUID(bytes=b"\x01" + bytes(15))
    made = iter([like_an_option, like_an_option, ordinary])
    monkeypatch.setattr(kafka.uuid, "uuid4", lambda: next(made))

    identity = kafka.new_identity()

    assert identity == "AQAAAAAAAAAAAAAAAAAAAA"
