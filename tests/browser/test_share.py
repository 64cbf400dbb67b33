"""What is copied and saved is what was shown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from resnet_core import draw
from tests.browser.explorer import shows, tab

CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture
def page(visit):
    return visit("/?block=bottleneck&stride=2#share", permissions=CLIPBOARD)


def test_every_copy_button_copies_the_lines_beside_it_and_says_so(page):
    blocks = page.locator("#share .lines")
    assert blocks.count() > 4
    for element in blocks.all():
        element.locator(".copy").click()
        expect(element.locator(".copy")).to_have_text("Copied")
        assert (
            page.evaluate("navigator.clipboard.readText()") == element.locator("pre").inner_text()
        )
    expect(blocks.last.locator(".copy")).to_have_text("Copy")


def test_the_code_that_ran_is_copied_without_its_line_numbers(page):
    tab(page, "code").click()
    listing = page.locator("#code .listing").first
    listing.locator(".copy").click()
    expect(listing.locator(".copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.lstrip().startswith("def forward(self")
    assert len(copied.splitlines()) == listing.locator(".line").count()
    assert not re.search(r"^\d", copied, re.MULTILINE)


def test_files_come_first_where_only_this_machine_reaches_the_server(page):
    expect(page.locator("#loopback")).to_contain_text("Only this machine reaches http://127.0.0.1")
    names = page.locator("#share h4").all_inner_texts()
    assert names.index("Marker") < names.index("Shell") < names.index("Markdown")
    assert "Address for a CDN" not in names


def test_the_permalink_is_the_address_of_this_picture(page, visit):
    link = page.locator("#share pre a").first
    assert link.text_content() == f"{visit.address}/diagram?block=bottleneck&stride=2"
    answer = page.request.get(link.text_content(), headers={"Accept": "image/*"})
    assert answer.text() == draw(block="bottleneck", stride=2).svg


def test_every_embedded_address_answers_with_a_picture(page):
    text = page.locator("#share").inner_text()
    found = set(re.findall(r"http://[^\s\"')]+?/diagram\.svg\?[^\s\"')]+", text))
    assert found
    for one_text in found:
        answer = page.request.get(one_text.replace("&amp;", "&"))
        assert answer.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("name", ["SVG", "PNG 2×", "PDF", "JSON", "Mermaid", "Text"])
def test_a_file_is_saved_under_the_name_of_the_structure(page, name):
    with page.expect_download() as saving:
        page.locator("#share .formats a", has_text=re.compile(f"^{name}$")).click()
    called = "bottleneck-stride-2@2x." if "2×" in name else "bottleneck-stride-2."
    assert saving.value.suggested_filename.startswith(called)
    assert saving.value.path().stat().st_size > 500


def test_what_is_shared_follows_the_knobs(page):
    page.fill("#knob-stride", "1")
    shows(page, "/diagram?block=bottleneck")
    expect(page.locator("#share pre a").first).to_have_text(re.compile(r"block=bottleneck$"))


def test_the_program_can_be_copied(visit):
    page = visit("/?block=bottleneck&stride=2#code", permissions=CLIPBOARD)
    page.locator("#code .copy").last.click()
    assert "stride=2" in page.evaluate("navigator.clipboard.readText()")


TEXTS = (("SVG", "svg"), ("Mermaid", "mermaid"), ("Text", "txt"))


@pytest.mark.parametrize(("name", "attribute"), TEXTS)
def test_a_text_of_the_picture_is_copied_as_it_would_be_saved(page, name, attribute):
    page.locator(".copies button", has_text=re.compile(f"^Copy {name}$")).click()
    expect(page.locator(".copies button.done")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.rstrip() == getattr(draw(block="bottleneck", stride=2), attribute).rstrip()


def test_the_picture_itself_is_copied_with_its_own_title(visit):
    page = visit("/?block=basic&title=Mine&theme=ink&width=400#share", permissions=CLIPBOARD)
    shown = page.locator(".preview img")
    expect(shown).to_have_attribute("src", re.compile(r"theme=ink&title=Mine&width=400"))
    assert (
        abs(
            shown.evaluate("async image => { await image.decode(); return image.naturalWidth; }")
            - 400
        )
        <= 1
    )
    page.locator(".copies button", has_text="Copy PNG").click()
    expect(page.locator(".copies button.done")).to_have_text("Copied")
    size = page.evaluate(
        "async () => {const [item] = await navigator.clipboard.read();"
        "const picture = await createImageBitmap(await item.getType('image/png'));"
        "return picture.width}"
    )
    assert abs(size - 400) <= 2


def test_a_copy_that_fails_says_so(page, visit):
    page.route("**/diagram.svg*", lambda route: route.fulfill(status=503))
    page.locator(".copies button", has_text="Copy SVG").click()
    expect(page.locator(".copies button.failed")).to_have_text("Not copied")
    # The browser tells of it too.
    assert len(visit.complaints) == 1
    visit.complaints.clear()


def test_what_is_saved_has_the_colours_that_are_seen(visit):
    page = visit("/?block=bottleneck&stride=2#share", color_scheme="dark")
    with page.expect_download() as saving:
        page.locator("#share .formats a", has_text=re.compile("^SVG$")).click()
    assert saving.value.suggested_filename == "bottleneck-stride-2-dark.svg"
    assert saving.value.path().read_text() == draw(block="bottleneck", stride=2, theme="dark").svg
    assert "theme=dark" in page.locator("#share .preview img").get_attribute("src")
    page.click(".top .theme")
    expect(page.locator("#share .preview img")).to_have_attribute(
        "src", re.compile("^((?!theme).)*$")
    )
    link = page.locator("#share .formats a", has_text=re.compile("^PNG 2×$"))
    expect(link).to_have_attribute("download", "bottleneck-stride-2@2x.png")


def test_a_clipboard_that_refuses_says_so_and_the_lines_are_selected(visit):
    page = visit("/?block=bottleneck#share")
    page.evaluate(
        "void (navigator.clipboard.writeText = () => Promise.reject(new Error('refused')))"
    )
    lines = page.locator("#share .lines").first
    lines.locator(".copy").click()
    expect(lines.locator(".copy")).to_have_text("Press Ctrl+C")
    assert page.evaluate("getSelection().toString()").strip() == lines.locator("pre").inner_text()


def test_the_address_of_the_page_is_beside_that_of_the_picture(page, visit):
    links = page.locator("#share pre a")
    assert links.nth(1).text_content() == f"{visit.address}/?block=bottleneck&stride=2"
    assert links.nth(1).get_attribute("href") == "/?block=bottleneck&stride=2"
