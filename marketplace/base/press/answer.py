"""What somebody gets who asks for a PDF."""

from starlette.responses import Response


def as_pdf(made: bytes, name: str) -> Response:
    """The file, which nobody on the way keeps, under a name without its ending. The name of what is about one person
    says nothing of it."""
    return Response(
        made, media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )  # fmt: skip
