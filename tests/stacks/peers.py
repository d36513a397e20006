# SPDX-License-Identifier: GPL-2.0-or-later
"""The stacks: how each one's program is built from Debian's packages, and how it runs on a tap device."""

import os
import pathlib
import shutil
import subprocess

import player
import situations
from capture import Capture
from namespace import Namespace

HERE = pathlib.Path(__file__).parent
GO_PACKAGES = pathlib.Path("/usr/share/gocode")
TAP = "stack0"


def build_lwip(folder):
    """The program's path, or None where a package is missing."""
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "lwip"], capture_output=True, text=True)
    if flags.returncode != 0:
        return None
    program = folder / "lwip_peer"
    compile = ["cc", "-std=gnu11", "-Wall", "-Wextra", "-O1", "-o", program, HERE / "lwip_peer.c"]
    subprocess.run([*compile, *flags.stdout.split()], check=True)
    return program


def build_gvisor(folder):
    if not shutil.which("go") or not (GO_PACKAGES / "src/gvisor.dev/gvisor/pkg/tcpip").is_dir():
        return None
    program = folder / "gvisor_peer"
    go = {"GO111MODULE": "off", "GOPATH": str(GO_PACKAGES), "GOCACHE": str(folder / "go"), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", program, HERE / "gvisor_peer.go"], check=True, env={**os.environ, **go})
    return program


BUILD = {"lwip": build_lwip, "gvisor": build_gvisor}
PACKAGES = {"lwip": "liblwip-dev", "gvisor": "golang-go and golang-gvisor-gvisor-dev"}


def play(program):
    """The frames of all situations, played to the program in a namespace of its own."""
    namespace = Namespace()
    arguments = [TAP, player.SERVER, player.SERVER_MAC, player.CLIENT, player.CLIENT_MAC,
                 str(situations.PORT), str(situations.FULL_PORT)]
    with namespace.entered():
        process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout.readline() == "ready\n", f"{program} does not start"
            namespace.run(f"ip link set {TAP} addrgenmode none")
            namespace.run(f"ip link set {TAP} up")
            capture = Capture(namespace, TAP)
            player.play(namespace, TAP)
            capture.stop()
        finally:
            process.kill()
    return capture.frames
