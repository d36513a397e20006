# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin as a part of Wireshark's own source tree (plugins/epan/synfate, -DCUSTOM_PLUGIN_SRC_DIR): one more of its
# plugins, with its flags. Tests, packages and all else are made outside of that tree.

include(WiresharkPlugin)
set_module_info(synfate ${PROJECT_VERSION_MAJOR} ${PROJECT_VERSION_MINOR} ${PROJECT_VERSION_PATCH} 0)

file(GLOB PLUGIN_FILES CONFIGURE_DEPENDS plugin/*.c plugin/engine/*.c)
set_source_files_properties(${PLUGIN_FILES} PROPERTIES COMPILE_FLAGS "${WERROR_COMMON_FLAGS}")

add_wireshark_plugin_library(synfate epan)
target_compile_definitions(synfate PRIVATE SYNFATE_VERSION="${PROJECT_VERSION}")
target_include_directories(synfate PRIVATE plugin/engine)
target_link_libraries(synfate epan)
install_plugin(synfate epan)
