"""What the routing service reads from its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from runtime.settings import HttpSettings, KafkaSettings, MongoSettings, TelemetrySettings


class Settings(HttpSettings):
    """The service's own settings, and those of the systems it stands on."""

    model_config = SettingsConfigDict(env_prefix="ROUTING_", frozen=True, hide_input_in_errors=True)

    http_port: int = Field(default=8102, ge=0, le=65_535, description="Port to listen on.")
    database: str = Field(default="routing", description="Name of the service's database.")
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    mongo: MongoSettings = Field(default_factory=MongoSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)
