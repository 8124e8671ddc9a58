from deploy.local.environment import machine_environment, own_environment, printable, service_environment
from deploy.local.secret_keys import VARIABLES, read_or_make_all

ADDRESSES = {"kafka": "127.0.0.1:1", "mongo": "mongodb://127.0.0.1:2/", "zipkin": "http://127.0.0.1:3"}
KEYS = {"REFERRALS_MASTER_KEY": "sealed", "REFERRALS_SIGNING_KEY": "signed", "REFERRALS_NCB_SECRET": "shared"}
PORTS = {"referrals": 11, "routing": 12, "notify": 13, "kafka": 1, "mongo": 2, "zipkin": 3}


def test_services_are_told_where_everything_is():
    environment = service_environment({}, ADDRESSES, PORTS, KEYS)

    assert environment == {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "MONGO_URI": "mongodb://127.0.0.1:2/",
        "REFERRALS_HTTP_HOST": "127.0.0.1",
        "REFERRALS_HTTP_PORT": "11",
        "ROUTING_HTTP_HOST": "127.0.0.1",
        "ROUTING_HTTP_PORT": "12",
        "NOTIFY_HTTP_HOST": "127.0.0.1",
        "NOTIFY_HTTP_PORT": "13",
        "REFERRALS_MASTER_KEY": "sealed",
        "REFERRALS_SIGNING_KEY": "signed",
        "REFERRALS_NCB_SECRET": "shared",
        "OTEL_EXPORTER_ZIPKIN_ENDPOINT": "http://127.0.0.1:3/api/v2/spans",
        "LOG_FORMAT": "json",
    }


def test_an_otlp_endpoint_takes_the_place_of_zipkin():
    parent = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}

    environment = service_environment(parent, ADDRESSES, PORTS, KEYS)

    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector:4318"
    assert "OTEL_EXPORTER_ZIPKIN_ENDPOINT" not in environment


def test_what_is_ours_is_passed_on_and_what_is_not_stays_out():
    parent = {"KAFKA_TOPIC_PREFIX": "t1.", "LOG_FORMAT": "console", "PATH": "/bin", "AWS_PROFILE": "mine"}

    environment = service_environment(parent, {}, {}, KEYS)

    assert environment["KAFKA_TOPIC_PREFIX"] == "t1."
    assert environment["LOG_FORMAT"] == "console"
    assert environment["PATH"] == "/bin"
    assert "AWS_PROFILE" not in environment


def test_kafka_and_zipkin_see_none_of_our_variables():
    assert machine_environment({"KAFKA_BOOTSTRAP_SERVERS": "x", "PATH": "/bin"}) == {"PATH": "/bin"}


def test_what_somebody_tells_their_jvm_is_passed_on():
    assert machine_environment({"JDK_JAVA_OPTIONS": "-Xint"}) == {"JDK_JAVA_OPTIONS": "-Xint"}


def test_no_secret_is_ever_written_down():
    parent = {
        "MONGO_URI": "mongodb://ana:hunter2@db.example:27017/?tls=true",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=hunter2",
        "KAFKA_SASL_PASSWORD": "hunter2",
    }

    written = printable(service_environment(parent, {}, PORTS, dict.fromkeys(KEYS, "hunter2")))

    assert "hunter2" not in str(written)
    assert written["MONGO_URI"] == "mongodb://(hidden)@db.example:27017/?tls=true"


def test_each_secret_key_is_made_once_and_is_for_its_owner_only(tmp_path):
    keys = read_or_make_all(tmp_path)

    assert read_or_make_all(tmp_path) == keys
    assert len(set(keys.values())) == len(VARIABLES)
    for name in map(str.lower, VARIABLES):
        assert (tmp_path / "secrets" / name).stat().st_mode & 0o777 == 0o600


def test_the_feed_gets_the_key_of_the_records_and_not_the_one_that_signs():
    given = {"FEED_BASE_URL": "https://host", "REFERRALS_NCB_SECRET": "posted"}
    environment = service_environment(given, ADDRESSES, PORTS | {"feed": 14}, KEYS)

    of_feed, of_routing = own_environment("feed", environment), own_environment("routing", environment)

    assert of_feed["REFERRALS_MASTER_KEY"] == "sealed"
    assert of_feed.keys().isdisjoint(("REFERRALS_SIGNING_KEY", "REFERRALS_NCB_SECRET"))
    assert (of_feed["FEED_HTTP_PORT"], of_feed["FEED_BASE_URL"]) == ("14", "https://host")
    assert [name for name in of_routing if name.startswith(("FEED_", "REFERRALS_"))] == []
