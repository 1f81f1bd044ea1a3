# The build's few words: yaoshi_library, yaoshi_binary, yaoshi_test, yaoshi_protos.

add_library(yaoshi_flags INTERFACE)
# Warnings are errors where the rules are checked: in a debug build. With -O2 or a sanitizer, GCC 12 finds overflows in std::string that are none (its
# bugs 105329, 105651), and forgets that a precompiled header is a system's: nobody's start fails for that.
set(YAOSHI_STRICT $<AND:$<CONFIG:Debug>,$<STREQUAL:${YAOSHI_SANITIZE},>>)
target_compile_options(yaoshi_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor $<${YAOSHI_STRICT}:-Werror>
  "$<$<CONFIG:RelWithDebInfo>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")
target_include_directories(yaoshi_flags INTERFACE ${CMAKE_SOURCE_DIR})

# Headers that nearly every source reads, compiled once: without, two thirds of a build are spent reading them again. A source
# still includes what it uses. What defines macros (FMT_SHARED, _REENTRANT, __cpp_runtime_arrays) must be alike for all its users.
add_library(yaoshi_precompiled INTERFACE)
target_link_libraries(yaoshi_precompiled INTERFACE fmt::fmt)
target_compile_options(yaoshi_precompiled INTERFACE -pthread -Wpedantic)
set(YAOSHI_PRECOMPILED
  <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view>
  <thread> <tuple> <unordered_map> <utility> <variant> <vector>
  <absl/base/thread_annotations.h> <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h> <absl/status/status.h>
  <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/synchronization/mutex.h> <fmt/format.h>
  <google/protobuf/descriptor.pb.h> <google/protobuf/message.h>)
if(YAOSHI_SANITIZE STREQUAL "thread")
  list(PREPEND YAOSHI_PRECOMPILED ${CMAKE_SOURCE_DIR}/cmake/sanitizers/protobuf_tsan.h)
endif()
function(yaoshi_precompile name)
  add_library(${name} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cc)
  target_link_libraries(${name} PRIVATE yaoshi_precompiled)
  target_precompile_headers(${name} PRIVATE ${YAOSHI_PRECOMPILED} ${ARGN})
endfunction()
yaoshi_precompile(yaoshi_headers)
yaoshi_precompile(yaoshi_test_headers <gmock/gmock.h> <gtest/gtest.h>)
target_link_libraries(yaoshi_test_headers PRIVATE GTest::gmock GTest::gtest)
function(yaoshi_use_precompiled name headers)
  target_link_libraries(${name} PRIVATE yaoshi_precompiled)
  target_precompile_headers(${name} REUSE_FROM ${headers})
endfunction()

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
    yaoshi_use_precompiled(${name} yaoshi_headers)
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
  yaoshi_use_precompiled(${name} yaoshi_headers)
  yaoshi_add_sanitizer(${name})
  if(NOT YAOSHI_SANITIZE) # A sanitizer has an allocator of its own.
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/allocator.cc)
    target_link_libraries(${name} PRIVATE PkgConfig::jemalloc)
  endif()
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
  yaoshi_use_precompiled(${name} yaoshi_test_headers)
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
  yaoshi_use_precompiled(${name} yaoshi_headers)
endfunction()
