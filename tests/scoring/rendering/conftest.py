"""One warm render process for all tests of this folder, and ways to look into a PDF."""

import io
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest

from scoring.rendering.document import PacketDocument
from scoring.rendering.packet import packet_data, packet_html
from scoring.rendering.process import RenderedPacket, RenderProcess

MADE = datetime(2026, 11, 20, 9, 42, tzinfo=UTC)


@pytest.fixture(scope="session")
def renderer():
    process = RenderProcess()
    yield process
    process.close()


@pytest.fixture
def drawn(renderer):
    """Render a document whole; what the engine complained about fails the test."""

    def draw(document: PacketDocument) -> RenderedPacket:
        packet = renderer.render(
            packet_html(document),
            identifier=document.inputs_hash[:32],
            made_at=document.generated_at,
            attachment=packet_data(document),
        )
        assert packet.warnings == ()
        return packet

    return draw


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page, with runs of blanks made one."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def drawn_glyphs(pdf: bytes) -> list[int]:
    """Every glyph id that the pages draw; 0 is the empty box."""
    glyphs = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            streams = [page, *(page.resources.get("/XObject") or {}).values()]
            for stream in streams:
                if stream is not page and stream.get("/Subtype") != "/Form":
                    continue
                for operands, operator in pikepdf.parse_content_stream(stream):
                    if str(operator) not in ("Tj", "TJ"):
                        continue
                    parts = operands[0] if str(operator) == "TJ" else operands
                    for part in parts:
                        if isinstance(part, pikepdf.String):
                            raw = bytes(part)
                            glyphs += [int.from_bytes(raw[i : i + 2]) for i in range(0, len(raw), 2)]
    return glyphs
