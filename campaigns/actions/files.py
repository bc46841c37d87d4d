"""Files that come with the campaign's papers: cleaned, then kept."""

from campaigns.scans import Scan, clean
from schools.actions import keep_document
from schools.models import Document, Unit, User
from schools.rights import Permission


def keep_scan(scan: Scan, unit: Unit, by: User, *, handed_down: bool = False) -> Document:
    """The scan written anew, for those who read the campaign's papers.  Raises Unfit in words."""
    content, content_type = clean(scan)
    return keep_document(
        unit=unit,
        name=scan.name,
        content=content,
        content_type=content_type,
        permission=Permission.ORDER_VIEW,
        personal=False,
        handed_down=handed_down,
        by=by,
    )
