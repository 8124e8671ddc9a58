"""What the referrals service reads from its environment."""

import base64
import binascii

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.settings import HttpSettings, KafkaSettings, MongoSettings, TelemetrySettings


def is_a_key(value: SecretStr) -> SecretStr:
    """Refuse what is no key."""
    try:
        length = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error:
        length = 0
    if length != 32:
        raise ValueError("must be the base64 form of exactly 32 bytes")
    return value


class RecordSettings(BaseSettings):
    """Where the records are, the key that they are locked with, and how long what is kept; the feed reads it, too."""

    model_config = SettingsConfigDict(env_prefix="REFERRALS_", frozen=True, hide_input_in_errors=True)

    database: str = Field(default="referrals", description="Name of the service's database.")
    master_key: SecretStr = Field(
        description="Base64 of the 32 bytes that every referral's own key is locked with; losing it loses all content."
    )
    notice_unlisted_days: int = Field(
        default=30, ge=1, description="Days that a public notice is kept after it is not listed any more."
    )
    notice_review_days: int = Field(
        default=1826, ge=1, description="Days after which a notice of INTERPOL Washington is locked if not sent anew."
    )
    notice_suspension_days: int = Field(
        default=183,
        ge=1,
        le=183,
        description="Days after which a suspended notice counts as ended; six months at most.",
    )
    notice_recall_minutes: int = Field(
        default=10, ge=1, description="Minutes that the purge of an ended notice waits for the recall of its referrals."
    )

    _is_a_key = field_validator("master_key")(is_a_key)

    @property
    def master_key_bytes(self) -> bytes:
        """The master key itself."""
        return base64.b64decode(self.master_key.get_secret_value())


class Settings(RecordSettings, HttpSettings):
    """The service's own settings, and those of the systems it stands on."""

    model_config = SettingsConfigDict(env_prefix="REFERRALS_", frozen=True, hide_input_in_errors=True)

    http_port: int = Field(default=8101, ge=0, le=65_535, description="Port to listen on.")
    signing_key: SecretStr = Field(
        description="Base64 of the 32 bytes of the Ed25519 key that receipts are signed with."
    )
    retired_keys: str = Field(
        default="", description="Public keys that signed before, in base64url as published, separated by spaces."
    )
    relay_time_out_s: float = Field(
        default=900, gt=0, description="Seconds after which a referral that is not routed is told as RELAY_FAILURE."
    )
    delivery_time_out_s: float = Field(
        default=900, gt=0, description="Seconds after which a routed referral in no queue is told as NON_DELIVERY."
    )
    most_streams: int = Field(default=200, ge=1, description="Live streams served at once by one process.")
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    mongo: MongoSettings = Field(default_factory=MongoSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)

    _is_a_signing_key = field_validator("signing_key")(is_a_key)

    @property
    def signing_key_bytes(self) -> bytes:
        """The signing key itself."""
        return base64.b64decode(self.signing_key.get_secret_value())
