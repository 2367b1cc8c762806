#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json_fwd.hpp>

#include "evaluation/evaluator.hpp"

/// The messages between evonas and the process of a command: one JSON object a line, in UTF-8.
/// configs/COMMAND.md describes them for those who write such processes, and
/// configs/command_messages.schema.json is their schema.
namespace evonas::evaluation::command {

/// The version of the protocol that evonas speaks.
inline constexpr std::int64_t kProtocolVersion = 1;

/// A line that no process of a command may write: half a sentence, "wrote ...".
class ProtocolError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A process is ready to evaluate.
struct Hello {
  std::int64_t protocol = 0;
  std::int64_t slots = 1;  ///< evaluations that it works on at once
  std::string refusal;     ///< why it will not work; empty where it will
};

/// A process is alive.
struct Heartbeat {};

/// Values on the way to a result.
struct Progress {
  std::uint64_t id = 0;
  std::int64_t epoch = 0;  ///< finished ones, from 1
  std::map<std::string, Measurement> metrics;
  std::string fault;  ///< what is wrong with the message; empty where nothing is
};

/// An evaluation has ended, well or with a failure.
struct Result {
  std::uint64_t id = 0;
  std::map<std::string, Measurement> metrics;
  std::optional<double> seconds;  ///< that it took, where the process says so
  std::string failure;            ///< "out_of_memory: 12 GB are not enough"; empty for success
  bool retry = false;             ///< whether a failed one may succeed when it is tried again
  std::string fault;              ///< what is wrong with the message; empty where nothing is
};

using Message = std::variant<Hello, Heartbeat, Progress, Result>;

/// Reads a line of a process, strictly: one JSON object (RFC 8259) without repeated keys and at
/// most 32 levels deep; unknown keys are skipped. NaN and Infinity, which are no JSON but what
/// Python writes, are read as null, and null is a metric that is no number (NaN here); a key that
/// need not be there may be null instead. Throws ProtocolError where the line is no message, or
/// does not say of which evaluation it speaks.
Message parse_message(std::string_view line);

/// A line, with its end, that evonas writes.
std::string to_line(const nlohmann::json& message);

/// What evonas begins with: the metrics that it asks for, the space, and the longest line that it
/// accepts. `input` is what networks read, where that is known.
nlohmann::json hello_message(std::span<const Metric> metrics, const std::string& space,
                             const std::optional<spaces::NetworkInput>& input,
                             std::int64_t message_bytes);

nlohmann::json cancel_message(std::uint64_t id);

}  // namespace evonas::evaluation::command
