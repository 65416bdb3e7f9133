// Query: one execution of a prepared statement: bind in order, step, read columns. Resets the statement when
// it goes. Strand-bound, like its connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/storage/sqlite/connection.hpp"

namespace agenthost::storage {

// Bytes to bind, where a text would be taken for one. They must live until the query is done.
struct Blob {
  std::string_view bytes;
};

class Query {
 public:
  Query(Connection& connection, const std::string& sql) : statement_(connection.prepared(sql)) {}
  ~Query() {
    statement_.tryReset();
    statement_.clearBindings();
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the next parameters. Strings are not copied and must live until the query is done; views are
  // copied.
  template <class... Values>
  Query& bind(Values&&... values) {
    (bind_next(std::forward<Values>(values)), ...);
    return *this;
  }

  // From the start, with other parameters.
  Query& again() {
    statement_.reset();
    bound_ = 0;
    return *this;
  }

  // True when there is a row.
  bool next() { return statement_.executeStep(); }
  // For statements without rows: how many rows they changed.
  int run() { return statement_.exec(); }

  [[nodiscard]] std::string text(int column) const { return statement_.getColumn(column).getString(); }
  // Until the next step.
  [[nodiscard]] std::string_view blob(int column) const {
    const auto bytes = statement_.getColumn(column);
    return {static_cast<const char*>(bytes.getBlob()), static_cast<std::size_t>(bytes.getBytes())};
  }
  [[nodiscard]] std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  [[nodiscard]] double real(int column) const { return statement_.getColumn(column).getDouble(); }
  [[nodiscard]] std::optional<std::string> maybe_text(int column) const {
    if (statement_.isColumnNull(column)) return std::nullopt;
    return text(column);
  }
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const {
    if (statement_.isColumnNull(column)) return std::nullopt;
    return integer(column);
  }

 private:
  // NOLINTNEXTLINE(modernize-use-equals-delete): an overload of a private set
  void bind_next(std::string&&) = delete;  // a temporary would be gone before the first step
  void bind_next(const std::string& text) { statement_.bindNoCopy(++bound_, text); }
  void bind_next(std::string& text) { statement_.bindNoCopy(++bound_, text); }
  void bind_next(std::string_view text) { statement_.bind(++bound_, std::string(text)); }
  void bind_next(Blob blob) {
    statement_.bindNoCopy(++bound_, blob.bytes.data(), static_cast<int>(blob.bytes.size()));
  }
  void bind_next(std::int64_t number) { statement_.bind(++bound_, number); }
  void bind_next(int number) { statement_.bind(++bound_, number); }
  void bind_next(const std::optional<std::int64_t>& number) {
    if (number) {
      bind_next(*number);
    } else {
      statement_.bind(++bound_);
    }
  }
  void bind_next(double number) { statement_.bind(++bound_, number); }
  void bind_next(const std::optional<std::string>& text) {
    if (text) {
      bind_next(*text);
    } else {
      statement_.bind(++bound_);
    }
  }

  SQLite::Statement& statement_;
  int bound_ = 0;
};

}  // namespace agenthost::storage
