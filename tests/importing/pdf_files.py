"""Makes PDFs of a few lines: Helvetica, no compression, as a person could write them."""

from __future__ import annotations

from collections.abc import Sequence

Line = tuple[str, float, float, float, bool]
"""Its words, where from the left, where from below, its size, whether it is bold."""


def pdf(*pages: Sequence[Line]) -> bytes:
    """Return the bytes of a PDF with these lines on its pages."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    for name in ("Helvetica", "Helvetica-Bold"):
        objects.append(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        )
    kids = []
    for lines in pages:
        drawn = "\n".join(
            f"BT /F{int(bold)} {size} Tf {left} {base} Td ({_escaped(text)}) Tj ET"
            for text, left, base, size, bold in lines
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F0 3 0 R /F1 4 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    end += f"<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + end.encode()


def _escaped(text: str) -> str:
    return "".join(f"\\{one}" if one in "()\\" else one for one in text)


def column(*texts: str, top: float = 700, size: float = 11, step: float = 14) -> list[Line]:
    """Return lines under each other; an empty text is a space between paragraphs."""
    lines = []
    for place, text in enumerate(texts):
        bold = text.startswith("**")
        large = text.startswith("# ")
        words = text.removeprefix("**").removeprefix("# ")
        if words:
            lines.append((words, 72, top - step * place, 18 if large else size, bold))
    return lines
