// Fields: reads the members of a request body and remembers the first that is wrong.
//
// null counts as absent, unknown members are ignored, as every official client expects. Read all members,
// then ask status(). Its error is kInvalid with "<field>: <problem>", the contract's 422. For one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"

namespace agenthost::models {

class Fields {
 public:
  // value must outlive this; anything but an object is the first mistake.
  explicit Fields(const JsonValue& value);

  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::string required_text(std::string_view name);
  [[nodiscard]] std::optional<std::string> uuid(std::string_view name);
  [[nodiscard]] std::optional<bool> boolean(std::string_view name);
  [[nodiscard]] std::optional<int> integer(std::string_view name, int least, int most);
  [[nodiscard]] std::optional<double> number(std::string_view name, double least);
  // The member's JSON text.
  [[nodiscard]] std::optional<std::string> object(std::string_view name);
  [[nodiscard]] std::optional<std::string> any(std::string_view name);
  // A list of texts, or one text as a list of one.
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name);
  // One of the given words.
  [[nodiscard]] std::optional<std::string> word(std::string_view name,
                                                const std::vector<std::string_view>& words);
  [[nodiscard]] const JsonValue* member(std::string_view name) const;

  void wrong(std::string_view name, std::string_view problem);
  void wrong(const Error& error);
  [[nodiscard]] Status status() const;

 private:
  const JsonValue& value_;
  std::optional<Error> error_;
};

}  // namespace agenthost::models
