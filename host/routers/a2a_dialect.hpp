// A2aDialect: tasks in the words of Agent2Agent 0.3 and of 1.0. The two differ in their names and in whether
// a thing says what it is in a member `kind` or by the name it goes under. Immutable; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "host/routers/a2a_task.hpp"
#include "host/routers/json_rpc.hpp"

namespace agenthost::routers {

class A2aDialect {
 public:
  [[nodiscard]] static const A2aDialect& v0_3();
  [[nodiscard]] static const A2aDialect& v1_0();

  // history: how many of the newest messages to show.
  [[nodiscard]] std::string task(const A2aTask& task, std::size_t history) const;
  // The result of a message that was sent.
  [[nodiscard]] std::string sent(const A2aTask& task, std::size_t history) const;

  // ---- What a stream shows ----
  // First: that there is a task.
  [[nodiscard]] std::string begun(const A2aTask& task) const;
  enum class More { kYes, kNo };
  [[nodiscard]] std::string status_update(const A2aTask& task, More more) const;
  // A piece of the response; the whole one replaces what came in pieces.
  enum class Piece { kFirst, kNext, kWhole };
  [[nodiscard]] std::string response_update(const A2aTask& task, const std::vector<TaskPart>& parts,
                                            Piece piece) const;

  [[nodiscard]] std::optional<TaskState> state_from(std::string_view word) const;

 private:
  // By kind: {"kind":"task",...}; by name: {"task":{...}}.
  enum class Naming { kByKind, kByName };
  constexpr A2aDialect(Naming naming, std::array<std::string_view, 6> states,
                       std::array<std::string_view, 2> roles)
      : naming_(naming), states_(states), roles_(roles) {}

  [[nodiscard]] std::string kind(std::string_view word) const;
  [[nodiscard]] std::string named(std::string_view name, std::string object) const;
  [[nodiscard]] std::string parts(const std::vector<TaskPart>& parts) const;
  [[nodiscard]] std::string message(const A2aTask& task, const TaskMessage& message) const;
  [[nodiscard]] std::string status(const A2aTask& task) const;
  [[nodiscard]] std::string artifact(const A2aTask& task, const std::vector<TaskPart>& parts) const;

  const Naming naming_;
  const std::array<std::string_view, 6> states_;  // in the order of TaskState
  const std::array<std::string_view, 2> roles_;   // of TaskRole
};

}  // namespace agenthost::routers
