# SPDX-License-Identifier: GPL-2.0-or-later
"""The documentation shows what the program does today, explains every verdict, and its links lead somewhere."""

import re

import pytest
from pages import explained, fill, verdict_table
from tshark import REPO

PAGES = sorted((REPO / "docs").glob("*.md"))
EVERY_PAGE = [REPO / "README.md", REPO / "CHANGELOG.md", REPO / "CONTRIBUTING.md", *PAGES]


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: str(page.relative_to(REPO)))
def test_what_a_page_shows_is_what_tshark_says(tshark, page):
    """If not: tests/captures/pages.py README.md docs/*.md"""
    text = page.read_text()
    assert fill(text, tshark) == text


def test_every_verdict_is_explained_on_one_page():
    names = [name for page in PAGES for name in explained(page.read_text())]
    assert sorted(names) == sorted(f"{row['fate']}.{row['cause']}" for row in verdict_table())


def test_fields_named_in_the_text_exist(tshark):
    known = set(tshark.types())
    for page in EVERY_PAGE:
        for name in re.findall(r"\bsynfate\.[a-z_.]*[a-z]\b", page.read_text()):
            prefix = any(field.startswith(name + ".") for field in known)  # such as synfate.expert
            preference = f"`{name}`" in (REPO / "docs" / "fields.md").read_text().split("## Preferences")[1]
            file = name.endswith((".so", ".deb"))
            assert name in known or prefix or preference or file, f"{page.name}: {name}"


def sections(page):
    """What a link may name behind its #, as forges make it of a heading."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_to_sections():
    for page in EVERY_PAGE:
        for target, section in re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", page.read_text()):
            assert section in sections(page.parent / target if target else page), f"{page.name}: {target}#{section}"


def test_links():
    for page in EVERY_PAGE:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
