# cmake --install: a server that needs nothing of this tree, wherever its folder is moved to. host/app/own_place.cpp finds
# plugins and pages from bin/agenthost; the plugin API installs itself.
install(TARGETS agenthost agenthost-worker RUNTIME DESTINATION bin COMPONENT server)

# Not conformance: its graphs have the names of others, so it is served alone.
foreach(plugin IN ITEMS echo echo-cpp echo-rust ctm)
  if(TARGET agent_plugin_${plugin})
    set(folder "${CMAKE_BINARY_DIR}/plugins/${plugin}")
    install(FILES "${folder}/plugin.yaml" "${folder}/${plugin}.so"
      DESTINATION lib/agenthost/plugins/${plugin} COMPONENT server)
  endif()
endforeach()

# Made by npm (./agenthost up); without them the server says that it has no pages.
install(DIRECTORY web/dist/ DESTINATION share/agenthost/web COMPONENT server OPTIONAL)

# What the guides and the code of `agenthost new` point to, as it lies in this tree.
foreach(folder IN ITEMS docs plugins/conformance plugins/echo plugins/echo-cpp plugins/echo-rust)
  install(DIRECTORY "${folder}/" DESTINATION "share/doc/agenthost/${folder}" COMPONENT server)
endforeach()
install(FILES plugin-api/COMPATIBILITY.md DESTINATION share/doc/agenthost/plugin-api COMPONENT server)

# The settings, without the two paths that an installed server knows by itself.
set(settings "${PROJECT_SOURCE_DIR}/config/agenthost.yaml")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${settings}")
file(READ "${settings}" text)
string(REGEX REPLACE "\n  (web_directory|directory): (web/dist|plugins) " "\n  # \\1: as installed " text "${text}")
file(WRITE "${CMAKE_BINARY_DIR}/etc/agenthost.yaml" "${text}")
install(FILES "${CMAKE_BINARY_DIR}/etc/agenthost.yaml" DESTINATION etc/agenthost COMPONENT server)
