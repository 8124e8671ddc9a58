"""What each process gets to see of the environment, and what of it may be written down."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from deploy.local.settings import FEED, HOST, SERVICES

OF_THE_MACHINE = re.compile(
    r"PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|PYTHON.*|COVERAGE.*|SSL_CERT_.*|LD_LIBRARY_PATH|VIRTUAL_ENV|JDK_JAVA_OPTIONS"
)
OF_THE_SERVICES = re.compile(r"(REFERRALS|ROUTING|NOTIFY|FEED|KAFKA|MONGO|OTEL|LOG|TELEMETRY)_.*")
SECRET = re.compile(r".*(KEY|SECRET|PASSWORD|TOKEN|CREDENTIAL|HEADERS|JAAS).*")
HIDDEN = "(hidden)"


def machine_environment(parent: Mapping[str, str]) -> dict[str, str]:
    """Pass on what any program needs and nothing of ours: Zipkin would take KAFKA_… for its own."""
    return {name: text for name, text in parent.items() if OF_THE_MACHINE.fullmatch(name)}


def service_environment(
    parent: Mapping[str, str], addresses: Mapping[str, str], ports: Mapping[str, int], keys: Mapping[str, str]
) -> dict[str, str]:
    """Tell the services where everything is; what the parent says beyond that is passed on."""
    environment = {name: text for name, text in parent.items() if OF_THE_SERVICES.fullmatch(name)}
    environment.setdefault("LOG_FORMAT", "json")
    environment = {**keys, **environment}
    if "kafka" in addresses:
        environment["KAFKA_BOOTSTRAP_SERVERS"] = addresses["kafka"]
    if "mongo" in addresses:
        environment["MONGO_URI"] = addresses["mongo"]
    for service in (*SERVICES, FEED):
        if service in ports:
            environment[f"{service.upper()}_HTTP_HOST"] = HOST
            environment[f"{service.upper()}_HTTP_PORT"] = str(ports[service])
    if "zipkin" in addresses and "OTEL_EXPORTER_OTLP_ENDPOINT" not in environment:
        environment["OTEL_EXPORTER_ZIPKIN_ENDPOINT"] = f"{addresses['zipkin']}/api/v2/spans"
    return machine_environment(parent) | environment


def own_environment(service: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out what is another service's, such as the key that opens the content of referrals."""
    its_own = {service, "referrals"} if service == FEED else {service}
    others = tuple(f"{other.upper()}_" for other in (*SERVICES, FEED) if other not in its_own)
    # The feed works on the records of referrals, but signs nothing and takes no posts.
    others += ("REFERRALS_SIGNING_KEY", "REFERRALS_NCB_SECRET") if service == FEED else ()
    return {name: text for name, text in environment.items() if not name.startswith(others)}


def printable(environment: Mapping[str, str]) -> dict[str, str]:
    """Keep of the services' environment what others may read: no secret, no password in an address."""
    return {
        name: without_password(text)
        for name, text in sorted(environment.items())
        if OF_THE_SERVICES.fullmatch(name) and not SECRET.fullmatch(name)
    }


def without_password(address: str) -> str:
    """Hide who signs in and how in an address that carries it."""
    if "@" not in address or "://" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=f"{HIDDEN}@{parts.netloc.rpartition('@')[2]}"))
