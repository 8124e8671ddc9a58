"""What the report reads from its environment: where the records are, and no key, since it opens none."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.settings import MongoSettings

PATIENCE_MILLISECONDS = 600_000
"""A year of referrals may take the database minutes."""


class ReportSettings(BaseSettings):
    """Where the referrals service keeps its records."""

    model_config = SettingsConfigDict(env_prefix="REFERRALS_", frozen=True)

    database: str = Field(default="referrals", description="Name of the service's database.")
    mongo: MongoSettings = Field(
        default_factory=lambda: MongoSettings().model_copy(update={"timeout_ms": PATIENCE_MILLISECONDS})
    )
