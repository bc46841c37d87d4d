"""Translations are complete: every phrase of the pages has its Kazakh and its Russian, and none of them is a guess.

The phrases are collected anew in a copy of the sources, so a phrase that was never collected is found too.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("kk", "ru")
SOURCES = ("zabota", "schools", "campaigns", "students", "aid", "reports", "templates")
KINDS = {".py", ".html", ".txt"}
SHOWN = 15


def phrases(po: Path, *choice: str) -> set[str]:
    """The phrases of a catalogue; `choice` is an option of msgattrib that narrows them."""
    if not po.exists():
        return set()
    text = subprocess.run(
        ["msgattrib", "--no-wrap", "--no-obsolete", *choice, str(po)], capture_output=True, text=True, check=True
    ).stdout
    return {
        "".join(re.findall(r'"(.*)"', found)) for found in re.findall(r"^msgid (.*(?:\n\".*)*)", text, re.MULTILINE)
    } - {""}


def collected(folder: Path) -> Path:
    """The catalogue of everything in the sources, made in an empty place."""
    for room in SOURCES:
        for file in (ROOT / room).rglob("*"):
            if file.suffix in KINDS:
                copy = folder / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
    (folder / "locale").mkdir()
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "kk", "--no-wrap", "--extension", "py,html,txt"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "locale" / "kk" / "LC_MESSAGES" / "django.po"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        wanted = phrases(collected(Path(folder)))
    bad = False
    for language in LANGUAGES:
        po = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
        for words, missing in (
            ("not collected (make messages)", wanted - phrases(po)),
            ("not translated", wanted & phrases(po, "--untranslated")),
            ("only guessed (fuzzy)", wanted & phrases(po, "--only-fuzzy")),
        ):
            if missing:
                bad = True
                sys.stdout.write(f"{language}: {len(missing)} phrases are {words}:\n")
                sys.stdout.writelines(f"    {phrase}\n" for phrase in sorted(missing)[:SHOWN])
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
