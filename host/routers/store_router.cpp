#include "host/routers/store_router.hpp"

#include "host/routers/projection.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

using models::NamespaceSearch;
using models::RefreshTtl;
using models::StoreKey;
using models::StorePut;
using models::StoreSearch;
using models::to_json;
using services::StoreService;

services::Reply<std::monostate> answer_with_nothing(const ExchangePtr& exchange) {
  return [exchange](const Result<std::monostate>& done) {
    exchange->respond(done ? empty_reply() : error_reply(done.error()));
  };
}

template <class Item>
Response list_reply(std::string_view name, const Result<std::vector<Item>>& found) {
  if (!found) return error_reply(found.error());
  std::vector<std::string> items;
  for (const auto& item : *found) items.push_back(to_json(item));
  return json_reply("{" + quote(name) + ":" + json_array(items) + "}");
}

void put(StoreService& store, StorePut request, const ExchangePtr& exchange) {
  // Told apart from other mistakes, as the reference server does.
  if (request.name_space.empty()) {
    return exchange->respond(json_reply(R"({"detail":"Namespace is required"})", 400));
  }
  store.put(std::move(request), answer_with_nothing(exchange));
}

void remove(StoreService& store, StoreKey request, const ExchangePtr& exchange) {
  store.remove(std::move(request), answer_with_nothing(exchange));
}

void search(StoreService& store, const StoreSearch& request, const ExchangePtr& exchange) {
  exchange->respond(list_reply("items", store.search(request)));
}

void namespaces(StoreService& store, const NamespaceSearch& request, const ExchangePtr& exchange) {
  exchange->respond(list_reply("namespaces", store.namespaces(request)));
}

// The namespace comes with dots in it (a.b), or as several parameters.
models::Namespace labels_of(const Query& query) {
  models::Namespace labels;
  for (std::string_view rest : query.list("namespace")) {
    for (;;) {
      const auto dot = rest.find('.');
      labels.emplace_back(rest.substr(0, dot));
      if (dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
  }
  return labels;
}

Result<StoreKey> key_of(const Request& request) {
  const auto query = Query::parse(request.query);
  if (!query) return fail(query.error());
  StoreKey key{labels_of(*query), query->text("key").value_or(""), RefreshTtl::kDefault};
  if (key.key.empty()) return fail(ErrorCode::kInvalid, "key: is required");
  if (auto good = models::check_labels(key.name_space); !good) return fail(good.error());
  if (query->text("refresh_ttl")) {
    const auto refresh = query->boolean("refresh_ttl", false);
    if (!refresh) return fail(refresh.error());
    key.refresh = *refresh ? RefreshTtl::kYes : RefreshTtl::kNo;
  }
  return key;
}

void get(StoreService& store, const Request& request, const ExchangePtr& exchange) {
  const auto key = key_of(request);
  if (!key) return exchange->respond(error_reply(key.error()));
  const auto item = store.get(*key);
  if (!item) return exchange->respond(error_reply(item.error()));
  // Clients throw on 404 here.
  exchange->respond(json_reply(*item ? to_json(**item) : "null"));
}

// A handler of a body that is read as Body.
template <class Body>
Handler with_body(StoreService& store, void (*handle)(StoreService&, Body, const ExchangePtr&)) {
  using Value = std::decay_t<Body>;
  return [&store, handle](const Request& request, const ExchangePtr& exchange) {
    const auto body = read_body(request);
    if (!body) return exchange->respond(malformed_reply(body.error()));
    auto value = Value::from_json(*body);
    if (!value) return exchange->respond(error_reply(value.error()));
    handle(store, std::move(*value), exchange);
  };
}

}  // namespace

void add_store_routes(RouteTable& routes, StoreService& store) {
  const auto add = [&](Method method, const char* pattern, Operation operation, Handler handler) {
    operation.tag = "Store";
    routes.add({method, pattern, Affinity::kReader, std::move(operation), std::move(handler)});
  };
  add(Method::kPut, "/store/items",
      {"put_item",
       "",
       "Keep a value, in place of the one kept there before",
       "StorePut",
       "",
       204,
       {},
       {400, 422}},
      with_body(store, put));
  add(Method::kDelete, "/store/items",
      {"delete_item", "", "Forget a value, if there is one", "StoreDelete", "", 204, {}, {422}},
      with_body(store, remove));
  add(Method::kGet, "/store/items",
      {"get_item",
       "",
       "The value kept there, or null",
       "",
       "StoreItemOrNull",
       200,
       {{"key", "string", "of the value", Place::kQuery, Need::kRequired},
        {"namespace", "array", "its labels, or one text with dots between them"},
        {"refresh_ttl", "boolean", "whether this read lengthens its life; default: as configured"}},
       {422}},
      [&store](const Request& request, const ExchangePtr& exchange) { get(store, request, exchange); });
  add(Method::kPost, "/store/items/search",
      {"search_items",
       "",
       "Values below a namespace, last changed first",
       "StoreSearch",
       "StoreItems",
       200,
       {},
       {422}},
      with_body(store, search));
  add(Method::kPost, "/store/namespaces",
      {"list_namespaces", "", "Namespaces in use, in order", "NamespaceSearch", "Namespaces", 200, {}, {422}},
      with_body(store, namespaces));
}

}  // namespace agenthost::routers
