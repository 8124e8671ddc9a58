"""What the routing service reads from its environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.settings import HttpSettings, KafkaSettings, MongoSettings, TelemetrySettings

DATABASE = "routing"


class Settings(HttpSettings):
    """The service's own settings, and those of the systems it stands on."""

    model_config = SettingsConfigDict(env_prefix="ROUTING_", frozen=True, hide_input_in_errors=True)

    http_port: int = Field(default=8102, ge=0, le=65_535, description="Port to listen on.")
    max_body_bytes: int = Field(
        default=4 * 1024 * 1024, ge=1_000, description="Larger request bodies are refused: tables and many referrals."
    )
    database: str = Field(default=DATABASE, description="Name of the service's database.")
    rules_poll_seconds: float = Field(
        default=1.0, ge=0.05, le=2.0, description="How often to look whether another ruleset is in force."
    )
    most_streams: int = Field(default=50, ge=1, description="Replays followed live at once in one process.")
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    mongo: MongoSettings = Field(default_factory=MongoSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)


class ReplaySettings(BaseSettings):
    """What a replay reads, which needs no Kafka and listens nowhere."""

    model_config = SettingsConfigDict(env_prefix="ROUTING_", frozen=True, hide_input_in_errors=True)

    database: str = Field(default=DATABASE, description="Name of the service's database.")
    mongo: MongoSettings = Field(default_factory=MongoSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
