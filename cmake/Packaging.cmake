# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed beside the plugin, and what cpack makes: a Debian package.

include(GNUInstallDirs)
install(FILES COPYING DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)
install(FILES README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}"
    PATTERN "*.[1-8]" EXCLUDE
    PATTERN judge-one EXCLUDE
)
install(PROGRAMS docs/many-captures/judge-one DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs/many-captures")
# Elsewhere Wireshark keeps its own files in its bundle or folder: there the profile is imported as a zip.
if(UNIX AND NOT APPLE)
    file(GLOB manual_pages CONFIGURE_DEPENDS docs/*.[1-8])
    foreach(page IN LISTS manual_pages)
        string(REGEX MATCH ".$" section "${page}")
        install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
    endforeach()
    install(DIRECTORY plugin/profile/ DESTINATION "${CMAKE_INSTALL_DATADIR}/wireshark/profiles/synfate")
endif()

# What is built to be installed, without the tests.
add_custom_target(product DEPENDS synfate_plugin)

# The profile as a zip, which every system's Wireshark can import.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
    file(GLOB profile_files CONFIGURE_DEPENDS plugin/profile/*)
    set(profile_zip "${PROJECT_BINARY_DIR}/synfate-profile.zip")
    set(zip_profile "${PROJECT_SOURCE_DIR}/cmake/profile_zip.py")
    add_custom_command(OUTPUT "${profile_zip}"
        COMMAND "${Python3_EXECUTABLE}" "${zip_profile}" "${profile_zip}" "${PROJECT_SOURCE_DIR}/plugin/profile"
        DEPENDS ${profile_files} "${zip_profile}"
        VERBATIM
    )
    add_custom_target(profile_zip ALL DEPENDS "${profile_zip}")
endif()

set(CPACK_PACKAGE_CONTACT "The synfate developers <synfate@synfate.invalid>" CACHE STRING "Who maintains a package")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "For each TCP connection attempt in a capture synfate says whether the
connection was established, and if not, or late, who stopped it and why: in
Wireshark's packet list, details, expert information, filters and statistics,
and in tshark's.")
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

set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/DebianFiles.cmake")

set(CPACK_GENERATOR DEB)
include(CPack)
