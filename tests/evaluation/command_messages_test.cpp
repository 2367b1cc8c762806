#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "evaluation/command/architecture_message.hpp"
#include "evaluation/command/foreign_text.hpp"
#include "evaluation/command/line_buffer.hpp"
#include "evaluation/command/messages.hpp"
#include "evaluation/command/output_log.hpp"
#include "graph/json.hpp"
#include "graph/onnx.hpp"
#include "message_of.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

namespace evonas::evaluation::command {
namespace {

using nlohmann::json;
using tests::contains;

const std::filesystem::path kConfigs = std::filesystem::path(EVONAS_SOURCE_DIR) / "configs";

std::string fault_of_line(std::string_view line) {
  return tests::message_of<ProtocolError>([&] { parse_message(line); });
}

template <class T>
T parsed(std::string_view line) {
  return std::get<T>(parse_message(line));
}

TEST_CASE("messages are read") {
  CHECK(parsed<Hello>(R"({"type":"hello","protocol":1})").slots == 1);
  CHECK(parsed<Hello>(R"({"type":"hello","protocol":1,"slots":8})").slots == 8);
  CHECK(parsed<Hello>(R"({"type":"hello","protocol":1,"error":"no GPU"})").refusal == "no GPU");
  // Another version may mean something else by the rest.
  CHECK(parsed<Hello>(R"({"type":"hello","protocol":3,"slots":"any"})").protocol == 3);
  CHECK_NOTHROW(parsed<Heartbeat>("{\"type\":\"heartbeat\"}\r"));
  const auto progress = parsed<Progress>(
      R"({"type":"progress","id":3,"epoch":2,"metrics":{"accuracy":1.5,"loss":NaN},"more":[1]})");
  CHECK(progress.id == 3);
  CHECK(progress.epoch == 2);
  CHECK(progress.metrics.at("accuracy") == Measurement{1.5});
  CHECK(std::isnan(progress.metrics.at("loss").value));
  const auto result = parsed<Result>(
      R"({"type":"result","id":4,"seconds":2.5,"metrics":{"a":{"value":1,"low":0.5,"high":2}}})");
  CHECK(result.metrics.at("a") == Measurement{1.0, 0.5, 2.0});
  CHECK(result.seconds == 2.5);
  CHECK(result.failure.empty());
  const auto failure = parsed<Result>(
      R"({"type":"result","id":4,"error":{"kind":"oom","message":"a\nb","retry":true}})");
  CHECK(failure.failure == "oom: a b");
  CHECK(failure.retry);
  CHECK(parsed<Result>(R"({"type":"result","id":4,"error":"x"})").failure == "failed: x");
}

TEST_CASE("null is as if the key were not there") {
  const auto hello = parsed<Hello>(R"({"type":"hello","protocol":1,"slots":null,"error":null})");
  CHECK(hello.slots == 1);
  CHECK(hello.refusal.empty());
  const auto result =
      parsed<Result>(R"({"type":"result","id":4,"metrics":{"a":1},"error":null,"seconds":null})");
  CHECK(result.fault.empty());
  CHECK(result.failure.empty());
  CHECK(result.metrics.at("a") == Measurement{1.0});
  CHECK_FALSE(result.seconds.has_value());
  const auto failure = parsed<Result>(
      R"({"type":"result","id":4,"error":{"kind":null,"message":"x","retry":null}})");
  CHECK(failure.failure == "failed: x");
  CHECK_FALSE(failure.retry);
  const auto neither = parsed<Result>(R"({"type":"result","id":4,"metrics":null,"error":null})");
  CHECK(contains(neither.fault, "'metrics', which must be an object of numbers"));
}

TEST_CASE("a fault behind the id belongs to the evaluation") {
  const auto fault = [](const std::string& rest) {
    return parsed<Result>(R"({"type":"result","id":4,)" + rest + "}").fault;
  };
  CHECK(contains(fault(R"("x":1)"), "without 'metrics'"));
  CHECK(contains(fault(R"("metrics":[1])"), "'metrics', which must be an object of numbers"));
  CHECK(contains(fault(R"("metrics":{"a":"b"})"), "as 'a', which must be a number"));
  CHECK(contains(fault(R"("metrics":{"a":{"low":1}})"), "without 'value'"));
  CHECK(contains(fault(R"("metrics":{},"seconds":-1)"), "'seconds'"));
  CHECK(contains(fault(R"("metrics":{},"seconds":"2")"), "'seconds'"));
  CHECK(contains(fault(R"("error":5)"), "'error', which must be a text"));
  CHECK(contains(fault(R"("error":{"message":"x","retry":"yes"})"), "true or false"));
  CHECK(contains(parsed<Progress>(R"({"type":"progress","id":1,"epoch":0,"metrics":{}})").fault,
                 "'epoch', which must be a whole number from 1"));
}

TEST_CASE("lines that are no messages are refused, each for its reason") {
  CHECK(contains(fault_of_line("Epoch 1"), "is no JSON"));
  CHECK(contains(fault_of_line("Epoch 1"), "'Epoch 1'"));
  CHECK(contains(fault_of_line(""), "is no JSON"));
  CHECK(contains(fault_of_line("{} {}"), "is no JSON"));
  CHECK(contains(fault_of_line("{\"type\":\"heart\xff\"}"), "is no UTF-8"));
  CHECK(contains(fault_of_line(std::string(9, '\0')), "\\x00"));
  CHECK(contains(fault_of_line("[]"), "no JSON object"));
  CHECK(contains(fault_of_line("null"), "no JSON object"));
  CHECK(contains(fault_of_line(R"({"id":1})"), "without 'type'"));
  CHECK(contains(fault_of_line(R"({"type":7})"), "'type', which must be a text"));
  CHECK(contains(fault_of_line(R"({"type":"answer"})"), "of the type 'answer'"));
  CHECK(contains(fault_of_line(R"({"type":"result","metrics":{}})"), "without 'id'"));
  CHECK(contains(fault_of_line(R"({"type":"result","id":1.5})"), "'id', which must be a whole"));
  CHECK(contains(fault_of_line(R"({"type":"result","id":-1})"), "'id'"));
  CHECK(contains(fault_of_line(R"({"type":"result","id":1e999})"), "number that is too large"));
  CHECK(contains(fault_of_line(R"({"type":"result","id":18446744073709551615})"), "'id'"));
  CHECK(contains(fault_of_line(R"({"type":"result","id":1,"id":1})"), "the key 'id' twice"));
  CHECK(contains(fault_of_line(R"({"a":[{"b":{"c":1,"c":2}}]})"), "the key 'c' twice"));
  CHECK(contains(fault_of_line(R"({"type":"hello"})"), "without 'protocol'"));
  CHECK(contains(fault_of_line(R"({"type":"hello","protocol":1,"slots":0})"), "from 1 to 1024"));
  CHECK(contains(fault_of_line(std::string(100000, '[')), "more than 32 levels"));
  // The same key in two objects is no fault.
  CHECK(contains(fault_of_line(R"({"a":{"b":1},"c":{"b":1}})"), "without 'type'"));
  CHECK_NOTHROW(parse_message(R"({"type":"heartbeat","note":"NaN \" Infinity"})"));
}

TEST_CASE("no line brings the reader down, and quotes of it are short") {
  CHECK(rc::check("any bytes",
                  [](const std::string& line) { RC_ASSERT(fault_of_line(line).size() < 1000U); }));
  const std::string whole =
      R"({"type":"result","id":4,"seconds":2,"metrics":{"a":{"value":NaN,"low":-1e3}},"x":"\u00fc"})";
  CHECK(rc::check("a damaged message", [&] {
    std::string line = whole.substr(0, *rc::gen::inRange<std::size_t>(0, whole.size() + 1));
    for (int i = *rc::gen::inRange(0, 3); i > 0 && !line.empty(); --i) {
      line[*rc::gen::inRange<std::size_t>(0, line.size())] = *rc::gen::arbitrary<char>();
    }
    RC_ASSERT(fault_of_line(line).size() < 1000U);
  }));
}

TEST_CASE("a stream is cut into lines, however it arrives") {
  CHECK(rc::check([] {
    const auto lines = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::element('a', '\r', '\0')));
    std::string bytes;
    for (const std::string& line : lines) bytes += line + "\n";
    bytes += "rest";
    LineBuffer buffer(100000);
    std::vector<std::string> found;
    while (!bytes.empty()) {
      const auto size = *rc::gen::inRange<std::size_t>(1, bytes.size() + 1);
      buffer.append(bytes.substr(0, size));
      bytes.erase(0, size);
      while (auto line = buffer.next()) found.push_back(*line);
    }
    RC_ASSERT(found == lines);
    RC_ASSERT(buffer.rest() == "rest");
    RC_ASSERT(!buffer.overflows());
  }));
}

TEST_CASE("a line that is too long stops the cutting") {
  LineBuffer buffer(5);
  buffer.append("12345\n1234");
  CHECK(buffer.next() == "12345");
  CHECK_FALSE(buffer.next());
  CHECK_FALSE(buffer.overflows());
  buffer.append("56");
  CHECK_FALSE(buffer.next());
  CHECK(buffer.overflows());
  buffer.append("\n1\n");
  CHECK_FALSE(buffer.next());
  CHECK(buffer.overflows());
}

TEST_CASE("foreign text becomes one line of clean text") {
  CHECK(one_line("a\tb\r\nc\x7f", 100) == "a b  c ");
  CHECK(one_line("gr\u00fcn", 100) == "gr\u00fcn");
  CHECK(one_line("gr\u00fcn", 3) == "gr...");
  CHECK(one_line("gr\xfcn", 100) == "'gr\\xfcn'");
  CHECK(one_line("", 100).empty());
}

TEST_CASE("a flood of output is thinned, and what was left out is counted") {
  std::vector<std::string> told;
  OutputLog log("p: ", [&](const std::string& line) { told.push_back(line); });
  TimePoint now{std::chrono::hours(1)};
  log.append("one\n\n  \ntwo\rth", now);
  log.append("ree\n" + std::string(600, 'x') + "y\n", now);
  REQUIRE(told.size() == 4);
  CHECK(told[2] == "p: three");
  CHECK(told[3] == "p: " + std::string(500, 'x') + "...");
  for (int i = 0; i < 1000; ++i) log.append("line " + std::to_string(i) + "\n", now);
  CHECK(told.size() == 200);
  CHECK(log.last_line() == "line 999");
  now += std::chrono::seconds(1);
  for (int i = 0; i < 30; ++i) log.append("late\n", now);
  CHECK(told.size() == 221);
  CHECK(told[200] == "p: (804 lines left out)");
  log.append("no end", now);
  log.finish(now);
  CHECK(told.back() == "p: (11 lines left out)");
  CHECK(log.last_line() == "no end");
}

/// Decodes digit by digit (RFC 4648).
std::string from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  REQUIRE(text.size() % 4 == 0);
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::size_t bits = 0;
    std::size_t padding = 0;
    for (std::size_t j = i; j < i + 4; ++j) {
      padding += text[j] == '=';
      const std::size_t digit = text[j] == '=' ? 0 : digits.find(text[j]);
      REQUIRE(digit < 64);
      bits = bits * 64 + digit;
    }
    for (std::size_t j = 0; j + padding < 3; ++j) {
      bytes += static_cast<char>(bits >> (16 - 8 * j) & 0xFFU);
    }
  }
  return bytes;
}

TEST_CASE("an architecture is sent as text, genes and graphs") {
  const spaces::AnySpace space{spaces::NasBench201({.channels = 4, .cells_per_stage = 1})};
  const spaces::NetworkInput input{1, 8, 8, 10};
  const Candidate candidate{space.at(7777), space.key(space.at(7777)), 0x1234567890ABCDEFU};
  const json without = architecture_message(space, {}, "onnx", candidate);
  CHECK_FALSE(without.contains("network"));
  CHECK(without.at("seed") == 0x90ABCDEFU);
  CHECK(without.at("key") == candidate.key.hex());
  const json& architecture = without.at("architecture");
  CHECK(space.parse(architecture.at("text").get<std::string>()) == candidate.genotype);
  CHECK(architecture.at("cell") == graph::to_json(space.cell(candidate.genotype)));
  CHECK(architecture.at("genes").size() == 6);

  const json as_json = architecture_message(space, input, "json", candidate);
  CHECK(as_json.at("network").at("graph") ==
        graph::to_json(space.network(candidate.genotype, input)));
  const json as_code = architecture_message(space, input, "pytorch", candidate);
  CHECK(contains(as_code.at("network").at("source"), "class Network(nn.Module)"));
  const json as_onnx = architecture_message(space, input, "onnx", candidate);
  const std::string bytes = from_base64(as_onnx.at("network").at("base64"));
  CHECK(graph::from_onnx(bytes).graph.outputs().size() == 1);
}

/// The objects in the examples of a part of COMMAND.md.
std::vector<json> examples(const std::string& begin, const std::string& end) {
  const std::string page = tests::read_text(kConfigs / "COMMAND.md");
  const std::size_t first = page.find(begin);
  std::istringstream lines(page.substr(first, page.find(end, first) - first));
  std::vector<json> found;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("{")) found.push_back(json::parse(line));
  }
  return found;
}

/// What a schema has for messages of a type; its required keys, and all of them.
struct Keys {
  std::set<std::string> required;
  std::set<std::string> known;
};

std::vector<Keys> schema_keys(const json& alternatives, const json& type) {
  std::vector<Keys> found;
  for (const json& alternative : alternatives) {
    const json& properties = alternative.at("properties");
    if (properties.at("type").at("const") != type) continue;
    Keys keys{.required = alternative.at("required")};
    for (const auto& [key, value] : properties.items()) keys.known.insert(key);
    found.push_back(keys);
  }
  return found;
}

bool fits(const json& message, const std::vector<Keys>& alternatives) {
  std::set<std::string> keys;
  for (const auto& [key, value] : message.items()) keys.insert(key);
  return std::ranges::any_of(alternatives, [&](const Keys& alternative) {
    return std::ranges::includes(keys, alternative.required) &&
           std::ranges::includes(alternative.known, keys);
  });
}

TEST_CASE("page, schema and code know the same messages") {
  const json schema = json::parse(tests::read_text(kConfigs / "command_messages.schema.json"));
  const json& from_evonas = schema.at("$defs").at("from_evonas").at("oneOf");
  const json& from_command = schema.at("$defs").at("from_command").at("oneOf");

  std::vector<json> written = examples("## What evonas writes", "## What the command writes");
  CHECK(written.size() == 3);
  const spaces::AnySpace space{spaces::NasBench201({.channels = 4, .cells_per_stage = 1})};
  const spaces::NetworkInput input{1, 8, 8, 10};
  const std::vector<Metric> metrics{Metric{"accuracy", "%"}};
  written.push_back(hello_message(metrics, space.name(), input, 1024));
  written.push_back(hello_message(metrics, space.name(), {}, 1024));
  written.push_back(cancel_message(3));
  json evaluate = architecture_message(space, input, "json", {space.at(3), space.key(space.at(3))});
  evaluate.update({{"type", "evaluate"}, {"id", 1}, {"attempt", 1}});
  written.push_back(evaluate);
  for (const json& message : written) {
    CAPTURE(message.dump());
    CHECK(fits(message, schema_keys(from_evonas, message.at("type"))));
  }

  const std::vector<json> read = examples("## What the command writes", "## What goes wrong");
  CHECK(read.size() == 5);
  for (const json& message : read) {
    CAPTURE(message.dump());
    CHECK(fits(message, schema_keys(from_command, message.at("type"))));
    const Message known = parse_message(message.dump());
    if (const auto* result = std::get_if<Result>(&known)) CHECK(result->fault.empty());
    if (const auto* progress = std::get_if<Progress>(&known)) CHECK(progress->fault.empty());
  }
}

}  // namespace
}  // namespace evonas::evaluation::command
