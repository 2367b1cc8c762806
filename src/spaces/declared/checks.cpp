#include "spaces/declared/checks.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "spaces/declared/genes.hpp"
#include "spaces/declared/vocabulary.hpp"

namespace evonas::spaces::declared {
namespace {

/// Visitor of the settings of a named operation or of defaults.
class SettingsChecker {
 public:
  SettingsChecker(const Meaning& meaning, std::string path, yaml::Findings& findings)
      : meaning_(meaning), path_(std::move(path)), findings_(findings) {}

  template <class T>
  void operator()(const char* name, const Fixed<T>& value, const char* /*help*/,
                  const FieldRule& /*rule*/ = {}) {
    const OperationWord& word = operation_word(meaning_.operation);
    if (value && (word.reads & reads_of_setting(name)) == 0) {
      findings_.add(fmt::format("{}.{}", path_, name),
                    fmt::format("has no effect: {} has no {}", word.word, name));
    }
  }

 private:
  const Meaning& meaning_;
  std::string path_;
  yaml::Findings& findings_;
};

void check_edges(const Cell& cell, const std::string& path, yaml::Findings& findings) {
  const std::vector<std::string>& texts = cell.edges.values;
  if (texts == std::vector<std::string>{"all"}) return;
  const auto inputs = static_cast<std::size_t>(cell.inputs);
  const std::size_t end = inputs + static_cast<std::size_t>(cell.nodes);
  std::vector<bool> reached(end, false);
  std::vector<Edge> seen;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string place = item_path(path, i, texts.size());
    const auto edge = parse_edge(texts[i]);
    if (!edge) {
      findings.add(place, fmt::format("{} is no edge: write it as in 0-1, or all for every edge",
                                      evonas::quoted(texts[i])));
    } else if (edge->source >= edge->target) {
      findings.add(place, fmt::format("{} must lead to a later node", texts[i]));
    } else if (edge->target >= end) {
      findings.add(place, fmt::format("{} leads to a node that is not there: the last is {}",
                                      texts[i], end - 1));
    } else if (edge->target < inputs) {
      findings.add(place, fmt::format("{} leads to an input: nodes 0 to {} are what the cell reads",
                                      texts[i], inputs - 1));
    } else if (std::ranges::find(seen, *edge) != seen.end()) {
      findings.add(place, fmt::format("{} is there twice: keep one", texts[i]));
    } else {
      seen.push_back(*edge);
      reached[edge->target] = true;
      continue;
    }
    return;  // what lacks an edge is not known
  }
  for (std::size_t node = inputs; node < end; ++node) {
    if (!reached[node]) findings.add(path, fmt::format("no edge leads to node {}", node));
  }
}

void check_cell(const Declaration& declaration, const Cell& cell, const std::string& path,
                yaml::Findings& findings) {
  if (findings.given(path + ".nodes") && cell.nodes > 0) {
    check_edges(cell, path + ".edges", findings);
  }
  std::vector<std::string> known =
      words_for(cell.operations_on == "edges" ? Position::Edge : Position::Node);
  const std::vector<std::string> own = user_words(declaration, false);
  known.insert(known.end(), own.begin(), own.end());
  const std::vector<std::string>& words = cell.operations.values;
  bool none = !words.empty();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string place = item_path(path + ".operations", i, words.size());
    if (declaration.cells.contains(words[i])) {
      findings.add(place, fmt::format("{} is a cell, and cells hold no cells", words[i]));
    } else {
      check_word(words[i], place, known, findings);
    }
    none = none && words[i] == "none";
  }
  if (none) findings.add(path + ".operations", "has no operation but none: nothing would be left");
  check_distinct(cell.operations, path + ".operations", findings);
  if (cell.output == "sum" && cell.combine == "concat") {
    findings.add(path + ".output",
                 "sum needs nodes of one width, and combine: concat makes them differ: use "
                 "combine: sum, or output: concat");
  }
}

}  // namespace

bool check_word(const std::string& word, const std::string& path,
                const std::vector<std::string>& known, yaml::Findings& findings) {
  if (std::ranges::find(known, word) != known.end()) return true;
  findings.add(path, fmt::format("there is no operation {} here ({})", evonas::quoted(word),
                                 nearest_or_known(word, known)));
  return false;
}

template <class T>
void check_distinct(const OneOrMore<T>& choice, const std::string& path, yaml::Findings& findings) {
  const std::vector<std::string> texts = texts_of(choice);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (std::find(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(i), texts[i]) ==
        texts.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    findings.add(item_path(path, i, texts.size()),
                 fmt::format("{} is a choice twice: keep one", texts[i]));
  }
}

template void check_distinct(const OneOrMore<bool>&, const std::string&, yaml::Findings&);
template void check_distinct(const OneOrMore<double>&, const std::string&, yaml::Findings&);
template void check_distinct(const OneOrMore<std::int64_t>&, const std::string&, yaml::Findings&);
template void check_distinct(const OneOrMore<std::string>&, const std::string&, yaml::Findings&);

void check_use(const Declaration& declaration, yaml::Findings& findings) {
  std::set<std::string> used;
  const auto use = [&](const OneOrMore<std::string>& words) {
    used.insert(words.values.begin(), words.values.end());
  };
  for (const std::vector<Stage>* part :
       {&declaration.stem, &declaration.stages, &declaration.head}) {
    for (const Stage& stage : *part) {
      use(stage.operation);
      for (const std::vector<BranchLayer>& branch : stage.branches) {
        for (const BranchLayer& layer : branch) use(layer.operation);
      }
    }
  }
  for (const auto& [name, cell] : declaration.cells) {
    if (!used.contains(name)) findings.add("cells." + name, "is in no stage: name it in one");
    use(cell.operations);
  }
  for (const auto& [name, operation] : declaration.operations) {
    if (!used.contains(name)) {
      findings.add("operations." + name, "is nowhere to choose: name it in a stage or cell");
    }
  }
}

std::string item_path(const std::string& path, std::size_t item, std::size_t count) {
  return count == 1 ? path : fmt::format("{}[{}]", path, item);
}

std::vector<std::string> user_words(const Declaration& declaration, bool with_cells) {
  std::vector<std::string> words;
  for (const auto& [name, operation] : declaration.operations) words.push_back(name);
  if (!with_cells) return words;
  for (const auto& [name, cell] : declaration.cells) words.push_back(name);
  return words;
}

void check_operations(const Declaration& declaration, yaml::Findings& findings) {
  const std::vector<std::string> known = words_for(Position::Stage);
  const auto words = meanings(Declaration{});
  for (const auto& [name, named] : declaration.operations) {
    const std::string path = "operations." + name;
    if (words.contains(name)) {
      findings.add(path, "is a word of the vocabulary already: choose another name");
    }
    if (named.operation.empty() ||
        !check_word(named.operation, path + ".operation", known, findings)) {
      continue;
    }
    SettingsChecker checker(words.find(named.operation)->second, path, findings);
    Settings<Fixed>(named.settings).fields(checker);
  }
}

void check_cells(const Declaration& declaration, yaml::Findings& findings) {
  const auto words = meanings(Declaration{});
  for (const auto& [name, cell] : declaration.cells) {
    const std::string path = "cells." + name;
    if (words.contains(name) || declaration.operations.contains(name)) {
      findings.add(path, "is the name of an operation already: choose another");
    }
    check_cell(declaration, cell, path, findings);
  }
}

}  // namespace evonas::spaces::declared
