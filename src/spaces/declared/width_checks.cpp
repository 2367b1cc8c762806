#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "spaces/declared/checks.hpp"

namespace evonas::spaces::declared {
namespace {

using Widths = std::set<std::int64_t>;

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
    Widths outputs;
    for (const std::int64_t channels : stage.channels.values) {
      outputs.insert(scaled_width(declaration_, channels, factor_));
    }
    if (stage.channels.values.empty()) outputs = incoming_;
    Widths inputs = incoming_;
    if (std::ranges::max(stage.depth.values) > 1) inputs.insert(outputs.begin(), outputs.end());
    Widths leaving = outputs;
    for (const std::string& word : stage.operation.values) {
      const Meaning& meaning = words_.find(word)->second;
      if (meaning.cell == nullptr) {
        check_groups(meaning, &stage, path, inputs, outputs);
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

  void check_groups(const Meaning& meaning, const Stage* stage, const std::string& path,
                    const Widths& inputs, const Widths& outputs) {
    if ((operation_word(meaning.operation).reads & kGroups) == 0) return;
    const auto groups =
        effective(declaration_, meaning, stage, path, "groups", std::int64_t{1}, kPickGroups);
    Widths divided = outputs;
    if (meaning.operation == Operation::Bottleneck) {
      divided = middles(meaning, stage, path, outputs, 0.25);
    } else {
      divided.insert(inputs.begin(), inputs.end());
    }
    if (meaning.operation == Operation::InvertedResidual) {
      divided.merge(middles(meaning, stage, path, inputs, 6.0));
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

  Widths middles(const Meaning& meaning, const Stage* stage, const std::string& path,
                 const Widths& of, double usual) const {
    const auto expansion =
        effective(declaration_, meaning, stage, path, "expansion", usual, kPickExpansion);
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
