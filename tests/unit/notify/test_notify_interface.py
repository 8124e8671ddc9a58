"""The interface that the service describes: every route says what it does, what it takes and what it answers."""

from fastapi import FastAPI

from services.notify.step_api import step_routes


def described() -> dict:
    app = FastAPI(title="notify", version="1")
    app.include_router(step_routes(queues=None))
    return app.openapi()


def test_every_step_is_described_with_its_body_its_answer_and_its_refusals():
    steps = [operation for path in described()["paths"].values() for operation in path.values()]

    assert len(steps) == 15
    for step in steps:
        assert step["summary"]
        assert step["description"]
        assert step["requestBody"]["required"]
        assert {"200", "404", "409", "422", "503"} <= set(step["responses"])
