#include "evaluation/command/messages.hpp"

#include <limits>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/quoted.hpp"
#include "evaluation/command/foreign_text.hpp"

namespace evonas::evaluation::command {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 32;
constexpr std::size_t kLongestReason = 1000;
constexpr std::size_t kLongestName = 80;
constexpr double kMostSlots = 1024;
constexpr double kLargestExact = 9007199254740992.0;  // 2^53

/// The line with null in the place of NaN, Infinity and -Infinity.
std::string without_non_finite(std::string_view line) {
  std::string text;
  bool in_string = false;
  while (!line.empty()) {
    std::size_t length = 1;
    if (in_string) {
      if (line.front() == '\\') length = std::min<std::size_t>(2, line.size());
      in_string = line.front() != '"';
    } else {
      in_string = line.front() == '"';
      for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
        if (line.starts_with(word)) length = word.size();
      }
    }
    text += length > 2 ? "null" : line.substr(0, length);
    line.remove_prefix(length);
  }
  return text;
}

/// Refuses what the parser would let pass: depth without end, and keys that come twice.
class StrictCallback {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (depth > kDeepest) {
      throw ProtocolError(fmt::format("wrote JSON of more than {} levels", kDeepest));
    }
    if (event == Json::parse_event_t::object_start) {
      keys_.resize(level + 1);
      keys_[level].clear();
    }
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_[level - 1].insert(key).second) {
        throw ProtocolError(
            fmt::format("wrote the key {} twice in one object", evonas::quoted(key)));
      }
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;  ///< of the objects around, by depth
};

Json parse_object(std::string_view line) {
  Json json;
  try {
    json = Json::parse(without_non_finite(line), StrictCallback());
  } catch (const Json::out_of_range&) {
    throw ProtocolError(fmt::format("wrote a number that is too large: {}", evonas::quoted(line)));
  } catch (const Json::exception& error) {
    const std::string_view what = error.what();
    const std::string_view reason = what.find("UTF-8") == std::string_view::npos
                                        ? "is no JSON (messages alone belong on standard output, "
                                          "all else on standard error)"
                                        : "is no UTF-8 text";
    throw ProtocolError(fmt::format("wrote a line that {}: {}", reason, evonas::quoted(line)));
  }
  if (!json.is_object()) {
    throw ProtocolError(
        fmt::format("wrote a line that is no JSON object: {}", evonas::quoted(line)));
  }
  return json;
}

/// Values of one message. Messages of faults name the key.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {}

  /// Whether there is a value; null is none.
  bool has(const char* key) const {
    const auto found = json_.find(key);
    return found != json_.end() && !found->is_null();
  }

  std::string text(const char* key) const {
    const Json& value = member(key, "a text");
    if (!value.is_string()) expected(key, "a text", value);
    return one_line(value.get_ref<const std::string&>(), kLongestReason);
  }

  bool truth(const char* key) const {
    if (!has(key)) return false;
    const Json& value = json_.at(key);
    if (!value.is_boolean()) expected(key, "true or false", value);
    return value.get<bool>();
  }

  std::int64_t whole(const char* key, double least, double most) const {
    const std::string wanted = fmt::format("a whole number from {} to {}", least, most);
    const Json& value = member(key, wanted);
    const double number = value.is_number_integer() ? value.get<double>() : -1.0;
    if (number < least || number > most) expected(key, wanted, value);
    return value.get<std::int64_t>();
  }

  double seconds(const char* key) const {
    const Json& value = member(key, "seconds");
    if (!value.is_number() || !(value.get<double>() >= 0.0)) expected(key, "seconds", value);
    return value.get<double>();
  }

  /// Every metric is a number, or an object of a value and its 95 % interval.
  std::map<std::string, Measurement> metrics() const {
    const Json& object = member("metrics", "an object of numbers");
    if (!object.is_object()) expected("metrics", "an object of numbers", object);
    std::map<std::string, Measurement> metrics;
    for (const auto& [name, value] : object.items()) {
      const Json& number = value.is_object() ? Fields(value).member("value", "a number") : value;
      Measurement& metric = metrics[name];
      metric.value = real(name, number);
      if (value.contains("low")) metric.low = real(name, value.at("low"));
      if (value.contains("high")) metric.high = real(name, value.at("high"));
    }
    return metrics;
  }

  const Json& member(const char* key, std::string_view wanted) const {
    const auto found = json_.find(key);
    if (found == json_.end()) {
      throw ProtocolError(fmt::format("wrote a message without '{}', {}", key, wanted));
    }
    return *found;
  }

 private:
  [[noreturn]] static void expected(std::string_view key, std::string_view wanted,
                                    const Json& value) {
    throw ProtocolError(fmt::format("wrote {} as '{}', which must be {}",
                                    evonas::quoted(value.dump()), key, wanted));
  }

  static double real(const std::string& metric, const Json& value) {
    if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!value.is_number()) expected(one_line(metric, kLongestName), "a number", value);
    return value.get<double>();
  }

  const Json& json_;
};

Hello read_hello(const Fields& fields) {
  Hello hello{.protocol = fields.whole("protocol", 0, kLargestExact)};
  if (fields.has("error")) hello.refusal = fields.text("error");
  // Another version may say the rest in another way.
  if (hello.protocol == kProtocolVersion && fields.has("slots")) {
    hello.slots = fields.whole("slots", 1, kMostSlots);
  }
  return hello;
}

/// Reads what follows the id: a fault in that is one of this evaluation, not of the process.
template <class T, class Read>
T read_rest(const Fields& fields, const Read& read) {
  T message;
  message.id = static_cast<std::uint64_t>(fields.whole("id", 0, kLargestExact));
  try {
    read(message);
  } catch (const ProtocolError& error) {
    message.fault = error.what();
  }
  return message;
}

Progress read_progress(const Fields& fields) {
  return read_rest<Progress>(fields, [&](Progress& progress) {
    progress.epoch = fields.whole("epoch", 1, kLargestExact);
    progress.metrics = fields.metrics();
  });
}

Result read_result(const Fields& fields) {
  return read_rest<Result>(fields, [&](Result& result) {
    if (fields.has("seconds")) result.seconds = fields.seconds("seconds");
    if (!fields.has("error")) {
      result.metrics = fields.metrics();
      return;
    }
    const Json& object = fields.member("error", "");
    const Fields error(object);
    if (!object.is_object()) {
      result.failure = "failed: " + fields.text("error");
    } else {
      result.failure = error.has("kind") ? error.text("kind") : "failed";
      result.failure += ": " + error.text("message");
      result.retry = error.truth("retry");
    }
  });
}

}  // namespace

Message parse_message(std::string_view line) {
  const Json json = parse_object(line);
  const Fields fields(json);
  const std::string type = fields.text("type");
  if (type == "hello") return read_hello(fields);
  if (type == "heartbeat") return Heartbeat();
  if (type == "progress") return read_progress(fields);
  if (type == "result") return read_result(fields);
  throw ProtocolError(
      fmt::format("wrote a message of the type {}; there are hello, heartbeat, progress and result",
                  evonas::quoted(type)));
}

std::string to_line(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json hello_message(std::span<const Metric> metrics, const std::string& space,
                   const std::optional<spaces::NetworkInput>& input, std::int64_t message_bytes) {
  Json hello{{"type", "hello"},
             {"protocol", kProtocolVersion},
             {"space", space},
             {"message_bytes", message_bytes}};
  for (const Metric& metric : metrics) {
    hello["metrics"].push_back({{"name", metric.name}, {"unit", metric.unit}});
  }
  if (input) {
    hello["input"] = {{"channels", input->channels},
                      {"height", input->height},
                      {"width", input->width},
                      {"classes", input->classes}};
  }
  return hello;
}

Json cancel_message(std::uint64_t id) { return {{"type", "cancel"}, {"id", id}}; }

}  // namespace evonas::evaluation::command
