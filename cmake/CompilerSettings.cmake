# SPDX-License-Identifier: GPL-2.0-or-later
# How every file of the project is compiled: C11, hidden symbols, warnings, and the sanitizers asked for.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT multi_config)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

if(NOT MSVC)
    # Which folder it was built in is seen in no program: the same source gives the same program.
    add_compile_options(
        "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=${PROJECT_NAME}" "-ffile-prefix-map=${PROJECT_BINARY_DIR}=."
    )
    add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes)
endif()
if(SYNFATE_WERROR)
    add_compile_options($<IF:$<C_COMPILER_ID:MSVC>,/WX,-Werror>)
endif()

if(SYNFATE_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "SYNFATE_FUZZ needs clang: configure with -DCMAKE_C_COMPILER=clang.")
    endif()
    if(NOT SYNFATE_SANITIZE)
        message(FATAL_ERROR "SYNFATE_FUZZ needs a sanitizer: configure with -DSYNFATE_SANITIZE=address,undefined.")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(SYNFATE_SANITIZE)
    # A finding has to end the test that caused it.
    add_compile_options(-fsanitize=${SYNFATE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SYNFATE_SANITIZE})
endif()
