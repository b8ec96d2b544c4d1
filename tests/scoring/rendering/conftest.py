"""One warm render process for all tests of this folder, and ways to look into a PDF."""

from datetime import UTC, datetime

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


@pytest.fixture(scope="session")
def drawn(renderer):
    """Render a document whole, once for all tests; what the engine complained about fails the test."""
    kept: dict[str, RenderedPacket] = {}

    def draw(document: PacketDocument) -> RenderedPacket:
        html = packet_html(document)
        if html not in kept:
            kept[html] = renderer.render(
                html,
                identifier=document.inputs_hash[:32],
                made_at=document.generated_at,
                attachment=packet_data(document),
            )
        assert kept[html].warnings == ()
        return kept[html]

    return draw


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page, with runs of blanks made one. U+FFFE is the reader's own mark for a broken word."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().replace("\ufffe", "-").split()) for page in document]
    finally:
        document.close()
