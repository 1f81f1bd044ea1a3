# The build's few words: yaoshi_library, yaoshi_binary, yaoshi_test, yaoshi_protos.

add_library(yaoshi_flags INTERFACE)
target_compile_options(yaoshi_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
target_include_directories(yaoshi_flags INTERFACE ${CMAKE_SOURCE_DIR})

# What absl::Mutex orders, for a thread-sanitizer build: see the file. Linked into every program there.
if(YAOSHI_SANITIZE STREQUAL "thread")
  add_library(yaoshi_tsan_mutex OBJECT ${CMAKE_SOURCE_DIR}/cmake/sanitizers/absl_mutex_tsan.cc)
  target_link_libraries(yaoshi_tsan_mutex PRIVATE absl::synchronization)
endif()
function(yaoshi_add_sanitizer name)
  if(TARGET yaoshi_tsan_mutex)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:yaoshi_tsan_mutex>)
    target_link_libraries(${name} PRIVATE absl::synchronization)
  endif()
endfunction()

# yaoshi_library(NAME SRCS a.cc … DEPS x y …): a static library; `#include "common/x/y.h"` counts from the root.
function(yaoshi_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE yaoshi_flags)
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

function(yaoshi_binary name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} yaoshi_flags)
  yaoshi_add_sanitizer(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# yaoshi_test(NAME SRCS a_test.cc … DEPS … [LABEL unit|integration]): one GoogleTest binary, one ctest entry.
# A test with the label integration gets the private MariaDB of the run (YAOSHI_TEST_DATABASE, set by ./dev test).
function(yaoshi_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest GTest::gtest_main yaoshi_flags)
  yaoshi_add_sanitizer(${name})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 300)
endfunction()

# yaoshi_protos(NAME ROOT dir PROTOS a.proto … DEPS …): messages only. Services are bound from their
# descriptors (ADR 0002), so no gRPC code is generated.
set(YAOSHI_GOOGLE_PROTOS ${CMAKE_SOURCE_DIR}/.dev/protos CACHE PATH "Where ./dev put google/{api,rpc,longrunning}")
function(yaoshi_protos name)
  cmake_parse_arguments(ARG "" "ROOT" "PROTOS;DEPS" ${ARGN})
  set(generated ${CMAKE_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${generated})
  set(sources)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    add_custom_command(
      OUTPUT ${generated}/${stem}.pb.cc ${generated}/${stem}.pb.h
      COMMAND protobuf::protoc --cpp_out=${generated} -I${CMAKE_SOURCE_DIR}/protos -I${YAOSHI_GOOGLE_PROTOS} ${proto}
      DEPENDS ${ARG_ROOT}/${proto} VERBATIM)
    list(APPEND sources ${generated}/${stem}.pb.cc)
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${generated})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
endfunction()
