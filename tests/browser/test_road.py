"""The road, walked by people: returned rows mended, a request signed, an answer proved, a missed patrol as a case."""

import json
import re
import subprocess
import sys

import duckdb
import httpx
import openpyxl
import pytest

pytestmark = pytest.mark.browser

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def read_truth(city):
    """What the departments' city knows of each sent row of the register of residents."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""SELECT p.line, r.number, r.name, r.sex, r.born_on, r.village
                FROM '{city}/city/truth/people.parquet' p JOIN '{city}/city/truth/residents.parquet' r USING (subject)
                WHERE p.dataset = 'bases.people.resident' AND p.file NOT LIKE '%truncated%'"""
        ).fetchall()
    return {
        line: (number, name, "男" if sex == 1 else "女", born.isoformat(), village[:9])
        for line, number, name, sex, born, village in rows
    }


def mend(path, truth, target):
    """Puts the true values into every row that has a red cell; a doubled row is taken out. Returns the rows touched."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    heads = {str(cell.value).strip(): cell.column for cell in sheet[1] if cell.value}
    red = sorted({cell.row for row in sheet.iter_rows() for cell in row if cell.comment})
    doubled, seen = [], set()
    for number in red:
        said = " ".join(cell.comment.text for cell in sheet[number] if cell.comment)
        identifier = sheet.cell(number, heads["公民身份号码"]).value
        if "完全相同" in said or ("内容不同" in said and identifier in seen):
            doubled.append(number)
            continue
        seen.add(identifier)
        values = dict(zip(("公民身份号码", "姓名", "性别", "出生日期", "所属乡镇街道代码"), truth[number], strict=True))
        for title, column in heads.items():
            cell = sheet.cell(number, column)
            if title in values:
                cell.value = values[title]
            elif cell.comment:
                cell.value = None
    for number in reversed(doubled):
        sheet.delete_rows(number)
    book.save(target)
    return len(red)


def open_batch(page, filename):
    page.goto("/desk/batches/")
    page.get_by_role("link", name=re.compile(filename)).first.click()


def test_a_steward_finds_what_came_back_mends_her_workbook_and_sees_it_green(visit, picture, city, tmp_path):
    page = visit("police.steward")
    open_batch(page, "户籍人口")
    page.get_by_text("退回", exact=False).first.wait_for()
    picture(page, "road-1-returned")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载标注的原表").click()
    waiting.value.save_as(tmp_path / "marked.xlsx")

    touched = mend(tmp_path / "marked.xlsx", read_truth(city), tmp_path / "户籍人口-已改.xlsx")
    page.get_by_role("link", name="上传改好的表").click()
    page.set_input_files("input[type=file]", tmp_path / "户籍人口-已改.xlsx")
    page.locator("main form button.is-primary").click()
    page.get_by_text("文件已接收").wait_for()
    for _ in range(60):
        if page.get_by_text("正在治理").count() == 0 and page.get_by_text("治理中").count() == 0:
            break
        page.wait_for_timeout(2_000)
        page.reload()
    picture(page, "road-2-green")

    assert touched > 10
    assert "待改正" not in page.locator("h1 + *").first.inner_text()
    assert page.locator("#returned").count() == 0


def fill_request(page):
    page.goto("/desk/requests/ask/bases.people.resident")
    for title in ("公民身份号码", "姓名", "户籍地址"):
        page.locator("main").get_by_label(title, exact=False).first.check()
    page.locator("input[name=forms_wanted][value=lookup]").check()
    page.locator("input[name=forms_wanted][value=verify]").check()
    page.fill("[name=purpose]", "社会救助申请受理环节核对申请人户籍信息")
    page.fill("[name=ground]", "《社会救助暂行办法》第五十八条")
    page.locator("input[name=clear_level]").first.check()
    page.fill("[name=assessment]", "处理目的必要;仅核对申请人本人;最小范围,脱敏提供")
    page.fill("[name=until]", "2027-06-30")


def test_a_request_is_signed_over_what_was_shown_and_the_answer_is_proved_off_line(
    visit, picture, base, city, tmp_path
):
    asker = visit("civil.steward")
    fill_request(asker)
    picture(asker, "road-3-asking")
    asker.get_by_role("button", name="提交申请").click()
    asker.wait_for_url(re.compile("/desk/requests/[0-9a-f]{16}$"))
    address = asker.url
    picture(asker, "road-4-asked")

    officer = visit("bureau.officer")
    officer.goto(address)
    officer.get_by_role("button", name="符合要求").click()
    officer.wait_for_load_state()
    approver = visit("police.approver")
    approver.goto(address + "/sign")
    assert "********" in approver.content()
    picture(approver, "road-5-signing")
    approver.locator("main form button.is-primary").first.click()
    approver.wait_for_load_state()

    asker.goto(address)
    asker.get_by_role("button", name="领取密钥").click()
    asker.wait_for_url("**/key")
    key = re.search(r"[A-Za-z0-9_-]{43}", asker.locator("main").inner_text())[0]
    number = next(iter(read_truth(city).values()))[0]
    body = {"key": {"resident_id": number}, "operator": "窗口01", "filing": "SQ-2026-001"}
    answered = httpx.post(
        f"{base}/exchange/v1/bases.people.resident/lookup",
        json=body,
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
    )

    assert answered.status_code == 200, answered.text
    told = answered.json()
    assert number not in answered.text
    assert told["rows"][0][0] == f"{number[:6]}********{number[-4:]}"

    auditor = visit("auditor")
    auditor.goto(f"/desk/ledger/{told['ledger']['id']}")
    picture(auditor, "road-6-ledger")
    with auditor.expect_download() as waiting:
        auditor.get_by_role("link", name=re.compile("证明")).first.click()
    waiting.value.save_as(tmp_path / "proof.json")
    verified = subprocess.run(
        [sys.executable, "-m", "taihu.doors.terminal", "verify", str(tmp_path / "proof.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout
    forged = json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))
    forged["public"] = forged["public"].replace("civil", "water")
    (tmp_path / "forged.json").write_text(json.dumps(forged), encoding="utf-8")
    refused = subprocess.run(
        [sys.executable, "-m", "taihu.doors.terminal", "verify", str(tmp_path / "forged.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1


def test_a_refused_call_says_what_to_request(base):
    refused = httpx.post(
        f"{base}/exchange/v1/bases.people.resident/lookup",
        json={"key": {"resident_id": "x"}, "operator": "a"},
        headers={"Authorization": "Bearer none"},
        timeout=60,
    )

    assert refused.status_code == 401
    assert set(refused.json()) == {"code", "message", "where", "help"}


def test_an_overdue_patrol_is_a_case(visit, picture):
    page = visit("water.steward")
    page.goto("/desk/cases/")
    page.get_by_role("link", name=re.compile("逾期|未巡|巡河")).first.click()
    page.wait_for_load_state()
    picture(page, "road-7-case")

    assert "巡" in page.locator("main").inner_text()

    page.goto("/desk/topics/")
    page.locator("main").get_by_role("link", name=re.compile("河")).first.click()
    page.wait_for_load_state("networkidle")
    picture(page, "road-8-rivers")
