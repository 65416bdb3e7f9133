// RouteTable: every operation the server offers: the path, what is said about it in /openapi.json, and who
// answers. One table serves and documents, so the two cannot differ. Filled at the start, then immutable.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/routers/http.hpp"

namespace agenthost::routers {

using Handler = std::function<void(const Request&, const ExchangePtr&)>;

// Where a handler may run: kInline on the I/O thread (it never blocks), kReader on a thread that may read the
// disk.
enum class Affinity { kInline, kReader };

enum class Place { kQuery, kHeader };
enum class Need { kOptional, kRequired };

// A parameter that is not in the path.
struct Parameter {
  std::string name;
  std::string type;  // string | integer | boolean | array
  std::string description;
  Place place = Place::kQuery;
  Need need = Need::kOptional;
};

// What /openapi.json says. Schema names refer to schemas.hpp; "[]" behind one means an array of it, "sse:"
// before one means a stream of events that each are it, "text" is plain text, "a|b" one of them by content
// type. That a body may be no JSON and the like it adds itself.
struct Operation {
  std::string id;
  std::string tag;
  std::string summary;
  std::string request;   // schema of the body; empty = none
  std::string response;  // schema of the answer; empty = no body
  int status = 200;
  std::vector<Parameter> parameters = {};
  std::vector<int> errors = {};
  int or_status = 0;                // of another success, without a body; 0 = there is none
  std::string problem = "Problem";  // schema of an error's body
};

struct Route {
  Method method = Method::kGet;
  std::string pattern;  // "/threads/{thread_id}/state"
  Affinity affinity = Affinity::kReader;
  Operation operation;
  Handler handler;
};

class RouteTable {
 public:
  void add(Route route);
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;                                  // null: no such route
    std::vector<std::pair<std::string_view, std::string>> params;  // decoded
    std::string allow;  // methods of the path when only the method is wrong
    bool broken_escape = false;
  };
  // A trailing slash is ignored; HEAD finds GET; a fixed segment wins over a parameter.
  [[nodiscard]] Match find(Method method, std::string_view path) const;

 private:
  struct Compiled {
    std::vector<std::string> segments;  // "{name}" = parameter
  };
  std::vector<Route> routes_;
  std::vector<Compiled> compiled_;
};

}  // namespace agenthost::routers
