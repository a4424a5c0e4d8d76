"""Two walks along the ledger: a citizen finds who used her data and objects; the auditor proves and replays the answer."""

import re
import subprocess
import sys

import httpx
import pytest

from tests.browser.test_road import fill_request, read_truth

pytestmark = pytest.mark.browser
ASSISTANCE = "社会救助申请受理环节核对申请人户籍信息"


@pytest.fixture(scope="module")
def numbers(city):
    """The true numbers of the city's people by their masked form, those that are unique."""
    found = {}
    for number, *_ in read_truth(city).values():
        found.setdefault(f"{number[:6]}********{number[-4:]}", set()).add(number)
    return {masked: next(iter(whole)) for masked, whole in found.items() if len(whole) == 1}


def get_key(visit):
    """A grant of the register of residents for civil affairs, signed by all who must sign; its key."""
    asker = visit("civil.steward")
    fill_request(asker)
    asker.get_by_role("button", name="提交申请").click()
    asker.wait_for_url(re.compile("/desk/requests/[0-9a-f]{16}$"))
    address = asker.url
    officer = visit("bureau.officer")
    officer.goto(address)
    officer.get_by_role("button", name="符合要求").click()
    officer.wait_for_load_state()
    approver = visit("police.approver")
    approver.goto(address + "/sign")
    approver.locator("main form button.is-primary").first.click()
    approver.wait_for_load_state()
    asker.goto(address)
    asker.get_by_role("button", name="领取密钥").click()
    asker.wait_for_url("**/key")
    return re.search(r"[A-Za-z0-9_-]{43}", asker.locator("main").inner_text())[0]


def look_up(base, key, number):
    body = {"key": {"resident_id": number}, "operator": "窗口01", "filing": "SQ-2026-777"}
    headers = {"Authorization": f"Bearer {key}"}
    answered = httpx.post(f"{base}/exchange/v1/bases.people.resident/lookup", json=body, headers=headers, timeout=60)
    assert answered.status_code == 200, answered.text
    return answered.json()["ledger"]["id"]


def verify(*words):
    command = [sys.executable, "-m", "taihu.doors.terminal", "verify", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def choose(page, numbers):
    """Enters as the first of the demo's citizens whose true number is known; the second is left for a look aside."""
    page.goto("/my/")
    masked = page.locator("main form button .mono").all_inner_texts()
    mine, other = [one for one in masked if one in numbers][:2]
    page.locator("main form button", has_text=mine).first.click()
    page.get_by_role("heading", name="谁使用过我的数据").wait_for()
    return numbers[mine], other


def test_a_citizen_finds_a_use_proves_it_and_objects(visit, picture, base, city, numbers, tmp_path):
    key = get_key(visit)
    page = visit(width=1200)
    page.goto("/my/")
    picture(page, "mine-1-entrance")
    number, other = choose(page, numbers)
    place = look_up(base, key, number)

    page.reload()
    page.get_by_text(ASSISTANCE).first.wait_for()
    picture(page, "mine-2-uses")
    assert number not in page.content()
    page.locator("#uses").get_by_role("link", name="民政").first.click()
    page.get_by_role("heading", name="证明成立").wait_for()
    assert "SQ-2026-777" in page.locator("main").inner_text()
    assert "《社会救助暂行办法》第五十八条" in page.locator("main").inner_text()
    picture(page, "mine-3-use")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载证明").click()
    waiting.value.save_as(tmp_path / "proof.json")
    proved = verify(tmp_path / "proof.json")
    assert proved.returncode == 0, proved.stdout
    assert number not in (tmp_path / "proof.json").read_text(encoding="utf-8")

    page.get_by_role("button", name="提出异议").click()
    page.get_by_text("使用单位核实").first.wait_for()
    appeal = page.url
    picture(page, "mine-4-objection")
    assert number not in page.url

    stranger = visit()
    stranger.goto("/my/")
    stranger.locator("main form button", has_text=other).first.click()
    for address in (appeal, f"/my/uses/{place}", f"/my/uses/{place}/proof"):
        assert stranger.request.get(address).status == 404

    steward = visit("civil.steward")
    steward.goto("/desk/")
    steward.get_by_role("link", name=re.compile("使用记录的异议")).first.click()
    steward.locator("summary", has_text="说明使用依据").click()
    steward.locator("textarea[name=reason]").first.fill("您于当日在服务窗口申请临时救助，办件编号 SQ-2026-777")
    picture(steward, "mine-5-desk")
    steward.get_by_role("button", name="说明使用依据").click()
    steward.wait_for_load_state()

    page.goto(appeal)
    page.get_by_text("使用有据").first.wait_for()
    assert "您于当日在服务窗口申请临时救助" in page.locator("main").inner_text()
    picture(page, "mine-6-answered")
    page.goto("/my/correct")
    page.locator("select[name=column]").select_option("bases.people.resident/address")
    page.fill("textarea[name=words]", "户籍地址门牌号有误，应为 12 号，见户口簿")
    page.get_by_role("button", name="提交更正申请").click()
    page.get_by_text("数源单位核实").first.wait_for()
    picture(page, "mine-7-correction")
    assert page.complaints == []


def test_the_auditor_finds_an_answer_proves_it_and_replays_it(visit, picture, base, numbers, tmp_path):
    place = look_up(base, get_key(visit), next(iter(numbers.values())))
    auditor = visit("auditor")
    auditor.goto("/desk/ledger/")
    auditor.select_option("#act", "answer")
    auditor.select_option("#department", "civil")
    auditor.get_by_role("button", name="查询台账").click()
    auditor.wait_for_load_state()
    picture(auditor, "audit-1-found")
    auditor.get_by_role("link", name=place, exact=True).click()
    auditor.get_by_role("heading", name="证明成立").wait_for()
    with auditor.expect_download() as waiting:
        auditor.get_by_role("link", name=re.compile("下载证明")).first.click()
    waiting.value.save_as(tmp_path / "proof.json")

    auditor.get_by_role("button", name="重放应答").click()
    auditor.get_by_role("heading", name="重放一致").wait_for()
    picture(auditor, "audit-2-replayed")
    shown = auditor.locator("main").inner_text()
    for number in numbers.values():
        assert number not in shown

    page = visit()
    page.goto("/ledger/")
    page.get_by_role("heading", name="台账公示").wait_for()
    picture(page, "audit-3-published")
    (tmp_path / "heads.json").write_bytes(httpx.get(f"{base}/ledger/heads.json", timeout=60).content)
    assert verify(tmp_path / "heads.json").returncode == 0
    assert verify(tmp_path / "proof.json").returncode == 0
    assert page.complaints == []
    assert auditor.complaints == []
