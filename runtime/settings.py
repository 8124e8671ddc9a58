"""What every process reads from its environment; one class per outside system."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseSettings):
    """Where Kafka is and how we use it."""

    model_config = SettingsConfigDict(env_prefix="KAFKA_", frozen=True, hide_input_in_errors=True)

    bootstrap_servers: str = Field(
        pattern=r"^[^\s,]+:\d{1,5}(,\s*[^\s,]+:\d{1,5})*$", description="Comma-separated host:port of brokers."
    )
    topic_prefix: str = Field(
        default="", pattern="^[a-zA-Z0-9._-]{0,100}$", description="Put before every topic and group name."
    )
    request_timeout_ms: int = Field(default=15_000, ge=1_000, description="How long one request may take.")
    session_timeout_ms: int = Field(default=30_000, ge=6_000, description="A silent member is dropped after this.")
    rebalance_timeout_ms: int = Field(default=60_000, ge=6_000, description="Time to drain on a rebalance, twice.")


class MongoSettings(BaseSettings):
    """Where MongoDB is; always a replica set, also with one member."""

    model_config = SettingsConfigDict(env_prefix="MONGO_", frozen=True, hide_input_in_errors=True)

    uri: str = Field(pattern=r"^mongodb(\+srv)?://\S+$", repr=False, description="mongodb:// URI of the replica set.")
    database_prefix: str = Field(
        default="", pattern="^[a-zA-Z0-9_-]{0,40}$", description="Put before every database name."
    )
    server_selection_timeout_ms: int = Field(default=3_000, ge=100, description="How long to look for a primary.")
    timeout_ms: int = Field(default=10_000, ge=500, description="How long one operation may take, retries included.")


class TelemetrySettings(BaseSettings):
    """Where spans and logs go; the OTEL names are OpenTelemetry's own."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True)

    otlp_endpoint: str | None = Field(
        default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT", description="OTLP/HTTP collector."
    )
    zipkin_endpoint: str | None = Field(
        default=None, validation_alias="OTEL_EXPORTER_ZIPKIN_ENDPOINT", description="Zipkin v2 spans URL."
    )
    traces_per_second: float = Field(
        default=20.0,
        ge=0,
        allow_inf_nan=False,
        validation_alias="TELEMETRY_TRACES_PER_SECOND",
        description="New traces recorded each second at most; below that rate every one is.",
    )
    log_level: str = Field(
        default="INFO",
        pattern="(?i)^(debug|info|warning|error|critical)$",
        validation_alias="LOG_LEVEL",
        description="Least level logged.",
    )
    log_format: str = Field(
        default="json", pattern="^(json|text)$", validation_alias="LOG_FORMAT", description="json or text."
    )


class HttpSettings(BaseSettings):
    """Where a service listens; services subclass it only to name their prefix."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(ge=0, le=65_535, description="Port to listen on.")
    max_body_bytes: int = Field(default=128 * 1024, ge=1_000, description="Larger request bodies are refused.")
