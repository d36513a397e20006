# SPDX-License-Identifier: GPL-2.0-or-later
"""profile_zip.py ZIP FOLDER: packs a profile as Wireshark imports it, a zip that holds synfate/...

The same files give the same zip: they stand in the order of their names, all with one time: that of SOURCE_DATE_EPOCH
(https://reproducible-builds.org/specs/source-date-epoch/) where it is set, otherwise that of the newest.
"""

import os
import sys
import time
import zipfile
from pathlib import Path

target, folder = map(Path, sys.argv[1:])
files = sorted(folder.iterdir())
seconds = os.environ.get("SOURCE_DATE_EPOCH") or max(file.stat().st_mtime for file in files)
with zipfile.ZipFile(target, "w") as packed:
    for file in files:
        entry = zipfile.ZipInfo(f"synfate/{file.name}", time.gmtime(float(seconds))[:6])
        entry.external_attr = 0o100644 << 16
        packed.writestr(entry, file.read_bytes())
