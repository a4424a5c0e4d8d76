"""Abnormal use reaches the desk: the nightly run opens an alarm, the officer settles it, the auditor reads it."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from taihu.control.accounts import alarming
from taihu.control.accounts.alarm import Alarm
from taihu.control.accounts.roles import Role
from taihu.control.runs.job import Task
from taihu.data.ledger.entry import Entry
from taihu.doors.terminal import jobs
from tests import builders as make

pytestmark = [pytest.mark.django_db]
NIGHT = make.later(days=1, hours=-4)


def _read(at, count, *columns):
    return [
        Entry(
            at=at + n * n * datetime.timedelta(minutes=3),
            act="answer",
            by="window-3",
            department="civil",
            system="civil.relief",
            grant="g-1",
            dataset="bases.people.resident",
            columns=columns or ("town",),
            rows=1,
            detail={"form": "lookup"},
        )
        for n in range(count)
    ]


@pytest.fixture
def work(stores):
    """A worker's night, after two weeks of ordinary days and a Monday on which new columns were read."""
    for back in range(14, 0, -1):
        stores.ledger.append_many(_read(make.later(days=-back), 5))
    stores.ledger.append_many([*_read(make.MONDAY, 5), *_read(make.MONDAY, 1, "name", "secret")])
    call = jobs.all_jobs()["abnormal"].call

    def run(at=NIGHT):
        return call(Task("r", 1, {}, stores, lambda: at, lambda *_: None))

    return run


def test_the_nightly_run_opens_one_alarm_and_again_none(work, stores):
    first, second = work(), work()

    assert (first.rows_out, second.rows_out) == (1, 0)
    alarm = Alarm.objects.get()
    assert (alarm.sign, alarm.operator, alarm.department, alarm.last_on) == (
        "columns", "window-3", "civil", datetime.date(2026, 11, 23),
    )  # fmt: skip
    entry = stores.ledger.entries(limit=1).entries[0].entry
    assert (entry.act, entry.detail["operator"]) == ("accounts.alarm.open", "window-3")


def test_today_is_not_judged_before_it_is_over(work):
    assert work(make.later(hours=12)).rows_out == 0


def test_the_officer_settles_with_words_and_the_auditor_only_reads(work, browse, stores):
    work()
    alarm = Alarm.objects.get()
    officer = browse(make.a_person("bigdata.sec", Role.SECADMIN))
    auditor = browse(make.a_person("bigdata.audit", Role.AUDITOR))
    assert "首次读取的数据项" in auditor.get("/desk/security/alarms").content.decode()

    assert auditor.post(f"/desk/security/alarms/{alarm.pk}/settle", {"finding": "x"}).status_code == 403
    assert officer.post(f"/desk/security/alarms/{alarm.pk}/settle", {"finding": " "}).status_code == 409
    officer.post(f"/desk/security/alarms/{alarm.pk}/settle", {"finding": "新岗位，已核实"})

    assert "没有告警" in officer.get("/desk/security/alarms").content.decode()
    assert "新岗位，已核实" in auditor.get("/desk/security/alarms?state=settled").content.decode()
    assert officer.post(f"/desk/security/alarms/{alarm.pk}/settle", {"finding": "再"}).status_code == 409
    assert stores.ledger.entries(limit=1).entries[0].entry.act == "accounts.alarm.settle"


def test_a_day_that_was_settled_opens_no_second_alarm(work, stores):
    work()
    officer = make.a_person("bigdata.sec", Role.SECADMIN)
    alarming.settle(alarm=Alarm.objects.get(), finding="已核实", by=officer, at=NIGHT, stores=stores)

    assert work().rows_out == 0
    assert not Alarm.objects.open().exists()


def test_an_alarm_settled_by_nobody_is_refused_by_the_database(work):
    work()

    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.update(settled_at=NIGHT)
