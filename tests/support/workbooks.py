"""A small writer of workbooks: what Excel needs of a file, and no more."""

import zipfile
from datetime import date, datetime
from xml.sax.saxutils import escape, quoteattr

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{SPREADSHEET}"><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="22" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)


def write_workbook(path, sheets, hidden=()):
    """Write sheets, each a list of rows of cells; None leaves a cell out."""
    with zipfile.ZipFile(path, "w") as file:
        kinds, relations, listed = [], [], []
        for number, (name, rows) in enumerate(sheets.items(), start=1):
            target = f"worksheets/sheet{number}.xml"
            file.writestr(f"xl/{target}", _sheet(rows))
            kinds.append(_override(f"/xl/{target}", "worksheet"))
            relations.append(_relation(number, f"{OFFICE}/worksheet", target))
            state = ' state="hidden"' if name in hidden else ""
            attributes = f'sheetId="{number}" r:id="r{number}"{state}'
            listed.append(f"<sheet name={quoteattr(name)} {attributes}/>")
        relations.append(_relation(len(sheets) + 1, f"{OFFICE}/styles", "styles.xml"))
        kinds.append(_override("/xl/workbook.xml", "sheet.main"))
        kinds.append(_override("/xl/styles.xml", "styles"))
        default = 'Extension="rels" ContentType="application/vnd.openxmlformats-package'
        file.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default '
            f'{default}.relationships+xml"/>{"".join(kinds)}</Types>',
        )
        root = _relation(1, f"{OFFICE}/officeDocument", "xl/workbook.xml")
        file.writestr("_rels/.rels", _relations([root]))
        file.writestr("xl/_rels/workbook.xml.rels", _relations(relations))
        file.writestr("xl/styles.xml", STYLES)
        file.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>'
            f"{''.join(listed)}</sheets></workbook>",
        )


def _override(part, kind):
    form = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
    return f'<Override PartName="{part}" ContentType="{form}"/>'


def _relation(number, kind, target):
    return f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"/>'


def _relations(lines):
    inside = "".join(lines)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def _sheet(rows):
    lines = []
    for i, row in enumerate(rows, start=1):
        cells = [
            _cell(f"{chr(ord('A') + j)}{i}", value)
            for j, value in enumerate(row)
            if value is not None
        ]
        lines.append(f'<row r="{i}">{"".join(cells)}</row>')
    data = f"<sheetData>{''.join(lines)}</sheetData>"
    return f'<worksheet xmlns="{SPREADSHEET}">{data}</worksheet>'


def _cell(place, value):
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        text = escape(value)
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
    if isinstance(value, datetime):
        days = (value - datetime(1899, 12, 30)).total_seconds() / 86_400
        return f'<c r="{place}" s="2"><v>{days!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'
