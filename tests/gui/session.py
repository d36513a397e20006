# SPDX-License-Identifier: GPL-2.0-or-later
"""A private desktop for the real Wireshark: an X display, a session bus and a window manager, run by an ordinary user whose
only settings are the project's profile. What can be asked of it is in driver.py."""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "captures"))

from tshark import Tshark  # noqa: E402

PROFILE = TESTS.parent / "plugin" / "profile"
PROGRAMS = ["Xvfb", "wireshark", "dbus-run-session", "openbox", "xdotool", "import"]
SOCKETS = Path("/tmp/.X11-unix")
PATIENCE = 60  # seconds for the driver to start, and to end
# Nothing may open a dialog by itself.
QUIET = ["-o", "gui.update.enabled:FALSE", "-o", "gui.ask_unsaved:FALSE"]


def missing():
    """What the desktop needs and this machine does not have."""
    programs = [program for program in PROGRAMS if shutil.which(program) is None]
    if importlib.util.find_spec("gi") is None:
        return [*programs, f"gi for {sys.executable}"]
    import gi
    try:
        gi.require_version("Atspi", "2.0")
    except ValueError:
        programs.append("the AT-SPI bindings of GObject introspection")
    return programs


def make_case(folder):
    """The captures of the case that synfate was made for, in a folder."""
    case = folder / "case"
    case.mkdir()
    subprocess.run([sys.executable, TESTS / "captures" / "make_case.py", case], check=True)
    return case


class Refused(Exception):
    """The driver could not do what was asked."""


class Desktop:
    def __init__(self, folder, size=(1600, 900), environment=()):
        """folder: an empty one that every user can enter. environment: settings such as a theme, as NAME=VALUE."""
        self.shark = Tshark(folder)
        self.folder, self.size, self.environment = folder, size, list(environment)
        self.processes, self.driver = [], None
        self.runtime, self.code = folder / "runtime", folder / "code"
        profiles = self.shark.home / ".config" / "wireshark" / "profiles"
        shutil.copytree(PROFILE, profiles / "synfate")
        (profiles.parent / "recent_common").write_text(
            f"gui.geometry_main_x: 0\ngui.geometry_main_y: 0\ngui.geometry_main_width: {size[0]}\n"
            f"gui.geometry_main_height: {size[1]}\ngui.geometry_main_maximized: TRUE\n")
        self.runtime.mkdir(mode=0o700)
        self.code.mkdir()
        shutil.copyfile(Path(__file__).with_name("driver.py"), self.code / "driver.py")
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "nobody:nogroup", self.shark.home, self.runtime], check=True)

    def __enter__(self):
        self.log = open(self.folder / "log", "w+")
        try:
            self.start_display()
            self.start_driver()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start_display(self):
        if not SOCKETS.exists():  # only root can make it as X wants it
            SOCKETS.mkdir()
            SOCKETS.chmod(0o1777)
        reading, writing = os.pipe()
        self.run(["Xvfb", "-displayfd", str(writing), "-screen", "0", "{}x{}x24".format(*self.size), "-nolisten", "tcp"],
                 pass_fds=[writing])
        os.close(writing)
        with open(reading) as number:
            self.environment.append(f"DISPLAY=:{number.readline().strip()}")

    def start_driver(self):
        address = self.folder / "driver"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(address))
            address.chmod(0o777)
            listening.listen()
            listening.settimeout(PATIENCE)
            self.run(["env", f"XDG_RUNTIME_DIR={self.runtime}", "NO_AT_BRIDGE=1", *self.environment,
                      "dbus-run-session", "--", "sh", "-c", 'openbox & exec "$@"', "sh",
                      sys.executable, self.code / "driver.py", address])
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                raise Refused(f"the driver did not start:\n{self.messages()}") from None
        with connection:
            self.driver = connection.makefile("rw")

    def run(self, command, **how):
        """Runs a command as the ordinary user. Where root may, in a PID namespace, in which nothing outlives the first
        process: a shell, for --kill-child does not hold for one that changes its user, as setpriv does."""
        command = self.shark.command(*command)
        if os.geteuid() == 0 and subprocess.run(["unshare", "-pf", "true"], stderr=subprocess.DEVNULL).returncode == 0:
            command = ["unshare", "-pf", "--kill-child", "sh", "-c", '"$@"; exit', "sh", *command]
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                               start_new_session=True, **how))

    def __exit__(self, *_):
        if self.driver:
            self.driver.close()  # then it ends Wireshark, and the session ends with it
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.processes[-1].wait(timeout=PATIENCE)
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.log.close()

    def open(self, capture, *arguments):
        """Opens a capture with the profile; returns the title of the main window."""
        return self.ask("start", "-C", "synfate", *QUIET, *map(str, arguments), str(self.shark.readable(Path(capture))))

    def ask(self, method, *arguments):
        """Sends a request to the driver, and returns its answer."""
        self.driver.write(json.dumps([method, *arguments]) + "\n")
        self.driver.flush()
        line = self.driver.readline()
        if not line:
            raise Refused(f"the driver ended:\n{self.messages()}")
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(f"{answer['error']}\n{self.messages()}")
        return answer["result"]

    def picture(self, path, title=None, size=None):
        """A picture of the screen or of the window with this title."""
        self.ask("picture", str(self.shark.home / "picture.png"), title, size)
        shutil.copyfile(self.shark.home / "picture.png", path)

    def messages(self):
        self.log.flush()
        return (self.folder / "log").read_text()[-2000:]
