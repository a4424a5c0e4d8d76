"""A request that is being written: it is opened with its day of ending, and what was typed stays in it."""

import datetime

import pytest
from django.urls import reverse

from taihu.control.accounts.day import day_of
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.catalogue.models import Entry
from taihu.control.grants.models import Grant
from tests import builders as make
from tests.control import control_builders as small

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WORDS = {"summary": "居民", "contact": "户政科", "phone": "0572-1", "share_basis": "条例", "share_condition": ""}


@pytest.fixture
def asker(stores, browse):
    """Somebody of civil affairs, whose city has the register in its catalogue."""
    steward = make.a_person("police.s", Role.STEWARD)
    catalogue.sync(at=make.MONDAY, stores=stores)
    said = {"entry": Entry.objects.get(pk=small.RESIDENT.id), "at": make.MONDAY, "stores": stores}
    catalogue.write(words=WORDS, by=steward, **said)
    catalogue.submit(by=steward, **said)
    catalogue.approve(by=make.a_person("police.a", Role.APPROVER), **said)
    catalogue.publish(by=make.a_person("bigdata.o", Role.OFFICER), **said)
    make.a_system("civil")
    return browse(make.a_person("civil.s", Role.STEWARD))


def test_a_request_begins_with_the_only_system_and_a_year_to_run(asker):
    page = asker.get(reverse("grants:ask", args=[small.RESIDENT.id])).content.decode()

    until = day_of(datetime.datetime.now(datetime.UTC)) + datetime.timedelta(days=365)
    assert f'value="{until.isoformat()}"' in page
    assert '<option value="civil.window" selected>' in page
    assert 'id="found"' not in page


def test_an_unfinished_request_comes_back_with_what_was_typed_and_what_is_missing(asker):
    answer = asker.post(
        reverse("grants:ask", args=[small.RESIDENT.id]),
        {"system": "civil.window", "columns": ["name"], "purpose": "核对低保申请人户籍", "do": "file"},
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "核对低保申请人户籍" in page
    assert 'id="column-name" name="columns" value="name" checked' in page
    assert answer.context["form"].errors.keys() >= {"ground", "forms_wanted", "clear_level", "until"}
    assert not Grant.objects.exists()
