"""What we send is signed as the standard for webhooks says, so that its libraries take it."""

from __future__ import annotations

from base64 import b64decode

import pytest

from jobyard.access.signing import new_signing_secret, signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, SENT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'


def test_the_example_of_the_standard_comes_out_as_the_standard_has_it() -> None:
    assert signature(SECRET, ID, SENT, BODY) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_long_new_each_time_and_whole_base64() -> None:
    made = {new_signing_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(len(b64decode(one.removeprefix("whsec_"), validate=True)) == 32 for one in made)


@pytest.mark.parametrize(
    ("secret", "id_", "at", "body"),
    [
        (SECRET[:-4] + "AAAA", ID, SENT, BODY),
        (SECRET, ID + "1", SENT, BODY),
        (SECRET, ID, SENT + 1, BODY),
        (SECRET, ID, SENT, BODY + b" "),
    ],
    ids=["secret", "id", "time", "body"],
)
def test_whatever_is_changed_changes_the_signature(secret: str, id_: str, at: int, body: bytes) -> None:
    assert signature(secret, id_, at, body) != signature(SECRET, ID, SENT, BODY)
