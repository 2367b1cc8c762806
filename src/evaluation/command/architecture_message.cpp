#include "evaluation/command/architecture_message.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/json.hpp"
#include "graph/json.hpp"
#include "graph/onnx.hpp"
#include "graph/passes.hpp"
#include "graph/pytorch.hpp"

namespace evonas::evaluation::command {
namespace {

using Json = nlohmann::json;

/// RFC 4648, with padding.
std::string encode_base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
    std::uint32_t window = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      window = window << 8U | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= bytes.size() ? kDigits[window >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return text;
}

/// As exports have it: without what serves training alone, but for JSON, which has everything.
Json network_message(graph::Graph network, const std::string& form, const std::string& text) {
  if (form == "json") return {{"format", form}, {"graph", graph::to_json(network)}};
  network = graph::inference_network(std::move(network));
  if (form == "onnx") {
    return {{"format", form},
            {"base64", encode_base64(graph::to_onnx({.graph = std::move(network)}))}};
  }
  return {{"format", form},
          {"source", graph::pytorch_source(network, {{"architecture", text}}, "")}};
}

}  // namespace

Json architecture_message(const spaces::AnySpace& space,
                          const std::optional<spaces::NetworkInput>& input, const std::string& form,
                          const Candidate& candidate) {
  const std::string text = space.format(candidate.genotype);
  Json message{{"key", candidate.key.hex()},
               // What every library takes for a seed, and every language for a number.
               {"seed", candidate.seed & 0xFFFFFFFFU},
               {"architecture",
                {{"space", space.name()},
                 {"text", text},
                 {"genes", candidate.genotype.genes()},
                 {"cell", graph::to_json(space.cell(candidate.genotype))}}}};
  if (input) {
    message["network"] = network_message(space.network(candidate.genotype, *input), form, text);
  }
  return message;
}

}  // namespace evonas::evaluation::command
