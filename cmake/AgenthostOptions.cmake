# Language level, warnings and sanitizers: one interface target that every target of ours links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# The host is linked without -rdynamic: a plugin must never bind to a host symbol by accident.
set(CMAKE_ENABLE_EXPORTS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(AGENTHOST_CCACHE ccache)
set(AGENTHOST_SANITIZE "" CACHE STRING "Sanitizers for every target, e.g. address,undefined or thread")
if(AGENTHOST_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${AGENTHOST_CCACHE}")
  # ccache wants to be told that some targets use precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros "${AGENTHOST_CCACHE}")
endif()
add_library(agenthost_options INTERFACE)
target_compile_options(agenthost_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-ambiguous-reversed-operator>
  # GCC 12 sees overlapping copies in std::string's operator+ that cannot be (its bug 105651), and, once it
  # optimises, reads of an empty std::optional that are guarded (its bug 80635).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
if(AGENTHOST_SANITIZE)
  add_compile_options(-fsanitize=${AGENTHOST_SANITIZE} -fno-omit-frame-pointer
    "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  add_link_options(-fsanitize=${AGENTHOST_SANITIZE})
  if(AGENTHOST_SANITIZE MATCHES "thread")
    # Asio's fences guard what its mutexes guard too, and those the sanitizer understands.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
  if(AGENTHOST_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined
      $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/sanitizer-ignore.txt>)
  endif()
endif()
