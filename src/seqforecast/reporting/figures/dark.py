"""Dark: a drawing as SVG whose colours follow the reader's light or dark screen.

Greys change places, white with the page's dark paper and black with its light ink;
other colours become lighter until they can be read on that paper.
"""

import colorsys
import re

PAPER, INK = (0x15, 0x18, 0x1C), (0xF0, 0xF2, 0xF4)
GREY = 0.12  # largest distance of the three parts of a colour that is called a grey
CONTRAST = 4.5  # against the paper, as WCAG 2.1 asks of text
COLOR = re.compile(r"(fill|stroke): (#[0-9a-f]{6})\b")

Parts = tuple[float, float, float]


def with_dark(svg: str) -> str:
    """Return an SVG as matplotlib writes it, with the colours of a dark screen too.

    Printers and viewers that know no dark screen show it as it was.
    """
    rules = "".join(
        f'[style*="{what}: {color}"]{{{what}:{dark_of(color)}!important}}'
        for what, color in sorted(set(COLOR.findall(svg)))
    )
    style = f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>"
    head, end, rest = svg.partition(" <defs>")
    return f"{head}{style}\n{end}{rest}" if end else svg


def dark_of(color: str) -> str:
    """Return what takes the place of a colour, both as #rrggbb."""
    parts = tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = parts
    if max(parts) - min(parts) <= GREY:
        light = sum(parts) / 3
        pairs = zip(INK, PAPER, strict=True)
        mixed = tuple((ink + (paper - ink) * light) / 255 for ink, paper in pairs)
        return _hex((mixed[0], mixed[1], mixed[2]))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    while _contrast(colorsys.hls_to_rgb(hue, light, full)) < CONTRAST and light < 1:
        light += 0.01
    return _hex(colorsys.hls_to_rgb(hue, min(light, 1.0), full))


def _hex(parts: Parts) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def _contrast(parts: Parts) -> float:
    """Return the contrast of a light colour against the paper, of WCAG 2.1."""
    paper = (PAPER[0] / 255, PAPER[1] / 255, PAPER[2] / 255)
    return (_luminance(parts) + 0.05) / (_luminance(paper) + 0.05)


def _luminance(parts: Parts) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
