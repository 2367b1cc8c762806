#include <charconv>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.hpp"
#include "base/quoted.hpp"
#include "spaces/mobilenetv3.hpp"
#include "spaces/mobilenetv3/genes.hpp"

namespace evonas::spaces {
namespace {

using namespace mobilenetv3;
using nlohmann::json;

// Longer than any architecture with one blank a number, and short enough to be read at once.
constexpr std::size_t kLongestText = 2000;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw SpaceError(
      fmt::format("{} is not a mobilenetv3 architecture: {}; the form is "
                  "{{\"ks\": [20 kernels], \"e\": [20 expansions], \"d\": [5 depths], \"r\": "
                  "[resolution]}}, or these numbers with blanks between",
                  evonas::quoted(text, 160), why));
}

/// Appends the `count` numbers that the document has under `name`.
void append_numbers(std::string_view text, const json& document, const std::string& name,
                    std::size_t count, std::vector<Gene>& genes) {
  const auto found = document.find(name);
  if (found == document.end()) refuse(text, fmt::format("there is no \"{}\"", name));
  if (!found->is_array() || found->size() != count) {
    refuse(text, fmt::format("\"{}\" is not a list of {} numbers", name, count));
  }
  for (const json& value : *found) {
    // Validation comes after; here a number need only fit a gene.
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kFullResolution) {
      refuse(text, fmt::format("\"{}\" holds {}, which is no choice of any gene", name,
                               evonas::quoted(value.dump(-1, ' ', true), 20)));
    }
    genes.push_back(value.get<Gene>());
  }
}

std::vector<Gene> read_dictionary(std::string_view text) {
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) refuse(text, "it is no JSON object");
  for (const auto& [name, value] : document.items()) {
    const bool known = name == "ks" || name == "e" || name == "d" || name == "r";
    // Once-for-All writes the width multiplier, which is an option here, as null.
    if (known || (name == "wid" && value.is_null())) continue;
    refuse(text,
           fmt::format("{} is not one of \"ks\", \"e\", \"d\", \"r\"", evonas::quoted(name, 20)));
  }
  std::vector<Gene> genes;
  genes.reserve(kGenes);
  append_numbers(text, document, "ks", kBlocks, genes);
  append_numbers(text, document, "e", kBlocks, genes);
  append_numbers(text, document, "d", kUnits, genes);
  if (document.contains("r")) {
    append_numbers(text, document, "r", 1, genes);
  } else {
    genes.push_back(kFullResolution);
  }
  return genes;
}

std::vector<Gene> read_numbers(std::string_view text) {
  std::vector<Gene> genes;
  genes.reserve(kGenes);
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    Gene gene = 0;
    const auto [stop, error] = std::from_chars(at, end, gene);
    if (error != std::errc{}) {
      refuse(text, fmt::format("expected a number at character {}", at - text.data() + 1));
    }
    genes.push_back(gene);
    if (stop == end) break;
    if (*stop != ' ') {
      refuse(text, fmt::format("expected a blank at character {}", stop - text.data() + 1));
    }
    at = stop + 1;
  }
  if (genes.size() != kGenes) {
    refuse(text, fmt::format("it has {} numbers, expected {}", genes.size(), kGenes));
  }
  return genes;
}

}  // namespace

std::string MobileNetV3::format(const Genotype& genotype) const {
  validate(genotype);
  const std::span<const Gene> genes = genotype.genes();
  return fmt::format(R"({{"ks":[{}],"e":[{}],"d":[{}],"r":[{}]}})",
                     fmt::join(genes.subspan(kKernels, kBlocks), ","),
                     fmt::join(genes.subspan(kExpansions, kBlocks), ","),
                     fmt::join(genes.subspan(kDepths, kUnits), ","), genes[kResolution]);
}

Genotype MobileNetV3::parse(std::string_view text) const {
  if (text.size() > kLongestText) {
    refuse(text, fmt::format("it has {} characters, more than {}", text.size(), kLongestText));
  }
  const bool dictionary = text.starts_with('{') && text.ends_with('}');
  Genotype genotype(dictionary ? read_dictionary(text) : read_numbers(text));
  try {
    validate(genotype);
  } catch (const SpaceError& error) {
    refuse(text, error.what());
  }
  return genotype;
}

}  // namespace evonas::spaces
