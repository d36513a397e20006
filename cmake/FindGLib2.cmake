# SPDX-License-Identifier: GPL-2.0-or-later
# Finds GLib 2 and defines GLib2::GLib2. pkg-config is used where there is one (not on Windows).

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_GLib2 QUIET glib-2.0)
endif()

find_path(GLib2_INCLUDE_DIR glib.h HINTS ${PC_GLib2_INCLUDE_DIRS} PATH_SUFFIXES glib-2.0)
find_library(GLib2_LIBRARY glib-2.0 HINTS ${PC_GLib2_LIBRARY_DIRS})
# glibconfig.h depends on the architecture and lies beside the library.
get_filename_component(GLib2_LIBRARY_DIR "${GLib2_LIBRARY}" DIRECTORY)
find_path(GLib2_CONFIG_INCLUDE_DIR glibconfig.h
    HINTS ${PC_GLib2_INCLUDE_DIRS} "${GLib2_LIBRARY_DIR}/glib-2.0/include"
)
mark_as_advanced(GLib2_INCLUDE_DIR GLib2_CONFIG_INCLUDE_DIR GLib2_LIBRARY)

if(GLib2_CONFIG_INCLUDE_DIR)
    file(STRINGS "${GLib2_CONFIG_INCLUDE_DIR}/glibconfig.h" version_lines
        REGEX "#define GLIB_(MAJOR|MINOR|MICRO)_VERSION [0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" version_numbers "${version_lines}")
    string(REPLACE ";" "." GLib2_VERSION "${version_numbers}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(GLib2
    REQUIRED_VARS GLib2_LIBRARY GLib2_INCLUDE_DIR GLib2_CONFIG_INCLUDE_DIR
    VERSION_VAR GLib2_VERSION
    REASON_FAILURE_MESSAGE "Install GLib's development files (Debian: libglib2.0-dev, Fedora: glib2-devel)."
)

if(GLib2_FOUND AND NOT TARGET GLib2::GLib2)
    add_library(GLib2::GLib2 UNKNOWN IMPORTED)
    set_target_properties(GLib2::GLib2 PROPERTIES
        IMPORTED_LOCATION "${GLib2_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${GLib2_INCLUDE_DIR};${GLib2_CONFIG_INCLUDE_DIR}"
    )
endif()
