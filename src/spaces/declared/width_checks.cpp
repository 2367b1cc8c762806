#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "spaces/declared/checks.hpp"

namespace evonas::spaces::declared {
namespace {

using Widths = std::set<std::int64_t>;

// More widths than stages can sensibly pass on; sums of branches would take ever longer to list.
constexpr std::size_t kMostWidths = 1000;

/// Every width that joining values of these widths can have.
Widths sums_of(const Widths& left, const Widths& right) {
  Widths result;
  for (const std::int64_t a : left) {
    for (const std::int64_t b : right) result.insert(a + b);
  }
  return result;
}

/// Follows the widths that can stand between stages, and divides them by groups.
class WidthChecker {
 public:
  WidthChecker(const Declaration& declaration, double factor, yaml::Findings& findings)
      : declaration_(declaration),
        factor_(factor),
        findings_(findings),
        words_(meanings(declaration)) {}

  void check() {
    check_part("stem", declaration_.stem);
    check_part("stages", declaration_.stages);
    check_part("head", declaration_.head);
  }

 private:
  void check_part(const std::string& part, const std::vector<Stage>& stages) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      check_stage(stages[i], fmt::format("{}[{}]", part, i));
    }
  }

  void check_stage(const Stage& stage, const std::string& path) {
    if (!stage.branches.empty()) {
      check_branches(stage, path);
      return;
    }
    const Widths outputs = widths_of(stage.channels, incoming_);
    Widths inputs = incoming_;
    if (std::ranges::max(stage.depth.values) > 1) inputs.insert(outputs.begin(), outputs.end());
    Widths leaving = outputs;
    for (const std::string& word : stage.operation.values) {
      const Meaning& meaning = words_.find(word)->second;
      if (meaning.cell == nullptr) {
        check_groups(meaning, &stage.settings, path, inputs, outputs);
        continue;
      }
      for (const std::string& inner : meaning.cell->operations.values) {
        check_groups(words_.find(inner)->second, nullptr, path, outputs, outputs);
      }
      add_multiples(*meaning.cell, outputs, leaving);
    }
    if (std::ranges::find(stage.depth.values, 0) != stage.depth.values.end()) {
      leaving.insert(incoming_.begin(), incoming_.end());
    }
    incoming_ = std::move(leaving);
  }

  /// The widths that `channels` say, or those read where they say none.
  Widths widths_of(const OneOrMore<std::int64_t>& channels, const Widths& inputs) const {
    if (channels.values.empty()) return inputs;
    Widths result;
    for (const std::int64_t width : channels.values) {
      result.insert(scaled_width(declaration_, width, factor_));
    }
    return result;
  }

  void check_branches(const Stage& stage, const std::string& path) {
    const auto ends_at = [&](std::int64_t depth) {
      return std::ranges::find(stage.depth.values, depth) != stage.depth.values.end();
    };
    Widths leaving = ends_at(0) ? incoming_ : Widths{};
    Widths widths = incoming_;
    const std::size_t faults = findings_.faults().size();
    for (std::int64_t block = 1; block <= std::ranges::max(stage.depth.values); ++block) {
      widths = after_branches(stage, path, widths);
      if (findings_.faults().size() > faults) return;
      if (ends_at(block)) leaving.insert(widths.begin(), widths.end());
    }
    incoming_ = std::move(leaving);
  }

  /// The widths that branches can yield; none, and a fault, where they are too many.
  Widths after_branches(const Stage& stage, const std::string& path, const Widths& inputs) {
    Widths sums{0};
    for (std::size_t i = 0; i < stage.branches.size(); ++i) {
      Widths widths = inputs;
      for (std::size_t k = 0; k < stage.branches[i].size(); ++k) {
        const BranchLayer& layer = stage.branches[i][k];
        const Widths outputs = widths_of(layer.channels, widths);
        for (const std::string& word : layer.operation.values) {
          check_groups(words_.find(word)->second, &layer.settings,
                       fmt::format("{}.branches[{}][{}]", path, i, k), widths, outputs);
        }
        widths = outputs;
      }
      if (sums.size() * widths.size() > kMostWidths * kMostWidths) return refuse_widths(path);
      sums = sums_of(sums, widths);
      if (sums.size() > kMostWidths) return refuse_widths(path);
    }
    return sums;
  }

  Widths refuse_widths(const std::string& path) {
    findings_.add(path + ".branches", fmt::format("yield more than {} different widths: give fewer "
                                                  "choices of channels",
                                                  kMostWidths));
    return {};
  }

  /// Joined nodes are wider than the cell, and a cell without a path keeps what it reads.
  void add_multiples(const Cell& cell, const Widths& outputs, Widths& leaving) const {
    leaving.insert(incoming_.begin(), incoming_.end());
    std::int64_t most = cell.output == "concat" ? cell.nodes : 1;
    if (cell.combine == "concat" && cell.operations_on == "edges") {
      most *= cell.inputs + cell.nodes - 1;
    }
    for (const std::int64_t width : outputs) {
      for (std::int64_t i = 1; i <= most; ++i) leaving.insert(width * i);
    }
  }

  void check_groups(const Meaning& meaning, const Settings<Chosen>* settings,
                    const std::string& path, const Widths& inputs, const Widths& outputs) {
    if ((operation_word(meaning.operation).reads & kGroups) == 0) return;
    const auto groups =
        effective(declaration_, meaning, settings, path, "groups", std::int64_t{1}, kPickGroups);
    Widths divided = outputs;
    if (meaning.operation == Operation::Bottleneck) {
      divided = middles(meaning, settings, path, outputs, 0.25);
    } else {
      divided.insert(inputs.begin(), inputs.end());
    }
    if (meaning.operation == Operation::InvertedResidual) {
      divided.merge(middles(meaning, settings, path, inputs, 6.0));
    }
    for (const std::int64_t group : groups.values) {
      for (const std::int64_t width : divided) {
        if (group == 1 || (width > 0 && width % group == 0)) continue;
        findings_.add(groups.path,
                      width == 0
                          ? fmt::format("{} groups cannot divide the channels of an image", group)
                          : fmt::format("{} groups do not divide the {} channels that {} can have "
                                        "in {}{}",
                                        group, width, meaning.word, path,
                                        factor_ == 1.0 ? "" : fmt::format(", width {}", factor_)));
        return;
      }
    }
  }

  Widths middles(const Meaning& meaning, const Settings<Chosen>* settings, const std::string& path,
                 const Widths& of, double usual) const {
    const auto expansion =
        effective(declaration_, meaning, settings, path, "expansion", usual, kPickExpansion);
    Widths result;
    for (const double factor : expansion.values) {
      for (const std::int64_t width : of) {
        result.insert(std::max<std::int64_t>(1, std::llround(static_cast<double>(width) * factor)));
      }
    }
    return result;
  }

  const Declaration& declaration_;
  double factor_;
  yaml::Findings& findings_;
  std::map<std::string, Meaning, std::less<>> words_;
  Widths incoming_{0};  ///< 0 is that of the images, which only the data says
};

}  // namespace

void check_widths(const Declaration& declaration, double width_factor, yaml::Findings& findings) {
  WidthChecker(declaration, width_factor, findings).check();
}

}  // namespace evonas::spaces::declared
