#include "host/routers/http.hpp"

#include <algorithm>

namespace agenthost::routers {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
  }
  return "?";
}

const std::string* Request::header(std::string_view lower_case_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const Header& header) { return header.first == lower_case_name; });
  return found == headers.end() ? nullptr : &found->second;
}

std::string_view Request::path_param(std::string_view name) const {
  const auto found = std::find_if(path_params.begin(), path_params.end(),
                                  [&](const auto& param) { return param.first == name; });
  return found == path_params.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace agenthost::routers
