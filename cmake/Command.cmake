# SPDX-License-Identifier: GPL-2.0-or-later
# Builds synfate, the command: the engine on Wireshark's file library, without its dissectors.

file(GLOB command_sources CONFIGURE_DEPENDS plugin/command/*.c)
list(APPEND command_sources plugin/json.c plugin/report_json.c)
# The reading of headers and streams needs no Wireshark: tests use it alone.
set(link_sources plugin/command/link.c plugin/command/stream.c plugin/command/intake.c)
list(TRANSFORM link_sources PREPEND "${PROJECT_SOURCE_DIR}/")
list(REMOVE_ITEM command_sources ${link_sources})

if(NOT TARGET synfate_link)
    add_library(synfate_link STATIC ${link_sources})
    target_include_directories(synfate_link PUBLIC plugin/command)
    target_link_libraries(synfate_link PUBLIC synfate_engine)
endif()

if(SYNFATE_BUILD_PLUGIN AND SYNFATE_BUILD_COMMAND)
    add_executable(synfate_command ${command_sources})
    set_target_properties(synfate_command PROPERTIES OUTPUT_NAME synfate)
    target_compile_definitions(synfate_command PRIVATE SYNFATE_VERSION="${PROJECT_VERSION}" _GNU_SOURCE)
    target_include_directories(synfate_command PRIVATE "${Wireshark_INCLUDE_DIR}")
    target_link_libraries(synfate_command PRIVATE synfate_link wiretap wsutil)

    include(GNUInstallDirs)
    install(TARGETS synfate_command RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    if(UNIX AND NOT APPLE)
        install(FILES docs/synfate.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
        install(FILES completion/synfate DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
    endif()
endif()

# A plugin and a command that write down what they hand to the engine; tests/command compares them.
if(BUILD_TESTING AND TARGET synfate_command)
    set(traced)
    foreach(function IN ITEMS begin_frame segment icmp udp setup other_packet name_point note_drops)
        list(APPEND traced "tracker_${function}=traced_${function}")
    endforeach()
    add_library(synfate_trace STATIC tests/command/trace.c)
    target_link_libraries(synfate_trace PUBLIC synfate_engine)
    set_target_properties(synfate_trace PROPERTIES POSITION_INDEPENDENT_CODE ON)

    add_library(synfate_traced MODULE ${plugin_sources})
    target_compile_definitions(synfate_traced PRIVATE SYNFATE_VERSION="${PROJECT_VERSION}" ${traced})
    target_link_libraries(synfate_traced PRIVATE synfate_trace epan)
    set_target_properties(synfate_traced PROPERTIES
        PREFIX ""
        OUTPUT_NAME synfate
        LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/traced/plugins/${plugin_path_id}/epan"
    )

    add_executable(synfate_command_traced ${command_sources} ${link_sources})
    target_compile_definitions(synfate_command_traced PRIVATE SYNFATE_VERSION="${PROJECT_VERSION}" _GNU_SOURCE ${traced})
    target_include_directories(synfate_command_traced PRIVATE plugin/command "${Wireshark_INCLUDE_DIR}")
    target_link_libraries(synfate_command_traced PRIVATE synfate_trace wiretap wsutil)
    set_target_properties(synfate_command_traced PROPERTIES
        OUTPUT_NAME synfate
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/traced"
    )

    # A command that runs out of numbers for frames after a few.
    add_executable(synfate_command_short ${command_sources})
    target_compile_definitions(synfate_command_short PRIVATE SYNFATE_VERSION="${PROJECT_VERSION}" _GNU_SOURCE
        FRAMES_OF_FILES=400 FRAMES_OF_STREAM=128)
    target_include_directories(synfate_command_short PRIVATE "${Wireshark_INCLUDE_DIR}")
    target_link_libraries(synfate_command_short PRIVATE synfate_link wiretap wsutil)
    set_target_properties(synfate_command_short PROPERTIES
        OUTPUT_NAME synfate
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/short"
    )
endif()
