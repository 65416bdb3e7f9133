# Everything comes from Debian 12 packages; ./agenthost up installs what is missing.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(CURL REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(pugixml REQUIRED)
find_package(date REQUIRED)  # time zones
find_package(nlohmann_json 3.11 REQUIRED)  # for plugins; the host keeps RapidJSON
pkg_check_modules(PISTACHE REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)  # for worker processes
find_package(wslay REQUIRED)  # WebSocket frames
# What programs of ours that serve requests allocate with: most of a request is made on one thread and freed on another,
# for which glibc takes locks. Sanitizers bring their own.
add_library(agenthost_allocator INTERFACE)
if(NOT AGENTHOST_SANITIZE)
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(agenthost_allocator INTERFACE PkgConfig::JEMALLOC)
endif()
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/document.h REQUIRED)
find_path(TL_EXPECTED_INCLUDE_DIR tl/expected.hpp REQUIRED)
if(AGENTHOST_DEVELOPER_MODE)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  include(GoogleTest)
endif()
