#include <algorithm>

#include <fmt/format.h>

#include "spaces/declared/checks.hpp"
#include "spaces/declared/vocabulary.hpp"

namespace evonas::spaces::declared {
namespace {

using Words = std::map<std::string, Meaning, std::less<>>;

// More blocks than any published network has; beyond it a file is a mistake.
constexpr std::int64_t kMostBlocks = 4000;

/// The meanings of those of the words that are known.
std::vector<const Meaning*> meanings_of(const OneOrMore<std::string>& operation,
                                        const Words& words) {
  std::vector<const Meaning*> result;
  for (const std::string& word : operation.values) {
    if (const auto found = words.find(word); found != words.end()) result.push_back(&found->second);
  }
  return result;
}

bool leaves_features(const Meaning& meaning) {
  return meaning.operation == Operation::Linear || meaning.operation == Operation::GlobalPool ||
         meaning.operation == Operation::Flatten;
}

/// Visitor: a fault for each setting that a place without an operation has.
struct RefuseSettings {
  const std::string& path;
  yaml::Findings& findings;

  template <class T>
  void operator()(const char* name, const Chosen<T>& value, const char* /*help*/,
                  const FieldRule& /*rule*/ = {}) {
    if (!value) return;
    findings.add(fmt::format("{}.{}", path, name),
                 "has no effect: each operation of a branch says its own");
  }
};

class StageChecker {
 public:
  StageChecker(const Declaration& declaration, yaml::Findings& findings)
      : declaration_(declaration), findings_(findings), words_(meanings(declaration)) {
    two_inputs_ = std::ranges::any_of(declaration.cells,
                                      [](const auto& entry) { return entry.second.inputs == 2; });
  }

  void check() {
    check_part("stem", declaration_.stem, Position::Stem);
    check_part("stages", declaration_.stages, Position::Stage);
    check_part("head", declaration_.head, Position::Head);
    if (blocks_ > kMostBlocks) {
      findings_.add(
          "stages",
          fmt::format("has up to {} blocks with stem, head and the edges of cells, more than {}",
                      blocks_, kMostBlocks));
    }
    for (const auto& [name, cell] : declaration_.cells) {
      for (const std::string& word : cell.operations.values) {
        if (const auto found = words_.find(word); found != words_.end()) {
          check_windows(declaration_, found->second, nullptr, "", true, findings_);
        }
      }
    }
    if (pooled_ && declaration_.classifier == "convolution") {
      findings_.add("classifier",
                    "convolution reads images, and the head ends in features: leave global_pool, "
                    "flatten and linear out, or use classifier: linear");
    }
  }

 private:
  void check_part(const std::string& part, const std::vector<Stage>& stages, Position position) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::string path = fmt::format("{}[{}]", part, i);
      check_stage(stages[i], path, position);
      if (first_) check_first(stages[i], path);
      first_ = false;
    }
  }

  void check_stage(const Stage& stage, const std::string& path, Position position) {
    check_distinct(stage.channels, path + ".channels", findings_);
    check_distinct(stage.depth, path + ".depth", findings_);
    check_distinct(stage.stride, path + ".stride", findings_);
    if (findings_.given(path + ".branches")) {
      check_branches(stage, path);
      return;
    }
    if (!findings_.given(path + ".operation")) {
      findings_.add(path + ".operation", "is missing: name an operation, or give branches");
    }
    const std::vector<const Meaning*> operations =
        check_operation(stage.operation, path, position, /*cells=*/true);
    check_settings(stage.settings, operations, path, findings_);
    bool pools = false;
    for (const Meaning* meaning : operations) {
      check_windows(declaration_, *meaning, &stage.settings, path, two_inputs_, findings_);
      pools = check_place(*meaning, stage, path) || pools;
    }
    pooled_ = pooled_ || pools;
    std::size_t size = 1;  // a cell counts as many blocks as it has edges
    for (const Meaning* meaning : operations) {
      if (meaning->cell != nullptr) size = std::max(size, edges_of(*meaning->cell).size());
    }
    count_blocks(stage, size);
  }

  /// The meanings of the words that are known in the position; a fault for each other one.
  std::vector<const Meaning*> check_operation(const OneOrMore<std::string>& operation,
                                              const std::string& path, Position position,
                                              bool cells) {
    std::vector<std::string> known = words_for(position);
    const std::vector<std::string> own = user_words(declaration_, cells);
    known.insert(known.end(), own.begin(), own.end());
    for (std::size_t i = 0; i < operation.values.size(); ++i) {
      check_word(operation.values[i], item_path(path + ".operation", i, operation.values.size()),
                 known, findings_);
    }
    check_distinct(operation, path + ".operation", findings_);
    return meanings_of(operation, words_);
  }

  void check_branches(const Stage& stage, const std::string& path) {
    if (findings_.given(path + ".operation")) {
      findings_.add(path, "has an operation and branches: keep one of them");
    }
    if (findings_.given(path + ".channels")) {
      findings_.add(path + ".channels", "has no effect: branches have widths of their own");
    }
    RefuseSettings refuse{path, findings_};
    Settings<Chosen>(stage.settings).fields(refuse);
    if (pooled_) {
      findings_.add(path + ".branches",
                    "stand behind global pooling, where images have no size: only linear can "
                    "follow");
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < stage.branches.size(); ++i) {
      const std::string branch = fmt::format("{}.branches[{}]", path, i);
      if (stage.branches[i].empty()) {
        findings_.add(branch, "needs at least one operation, such as identity");
      }
      for (std::size_t k = 0; k < stage.branches[i].size(); ++k) {
        check_branch_layer(stage.branches[i][k], fmt::format("{}[{}]", branch, k));
      }
      size += stage.branches[i].size();
    }
    if (stage.branches.empty()) {
      findings_.add(path + ".branches", "needs at least one list of operations");
    }
    count_blocks(stage, size);
  }

  void check_branch_layer(const BranchLayer& layer, const std::string& path) {
    const std::vector<const Meaning*> operations =
        check_operation(layer.operation, path, Position::Stage, /*cells=*/false);
    check_distinct(layer.channels, path + ".channels", findings_);
    check_settings(layer.settings, operations, path, findings_);
    for (const Meaning* meaning : operations) {
      check_windows(declaration_, *meaning, &layer.settings, path, true, findings_);
    }
  }

  void count_blocks(const Stage& stage, std::size_t size) {
    if (stage.depth.values.empty()) return;
    blocks_ += static_cast<std::int64_t>(size) * std::ranges::max(stage.depth.values);
  }

  /// Features have one number a channel, or a channel and pixel. Returns whether the operation
  /// leaves such.
  bool check_place(const Meaning& meaning, const Stage& stage, const std::string& path) {
    if (!leaves_features(meaning)) {
      if (pooled_) {
        findings_.add(path + ".operation",
                      fmt::format("{} stands behind global pooling, where images have no size: "
                                  "only linear can follow",
                                  meaning.word));
      }
      return false;
    }
    if (stage.operation.values.size() > 1) {
      findings_.add(path + ".operation",
                    fmt::format("{} cannot be one of several operations", meaning.word));
    }
    if (findings_.given(path + ".stride")) {
      findings_.add(path + ".stride", fmt::format("has no effect: {} has no stride", meaning.word));
    }
    if (meaning.operation != Operation::Linear && findings_.given(path + ".channels")) {
      findings_.add(path + ".channels",
                    fmt::format("has no effect: {} keeps the width", meaning.word));
    }
    return true;
  }

  /// The network begins with something that has weights, of a stated width.
  void check_first(const Stage& stage, const std::string& path) {
    if (findings_.given(path + ".branches")) {
      findings_.add(path + ".branches",
                    "the network begins here: begin with a convolution such as conv");
      return;
    }
    if (!findings_.given(path + ".channels")) {
      findings_.add(path, "the network begins here: give channels");
    }
    if (std::ranges::find(stage.depth.values, 0) != stage.depth.values.end()) {
      findings_.add(path + ".depth", "the network begins here: 0 cannot be a depth");
    }
    for (const Meaning* meaning : meanings_of(stage.operation, words_)) {
      const Operation operation = meaning->operation;
      if (operation == Operation::Identity || operation == Operation::MaxPool ||
          operation == Operation::AveragePool || operation == Operation::Cell) {
        findings_.add(path + ".operation",
                      fmt::format("the network begins here, and {} has no width of its own: begin "
                                  "with a convolution such as conv",
                                  meaning->word));
      }
    }
  }

  const Declaration& declaration_;
  yaml::Findings& findings_;
  Words words_;
  bool two_inputs_ = false;
  bool first_ = true;
  bool pooled_ = false;
  std::int64_t blocks_ = 0;
};

}  // namespace

void check_stages(const Declaration& declaration, yaml::Findings& findings) {
  StageChecker(declaration, findings).check();
}

}  // namespace evonas::spaces::declared
