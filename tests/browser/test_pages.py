"""Every page: no fault of WCAG 2.2 AA in either theme, no sideways scroll at phone, desk and wall width, no complaint."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PUBLIC = (
    "/",
    "/data",
    "/data/bases.organisations.firm",
    "/data/topics.rivers.reading",
    "/login",
    "/components",
    "/about",
    "/nothing-here",
)
DESK = {
    "police.steward": ("/desk/", "/desk/batches/", "/desk/batches/upload", "/desk/catalogue/", "/desk/requests/"),
    "water.steward": ("/desk/", "/desk/cases/", "/desk/topics/"),
    "bureau.officer": ("/desk/", "/desk/batches/", "/desk/runs/"),
    "sysadmin": ("/desk/", "/desk/people/"),
    "secadmin": ("/desk/", "/desk/requests/"),
    "auditor": ("/desk/", "/desk/ledger/"),
}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def check(page, path):
    page.goto(path)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=RULES)
    faults = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found.response["violations"]]
    assert faults == [], f"{path}: {faults}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{path} scrolls sideways by {wide} px"


def name_of(who, path, theme, width):
    return f"{who or 'public'}{path.replace('/', '-').rstrip('-') or '-home'}-{theme}-{width}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_public_pages_hold(visit, picture, theme, width):
    page = visit(width=width, theme=theme)

    for path in PUBLIC:
        check(page, path)
        picture(page, name_of("", path, theme, width))


@pytest.mark.parametrize("who", sorted(DESK))
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_desk_pages_hold(visit, picture, who, theme, width):
    page = visit(who, width=width, theme=theme)

    for path in DESK[who]:
        check(page, path)
        picture(page, name_of(who, path, theme, width))


@pytest.mark.parametrize("path", ["/", "/data/bases.organisations.firm", "/components"])
def test_pages_hold_on_a_wall(visit, picture, path):
    page = visit(width=3840, height=2160)

    check(page, path)
    picture(page, name_of("", path, "light", 3840))


def test_no_page_calls_anything_outside(visit):
    page = visit()
    called = []
    page.on("request", lambda request: called.append(request.url))

    for path in PUBLIC:
        page.goto(path)
        page.wait_for_load_state("networkidle")

    assert [url for url in called if not url.startswith(("http://127.0.0.1", "data:", "blob:"))] == []
