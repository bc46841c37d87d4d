"""Scans that people hand in: the type is told by the content, and the file is written anew before it is kept.

Nothing of the original travels on: no scripts, attachments or forms of a PDF, no place or camera of a photograph.
"""

import io
from dataclasses import dataclass

import pikepdf
import puremagic
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from schools.workflow import Refused

MAX_BYTES = 10 * 2**20
MAX_PAGES = 100
MAX_PIXELS = 50_000_000
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ACCEPTED = (PDF, JPEG, PNG)
_ACTIVE = ("/OpenAction", "/AA", "/AcroForm", "/Names", "/Outlines", "/Metadata")
_ACTIVE_ON_PAGE = ("/AA", "/Annots", "/Metadata", "/PieceInfo")


class Unfit(Refused):
    """A file that cannot be kept as a scan; the words belong beside its field."""

    field = "scan"


@dataclass(frozen=True)
class Scan:
    """A file as a person sent it; the name is only shown, never used as a path."""

    name: str
    content: bytes


def type_of(content: bytes) -> str:
    """The media type told by the first bytes; empty where nothing is known."""
    try:
        return str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def clean(scan: Scan) -> tuple[bytes, str]:
    """The scan written anew, and its media type.  Raises Unfit in words for what cannot be kept."""
    if not scan.content:
        raise Unfit(_("The file is empty. Scan the order again."))
    if len(scan.content) > MAX_BYTES:
        raise Unfit(_("The file is larger than 10 MB. Scan it with fewer dots per inch."))
    kind = type_of(scan.content)
    if kind not in ACCEPTED:
        raise Unfit(_("This file is not a PDF, JPEG or PNG, whatever its name says. Choose the scan of the order."))
    return (_clean_pdf(scan.content) if kind == PDF else _clean_image(scan.content, kind)), kind


def _clean_pdf(content: bytes) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise Unfit(_("The file has more than 100 pages. Keep the order and its annexes only."))
            for name in _ACTIVE:
                if name in pdf.Root:
                    del pdf.Root[name]
            for page in pdf.pages:
                for name in _ACTIVE_ON_PAGE:
                    if name in page:
                        del page[name]
            fresh = io.BytesIO()
            pdf.save(fresh, deterministic_id=True)
    except pikepdf.PasswordError:
        raise Unfit(_("The PDF is locked with a password. Save it without one."))
    except pikepdf.PdfError:
        raise Unfit(_("The PDF is damaged and does not open. Scan the order again."))
    return fresh.getvalue()


def _clean_image(content: bytes, kind: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unfit(_("The picture is too large. Scan it with fewer dots per inch."))
            upright = ImageOps.exif_transpose(image)
            fresh = io.BytesIO()
            if kind == JPEG:
                upright.convert("RGB").save(fresh, "JPEG", quality=85)
            else:
                _bare(upright).save(fresh, "PNG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Unfit(_("The picture is damaged and does not open. Scan the order again."))
    return fresh.getvalue()


def _bare(image: Image.Image) -> Image.Image:
    """The picture's dots alone, without text and profiles that a PNG can carry."""
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    plain.info.clear()
    return plain
