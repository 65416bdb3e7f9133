# agent_add_plugin(NAME echo SOURCES echo.c [MANIFEST plugin.yaml] [RESOURCES folder] [LIBRARIES target...]
#                  [DIRECTORY folder])
#
# One plugin, linked the way the server wants its guests: everything hidden but agent_plugin_entry, nothing undefined, no
# symbol the dynamic linker would merge with another plugin's. The result is a folder the server can load as it is:
#   <DIRECTORY>/<NAME>/{<NAME>.so, plugin.yaml, resources/...}
# Targets:
#   agent_plugin_<NAME>          the plugin
#   agent_plugin_<NAME>_objects  the same code for a test binary, whose entry is agent_plugin_entry
#   agent_plugin_<NAME>_static   the same once more, for a binary with several plugins, a sanitizer or a fuzzer: its entry is
#                                <NAME>_agent_plugin_entry, with '_' for what C does not allow in a name. Built when used.
# DIRECTORY: the plugins folder it belongs to; ${CMAKE_BINARY_DIR}/plugins when not given.
# LIBRARIES: what the code uses; prefer static ones, their symbols stay hidden.
function(agent_add_plugin)
  cmake_parse_arguments(ARG "" "NAME;MANIFEST;RESOURCES;DIRECTORY" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_NAME OR NOT ARG_SOURCES)
    message(FATAL_ERROR "agent_add_plugin: NAME and SOURCES are needed")
  endif()
  if(NOT ARG_MANIFEST)
    set(ARG_MANIFEST plugin.yaml)
  endif()
  set(target agent_plugin_${ARG_NAME})
  if(NOT ARG_DIRECTORY)
    set(ARG_DIRECTORY "${CMAKE_BINARY_DIR}/plugins")
  endif()
  set(folder "${ARG_DIRECTORY}/${ARG_NAME}")

  add_library(${target}_objects OBJECT ${ARG_SOURCES})
  set_target_properties(${target}_objects PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${target}_objects PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_include_directories(${target}_objects PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(${target}_objects PUBLIC ${ARG_LIBRARIES} agenthost::plugin_api)
  if(NOT "${ARG_SOURCES}" MATCHES "^([^;]*\\.c(;|$))+$")
    target_link_libraries(${target}_objects PUBLIC agenthost::plugin_sdk)
    # The SDK is headers only; several files parse them once (-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON: each by itself).
    list(LENGTH ARG_SOURCES files)
    if(files GREATER 2)
      target_precompile_headers(${target}_objects PRIVATE
        "$<$<COMPILE_LANGUAGE:CXX>:<agenthost/sdk/agent.hpp$<ANGLE-R>>")
    endif()
  endif()

  _agent_plugin_static(${target})
  add_library(${target} MODULE)
  target_link_libraries(${target} PRIVATE ${target}_objects)
  set_target_properties(${target} PROPERTIES
    PREFIX "" SUFFIX ".so" OUTPUT_NAME "${ARG_NAME}" LIBRARY_OUTPUT_DIRECTORY "${folder}"
    LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/agent_plugin.map")
  target_link_options(${target} PRIVATE
    "-Wl,--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/agent_plugin.map" -Wl,--exclude-libs,ALL)
  # A sanitizer's runtime lives in the executable, so its symbols are undefined here on purpose.
  if(NOT "${AGENTHOST_SANITIZE}${CMAKE_CXX_FLAGS}${CMAKE_C_FLAGS}" MATCHES "thread|address|undefined|fsanitize")
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  _agent_plugin_files(${target} "${folder}" "${ARG_MANIFEST}" "${ARG_RESOURCES}")
endfunction()

# The objects again, compiled with another name for the entry.
function(_agent_plugin_static target)
  string(MAKE_C_IDENTIFIER "${ARG_NAME}_agent_plugin_entry" entry)
  add_library(${target}_static STATIC EXCLUDE_FROM_ALL ${ARG_SOURCES})
  target_compile_definitions(${target}_static PRIVATE "agent_plugin_entry=${entry}"
    $<TARGET_PROPERTY:${target}_objects,COMPILE_DEFINITIONS>)
  target_compile_options(${target}_static PRIVATE $<TARGET_PROPERTY:${target}_objects,COMPILE_OPTIONS>)
  target_include_directories(${target}_static PUBLIC $<TARGET_PROPERTY:${target}_objects,INCLUDE_DIRECTORIES>)
  target_link_libraries(${target}_static PUBLIC $<TARGET_PROPERTY:${target}_objects,LINK_LIBRARIES>)
endfunction()

# agent_validate_plugin(NAME echo [LEVEL load|run|strict])
#
# A test of that plugin with the judge that comes with the server: `agenthost validate`. Left out, with a word, where there is
# no agenthost; AGENTHOST_EXECUTABLE says where it is.
function(agent_validate_plugin)
  cmake_parse_arguments(ARG "" "NAME;LEVEL" "" ${ARGN})
  if(NOT ARG_LEVEL)
    set(ARG_LEVEL run)
  endif()
  if(NOT AGENTHOST_EXECUTABLE)
    message(STATUS "no agenthost in the PATH: plugin ${ARG_NAME} will not be validated; set AGENTHOST_EXECUTABLE")
    return()
  endif()
  add_test(NAME validate.${ARG_NAME}
    COMMAND "${AGENTHOST_EXECUTABLE}" validate --level ${ARG_LEVEL} "$<TARGET_FILE_DIR:agent_plugin_${ARG_NAME}>")
endfunction()

# Puts the manifest and the resources beside the library, again whenever they change.
function(_agent_plugin_files target folder manifest resources)
  set(stamps "${folder}/plugin.yaml")
  get_filename_component(manifest "${manifest}" ABSOLUTE)
  add_custom_command(OUTPUT "${folder}/plugin.yaml" DEPENDS "${manifest}"
    COMMAND "${CMAKE_COMMAND}" -E copy "${manifest}" "${folder}/plugin.yaml" VERBATIM)
  if(resources)
    get_filename_component(resources "${resources}" ABSOLUTE)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS "${resources}/*")
    set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${target}_resources.stamp")
    add_custom_command(OUTPUT "${stamp}" DEPENDS ${files}
      COMMAND "${CMAKE_COMMAND}" -E copy_directory "${resources}" "${folder}/resources"
      COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}" VERBATIM)
    list(APPEND stamps "${stamp}")
  endif()
  add_custom_target(${target}_files ALL DEPENDS ${stamps})
  add_dependencies(${target} ${target}_files)
endfunction()
