"""One small city, served in a folder of its own, and a real browser to walk through it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
PORT = int(os.environ.get("TAIHU_RUNNING_PORT", "18400"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-unsafe-swiftshader"]
PATIENCE_SECONDS = 420


def find_browser():
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None and os.environ.get("TAIHU_BROWSER_REQUIRED") == "1":
        pytest.fail("no browser: install chromium and fonts-noto-cjk")
    if found is None:
        pytest.skip("no browser: install chromium and fonts-noto-cjk")
    return found


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    path = find_browser()
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    """The folder of a served small city; its pages are at `base`. `TAIHU_RUNNING=folder` takes one that runs at 18400."""
    if os.environ.get("TAIHU_RUNNING"):
        yield Path(os.environ["TAIHU_RUNNING"])
        return
    var = tmp_path_factory.mktemp("city")
    environment = {**os.environ, "TAIHU_VAR": str(var), "TAIHU_DEMO": "1"}
    command = [sys.executable, "-m", "taihu.doors.terminal", "run", "--size", "small", "--port", str(PORT)]
    log = (var / "run.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=HOUSE, env=environment, start_new_session=True)
    try:
        wait_until_served(var / "run.log", process)
        yield var
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
        log.close()


def wait_until_served(log, process):
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        text = log.read_text(encoding="utf-8", errors="replace")
        if "taihu serves at" in text:
            return
        if process.poll() is not None:
            pytest.fail(f"the city did not start:\n{text[-3000:]}")
        time.sleep(0.5)
    pytest.fail(f"the city was not served in {PATIENCE_SECONDS} s:\n{text[-3000:]}")


@pytest.fixture(scope="session")
def base(city):
    return f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="session")
def pictures():
    """Where screenshots go: `TAIHU_PICTURES`, else `var/pictures`."""
    folder = Path(os.environ.get("TAIHU_PICTURES", HOUSE / "var" / "pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(browser, base, pictures):
    """Opens a page as somebody; the page keeps what its console complained of in `complaints`."""
    contexts = []

    def open_as(who="", *, width=1440, height=900, theme="light"):
        context = browser.new_context(
            base_url=base,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            color_scheme=theme,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.complaints = []
        page.on("console", lambda told: page.complaints.append(told.text) if told.type == "error" else None)
        if who:
            page.goto("/login")
            page.fill("input[name=username]", who)
            page.fill("input[name=password]", "taihu-demo")
            page.click("button.is-primary[type=submit], form button.is-primary")
            page.wait_for_url("**/desk/**")
        return page

    yield open_as
    for context in contexts:
        context.close()


@pytest.fixture
def picture(pictures):
    def take(page, name):
        page.screenshot(path=pictures / f"{name}.png", full_page=True)

    return take
