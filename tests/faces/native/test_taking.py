"""What is taken in: bodies and query parameters that fit, and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.faces.native.house import House

pytestmark = pytest.mark.anyio


async def test_compressed_bodies_are_not_taken(house: House) -> None:
    async with house.client() as client:
        for encoding in ["gzip", "deflate", "br", "identity, gzip"]:
            headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
            answer = await client.post("/v1/jobs", content=b"x" * 100, headers=headers)
            assert answer.status_code == 415, encoding


async def test_only_json_is_taken(house: House) -> None:
    body = b'{"kind":"test.count"}'
    async with house.client() as client:
        for kind in [
            "text/plain",
            "",
            "application/x-www-form-urlencoded",
            "text/json",
            ";" * 9000,
            "application/jsonp",
        ]:
            answer = await client.post("/v1/jobs", content=body, headers={"Content-Type": kind})
            assert answer.status_code == 415, kind
        for kind in ["application/json", "Application/JSON; charset=utf-8"]:
            answer = await client.post("/v1/jobs", content=body, headers={"Content-Type": kind})
            assert answer.status_code == 201, kind


WRONG_BODIES: dict[str, bytes] = {
    "empty": b"",
    "half": b'{"kind":',
    "twice": b'{"kind":"test.count"}{}',
    "a list": b"[]",
    "a number": b"1",
    "no kind": b"{}",
    "unknown field": b'{"kind":"test.count","owner":"ada"}',
    "wrong type": b'{"kind":1}',
    "text for a number": b'{"kind":"test.count","priority":"1"}',
    "number for a flag": b'{"kind":"test.count","draft":1}',
    "not a number": b'{"kind":"test.count","time_limit":NaN}',
    "too large a number": b'{"kind":"test.count","time_limit":1e400}',
    "many digits": b'{"kind":"test.count","parameters":{"upto":' + b"9" * 100_000 + b"}}",
    "deep": b'{"kind":"test.count","external":true,"parameters":{"a":' + b"[" * 100_000,
    "deep and whole": b'{"kind":"x","external":true,"parameters":{"a":' + b"[" * 200 + b"]" * 200 + b"}}",
    "NUL": b'{"kind":"x","external":true,"name":"a\\u0000b"}',
    "NUL in a key": b'{"kind":"x","external":true,"parameters":{"a\\u0000b":1}}',
    "half a pair": b'{"kind":"x","external":true,"name":"\\ud800"}',
    "no UTF-8": b'{"kind":"x","external":true,"name":"\xff"}',
    "UTF-16": '{"kind":"test.count"}'.encode("utf-16"),
    "no zone": b'{"kind":"test.count","due_at":"2030-01-01T00:00:00"}',
    "before our time": b'{"kind":"test.count","due_at":"1969-12-31T23:59:59Z"}',
    "after our time": b'{"kind":"test.count","due_at":"9999-12-31T23:59:59-23:59"}',
    "line feed in a name": b'{"kind":"test.count","queue":"gpu\\n"}',
    "no id": b'{"kind":"test.count","parent":"../../etc/passwd"}',
    "too many labels": json.dumps({"kind": "test.count", "labels": {str(n): "" for n in range(51)}}).encode(),
    "a wrong parameter": b'{"kind":"test.count","parameters":{"upto":0}}',
    "an unknown parameter": b'{"kind":"test.count","parameters":{"x":0}}',
    "an unknown kind": b'{"kind":"os.system"}',
}


async def test_a_body_that_does_not_fit_is_refused_with_its_place(house: House) -> None:
    async with house.client(headers={"Content-Type": "application/json"}) as client:
        for name, body in WRONG_BODIES.items():
            answer = await client.post("/v1/jobs", content=body)
            assert answer.status_code == 400, f"{name}: {answer.text[:300]}"
            assert "Traceback" not in answer.text and len(answer.text) < 2000
        assert (await client.get("/v1/jobs")).json()["total"] == 0
        for body, path in [
            (b'{"kind":1}', "kind"),
            (b"{}", "kind"),
            (b'{"kind":"x","zzz":1}', "zzz"),
            (b'{"kind":"x","labels":{"a":1}}', "labels[...]"),
            (b'{"kind":"test.count","parameters":{"upto":0}}', "parameters.upto"),
            (b'{"kind":"test.count","due_at":"1969-01-01T00:00:00Z"}', "due_at"),
        ]:
            [error] = (await client.post("/v1/jobs", content=body)).json()["errors"]
            assert error["path"] == path and error["message"]


async def test_odd_text_that_can_be_kept_comes_back_as_it_was(house: House) -> None:
    odd = "\u0430a\u202e\u200b\x1b]0;x\x07<img src=x onerror=alert(1)>\U0001f980 e\u0301\r\n"
    async with house.client() as client:
        wish = {
            "kind": "x",
            "external": True,
            "name": odd,
            "labels": {odd[:9]: odd},
            "parameters": {"a": [1e308, -0.0]},
        }
        made = await client.post("/v1/jobs", json=wish)
        assert made.status_code == 201, made.text
        again = (await client.get(f"/v1/jobs/{made.json()['id']}")).json()
    assert (again["name"], again["labels"], again["parameters"]) == (wish["name"], wish["labels"], wish["parameters"])


async def test_wrong_query_parameters_are_refused(house: House) -> None:
    async with house.client() as client:
        for query in [
            "limit=0",
            "limit=501",
            "limit=1e9",
            "limit=-1",
            "limit=NaN",
            "limit=",
            "limit=1&limit=2",
            "state=runing",
            "status=running",
            "order=id;DROP TABLE jobs",
            "order=token_hash",
            "cursor=x",
            "cursor=%00",
            "text=%00",
            "text=%ff",
            "text=" + "x" * 1001,
            "created_from=yesterday",
            "created_from=2030-01-01",
            "created_from=1969-01-01T00:00:00Z",
            "parent=x",
            "&".join(f"kind={n}" for n in range(101)),
            "&".join(f"x{n}=" for n in range(2000)),
            "owner.password=x",
            "$where=sleep(9)",
        ]:
            answer = await client.get(f"/v1/jobs?{query}")
            assert answer.status_code == 400, f"{query[:50]}: {answer.text[:200]}"
            assert answer.json()["code"] in {"invalid", "wrong_cursor"}
        assert (await client.get("/v1/counts?state=queued")).status_code == 400
        assert (await client.post("/v1/jobs?x", json={"kind": "test.count"})).status_code == 400
