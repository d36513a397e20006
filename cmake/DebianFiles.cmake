# SPDX-License-Identifier: GPL-2.0-or-later
# Run by cpack before it packs the .deb: what Debian's policy asks of the files in a package and other installations
# do without.

set(share "${CPACK_TEMPORARY_DIRECTORY}/usr/share")
set(doc "${share}/doc/${CPACK_PACKAGE_NAME}")

# The text of the license is on each Debian system.
file(WRITE "${doc}/copyright" "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${CPACK_PACKAGE_NAME}
Upstream-Contact: ${CPACK_PACKAGE_CONTACT}

Files: *
Copyright: 2026 The synfate developers
License: GPL-2+
 This program is free software; you can redistribute it and/or modify it under
 the terms of the GNU General Public License as published by the Free Software
 Foundation; either version 2 of the License, or (at your option) any later
 version.
 .
 On Debian systems, the text of version 2 of the license is in
 /usr/share/common-licenses/GPL-2.
")

# With SOURCE_DATE_EPOCH in the environment the day is that of the source, and the same source gives the same package.
string(TIMESTAMP day "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${doc}/changelog.Debian" "${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Built from the sources of ${CPACK_PACKAGE_VERSION}; changelog.gz says what is new.

 -- ${CPACK_PACKAGE_CONTACT}  ${day}
")
file(RENAME "${doc}/CHANGELOG.md" "${doc}/changelog")

file(GLOB_RECURSE pages "${share}/man/*.[1-8]")
execute_process(COMMAND gzip -9n ${pages} "${doc}/changelog" "${doc}/changelog.Debian" RESULT_VARIABLE status)
if(status)
    message(FATAL_ERROR "gzip: ${status}")
endif()
