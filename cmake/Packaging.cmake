# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed beside the plugin, and what cpack makes: a Debian package and a source tarball.

include(GNUInstallDirs)
install(FILES COPYING DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)
install(FILES README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}" PATTERN "*.4" EXCLUDE)
# Elsewhere Wireshark keeps its own files in its bundle or folder: there the profile is imported as a zip.
if(UNIX AND NOT APPLE)
    install(FILES docs/synfate.4 DESTINATION "${CMAKE_INSTALL_MANDIR}/man4")
    install(DIRECTORY plugin/profile/ DESTINATION "${CMAKE_INSTALL_DATADIR}/wireshark/profiles/synfate")
endif()

# The profile as Wireshark imports it: a zip that holds synfate/...
file(GLOB profile_files CONFIGURE_DEPENDS plugin/profile/*)
set(profile_zip "${PROJECT_BINARY_DIR}/synfate-profile.zip")
add_custom_command(OUTPUT "${profile_zip}"
    COMMAND "${CMAKE_COMMAND}" -E copy ${profile_files} "${PROJECT_BINARY_DIR}/profile/synfate/"
    COMMAND "${CMAKE_COMMAND}" -E chdir "${PROJECT_BINARY_DIR}/profile"
        "${CMAKE_COMMAND}" -E tar cf "${profile_zip}" --format=zip synfate
    DEPENDS ${profile_files}
    VERBATIM
)
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/profile/synfate")
add_custom_target(profile_zip ALL DEPENDS "${profile_zip}")

set(CPACK_PACKAGE_CONTACT "The synfate developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "For each TCP connection attempt in a capture synfate says whether the connection was
established, and if not, or late, who stopped it and why: in Wireshark's packet list, details, expert information,
filters and statistics, and in tshark's.")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

# Wireshark loads a plugin only into the minor version that it was built for.
set(wireshark_series "${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION}")
math(EXPR next_minor "${Wireshark_MINOR_VERSION} + 1")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "wireshark-common (>= ${wireshark_series}~), \
wireshark-common (<< ${Wireshark_MAJOR_VERSION}.${next_minor}~)")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "wireshark | tshark")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_RELEASE "ws${wireshark_series}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_GENERATOR DEB)
set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME "${PROJECT_NAME}-${PROJECT_VERSION}")
set(CPACK_SOURCE_IGNORE_FILES [[/\.git/]] "${PROJECT_BINARY_DIR}/" [[/build]] [[/__pycache__/]] [[/\.pytest_cache/]] [[/\.cache/]])
include(CPack)
