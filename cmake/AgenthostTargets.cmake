# One helper per kind of target, so that a CMakeLists.txt in the tree says what exists, not how.

# agenthost_precompile(target OWNER owner HEADERS <header>...)
# Sanitizer builds alone parse the heavy headers once: the owner compiles them, the others share its result. Release and
# debug builds go without, and so prove that every file includes what it uses.
function(agenthost_precompile target)
  cmake_parse_arguments(ARG "" "OWNER" "HEADERS" ${ARGN})
  if(NOT AGENTHOST_SANITIZE)
    return()
  endif()
  if(target STREQUAL ARG_OWNER)
    target_precompile_headers(${target} PRIVATE ${ARG_HEADERS})
  else()
    target_precompile_headers(${target} REUSE_FROM ${ARG_OWNER})
  endif()
endfunction()

set(AGENTHOST_HEAVY_HEADERS
  <algorithm> <chrono> <condition_variable> <deque> <filesystem> <functional> <map> <memory> <mutex> <optional> <string>
  <string_view> <thread> <unordered_map> <variant> <vector> <rapidjson/document.h> <tl/expected.hpp>)

# agenthost_module(NAME storage SOURCES a.cpp b.cpp DEPENDS agenthost::models PRIVATE_DEPENDS SQLite::SQLite3)
# A room of the server: a static library agenthost_<name> with the alias agenthost::<name>.
function(agenthost_module)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(agenthost_${ARG_NAME} STATIC ${ARG_SOURCES})
  add_library(agenthost::${ARG_NAME} ALIAS agenthost_${ARG_NAME})
  target_include_directories(agenthost_${ARG_NAME} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(agenthost_${ARG_NAME} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS} agenthost_options)
  agenthost_precompile(agenthost_${ARG_NAME} OWNER agenthost_base HEADERS ${AGENTHOST_HEAVY_HEADERS})
endfunction()

# agenthost_test(NAME storage_tests KIND unit SOURCES x_test.cpp DEPENDS agenthost::storage)
# A GoogleTest binary; each TEST becomes a ctest entry with the label KIND (unit | integration). PRECOMPILE: headers that
# take longest and that most of its files include.
function(agenthost_test)
  cmake_parse_arguments(ARG "" "NAME;KIND;TIMEOUT" "SOURCES;DEPENDS;ENVIRONMENT;PRECOMPILE" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main agenthost_options)
  if(ARG_PRECOMPILE)
    target_precompile_headers(${ARG_NAME} PRIVATE ${ARG_PRECOMPILE} <gmock/gmock.h> <gtest/gtest.h>)
  else()
    agenthost_precompile(${ARG_NAME} OWNER base_tests
      HEADERS ${AGENTHOST_HEAVY_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${ARG_KIND} TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${ARG_ENVIRONMENT}")
endfunction()
