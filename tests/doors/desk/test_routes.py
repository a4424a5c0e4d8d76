"""Every route of the desk has a door-keeper, and lets in exactly the roles of the table."""

import itertools

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.grants import actions as grants
from taihu.control.runs import actions as runs
from taihu.doors.desk import admissions
from tests import builders as make
from tests.control import control_builders as small
from tests.control.grants.test_grants import REQUEST

TABLE = {admission.route: admission for admission in admissions.all_admissions()}


def _routes(resolver=None, prefix="", names=()):
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern, path, (*names, *filter(None, [pattern.namespace])))
        else:
            yield path, ":".join((*names, pattern.name or "")), pattern.callback


DESK = [(name, callback) for path, name, callback in _routes() if path.startswith(("desk/", "login", "logout", "demo"))]


@pytest.mark.parametrize(("name", "callback"), DESK, ids=[name for name, _ in DESK])
def test_every_route_of_the_desk_has_a_door_keeper_of_its_own_name(name, callback):
    admission = keeper.admission_of(callback)

    assert admission is not None, f"{name} has no door-keeper"
    assert admission.route == name


def test_the_table_and_the_addresses_name_the_same_routes():
    named = {name for name, _ in DESK if name.split(":")[0] not in ("cases", "registers", "watch", "maps", "pages")}

    assert named == set(TABLE)


@pytest.fixture
def things(stores):
    """One thing of each kind that routes are about, of departments police and civil."""
    make.a_department("police")
    asker = make.a_person("civil.asker", Role.STEWARD)
    catalogue.sync(at=make.MONDAY, stores=stores)
    system = make.a_system("civil")
    grant = grants.ask(asked=REQUEST, system=system, dataset=small.RESIDENT, by=asker, at=make.MONDAY, stores=stores)
    run = runs.ask(job="count", at=make.MONDAY, by="x")
    return {
        "pk": {"flows": grant.matter_id, "accounts": asker.pk, "runs": run.pk, "desk": 1},
        "reference": grant.reference,
        "dataset": small.RESIDENT.id,
        "to": "provider",
        "batch_id": "unknown",
        "declassifier": "unknown",
        "segment": "test",
        "number": 0,
        "role": "steward",
    }


def _address(name, things):
    room = name.split(":")[0]
    known = {**things, "pk": things["pk"].get(room)}
    for count in range(4):
        for chosen in itertools.permutations(known, count):
            try:
                return reverse(name, kwargs={argument: known[argument] for argument in chosen})
            except NoReverseMatch:
                continue
    raise AssertionError(f"no address for {name}")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_enters_the_routes_of_the_table_and_no_other(role, things, browse):
    client = browse(make.a_person(f"police.{role}", role, department="police"))

    for name, admission in TABLE.items():
        if admission.is_public:
            continue
        status = client.get(_address(name, things)).status_code
        assert (status != 403) == (role in admission.roles()) or name == "flows:hand_over", (name, role, status)
        assert status < 500


@pytest.mark.django_db
def test_who_has_not_signed_in_is_sent_to_sign_in(things, client):
    for name, admission in TABLE.items():
        if not admission.is_public:
            answer = client.get(_address(name, things))
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/login?next=")


CASES = [(a, state, role) for a in TABLE.values() if not a.is_public for state in a.by_state for role in sorted(Role)]


@pytest.mark.parametrize(("admission", "state", "role"), CASES, ids=[f"{a.route}-{s}-{r}" for a, s, r in CASES])
def test_the_table_answers_for_each_role_and_state(admission, state, role):
    may = role in admission.by_state[state]

    if may:
        keeper.check_admitted(admission, frozenset({role}), state)
    else:
        with pytest.raises((keeper.NotAdmitted, keeper.NotNow)):
            keeper.check_admitted(admission, frozenset({role}), state)
