"""A program that walks the road of a very small city in children that it forks, and kills each where it is told to.

It reads orders from its standard input, one JSON a line, and answers each with a line: how its child ended.
"""

import contextlib
import datetime
import io
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from taihu.control.accounts.models import Person, System  # noqa: E402
from taihu.control.grants import actions as grants  # noqa: E402
from taihu.control.grants import keeping, looking, request  # noqa: E402
from taihu.control.grants.models import Grant  # noqa: E402
from taihu.control.runs import actions as runs  # noqa: E402
from taihu.control.runs import work  # noqa: E402
from taihu.control.runs.models import UNFINISHED, Run  # noqa: E402
from taihu.data.guard import answer as guard  # noqa: E402
from taihu.data.guard import serve  # noqa: E402
from taihu.data.guard.question import Lookup  # noqa: E402
from taihu.doors.desk import demo  # noqa: E402
from taihu.doors.portal import jobs as portal  # noqa: E402
from taihu.doors.terminal import build, jobs  # noqa: E402
from taihu.patterns.watch import actions as watches  # noqa: E402
from taihu.terms import fault  # noqa: E402
from taihu.terms.permit import Form  # noqa: E402
from tests import builders as make  # noqa: E402

FIRM = "bases.organisations.firm"
PACKS = make.the_shelf()


class Clock:
    """A second later at each look; an attempt after a kill begins hours later, on the same day."""

    def __init__(self, attempt):
        self._at = make.later(hours=3 * attempt)

    def __call__(self):
        self._at += datetime.timedelta(seconds=1)
        return self._at


def meet_people(stores, root, clock):
    """People, systems, departments, and the catalogue with all entries published."""
    demo.install(stores=stores, at=clock())


def bring_rows(stores, root, clock):
    """All deliveries are brought in, refined and served."""
    for dataset, deliveries in build.list_deliveries(root).items():
        build._ask("bring", dataset, {"deliveries": json.dumps(deliveries), "root": str(root / "city")})
    work_off(stores, clock)


def answer_questions(stores, root, clock):
    """Bases are linked, open data is released, watches look, a grant is signed, and a question is answered."""
    for base in (base for pack in stores.shelf.packs.values() for base in pack.bases):
        build._ask("link", base.id, {"base": base.id})
    work_off(stores, clock)
    build._ask(portal.JOB.name, portal.JOB.title, {})
    build._ask(watches.JOB, "监测", {"watch": "topics.rivers.late_reaches"})
    work_off(stores, clock)
    build.plan(stores)
    key = sign(stores, clock)
    permit = next(iter(keeping.permits_of(stores).find_by_key(key)))
    serve.serve(stores.shelf.dataset(FIRM), stores=stores)
    question = Lookup(FIRM, {"uscc": USCC})
    told = guard.answer(question, permit, stores=stores, by="窗口01", at=clock(), permits=keeping.permits_of(stores))
    assert [row[0] for row in told.rows] == [USCC], told.rows


USCC = make.a_credit_code()


def sign(stores, clock):
    """People go on where they find the request; whoever lost the key takes a new one."""
    dataset = stores.shelf.dataset(FIRM)
    asker = Person.objects.get(username="civil.steward")
    grant = Grant.objects.first()
    if grant is None:
        asked = request.Request(
            FIRM, ("uscc", "name"), (Form.LOOKUP,), "核对申请人名下企业", "社会救助暂行办法", make.later(30).date()
        )
        system = System.objects.get(pk="civil.relief")
        grant = grants.ask(asked=asked, system=system, dataset=dataset, by=asker, at=clock(), stores=stores)
    if grant.state == "asked":
        officer = Person.objects.get(username="bureau.officer")
        seen = looking.preview(grant, by=officer, at=clock(), stores=stores).digest
        grants.approve(grant=grant, dataset=dataset, seen=seen, by=officer, at=clock(), stores=stores)
    return grants.issue_key(grant=grant, by=asker, at=clock(), stores=stores)


def work_off(stores, clock):
    """One worker, so that the points are passed in the same order every time."""
    known = jobs.all_jobs()
    while Run.objects.filter(state__in=UNFINISHED, job__in=known).exists():
        work.work(at_provider=clock, jobs=known, stores=stores, worker=build.BY, once=True)


STAGES = {"rows": bring_rows, "people": meet_people, "answers": answer_questions}


def walk(order):
    """What a child does: one stage of the road, killed before the write that it is told, else to its end."""
    root, passed, lock = Path(order["root"]), [], threading.Lock()
    settings.TAIHU_VAR = root
    connections.settings["default"]["NAME"] = str(root / "control.sqlite3")
    connections["default"].settings_dict["NAME"] = str(root / "control.sqlite3")
    clock = Clock(order["attempt"])
    build.now = clock

    def decide(name):
        with lock:
            passed.append(name)
            if [name, passed.count(name)] == order["kill"]:
                os.kill(os.getpid(), signal.SIGKILL)

    fault.decide_by(decide)
    with make.a_house(root, PACKS, segment="road") as stores:
        runs.take_back(workers=build.WORKERS, at=clock(), stores=stores)
        STAGES[order["stage"]](stores, root, clock)
        jobs.sweep_all(stores, before=datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=5))
    if order["points"]:
        Path(order["points"]).write_text(json.dumps(passed), encoding="utf-8")


def fork(order):
    """How a child that walked the order ended: its signal as a negative number, or its exit code with its words."""
    child = os.fork()
    if child == 0:
        code = 1
        words = io.StringIO()
        try:
            with contextlib.redirect_stdout(words):
                walk(order)
            code = 0
        finally:
            sys.stderr.flush()
            if code:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        answers.write(f"{fork(json.loads(line))}\n")
        answers.flush()
