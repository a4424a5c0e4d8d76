from __future__ import annotations

import re

import pytest

from taihu.doors.portal.models import Fetch, Report
from tests.doors.portal import portal_builders as make

pytestmark = pytest.mark.slow
READING = f"/data/{make.READING.id}"


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_without_a_name_in_both_languages(city, browser, language):
    browser.cookies["language"] = language

    for path in ("/", "/data", "/about", READING, f"{READING}/report", "/data.json", f"{READING}/meta.json"):
        response = browser.get(path)
        assert response.status_code == 200
        assert response.headers["Content-Language"] == {"zh": "zh-CN", "en": "en"}[language]


def test_no_page_of_the_portal_holds_an_inline_script_or_style(city, browser):
    for path in ("/", "/data", READING, f"/data/{make.ADDRESS.id}"):
        text = browser.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*src=)(?![^>]*application/json)|<style|\sstyle=|\son\w+=", text)


def test_the_dataset_page_shows_rows_fields_files_and_whom_to_ask(city, browser):
    shown = words(browser.get(READING))

    for part in ("D-01", "6.125", "=HYPERLINK(1)", "监测员电话", "不予开放", "0572-1234567", "CSV", "curl -fL"):
        assert part in shown
    assert make.PHONE not in shown


def test_an_empty_catalogue_says_what_would_stand_there(db, stores, browser):
    assert "还没有已发布的数据资源" in words(browser.get("/"))


def test_a_dataset_without_rows_says_when_it_will_have_some(db, stores, browser):
    make.publish_all(stores)

    assert "五分钟内" in words(browser.get(READING))
    assert browser.get(f"{READING}/download/csv").status_code == 404


def test_what_is_shut_is_explained_and_never_a_dead_end(city, browser):
    page = browser.get(f"/data/{make.PATIENT.id}")
    shown = words(page)

    assert "L3" in shown
    assert "不提供直接下载" in shown
    assert "申请" in shown
    refused = browser.get(f"/data/{make.PATIENT.id}/download/csv")
    assert refused.status_code == 403


def test_a_refusal_to_a_program_has_the_one_shape(city, browser):
    response = browser.get(f"/data/{make.ADDRESS.id}/download/csv", headers={"accept": "application/json"})

    assert response.status_code == 403
    assert set(response.json()) == {"code", "message", "where", "help"}


def test_what_the_public_may_not_know_of_does_not_exist(city, browser):
    for dataset in (make.SECRET.id, "topics.rivers.nothing", "a.b"):
        assert browser.get(f"/data/{dataset}").status_code == 404
    assert make.SECRET.title not in browser.get("/data?q=线索").content.decode()
    assert make.SECRET.id not in browser.get("/data.json").content.decode()


def test_a_download_is_counted_once_and_known_content_is_not_sent_again(city, browser):
    first = browser.get(f"{READING}/download/csv")
    body = b"".join(first.streaming_content)
    again = browser.get(f"{READING}/download/csv", headers={"if-none-match": f"W/{first.headers['ETag']}"})

    assert body.startswith("\ufeff断面编码".encode())
    assert first.headers["X-Taihu-Receipt"].startswith("test/")
    assert "attachment" in first.headers["Content-Disposition"]
    assert again.status_code == 304
    assert Fetch.objects.get().times == 1


def test_a_form_that_does_not_exist_is_not_found(city, browser):
    assert browser.get(f"{READING}/download/exe").status_code == 404


STRANGE = ("page=-1", "page=99999999999999999999", "page=x", "sort=drop", "field='--", "q=%00", "fresh=", "q=()*?AND")


def test_a_strange_address_of_the_list_is_answered_calmly(city, browser):
    for query in (*STRANGE, "q=" + "字" * 5000):
        assert browser.get(f"/data?{query}").status_code == 200, query


def test_filters_count_what_is_left_under_the_others(city, browser):
    shown = words(browser.get("/data?department=water"))

    assert "找到 1 个数据资源" in shown
    assert "断面水质监测" in shown
    assert "标准地址" not in shown


def test_a_doubt_gets_a_number_and_reaches_the_outbox(city, browser):
    sent = browser.post(f"{READING}/report", {"column": "oxygen", "words": "D-02 的溶解氧不可能为负数"})
    made = Report.objects.get()

    assert sent.status_code == 302
    assert made.number in words(browser.get(sent.headers["Location"]))
    assert made.column == "oxygen"


def test_a_doubt_that_cannot_be_read_is_sent_back_with_its_words(city, browser):
    for column, said in (("phone'", "这里的电话不对"), ("", "短"), ("", "字" * 601)):
        response = browser.post(f"{READING}/report", {"column": column, "words": said})
        assert response.status_code == 422
        assert said in response.content.decode()
    assert not Report.objects.exists()


def test_foreign_words_are_escaped_everywhere(db, stores, browser):
    evil = "<script>alert(1)</script>"
    make.put_readings(stores, [("D-01", None, None, evil, "x")])
    make.publish_all(stores)
    entry = make.Entry.objects.get(dataset=make.READING.id)
    entry.edition.content["summary"] = evil
    entry.edition.save()

    for path in ("/", "/data", READING, f"/data?q={evil}"):
        assert evil not in browser.get(path).content.decode()


def test_the_list_of_a_hundred_datasets_costs_no_query_per_dataset(city, browser, django_assert_max_num_queries):
    browser.get("/data")
    with django_assert_max_num_queries(8):
        browser.get("/data")
