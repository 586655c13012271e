"""The admin's forms in the site's colours: what their scripts build can be read, light and dark."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Page

from tests.browser.chromium import chromium_for_tests, own_browser
from tests.browser.looking import AXE, DARK
from tests.browser.pages.served import served
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
JSI18N = "/admin/jsi18n/"


def draw_reader(folder: Path) -> tuple[str, dict[str, Path]]:
    """The page of a reader in a group, and the files that it asks for."""
    client, reader = Client(), make_user()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    reader.groups.add(Group.objects.create(name="Editors"))
    words = folder / "jsi18n.js"
    words.write_bytes(client.get(JSI18N).content)
    html = client.get(f"/admin/accounts/user/{reader.pk}/change/").content.decode()
    return f'{html}<script src="/axe.js"></script>', {"/axe.js": AXE, JSI18N: words}


def show_all(page: Page) -> None:
    """Filter what is chosen, so that its foot shows, and open the calendar."""
    page.locator("#id_groups_selected_input").press_sequentially("no such group")
    page.locator(".selector-chosen .list-footer-display").first.wait_for()
    page.locator(".datetimeshortcuts a[id^=calendarlink]").first.click()
    page.locator(".calendarbox").first.wait_for()
    page.locator(".calendar td a").first.hover()


def test_all_that_a_form_shows_can_be_read(tmp_path: Path) -> None:
    chromium_for_tests()
    html, files = draw_reader(tmp_path)
    found = {}
    with served([html], files) as (address,), own_browser() as browser:
        page = browser.new_page(reduced_motion="reduce")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.goto(address)
            show_all(page)
            answer = page.evaluate("wanted => axe.run(document, wanted)", DARK)
            for rule in answer["violations"]:
                found[theme] = [node["html"][:150] for node in rule["nodes"]]
    assert found == {}
