"""The form of a request: what is chosen in it before anybody types."""

import pytest

from taihu.control.grants import forms
from taihu.terms.label import Label, Level
from tests import builders as make
from tests.control import control_builders as small

pytestmark = pytest.mark.django_db


def a_form(dataset=small.RESIDENT, **how):
    return forms.Ask(dataset=dataset, departments={"civil"}, **how)


def test_who_has_one_system_need_not_choose_and_who_has_two_must():
    only = make.a_system("civil")

    assert a_form()["system"].value() == only.pk
    make.a_system("civil", "hall")
    assert a_form()["system"].value() is None


@pytest.mark.parametrize(("presence", "chosen"), [(Level.L1, "L2"), (Level.L3, "L3")])
def test_the_least_level_under_which_anything_leaves_is_chosen_beforehand(presence, chosen):
    assert a_form(make.a_dataset(presence=Label(presence)))["clear_level"].value() == chosen


def test_where_the_very_presence_of_a_row_is_l4_there_is_no_level_to_ask_for():
    secret = make.a_dataset(presence=Label(Level.L4))

    assert a_form(secret)["clear_level"].value() is None
    assert "clear_level" in a_form(secret, data={"clear_level": "L3"}).errors
