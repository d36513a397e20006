# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives a real Wireshark through AT-SPI, the interface of screen readers: menus, rows and windows are found by their names,
never by their place on the screen.

It runs as the user of that Wireshark, on a session bus and an X display of its own (session.py starts it). It connects to
the socket that its argument names, reads a request from each line, such as ["menu", "Analyze/Expert Information"], and
answers with a line of JSON.
"""

import json
import os
import socket
import subprocess
import sys
import time
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

warnings.filterwarnings("ignore", category=DeprecationWarning)  # GObject introspection confuses Atspi's classes
PATIENCE = 60  # seconds until something that has to come has not come
WINDOWS = {"frame", "dialog", "window", "alert"}
TABLES = {"tree", "table", "tree table"}
BUTTONS = "push button", "button"  # before AT-SPI 2.56, and since


def starts(cell, text):
    """An empty text means an empty cell."""
    return cell is not None and cell.startswith(text) and bool(cell) == bool(text)


class Missing(Exception):
    """Something is not on the screen."""


def wait_for(what, look, patience=PATIENCE):
    """The first true result of look(). The screen changes while it is looked at: then look again."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            found = look()
        except GLib.Error:
            found = None
        if found:
            return found
        time.sleep(0.05)
    raise Missing(f"{what} did not come within {patience} s")


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


# Looking at one accessible object


def children(item):
    found = (item.get_child_at_index(i) for i in range(item.get_child_count()))
    return [child for child in found if child is not None]


def showing(item):
    return item.get_state_set().contains(Atspi.StateType.SHOWING)


def descendants(item, depth=12):
    """Everything below an item, without looking into tables: their cells are many."""
    for child in children(item):
        yield child
        if depth and child.get_role_name() not in TABLES:
            yield from descendants(child, depth - 1)


def of_role(item, *roles):
    return [found for found in descendants(item) if found.get_role_name() in roles]


def plain(label):
    """A menu's label without its shortcut and dots."""
    return label.replace("&", "").split("\t")[0].rstrip(".…")


def act(item, name):
    for i in range(Atspi.Action.get_n_actions(item)):
        if Atspi.Action.get_action_name(item, i) == name:
            return Atspi.Action.do_action(item, i)
    raise Missing(f"{item.get_name()} cannot {name}")


def box(item):
    """Where an item is on the screen."""
    place = Atspi.Component.get_extents(item, Atspi.CoordType.SCREEN)
    return place.x, place.y, place.width, place.height


def click(item):
    """With the mouse, which then leaves."""
    x, y, width, height = box(item)
    if not width:
        raise Missing(f"{item.get_name()} is not on the screen")
    output("xdotool", "mousemove", str(x + width // 2), str(y + height // 2), "click", "1", "mousemove", "0", "0")


def cells(table):
    return [cell for cell in children(table) if cell.get_role_name() == "table cell"]


def read_table(table):
    """Column titles and rows of texts. Qt lists the titles first, then the cells row by row."""
    titles = [item.get_name() for item in children(table) if item.get_role_name() == "table column header"]
    texts = [cell.get_name() for cell in cells(table)]
    width = max(len(titles), 1)
    return {"titles": titles, "rows": [texts[i:i + width] for i in range(0, len(texts), width)]}


def start_accessibility():
    """The bus of AT-SPI and its registry must be there before Wireshark asks for them."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    call = lambda path, interface, method, values=None: bus.call_sync(  # noqa: E731
        "org.a11y.Bus", path, interface, method, values, None, Gio.DBusCallFlags.NONE, -1)
    os.environ["AT_SPI_BUS_ADDRESS"] = call("/org/a11y/bus", "org.a11y.Bus", "GetAddress").unpack()[0]
    enabled = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    call("/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", enabled)
    Atspi.init()
    Atspi.set_timeout(PATIENCE * 1000, PATIENCE * 1000)  # by default 0.8 s, which a window that opens can take
    Atspi.get_desktop(0).set_cache_mask(Atspi.Cache.NONE)
    os.environ.update(QT_ACCESSIBILITY="1", QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1")


class Wireshark:
    """Each public method is a request."""

    def __init__(self):
        self.process = self.main = None
        self.panes = {}

    # The program

    def start(self, *arguments):
        """Starts Wireshark with a capture and waits until it is loaded. Now and then Qt misses the accessibility bus when
        it starts; that is not what is tested here, so it is started again."""
        output("xdotool", "mousemove", "0", "0")  # what is below the mouse is drawn in another colour
        for _ in range(5):
            self.process = subprocess.Popen(["wireshark", *arguments])
            try:
                self.main = wait_for("Wireshark on the accessibility bus", self.main_window, 15)
                wait_for("the capture", lambda: [label for label in of_role(self.main, "label")
                                                 if label.get_name().startswith("Packets:")])
                return self.main.get_name()
            except Missing:
                if self.process.poll() is not None:
                    raise Missing(f"Wireshark ended with status {self.process.returncode}") from None
                self.stop()
        raise Missing("Wireshark did not come to the accessibility bus")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def quit(self):
        """Ends Wireshark as a user does, and returns its status."""
        self.menu("File/Quit")
        return self.process.wait(PATIENCE)

    def windows(self):
        found = [application for application in children(Atspi.get_desktop(0)) if application.get_name() == "Wireshark"]
        return [window for application in found for window in children(application)
                if window.get_role_name() in WINDOWS and showing(window)]

    def main_window(self):
        if self.process.poll() is not None:
            raise Missing(f"Wireshark ended with status {self.process.returncode}")
        return next((window for window in self.windows() if of_role(window, "menu bar")), None)

    # The main window

    def pane(self, name):
        if name not in self.panes:
            self.panes[name] = wait_for(name, lambda: next((tree for tree in of_role(self.main, "tree")
                                                            if tree.get_name() == name), None))
        return self.panes[name]

    def packets(self):
        return read_table(self.pane("Packet list"))

    def says(self, frame, column, text):
        """Waits until a cell of the packet list says so; while packets are dissected the list has no rows and columns."""
        def look():
            table = self.packets()
            rows = (dict(zip(table["titles"], row)) for row in table["rows"])
            return any(row.get("No.") == str(frame) and starts(row.get(column), text) for row in rows)
        return wait_for(f"{text!r} in {column} of packet {frame}", look)

    def filter_buttons(self):
        """The names on the toolbars; since 4.4 that of the display filter has no name of its own."""
        return [item.get_name() for bar in of_role(self.main, "tool bar") for item in descendants(bar) if item.get_name()]

    def displayed(self, count):
        """Waits until the status line says that so many packets are displayed; of all of them it may say only how many."""
        def look():
            names = [label.get_name() for label in of_role(self.main, "label")]
            return any(f"Displayed: {count} " in name or name.strip() == f"Packets: {count}" for name in names)
        return wait_for(f"Displayed: {count}", look)

    def press(self, name):
        """Presses a button of the main window that has this name or, if it has a picture only, this tooltip."""
        act(next(button for button in of_role(self.main, *BUTTONS)
                 if name in (button.get_name(), button.get_description()) and showing(button)), "Press")

    def select(self, frame):
        """Clicks on a row of the packet list, which is scrolled to its beginning or end for a row that is not on the screen."""
        for scroll in "Go/First Packet", "Go/Last Packet", None:
            _, top, _, height = box(self.pane("Packet list"))
            _, y, _, row_height = box(self.cell(frame, "No."))
            if row_height and top < y and y + row_height <= top + height:
                break
            if scroll:
                self.menu(scroll)
                time.sleep(0.5)
        click(self.cell(frame, "No."))
        title = f"Frame {frame}:"
        wait_for(title, lambda: any(line.startswith(title) for line in self.details()))

    def expand(self, title):
        """Opens everything below a line of the packet details, and returns all its lines."""
        line = wait_for(title, lambda: next((cell for cell in cells(self.pane("Packet details"))
                                             if title in cell.get_name()), None))
        before = len(self.details())
        act(line, "Toggle")
        self.menu("View/Expand Subtrees")
        wait_for(f"more lines below {title}", lambda: len(self.details()) > before)
        return self.details()

    def details(self):
        return [cell.get_name() for cell in cells(self.pane("Packet details"))]

    def cell(self, frame, column):
        packets = self.pane("Packet list")
        row = cells(packets)
        first = next(i for i, cell in enumerate(row) if cell.get_name() == str(frame))
        titles = [item.get_name() for item in children(packets) if item.get_role_name() == "table column header"]
        return row[first + titles.index(column)]

    def fitting(self, frame, column):
        """How many characters of the packet list's font can be read in a cell: as wide as it is on the screen, less the
        margins, of 4 pixels each, and for what does not fit an ellipsis."""
        left, _, width, _ = box(self.cell(frame, column))
        pane_left, _, pane_width, _ = box(self.pane("Packet list"))
        bars = [box(bar) for bar in of_role(self.main, "scroll bar") if bar.get_parent().get_name() == "Packet list"]
        right = min([pane_left + pane_width, *(bar[0] for bar in bars if bar[3] > bar[2] > 0)])
        return (min(left + width, right) - left - 8) // self.character_width()

    def character_width(self):
        """Of Wireshark's font, the system's monospaced one in 10 points."""
        file = output("fc-match", "-f", "%{file}", "monospace").decode()
        metrics = output("convert", "-density", "96", "-font", file, "-pointsize", "10", "label:" + 100 * "0", "-format", "%w",
                         "info:")
        return int(metrics) / 100

    def shown(self, pane, text):
        """Whether a line that begins so is on the screen, whole, without scrolling."""
        _, top, _, height = box(self.pane(pane))
        line = wait_for(text, lambda: next((cell for cell in cells(self.pane(pane)) if cell.get_name().startswith(text)), None))
        _, line_top, _, line_height = box(line)
        return line_height > 0 and top <= line_top and line_top + line_height <= top + height

    # Menus and windows

    @staticmethod
    def below(item):
        below = children(item)
        return [child for menu in below if menu.get_role_name() == "popup menu" for child in children(menu)] or below

    def menu_item(self, path):
        """path: labels with / between them, or a list if one of them has a / itself. A label may have others after |, as
        other versions of Wireshark have it."""
        item = of_role(self.main, "menu bar")[0]
        for name in path.split("/") if isinstance(path, str) else path:
            below = self.below(item)
            item = next((child for child in below if plain(child.get_name()) in name.split("|")), None)
            if item is None:
                raise Missing(f"no {name} in the menu {path}: {[plain(child.get_name()) for child in below]}")
        return item

    def entries(self, path):
        return [plain(entry.get_name()) for entry in self.below(self.menu_item(path))]

    def menu(self, path):
        act(wait_for(f"the menu {path}", lambda: self.menu_item(path)), "Press")

    def open(self, path):
        """Opens a window from a menu and returns its title."""
        before = {window.get_name() for window in self.windows()}
        self.menu(path)
        new = wait_for(f"a window of {path}", lambda: {window.get_name() for window in self.windows()} - before)
        return new.pop()

    def window(self, title):
        return wait_for(title, lambda: next((window for window in self.windows() if window.get_name() == title), None))

    def tables(self, title):
        """The tables of a window, once they are filled."""
        last = None

        def settled():
            nonlocal last
            before, last = last, [read_table(table) for table in of_role(self.window(title), *TABLES) if showing(table)]
            return last == before and any(table["rows"] for table in last) and last

        return wait_for(f"a table in {title}", settled)

    def whole_columns(self, title):
        """The titles of a table's columns that can be read without scrolling in its window."""
        table = next(table for table in of_role(self.window(title), *TABLES) if showing(table))
        left, _, width, _ = box(table)
        titles = [item for item in children(table) if item.get_role_name() == "table column header"]
        return [item.get_name() for item in titles if left <= box(item)[0] and sum(box(item)[::2]) <= left + width]

    def text(self, title):
        """The text areas of a window."""
        areas = [item for item in of_role(self.window(title), "text") if showing(item)]
        return "\n".join(Atspi.Text.get_text(area, 0, -1) for area in areas)

    def text_width(self, title):
        """How many characters a line of a window's text has room for, beside the scroll bar and its margins, 4 pixels each."""
        window = self.window(title)
        left, _, width, _ = max((box(item) for item in of_role(window, "text") if showing(item)), key=lambda area: area[3])
        bars = [box(bar)[0] for bar in of_role(window, "scroll bar") if showing(bar) and box(bar)[3] > box(bar)[2] > 0]
        return (min([left + width, *bars]) - left - 8) // self.character_width()

    def push(self, title, name):
        """Presses a button of a window."""
        act(wait_for(f"{name} in {title}", lambda: next((button for button in of_role(self.window(title), *BUTTONS)
                                                        if plain(button.get_name()) == plain(name)), None)), "Press")

    def fill_in(self, title, text):
        """Types into the field at the right of a dialog, and agrees. AT-SPI is not shown a dialog of a dialog by Qt."""
        window = wait_for(title, lambda: self.find_x_window(title))
        size = dict(line.split("=") for line in output("xdotool", "getwindowgeometry", "--shell", window).decode().split())
        output("xdotool", "windowactivate", "--sync", window, "mousemove", "--window", window, str(int(size["WIDTH"]) - 60),
               str(int(size["HEIGHT"]) // 3), "click", "1", "key", "ctrl+a")
        output("xdotool", "type", text)
        output("xdotool", "key", "Return")
        wait_for(f"the end of {title}", lambda: self.find_x_window(title) is None)

    def dismiss(self):
        """Waits until the main window or one of its windows does not have the keyboard any more, and agrees to what has it."""
        known = self.named_x_windows().values()
        focused = lambda: output("xdotool", "getwindowfocus").decode().strip()  # noqa: E731
        wait_for("a message", lambda: focused() not in known)
        output("xdotool", "key", "Return")
        return wait_for("the end of the message", lambda: focused() in known)

    def reads(self, text):
        """Waits until a window says so, and returns that window's title."""
        def look():
            for window in self.windows():
                for item in of_role(window, "text", "label"):
                    content = Atspi.Text.get_text(item, 0, -1) if item.get_role_name() == "text" else item.get_name()
                    if text in content:
                        return window.get_name() or "?"
        return wait_for(text, look)

    def wait_for_file(self, path):
        return wait_for(path, lambda: os.path.exists(path) and os.path.getsize(path) > 0)

    def put_aside(self, title):
        """Moves a window off the screen. It is not closed: Qt 5 hides a new dialog from AT-SPI once it has the memory of one
        that was closed."""
        output("xdotool", "windowmove", self.x_window(title), "10000", "0")

    # Pictures

    def named_x_windows(self):
        found = output("xdotool", "search", "--onlyvisible", "--name", ".").decode().split()
        return {output("xdotool", "getwindowname", window).decode().rstrip("\n"): window for window in found}

    def find_x_window(self, title):
        return next((window for name, window in self.named_x_windows().items() if title in name), None)

    def x_window(self, title):
        named = self.named_x_windows()
        if title not in named:
            raise Missing(f"no window {title} on the screen: {sorted(named)}")
        return named[title]

    def picture(self, path, title=None, size=None):
        """Saves a picture of the screen or of one window, once two in a row are the same."""
        window = wait_for(f"window {title}", lambda: self.named_x_windows().get(title)) if title else "root"
        if title:
            output("xdotool", "windowactivate", "--sync", window)
        if size:
            output("xdotool", "windowsize", "--sync", window, *map(str, size))
        last = None

        def settled():
            nonlocal last
            before, last = last, output("import", "-silent", "-window", window, "-strip", "-define",
                                        "png:exclude-chunk=date,time", "png:-")
            time.sleep(0.2)
            return last and last == before

        wait_for("a picture that stands still", settled)
        with open(path, "wb") as file:
            file.write(last)

    def colour(self, frame, column):
        """The most frequent colour of a cell of the packet list, as #RRGGBB."""
        x, y, width, height = box(self.cell(frame, column))
        histogram = output("sh", "-c", f"import -silent -window root -crop {width}x{height}+{x}+{y} -depth 8 "
                                       "-format %c histogram:info:-").decode()
        counts = [line.split(":", 1) for line in histogram.splitlines() if ":" in line]
        most = max(counts, key=lambda pair: int(pair[0]))[1]
        return next(word for word in most.split() if word.startswith("#"))[:7]


def main():
    start_accessibility()
    wireshark = Wireshark()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(sys.argv[1])
        lines = connection.makefile("rw")
        for line in lines:
            method, *arguments = json.loads(line)
            try:
                answer = {"result": getattr(wireshark, method)(*arguments)}
            except (Missing, StopIteration, GLib.Error) as error:
                answer = {"error": f"{method}{tuple(arguments)}: {error}"}
            lines.write(json.dumps(answer) + "\n")
            lines.flush()
    if wireshark.process:
        wireshark.stop()


if __name__ == "__main__":
    main()
