"""A query is tried at the desk before it is asked: verdict by column, ways, and the path drawn."""

import pytest
from django.urls import reverse

from taihu.control.accounts.roles import Role
from tests import builders as make
from tests.control import control_builders as small

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OWN = "standing.police"


@pytest.fixture
def steward(browse):
    return browse(make.a_person("police.s", Role.STEWARD))


def tried(client, text, permit=OWN):
    return client.post(reverse("desk:trial"), {"permit": permit, "text": text})


def test_a_steward_sees_in_which_form_each_column_would_leave(steward, stores):
    page = tried(steward, f'select town, secret from "{small.RESIDENT.id}"')

    assert page.status_code == 200
    assert {verdict.name for verdict in page.context["verdicts"]} == {"有哪些行", "town", "secret"}
    assert stores.ledger.count() == 0


def test_a_fault_of_the_text_is_told_with_its_place(steward):
    page = tried(steward, f'select nothing from "{small.RESIDENT.id}"').content.decode()

    assert "Q-" in page
    assert "nothing" in page


def test_a_permit_of_another_department_cannot_be_tried(steward):
    page = tried(steward, "select 1 as a", permit="standing.civil")

    assert "verdicts" not in page.context
    assert 'value="standing.civil"' not in page.content.decode()


def test_what_is_typed_is_shown_as_text(steward):
    page = tried(steward, "select '<script>alert(1)</script>' as a, 1 + as").content.decode()

    assert "<script>alert(1)" not in page
