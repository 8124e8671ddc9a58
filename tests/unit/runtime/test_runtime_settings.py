import pytest
from pydantic import ValidationError

from runtime.settings import HttpSettings, KafkaSettings, MongoSettings, TelemetrySettings

KAFKA = {"bootstrap_servers": "localhost:9092"}
MONGO = {"uri": "mongodb://localhost:27017"}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch):
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_TOPIC_PREFIX", "MONGO_URI", "MONGO_DATABASE_PREFIX", "HTTP_PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("settings", "nonsense"),
    [
        (KafkaSettings, {}),
        (KafkaSettings, {"bootstrap_servers": ""}),
        (KafkaSettings, {"bootstrap_servers": "localhost"}),
        (KafkaSettings, {"bootstrap_servers": "localhost:port"}),
        (KafkaSettings, {"bootstrap_servers": "a:1,,b:2"}),
        (KafkaSettings, KAFKA | {"topic_prefix": "with space"}),
        (KafkaSettings, KAFKA | {"topic_prefix": "p" * 200}),
        (KafkaSettings, KAFKA | {"request_timeout_ms": 0}),
        (KafkaSettings, KAFKA | {"session_timeout_ms": 100}),
        (KafkaSettings, KAFKA | {"rebalance_timeout_ms": -1}),
        (MongoSettings, {}),
        (MongoSettings, {"uri": ""}),
        (MongoSettings, {"uri": "postgres://localhost"}),
        (MongoSettings, {"uri": "mongodb://"}),
        (MongoSettings, MONGO | {"database_prefix": "a.b"}),
        (MongoSettings, MONGO | {"database_prefix": "$where"}),
        (MongoSettings, MONGO | {"timeout_ms": 1}),
        (TelemetrySettings, {"traces_per_second": -1}),
        (TelemetrySettings, {"traces_per_second": "nan"}),
        (TelemetrySettings, {"traces_per_second": "inf"}),
        (TelemetrySettings, {"log_level": "LOUD"}),
        (TelemetrySettings, {"log_format": "xml"}),
        (HttpSettings, {}),
        (HttpSettings, {"http_port": 65_536}),
        (HttpSettings, {"http_port": -1}),
        (HttpSettings, {"http_port": 8080, "max_body_bytes": 0}),
    ],
)
def test_nonsense_is_refused_at_the_start(settings, nonsense):
    with pytest.raises(ValidationError):
        settings(**nonsense)


@pytest.mark.parametrize("servers", ["localhost:9092", "a:1,b:2", "a:1, b:2", "[::1]:9092"])
def test_brokers_are_named_by_host_and_port(servers):
    assert KafkaSettings(bootstrap_servers=servers).bootstrap_servers == servers


def test_a_password_in_an_address_shows_neither_in_an_error_nor_in_print():
    with pytest.raises(ValidationError) as refused:
        MongoSettings(uri="mongo://desk:hunter2@host")

    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(MongoSettings(uri="mongodb://desk:hunter2@host"))


def test_what_the_environment_says_counts(monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "trial.")

    settings = KafkaSettings()

    assert (settings.bootstrap_servers, settings.topic_prefix) == ("broker:9092", "trial.")


def test_settings_do_not_change_while_a_process_runs():
    settings = KafkaSettings(**KAFKA)

    with pytest.raises(ValidationError):
        settings.topic_prefix = "other."
