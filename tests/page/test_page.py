# SPDX-License-Identifier: GPL-2.0-or-later
"""The report as a page, in a real browser: nothing is loaded, nothing from a capture becomes markup, and all of it can be
read, in the light and in the dark, on a wide screen and on a phone."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import PROGRAM, Browser

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "captures"))

from flow import Capture  # noqa: E402
from pages import capture_of  # noqa: E402
from tshark import loaded  # noqa: E402

HOSTILE = """frame.comment contains "<script>document.title = 'owned'</script><img src=http://192.0.2.1/x onerror=alert(1)>" """
CAPTURES = ["server", "lb", "no_answer.silent_port", "stuck.accept_queue_full"]
# The least contrast of all text with what is behind it, and the text that has it.
CONTRAST = """(() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => numbers(colour).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let least = [99, ""];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()).join("");
    if (!own || ["title", "style"].includes(element.tagName.toLowerCase())) continue;
    const style = getComputedStyle(element);
    const text = light(element.ownerSVGElement ? style.fill : style.color), back = light(behind(element));
    const contrast = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
    if (contrast < least[0]) least = [contrast, own];
  }
  return least;
})()"""


class Reader(HTMLParser):
    """Which tags a page has, and where its attributes point to."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.targets, self.open = set(), [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.targets += [value for name, value in attributes if name in ("href", "src", "srcset", "action", "xlink:href")]
        assert not any(name.startswith("on") for name, _ in attributes)
        if tag not in ("meta", "line", "rect", "path", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def tshark():
    with loaded() as shark:
        yield shark


@pytest.fixture(scope="module")
def browser():
    if PROGRAM is None:
        pytest.skip("the page is NOT tested, for it needs chromium")
    with Browser() as opened:
        yield opened


def page_of(tshark, name, more=""):
    path = tshark.folder / f"{name}.html"
    path.write_text(tshark.run("-q", "-r", capture_of(tshark, name), "-z", f"synfate,report,html{more}"))
    return path


@pytest.mark.parametrize("name", CAPTURES)
def test_is_well_formed_and_points_nowhere(tshark, name):
    reader = Reader(page_of(tshark, name).read_text())
    assert reader.open == []
    assert not reader.tags & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "image", "use"}
    assert all(re.fullmatch(r"#p\d+", target) for target in reader.targets)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CAPTURES)
def test_loads_nothing_and_can_be_read(tshark, browser, name, theme):
    path = page_of(tshark, name)
    browser.open(path, theme=theme)
    assert browser.requests == [path.as_uri()]
    assert browser.complaints == []
    contrast, text = browser.evaluate(CONTRAST)
    assert contrast >= 4.5, text
    back = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (back == "rgb(255, 255, 255)") == (theme == "light")


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_fits_its_screen(tshark, browser, width):
    """What is too wide for a phone, such as the packets, scrolls in its own frame."""
    browser.open(page_of(tshark, "server"), width=width)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1280:
        assert browser.evaluate("[...document.querySelectorAll('.ladder, .timeline')].every("
                                "svg => svg.parentElement.scrollWidth <= svg.parentElement.clientWidth)")


def long_addresses():
    """Closed ports of a host whose address has no place to break a line at, and what was lost needs many digits."""
    capture = Capture(version=6)
    capture.host = "2001:db8:1111:2222:3333:4444:5555:{:04x}".format
    for number in range(3):
        c, s = capture.flow(cport=50000 + number, sport=8443)
        c.syn()
        capture.wait(0.000103)
        s.refuse()
        capture.wait(1)
    return capture.pcap()


# The texts of drawings that reach beyond their drawing.
CUT = """[...document.querySelectorAll("svg")].flatMap(svg => {
  const all = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < all.left - 1 || box.right > all.right + 1;
  }).map(text => text.textContent);
})"""


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_long_addresses_and_numbers_fit(tshark, browser, width):
    """An IPv6 address breaks where it must, and of "0.123 ms" the first digit is not cut: 123 ms would be another time."""
    path = tshark.folder / "long_addresses.html"
    path.write_text(tshark.run("-q", "-r", tshark.save("long_addresses.pcap", long_addresses()), "-z", "synfate,report,html"))
    browser.open(path, width=width)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert any(re.fullmatch(r"0\.1\d\d ms", text) for text in texts(browser, ".timeline .tick"))
    assert browser.evaluate(CUT) == []


# The texts of a drawing that lie over one another.
OVERLAPPING = """[...document.querySelectorAll("svg")].flatMap(svg => {
  const texts = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  return texts.flatMap(([text, a], i) => texts.slice(i + 1).filter(([, b]) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
    .map(([other]) => text + " | " + other));
})"""


@pytest.mark.parametrize("name", [*CAPTURES, "rejected.old_fin_wait_2", "rejected_on_two_ports"])
def test_no_text_lies_over_another(tshark, browser, name):
    browser.open(page_of(tshark, name))
    assert browser.evaluate(OVERLAPPING) == []


def test_on_paper(tshark, browser):
    browser.open(page_of(tshark, "server"), theme="dark", media="print")
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    contrast, text = browser.evaluate(CONTRAST)
    assert contrast >= 4.5, text


@pytest.mark.parametrize("name", ["server", "lb", "rejected_on_two_ports"])
def test_paper_does_not_scroll(tshark, browser, name):
    """The server's states are at the right of a drawing and the rates at the right of a table; a colour needs its legend."""
    browser.open(page_of(tshark, name), width=718, media="print")  # A4 with Chromium's margins
    cut = "[...document.querySelectorAll('.wide')].filter(it => it.scrollWidth > it.clientWidth).map(it => it.innerText)"
    assert len(texts(browser, ".ladder .name")) > 2 and texts(browser, "td.number")
    assert browser.evaluate(cut) == []
    kept = "getComputedStyle(document.querySelector('.legend li'), '::before').printColorAdjust"
    assert browser.evaluate(kept) == "exact"


def test_nothing_becomes_markup(tshark, browser):
    path = page_of(tshark, "server", f",{HOSTILE} || frame")
    assert Reader(path.read_text()).tags.isdisjoint({"script", "img"})
    browser.open(path)
    assert browser.requests == [path.as_uri()]
    assert browser.complaints == []
    assert "owned" not in browser.evaluate("document.title")
    assert HOSTILE.strip() in browser.evaluate("document.body.innerText")


def texts(browser, selector):
    return browser.evaluate(f"[...document.querySelectorAll('{selector}')].map(text => text.textContent)")


def test_the_case(tshark, browser):
    """What was compared stands where it happened, and each SYN that restarts TIME_WAIT says so."""
    browser.open(page_of(tshark, "server"))
    assert "1 of 2 calls failed" in browser.evaluate("document.querySelector('.lead').textContent")
    numbers = texts(browser, ".ladder .number")
    for expected in (
        "S = seq 1352641918, T = TSval 3134415069",
        "S − N (RCV.NXT) = 1352641918 − 1000000888 = +352641030: newer",
        "T − R (TS.Recent) = 3134415069 − 3135574931 = -1159862: older",
        "X = seq 2000025372, N = ack 1000000888, R = TSecr 3135574931",
    ):
        assert expected in numbers
    assert texts(browser, ".ladder .restart") == [f"restarted ({n})" for n in range(1, 7)]
    assert texts(browser, ".ladder .host") == ["client 10.24.20.249:57011", "server 10.24.20.26:8080"]
    assert texts(browser, ".filter code") == [
        "frame.number in {16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}"]
    states = texts(browser, ".ladder .name:not(.restart)")
    assert states == ["CLOSE_WAIT", "CLOSED", "SYN_SENT", "FIN_WAIT_1", "TIME_WAIT"]


def test_restarts_without_an_answer(tshark, browser):
    """The load balancer's capture lacks the server's answers: also the last SYN restarts TIME_WAIT, and no packet follows."""
    browser.open(page_of(tshark, "lb"))
    assert texts(browser, ".ladder .restart") == [f"restarted ({n})" for n in range(1, 7)]


def test_the_filter_of_a_picture_is_one(tshark, browser):
    """It can be pasted into the filter toolbar."""
    browser.open(page_of(tshark, "server"))
    (text,) = texts(browser, ".filter code")
    frames = tshark.run("-r", capture_of(tshark, "server"), "-Y", text, "-T", "fields", "-e", "frame.number").split()
    assert len(frames) == 14


def test_later_is_farther(tshark, browser):
    """Time goes down: the gaps between the SYNs grow as their timers do."""
    browser.open(page_of(tshark, "server"))
    heights = browser.evaluate("[...document.querySelectorAll('.ladder .label')].filter(text => text.textContent == 'SYN again')"
                               ".map(text => Number(text.getAttribute('y')))")
    gaps = [after - before for before, after in zip(heights, heights[1:])]
    assert len(gaps) == 4 and gaps == sorted(set(gaps))


def flooded():
    """Two hundred forged SYNs, every other answered, and three calls among them: in time, late, failed."""
    capture = Capture()
    for number in range(200):
        c, s = capture.flow(client=20 + number, cport=1024 + number, ts=False)
        c.syn()
        if number % 2:
            s.synack()
        capture.wait(0.01)
    for number, gaps in enumerate([(), (1,), (1, 2, 4)]):
        c, s = capture.flow(client=1, cport=50000 + number)
        c.syn()
        for gap in gaps:
            capture.wait(gap)
            c.syn()
        if number < 2:
            s.synack()
            c.ack()
    capture.wait(60)
    c, s = capture.flow(client=1, cport=50009)
    c.syn(), s.synack(), c.ack()
    return capture.pcap()


def test_a_flood_counts_for_itself(tshark, browser):
    """Its SYNs are no calls in the first line and in the drawing, and are among those of the table; each says so."""
    path = tshark.folder / "flooded.html"
    path.write_text(tshark.run("-q", "-r", tshark.save("flooded.pcap", flooded()), "-z", "synfate,report,html"))
    browser.open(path)
    (lead,) = texts(browser, ".lead")
    assert lead.startswith("1 of 4 calls failed, 1 came late") and lead.endswith("; the 200 of floods and scans are not counted")
    assert texts(browser, "td.number")[:3] == ["204", "101", "1"]
    assert "The 200 calls of floods and scans are among these." in texts(browser, "section .note")
    captions = [text.split(" in ")[0] for text in texts(browser, ".timeline .caption")]
    assert captions == ["calls", "time lost by the calls that began then", "calls of floods and scans", "0 s"]
    bars = browser.evaluate("""['in_time', 'late', 'failed', 'unknown', 'crowds'].map(
        name => document.querySelectorAll('.timeline rect.' + name).length)""")
    assert bars[:4] == [2, 1, 1, 0] and bars[4] > 0


def test_where_nothing_was_lost(tshark, browser):
    """No empty strip, and the one call is not the slowest."""
    browser.open(page_of(tshark, "established.ok"))
    assert [text.split(" in ")[0] for text in texts(browser, ".timeline .caption")] == ["calls", "0 s"]
    (well,) = texts(browser, ".well")
    assert re.fullmatch(r"Nothing: the only call got in at once, in [\d.]+ ms\.", well)


def many_problems(ports=5):
    """Closed ports."""
    capture = Capture()
    for port in range(8081, 8081 + ports):
        c, s = capture.flow(cport=50000 + port, sport=port)
        c.syn()
        s.refuse()
    return capture.pcap()


def test_all_problems_are_listed(tshark, browser):
    """The text names three and has a table of the others; the page shows each of them."""
    path = tshark.folder / "many_problems.html"
    path.write_text(tshark.run("-q", "-r", tshark.save("many_problems.pcap", many_problems()), "-z", "synfate,report,html"))
    browser.open(path)
    assert [text.split(": ")[0] for text in texts(browser, ".list li")] == [f"10.9.0.2:{port}" for port in range(8081, 8086)]
    assert len(texts(browser, "section[id] h2")) == 5
    assert texts(browser, ".lead") == ["5 of 5 calls failed, 0 came late"]


def test_the_rest_of_a_table_is_a_command_away(tshark, browser):
    capture = tshark.save("many_rows.pcap", many_problems(ports=45))
    path = tshark.folder / "many_rows.html"
    path.write_text(tshark.run("-q", "-r", capture, "-z", "synfate,report,html"))
    browser.open(path)
    (command,) = texts(browser, ".note code")
    assert "And 5 more: tshark -q -r FILE -z synfate,services,all" in texts(browser, ".note")
    words = command.replace("FILE", str(capture)).split()
    assert tshark.run(*words[1:]).count("closed_port") == 45
