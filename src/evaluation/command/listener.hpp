#pragma once

#include <functional>
#include <string>

namespace evonas::evaluation {

/// Who is told what the processes of a command do beside their answers: lines for a log, in UTF-8
/// without control characters. Called on the thread that evaluates, and on the one that ends the
/// evaluator.
struct CommandListener {
  /// What they write to standard error, and the values after each epoch; so many lines a second at
  /// most, the rest is counted.
  std::function<void(const std::string& line)> detail = [](const std::string&) {};
  /// That one came to grief, and what becomes of it.
  std::function<void(const std::string& line)> warning = [](const std::string&) {};
};

}  // namespace evonas::evaluation
