"""Pages as tests read them: by Python's parser, and by a headless browser."""

import json
import shutil
import struct
import subprocess
import zlib
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

VOID = {"meta", "img", "br", "hr", "link", "input"}
HOSTILE = "<script>alert('x')</script>\"&"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def png(width: int = 8, height: int = 4, said: str = "") -> bytes:
    """A blue picture, put together by hand: no drawing is needed here."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = (b"\0" + b"\x00\x72\xb2" * width) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    text = chunk(b"iTXt", b"Description\0\0\0\0\0" + said.encode()) if said else b""
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + text + body


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


def check_access(page: Page) -> None:
    """Check what who reads a page by ear, or by keyboard, relies on."""
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1
    named = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(named) == len(set(named))
    pointed = [of["aria-labelledby"] for _, of in page.tags if "aria-labelledby" in of]
    assert set(pointed) <= set(named)
    assert all(image["alt"] for image in page.all("img"))
    assert all(cell.get("scope") in ("row", "col") for cell in page.all("th"))
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for region in page.all("section", "div"):
        if region.get("role") == "region" or "tabindex" in region:
            assert region.get("aria-label") or region.get("aria-labelledby")


def check_that_nothing_is_fetched(html: str) -> None:
    for fetched in ("http:", "https:", "url(", "@import", "srcset"):
        assert fetched not in html
    assert not Page(html).all("script", "link", "iframe", "object", "base", "form")
    assert "default-src 'none'" in html


LOOK = """
const linear = c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
const luminance = rgb => [.2126, .7152, .0722]
  .reduce((sum, share, i) => sum + share * linear(rgb[i] / 255), 0);
const numbers = color => color.match(/[\\d.]+/g).map(Number);
const behind = element => {
  for (let at = element; at; at = at.parentElement) {
    const color = numbers(getComputedStyle(at).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
onload = () => {
  const frame = document.querySelector('iframe'), shown = frame.contentDocument;
  shown.querySelectorAll('details').forEach(each => each.open = true);
  const root = shown.documentElement, contrast = [];
  for (const element of shown.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some(n => n.nodeType == 3 && n.data.trim());
    if (!own) continue;
    const [a, b] = [numbers(getComputedStyle(element).color), behind(element)]
      .map(luminance).sort((x, y) => y - x);
    contrast.push((a + .05) / (b + .05));
  }
  const fetched = frame.contentWindow.performance.getEntriesByType('resource')
    .map(each => each.name).filter(name => !name.startsWith('data:'));
  const images = [...shown.images].filter(i => i.complete && i.naturalWidth).length;
  document.title = JSON.stringify({wide: root.scrollWidth, room: root.clientWidth,
    contrast: Math.min(...contrast), fetched, images,
    paper: getComputedStyle(shown.body).backgroundColor});
};
"""


def look_at(html: str, folder: Path, width: int, *, dark: bool = False) -> Any:
    """Show a page in a headless browser, every part unfolded, and say what is seen.

    Returns:
        `wide`, of the content; `room`, of the window; `contrast`, the lowest of any
        text; `paper`, the colour behind; `fetched`, addresses; `images`, how many are
        shown; `console`, what the browser complains of.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium is installed here to show the page")
    (folder / "page.html").write_text(html, "utf-8")
    # A frame of that width tells how wide its content is; the page has no scripts.
    (folder / "frame.html").write_text(
        f"<iframe src=page.html style='width:{width}px;height:900px;border:0'></iframe>"
        f"<script>{LOOK}</script>",
        "utf-8",
    )
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000"]
    command += ["--allow-file-access-from-files", "--dump-dom"]
    command += ["--enable-logging=stderr", "--disable-background-networking"]
    command += [f"--blink-settings=preferredColorScheme={0 if dark else 1}"]
    shown = subprocess.run(
        [*command, (folder / "frame.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    title = shown.stdout.partition("<title>")[2].partition("</title>")[0]
    seen = json.loads(title.replace("&quot;", '"').replace("&amp;", "&"))
    seen["console"] = [x for x in shown.stderr.splitlines() if "CONSOLE" in x]
    return seen


def check_look(html: str, folder: Path, width: int, *, dark: bool = False) -> None:
    """Check that a browser shows a page whole, readable, and without complaint.

    Only the boxes of tables and pictures scroll sideways.
    """
    seen = look_at(html, folder, width, dark=dark)
    assert width - 20 <= seen["room"] <= width  # a scroll bar takes some
    assert seen["wide"] <= seen["room"]
    assert seen["contrast"] >= 4.5  # WCAG 2.2, 1.4.3, level AA
    assert seen["paper"] == ("rgb(21, 24, 28)" if dark else "rgb(255, 255, 255)")
    assert seen["images"] == html.count("<img ")
    assert seen["fetched"] == seen["console"] == []
