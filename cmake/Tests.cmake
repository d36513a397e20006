# SPDX-License-Identifier: GPL-2.0-or-later
# Registers the tests with ctest: each unit test file is an executable, each pytest folder one test.
# Builds the programs of ./dev bench and ./dev fuzz.

file(GLOB unit_tests CONFIGURE_DEPENDS tests/unit/test_*.c)
foreach(source IN LISTS unit_tests)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(${name} "${source}")
    target_link_libraries(${name} PRIVATE synfate_engine synfate_link)
    add_test(NAME unit.${name} COMMAND ${name})
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 120)
endforeach()

# The stories, as a test of the engine, and as captures for everything else that tests or shows them.
if(UNIX)
    set(story_parts bytes.c expect.c numbers.c observed.c play.c read.c words.c)
    file(GLOB stories CONFIGURE_DEPENDS tests/stories/*.story)
    list(TRANSFORM story_parts PREPEND tests/stories/)
    add_library(stories STATIC ${story_parts})
    target_include_directories(stories PUBLIC tests/stories)
    target_link_libraries(stories PUBLIC synfate_engine)
    add_executable(test_stories tests/stories/test_stories.c)
    target_link_libraries(test_stories PRIVATE stories)
    add_executable(story_capture tests/stories/story_capture.c tests/stories/capture_file.c)
    target_link_libraries(story_capture PRIVATE stories)
    add_test(NAME unit.stories COMMAND test_stories --complete ${stories})
    set_tests_properties(unit.stories PROPERTIES LABELS unit TIMEOUT 120)
endif()

# The bench asks the system for its peak of memory in the way of Unix.
if(UNIX)
    file(GLOB bench_programs CONFIGURE_DEPENDS tests/bench/bench_*.c)
    foreach(source IN LISTS bench_programs)
        get_filename_component(name "${source}" NAME_WE)
        add_executable(${name} "${source}" tests/bench/loads.c)
        target_link_libraries(${name} PRIVATE synfate_engine)
    endforeach()
    add_library(same_random MODULE tests/bench/same_random.c)
    set_target_properties(same_random PROPERTIES PREFIX "")
    include(CheckSymbolExists)
    check_symbol_exists(mallinfo2 malloc.h SYNFATE_HEAP_COUNTS) # glibc, from 2.33 on
    if(SYNFATE_HEAP_COUNTS)
        add_library(in_use MODULE tests/bench/in_use.c)
        set_target_properties(in_use PROPERTIES PREFIX "")
    endif()
endif()

if(SYNFATE_FUZZ)
    file(GLOB fuzz_targets CONFIGURE_DEPENDS tests/fuzz/fuzz_*.c)
    foreach(source IN LISTS fuzz_targets)
        get_filename_component(name "${source}" NAME_WE)
        add_executable(${name} "${source}")
        target_link_libraries(${name} PRIVATE synfate_engine synfate_link)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    endforeach()
endif()

# Prints the engine's tables to those who show or check them.
add_executable(verdict_table tests/captures/verdict_table.c)
target_link_libraries(verdict_table PRIVATE synfate_engine)

# Everything below looks at the plugin through Wireshark's own programs.
if(NOT SYNFATE_BUILD_PLUGIN)
    return()
endif()

find_package(Python3 COMPONENTS Interpreter)
if(NOT Python3_FOUND)
    message(WARNING "Python 3 was not found: only the unit tests can be run.")
    return()
endif()

# The captures' tests and the command's share nothing: pytest-xdist, where it is there, runs one on each processor. The
# others measure, or have one network or one screen.
set(at_a_time)
execute_process(COMMAND "${Python3_EXECUTABLE}" -c "import xdist" RESULT_VARIABLE no_xdist OUTPUT_QUIET ERROR_QUIET)
if(NOT no_xdist)
    set(at_a_time -n auto)
endif()
foreach(folder IN ITEMS captures command kernel stacks page gui)
    if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/tests/${folder}")
        set(options -q -rs -p no:cacheprovider)
        if(folder MATCHES "captures|command")
            list(APPEND options ${at_a_time})
        endif()
        add_test(NAME ${folder} COMMAND "${Python3_EXECUTABLE}" -m pytest ${options} "${PROJECT_SOURCE_DIR}/tests/${folder}")
        # PYTHONDONTWRITEBYTECODE: a test run leaves nothing in the source tree.
        set_tests_properties(${folder} PROPERTIES
            LABELS pytest
            TIMEOUT 1800
            ENVIRONMENT "SYNFATE_BUILD=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1"
        )
    endif()
endforeach()
