"""The desk's pages of declassifiers and leaks."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from taihu.control.accounts.roles import Role
from taihu.control.catalogue.lowering import actions
from taihu.control.runs.models import Run
from taihu.doors.desk import stores as provider
from tests import builders as make
from tests.control.catalogue import lowering_builders as city
from tests.data.guard.lowering import lowering_world as world

pytestmark = pytest.mark.django_db
PAGE = f"/desk/lowering/{world.BY_TOWN}"
KEY = f"{PAGE}:health"


@pytest.fixture
def stores(tmp_path, monkeypatch):
    opened = city.open_city(tmp_path)
    world.write_patients(opened, city.TOWNS)
    monkeypatch.setattr(provider, "opened", lambda: opened)
    city.people()
    actions.sync(at=make.MONDAY, stores=opened)
    yield opened
    opened.close()


def text_of(answer):
    return answer.content.decode()


def test_the_page_says_what_falls_how_and_with_which_figures(stores, browse):
    city.run(stores, is_try=True)
    shown = text_of(browse(city.people()[0]).get(PAGE))

    for words in (
        "分乡镇患者数",
        "人数门槛",
        "慢性病患者（health）",
        "每组或每类至少",
        "不予发布的组（含防推算）",
        "select subject, town",
        "待提交",
        "个人信息",
    ):
        assert words in shown, words


def test_the_list_names_it_with_its_state(stores, browse):
    shown = text_of(browse(city.people()[2]).get("/desk/lowering/"))

    assert "分乡镇患者数" in shown
    assert "待提交" in shown


def test_three_people_take_it_through_the_pages(stores, browse):
    steward, approver, officer = (browse(person) for person in city.people())
    seen = {"seen": city.digest(stores)}

    codes = [
        steward.post(f"{KEY}/ask", {**seen, "reason": "统计公开"}).status_code,
        steward.post(f"{KEY}/move/bureau", seen).status_code,
        approver.post(f"{KEY}/move/bureau", {"seen": "0" * 64}).status_code,
        approver.post(f"{KEY}/move/bureau", seen).status_code,
        officer.post(f"{KEY}/move/approved", seen).status_code,
    ]

    assert codes == [302, 409, 409, 302, 302]
    assert city.find().matter.state == "approved"
    assert "批准有效" in text_of(officer.get(PAGE))
    assert officer.post(f"{KEY}/move/stopped", {"reason": "不再需要"}).status_code == 302
    assert city.find().matter.state == "stopped"


def test_a_try_is_asked_for(stores, browse):
    browse(city.people()[1]).post(f"{PAGE}/try")

    assert Run.objects.filter(job="lower", args={"declassifier": world.BY_TOWN, "try": "1"}).exists()


def test_people_of_other_departments_do_not_see_it(stores, browse):
    stranger = browse(make.a_person("civil.steward", Role.STEWARD))

    assert stranger.get(PAGE).status_code == 404
    assert stranger.get("/desk/lowering/nothing.at.all").status_code == 404
    assert "分乡镇患者数" not in text_of(stranger.get("/desk/lowering/"))


def test_a_leak_is_looked_at_and_a_file_that_is_none_is_told(stores, browse):
    officer = browse(make.a_person("bigdata.secadmin", Role.SECADMIN))

    nothing = officer.post("/desk/security/leak", {})
    broken = officer.post("/desk/security/leak", {"file": SimpleUploadedFile("x.csv", b"one line")})
    strange = officer.post(
        "/desk/security/leak", {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n"), "since": "2026-11-01"}
    )

    assert (nothing.status_code, broken.status_code, strange.status_code) == (422, 422, 200)
    assert "不能认定来源" in text_of(strange)
    assert officer.get("/desk/security/leak").status_code == 200
    assert browse(city.people()[0]).get("/desk/security/leak").status_code == 403
