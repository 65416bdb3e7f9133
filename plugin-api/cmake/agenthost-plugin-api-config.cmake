# find_package(agenthost-plugin-api): agenthost::plugin_api (C99, depends on nothing), agenthost::plugin_sdk (C++20, needs
# nlohmann_json; absent without it), agent_add_plugin(...) and agent_validate_plugin(...).
include("${CMAKE_CURRENT_LIST_DIR}/agenthost-plugin-api-targets.cmake")
find_package(nlohmann_json 3.11 QUIET)
if(nlohmann_json_FOUND)
  include("${CMAKE_CURRENT_LIST_DIR}/agenthost-plugin-sdk-targets.cmake")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/AgentPlugin.cmake")
# The server this package came with, else one in the PATH.
find_program(AGENTHOST_EXECUTABLE agenthost
  HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../bin" "${CMAKE_CURRENT_LIST_DIR}/../../../../bin" NO_CACHE)
