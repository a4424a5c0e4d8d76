"""The health interface: all records, page by page, through its faults."""

import http.client
import json
import threading
import time

import numpy as np
import orjson
import pytest

from city import facts
from city.departments import interface


@pytest.fixture
def records(tmp_path):
    lines = [orjson.dumps({"archiveNo": f"{number:05d}", "name": "某人"}) for number in range(2_345)]
    (tmp_path / "health").mkdir()
    (tmp_path / "health" / "records.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    places = np.cumsum([0, *(len(line) + 1 for line in lines)])
    (tmp_path / "health" / "records.places").write_bytes(places.astype("<i8").tobytes())
    return tmp_path


def served(folder, *, is_calm):
    server = interface.open_server(folder, port=0, is_calm=is_calm)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    return server, thread


@pytest.fixture
def calm(records):
    server, thread = served(records, is_calm=True)
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def ask(port, route):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", route)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()


def test_pages_hold_every_record_once(calm):
    found, route = [], "/health/records?page=1&size=500"
    while route:
        status, page = ask(calm, route)
        assert status == 200
        assert page["synthetic"] is True
        found += [record["archiveNo"] for record in page["records"]]
        route = page["next"]

    assert found == [f"{number:05d}" for number in range(2_345)]
    assert (page["total"], page["pages"], page["page"]) == (2_345, 5, 5)


def test_a_page_behind_the_last_is_empty(calm):
    assert ask(calm, "/health/records?page=99&size=1000")[1]["records"] == []


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=1&size=0", "page=1&size=999999", "page=²"])
def test_a_page_that_cannot_be_is_refused(calm, query):
    assert ask(calm, f"/health/records?{query.replace('²', '%C2%B2')}")[0] == 400


def test_other_routes_are_unknown(calm):
    assert ask(calm, "/health/secrets")[0] == 404


def test_faults_are_the_same_at_every_run_and_never_three_in_a_row():
    runs = []
    for _ in range(2):
        weather = interface.Weather(is_calm=False)
        runs.append([[weather.of(page) for _ in range(40)] for page in range(1, 200)])

    assert runs[0] == runs[1]
    kinds = {each for page in runs[0] for each in page}
    assert kinds == {"calm", *facts.read("interface")["faults"]}
    for page in runs[0]:
        assert all("calm" in page[k : k + 3] for k in range(len(page) - 2))


def test_a_patient_caller_gets_everything_through_the_faults(records, monkeypatch):
    monkeypatch.setitem(
        facts.read("interface"), "faults", {"unavailable": 0.2, "failed": 0.2, "cut": 0.15, "silent": 0.15}
    )
    monkeypatch.setitem(facts.read("interface"), "silent_seconds", 0.02)
    server, thread = served(records, is_calm=False)
    port, failures, found = server.server_address[1], 0, []

    for page in range(1, 25):
        for _ in range(3):
            try:
                status, content = ask(port, f"/health/records?page={page}&size=100")
            except (http.client.HTTPException, ConnectionError, TimeoutError):
                failures += 1
                continue
            if status == 200:
                found += content["records"]
                break
            failures += 1
    server.shutdown()
    server.server_close()
    thread.join()

    assert len(found) == 2_345
    assert failures > 5


def test_a_city_that_is_written_anew_is_served_anew(calm, records):
    assert ask(calm, "/health/records?page=1")[1]["total"] == 2_345
    time.sleep(0.01)
    line = b'{"archiveNo":"1"}\n'
    (records / "health" / "records.jsonl").write_bytes(line)
    (records / "health" / "records.places").write_bytes(np.array([0, len(line)], dtype="<i8").tobytes())

    assert ask(calm, "/health/records?page=1")[1]["records"] == [{"archiveNo": "1"}]


def test_each_resource_has_pages_and_weather_of_its_own(calm, records):
    line = b'{"registerNo":"1"}\n'
    (records / "health" / "institutions.jsonl").write_bytes(line)
    (records / "health" / "institutions.places").write_bytes(np.array([0, len(line)], dtype="<i8").tobytes())

    status, page = ask(calm, "/health/institutions?page=1")

    assert (status, page["total"], page["records"]) == (200, 1, [{"registerNo": "1"}])
    assert ask(calm, "/health/records?page=1")[1]["total"] == 2_345


def test_serving_without_a_city_says_what_to_do(tmp_path):
    with pytest.raises(interface.NothingToServe) as refusal:
        interface.open_server(tmp_path, port=0)
    assert "city write" in refusal.value.help


def test_a_port_that_is_taken_is_named(records, calm):
    with pytest.raises(interface.PortTaken) as refusal:
        interface.open_server(records, port=calm)
    assert str(calm) in refusal.value.message
