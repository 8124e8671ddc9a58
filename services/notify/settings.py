"""What the notify service reads from its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from runtime.settings import HttpSettings, KafkaSettings, MongoSettings, TelemetrySettings


class Settings(HttpSettings):
    """The service's own settings, and those of the systems it stands on."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", frozen=True, hide_input_in_errors=True)

    http_port: int = Field(default=8103, ge=0, le=65_535, description="Port to listen on.")
    database: str = Field(default="notify", description="Name of the service's database.")
    most_streams: int = Field(default=200, ge=1, description="Live streams served at once by one process.")
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    mongo: MongoSettings = Field(default_factory=MongoSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
