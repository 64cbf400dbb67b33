"""The page of one's own code, as a new reader meets it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.source.styles import STYLES
from tests.source.test_copied_page import PAGES
from tests.source.test_listings import LISTINGS, TWO_WAYS

ENGLISH, CHINESE = {"lang": "en"}, {"lang": "zh"}


def test_the_empty_page_has_an_example_that_draws(client: TestClient) -> None:
    page = client.get("/read", params=ENGLISH).text
    assert "Your own code" in page
    assert "class ResidualBlock" in page
    assert "自己的代码" in client.get("/read", params=CHINESE).text
    assert 'href="/read"' in client.get("/", params=ENGLISH).text


def test_a_listing_of_a_document_is_restored_drawn_and_named(client: TestClient) -> None:
    answer = client.post("/read", params=ENGLISH, data={"source": LISTINGS["000_bottleneck"]})
    assert answer.status_code == 200
    page = answer.text
    assert "The code was restored" in page
    assert "This is bottleneck." in page
    assert "<svg" in page
    assert "conv3x3 is not defined in the source" in page
    assert "Conv2d → 1×64×56×56" in page
    chinese = client.post("/read", params=CHINESE, data={"source": LISTINGS["000_bottleneck"]}).text
    assert "这就是 bottleneck" in chinese
    assert "代码已修复" in chinese


def test_a_wrong_channel_count_is_drawn_at_its_line(client: TestClient) -> None:
    source = STYLES["blog"][0].replace(
        "nn.Conv2d(out_channels, out_channels, 3", "nn.Conv2d(in_channels + 1, out_channels, 3"
    )
    page = client.post("/read", params=ENGLISH, data={"source": source}).text
    assert "This structure cannot run" in page
    assert "<svg" in page
    line = source[: source.index("out = self.left(x)")].count("\n") + 1
    assert f'<span class="line wrong" id="line-{line}">' in page
    assert f"Line {line}: " in page


def test_what_cannot_be_followed_is_told_at_its_line(client: TestClient) -> None:
    source = STYLES["blog"][0].replace("F.relu(out)", "F.relux(out)")
    for language, said in ((ENGLISH, "did you mean"), (CHINESE, "是不是想写")):
        answer = client.post("/read", params=language, data={"source": source})
        assert answer.status_code == 200
        assert said in answer.text
        assert 'class="line wrong"' in answer.text


def test_the_fields_make_the_call(client: TestClient) -> None:
    data = {"source": STYLES["blog"][0], "class": "ResidualBlock", "arg.in_channels": "32",
            "arg.out_channels": "64", "arg.stride": "2"}  # fmt: skip
    page = client.post("/read", params=ENGLISH, data=data).text
    assert "<code>ResidualBlock(32, 64, stride=2)</code> · 1x32x56x56" in page
    assert 'name="arg.stride" value="2"' in page


def test_markup_that_is_pasted_stays_text(client: TestClient) -> None:
    source = "class Net(nn.Module):\n    def forward(self, x):\n        return '<script>alert()'\n"
    answer = client.post("/read", data={"source": source})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.slow
def test_a_permalink_shows_the_same(client: TestClient) -> None:
    page = client.post("/read", params=ENGLISH, data={"source": STYLES["blog"][0]}).text
    link = page.split('class="permalink" href="')[1].split('"')[0].replace("&amp;", "&")
    again = client.get(link + "&lang=en").text
    assert "<code>ResidualBlock(64, 64)</code>" in again


def test_another_reading_is_offered_and_taken(client: TestClient) -> None:
    asked = {"source": TWO_WAYS, "call": "Gate(8, False)"}
    found = client.post("/read.json", params=ENGLISH, data=asked).json()
    (other,) = found["readings"]
    assert other["difference"][-1] == "         return x + y"
    assert other["notes"][0]["zh"].startswith("'if self.double:' 管到")
    page = client.post("/read", params=ENGLISH, data=asked).text
    assert "Another reading is possible" in page
    assert "Take this reading" in page
    chinese = client.post("/read", params=CHINESE, data=asked).text
    assert "还有一种读法" in chinese
    taken = {"source": other["text"], "call": "Gate(8, False)"}
    again = client.post("/read.json", params=ENGLISH, data=taken).json()
    assert again["text"] == other["text"]
    assert not again["readings"]
    assert [node["type"] for node in again["record"]["nodes"]].count("Conv2d") == 1


def test_a_block_that_is_nearly_one_of_the_catalogue_is_compared(client: TestClient) -> None:
    source = LISTINGS["000_basic"].replace("conv3x3(planes, planes)", "conv1x1(planes, planes)")
    page = client.post("/read", params=ENGLISH, data={"source": source}).text
    assert "This is nearly basic." in page
    assert "conv2 kernel 3×3 → 1×1" in page
    assert page.count("<svg") >= 2
    assert "这与 basic 很接近" in client.post("/read", params=CHINESE, data={"source": source}).text


def test_a_page_that_is_copied_whole_offers_its_places(client: TestClient) -> None:
    answer = client.post("/read", params=ENGLISH, data={"source": PAGES["000"]})
    assert answer.status_code == 200
    assert "Code stands in 3 places of the text" in answer.text
    assert "BasicBlock(64, 64)" in answer.text
    assert "words that are no code stood in it" in answer.text
    again = client.post("/read", params=CHINESE, data={"source": PAGES["000"], "part": "2"}).text
    assert "文中有 3 处代码" in again
    assert 'value="2" aria-current="true"' in again
    assert "<code>Bottleneck(256, 64)</code>" in again
    assert "rate=1" in again
    # A choice that is none is no mistake of the reader.
    for wrong in ("0", "99", "x", "９"):
        answer = client.post("/read", params=ENGLISH, data={"source": PAGES["000"], "part": wrong})
        assert answer.status_code == 200
        assert "BasicBlock(64, 64)" in answer.text
