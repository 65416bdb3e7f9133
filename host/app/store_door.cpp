#include "host/app/store_door.hpp"

namespace agenthost::app {
namespace {

using extensions::StoreAccess;
using extensions::StoreOperation;
using models::to_json;
using services::StoreService;

services::Reply<std::monostate> answer_null(const StoreAccess::Answer& answer) {
  return [answer](const Result<std::monostate>& done) {
    if (!done) return answer(fail(done.error()));
    answer(std::string("null"));
  };
}

template <class Item>
Result<std::string> list_text(std::string_view name, const Result<std::vector<Item>>& found) {
  if (!found) return fail(found.error());
  std::string out = "{" + quote(name) + ":[";
  for (const auto& item : *found) out += (&item == &found->front() ? "" : ",") + to_json(item);
  return out + "]}";
}

// Each takes what it asks for by its type.
void ask(StoreService& store, models::StorePut request, const StoreAccess::Answer& answer) {
  store.put(std::move(request), answer_null(answer));
}

void ask(StoreService& store, const models::StoreKey& request, const StoreAccess::Answer& answer) {
  const auto item = store.get(request);
  if (!item) return answer(fail(item.error()));
  answer(*item ? to_json(**item) : std::string("null"));
}

void ask(StoreService& store, const models::StoreSearch& request, const StoreAccess::Answer& answer) {
  answer(list_text("items", store.search(request)));
}

void ask(StoreService& store, const models::NamespaceSearch& request, const StoreAccess::Answer& answer) {
  answer(list_text("namespaces", store.namespaces(request)));
}

void remove(StoreService& store, models::StoreKey request, const StoreAccess::Answer& answer) {
  store.remove(std::move(request), answer_null(answer));
}

// then(request), or the mistake in it.
template <class Request, class Then>
void with_request(const std::string& text, const StoreAccess::Answer& answer, Then then) {
  const auto body = parse_json(text);
  if (!body) return answer(fail(body.error()));
  auto request = Request::from_json(*body);
  if (!request) return answer(fail(request.error()));
  then(std::move(*request));
}

}  // namespace

void StoreDoor::call(StoreOperation operation, std::string request, Answer answer) {
  readers_.post([this, operation, request = std::move(request), answer = std::move(answer)] {
    answer_now(operation, request, answer);
  });
}

void StoreDoor::answer_now(StoreOperation operation, const std::string& request, const Answer& answer) {
  const auto asked = [&](auto value) { ask(store_, std::move(value), answer); };
  switch (operation) {
    case StoreOperation::kGet:
      return with_request<models::StoreKey>(request, answer, asked);
    case StoreOperation::kPut:
      return with_request<models::StorePut>(request, answer, asked);
    case StoreOperation::kRemove:
      return with_request<models::StoreKey>(
          request, answer, [&](models::StoreKey key) { remove(store_, std::move(key), answer); });
    case StoreOperation::kSearch:
      return with_request<models::StoreSearch>(request, answer, asked);
    case StoreOperation::kNamespaces:
      return with_request<models::NamespaceSearch>(request, answer, asked);
  }
}

}  // namespace agenthost::app
