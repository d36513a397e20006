#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the pictures of the page for the documentation: pictures.py [OUTDIR] (default: docs/screenshots)"""

import subprocess
import sys
from pathlib import Path

from browser import PROGRAM, Browser

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "captures"))

from pages import capture_of  # noqa: E402
from tshark import loaded  # noqa: E402

# Name, capture or story, width, height (None: all of it), theme.
PICTURES = [
    ("page", "server", 1120, 1290, "light"),
    ("page-dark", "server", 1120, None, "dark"),
    ("page-phone", "server", 390, 1500, "light"),
    ("page-lb", "lb", 1120, None, "light"),
]


def take(out):
    with loaded() as shark, Browser() as browser:
        for picture, capture, width, height, theme in PICTURES:
            page = shark.folder / f"{picture}.html"
            page.write_text(shark.run("-q", "-r", capture_of(shark, capture), "-z", "synfate,report,html"))
            browser.open(page, width, theme)
            browser.picture(out / f"{picture}.png", height)
            subprocess.run(["mogrify", "+dither", "-colors", "128", "-strip", out / f"{picture}.png"], check=True)


if __name__ == "__main__":
    if PROGRAM is None:
        sys.exit("pictures.py needs chromium")
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else TESTS.parent / "docs" / "screenshots")
