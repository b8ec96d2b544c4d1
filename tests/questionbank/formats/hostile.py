"""Files that mean harm, or are broken in ways that could do some. Made here; none is kept in the repository."""

import io
import json
import struct
import zipfile

import openpyxl

MIB = 1024 * 1024
_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRINGS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{"&" + chr(97 + at) + ";"}{"&" + chr(97 + at) + ";"}">' for at in range(20))
    + "]>"
)


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return data.getvalue()


def workbook(**parts):
    """A good workbook with some of its parts put in place of others; ``None`` leaves one out."""
    book = openpyxl.Workbook()
    book.active.append(["Question", "Answer"])
    book.active.append(["Why?", "So."])
    data = io.BytesIO()
    book.save(data)
    named = {
        "sheet": _SHEET,
        "strings": "xl/sharedStrings.xml",
        "book": "xl/workbook.xml",
        "types": "[Content_Types].xml",
    }
    named |= {"styles": "xl/styles.xml", "rels": "xl/_rels/workbook.xml.rels"}
    changed = {named.get(name, name): content for name, content in parts.items()}
    with zipfile.ZipFile(data) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist() if name not in changed]
    if "strings" in parts:
        entries = [(name, content.replace(b"</Types>", _STRINGS_TYPE + b"</Types>")) for name, content in entries]
    return zipped([*entries, *((name, content) for name, content in changed.items() if content is not None)])


def sheet(rows, before="", after=""):
    return f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD = f"<row>{cell('A1', 'Question')}{cell('B1', 'Answer')}</row>"


def with_flag(data, flag):
    """An archive whose entries claim something of themselves, such as to be encrypted."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            struct.pack_into("<H", changed, at + offset, struct.unpack_from("<H", changed, at + offset)[0] | flag)
            at = data.find(mark, at + 4)
    return bytes(changed)


def with_size(data, size):
    """An archive that states another size for its first entry than it has."""
    changed = bytearray(data)
    struct.pack_into("<I", changed, data.index(b"PK\x01\x02") + 24, size)
    return bytes(changed)


def tables():
    yield "empty.csv", b""
    yield "blank.csv", b" \n\n\t\n"
    yield "zeros.csv", b"Question,Answer\n\0\0\0"
    yield "large.csv", b"Question,Answer\n" + b"a,b\n" * (6 * MIB)
    yield "huge.csv", b"a" * (100 * MIB)
    yield "open quote.csv", b'Question,Answer\n"never closed,' + b"x\n" * 200_000
    yield "quotes.csv", b'"' * 3_000_000
    yield "one line.csv", b"Question,Answer\n" + b"x" * 15_000_000
    yield "columns.csv", b"Question" + b"," * 90_000 + b"\n" + b"x," * 45_000
    yield "commas.csv", (b"," * 9_000 + b"\n") * 1_500
    yield "rows.csv", b"Question\n" + b"Why?\n" * 101_000
    yield "formula.csv", b"Question,Answer\n=cmd|' /C calc'!A0,@SUM(1+1)\n"
    yield "half utf-16.csv", "Question,Answer\nWhy?,x".encode("utf-16")[:-1]
    yield "latin.csv", "Question,Answer\ncafé?,naïve\n".encode("latin-1")
    yield "signs.csv", b"Question\n" + bytes(range(1, 128)) * 10_000
    yield "levels.csv", b"Question,Level 1,Rubric\nWhy?,a," + b"1: x " * 10_000 + b"\n"
    yield "shares.csv", b"Question,Competencies\nWhy?," + b"a:1;" * 20_000 + b"\n"
    yield "escapes.csv", b"Question\n" + b"_x0000__xD800_" * 5_000 + b"\n"


def objects():
    yield "brackets.json", b"[" * 10_000_000
    yield "braces.json", b'{"a":' * 100_000
    yield "deep.json", b'{"a":' * 900 + b"1" + b"}" * 900
    yield "deep question.json", b'[{"question": "a", "answer": ' + b"[" * 5_000 + b"]" * 5_000 + b"}]"
    yield "numbers.json", b'[{"question": "a", "minutes": ' + b"9" * 1_000_000 + b"}]"
    yield "float.json", b'[{"question": "a", "minutes": 1e' + b"9" * 100_000 + b"}]"
    yield "nan.json", b'[{"question": NaN, "answer": Infinity}]'
    yield "empties.json", b"[" + b"{}," * 300_000 + b"{}]"
    yield "lists.json", b"[" + b"[]," * 6_000_000 + b"[]]"
    yield "names.json", json.dumps({f"name {at}": at for at in range(100_000)}).encode()
    yield "same name.json", b'{"question": "a"' + b', "question": "b"' * 100_000 + b"}"
    yield "torn.json", b'[{"question": "Why?'
    yield "scalar.json", b"3"
    yield "surrogates.json", b'[{"question": "\\ud800\\udfff \\ud800", "tags": ["\\u0000"]}]'
    yield "lines.jsonl", b"{\n" * 60_000
    yield "prototype.json", b'[{"__proto__": {"question": "a"}, "__class__": "x", "question": {"__init__": "y"}}]'


def archives():
    yield "none.zip", b"PK\x03\x04 nothing"
    yield "cut.zip", zipped([("a.md", "### Q1: Why?\n" * 1_000)])[:-30]
    yield "bomb.zip", zipped([("a.csv", b"\0" * (60 * MIB))])
    yield "many.zip", zipped([(f"{at}.md", "") for at in range(21_000)], zipfile.ZIP_STORED)
    yield "nested.zip", zipped([("inner.zip", zipped([("a.md", "### Q1: Why?")]))])
    yield (
        "paths.zip",
        zipped([(name, "### Q1: Why?\n\nSo.") for name in ("../../etc/a.md", "/srv/b.md", "C:\\x\\c.md", "..")]),
    )
    yield "encrypted.zip", with_flag(zipped([("a.md", "### Q1: Why?")]), 1)
    yield "lying small.zip", with_size(zipped([("a.md", "### Q1: Why?\n" * 10_000)]), 10)
    yield "lying large.zip", with_size(zipped([("a.md", "### Q1: Why?")]), 4_000_000_000)
    yield (
        "names.zip",
        zipped([("\u202eexe.md", "### Q1: Why?\n\nSo."), ("a\x07b.md", "x"), ("x" * 60_000 + ".md", "x")]),
    )
    yield "empty.zip", zipped([])


def workbooks():
    yield "text.xlsx", b"Question,Answer\nWhy?,So.\n"
    yield "old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000
    yield "zip.xlsx", zipped([("a.txt", "x")])
    yield "no sheet.xlsx", workbook(sheet=None)
    yield "no types.xlsx", workbook(types=None)
    yield "no book.xlsx", workbook(book=None)
    yield "no relations.xlsx", workbook(rels=None)
    yield "broken sheet.xlsx", workbook(sheet="<worksheet><sheetData><row>")
    yield (
        "broken styles.xlsx",
        workbook(styles="<styleSheet><cellXfs count='9'><xf numFmtId='x'/></cellXfs></styleSheet>"),
    )
    yield "macros.xlsx", workbook(**{"xl/vbaProject.bin": b"x"})
    yield "entities.xlsx", workbook(sheet=sheet(HEAD + f"<row>{cell('A2', '&t;')}</row>", before=_BOMB))
    yield "entities in strings.xlsx", workbook(strings=_BOMB + f'<sst xmlns="{_MAIN}"><si><t>&t;</t></si></sst>')
    outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    yield "outside.xlsx", workbook(sheet=sheet(HEAD + f"<row>{cell('A2', '&e;')}</row>", before=outside))
    yield "bomb.xlsx", workbook(sheet=sheet(HEAD + "<row/>" * 18_000_000))
    yield "far row.xlsx", workbook(sheet=sheet(HEAD + f'<row r="99999999999">{cell("A99999999999", "x")}</row>'))
    yield (
        "far cells.xlsx",
        workbook(
            sheet=sheet(HEAD + "".join(f'<row r="{at}"><c r="XFD{at}"><v>1</v></c></row>' for at in range(2, 40_000)))
        ),
    )
    yield "bad cell.xlsx", workbook(sheet=sheet(HEAD + '<row><c r="ZZZZZ9" t="inlineStr"><is><t>x</t></is></c></row>'))
    yield "bad index.xlsx", workbook(sheet=sheet(HEAD + '<row><c r="A2" t="s"><v>99999</v></c></row>'))
    yield (
        "bad number.xlsx",
        workbook(sheet=sheet(HEAD + '<row><c r="A2"><v>1e99999</v></c><c r="B2"><v>x</v></c></row>')),
    )
    yield (
        "merges.xlsx",
        workbook(
            sheet=sheet(HEAD, after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 20_000 + "</mergeCells>")
        ),
    )
    yield "deep.xlsx", workbook(sheet=sheet(HEAD + "<row>" * 100_000))
    yield "strings.xlsx", workbook(strings=f'<sst xmlns="{_MAIN}">' + "<si><t>x</t></si>" * 150_000 + "</sst>")
    yield "same id.xlsx", workbook(sheet=sheet(f"<row>{cell('A1', 'ID')}{cell('B1', 'Question')}</row>" + "".join(
        f"<row>{cell(f'A{at}', 'k-1')}{cell(f'B{at}', 'Why?')}</row>" for at in range(2, 5))))  # fmt: skip


def everything():
    for make in (tables, objects, archives, workbooks):
        yield from make()
