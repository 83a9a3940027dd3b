"""The page of a comparison: whole, safe, readable, and shown by a real browser."""

import base64
import shutil
import struct
import subprocess
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from comparisons import ALL, ECHO, ETTH1, FAILED, ONE_SEED, comparison
from seqforecast.reporting.page import READING, render_comparison_page

VOID = {"meta", "img", "br", "hr", "link", "input"}
HOSTILE = "<script>alert('x')</script>\"&"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def png(width: int = 8, height: int = 4) -> bytes:
    """A blue picture, put together by hand: no drawing is needed here."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = (b"\0" + b"\x00\x72\xb2" * width) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + body


class Page(HTMLParser):
    """Read a page as a browser does; refuse what is not nested well."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def page_of(document: Any, folder: Path, **details: Any) -> str:
    pictures = {name: folder / f"{name}.png" for name in READING}
    for path in pictures.values():
        path.write_bytes(png())
    known = {
        "alts": {name: f"what {name} shows" for name in READING},
        "settings": {
            each["name"]: {"model": {"cell": each["cell"], "dropout": 0.1}}
            for each in document["members"]
        },
        "environment": {"TensorFlow": "2.18.1"},
        "command": "seqforecast compare rnn lstm gru",
    }
    return render_comparison_page(document, pictures, known | details)


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_nested_well_and_names_everything(name: str, tmp_path: Path) -> None:
    """Broken once by a section that was never closed."""
    page = Page(page_of(ALL[name], tmp_path))
    for each in ALL[name]["members"]:
        assert each["name"] in page.text
    for baseline in ALL[name]["baselines"]:
        assert baseline in page.text
    named = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(named) == len(set(named))
    pointed = [of["aria-labelledby"] for _, of in page.tags if "aria-labelledby" in of]
    assert set(pointed) <= set(named)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1


def test_the_verdict_comes_before_the_table_and_the_pictures(tmp_path: Path) -> None:
    html = page_of(ETTH1, tmp_path)
    verdict = html.index("gru and lstm are significantly better than simple_rnn;")
    assert verdict < html.index("<table>") < html.index("<img")


def test_every_picture_is_inside_and_says_what_it_shows(tmp_path: Path) -> None:
    """Broken once by the paths of the pictures."""
    images = Page(page_of(ECHO, tmp_path)).all("img")
    assert [image["alt"] for image in images] == [
        f"what {name} shows" for name in READING
    ]
    begin = "data:image/png;base64,"
    for image in images:
        source = str(image["src"])
        assert source.startswith(begin)
        assert base64.b64decode(source.removeprefix(begin)) == png()


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    html = page_of(ECHO, tmp_path)
    assert "http:" not in html
    assert "https:" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert not Page(html).all("script", "link", "iframe", "object", "base")
    assert "default-src 'none'" in html


def test_names_errors_and_settings_cannot_write_html(tmp_path: Path) -> None:
    """Broken once by autoescape off."""
    document = comparison(
        {HOSTILE: (0.3, 0.31), "gru": (0.4, 0.41)},
        baselines={"naive": 0.5},
        name=HOSTILE,
        notes=[HOSTILE],
        failed=[{"name": HOSTILE, "seed": 0, "error": HOSTILE}],
    )
    html = page_of(
        document,
        tmp_path,
        alts=dict.fromkeys(READING, HOSTILE),
        settings={HOSTILE: {"a": HOSTILE}, "gru": {"a": 1}},
        environment={HOSTILE: HOSTILE},
        command=HOSTILE,
    )
    page = Page(html)
    assert not page.all("script")
    assert page.text.count("<script>alert('x')</script>\"&") >= 10
    assert {image["alt"] for image in page.all("img")} == {HOSTILE}


def test_failed_fits_are_on_the_page_with_their_errors(tmp_path: Path) -> None:
    text = Page(page_of(FAILED, tmp_path)).text
    assert "Failed: lstm, seed 1: the loss became NaN in epoch 3" in text


def test_one_seed_is_said_to_claim_nothing(tmp_path: Path) -> None:
    text = Page(page_of(ONE_SEED, tmp_path)).text
    assert "Nothing is claimed: one seed cannot tell" in text
    assert "letter" not in text


def test_what_differed_stands_apart_from_what_was_equal(tmp_path: Path) -> None:
    text = Page(page_of(ECHO, tmp_path)).text
    assert "model.cell simple_rnn lstm gru" in text
    assert "Settings that were equal (1) setting value model.dropout 0.1" in text


@pytest.mark.parametrize(
    ("name", "width"), [("six", 390), ("long names", 390), ("long names", 1280)]
)
def test_a_browser_shows_it_without_scrolling_sideways(
    name: str, width: int, tmp_path: Path
) -> None:
    """Only the boxes of tables and pictures scroll. Broken once by a wide table."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium is installed here to show the page")
    (tmp_path / "page.html").write_text(page_of(ALL[name], tmp_path), "utf-8")
    # A frame of that width tells how wide its content is; the page has no scripts.
    (tmp_path / "frame.html").write_text(
        f"<iframe src=page.html style='width:{width}px;height:900px;border:0'></iframe>"
        "<script>onload = () => { const root = "
        "document.querySelector('iframe').contentDocument.documentElement;"
        "document.title = `${root.scrollWidth} ${root.clientWidth}`; }</script>",
        "utf-8",
    )
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000"]
    command += ["--allow-file-access-from-files", "--dump-dom"]
    shown = subprocess.run(
        [*command, (tmp_path / "frame.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    wide, room = shown.partition("<title>")[2].partition("</title>")[0].split()
    assert width - 20 <= int(room) <= width  # a scroll bar takes some
    assert int(wide) <= int(room)
