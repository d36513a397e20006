#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the pictures of the documentation from the real Wireshark: screenshots.py [OUTDIR] (default: docs/screenshots)"""

import subprocess
import sys
import tempfile
from pathlib import Path

from session import TESTS, Desktop, make_case, missing

# Qt has this theme built in and takes its colours from a settings file of KDE.
DARK = ["XDG_CURRENT_DESKTOP=KDE", "KDE_SESSION_VERSION=5", "QT_QPA_PLATFORMTHEME=kde"]
DARK_COLOURS = """[Colors:Window]
BackgroundNormal=42,46,50
ForegroundNormal=252,252,252
[Colors:Button]
BackgroundNormal=49,54,59
ForegroundNormal=252,252,252
[Colors:View]
BackgroundNormal=27,30,32
BackgroundAlternate=35,38,41
ForegroundNormal=252,252,252
ForegroundLink=29,153,243
[Colors:Selection]
BackgroundNormal=61,174,233
ForegroundNormal=252,252,252
[Colors:Tooltip]
BackgroundNormal=49,54,59
ForegroundNormal=252,252,252
"""
WINDOWS = {
    "expert": ("Analyze/Expert Information", (900, 420)),
    "services": ("Statistics/SYN Fate/Services", (1400, 260)),
    "reuse": ("Statistics/SYN Fate/Port Reuse", (1400, 260)),
    "report": ("Statistics/SYN Fate/Report", (620, 860)),
    "io-graphs": (["Statistics", "I/O Graphs"], (900, 600)),
}


def light(folder, pictures):
    with Desktop(folder) as desktop:
        case = make_case(folder)
        desktop.open(case / "server.pcap", "-g", "20")
        desktop.picture(pictures / "server.png")
        for name, (menu, size) in WINDOWS.items():
            title = desktop.ask("open", menu)
            desktop.picture(pictures / f"{name}.png", title, size)
            desktop.ask("put_aside", title)


def details(folder, pictures):
    with Desktop(folder, size=(1400, 1500)) as desktop:
        desktop.open(make_case(folder) / "server.pcap")
        desktop.ask("select", 20)
        desktop.ask("expand", "SYN fate")
        desktop.picture(pictures / "details.png")


def load_balancer(folder, pictures):
    with Desktop(folder) as desktop:
        desktop.open(make_case(folder) / "lb.pcap", "-g", "10")
        desktop.picture(pictures / "load-balancer.png")


def dark(folder, pictures):
    desktop = Desktop(folder, environment=DARK)
    (desktop.shark.home / ".config" / "kdeglobals").write_text(DARK_COLOURS)
    with desktop:
        desktop.open(make_case(folder) / "server.pcap", "-g", "20")
        desktop.picture(pictures / "dark.png")


if __name__ == "__main__":
    if missing():
        sys.exit(f"screenshots.py needs {', '.join(missing())}")
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else TESTS.parent / "docs" / "screenshots"
    out.mkdir(parents=True, exist_ok=True)
    for take in light, details, load_balancer, dark:
        with tempfile.TemporaryDirectory(prefix="synfate-gui-") as name:
            Path(name).chmod(0o755)
            take(Path(name), out)
    subprocess.run(["mogrify", "+dither", "-colors", "256", *out.glob("*.png")], check=True)
