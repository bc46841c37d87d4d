"""An address as a square code that a phone reads; an SVG inside the page, so nothing is asked from outside."""

import base64

import qrcode
from qrcode.image.svg import SvgPathImage


def qr_of(address: str) -> str:
    """The code as a data address for an image."""
    drawn: bytes = qrcode.make(address, image_factory=SvgPathImage, border=4).to_string()
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}"
