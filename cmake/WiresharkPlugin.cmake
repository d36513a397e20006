# SPDX-License-Identifier: GPL-2.0-or-later
# Finds Wireshark and builds the plugin for it, in a folder that WIRESHARK_PLUGIN_DIR can name.

find_package(Wireshark 4.0 CONFIG QUIET)
if(NOT Wireshark_FOUND)
    if(Wireshark_CONSIDERED_VERSIONS)
        message(FATAL_ERROR "synfate needs Wireshark 4.0 or newer and found ${Wireshark_CONSIDERED_VERSIONS} "
            "(${Wireshark_CONSIDERED_CONFIGS}): "
            "install a newer one, or name its prefix with -DCMAKE_PREFIX_PATH=PREFIX.")
    endif()
    message(FATAL_ERROR "Wireshark's development files were not found: "
        "install them (Debian: wireshark-dev, Fedora: wireshark-devel), "
        "or name Wireshark's prefix with -DCMAKE_PREFIX_PATH=PREFIX.")
endif()
if(NOT Wireshark_PLUGINS_ENABLED)
    message(FATAL_ERROR "Wireshark ${Wireshark_VERSION} in ${Wireshark_INSTALL_PREFIX} was built without "
        "support for plugins: use one that has it.")
endif()
message(STATUS "Wireshark ${Wireshark_VERSION} in ${Wireshark_INSTALL_PREFIX}")

# Where nothing else is asked for, install where that Wireshark looks for plugins.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
    set(CMAKE_INSTALL_PREFIX "${Wireshark_INSTALL_PREFIX}" CACHE PATH "Installation prefix" FORCE)
endif()

# The folder that Wireshark names after its minor version: 4.0, or 4-0 in a macOS bundle.
get_filename_component(plugin_path_id "${Wireshark_PLUGIN_LIBDIR}" NAME)

file(GLOB plugin_sources CONFIGURE_DEPENDS plugin/*.c)
# Not called synfate: the command's program is, and a build tool takes that file for the target.
add_library(synfate_plugin MODULE ${plugin_sources})
target_compile_definitions(synfate_plugin PRIVATE SYNFATE_VERSION="${PROJECT_VERSION}")
target_link_libraries(synfate_plugin PRIVATE synfate_engine epan)
set_target_properties(synfate_plugin PROPERTIES
    PREFIX ""
    OUTPUT_NAME synfate
    LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/plugins/${plugin_path_id}/epan"
)

install(TARGETS synfate_plugin LIBRARY DESTINATION "${Wireshark_PLUGIN_LIBDIR}/epan" NAMELINK_SKIP)
