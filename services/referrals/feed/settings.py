"""What the feed worker reads from its environment."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from runtime.settings import HttpSettings, KafkaSettings, MongoSettings, TelemetrySettings
from services.referrals.feed.query import ListName
from services.referrals.settings import RecordSettings

ALL_LISTS = "red,yellow,un-persons,un-entities"


class FeedSettings(HttpSettings):
    """Where public notices come from, how politely they are asked for, and how much is taken of them."""

    model_config = SettingsConfigDict(env_prefix="FEED_", frozen=True, hide_input_in_errors=True)

    http_port: int = Field(default=8104, ge=0, le=65_535, description="Port to listen on.")
    base_url: str = Field(
        default="", description="Where the public service of notices is, such as `https://host`; empty: nowhere."
    )
    folder: str = Field(default="", description="Folder of recorded pages to read instead; empty: none.")
    lists: str = Field(default=ALL_LISTS, description="Lists to read, separated by commas.")
    interval_s: float = Field(
        default=12 * 3600, gt=0, description="Seconds from one sweep of a list to the next, start to start."
    )
    retry_s: float = Field(default=900, gt=0, description="Seconds until a sweep that had to stop is taken up again.")
    oldest_sweep_s: float = Field(
        default=24 * 3600, gt=0, description="A sweep begun longer ago is not taken up again but begun anew."
    )
    requests_per_second: float = Field(
        default=1.0, gt=0, allow_inf_nan=False, description="Requests each second at most, by one worker."
    )
    contact: str = Field(
        default="set FEED_CONTACT",
        pattern=r"^[ -'*-~]{1,200}$",
        description="Whom the operator of the service can reach about our requests; part of the user agent.",
    )
    detail_max_age_s: float = Field(
        default=0, ge=0, description="A notice whose list entry is the same is not read again before this age."
    )
    images_per_sweep: int = Field(default=1_500, ge=0, description="Lists of pictures read in one sweep at most.")
    connect_time_out_s: float = Field(default=10, gt=0, description="Seconds that a connection may take.")
    time_out_s: float = Field(default=30, gt=0, description="Seconds that one whole answer may take.")
    max_page_bytes: int = Field(default=1_000_000, ge=1_000, description="Larger pages of a list are not read.")
    max_detail_bytes: int = Field(default=256_000, ge=1_000, description="Larger notices are not read.")
    tries: int = Field(default=4, ge=1, le=10, description="How often one thing is asked for at most.")
    back_off_s: float = Field(default=2.0, gt=0, description="Seconds before the second try at most; they double.")
    most_back_off_s: float = Field(default=120, gt=0, description="Seconds between two tries at most.")
    circuit_open_s: float = Field(
        default=1_800, gt=0, description="Seconds without any request after three refusals (403) in a row."
    )
    proxy: str = Field(default="", description="Proxy to go through; the usual variables for proxies are not read.")
    records: RecordSettings = Field(default_factory=RecordSettings)
    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    mongo: MongoSettings = Field(default_factory=MongoSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)

    @field_validator("base_url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        url = urlsplit(value)
        if value and (url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment):
            raise ValueError("must be http:// or https://, a host, and nothing after the path")
        return value.rstrip("/")

    @field_validator("lists")
    @classmethod
    def _are_lists(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if len(set(names)) < len(names) or not set(names) <= {name.value for name in ListName}:
            raise ValueError(f"must name each list once, of {ALL_LISTS}")
        return ",".join(names)

    @property
    def list_names(self) -> tuple[ListName, ...]:
        """The lists to read."""
        return tuple(map(ListName, self.lists.split(",")))
